"""Bounds of the numbers of a spec: checks, and the same in the words of JSON Schema."""

import math
import re
from collections.abc import Callable

from carbonctl.numbers.intervals import decide, floor

_FEWEST_PARAMETERS = 1_000_000  # below it a unit was left out: `70` for `70B`
_LIKELY_BILLIONS = 2000  # up to which a bare number is one of them
_WHOLES = 5  # more of a whole than anybody means without a sign of percent


def fraction(number: float, text: str) -> None:
    """Refuse what does not lie in 0..1."""
    if decide(number < 0):
        raise ValueError(f"`{text}` is below 0; a fraction lies in 0..1")
    if decide(number > 1):
        is_bare = re.fullmatch(r"[\d.]+", text) and decide(number <= 100)
        hint = f"; write `{text} %`" if is_bare else ""
        raise ValueError(f"`{text}` is above 1 (100 %){hint}")


def positive_fraction(number: float, text: str) -> None:
    """Refuse what does not lie above 0 and up to 1."""
    fraction(number, text)
    positive(number, text)


def loss(number: float, text: str) -> None:
    """Refuse what is not a share below 1."""
    fraction(number, text)
    if decide(number >= 1):
        raise ValueError(f"`{text}`: a share below 1 is wanted")


def positive(number: float, text: str) -> None:
    """Refuse 0 and below."""
    if decide(number <= 0):
        raise ValueError(f"`{text}`: must be above 0")


def not_negative(number: float, text: str) -> None:
    """Refuse what is below 0."""
    if decide(number < 0):
        raise ValueError(f"`{text}`: must not be negative")


def at_least_one(number: float, text: str) -> None:
    """Refuse what is below 1."""
    if decide(number < 1):
        raise ValueError(f"`{text}` is below 1")


def whole(number: float, text: str) -> None:
    """Refuse what is not a whole number above 0."""
    positive(number, text)
    if decide(number != floor(number)):
        raise ValueError(f"`{text}`: a whole number is wanted")


def whole_above_one(number: float, text: str) -> None:
    """Refuse what is not a whole number of 2 or more."""
    if decide((number < 2) | (number != floor(number))):
        raise ValueError(f"`{text}`: a whole number of 2 or more is wanted")


def said_as_share(number: float, text: str) -> None:
    """Refuse a number of many wholes without its sign of percent, which is meant as one."""
    not_negative(number, text)
    if "%" not in text and decide(number > _WHOLES):
        raise ValueError(f"`{text}` is {text} times the whole; write `{text} %`")


def of_model_parameters(number: float, text: str) -> None:
    """Refuse fewer parameters than a model of language, images or videos has."""
    positive(number, text)
    if decide(number < _FEWEST_PARAMETERS):
        is_bare = re.fullmatch(r"[\d.]+", text) and decide(number <= _LIKELY_BILLIONS)
        hint = f"did you mean `{text}B`?" if is_bare else "write a number such as `70B`"
        raise ValueError(f"`{text}` is less than a million; {hint}")


Check = Callable[[float, str], None]
BOUNDS: dict[Check, dict[str, int]] = {  # the same in the words of JSON Schema
    fraction: {"minimum": 0, "maximum": 1},
    positive_fraction: {"exclusiveMinimum": 0, "maximum": 1},
    loss: {"minimum": 0, "exclusiveMaximum": 1},
    positive: {"exclusiveMinimum": 0},
    of_model_parameters: {"minimum": _FEWEST_PARAMETERS},
    not_negative: {"minimum": 0},
    said_as_share: {"minimum": 0, "maximum": _WHOLES},
    at_least_one: {"minimum": 1},
    whole: {"exclusiveMinimum": 0, "multipleOf": 1},
    whole_above_one: {"minimum": 2, "multipleOf": 1},
}


def limits(check: Check) -> tuple[float, float]:
    """Return between which numbers a check refuses none, the ends perhaps."""
    said = BOUNDS.get(check, {})
    least = said.get("minimum", said.get("exclusiveMinimum", 0))
    return float(least), float(said.get("maximum", said.get("exclusiveMaximum", math.inf)))
