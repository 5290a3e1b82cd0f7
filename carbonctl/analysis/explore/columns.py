"""The columns of designs: what a figure is called, and in which unit it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from carbonctl.numbers import units
from carbonctl.numbers.units import Dimension
from carbonctl.text import did_you_mean

SECONDS = units.DURATION._replace(unit="s", example="20 ms", bare=("ms", "s"))
JOULES = units.ENERGY._replace(unit="J", example="0.5 J", bare=("J", "kWh"))
PER_SECOND = units.REQUEST_RATE._replace(unit="/s", example="40 /s")
PLAIN = units.RATIO._replace(name="number", example="69", percent=False)
LOW, HIGH = "total_low_kgco2e", "total_high_kgco2e"


class Kind(NamedTuple):
    """A column: what machines call it, and the dimension that its unit comes from."""

    key: str
    dimension: Dimension


ACCOUNT = {
    "energy": Kind("energy_kwh", units.ENERGY),
    "operational": Kind("operational_kgco2e", units.MASS),
    "operational_market": Kind("operational_market_kgco2e", units.MASS),
    "embodied": Kind("embodied_kgco2e", units.MASS),
    "total": Kind("total_kgco2e", units.MASS),
    "total_market": Kind("total_market_kgco2e", units.MASS),
    "water": Kind("water_l", units.VOLUME),
}
ENERGY, OPERATIONAL, EMBODIED, TOTAL = "energy", "operational", "embodied", "total"
METRICS = {
    "cdp": Kind("cdp_kgco2e_s", PLAIN),
    "cep": Kind("cep_kgco2e_kwh", PLAIN),
    "c2ep": Kind("c2ep_kgco2e2_kwh", PLAIN),
    "ce2p": Kind("ce2p_kgco2e_kwh2", PLAIN),
    "tcdp": Kind("tcdp_kgco2e_s", PLAIN),
    "ncf": Kind("ncf", PLAIN),
    "zeus": Kind("zeus_j", JOULES),
}
_BY_UNIT = {
    "s": SECONDS, "J": JOULES, "/s": PER_SECOND, "W": units.POWER, "kWh": units.ENERGY,
    "kgCO2e": units.MASS, "h": units.DURATION,
}  # fmt: skip
# Figures of a user's own whose unit follows from their name.
OWN = {
    "delay": SECONDS, "latency": SECONDS, "time": SECONDS, "first_token": SECONDS,
    "power": units.POWER, "limit": units.POWER, "area": units.AREA, "memory": units.CAPACITY,
    "lifetime": units.SERVICE_LIFE, "utilization": units.FRACTION, "intensity": units.INTENSITY,
}  # fmt: skip


class Figure(NamedTuple):
    """One column of all designs.

    Attributes
    ----------
    name, key : str
        What files call it, and what machines do.
    dimension : Dimension
        Whose unit it is in.
    best, low, high : array
        (designs,); NaN is unknown, and both bounds are the best estimate where there is no range.
    """

    name: str
    key: str
    dimension: Dimension
    best: Any
    low: Any
    high: Any

    @property
    def unit(self) -> str:
        """Its unit; empty for a plain number."""
        return self.dimension.unit


class Designs(NamedTuple):
    """All designs, side by side.

    Attributes
    ----------
    axes : tuple of str
        What differs from design to design: paths, or columns of a table.
    values : list of tuple of str
        The text of each axis, by design.
    labels : list of str
        What each is called; no two are called the same.
    figures : dict of str to Figure
        Its figures by name.
    errors : dict of int to str
        Why a design has none, by its place.
    """

    axes: tuple[str, ...]
    values: list[tuple[str, ...]]
    labels: list[str]
    figures: dict[str, Figure]
    errors: dict[int, str]

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.values)


def of_unit(unit: str) -> Dimension:
    """Return the dimension of a figure of an activity, by its unit."""
    return _BY_UNIT.get(unit, PLAIN)


def resolve(name: str, known: Iterable[str]) -> str | None:
    """Return the column that a name means: its short name, or what machines call it."""
    known = [*known]
    if name in known:
        return name
    short = next(
        (key for key, kind in (*ACCOUNT.items(), *METRICS.items()) if kind.key == name), ""
    )
    return short if short in known else None


def nobody_gives(name: str, known: Iterable[str]) -> str:
    """Return the message of a column that does not exist."""
    known = [*known]
    near = did_you_mean(name, known) or f"; there are {', '.join(known)}"
    return f"no column `{name}`{near}"
