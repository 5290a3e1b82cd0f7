"""A console that draws into text and looks at nothing but its style."""

from typing import TextIO

from rich.console import Console

from carbonctl.render import Style

_ASCII = str.maketrans({
    "█": "#", "▉": "#", "▊": "#", "▋": "#", "▌": "#", "▍": "=", "▎": "-", "▏": "-", "─": "-",
    "·": "-", "–": "-", "×": "x", "µ": "u", "…": "~", "−": "-",
})  # fmt: skip


def console_for(out: TextIO, style: Style) -> Console:
    """Return a console that draws into ``out`` and looks at nothing but the style."""
    return Console(
        file=out,
        width=style.width,
        force_terminal=style.color,
        color_system="standard" if style.color else None,
        no_color=not style.color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )


def finished(drawn: str, style: Style) -> str:
    """Return what was drawn without trailing spaces, in ASCII where nothing else shows."""
    text = "\n".join(line.rstrip() for line in drawn.split("\n"))
    return text.translate(_ASCII) if style.plain else text
