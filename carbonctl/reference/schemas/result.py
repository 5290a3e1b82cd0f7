"""The schema of a result: what ``estimate`` writes as JSON, and a line of its JSON Lines.

Keys and types are those of the records that are written; what they mean is said here.
"""

from __future__ import annotations

from typing import get_args

from carbonctl.analysis.gates import Verdict
from carbonctl.catalog.own_records import OwnRecords
from carbonctl.errors import Problem
from carbonctl.ledger.entry import EMBODIED, OPERATIONAL, Entry, Totals
from carbonctl.ledger.result import SCHEMA, Assumption, ReportedFigure
from carbonctl.numbers.values import Status, Value
from carbonctl.reference.schemas import Schema, closed, ref
from carbonctl.reference.schemas.records import NUMBER, TEXT, listed, record, text, whole
from carbonctl.spec.model import PHASES

TOTALS = {
    "energy_kwh": "electricity, PUE overhead included [kWh]",
    "operational_kgco2e": "location-based carbon of that electricity [kgCO2e]",
    "operational_market_kgco2e": "market-based carbon of that electricity [kgCO2e]",
    "embodied_kgco2e": "share of the carbon of making the hardware [kgCO2e]",
    "total_kgco2e": "location-based operational and embodied carbon together [kgCO2e]",
    "total_market_kgco2e": "market-based operational and embodied carbon together [kgCO2e]",
    "total_low_kgco2e": "sum of the entries' lower bounds, an outer bound [kgCO2e]",
    "total_high_kgco2e": "sum of the entries' upper bounds, an outer bound [kgCO2e]",
    "water_l": "water of operation, on site and for generation [L]",
}
ENTRY = {
    "phase": "the phase of the activity",
    "activity": "name of the activity, unique in its phase",
    "kind": "kind of the activity",
    "item": "the part of it that this entry is of: devices, host, PUE overhead, …",
    "boundary": "whether the carbon is of using or of making something",
    "ghg_scope": "scope of the GHG Protocol, with the category of scope 3; none outside of it",
    "lifecycle_stage": "use, manufacturing, transport or end of life",
    "quantity": "activity data, in quantity_unit; quantity × factor = kgco2e",
    "quantity_unit": "unit of quantity: kWh, device-h, system-h, TB-h, …",
    "factor": "emission factor, in factor_unit",
    "factor_unit": "unit of factor: kgCO2e for each quantity_unit",
    "factor_basis": "life-cycle or direct, of a grid's factor",
    "factor_year": "year of a grid's factor",
    "factor_source": "keys of sources.yaml, or the words of the workload",
    "status": "the weakest status among the inputs",
    "energy_kwh": "electricity; 0 in embodied entries [kWh]",
    "kgco2e": "location-based carbon, or embodied carbon [kgCO2e]",
    "kgco2e_market": "market-based carbon; embodied carbon as it is [kgCO2e]",
    "kgco2e_low": "lower bound of kgco2e [kgCO2e]",
    "kgco2e_high": "upper bound of kgco2e [kgCO2e]",
    "water_l": "water of operation [L]",
    "formula": "an expression over the names of the inputs that gives kgco2e",
}
_ASSUMPTION = {
    "path": "where the workload could give the value",
    "value": "best estimate, in unit",
    "unit": "unit of the value; empty for ratios and counts",
    "status": "where the value comes from",
    "source": "keys of sources.yaml",
}
_COMPARISON = {
    "reported": "the figure that somebody has published",
    "estimated": "the figure of this account",
    "error_pct": "estimated over reported, less 100 % [%]",
}
_INPUT = {
    "name": "what the formula calls it",
    "value": "best estimate, in unit",
    "unit": "unit of the value; empty for ratios and counts",
    "low": "lower bound, in unit; the value itself where there is no range",
    "high": "upper bound, in unit; the value itself where there is no range",
    "status": "where the value comes from",
    "source": "keys of sources.yaml, or the words of the workload",
    "path": "where the workload gives the value, or could",
    "line": "line of the workload that gives it",
}
_VERDICT = {
    "subject": "what was judged: an input",
    "rule": "the rule, with even spaces",
    "level": "whether it fails or warns",
    "outcome": "pass, fail or unknown; fail also where a warning is due",
    "value": "what was measured, in unit",
    "limit": "what it was compared with, in unit",
    "unit": "kgCO2e, kWh, L, % for a relative change, or empty for a probability",
    "reason": "why it is not known, for people",
}
_OWN_RECORDS = {
    "path": "the folder as it was given",
    "sha256": "digest of the names and the bytes of its files",
    "files": "how many of its files can be read as records and tables",
}
_PROBLEM = {
    "file": "the input",
    "line": "line of the input, counted from 1",
    "col": "column of that line, counted from 1",
    "path": "the keys that lead to the fault, with dots",
    "message": "what is wrong, and how to mend it",
}
_REPORTED = (
    "energy_kwh", "operational_kgco2e", "operational_market_kgco2e", "embodied_kgco2e",
    "total_kgco2e", "water_l",
)  # fmt: skip


def build() -> Schema:
    """Return the schema of a document of results, or of one result as a line."""
    line = {"schema": _schema_name(), **_result()}
    return {
        "$id": SCHEMA,
        "title": "Results of carbonctl estimate",
        "description": "What --format json writes, or one line of --format jsonl. null is what is "
        "unknown, which is never zero",
        "oneOf": [ref("document"), ref("line")],
        "$defs": {
            "document": closed(
                {**_document(), "verdicts": listed("verdict", "what came of the gates, where any")},
                tuple(_document()),
            ),
            "verdict": record(Verdict, _VERDICT),
            "line": whole(line),
            "result": whole(_result()),
            "totals": record(Totals, TOTALS),
            "entry": whole(_entry()),
            "input": record(Value, _INPUT, value=NUMBER, low=NUMBER, high=NUMBER),
            "assumption": record(Assumption, _ASSUMPTION, status=_STATUS),
            "comparison": record(ReportedFigure, _COMPARISON),
            "own_records": own_records(),
            "problem": record(Problem, _PROBLEM),
        },
    }


def own_records() -> Schema:
    """Return the schema of a folder of own records."""
    of_hash = text(_OWN_RECORDS["sha256"], pattern="^[0-9a-f]{64}$")
    return record(OwnRecords, _OWN_RECORDS, sha256=of_hash)


_STATUS: Schema = {"enum": list(get_args(Status))}


def _schema_name() -> Schema:
    return {"const": SCHEMA, "description": "name of this schema"}


def _document() -> dict[str, Schema]:
    return {
        "schema": _schema_name(),
        "version": text("version of the carbonctl that made the results"),
        "hardware_db": text("version of the built-in database behind them"),
        "own_records": listed("own_records", "folders of your own records before it"),
        "results": listed("result", "one result a workload"),
        "errors": listed("problem", "what was wrong with the inputs that have no result"),
    }


def _result() -> dict[str, Schema]:
    return {
        "file": text("the input, as it was named"),
        "sha256": text("digest of the input", pattern="^[0-9a-f]{64}$"),
        "name": text("name of the workload"),
        "complete": {"type": "boolean", "description": "whether every entry is known"},
        "total": {**ref("totals"), "description": "sums over all entries"},
        "phases": {
            **whole(
                {phase: {**ref("totals"), "description": f"sums over {phase}"} for phase in PHASES}
            ),
            "description": "sums over each phase",
        },
        "entries": listed("entry", "the ledger"),
        "assumptions": listed("assumption", "what the workload did not give"),
        "reported": {
            "type": ["object", "null"],
            "description": "published figures beside those of this account; null if there are none",
            "properties": {
                key: {**ref("comparison"), "description": TOTALS[key]} for key in _REPORTED
            },
            "additionalProperties": False,
        },
        "warnings": {"type": "array", "items": TEXT, "description": "what the user should know"},
        "spec": {
            "type": "object",
            "description": "the workload as it was understood, which can be estimated again",
        },
    }


def _entry() -> dict[str, Schema]:
    own = {
        "phase": {"enum": list(PHASES)},
        "boundary": {"enum": [OPERATIONAL, EMBODIED]},
        "status": _STATUS,
    }
    return {
        "file": text("the input, as it was named"),
        "workload": text("name of the workload"),
        **record(Entry, ENTRY, **own)["properties"],
        "inputs": listed("input", "the values that the formula names"),
    }
