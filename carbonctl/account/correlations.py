"""What a workload says of figures that are high together, as keys of unknowns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from carbonctl.account.figures import Figures
from carbonctl.factors.correlation import copula
from carbonctl.ledger.ranks import least_eigenvalue_of
from carbonctl.ledger.unknowns import Key, Rank
from carbonctl.spec.uncertainty import Correlation

_ROUNDING = 1e-12
_KEY = "correlations"
Report: TypeAlias = Callable[..., None]  # a message, then the keys of its place


def correlated(
    correlations: Sequence[Correlation], figures: Figures, fault: Report
) -> tuple[Rank, ...]:
    """Make one unknown of figures that go together, and return the rank correlations of others.

    What is wrong is reported by ``fault``: paths without a figure or a range, pairs that are
    given twice, correlations that cannot be all at once.
    """
    pairs: dict[frozenset[Key], Rank] = {}
    grouped: set[str] = set()
    for place, correlation in enumerate(correlations):
        if correlation.together is not None:
            _together(place, correlation.together, figures, fault, grouped)
    for place, correlation in enumerate(correlations):
        if correlation.of is None or correlation.rank is None:
            continue
        keys = [
            _one_unknown(figures, path, fault, (_KEY, place, "of", number))
            for number, path in enumerate(correlation.of)
        ]
        known = [key for key in keys if key is not None]
        pair = frozenset(known)
        if len(known) == 2 and len(pair) < 2:
            fault("both are one unknown already", _KEY, place, "of")
        elif pair in pairs:
            fault("the rank correlation of these two is given twice", _KEY, place, "of")
        elif len(pair) == 2:
            pairs[pair] = (known[0], known[1], correlation.rank)
    ranks = tuple(pairs.values())
    _check(ranks, fault)
    return ranks


def _together(
    place: int, paths: Sequence[str], figures: Figures, fault: Report, grouped: set[str]
) -> None:
    """Make one unknown of the figures at some paths, called by where these stand."""
    keys: set[Key] = set()
    places: set[str] = set()
    for number, path in enumerate(paths):
        own = _ranged(figures, path, fault, (_KEY, place, "together", number))
        if any(key[0] in grouped for key in own):
            said = f"{path} goes together with other figures already; write one list"
            fault(said, _KEY, place, "together", number)
            return
        keys |= own.keys()
        places |= {value.path for values in own.values() for value in values}
    identity = ", ".join(sorted(places))
    grouped.add(identity)
    figures.share(keys, identity)


def _ranged(
    figures: Figures, path: str, fault: Report, at: tuple[Any, ...]
) -> dict[Key, list[Any]]:
    """Return the unknowns at a path; where there is none, that is a fault.

    A value of the command line, or of a lever, may have no range: the correlation then says
    nothing.
    """
    if not figures.at(path):
        fault(figures.missing(path), *at)
        return {}
    own = figures.ranged(path)
    if not own and not figures.are_overridden(path):
        fault(f"{path} has no range; give it one, or leave it out", *at)
    return own


def _one_unknown(figures: Figures, path: str, fault: Report, at: tuple[Any, ...]) -> Key | None:
    """Return the key of the unknown at a path; where there is not one, that is a fault."""
    own = _ranged(figures, path, fault, at)
    if len(own) > 1:
        names = dict.fromkeys(values[0].path for values in own.values())
        said = f"{path} means {len(own)} unknowns ({', '.join(map(str, names))}); name one of them"
        fault(said, *at)
    return next(iter(own)) if len(own) == 1 else None


def _check(ranks: Sequence[Rank], fault: Report) -> None:
    """Refuse correlations that cannot be all at once."""
    if not ranks:
        return
    for said, worth in (("", float), (" as those of normal scores", copula)):
        least = least_eigenvalue_of(ranks, worth)
        if least < -_ROUNDING:
            fault(
                f"these correlations cannot be all at once{said}: the least eigenvalue of their "
                f"matrix is {least:.4g}, and may not be negative",
                _KEY,
            )
            return
