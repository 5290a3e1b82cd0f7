"""Quantities of a spec that say how they are distributed.

``low`` and ``high`` may lie outside what the figure can be; the distribution is then cut there,
and what is left of it made more likely.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from carbonctl.factors import distributions as d
from carbonctl.numbers import units
from carbonctl.numbers.intervals import NotOneNumber, Range, best, has_rows
from carbonctl.numbers.units import Dimension, format_number
from carbonctl.numbers.values import Value
from carbonctl.spec import bounds
from carbonctl.spec.texts import scalar
from carbonctl.spec.tree import Map
from carbonctl.text import did_you_mean

MORE = {"gsd": d.LOGNORMAL, "sd": d.NORMAL, "values": d.DISCRETE}  # keys that one alone takes
OF_BOUNDS = tuple(name for name in d.QUANTILES if name not in (d.NORMAL, d.DISCRETE))
# What each needs; of several ways the first that has all its keys, with what it may have beside.
_ALL, _ENDS = ("best", "low", "high"), ("low", "high")
_WAYS: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {
    **dict.fromkeys(d.QUANTILES, ((_ALL, ()),)),
    d.UNIFORM: ((_ENDS, ("best",)),),
    d.LOGNORMAL: ((("best", "gsd"), ()), (_ENDS, ("best",))),
    d.NORMAL: ((("best", "sd"), ()),),
    d.DISCRETE: ((("values",), ("best",)),),
}
_OFF = 0.05  # of its bounds' geometric middle that the best of a lognormal may be
_SLACK = 1e-6  # what rounding leaves of weights
_LARGEST_GSD = 100.0
_EDGE = 0.001  # the level at which an end stands that is outside what the figure can be
_SDS = 2  # standard deviations from the best to the ends


def read(raw: Map, parts: dict[str, float], dimension: Dimension, check: bounds.Check) -> Value:
    """Return a quantity with its distribution.

    Parameters
    ----------
    raw : Map
        What the spec says.
    parts : dict
        The numbers of its best, low and high, as far as it has them.
    dimension : Dimension
        What kind of quantity it is.
    check : callable
        Refuses what the figure cannot be.

    Raises
    ------
    ValueError
        With what is wrong and how to write it.
    NotOneNumber
        For columns: such a workload is read row by row.
    """
    if any(map(has_rows, parts.values())):
        raise NotOneNumber("a distribution is of one workload")
    word = known(raw["distribution"])
    _check_keys(word, raw)
    low, middle, high, more = _figures(word, raw, parts, dimension)
    if not low <= middle <= high:
        raise ValueError("best must lie between low and high")
    number = _number(word, (low, middle, high), more, check)
    check(middle, str(raw.get("best") or format_number(middle)))
    if number is None:
        return Value(middle, dimension.unit)
    return Value(number[0], dimension.unit, distribution=word, parameters=number[1])


def known(raw: Any) -> str:
    """Return the name of a distribution.

    Raises
    ------
    ValueError
        Where it is none.
    """
    word = scalar(raw, "the name of a distribution")
    if word not in d.QUANTILES:
        close = did_you_mean(word, d.QUANTILES)
        raise ValueError(f"`{word}` is no distribution{close}; there are {', '.join(d.QUANTILES)}")
    return str(word)


def _check_keys(word: str, raw: Map) -> None:
    """Refuse a mapping that lacks a key of its distribution, or has one that it does not take."""
    given = [key for key in (*_ALL, *MORE) if raw.get(key)]
    ways = _WAYS[word]
    needed = next((way for way in ways if set(way[0]) <= set(given)), None)
    if needed is None:
        wanted = ", or ".join(_listed(keys) for keys, _ in ways)
        raise ValueError(f"`distribution: {word}` needs {wanted}")
    for key in given:
        if key not in (*needed[0], *needed[1]):
            taken = _listed((*needed[0], *needed[1]))
            raise ValueError(f"`{key}` does not go with `distribution: {word}` by {taken}")


def _listed(keys: tuple[str, ...]) -> str:
    *first, last = (f"`{key}`" for key in keys)
    return f"{', '.join(first)} and {last}" if first else last


def _figures(
    word: str, raw: Map, parts: dict[str, float], dimension: Dimension
) -> tuple[float, float, float, tuple[float, ...]]:
    """Return low, best, high and parameters of a distribution."""
    if raw.get("gsd"):
        gsd, middle = _gsd(raw["gsd"]), parts["best"]
        _check_positive(word, "best", middle)
        return middle / gsd**2, middle, middle * gsd**2, (gsd,)
    if word == d.NORMAL:
        middle = parts["best"]
        sd = _sd(raw["sd"], middle, dimension)
        return middle - _SDS * sd, middle, middle + _SDS * sd, (sd,)
    if word == d.DISCRETE:
        pairs = _pairs(raw["values"], dimension)
        values, weights = pairs[::2], pairs[1::2]
        mean = sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)
        return values[0], parts.get("best", mean), values[-1], pairs
    low, high = parts["low"], parts["high"]
    if low > high:
        raise ValueError("low must not be above high")
    if word in d.POSITIVE:
        _check_positive(word, "low", low)
    if word == d.LOGNORMAL:
        return low, _middle(parts), high, ()
    return low, parts.get("best", (low + high) / 2), high, ()


def _check_positive(word: str, key: str, number: float) -> None:
    if number <= 0:
        raise ValueError(f"`distribution: {word}` is of values above 0, and {key} is not")


def _middle(parts: dict[str, float]) -> float:
    """Return the best estimate of a lognormal with its 5th and its 95th percentile."""
    low, high = parts["low"], parts["high"]
    median = math.sqrt(low) * math.sqrt(high)
    if "best" not in parts:
        return min(max(median, low), high)
    if (off := misses_median(parts["best"], low, high)) is not None:
        raise ValueError(
            f"best is {off:.0f} % off √(low·high), the median of a lognormal with this low and "
            f"high; write `distribution: {d.TWO_PIECE_LOGNORMAL}`"
        )
    return parts["best"]


def misses_median(middle: float, low: float, high: float) -> float | None:
    """Return by how much a best estimate misses the median of a lognormal [%], if it is much."""
    off = middle / (math.sqrt(low) * math.sqrt(high)) - 1
    return abs(off) * 100 if abs(off) > _OFF else None


def _gsd(raw: Any) -> float:
    text = scalar(raw, "a number above 1")
    number = best(units.parse(str(text), units.RATIO))
    if not 1 < number <= _LARGEST_GSD:
        raise ValueError(
            f"`{text}`: gsd is the geometric standard deviation, above 1 and up to {_LARGEST_GSD:g}"
        )
    return number


def _sd(raw: Any, middle: float, dimension: Dimension) -> float:
    """Return a standard deviation: in the unit of the quantity, or in percent of it.

    Percent of a fraction are its unit.
    """
    text = str(scalar(raw, "a standard deviation"))
    is_share = text.rstrip().endswith("%") and dimension.name != units.FRACTION.name
    sd = best(units.parse(text, units.FRACTION if is_share else dimension))
    sd = abs(middle) * sd if is_share else sd
    if sd <= 0:
        raise ValueError(f"`{text}`: sd is the standard deviation, above 0")
    return sd


def _pairs(raw: Any, dimension: Dimension) -> tuple[float, ...]:
    """Return the values of a discrete distribution, rising, each with its weight."""
    if not isinstance(raw, Map) or not raw:
        example = f"{{{dimension.example}: 0.5, …}}"
        raise ValueError(f"values: a mapping of quantities to weights such as {example} is wanted")
    weights: dict[float, float] = {}
    for text, written in raw.items():
        value = best(units.parse(str(text), dimension))
        weight = best(units.parse(str(scalar(written, "a weight")), units.FRACTION))
        if weight <= 0:
            raise ValueError(f"values: the weight of `{text}` is not above 0")
        weights[value] = weights.get(value, 0.0) + weight
    total = math.fsum(weights.values())
    if abs(total - 1) > _SLACK:
        raise ValueError(f"values: the weights sum to {total:g}, not to 1")
    return tuple(number for value in sorted(weights) for number in (value, weights[value]))


def _number(
    word: str, ends: tuple[float, float, float], more: tuple[float, ...], check: bounds.Check
) -> tuple[Range, tuple[float, ...]] | None:
    """Return a range whose ends are what the figure can be, with parameters; None for a number.

    An end that it cannot be is moved to the quantile 0.001 or 0.999 of what is left; how the
    distribution was meant is then in the parameters.
    """
    low, middle, high = ends
    if low == high:
        return None
    quantile = partial(_quantile, word, ends, more)
    first, last = d.levels_within(quantile, *bounds.limits(check))
    if first >= last:
        raise ValueError("all of the distribution lies outside what this figure can be")
    are_outside = [_refused(check, end) for end in (low, high)]
    if not more and any(are_outside):
        more = (low, high)
    if are_outside[0]:
        low = min(middle, quantile(first + _EDGE * (last - first)))
    if are_outside[1]:
        high = max(middle, quantile(last - _EDGE * (last - first)))
    return Range(middle, low, high), more


def _quantile(
    word: str, ends: tuple[float, float, float], more: tuple[float, ...], level: float
) -> float:
    number: float = d.QUANTILES[word](level, *ends, *more)
    return number


def _refused(check: bounds.Check, number: float) -> bool:
    """Whether a figure cannot be a number."""
    try:
        check(number, "")
    except ValueError:
        return True
    return False


def written(value: Value, dimension: Dimension) -> dict[str, Any]:
    """Return a quantity with a distribution as a spec would say it, without its source."""
    word, more = value.distribution, value.parameters

    def say(number: float) -> str:
        return str(units.format_quantity(number, dimension))

    said: dict[str, Any] = {"best": say(value.best), "distribution": word}
    if word == d.DISCRETE:
        pairs = zip(more[::2], more[1::2], strict=True)
        return {**said, "values": {say(v): format_number(weight) for v, weight in pairs}}
    if word == d.NORMAL:
        return {**said, "sd": say(more[0])}
    if len(more) == 1:
        return {**said, "gsd": format_number(more[0])}
    low, high = more or (value.low, value.high)
    return {**said, "low": say(low), "high": say(high)}
