"""What projections have to hold, whatever the workload."""

import itertools
import json

import numpy as np
import pytest

from carbonctl.analysis.projection.rows import BOUGHT, TOTAL
from carbonctl.analysis.projection.series import Series, figures_of
from carbonctl.analysis.projection.solve import parse_goal
from carbonctl.errors import InputError, UsageError
from carbonctl.factors.projection import Turnover, book_at_start, fleet, path_at
from carbonctl.ledger.unknowns import is_certain, unknown_of
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.rates import read_rate
from carbonctl.render.projection.lines import headline
from tests.conftest import CONFIGS
from tests.projection.makers import PLAIN, SERVICE, made

WHOLE = """\
from: 2024
for: 12 years
demand: {training: 1.1x / year, inference.answers: 2.5x / 3 years, data: -10 % / year}
optimisation: [{name: a, energy: -20 % / 6 months, for: 2 years}, {name: b, time: -3 % / year}]
hardware: {lifetime: 4 years, work_per_energy: 2x / 3.5 years, embodied_per_machine: +3 % / year}
grid: {2024: 400 g/kWh, 2030: 250 g/kWh}
"""


@pytest.mark.parametrize("share", ["capacity", "newest"])
@pytest.mark.parametrize("ages", ["even", "new"])
def test_the_first_year_is_the_account(ages, share):
    block = WHOLE.replace("lifetime:", f"ages: {ages}, share: {share}, lifetime:")
    report = made(block, SERVICE)
    for row in report.table.rows:
        if row.year == "2024":
            account = report.result.total if row.phase == TOTAL else report.result.phases[row.phase]
            assert row.demand == 1
            assert row.energy_kwh == pytest.approx(account.energy_kwh, rel=1e-12)
            assert row.operational_kgco2e == pytest.approx(account.operational_kgco2e, rel=1e-12)
            market = account.operational_market_kgco2e
            assert row.operational_market_kgco2e == pytest.approx(market, rel=1e-12)
            assert row.total_kgco2e == pytest.approx(account.total_kgco2e, rel=1e-12)


def test_phases_add_up_to_the_total():
    rows = made(WHOLE, SERVICE).table.rows
    for _, step in itertools.groupby(rows, key=lambda row: row.year):
        *phases, total = step
        assert total.phase == TOTAL
        for key in ("energy_kwh", "total_kgco2e", "embodied_book_kgco2e"):
            assert sum(getattr(row, key) for row in phases) == pytest.approx(getattr(total, key))


@pytest.mark.parametrize("is_even", [True, False])
@pytest.mark.parametrize("fills_newest", [True, False])
@pytest.mark.parametrize("growth", [0.5, 0.8, 1.0, 1.3])
def test_the_book_closes(is_even, fills_newest, growth):
    rule = Turnover(5, is_even, fills_newest, 1.2, 1.1, 0.9)
    years = fleet([growth**year for year in range(20)], rule)
    before = book_at_start(1.0, rule)
    for year in years:
        assert before + year.bought_embodied == pytest.approx(year.amortised + year.book)
        assert year.capacity >= growth ** years.index(year) * (1 - 1e-9)
        before = year.book


def test_the_book_of_a_workload_closes():
    totals = made(WHOLE, SERVICE).table.totals
    for before, row in itertools.pairwise(totals):
        both = before.embodied_book_kgco2e + row.embodied_bought_kgco2e
        assert both == pytest.approx(row.embodied_amortised_kgco2e + row.embodied_book_kgco2e)


def test_work_on_the_newest_machines_takes_less_energy():
    work = [0.7**year for year in range(6)]
    shared, newest = (fleet(work, Turnover(4, fills_newest=x, work_per_energy=1.3)) for x in (0, 1))
    assert newest[1].idle > 0
    assert newest[1].energy < shared[1].energy
    assert newest[0].energy == pytest.approx(shared[0].energy)


def test_machines_that_fall_idle_are_still_written_off():
    block = "from: 2024\nfor: 6 years\ndemand: 0.5x / year\nhardware: {lifetime: 4 years}"
    report = made(block)
    assert report.table.idle[1] == pytest.approx(1 / 3)
    assert report.table.totals[1].embodied_amortised_kgco2e == pytest.approx(600)
    assert any("idle" in note for note in report.notes)


@pytest.mark.parametrize(
    ("fall", "said"),
    [("-99.99 %", "over 99 %"), ("-60 %", "20 %"), ("-52 %", "4 %"), ("-50.5 %", "1 %")],
)
def test_how_much_stands_idle_is_told_in_percent(fall, said):
    block = f"from: 2024\nfor: 1 year\ndemand: {fall} / year\nhardware: {{lifetime: 2 years}}"
    (note,) = made(block, SERVICE).notes
    assert f"in 2025 {said} of the capacity" in note


def test_without_hardware_figures_are_products():
    block = (
        "from: 2024\nfor: 4 years\nstep: 6 months\ndemand: 1.5x / year\ngrid: -5 % / year\n"
        "optimisation: [{energy: 0.9x / year, for: 1 year}, {time: 0.8x / year}]"
    )
    for n, row in enumerate(made(block).table.totals):
        t = n / 2
        energy = 1000 * 1.5**t * 0.9 ** min(t, 1) * 0.8**t
        assert row.energy_kwh == pytest.approx(energy)
        assert row.operational_kgco2e == pytest.approx(energy * 0.4 * 0.95**t)
        assert row.embodied_amortised_kgco2e == pytest.approx(800 * 1.5**t * 0.8**t)
        assert row.embodied_bought_kgco2e is None


def test_energy_and_time_of_one_optimisation_are_not_multiplied():
    row = made("from: 2024\nfor: 1 year\noptimisation: {energy: 0.5x/year, time: 0.8x/year}").table
    assert row.totals[-1].energy_kwh == pytest.approx(500)
    assert row.totals[-1].embodied_amortised_kgco2e == pytest.approx(640)


def test_carbon_free_energy_moves_the_market_alone():
    workload = PLAIN.replace(
        "pue: 1.0", "pue: 1.0, carbon_free_energy: 50 %, contract_intensity: 20 g/kWh"
    )
    block = (
        "from: 2024\nfor: 2 years\ngrid: 0.5x / year\ncarbon_free_energy: {2024: 50 %, 2026: 100 %}"
    )
    totals = made(block, workload).table.totals
    expected = [0.5 * 20 + 0.5 * 400, 0.75 * 20 + 0.25 * 200, 20]
    assert [row.operational_market_kgco2e for row in totals] == pytest.approx(expected)
    assert [row.operational_kgco2e for row in totals] == pytest.approx([400, 200, 100])


def test_cumulative_rows_are_sums_by_the_length_of_steps():
    plain, summed = (made("from: 2024\nfor: 2 years\nstep: 6 months\ndemand: 2x / year",
                          is_cumulative=which).table.totals for which in (False, True))  # fmt: skip
    for n, row in enumerate(summed):
        assert row.energy_kwh == pytest.approx(sum(r.energy_kwh for r in plain[: n + 1]) / 2)
        assert row.demand == plain[n].demand


def test_bought_totals():
    for row in made(WHOLE, SERVICE, embodied=BOUGHT).table.totals:
        both = row.operational_kgco2e + row.embodied_bought_kgco2e
        assert row.total_kgco2e == pytest.approx(both)
    with pytest.raises(InputError, match="hardware"):
        made("from: 2024\nfor: 1 year", embodied=BOUGHT)


def test_years_and_months_are_named():
    assert made("from: 2024\nfor: 2 years").table.totals[-1].year == "2026"
    months = made("from: 2024\nfor: 1 year\nstep: 6 months").table.totals
    assert [row.year for row in months] == ["2024-01", "2024-07", "2025-01"]


def test_a_path_is_linear_between_its_points_and_flat_outside():
    assert [path_at([0, 2, 4], [1, 3, 2], t) for t in (-1, 0, 1, 2, 3, 4, 9)] == [
        1, 1, 2, 3, 2.5, 2, 2,
    ]  # fmt: skip


# --- Ranges ---

RANGED = """\
from: 2024
for: 5 years
demand: {training: 1.1..1.3x / year, inference: 2x / 3..5 years}
optimisation: {energy: -20..-10 % / year}
hardware: {lifetime: 4 years, work_per_energy: 2x / 3..4 years}
grid: {2024: 400 g/kWh, 2030: 150..350 g/kWh}
rebound: {elasticity: 20..40 %}
"""


def test_the_range_of_a_certain_projection_of_a_certain_account_is_a_point():
    report = made(WHOLE, SERVICE)
    total = report.table.totals[5].total_kgco2e
    assert report.bounds(5) == pytest.approx((total, total))


def test_the_range_is_that_of_draws():
    """Every figure with a range is drawn by itself, and the whole projection made again."""
    workload = SERVICE.replace("embodied: 1600 kg", "embodied: 1000..2400 kg")
    report = made(RANGED, workload)
    draw = np.random.default_rng(7)
    unknowns = [unknown_of(v) for v in figures_of(report.projection) if not is_certain(v)]
    assert len(unknowns) == 6
    pool = next(
        v for e in report.result.booked for v in e.inputs if v.name == "embodied" and v.high > 2000
    )
    totals = []
    for _ in range(3000):
        numbers = {u.unknown: float(u.quantile(draw.random())) for u in unknowns}
        series = Series(report.projection, numbers)
        part = float(unknown_of(pool).quantile(draw.random())) / pool.best
        total = 0.0
        for base in report.bases:
            step = series.steps(base.phase, base.activity)[-1]
            scale = 1.0 if base.phase == "data" else part
            total += base.operational_kgco2e * step.energy * step.grid
            total += base.embodied_kgco2e * step.amortised * scale
        totals.append(total)
    assert report.bounds(5) == pytest.approx(np.percentile(totals, [5, 95]), rel=0.03)


def test_a_rate_with_two_ranges_is_one_unknown():
    number = read_rate("2..3x / 3..4 years")
    assert isinstance(number, Range)
    assert number.low == pytest.approx(2 ** (1 / 4))
    assert number.high == pytest.approx(3 ** (1 / 3))
    assert number.best == pytest.approx(2.5 ** (1 / 3.5))
    rates = list(figures_of(made(RANGED, SERVICE).projection))
    assert sum(value.path == "projection.demand.inference" for value in rates) == 1


# --- Solving ---


@pytest.mark.parametrize(
    ("key", "until"),
    [
        ("demand", "energy_kwh = -28.5 %"),
        ("demand.training", "total_kgco2e = 60 t"),
        ("optimisation.a.energy", "operational_kgco2e = +0 %"),
        ("hardware.work_per_energy", "energy_kwh = -30 %"),
        ("grid", "operational_kgco2e = -20 t"),
    ],
)
def test_a_rate_that_is_solved_brings_about_what_is_wanted(key, until):
    goal = parse_goal(until)
    report = made(WHOLE, SERVICE, solve=key, goal=goal)
    start, end = (getattr(report.table.totals[n], goal.key) for n in (0, -1))
    assert end == pytest.approx(goal.wanted(start), rel=1e-9)
    assert report.solved.factor == pytest.approx(report.solved.per_year**12)


def test_the_range_of_a_rate_is_where_it_is_solved_at_the_ends_of_another():
    """One unknown rate: the range of the solved one is that of both its quantiles."""
    block = "from: 2024\nfor: 4 years\ndemand: 2x / 4 years\noptimisation: {energy: %s}\n"
    goal = parse_goal("energy_kwh = +0 %")
    report = made(block % "-30..-10 % / year", PLAIN, solve="demand", goal=goal)
    (rate,) = (v for v in figures_of(report.projection) if not is_certain(v))
    ends = [
        made(block % f"{level}x / year", PLAIN, solve="demand", goal=goal).solved.per_year
        for level in unknown_of(rate).levels
    ]
    solved = report.solved
    assert solved.per_year_low == pytest.approx(min(ends), rel=1e-6)
    assert solved.per_year_high == pytest.approx(max(ends), rel=1e-6)
    assert solved.per_year_low < solved.per_year < solved.per_year_high


def test_what_is_uncertain_in_the_account_moves_a_rate_that_meets_a_figure():
    block, goal = "from: 2024\nfor: 4 years\n", parse_goal("total_kgco2e = 2 t")
    ranged = PLAIN.replace("400 g/kWh", "300..500 g/kWh")
    solved = made(block, ranged, solve="demand", goal=goal).solved
    assert solved.per_year_low < solved.per_year < solved.per_year_high
    low, high = (
        made(block, PLAIN.replace("400", f"{g}"), solve="demand", goal=goal).solved.per_year
        for g in (500, 300)
    )
    assert low < solved.per_year_low and solved.per_year_high < high
    change = parse_goal("total_kgco2e = +50 %")  # of the start: the intensity cancels
    assert made(block, ranged, solve="demand", goal=change).solved.per_year_low is None
    certain = made(
        "from: 2024\nfor: 4 years\n", PLAIN, solve="demand", goal=parse_goal("energy_kwh = -10 %")
    ).solved
    assert certain.per_year_low is None and certain.per_year_high is None


def test_what_no_rate_can_bring_about_is_an_error():
    with pytest.raises(InputError, match="energy_kwh = -99 %: energy_kwh does not depend on it"):
        made(WHOLE, SERVICE, solve="grid", goal=parse_goal("energy_kwh = -99 %"))
    with pytest.raises(InputError, match="at the end of its range the figure is"):
        made(WHOLE, SERVICE, solve="demand", goal=parse_goal("energy_kwh = -100 %"))


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("demnd", "did you mean `demand`"),
        ("demand.trainin", "did you mean `demand.training`"),
        ("hardware.lifetime", "is no rate"),
    ],
)
def test_a_rate_that_is_not_there(key, said):
    with pytest.raises(UsageError, match=said):
        made(WHOLE, SERVICE, solve=key, goal=parse_goal("energy_kwh = +0 %"))


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("energy_kwh", "KEY = LIMIT"),
        ("energy_kwh > 5 kWh", "KEY = LIMIT"),
        ("energi_kwh = 5 kWh", "energy_kwh"),
        ("energy_kwh = 28.5 %", r"write \+28.5% or -28.5%"),
        ("energy_kwh = 5 kg", "energy"),
        ("p95(energy_kwh) = 5 kWh", "percentile"),
    ],
)
def test_a_goal_that_is_none(until, said):
    with pytest.raises(UsageError, match=said):
        parse_goal(until)


# --- Errors ---


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        ("2x", "has no period; write `2x / year`"),
        ("20 % / year", "rise or a fall"),
        ("-5..-3.5 / year", "is no rate"),
        ("-5..3 % / year", "both ends a sign"),
        ("-100 % / year", "100 %"),
        ("0x / year", "above 0"),
        ("2x / 0 years", "period must be above 0"),
        ("2x / 5", "no unit"),
        ("2x / 5 kg", "not a period"),
        ("1e30x / 1 s", "beyond"),
        ("x / year", "is no rate"),
        ("3..2x / year", "`3..2`: the low end is above the high end"),
        ("2x / 4..3 years", "the low end is above the high end"),
        ("", "rate"),
    ],
)
def test_rates_that_are_none_say_what_to_write(rate, said):
    with pytest.raises(InputError, match=said):
        made(f"from: 2024\nfor: 1 year\ndemand: {json.dumps(rate)}")


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("for: 1 year", "`from` is missing"),
        ("from: 2024-13\nfor: 1 year", "no year such as 2024"),
        ("from: 2024\nfor: 10 days", "whole number of months"),
        ("from: 2024\nfor: 10 months\nstep: 3 months", "no whole number of steps"),
        ("from: 2024\nfor: 1..2 years", "one number"),
        ("from: 2024\nfor: 100 years\nstep: 1 month", "1000 at most"),
        (
            "from: 2024\nfor: 1 year\nstep: 6 months\nhardware: {lifetime: 4 years}",
            "`step` is 1 year",
        ),
        ("from: 2024\nfor: 1 year\nhardware: {lifetime: 2.5 years}", "no whole number of steps"),
        ("from: 2024\nfor: 1 year\nhardware: {}", "`lifetime` is missing"),
        ("from: 2024\nfor: 1 year\ngrid: {2030: 1 g/kWh}", "begins in 2030, after 2024"),
        ("from: 2024\nfor: 1 year\ngrid: {2024: 0 g/kWh}", "begins at 0"),
        ("from: 2024\nfor: 1 year\ncarbon_free_energy: {2024: 120 %}", "above 1"),
        ("from: 2024\nfor: 1 year\ndemand: {trainin: 2x/year}", "did you mean `training`"),
        (
            "from: 2024\nfor: 1 year\ndemand: {training.wrk: 2x/year}",
            "did you mean `training.work`",
        ),
        ("from: 2024\nfor: 1 year\noptimisation: {for: 1 year}", "what does it change"),
        ("from: 2024\nfor: 1 year\nrebound: {elasticity: 60}", "write `60 %`"),
        ("from: 2024\nfor: 90 years\ndemand: 1e5x / year", "above 1e\\+150"),
        (
            "from: 2024\nfor: 1 year\ndemand: {training: 2x / year, phases.training: 3x / year}",
            "a second rate of `training`",
        ),
        (
            "from: 2024\nfor: 1 year\ngrid: {2024: 400 g/kWh, 2024-01: 300 g/kWh}",
            "2024 and 2024-01 are one month",
        ),
        ("from: 2024\nfor: 1 year\nhardware: {lifetime: 1e8 years}", "longer than 100 years"),
        (
            "from: 2024\nfor: 1 year\nrebound: {share: 50 %}",
            "unknown key `share`; there are elasticity",
        ),
        ("from: 2024\nfor: 1 year\noptimization: {energy: 2x/year}", "did you mean `optimisation`"),
    ],
)
def test_blocks_that_are_wrong(block, said):
    with pytest.raises(InputError, match=said) as caught:
        made(block)
    assert all(problem.line >= 6 for problem in caught.value.problems)


def test_all_faults_are_reported_at_once():
    block = "from: x\nfor: 1 kg\ndemand: 2x\nhardware: {lifetime: 1.5 years, shares: 1}"
    with pytest.raises(InputError) as caught:
        made(block)
    assert len(caught.value.problems) == 5


def test_a_normalised_workload_reads_back_the_same():
    first = made(RANGED, SERVICE)
    again = made(json.dumps(first.result.spec["projection"]), SERVICE)
    assert again.table.rows == first.table.rows


# --- Workloads that come along ---


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_first_year_of_any_workload_is_its_account_with_its_range(path):
    block = "\n".join(line for line in RANGED.splitlines() if not line.startswith("demand"))
    report = made(block, path.read_text(encoding="utf-8").rstrip() + "\n")
    total, first = report.result.total, report.table.totals[0]
    assert first.energy_kwh == pytest.approx(total.energy_kwh, rel=1e-9)
    market = total.operational_market_kgco2e
    assert first.operational_market_kgco2e == pytest.approx(market, rel=1e-9)
    if total.total_kgco2e is None:
        assert report.bounds(0) == (None, None)
        return
    known = (total.total_low_kgco2e, total.total_high_kgco2e)
    assert report.bounds(0) == pytest.approx(known, rel=1e-9)


def test_unknown_embodied_carbon_leaves_operational_rows():
    report = made("from: 2024\nfor: 1 year", PLAIN.replace(", embodied: 800 kg", ""))
    last = report.table.totals[-1]
    assert last.operational_kgco2e == 400
    assert (last.embodied_amortised_kgco2e, last.total_kgco2e) == (None, None)
    assert report.bounds(1) == (None, None)
    assert "embodied carbon is unknown" in report.notes[0]
    assert headline(report, "x").startswith("x: 400.0 → 400.0 kgCO2e operational a year (total unk")
