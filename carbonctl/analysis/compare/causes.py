"""Whose doing a difference is: another spec, or other facts for the same one.

Each saved result is estimated again from its spec with the facts of today. What then still
differs is the workload's; the rest came with another database, factor or version.
"""

import json
from collections import Counter
from collections.abc import Sequence

from carbonctl.account import estimate
from carbonctl.analysis.compare.model import WORKLOAD, Change, Side
from carbonctl.analysis.compare.pairing import Pair
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError
from carbonctl.ledger.result import Assumption


def today(base: Side, head: Side, catalog: Catalog) -> tuple[Side, Side] | None:
    """Return both sides on one set of facts; None where that cannot be made.

    Two that were made by the same versions are on one set already.
    """
    if base.is_saved == head.is_saved and base.facts == head.facts:
        return base, head
    left, right = reproduced(base, catalog), reproduced(head, catalog)
    return (left, right) if left is not None and right is not None else None


def reproduced(side: Side, catalog: Catalog) -> Side | None:
    """Return a side as it is today; None where its specs are missing or no longer valid."""
    return estimated_again(side, catalog) if side.is_saved else side


def estimated_again(side: Side, catalog: Catalog) -> Side | None:
    """Return a side estimated from its specs; None where these are missing or not valid."""
    if not side.has_specs:
        return None
    try:
        results = tuple(
            estimate(json.dumps(result.spec).encode(), result.file, catalog)
            for result in side.results
        )
    except InputError:
        return None
    return side._replace(results=results)


def changes(base: Side, head: Side, now: tuple[Side, Side] | None) -> tuple[Change, ...]:
    """Return the assumed figures that differ between two sides, by path.

    ``now`` holds both sides as `today` gives them.
    """
    several = max(len(side.results) for side in (base, head)) > 1
    left, right = _assumed(base, several), _assumed(head, several)
    again = None if now is None else (_assumed(now[0], several), _assumed(now[1], several))
    differing = []
    for key in dict.fromkeys([*left, *right]):
        ours, theirs = right.get(key), left.get(key)
        if _figure(ours) == _figure(theirs):
            continue
        before, after = (
            None if assumption is None else assumption.value for assumption in (theirs, ours)
        )
        either = ours or theirs
        assert either is not None
        cause = "unknown"
        if again is not None:
            stays = _figure(again[0].get(key)) == _figure(again[1].get(key))
            cause = "assumptions" if stays else WORKLOAD
        differing.append(Change(key[0], either.unit, before, after, cause))
    return tuple(differing)


def _figure(assumption: Assumption | None) -> tuple[object, ...] | None:
    """Return what makes two assumptions the same, whatever their names and ranges."""
    return None if assumption is None else assumption[:5]


def inputs(pairs: Sequence[Pair]) -> tuple[Change, ...]:
    """Return figures that a spec gives and that differ, of entries on both sides, by path.

    Of several workloads, each path begins with the name of its workload.
    """
    differing: dict[tuple[str, str], Change] = {}
    for pair in pairs:
        before = f"{pair.workload}: " if pair.workload else ""
        if pair.base is None or pair.head is None:
            continue
        theirs = {value.name: value for value in pair.base.inputs}
        for value in pair.head.inputs:
            other = theirs.get(value.name)
            if other is None or "given" not in (value.status, other.status):
                continue
            path = before + ((value if value.status == "given" else other).path or value.name)
            if other[:2] != value[:2]:
                change = Change(path, value.unit, other.best, value.best, WORKLOAD)
                differing.setdefault((path, value.name), change)
    return tuple(differing.values())


def _assumed(side: Side, several: bool) -> dict[tuple[str, int], Assumption]:
    """Return assumed figures by path, and by their order where one path has several."""
    assumptions: dict[tuple[str, int], Assumption] = {}
    for result in side.results:
        before = f"{result.name}: " if several else ""
        seen: Counter[str] = Counter()
        for assumption in result.assumptions:
            assumptions.setdefault((before + assumption.path, seen[assumption.path]), assumption)
            seen[assumption.path] += 1
    return assumptions
