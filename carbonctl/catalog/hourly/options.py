"""How a file of hourly figures is to be read, as a workload says it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from carbonctl.numbers import units
from carbonctl.numbers.intervals import best
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.spec.hours import HourlyFile
from carbonctl.text import did_you_mean

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

FORMATS = ("plain", "mix", "electricitymaps", "watttime", "eia930", "entsoe")
BASES = ("life-cycle", "direct")
FACTORS = ("ipcc2014",)
SIGNALS = ("average", "marginal")
STAMPS = ("start", "end")
FILLS = ("none", "interpolate", "same-hour")
CHOICES = {
    "format": FORMATS, "basis": BASES, "factors": FACTORS, "signal": SIGNALS, "stamp": STAMPS,
    "fill": FILLS,
}  # fmt: skip
SHARE = units.FRACTION
_DIMENSIONS = (units.INTENSITY, units.POWER, SHARE)


class Options(NamedTuple):
    """What a workload says of a file; None where the file itself decides.

    Attributes
    ----------
    format : str or None
        One of `FORMATS`; else recognised from the header.
    column : str or None
        The column with the figure, by its header.
    unit : str or None
        Of that column: `kg/MWh`, `kW`, `%`.
    basis : str or None
        life-cycle or direct.
    factors : str or None
        `ipcc2014`: the medians of IPCC AR5 for a mix, in place of the factors of its region.
    signal : str or None
        average or marginal.
    stamp : str or None
        Whether times are starts or ends of steps.
    time_zone : str or None
        Of times that carry none: an IANA name, such as Europe/Berlin.
    fill : str or None
        none (the default), interpolate or same-hour.
    """

    format: str | None = None
    column: str | None = None
    unit: str | None = None
    basis: str | None = None
    factors: str | None = None
    signal: str | None = None
    stamp: str | None = None
    time_zone: str | None = None
    fill: str | None = None


def faults(options: Options) -> Iterator[tuple[str, str]]:
    """Yield the key and the message of each option that cannot be used."""
    for key, known in CHOICES.items():
        value = getattr(options, key)
        if value is not None and value not in known:
            listed = ", ".join(known)
            yield key, f"unknown {key} `{value}`{did_you_mean(value, known)}; there are {listed}"
    if options.unit is not None:
        try:
            _check_unit(options.unit)
        except ValueError as error:
            yield "unit", str(error)
    if options.time_zone is not None:
        try:
            zone_of(options.time_zone)
        except ValueError as error:
            yield "time_zone", str(error)


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo | None:
    """Return a time zone by its IANA name; None for UTC.

    Raises
    ------
    ValueError
        Where there is no such zone, with the nearest name.
    """
    if name in ("UTC", "Z", "Etc/UTC"):
        return None  # without the system's tables
    from zoneinfo import ZoneInfo, available_timezones  # only times without a zone need it

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # a path, a folder, an unknown name
        hint = did_you_mean(name, sorted(available_timezones()))
        raise ValueError(
            f"unknown time_zone `{name}`{hint}; write an IANA name such as `Europe/Berlin`"
        ) from None


def scale(unit: str, wanted: units.Dimension) -> float:
    """Return what one of a unit is in the wanted dimension's unit.

    Raises
    ------
    ValueError
        Where it is no unit of that dimension.
    """
    return best(units.parse(f"1 {unit}", wanted))


def _check_unit(unit: str) -> None:
    for dimension in _DIMENSIONS:
        with suppress(QuantityError):
            scale(unit, dimension)
            return
    raise ValueError(
        f"`{unit}` is no unit of carbon intensity (`g/kWh`), power (`MW`) or a share (`%`)"
    )


def options_of(ref: HourlyFile) -> Options:
    """Return how a file is to be read, as a workload says it."""
    factors = None if ref.factors == "places" else ref.factors
    return Options(
        ref.format, ref.column, ref.unit, ref.basis, factors, ref.signal, ref.stamp,
        ref.time_zone, ref.fill,
    )  # fmt: skip
