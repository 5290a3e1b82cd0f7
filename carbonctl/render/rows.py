"""What a row of a machine format is: an entry, a group of entries, a workload, or a phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from carbonctl.ledger import COLUMNS, Totals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from carbonctl.render import Style
    from carbonctl.result import Result

ROWS = ("entries", "totals", "phases")
_OWN = len(COLUMNS) - 2  # the columns that an entry begins with; file and workload go before


def columns(style: Style) -> tuple[str, ...]:
    """Return the names of the columns."""
    if style.by is not None:
        return ("file", "workload", style.by, *Totals._fields)
    if style.rows == "totals":
        return ("file", "workload", "complete", *Totals._fields)
    if style.rows == "phases":
        return ("file", "workload", "phase", *Totals._fields)
    return COLUMNS


def rows(result: Result, style: Style) -> Iterable[tuple[Any, ...]]:
    """Return the rows of one result, in the order of the columns; None is unknown."""
    before = (result.file, result.name)
    if style.by is not None:
        return [(*before, name, *sums) for name, sums in result.groups(style.by).items()]
    if style.rows == "totals":
        return [(*before, "true" if result.complete else "false", *result.total)]
    if style.rows == "phases":
        return [(*before, phase, *sums) for phase, sums in result.phases.items()]
    return [(*before, *entry[:_OWN]) for entry in result.entries]
