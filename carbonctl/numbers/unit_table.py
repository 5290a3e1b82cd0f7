"""The names of units and their exact conversions, and expressions of them: ``kg/kWh``.

Six base dimensions are enough: mass, length, time, information, device and operation; an
energy is mass · length² / time². Every conversion is a ratio of two integers.
"""

import csv
import re
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TypeAlias

Dims: TypeAlias = tuple[int, int, int, int, int, int]

NONE: Dims = (0, 0, 0, 0, 0, 0)
DEVICE: Dims = (0, 0, 0, 0, 1, 0)
_DIMENSIONS: dict[str, Dims] = {
    "none": NONE,
    "mass": (1, 0, 0, 0, 0, 0),
    "length": (0, 1, 0, 0, 0, 0),
    "area": (0, 2, 0, 0, 0, 0),
    "volume": (0, 3, 0, 0, 0, 0),
    "time": (0, 0, 1, 0, 0, 0),
    "energy": (1, 2, -2, 0, 0, 0),
    "power": (1, 2, -3, 0, 0, 0),
    "information": (0, 0, 0, 1, 0, 0),
    "information rate": (0, 0, -1, 1, 0, 0),
    "device": DEVICE,
    "device time": (0, 0, 1, 0, 1, 0),
    "operation": (0, 0, 0, 0, 0, 1),
    "operation rate": (0, 0, -1, 0, 0, 1),
}
_PREFIXES = {
    "": "1", "p": "1/1000000000000", "n": "1/1000000000", "u": "1/1000000", "µ": "1/1000000",
    "m": "1/1000", "k": "1000", "M": "1000000", "G": "1000000000", "T": "1000000000000",
    "P": "1000000000000000", "E": "1000000000000000000",
    "Ki": str(2**10), "Mi": str(2**20), "Gi": str(2**30), "Ti": str(2**40), "Pi": str(2**50),
}  # fmt: skip
_PREFIX_WORDS = {
    "nano": "n", "micro": "u", "milli": "m", "kilo": "k", "mega": "M", "giga": "G", "tera": "T",
    "peta": "P",
}  # fmt: skip
# What may follow a mass: CO2, CO2e, CO2-eq, CO2 equivalents; in a form that JSON Schema knows.
CO2 = r"[Cc][Oo][2₂]([\s-]?e(q(uiv(alents?)?)?\.?)?)?"
_OF_CO2 = re.compile(rf"(?<=[A-Za-zµ])[\s_-]*(?:of\s+)?{CO2}(?![A-Za-z])")
_METRIC_TON = re.compile(r"\bmetric[\s-]+ton(ne)?s?\b", re.I)
_SHORT_TON = re.compile(r"\bshort[\s-]+ton(s?)\b", re.I)
_INVERSE = re.compile(r"(?<=[A-Za-z])(?:⁻¹|\^?-1)(?![A-Za-z0-9])")
_SYMBOLS = str.maketrans({"²": "2", "³": "3", "^": "", "μ": "µ", "⋅": "·"})
_TONS = "`{}` may be a metric or a short ton; write `t` (1,000 kg) or `short ton` (907.18474 kg)"


@lru_cache(maxsize=1)
def table() -> dict[str, tuple[Dims, str, str]]:
    """Return every unit name with its dimensions, its factor and its prefix's factor.

    A row of units.csv has one or more names of a unit, its factor to kg, m, s, bit, device and
    operation, read as an exact ratio, and the prefixes that it takes. Of two prefixes that
    differ in case alone, a symbol that is used with one has both where it can, so that neither
    is taken for the other.
    """
    by_name = {}
    with Path(__file__).with_name("units.csv").open(encoding="utf-8", newline="") as file:
        for units, dimension, factor, prefixes, _ in islice(csv.reader(file), 1, None):
            for prefix in ("", *prefixes.split()):
                times = _PREFIXES[_PREFIX_WORDS.get(prefix, prefix)]
                for name in units.split():
                    by_name[prefix + name] = (_DIMENSIONS[dimension], factor, times)
    return by_name


class QuantityError(ValueError):
    """A text that is not a quantity of the dimension that is wanted."""


class UnknownUnit(QuantityError):
    """A name that is no unit."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown unit `{name}`")
        self.name = name


def plain_signs(text: str) -> str:
    """Return a unit expression in plain signs, without the CO2 that follows a mass."""
    plain = _OF_CO2.sub("", text.strip())
    plain = _INVERSE.sub("⁻", plain).translate(_SYMBOLS).replace(" per ", "/")
    return _SHORT_TON.sub(r"short_ton\1", _METRIC_TON.sub("t", plain))


@lru_cache(maxsize=2048)
def unit(text: str) -> tuple[Dims, Fraction]:
    """Return the dimensions and the exact factor to base units of a unit expression.

    ``*``, ``·``, ``-`` and a space multiply and bind tighter than ``/`` and ``per``; ``⁻¹``,
    ``^-1`` and ``-1`` divide by the name before them. A mass may be followed by CO2, CO2e or
    CO2eq.

    Raises
    ------
    QuantityError
        If a part is unknown.
    """
    plain = plain_signs(text)
    dims, factor = NONE, Fraction(1)
    for place, part in enumerate(plain.split("/")):
        names = [n for n in re.split(r"[-*·\s]+", part) if n]
        if not names and not (place == 0 and "/" in plain):
            raise QuantityError(f"`{text}` is not a unit")
        for name in names:
            bare = name.removesuffix("⁻")
            sign = -1 if (place > 0) != (bare != name) else 1
            its_dims, its_factor, prefix = _known(bare or name)
            dims = tuple(d + sign * e for d, e in zip(dims, its_dims, strict=True))  # type: ignore[assignment]
            factor *= (Fraction(its_factor) * Fraction(prefix)) ** sign
    return dims, factor


def _known(name: str) -> tuple[Dims, str, str]:
    entry = table().get(name)
    if entry is not None:
        return entry
    if name.lower() in ("ton", "tons"):
        raise QuantityError(_TONS.format(name))
    if re.fullmatch("[kMGT]b", name):
        raise QuantityError(
            f"unknown unit `{name}`; write `{name[0]}bit` for bits, or `{name[0]}B` for bytes"
        )
    raise UnknownUnit(name)
