"""A comparison as Markdown, for a comment on a pull request.

One headline, the totals, the verdicts; what may be long is folded and, where there is too
much of it for a comment, cut: totals and verdicts never are. Everything that comes from a file
is escaped. Two comments that nobody sees delimit the text, so that it can be found again.
"""

from collections.abc import Iterator, Sequence

from carbonctl.analysis.compare import Comparison, Report
from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render import comparison_text as said
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.human_numbers import mass
from carbonctl.render.own_records import sentences
from carbonctl.render.verdicts import bullets

BEGIN = "<!-- carbonctl:begin -->"
END = "<!-- carbonctl:end -->"
MOST_BYTES = 60_000
_MOST_VERDICTS = 60
_MOST_RANKED = 60
_LONGEST_LABEL = 120
_RESERVED = 400  # bytes for what is said of what was cut, and for the end


def render(report: Report, verdicts: Sequence[Verdict], about: About, style: Style) -> str:
    """Return the text, at most `MOST_BYTES` long."""
    page = _Page(BEGIN)
    several = len(report.alternatives) > 1
    if several:
        page.must([*_ranking(report), ""])
    for comparison in report.alternatives[:1] if several else report.alternatives:
        page.must(
            [f"### {_label(comparison.head.label)}", "", f"**{said.headline(comparison)}**", ""]
        )
        if reason := said.reason(comparison):
            page.must([f"Changed: {escape(reason)}", ""])
        page.must([*_phases(comparison), ""])
    page.must(_gates(verdicts))
    if report.metrics is not None:
        from carbonctl.render.design import md_

        page.may(md_.lines(report.metrics))
    for comparison in report.alternatives:
        heading = [f"#### {_label(comparison.head.label)}: {said.headline(comparison)}", ""]
        if several and not page.may(heading):
            break
        for block in _details(comparison):
            page.fold(*block)
    versions = f"carbonctl {escape(about.version)}, hardware_db {escape(about.hardware_db)}"
    for line in sentences(about.own_records, is_markdown=True):
        page.must([line, ""])
    page.must([f"<sub>{versions}</sub>"])
    return page.text(END)


def _label(text: str) -> str:
    return escape(text if len(text) <= _LONGEST_LABEL else f"{text[:_LONGEST_LABEL]}…")


def _gates(verdicts: Sequence[Verdict]) -> list[str]:
    """Return verdicts as a list, those that did not pass first; of very many only so many."""
    ordered = sorted(verdicts, key=lambda verdict: verdict.outcome == "pass")
    lines = bullets(ordered[:_MOST_VERDICTS], escape)
    left = ordered[_MOST_VERDICTS:]
    if left:
        failed = sum(verdict.outcome != "pass" for verdict in left)
        lines.append(f"- and {len(left)} more, of which {failed} did not pass")
    return [*lines, ""]


class _Page:
    """Gathers lines as long as there is room."""

    def __init__(self, begin: str) -> None:
        self.lines = [begin]
        self.size = len(begin) + 1
        self.is_cut = False

    def must(self, lines: list[str]) -> None:
        """Add what is never cut."""
        self.lines += lines
        self.size += sum(len(line.encode()) + 1 for line in lines)

    def may(self, lines: list[str]) -> bool:
        """Add some lines if there is room for all of them."""
        size = sum(len(line.encode()) + 1 for line in lines)
        if self.size + size > MOST_BYTES - _RESERVED:
            self.is_cut = True
            return False
        self.must(lines)
        return True

    def fold(self, title: str, head: list[str], rows: list[str]) -> None:
        """Add a folded table, with as many rows as there is room for."""
        opening = ["<details>", f"<summary>{title}</summary>", "", *head]
        closing = ["", "</details>", ""]
        if not self.may([*opening, *closing]):
            return
        del self.lines[-len(closing) :]
        for place, row in enumerate(rows):
            if not self.may([row]):
                self.lines += ["", f"and {len(rows) - place} more"]
                break
        self.lines += closing

    def text(self, end: str) -> str:
        """Return the whole page."""
        cut = ["", "<sub>Cut to fit a comment; --format json has everything.</sub>"]
        return "\n".join([*self.lines, *(cut if self.is_cut else []), end]) + "\n"


def _ranking(report: Report) -> list[str]:
    base = report.alternatives[0].total["total_kgco2e"].base
    lines = [
        f"### {len(report.alternatives)} alternatives to {_label(report.base.label)}",
        "",
        "| | Alternative | Total | Change | |",
        "| --: | :-- | --: | --: | --: |",
        f"| | {_label(report.base.label)} (base) | {mass(base)} | | |",
    ]
    for rank, comparison in enumerate(report.alternatives[:_MOST_RANKED], 1):
        delta = comparison.total["total_kgco2e"]
        cells = (str(rank), _label(comparison.head.label), mass(delta.head), *said.moves(delta))
        lines.append(_row(*cells))
    if len(report.alternatives) > _MOST_RANKED:
        lines.append(f"| | and {len(report.alternatives) - _MOST_RANKED} more | | | |")
    return lines


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _phases(comparison: Comparison) -> list[str]:
    """Return the table of phases and the total; activities are folded below."""
    lines = ["| Phase | Base | Head | Change | |", "| :-- | --: | --: | --: | --: |"]
    shown = [(line.name, line.delta) for line in said.lines(comparison) if line.is_phase]
    for name, delta in (
        *shown,
        (f"**{said.total_of(comparison)}**", comparison.total["total_kgco2e"]),
    ):
        lines.append(_row(name, mass(delta.base), mass(delta.head), *said.moves(delta)))
    return lines


Block = tuple[str, list[str], list[str]]


def _details(comparison: Comparison) -> Iterator[Block]:
    """Yield what is folded: remarks and notes, activities, entries, assumed figures."""
    remarks = [f"- {escape(name)}: {escape(text)}" for name, text in said.remarks(comparison)]
    remarks += [f"- Note: {escape(note)}" for note in comparison.notes]
    if remarks:
        yield "In numbers", [], remarks
    activities = [line for line in said.lines(comparison) if not line.is_phase]
    if activities:
        head = ["| Activity | Base | Head | Change | | |", "| :-- | --: | --: | --: | --: | :-- |"]
        rows = [
            _row(escape(a.name), mass(a.delta.base), mass(a.delta.head),
                 *said.moves(a.delta), said.said_of(a.change))
            for a in activities
        ]  # fmt: skip
        yield said.plural(len(activities), "activity", "activities"), head, rows
    yield from _of_entries(comparison)
    if comparison.sensitivity is not None and comparison.sensitivity.rows:
        from carbonctl.render.sensitivity import lines, md_

        of_table = lines.scale(comparison.sensitivity, is_signed=True)
        top = len(comparison.sensitivity.rows)
        title = f"{lines.OF_DIFFERENCE} [{of_table.unit}]"
        yield lines.OF_DIFFERENCE, *md_.table(comparison.sensitivity, of_table, top, title)
    inputs = said.inputs(comparison)
    if inputs:
        head = ["| Input | Base | Head |", "| :-- | --: | --: |"]
        rows = [_row(escape(path), *map(escape, rest)) for path, *rest in inputs]
        yield said.plural(len(inputs), "input differs", "inputs differ"), head, rows
    changes = said.changes(comparison)
    if changes:
        head = ["| Figure | Base | Head | Cause |", "| :-- | --: | --: | :-- |"]
        rows = [_row(*map(escape, change)) for change in changes]
        title = said.plural(len(changes), "assumed figure differs", "assumed figures differ")
        yield title, head, rows


def _of_entries(comparison: Comparison) -> Iterator[Block]:
    entries = said.entry_rows(comparison)
    if not entries:
        return
    head = ["| Entry | | Change | | |", "| :-- | :-- | --: | --: | :-- |"]
    rows = []
    for row in entries:
        entry = row.entry
        name = escape(f"{entry.phase}.{entry.activity}.{entry.item}")
        change = said.said_of(row.change)
        rows.append(_row(name, escape(entry.boundary), *said.moves(row.kgco2e), change))
    yield said.plural(len(entries), "entry differs", "entries differ"), head, rows
