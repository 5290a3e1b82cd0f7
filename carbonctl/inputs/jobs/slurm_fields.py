"""The fields of Slurm's sacct: trackable resources, memory, times and states.

After Slurm's own manual, doc/man/man1/sacct.1 of SchedMD/slurm. M, G and T are binary there:
``mem=250G`` is 250 · 2³⁰ bytes.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

GB = 1e9
UNTYPED = "gpu"  # as Slurm calls GPUs without a type, in `gres/gpu=2`
_BINARY = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40, "P": 2**50, "": 2**20}
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)([KMGTP]?)B?", re.I | re.ASCII)
_REQUESTED = re.compile(r"(\d+(?:\.\d+)?[KMGTP]?)([cn]?)", re.I | re.ASCII)
_CLOCK = re.compile(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)", re.ASCII)
_SHARES = ("gres/shard", "gres/mps")
NEVER = frozenset(("", "Unknown", "None", "N/A", "NONE", "UNKNOWN"))
FAILED = frozenset(("FAILED", "OUT_OF_MEMORY", "NODE_FAIL", "TIMEOUT", "CANCELLED"))
_LONGEST_SHOWN = 40
LONGEST_S = 4e9  # more than a century


def shown(text: str) -> str:
    """Return a cell as messages show it, cut where it is long."""
    return f"`{text}`" if len(text) <= _LONGEST_SHOWN else f"`{text[:_LONGEST_SHOWN]}…`"


class Unreadable(ValueError):
    """A cell that is not of its field's form; the text says what would be."""


class Resources(NamedTuple):
    """What a job was given, of AllocTRES.

    Attributes
    ----------
    cores : float, optional
        Without a figure where the list has no ``cpu``.
    memory_gb : float, optional
        In 10⁹ bytes; ``mem=0`` asks for all of a node, and says no figure.
    nodes : float, optional
    devices : tuple of (str, float)
        GPUs by type, `UNTYPED` last.
    has_gpu_shares : bool
        Whether it has ``gres/shard`` or ``gres/mps`` and no GPUs of its own.
    """

    cores: float | None
    memory_gb: float | None
    nodes: float | None
    devices: tuple[tuple[str, float], ...]
    has_gpu_shares: bool


def resources(text: str) -> Resources:
    """Read a list such as ``cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=64G,node=1``.

    The plain entry of GPUs is the total of the typed ones, and what it has above them is
    without a type.

    Raises
    ------
    Unreadable
    """
    entries: dict[str, str] = {}
    for entry in filter(None, text.split(",")):
        name, equals, value = entry.partition("=")
        if not equals:
            raise Unreadable(f"{shown(entry)} is not of the form NAME=VALUE, such as `cpu=8`")
        entries[name.strip()] = value.strip()
    cores, nodes = entries.get("cpu"), entries.get("node")
    memory = memory_gb(entries["mem"]) if "mem" in entries else None
    devices = _devices(entries)
    return Resources(
        None if cores is None else count(cores, "cpu"),
        memory or None,
        None if nodes is None else count(nodes, "node"),
        devices,
        not devices and any(name.partition(":")[0] in _SHARES for name in entries),
    )


def _devices(entries: dict[str, str]) -> tuple[tuple[str, float], ...]:
    typed = [
        (name.partition(":")[2], count(value, name))
        for name, value in entries.items()
        if name.startswith("gres/gpu:")
    ]
    untyped = count(entries.get("gres/gpu", "0"), "gres/gpu") - sum(n for _, n in typed)
    return tuple((name, n) for name, n in (*typed, (UNTYPED, untyped)) if n > 0)


def count(text: str, what: str) -> float:
    """Return a count.

    Raises
    ------
    Unreadable
    """
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise Unreadable(f"{what} {shown(text)} is not a count such as `8`")
    return float(text)


def memory_gb(text: str) -> float:
    """Return a memory such as ``250G``, ``0.50G`` or ``8000000M`` in 10⁹ bytes.

    A figure without a unit is in M.

    Raises
    ------
    Unreadable
    """
    match = _MEMORY.fullmatch(text)
    if match is None or len(match[1]) > 20:
        raise Unreadable(f"{shown(text)} is not a memory such as `64G`")
    return float(match[1]) * _BINARY[match[2].upper()] / GB


def requested_gb(text: str, cores: float | None, nodes: float | None) -> float | None:
    """Return what ReqMem asks for in all, in 10⁹ bytes; None where it is all of a node.

    Slurm before 21.08 writes ``4000Mc`` for each core and ``8Gn`` for each node.

    Raises
    ------
    Unreadable
    """
    if text in NEVER:
        return None
    match = _REQUESTED.fullmatch(text)
    if match is None:
        raise Unreadable(f"{shown(text)} is not a memory such as `64G`, `4000Mc` or `8Gn`")
    each = memory_gb(match[1])
    of = {"c": cores, "n": nodes, "": 1.0}[match[2].lower()]
    return each * of if each and of else None


def seconds(text: str) -> float:
    """Return the seconds of an elapsed time: ``[D-][HH:]MM:SS[.mmm]``.

    Raises
    ------
    Unreadable
    """
    match = _CLOCK.fullmatch(text)
    if match is None or len(text) > 40:
        raise Unreadable(f"{shown(text)} is not a time such as `1-02:03:04`")
    days, hours, minutes, rest = (float(part or 0) for part in match.groups())
    return days * 86_400 + hours * 3600 + minutes * 60 + rest


def state_name(text: str) -> str:
    """Return a state without whom a job was cancelled by, and without the sign of a cut."""
    return text.partition(" ")[0].rstrip("+")


class Clock:
    """Times as sacct writes them, in the zone of the cluster, as ISO 8601 with the zone.

    The difference from UTC is kept for each hour.
    """

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._offsets: dict[str, str] = {}
        self._is_utc = zone is UTC

    def iso(self, text: str) -> str | None:
        """Return a time with its zone; None where it is unknown.

        Raises
        ------
        Unreadable
        """
        if text in NEVER:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise Unreadable(f"{shown(text)} is not a time such as `2026-03-01T00:10:00`") from None
        if len(text) != 19 or text[10] != "T":
            return self._with_zone(moment).isoformat()
        if self._is_utc:
            return f"{text}+00:00"
        hour = text[:13]
        offset = self._offsets.get(hour)
        if offset is None:
            offset = self._offsets[hour] = self._with_zone(moment).isoformat()[19:]
        return text + offset

    def _with_zone(self, moment: datetime) -> datetime:
        return moment if moment.tzinfo else moment.replace(tzinfo=self._zone)

    def end(self, text: str, start: str | None) -> str | None:
        """Return when a job ended: of an hour that comes twice the one after its start.

        Raises
        ------
        Unreadable
            Also where it ended before it began.
        """
        end = self.iso(text)
        if end is None or start is None or end >= start:
            return end
        moment, began = datetime.fromisoformat(end), datetime.fromisoformat(start)
        if moment < began and not datetime.fromisoformat(text).tzinfo:
            moment = datetime.fromisoformat(text).replace(tzinfo=self._zone, fold=1)
        if moment - began < timedelta():
            raise Unreadable(f"the job ends before it begins, at {start}")
        return moment.isoformat()
