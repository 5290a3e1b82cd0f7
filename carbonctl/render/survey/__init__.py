"""What a table of runs says, one module a format."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from carbonctl.analysis.survey.model import GroupRow, Survey
from carbonctl.render import Style

if TYPE_CHECKING:  # which are imported where they are asked for
    from carbonctl.analysis.gates import Verdict
    from carbonctl.catalog.everyday import Everyday
    from carbonctl.ledger.result import About

FORMATS = ("table", "md", "csv", "tsv", "json")
COLUMNS = GroupRow._fields
ADDED = ("energy_kwh", "kgco2e", "computed", "on_frontier", "excess_kgco2e", "notes")


class Shown(NamedTuple):
    """What is shown: a survey, what is said of it, and everyday things to compare it with.

    ``about`` is None where no data of the catalog is in it, and its format does not name that.
    """

    survey: Survey
    about: About | None = None
    verdicts: tuple[Verdict, ...] = ()
    everyday: Sequence[Everyday] = ()
    has_intervals: bool = False


def render(form: str, shown: Shown, style: Style | None = None) -> str:
    """Return a survey in one of `FORMATS`."""
    module = import_module(f"carbonctl.render.survey.{form}_")
    text: str = module.render(shown, style or Style())
    return text


def own_records_below(text: str, shown: Shown, *, is_markdown: bool = False) -> str:
    """Return a text with the user's own records below it, where there are any."""
    if shown.about is None or not shown.about.own_records:
        return text
    from carbonctl.render.own_records import below

    return below(text, shown.about.own_records, is_markdown=is_markdown)
