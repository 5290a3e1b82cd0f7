"""Rows of levers: before and after, what is saved, alone, and if it is left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from carbonctl.analysis.compare.deltas import deltas, percent_of
from carbonctl.analysis.compare.pairing import Pair
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.result import Result
from carbonctl.ledger.sums import without_range
from carbonctl.ledger.unknowns import Key, is_certain, unknown_of
from carbonctl.numbers.values import Value

_SAME = 1e-9

AS_IT_IS, ALL_LEVERS = "as it is", "all levers"


class Saving(NamedTuple):
    """Sums of an account, or what is saved of them; None is unknown."""

    energy_kwh: float | None
    operational_kgco2e: float | None
    operational_market_kgco2e: float | None
    embodied_kgco2e: float | None
    total_kgco2e: float | None
    total_market_kgco2e: float | None

    def less(self, other: Saving) -> Saving:
        """Return the differences."""
        return self.with_each(lambda ours, theirs: ours - theirs, other)

    def plus(self, other: Saving) -> Saving:
        """Return the sums of both."""
        return self.with_each(lambda ours, theirs: ours + theirs, other)

    def times(self, factor: float) -> Saving:
        """Return each times a factor."""
        return self.with_each(lambda ours, theirs: ours * factor, self)

    def with_each(self, work: Callable[[float, float], float], other: Saving) -> Saving:
        """Return what comes of each pair of known figures."""
        both = zip(self, other, strict=True)
        return Saving(*(None if a is None or b is None else work(a, b) for a, b in both))


NOTHING = Saving(*[0.0] * len(Saving._fields))


class Row(NamedTuple):
    """One lever, as CSV and JSON have it. None is unknown, or does not apply.

    Attributes
    ----------
    order : int or None
        Its place: 0 for the workload as it is; None for all levers together.
    on, divides : str
        What it works on, and its factors.
    total_before_kgco2e, total_after_kgco2e : float
        The total before it is pulled and after.
    saved_pct : float
        What it saves, in percent of the original total.
    added_kgco2e, rebound_kgco2e : float
        Of what it adds; and what demand takes back of its saving.
    alone_kgco2e, left_out_kgco2e : float
        What it saves alone, and what is lost where all but it are pulled.
    share : float
        Its share of what all save together.
    saved_low_kgco2e, saved_high_kgco2e : float
        The range of its saving in 90 of 100 cases.
    source : str
        Who says its factors.
    """

    order: int | None
    lever: str
    on: str
    divides: str
    total_before_kgco2e: float | None
    total_after_kgco2e: float | None
    saved_kgco2e: float | None
    saved_pct: float | None
    operational_saved_kgco2e: float | None
    operational_market_saved_kgco2e: float | None
    embodied_saved_kgco2e: float | None
    energy_saved_kwh: float | None
    added_kgco2e: float | None
    rebound_kgco2e: float | None
    alone_kgco2e: float | None
    left_out_kgco2e: float | None
    share: float | None
    saved_low_kgco2e: float | None
    saved_high_kgco2e: float | None
    source: str


FIGURES = tuple(
    key for key in Row._fields if key not in ("order", "lever", "on", "divides", "source")
)


def sums(result: Result) -> Saving:
    """Return the sums of an account."""
    totals = without_range(result.booked)
    return Saving(*(getattr(totals, key) for key in Saving._fields))


def saved_ends(before: Result, after: Result) -> tuple[float | None, float | None]:
    """Return the 90 % range of the difference of two totals, what both share moving together.

    A figure that one of them has a multiple of is one unknown: both are at the same quantile.
    """
    first, then = _as_one(before.booked, after.booked)
    paired = [Pair("", first.get(key), then.get(key)) for key in dict.fromkeys([*first, *then])]
    (delta,) = deltas([(paired, "total_kgco2e")], ranged=True)
    low, high = delta.low, delta.high
    return (None if high is None else 0.0 - high), (None if low is None else 0.0 - low)


_Entries: TypeAlias = dict[tuple[str, str, str, str], Entry]


def _as_one(before: Sequence[Entry], after: Sequence[Entry]) -> tuple[_Entries, _Entries]:
    """Return entries by identity; scaled figures are under the identity that they had before."""
    first = {entry.identity: entry for entry in before}
    then = {entry.identity: entry for entry in after}
    names: dict[Key, str] = {}
    for identity, entry in then.items():
        theirs = {v.name: v for v in first[identity].inputs} if identity in first else {}
        for value in entry.inputs:
            other = theirs.get(value.name)
            if other is not None and _is_multiple(value, other):
                key = unknown_of(other).key
                names[key] = names[unknown_of(value).key] = repr(key)
    if not names:
        return first, then
    return _renamed(first, names), _renamed(then, names)


def _is_multiple(value: Value, other: Value) -> bool:
    """Whether a figure has a range that is another one's times a factor, which is not 1."""
    if is_certain(value) or is_certain(other) or value.number == other.number or not other.low:
        return False
    factor = value.low / other.low
    pairs = ((value.best, other.best), (value.high, other.high))
    return all(math.isclose(ours, theirs * factor, rel_tol=_SAME) for ours, theirs in pairs)


def _renamed(entries: _Entries, names: Mapping[Key, str]) -> _Entries:
    renamed = {}
    for identity, entry in entries.items():
        inputs = tuple(
            value
            if is_certain(value) or (key := unknown_of(value).key) not in names
            else value._replace(unknown=names[key])
            for value in entry.inputs
        )
        renamed[identity] = entry._replace(inputs=inputs)
    return renamed


def row(
    order: int | None,
    name: str,
    before: Saving,
    saved: Saving,
    original: Saving,
    **more: float | str | None,
) -> Row:
    """Return the row of one lever.

    Parameters
    ----------
    order, name
        As in `Row`.
    before, saved, original : Saving
        The sums before it, what it saves of them, and the sums of the workload as it is.
    **more
        Other fields of the row; those that are left out are unknown, or empty texts.
    """
    after = before.less(saved)
    pct = (
        None
        if saved.total_kgco2e is None
        else percent_of(saved.total_kgco2e, original.total_kgco2e)
    )
    fields: dict[str, float | str | None] = {
        **dict.fromkeys(Row._fields), "on": "", "divides": "", "source": "", **more,
    }  # fmt: skip
    fields |= {
        "order": order,
        "lever": name,
        "total_before_kgco2e": before.total_kgco2e,
        "total_after_kgco2e": after.total_kgco2e,
        "saved_kgco2e": saved.total_kgco2e,
        "saved_pct": pct,
        "operational_saved_kgco2e": saved.operational_kgco2e,
        "operational_market_saved_kgco2e": saved.operational_market_kgco2e,
        "embodied_saved_kgco2e": saved.embodied_kgco2e,
        "energy_saved_kwh": saved.energy_kwh,
    }
    return Row(**fields)  # type: ignore[arg-type]


def as_it_is(original: Saving) -> Row:
    """Return the row of the workload without any lever."""
    return row(0, AS_IT_IS, original, NOTHING, original)


def by_saving(rows: Iterable[Row]) -> list[Row]:
    """Return rows by what each saves, the most first; those of equal saving stay in order."""
    return sorted(rows, key=lambda line: (line.saved_kgco2e is None, -(line.saved_kgco2e or 0.0)))


def added_kgco2e(result: Result, paths: Sequence[str] | set[str]) -> float | None:
    """Return the carbon of some activities of an account; None where one is unknown."""
    known = [
        entry.kgco2e for entry in result.booked if f"phases.{entry.phase}.{entry.activity}" in paths
    ]
    return None if None in known else sum(kg for kg in known if kg is not None)
