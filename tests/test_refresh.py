"""Refresh: the oracle, even lives and best dates, machines out of accounts, and the command."""

import csv
import io
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.analysis.refresh import Question, answer, of_account, of_figures
from carbonctl.analysis.refresh import question as asked
from carbonctl.analysis.refresh.answer import MONTH
from carbonctl.errors import InputError, UsageError
from carbonctl.factors import refresh as kernel
from carbonctl.factors.refresh import GridPath, Machine
from carbonctl.numbers.intervals import best
from carbonctl.numbers.rates import read_rate
from tests.conftest import CONFIGS, ROOT, account, example
from tests.schemas.readers import faults

ORACLES = ROOT / "tests" / "oracles" / "analysis"
SERVICE = str(ORACLES / "specs" / "service.yaml")
GAIN = ("--gain", "2x / 3.5 years")
ALONE = ("--embodied", "2500 kg", "--power", "600 W", "--intensity", "400 g/kWh")
with (ORACLES / "refresh.csv").open(encoding="utf-8", newline="") as _lines:
    ORACLE = list(csv.DictReader(_lines))


def question(text="2x / 3.5 years", horizon=20.0, **more):
    return Question(read_rate(text), text, horizon, more.pop("step", 1.0), **more)


def rows(inside, *arguments):
    done = inside("refresh", *arguments, "-f", "csv")
    assert done.code == 0, done.err
    return list(csv.DictReader(io.StringIO(done.out)))


# --- the oracle ---


def test_every_case_of_the_oracle_is_looked_at():
    assert {row["case"].partition(" ")[0] for row in ORACLE} == {"R01", "R02", "R03", "R06"}


@pytest.mark.parametrize("row", ORACLE, ids=lambda row: f"{row['case'][:3]} {row['quantity']}")
def test_a_row_of_the_oracle(row):
    inputs, quantity = json.loads(row["inputs"]), row["quantity"]
    # "-7.2571 %/y continuous" is a fall of 7 % a year, to five digits.
    grid = {} if inputs["grid"] == "constant" else {
        "grid": asked.grid_path("-7 % / year"), "grid_written": "-7 % / year",
    }  # fmt: skip
    age = float(quantity.split(" of ")[1].split()[0]) if "owned" in quantity else None
    machine = asked.MachineFigures(inputs["embodied_kg"], inputs["operational_kg_per_year"])
    text = inputs["work_per_energy"]
    made = answer(machine, question(text, inputs["horizon_y"], owned=age, **grid))
    figures = {
        "best number of machines": len(made.even.bought),
        "best life": made.even.lives[0],
        "total at the best": made.even.total_kgco2e,
        "life at which keeping the next year costs as much as the best chain": made.rule.life,
        "its approximation √(2M/(r0 g))": made.rule.about,
        "embodied over all that progress can ever save, M·g/r0": made.rule.over_gain,
        "best dates, uneven, by the month: total": made.dates.total_kgco2e,
        "best dates, uneven: machines": len(made.dates.bought),
        "best dates, uneven: life of the first": made.dates.lives[0],
    }
    if quantity.endswith("machines: total"):
        value = made.plans[int(quantity.split()[0]) - 1].chain.total_kgco2e
    else:
        value = made.owned if age is not None else figures[quantity]
    assert value == pytest.approx(float(row["value"]), rel=float(row["rel_tol"]))


def test_the_example_of_the_oracle_by_the_command(inside):
    plans = rows(inside, *ALONE, *GAIN, "--owned", "3 years")
    (best,) = (plan for plan in plans if plan["plan"] == "even" and plan["best"] == "true")
    assert (best["machines"], float(best["life_years"])) == ("3", pytest.approx(20 / 3))
    assert float(best["total_kgco2e"]) == pytest.approx(26258.757796168422, rel=1e-9)
    by_plan = {plan["plan"]: plan for plan in plans}
    assert float(by_plan["dates"]["total_kgco2e"]) == pytest.approx(24499.212445659465, rel=2e-4)
    assert float(by_plan["rule of thumb"]["life_years"]) == pytest.approx(4.654453680179753)
    assert float(by_plan["owned"]["break_even_years"]) == pytest.approx(2.654544661637619)


# --- ranges of a machine out of an account ---

POOL = """
name: pool
site: {{grid: FR, carbon_intensity: 400 g/kWh, pue: {pue}}}
systems:
  pool: {{embodied: {embodied}, host_overhead: 1, lifetime: {lifetime}, utilization: {share}, power: {power}}}
phases:
  inference:
    - {{kind: compute, system: pool, wall_time: {time}, devices: 1}}
"""
CERTAIN = {
    "pue": "1.2",
    "embodied": "1500 kg",
    "lifetime": "4 years",
    "share": "50 %",
    "power": "600 W",
    "time": "1000 h",
}


def pooled(**ranges):
    result = account(POOL.format(**CERTAIN | ranges))
    return of_account(result, None)


def within_quantiles(low, high):
    """The quantiles 0.05 and 0.95 of a triangle with its best in the middle."""
    width = (high - low) * math.sqrt(0.05 / 2)
    return low + width, high - width


def test_a_machine_without_unknowns_has_no_ranges():
    machine = pooled()
    assert machine.embodied_kgco2e == pytest.approx(1500)
    assert machine.kgco2e_per_year == pytest.approx(0.6 * 8760 * 1.2 * 0.4 * 0.5)


def test_a_given_range_of_embodied_carbon_is_that_of_the_machine():
    machine = pooled(embodied="1000..2000 kg")
    ends = (machine.embodied_kgco2e.low, machine.embodied_kgco2e.high)
    assert ends == pytest.approx(within_quantiles(1000, 2000), rel=1e-9)
    assert machine.kgco2e_per_year == pooled().kgco2e_per_year


@pytest.mark.parametrize("ranges", [{"lifetime": "3..5 years"}, {"time": "500..1500 h"}])
def test_what_divides_and_multiplies_alike_moves_no_machine(ranges):
    machine = pooled(**ranges)
    assert machine.embodied_kgco2e == pytest.approx(1500)
    assert machine.kgco2e_per_year == pytest.approx(pooled().kgco2e_per_year)


def test_utilization_moves_a_year_and_not_what_a_machine_takes_to_make():
    machine = pooled(share="30..70 %")
    assert machine.embodied_kgco2e == pytest.approx(1500)
    year = machine.kgco2e_per_year
    low, high = within_quantiles(0.3, 0.7)
    whole = pooled().kgco2e_per_year / 0.5
    assert (year.low, year.high) == pytest.approx((whole * low, whole * high), rel=1e-9)


def test_ranges_of_several_unknowns_go_together_as_those_of_totals_do():
    machine = pooled(power="500..700 W", pue="1.1..1.3")
    year, best = machine.kgco2e_per_year, pooled().kgco2e_per_year
    ups = (
        math.log(within_quantiles(500, 700)[1] / 600),
        math.log(within_quantiles(1.1, 1.3)[1] / 1.2),
    )
    assert year.high == pytest.approx(best * math.exp(math.hypot(*ups)), rel=1e-6)


def test_a_machine_of_which_little_is_known_is_told_with_its_range(inside):
    document = json.loads(
        inside("refresh", str(CONFIGS / "quickstart.yaml"), *GAIN, "-f", "json").out
    )
    embodied = document["embodied_kgco2e"]
    assert embodied["low"] < 0.7 * embodied["best"] < embodied["best"] < embodied["high"]
    assert document["spread"]["low_kgco2e"] < document["spread"]["high_kgco2e"]


# --- properties ---

MACHINES = st.builds(
    Machine, st.floats(10, 1e4), st.floats(1, 1e5), st.floats(0, 0.6), st.sampled_from([0.0, 3.0])
)
GRIDS = st.sampled_from(
    [GridPath(), GridPath(-0.07), GridPath(0.02), GridPath(points=((0, 1), (5, 0.4), (9, 0.6)))]
)


@given(MACHINES, GRIDS, st.floats(0.5, 30), st.integers(1, 12))
def test_best_dates_are_never_worse_than_even_lives(machine, grid, horizon, count):
    asking = question(horizon=horizon, grid=grid)
    even = kernel.even_lives(machine, grid, horizon, count).total_kgco2e
    made = answer(asked.MachineFigures(*machine[:2]), asking)
    assert made.dates.total_kgco2e <= made.even.total_kgco2e
    on_months = horizon / count * 12 == round(horizon / count * 12)
    if on_months:
        best = kernel.best_dates(machine, grid, horizon, MONTH).total_kgco2e
        assert best <= even * (1 + 1e-9)


@given(MACHINES, GRIDS, st.floats(0.5, 15))
def test_dates_are_as_good_as_every_single_replacement(machine, grid, horizon):
    best = kernel.best_dates(machine, grid, horizon, MONTH)
    assert best.bought[0] == 0
    assert math.fsum(best.lives) == pytest.approx(horizon)
    for month in range(1, int(horizon * 12)):
        other = kernel.chain(machine, grid, [0.0, month * MONTH], horizon)
        assert best.total_kgco2e <= other.total_kgco2e * (1 + 1e-9)


@given(MACHINES, GRIDS, st.floats(0.5, 30), st.integers(1, 10))
def test_a_chain_is_its_integral(machine, grid, horizon, count):
    chain = kernel.even_lives(machine, grid, horizon, count)
    steps, total = 2000, 0.0
    for n in range(steps):
        middle = (n + 0.5) * horizon / steps
        start = max(bought for bought in chain.bought if bought <= middle)
        ratio = (grid.integral(middle + 1e-6) - grid.integral(middle - 1e-6)) / 2e-6
        total += math.exp(-machine.gain_per_year * start) * ratio * horizon / steps
    assert chain.operational_kgco2e == pytest.approx(machine.kgco2e_per_year * total, rel=5e-3)


@given(st.floats(10, 1e4), st.floats(10, 1e5), st.floats(0.01, 0.6))
def test_the_rule_of_thumb_has_the_least_carbon_a_year(embodied, yearly, gain):
    machine = Machine(embodied, yearly, gain)
    life = kernel.rule_of_thumb(machine)
    assert (life is None) == (embodied * gain >= yearly)
    if life is None:
        return

    def a_year(t):
        return embodied / t + yearly * (1 + math.expm1(-gain * t) / (gain * t))

    assert a_year(life) <= min(a_year(life * 0.98), a_year(life * 1.02)) * (1 + 1e-9)


def test_without_progress_one_machine_is_kept():
    made = answer(of_figures(2500.0, 600.0, 0.4), question("1x / year"))
    assert len(made.even.bought) == len(made.dates.bought) == 1
    assert made.rule.life is None
    assert made.rule.reason == "new machines need no less electricity"


def test_both_lives_carry_embodied_carbon_by_the_whole_life():
    cut = answer(of_figures(2500.0, 600.0, 0.4), question(second_life=4.0))
    whole = answer(of_figures(2500.0, 600.0, 0.4), question(second_life=4.0, rule="whole life"))
    assert cut.even.embodied_kgco2e == 3 * 2500
    count, life = len(whole.even.bought), whole.even.lives[0]
    assert whole.even.embodied_kgco2e == pytest.approx(count * 2500 * life / (life + 4))
    assert whole.even.lives[0] <= cut.even.lives[0]
    assert cut.second_life == pytest.approx((2500 / (20 / 3), 2500 / (20 / 3 + 4)))


def test_repair_spreads_machine_and_parts_over_the_longer_life():
    made = answer(of_figures(2500.0, 600.0, 0.4), question(repair=asked.Repair(300.0, 9.0)))
    assert made.repair == pytest.approx(((2500 + 300) / 9, 2500 / (20 / 3)))


def test_the_spread_holds_the_answers_of_all_corners():
    asking = question("2x / 3..4 years")
    made = answer(of_figures(asked.quantity("--embodied", "2000..3000 kg", asked.units.MASS),
                             600.0, 0.4), asking)  # fmt: skip
    totals = [
        answer(of_figures(mass, 600.0, 0.4), question(f"2x / {years} years")).even.total_kgco2e
        for mass in (2000.0, 3000.0) for years in (3, 4)
    ]  # fmt: skip
    assert made.spread is not None
    assert (made.spread.low_kgco2e, made.spread.high_kgco2e) == pytest.approx(
        (min(totals), max(totals))
    )


# --- machines out of accounts ---


def test_a_machine_of_a_pool_is_that_of_its_figures():
    """Two devices of 400 W and a host of 200 W in use half of the year, behind a PUE of 1.25."""
    machine = of_account(account(Path(SERVICE).read_text()), "pool")
    assert machine.embodied_kgco2e == pytest.approx(1600)
    assert machine.kgco2e_per_year == pytest.approx(1.0 * 8760 * 0.5 * 1.25 * 0.4)
    assert machine.life == 4


def test_devices_and_host_are_one_machine():
    result = example("quickstart.yaml")
    machine = of_account(result, None)
    used = sum(e.kgco2e for e in result.entries if e.boundary == "operational")
    years = (72 + 24) / 0.45 / 8760  # of the one system of 8 devices
    assert best(machine.embodied_kgco2e) == pytest.approx(8 * 150 + 3500)
    assert best(machine.kgco2e_per_year) == pytest.approx(used / years)


def test_a_share_of_a_host_is_a_share_of_a_machine():
    machine = of_account(example("cloud-instance.yaml"), "aws/g5.16xlarge")
    assert best(machine.embodied_kgco2e) == pytest.approx(8 * 56.297615104 + 1200)


@pytest.mark.parametrize(
    ("system", "said"),
    [
        (None, "has several machines; add --system, one of server, trainer"),
        ("tainer", "has no machine `tainer`; did you mean `trainer`?"),
        ("x", "has no machine `x`; there are server, trainer"),
    ],
)
def test_which_machine_has_to_be_clear(system, said):
    with pytest.raises(UsageError) as caught:
        of_account(example("recommendation-model.yaml"), system)
    assert said in str(caught.value)


def test_an_account_without_a_machine_is_refused():
    text = (
        "name: x\nsite: {carbon_intensity: 400 g/kWh}\n"
        "phases: {training: [{kind: energy, energy: 5 MWh}]}\n"
    )
    with pytest.raises(InputError) as caught:
        of_account(account(text), None)
    assert "no machine with embodied carbon" in str(caught.value)


# --- the course of a grid ---


def test_a_grid_by_years_is_linear_between_them_and_flat_after():
    path = asked.grid_path("2024: 400 g/kWh, 2030: 250 g/kWh")
    assert path.points == ((0.0, 1.0), (6.0, 0.625))
    assert path.integral(3) == pytest.approx((1 + 0.8125) / 2 * 3)
    assert path.integral(10) == pytest.approx((1 + 0.625) / 2 * 6 + 4 * 0.625)
    assert asked.grid_path("{2024: 400 g/kWh, 2030: 250 g/kWh}") == path


# --- the command ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*ALONE,), "how fast do machines improve? add --gain"),
        ((*ALONE, "--gain", "2x"), "--gain: `2x` has no period"),
        ((*ALONE, "--gain", "20 % / year"), "does not say whether it is a rise or a fall"),
        ((*ALONE, *GAIN, "--horizon", "0 years"), "--horizon: `0 years` must be above 0"),
        ((*ALONE, *GAIN, "--horizon", "200 years"), "is longer than 100 years"),
        ((*ALONE, *GAIN, "--horizon", "20"), "write `20 years`"),
        ((*ALONE, *GAIN, "--step", "1..2 years"), "is a range; give one time"),
        ((*ALONE, *GAIN, "--grid", "2024: 400"), "has no unit"),
        ((*ALONE, *GAIN, "--grid", "2030: 1 g/kWh, 2024: 2 g/kWh"), "must rise"),
        ((*ALONE, *GAIN, "--grid", "soon: 4 g/kWh"), "is no course of a grid; write"),
        ((*ALONE, *GAIN, "--grid", "2024: 0 g/kWh"), "begins at 0"),
        ((*ALONE, *GAIN, "--grid", "FR"), "`FR` is no course of a grid; write '-7 % / year' or"),
        ((*ALONE, *GAIN, "--grid", "2024: 1,000 g/kWh, 2030: 9 g/kWh"), "no separators of thou"),
        ((*ALONE, *GAIN, "--step", "1 hour"), "makes 175,200 lives to try; 1,200 at most"),
        (
            (*ALONE, *GAIN, "--grid", "1e6x / year", "--horizon", "100 years"),
            "check quantities and units, and --gain, --grid and --horizon",
        ),
        (
            (*ALONE, "--gain", "1e-6x / year", "--horizon", "100 years"),
            "a figure is above 1e+150 or below 1e-150",
        ),
        ((*ALONE, *GAIN, "--rule", "whole life"), "--rule needs --second-life"),
        ((*ALONE, *GAIN, "--parts", "3 kg"), "--parts and --repaired-life go together"),
        ((*ALONE[:2], *GAIN), "--power, --intensity missing"),
        (GAIN, "give FILE, or --embodied, --power and --intensity"),
        ((SERVICE, *ALONE, *GAIN), "--embodied cannot be used with FILE"),
        ((*ALONE, *GAIN, "--system", "pool"), "--system needs FILE"),
        ((*ALONE, *GAIN, "--fail-on", "saved_kg > 5"), "saved_kgco2e"),
        ((*ALONE, *GAIN, "--export", "xml=x"), "no format `xml`"),
    ],
)
def test_wrong_usage_says_what_to_write(inside, arguments, said):
    done = inside("refresh", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_faults_of_the_file_have_their_place(inside, tmp_path):
    path = tmp_path / "job.yaml"
    path.write_text("name: x\nsite: {grid: FRR}\nphases: {training: [{kind: compte}]}\n")
    done = inside("refresh", str(path), *GAIN)
    assert done.code == 3
    assert f"{path}:2:14:" in done.err
    assert f"{path}:3:" in done.err


def test_the_first_line_answers_and_the_screen_is_whole(inside):
    done = inside("refresh", *ALONE, *GAIN)
    first, *_ = lines = done.out.splitlines()
    assert (
        first == "Keep each machine 6.67 years: 3 in 20 years emit 26.26 tCO2e, 41 % less than one"
    )
    assert len(lines) <= 24
    assert "the gain shrinks in absolute terms as machines improve" in " ".join(done.out.split())


def test_never_is_said(inside):
    arguments = ("--embodied", "2500 kg", "--power", "600 W", "--intensity", "25 g/kWh")
    done = inside("refresh", *arguments, *GAIN)
    assert "for carbon alone, never replace it" in done.out.splitlines()[0]


def test_a_machine_that_emits_nothing_in_use_is_kept(inside):
    arguments = ("--embodied", "2500 kg", "--power", "600 W", "--intensity", "0 g/kWh", *GAIN)
    assert "Rule of thumb: none; it emits nothing in use." in inside("refresh", *arguments).out
    done = inside("refresh", *arguments, "-f", "json")
    assert done.code == 0, done.err
    document = json.loads(done.out)
    assert not faults("refresh", document)
    assert document["rule_of_thumb"]["embodied_over_gain"] is None


def test_dates_come_first_where_they_are_asked_for(inside):
    done = inside("refresh", *ALONE, *GAIN, "--dates")
    assert done.out.startswith("Replace it first after 3 y 10 mo: 3 in 20 years emit 24.5 tCO2e")


@pytest.mark.parametrize("file", [(), (SERVICE,)])
def test_json_is_of_its_schema(inside, file):
    more = (
        *GAIN, "--owned", "3 years", "--second-life", "2 years", "--parts", "300 kg",
        "--repaired-life", "8 years", "--grid", "-7 % / year", "--fail-on", "saved_pct > 99",
    )  # fmt: skip
    done = inside("refresh", *(file or ALONE), *more, "-f", "json")
    assert done.code == 0, done.err
    document = json.loads(done.out)
    assert not faults("refresh", document)
    assert document["gain_per_year"]["best"] == pytest.approx(math.log(2) / 3.5)
    assert {plan["plan"] for plan in document["plans"]} >= {"even", "dates"}


def test_gates_are_over_the_best_even_lives(inside):
    arguments = ("refresh", *ALONE, *GAIN)
    assert inside(*arguments, "--fail-on", "total_kgco2e > 26.3 t").code == 0
    failed = inside(*arguments, "--fail-on", "saved_pct > 40")
    assert failed.code == 1
    assert "gate failed: saved_pct > 40" in failed.err
    assert inside(*arguments, "--fail-on", "saved_pct > 40", "--exit-zero").code == 0


def test_exports_are_what_the_formats_print_twice(inside, tmp_path):
    for form in ("table", "md", "csv", "tsv", "json"):
        printed = inside("refresh", SERVICE, *GAIN, "-f", form).out
        export = tmp_path / f"out.{form}"
        inside("refresh", SERVICE, *GAIN, "--export", f"{form}={export}")
        assert export.read_text(encoding="utf-8") == printed


def test_the_shortest_life_is_told(inside):
    done = inside("refresh", "--embodied", "1 kg", *ALONE[2:], *GAIN)
    assert "try a shorter --step" in done.out


def test_no_numpy_is_imported():
    code = (
        "import sys; from carbonctl.cli.exit_codes import run;"
        "code = run(sys.argv[1:]); sys.stderr.write(' '.join(sys.modules)); sys.exit(code)"
    )
    for file in (ALONE, (str(CONFIGS / "llm-service.yaml"),)):
        done = subprocess.run(
            [sys.executable, "-c", code, "refresh", *file, *GAIN, "-f", "csv"],
            capture_output=True, text=True, check=True, cwd=ROOT,
        )  # fmt: skip
        modules = {module.partition(".")[0] for module in done.stderr.split()}
        assert modules.isdisjoint({"numpy", "pandas", "scipy", "rich"})


@pytest.mark.parametrize("form", ["table", "md", "csv", "json"])
@pytest.mark.parametrize("width", ["40", "80"])
def test_a_hostile_name_does_nothing(inside, tmp_path, monkeypatch, form, width):
    text = Path(SERVICE).read_text(encoding="utf-8").replace("pool", '"a | <b> @d <script>"')
    path = tmp_path / "job.yaml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("COLUMNS", width)
    done = inside("refresh", str(path), *GAIN, "-f", form)
    assert done.code == 0, done.err
    assert not any(line.lstrip().startswith("::") for line in (done.out + done.err).splitlines())
    assert form != "md" or "<b>" not in done.out
