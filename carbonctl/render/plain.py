"""Text for people as a terminal can show it."""

import unicodedata

from carbonctl.render import Style
from carbonctl.text import SPACES, printable

_ASCII = str.maketrans({
    "█": "#", "▉": "#", "▊": "#", "▋": "#", "▌": "#", "▍": "=", "▎": "-", "▏": "-", "─": "-",
    "·": "-", "–": "-", "×": "x", "÷": "/", "µ": "u", "…": "~", "−": "-",
    "│": "|", "├": "|", "└": "`", "→": ">",
})  # fmt: skip


def finished(drawn: str, style: Style) -> str:
    """Return what was drawn without trailing spaces, in ASCII where nothing else shows.

    All text for people passes through here, where `printable` makes it safe to show.
    """
    text = "\n".join(line.rstrip() for line in drawn.translate(SPACES).split("\n"))
    if style.plain:
        parted = unicodedata.normalize("NFKD", text.translate(_ASCII))  # ö is o and its dots
        text = "".join(c for c in parted if not unicodedata.combining(c))
    return printable(text, keep_color=style.color)
