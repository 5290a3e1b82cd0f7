"""Text that others wrote, made harmless in Markdown, JSON, XML and workflow commands.

It depends on nothing that is installed, so that the action can use it before anything is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import groupby
from typing import Any

from carbonctl.text import COMMAND, printable

# Taken away from the text itself, and so free to mark where a reference is broken up.
_ZERO_WIDTH = "\u200b"
# The host looks for mentions, references, addresses and emoji in what Markdown has rendered:
# neither a backslash nor an entity hides them. What is invisible between their parts does.
_REFERENCE = re.compile(
    r"(?<=[@:])(?=\S)"  # a mention, an address, an emoji
    r"|(?<=\#)(?=\d)|(?<=\bgh-)(?=\d)"  # an issue or a pull request
    r"|(?<=\bwww)(?=\.)",
    re.ASCII | re.IGNORECASE,
)
_COMMIT = re.compile(r"\b(?!\d+\b)[0-9a-f]{7,}\b", re.ASCII | re.IGNORECASE)
_TOO_SHORT_FOR_A_COMMIT = re.compile(".{1,6}")
_SPECIAL = re.compile(rf"[\\`*_{{}}\[\]#!|~@:<>&${_ZERO_WIDTH}]")
_ENTITIES = {
    "&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", ":": "&#58;", "$": "&#36;",
    _ZERO_WIDTH: "&#8203;",
}  # fmt: skip


def markdown(text: str) -> str:
    """Return ``text`` so that Markdown, HTML and the host of a comment show it as it is.

    It stays on one line and in its cell of a table, and forms no link, image, mention,
    reference or emoji. What cannot be printed becomes a space.
    """
    plain = "".join(c if c.isprintable() else " " for c in text)
    broken = _REFERENCE.sub(_ZERO_WIDTH, plain)
    broken = _COMMIT.sub(lambda m: _ZERO_WIDTH.join(_TOO_SHORT_FOR_A_COMMIT.findall(m[0])), broken)
    return _SPECIAL.sub(lambda m: _ENTITIES.get(m[0], "\\" + m[0]), broken)


def as_json(document: Any) -> str:
    """Return a JSON document, in which control characters and commands are escaped."""
    return "".join(json_parts(document)) + "\n"


def json_parts(document: Any, level: int = 0) -> Iterator[str]:
    """Yield the text of a JSON document part by part, as `as_json` writes it.

    An iterator is written as a list, and what it yields need not be kept. ``level`` says how deep
    the document stands in another one.
    """
    if not isinstance(document, _NESTED):
        yield harmless(_encoder(level)(document))
        return
    opening, closing = "{}" if isinstance(document, dict) else "[]"
    line = "\n" + "  " * (level + 1)
    before = opening + line
    for head, member in _members(document):
        if head is None:  # those that are flat, all at once: in C
            yield before + harmless(_encoder(level)(member)[1:-1])
        else:
            yield before + harmless(head)
            yield from json_parts(member, level + 1)
        before = "," + line
    yield opening + closing if before[0] == opening else line[:-2] + closing


_NESTED = (dict, list, tuple, Iterator)


def _members(document: Any) -> Iterator[tuple[str | None, Any]]:
    """Yield nested members, each with what stands before it; those between them, with None."""
    if isinstance(document, dict):
        for is_nested, run in groupby(document.items(), lambda item: isinstance(item[1], _NESTED)):
            if is_nested:
                yield from ((f"{_encoder(0)(key)}: ", value) for key, value in run)
            else:
                yield None, dict(run)
        return
    for is_nested, run in groupby(document, lambda member: isinstance(member, _NESTED)):
        if is_nested:
            yield from (("", member) for member in run)
        else:
            yield None, list(run)


@cache
def _encoder(level: int) -> Callable[[Any], str]:
    """Return what writes a flat list or mapping, or a scalar, on lines of its own."""
    separators = (",\n" + "  " * (level + 1), ": ")
    return json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=separators).encode


def harmless(text: str) -> str:
    """Return a text of JSON in which control characters and commands are escaped."""
    if not text.isprintable() and not text.replace("\n", "").isprintable():
        text = "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
    return text.replace(COMMAND, "#\\u0023[")


def command(
    level: str, message: str, file: str = "", line: int | None = None, col: int | None = None
) -> str:
    """Return a workflow command; nothing in the texts can begin another or end this one."""
    places = [("file", file), ("line", line), ("col", col), ("title", "carbonctl")]
    properties = ",".join(f"{key}={_property(value)}" for key, value in places if value)
    return f"::{level} {properties}::{_data(message)}"


def _data(text: str) -> str:
    for raw, escaped in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(raw, escaped)
    return printable(text)


def _property(value: object) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")


_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
}  # fmt: skip


def latex(text: str) -> str:
    """Return ``text`` so that LaTeX sets it as it is, on one line."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return "".join(_LATEX.get(c, c) for c in plain)
