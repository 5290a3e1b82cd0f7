"""Units and quantities: ``6.4M GPU-h``, ``954 lb/MWh``, ``2500..5700 kg``, ``45 %``.

Every conversion is a ratio of two integers, so ``45 %`` is 45/100 and not 45 · 0.01.

Conventions: a year is 8,760 h and a month 730 h; bytes are decimal (``GiB`` is binary);
a ``B`` after a bare count is 10⁹; ``MT`` and ``mt`` are a metric ton and ``Mt`` a million.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache, partial
from typing import NamedTuple

from carbonctl.numbers.intervals import Number, Range, best, decide, has_rows
from carbonctl.numbers.unit_table import (
    DEVICE,
    NONE,
    QuantityError,
    UnknownUnit,
    plain_signs,
    table,
    unit,
)
from carbonctl.text import is_slip, may_search

LARGEST = 1e30
SMALLEST = 1e-30

_SUFFIXES = {"k": 1000, "M": 10**6, "G": 10**9, "T": 10**12}


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
    bare : tuple of str
        The units that a number without one may be in; that of the example unless given.
    percent : bool
        Whether a number without a unit may be written in percent; not of what is counted.
    """

    name: str
    unit: str
    example: str
    counts: bool = False
    devices: bool = False
    bare: tuple[str, ...] = ()
    percent: bool = True


FRACTION = Dimension("fraction", "", "45 %")
RATIO = Dimension("ratio", "", "1.2")
COUNT = Dimension("count", "", "512", counts=True, percent=False)
DEVICES = Dimension("number of devices", "", "512", counts=True, devices=True, percent=False)
ENERGY = Dimension("energy", "kWh", "12.5 MWh", bare=("kWh", "MWh"))
POWER = Dimension("power", "W", "400 W")
DURATION = Dimension("duration", "h", "24 h", bare=("s", "h"))
SERVICE_LIFE = DURATION._replace(example="4 years", bare=("years",))
DEVICE_TIME = Dimension("device time", "device-h", "12288 GPU-h", devices=True)
MASS = Dimension("mass of CO2e", "kgCO2e", "2500 kg", bare=("kg", "t"))
INTENSITY = Dimension("carbon intensity", "kgCO2e/kWh", "385 g/kWh", bare=("g/kWh", "kg/kWh"))
CAPACITY = Dimension("capacity", "GB", "80 GB", bare=("GB", "TB"))
BANDWIDTH = Dimension("bandwidth", "GB/s", "3.35 TB/s")
VOLUME = Dimension("volume", "L", "500 L", bare=("L", "m3"))
AREA = Dimension("area", "mm2", "814 mm2")
THROUGHPUT = Dimension("computing rate", "TFLOPS", "312 TFLOPS")
DENSITY_POWER = Dimension("power per capacity", "W/GB", "0.4 W/GB")
PER_TB_POWER = Dimension("power per capacity", "W/TB", "1.2 W/TB")
PER_TB_MASS = Dimension("embodied carbon per capacity", "kgCO2e/TB", "17.3 kg/TB")
PER_GB_ENERGY = Dimension("energy per volume", "kWh/GB", "0.0065 kWh/GB")
REQUEST_RATE = Dimension("rate", "/h", "1e9 / day", counts=True, percent=False)
SHARE_RATE = Dimension("share per time", "/h", "0.1 % / day")
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
    SHARE_RATE, LENGTH, DISTANCE, WEIGHT, DEFECTS, WAFER_MASS, PER_GB_MASS, PER_KG_MASS, FREIGHT,
)  # fmt: skip


def dimension_of(unit: str) -> Dimension:
    """Return the dimension of a quantity that is kept in a unit."""
    if not unit:
        return COUNT._replace(name="number", percent=True)
    known = (dimension for dimension in DIMENSIONS if dimension.unit == unit)
    return next(known, Dimension("quantity", unit, f"1 {unit}"))


_LONGEST = 200
_PERCENT = "%"
_NO_UNIT = tuple(":;'\"()[]{}<>=!?&|#@$.0123456789")  # what no unit begins with
# Elapsed time as Slurm writes it: [D-]HH:MM:SS.
CLOCK = r"\s*(([0-9]+)-(?=([01]?[0-9]|2[0-3]):))?([0-9]+):([0-5][0-9]):([0-5][0-9](\.[0-9]+)?)\s*"
_CLOCK = re.compile(CLOCK)
_LONGER = (("years", 31_536_000), ("days", 86_400), ("h", 3600), ("min", 60))
_NUMBER = re.compile(r"\s*([+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*", re.S)


@lru_cache(maxsize=2048)
def _conversion(written: str, wanted: Dimension) -> tuple[int, int] | None:
    """Return the ratio from a written unit to the wanted one; None where dimensions differ."""
    try:
        ratio = _ratio(written, wanted)
    except UnknownUnit as error:
        raise QuantityError(f"{error}{_meant(error.name, written, wanted)}") from None
    return None if ratio is None else (ratio.numerator, ratio.denominator)


def _ratio(written: str, wanted: Dimension) -> Fraction | None:
    if _PERCENT in written and not wanted.percent:
        return None
    dims, factor = unit(written) if written else (NONE, Fraction(1))
    want_dims, want_factor = unit(wanted.unit) if wanted.unit else (NONE, Fraction(1))
    if wanted.counts and wanted.devices and dims == DEVICE:  # `devices: 8 GPUs`
        dims = NONE
    return factor / want_factor if dims == want_dims else None


def _meant(name: str, written: str, wanted: Dimension) -> str:
    """Return what an unknown unit may stand for, or an example of what is wanted.

    A unit is suggested only where all the units of the wanted dimension that are spelt so are
    one and the same.
    """
    folded = name.casefold()
    same = [known for known in table() if known.casefold() == folded]
    alike = same or ([known for known in table() if is_slip(folded, known)] if may_search() else [])
    place = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    readings: dict[Fraction, str] = {}
    for known in alike:
        try:
            ratio = _ratio(place.sub(known, plain_signs(written)), wanted)
        except QuantityError:  # another part of it is unknown too
            continue
        if ratio is not None:
            readings.setdefault(ratio, known)
    shown = " and ".join(f"`{known}`" for known in readings.values())
    if len(readings) == 1:
        return f"; did you mean {shown}?"
    if same and readings:
        return f"; case matters: {shown} are different units"
    return f"; write {article(wanted.name)} such as `{wanted.example}`"


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
    for name in re.split(r"[-*·\s/]+", plain_signs(written)):
        word = name.removesuffix("s")
        if table().get(word, (NONE,))[0] == DEVICE:
            return word
    return "GPU" if "GPUh" in written else ""


def single_units(wanted: Dimension) -> list[str]:
    """Return the units of one word that a quantity of this dimension may carry."""
    return [name for name in table() if _conversion(name, wanted) is not None]


def _dimension_name(written: str) -> str:
    dims, _ = unit(written) if written else (NONE, None)
    if written == _PERCENT:
        return "share"
    names = [d.name for d in DIMENSIONS if (unit(d.unit)[0] if d.unit else NONE) == dims]
    if dims == NONE:
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
    if rest[:1] in _SUFFIXES and (rest[1:2] in ends and rest not in table()):
        return _SUFFIXES[rest[0]], rest[1:].strip()
    if wanted.counts and rest[:1] == "B" and rest[1:2] in ("", " ", "/"):
        return 10**9, rest[1:].strip()
    return 1, rest


def _elapsed_s(text: str, wanted: Dimension) -> float:
    """Return the seconds of an elapsed time such as ``1-02:03:04``."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        shown = f"`HH:MM:SS`, `D-HH:MM:SS` or `{wanted.example}`"
        raise QuantityError(f"`{text}` is not {article(wanted.name)}; write {shown}")
    hours = int(match[2] or 0) * 24 + int(match[4])
    return hours * 3600 + int(match[5]) * 60 + float(match[6])


def _convert(plain: float, written: str, wanted: Dimension, text: str) -> float:
    ratio = None if wanted.unit and not written else _conversion(written, wanted)
    if ratio is None and not written:
        raise QuantityError(f"`{text}` has no unit; write {_with_unit(plain, text, wanted)}")
    if ratio is None:
        raise QuantityError(
            f"`{text}` is {article(_dimension_name(written))}, "
            f"not {article(wanted.name)} such as `{wanted.example}`"
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


def _with_unit(plain: float, text: str, wanted: Dimension) -> str:
    """Return a bare number with each of the units that it may be in."""
    names = wanted.bare or (wanted.example.split(" ", 1)[-1],)
    return " or ".join(f"`{text} {name}`{_in_words(plain, name, text, wanted)}" for name in names)


def _in_words(plain: float, name: str, text: str, wanted: Dimension) -> str:
    """Return what a number of seconds or hours is in a longer unit."""
    if wanted.unit != DURATION.unit or ".." in text or plain > LARGEST:
        return ""
    own = float(unit(name)[1])
    longer = [(plain * own / s, said) for said, s in _LONGER if own < s <= plain * own / 2]
    return f" ({round(longer[0][0])} {longer[0][1]})" if longer else ""


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
    inherited = None if ":" in second else written
    plain_low, own_suffix, own_unit = _plain(first, figures[:1], wanted, inherited)
    if own_suffix == 1 and own_unit == written:
        plain_low *= suffix
    lower = _convert(plain_low, own_unit, wanted, first if ":" in second else text)
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
    if len(text) > _LONGEST:
        raise QuantityError(f"`{text[:40]}…` is too long for {article(wanted.name)}")
    if wanted.unit == DURATION.unit and ":" in text:
        return figures[0] if figures else _elapsed_s(text, wanted), 1, "s"
    match = _NUMBER.fullmatch(text)
    if match and match[2][:1] in (",", "'") and match[2][1:2].isdigit():
        raise QuantityError(f"`{text}`: write a point for decimals, and no separators of thousands")
    if not match or match[2][:1] in _NO_UNIT:
        raise QuantityError(f"`{text}` is not {article(wanted.name)} such as `{wanted.example}`")
    number, rest = match.groups()
    multiplier, written = _multiplier(rest, wanted, default_unit is not None)
    plain = figures[0] if figures else float(number.replace("_", "")) + 0.0  # -0 is 0
    if not figures and plain == 0 and re.search("[1-9]", number.lower().partition("e")[0]):
        raise QuantityError(_beyond(text, wanted))
    return plain * multiplier, multiplier, written or default_unit or ""


def format_number(value: float) -> str:
    """Write a float with the fewest digits that read back as the same float."""
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") else text


def format_quantity(number: Number, dimension: Dimension) -> str | dict[str, str]:
    """Write a quantity so that `parse` reads it back to the same number.

    A range whose best is not its middle becomes a mapping of best, low and high. Of columns
    each row is written.
    """
    unit = f" {dimension.unit}" if dimension.unit else ""

    def written(value: float) -> str:
        return f"{format_number(value)}{unit}"

    if has_rows(number):
        from carbonctl.numbers.columns import texts

        of_range = partial(format_quantity, dimension=dimension)
        return texts(of_range if isinstance(number, Range) else written, number)  # type: ignore[return-value]
    if not isinstance(number, Range):
        return written(number)
    text = f"{format_number(number.low)}..{written(number.high)}"
    try:
        if parse(text, dimension) == number:
            return text
    except QuantityError:  # its middle is too small to be written
        pass
    return {"best": written(best(number)), "low": written(number.low), "high": written(number.high)}


def parse_best(written: object, dimension: Dimension) -> float:
    """Read the best estimate of what a normalised spec says: a text, or a mapping with `best`.

    Raises
    ------
    QuantityError, KeyError
        Where it is neither.
    """
    text = written["best"] if isinstance(written, dict) else written
    middle: float = best(parse(str(text), dimension))
    return middle


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
