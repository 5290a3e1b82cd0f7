"""Actual generation per production type of ENTSO-E's Transparency Platform."""

from __future__ import annotations

import re
from collections.abc import Sequence

from carbonctl.catalog.hourly import times
from carbonctl.catalog.hourly.formats import layout as a
from carbonctl.catalog.hourly.formats.layout import Figure, Layout
from carbonctl.catalog.hourly.options import Options

# Which kind of plant a production type is. Peat and oil shale are burnt as lignite is; waste is
# biomass in part. Pumped storage is left out.
_TYPES = {
    "biomass": "biomass",
    "energy storage": None,
    "fossil brown coal/lignite": "coal",
    "fossil coal-derived gas": "gas",
    "fossil gas": "gas",
    "fossil hard coal": "coal",
    "fossil oil": "oil",
    "fossil oil shale": "coal",
    "fossil peat": "coal",
    "geothermal": "geothermal",
    "hydro pumped storage": None,
    "hydro run-of-river and poundage": "hydro",
    "hydro run-of-river and pondage": "hydro",
    "hydro water reservoir": "hydro",
    "marine": "other",
    "nuclear": "nuclear",
    "other": "other",
    "other renewable": "other",
    "solar": "solar",
    "waste": "biomass",
    "wind offshore": "wind_offshore",
    "wind onshore": "wind",
}
_PRODUCED = re.compile(r"(.+?)\s+-\s+Actual Aggregated\s+\[MW\]", re.I)
_MTU = re.compile(r"MTU\s*(?:\(([^()]*)\))?", re.I)
_ZONES = {"CET/CEST": "Europe/Brussels", "UTC": "UTC"}


def fits(head: Sequence[str]) -> bool:
    """Whether a header is of this format."""
    return any(_MTU.fullmatch(name) for name in head)


def layout(head: Sequence[str], options: Options) -> Layout:
    """Return where the figures stand.

    Raises
    ------
    ValueError
        Where a column is missing, or a production type is not known.
    """
    time = next((at for at, name in enumerate(head) if _MTU.fullmatch(name)), None)
    if time is None:
        raise ValueError("no column `MTU`")
    match = _MTU.fullmatch(head[time])
    return Layout(
        "entsoe", time, times.market_units, _kinds(head),
        zone=_ZONES.get((match[1] if match else None) or ""), area=a.only(head, ("area",)),
        absent="n/e", grid="EU",
    )  # fmt: skip


def _kinds(head: Sequence[str]) -> dict[str, Figure]:
    kinds: dict[str, tuple[int, ...]] = {}
    for at, name in enumerate(head):
        match = _PRODUCED.fullmatch(name)
        if match is None:
            continue
        named = match[1].casefold()
        if named not in _TYPES:
            raise ValueError(f"unknown production type `{match[1]}`")
        kind = _TYPES[named]
        if kind is not None:
            kinds[kind] = (*kinds.get(kind, ()), at)
    if not kinds:
        raise ValueError("no column `… - Actual Aggregated [MW]`")
    return {kind: Figure(columns) for kind, columns in kinds.items()}
