"""What is said of how long to keep machines, for people."""

from __future__ import annotations

from collections.abc import Iterator

from carbonctl.analysis.refresh import Answer
from carbonctl.factors.refresh import Chain
from carbonctl.numbers.intervals import Range
from carbonctl.render.human_numbers import mass, percent, significant
from carbonctl.render.refresh import rule_of_lives

_MONTHS = 12
_DIGITS = 3
_SHOWN = 4  # dates that a sentence lists


def lived(years: float) -> str:
    """Write a time in years and months: `3 y 10 mo`."""
    whole, months = divmod(round(years * _MONTHS), _MONTHS)
    parts = [f"{whole} y" if whole else "", f"{months} mo" if months else ""]
    return " ".join(filter(None, parts)) or "0 mo"


def told(years: float) -> str:
    """Write a time in years to three digits: `6.67 years`."""
    text = significant(years, _DIGITS)
    return f"{text} year{'' if text == '1' else 's'}"


def headline(answer: Answer, *, by_dates: bool) -> str:
    """Return what to do, in one line."""
    chain, kept = (answer.dates if by_dates else answer.even), answer.keeps
    span = told(chain.horizon)
    if len(chain.bought) == 1:
        why = "; for carbon alone, never replace it" if answer.rule.over_gain >= 1 else ""
        return f"Keep one machine all {span}: {mass(chain.total_kgco2e)}{why}"
    less = percent(kept.total_kgco2e - chain.total_kgco2e, kept.total_kgco2e)
    how = f"Keep each machine {told(chain.lives[0])}"
    if by_dates:
        how = f"Replace it first after {lived(chain.lives[0])}"
    emitted = f"{len(chain.bought)} in {span} emit {mass(chain.total_kgco2e)}"
    return f"{how}: {emitted}, {less} less than one"


def remarks(answer: Answer) -> Iterator[str]:
    """Yield what is to be said of an answer, a sentence or two each."""
    yield _dates(answer.dates, answer.even)
    yield _rule(answer)
    if len(answer.even.bought) > 1 or len(answer.dates.bought) > 1:
        yield _why(answer)
    if answer.is_shortest:
        yield "The shortest life that was tried is the best; try a shorter --step."
    spread = answer.spread
    if spread is not None:
        counts = f"{spread.fewest} to {spread.most}" if spread.most > spread.fewest else spread.most
        ends = f"{told(spread.shortest)} to {told(spread.longest)}"
        lives = ends if spread.most > spread.fewest else told(spread.longest)
        totals = f"{mass(spread.low_kgco2e)} to {mass(spread.high_kgco2e)}"
        yield f"At the ends of the ranges: {counts} machines of {lives}, {totals}."
    yield from _more(answer)
    yield _of_what(answer)


def _dates(dates: Chain, even: Chain) -> str:
    if len(dates.bought) == 1:
        return f"Best dates: none; one machine, {mass(dates.total_kgco2e)}."
    times = [lived(time) for time in dates.bought[1:]]
    listed = ", ".join(times[:_SHOWN]) + (", …" if len(times) > _SHOWN else "")
    saved = even.total_kgco2e - dates.total_kgco2e
    less = f", {percent(saved, even.total_kgco2e)} less than even lives" if saved > 0 else ""
    return (
        f"Best dates: {len(dates.bought)} machines, replaced after {listed}: "
        f"{mass(dates.total_kgco2e)}{less}."
    )


def _rule(answer: Answer) -> str:
    rule = answer.rule
    if rule.life is not None and rule.about is not None:
        short = significant(rule.about, _DIGITS)
        return f"Rule of thumb: replace after {told(rule.life)}; √(2M/(r₀γ)) is about {short}."
    if rule.over_gain >= 1 and answer.machine.kgco2e_per_year:
        times = significant(rule.over_gain, 2)
        return (
            "Rule of thumb: for carbon alone never replace it. Its embodied carbon is "
            f"{times} times all that newer machines can ever save."
        )
    return f"Rule of thumb: none; {rule.reason}."


def _why(answer: Answer) -> str:
    """Return why even lives, best dates and the rule of thumb are not the same."""
    rule = ""
    if answer.rule.life is not None:
        rule = "; the rule of thumb takes every replacement for the first"
    return (
        "Why they differ: the gain shrinks in absolute terms as machines improve, so early "
        f"replacements save most. Best dates start early, and later lives are longer; even lives "
        f"are one compromise for all{rule}."
    )


def _more(answer: Answer) -> Iterator[str]:
    question = answer.question
    if question.owned is not None:
        age = told(question.owned)
        if answer.owned is None:
            yield f"A machine of {age} that is owned: a new one would save nothing."
        else:
            yield (
                f"A machine of {age} that is owned: a new one has paid back its embodied carbon "
                f"after {told(answer.owned)}, on today's grid."
            )
    if answer.second_life is not None:
        cut_off, shared = map(mass, answer.second_life)
        yield (
            f"Second life of {told(question.second_life)}, embodied carbon a year: {cut_off} "
            f"by cut-off, {shared} over the whole life; here {rule_of_lives(answer)}."
        )
    if answer.repair is not None and question.repair is not None:
        yield (
            f"Repaired with {mass(question.repair.parts_kgco2e)} of parts to live "
            f"{told(question.repair.life)}: {mass(answer.repair.repaired)} of embodied carbon a "
            f"year, new ones {mass(answer.repair.new)}."
        )


def _of_what(answer: Answer) -> str:
    machine, question = answer.machine, answer.question
    name = f"{machine.system}: " if machine.system else ""
    figures = (
        f"{_ranged(machine.embodied_kgco2e)} embodied, {_ranged(machine.kgco2e_per_year)} "
        f"a year {machine.basis}"
    )
    grid = f"; grid {question.grid_written}" if question.grid_written else ""
    return f"Of {name}{figures}; work per energy {question.written}{grid}."


def _ranged(number: float | Range) -> str:
    if isinstance(number, Range):
        return f"{mass(number.best)} ({mass(number.low)} to {mass(number.high)})"
    return mass(number)
