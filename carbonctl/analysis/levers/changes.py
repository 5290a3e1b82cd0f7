"""What the factors of a lever do to the activity data of what it works on, rebound included."""

from __future__ import annotations

from functools import partial
from typing import Any

from carbonctl.account.changes import Change, Scaling
from carbonctl.analysis.levers.effects import LEVERS, Effect, Part
from carbonctl.factors.levers import with_rebound
from carbonctl.ledger.terms import ELASTICITY, LEFT_OF_DIVISOR, LEFT_OF_MULTIPLIER, derived_number
from carbonctl.numbers import quantities
from carbonctl.numbers.intervals import best, over_corners
from carbonctl.numbers.quantities import Quantity, of
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
        path = f"{_path(effect)}.elasticity"
        elasticity = of(lever.elasticity.named(f"{part.value.name}{ELASTICITY}", path))
        return Scaling(times=(_elastic(factor, elasticity, is_times=part.is_times),))
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

    left = quantities.over_corners(kernel, factor, share)
    return left.beside(*factor.inputs, *share.inputs)


def _elastic(factor: Quantity, elasticity: Quantity, *, is_times: bool) -> Quantity:
    """Return what is left of an amount where demand is elastic.

    Powers are no arithmetic that formulas have, so it is an input that follows from both.
    """
    (by,), (share,) = factor.inputs, elasticity.inputs
    name = f"{by.name}{LEFT_OF_MULTIPLIER if is_times else LEFT_OF_DIVISOR}"
    left = over_corners(partial(derived_number, name), factor.number, elasticity.number)
    note = f"factor {by.best:g}, elasticity {share.best:g}"
    value = Value(left, "", "derived", path=share.path, name=name, note=note)
    return of(value).beside(by, share)
