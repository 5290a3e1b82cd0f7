"""Many points of one workload as one account, a row each: what may differ, and how it is put in.

Points go together where they differ in figures and in the grid of the site alone.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from carbonctl.catalog import Catalog
from carbonctl.catalog.regions import what_is_known
from carbonctl.errors import InputError
from carbonctl.ledger.entry import LARGEST, SMALLEST, Entry
from carbonctl.ledger.result import Result
from carbonctl.numbers.intervals import NotOneNumber, has_rows
from carbonctl.numbers.words import Words, mark, may_hold_marks
from carbonctl.spec import overrides as sets
from carbonctl.spec.filled import Filled, fill
from carbonctl.spec.paths import locate
from carbonctl.spec.scalars import MAX_NAME
from carbonctl.spec.tree import NULLS, Map, Text

if TYPE_CHECKING:
    from carbonctl.account.many_grids import ManyGrids
    from carbonctl.analysis.accounts import Accounts

# As many digits as leave a figure finite, and above 0 unless it is written as 0.
_FIGURE = r"[0-9]{1,20}(?:\.[0-9]{1,20})?(?!\d)(?:[eE][+-]?[0-9]{1,2}(?!\d))?"
_QUANTITY = re.compile(rf"({_FIGURE})(?:\.\.({_FIGURE}))?((?![\d_.eE])[^:{{}}\[\]]{{0,100}})")
GRID = "site.grid"  # the path of what may be a grid in each row
# A name that is one in YAML as it stands.
_PLACE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ /_-][A-Za-z0-9]+)*")

Point = tuple[str, ...]


class Cut(NamedTuple):
    """What points have to have in common in a text, and how many figures are in it."""

    rest: Hashable
    figures: int


def cut(text: str) -> Cut:
    """Return a text without its figures."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return Cut(text, 0)
    return Cut(match[3], 1 if match[2] is None else 2)


def kin(text: str, catalog: Catalog) -> Cut | None:
    """Return what a grid has in common with those that it may go with; None where it is none.

    This is for speed alone: points that do not go together are split later.
    """
    if not _PLACE.fullmatch(text) or text in NULLS or len(text) > MAX_NAME:
        return None
    try:
        place, row = catalog.place(text), catalog.electricity(text)
    except (LookupError, InputError):
        return None
    own = place.region and what_is_known(place.region)
    return Cut((own, place.warns, row.basis, row.source, row.status, row.based_on), 1)


class NoFigures(Exception):
    """Texts at some paths seem to be figures and are words, such as the year of a site."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__()
        self.paths = paths


class Columns:
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
        self.grids = self.differ.pop(GRID, None) if accounts.takes_marks else None

    def account(self) -> tuple[Result, Words | None]:
        """Return it, and the words that its texts have marks for.

        Raises
        ------
        Mixed, NoFigures
            Where rows have to be done apart.
        InputError, ArithmeticError, TypeError, ValueError
            Where some cannot be accounted for as columns.
        """
        accounts, words = self.accounts, None
        if self.grids is not None:
            if any(map(may_hold_marks, self.points[0])):
                raise NotOneNumber
            many = self._many_grids()
            accounts = accounts.under(many)  # type: ignore[arg-type]
        result = accounts.at(self.paths, self.points[0], self._put)
        if self.grids is not None:
            words = self._words(result, many)
        require_limits(result.booked)
        result.total  # noqa: B018 - its range may have to be worked out apart for some rows
        self._require_taken()
        return result, words

    def _require_taken(self) -> None:
        """Require that what was filled in was read as figures.

        Raises
        ------
        NoFigures
            Where it was not.
        """
        words = [path for path, text in self.filled.items() if not text.is_taken]
        if words:
            raise NoFigures(words)

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
