"""CSV: one row an entry, a group, a workload or a phase; LF, full precision, empty for unknown."""

import csv
import re
from io import StringIO
from itertools import chain
from types import SimpleNamespace
from typing import TYPE_CHECKING

from carbonctl.ledger.result import About, Result
from carbonctl.ledger.rows import FLAGS, chosen
from carbonctl.render import SEPARATORS, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonctl.analysis.gates import Verdict
    from carbonctl.render.by_row import Rows


_PLAIN = re.compile(r"[\w ./:#-]*")  # what no table quotes


class Renderer:
    """Writes the rows of all results under one head."""

    delimiter = SEPARATORS["csv"]

    def __init__(self, style: Style) -> None:
        self.lines: list[str] = []
        out = SimpleNamespace(write=self.lines.append)
        self.writer = csv.writer(out, delimiter=self.delimiter, lineterminator="\n")
        self.table = chosen(style.by, style.rows, is_drawn=style.is_drawn)
        self.has_flags = not FLAGS.isdisjoint(self.table.columns)
        self.writer.writerow(self.table.columns)
        head = self.take()
        self.head = head if style.header else ""

    def add(self, result: Result) -> None:
        """Add the rows of one result."""
        self.writer.writerows(self.rows(result))

    def rows(self, result: Result) -> list[tuple[object, ...]]:
        """Return the rows of one result."""
        rows = self.table.rows(result)
        return [tuple(map(_word, row)) for row in rows] if self.has_flags else rows

    def texts(self, result: Result, rows: "Rows") -> list[str]:
        """Return the rows of each row of a result with columns, and add nothing."""
        lines = ((*rows.cells(row, self.quoted, self.delimiter), "\n") for row in self.rows(result))
        return rows.filled(chain.from_iterable(lines))

    def quoted(self, cell: object) -> str:
        """Return a cell as it stands in a row."""
        if isinstance(cell, str) and _PLAIN.fullmatch(cell):
            return cell
        line = StringIO()
        csv.writer(line, delimiter=self.delimiter, lineterminator="").writerow((cell, 0))
        return line.getvalue()[:-2]

    def take(self) -> str:
        """Return the rows that were added since the last time."""
        text = "".join(self.lines)
        self.lines.clear()
        return text

    def finish(self, about: About, verdicts: "Sequence[Verdict]" = ()) -> str:
        """Return the whole table."""
        return self.head + self.take()


def _word(cell: object) -> object:
    """Return yes and no in the words of JSON, and anything else as it is."""
    return ("true" if cell else "false") if isinstance(cell, bool) else cell
