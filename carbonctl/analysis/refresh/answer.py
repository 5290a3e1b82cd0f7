"""How long to keep a machine: even lives, best dates, the rule of thumb, and what follows."""

from __future__ import annotations

import math
from itertools import product
from typing import NamedTuple

from carbonctl.analysis.refresh.question import WHOLE_LIFE, MachineFigures, Question
from carbonctl.errors import UsageError
from carbonctl.factors import refresh as kernel
from carbonctl.factors.levers import first_life_kgco2e_per_hour, repaired_kgco2e_per_year
from carbonctl.factors.refresh import Chain, Machine
from carbonctl.ledger.entry import BEYOND, in_limits
from carbonctl.numbers.intervals import Number, best, high, low

MONTH = 1 / 12  # of a year: the dates that are tried
_SLACK = 1e-9  # of a count of machines
_BEYOND = f"{BEYOND}, and --gain, --grid and --horizon"
EVEN, DATES, AS_FILED = "even", "dates", "as it is"


class Plan(NamedTuple):
    """A way to replace machines until the horizon ends, and whether it is the best of its kind."""

    name: str
    chain: Chain
    is_best: bool


class Rule(NamedTuple):
    """The rule of thumb.

    ``life`` is None where there is none, and ``reason`` says why; ``about`` is its approximation
    ``√(2M/(r₀γ))``. ``over_gain`` is the embodied carbon over all that newer machines can ever
    save.
    """

    life: float | None
    about: float | None
    over_gain: float
    reason: str = ""


class Spread(NamedTuple):
    """The best even life at the ends of all ranges that are given: machines, years, kgCO2e."""

    fewest: int
    most: int
    shortest: float
    longest: float
    low_kgco2e: float
    high_kgco2e: float


class Yearly(NamedTuple):
    """Embodied carbon a year [kgCO2e/year]: of a machine that is repaired, and of a new one."""

    repaired: float
    new: float


class Answer(NamedTuple):
    """What follows for a machine.

    Attributes
    ----------
    machine : MachineFigures
        The machine.
    question : Question
        What was asked.
    plans : tuple of Plan
        Even lives of 1, 2, … machines, then the file's own life, then the best dates.
    even, dates : Chain
        The best of even lives, and the best dates.
    rule : Rule
        The rule of thumb.
    owned : float or None
        After how many years replacing the owned machine now has paid back; None where it never
        does, or nobody asks.
    second_life : tuple or None
        Embodied carbon a year of the first life, at the best even life: cut-off, whole life.
    repair : Yearly or None
        What parts make of its embodied carbon a year.
    spread : Spread or None
        Over the ranges that are given.
    """

    machine: MachineFigures
    question: Question
    plans: tuple[Plan, ...]
    even: Chain
    dates: Chain
    rule: Rule
    owned: float | None
    second_life: tuple[float, float] | None
    repair: Yearly | None
    spread: Spread | None

    @property
    def keeps(self) -> Chain:
        """One machine that is kept to the horizon."""
        return self.plans[0].chain

    @property
    def is_shortest(self) -> bool:
        """Whether the best even life is the shortest that was tried."""
        return len(self.even.bought) == self.question.most > 1


def answer(machine: MachineFigures, question: Question) -> Answer:
    """Return how long to keep a machine.

    Ranges count at their best estimate, and for the spread at their ends.

    Raises
    ------
    UsageError
        Where rates over the horizon make figures beyond all limits.
    """
    try:
        made = _answer(machine, question)
    except OverflowError:
        raise UsageError(_BEYOND) from None
    if not in_limits(plan.chain.total_kgco2e for plan in made.plans):
        raise UsageError(_BEYOND)
    return made


def _answer(machine: MachineFigures, question: Question) -> Answer:
    """Return the same, without a look at the size of its figures."""
    asked = _kernel(question, machine.embodied_kgco2e, machine.kgco2e_per_year)
    evens = _evens(asked, question)
    even = _least(evens)
    dates = _least([
        kernel.best_dates(asked, question.grid, question.horizon, MONTH), even,
    ])  # fmt: skip
    plans = [Plan(EVEN, each, each is even) for each in evens]
    if machine.life is not None and machine.life < question.horizon:
        plans.append(Plan(AS_FILED, _as_filed(asked, question, machine.life), is_best=False))
    plans.append(Plan(DATES, dates, is_best=True))
    return Answer(
        machine,
        question,
        tuple(plans),
        even,
        dates,
        _rule(asked, question),
        None if question.owned is None else kernel.replacement_break_even(asked, question.owned),
        _second_life(asked, question, even),
        _repair(asked, question, even),
        _spread(machine, question),
    )


def _kernel(
    question: Question, embodied: Number, yearly: Number, gain: float | None = None
) -> Machine:
    rate = best(question.gain_per_year) if gain is None else gain
    second = question.second_life if question.rule == WHOLE_LIFE else 0.0
    return Machine(best(embodied), best(yearly), rate, second)


def _evens(machine: Machine, question: Question) -> list[Chain]:
    counts = range(1, question.most + 1)
    return [kernel.even_lives(machine, question.grid, question.horizon, n) for n in counts]


def _least(chains: list[Chain]) -> Chain:
    return min(chains, key=lambda each: each.total_kgco2e)


def _as_filed(machine: Machine, question: Question, life: float) -> Chain:
    """Return machines that are kept as long as the file says; the last ends with the horizon."""
    bought = [life * k for k in range(math.ceil(question.horizon / life - _SLACK))]
    return kernel.chain(machine, question.grid, bought, question.horizon)


def _rule(machine: Machine, question: Question) -> Rule:
    over = kernel.embodied_over_gain(machine)
    if machine.gain_per_year <= 0:
        return Rule(None, None, over, "new machines need no less electricity")
    if not machine.kgco2e_per_year:
        return Rule(None, None, over, "it emits nothing in use")
    if over >= 1:
        return Rule(None, None, over, "never")
    if question.grid_written:
        return Rule(None, None, over, "it is for a grid that stays as it is")
    if machine.second_life:
        return Rule(None, None, over, "it is for a life that carries all embodied carbon")
    return Rule(kernel.rule_of_thumb(machine), kernel.about(machine), over)


def _second_life(machine: Machine, question: Question, even: Chain) -> tuple[float, float] | None:
    """Return the embodied carbon a year of the first life by both rules [kgCO2e/year]."""
    if not question.second_life:
        return None
    life = even.lives[0]
    cut_off, shared = (
        first_life_kgco2e_per_hour(
            machine.embodied_kgco2e, life, 1.0, second
        )  # a year, not an hour
        for second in (0.0, question.second_life)
    )
    return best(cut_off), best(shared)


def _repair(machine: Machine, question: Question, even: Chain) -> Yearly | None:
    if question.repair is None:
        return None
    parts, life = question.repair
    repaired = repaired_kgco2e_per_year(machine.embodied_kgco2e, parts, life)
    return Yearly(best(repaired), machine.embodied_kgco2e / even.lives[0])


def _spread(machine: MachineFigures, question: Question) -> Spread | None:
    """Return the best even lives at the ends of the ranges; None where there is no range."""
    figures = (machine.embodied_kgco2e, machine.kgco2e_per_year, question.gain_per_year)
    ends = [sorted({low(figure), high(figure)}) for figure in figures]
    if all(len(each) == 1 for each in ends):
        return None
    corners = [_least(_evens(_kernel(question, m, r, g), question)) for m, r, g in product(*ends)]
    counts = [len(each.bought) for each in corners]
    totals = [each.total_kgco2e for each in corners]
    fewest, most = min(counts), max(counts)
    return Spread(
        fewest, most, question.horizon / most, question.horizon / fewest, min(totals), max(totals)
    )
