"""Quantities of a workload times a factor, written as a workload writes them."""

from __future__ import annotations

import re
from typing import Any

from carbonctl.ledger.unknowns import distribution, is_certain
from carbonctl.numbers.intervals import Range, best, high, low
from carbonctl.numbers.units import Dimension
from carbonctl.numbers.values import Value
from carbonctl.spec.quantities import write_quantity
from carbonctl.spec.tree import Map, Place, Seq, Text, new_map

_NUMBER = r"[+-]?(?:\d[\d_]*(?:\.(?!\.)\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"\s*({_NUMBER})(?:\s*\.\.\s*({_NUMBER}))?(?![\d:])(.*)", re.S)
_SCALED = ("best", "low", "high", "sd")  # of a mapping; a gsd and a share of it stay
_PERCENT = "%"


def scaled(node: Any, factor: float | Range, place: Place) -> Any:
    """Return a quantity times a factor, as a node of the tree at a place.

    Ranges and distributions are kept; a factor with a range widens them.

    Raises
    ------
    ValueError
        Where it is no quantity.
    """
    if isinstance(node, Seq):
        items = Seq(scaled(item, factor, place) for item in node)
        items.place = place
        return items
    if isinstance(node, Map):
        return _mapping(node, factor, place)
    match = _QUANTITY.fullmatch(node) if isinstance(node, str) else None
    if match is None:
        raise ValueError(f"`{node}` is no quantity that a factor can scale")
    ends = [float(text.replace("_", "")) for text in match.groups()[:2] if text is not None]
    rest = match[3]
    if not isinstance(factor, Range):
        return _text(f"{'..'.join(_written(end * factor) for end in ends)}{rest}", place)
    middle = ends[0] if len(ends) == 1 else (ends[0] + ends[1]) / 2
    figures = {
        "best": middle * factor.best, "low": ends[0] * factor.low, "high": ends[-1] * factor.high
    }  # fmt: skip
    return _map({key: _text(f"{_written(x)}{rest}", place) for key, x in figures.items()}, place)


def _mapping(node: Map, factor: float | Range, place: Place) -> Map:
    """Return a quantity that is a mapping; one end of it takes the same end of the factor."""
    if "best" not in node and "low" not in node:
        raise ValueError("it is no quantity that a factor can scale")
    ends = {"low": low(factor), "high": high(factor)}
    parts: dict[str, Any] = {}
    for key, part in node.items():
        is_share = key == "sd" and str(part).strip().endswith(_PERCENT)
        scales = key in _SCALED and not is_share
        parts[key] = scaled(part, ends.get(key, best(factor)), place) if scales else part
    if isinstance(factor, Range) and "best" in node:
        for key, end in ends.items():
            if key not in node and "gsd" not in node and "sd" not in node:
                parts[key] = scaled(node["best"], end, place)
    return _map(parts, place)


def node_of(value: Value, place: Place) -> Any:
    """Return a value that the file does not give, as the file would give it.

    Its range stays distributed as it is where the tool assumes it.
    """
    if not is_certain(value):
        value = value._replace(distribution=distribution(value))
    unit = value.unit.replace("device", value.counts) if value.counts else value.unit
    plain = value._replace(source=None, counts="")
    return _node(write_quantity(plain, Dimension("", unit, "")), place)


def _node(written: Any, place: Place) -> Any:
    if isinstance(written, dict):
        return _map({key: _node(part, place) for key, part in written.items()}, place)
    return _text(str(written), place)


def _written(number: float) -> str:
    return repr(float(number))


def _text(text: str, place: Place) -> Text:
    made = Text(text)
    made.place = place
    return made


def _map(parts: dict[str, Any], place: Place) -> Map:
    made = new_map(place)
    made.update(parts)
    made.keys_at = dict.fromkeys(parts, place)
    return made
