"""What is asked of each point: a sum over the account or over a phase, or what a unit has of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from carbonctl.analysis.accounts import Outcome
from carbonctl.analysis.figures import Figures
from carbonctl.ledger.entry import Totals
from carbonctl.ledger.result import Result
from carbonctl.numbers.intervals import best
from carbonctl.numbers.units import COUNT, parse_formatted

PER_UNIT = "_per_unit"


class Measure(NamedTuple):
    """A key of `carbonctl.ledger.entry.Totals`, of one phase or of all.

    ``is_per_unit`` says that it is over the amount of the functional unit.
    """

    phase: str | None
    key: str
    is_per_unit: bool = False

    @property
    def of(self) -> str:
        """The sum that it is of, as rules write it."""
        return f"phases.{self.phase}.{self.key}" if self.phase else self.key

    @property
    def name(self) -> str:
        """What machines call it."""
        return f"{self.of}{PER_UNIT}" if self.is_per_unit else self.of

    def figures(self, result: Result, total: Totals) -> Any:
        """Return the sum over an account, in all its rows; None where it is unknown.

        ``total`` are the sums over all of it, unless they differ from row to row.
        """
        if self.phase is None:
            return getattr(total, self.key)
        return Figures(result.booked).figure(self.phase, self.key)


def unit_of(result: Result) -> tuple[str, Any] | None:
    """Return the name and the amount of the functional unit; None where there is none.

    Of an account with columns the amount may be what is written in each row.
    """
    unit = result.spec.get("functional_unit")
    return (unit["name"], unit["amount"]) if unit else None


def amount_of(unit: tuple[str, Any], outcome: Outcome) -> float:
    """Return the amount of a functional unit at one point."""
    written = unit[1]
    rows = getattr(written, "rows", None)
    if rows is not None and outcome.row is not None:
        written = rows[outcome.row]
    return best(parse_formatted(written, COUNT))
