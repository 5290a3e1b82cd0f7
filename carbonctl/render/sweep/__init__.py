"""From the points of a sweep to text or bytes, one module a format.

Each module has a class ``Renderer``, made of the subject and a style: rows are added as they
come; ``finish`` returns the whole text, or bytes. Those of `carbonctl.render.LINES` have a
``head`` and give away with ``take`` what was added since the last time.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from carbonctl.analysis.sweep import Row, Subject
from carbonctl.ledger.entry import Totals
from carbonctl.render import Style, Verdicts

if TYPE_CHECKING:
    from carbonctl.ledger.result import About

POINT, ERROR = "point", "error"
BEFORE = ("file", "workload", "complete")
_NOTHING = (None,) * len(Totals._fields)


class Renderer(Protocol):
    """One output in the making."""

    def add(self, rows: Sequence[Row]) -> None:
        """Take some rows."""

    def finish(self, about: About, verdicts: Verdicts = ()) -> str | bytes:
        """Return everything that was added."""


class LineRenderer(Renderer, Protocol):
    """One output of `carbonctl.render.LINES` in the making."""

    head: str

    def take(self) -> str:
        """Return what was added since the last time."""


def start(form: str, subject: Subject, style: Style) -> Renderer:
    """Return a new renderer of one of `carbonctl.render.FORMATS`."""
    module = import_module(f"carbonctl.render.sweep.{form}_")
    renderer: Renderer = module.Renderer(subject, style)
    return renderer


def columns(paths: Sequence[str], measures: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of the tables: paths as they were given, sums, and what else is asked."""
    more = [name for name in measures if name not in Totals._fields]
    return (POINT, *paths, *BEFORE, *Totals._fields, *more, ERROR)


def cells(subject: Subject, row: Row) -> tuple[object, ...]:
    """Return a row of the `columns`."""
    more = [
        figure
        for measure, figure in zip(subject.measures, row.figures, strict=True)
        if measure.name not in Totals._fields
    ]
    total = _NOTHING if row.total is None else row.total
    return (
        row.point, *row.values, subject.file, row.workload, row.is_complete, *total, *more,
        row.error,
    )  # fmt: skip


def columns_of(subject: Subject) -> tuple[str, ...]:
    """Return the columns of a sweep."""
    return columns(subject.paths, [measure.name for measure in subject.measures])
