"""Text for people as a terminal can show it."""

from carbonctl.render import Style

_ASCII = str.maketrans({
    "█": "#", "▉": "#", "▊": "#", "▋": "#", "▌": "#", "▍": "=", "▎": "-", "▏": "-", "─": "-",
    "·": "-", "–": "-", "×": "x", "÷": "/", "µ": "u", "…": "~", "−": "-",
    "│": "|", "├": "|", "└": "`", "→": ">",
})  # fmt: skip


def finished(drawn: str, style: Style) -> str:
    """Return what was drawn without trailing spaces, in ASCII where nothing else shows."""
    text = "\n".join(line.rstrip() for line in drawn.split("\n"))
    return text.translate(_ASCII) if style.plain else text
