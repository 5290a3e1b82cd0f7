"""Flags of a survey that are numbers, and what most surveys do without."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING

from carbonctl.analysis.survey.model import Question
from carbonctl.errors import UsageError

if TYPE_CHECKING:
    from carbonctl.catalog import Catalog
    from carbonctl.ledger.result import About

_BIN = re.compile(r"\s*(-?[0-9.]+)(?:\s*-\s*(-?[0-9.]+))?\s*")
_DEFAULT_CONFIDENCE = 95.0
_DEFAULT_SEED = 1


def read_question(
    bins: str | None, trim: str | None, confidence: str | None, seed: str | None, *,
    better: str | None, sort: str, lists_runs: bool, has_excess: bool,
) -> Question:  # fmt: skip
    """Return what is asked of runs.

    Raises
    ------
    UsageError
        For a number that is none, or is beyond what can be meant.
    """
    trimmed = None if trim is None else _percent(trim, "--trim", 50)
    level = None if confidence is None else float(_percent(confidence, "--confidence", 100))
    if level == 0:
        raise UsageError(f"--confidence {confidence}: write a percentage above 0 and below 100")
    drawn_by = None if seed is None else _seed(seed)
    return Question(
        read_bins(bins) if bins is not None else (), better, trimmed,
        level or _DEFAULT_CONFIDENCE, _DEFAULT_SEED if drawn_by is None else drawn_by, sort,
        lists_runs, has_excess,
    )  # fmt: skip


def _percent(text: str, flag: str, below: int) -> Fraction:
    number = text.strip().removesuffix("%").strip()
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,12})?", number) or Fraction(number) >= below:
        span = "above 0 and" if flag == "--confidence" else "from 0 to"
        raise UsageError(f"{flag} {text}: write a percentage {span} below {below}")
    return Fraction(number)


def read_bins(text: str) -> tuple[tuple[float, float, str], ...]:
    """Read bins: ``2012-2016,2017,2018``, each with its first and last value.

    Raises
    ------
    UsageError
        Where one is none, ends before it begins, or holds what another holds.
    """
    bins: list[tuple[float, float, str]] = []
    for part in text.split(","):
        match = _BIN.fullmatch(part)
        try:
            low = float(match[1]) if match else math.nan
            high = float(match[2]) if match and match[2] else low
        except ValueError:
            low = high = math.nan
        if not low <= high:
            raise UsageError(
                f"--bins {text}: `{part.strip()}` is no bin; write 2012-2016,2017,2018"
            )
        other = next((name for a, b, name in bins if a <= high and low <= b), None)
        if other is not None:
            raise UsageError(f"--bins {text}: {part.strip()} and {other} share a value")
        bins.append((low, high, part.strip()))
    return tuple(bins)


def _seed(text: str) -> int | None:
    from carbonctl.cli.draw_options import read_seed

    return read_seed(text)


def catalog_of(hardware_db: str | None, *, is_told: bool) -> Catalog:
    """Return the catalog, which most tables of runs do without."""
    from carbonctl.inputs.catalogs import catalog_for

    return catalog_for(hardware_db, is_told=is_told)


def about_of(catalog: Catalog) -> About:
    """Return what made a survey."""
    from carbonctl import __version__
    from carbonctl.ledger.result import About

    return About(__version__, catalog.version, (), catalog.own_records)
