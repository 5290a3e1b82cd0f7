"""Whether the sources that records and tables name are in a sources.yaml."""

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from carbonctl.catalog import tables
from carbonctl.errors import InputError, Problem
from carbonctl.spec.files import read_input
from carbonctl.spec.tree import Node, Place, Text, decode, parse
from carbonctl.text import did_you_mean

_KEY = "source"
_BETWEEN = re.compile(r"[\s;]+")


def check(path: Path, known: Collection[str]) -> None:
    """Refuse a record or a table that names a source which no sources.yaml has.

    Parameters
    ----------
    path : Path
        A YAML file or a CSV table of a database.
    known : collection of str
        The keys of every sources.yaml.

    Raises
    ------
    InputError
        With the line of each such key and the nearest known one; also for a file that
        cannot be read at all.
    """
    file = str(path)
    if path.suffix == ".csv":
        check_rows(((path, line, row) for line, row in tables.rows(path)), known)
    elif problems := [*of_tree(parse(decode(read_input(path), file), file), file, known)]:
        raise InputError(problems)


def check_rows(rows: Iterable[tables.Cell], known: Collection[str]) -> None:
    """Refuse rows of tables that name a source which no sources.yaml has, as `check` does."""
    problems = [
        problem
        for path, line, row in rows
        for column, cell in row.items()
        if column == _KEY or column.endswith(f"_{_KEY}")
        for problem in _unknown(cell, str(path), Place(line, 1), known)
    ]
    if problems:
        raise InputError(problems)


def of_tree(tree: Node, file: str, known: Collection[str]) -> Iterator[Problem]:
    """Yield a problem for each unknown source that a parsed record names."""
    nodes: list[object] = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, list):
            nodes += node
        elif isinstance(node, dict):
            nodes += node.values()
            named = node.get(_KEY)
            for source in named if isinstance(named, list) else [named]:
                if isinstance(source, Text):
                    yield from _unknown(source, file, source.place, known)


def _unknown(keys: str, file: str, at: Place, known: Collection[str]) -> Iterator[Problem]:
    for key in filter(None, _BETWEEN.split(keys)):
        if key not in known:
            close = did_you_mean(key, known) or "; add it to the sources.yaml of the database"
            message = f"source: no sources.yaml has the key `{key}`{close}"
            yield Problem(file, at.line, at.col, message)
