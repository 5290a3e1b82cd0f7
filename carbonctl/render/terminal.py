"""A console that draws into text and looks at nothing but its style."""

from typing import TextIO

from rich.console import Console

from carbonctl.render import Style


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
