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
    left, right = (_keyed(named) for named in named_workloads(base, head))
    keys = dict.fromkeys([*left, *right])
    return [Pair(key[0], left.get(key), right.get(key)) for key in keys]


Named = list[tuple[str, Result]]


def named_workloads(base: Side, head: Side) -> tuple[Named, Named]:
    """Return the workloads of two sides, each with what tells it from others of its side.

    That is empty where each side holds one.
    """
    is_single = len(base.results) <= 1 and len(head.results) <= 1
    return _named(base.results, is_single), _named(head.results, is_single)


def _named(results: tuple[Result, ...], is_single: bool) -> Named:
    seen: Counter[str] = Counter()
    named = []
    for result in results:
        seen[result.name] += 1
        ordinal = seen[result.name]
        name = result.name if ordinal == 1 else f"{result.name} ({ordinal})"
        named.append(("" if is_single else name, result))
    return named


def _keyed(workloads: Named) -> dict[tuple[str, tuple[str, str, str, str], int], Entry]:
    """Return entries by workload and identity.

    An identity that comes again, as in a saved result of another hand, is counted.
    """
    keyed = {}
    again: Counter[tuple[str, ...]] = Counter()
    for name, result in workloads:
        for entry in result.entries:
            again[name, *entry.identity] += 1
            keyed[name, entry.identity, again[name, *entry.identity]] = entry
    return keyed
