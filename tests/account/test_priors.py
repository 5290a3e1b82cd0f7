"""What stands in where a workload says little: the class that is taken, its figures, its note."""

import pytest

from carbonctl.errors import InputError
from carbonctl.estimators.usage import Use, share_class
from carbonctl.numbers.values import Value
from tests.conftest import CATALOG, WORKLOADS, account

PRIORS = CATALOG.priors


def job(activity: str, phase: str = "training", site: str = "grid: FR") -> str:
    return f"name: t\nsite: {{{site}}}\nphases:\n  {phase}:\n    - {{{activity}}}\n"


def value(text: str, name: str, *overrides: str) -> Value:
    """Return the value of this name in the account of a job."""
    result = account(text, *overrides)
    values = {v.name: v for entry in result.entries for v in entry.inputs}
    return values[name]


def bounds(known: Value) -> tuple[float, float, float]:
    return known.low, known.best, known.high


H100, L4, V100, TPU3, TPU4 = (
    "nvidia/h100-sxm5-80gb", "nvidia/l4", "nvidia/v100-sxm2-32gb", "google/tpu-v3",
    "google/tpu-v4",
)  # fmt: skip


@pytest.mark.parametrize(
    ("device", "phase", "kind", "task", "number", "name"),
    [
        (H100, "training", "compute", None, None, "train-node-large"),
        (H100, "training", "compute", None, 8, "train-node-large"),
        (L4, "training", "compute", None, 8, "train-node-other"),
        ("nvidia/rtx-4090", "training", "compute", None, 1, "train-node-other"),
        (H100, "training", "compute", None, 9, "train-small"),
        (H100, "training", "compute", None, 1000, "train-small"),
        (H100, "training", "compute", "language-model", 64, "train-small"),
        (H100, "training", "compute", "language-model", 65, "train-large"),
        (H100, "training", "compute", "language-model", 8, "train-node-large"),
        (H100, "training", "compute", "vision", 16, "train-other"),
        (H100, "training", "compute", "vision", 8, "train-node-large"),
        (H100, "training", "compute", "benchmark", 8, "train-benchmark"),
        (H100, "training", "compute", "evaluation", 8, "experiments"),
        (H100, "training", "compute", "notebook", 1, "experiments"),
        (H100, "training", "compute", "idle", 8, "idle"),
        (H100, "experimentation", "compute", None, 64, "experiments"),
        (H100, "data", "compute", None, 8, "experiments"),
        (H100, "inference", "compute", "evaluation", 8, "experiments"),
        (H100, "experimentation", "compute", "benchmark", 8, "experiments"),
        (H100, "training", "experiments", None, None, "experiments"),
        (H100, "inference", "compute", None, 8, "inference-busy"),
        (H100, "inference", "serving", "diffusion", None, "inference-generation"),
        (TPU3, "training", "compute", None, 512, "tpu-v2-v3"),
        (TPU4, "training", "compute", "language-model", 512, "tpu-v4"),
        (TPU4, "inference", "serving", None, None, "tpu-v4"),
    ],
)
def test_the_class_of_a_use(device, phase, kind, task, number, name):
    devices = None if number is None else Value(float(number), "")
    fit = share_class(Use(phase, kind, task, devices), CATALOG.device(device))
    assert (fit.quantity, fit.name) == ("device_power_share", name)


def test_a_device_without_a_record_has_the_widest_class():
    assert share_class(Use("training", "compute"), None).name == "unknown"


def test_a_fleet_of_unknown_load_is_not_a_busy_one():
    fleet = job(f"kind: serving, device: {H100}, fleet: 2, duration: 1 day", "inference")
    load = value(fleet, "load")
    assert bounds(load) == bounds_of("device_power_share", "serving-fleet")
    busy = value(fleet.replace("fleet: 2", "fleet: 2, busy: 40 %"), "load")
    assert bounds(busy) == bounds_of("device_power_share", "inference-busy")


def bounds_of(quantity: str, name: str) -> tuple[float, float, float]:
    prior = PRIORS[quantity, name]
    return prior.low, prior.best, prior.high


def test_a_device_draws_the_share_of_its_class():
    text = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h")
    load = value(text, "load")
    assert bounds(load) == bounds_of("device_power_share", "train-node-large")
    assert load.status == "default"
    assert load.path == "phases.training.compute.load"
    assert "no number of devices" in (load.note or "")
    devices = next(e for e in account(text).entries if e.item == "devices")
    assert devices.energy_kwh == pytest.approx(10 * 0.7 * 0.60)


def test_what_is_given_takes_the_place_of_its_prior_and_of_no_other():
    text = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h, load: 50 %")
    assert bounds(value(text, "load")) == (0.5, 0.5, 0.5)
    assert bounds(value(text, "host_share")) == bounds_of("host_share", "sxm-8")
    drawn = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h, power: 500 W")
    items = {e.item: e.energy_kwh for e in account(drawn).entries if e.boundary == "operational"}
    assert items["devices"] == 5.0
    assert items["host"] == pytest.approx(10 * 0.7 * 0.42)
    whole = account(drawn, "phases.training.0.power_scope=system")
    assert "host" not in {e.item for e in whole.entries if e.boundary == "operational"}


def test_busy_devices_draw_the_share_of_their_class():
    text = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h, busy: 50 %")
    devices = next(e for e in account(text).entries if e.item == "devices")
    idle = CATALOG.device(H100).idle_power.best
    assert devices.energy_kwh == pytest.approx(10 * (idle + (700 * 0.60 - idle) * 0.5) / 1000)


def test_an_idle_power_that_nobody_states_is_its_class_s():
    assert CATALOG.device("amd/mi250x").idle_power is None
    text = job("kind: compute, device: amd/mi250x, device_time: 10 GPU-h, busy: 50 %")
    rated = CATALOG.device("amd/mi250x").rated_power.best
    _, share, _ = bounds_of("device_power_share", "idle")
    assert value(text, "idle_power").best == pytest.approx(rated * share)


def test_the_typical_draw_of_a_record_is_taken():
    device = CATALOG.device("groq/groqchip-1")
    text = job("kind: compute, device: groq/groqchip-1, device_time: 10 h")
    devices = next(e for e in account(text.replace("10 h", "10 NPU-h")).entries
                   if e.item == "devices")  # fmt: skip
    assert devices.energy_kwh == pytest.approx(10 * device.typical_power.best / 1000)
    tpu = value(job("kind: compute, device: google/tpu-v4, device_time: 10 TPU-h"), "load")
    assert bounds(tpu) == bounds_of("device_power_share", "tpu-v4")


@pytest.mark.parametrize(
    ("machine", "quantity", "name"),
    [
        (f"device: {H100}", "host_share", "sxm-8"),
        (f"device: {H100}, cooling: air", "host_share", "sxm-8-air"),
        (f"device: {H100}, cooling: liquid", "host_share", "sxm-8-liquid"),
        (f"device: {H100}, devices_per_system: 4", "host_share", "sxm-4"),
        (f"device: {V100}", "host_share", "sxm2-8"),
        ("device: amd/mi300x", "host_share", "sxm-8"),
        (f"device: {TPU3}", "host_share", "tpu-v2-v3"),
        (f"device: {TPU4}", "host_share", "tpu-v4"),
        (f"device: {L4}", "host_w_per_device", "pcie-single"),
        (f"device: {L4}, devices_per_system: 4", "host_w_per_device", "pcie-several"),
        ("device: nvidia/rtx-4090", "host_w_per_device", "workstation"),
        ("device: nvidia/jetson-agx-orin-64gb", "host_w_per_device", "soc-board"),
        ("rated_power: 300 W", "host_share", "unknown"),
    ],
)
def test_the_class_of_a_host(machine, quantity, name):
    text = job(f"kind: compute, {machine}, device_time: 10 h").replace("10 h", "10 device-h")
    key = {"host_share": "host_share", "host_w_per_device": "host_power"}[quantity]
    known = value(text, key)
    low, best, high = bounds_of(quantity, name)
    assert (known.low, known.best) == (low, best)
    assert known.best <= known.high <= high


def test_several_cards_of_one_job_share_servers():
    text = job(f"kind: compute, device: {L4}, devices: 2, wall_time: 10 h")
    assert bounds(value(text, "host_power")) == bounds_of("host_w_per_device", "pcie-several")


def test_one_card_of_a_cloud_is_an_instance():
    text = job(
        f"kind: compute, device: {L4}, devices: 1, wall_time: 10 h", site="grid: aws/us-east-1"
    )
    assert bounds(value(text, "host_power_per_vcpu")) == bounds_of("host_w_per_vcpu", "cloud-vm")
    host = next(e for e in account(text).entries if e.item == "host")
    assert host.energy_kwh == pytest.approx(10 * 8 * 6.5 / 1000)


def test_a_nameplate_is_an_upper_end_and_never_the_best_estimate():
    """A DGX-1 draws at most 800 W beside eight P100s; its class reaches 0.68 of 2,400 W."""
    text = job("kind: compute, device: nvidia/p100-sxm2-16gb, host: nvidia/dgx-1-p100, "
               "device_time: 10 GPU-h")  # fmt: skip
    share = value(text, "host_share")
    assert share.best == PRIORS["host_share", "sxm2-8"].best
    assert share.high == pytest.approx(800 / 2400)


def test_a_described_host_has_no_prior_beside_it():
    text = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h, memory: 2 TB")
    items = [e.item for e in account(text).entries if e.boundary == "operational"]
    assert "host" not in items
    assert bounds(value(text, "dram_power")) == bounds_of("dram_power", "server")


def test_a_cpu_server_is_counted_whole():
    text = job("kind: compute, device: amd/epyc-7763, device_time: 64 core-h")
    result = account(text)
    assert bounds(value(text, "load")) == bounds_of("server_power", "peak")
    assert [e.item for e in result.entries] == ["devices", "PUE overhead", "system"]
    assert result.entries[0].energy_kwh == pytest.approx(280 * 1.04 / 1000)


@pytest.mark.parametrize(
    ("site", "name"),
    [
        ("grid: FR", "unknown"),
        ("grid: FR, operator: own", "unknown"),
        ("grid: FR, operator: cloud", "hyperscaler"),
        ("grid: FR, operator: colocation", "colocation"),
        ("grid: FR, provider: google", "google"),
        ("grid: FR, provider: other", "hyperscaler"),
        ("grid: FR, facility: hpc", "hpc"),
        ("grid: FR, facility: enterprise, operator: cloud", "enterprise"),
        ("grid: FR, facility: home", "home"),
        ("grid: FR, facility: office", "home"),
        ("grid: gcp/europe-west9", "google"),
        ("grid: aws/ap-east-1", "aws"),
    ],
)
def test_the_class_of_a_pue(site, name):
    text = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h", site=site)
    assert bounds(value(text, "pue")) == bounds_of("pue", name)


def test_a_region_s_own_pue_is_narrow():
    text = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h", site="grid: aws/eu-north-1")
    pue = value(text, "pue")
    assert (pue.best - pue.low, pue.high - pue.best) == pytest.approx((0.02, 0.02))
    assert pue.status == "catalog"


@pytest.mark.parametrize(
    ("site", "overrides", "said"),
    [
        ("grid: aws/eu-west-3", ["site.grid=SE"], ""),
        ("grid: aws/eu-west-3", ["site.grid=aws/eu-north-1"], "from 1.15 to 1.1"),
        ("grid: aws/eu-west-3", ["site.grid=aws/eu-north-1", "site.pue=1.2"], ""),
        ("grid: aws/eu-west-3", ["site.pue=1.2", "site.grid=SE"], ""),
        ("grid: aws/eu-west-3, pue: 1.3", ["site.grid=SE"], ""),
        ("grid: aws/eu-west-3", ["site.grid=DE", "site.operator=own"], "from 1.15 to 1.2"),
        ("grid: gcp/europe-west4", ["site={grid: FR}"], "to 1.2"),
        ("grid: FR", ["site.grid=SE"], ""),
        ("grid: FR, operator: colocation", ["site.grid=aws/eu-north-1"], "from 1.4 to 1.1"),
        ("grid: FR, operator: client", ["site.grid=aws/eu-north-1"], ""),
        ("grid: FR", ["site.facility=hpc"], ""),
        ("grid: FR", ["site.facility=enterprise"], "from 1.2 to 1.56"),
    ],
)
def test_another_site_never_moves_the_pue_in_silence(site, overrides, said):
    text = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h", site=site)
    warnings = [w for w in account(text, *overrides).warnings if "PUE" in w]
    assert bool(warnings) == bool(said), warnings
    assert all(said in warning for warning in warnings)


def test_a_site_that_leaves_a_region_stays_its_provider_s():
    text = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h", site="grid: aws/eu-west-3")
    here, there = value(text, "pue"), value(text, "pue", "site.grid=SE")
    assert (here.number, here.source) == (there.number, there.source)


def test_a_grid_factor_is_as_wide_as_its_year_and_place_are_far():
    def width(site: str) -> float:
        text = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h", site=site)
        known = value(text, "carbon_intensity")
        return known.high / known.low

    same, far = width("grid: DE, year: 2024"), width("grid: DE, year: 2028")
    near, large = width("grid: DE, year: 2026"), width("grid: US, year: 2024")
    assert near < far
    assert same < far < large
    assert width("grid: DE") == width(f"grid: DE, year: {CATALOG.year}")


def test_a_given_intensity_is_certain():
    site = "grid: FR, carbon_intensity: 50 g/kWh"
    text = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h", site=site)
    assert bounds(value(text, "carbon_intensity")) == (0.05, 0.05, 0.05)


@pytest.mark.parametrize("record", [*CATALOG.devices.all(), *CATALOG.hosts.all()],
                         ids=lambda record: record.id)  # fmt: skip
def test_every_record_of_the_catalog_has_an_account(record):
    key = "device" if hasattr(record, "dies") else "host"
    result = account(job(f"kind: compute, {key}: {record.id}, devices: 8, wall_time: 10 h"))
    assert result.total.operational_kgco2e > 0
    assert result.total.embodied_kgco2e > 0
    assert result.total.total_low_kgco2e < result.total.total_kgco2e
    assert result.total.total_kgco2e < result.total.total_high_kgco2e


def test_cards_share_the_server_that_they_are_in():
    """Three cards a server where several work together, eight in a cloud, one alone."""

    def servers(activity: str, site: str = "grid: FR") -> float:
        result = account(job(activity, site=site))
        return next(
            e for e in result.entries if e.item == "host" and e.boundary == "embodied"
        ).quantity

    several = bounds_of("devices_per_host", "pcie-several")[1]
    cloud = bounds_of("devices_per_host", "cloud-vm")[1]
    card = "kind: compute, device: nvidia/l40s, wall_time: 10 h, devices: "
    assert servers(card + "8") == pytest.approx(80 / several)
    assert servers(card + "1") == 10
    assert servers(card + "1", "grid: aws/us-east-1") == pytest.approx(10 / cloud)
    assert servers(card + "8, devices_per_system: 4") == 20
    assert servers(f"kind: compute, device: {TPU3}, wall_time: 10 h, devices: 8") == 20
    assert servers(f"kind: compute, device: {H100}, wall_time: 10 h, devices: 8") == 10


def test_a_desktop_s_cpu_brings_a_desktop_and_no_rack_server():
    text = job("kind: compute, device: intel/core-i7-13700k, device_time: 16 core-h")
    assert bounds(value(text, "embodied")) == bounds_of("embodied_kg", "workstation")
    server = job("kind: compute, device: amd/epyc-7763, device_time: 64 core-h")
    assert bounds(value(server, "embodied")) == bounds_of("embodied_kg", "rack-server")


def test_an_idle_cpu_server_draws_a_share_of_its_peak():
    text = job("kind: compute, device: amd/epyc-7763, device_time: 64 core-h, task: idle")
    _, peak, _ = bounds_of("server_power", "peak")
    _, idle, _ = bounds_of("server_power", "idle")
    assert account(text).entries[0].energy_kwh == pytest.approx(280 * peak * idle / 1000)


def test_a_machine_has_one_lifetime_whatever_its_device_is_called():
    text = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h")
    other = job("kind: compute, device: H100 SXM, device_time: 10 GPU-h")
    assert value(text, "lifetime").unknown == value(other, "lifetime").unknown


def test_published_embodied_figures_share_the_unknown_of_their_method():
    text = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h")
    method = value(text, "embodied_method")
    assert bounds(method) == bounds_of("embodied_ratio", "method")
    other = job("kind: compute, device: nvidia/l4, device_time: 10 GPU-h")
    assert value(other, "embodied_method").unknown == method.unknown
    given = job(f"kind: compute, device: {H100}, device_time: 10 GPU-h, embodied: 3 t")
    with pytest.raises(KeyError):
        value(given, "embodied_method")


def test_two_devices_of_a_class_are_two_unknowns_and_one_device_is_one():
    def load(device: str) -> str:
        return value(job(f"kind: compute, device: {device}, device_time: 10 GPU-h"), "load").unknown

    assert load(H100) == load(H100)
    assert load(H100) != load("nvidia/a100-sxm4-80gb")


def energy(activity: str, phase: str = "training", site: str = "grid: FR") -> float:
    return account(job(activity, phase, site)).total.energy_kwh


def test_a_rating_of_nothing_draws_nothing():
    assert (
        energy(f"kind: compute, device: {H100}, devices: 8, wall_time: 1 h, rated_power: 0 W") == 0
    )


@pytest.mark.parametrize(
    ("named", "chips"),
    [("v5litepod-16", "google/tpu-v5e, devices: 16"), ("v3-8", "google/tpu-v3, devices: 4"),
     ("TPU v5p-8", "google/tpu-v5p, devices: 4")],
)  # fmt: skip
def test_a_slice_draws_what_its_chips_draw(named, chips):
    many = energy(f"kind: compute, device: {chips}, wall_time: 10 h")
    assert energy(f"kind: compute, device: {named}, devices: 1, wall_time: 10 h") == (
        pytest.approx(many)
    )


def test_a_fleet_of_slices_is_as_many_slices():
    fleet = "kind: serving, device: v3-8, fleet: 2, duration: 1 h"
    assert energy(fleet, "inference") == pytest.approx(
        energy("kind: serving, system: {device: v3-8, devices: 1}, fleet: 2, duration: 1 h",
               "inference")
    )  # fmt: skip


def test_an_instance_has_its_part_of_the_server_whatever_is_said_of_its_devices():
    card = "kind: compute, device: nvidia/t4, devices: 1, wall_time: 10 h"
    bare = account(job(card, site="grid: aws/us-east-1")).total
    said = account(job(f"{card}, devices_per_system: 1", site="grid: aws/us-east-1")).total
    assert said.embodied_kgco2e == pytest.approx(bare.embodied_kgco2e)


@pytest.mark.parametrize(
    "machine", ["host: dell/poweredge-r740", "host: dell/precision-3660-tower"]
)
def test_an_idle_host_draws_less_than_a_busy_one(machine):
    work = f"kind: compute, {machine}, devices: 1, wall_time: 10 h"
    _, share, _ = bounds_of("server_power", "idle")
    assert energy(f"{work}, task: idle") == pytest.approx(energy(work) * share)


@pytest.mark.parametrize("device", ["raspberry-pi/pi-4b", "google/pixel-7", "apple/macbook-air-m1"])
def test_a_word_never_takes_an_account_away(device):
    work = f"kind: compute, device: {device}, devices: 1, wall_time: 10 h"
    assert energy(f"{work}, task: idle") > 0


def test_many_hours_are_no_single_node_s():
    """Eight devices give 70,000 hours a year."""
    few = job(f"kind: compute, device: {H100}, device_time: 60000 GPU-h, task: language-model")
    many = few.replace("60000", "6400000")
    assert bounds(value(few, "load")) == bounds_of("device_power_share", "train-node-large")
    assert bounds(value(many, "load")) == bounds_of("device_power_share", "train-large")


def test_a_modelled_power_of_a_host_is_no_upper_end():
    text = job("kind: compute, host: aws/p5-48xlarge, devices: 8, wall_time: 10 h")
    assert bounds(value(text, "host_share")) == bounds_of("host_share", "sxm-8")


def test_two_processors_are_in_one_server():
    one = job("kind: compute, device: intel/xeon-gold-6148, devices: 1, wall_time: 10 h")
    two = one.replace("devices: 1", "devices: 2")
    assert account(two).total.embodied_kgco2e == account(one).total.embodied_kgco2e


def test_a_path_may_leave_out_phases():
    text = job(f"kind: compute, name: run, device: {H100}, device_time: 10 GPU-h")
    short, full = ("training.run.load=50 %", "phases.training.run.load=50 %")
    assert account(text, short).total == account(text, full).total


@pytest.mark.parametrize("more", ["provider: google", "facility: hpc"])
def test_clients_have_no_provider_and_no_facility(more):
    text = job("kind: energy, energy: 1 kWh", site=f"grid: FR, operator: client, {more}")
    with pytest.raises(InputError, match="leave it out"):
        account(text)


def test_a_host_s_bill_has_the_figure_of_its_class(inside):
    done = inside("embodied", "DGX H100")
    assert (done.code, done.err) == (0, "")
    assert "3.5 t each" in done.out


@pytest.mark.parametrize("file", WORKLOADS, ids=lambda file: file.name)
def test_the_best_estimate_is_inside_its_range(file):
    result = account(file.read_text(encoding="utf-8"))
    total = result.total
    if total.total_kgco2e is not None:
        assert total.total_low_kgco2e <= total.total_kgco2e <= total.total_high_kgco2e
    for entry in result.entries:  # a user's skewed triangle may leave its peak outside
        are_ours = all(v.low == v.high for v in entry.inputs if v.status in ("given", "derived"))
        if entry.kgco2e is not None and are_ours:
            slack = 1e-12 * entry.kgco2e
            assert entry.kgco2e_low - slack <= entry.kgco2e <= entry.kgco2e_high + slack


def test_the_account_of_the_first_file_fits_a_screen(inside, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    assert inside("init").code == 0
    lines = inside("estimate", "carbon.yaml").out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert "in 90 of 100 cases" in lines[0]
    assert "What matters most" in lines
