"""Exports of Electricity Maps, with the heads of 2022 and later ones."""

from __future__ import annotations

from collections.abc import Sequence

from carbonctl.catalog.hourly import times
from carbonctl.catalog.hourly.formats import layout as a
from carbonctl.catalog.hourly.formats.layout import Figure, Layout
from carbonctl.catalog.hourly.options import Options

_TIME = ("datetime_utc",)
_INTENSITY = "carbon_intensity_gco"
_BASES = {"life-cycle": ("_life_cycle", "_lca", "_lifecycle"), "direct": ("_direct",)}
_CFE = ("carbon_free_energy_percentage_cfe%", "low_carbon_percentage", "carbon_free_percentage")
_PERCENT = 0.01


def fits(head: Sequence[str]) -> bool:
    """Whether a header is of this format."""
    has_time = a.only(head, _TIME) is not None
    return has_time and any(a.folded(name).startswith(_INTENSITY) for name in head)


def layout(head: Sequence[str], options: Options) -> Layout:
    """Return where the figures stand.

    Raises
    ------
    ValueError
        Where a column is missing.
    """
    time = a.only(head, _TIME)
    if time is None:
        raise ValueError("no column `Datetime (UTC)`")
    basis = options.basis or "life-cycle"
    at = _intensity(head, basis)
    cfe = a.only(head, _CFE)
    figures = {a.INTENSITY: Figure((at,), 1.0, "g/kWh")}
    if cfe is not None:
        figures[a.CFE] = Figure((cfe,), _PERCENT, "share")
    return Layout(
        "electricitymaps", time, times.iso, figures, is_utc=True, basis=basis,
        area=a.only(head, ("zone_id",)), estimated=a.only(head, ("data_estimated",)),
    )  # fmt: skip


def _intensity(head: Sequence[str], basis: str) -> int:
    columns = [at for at, name in enumerate(head) if a.folded(name).startswith(_INTENSITY)]
    for at in columns:
        if a.folded(head[at]).endswith(_BASES[basis]):
            return at
    listed = ", ".join(f"`{head[at]}`" for at in columns)
    raise ValueError(f"no column of the {basis} intensity; there are {listed or 'none at all'}")
