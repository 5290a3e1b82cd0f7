"""Workloads that differ in their figures and names alone are accounted for together.

Those whose text has the same fixed parts (`carbonctl.batch.cutting`) have one *shape*. They are
read into one workload whose figures are columns, accounted for once, and written row by row.
Rows that a condition tells apart are parted and go again. What cannot be done so, because a text
is made of its figures or because it is faulty, is left to the ordinary way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from carbonctl import estimators
from carbonctl.account import result_of
from carbonctl.batch.cutting import Cut, Group, Key, groups, marked
from carbonctl.batch.grids import ManyGrids
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.inputs.documents import Document
from carbonctl.ledger.entry import LARGEST, SMALLEST, Entry
from carbonctl.ledger.result import Result
from carbonctl.numbers.columns import Column, split, within
from carbonctl.numbers.intervals import Mixed, NotOneNumber, has_rows
from carbonctl.render import LineRenderer
from carbonctl.render.by_row import MARK, Rows, mark
from carbonctl.spec.filled import Filled, fill
from carbonctl.spec.load import load_tree
from carbonctl.spec.model import PHASES
from carbonctl.spec.overrides import parse_override
from carbonctl.spec.tree import Map, Seq, Text, parse

if TYPE_CHECKING:
    from carbonctl.analysis.gates import Verdict
    from carbonctl.analysis.gates.rules import Gates

_FEW = 3  # workloads of one shape that are not worth an account of columns
_TRIES = 3  # in vain, before a shape is left to the ordinary way
_MOST = 10_000  # shapes that are remembered
_LONGEST_REST = 100  # characters beside a figure: with more, a longer figure may be refused

_MARKS = re.compile(f"{MARK}([0-9]+){MARK}")
# Not of a clock's time.
_QUANTITY = re.compile(
    rf"{MARK}([0-9]+){MARK}(?:\.\.{MARK}([0-9]+){MARK})?(?![0-9_.eE])[^{MARK}:]{{0,{_LONGEST_REST}}}"
)


class Alike(NamedTuple):
    """What comes of workloads that were accounted for together.

    Attributes
    ----------
    texts : tuple of list of str
        For each output the lines of each row.
    cautions : sequence of tuple of Caution
        The warnings of each row.
    verdicts : dict
        Those of a row, where there is one that is to be told.
    entries : int
        How many entries each row has.
    kin : tuple
        What their grids have in common.
    """

    texts: tuple[list[str], ...]
    cautions: Sequence[tuple[Caution, ...]]
    verdicts: dict[int, list[Verdict]]
    entries: int
    kin: tuple[Any, ...]


class Answer(NamedTuple):
    """What comes of one workload: a row of what was done together."""

    alike: Alike
    row: int


class _Bound(Exception):
    """Holes that are neither names nor figures, and that differ among the rows."""

    def __init__(self, holes: Iterable[int]) -> None:
        super().__init__()
        self.holes = frozenset(holes)


class _Shape:
    """What is known of the workloads with some fixed parts.

    Attributes
    ----------
    text : str or None
        With a mark for each hole.
    bound : frozenset of int
        Holes that have to be equal.
    kin : dict
        What rows on some grids have in common with others that go with them.
    failures : int
        How often no account of columns was possible.
    """

    def __init__(self, text: str) -> None:
        self.text = marked(text)
        self.bound: frozenset[int] = frozenset()
        self.kin: dict[tuple[str, ...], tuple[Any, ...]] = {}
        self.failures = 0 if self.text else _TRIES


class Shapes:
    """Finds the workloads that are alike, and accounts for them.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    overrides : tuple of str
        ``PATH=VALUE`` of ``--set``.
    gates : Gates or None
        The rules.
    renderers : sequence of LineRenderer
        What writes each output.
    """

    def __init__(
        self,
        catalog: Catalog,
        overrides: tuple[str, ...],
        gates: Gates | None,
        renderers: Sequence[LineRenderer],
    ) -> None:
        self.catalog = catalog
        self.overrides = overrides
        self.gates = gates
        self.renderers = renderers
        self.known: dict[Key, _Shape] = {}
        firsts = {parse_override(text)[0][0].strip() for text in overrides}
        self.may_name = firsts.isdisjoint(("phases", *PHASES))  # paths name activities

    def answers(self, documents: Sequence[Document]) -> tuple[list[Answer | None], int]:
        """Return what comes of each document, None where it goes the ordinary way.

        Returns
        -------
        answers : list of Answer or None
            In the order of the documents.
        shapes : int
            How many there are among them.
        """
        answers: list[Answer | None] = [None] * len(documents)
        shapes = 0
        for key, group in groups(documents).items():
            if len(group.cuts) >= _FEW:
                if len(self.known) >= _MOST and key not in self.known:
                    self.known.clear()
                if key not in self.known:
                    self.known[key] = _Shape(group.text)
                shapes += self._answer(self.known[key], group, answers)
            else:
                shapes += 1
        return answers, shapes

    def _answer(self, shape: _Shape, group: Group, answers: list[Answer | None]) -> int:
        """Account for workloads of one shape, and put what comes of each in its place.

        Returns how many shapes they have when all that is bound is fixed.
        """
        equal: dict[Any, list[Cut]] = {}
        for cut in group.cuts:
            bound = tuple([cut.holes[hole] for hole in shape.bound])
            equal.setdefault((bound, shape.kin.get(group.grids_of(cut))), []).append(cut)
        shapes = len(equal)
        for cuts in equal.values():
            if len(cuts) < _FEW or shape.failures >= _TRIES:
                continue
            part = partial(self._part, shape, group, cuts)
            try:
                parts = split(np.arange(len(cuts)), part)
            except _Bound as found:
                shape.bound |= found.holes
                shapes += self._answer(shape, group._replace(cuts=cuts), answers) - 1
                continue
            shape.failures += not any(alike for _, alike in parts)
            for rows, alike in parts:
                if alike is not None:
                    for row, number in enumerate(rows.tolist()):
                        answers[cuts[number].place] = Answer(alike, row)
                        if group.grids:
                            shape.kin[group.grids_of(cuts[number])] = alike.kin
        return shapes

    def _part(self, shape: _Shape, group: Group, cuts: list[Cut], rows: Any) -> Alike | None:
        """Account for some workloads at once; None where the ordinary way is needed.

        Raises
        ------
        Mixed, _Bound
            Where they cannot be done together.
        """
        if len(rows) < _FEW:
            return None
        reading = _Reading(shape, group, [cuts[row] for row in rows], self.may_name)
        try:
            return self._account(reading)
        except (InputError, NotOneNumber):
            return None

    def _account(self, reading: _Reading) -> Alike:
        cuts = reading.cuts
        file, problems = cuts[0].document.file, list[Problem]()
        tree = reading.tree(problems)
        catalog: Any = ManyGrids(self.catalog, reading.grids)
        loaded = load_tree(tree, problems, file, estimators, catalog, self.overrides)
        reading.require_taken(loaded.tree)
        label, digest = mark(len(cuts[0].holes)), mark(len(cuts[0].holes) + 1)
        result = result_of(loaded, catalog, label, digest)
        _require_limits(result.entries)
        workload = loaded.workload
        result._spec = lambda: workload.model_dump(by_alias=True, exclude_none=True)
        words: dict[str, Callable[[], list[str]]] = {
            **reading.words,
            label: lambda: [cut.document.label for cut in cuts],
            digest: lambda: [sha256(cut.document.data).hexdigest() for cut in cuts],
        }
        rows = Rows(len(cuts), words)
        texts = tuple(renderer.texts(result, rows) for renderer in self.renderers)
        verdicts = self.gates.judge_rows(result, rows.count) if self.gates else {}
        for row, some in verdicts.items():
            some[:] = [one._replace(subject=cuts[row].document.label) for one in some]
        kin = tuple(catalog.common)
        return Alike(texts, _cautions(result, rows), verdicts, len(result.entries), kin)


def _require_limits(entries: Sequence[Entry]) -> None:
    """Require that the figures of some entries are within the limits.

    Raises
    ------
    Mixed
        Where those of some rows are not.
    NotOneNumber
        Where none are: each row is told of by itself.
    """
    figures = (
        number
        for entry in entries
        for numbers in (entry, *((v.best, v.low, v.high) for v in entry.inputs))
        for number in numbers
        if has_rows(number)
    )
    columns = {id(number): number for number in figures}
    if columns and not within(list(columns.values()), SMALLEST, LARGEST):
        raise NotOneNumber


def _cautions(result: Result, rows: Rows) -> Sequence[tuple[Caution, ...]]:
    """Return the warnings of a result, row by row."""
    if all(rows.text(one) is None for one in result.warnings):
        return [result.warnings] * rows.count
    found = []
    for one in result.warnings:
        words = map(rows.each, (one.message, one.path, one.kind))
        found.append(
            [
                Caution(message, path, kind=kind, vital=one.vital)
                for message, path, kind in zip(*words, strict=True)
            ]
        )
    return list(zip(*found, strict=True))


class _Reading:
    """Puts the figures and the names of many workloads into the tree of their shape.

    Parameters
    ----------
    shape : _Shape
        What they have in common.
    group : Group
        Says which holes may be names, and which ones grids.
    cuts : list of Cut
        The workloads.
    may_name : bool
        Whether names of activities may differ.
    """

    def __init__(self, shape: _Shape, group: Group, cuts: list[Cut], may_name: bool) -> None:
        self.shape = shape
        self.group = group
        self.cuts = cuts
        self.columns = list(zip(*(cut.holes for cut in cuts), strict=True))
        self.may_name = may_name
        self.words: dict[str, Callable[[], list[str]]] = {}
        self.grids: dict[str, tuple[str, ...]] = {}
        self.filled: list[tuple[Filled, tuple[int, ...]]] = []
        self.used: set[int] = set()

    def tree(self, problems: list[Problem]) -> Map:
        """Return the workload of the first row, with columns for figures and marks for names.

        Raises
        ------
        _Bound
            Where a hole that differs is neither.
        NotOneNumber
            Where there is no such tree.
        """
        document = self.cuts[0].document
        lines: Any = Column([cut.document.line for cut in self.cuts], int)
        tree = parse(self.shape.text or "", document.file, problems=problems, first=lines)
        if problems or not isinstance(tree, Map):
            raise NotOneNumber
        activities = _activities(tree)
        named = {id(node) for nodes in activities for node in nodes} if self.may_name else set()
        self.put_all(tree, {id(tree), *named})
        self.require_equal(set(range(len(self.cuts[0].holes))) - self.used)
        for nodes in activities:
            self.require_distinct(nodes)
        return tree

    def put_all(self, tree: Map, named: set[int]) -> None:
        """Put in the place of each mark what stands there; nodes that are ``named`` have names."""
        nodes: list[tuple[Any, bool]] = [(tree, False)]
        while nodes:
            node, is_listed = nodes.pop()
            for key, value in list(node.items() if isinstance(node, Map) else enumerate(node)):
                if isinstance(value, Map | Seq):
                    nodes.append((value, isinstance(node, Seq)))
                elif type(value) is Text and MARK in value:
                    holes = tuple(int(found) for found in _MARKS.findall(value))
                    if key == "name" and holes[0] in self.group.names:
                        self.put_word(node, key, holes[0], may_differ=id(node) in named)
                    elif key == "grid" and holes[0] in self.group.grids:
                        self.put_word(node, key, holes[0], may_differ=not is_listed)
                    else:
                        self.put_figures(node, key, holes)

    def put_first(self, node: Any, key: Any) -> Text:
        """Put a text as the first row has it."""
        written = _MARKS.sub(lambda found: self.cuts[0].holes[int(found[1])], node[key])
        text = Text(written)
        text.place = node[key].place
        node[key] = text
        return text

    def put_word(self, node: Any, key: Any, hole: int, *, may_differ: bool) -> None:
        """Leave the mark of a name or of a grid that differs.

        Of several sites the grid is what tells them apart, and so it is fixed.
        """
        words = self.columns[hole]
        if not may_differ or hole in self.shape.bound or len(set(words)) == 1:
            self.put_first(node, key)
            return
        self.words[node[key]] = lambda: list(words)
        if key == "grid":
            self.grids[node[key]] = words
        self.used.add(hole)

    def put_figures(self, node: Any, key: Any, holes: tuple[int, ...]) -> None:
        """Put columns in the place of figures that differ."""
        others = (*self.shape.bound, *self.group.names, *self.group.grids)
        may_differ = _QUANTITY.fullmatch(node[key]) and set(holes).isdisjoint(others)
        self.put_first(node, key)
        columns = [self.columns[hole] for hole in holes]
        if may_differ and any(len(set(column)) > 1 for column in columns):
            self.used.update(holes)
            figures = (Column(list(map(float, column))) for column in columns)
            self.filled.append((fill(node, key, *figures), holes))

    def require_equal(self, holes: set[int]) -> None:
        """Require that what stands in some holes is the same in all rows.

        Raises
        ------
        _Bound
            Naming those where it is not.
        """
        differ = [hole for hole in holes if len(set(self.columns[hole])) > 1]
        if differ:
            raise _Bound(differ)

    def require_taken(self, tree: Map) -> None:
        """Require that what was filled in was read as figures, unless an override hides it."""
        left = {id(text): holes for text, holes in self.filled if not text.is_taken}
        nodes: list[Any] = [tree] if left else []
        while nodes:
            node = nodes.pop()
            for value in node.values() if isinstance(node, Map) else node:
                if isinstance(value, Map | Seq):
                    nodes.append(value)
                elif id(value) in left:
                    self.require_equal(set(left[id(value)]))

    def require_distinct(self, activities: list[Map]) -> None:
        """Require that activities of one phase have names that differ.

        Raises
        ------
        Mixed
            Where some rows have one twice.
        NotOneNumber
            Where all have, or an activity without a name would be given one.
        """
        names = [node.get("name") for node in activities]
        if len(names) < 2 or not any(name in self.words for name in names):
            return
        if None in names:
            raise NotOneNumber
        columns = [
            self.words[name]() if name in self.words else [name] * len(self.cuts) for name in names
        ]
        are_distinct = np.array([len(set(row)) == len(row) for row in zip(*columns, strict=True)])
        if not are_distinct.any():
            raise NotOneNumber
        if not are_distinct.all():
            raise Mixed(are_distinct)


def _activities(tree: Map) -> list[list[Map]]:
    """Return the nodes of a tree that describe activities, phase by phase."""
    phases = tree.get("phases")
    lists = list(phases.values()) if isinstance(phases, Map) else []
    return [[one for one in nodes if isinstance(one, Map)] for nodes in lists if type(nodes) is Seq]
