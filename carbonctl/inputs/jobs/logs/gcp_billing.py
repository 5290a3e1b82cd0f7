"""``gcp-billing``: the export of Google Cloud's billing to BigQuery, as JSON or CSV.

Read are lines of Compute Engine with the system label ``compute.googleapis.com/machine_spec`` and
``cost_type`` regular. The cores, memory and GPUs of a machine are lines of their own, and one
machine: its hours are vCPU-seconds ÷ the label ``cores`` (or the catalog's vCPUs), else
byte-seconds of memory ÷ the label ``memory``, else GPU-seconds ÷ the GPUs of the type. Of types
whose cores are shared (e2-micro, -small, -medium) memory is taken, as less than their cores is
billed. A GPU of an N1 machine is no part of its type, and makes a row of its own, by device-hours.

JSON is one object a line (``bq extract``), or an array (``bq query --format=json``); in CSV labels
are JSON, so nested columns must be written by ``TO_JSON_STRING``. With the detailed export
(``gcp_billing_export_resource_v1``) a job is a machine; with the standard one, which has no
resources, all machines of a type, project, region and hour.

Left out: taxes, adjustments and rounding errors; commitments; licences; premiums, whose cores and
memory have lines of their own ("Sole Tenancy Premium for …"; "Memory Optimized Upgrade Premium for
…", by which M2 is billed besides the rates of M1); reservations that nothing used (label
``is_unused_reservation``). Vertex AI, TPUs, GKE Autopilot, traffic and all else are listed with
their quantities.

Sources: Google's page "Structure of Detailed data export" (columns, the system labels with their
units, corrections as negative ``usage.amount``); github.com/cloud-carbon-footprint/
cloud-carbon-footprint (commit b7a049c7, BillingExportTable.ts: core and GPU usage in ``seconds``,
memory and disks in ``byte-seconds``); names of SKUs as github.com/opencost/opencost and Google's
catalog of SKUs have them ("A2 Instance Core running in …", "Nvidia Tesla A100 GPU running in …").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs import charge_lines, charge_storage, cloud_words
from carbonctl.inputs.jobs.charge_lines import ChargeTable, Line
from carbonctl.inputs.jobs.charge_totals import ChargeTotals
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.gcp_machines import LABELS, Machines
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.records import KeyTwice, keys_once
from carbonctl.inputs.jobs.table import Row

_PATHS = {
    "cost_type": "cost_type",
    "service": "service.description",
    "sku": "sku.description",
    "amount": "usage.amount",
    "unit": "usage.unit",
    "start": "usage_start_time",
    "end": "usage_end_time",
    "region": "location.region",
    "place": "location.location",
    "account": "billing_account_id",
    "project": "project.id",
    "project_name": "project.name",
    "resource": "resource.global_name",
    "resource_name": "resource.name",
    "labels": "labels",
    "system_labels": "system_labels",
}
_NAMES = {name: (path, path.replace(".", "_")) for name, path in _PATHS.items()}
_NEEDED = ("service", "sku", "amount", "unit")
_COMPUTE = "compute engine"
_DECODER = json.JSONDecoder(object_pairs_hook=keys_once)
_SKIPPED = (
    (re.compile(r"^commitment\b", re.I), "commitment"),
    (re.compile(r"\blicen[sc](?:e|ing)\b", re.I), "license"),
    (re.compile(r"\bpremium for\b", re.I), "premium on a machine"),
)
_STORED = re.compile(r"\b(?:PD|disk|hyperdisk|storage|snapshot|filestore)\b", re.I)


def _plain(name: str) -> str:
    return name.strip().lower()


def recognises(head: list[str]) -> bool:
    """Whether the first lines of a file are of an export of Google Cloud's billing."""
    text = "".join(head).lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        return '"usage_start_time"' in text and '"sku"' in text
    names = charge_lines.header_of(head, _plain)
    wanted = ("service", "sku", "amount")
    return "usage_start_time" in names and all(names & set(_NAMES[name]) for name in wanted)


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each machine and period.

    Raises
    ------
    InputError
        Where it is neither JSON nor a table with the columns that are needed.
    """
    totals = ChargeTotals(source.name, "usage.amount", findings)
    machines = Machines(source.name, totals, findings)
    for line in _lines(source, findings):
        reason = _skipped(line)
        if reason:
            findings.skip(reason)
            continue
        try:
            _count(line, machines, totals, options, findings)
        except ValueError as error:
            line.reject(findings, source.name, error)
    machines.finish()
    yield from totals.rows()


def _skipped(line: Line) -> str:
    """Return why a line counts nothing; empty where it may count."""
    kind = line.text("cost_type") or "regular"
    if kind.lower() != "regular":
        return f"cost_type {kind}"
    sku = line.text("sku")
    return next((reason for pattern, reason in _SKIPPED if pattern.search(sku)), "")


def _count(
    line: Line, machines: Machines, totals: ChargeTotals, options: Options, findings: Findings
) -> None:
    """Add a line to its machine or to storage, or list it."""
    if not line.text("amount"):
        findings.skip("no quantity")
        return
    amount, unit = line.quantity("amount"), line.text("unit")
    labels = _labels(line, "system_labels", findings)
    if labels.get(LABELS["unused"], "").lower() == "true":
        findings.skip("unused reservation")
        return
    row = _row(line, findings)
    of_compute = line.text("service").lower() == _COMPUTE
    if of_compute and machines.add(line, row, labels, amount, unit):
        return
    sku = line.text("sku")
    stored = line.text("service").lower() == "cloud storage" or _STORED.search(sku)
    if stored and charge_storage.wanted(options):
        if kind := charge_storage.medium(sku):
            row["storage_medium"] = kind
        if charge_storage.add(totals, line, row, amount, unit):
            return
    charge_storage.leave_out(findings, line.text("service"), amount, unit)


def _labels(line: Line, name: str, findings: Findings) -> Mapping[str, str]:
    try:
        return charge_lines.json_tags(line.text(name))
    except ValueError as error:
        findings.note(f"{name} that are {error} are not read; write them by TO_JSON_STRING")
        return {}


def _row(line: Line, findings: Findings) -> Row:
    """Return the row of a line, without what it counts."""
    row: Row = {"operator": "cloud"}
    line.period(row)
    cells = {
        "job": line.text("resource", "resource_name"),
        "grid": cloud_words.grid("gcp", line.text("region", "place")),
    }
    cells |= {name: line.text(name) for name in ("account", "project", "project_name", "service")}
    row.update({name: text for name, text in cells.items() if text})
    charge_lines.add_tags(row, _labels(line, "labels", findings))
    return row


def _lines(source: Source, findings: Findings) -> Iterator[Line]:
    """Yield the charges of JSON or CSV."""
    lines = source.lines()
    before = 0
    for first in lines:
        if first.strip("\ufeff \t\r\n"):
            break
        before += 1
    else:
        raise InputError([Problem(source.name, 1, None, "is empty; an export has lines")])
    begin = first.lstrip("\ufeff \t")
    if begin.startswith("["):
        yield from _of_array(source.name, begin + "".join(lines), before)
    elif begin.startswith("{"):
        yield from _of_objects(source.name, begin, lines, before, findings)
    else:
        rest = _Rest(source.name, source.path, [*["\n"] * before, first], lines)
        yield from ChargeTable(rest, _NAMES, _plain, _NEEDED).lines(findings)


class _Rest:
    """A source whose first lines were looked at."""

    def __init__(self, name: str, path: str | None, seen: list[str], rest: Iterator[str]) -> None:
        self.name, self.path = name, path
        self._seen, self._rest = seen, rest

    def lines(self) -> Iterator[str]:
        yield from self._seen
        yield from self._rest


def _of_objects(
    file: str, first: str, rest: Iterator[str], before: int, findings: Findings
) -> Iterator[Line]:
    """Yield the charges of objects, one a line."""
    number = before
    for text in charge_lines.chained(first, rest):
        number += 1
        if not text.strip():
            continue
        try:
            held = _DECODER.decode(text)
        except KeyTwice as twice:
            findings.reject(file, number, "", text.strip()[:60], str(twice))
            continue
        except (ValueError, RecursionError):
            told = "not an object of JSON; an export has one on each line"
            findings.reject(file, number, "", text.strip()[:60], told)
            continue
        if isinstance(held, dict):
            yield _of_object(number, held)
        else:
            findings.reject(file, number, "", text.strip()[:60], "not an object of JSON")


def _of_array(file: str, text: str, before: int) -> Iterator[Line]:
    """Yield the charges of an array of objects."""
    place, number = 1, before + 1
    while True:
        start = place
        while place < len(text) and text[place] in ", \t\r\n":
            place += 1
        number += text.count("\n", start, place)
        if text[place : place + 1] == "]":
            return
        try:
            held, end = _DECODER.raw_decode(text, place)
        except KeyTwice as twice:
            raise InputError([Problem(file, number, None, str(twice))]) from None
        except (ValueError, RecursionError):
            told = "the array of JSON is broken here, or cut off"
            raise InputError([Problem(file, number, None, told)]) from None
        if not isinstance(held, dict):
            raise InputError([Problem(file, number, None, "not an object of JSON")])
        yield _of_object(number, held)
        number += text.count("\n", place, end)
        place = end


def _of_object(number: int, held: Mapping[str, Any]) -> Line:
    """Return the charge that an object of JSON is."""
    cells = {name: _at(held, path) for name, path in _PATHS.items()}
    return Line(number, cells, headings=_PATHS)


def _at(held: Mapping[str, Any], path: str) -> str:
    """Return what stands at a path of an object, as text; flat names are read too."""
    key, _, rest = path.partition(".")
    inner = held.get(key)
    if rest and isinstance(inner, dict):
        return charge_lines.as_text(inner.get(rest))
    flat = held.get(path, held.get(path.replace(".", "_")))
    return charge_lines.as_text(flat)
