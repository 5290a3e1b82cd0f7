"""The account of a fleet in words and figures for people, for the screen and for a page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from carbonctl.ledger.entry import BOUNDS, Totals
from carbonctl.ledger.fleet import Fleet, Group
from carbonctl.render import human_numbers
from carbonctl.render.fleet import Report

MOST_GROUPS = 1000  # that people are shown unless they ask for more
THE_REST = "the rest"
NOTHING = "–"
_FEW, _MANY = 2, 100  # rejects that are shown, and with --details
_MOST_QUANTITIES = 10  # that are not covered
_DECIMALS_BELOW = 10_000  # device-hours; above it they are shown in whole hours
_PLACES = 2
_ONE_PLACE_BELOW = 9.95  # percent; `human_numbers.percent` shows larger shares without decimals


class Row(NamedTuple):
    """A group as it is shown; None where a figure does not add up over groups."""

    labels: tuple[str, ...]
    rows: int | None
    device_h: float | None
    totals: Totals


class Column(NamedTuple):
    """A column of figures: what it is called, its unit, its cells, and that of the total."""

    head: str
    unit: str
    cells: list[str]
    total: str


def rows(report: Report) -> list[Row]:
    """Return the groups that are shown, and what the others sum up to."""
    fleet = report.fleet
    most = MOST_GROUPS if report.top is None else report.top
    if not fleet.by:  # the total is the only one
        return []
    shown = [_row(group) for group in fleet.groups[:most]]
    others = fleet.groups[most:]
    return [*shown, _rest(fleet, others)] if others else shown


def _row(group: Group) -> Row:
    return Row(group.labels, group.rows, group.device_h, group.totals)


def _rest(fleet: Fleet, others: Sequence[Group]) -> Row:
    """Return the sum of some groups; its range is none of their ranges' sum, and unknown."""
    sums = {
        name: None if name in BOUNDS else _sum(getattr(group.totals, name) for group in others)
        for name in Totals._fields
    }
    labels = (THE_REST, *[""] * (len(fleet.by) - 1))
    if sum(group.rows for group in fleet.groups) != fleet.total.rows:  # a row is in several groups
        return Row(labels, None, None, Totals(**sums))
    hours = _sum(group.device_h for group in others)
    return Row(labels, sum(group.rows for group in others), hours, Totals(**sums))


def _sum(numbers: Iterable[float | None]) -> float | None:
    known = list(numbers)
    return None if None in known else math.fsum(number or 0.0 for number in known)


class Figures:
    """Writes the figures of a table in units and with decimals that are the same in all its rows.

    Parameters
    ----------
    fleet : Fleet
        The account.
    shown : sequence of Row
        What is shown of it, but for the total.
    """

    def __init__(self, fleet: Fleet, shown: Sequence[Row]) -> None:
        self.has_groups = bool(fleet.by)
        self.whole = fleet.total.totals
        self.rows = [*shown, _row(fleet.total)]
        sums = [row.totals for row in self.rows]
        self.energy = _Scale((row.energy_kwh for row in sums), "kWh")
        masses = (
            mass
            for row in sums
            for mass in (row.operational_kgco2e, row.embodied_kgco2e, row.total_kgco2e)
        )
        self.mass = _Scale(masses, "kgCO2e")

    def columns(self) -> dict[str, Column]:
        """Return the columns of figures by their names."""
        sums = [row.totals for row in self.rows]
        mass, unit = self.mass.number, self.mass.unit.removesuffix("CO2e")
        energies = [self.energy.number(row.energy_kwh) for row in sums]
        made = {
            "jobs": _column("Jobs", "", [_count(row.rows) for row in self.rows]),
            "device_h": _column("Device-h", "", self._hours()),
            "energy": _column("Energy", self.energy.unit, energies),
            "operational": _column("Operational", unit, [mass(s.operational_kgco2e) for s in sums]),
            "embodied": _column("Embodied", unit, [mass(s.embodied_kgco2e) for s in sums]),
            "total": _column("Total", unit, [mass(s.total_kgco2e) for s in sums]),
        }
        if self.has_groups:
            shares = _column("Share", "", [self._share(s) for s in sums])
            made["share"] = shares._replace(total="")
        if not any(row.device_h for row in self.rows):  # a fleet of cores, or of measured energy
            del made["device_h"]
        return made

    def parts(self) -> list[tuple[float | None, float | None]]:
        """Return the total of each row but the last, and that of all, for bars."""
        return [(row.totals.total_kgco2e, self.whole.total_kgco2e) for row in self.rows[:-1]]

    def _hours(self) -> list[str]:
        hours = [row.device_h for row in self.rows]
        largest = max((number for number in hours if number is not None), default=0.0)
        places = _PLACES if largest >= 1 else human_numbers.decimals(largest)
        places = places if largest < _DECIMALS_BELOW else 0
        return [
            NOTHING if number is None else human_numbers.fixed(number, places) for number in hours
        ]

    def _share(self, sums: Totals) -> str:
        part, whole = sums.total_kgco2e, self.whole.total_kgco2e
        if part is not None and whole and part / whole * 100 >= _ONE_PLACE_BELOW:
            return f"{part / whole * 100:.1f} %"
        return human_numbers.percent(part, whole)


def _column(head: str, unit: str, cells: list[str]) -> Column:
    *own, total = cells
    return Column(head, unit, own, total)


def _count(rows: int | None) -> str:
    return NOTHING if rows is None else f"{rows:,}"


class _Scale:
    """The unit and the decimals of figures that stand in one table."""

    def __init__(self, figures: Iterable[float | None], unit: str) -> None:
        largest = max((abs(figure) for figure in figures if figure is not None), default=0.0)
        self.size, self.unit = human_numbers.scale(largest, unit)
        places = human_numbers.decimals(largest / self.size)
        self.places = max(_PLACES, places) if largest else 0

    def number(self, figure: float | None) -> str:
        """Write a figure without its unit."""
        return human_numbers.fixed(figure, self.places, self.size)

    def written(self, figure: float | None) -> str:
        """Write a figure with its unit."""
        number = self.number(figure)
        return number if figure is None else f"{number} {self.unit}"


def total_said(fleet: Fleet, figures: Figures) -> str:
    """Return the total with its range, or what is known of it."""
    whole, write = fleet.total.totals, figures.mass.written
    if whole.total_kgco2e is None and whole.operational_kgco2e is None:
        return "the total is unknown"
    if whole.total_kgco2e is None:
        return f"{write(whole.operational_kgco2e)} operational; the total is unknown"
    said = write(whole.total_kgco2e)
    low, high = whole.total_low_kgco2e, whole.total_high_kgco2e
    if low is None or high is None or low == high:
        return said
    return f"{said} ({figures.mass.number(low)} to {write(high)} in 90 of 100 cases)"


def more_said(fleet: Fleet, figures: Figures) -> Iterator[tuple[str, str]]:
    """Yield what is said of the total below the table: the market-based figures, and water."""
    whole, write = fleet.total.totals, figures.mass.written
    if whole.operational_market_kgco2e != whole.operational_kgco2e:
        market = f"operational {write(whole.operational_market_kgco2e)}"
        yield "Market-based", f"{market}, total {write(whole.total_market_kgco2e)}"
    if whole.water_l:
        yield "Water", f"{human_numbers.volume(whole.water_l)}, on site and for generation"
    if not fleet.total.complete:
        count = sum(not group.complete for group in fleet.groups)
        of_groups = f" of {count:,} of {len(fleet.groups):,} groups" if fleet.by else ""
        yield "Incomplete", f"a figure{of_groups} is unknown, and so is the total"


def groups_said(report: Report) -> str:
    """Return what is said of groups that are shown as one row."""
    more = len(report.fleet.groups) - MOST_GROUPS
    if report.top is not None or not report.fleet.by or more <= 0:
        return ""
    return f"{THE_REST}: {more:,} more groups (--format csv has them all)"


def coverage_said(report: Report) -> str:
    """Return what became of the rows, and what of it is missing in the total."""
    coverage = report.fleet.coverage
    parts = [f"{coverage.counted:,} counted"]
    if coverage.rejected:
        parts.append(f"{coverage.rejected:,} rejected")
    reasons = {reason: rows for reason, rows in coverage.skipped.items() if rows}
    if len(reasons) == 1:
        parts.append(f"{sum(reasons.values()):,} skipped ({next(iter(reasons))})")
    elif reasons:
        of_each = ", ".join(f"{rows:,} {reason}" for reason, rows in reasons.items())
        parts.append(f"{sum(reasons.values()):,} skipped ({of_each})")
    missing = []
    if coverage.rejected:
        missing.append(report.rejects or "the rejected rows")
    if coverage.uncovered_h:
        missing.append(f"{human_numbers.significant(coverage.uncovered_h)} h without a measurement")
    word = "row" if coverage.rows == 1 else "rows"
    said = f"{coverage.rows:,} {word}: {', '.join(parts)}"
    return f"{said}   (not in the total: {', '.join(missing)})" if missing else said


def rejects_said(report: Report) -> tuple[list[str], str]:
    """Return the first rows that were rejected, and how many more there are; empty where none."""
    rejects = report.fleet.rejects
    most = _MANY if report.style.details else _FEW
    most += len(rejects) == most + 1  # rather than a line that says there is one more
    more = len(rejects) - most
    where = f" in {report.rejects}" if report.rejects else "; --rejects PATH writes all"
    return [str(reject) for reject in rejects[:most]], f"{more:,} more{where}" if more > 0 else ""


def not_covered_said(report: Report) -> str:
    """Return the quantities that are in no figure."""
    quantities = report.fleet.not_covered
    most = len(quantities) if report.style.details else _MOST_QUANTITIES
    parts = [
        f"{left_out.what} {human_numbers.significant(left_out.quantity)} {left_out.unit}".rstrip()
        for left_out in quantities[:most]
    ]
    if len(quantities) > most:
        parts.append(f"and {len(quantities) - most:,} more (--details lists them)")
    return "; ".join(parts)


def heads(by: Iterable[str]) -> list[str]:
    """Return what groups are made by, as heads."""
    return [name[:1].upper() + name[1:] for name in by]
