"""CSV: one row an entry or a group, LF, full precision, empty where unknown."""

import csv
import io
from typing import TYPE_CHECKING

from carbonctl.ledger import COLUMNS, Totals
from carbonctl.render import Style
from carbonctl.result import About, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonctl.gates import Verdict

_OWN = len(COLUMNS) - 2  # the columns that an entry begins with; file and workload go before


class Renderer:
    """Writes the entries of all results under one head."""

    delimiter = ","

    def __init__(self, style: Style) -> None:
        self.out = io.StringIO()
        self.writer = csv.writer(self.out, delimiter=self.delimiter, lineterminator="\n")
        self.by = style.by
        own = COLUMNS[2:] if self.by is None else (self.by, *Totals._fields)
        self.writer.writerow(("file", "workload", *own))

    def add(self, result: Result) -> None:
        """Add the rows of one result: its entries, or its groups."""
        before = (result.file, result.name)
        if self.by is None:
            self.writer.writerows([(*before, *entry[:_OWN]) for entry in result.entries])
            return
        groups = result.groups(self.by).items()
        self.writer.writerows([(*before, name, *sums) for name, sums in groups])

    def finish(self, about: About, verdicts: "Sequence[Verdict]" = ()) -> str:
        """Return the whole table."""
        return self.out.getvalue()
