"""From a rule and the figures of an account to a verdict, and from verdicts to an exit code."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from carbonctl.analysis.figures import Figures
from carbonctl.analysis.gates.conditions import Pair, Unknown
from carbonctl.analysis.gates.grammar import A_YEAR, Rule, dimension, refuse_change
from carbonctl.errors import GATE_FAILED, INPUT, OK, worst
from carbonctl.numbers.intervals import NotOneNumber
from carbonctl.numbers.units import MASS

Level: TypeAlias = Literal["fail", "warn"]
Outcome: TypeAlias = Literal["pass", "fail", "unknown"]


class Verdict(NamedTuple):
    """What came of one rule, in full precision.

    Attributes
    ----------
    rule : str
        As it was written, with even spaces.
    level : str
        ``fail`` or ``warn``.
    outcome : str
        ``pass``, ``fail`` or ``unknown``; ``fail`` also where a warning is due.
    value : float or None
        What was measured, in ``unit``: a figure, a change, or a probability as a fraction.
        None where it is unknown, or the change from a zero base.
    limit : float
        What it was compared with, in ``unit``.
    unit : str
        kgCO2e, kWh, L, ``%`` for a relative change, or empty for a probability.
    reason : str or None
        For people, where the outcome needs one.
    subject : str
        What was judged: a file, or a side of a comparison.
    """

    rule: str
    level: Level
    outcome: Outcome
    value: float | None
    limit: float
    unit: str
    reason: str | None
    subject: str = ""


def judge(rule: Rule, head: Figures, base: Figures | None, level: Level = "fail") -> Verdict:
    """Judge one rule.

    A relative change is (head − base) / |base|. From a zero base any rise is above, and any
    fall below, every percentage; 0 → 0 passes. ``p95(total_kgco2e) > +5%`` is of the 95th
    percentile of the changes, sample by sample: samples of head and base at the same place
    belong together, and a side with one sample is constant.

    The base may be None for rules over the head alone. The verdict carries on the level.

    Raises UsageError for a change without a base.
    """
    if base is None:
        refuse_change(rule, f"--{level}-on")
    final = rule.final
    try:
        heads, bases = _numbers(rule, head), [0.0]  # a level is a change from nothing
        if base is not None and rule.condition.is_change:
            bases = _numbers(rule, base, " in the base")
        value, triggers = rule.statistic.measure(rule.condition, _paired(heads, bases))
    except Unknown as why:
        return Verdict(rule.text, level, "unknown", None, final.limit, final.unit, str(why))
    outcome: Outcome = "fail" if triggers else "pass"
    reason = "the base is zero" if math.isinf(value) else None
    known = None if reason else value
    return Verdict(rule.text, level, outcome, known, final.limit, final.unit, reason)


def exit_code(verdicts: Iterable[Verdict], exit_zero: bool = False) -> int:
    """Return the exit code of some verdicts; those that warn do not count.

    An unknown figure is worse than a gate that failed; ``exit_zero`` masks only the latter.
    """
    failed = OK if exit_zero else GATE_FAILED
    codes = {"pass": OK, "fail": failed, "unknown": INPUT}
    return worst(codes[v.outcome] for v in verdicts if v.level == "fail")


def _numbers(rule: Rule, figures: Figures, where: str = "") -> list[float]:
    """Return the figure that a rule is over, or its samples."""
    samples: Sequence[float] | None
    if not rule.statistic.of_samples:
        number = figures.figure(rule.phase, rule.key)
        what, samples = "", None if number is None else (number,)
    else:
        what, samples = "the spread of ", figures.samples(rule.phase, rule.key)
    numbers = [] if samples is None else [float(sample) for sample in samples]
    if numbers and all(map(math.isfinite, numbers)):
        return numbers
    name = rule.key.removesuffix(A_YEAR).rpartition("_")[0].replace("_", " ")
    carbon = " carbon" if dimension(rule.key) is MASS else ""
    phase = f" of {rule.phase}" if rule.phase else ""
    raise Unknown(f"{what}{name}{carbon}{phase} is unknown{where}")


def _paired(heads: list[float], bases: list[float]) -> list[Pair]:
    count = max(len(heads), len(bases))
    sides = [side * count if len(side) == 1 else side for side in (heads, bases)]
    return list(zip(*sides, strict=True))


def may_trigger(rule: Rule, figures: Figures) -> Any:
    """Return whether a rule over a level triggers, of columns row by row.

    Raises NotOneNumber for a rule over a spread.
    """
    if rule.statistic.of_samples:
        raise NotOneNumber("a spread is of one account")
    number = figures.figure(rule.phase, rule.key)
    return True if number is None else rule.condition.holds((number, 0.0))
