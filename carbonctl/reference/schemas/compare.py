"""The schema of a comparison: what ``compare`` writes as JSON, its design metrics included."""

from __future__ import annotations

from typing import Any

from carbonctl.analysis.compare.model import ADDED, CHANGED, REMOVED, SAME, SCHEMA, Change, Delta
from carbonctl.analysis.design import metrics
from carbonctl.ledger.entry import EMBODIED, OPERATIONAL, SUMS
from carbonctl.reference.schemas import Schema, closed, ref
from carbonctl.reference.schemas import result as of_result
from carbonctl.reference.schemas.records import listed, maybe, record, text, texts, whole
from carbonctl.render.design.plain_ import AT_ONCE, DEPENDS, LATER, NEVER, SAFE
from carbonctl.spec.model import PHASES

_DELTA = {
    "base": "the figure of the base; 0 where it has no such entry, null where it is unknown",
    "head": "the figure of the alternative",
    "difference": "head less base",
    "percent": "the difference over the base; null where the base is zero [%]",
    "low": "lower bound of the difference, what both sides share moving together",
    "high": "upper bound of the difference",
    "workload": "the part of the difference that comes from another spec",
    "assumptions": "the part that comes from other facts for the same spec",
}
_CHANGE = {
    "path": "where the workload gives the value, or could",
    "unit": "unit of both; empty for ratios and counts",
    "base": "its value in the base; null where the base does not use it",
    "head": "its value in the alternative",
    "cause": "workload: another spec asks for it; assumptions: the same spec is given another; "
    "unknown: that cannot be told",
}
_SIDE: dict[str, Schema] = {
    "label": text("what the side was called on the command line"),
    "name": text("the names of its workloads"),
    "version": text("version of the carbonctl that made its results"),
    "hardware_db": text("version of the built-in database behind them"),
    "own_records": listed("own_records", "folders of your own records before it"),
    "saved": {"type": "boolean", "description": "whether it was read and not estimated now"},
    "complete": {"type": "boolean", "description": "whether every entry is known"},
}
_METRICS = {
    "cdp_kgco2e_s": "carbon × delay, C·D [kgCO2e·s]",
    "cep_kgco2e_kwh": "carbon × energy, C·E [kgCO2e·kWh]",
    "c2ep_kgco2e2_kwh": "carbon² × energy, C²·E [kgCO2e²·kWh]",
    "ce2p_kgco2e_kwh2": "carbon × energy², C·E² [kgCO2e·kWh²]",
    "tcdp_kgco2e_s": "total carbon × delay [kgCO2e·s]",
    "ncf_fixed_work": "FOCAL's footprint over the base's, at fixed work; null in the base",
    "ncf_fixed_time": "the same at fixed time; null in the base",
    "indifference_h": "use until it is ahead of the base, both new; null in the base [h]",
    "break_even_h": "use until it is ahead of a base that is owned; null in the base [h]",
    "embodied_kgco2e": "C, embodied carbon of the machines themselves [kgCO2e]",
    "delay_s": "D, the delay of a functional unit, else the time of the work [s]",
    "elapsed_h": "time of the work [h]",
    "energy_kwh": "E, electricity with PUE [kWh]",
    "power_w": "P, mean power [W]",
    "rate_kgco2e_per_h": "operational carbon of an hour [kgCO2e/h]",
    "lifetime_h": "service life of the machines [h]",
    "embodied_share": "α, FOCAL's weight of embodied carbon",
}
_VERDICT = {
    "best": "by the best estimates",
    "low": "by the lower ends",
    "high": "by the upper ends",
    "over_range": "safe where it is the same over all ranges",
}
_CHANGES = [ADDED, REMOVED, CHANGED, SAME]


def build() -> Schema:
    """Return the schema of a comparison."""
    shared = of_result.build()["$defs"]
    return {
        "$id": SCHEMA,
        "title": "A comparison by carbonctl compare",
        "description": "What --format json writes: a base and its alternatives, best first. null "
        "is what is unknown, which is never zero",
        **whole(_document()),
        "$defs": {
            "base": _with_metrics(_SIDE),
            "alternative": _with_metrics(_alternative()),
            "deltas": whole(
                {key: {**ref("delta"), "description": of_result.TOTALS[key]} for key in SUMS}
            ),
            "delta": record(Delta, _DELTA),
            "row": whole(_row()),
            "change": record(Change, _CHANGE),
            **_of_metrics(),
            **{key: shared[key] for key in ("verdict", "own_records", "problem")},
        },
    }


def _document() -> dict[str, Schema]:
    return {
        "schema": {"const": SCHEMA, "description": "name of this schema"},
        "version": text("version of the carbonctl that compared"),
        "hardware_db": text("version of the built-in database that it used"),
        "own_records": listed("own_records", "folders of your own records behind any side"),
        "base": {**ref("base"), "description": "what the alternatives are compared with"},
        "alternatives": listed("alternative", "each head beside the base, best first"),
        "verdicts": listed("verdict", "what came of the gates"),
        "errors": listed("problem", "what was wrong with inputs"),
    }


def _with_metrics(properties: dict[str, Schema]) -> Schema:
    said = "design metrics, where --metrics asks for them"
    return closed(
        {**properties, "metrics": {**ref("metrics"), "description": said}}, tuple(properties)
    )


def _alternative() -> dict[str, Schema]:
    phases = {phase: {**ref("deltas"), "description": f"sums over {phase}"} for phase in PHASES}
    return {
        "rank": {"type": "integer", "description": "place among the alternatives, from 1"},
        **_SIDE,
        "total": {**ref("deltas"), "description": "sums over all entries"},
        "phases": {**whole(phases), "description": "sums over each phase"},
        "entries": listed("row", "entries in the order of the base, then what was added"),
        "inputs": listed("change", "figures that the specs give and that differ"),
        "assumptions": listed("change", "assumed figures that differ"),
        "notes": texts("where the sides are not of one kind"),
    }


def _row() -> dict[str, Schema]:
    number: Schema = {"type": ["number", "null"]}
    energy = {
        "base": {**number, "description": "of the base; 0 where it has no such entry [kWh]"},
        "head": {**number, "description": "of the alternative [kWh]"},
    }
    said = of_result.ENTRY
    return {
        "workload": text("name of the workload; empty where each side holds one"),
        "phase": {"enum": list(PHASES), "description": said["phase"]},
        **{key: text(said[key]) for key in ("activity", "kind", "item")},
        "boundary": {"enum": [OPERATIONAL, EMBODIED], "description": said["boundary"]},
        "change": {"enum": _CHANGES, "description": "what became of the entry"},
        "energy_kwh": {**whole(energy), "description": "electricity on both sides"},
        "kgco2e": {**ref("delta"), "description": "carbon on both sides [kgCO2e]"},
    }


def _of_metrics() -> dict[str, Schema]:
    """Return the definitions that design metrics need."""
    number: Schema = {"type": ["number", "null"]}
    bounds: dict[str, Schema] = {
        "best": {**number, "description": "best estimate; null for a time that never comes"},
        "low": {**number, "description": "lower bound; null where there is none"},
        "high": {**number, "description": "upper bound; null where there is none"},
    }
    words = [NEVER, AT_ONCE, LATER]
    times = {**bounds, "when": {"enum": words, "description": "when the time comes"}}
    within: Schema = {
        "enum": ["yes", "no", DEPENDS, None],
        "description": "of break_even_h: whether it comes within the life of the machines",
    }
    ratios = {
        name: maybe("figure", f"{key} over that of the base")
        for name, key in metrics.PRODUCTS.items()
    }
    return {
        "metrics": whole(_measured(ratios)),
        "figure": whole(bounds),
        "time": closed({**times, "within_life": within}, tuple(times)),
        "design": whole({key: _word(key) for key in _VERDICT}),
    }


def _measured(ratios: dict[str, Schema]) -> dict[str, Schema]:
    figures = {
        key: maybe("time" if key in metrics.TIMES else "figure", said)
        for key, said in _METRICS.items()
    }
    return {
        **figures,
        "verdict": maybe("design", "FOCAL's verdict beside the base; null in the base"),
        "ratios": {**whole(ratios), "description": "products over those of the base"},
        "notes": texts("what is unknown or left out"),
    }


def _word(key: str) -> Schema:
    words: list[Any] = [SAFE, DEPENDS] if key == "over_range" else list(metrics.VERDICTS)
    return {"enum": words, "description": _VERDICT[key]}
