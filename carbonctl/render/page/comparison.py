"""The page of a comparison: what changed, why, what the gates say, and the entries."""

from __future__ import annotations

from collections.abc import Sequence

from carbonctl.analysis.compare import Comparison, Report
from carbonctl.analysis.compare.model import ADDED, REMOVED
from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import Style, human_numbers
from carbonctl.render import comparison_text as said
from carbonctl.render import verdicts as words
from carbonctl.render.charts import draw
from carbonctl.render.charts.change import Moved, change
from carbonctl.render.charts.chart import Chart, Table
from carbonctl.render.charts.page import section, shell, table, text
from carbonctl.render.comparison import render
from carbonctl.render.own_records import sentences
from carbonctl.render.page.parts import STYLE, bullets, details, download, not_drawn

_MARKS = {words.PASS: "✓", words.FAILED: "✗", words.WARNING: "!", words.UNKNOWN: "?"}


def page(report: Report, verdicts: Sequence[Verdict], about: About, style: Style) -> str:
    """Return the page; of several alternatives it begins with their totals."""
    several = len(report.alternatives) > 1
    head = f"{report.base.label}: what changed"
    bodies = "".join(
        _body(one, place, is_one_of_several=several)
        for place, one in enumerate(report.alternatives)
    )
    document = render("json", report, verdicts, about, style)
    versions = f"carbonctl {about.version}, hardware_db {about.hardware_db}."
    notes = [*sentences(about.own_records), versions]
    end = "".join(f'<p dir="auto">{text(note)}</p>\n' for note in notes)
    body = (
        f'{STYLE}<main>\n<h1 dir="auto">{text(head)}</h1>\n{not_drawn(draw.is_possible())}'
        f"{_ranking(report) if several else ''}{_gates(verdicts)}{bodies}"
        f"{download(document, 'The comparison as JSON')}</main>\n<footer>\n{end}</footer>\n"
    )
    return shell(head, body)


def chart(comparison: Comparison) -> Chart | None:
    """Return the chart of what changed; None where nothing did, or no part is known."""
    lines = said.lines(comparison)
    if not lines:
        return None
    moved = [
        Moved(line.name, line.delta.base or _zero(line.change, ADDED, line.delta.base),
              line.delta.head or _zero(line.change, REMOVED, line.delta.head))
        for line in lines
    ]  # fmt: skip
    total = comparison.total["total_kgco2e"]
    return change(
        [*moved, Moved(said.total_of(comparison), total.base, total.head)], "What changed"
    )


def _zero(what: str, absent: str, known: float | None) -> float | None:
    """Return nothing for the side that does not have a part; else what is known of it."""
    return 0.0 if what == absent else known


def _body(one: Comparison, place: int, *, is_one_of_several: bool) -> str:
    head = ""
    if is_one_of_several:
        head = f'<h2 id="alternative-{place}" dir="auto">{text(one.head.label)}</h2>\n'
    drawn = chart(one)
    of = f"-{place}" if is_one_of_several else ""
    shown = "" if drawn is None else section(drawn._replace(name=f"{drawn.name}{of}"))
    return (
        f'{head}<p dir="auto">{text(said.headline(one))}</p>\n{_tiles(one)}{shown}'
        f"{_differing(one)}{_remarks(one)}{_entries(one)}"
    )


def _tiles(one: Comparison) -> str:
    named = {"total_kgco2e": "Total", "operational_kgco2e": "Operational",
             "embodied_kgco2e": "Embodied"}  # fmt: skip
    tiles = [(name, *said.moves(one.total[key])) for key, name in named.items()]
    energy = one.total["energy_kwh"]
    size = human_numbers.signed(energy.difference, human_numbers.energy)
    tiles.append(("Electricity", size, human_numbers.change(energy.percent)))
    inside = "".join(
        f"<div><b>{text(size)}</b><span>{text(name)}: {text(percent)}</span></div>\n"
        for name, size, percent in tiles
    )
    return f'<div class="tiles">\n{inside}</div>\n'


def _differing(one: Comparison) -> str:
    """Return what differs in the workloads and, apart from it, in what was assumed."""
    inputs, assumed = said.inputs(one), said.changes(one)
    made = []
    if inputs:
        title = said.plural(len(inputs), "input differs", "inputs differ")
        made.append((title, Table(("Input", "Base", "Head"), tuple(inputs))))
    if assumed:
        title = said.plural(len(assumed), "assumed figure differs", "assumed figures differ")
        made.append((title, Table(("Figure", "Base", "Head", "Cause"), tuple(assumed))))
    return "".join(details(title, table(rows, title), is_open=True) for title, rows in made)


def _remarks(one: Comparison) -> str:
    remarks = [f"{name}: {words}" for name, words in said.remarks(one)]
    remarks += [f"Note: {note}" for note in one.notes]
    return details("In numbers", bullets(remarks), is_open=True) if remarks else ""


def _entries(one: Comparison) -> str:
    rows = tuple(
        (f"{row.entry.phase}.{row.entry.activity}.{row.entry.item}", row.entry.boundary,
         row.kgco2e.base, row.kgco2e.head, row.kgco2e.difference, said.said_of(row.change))
        for row in said.entry_rows(one)
    )  # fmt: skip
    if not rows:
        return ""
    title = said.plural(len(rows), "entry differs", "entries differ")
    heads = ("Entry", "Boundary", "Base kgCO2e", "Head kgCO2e", "Change kgCO2e", "State")
    return details(title, table(Table(heads, rows), title), is_open=False)


def _gates(verdicts: Sequence[Verdict]) -> str:
    """Return the verdicts in words, those that did not pass first."""
    if not verdicts:
        return ""
    ordered = sorted(verdicts, key=lambda verdict: verdict.outcome == "pass")
    several = len({verdict.subject for verdict in verdicts}) > 1
    lines = []
    for verdict in ordered:
        word = words.outcome(verdict)
        subject = f"{verdict.subject}: " if several else ""
        lines.append(f"{_MARKS[word]} {word}: {subject}{words.told(verdict)}")
    return f"<section>\n<h2>Gates</h2>\n{bullets(lines)}</section>\n"


def _ranking(report: Report) -> str:
    rows = []
    for place, one in enumerate(report.alternatives):
        delta = one.total["total_kgco2e"]
        size, percent = said.moves(delta)
        link = f'<a href="#alternative-{place}">{text(one.head.label)}</a>'
        rows.append(
            f'<li dir="auto">{link}: {text(human_numbers.mass(delta.head))}, '
            f"{text(size)} ({text(percent)})</li>\n"
        )
    base = human_numbers.mass(report.alternatives[0].total["total_kgco2e"].base)
    first = f'<p dir="auto">{text(report.base.label)}, the base: {text(base)}</p>\n'
    return f"{first}<ul>\n{''.join(rows)}</ul>\n"
