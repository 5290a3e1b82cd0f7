"""Surveys against statistics that were found twice (oracles/analysis/survey.csv).

Y20 and later are of a table of our own. Y01 to Y11 are of the table of the survey of Luccioni and
Hernandez-Garcia (2023), which may not be shipped: they run where CARBONCTL_CO2ML names a copy.
"""

import csv
import json
import math
from fractions import Fraction
from functools import cache

import pytest

from carbonctl.analysis.survey.derive import derive
from carbonctl.analysis.survey.runs import known, listed, take
from carbonctl.factors import sample_statistics as s
from tests.survey.makers import CO2ML, ORACLES, RUNS, group, needs_co2ml, surveyed

with (ORACLES / "survey.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
SIZES = {
    "count": "n", "sum": "total_kgco2e", "mean": "mean_kgco2e", "median": "median_kgco2e",
    "geometric mean": "geometric_mean_kgco2e", "minimum": "min_kgco2e", "maximum": "max_kgco2e",
    "p25": "p25_kgco2e", "p75": "p75_kgco2e",
}  # fmt: skip


@cache
def own(*by):
    return surveyed(RUNS, *by)


@cache
def theirs(*by, **more):
    return surveyed(CO2ML, *by, **{"preset": "co2ml", **more})


def own_table(inputs, quantity):
    if "task" in inputs or "year" in inputs:
        [(column, value)] = inputs.items()
        return getattr(group(own(column), value).row, SIZES[quantity])
    return getattr(own().whole.row, SIZES[quantity])


def faults(inputs, quantity):
    made = own()
    row, checks = made.whole.row, {check.kind: check.rows for check in made.checks}
    without = {
        role: made.runs.size - len(known(made.runs.numbers[role])) for role in made.runs.numbers
    }
    return {
        "rows whose carbon does not follow from their energy and intensity (2 %)": checks["carbon"],
        "rows whose energy does not follow from devices × hours × watts (2 %)": checks["energy"],
        "carbon computed by the command": made.computed,
        "rows without an intensity": without["intensity"],
        "rows without quality": without["quality"],
        "mean intensity of the rows that give one": row.intensity_g_per_kwh,
        "mean intensity weighted by energy": row.intensity_weighted_g_per_kwh,
    }[quantity]


def trimming(inputs, quantity):
    return s.trimmed(inputs["n"], Fraction(inputs["cut_each_side"]).limit_denominator(1000) * 100)


def models(inputs, quantity):
    if "task" in inputs:
        return getattr(group(theirs("task"), inputs["task"]).row, SIZES[quantity])
    return getattr(theirs().whole.row, SIZES[quantity])


def correlations(inputs, quantity):
    made = theirs()
    if quantity.startswith("share of the variance, "):
        name = quantity.removeprefix("share of the variance, ")
        names = {"power": "watts", "device-hours": "device_hours"}
        return getattr(made.variance, names.get(name, name))
    kind, _, pair = quantity.partition(", ")
    name = pair.partition(" and ")[0]
    names = {"TDP": "watts", "device-hours": "device_hours"}
    correlation = next(c for c in made.correlations if c.of == names.get(name, name))
    kinds = {
        "spearman": "spearman", "kendall tau-b": "kendall", "pearson of logarithms": "pearson_log",
    }  # fmt: skip
    return getattr(correlation, kinds[kind])


def quality(inputs, quantity):
    if "data set" in inputs:
        row, more = group(theirs("data set"), inputs["data set"])
    else:
        row, more = group(theirs("task"), inputs["task"])
    assert more.quality == inputs["quality"]
    return {
        "models with both": row.quality_n, "spearman, carbon and quality": row.spearman,
        "p-value of it": row.spearman_p, "kendall tau-b": row.kendall,
        "models on the frontier": row.frontier_n,
        "carbon of the best on the frontier": more.frontier_most_kgco2e,
        "carbon of the leanest on the frontier": more.frontier_least_kgco2e,
    }[quantity]  # fmt: skip


def concentration(inputs, quantity):
    in_order = s.ordered(theirs().runs.numbers["carbon"])
    if quantity == "Gini coefficient":
        assert theirs().concentration.gini == s.gini(in_order)
        return s.gini(in_order)
    return s.largest_share(in_order, int(quantity.split()[3]))


def consistency(inputs, quantity):
    made = theirs()
    row, size = made.whole.row, made.runs.size
    energy, modelled = made.runs.numbers["energy"], derive(made.runs).modelled_energy
    off = [abs(own / wanted - 1) for own, wanted in zip(energy, modelled, strict=True)]
    rebuilt = [
        abs(kg / (kwh * g / 1000) - 1)
        for kg, kwh, g in zip(
            made.runs.numbers["carbon"], modelled, made.runs.numbers["intensity"], strict=True
        )
    ]
    return {
        "mean intensity": row.intensity_g_per_kwh,
        "mean intensity weighted by energy": row.intensity_weighted_g_per_kwh,
        "carbon over energy": made.whole.more.carbon_over_energy_g_per_kwh,
        "rows whose energy is rebuilt from TDP × devices × time within 2 %": sum(
            x <= 0.02 for x in off
        ),
        "rows whose carbon is rebuilt within 2 % or half a unit of the last printed digit (0.05 kg)": (
            size - made.inconsistent
        ),
        "rows whose energy would be right were time device-hours already": sum(
            abs(kwh / (w * h / 1000) - 1) <= 0.02
            for kwh, w, h in zip(
                energy, made.runs.numbers["watts"], made.runs.numbers["hours"], strict=True
            )
        ),
        "rows whose carbon is rebuilt from TDP × time × intensity within 2 %, on the printed digits": (
            sum(x <= 0.02 for x in rebuilt)
        ),
        "rows off by more than half": sum(x > 0.5 for x in rebuilt),
    }[quantity]  # fmt: skip


def columns(inputs, quantity):
    made = theirs()
    names = {"TDP": "watts", "training time of the column": "hours"}
    name = names.get(inputs["column"], inputs["column"])
    column = derive(made.runs).device_hours if name == "device-hours" else made.runs.numbers[name]
    in_order = s.ordered(take(column, known(column)))
    return {
        "sum": s.total(in_order), "minimum": listed(in_order)[0], "maximum": listed(in_order)[-1],
        "median": s.quantile(in_order, 0.5),
    }[quantity.rpartition(", ")[2]]  # fmt: skip


def sources(inputs, quantity):
    return group(theirs("source"), inputs["source"]).row.intensity_g_per_kwh


CASES = {
    "Y01": models, "Y02": models, "Y05": correlations, "Y06": quality, "Y07": concentration,
    "Y08": consistency, "Y10": columns, "Y11": sources,
    "Y09": trimming, "Y20": own_table, "Y21": own_table, "Y22": own_table, "Y24": faults,
}  # fmt: skip
NEED_THEIRS = ("Y01", "Y02", "Y05", "Y06", "Y07", "Y08", "Y10", "Y11")


def test_every_case_has_a_test():
    assert {row["case"].split()[0] for row in ROWS} == CASES.keys()


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, marks=needs_co2ml if row["case"].startswith(NEED_THEIRS) else ())
        for row in ROWS
    ],
    ids=lambda row: f"{row['case']} {row['inputs']} {row['quantity']}",
)
def test_the_oracle(row):
    ours = CASES[row["case"].split()[0]](json.loads(row["inputs"]), row["quantity"])
    relative, absolute = (float(row[key] or 0) for key in ("rel_tol", "abs_tol"))
    assert math.isclose(ours, float(row["value"]), rel_tol=relative, abs_tol=absolute)


def test_the_example_is_the_table_of_the_oracle():
    assert RUNS.read_bytes() == (ORACLES / "specs" / "runs.csv").read_bytes()


@needs_co2ml
def test_quality_of_several_kinds_has_no_frontier():
    made = theirs()
    assert made.whole.row.frontier_n is None
    assert any("--by" in note for note in made.notes)
