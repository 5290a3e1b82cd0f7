"""Finds records of hardware_db: by id in one file, by alias only on a miss, and lazily.

A faulty file raises InputError with the place of every fault in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from carbonctl.catalog import names
from carbonctl.catalog.records import Device, Host
from carbonctl.catalog.records_reader import Fault, Reader
from carbonctl.errors import InputError, Problem
from carbonctl.spec.files import read_input
from carbonctl.spec.tree import Map, Node, decode, parse, place_of
from carbonctl.text import check_text, few_searches, fold

_ID = re.compile(r"[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*")
_LISTING = "`carbonctl hardware list` lists them all"
_MOST_NEAR = 3
T = TypeVar("T", bound=Device | Host)
_WITH_SERIES = ("gpu", "tpu", "npu")
_FORMS_IN_NAMES = ("pcie", "sxm", "oam")


def load(path: Path, form: Reader, extra: dict[str, str]) -> Any:
    """Read one file by its form."""
    file = str(path)
    return read_record(parse(decode(read_input(path), file), file), file, form, extra)


def identity_of(path: Path) -> str:
    """Return the id of a record's file.

    Raises
    ------
    InputError
        For one that is more than text where it is shown.
    """
    identity = f"{path.parent.name}/{path.stem}"
    try:
        check_text(identity, "the name of a record")
    except ValueError as error:
        raise InputError([Problem(str(path), 1, 1, str(error))]) from None
    return identity


def read_record(tree: Node, file: str, form: Reader, extra: dict[str, str]) -> Any:
    """Return what a form makes of a parsed file; ``extra`` are keys that the file has not."""
    if not isinstance(tree, Map):
        raise InputError([Problem(file, 1, 1, "a mapping of keys to values is wanted here")])
    faults: list[Fault] = []
    with few_searches():
        record = form({**tree, **extra}, (), faults)
    if faults:
        places = [(fault, place_of(tree, fault.at, key=fault.key)) for fault in faults]
        raise InputError(Problem(file, at.line, at.col, said.message) for said, at in places)
    return record


class Shelf(Generic[T]):
    """The records of some folders: devices, or hosts.

    Parameters
    ----------
    what : str
        What one is: device, host.
    kinds : tuple of str
        The folders that hold them.
    form : Reader
        How one is read.
    folders : tuple of Path
        Folders of the form of hardware_db; the first takes precedence.
    check : callable
        Refuses a file that names an unknown source.
    """

    def __init__(
        self,
        what: str,
        kinds: tuple[str, ...],
        form: Reader,
        folders: tuple[Path, ...],
        check: Callable[[Path], None],
    ) -> None:
        self.what = what
        self.kinds = kinds
        self.form = form
        self.folders = folders
        self.check = check
        self._records: dict[str, T | None] = {}
        self._messages: dict[str, str] = {}
        self._loaded: dict[Path, T] = {}

    def find(self, name: str, others: Shelf[Any]) -> T:
        """Return the record with this id or alias, or the only one of this model.

        Raises
        ------
        LookupError
            With what the name may mean, also among records of another kind.
        """
        record = self.get(name)
        if record is None:
            if name not in self._messages:
                self._messages[name] = self._unknown(name, others)
            raise LookupError(self._messages[name])
        return record

    def get(self, name: str) -> T | None:
        """Return the record with this id or alias, or the only one of this model; else None."""
        if name not in self._records:
            path = self.path(name) or self._aliased(name) or self._only(name)
            self._records[name] = None if path is None else self._load(path)
        return self._records[name]

    def path(self, identity: str) -> Path | None:
        """Return the file of a record by its id."""
        if not _ID.fullmatch(identity):
            return None
        for folder in self.folders:
            for kind in self.kinds:
                path = f"{folder}/{kind}/{identity}.yaml"  # a Path for each takes much longer
                if os.path.lexists(path):
                    return Path(path)
        return None

    def paths(self) -> dict[str, Path]:
        """Return the file of every record by id; the user's hide ours."""
        by_id: dict[str, Path] = {}
        for folder in reversed(self.folders):
            for kind in self.kinds:
                for path in (folder / kind).glob("*/*.yaml"):
                    by_id[identity_of(path)] = path
        return dict(sorted(by_id.items()))

    def all(self) -> Iterator[T]:
        """Yield every record, sorted by id."""
        yield from map(self._load, self.paths().values())

    def of_maker(self, maker: str) -> Iterator[T]:
        """Yield every record of a maker, whose ids begin with its name."""
        for identity, path in self.paths().items():
            if identity.partition("/")[0] == maker:
                yield self._load(path)

    def _load(self, path: Path) -> T:
        """Return the record of a file, which is read once."""
        if path not in self._loaded:
            self._loaded[path] = load(path, self.form, {"id": identity_of(path)})
            self.check(path)
        return self._loaded[path]

    @cached_property
    def _index(self) -> names.Index:
        return names.Index(map(_called, self.all()))

    def _aliased(self, name: str) -> Path | None:
        """Return the file of the record that has a name as its id or alias."""
        wanted = fold(name)
        if "_index" in self.__dict__:  # a name before this one was unknown
            identity = self._index.by_name.get(wanted)
            return None if identity is None else self.path(identity)
        for identity, path in self.paths().items():
            text = read_input(path).decode("utf-8", "replace")
            is_worth_reading = wanted in fold(identity + "\n" + text)
            if is_worth_reading and wanted in map(fold, self._load(path).names):
                return path
        return None

    def _only(self, name: str) -> Path | None:
        """Return the file of the only record of a model; ids are written in full."""
        only = None if _ID.fullmatch(name.casefold()) else self._index.only(name)
        return None if only is None else self.path(only)

    def near(self, name: str) -> list[str]:
        """Return the ids that a name may mean which is no id or alias."""
        return self._index.meant(name) or self._index.misspelt(name)

    def said_of(self, name: str) -> str:
        """Return what is said of a name that nothing resembles: where to look for it.

        Nothing where no model is a sign away from it.
        """
        word, ids = self._index.near(name)
        if not ids:
            return ""
        more = ", …" if len(ids) > _MOST_NEAR else ""
        near = ", ".join(ids[:_MOST_NEAR]) + more
        return (
            f"unknown {self.what} `{names.shown(name)}`; near: {near} "
            f"(`carbonctl hardware search {word}`)"
        )

    def _unknown(self, name: str, others: Shelf[Any]) -> str:
        """Return what a name may mean that is no record's here."""
        if not self._index.meant(name):
            same = [name] if others._aliased(name) else others._index.meant(name)
            if same:
                return names.of_another_kind(name, others.what, same, _LISTING)
        return self._index.unknown(name, self.what, _LISTING)


def _called(record: Device | Host) -> names.Called:
    """Return what a device or host is called, with what its memory and its form add to that."""
    memory = record.memory
    forms = {form for form in _FORMS_IN_NAMES if form == getattr(record, "form", None)}
    if memory is not None and memory.capacity is not None:
        forms.add(f"{memory.capacity.best:g}gb")
    if memory is not None and memory.type:
        forms.update(fold(memory.type).split())
    return names.Called(record.id, record.names, record.kind in _WITH_SERIES, frozenset(forms))
