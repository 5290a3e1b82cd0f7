"""Design metrics as Markdown, for a page or a comment."""

from carbonctl.analysis.design.metrics import Metrics
from carbonctl.render import design as said
from carbonctl.render.escaping import markdown as escape

_BESIDE = 6  # alternatives in one table


def lines(metrics: Metrics) -> list[str]:
    """Return tables of the base and its alternatives, what the rows mean, and notes."""
    page = ["#### Design metrics", ""]
    rows = said.rows(metrics)
    for some in said.in_parts(metrics, _BESIDE):
        places = (0, *some)
        page.append(_row("", *(said.heading(metrics, place) for place in places)))
        page.append(_row(":--", *("--:" for _ in places)))
        for row in rows:
            name = f"<sub>{row.name.strip()}</sub>" if row.is_minor else row.name
            page.append(_row(name, *(escape(row.cells[place]) for place in places)))
        page.append("")
    page += [f"- {line}" for line in said.legend(metrics, escape)]
    page += [f"- Note: {escape(note)}" for note in said.notes(metrics)]
    return [*page, ""]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
