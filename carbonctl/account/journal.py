"""What an account gathers on its way: entries, what was assumed, and what to warn of."""

from typing import Any

from carbonctl.errors import Caution
from carbonctl.estimators.base import ActivityData
from carbonctl.ledger.entry import Entry, Figure
from carbonctl.ledger.ranges import ends_of
from carbonctl.numbers.intervals import best, high, low
from carbonctl.numbers.quantities import Quantity
from carbonctl.numbers.values import Value

_WEAKEST_FIRST = ("archetype", "default", "derived", "catalog", "given")
_STRENGTH = {status: place for place, status in enumerate(_WEAKEST_FIRST)}


class Journal:
    """The entries of one workload, what was assumed on the way, and what to warn of.

    Attributes
    ----------
    entries : list of Entry
        The ledger.
    without_pue_kwh : list of float
        Electricity of each draw without that of the building [kWh].
    assumptions : dict
        What the spec did not give.
    warnings : list of str
        What the user should know.
    imports : tuple of str
        The places whose carbon intensity counts imports.
    figures : list of Figure
        Figures of activities that are no entries.
    details : dict
        The terms that they come from, by phase and activity.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.without_pue_kwh: list[float] = []
        self.assumptions: dict[tuple[str, str], Value] = {}
        self.warnings: list[Caution] = []
        self.imports: tuple[str, ...] = ()
        self.figures: list[Figure] = []
        self.details: dict[tuple[str, str], Any] = {}

    def warn(self, caution: Caution) -> None:
        """Add a warning once."""
        if caution not in self.warnings:
            self.warnings.append(caution)

    def show(self, phase: str, activity: str, data: ActivityData) -> None:
        """Note the figures of an activity, and the terms that they come from."""
        for name, number, unit in data.figures:
            if isinstance(number, Quantity):
                ends = best(number.number), *ends_of(number)
            else:
                ends = best(number), low(number), high(number)
            self.figures.append(Figure(phase, activity, name, ends[0], unit, *ends[1:]))
        if data.details is not None:
            self.details[phase, activity] = data.details

    def assume(self, values: tuple[Value, ...]) -> str:
        """Note every value that the spec did not give, once, and return the weakest status.

        A derived value is not noted, as it rests on others, unless it is uncertain by itself.
        """
        weakest = "given"
        for value in values:
            status = value.status
            if status == "given":
                continue
            if _STRENGTH[status] < _STRENGTH[weakest]:
                weakest = status
            if (status != "derived" or value.unknown) and value.path is not None:
                self.assumptions.setdefault((value.path, value.name), value)
        return weakest
