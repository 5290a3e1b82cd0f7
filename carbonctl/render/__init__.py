"""From a `Report` to text, one module a format. Renderers compute nothing.

Each module has ``render(report, options) -> str``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from carbonctl.result import Report

if TYPE_CHECKING:
    from carbonctl.catalog.records import Source

FORMATS = ("table", "json", "csv")


class Style(NamedTuple):
    """How text for people is laid out; machine formats ignore it.

    Attributes
    ----------
    width : int
        Columns of the terminal.
    color : bool
        Whether escape codes may be used.
    plain : bool
        Whether only ASCII can be shown.
    sources : dict
        Citations by key.
    """

    width: int = 80
    color: bool = False
    plain: bool = False
    sources: "dict[str, Source] | None" = None


def render(form: str, report: Report, style: Style | None = None) -> str:
    """Return a report as text in one of `FORMATS`."""
    text: str = import_module(f"carbonctl.render.{form}_").render(report, style or Style())
    return text
