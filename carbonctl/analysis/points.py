"""Rows that are questions: an account made again, at many points of what is uncertain in it.

A point gives each unknown a value. All points are made in one account: what is uncertain in the
workload and in the catalog's facts is replaced by a column
(`carbonctl.numbers.columns.Drawn`), a row a point, and its entries then hold columns. The
question says which points there are: here draws; the ends of one unknown after the other, or
corners, are other columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from pydantic import BaseModel

from carbonctl.account.accountant import Unaccountable, account
from carbonctl.analysis.terms import Uncertain, unknown_of
from carbonctl.analysis.uncertainty import draws
from carbonctl.catalog import Catalog
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.result import Result
from carbonctl.numbers.columns import Drawn
from carbonctl.numbers.intervals import Mixed, NotOneNumber, Range
from carbonctl.numbers.values import Value
from carbonctl.spec.fields import Mix
from carbonctl.spec.model import Workload

# What the catalog and its tables of fabs have that may be uncertain; the rest is as it is.
_FACTS = frozenset({
    "defaults", "device", "host", "unit", "grid", "client_power", "radio", "segments",
    "default", "device_package", "factor", "memory", "intensity", "defects", "figure", "wafer",
    "whole_wafer",
})  # fmt: skip
_TABLES = ("fab_factors", "fab")

Values = Mapping[Uncertain, Any]
Change = Callable[[Range], Any]


def drawn(results: Sequence[Result]) -> list[Entry] | None:
    """Return the entries of some results over draws of what is uncertain, as `spread.draws`.

    Returns
    -------
    list of Entry or None
        Numbers that are uncertain are columns. None where a result was saved, and no workload
        is there to account for.
    """
    found: list[Entry] = []
    for result in results:
        if result.origin is None:
            return None
        entries = at(*result.origin, draws)
        if entries is None:
            return None
        found += entries
    return found


def at(
    workload: Workload, catalog: Catalog, points: Callable[[set[Uncertain]], Values]
) -> list[Entry] | None:
    """Return the entries of a workload at points of what is uncertain in it.

    Parameters
    ----------
    workload : Workload
        One that can be accounted for.
    catalog : Catalog
        The facts.
    points : callable
        Returns a column for each unknown, a row a point.

    Returns
    -------
    list of Entry or None
        None where that cannot be done as columns.
    """
    asked = _Asked(workload, catalog)
    try:
        return asked.at(points(asked.unknowns))
    except (Unaccountable, Mixed, NotOneNumber):
        return None


class _Asked:
    """A workload and its facts, in which each uncertain number is an object of its own."""

    def __init__(self, workload: Workload, catalog: Catalog) -> None:
        self.numbers: dict[int, Range] = {}
        self.of_number: dict[int, set[Uncertain]] = {}
        self.of_place: dict[tuple[str | None, str], set[Uncertain]] = {}
        self.is_known = True
        self.workload = _changed(workload, self.own)
        self.facts = _Facts(catalog, self.own, self.made)
        for entry in account(self.workload, self.facts).entries:  # type: ignore[arg-type]
            for value in entry.inputs:
                if value.low != value.high:
                    self.note(value, unknown_of(value))

    def own(self, number: Range) -> Range:
        """Return a number that is equal, and no other's."""
        found = Range(number.best, number.low, number.high)
        self.numbers[id(found)] = found
        return found

    def made(self, value: Value) -> Value:
        """Remember a figure that is made of others on the way."""
        self.of_place[value.path, value.name] = set()
        return value

    def note(self, value: Value, unknown: Uncertain) -> None:
        """Remember which unknown is behind an input."""
        if id(value.number) in self.numbers:
            self.of_number.setdefault(id(value.number), set()).add(unknown)
        elif (value.path, value.name) in self.of_place:
            self.of_place[value.path, value.name].add(unknown)
        elif value.status != "derived":  # these follow from others
            self.is_known = False

    @property
    def unknowns(self) -> set[Uncertain]:
        """What is uncertain in the inputs of any entry."""
        return set[Uncertain]().union(*self.of_number.values(), *self.of_place.values())

    def at(self, values: Values) -> list[Entry] | None:
        """Return the entries at some points; None where a number is two unknowns, or nobody's."""
        several = (*self.of_number.values(), *self.of_place.values())
        if not self.is_known or any(len(unknowns) > 1 for unknowns in several):
            return None

        def drawn_of(number: Any, unknowns: set[Uncertain]) -> Any:
            return Drawn(values[next(iter(unknowns))], number) if unknowns else number

        def one(number: Range) -> Any:
            return drawn_of(number, self.of_number.get(id(number), set()))

        def made(value: Value) -> Value:
            unknowns = self.of_place.get((value.path, value.name), set())
            known = next((Range(u.best, u.low, u.high) for u in unknowns), None)
            return value._replace(number=drawn_of(known, unknowns)) if unknowns else value

        workload = _changed(self.workload, one)
        facts: Any = _Facts(self.facts, one, made)
        return account(workload, facts).entries


class _Facts:
    """A catalog whose uncertain numbers are changed; each is asked for and changed once."""

    def __init__(self, facts: Any, change: Change, made: Callable[[Value], Value]) -> None:
        self.facts = facts
        self.change = change
        self.settled = made
        self.known: dict[Any, Any] = {}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.facts, name)
        if name in _TABLES:
            found = _Facts(found, self.change, self.settled)
        elif name in _FACTS:
            found = partial(self.ask, name, found) if callable(found) else self.changed(found)
        setattr(self, name, found)
        return found

    def ask(self, name: str, method: Callable[..., Any], *asked: Any, **more: Any) -> Any:
        """Return what a method of the catalog returns, changed."""
        key = (name, repr(asked), repr(more))
        if key not in self.known:
            self.known[key] = self.changed(method(*asked, **more))
        return self.known[key]

    def changed(self, found: Any) -> Any:
        """Return a fact with its uncertain numbers changed."""
        return _changed(found, self.change)


def _changed(thing: Any, change: Change) -> Any:
    """Return a model, a record or a value with every range in it changed; the rest is as it is.

    The shares of a mix are no numbers of their own: the mix is.
    """
    if isinstance(thing, Range):
        return change(thing)
    if isinstance(thing, BaseModel):
        fields = {name: getattr(thing, name) for name in thing.model_fields_set}
        changed = {name: _changed(value, change) for name, value in fields.items()}
        more = {name: value for name, value in changed.items() if value is not fields[name]}
        return thing.model_copy(update=more) if more else thing
    if isinstance(thing, dict):
        return {key: _changed(value, change) for key, value in thing.items()}
    if isinstance(thing, tuple) and not isinstance(thing, Mix):
        parts = [_changed(part, change) for part in thing]
        if all(part is own for part, own in zip(parts, thing, strict=True)):
            return thing
        return type(thing)(*parts) if hasattr(thing, "_fields") else tuple(parts)
    return thing
