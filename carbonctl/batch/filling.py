"""Many workloads of one shape as one: the tree of the first, with columns for their figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from carbonctl.batch.cutting import Cut, Group, marked
from carbonctl.errors import Problem
from carbonctl.numbers.columns import Column
from carbonctl.numbers.intervals import Mixed, NotOneNumber
from carbonctl.numbers.words import MARK, mark
from carbonctl.spec.filled import Filled, fill
from carbonctl.spec.tree import Map, Seq, Text, parse

_TRIES = 3  # failures after which workloads of a shape are computed one by one
_LONGEST_REST = 100  # characters beside a figure: with more, a longer figure may be refused

_MARKS = re.compile(f"{MARK}([0-9]+){MARK}")
# Not of a clock's time.
_QUANTITY = re.compile(
    rf"{MARK}([0-9]+){MARK}(?:\.\.{MARK}([0-9]+){MARK})?(?![\d_.eE])[^{MARK}:]{{0,{_LONGEST_REST}}}"
)


class Bound(Exception):
    """Holes that are neither names nor figures, and that differ among the rows."""

    def __init__(self, holes: Iterable[int]) -> None:
        super().__init__()
        self.holes = frozenset(holes)


class Shape:
    """What is known of the workloads with some fixed parts.

    Attributes
    ----------
    text : str or None
        With a mark for each hole.
    bound : frozenset of int
        Holes that have to be equal.
    kin : dict
        What rows on some grids have in common with others that go with them.
    failures : Counter
        How often no account of columns was possible, by what stands in the bound holes.
    """

    def __init__(self, text: str) -> None:
        self.text = marked(text)
        self.bound: frozenset[int] = frozenset()
        self.kin: dict[tuple[str, ...], tuple[Any, ...]] = {}
        self.failures: Counter[tuple[str, ...]] = Counter()

    @property
    def size(self) -> int:
        """How much is remembered of it."""
        return len(self.kin) + len(self.failures)

    def held(self, cut: Cut) -> tuple[str, ...]:
        """Return what stands in the bound holes of a workload."""
        return tuple([cut.holes[hole] for hole in self.bound])

    def is_hopeless(self, held: tuple[str, ...]) -> bool:
        """Return whether such workloads are computed one by one."""
        return self.text is None or self.failures[held] >= _TRIES


class Reading:
    """Puts the figures and the names of many workloads into the tree of their shape.

    Parameters
    ----------
    shape : Shape
        What they have in common.
    group : Group
        Says which holes may be names, and which ones grids.
    cuts : list of Cut
        The workloads.
    may_name : bool
        Whether names of activities may differ.
    """

    def __init__(self, shape: Shape, group: Group, cuts: list[Cut], may_name: bool) -> None:
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
        Bound
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
                if isinstance(key, str) and MARK in key:
                    raise NotOneNumber
                if isinstance(value, Map | Seq):
                    nodes.append((value, isinstance(node, Seq)))
                elif type(value) is Text and MARK in value:
                    holes = tuple(int(number) for number in _MARKS.findall(value))
                    if key == "name" and holes[0] in self.group.names:
                        self.put_word(node, key, holes[0], may_differ=id(node) in named)
                    elif key == "grid" and holes[0] in self.group.grids:
                        self.put_word(node, key, holes[0], may_differ=not is_listed)
                    else:
                        self.put_figures(node, key, holes)

    def put_first(self, node: Any, key: Any) -> Text:
        """Put a text as the first row has it."""
        written = _MARKS.sub(lambda match: self.cuts[0].holes[int(match[1])], node[key])
        text = Text(written)
        text.place = node[key].place
        node[key] = text
        return text

    def put_word(self, node: Any, key: Any, hole: int, *, may_differ: bool) -> None:
        """Leave the mark of a name or of a grid that differs.

        Of several sites the grid is what tells them apart, and so it is fixed.

        Raises
        ------
        NotOneNumber
            Where more than the name stands there.
        """
        if node[key] != mark(hole):
            raise NotOneNumber
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
        Bound
            Naming those where it is not.
        """
        differ = [hole for hole in holes if len(set(self.columns[hole])) > 1]
        if differ:
            raise Bound(differ)

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
    return [
        [node for node in nodes if isinstance(node, Map)] for nodes in lists if type(nodes) is Seq
    ]
