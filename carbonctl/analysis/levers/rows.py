"""Rows of levers: before and after, what is saved, alone, and if it is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from carbonctl.analysis.compare.deltas import deltas, percent_of
from carbonctl.analysis.compare.pairing import Pair
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.ranks import merged
from carbonctl.ledger.result import Result
from carbonctl.ledger.sums import without_range
from carbonctl.ledger.unknowns import Key, Rank, is_certain, unknown_of
from carbonctl.numbers.values import Value

NO_FIGURES: Mapping[str, Key] = {}
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


class LeverRow(NamedTuple):
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
        Of what it adds; and what demand takes back of its saving after those before it.
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
    key for key in LeverRow._fields if key not in ("order", "lever", "on", "divides", "source")
)


def sums(result: Result) -> Saving:
    """Return the sums of an account."""
    totals = without_range(result.booked)
    return Saving(*(getattr(totals, key) for key in Saving._fields))


Same: TypeAlias = Mapping[str, Key]


def saved_ends(
    before: Result, after: Result, same_before: Same = NO_FIGURES, same_after: Same = NO_FIGURES
) -> tuple[float | None, float | None]:
    """Return the 90 % range of the difference of two totals, what both share moving together.

    Parameters
    ----------
    before, after : Result
        The accounts.
    same_before, same_after : mapping of str to Key
        By the paths of figures that levers scale in each, what these are uncertain about: it is
        one unknown with what is not scaled, and both are at the same quantile.
    """
    names = {key: repr(key) for key in (*same_before.values(), *same_after.values())}
    first, own = _side(before, same_before, names)
    then, theirs = _side(after, same_after, names)
    paired = [Pair("", first.get(key), then.get(key)) for key in dict.fromkeys([*first, *then])]
    (delta,) = deltas([(paired, "total_kgco2e")], ranged=True, ranks=merged([own, theirs]))
    low, high = delta.low, delta.high
    if delta.difference is None or low is None or high is None:
        return None, None
    return 0.0 - high, 0.0 - low


Entries: TypeAlias = dict[tuple[str, str, str, str], Entry]


def _side(result: Result, same: Same, names: Mapping[Key, str]) -> tuple[Entries, list[Rank]]:
    """Return entries and rank correlations in which what both accounts share has one name."""
    known: dict[Key, Key] = {}

    def renamed(value: Value) -> Value:
        if is_certain(value):
            return value
        key = unknown_of(value).key
        is_scaled = value.status == "given" and not value.unknown
        shared = same.get(value.path or "", key) if is_scaled else key
        value = value._replace(unknown=names[shared]) if shared in names else value
        known[key] = unknown_of(value).key
        return value

    entries = {
        entry.identity: entry._replace(inputs=tuple(map(renamed, entry.inputs)))
        for entry in result.booked
    }
    ranks = [(known.get(a, a), known.get(b, b), rank) for a, b, rank in result.uncertainty.ranks]
    return entries, ranks


def row(
    order: int | None,
    name: str,
    before: Saving,
    saved: Saving,
    original: Saving,
    **more: float | str | None,
) -> LeverRow:
    """Return the row of one lever.

    Parameters
    ----------
    order, name
        As in `LeverRow`.
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
        **dict.fromkeys(LeverRow._fields), "on": "", "divides": "", "source": "", **more,
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
    return LeverRow(**fields)  # type: ignore[arg-type]


def as_it_is(original: Saving) -> LeverRow:
    """Return the row of the workload without any lever."""
    return row(0, AS_IT_IS, original, NOTHING, original)


def by_saving(rows: Iterable[LeverRow]) -> list[LeverRow]:
    """Return rows by what each saves, the most first; those of equal saving stay in order."""
    return sorted(rows, key=lambda line: (line.saved_kgco2e is None, -(line.saved_kgco2e or 0.0)))


def added_kgco2e(result: Result, paths: Sequence[str] | set[str]) -> float | None:
    """Return the carbon of some activities of an account; None where one is unknown."""
    known = [
        entry.kgco2e for entry in result.booked if f"phases.{entry.phase}.{entry.activity}" in paths
    ]
    return None if None in known else sum(kg for kg in known if kg is not None)
