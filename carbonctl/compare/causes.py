"""Whose doing a difference is: another spec, or other facts for the same one.

Each saved result is estimated again from its spec with the facts of today. What then still
differs is the workload's; the rest came with another database, factor or version.
"""

import json

from carbonctl.account import estimate
from carbonctl.catalog import Catalog
from carbonctl.compare.model import Change, Side
from carbonctl.errors import InputError
from carbonctl.result import Assumption


def reproduced(side: Side, catalog: Catalog) -> Side | None:
    """Return a side as it is today; None where its specs are missing or no longer valid."""
    if not side.is_saved:
        return side
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


def changes(base: Side, head: Side, today: tuple[Side, Side] | None) -> tuple[Change, ...]:
    """Return the assumed figures that differ between two sides, by path.

    ``today`` holds both sides as `reproduced` gives them.
    """
    left, right = _assumed(base), _assumed(head)
    now = None if today is None else (_assumed(today[0]), _assumed(today[1]))
    found = []
    for path in dict.fromkeys([*left, *right]):
        ours, theirs = right.get(path), left.get(path)
        if _figure(ours) == _figure(theirs):
            continue
        either = ours or theirs
        assert either is not None
        cause = "unknown"
        if now is not None:
            stays = _figure(now[0].get(path)) == _figure(now[1].get(path))
            cause = "assumptions" if stays else "workload"
        found.append(Change(path, either.unit, _value(theirs), _value(ours), cause))
    return tuple(found)


def _assumed(side: Side) -> dict[str, Assumption]:
    several = len(side.results) > 1
    found: dict[str, Assumption] = {}
    for result in side.results:
        before = f"{result.name}: " if several else ""
        for one in result.assumptions:
            found.setdefault(before + one.path, one)
    return found


def _figure(one: Assumption | None) -> tuple[float, str, str | None] | None:
    return None if one is None else (one.value, one.unit, one.source)


def _value(one: Assumption | None) -> float | None:
    return None if one is None else one.value
