"""Pairs the entries of two sides by identity: phase, activity, item, boundary."""

from collections import Counter
from typing import NamedTuple

from carbonctl.analysis.compare.model import ADDED, CHANGED, REMOVED, SAME, Side
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.result import Result

_FIGURES = ("quantity", "factor", "energy_kwh", "kgco2e", "kgco2e_market", "kgco2e_low",
            "kgco2e_high", "water_l")  # fmt: skip


class Pair(NamedTuple):
    """An entry on both sides; ``workload`` is empty where each side holds one."""

    workload: str
    base: Entry | None
    head: Entry | None

    @property
    def entry(self) -> Entry:
        """The entry of either side, the head's first."""
        entry = self.head or self.base
        assert entry is not None
        return entry

    @property
    def phase(self) -> str:
        """The phase of both entries."""
        return self.entry.phase

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells it from other pairs."""
        return self.workload, *self.entry.identity

    @property
    def change(self) -> str:
        """Whether it was added, removed, changed, or is the same."""
        if self.base is None:
            return ADDED
        if self.head is None:
            return REMOVED
        same = all(getattr(self.base, key) == getattr(self.head, key) for key in _FIGURES)
        return SAME if same else CHANGED


def pairs(base: Side, head: Side) -> list[Pair]:
    """Return the entries of two sides, paired; those of the base first, in their order.

    Where each side holds one workload they are paired whatever their names and files;
    several are told apart by name, and those of one name by their order.
    """
    is_single = len(base.results) <= 1 and len(head.results) <= 1
    left, right = (_keyed(side.results, is_single) for side in (base, head))
    keys = dict.fromkeys([*left, *right])
    return [Pair(_called(*key[0]), left.get(key), right.get(key)) for key in keys]


def _called(name: str, ordinal: int) -> str:
    return name if ordinal == 1 else f"{name} ({ordinal})"


Key = tuple[tuple[str, int], tuple[str, str, str, str], int]


def _keyed(results: tuple[Result, ...], is_single: bool) -> dict[Key, Entry]:
    """Return entries by workload, its ordinal among those of its name, and identity.

    An identity that comes again, as in a saved result of another hand, is counted.
    """
    seen: Counter[str] = Counter()
    keyed = {}
    for result in results:
        name = "" if is_single else result.name
        seen[name] += 1
        again: Counter[tuple[str, str, str, str]] = Counter()
        for entry in result.entries:
            again[entry.identity] += 1
            keyed[(name, seen[name]), entry.identity, again[entry.identity]] = entry
    return keyed
