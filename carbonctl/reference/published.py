"""Which published figures a user asks for, by the names of their workloads."""

from __future__ import annotations

from collections.abc import Iterable

from carbonctl.catalog.accuracy import RecordedFigure, record
from carbonctl.reference import templates
from carbonctl.text import fold, nearest


def selected(names: Iterable[str]) -> list[RecordedFigure]:
    """Return the figures on record of some workloads, in the order of the record.

    Parameters
    ----------
    names : iterable of str
        Names of published workloads, or parts of what they are called; all of them if none.

    Raises
    ------
    LookupError
        For a name that no workload on record has, with the nearest.
    """
    figures = record()
    recorded = {figure.name for figure in figures}
    wanted = [_meant(name, recorded) for name in names]
    chosen = set().union(*wanted) if wanted else recorded
    return [figure for figure in figures if figure.name in chosen]


def _meant(name: str, recorded: set[str]) -> set[str]:
    known = templates.published()
    same = {workload for workload in recorded if fold(workload) == fold(name)}
    fits = same or {workload.name for workload in templates.holding(name, known)} & recorded
    if not fits:
        close = nearest(name, recorded)
        hint = f"; did you mean {' or '.join(f'`{word}`' for word in close)}?" if close else ""
        listing = "`carbonctl init --list --from-published ''` lists them all"
        raise LookupError(f"no published figure of `{name}` is on record{hint} ({listing})")
    return fits
