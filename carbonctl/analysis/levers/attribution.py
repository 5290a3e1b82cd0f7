"""How a saving is divided among the levers that make it together.

In the given order each lever has what it adds to those before it. Shapley's value is the mean of
that over all orders. Logarithmic shares are those of the logarithms of factors that divide the
same entries. Each way sums to the whole saving.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from carbonctl.analysis.levers.changes import remaining
from carbonctl.analysis.levers.effects import Effect
from carbonctl.analysis.levers.rows import NOTHING, Saving
from carbonctl.factors.levers import logarithmic_shares, shapley_weight

STEPS, SHAPLEY, LOGARITHMIC = ATTRIBUTIONS = ("steps", "shapley", "logarithmic")
MOST = 12  # levers of which every subset is accounted for


class NotByLogarithms(ValueError):
    """Levers that do not divide the same entries by one factor; ``effect`` is the first such."""

    def __init__(self, effect: Effect, message: str) -> None:
        super().__init__(message)
        self.effect = effect
        self.message = message


def in_steps(order: Sequence[int], of: Callable[[frozenset[int]], Saving]) -> list[Saving]:
    """Return what each lever saves after those before it.

    Parameters
    ----------
    order : sequence of int
        The levers.
    of : callable
        Gives the sums of the account with some of them pulled.
    """
    sums = [of(frozenset(order[:count])) for count in range(len(order) + 1)]
    return [before.less(after) for before, after in itertools.pairwise(sums)]


def by_shapley(order: Sequence[int], of: Callable[[frozenset[int]], Saving]) -> list[Saving]:
    """Return what each lever saves in the mean of all orders; it takes 2ⁿ accounts."""
    count = len(order)
    saved = [NOTHING] * count
    for places in _subsets(count):
        before = of(frozenset(order[place] for place in places))
        weight = shapley_weight(len(places), count) if len(places) < count else 0.0
        for place in range(count):
            if place not in places:
                after = of(frozenset(order[p] for p in (*places, place)))
                saved[place] = saved[place].plus(before.less(after).times(weight))
    return saved


def _subsets(count: int) -> Iterator[frozenset[int]]:
    """Yield every subset of some places, the smallest first."""
    for size in range(count + 1):
        yield from map(frozenset, combinations(range(count), size))


def by_logarithms(
    order: Sequence[int],
    of: Callable[[frozenset[int]], Saving],
    effects: Sequence[Effect],
    reach: Callable[[Effect], tuple[str, ...]],
) -> list[Saving]:
    """Return what each lever saves by the logarithm of its factor.

    Parameters
    ----------
    order, of
        As for `in_steps`.
    effects : sequence of Effect
        The levers, by their numbers.
    reach : callable
        Gives the paths of the activities that a lever works on.

    Raises
    ------
    NotByLogarithms
        For the first lever that does not divide the same entries as the others by one factor.
    """
    some = [effects[number] for number in order]
    wanted: tuple[str, tuple[str, ...]] | None = None
    for effect in some:
        if effect.settings or effect.keyed or effect.lever.adds or len(effect.scaled) != 1:
            said = f"`{effect.name}` is no single factor of energy, time or embodied"
            raise NotByLogarithms(effect, said)
        own = (effect.scaled[0].key, reach(effect))
        wanted = own if wanted is None else wanted
        if own != wanted:
            said = f"`{effect.name}` does not divide the same entries as `{some[0].name}`"
            raise NotByLogarithms(effect, said)
    try:
        shares = logarithmic_shares([remaining(effect) for effect in some])
    except ZeroDivisionError:
        said = f"`{some[-1].name}` and the others together divide by 1"
        raise NotByLogarithms(some[-1], said) from None
    whole = of(frozenset()).less(of(frozenset(order)))
    return [whole.times(share) for share in shares]


def ranked(numbers: Sequence[int], of: Callable[[frozenset[int]], Saving]) -> list[int]:
    """Return levers so that each is the one that saves most next; ties in the order of the file."""
    left, order = [*numbers], list[int]()
    while left:
        before = of(frozenset(order))
        steps = {number: before.less(of(frozenset((*order, number)))) for number in left}
        best = max(left, key=lambda number: _amount(steps[number]))
        order.append(best)
        left.remove(best)
    return order


def _amount(saved: Saving) -> float:
    """Return by what steps are ranked: the total, or operational carbon where it is unknown."""
    known = (saved.total_kgco2e, saved.operational_kgco2e)
    return next((amount for amount in known if amount is not None), 0.0)
