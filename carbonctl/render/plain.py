"""Text for people as a terminal can show it."""

import unicodedata

from carbonctl.render import Style

_ASCII = str.maketrans({
    "█": "#", "▉": "#", "▊": "#", "▋": "#", "▌": "#", "▍": "=", "▎": "-", "▏": "-", "─": "-",
    "·": "-", "–": "-", "×": "x", "÷": "/", "µ": "u", "…": "~", "−": "-",
    "│": "|", "├": "|", "└": "`", "→": ">",
})  # fmt: skip


def finished(drawn: str, style: Style) -> str:
    """Return what was drawn without trailing spaces, in ASCII where nothing else shows."""
    text = "\n".join(line.rstrip() for line in drawn.split("\n"))
    if not style.plain:
        return text
    parted = unicodedata.normalize("NFKD", text.translate(_ASCII))  # ö is o and its dots
    return "".join(c for c in parted if not unicodedata.combining(c))
