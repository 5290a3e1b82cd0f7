"""The ledger: one entry for each line of the account, and the sums over them.

Activity data × emission factor = entry (GHG Protocol). Every figure that is shown
anywhere is a view of the entries, so that parts and wholes agree.
"""

from collections.abc import Iterable
from typing import NamedTuple

from carbonctl.estimators.roles import MACHINES, Role
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
    kgco2e_low, kgco2e_high : float
        Of a result the range in which the entry is in 90 of 100 cases; in the books of an account
        outer bounds, as if all that is uncertain were at its end at once.
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


class Figure(NamedTuple):
    """A figure of an activity that is no entry, such as its tokens per second.

    ``low`` and ``high`` are its range.
    """

    phase: str
    activity: str
    name: str
    value: float
    unit: str
    low: float
    high: float


def are_in_limits(entries: Iterable[Entry]) -> bool:
    """Return whether the figures of some entries are within the limits; columns are not checked."""
    entries = list(entries)
    inputs = {id(value): value for entry in entries for value in entry.inputs}
    ends = [(value.best, value.low, value.high) for value in inputs.values()]
    return in_limits([n for part in (*entries, *ends) for n in part if isinstance(n, float)])


class Totals(NamedTuple):
    """Sums over entries, each exactly rounded; None where an entry it needs is unknown.

    ``total_low_kgco2e`` and ``total_high_kgco2e`` are the range in which the total is in 90 of
    100 cases (`carbonctl.ledger.ranges`). Water is that of operation; embodied entries have none.
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


BOUNDS = LOW, HIGH = "total_low_kgco2e", "total_high_kgco2e"
# Each sum: the boundary it is over (both where None), and the column; the bounds are no sums.
SUMS: dict[str, tuple[str | None, str]] = {
    "energy_kwh": (OPERATIONAL, "energy_kwh"),
    "operational_kgco2e": (OPERATIONAL, "kgco2e"),
    "operational_market_kgco2e": (OPERATIONAL, "kgco2e_market"),
    "embodied_kgco2e": (EMBODIED, "kgco2e"),
    "total_kgco2e": (None, "kgco2e"),
    "total_market_kgco2e": (None, "kgco2e_market"),
    LOW: (None, "kgco2e_low"),
    HIGH: (None, "kgco2e_high"),
    "water_l": (OPERATIONAL, "water_l"),
}


NOTHING = Totals(*[0.0] * len(Totals._fields))
