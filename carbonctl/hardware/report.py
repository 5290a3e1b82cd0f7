"""A bill as a result: its lines as entries of a ledger, and what follows from their sum."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.catalog.fab import joined
from carbonctl.hardware.lines import PACKAGE, Line
from carbonctl.ledger.entry import EMBODIED, Entry
from carbonctl.ledger.result import Result
from carbonctl.ledger.sums import ends_over, without_range
from carbonctl.numbers.intervals import Number, Range, best, high, low
from carbonctl.numbers.values import Value
from carbonctl.spec.parts import END_OF_LIFE, MANUFACTURING, TRANSPORT

SCHEMA = "carbonctl.embodied/2"
PACKAGING = "packaging"
VIEWS = (MANUFACTURING, PACKAGING, TRANSPORT, END_OF_LIFE)


class Beside(NamedTuple):
    """A group of parts beside what a published figure says of the same [kgCO2e of one device].

    None is unknown, or not in one of the two.
    """

    name: str
    published: float | None
    computed: float | None


class Published(NamedTuple):
    """A published figure for what a bill is of, and how the two differ.

    Attributes
    ----------
    value : Value
        The figure [kgCO2e].
    covers : str
        What it is of.
    lacks : tuple of str
        What it covers and the bill does not.
    split : tuple of Beside
        The same by groups of parts, where the figure is split.
    """

    value: Value
    covers: str
    lacks: tuple[str, ...]
    split: tuple[Beside, ...]


class Bill(NamedTuple):
    """The embodied carbon of a system or a device, line by line.

    Attributes
    ----------
    what : str
        system, device, host or list.
    result : Result
        Its lines as entries, with their sums, warnings and assumptions.
    devices : Value
        How many devices are in it.
    lifetime, utilization : Value
        Service life [h], and the share of it in useful work.
    published : Published or None
        A published figure beside it.
    notes : tuple of str
        What is held wrong in a list of somebody else's.
    covers : str
        What the lines are of, where they are not all of it.
    """

    what: str
    result: Result
    devices: Value
    lifetime: Value
    utilization: Value
    published: Published | None = None
    notes: tuple[str, ...] = ()
    covers: str = ""

    @property
    def total(self) -> Number | None:
        """Embodied carbon of all lines, with its range [kgCO2e]; None where unknown."""
        return total(self._embodied)

    @property
    def _embodied(self) -> list[Entry]:
        return [entry for entry in self.result.booked if entry.boundary == EMBODIED]

    @property
    def per_device(self) -> Number | None:
        """The same of one device [kgCO2e]."""
        return total(self._embodied, self.devices)

    @property
    def per_useful_hour(self) -> Number | None:
        """The same of one device for an hour of useful work [kgCO2e/h]."""
        return total(self._embodied, self.devices, self.lifetime, self.utilization)

    def view(self, name: str) -> float | None:
        """Return the sum of one of `VIEWS` [kgCO2e]; None where it is unknown or nothing is."""
        entries = [entry for entry in self.result.booked if view_of(entry) == name]
        return without_range(entries).total_kgco2e if entries else None

    @property
    def views(self) -> list[str]:
        """Which of `VIEWS` there are lines of."""
        there = {view_of(entry) for entry in self.result.booked}
        return [name for name in VIEWS if name in there]


def view_of(entry: Entry) -> str:
    """Return in which of `VIEWS` an entry counts; packaging is a part of manufacturing in LCA."""
    if entry.boundary != EMBODIED:
        return entry.lifecycle_stage
    return PACKAGING if entry.kind == PACKAGE else entry.lifecycle_stage


def total(entries: Sequence[Entry], *over: Value) -> Number | None:
    """Return the sum of some entries over some values, with its range; None where unknown."""
    middle = without_range(entries).total_kgco2e
    if middle is None:
        return None
    middle /= math.prod(value.best for value in over)
    least, most = ends_over(entries, over)
    return middle if least is None or least == most else Range(middle, least, most)


def entry(line: Line, name: str, status: str) -> Entry:
    """Return a line as an entry of a ledger that has no phases."""
    carbon = line.carbon
    factor = line.factor
    inputs = carbon.inputs if carbon else line.amount.inputs
    return Entry(
        phase="",
        activity=name,
        kind=line.kind,
        item=line.item,
        boundary=EMBODIED,
        ghg_scope="",
        lifecycle_stage=line.stage,
        quantity=best(line.amount.number),
        quantity_unit=line.unit,
        factor=None if factor is None else best(factor.number),
        factor_unit=f"kgCO2e/{line.unit}",
        factor_basis=None,
        factor_year=line.year,
        factor_source=None if factor is None else _source(factor.inputs),
        status=status,
        energy_kwh=0.0,
        kgco2e=None if carbon is None else best(carbon.number),
        kgco2e_market=None if carbon is None else best(carbon.number),
        kgco2e_low=None if carbon is None else low(carbon.number),
        kgco2e_high=None if carbon is None else high(carbon.number),
        water_l=None,
        formula="" if carbon is None else carbon.formula,
        inputs=inputs,
    )


def _source(inputs: tuple[Value, ...]) -> str | None:
    return joined(value.source for value in inputs) or None
