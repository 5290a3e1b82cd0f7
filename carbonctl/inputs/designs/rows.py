"""Designs as rows of a table that changes a workload: a column per path, and figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from carbonctl.analysis.columns import Point
from carbonctl.analysis.explore import columns as c
from carbonctl.analysis.explore.columns import Figure
from carbonctl.errors import InputError, Problem
from carbonctl.inputs.designs.columns import DESIGN, HEAD, NOTHING, read_rows
from carbonctl.numbers.intervals import Range, best, high, low
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.numbers.units import parse


class Rows(NamedTuple):
    """Designs of a table.

    Attributes
    ----------
    paths : tuple of str
        What its columns change.
    points : list of tuple of str
        The text of each, by design.
    names : tuple of str or None
        What designs are called, where there is a column `design`.
    figures : dict of str to Figure
        The columns that are no paths.
    """

    paths: tuple[str, ...]
    points: list[Point]
    names: tuple[str, ...] | None
    figures: dict[str, Figure]


def rows_of(data: bytes, file: str, most: int) -> Rows:
    """Return the designs of a table; a name with a dot is a path.

    Raises
    ------
    InputError
        With every fault.
    """
    header, rows, lines = read_rows(data, file, most)
    problems: list[Problem] = []
    paths, texts = list[str](), list[list[str]]()
    figures: dict[str, Figure] = {}
    names = None
    for place, head in enumerate(header):
        cells = [row[place] for row in rows]
        match = HEAD.fullmatch(head)
        name, unit = (match["name"], match["unit"] or "") if match else (head, "")
        if name == DESIGN:
            names = tuple(cells)
        elif "." in name:
            paths.append(name)
            texts.append([f"{cell} {unit}".strip() for cell in cells])
            empty = [line for line, cell in zip(lines, cells, strict=True) if not cell]
            problems += [Problem(file, line, place + 1, f"{name}: no value") for line in empty]
        elif name:
            figures[name] = _figure(name, unit, cells, lines, (file, place, problems))
    if not paths:
        said = "no column is a path of the workload, such as phases.training.0.devices"
        problems.append(Problem(file, 1, 1, said))
    if names is not None and len(set(names)) < len(names):
        problems.append(Problem(file, 1, 1, "two designs have the same name"))
    if problems:
        raise InputError(problems)
    return Rows(tuple(paths), list(zip(*texts, strict=True)), names, figures)


def _figure(
    name: str,
    unit: str,
    cells: Sequence[str],
    lines: Sequence[int],
    where: tuple[str, int, list[Problem]],
) -> Figure:
    """Return a column of figures; an empty cell is unknown."""
    file, place, problems = where
    dimension = c.OWN.get(name, c.PLAIN)
    ends: tuple[list[float], ...] = ([], [], [])
    for line, cell in zip(lines, cells, strict=True):
        number: float | Range = math.nan
        if cell.lower() not in NOTHING:
            try:
                number = parse(f"{cell} {unit}" if dimension is not c.PLAIN else cell, dimension)
            except QuantityError as error:
                problems.append(Problem(file, line, place + 1, f"{name}: {error}"))
        for end, bound in zip(ends, (best, low, high), strict=True):
            end.append(bound(number))
    return Figure(name, name, dimension, *map(np.array, ends))
