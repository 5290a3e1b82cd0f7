"""From results to text or bytes, one module a format. Renderers compute nothing.

Each module has a class ``Renderer``: results are added one by one and need not be kept;
``finish`` returns the whole text, or the bytes of a binary format. Those of `LINES` can also
give it away as it comes: ``head`` comes first, ``take`` returns what was
added since the last time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from carbonctl.analysis.gates import Verdict
    from carbonctl.catalog.everyday import Everyday
    from carbonctl.catalog.records import Source
    from carbonctl.ledger.result import About, Result
    from carbonctl.render.by_row import Rows


class Format(NamedTuple):
    """An output format: what is shown in it, and how it is written.

    Results and bills, comparisons, or lists of facts are shown in it, as the first three say. One
    that is for people is laid out for a screen or a page; lines can be written as results come. A
    separator parts the cells of a row, where it is a table of plain text. A picture is drawn of
    charts; it is whole, as what is binary is, and cannot be appended to.
    """

    result: bool = True
    comparison: bool = False
    listing: bool = False
    for_people: bool = False
    in_lines: bool = False
    separator: str = ""
    is_binary: bool = False
    is_picture: bool = False


_PICTURE = Format(result=False, is_picture=True)
ALL_FORMATS = {
    "table": Format(comparison=True, listing=True, for_people=True),
    "json": Format(comparison=True, listing=True),
    "jsonl": Format(in_lines=True),
    "csv": Format(comparison=True, listing=True, in_lines=True, separator=","),
    "tsv": Format(in_lines=True, separator="\t"),
    "md": Format(comparison=True, for_people=True),
    "parquet": Format(is_binary=True),
    "github": Format(result=False, comparison=True),
    "junit": Format(result=False, comparison=True),
    "svg": _PICTURE,
    "png": _PICTURE._replace(is_binary=True),
    "html": _PICTURE,
    "vl.json": _PICTURE,
}


def _that(holds: Callable[[Format], object]) -> tuple[str, ...]:
    return tuple(name for name, form in ALL_FORMATS.items() if holds(form))


FORMATS = _that(lambda form: form.result)
COMPARE_FORMATS = _that(lambda form: form.comparison)
LIST_FORMATS = _that(lambda form: form.listing)
FOR_PEOPLE = _that(lambda form: form.for_people)
BINARY = _that(lambda form: form.is_binary)
CHART_FORMATS = _that(lambda form: form.is_picture)
WHOLE = _that(lambda form: form.is_binary or form.is_picture)
TABLES = _that(lambda form: form.separator)
LINES = _that(lambda form: form.in_lines)
SEPARATORS = {name: ALL_FORMATS[name].separator for name in TABLES}
Verdicts: TypeAlias = "Sequence[Verdict]"
CAUTION = "magenta"  # of what is to be noticed; yellow cannot be read on white


class Style(NamedTuple):
    """How text for people is laid out; machine formats ignore it.

    Attributes
    ----------
    width : int
        Columns of the terminal.
    color, plain : bool
        Whether escape codes may be used, and whether only ASCII can be shown.
    sources : dict
        Citations by key.
    by : str or None
        What rows are grouped by, one of `carbonctl.ledger.result.GROUPS`; machine formats then
        hold the groups and not the entries, but for JSON, which is always whole.
    everyday : tuple of Everyday
        What the total is compared with.
    rows : str or None
        What a row of `LINES` is, one of `carbonctl.ledger.rows.VIEWS`; unless given an entry,
        and for JSON Lines a whole result.
    header : bool
        Whether a table of `TABLES` begins with the names of its columns.
    details : bool
        Whether the table lists everything that was assumed, with its sources.
    is_drawn : bool
        Whether results hold what draws say of them.
    """

    width: int = 80
    color: bool = False
    plain: bool = False
    sources: dict[str, Source] | None = None
    by: str | None = None
    everyday: tuple[Everyday, ...] = ()
    rows: str | None = None
    header: bool = True
    details: bool = False
    is_drawn: bool = False

    def cited(self, key: str) -> str:
        """Return a source as it is cited, by its key alone where it is not known."""
        source = (self.sources or {}).get(key)
        return f"{source.citation} ({key})" if source else key


class Renderer(Protocol):
    """One output in the making."""

    def add(self, result: Result) -> None:
        """Take one result."""

    def finish(self, about: About, verdicts: Verdicts = ()) -> str | bytes:
        """Return everything that was added: text, or bytes in a format of `BINARY`."""


class LineRenderer(Renderer, Protocol):
    """One output of `LINES` in the making."""

    head: str

    def take(self) -> str:
        """Return what was added since the last time."""

    def texts(self, result: Result, rows: Rows) -> list[str]:
        """Return the lines of each row of a result with columns, and add nothing."""


def start(form: str, style: Style | None = None) -> Renderer:
    """Return a new renderer of one of `FORMATS`."""
    module = import_module(f"carbonctl.render.result.{form}_")
    renderer: Renderer = module.Renderer(style or Style())
    return renderer


def render(
    form: str, results: list[Result], about: About, style: Style | None = None
) -> str | bytes:
    """Return some results in one of `FORMATS`."""
    renderer = start(form, style)
    for result in results:
        renderer.add(result)
    return renderer.finish(about)
