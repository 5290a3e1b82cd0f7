"""Rows of energy that a log measured."""

from __future__ import annotations

import math
from datetime import datetime

from carbonctl.inputs.jobs.cells import CellError
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.log_times import iso
from carbonctl.inputs.jobs.series import Integral
from carbonctl.inputs.jobs.table import Row

GAPS = "gaps of more than ten times the usual interval between samples are not counted"
ONE_SAMPLE = "a single sample, which has no duration"


def energy_row(line: int, energy_kwh: float, boundary: str, **columns: object) -> Row:
    """Return the row of an energy; columns that are None or empty are left out.

    Raises
    ------
    CellError
        Where the energy is not finite.
    """
    if not math.isfinite(energy_kwh):
        raise CellError("", energy_kwh, "the energy is too large for a number")
    row: Row = {
        "source_line": line,
        "kind": "energy",
        "energy_kwh": energy_kwh,
        "energy_boundary": boundary,
    }
    for column, value in columns.items():
        if isinstance(value, datetime):
            row[column] = iso(value)
        elif value is not None and value != "":
            row[column] = value
    return row


def report_gaps(integral: Integral, findings: Findings) -> None:
    """Say what of a series is not covered."""
    if integral.gaps:
        findings.uncovered_h += integral.uncovered_h
        findings.note(GAPS, integral.gaps)
