"""What programs call: accounts as objects and as DataFrames, sites and schedules as objects.

A workload goes the road that it goes on the command line, and nothing is printed. The
environment and pyproject.toml are not asked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from carbonctl import estimators
from carbonctl.account import result_of
from carbonctl.catalog import Catalog
from carbonctl.catalog.folders import own
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.inputs.discovery import named
from carbonctl.inputs.results import loaded_workload, read_documents
from carbonctl.inputs.selection import all_of, every, single
from carbonctl.inputs.sites import site_of
from carbonctl.ledger import frames
from carbonctl.ledger.result import Result
from carbonctl.ledger.rows import View
from carbonctl.spec.from_python import tree
from carbonctl.spec.load import Loaded, load_tree
from carbonctl.spec.moments import AVERAGE, MARGINAL
from carbonctl.spec.overrides import parse_override
from carbonctl.spec.site_file import LoadedSite, load_site_tree

if TYPE_CHECKING:
    import pandas as pd

    from carbonctl.site.results import SiteResult
    from carbonctl.site.schedules import ScheduleResult

Source: TypeAlias = str | os.PathLike[str] | Mapping[str, Any]


@overload
def estimate(  # type: ignore[overload-overlap]
    source: Source, *, set: Iterable[str] = (), hardware_db: str | os.PathLike[str] | None = None
) -> Result: ...


@overload
def estimate(
    source: Iterable[Source],
    *,
    set: Iterable[str] = (),
    hardware_db: str | os.PathLike[str] | None = None,
) -> list[Result]: ...


def estimate(
    source: Source | Iterable[Source],
    *,
    set: Iterable[str] = (),
    hardware_db: str | os.PathLike[str] | None = None,
) -> Result | list[Result]:
    """Return the account of a workload, or of several.

    Parameters
    ----------
    source : path, mapping, or several of them
        A YAML workload or a saved result, as ``carbonctl estimate`` reads them; or a
        workload as a dict of text, numbers, True, False, lists and dicts. A number stands
        for its text: where a unit is wanted, write it, as in ``"24 h"``. Of a file with
        several workloads, ``"jobs.yaml#2"`` is the second YAML document, ``"jobs.jsonl#2"``
        line 2; as one of several sources, a file stands for all of them.
    set : iterable of str
        ``PATH=VALUE``, before the workload's own values, as ``--set`` does.
    hardware_db : path, optional
        A folder of your own records, before the built-in ones.

    Returns
    -------
    Result or list of Result
        A list where several were given, in their order; results of a file with several
        workloads have a ``file`` such as ``jobs.jsonl#2``. A dict has the ``file`` ``<dict>``,
        and its place among several, counted from 0: ``<dict 2>``.

    Raises
    ------
    InputError
        With every problem of every input: of a file with line and column, of a dict with
        the path of its keys.
    UsageError
        Where ``source`` or ``set`` is something else.

    Examples
    --------
    >>> workload = {
    ...     "name": "fine-tuning",
    ...     "site": {"grid": "FR", "pue": 1.2},
    ...     "phases": {"data": [{"kind": "energy", "energy": "5 MWh", "embodied": "0 kg"}]},
    ... }
    >>> estimate(workload).total.energy_kwh
    6000.0
    """
    catalog, overrides = _catalog(hardware_db), _overrides(set)
    if isinstance(source, str | os.PathLike | Mapping):
        held = _results(source, _DICT, catalog, overrides, is_one=True)
        if len(held) != 1:
            message = f"holds {len(held)} results; estimate([...]) returns them all"
            raise InputError([Problem(held[0].file, None, None, message)])
        return held[0]
    given: object = source
    if isinstance(given, bytes | bytearray) or not isinstance(given, Iterable):
        raise UsageError(f"estimate: {_WANTED}, not {type(source).__name__}")
    results: list[Result] = []
    problems: list[Problem] = []
    for place, item in enumerate(source):
        try:
            results += _results(item, f"<dict {place}>", catalog, overrides)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return results


def to_frame(results: Result | Iterable[Result], view: View = "entries") -> pd.DataFrame:
    """Return several results as one pandas DataFrame, in their order.

    Parameters
    ----------
    results : Result or iterable of Result
        What `estimate` returned.
    view : str
        ``"entries"``, ``"totals"`` or ``"phases"``, as in `Result.to_frame`.

    Raises
    ------
    MissingExtra
        Where pandas is not installed.
    UsageError
        For another view.
    """
    return frames.frame(view, [results] if isinstance(results, Result) else results)


def study_site(
    source: Source,
    *,
    set: Iterable[str] = (),
    optimum: bool = False,
    account: str = "market_hourly",
    hardware_db: str | os.PathLike[str] | None = None,
) -> SiteResult:
    """Return what comes of a site hour by hour, as ``carbonctl site`` shows it.

    Parameters
    ----------
    source : path or mapping
        A site's file, or the same as a dict; paths in a dict are relative to the working directory.
    set : iterable of str
        As in `estimate`.
    optimum : bool
        Whether the optimum with perfect foresight is computed too; it needs SciPy.
    account : str
        The operational account of totals: ``"location_hourly"``, ``"market_hourly"`` or
        ``"market_volumetric"``.
    hardware_db : path, optional
        As in `estimate`.

    Raises
    ------
    InputError
        With every problem of the file and of the files of hours, and where a target is out of
        reach.
    UsageError
        Where an argument is something else.
    MissingExtra
        Where the optimum is asked for and SciPy is not installed.
    """
    from carbonctl.site.accounts import ACCOUNTS  # numpy, which an account does without
    from carbonctl.site.optimum import EXTRA
    from carbonctl.site.results import SiteQuestion
    from carbonctl.site.study import study

    known = [name.removesuffix("_kgco2e") for name in ACCOUNTS]
    if account not in known:
        raise UsageError(f"account: {', '.join(known)} are wanted, not {account!r:.40}")
    if optimum:
        frames.require("optimum=True", "scipy", extra=EXTRA)
    catalog, overrides = _catalog(hardware_db), _overrides(set)
    loaded = _site(source, catalog, overrides)
    return study(loaded, catalog, SiteQuestion(optimum, f"{account}_kgco2e"))


def schedule(
    source: Source,
    *,
    set: Iterable[str] = (),
    by: str = AVERAGE,
    forecast: str | None = None,
    hardware_db: str | os.PathLike[str] | None = None,
) -> ScheduleResult:
    """Return when and where the jobs of a workload run best, as ``carbonctl schedule`` shows it.

    Parameters
    ----------
    source : path or mapping
        A workload, as in `estimate`.
    set : iterable of str
        As in `estimate`.
    by : str
        The intensity that chooses the hours: ``"average"`` or ``"marginal"``.
    forecast : str, optional
        ``"last-week"``, ``"hour-of-week"`` or ``"error 10 %"``: what the hours are chosen by.
    hardware_db : path, optional
        As in `estimate`.

    Raises
    ------
    InputError
        With every problem of the workload and of the files of hours.
    UsageError
        Where an argument is something else.
    """
    from carbonctl.site import scheduling  # numpy, which an account does without
    from carbonctl.site.schedules import Question, read_forecast

    if by not in (AVERAGE, MARGINAL):
        raise UsageError(f"by: {AVERAGE} or {MARGINAL} is wanted, not {by!r:.40}")
    question = Question(by, read_forecast(forecast), forecast or "")
    catalog, overrides = _catalog(hardware_db), _overrides(set)
    return scheduling.schedule(_workload(source, catalog, overrides), catalog, question)


def _html(result: Result) -> str:
    """Return what a notebook shows of a result."""
    from carbonctl.render.notebook import html  # only a notebook pays for it

    return html(result)


Result._html = _html

_ONE_OF = 'estimate("{}"); estimate([...]) returns them all'
_WANTED = "a path, a dict, or several of them are wanted"
_ONE_WANTED = "a path or a dict is wanted"
_DICT = "<dict>"


@lru_cache(maxsize=1)
def _builtin() -> Catalog:
    """Return the database that comes with carbonctl, which stays as it is."""
    return Catalog()


def _catalog(hardware_db: str | os.PathLike[str] | None) -> Catalog:
    return _builtin() if hardware_db is None else Catalog(own(os.fspath(hardware_db)))


def _overrides(given: Iterable[str]) -> tuple[str, ...]:
    texts = (given,) if isinstance(given, str) else tuple(given)
    for text in texts:
        if not isinstance(text, str):
            raise UsageError(f"set: texts such as site.pue=1.2 are wanted, not {text!r:.40}")
        parse_override(text)
    return texts


def _results(
    source: Source,
    name: str,
    catalog: Catalog,
    overrides: tuple[str, ...],
    *,
    is_one: bool = False,
) -> tuple[Result, ...]:
    """Return the results of one input.

    ``name`` is what a dict is called; ``is_one`` says that a file has to hold one document.
    """
    if isinstance(source, Mapping):
        return (_of_mapping(source, name, catalog, overrides),)
    target = named(_path(source, "estimate", _WANTED))
    documents = [single(target, _ONE_OF)] if is_one else all_of(every([target]))
    reads = read_documents(documents, catalog, overrides)
    return tuple(result for read in reads for result in read.results)


def _site(source: Source, catalog: Catalog, overrides: tuple[str, ...]) -> LoadedSite:
    """Return the checked file of a site, or a mapping as one."""
    if isinstance(source, Mapping):
        with _without_places(_DICT):
            return load_site_tree(tree(source, _DICT), [], _DICT, catalog, overrides)
    return site_of(named(_path(source, "study_site", _ONE_WANTED)), catalog, overrides)


def _workload(source: Source, catalog: Catalog, overrides: tuple[str, ...]) -> Loaded:
    """Return a checked workload, of a file or a mapping."""
    if isinstance(source, Mapping):
        with _without_places(_DICT):
            return load_tree(tree(source, _DICT), [], _DICT, estimators, catalog, overrides)
    document = single(named(_path(source, "schedule", _ONE_WANTED)), 'schedule("{}")')
    return loaded_workload(document, catalog, overrides, "schedule")


def _of_mapping(
    spec: Mapping[str, Any], name: str, catalog: Catalog, overrides: tuple[str, ...]
) -> Result:
    """Return the account of a workload given as a mapping; its digest is that of its JSON."""
    node = tree(spec, name)
    digest = sha256(json.dumps(node).encode()).hexdigest()
    with _without_places(name):
        loaded = load_tree(node, [], name, estimators, catalog, overrides)
        return result_of(loaded, catalog, loaded.file, digest)


@contextmanager
def _without_places(name: str) -> Iterator[None]:
    """Take line and column from problems of a mapping, which has none."""
    try:
        yield
    except InputError as error:
        raise InputError(
            problem._replace(line=None, col=None) if problem.file == name else problem
            for problem in error.problems
        ) from None


def _path(source: object, function: str, wanted: str) -> str:
    """Return a path as text.

    Raises UsageError where the source is none.
    """
    path = os.fspath(source) if isinstance(source, str | os.PathLike) else None
    if not isinstance(path, str):
        raise UsageError(f"{function}: {wanted}, not {type(source).__name__}")
    return path
