"""A workload given as Python values, as the tree that a file of the same words would give.

It goes the road of a file: a scalar becomes text, and its field decides what it is. The
limits of depth and size are those of a file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from carbonctl.errors import InputError, Problem
from carbonctl.spec.tree import MAX_DEPTH, MAX_VALUES, Map, Node, Place, Seq, Text, new_map

_BEYOND = 10**300  # a float holds a little more
_WANTED = "a spec holds text, numbers, True and False, lists and dicts"


def tree(spec: Mapping[str, Any], name: str) -> Map:
    """Return the located tree of a workload, every place of which is ``name`` alone.

    Parameters
    ----------
    spec : mapping
        Of words to text, numbers, True, False, None, lists, tuples and mappings; scalars
        of NumPy are taken as Python's.
    name : str
        What messages call it.

    Raises
    ------
    InputError
        With the path of every value that is of another type, or not finite.
    """
    reader = _Reader(name)
    node = reader.mapping(spec, ())
    node.nulls = True  # there may be some: then they are looked for
    if reader.problems:
        raise InputError(reader.problems)
    return node


class _Reader:
    """Turns values into nodes and collects what cannot be one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.place = Place(1, 1, origin=name)
        self.problems: list[Problem] = []
        self.values = 0

    def problem(self, path: tuple[Any, ...], message: str) -> Problem:
        return Problem(self.name, None, None, message, ".".join(map(str, path)))

    def node(self, raw: Any, path: tuple[Any, ...]) -> Node:
        self.values += 1
        if self.values > MAX_VALUES:
            raise InputError([self.problem((), f"more than {MAX_VALUES:,} values")])
        if raw is None:
            return None
        if isinstance(raw, Mapping | list | tuple):
            if len(path) >= MAX_DEPTH:
                message = f"nested more than {MAX_DEPTH} levels deep"
                raise InputError([self.problem(path[:1], message)])
            return self.mapping(raw, path) if isinstance(raw, Mapping) else self.items(raw, path)
        try:
            text = Text(written(raw))
        except ValueError as error:
            self.problems.append(self.problem(path, str(error)))
            return None
        text.place = self.place
        return text

    def mapping(self, raw: Mapping[Any, Any], path: tuple[Any, ...]) -> Map:
        node = new_map(self.place)
        for key, value in raw.items():
            try:
                if not isinstance(key, str):
                    said = f"a key must be a text, not `{type(key).__name__}`: {str(key)[:40]}"
                    raise ValueError(said)
                word = written(key)
            except ValueError as error:
                self.problems.append(self.problem(path, str(error)))
                continue
            node[word] = self.node(value, (*path, word))
            node.keys_at[word] = self.place
        return node

    def items(self, raw: list[Any] | tuple[Any, ...], path: tuple[Any, ...]) -> Seq:
        node = Seq(self.node(item, (*path, place)) for place, item in enumerate(raw))
        node.place = self.place
        return node


def written(raw: Any) -> str:
    """Return a scalar as a file would hold it; a number so that it reads back exactly.

    Raises
    ------
    ValueError
        Where it is none, or no finite number.

    Examples
    --------
    >>> written(0.1), written(True), written("012")
    ('0.1', 'true', '012')
    """
    if isinstance(raw, str):
        text = str.__str__(raw)  # not what a class derived from it shows
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{ascii(text)[:40]} holds half a character") from None
        return text
    if getattr(raw, "shape", None) == () and hasattr(raw, "item"):
        raw = raw.item()
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int):
        if abs(raw) >= _BEYOND:
            raise ValueError("a number of more than 300 digits is beyond what can be meant")
        return int.__repr__(raw)
    if isinstance(raw, float):
        if not math.isfinite(raw):
            raise ValueError(f"{raw} is not a finite number; leave out what is not known")
        return float.__repr__(raw)
    if isinstance(raw, date):
        raise ValueError(f"a date ({raw}) is no value of a spec; a year is a number such as 2024")
    raise ValueError(f"`{type(raw).__name__}` is no type of a value; {_WANTED}")
