"""The kinds of activity beside compute and energy."""

import math

import pytest

from carbonctl.errors import InputError
from carbonctl.estimators import KINDS, model
from carbonctl.factors import runs
from carbonctl.numbers.intervals import Range
from tests.conftest import CATALOG, account

FULL = ", load: 100 %"
HEAD = """name: t
site: {carbon_intensity: 100 g/kWh, pue: 1.1}
systems:
  node: {rated_power: 300 W, idle_power: 60 W, devices: 8, host_power: 800 W, embodied: 2 t}
phases:
  data:
"""


def run(activity: str, phase: str = "data"):
    return account(f"{HEAD.replace('data', phase)}    - {{{activity}}}\n")


def energy(activity: str, item: str | None = None, phase: str = "data") -> float:
    entries = run(activity, phase).entries
    return math.fsum(
        e.energy_kwh for e in entries if e.item != "PUE overhead" and item in (None, e.item)
    )


# --- experiments ---


def test_lognormal_means_of_wu2022():
    """§2.1: 1.5 and 24 GPU-days, mean 3.05; 2.96 and 125, mean 10.80."""
    assert runs.lognormal_mean(1.5, 24) == pytest.approx(3.05, abs=0.005)
    assert runs.lognormal_mean(2.96, 125) == pytest.approx(10.80, abs=0.005)
    assert runs.lognormal_mean(3.0, 3.0) == 3.0


def test_the_mean_of_a_range_has_an_interior_minimum():
    p50 = Range(0.05, 0.01, 3.0)
    mean = runs.lognormal_mean(p50, 10.0)
    grid = [runs.lognormal_mean(0.01 + k * 2.99 / 20000, 10.0) for k in range(20001)]
    assert mean.low == pytest.approx(min(grid), rel=1e-6)
    assert mean.low <= min(grid)
    assert mean.high == pytest.approx(max(grid), rel=1e-9)
    assert mean.low <= mean.best <= mean.high


def test_experiments():
    by_percentiles = (
        "kind: experiments, system: node, runs: 400, p50: 1.5 GPU-days, p99: 24 GPU-days" + FULL
    )
    assert energy(by_percentiles, "devices") == pytest.approx(400 * 24 * 3.0516 * 0.3, rel=1e-4)
    by_mean = "kind: experiments, system: node, runs: 10, mean: 20 GPU-h" + FULL
    assert energy(by_mean, "devices") == pytest.approx(60)
    assert energy(by_mean + ", failed: 20 %", "devices") == pytest.approx(75)
    assert energy(by_mean + ", search_multiplier: 3000", "devices") == pytest.approx(180_000)
    listed = "kind: experiments, system: node, durations: [1 GPU-h, 2 GPU-h, 3..5 GPU-h]" + FULL
    assert energy(listed, "devices") == pytest.approx(7 * 0.3)


# --- serving ---


def test_requests_by_energy():
    text = "kind: serving, requests: 1e6 / day, duration: 10 days, energy_per_request: 0.3 Wh, "
    node = run(text + "energy_boundary: node")
    assert [e.item for e in node.entries] == ["nodes", "PUE overhead", "requests"]
    assert node.entries[0].energy_kwh == pytest.approx(3000)
    assert node.total.energy_kwh == pytest.approx(3300)
    assert node.total.embodied_kgco2e is None
    facility = run(text + "energy_boundary: facility")
    assert facility.total.energy_kwh == pytest.approx(3000)
    counted = run(
        text.replace("1e6 / day", "1e7").replace("duration: 10 days, ", "")
        + "energy_boundary: node"
    )
    assert counted.entries[0].energy_kwh == pytest.approx(3000)


def test_requests_by_energy_on_a_system_bring_its_hardware():
    text = "kind: serving, system: node, requests: 1e7, energy_per_request: 0.3 Wh, energy_boundary: node, load: 100 %"
    result = run(text)
    hardware = next(e for e in result.entries if e.boundary == "embodied")
    assert hardware.quantity == pytest.approx(3000 / (8 * 0.3 + 0.8))  # hours at its full power
    chip = run(text.replace("boundary: node", "boundary: chip"))
    items = [e.item for e in chip.entries]
    assert items == ["devices", "host", "PUE overhead", "system"]
    assert chip.entries[1].energy_kwh == pytest.approx(3000 / 0.3 / 8 * 0.8)


@pytest.mark.parametrize("boundary", ["node", "chip"])
def test_the_hours_of_requests_are_those_at_the_draw_of_their_class(boundary):
    """A system that draws less needs longer for the same energy."""
    text = (
        f"kind: serving, device: {{}}, requests: 1e6, energy_per_request: 0.3 Wh, "
        f"energy_boundary: {boundary}"
    )
    priors = CATALOG.priors
    for device, class_, host in (
        ("nvidia/h100-sxm5-80gb", "inference-busy", "sxm-8"),
        ("google/tpu-v4", "tpu-v4", "tpu-v4"),
    ):
        result = run(text.format(device), "inference")
        rated = CATALOG.device(device).rated_power.best / 1000
        rest = rated * priors["host_share", host].best
        drawn = rated * priors["device_power_share", class_].best
        hours = 300 / (drawn + (rest if boundary == "node" else 0))
        made = next(e for e in result.entries if (e.item, e.boundary) == ("devices", "embodied"))
        assert made.quantity == pytest.approx(hours)
        hosts = [
            e.energy_kwh for e in result.entries if (e.item, e.boundary) == ("host", "operational")
        ]
        assert hosts == ([] if boundary == "node" else [pytest.approx(hours * rest)])


def test_requests_by_device_time_and_by_throughput():
    by_time = "kind: serving, system: node, requests: 3600, device_time_per_request: 2 GPU-s" + FULL
    assert energy(by_time, "devices") == pytest.approx(0.6)
    by_rate = "kind: serving, system: node, requests: 3600, throughput: 0.5 / s" + FULL
    assert energy(by_rate, "devices") == pytest.approx(0.6)


def test_a_fleet():
    """How busy it is says how long it draws what devices at work do; else its class does."""
    base = "kind: serving, system: node, fleet: 10, duration: 100 h"
    share = CATALOG.priors["device_power_share", "serving-fleet"].best
    assert energy(base, "devices", "inference") == pytest.approx(10 * 8 * 100 * 0.3 * share)
    assert energy(base + FULL, "devices", "inference") == pytest.approx(10 * 8 * 100 * 0.3)
    at_work = 0.3 * CATALOG.priors["device_power_share", "inference-busy"].best
    assert energy(base + ", busy: 40 %", "devices", "inference") == pytest.approx(
        8000 * (0.4 * at_work + 0.6 * 0.06)
    )
    scaled = base + ", busy: 40 %, autoscaling: 50 %"
    assert energy(scaled, "devices", "inference") == pytest.approx(
        8000 * (0.4 * at_work + 0.3 * 0.06)
    )
    assert energy(scaled, "host") == pytest.approx(1000 * 0.7 * 0.8)
    assert energy(base + ", busy: 40 %, autoscaling: 0 %") == pytest.approx(
        energy(base + ", busy: 40 %")
    )
    entry = next(e for e in run(base).entries if e.boundary == "embodied")
    assert next(v for v in entry.inputs if v.name == "utilization").number == 1.0


# --- storage, transfer, ingestion ---


def test_storage():
    text = "kind: storage, capacity: 2 PB, duration: 90 days, replication: 3, power: 1.2 W/TB, embodied: 20 kg/TB, lifetime: 4 years"
    result = run(text)
    drives = {e.boundary: e for e in result.entries if e.item == "drives"}
    assert drives["operational"].energy_kwh == pytest.approx(6000 * 2160 * 1.2 / 1000)
    assert drives["embodied"].kgco2e == pytest.approx(6000 * 20 * 2160 / 35040)
    half = run(text + ", fill: 50 %")
    assert half.total.embodied_kgco2e == pytest.approx(2 * result.total.embodied_kgco2e)
    hdd = run("kind: storage, capacity: 1 PB, duration: 1 year, medium: hdd")
    assert hdd.entries[0].energy_kwh == pytest.approx(1000 * 8760 * 0.65 / 1000)
    assert hdd.complete


def test_a_transfer_stands_in_no_data_centre():
    result = run("kind: transfer, volume: 1 PB, intensity: 0.0065 kWh/GB, intensity_year: 2020")
    assert [e.item for e in result.entries] == ["network"]
    assert result.total.energy_kwh == pytest.approx(6500)


def test_ingestion_takes_whole_servers():
    text = (
        "kind: ingestion, system: node, bandwidth: 10 GB/s, server_bandwidth: 3 GB/s, duration: 10 h"
        + FULL
    )
    assert energy(text, "devices") == pytest.approx(4 * 8 * 10 * 0.3)
    assert energy(text.replace("10 GB/s", "9 GB/s"), "devices") == pytest.approx(3 * 8 * 10 * 0.3)


GOOD = {
    "compute": "kind: compute, system: node, device_time: 10..20 GPU-h, load: 80 %",
    "experiments": "kind: experiments, system: node, runs: 5..9, p50: 1 GPU-h, p99: 20..30 GPU-h, failed: 5..10 %",
    "serving": "kind: serving, system: node, requests: 1e6 / day, duration: 1 year, energy_per_request: 0.3..0.5 Wh, energy_boundary: node",
    "fleet": "kind: serving, system: node, fleet: 3..5, duration: 1 year, busy: 20..40 %, autoscaling: 0..50 %",
    "storage": "kind: storage, capacity: 1..2 PB, duration: 1 year, fill: 50..80 %, replication: 3",
    "transfer": "kind: transfer, volume: 1..2 PB, intensity: 0.01..0.06 kWh/GB",
    "ingestion": "kind: ingestion, system: node, bandwidth: 1..9 GB/s, server_bandwidth: 1 GB/s, duration: 1 day",
    "energy": "kind: energy, energy: 1..2 MWh, embodied: 1 kg",
    "federated": "kind: federated, rounds: 100, cohort: 10..20, dropout: 5..20 %, compute_time: 30..60 s, "
    "device: google/pixel-7, model_size: 10..20 MB, network: {intensity: 0.01..0.03 kWh/GB}, connections: "
    "[{technology: wifi, download_bandwidth: 50..80 Mbps, upload_bandwidth: 30 Mbps, access_point: {power: 7.5 W}}]",
    "on_device": "kind: on_device, device: google/pixel-7, requests: 1e6..2e6, time_per_request: 0.2 s",
    "llm_serving": "kind: llm_serving, device: nvidia/h100-sxm5-80gb, device_embodied: 164 kg, "
    "host_embodied: 1 t, host_power: 1 kW, model: llama-3.1-8b, requests: 1M..2M, "
    "input_tokens: 100..500, output_tokens: 200..400, batch: 8..32, devices: 1, busy: 40..60 %",
    "llm_training": "kind: llm_training, device: nvidia/h100-sxm5-80gb, device_embodied: 164 kg, "
    "host_embodied: 1 t, host_power: 1 kW, model: llama-3.1-8b, tokens: 1B..2B, devices: 64, "
    "sequence: 2000..4000, mfu: 30..40 %, exposed_communication: 10..20 %",
    "media_serving": "kind: media_serving, device: nvidia/h100-sxm5-80gb, device_embodied: 164 kg, "
    "host_embodied: 1 t, host_power: 1 kW, model: flux, requests: 1M..2M, width: 1024, "
    "height: 1024, steps: 28",
}


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_keeps_the_rules(name):
    for repeat in ("", ", repeat: {every: 1 day, for: 1 week}"):
        result = run(GOOD[name] + repeat)
        assert result.complete
        for entry in result.entries:
            names = {value.name: value.best for value in entry.inputs}
            figure = eval(
                entry.formula, {"__builtins__": {}}, {k: v for k, v in names.items() if k != "for"}
            )
            assert figure == pytest.approx(entry.kgco2e, rel=1e-9)
            assert entry.quantity * entry.factor == pytest.approx(entry.kgco2e, rel=1e-12)
            assert entry.kgco2e_low <= entry.kgco2e <= entry.kgco2e_high
    once, week = run(GOOD[name]).total, run(GOOD[name] + repeat).total
    assert week.energy_kwh == pytest.approx(7 * once.energy_kwh)
    assert week.total_kgco2e == pytest.approx(7 * once.total_kgco2e)


def test_every_kind_is_tried_here():
    assert {text.split(",")[0].removeprefix("kind: ") for text in GOOD.values()} == set(KINDS)
    for kind in KINDS:
        for name, field in model(kind).model_fields.items():
            assert field.description, f"{kind}.{name}"


@pytest.mark.parametrize(
    ("activity", "said"),
    [
        ("kind: experiments, system: node", "give `runs` with"),
        ("kind: experiments, system: node, runs: 5", "give the size of a run"),
        ("kind: experiments, system: node, runs: 5, p50: 1 GPU-h", "p50 and p99 go together"),
        ("kind: experiments, system: node, runs: 5, p50: 9 GPU-h, p99: 1 GPU-h", "p99 is below p50"),
        ("kind: experiments, system: node, runs: 5, mean: 1 GPU-h, failed: 100 %", "all runs fail"),
        ("kind: experiments, system: node, runs: 5, durations: [1 GPU-h]", "durations says every run"),
        ("kind: experiments, system: node, durations: []", "durations"),
        ("kind: experiments, system: node, runs: 5, mean: 1 GPU-h, search_multiplier: 0.5", "below 1"),
        ("kind: serving, system: node", "give `requests`"),
        ("kind: serving, requests: 5", "what does a request take?"),
        ("kind: serving, requests: 5, energy_per_request: 1 Wh", "energy_boundary: chip, node"),
        ("kind: serving, requests: 5 / day, energy_per_request: 1 Wh, energy_boundary: node", "needs a `duration`"),
        ("kind: serving, requests: 5, duration: 1 h, energy_per_request: 1 Wh, energy_boundary: node", "a count has none"),
        ("kind: serving, requests: 5, energy_per_request: 1 Wh, energy_boundary: node, host_embodied: 1 t", "has no use here"),
        ("kind: serving, system: node, fleet: 5, duration: 1 h, requests: 5", "no use beside a fleet"),
        ("kind: serving, system: node, fleet: 5, duration: 1 h, pool_idle: yes", "in its hours already"),
        ("kind: serving, rated_power: 9 W, idle_power: 20 W, fleet: 5, duration: 1 h, busy: 5 %, autoscaling: 5 %", "above that at work"),
        ("kind: serving, rated_power: 9 W, devices_per_system: 4..8, fleet: 5, duration: 1 h", "give one number"),
        ("kind: serving, power: 9 W, power_scope: wall, requests: 5, energy_per_request: 1 Wh, energy_boundary: chip", "the whole node's"),
        ("kind: serving, requests: 5 W, energy_per_request: 1 Wh, energy_boundary: node", "not a count"),
        ("kind: serving, system: node, fleet: 5", "needs the `duration`"),
        ("kind: serving, system: node, fleet: 5, duration: 1 h, autoscaling: 5 %", "needs `busy`"),
        ("kind: storage, capacity: 5 W, duration: 1 h", "not a capacity"),
        ("kind: storage, capacity: 5 TB, duration: 1 h, medium: tape", "not one of ssd, hdd"),
        ("kind: storage, capacity: 5 TB, duration: 1 h, replication: 0", "below 1"),
        ("kind: transfer, volume: 5 TB", "`intensity` is missing"),
        ("kind: ingestion, system: node, bandwidth: 5 GB, server_bandwidth: 1 GB/s, duration: 1 h", "not a bandwidth"),
    ],
)  # fmt: skip
def test_bad_input(activity, said):
    with pytest.raises(InputError) as error:
        run(activity)
    assert said in str(error.value)


def test_restarts_and_failed_runs_add_device_time():
    base = "kind: compute, system: node, device_time: 100 GPU-h"
    assert energy(base + ", restarts: 8 %") == pytest.approx(1.08 * energy(base))
    more = run(base + ", restarts: 8 %").total.embodied_kgco2e
    assert more == pytest.approx(1.08 * run(base).total.embodied_kgco2e)


@pytest.mark.parametrize(
    ("every", "span", "times"),
    [("1 week", "1 week", 1), ("168 h", "7 days", 1), ("0.1 h", "0.3 h", 3), ("1 week", "13 days", 1)],
)  # fmt: skip
def test_what_recurs_after_the_whole_span_is_done_once(every, span, times):
    work = (
        f"kind: compute, power: 1 kW, device_time: 1 GPU-h, repeat: {{every: {every}, for: {span}}}"
    )
    assert energy(work, "devices") == times


@pytest.mark.parametrize(
    ("idle", "is_above"),
    [((44, 50, 60), False), ((46, 50, 60), True), ((44, 52, 60), True), ((44, 50, 62), True)],
    ids=["none", "low", "best", "high"],
)
def test_no_end_of_an_idle_power_is_above_that_at_work(idle, is_above):
    def written(low, best, high):
        return f"{{best: {best} W, low: {low} W, high: {high} W}}"

    work = (
        f"kind: compute, idle_power: {written(*idle)}, rated_power: {written(45, 51, 61)}, "
        "busy: 50 %, device_time: 1 GPU-h"
    )
    if not is_above:
        at_work = 51 * CATALOG.priors["device_power_share", "experiments"].best
        assert energy(work, "devices") == pytest.approx((50 + at_work) / 2 / 1000)
        return
    with pytest.raises(InputError, match="the idle power is above that at work"):
        run(work)


def test_the_idle_energy_of_the_pool_is_an_option():
    base = "kind: compute, system: node, device_time: 100 GPU-h, utilization: 40 %"
    assert "pool idle" not in [e.item for e in run(base).entries]
    assert energy(base + ", pool_idle: yes", "pool idle") == pytest.approx(100 * 1.5 * 0.06)
    unsaid = "kind: compute, rated_power: 1 W, device_time: 1000 GPU-h, pool_idle: yes"
    idle = CATALOG.priors["device_power_share", "idle"].best
    assert energy(unsaid, "pool idle") == pytest.approx(idle * (1 / 0.45 - 1))
    with pytest.raises(InputError, match="idle power is unknown"):
        run("kind: compute, power: 1 W, device_time: 1 GPU-h, pool_idle: yes")


def test_a_fleet_s_energy_is_the_hull_of_its_corners():
    from itertools import product

    from carbonctl.factors import fleet

    ranges = [Range(5.0, 4.0, 6.0), Range(50.0, 40.0, 60.0), Range(300.0, 280.0, 320.0),
              Range(0.4, 0.2, 0.6), Range(0.5, 0.0, 1.0)]  # fmt: skip
    corners = [fleet.energy_kwh(*c) for c in product(*[(r.low, r.high) for r in ranges])]
    found = fleet.energy_kwh(*ranges)
    assert (found.low, found.high) == (min(corners), max(corners))


def test_requests_may_be_given_their_embodied_carbon():
    text = "kind: serving, requests: 1000, energy_per_request: 1 Wh, energy_boundary: node, embodied_per_request: 0.1 g"
    result = run(text)
    assert result.total.embodied_kgco2e == pytest.approx(0.1)
    with pytest.raises(InputError, match="and no system"):
        run(text + ", system: node")


def test_facility_energy_gives_hours_without_the_building():
    base = (
        "kind: serving, system: node, requests: 1000, energy_per_request: 1 kWh, energy_boundary: "
    )
    node = run(base + "node").total.embodied_kgco2e
    assert run(base + "facility").total.embodied_kgco2e == pytest.approx(node / 1.1)


def test_a_fleet_s_utilization_is_not_that_of_other_work():
    text = HEAD.replace("embodied: 2 t}", "embodied: 2 t, utilization: 45 %}")
    fleet = "    - {kind: serving, system: node, fleet: 1, duration: 8760 h, lifetime: 1 year}\n"
    assert account(text + fleet).total.embodied_kgco2e == pytest.approx(2000)
    own = fleet.replace("lifetime", "utilization: 50 %, lifetime")
    assert account(text + own).total.embodied_kgco2e == pytest.approx(4000)
