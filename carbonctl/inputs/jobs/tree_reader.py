"""Reads a located tree of mappings and texts, and collects every problem with its place."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeAlias

from carbonctl.errors import Problem
from carbonctl.spec import tree
from carbonctl.spec.tree import Place, Seq, Text
from carbonctl.spec.validation import nearest_key, problem_at

Loc: TypeAlias = tuple[Any, ...]


class TreeReader:
    """Reads the parts of one tree.

    Parameters
    ----------
    root : Map
        The tree.
    file : str
        What messages call it.
    problems : list of Problem
        Takes what is wrong.
    """

    def __init__(self, root: tree.Map, file: str, problems: list[Problem]) -> None:
        self.root = root
        self.file = file
        self.problems = problems

    def problem(self, loc: Loc, message: str, *, key: bool = False) -> None:
        """Note what is wrong at a place; with ``key=True`` at its key."""
        self.problems.append(problem_at(self.root, self.file, loc, message, key=key))

    def checked(self, loc: Loc, check: Callable[[], Any]) -> Any:
        """Return what a check returns; None, and a problem at a place, where it fails."""
        try:
            return check()
        except ValueError as error:
            self.problem(loc, str(error))
            return None

    def unknown(self, loc: Loc, mapping: tree.Map, known: Collection[str]) -> None:
        """Note the keys of a mapping that are not known, with the nearest that are."""
        for name in mapping:
            if name not in known and name != "<<":  # which is a problem of its own
                close = nearest_key(name, list(known))
                self.problem((*loc, name), f"unknown key `{name}`{close}", key=True)

    def nulls(self) -> None:
        """Note keys without a value."""
        nodes: list[tuple[Loc, Any]] = [((), self.root)] if self.root.nulls else []
        seen: set[int] = set()
        while nodes:
            loc, node = nodes.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            for key, value in node.items() if isinstance(node, tree.Map) else enumerate(node):
                if isinstance(value, tree.Map | Seq):
                    nodes.append(((*loc, key), value))
                elif value is None:
                    self.problem((*loc, key), f"`{key}` has no value; give one or take it out")

    def mapping(self, loc: Loc, node: Any, example: str) -> tree.Map:
        """Return a mapping; an empty one, and a problem, where it is something else."""
        if isinstance(node, tree.Map):
            return node
        if node is not None:
            self.problem(loc, f"{_name(loc)}: a mapping is wanted here, such as {example}")
        return tree.new_map(Place(1, 1))

    def part(self, key: str, example: str) -> tree.Map:
        """Return the mapping under a key of the root."""
        given = self.mapping((key,), self.root.get(key), example)
        for name in given:
            if not name.strip():
                message = f"a name in `{key}` is empty; write one, as in {example}"
                self.problem((key, name), message, key=True)
        return given

    def text(self, loc: Loc, node: Any, example: str) -> str | None:
        """Return a text, with its place; None, and a problem, where it is something else."""
        if isinstance(node, Text) and node.strip():
            return node
        if isinstance(node, Text):
            self.problem(loc, f"{_name(loc)} is empty; write a text, such as {example}")
        elif node is not None:
            self.problem(loc, f"{_name(loc)}: a text is wanted here, such as {example}")
        return None

    def items(self, key: str, example: str) -> list[tuple[int, tree.Map]]:
        """Return the mappings in the list under a key of the root, with their numbers."""
        node = self.root.get(key)
        if node is not None and not isinstance(node, Seq):
            self.problem((key,), f"{key}: a list is wanted here, such as [{example}]")
        items = list(enumerate(node if isinstance(node, Seq) else ()))
        wrong = {number for number, item in items if not isinstance(item, tree.Map)}
        for number in wrong:
            self.mapping((key, number), items[number][1] or "", example)
        return [(number, item) for number, item in items if number not in wrong]


def _name(loc: Loc) -> str:
    """Return the last key of a place, which is no number of a list."""
    return next(str(part) for part in reversed(loc) if isinstance(part, str))
