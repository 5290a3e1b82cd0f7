"""From the account of a fleet to text or bytes, one module a format.

Each module has a function ``render``, from a `Report` to the whole text, or bytes. The rows
behind an account are written by `carbonctl.render.fleet.rows`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from carbonctl.ledger.entry import Totals
from carbonctl.ledger.fleet import Fleet, Group
from carbonctl.render import CHART_FORMATS, Style, Verdicts

if TYPE_CHECKING:
    from carbonctl.ledger.result import About

COMPLETE = "complete"
_BEFORE = ("rows", "device_h", COMPLETE)
_SHARE = "share"
FIGURES = (*_BEFORE, *Totals._fields, _SHARE)  # of a group


class Report(NamedTuple):
    """The account of a fleet, and how it is to be shown.

    Attributes
    ----------
    fleet : Fleet
        The account.
    style : Style
        How text for people is laid out; what it says of groups and rows is of other accounts.
    about : About
        What is said of the whole call.
    verdicts : sequence of Verdict
        What came of gates.
    top : int or None
        Of text for people: how many groups are shown, the others summed up in one row; None is
        all of them.
    rejects : str
        The file that holds the rows that were rejected; empty where they are written nowhere.
    """

    fleet: Fleet
    style: Style
    about: About
    verdicts: Verdicts = ()
    top: int | None = None
    rejects: str = ""


def render(
    form: str,
    fleet: Fleet,
    style: Style,
    about: About,
    verdicts: Verdicts = (),
    *,
    top: int | None = None,
    rejects: str = "",
) -> str | bytes:
    """Return the account of a fleet in one of `carbonctl.render.FORMATS`, or as charts.

    Parameters
    ----------
    form : str
        The format, or one of `carbonctl.render.CHART_FORMATS`.
    fleet, style, about, verdicts, top, rejects
        As in `Report`.

    Raises
    ------
    InputError
        For JSON, where the ledger is too large.
    MissingExtra
        For Parquet, where pandas or pyarrow is not installed; for a picture, where nothing
        can draw it.
    """
    report = Report(fleet, style, about, verdicts, top, rejects)
    if form in CHART_FORMATS:
        from carbonctl.render.fleet import charts_

        return charts_.render(form, report)
    module = import_module(f"carbonctl.render.fleet.{form}_")
    shown: str | bytes = module.render(report)
    return shown


def columns(by: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of the tables of groups that are made by some tags.

    A tag that is called as a figure is, has ``tag_`` before its name.
    """
    return (*tag_columns(by, FIGURES), *FIGURES)


def tag_columns(tags: Sequence[str], taken: Sequence[str]) -> tuple[str, ...]:
    """Return what the columns of tags are called, beside columns whose names are taken."""
    names: list[str] = []
    for tag in tags:
        name = tag
        while name in taken or name in names:
            name = f"tag_{name}"
        names.append(name)
    return tuple(names)


def cells(fleet: Fleet, group: Group) -> tuple[object, ...]:
    """Return a group as a row of the `columns`."""
    return (
        *group.labels, group.rows, group.device_h, group.complete, *group.totals,
        fleet.share(group),
    )  # fmt: skip


def group_rows(fleet: Fleet) -> list[tuple[object, ...]]:
    """Return the rows of the `columns`: a group each, or the total where there are no groups."""
    groups = fleet.groups if fleet.by else (fleet.total,)
    return [cells(fleet, group) for group in groups]
