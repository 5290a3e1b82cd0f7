"""Rows of facts as JSON, with all that they hold. Unknown is null."""

from collections.abc import Collection, Sequence

from carbonctl.render.escaping import as_json
from carbonctl.render.listing import Row


def render(columns: Collection[str], rows: Sequence[Row]) -> str:
    """Return rows as a list."""
    return as_json(rows)
