"""Kernels of designs: domination, the lower envelope, energy against time; each by its oracle."""

import csv
import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.factors import design, energy_time
from carbonctl.factors.domination import non_dominated
from carbonctl.factors.envelope import crossing, lower_envelope, never_lowest
from tests.conftest import ROOT

ORACLE = ROOT / "tests" / "oracles" / "explore"
YEAR = 8760.0


def table(name):
    with (ORACLE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


# --- domination ---


def sets():
    by_set = itertools.groupby(table("pareto.csv"), key=lambda row: row["set"])
    return [(number, list(rows)) for number, rows in by_set]


@pytest.mark.parametrize(
    ("number", "rows"), sets(), ids=lambda part: part if isinstance(part, str) else ""
)
def test_a_set_of_the_oracle(number, rows):
    signs = [1 if sense == "min" else -1 for sense in rows[0]["senses"].split()]
    costs = [
        [s * float(v) for s, v in zip(signs, row["values"].split(), strict=True)] for row in rows
    ]
    expected = [row["out_non_dominated"] == "yes" for row in rows]
    assert non_dominated(np.array(costs)).tolist() == expected


@given(
    st.integers(1, 5).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(0, 4), min_size=width, max_size=width), min_size=1, max_size=60
        )
    )
)
def test_non_dominated_is_what_comparing_all_pairs_leaves(rows):
    def beats(one, other):
        return one != other and all(a <= b for a, b in zip(one, other, strict=True))

    expected = [not any(beats(other, row) for other in rows) for row in rows]
    assert non_dominated(np.array(rows, float)).tolist() == expected


def test_many_blocks_are_as_one():
    costs = np.random.default_rng(3).random((3000, 3)).round(2)
    whole = non_dominated(costs)
    least = [not ((costs <= row).all(axis=1) & (costs < row).any(axis=1)).any() for row in costs]
    assert whole.tolist() == least


def test_infinite_costs_can_be_dominated():
    assert non_dominated([[1, np.inf], [2, np.inf], [3, 1]]).tolist() == [True, False, True]
    assert non_dominated([[2], [1], [1]]).tolist() == [False, True, True]


@pytest.mark.parametrize("costs", [[1.0, 2.0], [[]], [[1.0, math.nan]]])
def test_what_is_no_table_of_numbers_is_refused(costs):
    with pytest.raises(ValueError, match="cost"):
        non_dominated(costs)


# --- the envelope ---

DESIGNS = table("regions_designs.csv")


def regions():
    cases = itertools.groupby(table("regions.csv"), key=lambda row: row["case"])
    return [pytest.param(list(rows), id=case) for case, rows in cases]


@pytest.mark.parametrize("rows", regions())
def test_regions_of_the_oracle(rows):
    fixed = float(rows[0]["fixed"].split()[1])
    embodied = [float(d["embodied_kg"]) for d in DESIGNS]
    slopes = [float(d["kwh_per_unit"]) * fixed for d in DESIGNS]
    ends = float(rows[0]["out_from"]), float(rows[-1]["out_to"])
    made = lower_envelope(embodied, slopes, *ends)
    assert [DESIGNS[s.line]["name"] for s in made] == [row["out_best"] for row in rows]
    for segment, row in zip(made, rows, strict=True):
        assert segment.start == pytest.approx(float(row["out_from"]), rel=1e-9)
        assert segment.end == pytest.approx(float(row["out_to"]), rel=1e-9)


def test_the_design_that_is_never_best_is_found():
    embodied = [float(d["embodied_kg"]) for d in DESIGNS]
    slopes = [float(d["kwh_per_unit"]) for d in DESIGNS]
    assert [DESIGNS[line]["name"] for line in never_lowest(embodied, slopes)] == ["never best"]


LINES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=25)


@given(LINES)
def test_the_envelope_is_lowest_everywhere(lines):
    a, b = ([float(line[side]) for line in lines] for side in (0, 1))
    segments = lower_envelope(a, b, 0.0, 7.5)
    assert segments[0].start == 0 and segments[-1].end == 7.5
    for before, after in itertools.pairwise(segments):
        assert before.end == after.start and b[after.line] < b[before.line]
    for segment in segments:
        middle = (segment.start + segment.end) / 2
        least = min(x + y * middle for x, y in lines)
        assert a[segment.line] + b[segment.line] * middle == pytest.approx(least, abs=1e-9)
    winners = {lines[segment.line] for segment in lower_envelope(a, b, 0.0, 1e9)}
    assert winners.isdisjoint(lines[line] for line in never_lowest(a, b))


@given(LINES)
def test_never_lowest_are_those_off_the_hull_that_nothing_beats(lines):
    a, b = ([float(line[side]) for line in lines] for side in (0, 1))
    kept = non_dominated(np.array(lines, float))
    winners = {lines[s.line] for s in lower_envelope(a, b, 0.0, 1e9)}
    expected = [n for n, line in enumerate(lines) if kept[n] and line not in winners]
    assert never_lowest(a, b) == expected


def test_an_axis_that_does_not_rise_is_refused():
    for ends in ((1.0, 1.0), (2.0, 1.0), (math.nan, 1.0)):
        with pytest.raises(ValueError, match="axis rises"):
            lower_envelope([1.0], [1.0], *ends)
    with pytest.raises(ValueError, match="at least one"):
        lower_envelope([], [], 0.0, 1.0)


def test_break_even_with_a_machine_that_is_owned():
    assert crossing(100.0, 1.0, 0.0, 3.0) == 50
    assert crossing(100.0, 3.0, 0.0, 3.0) == math.inf
    assert crossing(0.0, 1.0, 5.0, 1.0) == 0


# --- energy and time ---


@pytest.mark.parametrize("row", table("zeus.csv"), ids=lambda row: row["case"])
def test_a_choice_of_the_oracle(row):
    points = table("zeus_points.csv")
    energy, time = (np.array([float(p[key]) for p in points]) for key in ("energy_j", "time_s"))
    power = float(row["max_power_w"])
    if row["intensity"]:
        machine = [
            float(row[k]) for k in ("intensity", "pue", "embodied_kg", "lifetime_h", "utilization")
        ]
        costs = energy_time.carbon_cost(energy, time, *machine)
        eta = energy_time.equivalent_eta(*machine, power)
        assert eta == pytest.approx(float(row["out_equivalent_eta"]), rel=1e-9)
        by_weight = energy_time.zeus_cost(energy, time, eta, power)
        assert int(by_weight.argmin()) == int(costs.argmin())
    else:
        costs = energy_time.zeus_cost(energy, time, float(row["case"].split()[1]), power)
    best = points[int(costs.argmin())]
    assert (best["batch"], best["limit_w"]) == (row["out_batch"], row["out_limit_w"])
    assert costs.min() == pytest.approx(float(row["out_cost"]), rel=1e-9)


def test_the_weight_of_the_contract():
    assert energy_time.equivalent_eta(0.4, 1.2, 475.0, 4 * YEAR, 0.45, 300.0) == pytest.approx(
        0.827, abs=5e-4
    )
    assert energy_time.equivalent_eta(0.0, 1.2, 475.0, 4 * YEAR, 0.45, 300.0) == 0


# --- metrics ---


@pytest.mark.parametrize("row", table("design_metrics.csv"), ids=lambda row: row["case"])
def test_metrics_of_the_oracle(row):
    made, used, delay, energy = (
        float(row[key]) for key in ("embodied_kg", "operational_kg", "delay_s", "energy_kwh")
    )
    figures = {
        "total": made + used,
        "cdp": design.cdp(made, delay),
        "cep": design.cep(made, energy),
        "c2ep": design.c2ep(made, energy),
        "ce2p": design.ce2p(made, energy),
        "tcdp": design.tcdp(made, used, delay),
    }
    for name, figure in figures.items():
        assert figure == pytest.approx(float(row[f"out_{name}"]), rel=1e-9)
