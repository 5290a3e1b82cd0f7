"""Picks the documents that an argument means: all of its inputs, or one by its number.

``jobs.yaml#2`` is the second YAML document that holds anything, ``jobs.jsonl#2`` what stands
in line 2: the labels that results have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.discovery import Found
from carbonctl.inputs.documents import Document, Piece, documents, pieces
from carbonctl.inputs.reading import STDIN, called

_SHOWN = 3  # labels that a message lists


def every(found: Iterable[Found], stdin_name: str = STDIN) -> Iterator[Piece | None]:
    """Yield what some inputs hold, and None before one would have to be waited for."""
    for target in found:
        name = called(target.path, stdin_name)
        if target.problem is not None:
            yield Piece(b"", name, problem=target.problem)
        elif target.number is None:
            yield from pieces(target.path, name)
        else:
            yield from picked(pieces(target.path, name), name, target.number)


def picked(found: Iterable[Piece | None], name: str, number: int) -> Iterator[Piece | None]:
    """Yield one document of an input alone, or what is wrong where there is none.

    Parameters
    ----------
    found : iterable of Piece or None
        What the input holds.
    name : str
        What messages call it.
    number : int
        Of a line of JSON Lines, or of a YAML document; both count from 1.
    """
    last = 0
    for piece in found:
        if piece is None or piece.problem is not None:
            yield piece
            if piece is not None:
                return
            continue
        if not piece.is_lines:
            yield _document(piece, number)
            return
        lines = piece.data.split(b"\n")
        if piece.line <= number < piece.line + len(lines):
            data = lines[number - piece.line]
            if data.strip():
                yield Piece(data, name, number, is_lines=True)
            else:
                yield _none(name, number, f"line {number} is blank")
            return
        last = piece.line + len(lines) - 1
    yield _none(name, 1, f"there is no line {number}; the last is line {last}")


def _document(piece: Piece, number: int) -> Piece:
    there = list(documents(piece))
    if not 1 <= number <= len(there):
        held = "it holds one" if len(there) == 1 else f"it holds {len(there)}"
        return _none(piece.file, 1, f"there is no document {number}; {held}")
    document = there[number - 1]
    return Piece(document.data, document.file, document.line, label=f"{document.file}#{number}")


def _none(name: str, line: int, message: str) -> Piece:
    return Piece(b"", name, problem=Problem(name, line, 1, message))


def all_of(found: Iterable[Piece | None]) -> Iterator[Document]:
    """Yield the documents of some pieces.

    Raises
    ------
    InputError
        Where one cannot be read.
    """
    for piece in found:
        if piece is None:
            continue
        if piece.problem is not None:
            raise InputError([piece.problem])
        yield from documents(piece)


def single(one: Found, example: str) -> Document:
    """Return the only document of an input.

    Parameters
    ----------
    one : Found
        The input.
    example : str
        How one of several is asked for, with ``{}`` for its label.

    Raises
    ------
    InputError
        Where it cannot be read, or holds several.
    """
    first, *others = islice(all_of(every([one])), _SHOWN + 1)
    if not others:
        return first
    labels = [document.label for document in (first, *others)]
    listed = ", ".join(labels[:_SHOWN]) + (", …" if len(labels) > _SHOWN else "")
    how = "save it and name one" if one.path == "-" else "name one"
    asked = example.format("FILE#1" if one.path == "-" else first.label)
    message = f"holds several documents: {listed}; {how}, as in {asked}"
    raise InputError([Problem(first.file, 1, 1, message)])
