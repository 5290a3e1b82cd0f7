"""The record of published figures as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from carbonctl.analysis.reproduce import Reproduction
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.own_records import below
from carbonctl.render.reproduction.lines import notes, parts

_AT_LEFT = frozenset({"Workload", "Figure", "Work"})


def render(made: Reproduction, about: About, style: Style, *, is_short: bool) -> str:
    """Return a section a table, and what is said below them as a list."""
    lines: list[str] = []
    for part in parts(made, is_short=is_short):
        sides = (":--" if head in _AT_LEFT else "--:" for head in part.heads)
        lines += [
            f"### {part.title}",
            "",
            _row(head.replace("|", " ") for head in part.heads),
            _row(sides),
        ]
        lines += [_row(map(escape, row)) for row in part.rows]
        lines.append("")
    lines += [f"- {note}" for note in notes(made)]
    return below("\n".join([*lines, ""]), about.own_records, is_markdown=True)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
