"""Both bases of zones for which one of them is not published: the rule, as its tables have it.

`carbonctl.factors.grid_rule` has the arithmetic, docs/methods.md the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog import tables
from carbonctl.catalog.grid_rows import ANCHORED, DERIVED, GridRow
from carbonctl.catalog.tables import Row
from carbonctl.factors import grid_rule as rule
from carbonctl.factors.grid_rule import Band, Bounded, FromDirect
from carbonctl.numbers.intervals import Range, best, high, low

FUELS = (
    "coal", "gas", "oil", "other_fossil", "nuclear", "hydro", "wind", "solar", "bioenergy",
    "geothermal", "other",
)  # fmt: skip
_ANY, _ANCHORED, _FROM_DIRECT, _REST = "any", "anchored", "from-direct", "rest"
_SOURCE = "carbonctl-grid-rule"
_GRAMS = 1000  # of a kilogram


class Mix(NamedTuple):
    """Shares of generation of a zone in a year, by kind of plant."""

    zone: str
    name: str
    year: int
    shares: Mapping[str, float]
    source: str


class _Numbers(NamedTuple):
    """The numbers of the rule [gCO2e/kWh]: by region, and those of all regions."""

    stack: dict[str, dict[str, float]]
    bands: dict[str, Band]
    upstream: dict[str, Bounded]
    line: FromDirect


class GridRule:
    """Computes unpublished figures of zones.

    Parameters
    ----------
    folder : Path
        The database that comes with carbonctl.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "grids"

    def rows(self, zone: str, name: str, official: list[GridRow]) -> list[GridRow]:
        """Return what the rule says of a zone.

        It is the direct figure of each year with a mix and without an official one, and the
        life-cycle figure of each year with a mix or an official direct figure.

        Parameters
        ----------
        zone, name : str
            The zone and what it is called.
        official : list of GridRow
            The published figures of the zone.
        """
        known = {row.year: row for row in official if row.basis == "direct"}
        mixes = {mix.year: mix for mix in self._mixes(zone, name)}
        rows = []
        for year, mix in mixes.items():
            at_stack = known.get(year) or self._direct(mix, mixes, known)
            if year not in known:
                rows.append(at_stack)
            rows.append(self._life_cycle(mix, at_stack))
        rows += [self._of_direct(row) for year, row in known.items() if year not in mixes]
        return [_rounded(row) for row in rows]

    def factors(self, region: str, basis: str) -> dict[str, float]:
        """Return the intensity of each kind of plant in a region of the rule [gCO2e/kWh].

        Parameters
        ----------
        region : str
            As `region` returns it.
        basis : str
            direct: emissions at the stack; life-cycle: those and the upstream ones.
        """
        stack, upstream = self._numbers.stack[region], self._numbers.upstream
        adds_upstream = basis != "direct"
        return {
            fuel: stack.get(fuel, 0.0) + (upstream[fuel].best if adds_upstream else 0.0)
            for fuel in FUELS
        }

    def ranged(self, shares: Mapping[str, float], region: str, basis: str) -> Bounded:
        """Return the intensity of a mix of a region with its range [gCO2e/kWh]."""
        numbers = self._numbers
        at_stack = rule.within(rule.direct(shares, numbers.stack[region]), numbers.bands[region])
        if basis == "direct":
            return at_stack
        return rule.life_cycle(at_stack, shares, numbers.upstream)

    def region(self, zone: str) -> str:
        """Return the region of the rule that a zone is in: US, EU, CN, IN or rest."""
        return self._regions.get(zone) or self._regions.get(zone.partition("-")[0], _REST)

    def _direct(self, mix: Mix, mixes: dict[int, Mix], known: dict[int, GridRow]) -> GridRow:
        """Return the direct figure of a year by the rule, anchored where it can be."""
        region = self.region(mix.zone)
        stack = self._numbers.stack[region]
        derived = rule.direct(mix.shares, stack)
        row = GridRow(
            mix.zone, mix.name, mix.year, "direct", 0.0, _keys(mix.source), "low",
            "the mix by stack factors of its region", DERIVED,
        )  # fmt: skip
        others = [year for year in known if year in mixes]
        if not others:
            return row._replace(
                intensity=_number(rule.within(derived, self._numbers.bands[region]))
            )
        then = min(others, key=lambda other: (abs(other - mix.year), other))
        there = rule.direct(mixes[then].shares, stack)
        scaled = rule.anchored(derived, best(known[then].intensity) * _GRAMS, there)
        return row._replace(
            intensity=_number(rule.within(scaled, self._numbers.bands[_ANCHORED])),
            source=_keys(mix.source, known[then].source),
            confidence="medium",
            note=f"the mix by stack factors, scaled to the official figure of {then}",
            status=ANCHORED,
        )

    def _life_cycle(self, mix: Mix, at_stack: GridRow) -> GridRow:
        ends = Bounded(*(end(at_stack.intensity) * _GRAMS for end in (best, low, high)))
        whole = rule.life_cycle(ends, mix.shares, self._numbers.upstream)
        return at_stack._replace(
            basis="life-cycle",
            intensity=_number(whole),
            source=_keys(at_stack.source, mix.source),
            confidence="low" if at_stack.status == DERIVED else "medium",
            note=f"direct {ends.best:.4g} g/kWh ({at_stack.status}) and upstream by the mix",
            status=DERIVED,
        )

    def _of_direct(self, row: GridRow) -> GridRow:
        whole = rule.life_cycle_of_direct(best(row.intensity) * _GRAMS, self._numbers.line)
        return row._replace(
            basis="life-cycle",
            intensity=_number(whole),
            source=_keys(row.source),
            confidence="low",
            note="by the line from direct to life-cycle; the mix is unknown",
            status=DERIVED,
        )

    def _mixes(self, zone: str, name: str) -> Iterator[Mix]:
        for _, row in tables.rows_with(self.folder / "mixes.csv", zone):
            shares = {fuel: float(row[fuel] or 0) for fuel in FUELS}
            yield Mix(zone, name, int(row["year"]), shares, row["source"])

    @cached_property
    def _regions(self) -> dict[str, str]:
        return dict(tables.read(self.folder / "rule-regions.csv", _region_of))

    @cached_property
    def _numbers(self) -> _Numbers:
        listed = list(tables.read(self.folder / "rules.csv", dict))
        stack: dict[str, dict[str, float]] = {}
        for row in listed:
            if row["stack_g_per_kwh"]:
                stack.setdefault(row["region"], {})[row["fuel"]] = float(row["stack_g_per_kwh"])
        bands = {
            row["region"]: Band(float(row["band_relative"]), float(row["band_absolute_g"]))
            for row in listed
            if row["band_relative"]
        }
        upstream = {
            row["fuel"]: Bounded(*(float(row[f"upstream_{end}"]) for end in _UPSTREAM))
            for row in listed
            if row["region"] == _ANY
        }
        return _Numbers(stack, bands, upstream, self._line())

    def _line(self) -> FromDirect:
        line = {row["name"]: row for row in tables.read(self.folder / "from-direct.csv", dict)}
        residual = line["residual_g_per_kwh"]
        return FromDirect(
            float(line["intercept_g_per_kwh"]["value"]), float(line["slope"]["value"]),
            float(residual["low"]), float(residual["high"]),
        )  # fmt: skip


_UPSTREAM = ("g_per_kwh", "low", "high")


def _region_of(row: Row) -> tuple[str, str]:
    return row["zone"], row["region"]


def _keys(*sources: str) -> str:
    """Return the keys of sources, each once, and that of the rule."""
    keys = dict.fromkeys(key for source in (*sources, _SOURCE) for key in source.split())
    return " ".join(keys)


def _number(ends: Bounded) -> Range:
    return Range(*(end / _GRAMS for end in ends))


def _rounded(row: GridRow) -> GridRow:
    """Return a row to a hundredth of a gram."""
    ends = (round(end(row.intensity), 5) for end in (best, low, high))
    return row._replace(intensity=Range(*ends))
