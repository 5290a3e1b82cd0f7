"""Stored data on bills: GB-months and their kin as capacity over the period of the charge.

A month is 730 h, as everywhere in carbonctl; a cloud that takes the hours of the calendar month
differs by 2 %, in February by 9 %. Units are read as they are written: a GB is
10⁹ bytes, a GiB 2³⁰.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from carbonctl.inputs.jobs.charge_lines import Line
from carbonctl.inputs.jobs.charge_totals import ChargeTotals
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.table import Row
from carbonctl.numbers.units import CAPACITY, DURATION, parse

_UNIT = re.compile(
    r"(?:(\d+)\s+)?([kmgtpe]?i?b|bytes?|[a-z]{2,5}bytes?)\s*[-/ ]\s*"
    r"(months?|mo|days?|hours?|hrs?|seconds?)",
    re.IGNORECASE,
)
_WORDS = {
    "byte": "B", "kilobyte": "kB", "megabyte": "MB", "gigabyte": "GB", "terabyte": "TB",
    "petabyte": "PB", "kibibyte": "KiB", "mebibyte": "MiB", "gibibyte": "GiB",
    "tebibyte": "TiB", "pebibyte": "PiB",
}  # fmt: skip
# gp2 to io2 are on SSDs; st1, sc1 and magnetic disks on hard disks (AWS' types of EBS volumes).
# Google's "Storage PD" is a standard disk, "Balanced PD" and "SSD backed PD" are on SSDs.
_SSD = re.compile(r"\bssd|\bnvme\b|\bgp[23]\b|\bio[12]\b|\bpiops\b|\bbalanced pd\b", re.I)
_HDD = re.compile(r"\bhdd\b|\bst1\b|\bsc1\b|\bmagnetic\b|\bstorage pd\b", re.I)


@lru_cache(maxsize=512)
def gb_hours_per_unit(unit: str) -> float | None:
    """Return the GB-hours in one unit: ``GB-Mo``, ``GB-Hours``, ``byte-seconds``; else None."""
    fit = _UNIT.fullmatch(unit.strip())
    if fit is None:
        return None
    size = fit[2].lower()
    plain = _WORDS.get(size.removesuffix("s")) or size[:-1].upper().replace("I", "i") + "B"
    time = fit[3].lower()
    gb = parse(f"1 {plain.replace('KB', 'kB')}", CAPACITY)
    hours = parse("1 month" if time == "mo" else f"1 {time}", DURATION)
    assert isinstance(gb, float) and isinstance(hours, float)
    return int(fit[1] or 1) * gb * hours


def medium(*texts: str) -> str:
    """Return the kind of drive that the words of a charge name: ssd, hdd, or empty."""
    for text in texts:
        if _SSD.search(text):
            return "ssd"
        if _HDD.search(text):
            return "hdd"
    return ""


def wanted(options: Options) -> bool:
    """Whether storage is accounted for."""
    return "storage" in options.services


def add(totals: ChargeTotals, line: Line, row: Row, quantity: float, unit: str) -> bool:
    """Add a charge for stored data; return False where its unit is no capacity over time.

    Parameters
    ----------
    totals : ChargeTotals
        Sums the GB-hours.
    line : Line
        The charge.
    row : dict
        Its row, with start and end, and with ``storage_medium`` where that is known.
    quantity : float
        How much is charged.
    unit : str
        The unit of the quantity.

    Raises
    ------
    ValueError
        Where the charge has no period.
    """
    per_unit = gb_hours_per_unit(unit)
    if per_unit is None:
        return False
    if not has_period(row):
        raise ValueError("storage needs the start and the end of its charge")
    totals.add(line, {**row, "kind": "storage"}, quantity * per_unit)
    return True


def has_period(row: Row) -> bool:
    """Whether a row has a start, and an end after it."""
    times = [datetime.fromisoformat(row[name]) for name in ("start", "end") if name in row]
    return len(times) == 2 and times[0] < times[1]


def leave_out(findings: Findings, what: str, quantity: float, unit: str) -> None:
    """List a charge that nothing accounts for."""
    if quantity:
        findings.leave_out(what or "unnamed", quantity, unit or "without a unit")
    else:
        findings.skip("no quantity")
