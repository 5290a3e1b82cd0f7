"""CSV: one row an entry or a group, LF, full precision, empty where unknown."""

import csv
import io
from typing import TYPE_CHECKING

from carbonctl.render import Style
from carbonctl.result import About, Result
from carbonctl.rows import VIEWS, grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonctl.gates import Verdict


class Renderer:
    """Writes the entries of all results under one head."""

    delimiter = ","

    def __init__(self, style: Style) -> None:
        self.out = io.StringIO()
        self.writer = csv.writer(self.out, delimiter=self.delimiter, lineterminator="\n")
        self.table = VIEWS["entries"] if style.by is None else grouped(style.by)
        self.writer.writerow(self.table.columns)

    def add(self, result: Result) -> None:
        """Add the rows of one result: its entries, or its groups."""
        self.writer.writerows(self.table.rows(result))

    def finish(self, about: About, verdicts: "Sequence[Verdict]" = ()) -> str:
        """Return the whole table."""
        return self.out.getvalue()
