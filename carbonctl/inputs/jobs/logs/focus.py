"""``focus``: bills in FOCUS, the FinOps Open Cost and Usage Specification, 1.0 to 1.2.

Read are lines of ``ChargeCategory`` Usage whose service category is Compute, or AI and Machine
Learning, and that name a machine type: ``SkuPriceDetails.InstanceType``. Before 1.2 the keys of
SkuPriceDetails are not set, and 1.0 has no such column: then the type is in ``x_UsageType`` (AWS)
or ``ServiceType`` of ``x_SkuDetails`` (Azure), or in the column that the map names
(``map: {instance: x_MyColumn}``). ``ConsumedQuantity`` in ``ConsumedUnit`` (UsageQuantity and
UsageUnit in 1.0-preview) is instance-hours.

Left out: charges of commitments and reservations that nothing used, purchases, taxes, credits and
adjustments are skipped; other usage is listed with its quantities. Google's lines are listed too:
it bills cores, memory and GPUs of a machine apart, and how FOCUS tells them apart is not set; its
own export (gcp-billing) does. The file may be of any of the columns, in any order.

Source: the specification, github.com/FinOps-Open-Cost-and-Usage-Spec/FOCUS_Spec, commit 04f8bb3d
(2025-05-30) and its tags v1.0-preview to v1.2: columns ChargeCategory, ChargeClass,
CommitmentDiscountStatus, CapacityReservationStatus, ConsumedQuantity, SkuPriceDetails, and the
attribute UnitFormat. Later versions were not read; ServiceProviderName, which 1.3 is said to have
for ProviderName, is read where it is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from carbonctl.inputs.jobs import charge_lines, charge_storage, cloud_words
from carbonctl.inputs.jobs.charge_lines import ChargeTable, Line
from carbonctl.inputs.jobs.charge_totals import ChargeTotals
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.logs import Source, aws_cur
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.table import Row

_NAMES = {
    "category": ("ChargeCategory",),
    "class": ("ChargeClass",),
    "quantity": ("ConsumedQuantity", "UsageQuantity"),
    "unit": ("ConsumedUnit", "UsageUnit"),
    "start": ("ChargePeriodStart",),
    "end": ("ChargePeriodEnd",),
    "commitment": ("CommitmentDiscountStatus",),
    "capacity": ("CapacityReservationStatus",),
    "provider": ("ProviderName", "ServiceProviderName", "Provider"),
    "region": ("RegionId", "Region"),
    "resource": ("ResourceId",),
    "service_category": ("ServiceCategory",),
    "service": ("ServiceName",),
    "meter": ("SkuMeter",),
    "details": ("SkuPriceDetails",),
    "azure_details": ("x_SkuDetails",),
    "usage_type": ("x_UsageType",),
    "account": ("SubAccountId", "BillingAccountId"),
    "account_name": ("SubAccountName",),
    "tags": ("Tags",),
}
_NEEDED = ("category", "quantity", "unit", "provider")
_MACHINES = ("compute", "ai and machine learning", "")
_GOOGLE = (
    "Google bills the cores, memory and GPUs of a machine apart; its lines in FOCUS are listed "
    "as not covered, and `--from gcp-billing` reads its own export"
)
_NO_TYPE = (
    "compute that names no machine type is listed as not covered; where a column holds the type, "
    "name it in the map: `map: {instance: COLUMN}`"
)


def _plain(name: str) -> str:
    return name.strip().lower()


def recognises(head: list[str]) -> bool:
    """Whether the first lines of a file are of a bill in FOCUS."""
    names = charge_lines.header_of(head, _plain)
    return "chargecategory" in names and bool(names & {"consumedquantity", "usagequantity"})


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each resource and charge period.

    Raises
    ------
    InputError
        Where the table lacks a column that is needed.
    """
    own = _column_of_map(options)
    names = {**_NAMES, "own": (own,)} if own else _NAMES
    table = ChargeTable(source, names, _plain, (*_NEEDED, *(("own",) if own else ())))
    totals = ChargeTotals(source.name, "ConsumedQuantity", findings)
    count = partial(_count, totals=totals, options=options, findings=findings)
    yield from totals.of_lines(table.lines(findings), _skipped, count)


def _column_of_map(options: Options) -> str:
    """Return the column that the map names for the machine type; empty where it names none."""
    columns = options.map.get("map") or {}
    own = columns.get("instance") or ""
    return str(own.get("column") or "") if isinstance(own, dict) else str(own)


def _skipped(line: Line) -> str:
    """Return why a line counts nothing; empty where it may count."""
    category = line.text("category")
    if category.lower() != "usage":
        return f"ChargeCategory {category or 'empty'}"
    if line.text("commitment").lower() == "unused":
        return "unused commitment"
    if line.text("capacity").lower() == "unused":
        return "unused capacity reservation"
    if not line.text("quantity"):
        corrects = line.text("class").lower() == "correction"
        return "correction of a cost, without a quantity" if corrects else "no quantity"
    return ""


def _count(line: Line, totals: ChargeTotals, options: Options, findings: Findings) -> None:
    """Add a line of usage to the sums, or list it."""
    quantity, unit = line.quantity("quantity"), line.text("unit")
    provider = cloud_words.provider(line.text("provider"))
    details = _details(line, findings)
    row = _row(line, provider, findings)
    machine = _machine(line, details)
    hours = charge_lines.hours_per_unit(unit)
    category = line.text("service_category").lower()
    if machine and hours is not None and category in _MACHINES and provider != "gcp":
        row["instance"] = cloud_words.instance(provider, machine)
        totals.add(line, row, quantity * hours)
        return
    if category == "storage" and charge_storage.wanted(options):
        words = (details.get("DiskType", ""), line.text("usage_type", "meter"))
        if kind := charge_storage.medium(*words):
            row["storage_medium"] = kind
        if charge_storage.add(totals, line, row, quantity, unit):
            return
    if provider == "gcp":
        findings.note(_GOOGLE)
    elif category == "compute" and hours is not None and not _other_usage(line):
        findings.note(_NO_TYPE)
    charge_storage.leave_out(findings, line.text("service", "service_category"), quantity, unit)


def _details(line: Line, findings: Findings) -> dict[str, str]:
    """Return what SkuPriceDetails, or Azure's own column, says."""
    held: dict[str, str] = {}
    for name in ("azure_details", "details"):
        try:
            held.update(charge_lines.json_tags(line.text(name)))
        except ValueError as error:
            findings.note(f"SkuPriceDetails that is {error} is not read")
    return held


def _machine(line: Line, details: dict[str, str]) -> str:
    """Return the machine type of a line; empty where it names none, or is no machine's time."""
    if _other_usage(line):
        return ""
    if own := line.text("own"):
        return own
    behind = aws_cur.split_usage(line.text("usage_type"))[1]
    return details.get("InstanceType") or details.get("ServiceType") or behind


def _other_usage(line: Line) -> bool:
    """Whether AWS' usage type, or the meter, says that a line is not the running of a machine."""
    return aws_cur.other_usage(line.text("usage_type", "meter"))


def _row(line: Line, provider: str, findings: Findings) -> Row:
    """Return the row of a line, without what it counts."""
    row: Row = {"operator": "cloud"}
    line.period(row)
    place = cloud_words.grid(provider, line.text("region"))
    cells = {"job": line.text("resource"), "grid": place, "account": line.text("account")}
    cells |= {"account_name": line.text("account_name"), "service": line.text("service")}
    row.update({name: text for name, text in cells.items() if text})
    try:
        tags = charge_lines.json_tags(line.text("tags"))
    except ValueError as error:
        findings.note(f"tags that are {error} are left out")
        tags = {}
    charge_lines.add_tags(row, tags)
    return row
