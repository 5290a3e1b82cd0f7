"""The colors of charts and pages, by what they are for.

A chart is made with the light ones, so that a picture or a Vega-Lite file needs nothing more. In
a page each of them becomes a CSS variable, which has another value where the reader prefers dark.
No two of the light ones are equal: a page tells them apart by their value.
"""

from typing import NamedTuple


class Color(NamedTuple):
    """One color on a light and on a dark page, as ``#rrggbb``.

    Text and lines have a contrast of at least 4.5 : 1 to the paper, but for `LINE` and `SHADE`,
    which lie behind others.
    """

    name: str
    light: str
    dark: str

    @property
    def variable(self) -> str:
        """The CSS variable of a page that holds it."""
        return f"var(--{self.name})"


PAPER = Color("paper", "#ffffff", "#14181d")
INK = Color("ink", "#1b1f24", "#e8ebee")
QUIET = Color("quiet", "#57606a", "#a3adb8")
LINE = Color("line", "#d8dee4", "#343b44")
SHADE = Color("shade", "#fbe3b0", "#4d3a10")
BLUE = Color("blue", "#0b62c4", "#6cb0ff")
GREEN = Color("green", "#1a7a36", "#55cf68")
ORANGE = Color("orange", "#ad5200", "#f2a14f")
VIOLET = Color("violet", "#7a3cbd", "#c39bff")

ALL = (PAPER, INK, QUIET, LINE, SHADE, BLUE, GREEN, ORANGE, VIOLET)
