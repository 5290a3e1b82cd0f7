"""Cloud regions: the grid that each stands on, its PUE and its water, as tables have them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

from carbonctl.catalog import tables
from carbonctl.catalog.grid_rows import BASES, CONSUMPTION, GridRow
from carbonctl.catalog.tables import Row, number, whole

TABLE = "cloud/regions.csv"
_PROVIDERS = {"aws": "aws", "azure": "azure", "gcp": "google"}  # what a region's name begins with


class Region(NamedTuple):
    """A cloud region: the zone it stands on and what its operator says of it.

    ``grid`` is the zone whose figures an account takes, empty where nobody knows it; ``zone`` a
    smaller one around it, whose figures count imports.
    """

    region: str
    name: str
    grid: str
    intensity: float | None
    intensity_year: int | None
    intensity_basis: str
    intensity_source: str
    pue: float | None
    pue_year: int | None
    pue_status: str
    pue_source: str
    wue_l_per_kwh: float | None
    wue_year: int | None
    wue_status: str
    wue_source: str
    source: str
    confidence: str
    note: str
    zone: str = ""
    status: str = ""

    @property
    def provider(self) -> str:
        """Whose region it is: aws, azure or google; other for the rest."""
        return _PROVIDERS.get(self.region.partition("/")[0], "other")

    @property
    def own(self) -> GridRow | None:
        """The operator's own figure of its electricity, where there is one; it counts imports."""
        if self.intensity is None:
            return None
        assert self.intensity_year is not None
        return GridRow(
            self.region, self.name, self.intensity_year, self.intensity_basis, self.intensity,
            self.intensity_source, self.confidence, self.note, based_on=CONSUMPTION,
        )  # fmt: skip


def what_is_known(region: Region) -> tuple[str, bool, str, bool]:
    """Return what is the same for regions that an account treats alike but for names and figures.

    Whose it is, and which of its PUE and its water are known.
    """
    has_pue, has_water = (x is not None for x in (region.pue, region.wue_l_per_kwh))
    return region.provider, has_pue, region.pue_status, has_water


class Regions:
    """The cloud regions of some folders; one of an earlier folder hides it in later ones.

    Parameters
    ----------
    own : tuple of Path
        The user's folders.
    builtin : Path
        The folder that comes with carbonctl.
    """

    def __init__(self, own: tuple[Path, ...], builtin: Path) -> None:
        self.own = own
        self.builtin = builtin
        self._known: dict[str, Region | None] = {}

    @cached_property
    def own_regions(self) -> dict[str, Region]:
        """The regions of the user's own tables."""
        return tables.first(self.own, TABLE, _region, _FAULT)

    @cached_property
    def all(self) -> dict[str, Region]:
        """Every cloud region by its id."""
        return {**tables.first([self.builtin], TABLE, _region, _FAULT), **self.own_regions}

    def get(self, identity: str) -> Region | None:
        """Return a region by its id, in any case; None for another name."""
        if identity not in self._known:
            names = dict.fromkeys((identity, identity.lower()))
            known = [self.own_regions[name] for name in names if name in self.own_regions]
            path = self.builtin / TABLE
            known += (
                tables.made((path, line, row), _region, _FAULT)[1]
                for name in names
                for line, row in tables.rows_with(path, name)
            )
            self._known[identity] = known[0] if known else None
        return self._known[identity]


_FAULT = "not a cloud region: "


def _region(row: Row) -> tuple[str, Region]:
    intensity = number(row["intensity_g_per_kwh"])
    if intensity is not None and not (row["intensity_year"] and row["intensity_basis"] in BASES):
        raise ValueError(f"an intensity needs intensity_year, and {' or '.join(BASES)} as basis")
    cells: dict[str, Any] = {"intensity": None if intensity is None else intensity / 1000}
    for key in Region._fields:
        if key not in cells and (key in row or key not in Region._field_defaults):
            cells[key] = _NUMBERS.get(key, str)(row[key])
    return row["region"], Region(**cells)


_NUMBERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("intensity_year", "pue_year", "wue_year"), whole),
    "pue": partial(number, least=1.0),
    "wue_l_per_kwh": number,
}
