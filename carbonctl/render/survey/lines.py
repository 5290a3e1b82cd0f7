"""A survey in words and figures for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from carbonctl.analysis.survey.checks import CONTRADICTIONS, said
from carbonctl.analysis.survey.model import ALL, Group, GroupRow, Survey
from carbonctl.render.human_numbers import energy, fixed, mass, rounded, significant
from carbonctl.render.survey import Shown

NOTHING = "–"
UNKNOWN = "unknown"
FRONTIER = "●"
_UNEQUAL = 0.6  # of a Gini coefficient; above it the mean is of a few runs
_WHOLE_FROM = 1000
_FEWEST = 5  # runs; with fewer, the sentence on concentration is left out
_TONNES_FROM = 1e6  # kgCO2e of the largest run
_FEW = 3


def headline(survey: Survey) -> str:
    """Return how many runs there are, of which years, their carbon, energy and grids."""
    row, more = survey.whole
    size = survey.runs.size
    runs = f"{size:,} run{'s' if size != 1 else ''}"
    years = "" if survey.years is None else f", {_span(*survey.years)}"
    total = UNKNOWN if row.total_kgco2e is None else mass(row.total_kgco2e)
    if row.unknown and row.total_kgco2e is not None:
        total = f"at least {total}, incomplete ({row.unknown:,} unknown)"
    used = "" if row.energy_kwh is None else f", {energy(row.energy_kwh)}"
    return f"{runs}{years}: {total}{used}{_grids(row, more.carbon_over_energy_g_per_kwh)}"


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def _grids(row: GroupRow, over: float | None) -> str:
    if row.intensity_g_per_kwh is None:
        return "" if over is None else f"; carbon over energy {significant(over)} g/kWh"
    parts = []
    if row.intensity_weighted_g_per_kwh is not None:
        parts.append(f"{significant(row.intensity_weighted_g_per_kwh)} weighted by energy")
    if over is not None:
        parts.append(f"carbon over energy {significant(over)}")
    beside = f" ({'; '.join(parts)})" if parts else ""
    return f"; mean grid {significant(row.intensity_g_per_kwh)} g/kWh{beside}"


def unit_of(survey: Survey) -> tuple[float, str]:
    """Return the unit of statistics of single runs: kg, or t where the largest is over 1,000 t."""
    is_large = (survey.whole.row.max_kgco2e or 0.0) >= _TONNES_FROM
    return (1000.0, "t") if is_large else (1.0, "kg")


def kilograms(kg: float | None, size: float = 1.0) -> str:
    """Return a figure over a size without its unit: three digits, or whole ones from 1,000."""
    if kg is None:
        return NOTHING
    value = kg / size
    return fixed(value, 0) if value >= _WHOLE_FROM else significant(value, _FEW)


def called(row: GroupRow) -> str:
    """Return what a group is called."""
    return "All" if row.group == ALL else row.value or UNKNOWN


def middle_half(row: GroupRow, size: float = 1.0) -> str:
    """Return the first and the third quartile."""
    if row.p25_kgco2e is None:
        return NOTHING
    return f"{kilograms(row.p25_kgco2e, size)}..{kilograms(row.p75_kgco2e, size)}"


def interval(row: GroupRow, size: float = 1.0) -> str:
    """Return the interval of the mean."""
    if row.mean_low_kgco2e is None:
        return NOTHING
    return f"{kilograms(row.mean_low_kgco2e, size)}..{kilograms(row.mean_high_kgco2e, size)}"


def remarks(survey: Survey) -> Iterator[str]:
    """Yield what stands below the table of groups."""
    few = survey.concentration
    if few is not None and few.of >= _FEWEST:
        share, gini = round(few.share * 100), f"Gini {few.gini:.2f}"
        advice = ": read medians, not means" if few.gini >= _UNEQUAL else ""
        yield f"{few.runs:,} of {few.of:,} runs emit {share} % of the carbon ({gini}){advice}."
    variance = survey.variance
    if variance is not None:
        shares = sorted(
            [("device-hours", variance.device_hours), ("grid", variance.intensity),
             ("power", variance.watts)],
            key=lambda pair: -pair[1],
        )  # fmt: skip
        parts = ", ".join(f"{name} {_share(share)}" for name, share in shares)
        yield f"Differences go with {parts} (log variance)."


def _share(share: float) -> str:
    return f"{share * 100:.0f} %".replace("-0 %", "0 %").replace("-", "−")


def compared(survey: Survey) -> list[Group]:
    """Return the groups whose carbon and quality are compared."""
    groups = survey.groups or (survey.whole,)
    return [group for group in groups if group.row.frontier_n is not None]


def rank(row: GroupRow) -> str:
    """Return Spearman's correlation with its p value."""
    if row.spearman is None or row.spearman_p is None:
        return NOTHING
    sign = "−" if row.spearman < 0 else "+"
    p = row.spearman_p
    shown = "<0.001" if p < 0.001 else f"{p:.1g}" if p < 0.01 else f"{p:.2f}"
    return f"{sign}{abs(row.spearman):.2f} (p {shown})"


def frontier(group: Group) -> str:
    """Return how many runs are on the frontier, and the carbon of the leanest and the best."""
    row, more = group
    least, most = more.frontier_least_kgco2e, more.frontier_most_kgco2e
    if row.frontier_n == 1 or least == most:
        return f"{row.frontier_n}: {kilograms(least)} kg"
    return f"{row.frontier_n}: {kilograms(least)} kg … {kilograms(most)} kg"


def notes(survey: Survey) -> Iterator[str]:
    """Yield what is to be known, contradictions of rows first."""
    off = [said(check) for check in survey.checks if check.kind in CONTRADICTIONS]
    if off:
        rows = "row does" if survey.inconsistent == 1 else "rows do"
        yield (
            f"{survey.inconsistent:,} {rows} not follow from power × time × grid "
            f"(2 % or the last digit): {'; '.join(off)}"
        )
    yield from (said(check) for check in survey.checks if check.kind not in CONTRADICTIONS)
    yield from survey.notes


def equivalents(shown: Shown) -> Sequence[tuple[str, str, str]]:
    """Return the total in everyday things, each with its source."""
    kg = shown.survey.whole.row.total_kgco2e or 0.0
    return [
        (f"{rounded(kg / thing.kgco2e)} {thing.unit}", thing.item, thing.source)
        for thing in shown.everyday
    ]
