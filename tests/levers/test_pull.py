"""What pulling levers does: where they reach, what they set, add and scale, and rebound."""

import math

import pytest

from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.levers.ranking import Candidate, ranking
from carbonctl.factors import levers as kernels
from carbonctl.numbers.intervals import Range
from tests.conftest import CATALOG, account
from tests.levers.makers import FILE, SERVICE, SPECS, made

RANGES = (SPECS / "service-ranges.yaml").read_text(encoding="utf-8")


def pulled(lever: str, workload: str = SERVICE):
    """The account with one lever, as its rows have it."""
    report = made(f"  - {{name: a, {lever}}}\n", workload)
    assert not report.refused
    return report.end


def same(ours, theirs):
    for key in ("energy_kwh", "operational_kgco2e", "embodied_kgco2e", "operational_market_kgco2e"):
        assert getattr(ours.total, key) == pytest.approx(getattr(theirs.total, key), rel=1e-12)


# A lever, and the same said by --set.
AS_SET = {
    "set: {site.pue: 1.1}": ("site.pue=1.1",),
    "set: {training.pre-training.device_time: 50000 GPU-h}": (
        "training.pre-training.device_time=50000 GPU-h",
    ),
    "on: training, set: {device_time: 50000 GPU-h}": (
        "training.pre-training.device_time=50000 GPU-h",
    ),
    "on: phases.training.0, set: {device_time: 50000 GPU-h}": (
        "training.pre-training.device_time=50000 GPU-h",
    ),
    "on: training, set: {site.carbon_intensity: 50 g/kWh}": (
        "training.pre-training.site.carbon_intensity=50 g/kWh",
    ),
    "on: systems.pool, set: {lifetime: 6 years, site.pue: 1.1}": (
        "systems.pool.lifetime=6 years", "site.pue=1.1",
    ),
    "on: training, divide: {time: 2}": ("training.pre-training.device_time=50000 GPU-h",),
    "on: [training, experimentation.research], divide: {time: 2}": (
        "training.pre-training.device_time=50000 GPU-h",
        "experimentation.research.mean=50 GPU-h",
    ),
    "on: systems.pool, divide: {time: 2}": (
        "training.pre-training.device_time=50000 GPU-h",
        "experimentation.research.mean=50 GPU-h",
        "inference.answers.requests=5e7 / day",
    ),
    "on: systems.pool, divide: {embodied: 2}": ("systems.pool.embodied=800 kg",),
    "divide: {pue: 1.25}": ("site.pue=1",),
    "divide: {site.pue: 1.25}": ("site.pue=1",),
    "on: data.lake, divide: {capacity: 4}": ("data.lake.capacity=250 TB",),
    "on: inference.answers, divide: {requests: 4}": ("inference.answers.requests=2.5e7 / day",),
    "on: experimentation, divide: {runs: 2}": ("experimentation.research.runs=100",),
    "on: systems.pool, multiply: {lifetime: 1.5}": ("systems.pool.lifetime=6 years",),
    "on: training, multiply: {lifetime: 1.5}": ("training.pre-training.lifetime=6 years",),
    "multiply: {utilization: 1.6}": ("systems.pool.utilization=80 %",),
    "on: training, divide: {pue: 1.25}": ("training.pre-training.site.pue=1",),
    "on: training, multiply: {energy: 1.1}, set: {systems.pool.utilization: 80 %}": None,
}  # fmt: skip


@pytest.mark.parametrize("lever", [lever for lever in AS_SET if AS_SET[lever]])
def test_as_with_set(lever):
    same(pulled(lever), account(SERVICE, *AS_SET[lever]))


def test_energy_and_time_are_no_product():
    """Operational ÷ energy, embodied ÷ time."""
    both = pulled("on: training, divide: {energy: 3, time: 2}")
    energy = pulled("on: training, divide: {energy: 3}")
    time = pulled("on: training, divide: {time: 2}")
    assert both.total.operational_kgco2e == pytest.approx(energy.total.operational_kgco2e)
    assert both.total.embodied_kgco2e == pytest.approx(time.total.embodied_kgco2e)


def test_embodied_leaves_energy():
    base, after = account(SERVICE), pulled("on: training, divide: {embodied: 2}")
    assert after.total.energy_kwh == base.total.energy_kwh
    own = [sum(e.kgco2e for e in r.booked if e.phase == "training" and e.boundary == "embodied")
           for r in (base, after)]  # fmt: skip
    assert own[0] == pytest.approx(2 * own[1])


def test_a_new_machine_for_the_same_work():
    with_gpu = SERVICE.replace(
        "phases:", "  gpu: {device: nvidia/h100-sxm5-80gb, devices: 8}\nphases:", 1
    )
    lever = "on: inference.answers, set: {system: gpu}, divide: {time: 10}"
    expected = account(
        with_gpu, "inference.answers.system=gpu", "inference.answers.requests=1e7 / day"
    )
    same(pulled(lever, with_gpu), expected)


def test_a_catalog_value_is_scaled():
    quick = "name: x\nsite: {grid: FR}\nphases: {training: [{name: run, kind: compute, device: nvidia/h100-sxm5-80gb, device_time: 1000 GPU-h}]}\n"  # fmt: skip
    base = account(quick)
    life = next(v for e in base.booked for v in e.inputs if v.name == "lifetime")
    assert life.status == "default"
    after = pulled("multiply: {lifetime: 2}", quick)
    assert after.total.embodied_kgco2e == pytest.approx(base.total.embodied_kgco2e / 2)
    scaled = next(v for e in after.booked for v in e.inputs if v.name == "lifetime")
    assert (scaled.low, scaled.best, scaled.high) == pytest.approx(
        (2 * life.low, 2 * life.best, 2 * life.high)
    )


def lifetime(result):
    """The life of the pool."""
    values = (v for e in result.booked for v in e.inputs if v.name == "lifetime")
    return next(value for value in values if value.path == "systems.pool.lifetime")


def test_ranges_are_scaled_with_their_ends():
    after = pulled("on: systems.pool, multiply: {lifetime: 2}", RANGES)
    life = lifetime(after)
    years = [end / 8760 for end in (life.low, life.best, life.high)]
    assert years == pytest.approx([6, 8, 10])


def test_a_factor_with_a_range_widens_what_it_scales():
    life = lifetime(pulled("on: systems.pool, multiply: {lifetime: 1..3}"))
    assert [end / 8760 for end in (life.low, life.best, life.high)] == pytest.approx([4, 8, 12])


def test_all_sets_hold_before_all_factors():
    set_, factor = (
        "  - {name: set, set: {systems.pool.lifetime: 5 years}}\n",
        "  - {name: factor, on: systems.pool, multiply: {lifetime: 2}}\n",
    )
    same(made(set_ + factor).end, made(factor + set_).end)
    same(made(factor + set_).end, account(SERVICE, "systems.pool.lifetime=10 years"))


MORE = "adds: {training: [{name: more, kind: compute, system: pool, device_time: 5000 GPU-h}]}"


def test_what_is_added_has_its_own_row_and_is_not_divided():
    report = made(f"  - {{name: a, on: training, divide: {{time: 2}}, {MORE}}}\n")
    same(report.end, account(SERVICE, "training.pre-training.device_time=55000 GPU-h"))
    assert report.lines[0].row.added_kgco2e == pytest.approx(1478.31, abs=0.01)


def test_a_lever_can_work_on_what_another_adds():
    first = f"  - {{name: a, on: inference, divide: {{time: 2}}, {MORE}}}\n"
    report = made(first + "  - {name: b, on: training.more, divide: {time: 2}}\n")
    assert not report.refused
    alone, after = report.lines[1].row.alone_kgco2e, report.lines[1].row.saved_kgco2e
    assert alone == 0
    assert after == pytest.approx(1478.31 / 2, abs=0.01)


WITHOUT_EXPERIMENTS = SERVICE.replace("  experimentation:\n", "").replace(
    "    - {name: research, kind: experiments, system: pool, runs: 200, mean: 100 GPU-h}\n", ""
)


def test_a_lever_can_work_on_a_phase_that_another_adds():
    lever = MORE.replace("training", "experimentation")
    first = f"  - {{name: a, on: inference, divide: {{time: 2}}, {lever}}}\n"
    second = "  - {name: b, on: experimentation, divide: {time: 2}}\n"
    report = made(first + second, WITHOUT_EXPERIMENTS)
    assert not report.refused
    assert report.lines[1].row.saved_kgco2e == pytest.approx(1478.31 / 2, abs=0.01)


@pytest.mark.parametrize("how", ["divide: {device_time: 2}", "set: {device_time: 2500 GPU-h}"])
@pytest.mark.parametrize("on", ["experimentation", "experimentation.more"])
def test_a_lever_can_scale_and_set_numbers_of_what_another_adds(on, how):
    lever = MORE.replace("training", "experimentation")
    first = f"  - {{name: a, on: inference, divide: {{time: 2}}, {lever}}}\n"
    report = made(f"{first}  - {{name: b, on: {on}, {how}}}\n", WITHOUT_EXPERIMENTS)
    assert not report.refused
    row = report.lines[1].row
    assert (row.alone_kgco2e, row.saved_kgco2e) == (0, pytest.approx(1478.31 / 2, abs=0.01))


def test_numbers_of_what_a_lever_adds_itself_are_not_scaled():
    lever = "on: training, multiply: {device_time: 0.5}"
    report = made(f"  - {{name: a, {lever}, {MORE}}}\n")
    same(report.end, account(SERVICE, "training.pre-training.device_time=55000 GPU-h"))


def test_a_phase_that_is_not_there_is_added():
    lever = MORE.replace("training", "experimentation")
    report = made(
        f"  - {{name: a, on: training, divide: {{time: 2}}, {lever}}}\n", WITHOUT_EXPERIMENTS
    )
    assert {e.phase for e in report.end.booked} == {
        "data", "experimentation", "training", "inference"
    }  # fmt: skip


def test_rebound_and_elasticity():
    plain = made("  - {name: a, on: training, divide: {time: 4}}\n").total.saved_kgco2e
    for how, left in (("rebound: 0.2", 0.2), ("elasticity: 0.5", (4**-0.5 - 0.25) / 0.75)):
        line = made(f"  - {{name: a, on: training, divide: {{time: 4}}, {how}}}\n").lines[0]
        assert line.row.rebound_kgco2e == pytest.approx(left * plain)
        assert line.without_rebound_kgco2e == pytest.approx(plain)
        assert line.row.saved_kgco2e == pytest.approx((1 - left) * plain)


@pytest.mark.parametrize("attribution", ["steps", "shapley", "logarithmic"])
def test_rebound_is_of_what_a_lever_saves_after_those_before_it(attribution):
    """Whatever the saving is divided by: 30 % of 2/3 of what it works on."""
    first = "  - {name: a, on: training, divide: {time: 3}, rebound: 0.3}\n"
    second = "  - {name: b, on: training, divide: {time: 10}}\n"
    lines = made(first + second, attribution=attribution).lines
    line = lines[0]
    whole = made("  - {name: a, on: training, divide: {time: 3}}\n").total.saved_kgco2e
    assert line.without_rebound_kgco2e == pytest.approx(whole)
    assert line.row.rebound_kgco2e == pytest.approx(0.3 * whole)


def test_payback_is_of_what_a_lever_saves_after_those_before_it():
    first = "  - {name: a, set: {site.carbon_intensity: 50 g/kWh}}\n"
    second = f"  - {{name: b, on: inference.answers, divide: {{time: 4}}, {MORE}}}\n"
    steps, shapley = (
        made(first + second, attribution=how).lines[1] for how in ("steps", "shapley")
    )
    assert steps.row.saved_kgco2e != pytest.approx(shapley.row.saved_kgco2e)
    assert steps.payback == shapley.payback


@pytest.mark.parametrize("how", ["rebound: 1.2", "elasticity: 1.2"])
def test_backfire_is_allowed_and_said(how):
    report = made(f"  - {{name: a, on: training, divide: {{time: 4}}, {how}}}\n")
    assert report.total.saved_kgco2e < 0
    assert "backfire" in str(report.notes[0])


def test_a_factor_below_one_costs():
    report = made("  - {name: a, on: training, divide: {time: 0.5}}\n")
    assert report.total.saved_kgco2e < 0
    assert not report.refused


def test_a_zero_base_has_no_percentage():
    nothing = "name: x\nsite: {carbon_intensity: 0 g/kWh}\nphases: {training: [{kind: energy, energy: 1 kWh, embodied: 0 kg}]}\n"  # fmt: skip
    report = made("  - {name: a, divide: {energy: 2}}\n", nothing)
    assert report.total.saved_pct is None
    assert report.total.saved_kgco2e == 0


def test_unknown_embodied_carbon():
    unknown = "name: x\nsite: {carbon_intensity: 100 g/kWh, pue: 1}\nphases: {training: [{name: a, kind: energy, energy: 1 MWh}]}\n"  # fmt: skip
    report = made("  - {name: a, divide: {energy: 2}}\n", unknown)
    row = report.lines[0].row
    assert row.operational_saved_kgco2e == pytest.approx(50)
    assert (row.saved_kgco2e, row.total_after_kgco2e, report.total.saved_pct) == (None, None, None)
    assert any(note.vital for note in report.notes)


def test_carbon_free_energy_says_that_it_changes_the_market_based_figures_alone():
    report = made("  - {name: a, set: {site.carbon_free_energy: 90 %}}\n")
    assert report.total.saved_kgco2e == 0
    assert "market-based figures alone" in str(report.notes[0])


def test_a_region_says_that_the_pue_moved():
    cloud = "name: x\nsite: {grid: aws/us-east-1}\nphases: {training: [{kind: compute, device: nvidia/h100-sxm5-80gb, device_time: 1000 GPU-h}]}\n"  # fmt: skip
    report = made("  - {name: a, set: {site.grid: aws/eu-north-1}}\n", cloud)
    assert report.lines[0].touches == "the grid of 3 entries, PUE"


def test_ranking_takes_the_largest_step_next_and_ties_by_file_order():
    levers = (
        "  - {name: small, set: {site.pue: 1.2}}\n"
        "  - {name: first, on: training, divide: {time: 2}}\n"
        "  - {name: second, on: training, divide: {time: 2}}\n"
        "  - {name: large, set: {site.carbon_intensity: 10 g/kWh}}\n"
    )
    report = made(levers, is_ranked=True)
    names = [line.row.lever for line in report.lines]
    assert names[0] == "large"
    assert names.index("first") < names.index("second")
    steps = [line.row.saved_kgco2e for line in report.lines]
    assert steps == sorted(steps, reverse=True)
    assert report.total.saved_kgco2e == pytest.approx(made(levers).total.saved_kgco2e)


def test_only_as_many_accounts_as_needed(monkeypatch):
    """3n − 1 accounts with n levers, the base included."""
    calls = []
    account_ = Accounts.account
    monkeypatch.setattr(Accounts, "account", lambda *a, **k: calls.append(1) or account_(*a, **k))
    made(
        "  - {name: a, set: {site.pue: 1.1}}\n"
        "  - {name: b, on: training, divide: {time: 2}}\n"
        "  - {name: c, on: data, divide: {energy: 2}}\n"
        "  - {name: d, on: inference, divide: {energy: 2}}\n"
    )
    assert len(calls) == 3 * 4 - 1


def test_a_ranged_factor_is_one_unknown_of_all_accounts():
    """Two levers that share no factor: the range of the second does not hold the first's."""
    first = "  - {name: a, on: training, divide: {time: 2..6}}\n"
    second = "  - {name: b, set: {site.pue: 1.1}}\n"
    alone, both = made(second), made(first + second)
    row = both.lines[1].row
    assert row.saved_low_kgco2e < row.saved_kgco2e < row.saved_high_kgco2e
    assert row.saved_high_kgco2e < alone.total.saved_kgco2e
    drivers = [driver.name for driver in both.end.drivers]
    assert drivers == ["lever_a_time"]


def test_a_scaled_figure_is_one_unknown_before_and_after():
    """Half of the embodied carbon is saved, whatever the life: its range is half of that."""
    only = SERVICE.replace("lifetime: 4 years", "lifetime: 3..6 years")
    line = made("  - {name: a, on: systems.pool, multiply: {lifetime: 2}}\n", only).lines[0]
    base = account(only)
    place = [e.kgco2e for e in base.booked if e.boundary == "embodied" and e.activity != "lake"]
    rest = base.total.total_kgco2e - sum(place)
    ends = (base.total.total_low_kgco2e, base.total.total_high_kgco2e)
    half = [(end - rest) / 2 for end in ends]
    assert line.row.saved_low_kgco2e == pytest.approx(half[0], rel=0.02)
    assert line.row.saved_high_kgco2e == pytest.approx(half[1], rel=0.02)


def test_what_is_printed_stands_only_beside_published_factors():
    ids = ("caching", "gpu", "half-precision", "fused-operators")
    published = [f"  - {{name: {i}, on: inference, use: wu2022/{i}}}\n" for i in ids]
    whole = made("".join(published))
    assert [line.printed for line in whole.lines] == [810, 121, 12, 5]
    other = published[0].replace("use:", "divide: {energy: 7}, use:")
    changed = made("".join([other, *published[1:]]))
    assert [line.printed for line in changed.lines] == [None] * 4
    assert changed.lines[0].relative == pytest.approx(7 * 121.2)
    part = made("".join(published[1:]))
    assert [line.printed for line in part.lines] == [None] * 3


def test_a_published_lever_that_sets_a_key():
    fleet = (
        "name: fleet\nsite: {carbon_intensity: 400 g/kWh, pue: 1}\n"
        "systems: {pool: {devices: 1, rated_power: 400 W, idle_power: 60 W, host_power: 0 W, embodied: 1 t}}\n"
        "phases: {inference: [{name: ready, kind: serving, system: pool, fleet: 4, duration: 1 year, busy: 40 %}]}\n"
    )  # fmt: skip
    report = made("  - {name: a, on: inference.ready, use: wu2022/autoscaling}\n", fleet)
    row = report.total
    idle = 4 * 8760 * 0.6 * 60 / 1000 * 0.4
    assert row.operational_saved_kgco2e == pytest.approx(idle / 8)
    assert row.embodied_saved_kgco2e > 0
    assert 0 <= row.saved_low_kgco2e < row.saved_kgco2e < row.saved_high_kgco2e
    (said,) = report.assumptions
    assert said.startswith("a sets autoscaling to 0..0.25 (wu2022/autoscaling")
    assert "only where others use what is released" in said


def test_candidates_are_ranked_by_what_each_saves_alone():
    accounts = Accounts(SERVICE.encode(), FILE, FILE, CATALOG)
    found = ranking(accounts, [
        Candidate("PUE", ("site.pue=1.1",)),
        Candidate("impossible", ("site.pue=0.5",)),
        Candidate("region", ("site.carbon_intensity=50 g/kWh",), assumption="it may move"),
    ])  # fmt: skip
    assert [tried.row.lever for tried in found.tried] == ["region", "PUE"]
    assert [tried.row.order for tried in found.tried] == [1, 2]
    assert found.tried[1].row.saved_kgco2e == pytest.approx(7903.106666666645)
    assert found.tried[0].candidate.assumption == "it may move"
    (refused,) = found.refused
    assert refused[0].name == "impossible"


@pytest.mark.parametrize(("factor", "share"), [(2.0, 0.3), (6.7, 0.0), (0.5, 1.5)])
def test_kernels_of_rebound(factor, share):
    left = kernels.with_rebound(1 / factor, share)
    assert left == pytest.approx(1 - (1 - share) * (1 - 1 / factor))
    assert kernels.taken_back(1 / factor, left) == pytest.approx(share)
    assert kernels.with_elasticity(1 / factor, share) == pytest.approx(factor ** (share - 1))
    assert kernels.taken_back(1.0, 1.0) is None


def test_upper_reading_of_the_growth_behind_fig_6():
    """Were all growth rebound: r 0.517 and ε 0.624."""
    saved, kept = 0.8**-4, 0.715
    assert kernels.taken_back(1 / saved, kept) == pytest.approx(0.517, abs=0.001)
    assert 1 + math.log(kept) / math.log(saved) == pytest.approx(0.624, abs=0.001)


def test_shapley_weights_sum_to_one():
    for count in (1, 2, 5, 12):
        whole = sum(
            kernels.shapley_weight(size, count) * math.comb(count - 1, size)
            for size in range(count)
        )
        assert whole == pytest.approx(1)


def test_kernels_take_ranges():
    left = kernels.first_life_kgco2e_per_hour(Range(2.0, 1.0, 4.0), 10.0, 0.5)
    assert (left.low, left.high) == (0.2, 0.8)


def test_names_of_formulas_are_never_the_same():
    levers = (
        "  - {name: a b, on: training, divide: {time: 2}}\n"
        "  - {name: a-b, on: training, divide: {time: 3}}\n"
        "  - {name: 学習, on: training, divide: {time: 5}}\n"
    )
    report = made(levers)
    assert report.end.total.total_kgco2e == pytest.approx(
        account(
            SERVICE, "training.pre-training.device_time=3333.3333333333335 GPU-h"
        ).total.total_kgco2e
    )
