"""The rate of a projection at which a figure of its last step is what is wanted."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from carbonctl.analysis.gates import Rule, RuleFault, read_rule
from carbonctl.analysis.gates.conditions import PERCENT
from carbonctl.analysis.projection.bases import Base
from carbonctl.analysis.projection.rows import ProjectionRow
from carbonctl.errors import UsageError
from carbonctl.factors.roots import Bracket, brent
from carbonctl.numbers.rates import UNIT
from carbonctl.numbers.values import Value
from carbonctl.spec.projection import Optimisation, Projection
from carbonctl.text import did_you_mean

KEYS = (
    "energy_kwh", "operational_kgco2e", "operational_market_kgco2e", "embodied_amortised_kgco2e",
    "embodied_bought_kgco2e", "embodied_book_kgco2e", "total_kgco2e",
)  # fmt: skip
_RATES = ("work_per_energy", "work_per_machine", "embodied_per_machine")
_MOST = math.log(1e12)  # growth over the whole of a projection
_STEPS = 48  # between no growth and the most, on either side
_TOLERANCE = 1e-14


class Goal(NamedTuple):
    """What a figure of the last step is to be.

    Attributes
    ----------
    text : str
        As it was written, with even spaces.
    key : str
        One of `KEYS`.
    limit : float
        The figure, its change from the start, or with ``is_share`` that change in percent.
    is_change, is_share : bool
        What the limit is.
    """

    text: str
    key: str
    limit: float
    is_change: bool
    is_share: bool

    def wanted(self, start: float) -> float:
        """Return the figure that is wanted where it begins with another."""
        if self.is_share:
            return start * (1 + self.limit / 100)
        return start + self.limit if self.is_change else self.limit


class Solved(NamedTuple):
    """A rate that was solved.

    Attributes
    ----------
    key, until : str
        Which rate, and what it had to bring about.
    per_year, factor, years : float
        The factor of one year, and that of all years of the projection.
    per_year_low, per_year_high : float or None
        The 90 % range of the former; None where nothing is uncertain, or it has no value at an end.
    """

    key: str
    until: str
    per_year: float
    factor: float
    years: float
    per_year_low: float | None = None
    per_year_high: float | None = None


class NoRate(ValueError):
    """No rate brings about what is wanted; the text says between what the figure lies."""


def parse_goal(text: str) -> Goal:
    """Read ``KEY = LIMIT``, of which a signed limit is a change from the start.

    Raises
    ------
    UsageError
        With the text and a caret under the fault.
    """
    plain = text.replace("−", "-")
    try:
        if plain.count("=") != 1 or any(sign in plain for sign in "<>"):
            raise RuleFault(1, "KEY = LIMIT is wanted here, as in energy_kwh = -28.5 %")
        rule: Rule = read_rule(plain.replace("=", ">"), KEYS)
        if rule.statistic.of_samples:
            raise RuleFault(1, "a key is wanted here, and no percentile")
    except RuleFault as fault:
        caret = " " * (fault.column - 1) + "^"
        raise UsageError(f"--until: {fault.message}\n  {plain}\n  {caret}") from None
    condition = rule.condition
    return Goal(
        rule.text.replace(" > ", " = "), rule.key, condition.limit, condition.is_change,
        condition.unit == PERCENT,
    )  # fmt: skip


def solved_rate(
    goal: Goal, key: str, years: float, total: Callable[[float], tuple[float, float]]
) -> Solved:
    """Return the rate nearest to no change at which a figure meets a goal.

    Parameters
    ----------
    goal : Goal
        What is wanted.
    key : str
        Which rate is looked for.
    years : float
        How long the projection is.
    total : callable
        Gives the figure at the start and at the end for a factor of one year.

    Raises
    ------
    NoRate
        Where no rate that can be meant does it.
    """

    def gap(log_growth: float) -> float:
        start, end = total(math.exp(log_growth / years))
        wanted = goal.wanted(start)
        return (end - wanted) / (abs(wanted) or 1.0)

    bracket = _bracket(gap)
    if bracket is None:
        ends = [total(math.exp(side * _MOST / years))[1] for side in (-1, 1)]
        low, high = min(ends), max(ends)
        if math.isclose(low, high, rel_tol=1e-9):
            raise NoRate(f"no rate of {key} makes {goal.text}: {goal.key} does not depend on it")
        raise NoRate(
            f"no rate of {key} makes {goal.text}: at the end of its range the figure is "
            f"{low:.4g} and {high:.4g}"
        )
    root, _ = brent(gap, bracket, _TOLERANCE)
    return Solved(key, goal.text, math.exp(root / years), math.exp(root), years)


def _bracket(gap: Callable[[float], float]) -> Bracket | None:
    """Return where the sign of a function turns, nearest to 0."""
    middle = gap(0.0)
    last = {-1: (0.0, middle), 1: (0.0, middle)}
    for n in range(1, _STEPS + 1):
        for side in (1, -1):
            x = side * _MOST * (n / _STEPS) ** 2
            value = gap(x)
            before, at_before = last[side]
            if (value > 0) != (at_before > 0) or value == 0:
                (low, at_low), (high, at_high) = sorted([(before, at_before), (x, value)])
                return Bracket(low, high, at_low, at_high)
            last[side] = (x, value)
    return None


def with_rate(
    projection: Projection, key: str, bases: Sequence[Base], per_year: float
) -> Projection:
    """Return a projection with another factor of one year in the place of a rate.

    Raises
    ------
    UsageError
        Where there is no such rate.
    """
    rate = Value(per_year, UNIT, path=f"projection.{key}", name=key.rpartition(".")[2])
    head, _, rest = key.partition(".")
    changed: dict[str, object] = {}
    if key in ("demand", "grid"):
        changed = {key: rate}
    elif head == "demand" and _is_work(rest, bases):
        known = projection.demand
        if known is not None and not isinstance(known, Mapping):
            raise UsageError(
                f"--solve {key}: `demand` is one rate for all; --solve demand finds it"
            )
        changed = {"demand": {**(known or {}), rest: rate}}
    elif head == "hardware" and projection.hardware is not None and rest in _RATES:
        changed = {"hardware": projection.hardware.model_copy(update={rest: rate})}
    elif head == "optimisation" and projection.optimisations:
        changed = _with_optimisation(projection, rest, rate)
    if not changed:
        words = _words(projection, bases)
        close = did_you_mean(key, words) or f"; there are {', '.join(words)}"
        raise UsageError(f"--solve: `{key}` is no rate of the projection{close}")
    return projection.model_copy(update=changed)


def _with_optimisation(projection: Projection, rest: str, rate: Value) -> dict[str, object]:
    """Return the optimisations with one rate replaced; nothing where there is no such rate."""
    name, _, figure = rest.rpartition(".")
    items = list[Optimisation](projection.optimisations)
    for place, item in enumerate(items):
        if figure in ("energy", "time") and (item.name == name or (not name and len(items) == 1)):
            items[place] = item.model_copy(update={figure: rate})
            return {"optimisation": tuple(items)}
    return {}


def _is_work(word: str, bases: Sequence[Base]) -> bool:
    return any(word in (base.phase, f"{base.phase}.{base.activity}") for base in bases)


def _words(projection: Projection, bases: Sequence[Base]) -> list[str]:
    """Return the rates that can be solved."""
    work = [w for base in bases for w in (base.phase, f"{base.phase}.{base.activity}")]
    words = ["demand", *(f"demand.{word}" for word in dict.fromkeys(work)), "grid"]
    items = projection.optimisations
    named = [item.name for item in items if item.name is not None]
    heads = [f"optimisation.{name}" for name in named] or ["optimisation"] * (len(items) == 1)
    words += [f"{head}.{figure}" for head in heads for figure in ("energy", "time")]
    words += [f"hardware.{rate}" for rate in _RATES if projection.hardware is not None]
    return words


def figures_of_goal(goal: Goal, rows: Sequence[ProjectionRow]) -> tuple[float, float]:
    """Return a figure at the start and at the end.

    Raises
    ------
    NoRate
        Where it is unknown.
    """
    ends = [getattr(row, goal.key) for row in (rows[0], rows[-1])]
    if None in ends:
        raise NoRate(f"{goal.key} is unknown, so no rate can be found for it")
    return ends[0], ends[1]
