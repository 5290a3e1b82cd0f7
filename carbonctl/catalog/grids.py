"""Which figure holds for a zone or a cloud region."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from carbonctl.catalog.grid_rows import CONSUMPTION, PRODUCTION, PUBLISHED, GridRow
from carbonctl.catalog.regions import Region

LIFE_CYCLE, DIRECT = "life-cycle", "direct"


class ZoneFigures(NamedTuple):
    """The figures of a zone, each read or computed only where it is asked for.

    Attributes
    ----------
    published : list of GridRow
        Of the tables.
    by_rule : callable
        Returns the unpublished ones, by the rule.
    consumption : callable
        Returns those that count imports.
    """

    published: list[GridRow]
    by_rule: Callable[[], list[GridRow]]
    consumption: Callable[[], list[GridRow]]


class Wanted(NamedTuple):
    """What a site asks of a figure: its year, its basis, and what it counts.

    ``by_rule`` asks for the rule even where a life-cycle figure is published, so that it can
    be compared with others by the rule.
    """

    year: int | None = None
    basis: str | None = None
    based_on: str | None = None
    by_rule: bool = False


ANY = Wanted()


def of_zone(zone: str, figures: ZoneFigures, wanted: Wanted) -> GridRow:
    """Return the figure that fits best of those of a zone.

    The wanted basis, else life-cycle, else direct. Published life-cycle figures take precedence
    over those by the rule; figures that count imports stand in where there are no others. Then
    the nearest year, the later of two equally near, the latest where no year is given.

    Raises
    ------
    LookupError
        Where the zone has no such figure.
    """
    rows = _unless_asked(figures, wanted)
    if wanted.based_on == CONSUMPTION:
        rows = _counting_imports(rows) or figures.consumption()
    if wanted.based_on == PRODUCTION:
        rows = [row for row in rows if row.based_on == PRODUCTION]
    fitting = [row for row in rows if wanted.basis in (None, row.basis)]
    if not fitting:
        raise LookupError(_lack(zone, rows, wanted))
    basis = _best({row.basis for row in fitting})
    return _nearest([row for row in fitting if row.basis == basis], wanted.year)


def _unless_asked(figures: ZoneFigures, wanted: Wanted) -> list[GridRow]:
    """Return the figures of a zone among which year and basis decide, whatever they count."""
    published = figures.published
    is_life_cycle = wanted.basis in (None, LIFE_CYCLE)
    of_basis = [row for row in published if row.basis == LIFE_CYCLE]
    if is_life_cycle and of_basis and not wanted.by_rule:
        return of_basis
    by_rule = figures.by_rule()
    if is_life_cycle and any(row.basis == LIFE_CYCLE for row in by_rule):
        published = [row for row in published if row.basis != LIFE_CYCLE]
    return [*published, *by_rule] or figures.consumption()


def _counting_imports(rows: list[GridRow]) -> list[GridRow]:
    return [row for row in rows if row.based_on == CONSUMPTION]


def _lack(zone: str, rows: list[GridRow], wanted: Wanted) -> str:
    """Say which figure a zone has not."""
    kind = "" if wanted.based_on is None else f" {wanted.based_on}-based"
    if not rows:
        return f"grid `{zone}` has no{kind} figure"
    return f"grid `{zone}` has no{kind} {wanted.basis} figure, only {rows[0].basis}"


def _nearest(rows: list[GridRow], year: int | None) -> GridRow:
    """Return the row of the nearest year; of one year the published one, then the anchored."""

    def rank(row: GridRow) -> tuple[int, int, bool]:
        apart = 0 if year is None else abs(row.year - year)
        return apart, -row.year, row.status != PUBLISHED

    return min(rows, key=rank)


def of_region(region: Region, zone: GridRow | None, wanted: Wanted) -> GridRow:
    """Return the operator's own figure of a region, or else that of its zone.

    The wanted basis, else life-cycle, else direct; on one basis the operator's own figure
    takes precedence, whatever its year.

    Parameters
    ----------
    region : Region
        The cloud region.
    zone : GridRow or None
        What `of_zone` gives for its zone; None where that has no such figure.
    wanted : Wanted
        What is asked for.

    Raises
    ------
    LookupError
        Where neither is of the wanted basis.
    """
    own = region.own
    basis = wanted.basis or (zone.basis if zone is not None else None)
    fits = own is not None and wanted.based_on in (None, own.based_on)
    if own is not None and fits and own.basis == (basis or own.basis):
        return own
    if zone is None:
        raise LookupError(f"cloud region `{region.region}` has no {wanted.basis} figure")
    return zone


def _best(bases: set[str]) -> str:
    return LIFE_CYCLE if LIFE_CYCLE in bases else DIRECT
