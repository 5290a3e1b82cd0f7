"""Which row of the grid tables holds for a zone or a cloud region."""

from carbonctl.catalog.tables import GridRow, Region


def of_zone(rows: list[GridRow], year: int | None, basis: str | None) -> GridRow:
    """Return the row that fits best of those of a zone.

    The wanted basis, else life-cycle, else direct; then the nearest year, the later of
    two equally near, the latest where no year is given.

    Raises
    ------
    LookupError
        Where the zone has no row of the wanted basis.
    """
    fitting = [row for row in rows if basis is None or row.basis == basis]
    if not fitting:
        raise LookupError(f"grid `{rows[0].zone}` has no {basis} figure, only {rows[0].basis}")
    best = _best({row.basis for row in fitting})
    fitting = [row for row in fitting if row.basis == best]
    if year is None:
        return max(fitting, key=lambda row: row.year)
    return min(fitting, key=lambda row: (abs(row.year - year), -row.year))


def of_region(region: Region, rows: list[GridRow], year: int | None, basis: str | None) -> GridRow:
    """Return the operator's own figure of a region, or else the best row of its zone.

    The wanted basis, else life-cycle, else direct; on one basis the operator's own figure
    takes precedence, whatever its year.

    Raises
    ------
    LookupError
        Where neither is of the wanted basis.
    """
    own = region.own
    if own is not None:
        known = {own.basis, *(row.basis for row in rows)}
        if own.basis == (basis or _best(known)):
            return own
    return of_zone(rows, year, basis)


def _best(bases: set[str]) -> str:
    return "life-cycle" if "life-cycle" in bases else "direct"
