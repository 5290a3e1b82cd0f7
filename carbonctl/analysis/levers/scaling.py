"""Quantities of a workload times factors, written as a workload writes them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from carbonctl.factors.distributions import (
    DISCRETE,
    LOG_TRIANGULAR,
    LOGNORMAL,
    NORMAL,
    PERT,
    TRIANGULAR,
    TWO_PIECE_LOGNORMAL,
    UNIFORM,
)
from carbonctl.ledger.unknowns import distribution, is_certain, unknown_of
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.units import Dimension
from carbonctl.numbers.values import Value
from carbonctl.spec import distributed
from carbonctl.spec.quantities import read_quantity, write_quantity
from carbonctl.spec.tree import Map, Place, Seq, Text, new_map

_NUMBER = r"[+-]?(?:\d[\d_]*(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"\s*({_NUMBER})(?:\s*\.\.\s*({_NUMBER}))?(?![\d:])(.*)", re.S)
_BETWEEN_BOUNDS = (TRIANGULAR, UNIFORM, PERT, LOG_TRIANGULAR)
_PERCENT = "%"
_IN_UNIT = {"best", "low", "high", "sd", "values"}  # keys of a mapping


def scaled(node: Any, factors: Iterable[Value], place: Place, least: float = 0.0) -> Any:
    """Return a quantity times some factors, as a node of the tree at a place.

    It keeps its distribution, or takes that of a factor; where both have a range it is wider.
    ``least`` is what it can be at least: 1 of a PUE.

    Raises
    ------
    ValueError
        Where it is no quantity.
    """
    factors = list(factors)
    if isinstance(node, Seq):
        items = Seq(scaled(item, factors, place, least) for item in node)
        items.place = place
        return items
    value, unit = _read(node, place)
    for factor in factors:
        value = product(value, factor)
    if least and value.distribution == TWO_PIECE_LOGNORMAL and value.low <= least < value.best:
        number = Range(value.best, least, value.high)
        value = value._replace(number=number, distribution=TRIANGULAR, parameters=())
    written = _written(value, Dimension("", unit, ""))
    if isinstance(node, Map) and "source" in node:
        written = {**(written if isinstance(written, dict) else {"best": written}),
                   "source": node["source"]}  # fmt: skip
    return _node(written, place)


def inverse(factor: Value) -> Value:
    """Return one over a factor above 0, with its distribution."""
    if is_certain(factor):
        return factor._replace(number=1 / factor.best)
    word, more = distribution(factor), factor.parameters
    low, high = factor.low, factor.high
    if word == NORMAL:  # one over it is skewed to the right
        low, _, high = unknown_of(factor).levels
        word, more = TWO_PIECE_LOGNORMAL, ()
    elif word == DISCRETE:
        pairs = [*zip(more[::2], more[1::2], strict=True)]
        more = tuple(x for value, weight in reversed(pairs) for x in (1 / value, weight))
    elif len(more) == 2:
        more = (1 / more[1], 1 / more[0]) if more[0] > 0 else ()
    number = Range(1 / factor.best, 1 / high, 1 / low)
    return factor._replace(number=number, distribution=word, parameters=more)


def product(value: Value, factor: Value) -> Value:
    """Return a value times a factor."""
    if is_certain(factor):
        return _times(value, factor.best)
    if is_certain(value):
        spread = factor._replace(distribution=distribution(factor))
        return _times(spread, value.best)._replace(source=None)
    words = (distribution(value), distribution(factor))
    best = value.best * factor.best
    (low, middle, high), (least, median, most) = (
        unknown_of(each).levels for each in (value, factor)
    )
    if all(word in _BETWEEN_BOUNDS for word in words) or min(low, least) <= 0:
        number = Range(best, value.low * factor.low, value.high * factor.high)
        word = words[0] if words[0] in _BETWEEN_BOUNDS else TRIANGULAR
        return value._replace(number=number, distribution=word, parameters=())
    down = math.hypot(math.log(middle / low), math.log(median / least))
    up = math.hypot(math.log(high / middle), math.log(most / median))
    number = Range(best, best * math.exp(-down), best * math.exp(up))
    return value._replace(number=number, distribution=TWO_PIECE_LOGNORMAL, parameters=())


def _times(value: Value, factor: float) -> Value:
    more, word = value.parameters, value.distribution
    if word == DISCRETE:
        more = tuple(x if place % 2 else x * factor for place, x in enumerate(more))
    elif not (word == LOGNORMAL and len(more) == 1):  # a geometric deviation is a ratio
        more = tuple(x * factor for x in more)
    number: float | Range = value.best * factor
    if not is_certain(value):
        number = Range(value.best * factor, value.low * factor, value.high * factor)
    return value._replace(number=number, parameters=more)


def node_of(value: Value, place: Place) -> Any:
    """Return a value that the file does not give, as the file would give it.

    Its range stays distributed as it is where the tool assumes it.
    """
    if not is_certain(value):
        value = value._replace(distribution=distribution(value))
    unit = value.unit.replace("device", value.counts) if value.counts else value.unit
    plain = value._replace(source=None, counts="")
    return _node(write_quantity(plain, Dimension("", unit, "")), place)


def _read(node: Any, place: Place) -> tuple[Value, str]:
    """Return a quantity as a plain number with its distribution, and its unit."""
    if isinstance(node, Map):
        if node.keys().isdisjoint(("best", "low", "values")):
            raise ValueError("it is no quantity that a factor can scale")
        known_units = set[str]()
        is_share = not str(node.get("best")).endswith(_PERCENT)  # sd: 10 % of best
        bare = {key: part for key, part in node.items() if key != "source"}
        for key in bare.keys() & _IN_UNIT:
            if not (key == "sd" and is_share and str(bare[key]).endswith(_PERCENT)):
                bare[key] = _bare(bare[key], known_units, place)
        if len(known_units) > 1:
            return _in_one_unit(node)
        unit = known_units.pop() if known_units else ""
        return read_quantity(_map(bare, place), units.RATIO, _anything), unit
    match = _QUANTITY.fullmatch(node) if isinstance(node, str) else None
    if match is None:
        raise ValueError(f"`{node}` is no quantity that a factor can scale")
    if ".." in match[3]:
        return _in_one_unit(node)
    ends = (text.replace("_", "") for text in match.groups()[:2] if text is not None)
    return Value(units.parse("..".join(ends), units.RATIO), ""), match[3].strip()


def _bare(part: Any, known_units: set[str], place: Place) -> Any:
    """Return a part of a quantity without its unit, which is noted."""
    if isinstance(part, Map):
        return _map({_bare(text, known_units, place): part[text] for text in part}, place)
    value, unit = _read(str(part), place)
    known_units.add(unit)
    return _text(repr(value.best), place)


def _in_one_unit(node: Any) -> tuple[Value, str]:
    """Return a quantity whose ends have units of their own in that which both are kept in."""
    for dimension in units.DIMENSIONS:
        with suppress(ValueError):
            value = read_quantity(node, dimension, _anything)
            unit = value.unit.replace("device", value.counts) if value.counts else value.unit
            return value._replace(source=None, counts=""), unit
    raise ValueError(f"`{node}` is no quantity that a factor can scale")


def _anything(number: float, text: str) -> None:
    """Refuse nothing: the field in which it is put checks it."""


def _written(value: Value, dimension: Dimension) -> Any:
    if value.distribution:
        return distributed.written(value, dimension)
    ends = {"best": value.best, "low": value.low, "high": value.high}
    said = {key: units.format_quantity(number, dimension) for key, number in ends.items()}
    return said["best"] if is_certain(value) else said


def _node(written: Any, place: Place) -> Any:
    if isinstance(written, dict):
        return _map({key: _node(part, place) for key, part in written.items()}, place)
    return _text(str(written), place)


def _text(text: str, place: Place) -> Text:
    made = Text(text)
    made.place = place
    return made


def _map(parts: dict[str, Any], place: Place) -> Map:
    made = new_map(place)
    made.update(parts)
    made.keys_at = dict.fromkeys(parts, place)
    return made
