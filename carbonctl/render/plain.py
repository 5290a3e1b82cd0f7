"""Text for people as a terminal can show it."""

import textwrap
import unicodedata

from carbonctl.render import Style

_ASCII = str.maketrans({
    "█": "#", "▉": "#", "▊": "#", "▋": "#", "▌": "#", "▍": "=", "▎": "-", "▏": "-", "─": "-",
    "·": "-", "–": "-", "×": "x", "÷": "/", "µ": "u", "…": "~", "−": "-",
    "│": "|", "├": "|", "└": "`", "→": ">",
})  # fmt: skip


def filled(line: str, width: int, indent: str = "") -> str:
    """Return a line in lines within the width that end at spaces; those below are indented.

    A longer word stays whole.
    """
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def finished(drawn: str, style: Style) -> str:
    """Return what was drawn without trailing spaces, in ASCII where nothing else shows."""
    text = "\n".join(line.rstrip() for line in drawn.split("\n"))
    if not style.plain:
        return text
    parted = unicodedata.normalize("NFKD", text.translate(_ASCII))  # ö is o and its dots
    return "".join(c for c in parted if not unicodedata.combining(c))
