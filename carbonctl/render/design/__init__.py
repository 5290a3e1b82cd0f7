"""Design metrics in rows and words for people, whatever the format."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from carbonctl.analysis.design.bounds import Figure
from carbonctl.analysis.design.metrics import PRODUCTS, VERDICTS, Measured, Metrics
from carbonctl.render import human_numbers
from carbonctl.render.design.plain_ import AT_ONCE, NEVER, safety, within_life

UNKNOWN = "?"
_SAME = 1e-6  # of a figure: bounds that are nearer than this are none
_SIGNIFICANT = 3
_SECONDS_PER_HOUR = 3600
_SMALL, _LARGE = 1e-3, 1e5  # beyond them a number is written with its power of ten


_LEGEND = (
    "C: embodied carbon of the machines themselves, of which the account bears a share. T: the "
    "time of the work; what lasts for a duration goes on beside the rest. D: {delay}. E: energy, "
    "with PUE. P = E / T. Carbon an hour: operational.\n"
    "CDP = C·D in kgCO2e·s, CEP = C·E in kgCO2e·kWh, C²EP = C²·E, CE²P = C·E². tCDP: the "
    "account's embodied share and operational carbon, times D, in kgCO2e·s.\n"
    "NCF (FOCAL): α times C over the base's, plus 1 − α times E (fixed work) or P (fixed time) "
    "over the base's; α = {alpha}, {whose}. Below 1 in both: strongly sustainable; in one: "
    "weakly; else not. Safe: the same over all ranges.\n"
    "Use after which it is ahead of the base for good (GreenChip): indifference, where both are "
    "new; break-even, where the base is owned and its embodied carbon sunk."
)


Write: TypeAlias = Callable[[float], str]


class MetricRow(NamedTuple):
    """One row of the table: a name and a cell for the base and each alternative."""

    name: str
    cells: tuple[str, ...]
    is_minor: bool = False


def in_parts(metrics: Metrics, most: int) -> list[tuple[int, ...]]:
    """Return the places of the alternatives, from 1, in parts of at most so many."""
    places = range(1, len(metrics.heads) + 1)
    return [tuple(places[start : start + most]) for start in range(0, len(places), most)]


def heading(metrics: Metrics, place: int) -> str:
    """Return the head of a column: the base, the head, or the rank of one of several."""
    if place == 0:
        return "Base"
    return "Head" if len(metrics.heads) == 1 else str(place)


def rows(metrics: Metrics) -> list[MetricRow]:
    """Return the rows of the table, the base first."""
    sides = (metrics.base, *metrics.heads)
    table = [MetricRow(name, _cells(sides, key, write)) for name, key, write in _INGREDIENTS]
    for title, (name, key) in zip(_TITLES, PRODUCTS.items(), strict=True):
        table.append(MetricRow(title, _cells(sides, key, _scientific)))
        ratios = (_written(side.ratios[name], _ratio) for side in sides)
        table.append(MetricRow("  × the base's", tuple(ratios), is_minor=True))
    table += _beside(metrics, "NCF, fixed work", "ncf_fixed_work", _ratio)
    table += _beside(metrics, "NCF, fixed time", "ncf_fixed_time", _ratio)
    table.append(MetricRow("Verdict", ("", *map(_verdict, metrics.heads))))
    table.append(MetricRow("  over ranges", ("", *map(_safe, metrics.heads)), is_minor=True))
    table += _beside(metrics, "Indifference", "indifference_h", _when)
    table += _beside(metrics, "Break-even", "break_even_h", _when)
    table.append(MetricRow("  within a life", ("", *map(_suffices, metrics.heads)), is_minor=True))
    return [row for row in table if any(row.cells)]


def _cells(sides: Sequence[Measured], key: str, write: Write) -> tuple[str, ...]:
    return tuple(_written(side.figures[key], write) for side in sides)


def _beside(metrics: Metrics, title: str, key: str, write: Write) -> list[MetricRow]:
    """Return a row of what stands beside the base, and a row of its ranges."""
    figures = [side.figures[key] for side in metrics.heads]
    ranges = (
        "" if figure is None or not _is_ranged(figure) else _span(figure, write)
        for figure in figures
    )
    return [
        MetricRow(title, ("", *(_written(figure, write) for figure in figures))),
        MetricRow("  range", ("", *ranges), is_minor=True),
    ]


def sentence(side: Measured) -> str:
    """Return what there is to say of one alternative beside the base in one line."""
    verdict, when = side.verdict, side.figures["break_even_h"]
    said = "unknown" if verdict is None else f"{VERDICTS[round(verdict.best)]} ({_safe(side)})"
    ncf = [_written(side.figures[key], _ratio) for key in ("ncf_fixed_work", "ncf_fixed_time")]
    paid = "unknown" if when is None else _when(when.best)
    life = f", within its life: {_suffices(side)}" if when is not None else ""
    new = _written(side.figures["indifference_h"], _when)
    return (
        f"Design: {said}, NCF {ncf[0]} at fixed work and {ncf[1]} at fixed time; "
        f"break-even {paid}{life}; indifference {new}"
    )


def legend(metrics: Metrics, shown: Callable[[str], str]) -> list[str]:
    """Return what the rows mean, in sentences; ``shown`` makes the words of a spec harmless."""
    delay = f"the time of one {shown(metrics.unit)}" if metrics.unit else "T"
    whose = "as it was given" if metrics.is_given else "the embodied share of the base"
    share = metrics.base.figures["embodied_share"]
    alpha = "unknown" if share is None else _percent(share)
    return _LEGEND.format(delay=delay, alpha=alpha, whose=whose).splitlines()


def _percent(share: Figure) -> str:
    def write(part: float) -> str:
        return human_numbers.significant(part * 100, _SIGNIFICANT)

    return f"{_span(share, write) if _is_ranged(share) else write(share.best)} %"


def notes(metrics: Metrics) -> list[str]:
    """Return every note once; one that is of some sides only, with the side."""
    sides = (metrics.base, *metrics.heads)
    said = []
    for note in dict.fromkeys(note for side in sides for note in side.notes):
        having = [side.label for side in sides if note in side.notes]
        said.append(note if len(having) == len(sides) else f"{', '.join(having)}: {note}")
    return said


def _written(figure: Figure | None, write: Write) -> str:
    return UNKNOWN if figure is None else write(figure.best)


def _is_ranged(figure: Figure) -> bool:
    if figure.low is None or figure.high is None or figure.low == figure.high:
        return False
    return not math.isclose(figure.low, figure.high, rel_tol=_SAME)


def _span(figure: Figure, write: Write) -> str:
    """Write a range; a unit that both ends have is said once."""
    assert figure.low is not None
    assert figure.high is not None
    first, second = ("0" if end == 0 else write(end) for end in (figure.low, figure.high))
    number, _, unit = first.partition(" ")
    if unit and second.endswith(f" {unit}"):
        first = number
    return f"{first}..{second}"


def _ratio(value: float) -> str:
    return _scientific(value, _SIGNIFICANT)


def _scientific(value: float, digits: int = human_numbers.SIGNIFICANT) -> str:
    if value == 0 or _SMALL <= value < _LARGE:
        return human_numbers.significant(value, digits)
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def _duration(seconds: float) -> str:
    return human_numbers.time(seconds / _SECONDS_PER_HOUR)


def _when(hours: float) -> str:
    if hours == 0:
        return AT_ONCE
    return NEVER if math.isinf(hours) else human_numbers.time(hours, _SIGNIFICANT)


def _verdict(side: Measured) -> str:
    if side.verdict is None:
        return UNKNOWN
    return VERDICTS[round(side.verdict.best)].partition(" ")[0]


def _safe(side: Measured) -> str:
    return safety(side.verdict) or ""


def _suffices(side: Measured) -> str:
    return within_life(side.of_life) or UNKNOWN


_TITLES = ("CDP", "CEP", "C²EP", "CE²P", "tCDP")
_INGREDIENTS: tuple[tuple[str, str, Write], ...] = (
    ("C  machines", "embodied_kgco2e", human_numbers.mass),
    ("D  delay", "delay_s", _duration),
    ("E  energy", "energy_kwh", human_numbers.energy),
    ("P  mean power", "power_w", human_numbers.power),
    ("Carbon an hour", "rate_kgco2e_per_h", human_numbers.mass),
)
