"""What logs of OpenCost and Kubernetes share: JSON with lines, tables, and what GPUs are called."""

from __future__ import annotations

import csv
import json
import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, NamedTuple, NoReturn

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.records import broken, odd_width

UNTYPED = "gpu"  # the name of GPUs whose model no label and no map tells
PRODUCT = "nvidia_com_gpu_product"  # the node label nvidia.com/gpu.product
SHARED_GPU = "a share of a GPU (nvidia.com/gpu.shared), which is not counted"
LARGEST = 1e18  # more bytes, cores or seconds than any log can mean
_GPUS = ("nvidia_com_gpu", "amd_com_gpu")
_MIG = "nvidia_com_mig_"
_NOT_WORDS = re.compile(r"[^a-zA-Z0-9_]")
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Unreadable(ValueError):
    """A value that cannot be read, with what it belongs to and what would be right."""

    def __init__(self, column: str, value: object, message: str) -> None:
        super().__init__(message)
        self.column, self.value, self.message = column, value, message


def figure(value: object, column: str) -> float | None:
    """Return a number that is not negative, of JSON or of a text; None where there is none.

    Raises
    ------
    Unreadable
    """
    if value is None or value == "":
        return None
    try:
        number = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not 0 <= number <= LARGEST:
        raise Unreadable(column, value, f"`{str(value)[:40]}` is not a number from 0 to 1e18")
    return number


def iso(seconds: float) -> str:
    """Return a moment in seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def moment(text: object, column: str) -> datetime:
    """Return a moment that JSON gives as RFC 3339.

    Raises
    ------
    Unreadable
    """
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise Unreadable(column, text, f"`{text}` is not a time such as `2026-03-01T00:10:00Z`")
    return read


# What GPUs are called ---------------------------------------------------------------------------


def word(name: str) -> str:
    """Return a name as Prometheus has it: ``nvidia.com/gpu`` is ``nvidia_com_gpu``."""
    return _NOT_WORDS.sub("_", name)


def gpu_profile(resource: str) -> str | None:
    """Return what kind of GPU a resource is: a MIG profile such as ``1g.5gb``, empty for a whole.

    None where it is no GPU.
    """
    name = word(resource)
    if name in _GPUS:
        return ""
    return name.removeprefix(_MIG).replace("_", ".") if name.startswith(_MIG) else None


def is_shared_gpu(resource: str) -> bool:
    """Whether a resource is a share of a GPU in time."""
    name = word(resource)
    return name.endswith("_shared") and gpu_profile(name.removesuffix("_shared")) is not None


def device_name(profile: str, product: str) -> str:
    """Return what a GPU is called: as GPU feature discovery labels it, MIG profile included."""
    if not profile:
        return product or UNTYPED
    return f"{product}-MIG-{profile}" if product else f"MIG-{profile}"


def product_of_node(options_map: Mapping[str, Any], node: str) -> str:
    """Return the GPU that a map gives to a node: ``nodes: {gpu-a*: {gpu: a100}}``."""
    nodes = options_map.get("nodes") or {}
    if not isinstance(nodes, Mapping) or not all(isinstance(n, Mapping) for n in nodes.values()):
        refuse("map", "nodes: write each as `PATTERN: {gpu: a100}`")
    for pattern, entry in nodes.items():
        if fnmatchcase(node, str(pattern)) and "gpu" in entry:
            return str(entry["gpu"])
    return ""


# JSON with the lines of its parts ---------------------------------------------------------------


class Document:
    """A JSON text of which each part is found with its line."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self.value = self._read(0)

    def _read(self, start: int) -> Any:
        start = self._skip(start)
        try:
            value, end = _DECODER.raw_decode(self.text, start)
        except json.JSONDecodeError as error:
            refuse(self.name, f"this is not JSON: {error.msg}", error.lineno)
        except RecursionError:
            refuse(self.name, "lists within lists, too deep to be a log")
        except ValueError as error:  # a number of thousands of digits
            refuse(self.name, f"this is not JSON: {error}")
        if start == self._skip(0) and self.text[end:].strip():
            refuse(self.name, "one JSON document expected, and more follows", self.line(end))
        return value

    def _skip(self, start: int) -> int:
        match = _SPACE.match(self.text, start)
        return match.end() if match else start

    def line(self, place: int) -> int:
        """Return the line of a place, from 1."""
        return bisect_right(self._ends, place - 1) + 1

    def place(self, *path: str) -> int:
        """Return where the value at a path of keys begins; of a key that comes twice the last."""
        start = self._skip(0)
        for key in path:
            start = [place for name, _, place in self._members(start) if name == key][-1]
        return start

    def items_at(self, place: int) -> Iterator[tuple[Any, int, int]]:
        """Yield each item of the list or mapping that begins at a place: value, line, place."""
        for _, value, start in self._members(place):
            yield value, self.line(start), start

    def _members(self, start: int) -> Iterator[tuple[str, Any, int]]:
        is_mapping = self.text[start : start + 1] == "{"
        place, key = self._skip(start + 1), ""
        while self.text[place : place + 1] not in ("]", "}", ""):
            if is_mapping:
                key, end = _DECODER.raw_decode(self.text, place)
                place = self._skip(self._skip(end) + 1)
            value, end = _DECODER.raw_decode(self.text, place)
            yield key, value, place
            place = self._skip(end)
            if self.text[place : place + 1] == ",":
                place = self._skip(place + 1)


# Tables -----------------------------------------------------------------------------------------


class Line(NamedTuple):
    """A row of a table, the line on which it begins, and why it cannot be read; else nothing."""

    number: int
    cells: dict[str, str]
    wrong: str


def table(
    name: str, lines: Iterator[str], needed: Sequence[str]
) -> tuple[list[str], Iterator[Line]]:
    """Return the header of a table with commas, and its rows.

    Raises
    ------
    InputError
        Where it is empty, lacks a column that is needed, or has one twice.
    """
    reader = csv.reader(lines, strict=True)
    try:
        header = next(reader, [])
    except csv.Error as error:
        refuse(name, f"this is not a table: {broken(reader.line_num, error)[0]}", 1)
    if not header:
        refuse(name, "it is empty: expected a header")
    problems = [f"no column {column}" for column in needed if column not in header]
    problems += [f"the column {c} comes {n} times" for c, n in Counter(header).items() if n > 1]
    if problems:
        raise InputError(Problem(name, 1, None, problem) for problem in problems)
    return header, _rows(reader, header)


def _rows(reader: Any, header: list[str]) -> Iterator[Line]:
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Line(number, {}, broken(reader.line_num - number + 1, error)[0])
            continue
        if cells is None:
            return
        if cells:
            wrong = odd_width(cells, len(header)) if len(cells) != len(header) else ""
            yield Line(number, dict(zip(header, cells, strict=False)), wrong)


def refuse(name: str, message: str, line: int | None = None) -> NoReturn:
    """Raise an InputError of a log as a whole."""
    raise InputError([Problem(name, line, None, message)])
