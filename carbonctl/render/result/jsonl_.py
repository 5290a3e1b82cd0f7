"""JSON Lines: one result a line, each with its schema; or one row of the CSV a line."""

import json
from typing import TYPE_CHECKING, Any

from carbonctl.ledger.result import SCHEMA, About, Result
from carbonctl.ledger.rows import chosen
from carbonctl.numbers.symbols import marked
from carbonctl.render import Style
from carbonctl.render.result.json_ import result_dict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonctl.analysis.gates import Verdict


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=marked).encode


class Renderer:
    """Writes each result as one line, or each of its rows."""

    head = ""

    def __init__(self, style: Style) -> None:
        self.lines: list[str] = []
        is_whole = style.by is None and style.rows is None
        self.table = None if is_whole else chosen(style.by, style.rows)

    def add(self, result: Result) -> None:
        """Add one line, or one for each row."""
        if self.table is None:
            self.write({"schema": SCHEMA, **result_dict(result)})
            return
        for row in self.table.rows(result):
            self.write(dict(zip(self.table.columns, row, strict=True)))

    def write(self, document: dict[str, Any]) -> None:
        """Add one line."""
        self.lines.append(_encode(document) + "\n")

    def quoted(self, text: str) -> str:
        """Return a text as it stands in a line."""
        return _encode(text)

    def take(self) -> str:
        """Return the lines that were added since the last time."""
        text = "".join(self.lines)
        self.lines = []
        return text

    def finish(self, about: About, verdicts: "Sequence[Verdict]" = ()) -> str:
        """Return all lines."""
        return self.take()
