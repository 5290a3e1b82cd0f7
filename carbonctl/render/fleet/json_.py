"""JSON: the whole account of a fleet in fixed units and full precision."""

from __future__ import annotations

from functools import partial
from typing import Any

from carbonctl.ledger.fleet import SCHEMA, Fleet, Group
from carbonctl.render.escaping import as_json
from carbonctl.render.fleet import Report
from carbonctl.render.result.json_ import entry_dict, faults, head
from carbonctl.render.verdicts import as_dict

WORKLOAD = "fleet"  # what the entries call it
MOST_REJECTS = 100


def render(report: Report) -> bytes:
    """Return the document in UTF-8.

    Raises
    ------
    InputError
        Where the ledger is too large.
    """
    fleet = report.fleet
    document = {
        **head(SCHEMA, report.about),
        "inputs": [table._asdict() for table in fleet.inputs],
        "coverage": {**fleet.coverage._asdict(), "skipped": dict(fleet.coverage.skipped)},
        "by": list(fleet.by),
        "total": _figures(fleet.total),
        "groups": [_group(fleet, group) for group in fleet.groups],
        "entries": map(partial(entry_dict, fleet.file, WORKLOAD), fleet.entries),
        "assumptions": [
            {**assumed.assumption._asdict(), "rows": assumed.rows} for assumed in fleet.assumptions
        ],
        "not_covered": [quantity._asdict() for quantity in fleet.not_covered],
        "warnings": list(map(str, fleet.warnings)),
        "rejects": [reject._asdict() for reject in fleet.rejects[:MOST_REJECTS]],
        "map": dict(fleet.map),
        "verdicts": [as_dict(verdict) for verdict in report.verdicts],
        "errors": faults(report.about),
    }
    return as_json(document).encode()


def _figures(group: Group) -> dict[str, Any]:
    return {
        "rows": group.rows,
        "device_h": group.device_h,
        "complete": group.complete,
        **group.totals._asdict(),
    }


def _group(fleet: Fleet, group: Group) -> dict[str, Any]:
    tags = dict(zip(fleet.by, group.labels, strict=True))
    return {"tags": tags, **_figures(group), "share": fleet.share(group)}
