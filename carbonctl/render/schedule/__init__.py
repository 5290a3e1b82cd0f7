"""When and where jobs run best, one module a format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import CHART_FORMATS, Style

if TYPE_CHECKING:  # numpy, which other commands do without
    from carbonctl.site.schedules import ScheduleResult

FORMATS = ("table", "md", "csv", "tsv", "json")
COLUMNS = (
    "file", "workload", "job", "region", "option", "chosen", "start", "end", "pauses", "runs",
    "energy_kwh", "g_per_kwh", "transfer_kgco2e", "kgco2e", "saves_kgco2e", "saves_pct",
    "foreseen_kgco2e", "ideal_kgco2e", "signal_kgco2e",
)  # fmt: skip


class Shown(NamedTuple):
    """What is shown: the schedules of a workload, what it is called, and what is said of them."""

    file: str
    result: ScheduleResult
    about: About
    verdicts: tuple[Verdict, ...] = ()


def render(form: str, shown: Shown, style: Style | None = None) -> str | bytes:
    """Return schedules in one of `FORMATS` or of `carbonctl.render.CHART_FORMATS`.

    Raises
    ------
    MissingExtra
        For a picture, where nothing can draw it.
    """
    name = "charts" if form in CHART_FORMATS else form
    module = import_module(f"carbonctl.render.schedule.{name}_")
    if form in CHART_FORMATS:
        picture: str | bytes = module.render(form, shown)
        return picture
    text: str = module.render(shown, style or Style())
    return text
