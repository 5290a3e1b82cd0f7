"""What is said of a projection around its table, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from carbonctl.analysis.projection.report import Report
from carbonctl.analysis.projection.rows import BOUGHT, ProjectionRow
from carbonctl.render.human_numbers import change, decimals, fixed, scale, significant

MOST = 13  # rows that fit a screen with what stands around them
_RATE_DIGITS = 5


def headline(report: Report, name: str) -> str:
    """Return the workload by its name, and what becomes of its carbon."""
    start, end = report.table.totals[0], report.table.totals[-1]
    key = "operational_kgco2e" if end.total_kgco2e is None else "total_kgco2e"
    carbon = " operational" if end.total_kgco2e is None else ""
    unknown = " (total unknown)" if carbon else ""
    if report.wanted.is_cumulative:
        said = f"{_amount(getattr(end, key), 'kgCO2e')} from {start.year} to {end.year}"
        return f"{name}: {said}{carbon}{unknown}"
    both = getattr(start, key), getattr(end, key)
    said = f"{_pair(*both, 'kgCO2e')}{carbon} a year{unknown}"
    return f"{name}: {said}, {_change(*both)}, from {start.year} to {end.year}"


def spread(report: Report) -> str:
    """Return the range of the last total; empty where there is none."""
    total = report.table.totals[-1]
    low, high = report.bounds(len(report.table.totals) - 1)
    if low is None or high is None or total.total_kgco2e is None:
        return ""
    size, unit = scale(high, "kgCO2e")
    texts = [significant(end / size) for end in (low, high)]
    if texts[0] == texts[1]:
        return ""
    return f"In 90 of 100 cases it is {texts[0]}..{texts[1]} {unit} in {total.year}."


def solved(report: Report) -> str:
    """Return the rate that was solved; empty where none was asked for."""
    rate = report.solved
    if rate is None:
        return ""
    years = f"{significant(rate.years)} year{'s' if rate.years != 1 else ''}"
    factor, yearly = (significant(x, _RATE_DIGITS) for x in (rate.factor, rate.per_year))
    same = "" if rate.years == 1 else f" ({yearly}x a year)"
    said = f"{rate.key}: {factor}x / {years}{same} makes {rate.until}"
    if rate.per_year_low is None or rate.per_year_high is None:
        return said
    ends = (rate.per_year_low, rate.per_year_high)
    low, high = (significant(end**rate.years, _RATE_DIGITS) for end in ends)
    return f"{said}; in 90 of 100 cases {low}x to {high}x"


def remarks(report: Report) -> Iterator[str]:
    """Yield what stands below the table."""
    totals = report.table.totals
    start, end = totals[0], totals[-1]
    yield f"Electricity: {_pair(start.energy_kwh, end.energy_kwh, 'kWh')}, " + _change(
        start.energy_kwh, end.energy_kwh
    )
    market = start.operational_market_kgco2e, end.operational_market_kgco2e
    if None not in market:
        yield f"Market-based operational: {_pair(*market, 'kgCO2e')}"  # type: ignore[arg-type]
    if report.wanted.embodied == BOUGHT:
        yield "The total holds embodied carbon in the year in which machines are bought."
    shown = rows_shown(totals)
    if len(shown) < len(totals):
        yield f"{len(shown)} of {len(totals)} rows; -f csv has all."


def rows_shown(rows: Sequence[ProjectionRow]) -> list[int]:
    """Return the places of the rows that people are shown: as many as fit, the last one too."""
    last = len(rows) - 1
    stride = max(1, -(-last // (MOST - 1)))
    shown = list(range(0, last + 1, stride))
    return shown if shown[-1] == last else [*shown, last]


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "unknown"
    size, name = scale(value, unit)
    return f"{significant(value / size)} {name}"


def _pair(start: float, end: float, unit: str) -> str:
    """Return two figures in one unit."""
    most = max(start, end)
    size, name = scale(most, unit)
    places = decimals(most / size)
    return f"{fixed(start, places, size)} → {fixed(end, places, size)} {name}"


def _change(start: float, end: float) -> str:
    return change((end - start) / start * 100 if start else None)
