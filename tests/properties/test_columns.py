"""An account over columns is that of its rows one by one, for every kind of activity.

Every number is the same to the last bit, sums over entries included, and every word is the same.
A workload whose texts are made of its numbers (a warning about a service life) cannot be done as
columns and says so; such shapes are few.
"""

from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from carbonctl import estimators
from carbonctl.account import result_of
from carbonctl.errors import InputError
from carbonctl.numbers.columns import Column, split, take
from carbonctl.numbers.intervals import NotOneNumber, Range
from carbonctl.spec.load import load_tree
from carbonctl.spec.tree import parse
from tests.conftest import CATALOG
from tests.properties.workloads import KINDS, Shape, shape

SHAPES = 700
ROWS = 6


class Said(NamedTuple):
    """All that an account says."""

    entries: tuple[Any, ...]
    assumptions: tuple[Any, ...]
    warnings: tuple[str, ...]
    total: Any
    phases: tuple[Any, ...]
    split: tuple[float, float] | None


def accounted(tree: Any) -> Said:
    loaded = load_tree(tree, [], "job.json", estimators, CATALOG)
    result = result_of(loaded, CATALOG, "job.json", "")
    phases = tuple(result.phases.values())
    return Said(
        result.entries, result.assumptions, result.warnings, result.total, phases, result.split
    )


def row_by_row(made: Shape, rows: list[Any]) -> list[Said | None]:
    """Return what each row says by itself, None where it is faulty."""
    found: list[Said | None] = []
    for row in rows:
        try:
            found.append(accounted(parse(made.text(row), "job.json")))
        except InputError:
            found.append(None)
    return found


def at_once(made: Shape, rows: list[Any]) -> list[tuple[Any, Said | type | None]]:
    """Return what rows say as columns, in as many parts as they need."""

    def part(some: Any) -> Said | type | None:
        try:
            return accounted(made.filled([rows[number] for number in some]))
        except InputError:
            return None
        except NotOneNumber:
            return NotOneNumber

    return split(np.arange(len(rows)), part)


def holds_columns(thing: Any) -> bool:
    if isinstance(thing, Range):
        return any(map(holds_columns, (thing.best, thing.low, thing.high)))
    return isinstance(thing, Column) or (
        isinstance(thing, tuple) and any(map(holds_columns, thing))
    )


def test_workloads_are_made_of_every_kind():
    assert set(KINDS) == set(estimators.KINDS)


def test_columns_are_their_rows_for_every_kind():
    kinds: Counter[str] = Counter()
    rows_done, texts, parts, faulty = 0, 0, 0, 0
    for seed in range(SHAPES):
        made = shape(seed)
        rows = [made.row(number) for number in range(ROWS)]
        alone = row_by_row(made, rows)
        for some, said in at_once(made, rows):
            parts += 1
            if said is NotOneNumber:
                texts += sum(alone[number] is not None for number in some)
                continue
            for place, number in enumerate(some):
                expected = alone[number]
                context = f"seed {seed}, row {number}: {made.text(rows[number])}"
                if said is None or expected is None:
                    assert said is expected, context
                    faulty += 1
                    continue
                assert repr(take(said, place)) == repr(expected), context
                rows_done += 1
            if said is not None and holds_columns(said.entries):
                kinds.update({entry.kind for entry in said.entries})
    assert all(kinds[kind] > SHAPES / 15 for kind in KINDS), kinds
    assert texts < 0.08 * SHAPES * ROWS  # rows with a warning that states figures
    assert 0 < faulty < 0.25 * SHAPES * ROWS
    assert rows_done > 0.7 * SHAPES * ROWS
    assert 1.05 * SHAPES < parts < 1.6 * SHAPES
