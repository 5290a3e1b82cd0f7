"""A comparison as JUnit XML: each verdict is a test case of its alternative."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from carbonctl.analysis.compare import Comparison, Report
from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import Style, comparison_text
from carbonctl.render.verdicts import FAILED, PASS, UNKNOWN, limit, measured, outcome, passed
from carbonctl.text import printable

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def render(report: Report, verdicts: Sequence[Verdict], about: About, style: Style) -> str:
    """Return the document: failed gates are failures, unknown ones and faulty files errors."""
    suites = ET.Element("testsuites", name="carbonctl")
    for comparison in report.alternatives:
        _suite(
            suites, comparison, [v for v in verdicts if v.subject == comparison.head.label], about
        )
    for problem in about.errors:
        file = printable(problem.file)
        name = f"{file}:{problem.line}:{problem.col}"
        suite = ET.SubElement(suites, "testsuite", name=file, tests="1", errors="1")
        case = ET.SubElement(suite, "testcase", classname=file, name=name)
        ET.SubElement(case, "error", message=printable(problem.message), type="input")
    ET.indent(suites)
    return f"{_HEAD}\n{ET.tostring(suites, encoding='unicode')}\n"


def _suite(
    suites: ET.Element, comparison: Comparison, verdicts: list[Verdict], about: About
) -> None:
    words = [outcome(verdict) for verdict in verdicts]
    label = printable(comparison.head.label)
    suite = ET.SubElement(
        suites, "testsuite", name=label, tests=str(len(verdicts) + 1),
        failures=str(words.count(FAILED)), errors=str(words.count(UNKNOWN)),
    )  # fmt: skip
    if about.own_records:
        properties = ET.SubElement(suite, "properties")
        for own in about.own_records:
            ET.SubElement(properties, "property", name="own records", value=printable(str(own)))
    compared_case = ET.SubElement(suite, "testcase", classname=label, name="compared")
    said = " ".join(
        [comparison_text.headline(comparison), *(f"Note: {note}." for note in comparison.notes)]
    )
    ET.SubElement(compared_case, "system-out").text = printable(said)
    for verdict, word in zip(verdicts, words, strict=True):
        case = ET.SubElement(suite, "testcase", classname=label, name=printable(verdict.rule))
        said = printable(f"{measured(verdict)} (limit {limit(verdict)})")
        if word == FAILED:
            ET.SubElement(case, "failure", message=said, type="gate")
        elif word == UNKNOWN:
            ET.SubElement(case, "error", message=said, type="unknown")
        else:
            said = printable(passed(verdict)) if word == PASS else said
            ET.SubElement(case, "system-out").text = f"{word}: {said}"
