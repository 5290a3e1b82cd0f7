"""What is asked of each point: a sum over the account or over a phase, or what a unit has of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.columns import Point
from carbonctl.analysis.figures import figure_of
from carbonctl.ledger.entry import Totals
from carbonctl.ledger.result import Result
from carbonctl.numbers.intervals import best
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.numbers.units import COUNT, parse, parse_formatted
from carbonctl.spec.tree import Map

PER_UNIT = "_per_unit"
_UNIT = "functional_unit"


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
        return figure_of(result, self.phase, self.key)


class Unit:
    """The functional unit of a workload at the points of a sweep.

    Parameters
    ----------
    accounts : Accounts
        Of the workload.
    paths : sequence of str
        What is swept.
    """

    def __init__(self, accounts: Accounts, paths: Sequence[str]) -> None:
        self.accounts = accounts
        self.paths = paths
        unit = accounts.tree.get(_UNIT) if isinstance(accounts.tree, Map) else None
        is_given = isinstance(unit, Map) and "amount" in unit
        self.places = [  # of what it depends on: of activities too, where they say its amount
            place for place, path in enumerate(paths)
            if not is_given or path.partition(".")[0] == _UNIT
        ]  # fmt: skip
        self.known: dict[Point, float | None] = {}

    def amount(self, values: Point) -> float | None:
        """Return how many units there are at a point; None where the workload has none."""
        own = tuple(values[place] for place in self.places)
        if own not in self.known:
            self.known[own] = self._amount(values)
        return self.known[own]

    def _amount(self, values: Point) -> float | None:
        if [self.paths[place] for place in self.places] == [f"{_UNIT}.amount"]:
            with suppress(QuantityError):
                return best(parse(values[self.places[0]], COUNT))
        result = self.accounts.outcome(self.paths, values).result
        unit = None if result is None else result.spec.get(_UNIT)
        return best(parse_formatted(unit["amount"], COUNT)) if unit else None
