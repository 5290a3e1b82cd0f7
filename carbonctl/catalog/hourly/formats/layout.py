"""What stands in which column of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from carbonctl.catalog.hourly import options as o
from carbonctl.catalog.hourly import times
from carbonctl.catalog.hourly.options import Options
from carbonctl.numbers import units
from carbonctl.text import did_you_mean

# Kinds of plant of a mix, each with the fuel that it is in the tables of grids.
KINDS = {
    "wind": "wind", "wind_offshore": "wind", "solar": "solar", "hydro": "hydro",
    "nuclear": "nuclear", "gas": "gas", "coal": "coal", "oil": "oil", "biomass": "bioenergy",
    "geothermal": "geothermal", "other": "other",
}  # fmt: skip
CARBON_FREE = ("wind", "wind_offshore", "solar", "hydro", "nuclear", "geothermal")
INTENSITY, CFE = "intensity", "cfe"
_GRAMS = 1000  # of a kilogram
_POWER = units.POWER
SHARES = {"_pu": 1.0, "_share": 1.0, "_pct": 0.01}
POWERS = {"_kw": 0.001, "_mw": 1.0, "_gw": 1000.0}
_BRACKETED = re.compile(r"[(\[]\s*([^()\[\]]+?)\s*[)\]]\s*$")


class Figure(NamedTuple):
    """A figure of every step.

    Attributes
    ----------
    columns : tuple of int
        Where it stands; the sum of several.
    scale : float
        What one of the column's unit is in the unit of the series.
    unit : str
        Of the series: g/kWh, MW or share.
    """

    columns: tuple[int, ...]
    scale: float = 1.0
    unit: str = "MW"


class Layout(NamedTuple):
    """How the columns of a file are read.

    Attributes
    ----------
    format : str
        One of `options.FORMATS`.
    time : int
        The column with the times.
    read_times : callable
        Turns its cells into seconds, as `times.iso` does.
    figures : mapping of str to Figure
        "intensity" and "cfe", or kinds of plant, as far as the file has them.
    stamp : str
        Whether times are starts or ends of steps.
    is_utc : bool
        Whether times without a zone are UTC, as the header says.
    zone : str or None
        The zone of such times, where the header names it.
    step_s : int or None
        The step of the format, where one row alone is to be read [s].
    area : int or None
        The column that says which grid a row is of.
    area_notes : mapping of str to str
        What a reader of a result should know of some of these grids.
    estimated : int or None
        The column that says whether a row is an estimate.
    has_separators : bool
        Whether numbers have commas between thousands.
    absent : str
        The cell of a kind of plant that an area has not; it is no blank.
    signal : str
        average or marginal.
    basis : str or None
        life-cycle or direct; None where nobody says.
    grid : str
        Of a mix: the grid whose factors hold where the workload names none; empty for the rest
        of the world's.
    notes : tuple of str
        What a reader of a result should know.
    """

    format: str
    time: int
    read_times: Callable[..., times.Stamps]
    figures: Mapping[str, Figure]
    stamp: str = "start"
    is_utc: bool = False
    zone: str | None = None
    step_s: int | None = None
    area: int | None = None
    area_notes: Mapping[str, str] = MappingProxyType({})
    estimated: int | None = None
    has_separators: bool = False
    absent: str = ""
    signal: str = "average"
    basis: str | None = None
    grid: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_mix(self) -> bool:
        """Whether the intensity follows from generation by kind of plant."""
        return any(name in KINDS for name in self.figures)


def folded(name: str) -> str:
    """Return a header as it is compared: lower case, words joined by underscores."""
    return re.sub(r"[^0-9a-z%₂]+", "_", name.casefold()).strip("_")


def where(head: Sequence[str], wanted: str) -> int:
    """Return the index of a column by its header.

    Raises
    ------
    ValueError
        With the nearest one, where there is none or more than one.
    """
    places = [at for at, name in enumerate(head) if name == wanted]
    places = places or [at for at, name in enumerate(head) if folded(name) == folded(wanted)]
    if not places:
        listed = ", ".join(f"`{name}`" for name in head)
        raise ValueError(f"no column `{wanted}`{did_you_mean(wanted, head)}; there are {listed}")
    if len(places) > 1:
        raise ValueError(f"{len(places)} columns are called `{wanted}`: rename all but one")
    return places[0]


def only(head: Sequence[str], names: Iterable[str]) -> int | None:
    """Return the first column whose folded header is one of some names; None for none."""
    wanted = set(names)
    return next((at for at, name in enumerate(head) if folded(name) in wanted), None)


def intensity_of(head: Sequence[str], at: int, options: Options) -> Figure:
    """Return the figure of a column of carbon intensity, in g/kWh.

    Raises
    ------
    ValueError
        Where its unit is not known.
    """
    if options.unit is not None:
        return Figure((at,), grams(options.unit), "g/kWh")
    for end, unit in INTENSITY_ENDS.items():
        if folded(head[at]).endswith(end):
            return Figure((at,), grams(unit), "g/kWh")
    raise ValueError(
        f"column `{head[at]}` has no unit: rename it to `g_per_kwh`, or give `unit` (`g/kWh`)"
    )


INTENSITY_ENDS = {
    "kg_per_kwh": "kg/kWh", "kg_per_mwh": "kg/MWh", "lb_per_mwh": "lb/MWh", "g_per_kwh": "g/kWh",
}  # fmt: skip


def grams(unit: str) -> float:
    """Return what one of a unit is in g/kWh.

    Raises
    ------
    ValueError
        Where it is no unit of carbon intensity.
    """
    ratio = o.scale(unit, units.INTENSITY) * _GRAMS
    nearest = round(ratio)
    return float(nearest) if abs(ratio - nearest) < 1e-12 else ratio


def power_or_share(head: Sequence[str], at: int, options: Options) -> Figure:
    """Return the figure of a column of power, in MW, or of shares of a capacity.

    Raises
    ------
    ValueError
        Where its unit is not known.
    """
    name = folded(head[at])
    if options.unit is not None:
        return _in_unit(at, options.unit)
    for ends, unit in ((SHARES, "share"), (POWERS, "MW")):
        for end, scale in ends.items():
            if name.endswith(end):
                return Figure((at,), scale, unit)
    bracketed = _BRACKETED.search(head[at])
    if bracketed:
        return _in_unit(at, bracketed[1])
    raise ValueError(
        f"column `{head[at]}` has no unit: let its name end in `_mw` or `_pu`, "
        f"or give `unit` (`MW`, `%`)"
    )


def _in_unit(at: int, unit: str) -> Figure:
    try:
        return Figure((at,), o.scale(unit, _POWER) / 1e6, "MW")
    except ValueError as error:
        try:
            return Figure((at,), o.scale(unit, o.SHARE), "share")
        except ValueError:
            raise error from None


def cfe_of(head: Sequence[str]) -> dict[str, Figure]:
    """Return the column of carbon-free shares of generation by its name, where there is one."""
    at = only(head, ("cfe_share", "grid_cfe"))
    if at is not None:
        return {CFE: Figure((at,), 1.0, "share")}
    at = only(head, ("cfe_pct", "cfe_%"))
    return {} if at is None else {CFE: Figure((at,), 0.01, "share")}


class TimeColumn(NamedTuple):
    """The column of times, whether they are ends, and whether its name says UTC."""

    at: int
    stamp: str
    is_utc: bool


_TIME = re.compile(
    r"(?:(?:interval_|period_)?(start|end)(?:_?(?:time|date))?|time_?stamp|time|date_?time|date|"
    r"point_time|hour)(?:_?(utc|gmt|local))?|(utc|gmt)"
)


def time_column(head: Sequence[str]) -> TimeColumn | None:
    """Return the first column that is called as times are, one of ends only where no other is."""
    columns = []
    for at, name in enumerate(head):
        match = _TIME.fullmatch(folded(name))
        if match:
            is_utc = (match[2] or match[3]) in ("utc", "gmt")
            columns.append(TimeColumn(at, match[1] or "start", is_utc))
    return min(columns, key=lambda column: column.stamp == "end", default=None)


def needed_time(head: Sequence[str]) -> TimeColumn:
    """Return the column of times.

    Raises
    ------
    ValueError
        Where there is none.
    """
    column = time_column(head)
    if column is None:
        listed = ", ".join(f"`{name}`" for name in head)
        raise ValueError(f"no column of times among {listed}: call it `start_utc`")
    return column
