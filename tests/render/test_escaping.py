"""Names that others chose do nothing where they are shown."""

import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.analysis.compare import Side, report
from carbonctl.analysis.gates import judge, parse_rule
from carbonctl.catalog.own_records import OwnRecords
from carbonctl.ledger.result import About
from carbonctl.render import Style, comparison, render
from carbonctl.render.escaping import command, markdown
from carbonctl.render.result.json_ import Renderer
from tests.conftest import CATALOG, account
from tests.markdown import (
    HOSTILE,
    PARSER,
    ZERO_WIDTH,
    assert_harmless,
    plain,
    readable,
    shown,
)

ABOUT = About("0", "0")
ODD = st.text(
    st.sampled_from("\\`*_{}[]()#!|~@:<>&$;/.=+-\"' \n\t\u200babcdef0123wGH"), max_size=30
)


def cell(text: str) -> str:
    """Return what is read in the first of two cells."""
    page = f"| a | b |\n| -- | -- |\n| {markdown(text)} | end |\n"
    cells = [token for token in PARSER.parse(page) if token.type == "inline"][2:]
    assert [shown(one) for one in cells[1:]] == ["end"]
    return shown(cells[0]).replace(ZERO_WIDTH, "")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "page", ["# {}\n", "- x: {}\n", "| a | b |\n| - | - |\n| {} | y |\n", "**b** {}"]
)
def test_hostile_text_is_only_text(text, page):
    written = page.format(markdown(text))
    assert_harmless(written)
    assert plain(text) in readable(written)


@given(ODD)
def test_any_text_reads_as_it_is(text):
    assert cell(text) == plain(text)
    assert_harmless(f"# {markdown(text)}\n\n| a | b |\n| - | - |\n| {markdown(text)} | y |\n")


@pytest.mark.parametrize(
    "text",
    ["Llama 3, 8B", "2024-01-15", "20240115", "10.1145/3381831", "5.7 t (2.5..6)", "a - b + c = d"],
)
def test_what_is_harmless_stays(text):
    assert markdown(text) == text


def spec(name: str, energy: str = "1 kWh") -> str:
    named = json.dumps(name)
    return f"""name: {json.dumps("x " + name)}
functional_unit: {{name: {json.dumps("u " + name)}, amount: 3}}
site: {{grid: FR}}
phases:
  data:
    - {{kind: energy, energy: {energy}, embodied: 0 kg, name: {named}}}
    - {{kind: energy, energy: {energy}, embodied: 0 kg, name: {json.dumps("y " + name)}}}
"""  # fmt: skip


NAMES = [name for name in HOSTILE if name[0] not in "@=+-" and name.isprintable()]


@pytest.mark.parametrize("name", NAMES)
def test_an_account_in_markdown(name):
    text = render("md", [account(spec(name))], ABOUT)
    assert_harmless(text)
    assert f"x {name}".strip() in readable(text)


def side(text: str, label: str) -> Side:
    return Side(label, (account(text),), "0", "0")


@pytest.mark.parametrize("name", NAMES)
def test_a_comparison_in_markdown(name):
    """Activities appear, vanish and change; labels, units and rules are as hostile as names."""
    base, head = side(spec(name), name), side(spec(name, "2 kWh"), f"{name}.yaml")
    other = side(spec("other"), "other")
    verdict = judge(parse_rule("total_kgco2e > +5%"), *([_Figures()] * 2))
    verdict = verdict._replace(rule=name, subject=name, reason=name)
    for heads in ([head], [other, head]):
        verdicts = [verdict, verdict._replace(subject="b")]
        text = comparison.render("md", report(base, heads, CATALOG), verdicts, ABOUT)
        assert_harmless(text)
        assert name.strip() in readable(text)
        suites = ET.fromstring(
            comparison.render("junit", report(base, heads, CATALOG), verdicts, ABOUT)
        )
        assert f"{name}.yaml" in {suite.get("name") for suite in suites}
        lines = comparison.render("github", report(base, heads, CATALOG), verdicts, ABOUT).split(
            "\n"
        )
        assert len(lines) == len(verdicts) + 1


@pytest.mark.parametrize("name", NAMES)
def test_own_records_in_markdown(name):
    folder = OwnRecords(name, "1a2b3c4d5e6f" + "0" * 52, 3)
    about = ABOUT._replace(own_records=(folder,))
    found = report(side(spec("a"), "a"), [side(spec("b"), "b")], CATALOG)
    for text in (
        render("md", [account(spec("a"))], about),
        comparison.render("md", found, [], about),
    ):
        assert_harmless(text)
        assert f"Own records: {plain(name)} (sha256 ), 3 files" in readable(text)
        assert "(sha256 `1a2b3c4d5e6f`), 3 files\n" in text


class _Figures:
    def figure(self, phase, key):
        return None

    def samples(self, phase, key):
        return None


@pytest.mark.parametrize(
    "name", ["a | <b>", "[a](https://evil.example)", "![a](https://evil.example)", "#1 | @x"]
)
def test_a_saved_result_holds_what_nobody_checked(name):
    """Words that a workload has from a short list are free in a saved result."""
    from carbonctl.inputs import saved_result

    renderer = Renderer(Style())
    renderer.add(account(spec("a")))
    document = json.loads(renderer.finish(ABOUT))
    for entry in document["results"][0]["entries"]:
        for key, value in entry.items():
            if isinstance(value, str) and key not in ("phase", "boundary"):
                entry[key] = "1" if key == "formula" else f"{value} {name}"
        entry["inputs"] = []
    for assumption in document["results"][0]["assumptions"]:
        for key in ("path", "unit", "status", "source"):
            assumption[key] = f"{key} {name}"
    document["results"][0]["spec"] = None
    results = saved_result.read(json.dumps(document), "x").results
    assert_harmless(render("md", list(results), ABOUT))
    hostile = Side("saved", results, name, name, is_saved=True)
    for base, head in ((hostile, side(spec("a"), "b")), (side(spec("a"), "a"), hostile)):
        assert_harmless(comparison.render("md", report(base, [head], CATALOG), [], ABOUT))


@pytest.mark.parametrize(
    "text",
    [*HOSTILE, "::error::x", "a\n::error::x", "a\r::set-env::", "%0A::error::", "a,line=9::b"],
)
def test_a_workflow_command_is_one_line_and_one_command(text):
    said = command("notice", text, text, 1, 2)
    assert said.isprintable()
    places, message = said.removeprefix("::notice ").split("::", 1)
    assert [part.partition("=")[0] for part in places.split(",")] == [
        "file",
        "line",
        "col",
        "title",
    ]
    assert "%0A" not in message or "\n" in text


def test_escaping_needs_nothing_installed():
    """The action uses it before anything is installed."""
    import subprocess
    import sys

    from tests.conftest import ROOT

    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from carbonctl.render import escaping, human_numbers"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
