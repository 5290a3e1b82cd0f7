"""Reads a file of ``carbonctl explore``, and makes its designs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, product
from math import prod
from typing import Any, NamedTuple

import numpy as np

from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.columns import Point
from carbonctl.analysis.explore import axes as x
from carbonctl.analysis.explore import columns as c
from carbonctl.analysis.explore.answer import MOST, Given
from carbonctl.analysis.explore.columns import Figure
from carbonctl.analysis.explore.lines import TableLines, WorkloadLines
from carbonctl.analysis.explore.metrics import Weights
from carbonctl.analysis.explore.question import Question
from carbonctl.analysis.explore.workload import WorkloadDesigns
from carbonctl.analysis.sweep.axes import read_axis
from carbonctl.analysis.sweep.measures import Unit
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.inputs.designs.given import given_of_table
from carbonctl.inputs.discovery import Found
from carbonctl.inputs.documents import Document, json_first
from carbonctl.inputs.reading import read_file
from carbonctl.inputs.results import accounts_of, refuse_other_results
from carbonctl.inputs.selection import single
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.numbers.units import parse
from carbonctl.numbers.values import Value
from carbonctl.spec.explore_file import LoadedExplore, UserColumn, load_explore
from carbonctl.spec.levers import plain
from carbonctl.spec.tree import Map, Seq, decode
from carbonctl.spec.validation import Loc

OWNED = "owned"
_YES = {"yes": True, "true": True, "no": False, "false": False}


class Read(NamedTuple):
    """A file of designs that is ready to be asked."""

    loaded: LoadedExplore
    given: Given
    question: Question

    @property
    def files(self) -> list[str]:
        """The paths of the files that it names."""
        named = (self.loaded.explore.workload, self.loaded.explore.designs)
        return [str(path.file) for path in named if path is not None]


def loaded_file(found: Found, catalog: Catalog, overrides: tuple[str, ...]) -> LoadedExplore:
    """Return the checked file of an input; ``overrides`` are of a file with a table.

    Raises
    ------
    InputError
        Where it cannot be read, or has a fault.
    """
    document = single(found, "`carbonctl explore {}`")
    data, name, _, first, _ = document
    with json_first(document):
        refuse_other_results(data, name, first)
        return load_explore(decode(data, name, first), name, catalog, overrides, first)


def read(
    found: Found, catalog: Catalog, overrides: tuple[str, ...], over: str | None, most: int | None
) -> Read:
    """Return the designs of an input, with what is asked of them.

    Parameters
    ----------
    found : Found
        The file, or standard input.
    catalog : Catalog
        The facts.
    overrides : tuple of str
        ``PATH=VALUE``: of the workload, or of the file itself where it has a table.
    over : str or None
        Axes of regions, instead of those of the file.
    most : int or None
        How many designs are computed at most, instead of `MOST`.

    Raises
    ------
    InputError, UsageError
        For any fault.
    """
    loaded = loaded_file(found, catalog, ())
    if loaded.explore.designs is not None and overrides:
        loaded = loaded_file(found, catalog, overrides)
    question = _question(loaded, over)
    if loaded.explore.designs is not None:
        return Read(loaded, given_of_table(loaded, catalog, most or MOST), question)
    return Read(loaded, _of_workload(loaded, catalog, overrides, most or MOST), question)


def _question(loaded: LoadedExplore, over: str | None) -> Question:
    explore = loaded.explore
    axes = _over(loaded) if over is None else x.read_over(over)
    weights = Weights(_best(explore.eta), _best(explore.max_power), _best(explore.embodied_share))
    return Question(
        explore.constraints or {}, explore.objectives or {}, explore.rank,
        axes or (x.DEFAULT,), bool(axes), weights, explore.base,
    )  # fmt: skip


def _best(value: Value | None) -> float | None:
    return None if value is None else value.best


def _over(loaded: LoadedExplore) -> tuple[x.Axis, ...]:
    """Return the axes of the file."""
    given = loaded.explore.over
    if given is None:
        return ()
    try:
        if isinstance(given, str):
            return x.read_over(given)
        if isinstance(given, Map) and all(isinstance(span, str) for span in given.values()):
            axes = [x.axis(name, str(span), "over") for name, span in given.items()]
            return x.together(axes, "over")
    except UsageError as error:
        message = str(error).removeprefix("--over ")
        raise InputError([loaded.problem(("over",), message)]) from None
    said = "over: write {intensity: 0..1 kg/kWh}"
    raise InputError([loaded.problem(("over",), said)])


def _of_workload(
    loaded: LoadedExplore, catalog: Catalog, overrides: tuple[str, ...], most: int
) -> Given:
    explore = loaded.explore
    assert explore.workload is not None and explore.axes is not None
    data, name = read_file(str(explore.workload.file))
    accounts = accounts_of(Document(data, name, name, 1, is_line=False), catalog, overrides, "explore")
    texts = _axes(loaded, most)
    _require_apart(loaded, accounts, [*texts])
    count = prod(map(len, texts.values()))
    if count > most:
        said = f"axes: {count:,} designs; at most {most:,} are computed, or --limit {count}"
        raise InputError([loaded.problem(("axes",), said)])
    points = list(islice(product(*texts.values()), count))
    own = _own(loaded, texts, points)
    owned = own.pop(OWNED, None)
    is_owned = None if owned is None else owned.best == 1
    designs = WorkloadDesigns(accounts, [*texts], points, own, is_owned)
    lines = WorkloadLines(designs)
    unit = designs.unit
    amounts: Any = 1.0
    if unit is not None:
        counted = Unit(accounts, [*texts])
        amounts = np.array([
            np.nan if place in designs.designs.errors else counted.amount(point) or np.nan
            for place, point in enumerate(points)
        ])  # fmt: skip
    title = explore.name or designs.name
    name_of_unit = None if unit is None else str(unit["name"])
    return Given(loaded.file, title, designs, lines, amounts, unit=name_of_unit)


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
    import json

    return "" if node is None else json.dumps(plain(node))


def _require_apart(loaded: LoadedExplore, accounts: Accounts, paths: Sequence[str]) -> None:
    """Refuse paths of which one is another, or holds it."""
    places: dict[str, str] = {}
    for path in paths:
        try:
            place = accounts.place(path)
        except (LookupError, ValueError):  # which the account reports
            continue
        for other, there in places.items():
            if f"{place}.".startswith(f"{there}.") or f"{there}.".startswith(f"{place}."):
                said = f"{path}: {other} is the same place, or one lies in the other"
                raise InputError([loaded.problem(("axes", path), said)])
        places[path] = place


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
