"""What programs call: accounts as objects and as DataFrames.

A workload goes the road that it goes on the command line, and nothing is printed. The
environment and pyproject.toml are not asked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from carbonctl import estimators
from carbonctl.account import result_of
from carbonctl.catalog import Catalog
from carbonctl.catalog.folders import own
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.inputs.discovery import named
from carbonctl.inputs.results import read_documents
from carbonctl.inputs.selection import all_of, every, single
from carbonctl.ledger import frames
from carbonctl.ledger.result import Result
from carbonctl.ledger.rows import View
from carbonctl.spec.from_python import tree
from carbonctl.spec.load import load_tree
from carbonctl.spec.overrides import parse_override

if TYPE_CHECKING:
    import pandas as pd

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
    catalog = _builtin() if hardware_db is None else Catalog(own(os.fspath(hardware_db)))
    overrides = _overrides(set)
    if isinstance(source, str | os.PathLike | Mapping):
        held = _results(source, "<dict>", catalog, overrides, is_one=True)
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


_ONE_OF = 'estimate("{}"); estimate([...]) returns them all'
_WANTED = "a path, a dict, or several of them are wanted"


@lru_cache(maxsize=1)
def _builtin() -> Catalog:
    """Return the database that comes with carbonctl, which stays as it is."""
    return Catalog()


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
    path = os.fspath(source) if isinstance(source, str | os.PathLike) else None
    if not isinstance(path, str):
        raise UsageError(f"estimate: {_WANTED}, not {type(source).__name__}")
    target = named(path)
    documents = [single(target, _ONE_OF)] if is_one else all_of(every([target]))
    reads = read_documents(documents, catalog, overrides)
    return tuple(result for read in reads for result in read.results)


def _of_mapping(
    spec: Mapping[str, Any], name: str, catalog: Catalog, overrides: tuple[str, ...]
) -> Result:
    """Return the account of a workload given as a mapping; its digest is that of its JSON."""
    node = tree(spec, name)
    digest = sha256(json.dumps(node).encode()).hexdigest()
    try:
        loaded = load_tree(node, [], name, estimators, catalog, overrides)
        return result_of(loaded, catalog, loaded.file, digest)
    except InputError as error:
        raise InputError(
            problem._replace(line=None, col=None) if problem.file == name else problem
            for problem in error.problems
        ) from None
