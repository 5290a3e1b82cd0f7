"""From where to where along an axis each design has the least carbon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from carbonctl.analysis.explore import axes as x
from carbonctl.analysis.explore.axes import Axis
from carbonctl.analysis.explore.columns import Designs
from carbonctl.analysis.explore.labels import shared
from carbonctl.analysis.explore.lines import PRODUCT, Ends, Lines, Source
from carbonctl.errors import InputError, Problem
from carbonctl.factors.envelope import lower_envelope, never_lowest

_DIGITS = 10  # significant digits in which lines are equal
_LIFETIMES = 5  # lines of a map
_BEND = 33  # places of a curve


class Region(NamedTuple):
    """Where a design wins.

    Attributes
    ----------
    start, end : float
        Along the axis.
    design : str
        What the winners are called: what designs with one line have in common.
    members : tuple of int
        The places of these designs.
    end_range : (float, float) or None
        The range of the end; None at the end of the axis.
    curve : tuple of (float, float)
        Places on the whole axis with the carbon there [kgCO2e].
    """

    start: float
    end: float
    design: str
    members: tuple[int, ...]
    end_range: Ends | None
    curve: tuple[tuple[float, float], ...] = ()


class Regions(NamedTuple):
    """Who wins along an axis.

    Attributes
    ----------
    axis : str
        Its name.
    unit : str
        What its places are in.
    low, high : float
        Its ends.
    regions : tuple of Region
        In the order of the axis.
    never_best : tuple of str
        Designs that no other beats in embodied carbon and in energy at once, and that win nowhere
        above 0 all the same.
    lifetime : float or None
        At which this holds [years]; None where each design has its own.
    beaten : int
        How many other designs win nowhere: another has less embodied carbon and less energy.
    """

    axis: str
    unit: str
    low: float
    high: float
    regions: tuple[Region, ...]
    never_best: tuple[str, ...]
    lifetime: float | None = None
    beaten: int = 0


def regions(
    source: Source, designs: Designs, rows: Sequence[int], over: Sequence[Axis], file: str
) -> tuple[Regions, ...]:
    """Return who of some designs wins along an axis, or at several lifetimes.

    Raises
    ------
    InputError
        Where a line falls, which is a credit and no use of energy.
    UsageError
        Where lines are unknown.
    """
    first, *others = over
    if not others:
        return (_along(source, designs, rows, first, None, file),)
    second = others[0]
    if second.name == x.VOLUME:
        along = Axis(PRODUCT, first.low * second.low, first.high * second.high)
        return (_along(source, designs, rows, along, None, file),)
    lifetimes = np.linspace(second.low, second.high, _LIFETIMES).tolist()
    return tuple(_along(source, designs, rows, first, life, file) for life in lifetimes)


def _along(
    source: Source,
    designs: Designs,
    rows: Sequence[int],
    axis: Axis,
    lifetime: float | None,
    file: str,
) -> Regions:
    lines = source.lines(axis.name, lifetime)
    groups = _groups(lines, rows)
    _require_rising(lines, rows, designs, axis, file)
    firsts = [members[0] for members in groups]
    intercepts, slopes = (side[firsts].tolist() for side in lines)
    found = []
    segments = lower_envelope(intercepts, slopes, axis.low, axis.high)
    for segment, after in zip(segments, [*segments[1:], None], strict=True):
        members = groups[segment.line]
        ends = None
        if after is not None:
            ends = source.crossing(axis.name, members[0], groups[after.line][0], lifetime)
        label = _label(designs, members)
        curve = _curve(axis, intercepts[segment.line], slopes[segment.line])
        found.append(Region(segment.start, segment.end, label, tuple(members), ends, curve))
    never = never_lowest(intercepts, slopes)
    named = tuple(_label(designs, groups[line]) for line in never)
    winning = {line for line in range(len(groups)) if any(s.line == line for s in segments)}
    beaten = sum(len(groups[g]) for g in range(len(groups)) if g not in winning and g not in never)
    unit = "kg" if axis.name == PRODUCT else axis.unit
    return Regions(axis.name, unit, axis.low, axis.high, tuple(found), named, lifetime, beaten)


def _curve(axis: Axis, intercept: float, slope: float) -> tuple[tuple[float, float], ...]:
    """Return the carbon of a design at places of an axis: its ends, or more where it bends."""
    if axis.name != x.UTILIZATION:
        return tuple((at, intercept + slope * at) for at in (axis.low, axis.high))
    places = np.linspace(axis.low, axis.high, _BEND).tolist()
    return tuple((at, intercept / at + slope) for at in places)


def _label(designs: Designs, members: Sequence[int]) -> str:
    values = [designs.values[place] for place in members]
    return shared(designs.axes, values, designs.labels[members[0]])


def _groups(lines: Lines, rows: Sequence[int]) -> list[list[int]]:
    """Return the designs with a known line, those with the same one together."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place in rows:
        line = (float(lines.intercepts[place]), float(lines.slopes[place]))
        if not any(map(np.isnan, line)):
            key = tuple(f"{number:.{_DIGITS}g}" for number in line)
            groups.setdefault(key, []).append(place)
    return [*groups.values()]


def _require_rising(
    lines: Lines, rows: Sequence[int], designs: Designs, axis: Axis, file: str
) -> None:
    """Require that no line falls, and that there are lines.

    Raises
    ------
    InputError
        Naming the first that does.
    """
    slopes = lines.slopes[list(rows)]
    falls = np.flatnonzero(slopes < 0)
    if falls.size:
        label = designs.labels[rows[int(falls[0])]]
        said = (
            f"{label}: less carbon with more {axis.name} is a credit; regions compare what "
            "designs emit. Leave the credit out of `energy`"
        )
        raise InputError([Problem(file, None, None, said)])
    if np.isnan(lines.intercepts[list(rows)] + slopes).all():
        said = f"over: the carbon of a design is unknown over {axis.name}"
        raise InputError([Problem(file, None, None, said)])
