"""Cuts inputs into documents: a file may hold one workload, several YAML ones, or JSON Lines.

JSON Lines are known by their name (.jsonl, .ndjson), or by their beginning: a line that is a
JSON object, or is meant as one, before another line. They are read piece by piece and never
whole. Each document keeps the line at which it begins; where an input holds several, ``#2``
is the second YAML document, and ``#2`` of JSON Lines what stands in line 2.
"""

from __future__ import annotations

import os
import re
import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.reading import limited, opened
from carbonctl.spec.files import MAX_BYTES

LINES = (".jsonl", ".ndjson")
_TABLES = (".csv", ".tsv", ".psv", ".parquet", ".csv.gz", ".csv.zst", ".xlsx")
BLOCK = 16 * 1024
_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_MARK = re.compile(rb"^(?:---|\.\.\.)(?=[ \t\r\n]|\Z)", re.M)
_NOT_JSON = (b"---", b"...", b"#")
_LONGEST = 3  # bytes of the longest of them


class Piece(NamedTuple):
    """A whole input, or some whole lines of JSON Lines.

    Attributes
    ----------
    data : bytes
        What was read.
    file : str
        What messages call the input.
    line : int
        The line at which the data begins.
    is_lines : bool
        Whether each line is a document.
    problem : Problem, optional
        Why there is nothing, or nothing more, to read.
    label : str
        What results call the data, where it is one document that was picked of several.
    """

    data: bytes
    file: str
    line: int = 1
    is_lines: bool = False
    problem: Problem | None = None
    label: str = ""


class Document(NamedTuple):
    """One workload or saved result of an input.

    Attributes
    ----------
    data : bytes
        Its own bytes.
    file, label : str
        What messages call the input, and results the document.
    line : int
        The line at which it begins.
    is_line : bool
        Whether it is one of JSON Lines.
    """

    data: bytes
    file: str
    label: str
    line: int = 1
    is_line: bool = False

    @property
    def place(self) -> str:
        """Where it begins, if it is one of several."""
        return self.file if self.label == self.file else f"{self.file}:{self.line}"


def pieces(path: str, name: str) -> Iterator[Piece | None]:
    """Yield what an input holds, and None before it would have to be waited for.

    A fault of reading is the last piece.
    """
    try:
        with opened(path, name) as descriptor:
            if name.lower().endswith(_TABLES):
                message = f"a table of jobs; `carbonctl fleet {name}` reads it"
                raise InputError([Problem(name, None, None, message)])
            start, are_lines = _start(descriptor, name)
            if are_lines:
                yield from _lines(descriptor, start.removeprefix(_BOM), name)
            else:
                yield Piece(limited(descriptor, name, start), name)
    except InputError as error:
        for problem in error.problems:
            yield Piece(b"", name, problem=problem)


def piece(data: bytes, name: str) -> Piece:
    """Return the piece of an input that was read already."""
    if _are_lines(data, name, is_all=True):
        return Piece(data.removeprefix(_BOM), name, is_lines=True)
    return Piece(data, name)


def _start(descriptor: int, name: str) -> tuple[bytes, bool]:
    """Return as much of an input as says whether it holds JSON Lines, and whether it does."""
    start = bytearray()
    while len(start) <= MAX_BYTES:
        more = os.read(descriptor, BLOCK)
        start += more
        if more and len(start) > len(more) and b"\n" not in more:
            continue  # the first line goes on
        are_lines = _are_lines(bytes(start), name, is_all=not more)
        if are_lines is not None:
            return bytes(start), are_lines
    return bytes(start), False


def _are_lines(start: bytes, name: str, *, is_all: bool) -> bool | None:
    """Return whether an input holds JSON Lines; None where more must be read to know."""
    text = start.removeprefix(_BOM).lstrip(_BLANK)
    if text and (name.endswith(LINES) or not text.startswith(b"{")):
        return name.endswith(LINES)
    first, _, rest = text.partition(b"\n")
    rest = rest.lstrip(_BLANK)
    if len(rest) < _LONGEST and not is_all:  # a second line is to come
        return None
    if not rest or rest.startswith(_NOT_JSON):
        return False
    second = rest.partition(b"\n")[0]
    return _is_object(first) or (first.rstrip().endswith(b"}") and _is_object(second))


def _is_object(line: bytes) -> bool:
    import json  # few need it

    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _lines(descriptor: int, data: bytes, name: str) -> Iterator[Piece | None]:
    """Yield whole lines as they can be read, some of them at a time."""
    rest, line = bytearray(), 1  # what was read of a line that goes on, and its number
    while data:
        whole, end, after = data.rpartition(b"\n")
        if end:
            whole = bytes(rest) + whole
            yield Piece(whole, name, line, is_lines=True)
            line += whole.count(b"\n") + 1
            rest.clear()
        rest += after
        if len(rest) > MAX_BYTES:
            raise InputError([Problem(name, line, 1, f"is a line of over {MAX_BYTES >> 20} MiB")])
        if not _is_ready(descriptor):
            yield None
        data = os.read(descriptor, BLOCK)
    if rest.strip():
        yield Piece(bytes(rest), name, line, is_lines=True)


def _is_ready(descriptor: int) -> bool:
    """Whether something can be read at once; where that is not known, say yes."""
    try:
        return bool(select.select([descriptor], [], [], 0)[0])
    except (OSError, ValueError):
        return True


def documents(piece: Piece) -> Iterator[Document]:
    """Yield the documents of a piece; blank ones are left out where there are others."""
    file = piece.file
    if piece.is_lines:
        for number, data in enumerate(piece.data.split(b"\n"), piece.line):
            if data and not data.isspace():
                yield Document(data, file, f"{file}#{number}", number, is_line=True)
        return
    if piece.label or (b"\n---" not in piece.data and b"\n..." not in piece.data):
        yield Document(piece.data, file, piece.label or file, piece.line)
        return
    parts = _yaml_documents(piece.data) or [(0, 0)]
    line, before = piece.line, 0
    for number, (start, end) in enumerate(parts, 1):
        line += piece.data.count(b"\n", before, start)
        before = start
        label = file if len(parts) == 1 else f"{file}#{number}"
        yield Document(piece.data[start:end], file, label, line)


def _yaml_documents(data: bytes) -> list[tuple[int, int]]:
    """Return where the documents of a YAML stream begin and end; empty ones are left out.

    A marker in the first column ends whatever stands before it, also a block of text, so that
    the stream can be cut before it is parsed, and a faulty document spoils no other.
    """
    cuts = [0]
    for mark in _MARK.finditer(data):
        is_end = mark[0] == b"..."
        cuts.append(data.find(b"\n", mark.start()) + 1 or len(data) if is_end else mark.start())
    spans: list[tuple[int, int]] = []
    first: int | None = None  # of directives, which go with the document below them
    for start, end in zip(cuts, [*cuts[1:], len(data)], strict=True):
        kind = _content(data[start:end])
        if kind == "text":
            spans.append((start if first is None else first, end))
        first = start if kind == "directives" else None
    is_alone = len(spans) == 1 and data.count(b"\n---") + data.startswith(b"---") < 2
    return [(0, spans[0][1])] if is_alone else spans


def _content(part: bytes) -> str:
    """Return what a part of a YAML stream holds: text, directives alone, or nothing."""
    kind = "nothing"
    for line in part.removeprefix(_BOM).removeprefix(b"---").split(b"\n"):
        text = line.strip()
        if text.startswith(b"%") and line.startswith(b"%"):
            kind = "directives"
        elif text and not text.startswith(b"#") and text != b"...":
            return "text"
    return kind


@contextmanager
def json_first(one: Document) -> Iterator[None]:
    """Say of a line that is no JSON where it ceases to be; YAML would say where it was lost.

    Raises
    ------
    InputError
        With the line and column, in place of what reading the document raised.
    """
    try:
        yield
    except InputError:
        if one.is_line:
            import json  # only faulty lines need it

            try:
                json.loads(one.data)
            except json.JSONDecodeError as error:
                said = f"not valid JSON: {error.msg}"
                raise InputError([Problem(one.file, one.line, error.colno, said)]) from None
            except (ValueError, RecursionError):
                pass
        raise
