"""What stands in for a quantity that a workload leaves out: measured, by class, with its range.

A prior is the best estimate (the median) and the 90 % range (p5 and p95) of a quantity in one
class of use, machine or site, as priors.csv holds them with their evidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog.tables import Row, first
from carbonctl.errors import InputError, Problem
from carbonctl.numbers.intervals import Number, Range
from carbonctl.numbers.values import Value
from carbonctl.text import did_you_mean

TABLE = "priors.csv"

# The units of each quantity, as the table writes them, and the least and the greatest value.
_MOST_OF_RATED = 1.08  # of its rated power that a device draws for long
_BOUNDS: dict[str, tuple[tuple[str, ...], float, float]] = {
    "device_power_share": (("of rated power",), 0.0, _MOST_OF_RATED),
    "host_share": (("of devices' rated power",), 0.0, 10.0),
    "host_components": (("of devices' rated power",), 0.0, 10.0),
    "host_w_per_device": (("W per device",), 0.0, 1e5),
    "host_w_per_vcpu": (("W per vCPU",), 0.0, 1e3),
    "pue": (("ratio",), 1.0, 10.0),
    "grid_ratio": (("ratio",), 0.0, 100.0),
    "server_power": (("of CPU TDP", "of peak power"), 0.0, 10.0),
    "devices_per_host": (("devices",), 1.0, 1e3),
    "dram_power": (("W/GB",), 0.0, 10.0),
    "embodied_ratio": (("ratio",), 0.0, 100.0),
    "embodied_kg": (("kg",), 0.0, 1e6),
    "rated_power": (("W",), 0.0, 1e6),
    "busy": (("of time",), 0.0, 1.0),
    "utilization": (("of its life",), 0.0, 1.0),
}
UNKNOWN = "unknown"


class Prior(NamedTuple):
    """The best estimate and the 90 % range of a quantity in one class.

    Attributes
    ----------
    quantity, name : str
        What it is of, and its class.
    best, low, high : float
        The median, p5 and p95, in ``unit``.
    unit, source : str
        The unit as the table writes it; keys of sources.yaml, joined by a space.
    text : str
        What the class is called in notes.
    evidence : str
        How many observations there are, where the table says it.
    confidence : str
        high, medium or low.
    """

    quantity: str
    name: str
    best: float
    low: float
    high: float
    unit: str
    source: str
    text: str
    evidence: str
    confidence: str

    @property
    def number(self) -> Number:
        """The best estimate with its range; a plain number where it has none."""
        is_certain = self.low == self.best == self.high
        return self.best if is_certain else Range(self.best, self.low, self.high)

    def value(self, name: str, path: str, unit: str, of: str = "", why: str = "") -> Value:
        """Return it as the value that stands in for a key of the spec.

        Parameters
        ----------
        name, path : str
            What formulas call it, and where the spec could give it.
        unit : str
            The unit of the key; empty for ratios.
        of : str
            What tells this unknown from another of the class: a device, a site.
        why : str
            Why this class was taken, in words.
        """
        unknown = ":".join(part for part in (self.quantity, self.name, of) if part)
        said = f"{self.text}: {why}" if why else self.text
        return Value(
            self.number, unit, "default", self.source or None, path, name=name, note=said,
            confidence=self.confidence, unknown=unknown,
        )  # fmt: skip


class PriorClass(NamedTuple):
    """The class of a use, a machine or a site: quantity and name of its prior, and why it fits."""

    quantity: str
    name: str
    why: str = ""


class Priors:
    """The priors of some folders by quantity and class; the first folder takes precedence."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._by_class = first(folders, TABLE, _prior, "not a prior: ")
        if len(folders) > 1:
            self._check_classes(folders)

    def _check_classes(self, folders: Sequence[Path]) -> None:
        """Refuse classes of the user's own that nothing takes.

        Raises
        ------
        InputError
            With the file of the first one.
        """
        known = first(folders[-1:], TABLE, _prior)
        for folder in folders[:-1]:
            for quantity, name in first([folder], TABLE, _prior):
                if (quantity, name) not in known:
                    names = [other for of, other in known if of == quantity]
                    close = did_you_mean(name, names) or f"; there are {', '.join(names)}"
                    said = f"not a prior: nothing takes the class `{name}` of {quantity}{close}"
                    raise InputError([Problem(str(folder / TABLE), 1, 1, said)])

    def __getitem__(self, key: tuple[str, str]) -> Prior:
        """Return the prior of a quantity and a class; of an unknown class where there is none."""
        quantity, _ = key
        known = self._by_class.get(key) or self._by_class.get((quantity, UNKNOWN))
        if known is None:
            raise KeyError(key)
        return known

    def all(self) -> Iterable[Prior]:
        """Return every prior, in the order of the tables."""
        return self._by_class.values()


def _number(row: Row, key: str) -> float:
    try:
        return float(row[key])
    except ValueError:
        raise ValueError(f"{key} is no number but `{row[key]}`") from None


def _prior(row: Row) -> tuple[tuple[str, str], Prior]:
    """Read a row.

    Raises
    ------
    ValueError
        Where its figures are not in order or out of bounds, or it lacks source or unit.
    """
    quantity, name = row["quantity"], row["class"]
    if quantity not in _BOUNDS:
        raise ValueError(f"the quantity `{quantity}` is not one of {', '.join(_BOUNDS)}")
    units, least, most = _BOUNDS[quantity]
    if row["unit"] not in units:
        raise ValueError(f"the unit of {quantity} is `{' or '.join(units)}`, not `{row['unit']}`")
    figures = {key: _number(row, key) for key in ("p5", "best", "p95", "low", "high")}
    for under, over in (("low", "high"), ("p5", "p95")):
        if not figures[under] <= figures["best"] <= figures[over]:
            raise ValueError(f"{under}, best and {over} are not in order")
    best, low, high = (figures[key] for key in ("best", "low", "high"))
    if not (least <= low <= high <= most and math.isfinite(high)):
        raise ValueError(f"outside of {least:g}..{most:g} {row['unit']}")
    if not row["source"].strip():
        raise ValueError("a prior needs a source")
    known = {key: row[key] for key in ("unit", "source", "text", "confidence")}
    return (quantity, name), Prior(quantity, name, best, low, high, evidence=row["n"], **known)
