"""What decides a figure, as text: one module a format."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from carbonctl.analysis.sensitivity import Sensitivity
from carbonctl.ledger.result import About
from carbonctl.render import Style

FORMATS = ("table", "json", "csv", "tsv", "md")
TOP = 10  # rows that people are shown


def render(
    form: str,
    answers: Sequence[Sensitivity],
    about: About,
    style: Style | None = None,
    top: int = TOP,
) -> str:
    """Return answers as text in one of `FORMATS`; ``top`` is how many rows people are shown."""
    module = import_module(f"carbonctl.render.sensitivity.{_MODULES.get(form, form)}_")
    text: str = module.render(answers, about, style or Style(), form=form, top=top)
    return text


_MODULES = {"csv": "rows", "tsv": "rows"}
