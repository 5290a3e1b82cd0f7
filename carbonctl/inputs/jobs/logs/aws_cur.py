"""``aws-cur``: AWS' Cost and Usage Report, legacy CSV (``lineItem/UsageType``) and CUR 2.0.

Read are lines of the types Usage, DiscountedUsage and SavingsPlanCoveredUsage on which a machine
runs: ``BoxUsage``, ``SpotUsage``, ``HeavyUsage``, ``DedicatedUsage`` and ``HostBoxUsage`` of EC2,
and machines of SageMaker (``ml.``). The type is ``product_instance_type``, or stands behind the
colon of the usage type. ``line_item_usage_amount`` is in hours.

Left out: fees, taxes, credits, refunds, negations of savings plans, capacity reservations (the
instances in them have lines of their own) and what of them is unused are skipped, and so are lines
of split cost allocation, which share out a machine that has a line of its own, and the fee of EMR
and of marketplace software for an instance. Other usage is listed with its quantities: hosts that
are dedicated (their instances count), databases, Fargate, Lambda, traffic, EBS optimization.

Sources: AWS' own pages on the columns lineItem, product and splitLineItem of the report ("Line
item details", "Split line item details", "Understanding split cost allocation data"), on the
codes of EC2 in usage reports ("Understand EC2 codes in your billing and usage reports"); the
region in front of usage types and ``xl`` for ``xlarge`` as github.com/cloud-carbon-footprint/
cloud-carbon-footprint reads them (commit b7a049c7, CostAndUsageReportsRow.ts). Tags are columns
``resourceTags/user:team`` in legacy reports, ``resource_tags_user_team`` where they come by
Athena, and a map with keys ``user_team`` in CUR 2.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from carbonctl.inputs.jobs import charge_lines, charge_storage, cloud_words
from carbonctl.inputs.jobs.charge_lines import ChargeTable, Line
from carbonctl.inputs.jobs.charge_totals import ChargeTotals
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.table import Row

_NAMES = {
    "line_type": ("line_item_line_item_type",),
    "usage_type": ("line_item_usage_type",),
    "amount": ("line_item_usage_amount",),
    "unit": ("pricing_unit",),
    "start": ("line_item_usage_start_date",),
    "end": ("line_item_usage_end_date",),
    "resource": ("line_item_resource_id",),
    "account": ("line_item_usage_account_id",),
    "account_name": ("line_item_usage_account_name",),
    "service": ("line_item_product_code",),
    "machine": ("product_instance_type",),
    "family": ("product_product_family",),
    "region": ("product_region_code", "product_region"),
    "zone": ("line_item_availability_zone",),
    "parent": ("split_line_item_parent_resource_id",),
    "tags": ("resource_tags",),
}
_NEEDED = ("line_type", "usage_type", "amount")
_COUNTED = frozenset(("usage", "discountedusage", "savingsplancoveredusage"))
_RUNNING = frozenset(
    ("BoxUsage", "SpotUsage", "HeavyUsage", "MediumUsage", "LightUsage", "DedicatedUsage",
     "HostBoxUsage")
)  # fmt: skip
_UNUSED = frozenset(("UnusedBox", "UnusedDed"))
_RESERVATIONS = frozenset(("Reservation", "DedicatedRes"))
_FOR_MACHINES = frozenset(("EBSOptimized", "CPUCredits", "HostUsage", "ReservedHostUsage"))
# Fees for a machine that has a line of its own as an instance.
_FEES = frozenset(("ElasticMapReduce",))
_SOFTWARE = "SoftwareUsage"
_REGION = re.compile(r"\A[A-Z]{2,4}\d*-")
_SPLIT = re.compile(r"(?:ECS|EKS)-EC2-(?:vCPU|GB|GPU)-Hours")
_STORED = re.compile(r"VolumeUsage|SnapshotUsage|TimedStorage|StorageUsage|ByteHrs")
_TAG_COLUMN = re.compile(r"resource_?tags[/_](.+)", re.IGNORECASE)
_OF_USER = re.compile(r"\Auser[:_]")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def _plain(name: str) -> str:
    """Return ``lineItem/UsageType`` as ``line_item_usage_type``."""
    return "_".join(_WORDS.sub("_", part.strip()).lower() for part in name.split("/"))


def _tag_of(column: str) -> str:
    """Return the tag that a column holds: ``team`` of ``resourceTags/user:team``."""
    fit = _TAG_COLUMN.fullmatch(column.strip())
    return _OF_USER.sub("", fit[1]) if fit else ""


def recognises(head: list[str]) -> bool:
    """Whether the first lines of a file are of a Cost and Usage Report."""
    return "line_item_usage_type" in charge_lines.header_of(head, _plain)


def split_usage(usage_type: str) -> tuple[str, str]:
    """Return code and machine of a usage type.

    ``USE1-BoxUsage:p4d.24xlarge`` is BoxUsage of p4d.24xlarge; the machine is empty where the
    usage type has none.
    """
    code, _, machine = usage_type.strip().partition(":")
    return _REGION.sub("", code), machine if "." in machine else ""


def runs_machine(code: str, machine: str) -> bool:
    """Whether a code is of the running of a machine of EC2 or SageMaker."""
    return code in _RUNNING or machine.startswith("ml.")


def other_usage(usage_type: str) -> bool:
    """Whether a usage type says that what it charges for is not the running of a machine."""
    code, machine = split_usage(usage_type)
    if code in _UNUSED | _RESERVATIONS | _FOR_MACHINES or code == _SOFTWARE:
        return True
    return bool(machine) and not runs_machine(code, machine)


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each resource and period of the report.

    Raises
    ------
    InputError
        Where the table lacks a column that is needed.
    """
    table = ChargeTable(source, _NAMES, _plain, _NEEDED, _tag_of)
    totals = ChargeTotals(source.name, "line_item_usage_amount", findings)
    count = partial(_count, totals=totals, options=options, findings=findings)
    yield from totals.of_lines(table.lines(findings), _skipped, count)


def _skipped(line: Line) -> str:
    """Return why a line counts nothing; empty where it may count."""
    kind = line.text("line_type")
    if kind.lower() not in _COUNTED:
        return f"line item type {kind or 'empty'}"
    usage_type = line.text("usage_type")
    code, _ = split_usage(usage_type)
    if line.text("parent") or _SPLIT.search(usage_type):
        return "split cost allocation: the machine has a line of its own"
    if code in _UNUSED:
        return "unused capacity reservation"
    if code in _RESERVATIONS:
        return "capacity reservation: its instances have lines of their own"
    if line.text("service") in _FEES or code == _SOFTWARE:
        return "fee for a machine that has a line of its own"
    return ""


def _count(line: Line, totals: ChargeTotals, options: Options, findings: Findings) -> None:
    """Add a line of usage to the sums, or list it."""
    if not line.text("amount"):
        findings.skip("no quantity")
        return
    amount, unit = line.quantity("amount"), line.text("unit")
    code, behind = split_usage(line.text("usage_type"))
    machine = line.text("machine") or behind
    row = _row(line, findings)
    if runs_machine(code, machine):
        if not machine:
            told = "no instance type, neither here nor in product_instance_type"
            raise line.wrong("usage_type", told)
        row["instance"] = cloud_words.instance("aws", machine)
        totals.add(line, row, amount * _hours(line))
        return
    if charge_storage.wanted(options) and _is_stored(line):
        if kind := charge_storage.medium(line.text("usage_type").replace(".", " ")):
            row["storage_medium"] = kind
        if charge_storage.add(totals, line, row, amount, unit):
            return
    charge_storage.leave_out(findings, f"{line.text('service')} {code}".strip(), amount, unit)


def _hours(line: Line) -> float:
    """Return the hours in the unit; usage of machines is in hours where the report has none."""
    hours = charge_lines.hours_per_unit(line.text("unit") or "Hrs")
    if hours is None:
        raise line.wrong("unit", "the unit of a machine's usage must be a time, such as Hrs")
    return hours


def _is_stored(line: Line) -> bool:
    """Whether a line is of stored data; memory is in GB-hours too."""
    return "storage" in line.text("family").lower() or bool(_STORED.search(line.text("usage_type")))


def _row(line: Line, findings: Findings) -> Row:
    """Return the row of a line, without what it counts."""
    row: Row = {"operator": "cloud"}
    line.period(row)
    region = line.text("region") or cloud_words.aws_region(line.text("zone"))
    cells = {"job": line.text("resource"), "grid": cloud_words.grid("aws", region)}
    cells |= {name: line.text(name) for name in ("account", "account_name", "service")}
    row.update({name: text for name, text in cells.items() if text})
    try:
        tags = charge_lines.json_tags(line.text("tags"))
    except ValueError as error:
        findings.note(f"tags that are {error} are left out")
        tags = {}
    charge_lines.add_tags(row, {_OF_USER.sub("", key): v for key, v in tags.items()})
    charge_lines.add_tags(row, line.tags)
    return row
