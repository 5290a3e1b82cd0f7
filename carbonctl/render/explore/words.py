"""What is said of designs, for people."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from carbonctl.analysis.explore import axes as x
from carbonctl.analysis.explore.answer import Answer
from carbonctl.analysis.explore.columns import ENERGY, OPERATIONAL, Figure
from carbonctl.analysis.explore.lines import PRODUCT
from carbonctl.analysis.explore.regions import Region, Regions
from carbonctl.render import human_numbers as h

MOST = 7  # designs that a screen shows
_GRIDS = 6  # whose best designs are named
_NAMED = 3  # designs that a sentence names
_WIDE = 100  # characters of a sentence's list
_LONG_S = 7200.0  # from which times are shown in hours
_TIMES = {"s": 1 / 3600, "h": 1.0}


def title(answer: Answer) -> str:
    """Return what was looked at: how many designs, and by what."""
    feasible, front = int(answer.feasible.sum()), int(answer.non_dominated.sum())
    by = ", ".join(answer.asked.objectives)
    return (
        f"{answer.name}: {answer.designs.size:,} designs, {feasible:,} feasible, "
        f"{front:,} non-dominated ({by})"
    )


def headline(answer: Answer) -> str:
    """Return which design is best, by how much, and how surely."""
    if answer.best is None:
        return "No design is feasible."
    labels, rank = answer.designs.labels, answer.asked.rank
    figure = answer.designs.figures[rank]
    said = f"Best by {rank}: {labels[answer.best]}, {ranged(figure, answer.best)}"
    if answer.difference is None:
        return f"{said}. It is the only feasible one."
    gap, second = answer.difference, answer.order[1]
    if gap.value == 0:
        return f"{said}; {labels[second]} is equal."
    base = abs(float(figure.best[second]))
    side = "less" if answer.asked.sense == "min" else "more"
    less = f"{h.percent(gap.value, base)} {side}" if base else side
    ends = ""
    if (gap.low, gap.high) != (gap.value, gap.value):
        ends = f" (by {_between(figure, gap.low, gap.high)})"
    return f"{said}: {less} than {labels[second]}{ends}."


def sureness(answer: Answer) -> str:
    """Return how many designs are within their ranges of the best; empty where none is."""
    near = answer.near
    if not near:
        return ""
    names = [answer.designs.labels[place] for place in near]
    what = "1 design may be better" if len(near) == 1 else f"{len(near):,} designs may be better"
    return f"Within the ranges {what}: {_listed(names)}."


def write(figure: Figure, number: Any) -> str:
    """Write one figure in the unit that suits it."""
    value = float(number)
    if math.isnan(value):
        return "unknown"
    unit = figure.unit
    if unit in _TIMES:
        return h.time(value * _TIMES[unit], 3)
    written: Callable[[float], str] | None = {
        "kgCO2e": h.mass, "kWh": h.energy, "W": h.power, "L": h.volume,
    }.get(unit)  # fmt: skip
    return written(value) if written else f"{_plain(value)} {unit}".strip()


def column(figure: Figure, places: list[int]) -> tuple[str, Callable[[int], str]]:
    """Return the unit of a column of some designs, and what writes the figure of one of them."""
    known = [abs(value) for value in figure.best[places].tolist() if not math.isnan(value)]
    largest = max(known, default=0.0)
    if figure.unit in ("kgCO2e", "kWh", "W"):
        size, unit = h.scale(largest, figure.unit)
    elif figure.unit == "s" and largest < 1:
        size, unit = 1e-3, "ms"
    elif figure.unit == "s" and largest >= _LONG_S:
        size, unit = 3600.0, "h"
    else:
        size, unit = 1.0, figure.unit
    decimals = h.decimals(largest / size)

    def written(place: int) -> str:
        value = float(figure.best[place])
        if math.isnan(value):
            return "unknown"
        return h.fixed(value, decimals, size) if unit else _plain(value)

    return unit, written


def ranged(figure: Figure, place: int) -> str:
    """Write a figure of one design with its range."""
    said = write(figure, figure.best[place])
    low, high = figure.low[place], figure.high[place]
    return said if low == high else f"{said} ({_between(figure, low, high)})"


def mark(answer: Answer, place: int) -> str:
    """Return what is noted beside a design."""
    said = []
    if place == answer.best:
        said.append(f"best by {answer.asked.rank}")
    elif place in answer.near:
        said.append("in range of best")
    if answer.non_dominated[place] and place != answer.best:
        said.append("front")
    if answer.maybe[place]:
        said.append("maybe")
    return ", ".join(said)


def shown_designs(answer: Answer) -> list[int]:
    """Return the designs that a screen shows: those that may be the choice, the best first."""
    open_ = [n for n in answer.order if answer.non_dominated[n] or answer.maybe[n]]
    near = set(answer.near)
    if len(open_) < min(MOST, len(answer.order)):
        kept = {*open_, *near}
        for place in answer.order:
            if len(kept) >= MOST:
                break
            kept.add(place)
        open_ = [n for n in answer.order if n in kept]
    return open_[:MOST]


def shown_figures(answer: Answer) -> list[Figure]:
    """Return the figures that a screen shows, in their order: what decides first."""
    figures = answer.designs.figures
    names = [answer.asked.rank, "total", OPERATIONAL, "embodied", *answer.asked.objectives]
    names += [constraint.name for constraint in answer.asked.constraints]
    if not {"total", OPERATIONAL} & figures.keys():
        names.append(ENERGY)
    return [figures[name] for name in dict.fromkeys(names) if name in figures]


def regions_title(answer: Answer, along: Regions) -> str:
    """Return the head of who wins along an axis."""
    what = {
        x.INTENSITY: "carbon intensity of electricity",
        x.VOLUME: f"{answer.unit or 'units of work'}",
        x.LIFETIME: "years of use",
        x.UTILIZATION: "utilization",
        PRODUCT: f"intensity x {answer.unit or 'units'}, in kg/kWh x units",
    }[along.axis]
    if along.lifetime is not None:
        what = f"{what}, by lifetime"
    return f"Where each wins ({what})"


def life(years: float) -> str:
    """Write a lifetime."""
    return f"{h.significant(years, 3)} years"


def place(along: Regions, value: float) -> str:
    """Write a place on an axis."""
    if along.axis == x.INTENSITY:
        return f"{h.significant(value * 1000, 3)} g/kWh"
    if along.axis == x.UTILIZATION:
        return f"{h.significant(value * 100, 3)} %"
    if along.axis == x.LIFETIME:
        return f"{h.significant(value, 3)} y"
    return f"{value:.3g}" if value >= 1e6 else h.significant(value, 3)


def span(along: Regions, region: Region) -> tuple[str, str]:
    """Return from where to where a design wins, and the range of its end."""
    ends = region.end_range
    said = _to(place(along, region.start), place(along, region.end))
    if ends is None or ends[0] == ends[1]:
        return said, ""
    high = f"over {place(along, along.high)}" if ends[1] > along.high else place(along, ends[1])
    return said, f"{_number(place(along, ends[0]))} to {high}"


def _to(start: str, end: str) -> str:
    return f"{_number(start)} .. {end}"


def _number(text: str) -> str:
    """Return a place without its unit, which stands behind the next one."""
    return text.partition(" ")[0]


def remarks(answer: Answer) -> Iterator[str]:
    """Yield what else is to be said, a sentence or two each."""
    yield from _by_grid(answer)
    never = dict.fromkeys(name for along in answer.regions for name in along.never_best)
    beaten = max((along.beaten for along in answer.regions), default=0)
    if never:
        others = f" (+{beaten:,} that another beats in both)" if beaten else ""
        yield (
            f"Never best: {_listed([*never])}{others}. Nothing beats it in both embodied carbon "
            "and energy, yet another is always lower."
        )
    for axis in answer.idle:
        yield f"{axis} changes nothing here; is it the path that was meant?"
    if answer.no_regions:
        yield f"Where each wins is not known: {answer.no_regions.rstrip('.')}."
    if answer.eta is not None:
        eta = h.significant(answer.eta, 3)
        yield f"Carbon ranks these runs as Zeus' cost does with η = {eta}."
    yield from _left_out(answer)


def _by_grid(answer: Answer) -> Iterator[str]:
    """Yield which design is best at each grid, where a grid is an axis."""
    axes = answer.designs.axes
    grids = [n for n, axis in enumerate(axes) if axis.rpartition(".")[2] == "grid"]
    if len(grids) != 1:
        return
    best: dict[str, int] = {}
    for design in answer.order:
        best.setdefault(answer.designs.values[design][grids[0]], design)
    if 1 < len(best) <= _GRIDS:
        figure = answer.designs.figures[answer.asked.rank]
        said = (
            f"{answer.designs.labels[n]}, {write(figure, figure.best[n])}" for n in best.values()
        )
        yield f"Best by grid: {'; '.join(said)}."


def _left_out(answer: Answer) -> Iterator[str]:
    reasons = Counter(reason for said in answer.reasons.values() for reason in said.split("; "))
    if answer.reasons:
        counts = ", ".join(f"{reason} ({count:,})" for reason, count in reasons.most_common())
        yield f"Not feasible: {len(answer.reasons):,}; {counts}."
    errors = answer.designs.errors
    if errors:
        first, message = next(iter(errors.items()))
        label = answer.designs.labels[first]
        others = f"; and {len(errors) - 1:,} more" if len(errors) > 1 else ""
        yield f"Failed: {label}: {message}{others}."
    hidden = len(answer.order) - len(shown_designs(answer))
    if hidden > 0:
        yield f"{hidden:,} more feasible designs: --format csv has them all."


def _plain(value: float) -> str:
    """Write a plain number; one that is tiny or huge with an exponent."""
    is_short = value == 0 or 1e-3 <= abs(value) < 1e7
    return h.significant(value) if is_short else f"{value:.4g}"


def _between(figure: Figure, low: Any, high: Any) -> str:
    """Write two ends; a unit of both is said once."""
    ends = [_signed(figure, float(end)) for end in (low, high)]
    (first, _, unit), (_, _, other) = (end.partition(" ") for end in ends)
    return f"{first if unit == other else ends[0]} to {ends[1]}"


def _signed(figure: Figure, number: float) -> str:
    sign = "−" if number < 0 else ""
    return f"{sign}{write(figure, abs(number))}"


def _listed(names: list[str]) -> str:
    shown: list[str] = []
    for name in names:
        if shown and (len(shown) == _NAMED or sum(map(len, [*shown, name])) > _WIDE):
            break
        shown.append(name)
    more = len(names) - len(shown)
    return "; ".join(shown) + (f" (+{more:,} others)" if more else "")
