"""Savings of levers against figures worked out by plain arithmetic (oracles/analysis/levers.csv)."""

import csv
import json
import math

import pytest

from carbonctl.factors import levers as kernels
from tests.conftest import CATALOG, ROOT
from tests.levers.makers import made

ORACLES = ROOT / "tests" / "oracles" / "analysis"
HOURS_PER_YEAR = 8760


def rows():
    with (ORACLES / "levers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = rows()
NOTHING = "  - {name: nothing, set: {site.pue: '1.25'}}\n"
FIG_8 = {
    "caching": ("wu2022/caching", 6.7),
    "GPU acceleration": ("wu2022/gpu", 10.1),
    "half precision": ("wu2022/half-precision", 2.4),
    "fused operators": ("wu2022/fused-operators", 5.0),
}
ANSWERS = "on: inference.answers"
PUBLISHED = "".join(
    f"  - {{name: {name}, {ANSWERS}, use: {use}}}\n" for name, (use, _) in FIG_8.items()
)
TIMES = "".join(
    f"  - {{name: {name}, {ANSWERS}, divide: {{time: {factor}}}}}\n"
    for name, (_, factor) in FIG_8.items()
)
# Ours of the cases of several levers, by the name that the quantities have for them.
FOUR = {
    "region": "  - {name: region, set: {site.carbon_intensity: 100 g/kWh}}\n",
    "time": f"  - {{name: time, {ANSWERS}, divide: {{time: 4}}}}\n",
    "utilization": "  - {name: utilization, set: {systems.pool.utilization: 80 %}}\n",
    "building": "  - {name: building, set: {site.pue: 1.1}}\n",
}


def block(case: str, inputs: dict) -> str:
    """The levers of a case, as a workload has them."""
    if case == "L00 base":
        return NOTHING
    if case.startswith("L01"):
        return PUBLISHED
    if case.startswith("L02"):
        return TIMES
    if case.startswith("L14"):
        return "".join(FOUR.values())
    if "early_stopping" in inputs:
        search = inputs["early_stopping"]
        left = 1 - search["stopped"] * (1 - search["after"])
        return f"  - {{name: a, on: {inputs['on']}, multiply: {{time: {left}}}}}\n"
    lever = {key: value for key, value in inputs.items() if key != "spec"}
    written = json.dumps({"name": "a", **lever})
    return f"  - {written.replace(chr(34) + '{', '{').replace('}' + chr(34), '}')}\n"


KEYS = {
    "energy": "energy_saved_kwh",
    "operational": "operational_saved_kgco2e",
    "operational_market": "operational_market_saved_kgco2e",
    "embodied": "embodied_saved_kgco2e",
}


def figure(row: dict, inputs: dict):
    """The figure that the tool gives for a row of the oracle."""
    quantity, case = row["quantity"], row["case"]
    report = made(block(case, inputs))
    of = {line.row.lever: line for line in report.lines}
    first, total = report.lines[0], report.total
    if " after" in quantity and quantity.split()[0] in KEYS:
        key = quantity.split()[0]
        whole = "energy_kwh" if key == "energy" else f"{key}_kgco2e"
        return getattr(report.base.total, whole) - getattr(total, KEYS[key])
    if quantity.startswith("total after "):
        return of[quantity.removeprefix("total after ")].row.total_after_kgco2e
    if quantity.startswith("step of "):
        return of[quantity.removeprefix("step of ")].row.saved_kgco2e
    if quantity.startswith("operational of inference relative to the end, before "):
        return of[quantity.rpartition(" before ")[2]].relative
    if ": " in quantity:
        name, _, what = quantity.partition(": ")
        if what == "shapley":
            shared = made(block(case, inputs), attribution="shapley")
            return next(x.row.saved_kgco2e for x in shared.lines if x.row.lever == name)
        key = {"step in the given order": "saved_kgco2e", "alone": "alone_kgco2e"}
        return getattr(of[name].row, key.get(what, "left_out_kgco2e"))
    remaining = {
        "total before": lambda: total.total_before_kgco2e,
        "total after": lambda: total.total_after_kgco2e,
        "saved": lambda: total.saved_kgco2e,
        "saved together": lambda: total.saved_kgco2e,
        "saved, net": lambda: total.saved_kgco2e,
        "saved, % of the original total": lambda: total.saved_pct,
        "sum of what each saves alone": lambda: report.alone_kgco2e,
        "added once": lambda: first.row.added_kgco2e,
        "saved in inference, gross": lambda: first.row.saved_kgco2e + first.row.added_kgco2e,
        "requests until the addition is paid back": lambda: first.payback.requests,
        "days until then at 1e8 / day": lambda: first.payback.days,
        "factor on device time and energy": lambda: left_of(report),
        "rebound, share of the expected saving that is lost": lambda: (
            first.row.rebound_kgco2e / first.without_rebound_kgco2e
        ),
        "saved, best": lambda: first.row.saved_kgco2e,
        "saved, low": lambda: at_end(inputs, "low"),
        "saved, high": lambda: at_end(inputs, "high"),
    }
    return remaining[quantity]()


def left_of(report):
    """What is left of the electricity of the requests."""
    sides = (report.end, report.base)
    after, before = (
        sum(e.energy_kwh for e in side.booked if e.activity == "answers") for side in sides
    )
    return after / before


def at_end(inputs: dict, end: str) -> float:
    """The saving with the factor at an end of its range."""
    factor = {"low": 5, "high": 8}[end]
    return made(f"  - {{name: a, {ANSWERS}, divide: {{time: {factor}}}}}\n").total.saved_kgco2e


def by_kernel(inputs: dict, quantity: str) -> float:
    """A figure that a kernel alone gives."""
    if "factors" in inputs:
        factors = inputs["factors"]
        shares = kernels.logarithmic_shares([1 / factor for factor in factors])
        return dict(zip(factors, shares, strict=True))[float(quantity.rpartition(" ")[2])]
    if "second_life_y" in inputs:
        whole = inputs["rule"] == "whole life"
        lives = [inputs["lifetime_y"], inputs["second_life_y"] if whole else 0]
        first, second = (years * HOURS_PER_YEAR for years in lives)
        use = inputs["utilization"]
        return kernels.first_life_kgco2e_per_hour(inputs["embodied"], first, use, second)
    after = quantity.endswith("after")
    parts, life = (inputs["parts_kg"], inputs["longer_y"]) if after else (0, inputs["lifetime_y"])
    return kernels.repaired_kgco2e_per_year(inputs["embodied"], parts, life)


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['case']}: {r['quantity']}")
def test_figure(row):
    inputs = json.loads(row["inputs"])
    by_itself = any(key in inputs for key in ("factors", "second_life_y", "parts_kg"))
    value = by_kernel(inputs, row["quantity"]) if by_itself else figure(row, inputs)
    limit = float(row["abs_tol"] or 0)
    assert math.isclose(
        value, float(row["value"]), rel_tol=float(row["rel_tol"] or 0), abs_tol=limit or 1e-9
    ), (value, row["value"])


def test_range_of_a_factor_is_that_of_shared_unknowns():
    """24,531 to 26,011 kg: the triangle of the factor at its quantiles 0.05 and 0.95."""
    levers = f"  - {{name: a, {ANSWERS}, divide: {{time: {{best: 6.7, low: 5, high: 8}}}}}}\n"
    row = made(levers).total
    assert row.saved_low_kgco2e == pytest.approx(24_531, abs=1)
    assert row.saved_high_kgco2e == pytest.approx(26_011, abs=1)


@pytest.mark.parametrize("attribution", ["steps", "shapley", "logarithmic"])
def test_every_attribution_sums_to_the_saving(attribution):
    report = made(TIMES, attribution=attribution)
    rows = [line.row for line in report.lines]
    for key in ("saved_kgco2e", "operational_saved_kgco2e", "energy_saved_kwh"):
        whole = sum(getattr(row, key) for row in rows)
        assert whole == pytest.approx(getattr(report.total, key), rel=1e-9)
    assert sum(row.share for row in rows) == pytest.approx(1, rel=1e-9)


def test_logarithmic_shares_of_fig_8():
    report = made(PUBLISHED, attribution="logarithmic")
    assert [line.row.share for line in report.lines] == pytest.approx(
        [0.28391573, 0.34517775, 0.13067576, 0.24023076], rel=1e-7
    )


def test_published_levers_are_those_of_the_oracle():
    with (ORACLES / "levers_catalog.csv").open(encoding="utf-8", newline="") as file:
        theirs = list(csv.DictReader(file))
    assert [row["id"] for row in theirs] == [*CATALOG.levers]
    for row in theirs:
        ours = CATALOG.lever(row["id"])
        if row["id"] == "wu2022/autoscaling":  # "up to": a range, whose end is never taken
            assert (ours.quantity, ours.ends) == ("autoscaling", (0.0, 0.25))
            continue
        assert (ours.quantity, ours.best) == (row["quantity"], float(row["factor"]))
        low, high = (float(row[key] or row["factor"]) for key in ("low", "high"))
        assert ours.ends == (low, high)
        assert ours.source.split() == row["source"].split("; ")


def test_the_order_of_factors_does_not_matter_for_the_end():
    one, other = made(PUBLISHED), made("\n".join(reversed(PUBLISHED.splitlines())) + "\n")
    assert one.total.saved_kgco2e == pytest.approx(other.total.saved_kgco2e, rel=1e-12)
