"""Parquet: the CSV's rows with the types of their columns, null where unknown."""

from carbonctl.ledger import frames
from carbonctl.ledger.result import About, Result
from carbonctl.ledger.rows import Row, chosen
from carbonctl.render import Style, Verdicts


class Renderer:
    """Collects the rows of all results into one table.

    Raises
    ------
    MissingExtra
        Where pandas or pyarrow is not installed.
    """

    def __init__(self, style: Style) -> None:
        frames.require("Parquet", "pandas", "pyarrow")
        self.table = chosen(style.by, style.rows, is_drawn=style.is_drawn)
        self.rows: list[Row] = []

    def add(self, result: Result) -> None:
        """Add the rows of one result: its entries, or its groups."""
        self.rows += self.table.rows(result)

    def finish(self, about: About, verdicts: Verdicts = ()) -> bytes:
        """Return the whole file."""
        return frames.parquet(frames.of_rows(self.table.columns, self.rows))
