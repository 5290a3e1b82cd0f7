"""The schema of what comes of a site: what ``site`` writes as JSON."""

from __future__ import annotations

from carbonctl.reference.schemas import Schema
from carbonctl.reference.schemas import records as r
from carbonctl.reference.schemas import result as of_result
from carbonctl.render.site import SCHEMA
from carbonctl.render.site.rows import WAY_COLUMNS
from carbonctl.site.accounts import ACCOUNTS
from carbonctl.site.hours import DataFile
from carbonctl.site.results import BatteryUse, Best, HourOfDay, Signal, Sized

_MAYBE_MASSES = (
    "embodied_battery_kgco2e", "embodied_generation_kgco2e", "embodied_servers_kgco2e",
    "embodied_kgco2e", "total_kgco2e", "total_kgco2e_per_year",
)  # fmt: skip
_KINDS = ("defer", "within", "window")


def build() -> Schema:
    """Return the schema of the document."""
    shared = of_result.build()["$defs"]
    document = r.fields(
        "site",
        schema={"const": SCHEMA},
        own_records=r.listed("own_records"),
        **dict.fromkeys(_NUMBERS, r.NUMBER),
        **dict.fromkeys(("total_kgco2e", "total_kgco2e_per_year", "total_kgco2e_in_years",
                         "grid_cfe_score_pct"), r.MAYBE_NUMBER),
        steps={"type": "integer"},
        is_per_year=r.FLAG,
        account=r.words(ACCOUNTS),
        coverage=_numbers("site coverage"),
        accounts=_numbers("site accounts"),
        ways=r.listed("way"),
        battery=r.maybe("battery"),
        flexibility=r.listed("tier"),
        optimum=r.maybe("optimum"),
        embodied={"$ref": "#/$defs/embodied"},
        sized=r.maybe("sized"),
        designs={"anyOf": [r.listed("design"), r.NULL]},
        signal=r.maybe("signal"),
        hours_of_day=r.listed("hour_of_day"),
        cfe_of_day={"type": "array", "items": r.MAYBE_NUMBER},
        data=r.listed("data_file"),
        assumptions=r.listed("assumption"),
        warnings=r.TEXTS,
        verdicts=r.listed("verdict"),
    )  # fmt: skip
    return {
        "$id": SCHEMA,
        "title": "A site, by carbonctl site",
        "description": "What --format json writes. Energies and carbon are of the time that the "
        "data cover, unless a name says per_year. null is what is unknown or does not apply",
        **r.whole(document),
        "$defs": {
            **_definitions(),
            **{key: shared[key] for key in ("verdict", "own_records")},
        },
    }


_NUMBERS = (
    "step_h", "years_of_data", "mean_g_per_kwh", "weighted_g_per_kwh", "hourly_cfe_pct",
    "unmet_mwh", "exported_mwh", "curtailed_mwh", "operational_kgco2e", "years",
)  # fmt: skip


def _numbers(name: str) -> Schema:
    """Return the schema of a mapping of numbers."""
    return r.whole({key: {**field, **r.NUMBER} for key, field in r.fields(name).items()})


def _definitions() -> dict[str, Schema]:
    figures = dict.fromkeys(WAY_COLUMNS, r.NUMBER)
    maybe = dict.fromkeys(
        (*_MAYBE_MASSES, "grid_cfe_score_pct", "battery_cycles_per_year", "battery_life_years"),
        r.MAYBE_NUMBER,
    )
    way = r.fields("site way", **{**figures, **maybe, "way": r.TEXT})
    sizes: Schema = {"type": "object", "additionalProperties": r.NUMBER}
    design = r.fields(
        "site design", design={"type": "integer"}, sizes=sizes, within_excess=r.FLAG,
        on_front=r.FLAG,
        on_embodied_front=r.FLAG,
    )  # fmt: skip
    common = {key: way[key] for key in way if key not in _OF_WAYS}
    parts = dict.fromkeys(
        ("battery_kgco2e", "generation_kgco2e", "servers_kgco2e", "total_kgco2e"), r.MAYBE_NUMBER
    )
    data = {"filled": {"type": "integer"}, "notes": r.TEXTS, "sha256": r.HASH}
    return {
        "way": r.whole(way),
        "design": r.whole({**design, **common}),
        "battery": r.record(BatteryUse, "site battery"),
        "tier": r.whole(
            r.fields("site tier", share_pct=r.NUMBER, hours=r.NUMBER, kind=r.words(_KINDS))
        ),
        "optimum": r.record(Best, "site optimum"),
        "embodied": r.whole(r.fields("site embodied", complete=r.FLAG, **parts)),
        "sized": r.record(Sized, "site sized"),
        "signal": r.record(Signal, "site signal"),
        "hour_of_day": r.record(HourOfDay, "site hour"),
        "data_file": r.record(DataFile, "site data", **data),
        "assumption": r.whole(r.fields("site assumption")),
    }


_OF_WAYS = (
    "way", "grid_cfe_score_pct", "peak_mw", "battery_cycles_per_year", "battery_life_years",
)  # fmt: skip
