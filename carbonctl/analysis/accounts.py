"""Accounts of one workload made again with other values: as it stands, and at many points.

A point is a value for each of some paths. Points that differ only in their figures, and in the
grid of the site, are accounted for together, as columns; where that is not possible, and for other
ids and words, each by itself. Both ways give the same numbers and words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

from carbonctl import estimators
from carbonctl.account import result_of
from carbonctl.account.changes import NONE, Changes
from carbonctl.analysis.columns import GRID, Columns, Cut, NoFigures, Point, cut, kin
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.ledger.entry import Totals
from carbonctl.ledger.result import Result
from carbonctl.numbers.words import Words, may_hold_marks
from carbonctl.spec import overrides as sets
from carbonctl.spec.load import load_tree
from carbonctl.spec.paths import find_item, item_names, locate
from carbonctl.spec.tree import Map, Node, Seq, Text, copy_of, decode, parse

_PHASE = 2  # keys that lead to the list of a phase
_FEW = 3  # points that are not worth an account of columns
_FAULTS = (ArithmeticError, TypeError, ValueError)  # where columns cannot go on


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
    are_own : bool
        Whether the values of points are the workload's own, below the overrides, and not changes
        of it.

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
        *,
        are_own: bool = False,
    ) -> None:
        self.file = file
        self.label = label
        self.catalog = catalog
        self.overrides = overrides
        self.first = first
        self.are_own = are_own
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
        return self._account(copy_of(self.tree), overrides, edit, changes)

    def _account(
        self,
        tree: Node,
        overrides: tuple[str, ...] = (),
        edit: Callable[[Map], None] | None = None,
        changes: Changes = NONE,
    ) -> Result:
        loaded = load_tree(
            tree, list(self.problems), self.file, estimators, self.catalog,
            (*self.overrides, *overrides), self.first, edit,
        )  # fmt: skip
        return result_of(loaded, self.catalog, self.label, self.digest, changes)

    def at(
        self, paths: Sequence[str], point: Point, edit: Callable[[Map], None] | None = None
    ) -> Result:
        """Return the account at one point.

        Parameters
        ----------
        paths : sequence of str
            What differs from point to point.
        point : Point
            The texts for them.
        edit : callable, optional
            As `account` has it; of the tree with the values of the point.

        Raises
        ------
        InputError
            Where the workload is not in order then.
        """
        if not self.are_own:
            return self.account(_settings(paths, point), edit)
        tree = copy_of(self.tree)
        for path, text in zip(paths, point, strict=True):
            _write(tree, path, text)
        if edit is not None:
            edit(tree)
        return self._account(tree)

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
            return PointAccount(self.at(paths, point))
        except InputError as error:
            return PointAccount(None, error=error)

    def outcomes(self, paths: Sequence[str], points: Sequence[Point]) -> list[PointAccount]:
        """Return what comes of some points, in their order."""
        outcomes: dict[int, PointAccount] = {}
        for alike, places in self._alike(paths, points).items():
            if len(places) >= _FEW and any(part.figures for part in alike):
                outcomes |= self._together(paths, points, places)
        return [
            outcomes.get(place) or self.outcome(paths, point) for place, point in enumerate(points)
        ]

    def _alike(
        self, paths: Sequence[str], points: Iterable[Point]
    ) -> dict[tuple[Cut, ...], list[int]]:
        """Return the places of points that differ in nothing but figures and grids."""
        groups: dict[tuple[Cut, ...], list[int]] = {}
        known: dict[str, Cut] = {}
        grid = paths.index(GRID) if GRID in paths and self.takes_marks else None
        for place, point in enumerate(points):
            for text in point:
                if text not in known:
                    known[text] = cut(text)
            alike = [known[text] for text in point]
            if grid is not None:
                alike[grid] = kin(point[grid], self.catalog) or alike[grid]
            groups.setdefault(tuple(alike), []).append(place)
        return groups

    def _together(
        self, paths: Sequence[str], points: Sequence[Point], places: list[int]
    ) -> dict[int, PointAccount]:
        """Return the outcome of points that differ in figures, but for those done alone."""
        import numpy as np

        from carbonctl.numbers.columns import split

        if len(places) < _FEW:
            return {}
        outcomes: dict[int, PointAccount] = {}
        work = partial(self._columns, paths, points)
        try:
            accounts = split(np.array(places), work)
        except NoFigures as found:
            equal: dict[Point, list[int]] = {}
            for place in places:
                words = tuple(points[place][paths.index(path)] for path in found.paths)
                equal.setdefault(words, []).append(place)
            for some in equal.values():
                outcomes |= self._together(paths, points, some)
            return outcomes
        for rows, account in accounts:
            if account is not None:
                for row, place in enumerate(rows.tolist()):
                    outcomes[place] = account._replace(row=row)
        return outcomes

    def _columns(
        self, paths: Sequence[str], points: Sequence[Point], rows: Any
    ) -> PointAccount | None:
        """Return an account whose rows are some points; None where there is none.

        Raises
        ------
        Mixed, NoFigures
            Where rows have to be done apart.
        """
        if len(rows) < _FEW:
            return None
        some = [points[row] for row in rows]
        try:
            result, words = Columns(self, paths, some).account()
        except (InputError, *_FAULTS):
            return None
        return PointAccount(result, words=words)


def _settings(paths: Sequence[str], point: Point) -> tuple[str, ...]:
    return tuple(f"{path}={text}" for path, text in zip(paths, point, strict=True))


def _write(tree: Map, path: str, text: str) -> None:
    """Put a text in the place of the scalar at a path, in a copy of what holds it."""
    keys = locate(tree, sets.path_of(tree, path))[2]
    node: Any = tree
    for key in keys[:-1]:
        node[key] = copy_of(node[key])
        node = node[key]
    written = Text(text)
    written.place = node[keys[-1]].place
    node[keys[-1]] = written
