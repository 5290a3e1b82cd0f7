"""Axes along which designs win and lose: intensity, volume, lifetime, utilization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.errors import UsageError
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.numbers.units import Dimension, parse
from carbonctl.text import did_you_mean

INTENSITY, VOLUME, LIFETIME, UTILIZATION = "intensity", "volume", "lifetime", "utilization"
_YEAR_H = 8760.0
_DIMENSIONS: dict[str, Dimension] = {
    INTENSITY: units.INTENSITY._replace(example="0..1 kg/kWh"),
    VOLUME: units.COUNT._replace(example="0..1e9"),
    LIFETIME: units.SERVICE_LIFE._replace(example="1..8 years"),
    UTILIZATION: units.FRACTION._replace(example="10..90 %"),
}
_UNITS = {INTENSITY: "kg/kWh", VOLUME: "", LIFETIME: "years", UTILIZATION: ""}
_EXAMPLE = "intensity=0..1kg/kWh"


class Axis(NamedTuple):
    """One axis from ``low`` to ``high``, in kgCO2e/kWh, units of work, years or as a share."""

    name: str
    low: float
    high: float

    @property
    def unit(self) -> str:
        """What its ends are in; empty for a count and a share."""
        return _UNITS[self.name]


DEFAULT = Axis(INTENSITY, 0.0, 1.0)


def read_over(text: str) -> tuple[Axis, ...]:
    """Read ``AXIS=LOW..HIGH``, or the name of an axis with its usual ends; two with a comma.

    Raises
    ------
    UsageError
        For another axis, other units, or ends that do not rise.
    """
    parts = [part.strip() for part in text.split(",")]
    axes = []
    for part in parts:
        name, equals, span = part.partition("=")
        axes.append(axis(name.strip(), span.strip() if equals else None, f"--over {text}"))
    return together(axes, f"--over {text}")


def axis(name: str, span: str | None, what: str) -> Axis:
    """Return one axis; without a span it has its usual ends.

    Raises
    ------
    UsageError
        As `read_over`; ``what`` is what messages call it.
    """
    if name not in _DIMENSIONS:
        near = did_you_mean(name, _DIMENSIONS) or f"; there are {', '.join(_DIMENSIONS)}"
        raise UsageError(f"{what}: no axis `{name}`{near}; write {_EXAMPLE}")
    dimension = _DIMENSIONS[name]
    try:
        ends = parse(dimension.example if span is None else span, dimension)
    except QuantityError as error:
        raise UsageError(f"{what}: {error}") from None
    if not isinstance(ends, Range) or not 0 <= ends.low < ends.high:
        raise UsageError(f"{what}: write LOW..HIGH from 0 up, as in {name}={dimension.example}")
    by = _YEAR_H if name == LIFETIME else 1.0
    low, high = float(ends.low) / by, float(ends.high) / by
    if name == UTILIZATION and (low == 0 or high > 1):
        raise UsageError(f"{what}: a utilization lies above 0 and is at most 100 %")
    if name == LIFETIME and low == 0:
        raise UsageError(f"{what}: a lifetime lies above 0")
    return Axis(name, low, high)


def together(axes: Sequence[Axis], what: str) -> tuple[Axis, ...]:
    """Return axes that can be asked for at once: one, or two of which intensity is one.

    Raises
    ------
    UsageError
        For others.
    """
    names = sorted(axis.name for axis in axes)
    if len(axes) > 1 and names not in ([INTENSITY, VOLUME], [INTENSITY, LIFETIME]):
        raise UsageError(f"{what}: one axis, or intensity together with volume or with lifetime")
    return tuple(sorted(axes, key=lambda axis: axis.name != INTENSITY))
