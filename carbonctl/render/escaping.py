"""Text that others wrote, made harmless in Markdown, JSON, XML and workflow commands.

It depends on nothing that is installed, so that the action can use it before anything is.
"""

from __future__ import annotations

import json
import re
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
    broken = _COMMIT.sub(_in_short_parts, _REFERENCE.sub(_ZERO_WIDTH, plain))
    return _SPECIAL.sub(lambda m: _ENTITIES.get(m[0], "\\" + m[0]), broken)


def _in_short_parts(commit: re.Match[str]) -> str:
    return _ZERO_WIDTH.join(_TOO_SHORT_FOR_A_COMMIT.findall(commit[0]))


def as_json(document: Any) -> str:
    """Return a JSON document, in which control characters and commands are escaped."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if not text.replace("\n", "").isprintable():
        text = "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
    return text.replace(COMMAND, "#\\u0023[")


def command(
    level: str,
    message: str,
    file: str = "",
    line: int | None = None,
    col: int | None = None,
) -> str:
    """Return a workflow command; nothing in the texts can begin another or end this one."""
    places = [("file", file), ("line", line), ("col", col), ("title", "carbonctl")]
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in places if value)
    return f"::{level} {properties}::{_data(message)}"


def _data(text: str) -> str:
    for raw, escaped in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(raw, escaped)
    return printable(text)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
