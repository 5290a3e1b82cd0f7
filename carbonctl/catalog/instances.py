"""Cloud machine types ("instances"), each found by a search of its row in the text of its table.

A row of cloud/instances.csv is one type: its devices, vCPUs and memory, and the host that it is a
part of. Only the row that is asked for, and those of the same host, are read.
"""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog import instance_names
from carbonctl.catalog.tables import Row, made, rows
from carbonctl.errors import InputError, Problem
from carbonctl.numbers.intervals import Number, Range
from carbonctl.spec.files import read_input
from carbonctl.text import check_text

TABLE = "cloud/instances.csv"
BASES = ("gpus", "vcpus")
GB_PER_GIB = 1.073741824
_SIGNED = re.compile(r"[+-]\d+(?:\.\d+)?")
_MOST_ROUNDING = 2e-6  # of shares, which the table gives with six digits


class Instance(NamedTuple):
    """A cloud machine type.

    Attributes
    ----------
    id, provider, type : str
        ``aws/p4d.24xlarge`` and its parts.
    device : str
        Id of its devices; of a type without any, of its CPU.
    gpus : float
        How many devices it has, which may be a fraction of one; 0 where it has none.
    vcpus, memory_gib : float or None
        Its virtual CPUs and its memory [GiB].
    host : str
        The machine that it is a part of: the id of a record, or the name of its largest size.
    host_gpus, host_vcpus : float or None
        What that machine has.
    share : float
        Share of the host that it takes, by its devices, or by its vCPUs where it has none.
    share_basis : str
        gpus or vcpus.
    vcpu_share, memory_share : float or None
        Its share of the host's vCPUs and memory.
    year : int
        Of the list that it stands in.
    source, note : str
        Keys of sources.yaml, and what else is to be known.
    """

    id: str
    provider: str
    type: str
    device: str
    gpus: float
    vcpus: float | None
    memory_gib: float | None
    host: str
    host_gpus: float | None
    host_vcpus: float | None
    share: float
    share_basis: str
    vcpu_share: float | None
    year: int
    source: str
    note: str
    memory_share: float | None = None

    @property
    def share_of_host(self) -> Number:
        """The share of the host; its ends are the least and the greatest of its shares."""
        known = [s for s in (self.share, self.vcpu_share, self.memory_share) if s is not None]
        low, high = min(known), max(known)
        return self.share if low == high else Range(self.share, low, high)

    @property
    def host_record(self) -> str | None:
        """The id of the host's record; None where it has none."""
        return self.host if "/" in self.host else None

    @property
    def parts(self) -> str:
        """What it has, in words."""
        devices = f"{self.gpus:.3g} × {self.device}" if self.gpus else f"CPU {self.device}"
        vcpus = "" if self.vcpus is None else f", {self.vcpus:g} vCPUs"
        memory = "" if self.memory_gib is None else f", {self.memory_gib:g} GiB"
        return devices + vcpus + memory


class Instances:
    """The machine types of some folders; the first folder that has one takes precedence."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._paths = [folder / TABLE for folder in folders]
        self._known: dict[str, Instance | None] = {}

    def get(self, name: str) -> Instance | None:
        """Return the type of this name: with or without its provider, in any case; else None.

        Raises
        ------
        LookupError
            Where several providers have a type of the name.
        InputError
            For a faulty row.
        """
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def find(self, name: str) -> Instance:
        """Return the type of this name.

        Raises
        ------
        LookupError
            With the types that it may mean, where there is none.
        """
        instance = self.get(name)
        if instance is None:
            known = [row.id for row in self.all()]
            raise LookupError(instance_names.unknown(name, known))
        return instance

    def _find(self, name: str) -> Instance | None:
        pattern = instance_names.row_pattern(name)
        for path in self._paths:
            if path == self._paths[-1]:
                matching = list(_matching(path, pattern, instance_names.end_of_id(name)))
            else:  # a table of the user's own may be written in any way
                matching = [cell for cell in rows(path) if pattern.match(f"{cell[1]['id']},")]
            ids = list(dict.fromkeys(row["id"] for _, row in matching))
            if len(ids) > 1:
                raise LookupError(instance_names.several(name, ids))
            if matching:
                line, row = matching[0]
                return _with_memory_share(path, made((path, line, row), _instance, _NOT))
        return None

    def all(self) -> Iterator[Instance]:
        """Yield every type, in the order of the tables."""
        seen: set[str] = set()
        for path in self._paths:
            here = [made((path, line, row), _instance, _NOT) for line, row in rows(path)]
            hosts = _host_memories(here)
            for instance in here:
                if instance.id.casefold() not in seen:
                    seen.add(instance.id.casefold())
                    yield _shared(instance, hosts.get(instance.host))


_NOT = "not a cloud machine type: "


@lru_cache(maxsize=16)
def _text(path: Path, modified_ns: int) -> tuple[str, str]:
    """Return the text of a table, and that in lower case; ``modified_ns`` tells its states apart.

    A place in one is the same place in the other, or the second is empty.
    """
    try:
        text = read_input(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError([Problem(str(path), 1, 1, f"not a CSV table: {error}")]) from None
    lower = text.lower()
    return text, lower if len(lower) == len(text) else ""


def _matching(path: Path, pattern: re.Pattern[str], part: str) -> Iterator[tuple[int, Row]]:
    """Yield (line, row) of each line of a table that a pattern matches; none without a file.

    Only the lines that hold a part, in either case, are tried: a pattern is slow to try on all.
    """
    if not os.path.lexists(path):
        return
    text, lower = _text(path, path.stat().st_mtime_ns)
    head, _, _ = text.partition("\n")
    for start, end in _lines_with(lower, part) if lower else _lines_with(text, ","):
        if pattern.match(text, start, end):
            yield _parsed(path, text.count("\n", 0, start) + 1, head, text[start:end])


def _lines_with(text: str, part: str) -> Iterator[tuple[int, int]]:
    """Yield where each line that holds a part begins and ends."""
    place = text.find(part)
    while place >= 0:
        end = text.find("\n", place)
        end = len(text) if end < 0 else end
        yield text.rfind("\n", 0, place) + 1, end
        place = text.find(part, end)


def _parsed(path: Path, number: int, head: str, line: str) -> tuple[int, Row]:
    """Return a line of a table as a row.

    Raises
    ------
    InputError
        Where its cells are not those of the head, or not plain text.
    """
    try:
        names, cells = csv.reader(io.StringIO(f"{head}\n{line}", newline=""), strict=True)
        if len(names) != len(cells):
            raise csv.Error("the row has another number of cells than the head")
        for cell in filter(None, cells):
            if not _SIGNED.fullmatch(cell):
                check_text(cell, "a cell")
    except (csv.Error, ValueError) as error:
        raise InputError([Problem(str(path), number, 1, f"{_NOT}{error}")]) from None
    return number, dict(zip(names, cells, strict=True))


def _with_memory_share(path: Path, instance: Instance) -> Instance:
    """Return a type with its share of the memory of its host, where a row is of all of that."""
    part = f",{instance.host},"
    of_host = re.compile(rf"[^\n]*{re.escape(part)}")
    same = [
        made((path, n, row), _instance, _NOT) for n, row in _matching(path, of_host, part.lower())
    ]
    return _shared(instance, _host_memories(same).get(instance.host))


def _host_memories(instances: list[Instance]) -> dict[str, float]:
    """Return the memory [GiB] of each host of which a type takes all."""
    memories: dict[str, float] = {}
    for instance in instances:
        if instance.share == 1 and instance.memory_gib is not None:
            memories[instance.host] = max(memories.get(instance.host, 0.0), instance.memory_gib)
    return memories


def _shared(instance: Instance, host_gib: float | None) -> Instance:
    if host_gib is None or instance.memory_gib is None:
        return instance
    return instance._replace(memory_share=min(instance.memory_gib / host_gib, 1.0))


def _figure(row: Row, key: str) -> float | None:
    text = row[key]
    if not text:
        return None
    part, _, whole = text.partition("/")  # a third of a device has no end of digits
    divisor = float(whole or 1)
    number = float(part) / divisor if divisor else math.inf
    if not (math.isfinite(number) and number >= 0):
        raise ValueError(f"{key}: `{text}` is not a number of 0 or more")
    return number


def _instance(row: Row) -> Instance:
    """Read a row.

    Raises
    ------
    ValueError
        Where its figures do not go together.
    """
    for key in ("provider", "type", "device", "host", "source"):
        if not row[key]:
            raise ValueError(f"{key} is empty")
    if row["id"] != f"{row['provider']}/{row['type']}":
        raise ValueError(f"the id `{row['id']}` is not provider/type")
    if row["share_basis"] not in BASES:
        raise ValueError(f"share_basis is {' or '.join(BASES)}, not `{row['share_basis']}`")
    keys = ("gpus", "vcpus", "memory_gib", "host_gpus", "host_vcpus")
    figures = {key: _figure(row, key) for key in keys}
    gpus, vcpus = figures["gpus"] or 0.0, figures["vcpus"]
    vcpu_share = _share(vcpus, figures["host_vcpus"], row["vcpu_share"], "vcpu_share")
    basis = (gpus, figures["host_gpus"]) if row["share_basis"] == "gpus" else (
        vcpus, figures["host_vcpus"]
    )  # fmt: skip
    share = _share(*basis, row["share"], "share")
    if share is None:
        raise ValueError(f"its share of the {row['share_basis']} of the host is unknown")
    if not gpus and vcpus is None:
        raise ValueError("it has neither gpus nor vcpus")
    return Instance(
        row["id"], row["provider"], row["type"], row["device"], gpus, vcpus,
        figures["memory_gib"], row["host"], figures["host_gpus"], figures["host_vcpus"], share,
        row["share_basis"], vcpu_share, int(row["year"]), row["source"], row["note"],
    )  # fmt: skip


def _share(part: float | None, whole: float | None, written: str, key: str) -> float | None:
    """Return a share in full digits, which the table gives rounded."""
    if part is None or not whole:
        if written:
            raise ValueError(f"{key} is given, and what it is of is not")
        return None
    share = part / whole
    if not written or abs(float(written) - share) > _MOST_ROUNDING:
        raise ValueError(f"{key} is {share:.6g}, not `{written}`")
    if not 0 < share <= 1:
        raise ValueError(f"{key} is not a share")
    return share
