"""Accounts of one workload made again with other values: as it stands, and at many points.

A point is a value for each of some paths. Points that differ only in their figures are accounted
for together, as columns; where that is not possible, and for ids and words, each by itself. Both
ways give the same numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

from carbonctl import estimators
from carbonctl.account import result_of
from carbonctl.account.changes import NONE, Changes
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError, Problem
from carbonctl.ledger.entry import LARGEST, SMALLEST, Entry, Totals
from carbonctl.ledger.result import Result
from carbonctl.numbers.intervals import NotOneNumber, has_rows
from carbonctl.spec import overrides as sets
from carbonctl.spec.filled import Filled, fill
from carbonctl.spec.load import load_tree
from carbonctl.spec.paths import find_item, item_names, locate
from carbonctl.spec.tree import Map, Node, Seq, copy_of, decode, parse

_PHASE = 2  # keys that lead to the list of a phase
_FEW = 3  # points that are not worth an account of columns
# As many digits as leave a figure finite, and above 0 unless it is written as 0.
_FIGURE = r"[0-9]{1,20}(?:\.[0-9]{1,20})?(?!\d)(?:[eE][+-]?[0-9]{1,2}(?!\d))?"
_QUANTITY = re.compile(rf"({_FIGURE})(?:\.\.({_FIGURE}))?((?![\d_.eE])[^:{{}}\[\]]{{0,100}})")
_FAULTS = (ArithmeticError, TypeError, ValueError)  # where columns cannot go on

Point = tuple[str, ...]


class PointAccount(NamedTuple):
    """What comes of one point.

    Attributes
    ----------
    result : Result or None
        The account, alone or with columns; None where the point is refused.
    row : int or None
        Which row of the columns it is; None where it is alone.
    error : InputError or None
        Why it is refused.
    """

    result: Result | None
    row: int | None = None
    error: InputError | None = None

    @property
    def total(self) -> Totals:
        """The sums over all entries."""
        assert self.result is not None
        total: Totals = self.of(self.result.total)
        return total

    def of(self, figures: Any) -> Any:
        """Return some figures of the result as they are at this point."""
        if self.row is None:
            return figures
        from carbonctl.numbers.columns import take

        return take(figures, self.row)


class Accounts:
    """Makes accounts of one workload.

    Parameters
    ----------
    data : bytes
        The workload, UTF-8 YAML or JSON.
    file, label : str
        What messages call it, and what results do.
    catalog : Catalog
        The facts.
    overrides : tuple of str
        ``PATH=VALUE``, which hold in every account.
    first : int
        The line of the file at which the data begins.

    Raises
    ------
    InputError
        Where it is no YAML.
    """

    def __init__(
        self,
        data: bytes,
        file: str,
        label: str,
        catalog: Catalog,
        overrides: tuple[str, ...] = (),
        first: int = 1,
    ) -> None:
        self.file = file
        self.label = label
        self.catalog = catalog
        self.overrides = overrides
        self.first = first
        self.digest = sha256(data).hexdigest()
        self.problems: list[Problem] = []
        self.tree: Node = parse(decode(data, file, first), file, None, self.problems, first)

    def account(
        self,
        overrides: tuple[str, ...] = (),
        edit: Callable[[Map], None] | None = None,
        changes: Changes = NONE,
    ) -> Result:
        """Return the account with some more values.

        Parameters
        ----------
        overrides : tuple of str
            ``PATH=VALUE``, over those that always hold.
        edit : callable, optional
            Changes the tree of the workload, which is a copy; what is below it, is shared and
            has to be copied on the way.
        changes : Changes
            Of the activity data.

        Raises
        ------
        InputError
            Where the workload is not in order then.
        """
        tree = copy_of(self.tree)
        loaded = load_tree(
            tree, list(self.problems), self.file, estimators, self.catalog,
            (*self.overrides, *overrides), self.first, edit,
        )  # fmt: skip
        return result_of(loaded, self.catalog, self.label, self.digest, changes)

    def under(self, catalog: Catalog) -> Accounts:
        """Return what makes accounts of the same workload with other facts."""
        other = copy(self)
        other.catalog = catalog
        return other

    def place(self, path: str) -> str:
        """Return a path as inputs of entries have it: whole, activities by their names.

        Raises
        ------
        LookupError, ValueError
            Where a list has no such item, and where it is no path.
        """
        root: Any = self.tree
        parts = sets.path_of(root, path) if isinstance(root, Map) else []
        node, keys = root, list[str]()
        while parts and isinstance(node, Map | Seq):
            if isinstance(node, Seq):
                number, used = find_item(node, parts)
                is_phase = len(keys) == _PHASE and keys[0] == "phases"
                keys.append(item_names(node)[number] if is_phase else str(number))
                node, parts = node[number], parts[used:]
                continue
            found, rest, _ = locate(node, parts[:1])
            if rest:
                break
            keys.append(parts[0])
            node, parts = found, parts[1:]
        return ".".join([*keys, *parts])

    def outcome(self, paths: Sequence[str], point: Point) -> PointAccount:
        """Return what comes of one point, whose texts are for some paths."""
        try:
            return PointAccount(self.account(_settings(paths, point)))
        except InputError as error:
            return PointAccount(None, error=error)

    def outcomes(self, paths: Sequence[str], points: Sequence[Point]) -> list[PointAccount]:
        """Return what comes of some points, in their order."""
        outcomes: dict[int, PointAccount] = {}
        for cut, places in _alike(points).items():
            if len(places) >= _FEW and any(part.figures for part in cut):
                outcomes |= self._together(paths, points, places)
        return [
            outcomes.get(place) or self.outcome(paths, point) for place, point in enumerate(points)
        ]

    def _together(
        self, paths: Sequence[str], points: Sequence[Point], places: list[int]
    ) -> Mapping[int, PointAccount]:
        """Return the outcome of points that differ in figures, but for those done alone."""
        import numpy as np

        from carbonctl.numbers.columns import split

        outcomes = {}
        work = partial(self._columns, paths, points)
        for rows, result in split(np.array(places), work):
            for row, place in enumerate(rows.tolist() if result else ()):
                outcomes[place] = PointAccount(result, row)
        return outcomes

    def _columns(self, paths: Sequence[str], points: Sequence[Point], rows: Any) -> Result | None:
        """Return an account whose rows are some points; None where there is none.

        Raises
        ------
        Mixed
            Where rows have to be done apart.
        """
        if len(rows) < _FEW:
            return None
        texts = list(zip(*(points[row] for row in rows), strict=True))
        first = points[rows[0]]
        filled: list[Filled] = []

        def put(tree: Map) -> None:
            for path, column in zip(paths, texts, strict=True):
                if len(set(column)) > 1:
                    filled.append(_filled(tree, path, column))

        try:
            result = self.account(_settings(paths, first), put)
            require_limits(result.booked)
            result.total  # noqa: B018 - its range may have to be worked out apart for some rows
        except (InputError, *_FAULTS):
            return None
        return result if all(text.is_taken for text in filled) else None


class _Cut(NamedTuple):
    """A text without its figures, and how many these are."""

    rest: str
    figures: int


def _cut(text: str) -> _Cut:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return _Cut(text, 0)
    return _Cut(match[3], 1 if match[2] is None else 2)


def _alike(points: Iterable[Point]) -> dict[tuple[_Cut, ...], list[int]]:
    """Return the places of points that differ in nothing but figures."""
    groups: dict[tuple[_Cut, ...], list[int]] = {}
    known: dict[str, _Cut] = {}
    for place, point in enumerate(points):
        for text in point:
            if text not in known:
                known[text] = _cut(text)
        groups.setdefault(tuple(known[text] for text in point), []).append(place)
    return groups


def _settings(paths: Sequence[str], point: Point) -> tuple[str, ...]:
    return tuple(f"{path}={text}" for path, text in zip(paths, point, strict=True))


def _filled(tree: Map, path: str, texts: Sequence[str]) -> Filled:
    """Put columns in the place of the figures at a path, where the first of the texts stands."""
    from carbonctl.numbers.columns import Column

    known: dict[str, tuple[float, ...]] = {}
    for text in dict.fromkeys(texts):
        match = _QUANTITY.fullmatch(text)
        assert match is not None
        known[text] = tuple(float(part) for part in match.groups()[:2] if part is not None)
    figures = [known[text] for text in texts]
    *above, last = locate(tree, sets.path_of(tree, path))[2]
    node: Any = tree
    for key in above:
        node = node[key]
    return fill(node, last, *map(Column, zip(*figures, strict=True)))


def require_limits(entries: Sequence[Entry]) -> None:
    """Require that the columns of some entries are within the limits of a figure.

    Raises
    ------
    Mixed
        Where those of some rows are not.
    NotOneNumber
        Where none are: each row reports its own fault.
    """
    figures = (
        number
        for entry in entries
        for numbers in (entry, *((v.best, v.low, v.high) for v in entry.inputs))
        for number in numbers
        if has_rows(number)
    )
    columns = {id(number): number for number in figures}
    if not columns:
        return
    from carbonctl.numbers.columns import within

    if not within(list(columns.values()), SMALLEST, LARGEST):
        raise NotOneNumber
