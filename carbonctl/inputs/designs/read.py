"""Reads a file of ``carbonctl explore``, and makes its designs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.explore import axes as x
from carbonctl.analysis.explore.answer import MOST, Given
from carbonctl.analysis.explore.lines import WorkloadLines
from carbonctl.analysis.explore.metrics import Weights
from carbonctl.analysis.explore.question import Question
from carbonctl.analysis.explore.times import needs_times, times_of
from carbonctl.analysis.explore.workload import AXES, WorkloadDesigns
from carbonctl.analysis.sweep.measures import Unit
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.inputs.designs.axes import OWNED, combinations
from carbonctl.inputs.designs.given import given_of_table
from carbonctl.inputs.designs.rows import Rows, rows_of
from carbonctl.inputs.discovery import Found
from carbonctl.inputs.documents import Document, json_first
from carbonctl.inputs.reading import read_file
from carbonctl.inputs.results import accounts_of, refuse_other_results
from carbonctl.inputs.selection import single
from carbonctl.numbers.values import Value
from carbonctl.spec.explore_file import LoadedExplore, load_explore
from carbonctl.spec.tree import Map, decode
from carbonctl.spec.validation import Loc


class Asked(NamedTuple):
    """What flags say instead of the file; None is what the file says.

    Attributes
    ----------
    over : str or None
        Axes of regions.
    rank : str or None
        The column that decides.
    most : int or None
        How many designs are computed at most; `MOST` unless given.
    """

    over: str | None = None
    rank: str | None = None
    most: int | None = None


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


def read(found: Found, catalog: Catalog, overrides: tuple[str, ...], asked: Asked) -> Read:
    """Return the designs of an input, with what is asked of them.

    Parameters
    ----------
    found : Found
        The file, or standard input.
    catalog : Catalog
        The facts.
    overrides : tuple of str
        ``PATH=VALUE``: of the workload, or of the file itself where it has a table.
    asked : Asked
        What flags say.

    Raises
    ------
    InputError, UsageError
        For any fault.
    """
    loaded = loaded_file(found, catalog, ())
    if loaded.explore.workload is None and overrides:
        loaded = loaded_file(found, catalog, overrides)
    question = _question(loaded, asked)
    if loaded.explore.workload is None:
        given = given_of_table(loaded, catalog, asked.most or MOST, question)
    else:
        given = _of_workload(loaded, catalog, overrides, asked.most or MOST, question)
    return Read(loaded, given, question)


def _question(loaded: LoadedExplore, asked: Asked) -> Question:
    explore = loaded.explore
    axes = _over(loaded) if asked.over is None else x.read_over(asked.over)
    weights = Weights(_best(explore.eta), _best(explore.max_power), _best(explore.embodied_share))
    return Question(
        explore.constraints or {}, explore.objectives or {}, asked.rank or explore.rank,
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
    loaded: LoadedExplore,
    catalog: Catalog,
    overrides: tuple[str, ...],
    most: int,
    question: Question,
) -> Given:
    explore = loaded.explore
    assert explore.workload is not None
    data, name = read_file(str(explore.workload.file))
    accounts = accounts_of(Document(data, name, name), catalog, overrides, "explore")
    rows = _rows(loaded, most)
    _require_apart(loaded, accounts, rows.paths)
    own = dict(rows.figures)
    owned = own.pop(OWNED, None)
    is_owned = None if owned is None else owned.best == 1
    try:
        designs = WorkloadDesigns(accounts, rows.paths, rows.points, own, is_owned)
    except InputError as error:
        raise InputError(_placed(loaded, problem) for problem in error.problems) from None
    if rows.names is not None:
        designs.designs = designs.designs._replace(labels=[*rows.names])
    unit = designs.unit
    counted = Unit(accounts, rows.paths)

    def amounts() -> Any:
        """Return the functional units of each design; of a workload without, it is one."""
        if unit is None:
            return 1.0
        return np.array([
            np.nan if place in designs.designs.errors else counted.amount(point) or np.nan
            for place, point in enumerate(rows.points)
        ])  # fmt: skip

    if needs_times(question.asked):
        designs.designs.figures.update(times_of(designs, amounts()))
    title = explore.name or designs.name
    name_of_unit = None if unit is None else str(unit["name"])
    return Given(loaded.file, title, designs, WorkloadLines(designs), amounts, unit=name_of_unit)


def _placed(loaded: LoadedExplore, problem: Problem) -> Problem:
    """Return a problem of an axis at its place in the file."""
    if problem.file != AXES:
        return problem
    keys: Loc = ("axes", problem.path) if problem.path else ("axes",)
    return loaded.problem(keys, f"{problem.path or AXES}: {problem.message}")


def _rows(loaded: LoadedExplore, most: int) -> Rows:
    """Return the designs of a workload: combinations of axes, or rows of a table."""
    explore = loaded.explore
    if explore.designs is None:
        return combinations(loaded, most)
    if explore.columns is not None:
        said = "columns: the table of `designs` has them, as columns without a dot"
        raise InputError([loaded.problem(("columns",), said)])
    data, name = read_file(str(explore.designs.file))
    return rows_of(data, name, most)


def _require_apart(loaded: LoadedExplore, accounts: Accounts, paths: Sequence[str]) -> None:
    """Refuse paths of which one is another, or holds it."""
    places: dict[str, str] = {}
    key = "axes" if loaded.explore.designs is None else "designs"
    for path in paths:
        try:
            place = accounts.place(path)
        except (LookupError, ValueError):  # which the account reports
            continue
        for other, there in places.items():
            if f"{place}.".startswith(f"{there}.") or f"{there}.".startswith(f"{place}."):
                said = f"{path}: {other} is the same place, or one lies in the other"
                raise InputError([loaded.problem((key, path), said)])
        places[path] = place
