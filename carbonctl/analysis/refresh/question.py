"""What is asked of machines that newer ones would replace, as flags write it."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import NamedTuple

from carbonctl.errors import UsageError
from carbonctl.factors.refresh import GridPath
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Number, Range, high, low, over_corners
from carbonctl.numbers.rates import read_rate
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.numbers.units import Dimension

YEAR = 8760.0  # h
CUT_OFF, WHOLE_LIFE = "cut-off", "whole life"
LONGEST = 100.0  # years of a horizon
MOST_LIVES = 1200  # even lives that are tried
_POINT = re.compile(r"\s*(?P<year>[0-9]{4})\s*[:=]\s*(?P<intensity>.*\S)\s*", re.S)
_BETWEEN = re.compile(r",(?=\s*[0-9]{4}\s*[:=])")
_PATH = "'-7 % / year' or '2024: 400 g/kWh, 2030: 250 g/kWh'"


class MachineFigures(NamedTuple):
    """One machine, and where its figures are from.

    Attributes
    ----------
    embodied_kgco2e, kgco2e_per_year : float or Range
        What it costs to make, and what a year of it emits on today's grid.
    file, workload, system : str
        Where it is from; empty where flags give its figures.
    life : float or None
        For how many years the file keeps it.
    basis : str
        What the operational figure is of, in words.
    """

    embodied_kgco2e: Number
    kgco2e_per_year: Number
    file: str = ""
    workload: str = ""
    system: str = ""
    life: float | None = None
    basis: str = ""


class Repair(NamedTuple):
    """Parts that keep a machine going: their embodied carbon, and the whole life it then has."""

    parts_kgco2e: float
    life: float


class Question(NamedTuple):
    """What is asked of a machine; times in years.

    Attributes
    ----------
    gain : float or Range
        By what work per energy of new machines grows in a year.
    written : str
        The same as it was written.
    horizon, step : float
        How far to look ahead, and the shortest life that even lives have.
    grid : GridPath
        How the intensity of the grid goes on.
    grid_written : str
        The same as it was written; empty where it stays as it is.
    owned : float or None
        The age of a machine that is owned now.
    second_life : float
        How long it serves somebody else afterwards; 0 where nobody asks.
    rule : str
        `CUT_OFF` or `WHOLE_LIFE`: which life carries the embodied carbon.
    repair : Repair or None
        Parts that would make it live longer.
    """

    gain: Number
    written: str
    horizon: float
    step: float
    grid: GridPath = GridPath()
    grid_written: str = ""
    owned: float | None = None
    second_life: float = 0.0
    rule: str = CUT_OFF
    repair: Repair | None = None

    @property
    def gain_per_year(self) -> Number:
        """The continuous rate γ; it may be a range."""
        return continuous(self.gain)

    @property
    def most(self) -> int:
        """How many machines of even lives the horizon can hold."""
        return max(1, int(self.horizon / self.step + 1e-9))


def continuous(rate: Number) -> Number:
    """Return the rate g of which the factor after t years is ``e^(g t)`` [1/year]."""
    return over_corners(math.log, rate)  # type: ignore[no-any-return]


def quantity(flag: str, text: str, dimension: Dimension, *, zero: bool = False) -> Number:
    """Read a quantity, or a range, of a flag.

    Raises
    ------
    UsageError
        Where it is none, or below zero, or zero unless ``zero`` allows it.
    """
    try:
        number = units.parse(text, dimension)
    except QuantityError as error:
        raise UsageError(f"{flag}: {error}") from None
    if low(number) < 0 or (not zero and low(number) == 0):
        raise UsageError(f"{flag}: `{text}` must {'not be negative' if zero else 'be above 0'}")
    return number


def years(flag: str, text: str, *, zero: bool = False) -> float:
    """Read a time of a flag, in years.

    Raises
    ------
    UsageError
        Where it is none, is a range, or longer than `LONGEST`.
    """
    number = quantity(flag, text, units.SERVICE_LIFE, zero=zero)
    if isinstance(number, Range):
        raise UsageError(f"{flag}: `{text}` is a range; give one time, as in `20 years`")
    if number / YEAR > LONGEST:
        raise UsageError(f"{flag}: `{text}` is longer than {LONGEST:g} years")
    return number / YEAR


def rate(flag: str, text: str) -> Number:
    """Read a rate of a flag, as the factor of one year.

    Raises
    ------
    UsageError
        Where it is none.
    """
    try:
        return read_rate(text)
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from None


def grid_path(text: str) -> GridPath:
    """Read how the intensity of a grid goes on: a rate, or years with intensities.

    The first year is today; between the years it is linear, after the last it stays. Only its
    course counts: how high it is today, the machine's figures say.

    Raises
    ------
    UsageError
        Where it is neither.
    """
    if ":" not in text and "=" not in text:
        if "/" not in text and "%" not in text:
            raise _no_course(text)
        read = rate("--grid", text)
        per_year = continuous(read)
        if isinstance(per_year, Range):
            raise UsageError(f"--grid: `{text}` is a range; give one rate, as in '-7 % / year'")
        return GridPath(per_year)
    listed = text.strip().removeprefix("{").removesuffix("}")
    matches = [_POINT.fullmatch(part) for part in _BETWEEN.split(listed)]
    given = [
        (int(match["year"]), quantity("--grid", match["intensity"], units.INTENSITY, zero=True))
        for match in matches
        if match is not None
    ]
    if len(given) < len(matches):
        raise _no_course(text)
    first, today = given[0]
    if any(isinstance(intensity, Range) for _, intensity in given):
        raise UsageError(f"--grid: `{text}` holds a range; give one intensity a year")
    if any(year >= later for (year, _), (later, _) in pairwise(given)):
        raise UsageError(f"--grid: the years of `{text}` must rise")
    if high(today) == 0:
        raise UsageError(f"--grid: `{text}` begins at 0, over which nothing can be measured")
    return GridPath(
        points=tuple((float(year - first), high(each) / high(today)) for year, each in given)
    )


def _no_course(text: str) -> UsageError:
    return UsageError(f"--grid: `{text}` is no course of a grid; write {_PATH}")


def check_step(text: str, horizon: float, step: float) -> None:
    """Refuse a step that makes more lives than can be tried.

    Raises
    ------
    UsageError
        Where the horizon holds more than `MOST_LIVES` of it.
    """
    if horizon / step > MOST_LIVES + 1e-9:
        raise UsageError(
            f"--step: `{text}` makes {horizon / step:,.0f} lives to try; {MOST_LIVES:,} at most"
        )
