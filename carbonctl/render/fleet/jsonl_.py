"""JSON Lines: the CSV's rows, an object each."""

from carbonctl.render.by_row import encode
from carbonctl.render.escaping import harmless
from carbonctl.render.fleet import Report, columns, group_rows


def render(report: Report) -> str:
    """Return all lines."""
    head = columns(report.fleet.by)
    lines = (dict(zip(head, row, strict=True)) for row in group_rows(report.fleet))
    return "".join(f"{harmless(encode(line))}\n" for line in lines)
