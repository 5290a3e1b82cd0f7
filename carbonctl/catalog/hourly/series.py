"""A figure of every step of a span of time, and what is known of the file that it comes from."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

HOUR_S = 3600


class Origin(NamedTuple):
    """Where a series comes from.

    Attributes
    ----------
    file : str
        The path as it was written, or the name of a packaged series.
    sha256 : str
        Of the bytes that were read.
    rows : int
        Rows of data in the file.
    format : str
        How it was read: plain, mix, electricitymaps, watttime, eia930 or entsoe.
    filled : int
        Steps that the file lacks and a rule filled.
    estimated : int
        Rows that the source itself says are estimates.
    notes : tuple of str
        What a reader of a result should know: factors taken, imports not counted.
    warnings : tuple of str
        What may be wrong with the file: figures that no grid has.
    sources : tuple of str
        Of a packaged series, the keys of its sources.
    """

    file: str
    sha256: str
    rows: int
    format: str
    filled: int = 0
    estimated: int = 0
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Series(NamedTuple):
    """A figure of every step; steps follow each other without a gap.

    Attributes
    ----------
    start_s : int
        Start of the first step, seconds since 1970-01-01T00:00Z.
    step_s : int
        Length of a step [s]: 300, 900, 1800 or 3600.
    values : array of float
        One figure a step.
    origin : Origin
        Its file.
    doubtful : tuple of int
        Steps with a warning: their total generation is under half of what is usual around them.
    unit : str
        Of the figures: `g/kWh`, `MW` or `share` (0 to 1).
    """

    start_s: int
    step_s: int
    values: array[float]
    origin: Origin
    doubtful: tuple[int, ...] = ()
    unit: str = ""

    @property
    def end_s(self) -> int:
        """End of the last step, seconds since 1970-01-01T00:00Z."""
        return self.start_s + self.step_s * len(self.values)


class HourlyGrid(NamedTuple):
    """The intensity of a grid, step by step.

    Attributes
    ----------
    intensity : Series
        [g/kWh], which is kg/MWh.
    signal : str
        "average" or "marginal". A marginal one enters no total.
    basis : str or None
        "life-cycle" or "direct"; None where nobody says.
    cfe : Series or None
        Carbon-free share of generation, 0 to 1, where the file has it.
    kinds : mapping of str to Series
        Generation by kind of plant [MW], where the file has it.
    spread : tuple of float or None
        Ends of the 90 % range of its intensity as ratios to it, where factors have one.
    """

    intensity: Series
    signal: str
    basis: str | None
    cfe: Series | None
    kinds: Mapping[str, Series]
    spread: tuple[float, float] | None = None


def stamp(second: int) -> str:
    """Return a time as text: 2022-01-31T23:00:00Z."""
    moment = datetime.fromtimestamp(second, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def coarser(series: Series, step_s: int) -> Series:
    """Return the mean of whole steps of a longer length; steps at both ends that are not whole go.

    Raises
    ------
    ValueError
        Where the length is no multiple of the series' own.
    """
    if step_s == series.step_s:
        return series
    if step_s % series.step_s:
        raise ValueError(f"{step_s} s is no multiple of {series.step_s} s")
    many = step_s // series.step_s
    first = -(series.start_s // series.step_s) % many
    whole = (len(series.values) - first) // many
    values = series.values
    means = array(
        "d", (_mean(values[at : at + many]) for at in range(first, first + whole * many, many))
    )
    doubtful = sorted({(at - first) // many for at in series.doubtful})
    return series._replace(
        start_s=series.start_s + first * series.step_s,
        step_s=step_s,
        values=means,
        doubtful=tuple(at for at in doubtful if 0 <= at < whole),
    )


def common(series: Sequence[Series]) -> list[Series]:
    """Bring series to one step, the longest, and to the span that all of them cover.

    Raises
    ------
    ValueError
        Where they share no time, or their steps begin at different minutes.
    """
    step = max(each.step_s for each in series)
    even = [coarser(each, step) for each in series]
    start = max(each.start_s for each in even)
    if any((start - each.start_s) % step for each in even):
        spans = ", ".join(f"{each.origin.file} from {stamp(each.start_s)}" for each in even)
        raise ValueError(f"the steps of the files begin at different minutes: {spans}")
    end = min(each.end_s for each in even)
    if end <= start:
        spans = ", ".join(f"{each.origin.file} {span(each)}" for each in even)
        raise ValueError(f"the files share no time: {spans}")
    return [_cut(each, start, end) for each in even]


def span(series: Series) -> str:
    """Return the span of a series as text."""
    return f"{stamp(series.start_s)} to {stamp(series.end_s)}"


def _cut(series: Series, start: int, end: int) -> Series:
    first, last = ((at - series.start_s) // series.step_s for at in (start, end))
    doubtful = tuple(at - first for at in series.doubtful if first <= at < last)
    return series._replace(start_s=start, values=series.values[first:last], doubtful=doubtful)


def _mean(values: array[float]) -> float:
    return sum(values) / len(values)
