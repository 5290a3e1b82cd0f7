"""Checks an input without an account of it: a workload, a site, a map, a saved result, a record.

What only the account can find is not found here: figures that do not go together with those
of the catalog, or do not suffice.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePath

from carbonctl import estimators
from carbonctl.catalog import DEVICES, HOSTS, Catalog, citations, records
from carbonctl.catalog.records_reader import Reader
from carbonctl.catalog.shelf import read_record
from carbonctl.errors import InputError, Problem
from carbonctl.ledger.result import is_saved
from carbonctl.spec.explore_file import is_explore, load_explore
from carbonctl.spec.load import load_tree
from carbonctl.spec.model import Workload
from carbonctl.spec.scaling import is_scaling, load_scaling
from carbonctl.spec.site_file import is_site, load_site
from carbonctl.spec.tree import Map, Node, decode, parse
from carbonctl.text import few_searches

WORKLOAD = "workload"
SAVED = "saved result"
DEVICE = "device record"
HOST = "host record"
SITE = "site"
DESIGNS_FILE = "file of designs"
SCALING_FILE = "file of a scaling law"
MAP_FILE = "map of a table of jobs"

_FORMS: dict[str, Reader] = {DEVICE: records.DEVICE, HOST: records.HOST}
_OF_A_WORKLOAD = Workload.model_fields.keys() - {"name"}
# Keys that only a map of a table of jobs has.
_OF_A_MAP = {"map", "tags", "regions", "instances", "defaults", "drop", "timezone", "from"}
_FOLDERS = {**dict.fromkeys(DEVICES, DEVICE), **dict.fromkeys(HOSTS, HOST)}


def validate(data: bytes, file: str, catalog: Catalog, first: int = 1) -> str:
    """Check one document and return what it is.

    Parameters
    ----------
    data : bytes
        UTF-8 YAML or JSON.
    file : str
        What messages call it; a record may be told by its folder.
    catalog : Catalog
        Knows the ids that a workload may use.
    first : int
        The line of the file at which the data begins.

    Raises
    ------
    InputError
        With every problem that can be found at once.
    """
    text = decode(data, file, first)
    if is_saved(data):
        from carbonctl.inputs import saved_result

        saved_result.read(text, file, first, or_line=True)
        return SAVED
    problems: list[Problem] = []
    tree = parse(text, file, problems=problems, first=first)
    other = _of_another_command(tree, text, file, catalog, first)
    if other is not None:
        return other
    forms = record_forms(tree, file)
    if forms:
        return _record(tree, problems, file, forms, catalog)
    loaded = load_tree(tree, problems, file, estimators, catalog, first=first)
    if b"parts" in data:
        from carbonctl.account.bills import check_systems  # few workloads list any

        check_systems(loaded, catalog)
    return WORKLOAD


def _of_another_command(
    tree: Node, text: str, file: str, catalog: Catalog, first: int
) -> str | None:
    """Check what a command other than estimate reads, and return what it is; None if it is none."""
    if is_site(tree):
        load_site(text, file, catalog, first=first)
        return SITE
    if is_explore(tree):
        load_explore(text, file, catalog, first=first).columns()
        return DESIGNS_FILE
    if is_scaling(tree):
        load_scaling(text, file, first=first)
        return SCALING_FILE
    if _is_map(tree):
        from carbonctl.inputs.jobs.maps import parse_map

        parse_map(text, file, first)
        return MAP_FILE
    return None


def _is_map(tree: Node) -> bool:
    """Whether a tree is a map of a table of jobs: it names columns, and is no workload."""
    return isinstance(tree, Map) and "name" not in tree and not tree.keys().isdisjoint(_OF_A_MAP)


def record_forms(tree: Node, file: str) -> tuple[str, ...]:
    """Return which records a tree may be; none where it is a workload.

    A record has a vendor or a kind, or stands in a folder of records; and it has no key that
    only a workload has.
    """
    if not isinstance(tree, Map) or not tree.keys().isdisjoint(_OF_A_WORKLOAD):
        return ()
    if _folder(file) in _FOLDERS:
        return (_FOLDERS[_folder(file)],)
    return () if tree.keys().isdisjoint(("vendor", "kind")) else tuple(_FORMS)


def _folder(file: str) -> str:
    """Return the folder of a database that a record stands in; empty for another file."""
    return ("", "", *PurePath(file).parts)[-3]


def _record(
    tree: Node, problems: list[Problem], file: str, forms: tuple[str, ...], catalog: Catalog
) -> str:
    """Read a record by the form that fits it best, and return what it is.

    Raises InputError with what that form, and the parser before it, found wrong.
    """
    faults = {form: _faults(tree, file, _FORMS[form]) for form in forms}
    best = min(forms, key=lambda form: len(faults[form]))
    if isinstance(tree, Map) and tree.get("parts"):
        from carbonctl.spec.part_lists import check_parts  # few records list any

        with few_searches():
            _, of_parts = check_parts(tree["parts"], tree, file, ("parts",), catalog, sourced=True)
        faults[best] = [*faults[best], *of_parts]
    if _folder(file) in _FOLDERS:
        faults[best] += citations.of_tree(tree, file, _known_sources(file, catalog))
    if problems or faults[best]:
        raise InputError([*problems, *faults[best]])
    if isinstance(tree, Map) and tree.get("parts"):
        from carbonctl.account.bills import Life, of_record

        record = read_record(tree, file, _FORMS[best], {"id": _identity(file)})
        of_record(record, catalog, Life(), file)
    return best


def _known_sources(file: str, catalog: Catalog) -> Collection[str]:
    """Return the keys of the catalog's sources and of those in the record's own database."""
    folder = Path(file).parents[2]
    path = folder / "sources.yaml"
    if folder.resolve() in (known.resolve() for known in catalog.folders) or not path.is_file():
        return catalog.sources
    name = str(path)
    tree = parse(decode(path.read_bytes(), name), name)
    return {**catalog.sources, **read_record(tree, name, records.SOURCES, {})}


def _identity(file: str) -> str:
    """Return the id of a record by its path, as a circle of parts would name it."""
    path = PurePath(file)
    return f"{path.parent.name}/{path.stem}"


def _faults(tree: Node, file: str, form: Reader) -> list[Problem]:
    try:
        read_record(tree, file, form, {"id": file})
    except InputError as error:
        return error.problems
    return []
