"""Designs as all combinations of the values of some axes, with the figures that a user gives."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np

from carbonctl.analysis.columns import Point
from carbonctl.analysis.explore import columns as c
from carbonctl.analysis.explore.columns import Figure
from carbonctl.analysis.sweep.axes import read_axis
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.inputs.designs.rows import Rows
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.numbers.units import parse
from carbonctl.spec.explore_file import LoadedExplore, UserColumn
from carbonctl.spec.levers import plain
from carbonctl.spec.tree import Seq
from carbonctl.spec.validation import Loc

OWNED = "owned"
_YES = {"yes": True, "true": True, "no": False, "false": False}


def combinations(loaded: LoadedExplore, most: int) -> Rows:
    """Return the designs that the axes of a file span; the last axis varies fastest.

    Raises
    ------
    InputError
        With every fault of axes and columns, and for more designs than ``most``.
    """
    texts = _axes(loaded, most)
    count = prod(map(len, texts.values()))
    if count > most:
        said = f"axes: {count:,} designs; at most {most:,} are computed, or --limit {count}"
        raise InputError([loaded.problem(("axes",), said)])
    points = list(product(*texts.values()))
    return Rows(tuple(texts), points, None, _own(loaded, texts, points))


def _axes(loaded: LoadedExplore, most: int) -> dict[str, tuple[str, ...]]:
    """Return the texts of the values of each axis."""
    axes, problems = dict[str, tuple[str, ...]](), list[Problem]()
    for path, written in (loaded.explore.axes or {}).items():
        if isinstance(written, Seq):
            texts = tuple(map(_text, written))
        elif isinstance(written, str):
            try:
                texts = read_axis(f"{path}={written}", most).texts
            except UsageError as error:
                message = str(error).removeprefix("--over ")
                problems.append(loaded.problem(("axes", path), message))
                continue
        else:
            texts = ()
        if not texts or not all(text.strip() for text in texts):
            said = f"{path}: a list of values is wanted here, as in [bf16, fp8]"
            problems.append(loaded.problem(("axes", path), said))
        elif len(set(texts)) < len(texts):
            said = f"{path}: a value is given twice"
            problems.append(loaded.problem(("axes", path), said))
        axes[path] = texts
    if problems:
        raise InputError(problems)
    return axes


def _text(node: Any) -> str:
    """Return a value as `--set` takes it."""
    if isinstance(node, str):
        return str(node)
    return "" if node is None else json.dumps(plain(node))


def _own(
    loaded: LoadedExplore, axes: dict[str, tuple[str, ...]], points: Sequence[Point]
) -> dict[str, Figure]:
    """Return the figures that the user gives.

    Raises
    ------
    InputError
        Where a value of the axis has none, or one is no number.
    """
    short = {path.removeprefix("phases."): path for path in axes}
    made, problems = dict[str, Figure](), list[Problem]()
    for column in loaded.columns():
        path = short.get(column.by.removeprefix("phases."))
        faults = list(_column_faults(column, path, axes))
        if column.name in made or column.name in (*c.ACCOUNT, *c.METRICS):
            faults.append(f"{column.name}: is there already; choose another name")
        problems += [loaded.problem(_keys(loaded, column), fault) for fault in faults]
        if faults or path is None:
            continue
        place = [*axes].index(path)
        by_text = {text: _number(column, column.values[text]) for text in axes[path]}
        ends = [np.array([by_text[point[place]][n] for point in points]) for n in range(3)]
        dimension = c.OWN.get(column.name, c.PLAIN)
        made[column.name] = Figure(column.name, column.name, dimension, *ends)
    if problems:
        raise InputError(problems)
    return made


def _keys(loaded: LoadedExplore, column: UserColumn) -> Loc:
    given = loaded.explore.columns
    if not isinstance(given, Seq):
        return ("columns", column.name)
    place = next(n for n, group in enumerate(given) if group.get(column.name) is not None)
    return ("columns", place, column.name)


def _column_faults(
    column: UserColumn, path: str | None, axes: dict[str, tuple[str, ...]]
) -> Iterator[str]:
    if path is None:
        yield f"{column.name}: `by: {column.by}` is no axis; there are {', '.join(axes)}"
        return
    lacking = [text for text in axes[path] if text not in column.values]
    if lacking:
        yield f"{column.name}: no value for {', '.join(f'`{text}`' for text in lacking)} of {path}"
    for text in axes[path]:
        try:
            if text in column.values:
                _number(column, column.values[text])
        except ValueError as error:
            yield f"{column.name}: {error}"


def _number(column: UserColumn, text: str) -> tuple[float, float, float]:
    """Return a figure with its bounds.

    Raises ValueError where it is none.
    """
    if column.name == OWNED:
        if text.lower() not in _YES:
            raise ValueError(f"`{text}` is not yes or no")
        return (float(_YES[text.lower()]),) * 3
    try:
        number = parse(text, c.OWN.get(column.name, c.PLAIN))
    except QuantityError as error:
        raise ValueError(str(error)) from None
    if isinstance(number, Range):
        return number.best, number.low, number.high
    return number, number, number
