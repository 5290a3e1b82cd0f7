"""The ledger: one entry for each line of the account, and the sums over them.

Activity data × emission factor = entry (GHG Protocol). Every figure that is shown
anywhere is a view of the entries, so that parts and wholes agree.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from carbonctl.estimators.roles import MACHINES, Role
from carbonctl.numbers.intervals import exact_sum
from carbonctl.numbers.values import Value

OPERATIONAL = "operational"
EMBODIED = "embodied"
PUE_OVERHEAD = "PUE overhead"
GRID_LOSSES = "grid losses"
AT_SITE = " @ "  # between an item and its site, where an activity has several
NO_SYSTEM = "no system"

COLUMNS = (
    "file", "workload", "phase", "activity", "kind", "item", "boundary", "ghg_scope",
    "lifecycle_stage", "quantity", "quantity_unit", "factor", "factor_unit", "factor_basis",
    "factor_year", "factor_source", "status", "energy_kwh", "kgco2e", "kgco2e_market",
    "kgco2e_low", "kgco2e_high", "water_l",
)  # fmt: skip


# Limits of a figure: sums and ratios of several stay finite.
LARGEST, SMALLEST = 1e150, 1e-150
BEYOND = f"a figure is above {LARGEST:g} or below {SMALLEST:g}; check quantities and units"


def in_limits(numbers: Iterable[float]) -> bool:
    """Return whether each number is 0 or within the limits."""
    sizes = [abs(number) for number in numbers if number]
    return not sizes or (min(sizes) >= SMALLEST and sum(sizes) <= LARGEST)


class Entry(NamedTuple):
    """One line of the account.

    ``quantity × factor = kgco2e``. The attributes are the columns of the CSV in their
    order, then ``formula``, an expression over the names of ``inputs`` that gives
    ``kgco2e``. None is unknown, never zero. Energy in kWh, carbon in kgCO2e, water in litres.

    Attributes
    ----------
    name : str
        The item without its site.
    role : str
        What it is of.
    site : str or Value
        The name of its site, else its grid, else the carbon intensity that is given.
    system : str
        The name of its system, else its device.
    amount : str
        An expression over the names of ``inputs`` that gives ``quantity``, within a product;
        empty where the quantity has none of its own.
    """

    phase: str
    activity: str
    kind: str
    item: str
    boundary: str
    ghg_scope: str
    lifecycle_stage: str
    quantity: float | None
    quantity_unit: str
    factor: float | None
    factor_unit: str
    factor_basis: str | None
    factor_year: int | None
    factor_source: str | None
    status: str
    energy_kwh: float | None
    kgco2e: float | None
    kgco2e_market: float | None
    kgco2e_low: float | None
    kgco2e_high: float | None
    water_l: float | None
    formula: str
    inputs: tuple[Value, ...]
    name: str = ""
    role: Role = MACHINES
    site: str | Value = ""
    system: str = NO_SYSTEM
    amount: str = ""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What makes an entry the same one in another account."""
        return self.phase, self.activity, self.item, self.boundary

    @property
    def is_in_limits(self) -> bool:
        """Whether its figures are within the limits; columns are not checked."""
        numbers = [number for number in self if isinstance(number, float)]
        for value in self.inputs:
            number = value.number
            if type(number) is float:  # which stands for its ends too
                numbers += (number, number, number)
            else:
                ends = (value.best, value.low, value.high)
                numbers += [end for end in ends if isinstance(end, float)]
        return in_limits(numbers)


class Totals(NamedTuple):
    """Sums over entries, each exactly rounded; None where an entry it needs is unknown.

    The bounds are the sums of the entries' bounds: an outer bound. Water is that of
    operation; embodied entries have none.
    """

    energy_kwh: float | None
    operational_kgco2e: float | None
    operational_market_kgco2e: float | None
    embodied_kgco2e: float | None
    total_kgco2e: float | None
    total_market_kgco2e: float | None
    total_low_kgco2e: float | None
    total_high_kgco2e: float | None
    water_l: float | None


# Each sum: the boundary it is over (both where None), and the column.
SUMS: dict[str, tuple[str | None, str]] = {
    "energy_kwh": (OPERATIONAL, "energy_kwh"),
    "operational_kgco2e": (OPERATIONAL, "kgco2e"),
    "operational_market_kgco2e": (OPERATIONAL, "kgco2e_market"),
    "embodied_kgco2e": (EMBODIED, "kgco2e"),
    "total_kgco2e": (None, "kgco2e"),
    "total_market_kgco2e": (None, "kgco2e_market"),
    "total_low_kgco2e": (None, "kgco2e_low"),
    "total_high_kgco2e": (None, "kgco2e_high"),
    "water_l": (OPERATIONAL, "water_l"),
}


def total(entries: Sequence[Entry], name: str) -> float | None:
    """Return one of the sums of `Totals`; None where an entry it needs is unknown."""
    boundary, column = SUMS[name]
    numbers = [getattr(e, column) for e in entries if boundary in (None, e.boundary)]
    return None if any(n is None for n in numbers) else exact_sum(numbers)


def totals(entries: Sequence[Entry]) -> Totals:
    """Return the sums over some entries."""
    return Totals(**{name: total(entries, name) for name in Totals._fields})
