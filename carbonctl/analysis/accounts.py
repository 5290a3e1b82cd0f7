"""Accounts of one workload made again with other values: as it stands, and at many points.

A point is a value for each of some paths. Points that differ only in their figures, and in the
grid of the site, are accounted for together, as columns; where that is not possible, and for other
ids and words, each by itself. Both ways give the same numbers and words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from copy import copy
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from carbonctl import estimators
from carbonctl.account import result_of
from carbonctl.account.changes import NONE, Changes
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.ledger.entry import LARGEST, SMALLEST, Entry, Totals
from carbonctl.ledger.result import Result
from carbonctl.numbers.intervals import NotOneNumber, has_rows
from carbonctl.numbers.words import Words, mark, may_hold_marks
from carbonctl.spec import overrides as sets
from carbonctl.spec.filled import Filled, fill
from carbonctl.spec.load import load_tree
from carbonctl.spec.paths import find_item, item_names, locate
from carbonctl.spec.scalars import MAX_NAME
from carbonctl.spec.tree import NULLS, Map, Node, Seq, Text, copy_of, decode, parse

if TYPE_CHECKING:
    from carbonctl.account.many_grids import ManyGrids

_PHASE = 2  # keys that lead to the list of a phase
_FEW = 3  # points that are not worth an account of columns
# As many digits as leave a figure finite, and above 0 unless it is written as 0.
_FIGURE = r"[0-9]{1,20}(?:\.[0-9]{1,20})?(?!\d)(?:[eE][+-]?[0-9]{1,2}(?!\d))?"
_QUANTITY = re.compile(rf"({_FIGURE})(?:\.\.({_FIGURE}))?((?![\d_.eE])[^:{{}}\[\]]{{0,100}})")
# The path of what may be a grid in each row, and what is one in YAML as it stands.
_GRID = "site.grid"
_PLACE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ /_-][A-Za-z0-9]+)*")
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
    words : Words or None
        Those that the texts of the result have marks for; None where these have none.
    """

    result: Result | None
    row: int | None = None
    error: InputError | None = None
    words: Words | None = None

    @property
    def total(self) -> Totals:
        """The sums over all entries."""
        assert self.result is not None
        total: Totals = self.of(self.result.total)
        return total

    def of(self, figures: Any) -> Any:
        """Return some figures and texts of the result as they are at this point."""
        if self.row is None:
            return figures
        from carbonctl.numbers.columns import take

        return take(figures, self.row, self.words)

    @property
    def warnings(self) -> tuple[Caution, ...]:
        """Those of the result; the very same for points that share them."""
        assert self.result is not None
        warnings = self.result.warnings
        if self.words is None or not any(map(may_hold_marks, warnings)):
            return warnings
        said: tuple[Caution, ...] = self.of(warnings)
        return said


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
        text = decode(data, file, first)
        self.tree: Node = parse(text, file, None, self.problems, first)
        self.takes_marks = not any(map(may_hold_marks, (text, *overrides)))

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
        for cut, places in self._alike(paths, points).items():
            if len(places) >= _FEW and any(part.figures for part in cut):
                outcomes |= self._together(paths, points, places)
        return [
            outcomes.get(place) or self.outcome(paths, point) for place, point in enumerate(points)
        ]

    def _alike(
        self, paths: Sequence[str], points: Iterable[Point]
    ) -> dict[tuple[_Cut, ...], list[int]]:
        """Return the places of points that differ in nothing but figures and grids."""
        groups: dict[tuple[_Cut, ...], list[int]] = {}
        known: dict[str, _Cut] = {}
        grid = paths.index(_GRID) if _GRID in paths and self.takes_marks else None
        for place, point in enumerate(points):
            for text in point:
                if text not in known:
                    known[text] = _cut(text)
            cut = [known[text] for text in point]
            if grid is not None:
                cut[grid] = self._kin(point[grid]) or cut[grid]
            groups.setdefault(tuple(cut), []).append(place)
        return groups

    def _kin(self, text: str) -> _Cut | None:
        """Return what a grid has in common with those that it may go with; None where it is none.

        This is for speed alone: what does not go together is told apart later.
        """
        if not _PLACE.fullmatch(text) or text in NULLS or len(text) > MAX_NAME:
            return None
        try:
            place, row = self.catalog.place(text), self.catalog.electricity(text)
        except (LookupError, InputError):
            return None
        region = place.region and place.region.region
        return _Cut((region, place.warns, row.basis, row.source, row.status, row.based_on), 1)

    def _together(
        self, paths: Sequence[str], points: Sequence[Point], places: list[int]
    ) -> dict[int, PointAccount]:
        """Return the outcome of points that differ in figures, but for those done alone."""
        import numpy as np

        from carbonctl.numbers.columns import split

        if len(places) < _FEW:
            return {}
        outcomes = {}
        work = partial(self._columns, paths, points)
        try:
            accounts = split(np.array(places), work)
        except _NoFigures as found:
            equal: dict[Point, list[int]] = {}
            for place in places:
                words = tuple(points[place][paths.index(path)] for path in found.paths)
                equal.setdefault(words, []).append(place)
            for some in equal.values():
                outcomes |= self._together(paths, points, some)
            return outcomes
        for rows, account in accounts:
            for row, place in enumerate(rows.tolist() if account else ()):
                outcomes[place] = account._replace(row=row)
        return outcomes

    def _columns(
        self, paths: Sequence[str], points: Sequence[Point], rows: Any
    ) -> PointAccount | None:
        """Return an account whose rows are some points; None where there is none.

        Raises
        ------
        Mixed, _NoFigures
            Where rows have to be done apart.
        """
        if len(rows) < _FEW:
            return None
        some = [points[row] for row in rows]
        try:
            return _Columns(self, paths, some).account()
        except (InputError, *_FAULTS):
            return None


class _NoFigures(Exception):
    """Texts at some paths seem to be figures and are words, such as the year of a site."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__()
        self.paths = paths


class _Columns:
    """Some points as one account, a row each.

    Parameters
    ----------
    accounts : Accounts
        Of the workload.
    paths : sequence of str
        What differs from point to point.
    points : sequence of Point
        The rows, which differ in figures and grids alone.
    """

    def __init__(self, accounts: Accounts, paths: Sequence[str], points: Sequence[Point]) -> None:
        self.accounts = accounts
        self.paths = paths
        self.points = points
        self.filled: dict[str, Filled] = {}
        columns = dict(zip(paths, zip(*points, strict=True), strict=True))
        self.differ = {path: texts for path, texts in columns.items() if len(set(texts)) > 1}
        self.grids = self.differ.pop(_GRID, None) if accounts.takes_marks else None

    def account(self) -> PointAccount:
        """Return it.

        Raises
        ------
        Mixed, _NoFigures
            Where rows have to be done apart.
        InputError, ArithmeticError, TypeError, ValueError
            Where some cannot be accounted for as columns.
        """
        settings = _settings(self.paths, self.points[0])
        accounts, words = self.accounts, None
        if self.grids is not None:
            if any(map(may_hold_marks, settings)):
                raise NotOneNumber
            many = self._many_grids()
            accounts = accounts.under(many)  # type: ignore[arg-type]
        result = accounts.account(settings, self._put)
        if self.grids is not None:
            words = self._words(result, many)
        require_limits(result.booked)
        result.total  # noqa: B018 - its range may have to be worked out apart for some rows
        self._require_taken()
        return PointAccount(result, words=words)

    def _require_taken(self) -> None:
        """Require that what was filled in was read as figures.

        Raises
        ------
        _NoFigures
            Where it was not.
        """
        words = [path for path, text in self.filled.items() if not text.is_taken]
        if words:
            raise _NoFigures(words)

    def _put(self, tree: Map) -> None:
        """Put columns in the place of figures that differ, and a mark in that of the grid."""
        if self.grids is not None:
            site: Any = tree.get("site")
            if not isinstance(site, Map) or site.get("grid") != self.grids[0]:
                raise NotOneNumber
            text = Text(mark(0))
            text.place = site["grid"].place
            site["grid"] = text
        for path, texts in self.differ.items():
            self.filled[path] = _filled(tree, path, texts)

    def _many_grids(self) -> ManyGrids:
        from carbonctl.account.many_grids import ManyGrids

        assert self.grids is not None
        return ManyGrids(self.accounts.catalog, {mark(0): self.grids}, 1)

    def _words(self, result: Result, many: ManyGrids) -> Words:
        from carbonctl.account.many_grids import require_unknowns_apart

        names = list(self.grids or ())
        words = Words(len(names), {mark(0): lambda: names, **many.words})
        require_unknowns_apart(result.booked, words)
        return words


class _Cut(NamedTuple):
    """A text without its figures, and how many these are."""

    rest: Hashable
    figures: int


def _cut(text: str) -> _Cut:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return _Cut(text, 0)
    return _Cut(match[3], 1 if match[2] is None else 2)


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
