"""Units and quantities: ``6.4M GPU-h``, ``954 lb/MWh``, ``2500..5700 kg``, ``45 %``.

A small table of exact conversions. Six base dimensions are enough: mass, length,
time, information, device and operation; an energy is mass · length² / time². Every
conversion is a ratio of two integers, so ``45 %`` is 45/100 and not 45 · 0.01.

Conventions: a year is 8,760 h and a month 730 h; bytes are decimal (``GiB`` is binary);
a ``B`` after a bare count is 10⁹.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from carbonctl.near import did_you_mean
from carbonctl.ranges import Number, Range, best, decide
from carbonctl.symbols import Symbol

Dims: TypeAlias = tuple[int, int, int, int, int, int]

_NONE: Dims = (0, 0, 0, 0, 0, 0)
_MASS: Dims = (1, 0, 0, 0, 0, 0)
_TIME: Dims = (0, 0, 1, 0, 0, 0)
_INFO: Dims = (0, 0, 0, 1, 0, 0)
_DEVICE: Dims = (0, 0, 0, 0, 1, 0)
_OPERATION: Dims = (0, 0, 0, 0, 0, 1)
_LENGTH: Dims = (0, 1, 0, 0, 0, 0)
_AREA: Dims = (0, 2, 0, 0, 0, 0)
_VOLUME: Dims = (0, 3, 0, 0, 0, 0)
_ENERGY: Dims = (1, 2, -2, 0, 0, 0)
_POWER: Dims = (1, 2, -3, 0, 0, 0)

LARGEST = 1e30
SMALLEST = 1e-30

# Factors to kg, m, s, bit, device, operation; written as text and read as exact ratios.
_PLAIN: dict[str, tuple[Dims, str]] = {
    "%": (_NONE, "1/100"),
    "lb": (_MASS, "0.45359237"),
    "t": (_MASS, "1000"),
    "kt": (_MASS, "1000000"),
    "Mt": (_MASS, "1000000000"),
    "tonne": (_MASS, "1000"),
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
    "byte": (_INFO, "8"),
    "GPUh": (tuple(a + b for a, b in zip(_TIME, _DEVICE, strict=True)), "3600"),  # type: ignore[dict-item]
}
_PLURAL = ("lb", "tonne", "byte", "min", "hr", "yr", "second", "minute", "hour", "day", "week",
           "month", "year")  # fmt: skip
_DEVICES = ("GPU", "TPU", "NPU", "CPU", "core", "vCPU", "thread", "chip", "package", "socket",
            "device", "accelerator", "node", "server", "system")  # fmt: skip
_COUNTED = ("request", "token", "run", "sample", "image", "prompt", "query", "inference")
_PREFIXES = {
    "": "1", "p": "1/1000000000000", "n": "1/1000000000", "u": "1/1000000", "µ": "1/1000000",
    "m": "1/1000", "k": "1000", "M": "1000000", "G": "1000000000", "T": "1000000000000",
    "P": "1000000000000000", "E": "1000000000000000000",
    "Ki": str(2**10), "Mi": str(2**20), "Gi": str(2**30), "Ti": str(2**40), "Pi": str(2**50),
}  # fmt: skip
# symbol: dimensions, factor, the prefixes it takes
_PREFIXED: dict[str, tuple[Dims, str, str]] = {
    "g": (_MASS, "1/1000", "u m k"),
    "s": (_TIME, "1", "n u µ m"),
    "W": (_POWER, "1", "n u µ m k M G"),
    "Wh": (_ENERGY, "3600", "m k M G T"),
    "J": (_ENERGY, "1", "p n u µ m k M G T"),
    "L": (_VOLUME, "1/1000", "m k M"),
    "l": (_VOLUME, "1/1000", "m"),
    "B": (_INFO, "8", "k M G T P E Ki Mi Gi Ti Pi"),
    "bit": (_INFO, "1", "k M G T P"),
    "bps": ((0, 0, -1, 1, 0, 0), "1", "k M G T"),
    "FLOP": (_OPERATION, "1", "k M G T P E"),
    "OP": (_OPERATION, "1", "k M G T P E"),
    "FLOPS": ((0, 0, -1, 0, 0, 1), "1", "k M G T P E"),
    "OPS": ((0, 0, -1, 0, 0, 1), "1", "k M G T P E"),
}
_SUFFIXES = {"k": 1000, "M": 10**6, "G": 10**9, "T": 10**12}


@lru_cache(maxsize=2048)
def _table() -> dict[str, tuple[Dims, str, str]]:
    """Return every unit name with its dimensions, its factor and its prefix's factor."""
    table = {name: (dims, factor, "1") for name, (dims, factor) in _PLAIN.items()}
    for name in _PLURAL:
        table[name + "s"] = table[name]
    for name in _DEVICES:
        table[name] = table[name + "s"] = (_DEVICE, "1", "1")
    for name in _COUNTED:
        plural = "queries" if name == "query" else name + "s"
        table[name] = table[plural] = (_NONE, "1", "1")
    for symbol, (dims, factor, prefixes) in _PREFIXED.items():
        for prefix in ("", *prefixes.split()):
            table[prefix + symbol] = (dims, factor, _PREFIXES[prefix])
    return table


class QuantityError(ValueError):
    """A text that is not a quantity of the dimension that is wanted."""


@lru_cache(maxsize=2048)
def unit(text: str) -> tuple[Dims, Fraction]:
    """Return the dimensions and the exact factor to base units of a unit expression.

    ``*``, ``·``, ``-`` and a space multiply and bind tighter than ``/`` and ``per``;
    a mass may be followed by CO2, CO2e or CO2eq.

    Raises
    ------
    QuantityError
        If a part is unknown; the nearest known unit is named.
    """
    plain = re.sub(r"(?<=[A-Za-z])\s*CO(?:2|₂)(?:-?eq?)?(?![A-Za-z])", "", text.strip())
    plain = plain.replace("²", "2").replace("³", "3").replace(" per ", "/")
    dims, factor = _NONE, Fraction(1)
    for place, part in enumerate(plain.split("/")):
        names = [n for n in re.split(r"[-*·\s]+", part) if n]
        if not names and not (place == 0 and "/" in plain):
            raise QuantityError(f"`{text}` is not a unit")
        sign = 1 if place == 0 else -1
        for name in names:
            try:
                its_dims, its_factor, prefix = _table()[name]
            except KeyError:
                close = did_you_mean(name, _table())
                if re.fullmatch("[kMGT]b", name):
                    close = f"; write `{name[0]}bit` for bits, or `{name[0]}B` for bytes"
                raise QuantityError(f"unknown unit `{name}`{close}") from None
            dims = tuple(d + sign * e for d, e in zip(dims, its_dims, strict=True))  # type: ignore[assignment]
            factor *= (Fraction(its_factor) * Fraction(prefix)) ** sign
    return dims, factor


class Dimension(NamedTuple):
    """What kind of quantity a field wants, and the unit in which it is kept.

    Attributes
    ----------
    name : str
        As it is said in messages: "power".
    unit : str
        The unit of the number that `parse` returns; empty for ratios.
    example : str
        A quantity to show to those who wrote another.
    counts : bool
        Whether a ``B`` after the number is 10⁹.
    devices : bool
        Whether the number is of devices, so that `8 GPUs` is one.
    """

    name: str
    unit: str
    example: str
    counts: bool = False
    devices: bool = False


FRACTION = Dimension("fraction", "", "45 %")
RATIO = Dimension("ratio", "", "1.2")
COUNT = Dimension("count", "", "512", counts=True)
DEVICES = Dimension("number of devices", "", "512", counts=True, devices=True)
ENERGY = Dimension("energy", "kWh", "12.5 MWh")
POWER = Dimension("power", "W", "400 W")
DURATION = Dimension("duration", "h", "24 h")
DEVICE_TIME = Dimension("device time", "device-h", "12288 GPU-h", devices=True)
MASS = Dimension("mass of CO2e", "kgCO2e", "2500 kg")
INTENSITY = Dimension("carbon intensity", "kgCO2e/kWh", "385 g/kWh")
CAPACITY = Dimension("capacity", "GB", "80 GB")
BANDWIDTH = Dimension("bandwidth", "GB/s", "3.35 TB/s")
VOLUME = Dimension("volume", "L", "500 L")
AREA = Dimension("area", "mm2", "814 mm2")
THROUGHPUT = Dimension("computing rate", "TFLOPS", "312 TFLOPS")
DENSITY_POWER = Dimension("power per capacity", "W/GB", "0.3725 W/GB")
PER_TB_POWER = Dimension("power per capacity", "W/TB", "1.2 W/TB")
PER_TB_MASS = Dimension("embodied carbon per capacity", "kgCO2e/TB", "17.3 kg/TB")
PER_GB_ENERGY = Dimension("energy per volume", "kWh/GB", "0.0065 kWh/GB")
REQUEST_RATE = Dimension("rate", "/h", "1e9 / day", counts=True)
WATER = Dimension("water per energy", "L/kWh", "1.8 L/kWh")
PER_KW_MASS = Dimension("embodied carbon per power", "kgCO2e/kW", "2000 kg/kW")
PER_AREA_MASS = Dimension("embodied carbon per area", "kgCO2e/m2", "1000 kg/m2")
AREA_PER_KW = Dimension("area per power", "m2/kW", "0.8 m2/kW")
LENGTH = Dimension("length", "mm", "26 mm")
DISTANCE = Dimension("length", "km", "9000 km")
WEIGHT = Dimension("mass", "kg", "2.5 kg")
DEFECTS = Dimension("density of defects", "/cm2", "0.1 /cm2")
WAFER_MASS = Dimension("embodied carbon per area", "kgCO2e/cm2", "2.5 kg/cm2")
PER_GB_MASS = Dimension("embodied carbon per capacity", "kgCO2e/GB", "0.5 kg/GB")
PER_KG_MASS = Dimension("embodied carbon per mass", "kgCO2e/kg", "5.7 kg/kg")
FREIGHT = Dimension("carbon per mass and distance", "kgCO2e/t-km", "0.1 kg/t-km")

DIMENSIONS = (
    FRACTION, RATIO, COUNT, DEVICES, ENERGY, POWER, DURATION, DEVICE_TIME, MASS, INTENSITY,
    CAPACITY, BANDWIDTH, VOLUME, AREA, THROUGHPUT, DENSITY_POWER, PER_TB_POWER, PER_TB_MASS,
    PER_GB_ENERGY, REQUEST_RATE, WATER, PER_KW_MASS, PER_AREA_MASS, AREA_PER_KW,
    LENGTH, DISTANCE, WEIGHT, DEFECTS, WAFER_MASS, PER_GB_MASS, PER_KG_MASS, FREIGHT,
)  # fmt: skip

_LONGEST = 200
_NO_UNIT = tuple(":;'\"()[]{}<>=!?&|#@$.0123456789")  # what no unit begins with
_NUMBER = re.compile(r"\s*([+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*", re.S)


@lru_cache(maxsize=2048)
def _conversion(written: str, wanted: Dimension) -> tuple[int, int] | None:
    """Return the ratio from a written unit to the wanted one; None where dimensions differ."""
    dims, factor = unit(written) if written else (_NONE, Fraction(1))
    want_dims, want_factor = unit(wanted.unit) if wanted.unit else (_NONE, Fraction(1))
    if wanted.counts and wanted.devices and dims == _DEVICE:  # `devices: 8 GPUs`
        dims = _NONE
    if dims != want_dims:
        return None
    ratio = factor / want_factor
    return ratio.numerator, ratio.denominator


@lru_cache(maxsize=2048)
def device_word(text: str, wanted: Dimension) -> str:
    """Return the word for what is counted: `core` in `96 core-h`; empty where there is none.

    Parameters
    ----------
    text : str
        A quantity that `parse` takes.
    wanted : Dimension
        Its dimension.
    """
    match = _NUMBER.fullmatch(text.rpartition("..")[2])
    _, written = _multiplier(match[2] if match else "", wanted, has_unit=False)
    for name in re.split(r"[-*·\s/]+", written):
        word = name.removesuffix("s")
        if word in _DEVICES:
            return word
    return "GPU" if "GPUh" in written else ""


def single_units(wanted: Dimension) -> list[str]:
    """Return the units of one word that a quantity of this dimension may carry."""
    return [name for name in _table() if _conversion(name, wanted) is not None]


def _dimension_name(written: str) -> str:
    dims, _ = unit(written) if written else (_NONE, None)
    names = [d.name for d in DIMENSIONS if (unit(d.unit)[0] if d.unit else _NONE) == dims]
    if dims == _NONE:
        return "number without a dimension"
    return names[0] if names else "quantity of another dimension"


def article(name: str) -> str:
    """Return a name with the article that goes before it."""
    return ("an " if name[0] in "aeiou" else "a ") + name


@lru_cache(maxsize=2048)
def _multiplier(rest: str, wanted: Dimension, has_unit: bool) -> tuple[int, str]:
    """Split a suffix off what follows a number: ``M GPU-h`` is (10**6, ``GPU-h``)."""
    bare = has_unit or wanted.unit in ("", "/h")
    ends = ("", " ", "/") if bare else (" ", "/")
    if rest[:1] in _SUFFIXES and (rest[1:2] in ends and rest not in _table()):
        return _SUFFIXES[rest[0]], rest[1:].strip()
    if wanted.counts and rest[:1] == "B" and rest[1:2] in ("", " ", "/"):
        return 10**9, rest[1:].strip()
    return 1, rest


def _split(text: str, wanted: Dimension, default_unit: str | None) -> tuple[str, int, str]:
    """Return the figure of a quantity as written, its suffix's factor and the unit's text."""
    if len(text) > _LONGEST:
        raise QuantityError(f"`{text[:40]}…` is too long for {article(wanted.name)}")
    match = _NUMBER.fullmatch(text)
    if match and match[2][:1] in (",", "'") and match[2][1:2].isdigit():
        raise QuantityError(f"`{text}`: write a point for decimals, and no separators of thousands")
    if not match or match[2][:1] in _NO_UNIT:
        raise QuantityError(f"`{text}` is not {article(wanted.name)}; write `{wanted.example}`")
    number, rest = match.groups()
    multiplier, written = _multiplier(rest, wanted, default_unit is not None)
    return number, multiplier, written or default_unit or ""


def _convert(plain: float, written: str, wanted: Dimension, text: str) -> float:
    ratio = None if wanted.unit and not written else _conversion(written, wanted)
    if ratio is None and not written:
        raise QuantityError(f"`{text}` has no unit; write `{text} {_plain_unit(wanted)}`")
    if ratio is None:
        raise QuantityError(
            f"`{text}` is {article(_dimension_name(written))}, "
            f"not {article(wanted.name)}; write `{wanted.example}`"
        )
    try:
        value = plain * ratio[0] / ratio[1]
    except OverflowError:  # prefixes piled up: Mt-Mt-Mt/mg/mg
        raise QuantityError(_beyond(text, wanted)) from None
    size = abs(value)
    if decide((size > LARGEST) | (size > 0) & (size < SMALLEST)):
        raise QuantityError(_beyond(text, wanted))
    return value


def _beyond(text: str, wanted: Dimension) -> str:
    return f"`{text}` is beyond any {wanted.name} that can be meant"


def _plain_unit(wanted: Dimension) -> str:
    return wanted.example.split(" ", 1)[-1]


@lru_cache(maxsize=2048)
def parse(text: str, wanted: Dimension) -> Number:
    """Read a quantity or a range of the wanted dimension.

    Parameters
    ----------
    text : str
        ``NUMBER[SUFFIX] [UNIT]`` or ``LOW..HIGH UNIT``; the best of a range is its middle.
    wanted : Dimension
        The number is returned in ``wanted.unit``.

    Raises
    ------
    QuantityError
        With what is wrong and how to write it.
    """
    return parse_filled(text, (), wanted)


def parse_filled(text: str, figures: Sequence[float], wanted: Dimension) -> Number:
    """Read a quantity as `parse` does, with columns in the place of its figures where given.

    Raises
    ------
    QuantityError, Mixed
        Where no row, or not every row, is in order.
    """
    first, dots, second = text.partition("..")
    if not dots:
        plain, _, written = _plain(text, figures[:1], wanted, None)
        return _convert(plain, written, wanted, text)
    plain_high, suffix, written = _plain(second, figures[1:], wanted, None)
    plain_low, own_suffix, own_unit = _plain(first, figures[:1], wanted, written)
    if own_suffix == 1 and own_unit == written:
        plain_low *= suffix
    lower = _convert(plain_low, own_unit, wanted, text)
    upper = _convert(plain_high, written, wanted, text)
    if decide(lower > upper):
        raise QuantityError(f"`{text}`: the low end is above the high end")
    if own_unit == written:
        return Range(_convert((plain_low + plain_high) / 2, written, wanted, text), lower, upper)
    return Range((lower + upper) / 2, lower, upper)


def _plain(
    text: str, figures: Sequence[float], wanted: Dimension, default_unit: str | None
) -> tuple[float, int, str]:
    """Return a number with its suffix, that suffix's factor and the unit's text."""
    number, multiplier, written = _split(text, wanted, default_unit)
    plain = figures[0] if figures else float(number.replace("_", ""))
    if not figures and plain == 0 and re.search("[1-9]", number.lower().partition("e")[0]):
        raise QuantityError(_beyond(text, wanted))
    return plain * multiplier, multiplier, written


def factors(text: str, wanted: Dimension) -> tuple[str, int, int, int]:
    """Return what `parse` makes a plain quantity of: ``float(number) * suffix * up / down``.

    Raises
    ------
    QuantityError
        Where it is none.
    """
    match = _NUMBER.fullmatch(text)
    number, rest = match.groups() if match else ("", "")
    suffix, written = _multiplier(rest, wanted, has_unit=False)
    ratio = _conversion(written, wanted)
    if not match or ratio is None:
        raise QuantityError(f"`{text}` is not {article(wanted.name)}")
    return number, suffix, *ratio


def format_number(value: "float | Symbol") -> str:
    """Write a float with the fewest digits that read back as the same float."""
    if isinstance(value, Symbol):
        return value.in_words()
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") else text


def format_quantity(number: Number, dimension: Dimension) -> str | dict[str, str]:
    """Write a quantity so that `parse` reads it back to the same number.

    A range whose best is not its middle becomes a mapping of best, low and high.
    """

    def one(value: float) -> str:
        return f"{format_number(value)} {dimension.unit}".strip()

    if not isinstance(number, Range):
        return one(number)
    text = f"{format_number(number.low)}..{one(number.high)}"
    try:
        if parse(text, dimension) == number:
            return text
    except QuantityError:  # its middle is too small to be written
        pass
    return {"best": one(best(number)), "low": one(number.low), "high": one(number.high)}


def parse_formatted(written: object, dimension: Dimension) -> Number:
    """Read back what `format_quantity` wrote: a text, or a mapping of best, low and high.

    Raises
    ------
    QuantityError
        Where it is neither, or best is not between its bounds.
    """
    if not isinstance(written, dict):
        return parse(str(written), dimension)
    middle = best(parse(str(written.get("best")), dimension))
    ends = [best(parse(str(written.get(key, written["best"])), dimension))
            for key in ("low", "high")]  # fmt: skip
    if not ends[0] <= middle <= ends[1]:
        raise QuantityError("best must lie between low and high")
    return middle if ends[0] == ends[1] else Range(middle, *ends)
