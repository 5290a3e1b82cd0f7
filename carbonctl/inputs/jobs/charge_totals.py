"""Charges of one resource and period, summed: corrections are negative, and are taken off.

All charges of a bill are held until its end, as a correction may stand anywhere in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from sys import intern

from carbonctl.inputs.jobs.charge_lines import Line
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.table import Row
from carbonctl.text import check_text

# Where less than this share of what was charged remains, the charges cancel each other.
ROUNDING = 1e-9
_IDENTITY = ("job", "instance", "device", "grid", "start", "end", "kind", "storage_medium")


@dataclass
class _Total:
    line: int
    row: Row
    quantities: list[float] = field(default_factory=list)


class ChargeTotals:
    """Sums of charges, by resource, machine, place and period.

    Parameters
    ----------
    file : str
        What messages call the bill.
    column : str
        The column that holds the quantity.
    findings : Findings
        Collects what cannot be counted.
    """

    def __init__(self, file: str, column: str, findings: Findings) -> None:
        self.file = file
        self.column = column
        self.findings = findings
        self._totals: dict[Hashable, _Total] = {}

    def of_lines(
        self, lines: Iterable[Line], skipped: Callable[[Line], str], count: Callable[[Line], None]
    ) -> Iterator[Row]:
        """Yield the rows of the lines of a bill.

        Parameters
        ----------
        lines : iterable of Line
            All of them.
        skipped : callable
            Why a line counts nothing; empty where it may count.
        count : callable
            Adds a line; ValueError says why it cannot be counted.
        """
        for line in lines:
            if reason := skipped(line):
                self.findings.skip(reason)
                continue
            try:
                count(line)
            except ValueError as error:
                line.reject(self.findings, self.file, error)
        yield from self.rows()

    def add(self, line: Line, row: Row, quantity: float) -> None:
        """Add a charge: instance-hours, device-hours of a device, GB-hours of storage.

        Charges without a resource are grouped by their tags.
        """
        key: Hashable = tuple(row.get(name) for name in _IDENTITY)
        if not row.get("job"):
            key = tuple(sorted(row.items(), key=lambda cell: cell[0]))
        total = self._totals.get(key)
        if total is None:
            if not self._is_sound(line, row):
                return
            # Most texts of a bill are the same on many lines, and are held once.
            held = {name: intern(v) if isinstance(v, str) else v for name, v in row.items()}
            total = self._totals[key] = _Total(line.number, held)
        total.quantities.append(quantity)

    def _is_sound(self, line: Line, row: Row) -> bool:
        """Whether no cell acts on a spreadsheet or a terminal; the first that does is rejected."""
        for name, value in row.items():
            try:
                check_text(str(value), "a name")
            except ValueError as error:
                self.findings.reject(self.file, line.number, name, value, str(error))
                return False
        return True

    def rows(self) -> Iterator[Row]:
        """Yield a row for each sum, in the order in which their first charges stand."""
        for total in self._totals.values():
            quantity = math.fsum(total.quantities)
            charged = math.fsum(map(abs, total.quantities))
            if abs(quantity) <= charged * ROUNDING:
                reason = "no time" if not charged else "taken back by a correction"
                self.findings.skip(reason, len(total.quantities))
            elif quantity < 0:
                told = (
                    "what remains with its corrections is below zero; add the bill that holds "
                    "the charges which they correct"
                )
                self.findings.reject(self.file, total.line, self.column, f"{quantity:g}", told)
            else:
                yield _finished(total.row, total.line, quantity)


def _finished(row: Row, line: int, quantity: float) -> Row:
    """Return a row with its quantity."""
    if row.get("kind") == "storage":
        hours = _hours(row)
        return {**row, "source_line": line, "wall_time_h": hours, "storage_gb": quantity / hours}
    time = "device_time_h" if "device" in row else "wall_time_h"
    return {**row, "source_line": line, time: quantity}


def _hours(row: Row) -> float:
    """Return the hours from the start of a row to its end."""
    start, end = (datetime.fromisoformat(row[name]) for name in ("start", "end"))
    return (end - start).total_seconds() / 3600
