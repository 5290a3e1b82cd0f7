"""Designs as Markdown, for pull requests."""

from __future__ import annotations

from collections.abc import Sequence

from carbonctl.render import Style
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.explore import Shown, words
from carbonctl.render.own_records import below
from carbonctl.render.verdicts import bullets


def render(shown: Shown, style: Style) -> str:
    """Return the text; everything that comes from a file is escaped."""
    answer = shown.answer
    figures = words.shown_figures(answer)
    lines = [f"### {escape(words.headline(answer))}", "", escape(words.title(answer)), ""]
    if near := words.sureness(answer):
        lines += [escape(near), ""]
    if answer.order:
        heads = [figure.name.replace("_", " ").capitalize() for figure in figures]
        lines += [_line(["Design", *map(escape, heads), ""]),
                  _line([":--", *["--:"] * len(heads), ":--"])]  # fmt: skip
        for place in words.shown_designs(answer):
            label = escape(answer.designs.labels[place])
            label = f"**{label}**" if place == answer.best else label
            cells = [escape(words.write(figure, figure.best[place])) for figure in figures]
            lines.append(_line([label, *cells, escape(words.mark(answer, place))]))
        lines.append("")
    if answer.regions:
        heads = ["From .. to", "Design", "End lies within"]
        lines += [f"#### {escape(words.regions_title(answer, answer.regions[0]))}", ""]
        lines += [_line(heads), _line([":--"] * len(heads))]
    for along in answer.regions:
        for region in along.regions:
            said, ends = words.span(along, region)
            if along.lifetime is not None:
                said = f"{words.life(along.lifetime)}: {said}"
            lines.append(_line([escape(said), escape(region.design), escape(ends)]))
    lines.append("")
    lines += [f"- {escape(said)}" for said in words.remarks(answer)]
    if shown.verdicts:
        lines += ["", "#### Gates", "", *bullets(shown.verdicts, escape)]
    return below("\n".join([*lines, ""]), shown.about.own_records, is_markdown=True)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
