"""Scaling: the oracle, power laws and the frontier, tables of runs, and the command."""

import csv
import io
import json
import math
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.analysis.scaling.law import fitted as fitted_law
from carbonctl.factors import scaling as kernel
from carbonctl.numbers.power_laws import NoLaw, read_law
from tests.conftest import CONFIGS, ROOT, run
from tests.schemas.readers import faults

with (ROOT / "tests/oracles/analysis/scaling.csv").open(encoding="utf-8", newline="") as _lines:
    ORACLE = list(csv.DictReader(_lines))
GRID = str(CONFIGS / "scaling" / "grid.yaml")
RUNS = str(CONFIGS / "scaling" / "runs.csv")
OLD = str(CONFIGS / "scaling" / "old-data.yaml")
FORMS = ("table", "md", "csv", "tsv", "json")


def cases(prefix):
    return [row for row in ORACLE if row["case"].startswith(prefix)]


def ids(row):
    return f"{row['quantity']} {row['inputs']}"


def expected(row):
    return pytest.approx(float(row["value"]), rel=float(row["rel_tol"]))


def table(tmp_path, text, name="points.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


# --- the oracle ---


def test_every_case_of_the_oracle_is_looked_at():
    assert {row["case"][:3] for row in ORACLE} == {"S01", "S02", "S03", "S04", "S05"}


@pytest.mark.parametrize("row", cases("S01"), ids=ids)
def test_energy_and_error(row):
    inputs = json.loads(row["inputs"])
    exponent = inputs.get("exponent")
    values = {
        "error factor for a quarter of the energy": lambda: kernel.error_factor(4, exponent),
        "error added, at an error of 1": lambda: kernel.error_factor(4, exponent) - 1,
        "energy for 1 % less error": lambda: kernel.energy_for_less_error(exponent, 0.01),
    }
    if row["quantity"].startswith("exponent that gives"):
        value = kernel.exponent_of(inputs["energy"], inputs["added"], inputs["error"])
    else:
        value = values[row["quantity"]]()
    assert value == expected(row)


@pytest.mark.parametrize("row", cases("S02"), ids=ids)
def test_data_and_model_of_the_figure(row):
    """The two stars of Fig. 9: data and model 2 and 2, and 8 and 16."""
    data, model = 8 / 2, 16 / 2
    per_step = 4.0
    one_third = kernel.per_step_exponent(per_step, 1.0, model)
    values = {
        "ratio of data × model": data * model,
        "m if energy per step depends on the model alone": one_third,
        "ratio of total energy": read_law("model^(2/3)").at({"model": model}) * data,
        "d if m is 1/2": kernel.per_step_exponent(per_step, model**0.5, data),
        "BLEU for each tenfold model": kernel.per_tenfold(40 - 5, 1000),
        "AUC for each tenfold model": kernel.per_tenfold(0.03, 1000),
    }
    assert values[row["quantity"]] == expected(row)


@pytest.mark.parametrize("row", cases("S03"), ids=ids)
def test_half_life(row):
    inputs = json.loads(row["inputs"])
    half_life = inputs["half_life_y"]
    if "age_y" in inputs:
        value = kernel.value_left(inputs["age_y"], half_life)
    else:
        value = kernel.kept_by_value(inputs["window_y"], half_life)
        value = 1 - value if row["quantity"] == "storage and ingestion saved" else value
    assert value == expected(row)


@pytest.mark.parametrize("row", cases("S04"), ids=ids)
def test_sub_sampling(row):
    inputs = json.loads(row["inputs"])
    if "fixed" in inputs:
        value = kernel.speed_up(inputs["kept"], inputs["fixed"])
    elif row["quantity"] == "time saved":
        value = (1 - 1 / inputs["speed_up"]) * 100
    else:
        value = kernel.fixed_share(inputs["kept"], inputs["speed_up"])
    assert value == expected(row)


def test_the_grid_of_the_oracle_by_the_command(inside):
    done = inside("scaling", GRID, "-f", "csv")
    points = {row["point"]: row for row in csv.DictReader(io.StringIO(done.out))}
    assert len(points) == 20
    for row in cases("S05"):
        what, _, label = row["quantity"].partition(", ")
        if what == "points on the frontier":
            value = sum(point["frontier"] == "true" for point in points.values())
        elif what.startswith("on the frontier: "):
            point = points[what.removeprefix("on the frontier: ")]
            assert point["frontier"] == "true"
            value = float(point["energy"])
        else:
            value = float(points[label][what])
        assert value == expected(row), row["quantity"]


# --- properties ---

POINTS = st.lists(
    st.tuples(st.sampled_from([1.0, 2.0, 3.0, 5.0]), st.sampled_from([0.1, 0.2, 0.3])), min_size=1
)


@given(POINTS)
def test_the_frontier_is_what_no_other_dominates(points):
    on = kernel.frontier([e for e, _ in points], [q for _, q in points])
    for (energy, error), is_on in zip(points, on, strict=True):
        dominated = any(e <= energy and q <= error and (e, q) != (energy, error) for e, q in points)
        assert is_on == (not dominated)


@given(st.floats(0.001, 1), st.floats(0.1, 10))
def test_a_law_is_found_again_in_its_points(exponent, k):
    energies = [1.0, 3.0, 10.0, 200.0]
    law = kernel.fitted(energies, [k * e**-exponent for e in energies])
    assert (law.k, law.exponent) == pytest.approx((k, exponent))
    assert law.standard_error == pytest.approx(0, abs=1e-9)


def test_the_standard_error_is_that_of_a_line():
    from scipy.stats import linregress

    energies, errors = [1, 2, 4, 8, 16], [0.9, 0.88, 0.89, 0.85, 0.86]
    line = linregress([math.log(e) for e in energies], [math.log(q) for q in errors])
    law = kernel.fitted(energies, errors)
    assert (law.exponent, law.standard_error) == pytest.approx((-line.slope, line.stderr))


def test_two_points_leave_the_error_of_the_exponent_unknown():
    assert kernel.fitted([1, 2], [1, 0.9]).standard_error is None
    assert kernel.fitted([2, 2, 2], [1, 0.9, 0.8]) is None


def test_more_energy_that_brings_no_less_error_has_no_price():
    assert kernel.energy_for_less_error(0, 0.01) is None
    assert kernel.energy_for_less_error(-0.1, 0.01) is None
    assert kernel.energy_for_less_error(1e-9, 0.01) == math.inf


@given(st.floats(0.1, 50), st.floats(0.1, 50))
def test_what_is_kept_is_the_mean_value(window, half_life):
    steps = 4000
    mean = sum(kernel.value_left((n + 0.5) / steps * window, half_life) for n in range(steps))
    assert kernel.kept_by_value(window, half_life) == pytest.approx(mean / steps, rel=1e-3)


# --- laws ---


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("model^(2/3)", 4.0),
        ("0.5 + 2·data / model", 1.25),
        ("data model", 24.0),
        ("-1 + 2^3*data^-1", 8 / 3 - 1),
        ("1e-1·model^0", 0.1),
        ("model^−1", 1 / 8),
    ],
)
def test_laws_are_read(text, value):
    assert read_law(text).at({"data": 3.0, "model": 8.0}) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    ["", "data +", "^2", "data^(2/3", "data^^2", "a = 3", "2**3", "(data)", "x.y", "__import__('os')",
     "2^9999", "0^-1", "data^", "2^p", "a" * 600],
)  # fmt: skip
def test_what_is_no_law_is_refused(text):
    with pytest.raises(NoLaw):
        read_law(text)


def test_the_parameters_of_a_law_are_found_again():
    law = read_law("e0 + a·model^-p + b·data^-q")
    rows = [{"data": float(d), "model": float(m)} for d in (1, 2, 4, 8) for m in (1, 2, 4, 8, 16)]
    true = {"e0": 0.5, "a": 0.2, "p": 0.3, "b": 0.4, "q": 0.6}
    made = fitted_law(law, rows, [law.at({**row, **true}) for row in rows], ["data", "model"])
    assert made.parameters == pytest.approx(true, rel=1e-3)
    assert list(made.parameters) == ["e0", "a", "p", "b", "q"]


# --- tables of runs ---


def test_a_law_is_fitted_and_shown_beside_the_runs(inside):
    done = inside("scaling", RUNS, "--law", "error = e0 + a·model^-p + b·data^-q", "-f", "json")
    document = json.loads(done.out)
    assert not faults("scaling", document)
    assert set(document["law"]["parameters"]) == {"e0", "a", "p", "b", "q"}
    for point in document["points"]:
        assert point["predicted_error"] == pytest.approx(point["error"], abs=0.002)


def test_a_law_of_numbers_is_only_evaluated(inside):
    law = "0.7 + 0.03·model^-0.12 + 0.09·data^-0.12"
    document = json.loads(inside("scaling", RUNS, "--law", law, "-f", "json").out)
    assert document["law"]["parameters"] == {}
    assert document["points"][0]["predicted_error"] == pytest.approx(0.82)


def test_runs_without_a_number_are_named_and_left_out(inside, tmp_path):
    path = table(tmp_path, "run,energy_kwh,error\na,1,0.5\nb,NaN,0.4\nc,2,\nd,3,0.3\n")
    done = inside("scaling", path)
    assert done.code == 0
    assert "Left out, without a number: b, c." in done.out
    machine = inside("scaling", path, "-f", "csv")
    assert machine.err == "note: left out, without a number: b, c\n"
    assert inside("scaling", path, "-f", "csv", "-q").err == ""


def test_equal_points_are_both_on_the_frontier(inside, tmp_path):
    path = table(tmp_path, "energy_kwh,error\n1,0.5\n1,0.5\n2,0.6\n")
    rows = list(csv.DictReader(io.StringIO(inside("scaling", path, "-f", "csv").out)))
    assert [row["frontier"] for row in rows] == ["true", "true", "false"]


def test_other_columns_and_tabs(inside, tmp_path):
    path = table(tmp_path, "kgco2\tloss\n1\t0.5\n4\t0.4\n", "runs.tsv")
    document = json.loads(
        inside("scaling", path, "--x", "kgco2", "--error", "loss", "-f", "json").out
    )
    assert document["fit"]["exponent"] == pytest.approx(math.log(0.5 / 0.4) / math.log(4))
    assert (document["energy"], document["energy_unit"]) == ("kgco2", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("energy,error\n1,2\n", ":1:1: --x: no column `energy_kwh`; did you mean `energy`?"),
        ("energy_kwh,eror\n1,2\n", ":1:1: --error: no column `error`; did you mean `eror`?"),
        ("energy_kwh,error\n0,1\n", ":2:1: energy_kwh: `0` is no number above 0"),
        ("energy_kwh,error\n1,-1\n", ":2:2: error: `-1` is no number above 0"),
        ("energy_kwh,error\n1,much\n", ":2:2: error: `much` is no number above 0"),
        ("energy_kwh,error\ninf,1\n", ":2:1: energy_kwh: `inf` is no number above 0"),
        ("energy_kwh,error\n1\n", ":2:1: has 1 cells where the header has 2"),
        ("energy_kwh,error\n", ":1:1: holds no point"),
        ("", ":1:1: is empty"),
        ("error,error,energy_kwh\n1,2,3\n", "two columns are called `error`"),
        ('energy_kwh,error\n1,"2\n', "check its quotes"),
        ("run,energy_kwh,error\n=cmd(),1,1\n", ":2:1:"),
    ],
)
def test_faults_of_a_table_have_their_place(inside, tmp_path, text, said):
    path = table(tmp_path, text)
    done = inside("scaling", path)
    assert (done.code, done.out) == (3, "")
    assert said in done.err


def test_all_faults_of_a_table_are_told_at_once(inside, tmp_path):
    done = inside("scaling", table(tmp_path, "energy_kwh,error\n0,x\n1\n-1,1\n"))
    assert [line.split(": ")[0][-3:] for line in done.err.splitlines()] == [
        "2:1", "2:2", "3:1", "4:1",
    ]  # fmt: skip


# --- files with `scaling` ---


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scaling: {data: [1], model: [1]}", "a grid of points needs `energy_per_step` too"),
        ("scaling: {half_lif: 7 years}", "half_lif"),
        ("scaling: {}", "it asks nothing"),
        ("scaling: {half_life: 7}", "write `7 years`"),
        ("scaling: {window: 7 years}", "window: it needs half_life"),
        ("scaling: {sub_sampling: {kept: 10 %, speed_up: 11}}", "more than the 10x"),
        ("scaling: {sub_sampling: {kept: 100 %, speed_up: 1}}", "says nothing of a part"),
        ("scaling: {data: [1], model: [1], energy_per_step: modl, steps: data, error: 1}",
         "`modl` is neither data nor model"),
        ("scaling: {data: [1], model: [1], energy_per_step: model^, steps: data, error: 1}",
         "something is missing"),
        ("scaling: {data: [1], model: [9], energy_per_step: model, steps: data, error: 1 - model}",
         "at data 1 model 9 energy or error is not above 0"),
        ("name: x\nphases: {}", "this is a workload"),
        ("[1, 2]", "a mapping with `scaling` is wanted"),
    ],
)  # fmt: skip
def test_faults_of_a_file_are_told(inside, tmp_path, text, said):
    path = table(tmp_path, text + "\n", "grid.yaml")
    done = inside("scaling", path)
    assert (done.code, done.out) == (3, "")
    assert said in done.err
    assert done.err.startswith(path)


def test_values_are_set(inside):
    done = inside("scaling", GRID, "--set", "scaling.energy_per_step=model^(2/3)", "-f", "json")
    points = {point["point"]: point for point in json.loads(done.out)["points"]}
    green, yellow = points["data 8 model 16"], points["data 2 model 2"]
    assert green["energy_per_step"] / yellow["energy_per_step"] == pytest.approx(4)
    assert green["energy"] / yellow["energy"] == pytest.approx(16)


def test_a_grid_without_an_energy_is_relative(inside, tmp_path):
    text = "scaling: {data: [1, 2], model: [1, 2], energy_per_step: 5·model, steps: data, error: data^-1}"
    path = table(tmp_path, text, "grid.yaml")
    document = json.loads(inside("scaling", path, "-f", "json").out)
    assert document["energy_unit"] == "relative"
    assert [point["energy"] for point in document["points"]] == pytest.approx([1, 2, 2, 4])
    assert "x" in inside("scaling", path).out


# --- the command ---


@pytest.mark.parametrize("file", [GRID, RUNS, OLD])
def test_json_is_of_its_schema(inside, file):
    done = inside("scaling", file, "-f", "json")
    assert done.code == 0, done.err
    assert not faults("scaling", json.loads(done.out))


@pytest.mark.parametrize("file", [GRID, RUNS, OLD])
@pytest.mark.parametrize("form", FORMS)
def test_exports_are_what_is_printed_and_no_one_is_told_4x(inside, tmp_path, file, form):
    printed = inside("scaling", file, "-f", form)
    export = tmp_path / "out"
    assert inside("scaling", file, "--export", f"{form}={export}").code == 0
    assert export.read_text(encoding="utf-8") == printed.out
    assert "less energy to train" not in printed.out
    if form == "table":
        assert len(printed.out.splitlines()) <= 24
        assert max(map(len, printed.out.splitlines())) <= 80


def test_the_first_line_answers(inside):
    assert inside("scaling", GRID).out.startswith("1 % less error takes 2.79x the energy")
    assert inside("scaling", OLD).out.startswith(
        "Sampled by value, a window of 7 years of data keeps 72.1 % of it"
    )


def test_energy_that_brings_nothing_is_said(inside, tmp_path):
    path = table(tmp_path, "energy_kwh,error\n1,0.5\n2,0.6\n4,0.7\n")
    done = inside("scaling", path)
    assert done.code == 0, done.err
    assert done.out.startswith("More energy brings no less error")
    document = json.loads(inside("scaling", path, "-f", "json").out)
    assert document["fit"]["less_error_energy"] is None
    one = table(tmp_path, "energy_kwh,error\n1,0.5\n1,0.6\n")
    assert inside("scaling", one).out.startswith("All points have one energy")


def test_gates(inside):
    assert inside("scaling", OLD, "--fail-on", "kept_pct > 80").code == 0
    assert inside("scaling", OLD, "--fail-on", "kept_pct > 70").code == 1
    assert inside("scaling", OLD, "--fail-on", "less_error_energy_pct > 70").code == 3
    assert inside("scaling", GRID, "--fail-on", "less_error_energy_pct > 70").code == 1


def test_a_gate_is_over_the_figure_of_the_first_line(inside):
    # 2.91x along the frontier; all points would give 2.79x.
    done = inside("scaling", RUNS, "--fail-on", "less_error_energy_pct > 185")
    assert done.out.startswith("1 % less error takes 2.91x the energy along the frontier")
    assert done.code == 1
    assert "it is 190.6 %" in done.err


@pytest.mark.parametrize(
    ("half_life", "window", "said"),
    [
        ("1 day", "100 years", "Data of a half-life of 1 day are worth <0.001 % after 1 year"),
        ("30 days", "90 days", "window of 90 days keeps 42.1 %"),
        ("6 months", "18 months", "window of 1.5 years keeps 42.1 %"),
        ("6 months", "3 months", "a window of 3 months keeps 84.5 %"),
    ],
)
def test_short_times_are_days_or_months(inside, tmp_path, half_life, window, said):
    path = tmp_path / "old.yaml"
    path.write_text(f"scaling: {{half_life: {half_life}, window: {window}}}\n")
    done = inside("scaling", str(path))
    assert done.code == 0, done.err
    assert said in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((RUNS, "--law", "data^^2"), "--law: `data^^2`: `^` cannot stand here"),
        ((RUNS, "--law", "loss = data"), "`loss` is not the error; write `error = …`"),
        ((RUNS, "--law", "a·b·data^-p"), "a term has one parameter as its coefficient"),
        ((RUNS, "--law", "a^2·data"), "a term has one parameter as its coefficient"),
        ((RUNS, "--law", "a·data + b·data"), "do not tell the parameters"),
        ((RUNS, "--law", "data^-a·1 + data^-b + data^-c + data^-d"), "at most 3 can be"),
        ((RUNS, "--law", "a", "--fit"), "leave it out with --law"),
        ((RUNS, "--set", "scaling.half_life=7 years"), "this is a table of runs"),
        ((GRID, "--x", "energy"), "--x is of a table of runs"),
        ((GRID, "--fail-on", "kept > 3"), "kept_pct"),
    ],
)
def test_wrong_usage_says_what_to_write(inside, arguments, said):
    done = inside("scaling", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize("width", ["40", "60", "80", "200"])
def test_a_grid_fits_the_terminal(inside, monkeypatch, width):
    """A matrix where there is room, else a list."""
    monkeypatch.setattr(os, "environ", {**os.environ, "COLUMNS": width})
    lines = inside("scaling", GRID).out.splitlines()
    assert max(map(len, lines)) <= int(width)


def test_a_file_from_a_pipe_may_begin_with_a_comment():
    text = (CONFIGS / "scaling" / "grid.yaml").read_text(encoding="utf-8")
    assert text.startswith("#")
    piped = run("scaling", "-", "-f", "csv", stdin=text)
    assert piped.code == 0, piped.err
    assert piped.out.startswith("file,name,point,")
