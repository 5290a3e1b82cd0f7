"""CSV: one row an entry, LF, full precision, empty where unknown."""

import csv
import io

from carbonctl.ledger import COLUMNS
from carbonctl.render import Style
from carbonctl.result import About, Result

_OWN = len(COLUMNS) - 2  # the columns that an entry begins with; file and workload go before


class Renderer:
    """Writes the entries of all results under one head."""

    delimiter = ","

    def __init__(self, style: Style) -> None:
        self.out = io.StringIO()
        self.writer = csv.writer(self.out, delimiter=self.delimiter, lineterminator="\n")
        self.writer.writerow(COLUMNS)

    def add(self, result: Result) -> None:
        """Add the rows of one result."""
        before = (result.file, result.name)
        self.writer.writerows([(*before, *entry[:_OWN]) for entry in result.entries])

    def finish(self, about: About) -> str:
        """Return the whole table."""
        return self.out.getvalue()
