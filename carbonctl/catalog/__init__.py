"""Finds facts in hardware_db: by id in one file, by alias only on a miss, and lazily."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from carbonctl.catalog import folders, tables
from carbonctl.catalog.records import Defaults, Device, Host, Named, Record, Source
from carbonctl.checks import check
from carbonctl.errors import InputError, Problem
from carbonctl.located import Map, decode, parse
from carbonctl.near import fold, nearest

R = TypeVar("R", bound=Record)
N = TypeVar("N", bound=Named)

DEVICES = ("accelerators", "cpus", "phones")
HOSTS = ("hosts",)
_ID = re.compile(r"[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*")
_MOST_CANDIDATES = 8


def _load(path: Path, model: type[R], extra: dict[str, str]) -> R:
    """Read one record.

    Raises
    ------
    InputError
        With the file, line and column of every fault in it.
    """
    file = str(path)
    tree = parse(decode(path.read_bytes(), file), file)
    if not isinstance(tree, Map):
        raise InputError([Problem(file, 1, 1, "a record is a mapping")])
    record, problems = check(model, {**tree, **extra}, tree, file)
    if record is None:
        raise InputError(problems)
    return record


class Catalog:
    """The database that comes with carbonctl, behind the user's own folders.

    Parameters
    ----------
    own : tuple of Path
        Folders of the form of hardware_db that go before it.
    """

    def __init__(self, own: tuple[Path, ...] = ()) -> None:
        self.folders = (*own, folders.builtin())
        self._records: dict[tuple[str, str], Any] = {}

    @cached_property
    def version(self) -> str:
        """The version of the built-in data."""
        return (self.folders[-1] / "VERSION").read_text(encoding="utf-8").strip()

    def device(self, name: str) -> Device:
        """Return the device with this id or alias.

        Raises
        ------
        LookupError
            With the nearest names.
        """
        return self._record(name, DEVICES, Device)

    def host(self, name: str) -> Host:
        """Return the host with this id or alias.

        Raises
        ------
        LookupError
            With the nearest names.
        """
        return self._record(name, HOSTS, Host)

    def check_device(self, name: str) -> None:
        """Raise ValueError where no device has this id or alias."""
        try:
            self.device(name)
        except LookupError as error:
            raise ValueError(error.args[0]) from None

    def check_host(self, name: str) -> None:
        """Raise ValueError where no host has this id or alias."""
        try:
            self.host(name)
        except LookupError as error:
            raise ValueError(error.args[0]) from None

    def check_grid(self, name: str) -> None:
        """Raise ValueError where no zone or cloud region has this id."""
        try:
            self.zone(name)
        except LookupError as error:
            raise ValueError(error.args[0]) from None

    def _record(self, name: str, kinds: tuple[str, ...], model: type[N]) -> N:
        key = (model.__name__, name)
        if key not in self._records:
            path = self._path(name, kinds) or self._by_alias(name, kinds, model)
            identity = f"{path.parent.name}/{path.stem}"
            self._records[key] = _load(path, model, {"id": identity})
        record: N = self._records[key]
        return record

    def _path(self, identity: str, kinds: tuple[str, ...]) -> Path | None:
        if not _ID.fullmatch(identity):
            return None
        for folder in self.folders:
            for kind in kinds:
                path = folder / kind / f"{identity}.yaml"
                if path.is_file():
                    return path
        return None

    def _by_alias(self, name: str, kinds: tuple[str, ...], model: type[N]) -> Path:
        wanted = fold(name)
        for identity, path in self.paths(kinds).items():
            text = path.read_text(encoding="utf-8", errors="replace")
            if wanted in fold(identity + "\n" + text):  # worth reading as a record
                record = _load(path, model, {"id": identity})
                if wanted in map(fold, record.names):
                    return path
        known: dict[str, str] = {}
        for record in self.all(kinds, model):
            for alias in record.names:
                known.setdefault(alias, record.id)
        raise LookupError(_unknown(name, known, model.__name__.lower()))

    def paths(self, kinds: tuple[str, ...]) -> dict[str, Path]:
        """Return the file of every record of some folders by id; the user's hide ours."""
        found: dict[str, Path] = {}
        for folder in reversed(self.folders):
            for kind in kinds:
                for path in (folder / kind).glob("*/*.yaml"):
                    found[f"{path.parent.name}/{path.stem}"] = path
        return dict(sorted(found.items()))

    def all(self, kinds: tuple[str, ...], model: type[N]) -> Iterator[N]:
        """Yield every record of some folders, sorted by id."""
        for identity, path in self.paths(kinds).items():
            yield _load(path, model, {"id": identity})

    @cached_property
    def grids(self) -> dict[str, list[tables.GridRow]]:
        """The rows of every zone."""
        return tables.grid_rows(self.folders)

    @cached_property
    def regions(self) -> dict[str, tables.Region]:
        """Every cloud region by id."""
        return tables.regions(self.folders)

    def zone(self, name: str) -> tuple[str, tables.Region | None]:
        """Return the zone that a name means, and the cloud region if it is one.

        Raises
        ------
        LookupError
            With the nearest names.
        """
        if "/" in name:
            region = self.regions.get(name.lower())
            if region is not None:
                return region.grid, region
            raise LookupError(_unknown(name, {r: r for r in self.regions}, "cloud region"))
        for zone, rows in self.grids.items():
            if fold(name) in (fold(zone), fold(rows[0].name)):
                return zone, None
        known = {zone: zone for zone in self.grids}
        known.update({rows[0].name: zone for zone, rows in self.grids.items()})
        raise LookupError(_unknown(name, known, "grid"))

    def grid(self, zone: str, year: int | None, basis: str | None) -> tables.GridRow:
        """Return the row of a zone that fits best.

        The wanted basis, else life-cycle, else direct; then the nearest year, the later of
        two equally near, the latest where no year is given.

        Raises
        ------
        LookupError
            Where the zone has no row of the wanted basis.
        """
        rows = self.grids[zone]
        fitting = [row for row in rows if basis is None or row.basis == basis]
        if not fitting:
            raise LookupError(f"grid `{zone}` has no {basis} figure, only {rows[0].basis}")
        best = "life-cycle" if any(r.basis == "life-cycle" for r in fitting) else fitting[0].basis
        fitting = [row for row in fitting if row.basis == best]
        if year is None:
            return max(fitting, key=lambda row: row.year)
        return min(fitting, key=lambda row: (abs(row.year - year), -row.year))

    @cached_property
    def defaults(self) -> Defaults:
        """The figures that stand in where neither spec nor catalog has one."""
        paths = [folder / "defaults.yaml" for folder in self.folders]
        return _load(next(path for path in paths if path.is_file()), Defaults, {})

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every citation by its key."""
        found: dict[str, Source] = {}
        for folder in self.folders:
            path = folder / "sources.yaml"
            if path.is_file():
                found = {**_sources(path), **found}
        return found


def _sources(path: Path) -> dict[str, Source]:
    file = str(path)
    tree = parse(decode(path.read_bytes(), file), file)
    if not isinstance(tree, Map):
        raise InputError([Problem(file, 1, 1, "a mapping of keys to citations is wanted")])
    checked = {key: check(Source, entry, tree, file, (key,)) for key, entry in tree.items()}
    problems = [problem for _, found in checked.values() for problem in found]
    if problems:
        raise InputError(problems)
    return {key: source for key, (source, _) in checked.items() if source is not None}


def _unknown(name: str, known: dict[str, str], what: str) -> str:
    """Say that a name is not known, and which ones it may mean."""
    wanted = fold(name)
    inside = [identity for alias, identity in known.items() if wanted and wanted in fold(alias)]
    candidates = list(dict.fromkeys(inside))
    lister = "grid" if what in ("grid", "cloud region") else "hardware"
    listing = f"`carbonctl {lister} list` lists them all"
    if len(candidates) > 1:
        shown = ", ".join(candidates[:_MOST_CANDIDATES])
        more = ", …" if len(candidates) > _MOST_CANDIDATES else ""
        return f"`{name}` fits several {what}s: {shown}{more}; name one ({listing})"
    close = candidates or list(dict.fromkeys(known[n] for n in nearest(name, known)))
    hint = f"; did you mean {' or '.join(f'`{c}`' for c in close)}?" if close else ""
    return f"unknown {what} `{name}`{hint} ({listing})"
