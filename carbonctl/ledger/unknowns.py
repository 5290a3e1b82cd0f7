"""What is uncertain: which ranged inputs are one unknown, and how its values are distributed."""

from __future__ import annotations

import math
from sys import intern
from typing import Any, NamedTuple, TypeAlias

from carbonctl.factors.distributions import (
    AT_SCORE,
    DISCRETE,
    LOGNORMAL,
    NORMAL,
    P5,
    P50,
    P95,
    POSITIVE,
    QUANTILES,
    TRIANGULAR,
    TWO_PIECE_LOGNORMAL,
    Quantile,
    levels_within,
    share_below,
)
from carbonctl.numbers.intervals import decide, has_rows
from carbonctl.numbers.values import Value

FACTS = ("catalog", "default", "archetype")
PUE = "pue"
# What these can be at most, and at least: draws are cut there.
_MOST = {
    "load": 1.08,
    **dict.fromkeys(("utilization", "busy", "fill", "failed", "share", "duty_cycle", "released",
                     "dropout", "dropout_work", "carbon_free_energy", "losses", "embodied_share",
                     "charging_efficiency", "fab_yield", "abatement", "autoscaling"), 1.0),
}  # fmt: skip
_LEAST = dict.fromkeys((PUE, "host_overhead", "search_multiplier"), 1.0)

Key: TypeAlias = tuple[str | float, ...]
# The keys of two unknowns and their rank correlation.
Rank: TypeAlias = tuple[Key, Key, float]


class Uncertainty(NamedTuple):
    """What a workload says of the draws of its unknowns.

    Attributes
    ----------
    seed : int
        Of the draws, between 0 and 2^64 - 1.
    ranks : tuple of Rank
        Pairs of its unknowns with their rank correlation, between -1 and 1.
    """

    seed: int = 1
    ranks: tuple[Rank, ...] = ()


class Uncertain(NamedTuple):
    """A ranged input as the unknown that it is, wherever it is used.

    Attributes
    ----------
    unknown : str
        Its identity.
    best, low, high : float
        The best estimate and its bounds.
    distribution : str
        One of `carbonctl.factors.distributions.QUANTILES`.
    figure : str
        What it is called.
    is_shared : bool
        Whether the identity alone makes two of them one unknown: each is then at the same
        quantile as the other. Without it their bounds are the same, too.
    parameters : tuple of float
        What else its distribution needs, as `carbonctl.numbers.values.Value` has it.
    """

    unknown: str
    best: float
    low: float
    high: float
    distribution: str
    figure: str
    is_shared: bool = False
    parameters: tuple[float, ...] = ()

    @property
    def key(self) -> Key:
        """What is the same for two of them that are one unknown."""
        return (self.unknown,) if self.is_shared else (self.unknown, *self[1:4])

    @property
    def start(self) -> float:
        """Where its distribution begins: a PUE is distributed by what it has above 1."""
        is_pue = self.distribution == TWO_PIECE_LOGNORMAL and self.figure == PUE
        return 1.0 if is_pue else 0.0

    def at(self, level: Any) -> Any:
        """Return a quantile of its distribution, what is beyond its limits included."""
        return self._of(QUANTILES[self.distribution], level)

    def _of(self, quantile: Quantile, level: Any) -> Any:
        start, low, high, more = self.start, self.low, self.high, self.parameters
        if self.is_cut:
            (low, high), more = more, ()
        return start + quantile(level, low - start, self.best - start, high - start, *more)

    def quantile(self, level: Any, score: Any = None) -> Any:
        """Return a quantile of what lies within its limits.

        ``score`` is the normal quantile of the level, where it is known already.
        """
        first, last = self.span
        if score is not None and (first, last) == (0, 1) and self.distribution in AT_SCORE:
            return self._of(AT_SCORE[self.distribution], score)
        return self.at(first + level * (last - first))

    @property
    def is_cut(self) -> bool:
        """Whether its distribution has ends beyond the bounds: its parameters, then."""
        return self.distribution not in (NORMAL, DISCRETE) and len(self.parameters) == 2

    @property
    def is_centered(self) -> bool:
        """Whether the best estimate is the median, and the bounds the quantiles 0.05 and 0.95."""
        return self.distribution == TWO_PIECE_LOGNORMAL

    @property
    def levels(self) -> tuple[Any, Any, Any]:
        """The quantiles 0.05, 0.5 and 0.95."""
        if self.is_centered:
            return self.low, self.best, self.high
        return self.quantile(P5), self.quantile(P50), self.quantile(P95)

    @property
    def span(self) -> tuple[float, float]:
        """The levels of its distribution between which it lies: the rest is cut off."""
        least, most = domain(self.figure)
        if self.is_cut or self.distribution in (LOGNORMAL, NORMAL, DISCRETE):
            return levels_within(self.at, least, most)
        if self.distribution == TWO_PIECE_LOGNORMAL and self.best < most < math.inf:
            return 0.0, share_below(most, self.best, self.high)
        return 0.0, 1.0


def domain(figure: str) -> tuple[float, float]:
    """Return between which numbers a figure lies, by what it is called."""
    return _LEAST.get(figure, 0.0), _MOST.get(figure, math.inf)


def identity(value: Value) -> str:
    """Return by what a ranged input is one unknown, unless its bounds differ.

    A fact of the catalog is one unknown by its figure and its source, whatever a formula calls
    it; a given figure by where it stands.
    """
    if value.unknown:
        return value.unknown
    if value.status in FACTS:
        figure = value.figure or value.name
        # The same text each time, so that who writes it can know it again.
        return intern(f"{figure} ({value.source})") if value.source else figure
    path = value.path or value.name
    return intern(f"{value.name} of {path}") if value.status == "derived" else path


def distribution(value: Value) -> str:
    """Return how the values of a ranged input are distributed.

    What the spec gives is a triangle between hard bounds, unless it says otherwise; what the
    tool assumes, a two-piece lognormal. What has values above 0 alone, and for a PUE a two-piece
    lognormal above 1, is a triangle where its low is not.
    """
    word = value.distribution
    if not word:
        word = TRIANGULAR if value.status == "given" else TWO_PIECE_LOGNORMAL
    if word not in POSITIVE:
        return word
    is_pue = word == TWO_PIECE_LOGNORMAL and (value.figure or value.name) == PUE
    return word if decide(value.low > (1.0 if is_pue else 0.0)) else TRIANGULAR


def is_certain(value: Value) -> bool:
    """Whether an input has no range."""
    number = value.number
    return type(number) is float or decide(value.low == value.high)


def unknown_of(value: Value, workload: str = "") -> Uncertain:
    """Return what a ranged input is uncertain about.

    ``workload`` tells given figures of one workload from those of another.
    """
    unknown = identity(value)
    if workload and not value.unknown and value.status not in FACTS:
        unknown = f"{workload}:{unknown}"
    return Uncertain(
        unknown,
        value.best,
        value.low,
        value.high,
        distribution(value),
        value.figure or value.name,
        bool(value.unknown),
        value.parameters,
    )


class Unknowns:
    """Tells unknowns apart, and gives each a place."""

    def __init__(self) -> None:
        self.count = 0
        self._places: dict[Key, int] = {}
        self._known: dict[str, list[tuple[Uncertain, int]]] = {}
        self._with_rows: set[str] = set()
        self._levels: dict[tuple[Any, ...], tuple[Any, Any, Any]] = {}

    def place(self, uncertain: Uncertain) -> int:
        """Return the place of an unknown; a new one where there was none.

        Raises
        ------
        Mixed
            Where two with columns are one unknown in some rows, and two in others.
        """
        text = uncertain.unknown
        is_plain = uncertain.is_shared or not _has_rows(uncertain)
        if is_plain and uncertain.key in self._places:
            return self._places[uncertain.key]
        if not is_plain or text in self._with_rows:
            for other, place in self._known.get(text, ()):
                if _are_same(uncertain, other):
                    return place
        self._known.setdefault(text, []).append((uncertain, self.count))
        if is_plain:
            self._places[uncertain.key] = self.count
        else:
            self._with_rows.add(text)
        self.count += 1
        return self.count - 1

    def place_of(self, key: Key) -> int | None:
        """Return the place of the unknown with a key; None where there is none."""
        return self._places.get(key)

    def known(self) -> dict[int, Uncertain]:
        """Return the unknowns by their places; of several that are one, any of them."""
        pairs = (pair for pairs in self._known.values() for pair in pairs)
        return {place: uncertain for uncertain, place in pairs}

    def levels_at(self, place: int) -> tuple[Any, Any, Any]:
        """Return the quantiles 0.05, 0.5 and 0.95 of the first unknown at a place."""
        known = (pair for pairs in self._known.values() for pair in pairs)
        return self.levels(next(uncertain for uncertain, own in known if own == place))

    def levels(self, uncertain: Uncertain) -> tuple[Any, Any, Any]:
        """Return the quantiles 0.05, 0.5 and 0.95 of an unknown."""
        more = (uncertain.distribution, uncertain.figure, uncertain.parameters)
        key = (*map(id, uncertain[1:4]), *more)
        if not _has_rows(uncertain):
            key = (*uncertain[1:4], *more)
        if key not in self._levels:
            self._levels[key] = uncertain.levels
        return self._levels[key]


def _has_rows(uncertain: Uncertain) -> bool:
    return any(map(has_rows, uncertain[1:4]))


def _are_same(one: Uncertain, other: Uncertain) -> bool:
    if one.is_shared or other.is_shared:
        return one.is_shared and other.is_shared
    if all(a is b for a, b in zip(one[1:4], other[1:4], strict=True)):
        return True
    return decide((one.best == other.best) & (one.low == other.low) & (one.high == other.high))
