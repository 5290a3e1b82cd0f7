"""What less error costs: the frontier of runs, a power law, the worth of old data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.analysis.figures import Figures
from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.gates.rules import Gates
from carbonctl.analysis.scaling.law import FittedLaw
from carbonctl.analysis.scaling.points import Point, Points
from carbonctl.factors import scaling as kernel
from carbonctl.factors.scaling import PowerLaw
from carbonctl.spec.scaling import Scaling, SubSampling

CUT = 0.01  # of the error: 1 % less
YEAR = 8760.0  # h
_AGES = (1.0, 2.0, 7.0)  # years after which the value of data is shown


class HalfLife(NamedTuple):
    """What data are worth: times in years.

    ``kept`` is the share of a window that sampling by value keeps, ``left`` the value at some ages.
    """

    half_life: float
    window: float
    kept: float
    left: tuple[tuple[float, float], ...]


class SubSampled(NamedTuple):
    """How much faster work is on a part of the data.

    ``fixed`` is the share of the time that does not shrink; ``speed_ups`` are at other shares.
    """

    kept: float
    speed_up: float
    fixed: float
    speed_ups: tuple[tuple[float, float], ...]


class LessError(NamedTuple):
    """By what the energy is multiplied for 1 % less error: best, and a standard error to each side.

    None where more energy brings no less error.
    """

    best: float | None
    low: float | None
    high: float | None


class Fit(NamedTuple):
    """A power law through some points, and what 1 % less error costs by it."""

    law: PowerLaw
    less: LessError


class Answer(NamedTuple):
    """What follows from runs.

    Attributes
    ----------
    file, name : str
        Where they are from.
    points : Points or None
        The runs.
    on_frontier : tuple of bool
        Whether each is on the frontier.
    fit, frontier_fit : Fit or None
        Through all of them, and through those on the frontier where some are not.
    law : FittedLaw or None
        The law that was fitted to them, or given.
    half_life : HalfLife or None
        The worth of old data.
    sub_sampled : SubSampled or None
        Work on a part of the data.
    """

    file: str
    name: str
    points: Points | None = None
    on_frontier: tuple[bool, ...] = ()
    fit: Fit | None = None
    frontier_fit: Fit | None = None
    law: FittedLaw | None = None
    half_life: HalfLife | None = None
    sub_sampled: SubSampled | None = None

    @property
    def told_fit(self) -> Fit | None:
        """The fit that headlines and gates are of: that of the frontier, where there is one."""
        return self.frontier_fit or self.fit

    @property
    def frontier(self) -> list[Point]:
        """The points on the frontier, in their order."""
        points = self.points.points if self.points else ()
        return [point for point, is_on in zip(points, self.on_frontier, strict=True) if is_on]


def answer(
    file: str, name: str, points: Points | None, scaling: Scaling | None, law: FittedLaw | None
) -> Answer:
    """Return what follows from points, and from what a file asks beside them."""
    made = Answer(file, name, law=law)
    if points is not None:
        on = tuple(
            kernel.frontier([p.energy for p in points.points], [p.error for p in points.points])
        )
        made = made._replace(points=points, on_frontier=on)
        made = made._replace(fit=_fit(points.points))
        if not all(on):
            made = made._replace(frontier_fit=_fit(made.frontier))
    if scaling is not None and scaling.half_life is not None:
        half_life = scaling.half_life.best / YEAR
        window = half_life if scaling.window is None else scaling.window.best / YEAR
        made = made._replace(half_life=worth(half_life, window))
    if scaling is not None and scaling.sub_sampling is not None:
        made = made._replace(sub_sampled=_sub_sampled(scaling.sub_sampling))
    return made


def worth(half_life: float, window: float) -> HalfLife:
    """Return what data of a half-life are worth over a window [years]."""
    left = tuple((age, kernel.value_left(age, half_life)) for age in _AGES)
    return HalfLife(half_life, window, kernel.kept_by_value(window, half_life), left)


def _fit(points: Sequence[Point]) -> Fit | None:
    law = kernel.fitted([point.energy for point in points], [point.error for point in points])
    if law is None:
        return None
    error = law.standard_error or 0.0
    ends = [kernel.energy_for_less_error(law.exponent + side * error, CUT) for side in (0, 1, -1)]
    return Fit(law, LessError(*ends))


def _sub_sampled(asked: SubSampling) -> SubSampled:
    kept, speed_up = asked.kept.best, asked.speed_up.best
    fixed = max(kernel.fixed_share(kept, speed_up), 0.0)
    others = tuple((share.best, kernel.speed_up(share.best, fixed)) for share in asked.shares)
    return SubSampled(kept, speed_up, fixed, others)


KEYS = ("less_error_energy_pct", "kept_pct")


class _OfAnswer(Figures):
    """The figures of an answer; nothing is drawn."""

    def __init__(self, some: Answer) -> None:
        super().__init__((), is_known=False)
        less = some.told_fit.less.best if some.told_fit else None
        self.by_key = {
            "less_error_energy_pct": None if less is None else (less - 1) * 100,
            "kept_pct": some.half_life.kept * 100 if some.half_life else None,
        }

    def figure(self, phase: str | None, key: str) -> float | None:
        """Return one figure; None where it is unknown."""
        return self.by_key[key]


def judged(gates: Gates, some: Answer) -> tuple[Verdict, ...]:
    """Return the verdicts over what 1 % less error costs, and over the data kept."""
    return tuple(gates.judge_figures(some.file, _OfAnswer(some)))
