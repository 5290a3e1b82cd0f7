"""Cuts the text of a workload into its fixed parts and its holes: names, grids and figures.

This module sees only the text. A hole may turn out to be something else, such as an id that
begins with a digit; `carbonctl.batch.filling` checks that when the workload is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import count
from typing import Any, NamedTuple, TypeAlias

from carbonctl.inputs.documents import Document
from carbonctl.numbers.words import MARK, mark, may_hold_marks
from carbonctl.spec.fields import name_of
from carbonctl.spec.scalars import MAX_NAME
from carbonctl.spec.tree import NULLS

_MAX_BYTES = 16 * 1024  # of a workload; a larger one is worth its own account
_OTHER = b'"carbonctl.'  # in what is a result and no workload

# As many digits as leave a figure finite, and above 0 unless it is written as 0.
_FIGURE = r"[0-9]{1,20}(?:\.[0-9]{1,20})?(?!\d)(?:[eE][+-]?[0-9]{1,2}(?!\d))?"
_RANGE = rf"({_FIGURE})(?:\.\.({_FIGURE}))?"
_LETTERS = r'[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]*'
_QUOTED = rf"({_LETTERS}(?:\\.{_LETTERS})*)"
_WORDS = r"([A-Za-z](?:[A-Za-z0-9 ,._()/-]*[A-Za-z0-9)])?)"
_ZONE = r"([A-Za-z][A-Za-z0-9-]*)"  # a cloud region, with its slash, is no hole
# By whether a text is JSON. The groups: a name, a grid, what stands before a figure, the figure,
# and the second one of a range.
_CUTTERS = {
    True: re.compile(rf'"(?:name": ?"{_QUOTED}(?=")|grid": ?"{_ZONE}(?=")|(: ?"?){_RANGE})'),
    False: re.compile(
        rf"(?:\bname: {_WORDS}$|\bgrid: {_ZONE}(?=[,}}\n])|(: [\"']?){_RANGE})", re.M
    ),
}
_GROUPS = 5
_NAME, _GRID, _BEFORE, _, _SECOND = range(_GROUPS)
_PLAIN = re.compile(r"\w(?:[\w ,._()/-]*[\w)])?")

# The fixed parts of a text, what stands before its figures, how many of the holes are no names,
# and which of the figures are ranges.
Key: TypeAlias = tuple[str | int | None, ...]


class Cut(NamedTuple):
    """One of some workloads with the same fixed parts.

    Attributes
    ----------
    place : int
        Which of the documents it is.
    document : Document
        The document.
    holes : list
        What stands in the holes, names as they are read; None in those that are not there.
    """

    place: int
    document: Document
    holes: list[Any]


class Group(NamedTuple):
    """Workloads with the same fixed parts.

    Attributes
    ----------
    text : str
        The first of them.
    names, grids : tuple of int
        The holes that may be names, and those that may be grids.
    cuts : list of Cut
        All of them.
    """

    text: str
    names: tuple[int, ...]
    grids: tuple[int, ...]
    cuts: list[Cut]

    def grids_of(self, cut: Cut) -> tuple[str, ...]:
        """Return the grids of one of them."""
        return tuple([cut.holes[hole] for hole in self.grids]) if self.grids else ()


def groups(documents: Iterable[Document]) -> dict[Key, Group]:
    """Return the workloads that can be cut, by their fixed parts."""
    by_key: dict[Key, Group] = {}
    for place, document in enumerate(documents):
        data = document.data
        if len(data) > _MAX_BYTES or _OTHER in data:
            continue
        try:
            text = data.decode().removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        holes: list[Any] = _cutter(text).split(text)
        key: Key = tuple(holes[:: _GROUPS + 1])
        del holes[:: _GROUPS + 1]
        key += (*holes[_BEFORE::_GROUPS], holes[_NAME::_GROUPS].count(None))
        seconds = holes[_SECOND::_GROUPS]
        if seconds.count(None) < len(seconds):
            key += tuple(second and "" for second in seconds)
        group = by_key.get(key)
        if group is None:
            names, grids = (
                tuple(n for n in range(kind, len(holes), _GROUPS) if holes[n] is not None)
                for kind in (_NAME, _GRID)
            )
            group = by_key[key] = Group(text, names, grids, [])
        for hole in group.names:
            name = holes[hole]
            if name is None:  # a grid stands there
                break
            if not _PLAIN.fullmatch(name) or len(name) > MAX_NAME or name in NULLS or MARK in name:
                holes[hole] = _read(name) if text.startswith("{") else None
                if holes[hole] is None:
                    break
        else:
            group.cuts.append(Cut(place, document, holes))
    return by_key


def marked(text: str) -> str | None:
    """Return a text with the mark of each hole in its place; None where it holds marks already."""

    def put(match: re.Match[str]) -> str:
        start, whole, first = match.start(), match[0], next(holes)
        for group in range(_GROUPS, 0, -1):  # from behind, so that places stay true
            if match[group] is not None and group - 1 != _BEFORE:
                before, after = match.start(group) - start, match.end(group) - start
                whole = whole[:before] + mark(first + group - 1) + whole[after:]
        return whole

    holes = count(0, _GROUPS)
    return None if may_hold_marks(text) else _cutter(text).sub(put, text)


def _cutter(text: str) -> re.Pattern[str]:
    return _CUTTERS[text.startswith("{")]


def _read(name: str) -> str | None:
    """Return a name of JSON as it is read; None where it is none."""
    try:
        read: str = json.loads(f'"{name}"')
        return read if name_of(read) == read and MARK not in read else None
    except ValueError:
        return None
