"""Reads everything that hardware_db and a user's own folders hold, and says what is wrong."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from carbonctl.catalog import Catalog, citations, networks, own_records, tables
from carbonctl.catalog.act import Act
from carbonctl.catalog.fab import TABLES, Fab
from carbonctl.catalog.grid_rows import is_grid_table
from carbonctl.errors import InputError, Problem
from carbonctl.hardware.fallback import sibling_of
from carbonctl.reference import hourly_rows


def faults(catalog: Catalog) -> list[Problem]:
    """Return every problem of every record and table, each once."""
    problems: dict[Problem, None] = {}
    for read in _readers(catalog):
        try:
            read()
        except InputError as error:
            problems.update(dict.fromkeys(error.problems))
    return list(problems)


def _readers(catalog: Catalog) -> Iterator[Callable[[], object]]:
    yield from (partial(catalog.device, identity) for identity in catalog.devices.paths())
    yield from (partial(_sibling, identity, catalog) for identity in catalog.devices.paths())
    yield from (partial(catalog.host, identity) for identity in catalog.hosts.paths())
    for folder in catalog.folders:
        yield from (partial(_drain, path) for path in sorted(folder.rglob("*.csv")))
    yield partial(_grid_heads, catalog)
    for name in ("zones", "regions", "generation", "water", "everyday", "defaults",
                 "priors", "levers", "sources"):  # fmt: skip
        yield partial(getattr, catalog, name)
    yield partial(_grid_rows, catalog)
    yield lambda: list(catalog.instances.all())
    yield partial(getattr, catalog, "vcpu_power")
    for table in (networks.segments, networks.radios, networks.client_powers):
        yield partial(table, catalog.folders)
    yield partial(_models, catalog)
    yield partial(hourly_rows.rows, catalog)
    fab = Fab(catalog.folders)
    yield from (partial(fab.table, name) for name in TABLES)
    yield fab.nodes
    yield partial(Act, catalog.folders)
    yield partial(getattr, catalog, "own_records")
    for folder in catalog.folders:
        yield from (partial(_cites, path, catalog) for path in own_records.files(folder).values())


def _sibling(identity: str, catalog: Catalog) -> None:
    """Check that the sibling of a device is there and has a published figure."""
    device = catalog.device(identity)
    if device.sibling is not None:
        sibling_of(device, catalog)


def _models(catalog: Catalog) -> None:
    """Read the tables of models and what these are computed with."""
    known, factors = catalog.models, catalog.model_factors
    for models in (known.language, known.closed, known.media):
        for _ in models():
            pass
    for name in ("serving", "media", "training", "archetype", "bands", "batch", "busy", "checked"):
        getattr(factors, name)
    factors.prior("", has_experts=False)


def _drain(path: Path) -> None:
    for _ in tables.rows(path):
        pass


def _grid_heads(catalog: Catalog) -> None:
    for folder in catalog.folders:
        for path in sorted((folder / "grids").glob("*.csv")):
            is_grid_table(path)


def _cites(path: Path, catalog: Catalog) -> None:
    citations.check(path, catalog.sources)


def _grid_rows(catalog: Catalog) -> None:
    """Read the figures of every zone.

    Raises InputError with the problems of all zones.
    """
    problems: list[Problem] = []
    for zone in catalog.zones:
        try:
            catalog.zone_rows(zone)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
