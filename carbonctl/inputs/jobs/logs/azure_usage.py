"""``azure-usage``: Azure's usage details (cost details), as exports and downloads have them.

Read are lines of the meter category Virtual Machines: ``ServiceType`` of ``AdditionalInfo`` is the
size of the machine, and the quantity times the number in ``UnitOfMeasure`` (``10 Hours``) its
hours. A line is of one day, in UTC.

Columns are found in any case and order, in English or with the English name in brackets behind
another ("Abonnement-GUID (SubscriptionGuid)"); dates are ISO 8601 or month/day/year. Tags and
AdditionalInfo are read with and without their braces. Charge types other than Usage are skipped:
UnusedReservation and UnusedSavingsPlan, on which nothing ran, and Purchase, Refund and the like.
Licences ("Virtual Machines Licenses"), databases, traffic and all else are listed with their
quantities; disks are billed by their number, and are listed, not counted as storage.

Sources: the sets of headers, the braces and the two forms of dates as github.com/opencost/opencost
reads and tests them (pkg/cloud/azure/billingexportparser.go, commit 3776ec8f, and
resources/billingexports/); AdditionalInfo's ServiceType, and the charge types UnusedReservation
and UnusedSavingsPlan, in Microsoft's pages on cost details ("Understand cost details fields",
"Get started with Azure reservation costs and usage").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial

from carbonctl.inputs.jobs import charge_lines, charge_storage, cloud_words
from carbonctl.inputs.jobs.charge_lines import ChargeTable, Line
from carbonctl.inputs.jobs.charge_totals import ChargeTotals
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.table import Row

_NAMES = {
    "date": ("UsageDateTime", "Date", "UsageDate"),
    "category": ("MeterCategory",),
    "meter": ("MeterName",),
    "quantity": ("UsageQuantity", "Quantity", "ConsumedQuantity"),
    "unit": ("UnitOfMeasure",),
    "charge": ("ChargeType",),
    "resource": ("InstanceId", "ResourceId", "InstanceName"),
    "location": ("ResourceLocation", "Location"),
    "meter_region": ("MeterRegion",),
    "account": ("SubscriptionId", "SubscriptionGuid"),
    "account_name": ("SubscriptionName",),
    "resource_group": ("ResourceGroup", "ResourceGroupName"),
    "cost_center": ("CostCenter",),
    "info": ("AdditionalInfo",),
    "tags": ("Tags",),
}
_NEEDED = ("date", "category", "quantity", "unit", "info")
_MACHINES = "virtual machines"
_IN_BRACKETS = re.compile(r"\((.*?)\)")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")


def _plain(name: str) -> str:
    """Return the name of a column in lower case; the English one where it stands in brackets."""
    fit = _IN_BRACKETS.search(name)
    return (fit[1] if fit else name).strip().lower()


def recognises(head: list[str]) -> bool:
    """Whether the first lines of a file are of Azure's usage details."""
    return charge_lines.header_of(head, _plain) >= {"metercategory", "additionalinfo"}


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each machine and day.

    Raises
    ------
    InputError
        Where the table lacks a column that is needed.
    """
    table = ChargeTable(source, _NAMES, _plain, _NEEDED)
    totals = ChargeTotals(source.name, "Quantity", findings)
    count = partial(_count, totals=totals, options=options, findings=findings)
    yield from totals.of_lines(table.lines(findings), _skipped, count)


def _skipped(line: Line) -> str:
    """Return why a line counts nothing; empty where it may count."""
    charge = line.text("charge") or "Usage"
    return "" if charge.lower() == "usage" else f"ChargeType {charge}"


def _count(line: Line, totals: ChargeTotals, options: Options, findings: Findings) -> None:
    """Add a line of usage to the sums, or list it."""
    if not line.text("quantity"):
        findings.skip("no quantity")
        return
    quantity, unit = line.quantity("quantity"), line.text("unit")
    category = line.text("category")
    row = _row(line, findings)
    if category.lower() == _MACHINES:
        hours = charge_lines.hours_per_unit(unit)
        if hours is None:
            raise line.wrong("unit", "the unit of a machine must be a time, such as 1 Hour")
        row["instance"] = cloud_words.instance("azure", _size(line))
        totals.add(line, row, quantity * hours)
        return
    if category.lower() == "storage" and charge_storage.wanted(options):
        if kind := charge_storage.medium(line.text("meter")):
            row["storage_medium"] = kind
        if charge_storage.add(totals, line, row, quantity, unit):
            return
    charge_storage.leave_out(findings, category, quantity, unit)


def _size(line: Line) -> str:
    """Return the size of a machine: ``Standard_ND96asr_v4``."""
    try:
        size = braced(line.text("info")).get("ServiceType", "")
    except ValueError as error:
        raise line.wrong("info", f"AdditionalInfo is {error}") from None
    if not size:
        raise line.wrong("info", "no ServiceType, which is the size of the machine")
    return size


def braced(text: str) -> Mapping[str, str]:
    """Return an object of JSON that may lack its braces.

    Raises
    ------
    ValueError
        Where it is no object of JSON.
    """
    plain = text.strip()
    if plain and not plain.startswith(("{", "[")) and plain not in ("null", "-"):
        plain = "{" + plain.rstrip(",") + "}"
    return charge_lines.json_tags(plain)


@lru_cache(maxsize=4096)
def day(text: str) -> datetime:
    """Return the beginning of a day in UTC: ``2026-03-01``, or ``03/01/2026``, month first.

    Raises
    ------
    ValueError
        Where it is neither.
    """
    fit = _SLASHED.fullmatch(text)
    try:
        if fit:
            return datetime(int(fit[3]), int(fit[1]), int(fit[2]), tzinfo=UTC)
        time = charge_lines.moment(text)
    except ValueError:
        time = None
    if time is None:
        told = f"{text!r} is not a date; Azure writes 2026-03-01, or 03/01/2026 (month first)"
        raise ValueError(told)
    return time


def _row(line: Line, findings: Findings) -> Row:
    """Return the row of a line, without what it counts."""
    row: Row = {"operator": "cloud"}
    try:
        start = day(line.text("date"))
    except ValueError as error:
        raise line.wrong("date", str(error)) from None
    charge_lines.period(row, start, start + timedelta(days=1))
    region = line.text("location", "meter_region")
    cells = {"job": line.text("resource"), "grid": cloud_words.grid("azure", region)}
    for name in ("account", "account_name", "resource_group", "cost_center"):
        cells[name] = line.text(name)
    cells["service"] = line.text("category")
    row.update({name: text for name, text in cells.items() if text})
    try:
        tags = braced(line.text("tags"))
    except ValueError as error:
        findings.note(f"tags that are {error} are left out")
        tags = {}
    charge_lines.add_tags(row, tags)
    return row
