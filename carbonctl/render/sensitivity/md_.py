"""What decides a figure as Markdown: a section a workload."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from carbonctl.analysis.sensitivity import Sensitivity
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.own_records import below
from carbonctl.render.sensitivity import lines


def render(
    answers: Sequence[Sensitivity], about: About, style: Style, *, form: str, top: int
) -> str:
    """Return a section an answer."""
    text: list[str] = []
    for answer in answers:
        of_table = lines.scale(answer)
        said = f"{answer.workload}{lines.headline(answer, of_table)}"
        text += [f"### {escape(said)}", "", *(f"Note: {escape(note)}" for note in answer.notes)]
        if answer.notes:
            text.append("")
        if not answer.rows:
            text += [escape(lines.empty(answer)), ""]
            continue
        head, rows = table(answer, of_table, top)
        text += [*head, *rows, ""]
        text += [f"{escape(line)}\n" for line in lines.below(answer, of_table, top)]
    return below("\n".join(text), about.own_records, is_markdown=True)


def table(
    answer: Sensitivity, of_table: lines.Scale, top: int, title: str = lines.TITLE
) -> tuple[list[str], list[str]]:
    """Return the head of a table and its rows."""
    rows = answer.rows[:top]
    columns = lines.columns(answer, rows, of_table)
    head = [
        _row([title, *(column.head for column in columns), "In"]),
        _row([":--", *("--:" for _ in columns), ":--"]),
    ]
    labels = lines.labels(answer.rows)
    body = [
        _row([escape(labels[place]), *(c.cells[place] for c in columns), lines.entries(row)])
        for place, row in enumerate(rows)
    ]
    return head, body


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
