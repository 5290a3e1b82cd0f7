"""Text from files and arguments: which names are refused, and how any text is shown.

A spreadsheet reads a cell that begins with ``=`` as a formula. A terminal obeys control
characters. The runner of GitHub Actions reads a line that begins with ``::``, and ``##[``
anywhere in a line, as commands.
"""

from __future__ import annotations

import re

SPACES = str.maketrans("\u00a0\u202f\u3000", "   ")
FORMULA_STARTS = "=+@-"
COMMAND_START, COMMAND = "::", "##["
_COLOR = re.compile(r"(\x1b\[[0-9;]*m)")
_AT_START = re.compile(r"^((?:[^\S\n]|\x1b\[[0-9;]*m)*):(?=:)", re.M)


def check_text(text: str, what: str) -> None:
    """Refuse a text that a spreadsheet, a terminal or a workflow would act on.

    Parameters
    ----------
    text : str
        A name, a source, a note.
    what : str
        What messages call it: "a name".

    Raises
    ------
    ValueError
        With the reason.
    """
    if not (text.isprintable() or text.translate(SPACES).isprintable()):
        raise ValueError("must not hold control or invisible characters")
    start = text.lstrip()[:2]
    if start[:1] and start[0] in FORMULA_STARTS:
        raise ValueError(f"`{text}`: {what} must not begin with = + - or @")
    if start == COMMAND_START or COMMAND in text:
        raise ValueError(f"`{text}`: {what} must not begin with :: or contain ## followed by [")


def printable(text: str, *, keep_color: bool = False) -> str:
    """Return a text, of one line or more, on which no terminal and no workflow acts.

    Control characters are written as escapes, and so is one character of each command of a
    workflow.

    Parameters
    ----------
    text : str
        Any text.
    keep_color : bool
        Whether color codes stay as they are.
    """
    if not text.replace("\n", "").isprintable():
        parts = _COLOR.split(text) if keep_color else [text]
        parts[::2] = map(_written_out, parts[::2])
        text = "".join(parts)
    text = text.replace(COMMAND, "#\\x23[")
    return _AT_START.sub(r"\1\\x3a", text) if COMMAND_START in text else text


def _written_out(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def path_shown(path: str) -> str:
    """Return a path as results and messages show it: no control character, formula or command."""
    if path.startswith((*FORMULA_STARTS, COMMAND_START)):
        path = f"./{path}"
    name = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return printable(name).replace("\n", "\\n")
