"""Text for people as a terminal can show it."""

import textwrap
import unicodedata

from carbonctl.render import Style
from carbonctl.text import SPACES, printable

_ASCII = str.maketrans({
    "█": "#", "▉": "#", "▊": "#", "▋": "#", "▌": "#", "▍": "=", "▎": "-", "▏": "-", "─": "-",
    "▁": ".", "▂": ":", "▃": "-", "▄": "=", "▅": "+", "▆": "*", "▇": "%", "━": "=",
    "░": ".", "▒": ":", "▓": "+",
    "·": "-", "–": "-", "×": "x", "÷": "/", "µ": "u", "…": "~", "−": "-",
    "●": "*", "√": "sqrt", "γ": "g",
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
    """Return what was drawn without trailing spaces, in ASCII where nothing else shows.

    All text for people passes through here, where `printable` makes it safe to show.
    """
    for space, plain in SPACES.items():
        drawn = drawn.replace(chr(space), chr(plain))  # faster than to translate a long text
    text = "\n".join(line.rstrip() for line in drawn.split("\n"))
    if style.plain:
        parted = unicodedata.normalize("NFKD", text.translate(_ASCII))  # ö is o and its dots
        text = "".join(c for c in parted if not unicodedata.combining(c))
    return printable(text, keep_color=style.color)
