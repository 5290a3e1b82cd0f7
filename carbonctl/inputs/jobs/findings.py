"""What is found while a table or a log is read: what was skipped, refused, and worth a note."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from carbonctl.inputs.jobs.no_text import shown, what_is_wrong

if TYPE_CHECKING:
    from carbonctl.ledger.fleet import Reject


NOT_COVERED = "not covered"


class Findings:
    """Collects what is found while inputs are read.

    Attributes
    ----------
    skipped : Counter
        Rows that rightly count nothing, by reason.
    rejects : list of Reject
        Rows that cannot be counted.
    notes : dict
        What the user should know, each once, with how often it was met.
    not_covered : Counter
        Quantities of what no kind accounts for, by what it is and its unit.
    uncovered_h : float
        Hours without a measurement, which count nothing.
    """

    def __init__(self) -> None:
        self.skipped: Counter[str] = Counter()
        self.rejects: list[Reject] = []
        self.notes: Counter[str] = Counter()
        self.not_covered: Counter[tuple[str, str]] = Counter()
        self.uncovered_h = 0.0

    def skip(self, reason: str, rows: int = 1) -> None:
        """Count rows that rightly count nothing."""
        self.skipped[shown(reason)] += rows

    def reject(self, file: str, line: int | str, column: str, value: object, message: str) -> None:
        """Add a row that cannot be counted."""
        from carbonctl.ledger.fleet import Reject  # most inputs have none

        text = str(value)
        why = what_is_wrong(text) or message
        self.rejects.append(Reject(file, line, shown(column), shown(text), shown(why)))

    def note(self, text: str, rows: int = 1) -> None:
        """Add something that the user should know."""
        self.notes[shown(text)] += rows

    def leave_out(self, what: str, quantity: float, unit: str) -> None:
        """Add a quantity that no kind of activity accounts for, and count its row."""
        self.skip(NOT_COVERED)
        self.not_covered[shown(what), shown(unit)] += quantity  # type: ignore[assignment]

    def add(self, other: Findings) -> None:
        """Add what was found elsewhere."""
        self.skipped += other.skipped
        self.rejects += other.rejects
        self.notes += other.notes
        self.not_covered += other.not_covered
        self.uncovered_h += other.uncovered_h
