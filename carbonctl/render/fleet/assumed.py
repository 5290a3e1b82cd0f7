"""What the rows of a fleet did not say, as people read it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from carbonctl.ledger.fleet import Fleet
from carbonctl.ledger.result import Assumption
from carbonctl.render import human_numbers

_PARTS = ".parts."
_PHASE = re.compile(r"^phases\.[^.]+\.")
TITLE = "Assumed (not in the tables)"


class AssumedRow(NamedTuple):
    """One assumed figure, wherever it is used, and of how many rows it was assumed."""

    label: str
    said: str
    status: str
    sources: tuple[str, ...]
    rows: int


def assumed_rows(fleet: Fleet) -> list[AssumedRow]:
    """Return what was assumed, equal figures of equal name together."""
    rows: dict[tuple[str, str, str, str], Counter[str]] = {}
    for assumption, count in fleet.assumptions:
        path = assumption.path
        said = human_numbers.ranged(
            assumption.value, assumption.low, assumption.high, assumption.unit, path
        )
        key = (_name(assumption), said, assumption.status, assumption.source or "")
        rows.setdefault(key, Counter())[path] += count
    return [
        AssumedRow(label, said, status, tuple(source.split()), _rows(counts, fleet))
        for (label, said, status, source), counts in rows.items()
    ]


def by_status(fleet: Fleet) -> dict[str, str]:
    """Return what was assumed in one line for each status: names, and the rows of each."""
    counts: dict[str, dict[str, Counter[str]]] = {}
    for assumption, count in fleet.assumptions:
        names = counts.setdefault(assumption.status, {})
        names.setdefault(_name(assumption), Counter())[assumption.path] += count
    return {status: _said(names, fleet) for status, names in counts.items()}


def _rows(counts: Mapping[str, int], fleet: Fleet) -> int:
    """Return of how many rows something was assumed, from those of each of its paths.

    A row is in one phase, so those of several phases add up, unless a row is a workload of
    several phases: then at most all rows count. Of the other paths the largest number counts.
    """
    places: dict[str, int] = {}
    for path, rows in counts.items():
        place = _PHASE.sub("", path)
        places[place] = places.get(place, 0) + rows
    most = max(places.values())
    return min(most, max(fleet.total.rows, *counts.values()))


def _said(names: Mapping[str, Counter[str]], fleet: Fleet) -> str:
    """Return names with their rows, those of equally many rows together."""
    alike: dict[int, list[str]] = {}
    for name, counts in names.items():
        alike.setdefault(_rows(counts, fleet), []).append(name)
    most_first = sorted(alike.items(), reverse=True)
    return "; ".join(f"{', '.join(some)} ({rows_said(rows)})" for rows, some in most_first)


def rows_said(rows: int) -> str:
    """Return a number of rows in words."""
    return f"{rows:,} row" if rows == 1 else f"{rows:,} rows"


def _name(assumption: Assumption) -> str:
    """Return what an assumed figure is called, figures of a list of parts all the same."""
    if _PARTS in assumption.path:
        return "parts"
    key = assumption.path.rpartition(".")[2]
    return key if assumption.unit else assumption.name or key
