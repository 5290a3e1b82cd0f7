"""The names of units and their exact conversions, and expressions of them: ``kg/kWh``.

Six base dimensions are enough: mass, length, time, information, device and operation; an
energy is mass · length² / time². Every conversion is a ratio of two integers.
"""

import re
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

Dims: TypeAlias = tuple[int, int, int, int, int, int]

NONE: Dims = (0, 0, 0, 0, 0, 0)
DEVICE: Dims = (0, 0, 0, 0, 1, 0)
_MASS: Dims = (1, 0, 0, 0, 0, 0)
_TIME: Dims = (0, 0, 1, 0, 0, 0)
_INFO: Dims = (0, 0, 0, 1, 0, 0)
_OPERATION: Dims = (0, 0, 0, 0, 0, 1)
_LENGTH: Dims = (0, 1, 0, 0, 0, 0)
_AREA: Dims = (0, 2, 0, 0, 0, 0)
_VOLUME: Dims = (0, 3, 0, 0, 0, 0)
_ENERGY: Dims = (1, 2, -2, 0, 0, 0)
_POWER: Dims = (1, 2, -3, 0, 0, 0)

# Factors to kg, m, s, bit, device, operation; written as text and read as exact ratios.
_PLAIN: dict[str, tuple[Dims, str]] = {
    "%": (NONE, "1/100"),
    "kgs": (_MASS, "1"),
    "lb": (_MASS, "0.45359237"),
    "pound": (_MASS, "0.45359237"),
    "short_ton": (_MASS, "907.18474"),
    "t": (_MASS, "1000"),
    "mt": (_MASS, "1000"),  # metric ton; there is no millitonne
    "MT": (_MASS, "1000"),  # metric ton, as in MTCO2e; the megatonne is Mt
    "MMT": (_MASS, "1000000000"),  # million metric tons
    "kt": (_MASS, "1000000"),
    "Mt": (_MASS, "1000000000"),
    "Gt": (_MASS, "1000000000000"),
    "sec": (_TIME, "1"),
    "min": (_TIME, "60"),
    "h": (_TIME, "3600"),
    "hr": (_TIME, "3600"),
    "d": (_TIME, "86400"),
    "wk": (_TIME, "604800"),
    "yr": (_TIME, "31536000"),
    "y": (_TIME, "31536000"),
    "second": (_TIME, "1"),
    "minute": (_TIME, "60"),
    "hour": (_TIME, "3600"),
    "day": (_TIME, "86400"),
    "week": (_TIME, "604800"),
    "month": (_TIME, "2628000"),
    "year": (_TIME, "31536000"),
    "mm": (_LENGTH, "1/1000"),
    "cm": (_LENGTH, "1/100"),
    "m": (_LENGTH, "1"),
    "km": (_LENGTH, "1000"),
    "mm2": (_AREA, "1/1000000"),
    "cm2": (_AREA, "1/10000"),
    "m2": (_AREA, "1"),
    "m3": (_VOLUME, "1"),
    "GPUh": ((0, 0, 1, 0, 1, 0), "3600"),
}
_PLURAL = ("lb", "pound", "short_ton", "sec", "min", "hr", "wk", "yr", "second", "minute", "hour",
           "day", "week", "month", "year")  # fmt: skip
DEVICE_WORDS = ("GPU", "TPU", "NPU", "CPU", "core", "vCPU", "thread", "chip", "package", "socket",
                "device", "accelerator", "node", "server", "system")  # fmt: skip
_COUNTED = ("request", "token", "run", "sample", "image", "prompt", "query", "inference")
_PREFIXES = {
    "": "1", "p": "1/1000000000000", "n": "1/1000000000", "u": "1/1000000", "µ": "1/1000000",
    "m": "1/1000", "k": "1000", "M": "1000000", "G": "1000000000", "T": "1000000000000",
    "P": "1000000000000000", "E": "1000000000000000000",
    "Ki": str(2**10), "Mi": str(2**20), "Gi": str(2**30), "Ti": str(2**40), "Pi": str(2**50),
}  # fmt: skip
# symbol: dimensions, factor, the prefixes it takes. Of two prefixes that differ in case alone,
# a symbol that is used with one has both where it can, so that neither is taken for the other.
_PREFIXED: dict[str, tuple[Dims, str, str]] = {
    "g": (_MASS, "1/1000", "u µ m k M G T"),
    "s": (_TIME, "1", "n u µ m"),
    "W": (_POWER, "1", "n u µ m k M G T"),
    "Wh": (_ENERGY, "3600", "m k M G T P"),
    "J": (_ENERGY, "1", "p n u µ m k M G T P E"),
    "L": (_VOLUME, "1/1000", "m k M G"),
    "l": (_VOLUME, "1/1000", "m k M"),
    "B": (_INFO, "8", "k M G T P E Ki Mi Gi Ti Pi"),
    "bit": (_INFO, "1", "k M G T P"),
    "bps": ((0, 0, -1, 1, 0, 0), "1", "k M G T"),
    "FLOP": (_OPERATION, "1", "k M G T P E"),
    "OP": (_OPERATION, "1", "k M G T P E"),
    "FLOPS": ((0, 0, -1, 0, 0, 1), "1", "k M G T P E"),
    "OPS": ((0, 0, -1, 0, 0, 1), "1", "k M G T P E"),
}
# Other spellings of a symbol, prefixed alike: MWhr.
_SPELLINGS = {"Wh": ("Whr", "Whrs", "Whs")}
# Words, each also with an s: their factor, and of prefixes the words that they take.
_WORDS: dict[str, tuple[Dims, str, str]] = {
    "gram": (_MASS, "1/1000", "milli kilo"),
    "tonne": (_MASS, "1000", "kilo mega giga"),
    "watt": (_POWER, "1", "milli kilo mega giga tera"),
    "watthour": (_ENERGY, "3600", "kilo mega giga tera"),
    "joule": (_ENERGY, "1", "nano micro milli kilo mega giga tera"),
    "litre": (_VOLUME, "1/1000", "milli kilo mega"),
    "liter": (_VOLUME, "1/1000", "milli kilo mega"),
    "metre": (_LENGTH, "1", "kilo"),
    "meter": (_LENGTH, "1", "kilo"),
    "byte": (_INFO, "8", "kilo mega giga tera peta"),
    "bit": (_INFO, "1", "kilo mega giga tera"),
}
_PREFIX_WORDS = {
    "": "", "nano": "n", "micro": "u", "milli": "m", "kilo": "k", "mega": "M", "giga": "G",
    "tera": "T", "peta": "P",
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
    """Return every unit name with its dimensions, its factor and its prefix's factor."""
    found = {name: (dims, factor, "1") for name, (dims, factor) in _PLAIN.items()}
    for name in _PLURAL:
        found[name + "s"] = found[name]
    for name in DEVICE_WORDS:
        found[name] = found[name + "s"] = (DEVICE, "1", "1")
    for name in _COUNTED:
        plural = "queries" if name == "query" else name + "s"
        found[name] = found[plural] = (NONE, "1", "1")
    for symbol, (dims, factor, prefixes) in _PREFIXED.items():
        for prefix in ("", *prefixes.split()):
            for spelling in (symbol, *_SPELLINGS.get(symbol, ())):
                found[prefix + spelling] = (dims, factor, _PREFIXES[prefix])
    for word, (dims, factor, prefixes) in _WORDS.items():
        for prefix in ("", *prefixes.split()):
            unit = (dims, factor, _PREFIXES[_PREFIX_WORDS[prefix]])
            found[prefix + word] = found[f"{prefix}{word}s"] = unit
    return found


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
    found = table().get(name)
    if found is not None:
        return found
    if name.lower() in ("ton", "tons"):
        raise QuantityError(_TONS.format(name))
    if re.fullmatch("[kMGT]b", name):
        raise QuantityError(
            f"unknown unit `{name}`; write `{name[0]}bit` for bits, or `{name[0]}B` for bytes"
        )
    raise UnknownUnit(name)
