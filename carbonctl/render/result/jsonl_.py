"""JSON Lines: one result a line, each with its schema; or one row of the CSV a line."""

from itertools import chain
from typing import TYPE_CHECKING, Any

from carbonctl.ledger.result import SCHEMA, About, Result
from carbonctl.ledger.rows import chosen
from carbonctl.render import Style
from carbonctl.render.by_row import Member, Rows, encode
from carbonctl.render.result.json_ import result_dict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonctl.analysis.gates import Verdict


class Renderer:
    """Writes each result as one line, or each of its rows."""

    head = ""

    def __init__(self, style: Style) -> None:
        self.lines: list[str] = []
        is_whole = style.by is None and style.rows is None
        self.table = None if is_whole else chosen(style.by, style.rows, is_drawn=style.is_drawn)

    def add(self, result: Result) -> None:
        """Add one line, or one for each row."""
        self.lines += [f"{encode(document)}\n" for document in self.documents(result)]

    def documents(self, result: Result, rows: Rows | None = None) -> list[dict[str, Any]]:
        """Return what is written of one result, a line each."""
        if self.table is None:
            drivers = None if rows is None else rows.foremost(result.all_drivers)
            return [{"schema": SCHEMA, **result_dict(result, drivers)}]
        return [dict(zip(self.table.columns, row, strict=True)) for row in self.table.rows(result)]

    def texts(self, result: Result, rows: Rows) -> list[str]:
        """Return the lines of each row of a result with columns, and add nothing."""
        documents = self.documents(result, rows)
        for entry in (entry for document in documents for entry in document.get("entries", ())):
            entry["inputs"] = list(map(Member, entry["inputs"]))
        lines = ((*rows.json(document), "\n") for document in documents)
        return rows.filled(chain.from_iterable(lines))

    def take(self) -> str:
        """Return the lines that were added since the last time."""
        text = "".join(self.lines)
        self.lines = []
        return text

    def finish(self, about: About, verdicts: "Sequence[Verdict]" = ()) -> str:
        """Return all lines."""
        return self.take()
