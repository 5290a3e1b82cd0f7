"""What a table of runs says, one module a format."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.survey.model import GroupRow, Survey
from carbonctl.catalog.everyday import Everyday
from carbonctl.ledger.result import About
from carbonctl.render import Style

FORMATS = ("table", "md", "csv", "tsv", "json")
COLUMNS = GroupRow._fields
ADDED = ("energy_kwh", "kgco2e", "computed", "on_frontier", "excess_kgco2e", "notes")


class Shown(NamedTuple):
    """What is shown: a survey, what is said of it, and everyday things to compare it with."""

    survey: Survey
    about: About
    verdicts: tuple[Verdict, ...] = ()
    everyday: Sequence[Everyday] = ()
    has_intervals: bool = False


def render(form: str, shown: Shown, style: Style | None = None) -> str:
    """Return a survey in one of `FORMATS`."""
    module = import_module(f"carbonctl.render.survey.{form}_")
    text: str = module.render(shown, style or Style())
    return text
