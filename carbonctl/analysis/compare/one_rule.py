"""Brings the life-cycle figures of grids on both sides to one method, where they are of two.

A country has a published life-cycle figure, a state or a region one by the rule alone; the two
differ by their method, so a difference of places would be one of methods too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from carbonctl import __version__
from carbonctl.analysis.compare.causes import estimated_again
from carbonctl.analysis.compare.model import Side
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution
from carbonctl.ledger.entry import Entry
from carbonctl.numbers.values import Value

_INTENSITY = "carbon_intensity"
_LIFE_CYCLE = "life-cycle"
_GRAMS = 1000  # of a kilogram


class OneRule(NamedTuple):
    """Sides whose life-cycle figures are of one method, the catalog for it, and what to say."""

    sides: Sequence[Side]
    catalog: Catalog
    notes: tuple[Caution, ...] = ()


def on_one_rule(sides: Sequence[Side], catalog: Catalog) -> OneRule:
    """Return sides that are estimated again by the rule, where any has a figure by it alone.

    Saved results stay as they are, with a note, unless they hold their specs and were made
    with the facts of today.
    """
    methods = {value.status for side in sides for _, value in _intensities(side)}
    if not {"catalog", "derived"} <= methods:
        return OneRule(sides, catalog)
    by_rule = catalog.under_rule()
    again = [_again(side, by_rule) for side in sides]
    if any(side is None for side in again):
        said = (
            "the carbon intensities are published on one side and by the rule on the other; a "
            "saved result of other facts cannot be brought to the rule: compare the workloads"
        )
        return OneRule(sides, catalog, (Caution(said, vital=True),))
    known = [side for side in again if side is not None]
    moved = dict.fromkeys(
        text for before, after in zip(sides, known, strict=True) for text in _moves(before, after)
    )
    others = dict.fromkeys(
        f"{entry.site} {value.best * _GRAMS:.4g} g/kWh"
        for side in known
        for entry, value in _intensities(side)
        if value.status == "catalog"
    )
    parts = ["a grid has a life-cycle figure by the rule only"]
    if moved:
        parts.append(f"the rule is used for {', '.join(moved)}")
    if others:
        parts.append(f"by another method: {', '.join(others)}")
    return OneRule(known, by_rule, (Caution("; ".join(parts), vital=True),))


def _intensities(side: Side) -> Iterator[tuple[Entry, Value]]:
    """Yield the life-cycle figures of grids that the catalog gives, with their entries."""
    for entry in side.entries:
        if entry.factor_basis == _LIFE_CYCLE:
            for value in entry.inputs:
                if value.name == _INTENSITY and value.status in ("catalog", "derived"):
                    yield entry, value


def _facts(catalog: Catalog) -> tuple[str, ...]:
    """Return what the facts of today are known by."""
    return Side("", (), __version__, catalog.version, catalog.own_records).facts


def _again(side: Side, by_rule: Catalog) -> Side | None:
    """Return a side by the rule; None where it cannot be made."""
    if all(value.status == "derived" for _, value in _intensities(side)):
        return side
    made = estimated_again(side, by_rule) if side.facts == _facts(by_rule) else None
    if made is None or len([*_intensities(made)]) != len([*_intensities(side)]):
        return None
    return made


def _moves(before: Side, after: Side) -> Iterator[str]:
    """Yield what becomes of each figure that the rule changes."""
    pairs = zip(_intensities(before), _intensities(after), strict=True)
    for (entry, published), (_, ruled) in pairs:
        if published.best != ruled.best:
            then, now = (f"{value.best * _GRAMS:.4g}" for value in (published, ruled))
            yield f"{entry.site} {now} g/kWh ({then} published for {entry.factor_year})"
