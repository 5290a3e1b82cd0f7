"""Faults, early stopping and searches: the oracle's figures, and what becomes of them in an account."""

import csv
import json
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.analysis.points import samples
from carbonctl.errors import InputError
from carbonctl.factors import faults, search
from carbonctl.ledger.terms import term
from carbonctl.numbers.columns import Column
from carbonctl.numbers.intervals import Range
from carbonctl.reference import schemas
from tests.conftest import ROOT, account, example

ORACLE = ROOT / "tests" / "oracles" / "analysis" / "faults_search.csv"
CASES = list(csv.DictReader(ORACLE.read_text(encoding="utf-8").splitlines()))
HEAD = "name: t\nsite: {carbon_intensity: 400 g/kWh, pue: 1.1}\nphases:\n  training:\n    - {%s}\n"
MACHINE = "device: nvidia/h100-sxm5-80gb, devices_per_system: 8, load: 80 %"
COMPUTE = f"kind: compute, {MACHINE}, devices: 16384, wall_time: 100 h"
BILLED = f"kind: compute, {MACHINE}, device_time: 1000 GPU-h"
RUNS = f"kind: experiments, {MACHINE}, mean: 30 GPU-h"
CHECKPOINTS = "faults: {mtbf: 50000 h, checkpoint_time: 2 min, restart_time: 10 min}"
# What mtbf, the time of a checkpoint and that of a restart can be where a job finishes.
mtbf = st.floats(1, 1e5)
pause = st.floats(1e-3, 0.5)


def run(activity: str, *overrides: str):
    return account(HEAD % activity, *overrides)


def inputs(activity: str) -> dict[str, float]:
    """Return the inputs of the first entry by their names."""
    return {value.name: value.best for value in run(activity).entries[0].inputs}


def ratio(activity: str, base: str) -> float:
    """Return the energy over that of another, which the embodied carbon follows."""
    one, other = run(activity).total, run(base).total
    times = one.energy_kwh / other.energy_kwh
    assert one.embodied_kgco2e / other.embodied_kgco2e == pytest.approx(times)
    return times


# --- the oracle ---


def of_faults(quantity: str, devices: float, mtbf_per_device_h: float, checkpoint_h: float, restart_h: float) -> float:  # fmt: skip
    """Return a figure of a case with checkpoints, from the account where it is one of it."""
    every = {"best": "best", "1 h": "1 h"}.get(quantity.rpartition("interval ")[2])
    young = faults.young_interval_h(checkpoint_h, mtbf_per_device_h / devices)
    block = (
        f"faults: {{mtbf: {mtbf_per_device_h} h, checkpoint_time: {checkpoint_h!r} h, "
        f"restart_time: {restart_h!r} h, checkpoint_every: {every or f'{young!r} h'}}}"
    )
    base = COMPUTE.replace("16384", str(devices))
    shown = inputs(f"{base}, {block}")
    job = shown["job_mtbf"]
    if quantity.startswith("wall time over useful time"):
        assert ratio(f"{base}, {block}", base) == pytest.approx(shown["faults"])
        return shown["faults"]
    if quantity.startswith("the same as `restarts`"):
        share = shown["faults"] - 1
        assert ratio(f"{base}, {block}", f"{base}, restarts: {share!r}") == pytest.approx(1)
        return share
    if quantity.startswith("first order"):
        return checkpoint_h / young + young / (2 * job) + restart_h / job
    if quantity == "best interval":
        block = block.replace(shown_interval(block), "best")
        return inputs(f"{base}, {block}")["checkpoint_interval"]
    return {
        "mean time between failures of the job": job,
        "probability of a failure in 24 h": faults.failure_probability(24.0, job),
        "interval of Young √(2δM)": shown["young_interval"],
    }[quantity]


def shown_interval(block: str) -> str:
    return re.search(r"checkpoint_every: ([^}]+)", block)[1]


def of_halving(quantity: str, configurations: int, halving: int) -> float:
    block = f"search: {{configurations: {configurations}, halving: {halving}}}"
    grid = f"search: {{configurations: {configurations}}}"
    if quantity == "over a full grid":
        return ratio(f"{RUNS}, {block}", f"{RUNS}, {grid}")
    assert quantity == "cost in full runs"
    return ratio(f"{RUNS}, {block}", f"{RUNS}, runs: 1")


def of_stopping(quantity: str, stopped: float, after: float) -> float:
    assert quantity == "factor on device time"
    block = f"early_stopping: {{stopped: {stopped}, after: {after}}}"
    return run(f"{BILLED}, {block}").total.energy_kwh / run(BILLED).total.energy_kwh


def without_checkpoints(quantity: str, mtbf_h: float, useful_h: float) -> float:
    """The oracle's mean time is of the job, rounded nowhere: 50,000 h over 1,024 devices."""
    assert quantity == "wall over useful"
    base = COMPUTE.replace("16384", "1024").replace("100 h", f"{useful_h} h")
    return ratio(f"{base}, faults: {{mtbf: 50000 h}}", base)


def hours_of(number: float, *overrides: str) -> float:
    """Return the energy of some hours: a pass over the data, or a pound, is one hour."""
    return run(BILLED.replace("1000", repr(number)), *overrides).total.energy_kwh


def of_strubell(quantity: str, base_lb: float = 192, search_lb: float = 626155) -> float:
    times = hours_of(search_lb) / hours_of(base_lb)
    is_corrected = quantity == "the same after the correction of 88x"
    return times / search.PUBLISHED_TOO_HIGH if is_corrected else times


def of_passes(quantity: str, **_: float) -> float:
    pre_training, head, labelled = hours_of(1000), hours_of(60), hours_of(90)
    billed = inputs(f"kind: compute, {MACHINE}, devices: 64, wall_time: 16 h")
    return {
        "passes over the data": (pre_training + head) / labelled,
        "pre-training alone": pre_training / labelled,
        "PAWS over SSL passes": pre_training / hours_of(200),
        "device time of PAWS": billed["devices"] * billed["wall_time"],
        "tasks that share one pre-training until it is ahead": pre_training / (labelled - head),
    }[quantity]


BY_CASE = {
    "F01": of_faults, "F02": of_faults, "F03": of_faults, "F05": without_checkpoints,
    "F06": of_halving, "F07": of_halving, "F10": of_stopping, "F12": of_stopping,
    "F13": of_strubell, "F14": of_passes,
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['case'][:3]}: {case['quantity']}")
def test_the_oracle(case):
    of_case = BY_CASE[case["case"][:3]]
    found = of_case(case["quantity"], **json.loads(case["inputs"]))
    expected, relative = float(case["value"]), float(case["rel_tol"])
    assert found == pytest.approx(expected, rel=relative, abs=0 if expected else 1e-12)


# --- kernels ---


@given(pause, mtbf)
def test_the_best_interval_is_a_root_and_a_minimum(checkpoint, job):
    interval = faults.best_interval_h(checkpoint, job)
    x, d = interval / job, checkpoint / job
    assert -math.expm1(-x - d) == pytest.approx(x, rel=1e-12)
    least = faults.wall_over_useful(interval, checkpoint, 0.1, job)
    assert least == faults.best_wall_over_useful(checkpoint, 0.1, job)
    for other in (0.97, 1.03):
        assert faults.wall_over_useful(other * interval, checkpoint, 0.1, job) > least


@pytest.mark.parametrize("ratio", [1e-300, 1e-18, 1e-12, 1e-9, 1e-6])
def test_the_best_interval_of_short_checkpoints_keeps_its_digits(ratio):
    """By the series of the root: x = y − y²/3 + y³/36 + …, y = √(2d)."""
    y = math.sqrt(2 * ratio)
    expected = y - y * y / 3 + y**3 / 36 + y**4 / 270
    assert faults.best_interval_h(ratio, 1.0) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("ratio", [1, 5, 20, 36, 40, 1e3, 1e9])
def test_the_best_interval_of_long_checkpoints_is_the_time_between_failures(ratio):
    x = faults.best_interval_h(float(ratio), 1.0)
    assert x <= 1
    assert x == pytest.approx(-math.expm1(-x - ratio), rel=1e-14)


def test_figures_that_have_no_interval_are_refused():
    for checkpoint, job in ((0.0, 1.0), (-1.0, 1.0), (1.0, 0.0), (Range(1.0, 0.0, 2.0), 5.0)):
        with pytest.raises(ValueError, match="above 0"):
            faults.best_interval_h(checkpoint, job)
    with pytest.raises(ValueError, match="interval"):
        faults.wall_over_useful(0.0, 0.1, 0.1, 1.0)
    with pytest.raises(ValueError, match="0 or more"):
        faults.best_wall_over_useful(0.1, -0.1, 1.0)


@given(st.lists(st.floats(0.01, 50), min_size=3, max_size=3), pause, mtbf)
def test_a_range_of_intervals_holds_the_best_one(ends, checkpoint, job):
    low, middle, high = sorted(ends)
    found = faults.wall_over_useful(Range(middle, low, high), checkpoint, 0.1, job)
    steps = [low + k * (high - low) / 50 for k in range(51)]
    inside = [faults.wall_over_useful(step, checkpoint, 0.1, job) for step in steps]
    assert found.low <= min(inside) * (1 + 1e-12)
    assert found.high == pytest.approx(max(inside[0], inside[-1]), rel=1e-12)
    best = faults.best_interval_h(checkpoint, job)
    expected = faults.wall_over_useful(min(max(best, low), high), checkpoint, 0.1, job)
    assert found.low == pytest.approx(expected, rel=1e-12)


@given(st.integers(1, 5000), st.integers(2, 9))
def test_halving_rung_by_rung(configurations, halving):
    rungs = [configurations]
    while rungs[-1] // halving:
        rungs.append(rungs[-1] // halving)
    last = len(rungs) - 1
    expected = math.fsum(left / halving ** (last - rung) for rung, left in enumerate(rungs))
    found = search.halving_runs(float(configurations), float(halving))
    assert found == pytest.approx(expected, rel=1e-12)
    assert 1 <= found <= configurations


@pytest.mark.parametrize("wrong", [(0, 3), (2.5, 3), (-3, 3), (81, 1), (81, 2.5), (81, 0)])
def test_halving_takes_whole_numbers(wrong):
    with pytest.raises(ValueError, match="whole number"):
        search.halving_runs(*wrong)


def test_columns_of_a_search_are_its_rows():
    found = search.halving_runs(Column([27.0, 81.0, 100.0]), 3.0)
    assert found.tolist() == [search.halving_runs(n, 3.0) for n in (27.0, 81.0, 100.0)]


# --- accounts ---


def test_the_example_says_what_its_comments_say():
    entries = [e for e in example("pretraining-faults.yaml").entries if e.phase == "training"]
    found = {value.name: value.best for value in entries[0].inputs}
    assert found["job_mtbf"] == pytest.approx(3.05, abs=0.005)
    assert 60 * found["checkpoint_interval"] == pytest.approx(26, abs=0.5)
    assert found["faults"] == pytest.approx(1.229, abs=0.0005)
    for entry in entries:
        if "PUE" not in entry.item:
            assert "wall_time * faults" in entry.formula


@pytest.mark.parametrize(
    ("override", "name", "expected"),
    [
        ("faults.mtbf=100000 h", "job_mtbf", 100000 / 16384),
        ("faults.checkpoint_every=30 min", "checkpoint_interval", 0.5),
        ("faults.checkpoint_time=3 min", "checkpoint_time", 0.05),
        ("faults.restart_time=1 h", "restart_time", 1),
    ],
)
def test_a_nested_key_can_be_set(override, name, expected):
    found = run(f"{COMPUTE}, {CHECKPOINTS}", f"training.compute.{override}")
    shown = {value.name: value for value in found.entries[0].inputs}
    assert shown[name].best == pytest.approx(expected)
    assert found.total.energy_kwh != run(f"{COMPUTE}, {CHECKPOINTS}").total.energy_kwh


def test_a_search_can_be_set():
    found = run(f"{RUNS}, search: {{configurations: 81}}", "training.experiments.search.halving=3")
    base = run(f"{RUNS}, runs: 5").total.energy_kwh
    assert found.total.energy_kwh == pytest.approx(base)


def test_devices_of_a_run_are_those_of_the_activity_or_of_its_faults():
    given_here = CHECKPOINTS.replace("{", "{devices: 16384, ")
    assert inputs(f"{BILLED}, {given_here}")["faults"] == inputs(f"{COMPUTE}, {CHECKPOINTS}")["faults"]  # fmt: skip
    nodes = CHECKPOINTS.replace("{", "{devices: 2048 nodes, ")
    assert ratio(f"{RUNS}, runs: 3, {nodes}", f"{RUNS}, runs: 3, {given_here}") == pytest.approx(1)
    in_nodes = COMPUTE.replace("16384", "2048 nodes")
    assert inputs(f"{in_nodes}, {CHECKPOINTS}")["job_devices"] == 16384


def test_each_repetition_is_a_run_of_its_own():
    base = COMPUTE.replace("100 h", "4 h") + ", repeat: {every: 1 week, for: 1 year}"
    for block in (CHECKPOINTS, "faults: {mtbf: 50000 h}"):
        once = inputs(f"{COMPUTE.replace('100 h', '4 h')}, {block}")["faults"]
        assert ratio(f"{base}, {block}", base) == pytest.approx(once)


def test_all_that_multiplies_runs():
    block = "search: {configurations: 27, halving: 3}, early_stopping: {stopped: 50 %, after: 10 %}"
    found = run(f"{RUNS}, runs: 2, failed: 20 %, {block}, {CHECKPOINTS.replace('{', '{devices: 64, ')}")  # fmt: skip
    more = inputs(f"{RUNS}, runs: 2, {CHECKPOINTS.replace('{', '{devices: 64, ')}")["faults"]
    expected = 2 * 30 * 4 * 0.55 / 0.8 * more * 0.56  # hours of the devices at 80 % of 700 W
    devices = next(e for e in found.entries if e.item == "devices")
    assert devices.energy_kwh == pytest.approx(expected)


RANGED = (
    f"{COMPUTE}, faults: {{mtbf: 40000..60000 h, checkpoint_time: 1..4 min, restart_time: 5..20 min}}",
    f"{COMPUTE.replace('16384', '8192..16384')}, faults: {{mtbf: 50000 h, checkpoint_time: 2 min}}",
    f"{COMPUTE}, faults: {{mtbf: 50000 h, checkpoint_time: 2 min, checkpoint_every: 10 min..2 h}}",
    f"{COMPUTE.replace('16384', '64').replace('100 h', '20..200 h')}, faults: {{mtbf: 50000 h}}",
)  # fmt: skip


@pytest.mark.parametrize("activity", RANGED)
def test_a_range_goes_through_the_kernels(activity):
    """Each draw is the account of its own figures: the interval follows mtbf and checkpoint."""
    entry = run(activity).entries[0]
    made = term(entry, "energy_kwh")
    assert made.at({u: u.best for u in made.ranged.values()}) == pytest.approx(entry.energy_kwh)
    assert len(set(samples([made]).tolist())) > 5000
    point = {name: u.at(0.3) for name, u in made.ranged.items()}
    exact = activity
    for name, number in point.items():
        key = {"job_devices": "devices", "checkpoint_interval": "checkpoint_every"}.get(name, name)
        key = "wall_time" if key == "checkpoint_every" and "checkpoint_every" not in exact else key
        unit = "" if key == "devices" else " h"
        point[name] = float(round(number)) if key == "devices" else number
        exact = re.sub(rf"\b{key}: [^,}}]+", f"{key}: {point[name]!r}{unit}", exact)
    known = {u: point[name] for name, u in made.ranged.items()}
    assert run(exact).entries[0].energy_kwh == pytest.approx(made.at(known), rel=1e-9)


def test_a_range_of_devices_is_one_unknown_in_hours_and_in_failures():
    made = term(run(RANGED[1]).entries[0], "energy_kwh")
    assert {unknown.unknown for unknown in made.ranged.values()} == {"phases.training.compute.devices"}  # fmt: skip
    assert len({unknown.key for unknown in made.ranged.values()}) == 1
    low, high = (made.at({u: end(u) for u in made.ranged.values()}) for end in (min_of, max_of))
    assert (min(samples([made])), max(samples([made]))) == pytest.approx((low, high), rel=0.01)


def min_of(unknown):
    return unknown.low


def max_of(unknown):
    return unknown.high


def test_a_saved_result_has_the_same_range(inside, tmp_path):
    (tmp_path / "job.yaml").write_text(HEAD % RANGED[0])
    live = inside("estimate", str(tmp_path / "job.yaml"), "--format", "json")
    (tmp_path / "saved.json").write_text(live.out)
    again = inside("estimate", str(tmp_path / "saved.json"), "--format", "json")
    assert (live.code, again.code) == (0, 0)
    one, other = (json.loads(done.out)["results"][0] for done in (live, again))
    assert one["entries"] == other["entries"]
    assert one["total"] == other["total"]
    moved = {driver["name"] for driver in one["drivers"]}
    assert moved & {"mtbf", "checkpoint_time", "restart_time", "load"}
    gate = "p50(total_kgco2e) > 1 kg"
    assert inside("estimate", str(tmp_path / "saved.json"), "--fail-on", gate).code == 1


def test_the_normalised_spec_reads_back():
    words = COMPUTE + ", " + CHECKPOINTS.replace("}", ", checkpoint_every: best}")
    for activity in (words, RANGED[2], f"{RUNS}, search: {{configurations: 81, halving: 3}}"):
        found = run(activity)
        again = account(json.dumps(found.spec))
        assert again.total == found.total
        assert again.spec == found.spec


def test_elapsed_time_has_what_lengthens_it(inside, tmp_path):
    """Metrics of designs take the wall time with faults, stops and the search."""
    blocks = ("", CHECKPOINTS, "search: {configurations: 27, halving: 3}", "early_stopping: {stopped: 60 %, after: 20 %}")  # fmt: skip
    elapsed = []
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.yaml"
        path.write_text(HEAD % ", ".join(filter(None, (COMPUTE, block))))
        done = inside("compare", str(path), str(path), "--metrics", "--format", "json")
        elapsed.append(json.loads(done.out)["base"]["metrics"]["elapsed_h"]["best"])
    more = inputs(f"{COMPUTE}, {CHECKPOINTS}")["faults"]
    assert [hours / elapsed[0] for hours in elapsed] == pytest.approx([1, more, 4, 0.52])


# --- warnings ---


def warnings(activity: str) -> tuple[str, ...]:
    return tuple(map(str, run(activity).warnings))


def test_faults_that_more_than_double_the_time_draw_a_warning():
    (said,) = warnings(f"{COMPUTE.replace('16384', '1024')}, faults: {{mtbf: 50000 h}}")
    assert said.startswith("phases.training.compute.faults: faults add 230 % to the device time")
    assert not warnings(f"{COMPUTE}, {CHECKPOINTS}")


@pytest.mark.parametrize("block", ["search: {configurations: 3000}", "search_multiplier: 3261, runs: 1"])  # fmt: skip
def test_a_search_of_thousands_draws_a_caution(block):
    (said,) = warnings(f"{RUNS}, {block}")
    assert "strubell2019" in said
    assert "later found 88 times too high (patterson2021)" in said
    assert not warnings(f"{RUNS}, {block.replace('3000', '2999').replace('3261', '2999')}")


def test_halving_of_thousands_draws_none():
    assert not warnings(f"{RUNS}, search: {{configurations: 6561, halving: 3}}")


# --- bad input ---

FAULTY = [
    (f"{BILLED}, faults: {{mtbf: 5 h}}", "faults: how many devices does one run take? give `devices` in `faults`, or `devices` and `wall_time` in place"),
    (f"{RUNS}, runs: 1, {CHECKPOINTS}", "faults: how many devices does one run take? give `devices` in `faults`"),
    (f"{RUNS}, runs: 1, faults: {{mtbf: 5 h, devices: 4}}", "faults: without checkpoints a failure loses the whole run"),
    (f"{COMPUTE}, faults: {{mtbf: 3200 h, checkpoint_time: 2 min, restart_time: 10 min}}", "faults: this job does not finish: it fails every 0.195 h, and a checkpoint with a restart takes 0.2 h"),
    (f"{COMPUTE}, faults: {{mtbf: 3000..50000 h, checkpoint_time: 2 min, restart_time: 10 min}}", "faults: this job does not finish"),
    (f"{COMPUTE}, faults: {{mtbf: 1000 h}}", "faults: this job does not finish: it fails every 0.061 h, and runs 100 h without a checkpoint"),
    (f"{COMPUTE}, {CHECKPOINTS}, restarts: 5 %", "give `faults`, from which the device time of restarts follows, or `restarts`, not both"),
    (f"{COMPUTE}, faults: {{mtbf: 5 h, devices: 4}}", "faults.devices: the activity gives its `devices`"),
    (f"{COMPUTE}, faults: {{mtbf: 50000 h, checkpoint_every: 1 h}}", "checkpoint_every needs `checkpoint_time`"),
    (f"{COMPUTE}, faults: {{mtbf: 50000 h, checkpoint_time: 0 s}}", "have no best interval; give `checkpoint_every`"),
    (f"{COMPUTE}, faults: {{mtbf: 50000 h, checkpoint_time: 0..2 min}}", "have no best interval; give `checkpoint_every`"),
    (f"{COMPUTE}, faults: {{mtbf: 50000 h, checkpoint_time: 2 min, checkpoint_every: bset}}", "checkpoint_every: `bset`: `best`, or a duration such as `1 h` is wanted; did you mean `best`?"),
    (f"{COMPUTE}, faults: {{mtbf: 50000 h, checkpoint_time: 2 min, checkpoint_every: 3 kg}}", "checkpoint_every: `3 kg` is a mass of CO2e, not a duration"),
    (f"{COMPUTE}, faults: {{mtbf: 50000 h, checkpoint_time: 2 min, checkpoint_every: 0 h}}", "checkpoint_every: `0 h`: must be above 0"),
    (f"{COMPUTE}, faults: {{checkpoint_time: 2 min}}", "`mtbf` is missing"),
    (f"{COMPUTE}, faults: {{mtfb: 5 h}}", "unknown key `mtfb`; did you mean `mtbf`?"),
    (f"{COMPUTE}, faults: {{mtbf: 0 h}}", "mtbf: `0 h`: must be above 0"),
    (f"{COMPUTE}, faults: {{mtbf: -5 h}}", "mtbf: `-5 h`"),
    (f"{COMPUTE}, faults: {{mtbf: 5}}", "mtbf: `5` has no unit; write `5 h`"),
    (f"{COMPUTE}, faults: {{mtbf: 5 h, checkpoint_time: -1 s}}", "checkpoint_time: `-1 s`: must not be negative"),
    (f"{COMPUTE}, faults: {{mtbf: 5 h, restart_time: -1 s}}", "restart_time: `-1 s`: must not be negative"),
    (f"{COMPUTE.replace('16384', '0')}, {CHECKPOINTS}", "devices: a run with `faults` takes at least one device"),
    (f"{COMPUTE.replace('100 h', '0 h')}, faults: {{mtbf: 5 h}}", "wall_time: must be above 0 with `faults`"),
    (f"{RUNS}, runs: 1, {CHECKPOINTS.replace('{', '{devices: 3..4 nodes, ')}", "devices: with `faults`, write a range in devices, not in nodes"),
    (f"{RUNS}, runs: 1, {CHECKPOINTS.replace('{', '{devices: 3 cores, ')}", "devices: `3 cores`: nvidia/h100-sxm5-80gb is a GPU"),
    (f"{BILLED}, early_stopping: {{stopped: 110 %, after: 20 %}}", "stopped: `110 %` is above 1 (100 %)"),
    (f"{BILLED}, early_stopping: {{stopped: 60, after: 20 %}}", "stopped: `60` is above 1 (100 %); write `60 %`"),
    (f"{BILLED}, early_stopping: {{stopped: 60 %, after: -1 %}}", "after: `-1 %` is below 0"),
    (f"{BILLED}, early_stopping: {{stopped: 60 %}}", "`after` is missing"),
    (f"{BILLED}, early_stopping: {{stoped: 60 %, after: 20 %}}", "unknown key `stoped`; did you mean `stopped`?"),
    (f"{RUNS}, search: {{configurations: 0}}", "configurations: `0`: must be above 0"),
    (f"{RUNS}, search: {{configurations: 2.5}}", "configurations: `2.5`: a whole number is wanted"),
    (f"{RUNS}, search: {{configurations: 81, halving: 1}}", "halving: `1`: a whole number of 2 or more is wanted"),
    (f"{RUNS}, search: {{configurations: 81, halving: 2.5}}", "halving: `2.5`: a whole number of 2 or more is wanted"),
    (f"{RUNS}, search: {{configurations: 81, halving: 2..3}}", "halving: one whole number is wanted, not a range"),
    (f"{RUNS}, search: {{configurations: 27..81, halving: 3}}", "configurations: with `halving` one number is wanted, not a range"),
    (f"{RUNS}, search: {{halving: 3}}", "`configurations` is missing"),
    (f"{RUNS}, search: {{configurations: 81}}, search_multiplier: 3", "give `search`, from which it follows how many runs there are, or `search_multiplier`, not both"),
    (f"{BILLED}, search_multiplier: 3", "unknown key `search_multiplier`; did you mean `search`?"),
    (f"{RUNS}, serach: {{configurations: 81}}", "unknown key `serach`; did you mean `search`?"),
]  # fmt: skip


@pytest.mark.parametrize(("activity", "said"), FAULTY)
def test_bad_input(activity, said):
    with pytest.raises(InputError) as error:
        run(activity)
    assert said in str(error.value)
    assert all(problem.line == 5 and problem.col for problem in error.value.problems)


def test_a_fault_stands_at_its_key():
    activity = f"{COMPUTE}, faults: {{mtbf: 1000 h, checkpoint_time: 2 min, restart_time: 10 min}}"
    with pytest.raises(InputError) as error:
        run(activity)
    (problem,) = error.value.problems
    line = (HEAD % activity).splitlines()[4]
    assert line[problem.col - 1 :].startswith("{mtbf")


def test_the_schema_knows_the_keys():
    from jsonschema import Draft202012Validator

    schema = Draft202012Validator(schemas.build("spec"))

    def is_valid(**faults):
        activity = {"kind": "compute", "devices": 8, "wall_time": "1 h", "faults": faults}
        return schema.is_valid({"name": "t", "site": {"grid": "FR"}, "phases": {"training": [activity]}})  # fmt: skip

    good = {"mtbf": "50000 h", "checkpoint_time": "2 min"}
    assert is_valid(**good, checkpoint_every="best")
    assert is_valid(**good, checkpoint_every="1 h")
    assert not is_valid(**good, checkpoint_every="worst")
    assert not is_valid(checkpoint_time="2 min")
    assert not is_valid(mtbf="50000 kg")
    assert not is_valid(**good, checkpoint="2 min")
