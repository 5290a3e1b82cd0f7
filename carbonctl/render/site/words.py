"""What is said of a site, in words and cells that the table and Markdown share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from carbonctl.catalog.hourly.mix import PRODUCTION
from carbonctl.render import human_numbers
from carbonctl.render.site import rows
from carbonctl.site.accounts import LOCATION, MARKET_HOURLY, MARKET_VOLUMETRIC
from carbonctl.site.results import BATTERY, BOTH, NONE, SHIFTING, SIZED, SiteResult
from carbonctl.site.sweep import Axis

ACCOUNTS = {
    LOCATION: "location, by the hour",
    MARKET_HOURLY: "market, by the hour",
    MARKET_VOLUMETRIC: "market, over the period",
}
_MEANS = {
    LOCATION: "all load, at the grid of its hour",
    MARKET_HOURLY: "24/7: what its hour leaves uncovered",
    MARKET_VOLUMETRIC: "what the sums leave: method in force",
}
_WAYS = {
    NONE: "as it comes", BATTERY: "battery", SHIFTING: "shifting", BOTH: "battery + shifting",
    SIZED: "sized",
}  # fmt: skip
_SHADES = "·░▒▓█"
MOST_DESIGNS = 8
_GAP_MWH = 1e-6
_PARTS_FROM, _SIZES, _SIZE = 76, 3, 14  # columns: where parts of a total fit beside so many sizes
_SMALLEST = 100  # the largest mass of a table over the one that its unit suits


Scale: TypeAlias = tuple[float, int, str]  # divisor, decimals, unit


class Head(NamedTuple):
    """The head of a column and the unit below it; whether figures stand in it.

    A screen of fewer columns than ``start`` leaves it out.
    """

    text: str
    unit: str = ""
    is_figure: bool = True
    start: int = 0


class Line(NamedTuple):
    """A row of a table for people: its cells, and whether it is the one that counts."""

    cells: tuple[str, ...]
    is_chosen: bool = False


class Words:
    """The words of one site.

    Parameters
    ----------
    result : SiteResult
        What comes of it.
    """

    def __init__(self, result: SiteResult) -> None:
        self.result = result
        hours = result.hours
        self.span_h = hours.step_h * len(hours.demand_mw)
        self.per = "a year" if hours.is_per_year else f"in {human_numbers.time(self.span_h)}"

    def shown(self, figure: float | None) -> float | None:
        """Return a figure of the data as people see it: per year, or of the data."""
        if figure is None or not self.result.hours.is_per_year:
            return figure
        return figure / self.result.hours.years

    def mass(self, kg: float | None) -> str:
        """Write carbon of the data, per year where that is known."""
        return human_numbers.mass(self.shown(kg))

    def mwh(self, energy: float) -> str:
        """Write an energy of the data in MWh, per year where that is known."""
        shown = self.shown(energy) or 0.0
        return human_numbers.fixed(shown, human_numbers.decimals(shown))

    def headline(self) -> str:
        """Return the answer in a line."""
        result, outcome = self.result, self.result.outcome
        share = f"{percent(outcome.hourly_cfe_pct)} carbon-free hour by hour"
        if outcome.total_kgco2e is None:
            return f"{result.name}: {share}, total unknown"
        return f"{result.name}: {share}, {self.mass(outcome.total_kgco2e)} {self.per}"

    def below_headline(self) -> str:
        """Return what the total is of."""
        result, outcome = self.result, self.result.outcome
        operational = self.mass(getattr(outcome.accounts, result.question.account))
        said = (
            f"{operational} operational ({ACCOUNTS[result.question.account]}) "
            f"+ {self.mass(outcome.embodied.total_kgco2e)} embodied"
        )
        per_year, years = result.per_year(outcome.total_kgco2e), result.question.years
        if years != 1 and per_year is not None:
            said += f"; {human_numbers.mass(per_year * years)} in {years:g} years"
        return said

    def account_heads(self) -> tuple[Head, ...]:
        """Return the heads of the three accounts."""
        return (Head("Accounts, not to be added", "", False), Head(self.per), Head("", "", False))

    def accounts(self) -> Iterator[Line]:
        """Yield the three accounts: name, figure, what it is."""
        chosen = self.result.question.account
        is_onsite = any(plant.is_onsite for plant in self.result.hours.plants)
        for key, figure in self.result.outcome.accounts._asdict().items():
            means = "imports, at the grid of their hour" if is_onsite else _MEANS[key]
            yield Line(
                (ACCOUNTS[key], self.mass(figure), means if key == LOCATION else _MEANS[key]),
                key == chosen,
            )

    def way_heads(self) -> tuple[Head, ...]:
        """Return the heads of the table of ways to run the site."""
        return (
            Head("", "", False), Head("From the grid", "MWh"), Head("Hourly CFE", "%"),
            *self._mass_heads(self._ways_scale()),
        )  # fmt: skip

    def ways(self) -> Iterator[Line]:
        """Yield what the grid supplies in each way to run the site."""
        result, scale = self.result, self._ways_scale()
        for outcome in result.ways:
            masses = (
                getattr(outcome.accounts, result.question.account),
                outcome.embodied.total_kgco2e,
                outcome.total_kgco2e,
            )
            yield Line(
                (
                    _WAYS[outcome.name], self.mwh(outcome.unmet_mwh),
                    bare_percent(outcome.hourly_cfe_pct),
                    *(self._in_scale(mass, scale) for mass in masses),
                ),
                outcome is result.outcome,
            )  # fmt: skip

    def _ways_scale(self) -> Scale:
        outcomes = self.result.ways
        operational = [getattr(each.accounts, self.result.question.account) for each in outcomes]
        return self._scale([*operational, *(each.total_kgco2e for each in outcomes)])

    def _scale(self, masses: Iterable[float | None]) -> Scale:
        """Return one unit for the masses of a table: small ones keep their digits."""
        known = [abs(self.shown(mass) or 0.0) for mass in masses if mass is not None]
        largest = max(known, default=0.0)
        size, unit = human_numbers.scale(largest / _SMALLEST, "kgCO2e")
        return size, human_numbers.decimals(largest / size), unit

    def _in_scale(self, kg: float | None, scale: Scale) -> str:
        size, places, _ = scale
        return human_numbers.fixed(self.shown(kg), places, size)

    def _mass_heads(self, scale: Scale, sizes: int = 0) -> tuple[Head, ...]:
        start = _PARTS_FROM + _SIZE * max(0, sizes - _SIZES)
        parts = (Head(text, scale[2], start=start) for text in ("Operational", "Embodied"))
        return (*parts, Head("Total", scale[2]))

    def optimum(self) -> str:
        """Return what perfect foresight would need; empty where it is not asked for."""
        best = self.result.optimum
        if best is None:
            return ""
        return (
            f"Optimum with perfect foresight: {self.mwh(best.unmet_mwh)} MWh of the grid at least "
            f"(gap {self._gap(best.gap_mwh)} MWh), or {self.mass(best.import_kgco2e)} at least "
            f"(gap {self.mass(best.gap_kgco2e)}); it charges from {best.charge_from}."
        )

    def _gap(self, gap_mwh: float) -> str:
        return "0" if abs(gap_mwh) < _GAP_MWH else self.mwh(gap_mwh)

    def embodied(self) -> str:
        """Return the parts of the embodied carbon."""
        parts = self.result.outcome.embodied
        said = [
            f"battery {self.mass(parts.battery_kgco2e)}",
            f"generation {self.mass(parts.generation_kgco2e)}",
            f"servers {self.mass(parts.servers_kgco2e)}",
        ]
        use = self.result.outcome.battery
        if use is not None:
            said[0] += f" ({use.cycles_per_year:,.0f} cycles a year, lasts {use.life_years:.3g} y)"
        return f"Embodied {self.per}: {', '.join(said)}."

    def sized(self) -> str:
        """Return the size that meets the target; empty where none is asked for."""
        size = self.result.sized
        if size is None:
            return ""
        return (
            f"Sized: {human_numbers.significant(size.size, 6)} {size.unit} of {size.what} reach "
            f"{percent(size.target_pct)} hourly CFE ({percent(size.without_pct)} without); "
            f"{percent(size.spilled_pct)} of the demand is then sold or spilled. The row "
            f"`{_WAYS[SIZED]}` has that size; all other figures are of the site as written."
        )

    def coverage(self) -> str:
        """Return what generation is beside the demand, and what becomes of surplus."""
        result, outcome = self.result, self.result.outcome
        if not result.hours.plants:
            return ""
        said = (
            f"Generation is {percent(100 * float(result.coverage.volumetric_uncapped))} of demand; "
            f"{self.mwh(outcome.exported_mwh)} MWh exported, "
            f"{self.mwh(outcome.curtailed_mwh)} MWh curtailed, no credit for either."
        )
        if outcome.grid_cfe_score_pct is not None:
            score = percent(outcome.grid_cfe_score_pct)
            said += f" With the grid's own carbon-free share: {score}."
        return said

    def intensity(self) -> str:
        """Return the mean intensities, and what hourly accounting changes."""
        mean, weighted = self.result.mean_g_per_kwh, self.result.weighted_g_per_kwh
        ratio = f" (ratio {weighted / mean:.3f})" if mean else ""
        return (
            f"Grid: {human_numbers.significant(mean)} g/kWh on average, "
            f"{human_numbers.significant(weighted)} weighted by demand{ratio}{self._of_grid()}."
        )

    def _of_grid(self) -> str:
        """Return what the intensity of the grid counts."""
        basis = self.result.hours.basis
        said = f", {basis}" if basis else ""
        notes = {note for data in self.result.hours.data for note in data.notes}
        return f"{said}; imports are not counted" if PRODUCTION in notes else said

    def day(self) -> str:
        """Return the covered share of each hour of the day as a bar."""
        shares = self.result.cfe_of_day
        known = [share for share in shares if share is not None]
        if not known:
            return ""
        low, high = min(known), max(known)
        wide = high - low or 1.0
        marks = (" " if share is None else _shade((share - low) / wide) for share in shares)
        bar = "".join(mark * 2 for mark in marks)
        return f"CFE 0–24 h UTC  {bar}  {100 * low:.1f}–{100 * high:.1f} %"

    def signal(self) -> str:
        """Return what the marginal intensity says; empty where there is none."""
        signal = self.result.signal
        if signal is None:
            return ""
        return (
            f"Signal, in no total: battery and shifting change marginal emissions by "
            f"{human_numbers.signed(self.shown(signal.signal_kgco2e), human_numbers.mass)}; "
            f"exports avoid {self.mass(signal.exported_kgco2e)} elsewhere."
        )

    def design_heads(self) -> tuple[Head, ...]:
        """Return the heads of designs."""
        table = self.result.designs
        assert table is not None
        sizes = (_size_head(axis) for axis in table.axes)
        return (*sizes, Head("CFE", "%"), *self._mass_heads(self._designs_scale(), len(table.axes)))

    def _designs_scale(self) -> Scale:
        table = self.result.designs
        assert table is not None
        front = table.total_kgco2e[table.on_front].tolist()
        return self._scale(front)

    def designs(self) -> tuple[list[Line], str]:
        """Return the designs of the front, least carbon first, and what is said of all."""
        table = self.result.designs
        assert table is not None
        every = list(rows.designs(self.result))
        front = sorted(
            (row for row in every if row["on_front"]),
            key=lambda row: (row["total_kgco2e"], -row["hourly_cfe_pct"]),
        )
        scale = self._designs_scale()
        lines = [
            Line(
                (*(f"{row[axis.column]:g}" for axis in table.axes), *self._design(row, scale)),
                not place,
            )
            for place, row in enumerate(front[:MOST_DESIGNS])
        ]
        return lines, self._said_of(len(every), len(front))

    def _said_of(self, every: int, front: int) -> str:
        table = self.result.designs
        assert table is not None
        said = f"{every:,} designs, {front} on the front: none has less carbon and more CFE"
        if front > MOST_DESIGNS:
            said += f" (the first {MOST_DESIGNS} are shown; --format csv has them all)"
        over = int((~table.within_excess).sum())
        if over:
            said += f"; {over:,} sell or spill more than `excess`"
        unknown = sum(1 for total in table.total_kgco2e if math.isnan(total))
        if unknown:
            said += f"; the total of {unknown:,} is unknown"
        return f"{said}."

    def _design(self, row: dict[str, Any], scale: Scale) -> tuple[str, ...]:
        return (
            bare_percent(row["hourly_cfe_pct"]),
            *(self._in_scale(row[f"{key}_kgco2e"], scale)
              for key in ("operational", "embodied", "total")),
        )  # fmt: skip

    def design(self, row: dict[str, Any]) -> str:
        """Return what a design is made of: wind.capacity 60 MW, battery.energy 100 MWh."""
        table = self.result.designs
        assert table is not None
        return ", ".join(f"{axis.path} {row[axis.column]:g} {axis.unit}" for axis in table.axes)

    def hour_heads(self) -> tuple[Head, ...]:
        """Return the heads of intensities by hour of day."""
        has_marginal = self.result.hours.marginal_g_per_kwh is not None
        return (*_AVERAGE_HEADS, *(_MARGINAL_HEADS if has_marginal else ()))

    def hours_of_day(self) -> Iterator[Line]:
        """Yield average and marginal intensity by hour of day, with standard deviations."""
        for hour in self.result.hours_of_day:
            marginal: tuple[str, ...] = ()
            if hour.marginal is not None and hour.marginal_sd is not None:
                marginal = (f"{hour.marginal:.1f}", f"{hour.marginal_sd:.1f}")
            yield Line(
                (f"{hour.hour:02d}", f"{hour.average:.1f}", f"{hour.average_sd:.1f}", *marginal)
            )

    def assumed(self) -> str:
        """Return what was assumed; empty where nothing was."""
        values = [f"{path.removeprefix('site.')} {value}"
                  for path, value, _ in self.result.assumptions]  # fmt: skip
        return f"Assumed: {'; '.join(values)}." if values else ""

    def data(self) -> str:
        """Return which files were read, and over what time."""
        files = dict.fromkeys(data.file for data in self.result.hours.data)
        hours = self.result.hours
        steps = len(hours.demand_mw)
        filled = sum(data.filled for data in self.result.hours.data if data.use == "grid")
        said = f"Data: {', '.join(files)}; {steps:,} steps of {hours.step_h:g} h"
        return f"{said}, {filled:,} filled." if filled else f"{said}."


_AVERAGE_HEADS = (Head("UTC hour"), Head("Average", "g/kWh"), Head("sd"))
_MARGINAL_HEADS = (Head("Marginal", "g/kWh"), Head("sd"))


def percent(value: float) -> str:
    """Write a percentage that is already in percent; only all of it is 100 %."""
    text = f"{value:.1f}"
    if text == "100.0":
        return "100 %" if value >= 100 - 1e-9 else ">99.9 %"
    return f"{value:.1f} %" if value < 100 else f"{value:,.0f} %"


def bare_percent(value: float) -> str:
    """Write a percentage without its sign."""
    return percent(value).removesuffix(" %")


def _size_head(axis: Axis) -> Head:
    """Return the head of what varies, in two lines: solar, .capacity MW."""
    plant, dot, size = axis.path.rpartition(".")
    return Head(plant, f".{size} {axis.unit}") if dot else Head(size, axis.unit)


def _shade(share: float) -> str:
    return _SHADES[min(int(share * len(_SHADES)), len(_SHADES) - 1)]
