"""A site as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.own_records import below
from carbonctl.render.site.words import Head, Line, Words
from carbonctl.render.verdicts import bullets
from carbonctl.site.results import SiteResult


def render(result: SiteResult, about: About, verdicts: tuple[Verdict, ...], style: Style) -> str:
    """Return the answer, tables and sentences."""
    words = Words(result)
    blocks = [f"**{escape(words.headline())}**", escape(words.below_headline())]
    blocks += [escape(said) for said in (words.sized(),) if said]
    blocks.append(_table(words.account_heads(), words.accounts()))
    blocks.append(_table(words.way_heads(), words.ways()))
    if result.designs is not None:
        lines, said = words.designs()
        blocks += [_table(words.design_heads(), lines), escape(said)]
    said_of = (
        words.optimum(), words.embodied(), words.coverage(), words.intensity(),
        words.signal(), words.assumed(), words.data(),
    )  # fmt: skip
    blocks.append("\n".join(f"- {escape(text)}" for text in filter(None, said_of)))
    if result.hours_of_day:
        blocks.append(_table(words.hour_heads(), words.hours_of_day()))
    if verdicts:
        blocks.append("\n".join(bullets(verdicts, escape)))
    return below("\n\n".join(blocks) + "\n", about.own_records, is_markdown=True)


def _table(heads: Iterable[Head], lines: Iterable[Line]) -> str:
    """Return a table; the cells of the line that counts are bold."""
    known = list(heads)
    texts = (f"{head.text} {head.unit}".strip() for head in known)
    rows = [
        " | ".join(map(escape, texts)),
        " | ".join("--:" if head.is_figure else "---" for head in known),
    ]
    for line in lines:
        cells = [escape(cell) for cell in line.cells]
        rows.append(" | ".join(f"**{c}**" if line.is_chosen and c else c for c in cells))
    return "\n".join(f"| {row} |" for row in rows)
