"""Form EIA-930 of the US Energy Information Administration, one balancing authority a file."""

from __future__ import annotations

from collections.abc import Sequence

from carbonctl.catalog.hourly import times
from carbonctl.catalog.hourly.formats import layout as a
from carbonctl.catalog.hourly.formats.layout import Figure, Layout
from carbonctl.catalog.hourly.options import Options
from carbonctl.catalog.hourly.series import HOUR_S

_TIME = "UTC Time at End of Hour"
_FROM = "Net Generation (MW) from "
_REWORKED = ("(Imputed)", "(Adjusted)")  # what EIA makes of the figures
# The columns of both schemas, before and since July 2024.
_FUELS = {
    "Coal": "coal",
    "Natural Gas": "gas",
    "Nuclear": "nuclear",
    "All Petroleum Products": "oil",
    "Hydropower and Pumped Storage": "hydro",
    "Hydropower Excluding Pumped Storage": "hydro",
    "Solar": "solar",
    "Solar without Integrated Battery Storage": "solar",
    "Solar with Integrated Battery Storage": "solar",
    "Wind": "wind",
    "Wind without Integrated Battery Storage": "wind",
    "Wind with Integrated Battery Storage": "wind",
    "Geothermal": "geothermal",
    "Other Fuel Sources": "other",
    "Unknown Fuel Sources": "other",
}
_STORAGE = ("Pumped Storage", "Battery Storage", "Other Energy Storage", "Unknown Energy Storage")
# By the solar noon of 2022, hardware_db/README.md.
_NOTES = {
    "PJM": "times are read as ends of hours; those of PJM behave as starts do: `stamp: start`"
}


def fits(head: Sequence[str]) -> bool:
    """Whether a header is of this format."""
    return _TIME in head


def layout(head: Sequence[str], options: Options) -> Layout:
    """Return where the figures stand.

    Raises
    ------
    ValueError
        Where a column is missing.
    """
    kinds: dict[str, tuple[int, ...]] = {}
    unknown = []
    for at, name in enumerate(head):
        fuel = name.removeprefix(_FROM)
        if fuel in _FUELS and fuel != name:
            kinds[_FUELS[fuel]] = (*kinds.get(_FUELS[fuel], ()), at)
        elif not (fuel == name or fuel in _STORAGE or fuel.endswith(_REWORKED)):
            unknown.append(f"`{name}`")
    if not kinds:
        raise ValueError(f"no column `{_FROM}…`")
    return Layout(
        "eia930", a.where(head, _TIME), times.american,
        {kind: Figure(columns) for kind, columns in kinds.items()},
        stamp="end", is_utc=True, step_s=HOUR_S, area=a.only(head, ("balancing_authority",)),
        area_notes={} if options.stamp else _NOTES, has_separators=True,
        notes=(f"no part of the mix: {', '.join(unknown)}",) if unknown else (), grid="US",
    )  # fmt: skip
