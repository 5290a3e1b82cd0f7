"""What a saved result says of its unknowns: how each is distributed, and which go together."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from carbonctl.factors.distributions import DISCRETE, LOGNORMAL, NORMAL, QUANTILES
from carbonctl.ledger.unknowns import Key, Rank, Uncertainty, unknown_of
from carbonctl.numbers.values import Value
from carbonctl.spec.uncertainty import read_seed
from carbonctl.text import check_text

_SLACK = 1e-6  # what rounding leaves of weights


def distributed(value: Value, raw: dict[str, Any]) -> Value:
    """Return a ranged input with its distribution and what it is one unknown by.

    Raises
    ------
    ValueError
        For a distribution that this version does not know, or parameters that are not its own.
    """
    word = raw["distribution"]
    if word not in QUANTILES:
        raise ValueError(f"{value.name}: its distribution is none that this version knows")
    listed = raw.get("parameters") or []
    is_plain = isinstance(listed, list) and all(
        type(number) in (int, float) and math.isfinite(number) for number in listed
    )
    made = value._replace(
        distribution=word, unknown=_text(raw["unknown"]),
        parameters=tuple(map(float, listed)) if is_plain else (),
    )  # fmt: skip
    if not is_plain or not _fit(made):
        raise ValueError(f"{value.name}: its parameters are not those of its distribution")
    return made


def _fit(value: Value) -> bool:
    """Whether the parameters of a value are those of its distribution."""
    word, more = value.distribution, value.parameters
    if word == DISCRETE:
        values, weights = more[::2], more[1::2]
        is_whole = bool(more) and len(values) == len(weights)
        is_rising = all(a < b for a, b in pairwise(values))
        return is_whole and is_rising and min(weights) > 0 and abs(sum(weights) - 1) <= _SLACK
    if word == NORMAL:
        return len(more) == 1 and more[0] > 0
    if len(more) == 1:
        return word == LOGNORMAL and more[0] > 1
    if more and not (len(more) == 2 and more[0] <= value.best <= more[1] and more[0] < more[1]):
        return False
    try:
        first, last = unknown_of(value).span
    except (ArithmeticError, ValueError):
        return False
    return first < last


def uncertainty(raw: Any) -> Uncertainty:
    """Return what the draws of a saved result begin with.

    Raises
    ------
    ValueError
        Where it is none, or no correlations.
    """
    if raw is None:
        return Uncertainty()
    if not isinstance(raw, dict) or not isinstance(raw.get("ranks"), list):
        raise ValueError("uncertainty is not one: seed and ranks are wanted")
    return Uncertainty(read_seed(str(raw.get("seed"))), tuple(map(_rank, raw["ranks"])))


def _rank(raw: Any) -> Rank:
    if not isinstance(raw, dict):
        raise ValueError("a rank correlation in it is not one")
    names, bounds, rank = raw["of"], raw["bounds"], raw["rank"]
    is_pair = all(isinstance(pair, list) and len(pair) == 2 for pair in (names, bounds))
    if not is_pair or type(rank) not in (int, float) or not -1 <= rank <= 1:
        raise ValueError("a rank correlation in it is not one")
    first, second = map(_key, names, bounds)
    return first, second, float(rank)


def _key(name: Any, bounds: Any) -> Key:
    """Return the key of an unknown; without bounds where its name alone tells it from others."""
    if bounds is None:
        return (_text(name),)
    is_three = isinstance(bounds, list) and len(bounds) == 3
    if not is_three or not all(type(number) in (int, float) for number in bounds):
        raise ValueError("a rank correlation in it is not one")
    return (_text(name), *map(float, bounds))


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueError(f"`{str(raw)[:40]!a}` is not a text")
    check_text(raw, "a text")
    return raw
