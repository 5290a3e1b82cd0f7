"""What the factors of a lever do to the activity data of what it works on, rebound included."""

from __future__ import annotations

from typing import Any

from carbonctl.account.changes import Change, Scaling
from carbonctl.analysis.levers.effects import LEVERS, Effect, Part
from carbonctl.factors.distributions import TRIANGULAR
from carbonctl.factors.levers import with_elasticity, with_rebound
from carbonctl.numbers.intervals import Range, best, high, low
from carbonctl.numbers.quantities import Quantity, of, over_corners
from carbonctl.numbers.values import Value
from carbonctl.spec.levers import EMBODIED, ENERGY, TIME


def change_of(effect: Effect, *, with_rebound: bool) -> Change:
    """Return what the factors of one lever do to an activity.

    Energy scales electricity, embodied hardware, time both; energy takes precedence over time.
    """
    by_key = {part.key: _scaling(effect, part, with_rebound=with_rebound) for part in effect.scaled}
    energy, time = by_key.get(ENERGY), by_key.get(TIME, Scaling())
    hardware = time.and_(by_key.get(EMBODIED, Scaling()))
    return Change(time if energy is None else energy, hardware)


def _scaling(effect: Effect, part: Part, *, with_rebound: bool) -> Scaling:
    lever, factor = effect.lever, of(part.value)
    if with_rebound and lever.rebound is not None:
        share = of(lever.rebound.named(f"{part.value.name}_rebound", f"{_path(effect)}.rebound"))
        return Scaling(times=(_rebound(factor, share, is_times=part.is_times),))
    if with_rebound and lever.elasticity is not None:
        return Scaling(times=(of(_elastic(part, lever.elasticity, _path(effect))),))
    return Scaling(times=(factor,)) if part.is_times else Scaling(over=(factor,))


def remaining(effect: Effect) -> float:
    """Return what the best estimates of a lever with one factor leave, rebound included."""
    left = _scaling(effect, effect.scaled[0], with_rebound=True).of(of(Value(1.0, "", name="one")))
    return float(best(left.number))


def _path(effect: Effect) -> str:
    return f"{LEVERS}.{effect.name}"


def _rebound(factor: Quantity, share: Quantity, *, is_times: bool) -> Quantity:
    """Return what is left of an amount, as a formula of the factor and the share."""

    def kernel(by: Any, back: Any) -> Any:
        return with_rebound(by if is_times else 1 / by, back)

    remaining = over_corners(kernel, factor, share)
    return remaining.beside(*factor.inputs, *share.inputs)


def _elastic(part: Part, elasticity: Value, path: str) -> Value:
    """Return what is left of an amount where demand is elastic: a value with its own ends.

    Powers are no arithmetic that formulas have, so the ends of the factor are taken to their ends.
    """

    def left(factor: float) -> float:
        return with_elasticity(factor if part.is_times else 1 / factor, elasticity.best)

    number = part.value.number
    ends = sorted((left(low(number)), left(high(number))))
    middle = left(best(number))
    note = f"factor {part.value.best:g}, elasticity {elasticity.best:g}"
    return part.value._replace(
        number=Range(middle, *ends) if ends[0] < ends[1] else middle,
        status="derived", path=f"{path}.elasticity", name=f"{part.value.name}_left", note=note,
        distribution=TRIANGULAR,
    )  # fmt: skip
