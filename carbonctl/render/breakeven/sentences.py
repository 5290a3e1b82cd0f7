"""What is said of ties: for a terminal, for Markdown, and beside machine formats."""

from __future__ import annotations

import math

from carbonctl.analysis.breakeven import Answer, Tie
from carbonctl.analysis.breakeven.question import BASE, HEAD, OVER, UNDER
from carbonctl.analysis.breakeven.ties import Spread
from carbonctl.factors.roots import EQUAL, JUMP
from carbonctl.render import human_numbers

_DIGITS = 4
_MOST_DIGITS = 12
_SIDES = {UNDER: "less", OVER: "more"}


def sentences(answer: Answer) -> list[str]:
    """Return a sentence a tie, or one that says what there is where there is none."""
    if not answer.ties:
        return [_none(answer), *_spread_of_none(answer)]
    said = [_sentence(answer, tie) for tie in answer.ties]
    if len(said) > 1:
        question = answer.question
        said.insert(0, f"{_subject(answer)} {len(said)} times in {question.path}:")
    return said


def _subject(answer: Answer) -> str:
    """Return what is said to happen at a tie: `total_kgco2e ties`, `total_kgco2e is 85 t`."""
    question = answer.question
    if question.target is None:
        return f"{question.key} ties"
    return f"{question.target.text.replace(' = ', ' is ')}"


def _sentence(answer: Answer, tie: Tie) -> str:
    subject = _subject(answer)
    unit = _unit(answer)
    if tie.kind == EQUAL:
        low, high = (number(answer, end) for end in (tie.low, tie.high))
        said = f"{subject} from {low} to {high}{unit}"
    else:
        verb = f"{subject} in a jump" if tie.kind == JUMP else subject
        said = f"{verb} at {number(answer, tie.tie)}{unit}"
    sides = _sides(answer, tie)
    return f"{said}{f': {sides}' if sides else ''}.{_spread(answer, tie.spread)}"


def _sides(answer: Answer, tie: Tie) -> str:
    """Return what is lower on both sides, or on which side of a limit the figure is."""
    below, above = (_called(answer, side) for side in (tie.below, tie.above))
    if answer.question.target is not None:
        parts = (f"{side} {where} it" if side else "" for side, where in
                 ((below, "below"), (above, "above")))  # fmt: skip
        return ", ".join(filter(None, parts))
    if below and above:
        return f"below it {below} is lower, above it {above}"
    if below or above:
        return f"{'below' if below else 'above'} it {below or above} is lower"
    return ""


def _called(answer: Answer, side: str) -> str:
    if side in (BASE, HEAD):
        return answer.names[side == HEAD]
    return _SIDES.get(side, "")


def _none(answer: Answer) -> str:
    question = answer.question
    low, high = (human_numbers.plain(float(end)) for end in (question.span.low, question.span.high))
    where = f"from {low} to {high}{_unit(answer)}"
    if answer.everywhere == EQUAL:
        if question.target is None:
            return f"{question.key} is equal {where}: they do not differ in this."
        return f"{_subject(answer)} everywhere {where}."
    side = _called(answer, answer.everywhere or "")
    if question.target is None:
        return f"No tie {where}: {side} is lower everywhere."
    limit = question.target.text.partition("=")[2].strip()
    return f"No tie {where}: {question.key} is {side} than {limit} everywhere."


def _spread(answer: Answer, spread: Spread) -> str:
    """Return where a tie is over draws."""
    if spread.without is None:
        return ""
    unit = _unit(answer)
    without = (
        f"{human_numbers.percent(spread.without, 1.0)} of {answer.draws:,} draws have no such tie"
    )
    if spread.p50 is None or spread.p5 is None or spread.p95 is None:
        return f" {without[0].upper()}{without[1:]}."
    ends = f"{number(answer, spread.p5)} to {number(answer, spread.p95)}{unit}"
    said = f" In 90 of 100 draws with a tie: {ends}, median {number(answer, spread.p50)}{unit}"
    return f"{said}; {without}." if spread.without else f"{said}."


def _spread_of_none(answer: Answer) -> list[str]:
    if answer.spread.without is None:
        return []
    if answer.spread.without == 1:
        return [f"Nor is there one in any of {answer.draws:,} draws."]
    return [_spread(answer, answer.spread).strip()]


def number(answer: Answer, value: float) -> str:
    """Return a number of the unit that the user wrote: with more digits in a narrow range."""
    low, high = (float(end) for end in (answer.question.span.low, answer.question.span.high))
    more = math.floor(math.log10(max(abs(low), abs(high)) / (high - low)))
    return human_numbers.significant(value, min(_DIGITS + max(more, 0), _MOST_DIGITS))


def _unit(answer: Answer) -> str:
    """Return the unit that the user wrote, with a space before a percent sign."""
    unit = answer.question.span.unit
    return f" {unit}" if unit.startswith("%") else unit
