"""What a number of devices counts: names of other tools, words of units, watts of all, zeros."""

import math

import pytest

from carbonctl.catalog.records import DEVICE_KINDS
from carbonctl.errors import InputError
from carbonctl.estimators.device_words import _OF_KIND
from tests.conftest import CATALOG, account

JOB = """
name: job
site: {grid: FR, pue: 1}
phases: {training: [{kind: compute, load: 100 %, host_power: 0 W, embodied: 0 kg, %s}]}
"""


def job(keys: str, **more: str):
    return account(JOB.replace("%s", keys))


def kwh(keys: str) -> float:
    return job(keys).total.energy_kwh


def fault(text: str) -> str:
    with pytest.raises(InputError) as error:
        account(text)
    (problem,) = error.value.problems
    return problem.message


@pytest.mark.parametrize(
    ("keys", "energy"),
    [
        # nvidia-smi lists each GPU of a card, ROCm and Slurm each die of a module
        ("device: Tesla K80, devices: 2, wall_time: 10 h", 3.0),
        ("device: nvidia/k80, devices: 2, wall_time: 10 h", 6.0),
        ("device: Tesla M60, devices: 2, wall_time: 10 h", 3.0),
        ("device: AMD MI250X, devices: 8, wall_time: 10 h", 22.4),
        ("device: amd/mi250x, devices: 8, wall_time: 10 h", 44.8),
        ("device: mi250, devices: 8, wall_time: 10 h", 22.4),
        # slices count cores or chips
        ("device: TPU v3-8, devices: 1, wall_time: 72 h", 4 * 0.45 * 72),
        ("device: v3-8, device_time: 72 device-h", 4 * 0.45 * 72),
        ("device: v3-8, device_time: 288 TPU-h", 4 * 0.45 * 72),
        ("device: v3-8, device_time: 576 core-h", 4 * 0.45 * 72),
        ("device: google/tpu-v3, device_time: 576 core-h", 4 * 0.45 * 72),
        ("device: v4-32, devices: 1, wall_time: 1 h", 16 * 0.192),
        # MIG, as nvidia-smi and Slurm write it
        ("device: NVIDIA A100-SXM4-40GB MIG 3g.20gb, devices: 1, wall_time: 5 h", 2 * 3 / 7),
        ("device: nvidia_a100-sxm4-40gb_3g.20gb, devices: 1, wall_time: 5 h", 2 * 3 / 7),
        ("device: A100-SXM4-40GB 1c.3g.20gb, devices: 1, wall_time: 5 h", 2 / 7),
        ("device: nvidia/a100-sxm4-40gb, devices: 0.4285714285714286, wall_time: 5 h", 2 * 3 / 7),
        # a count in the name says how many there are, and multiplies nothing
        ("device: 2 x NVIDIA RTX A6000, devices: 2, wall_time: 10 h", 6.0),
        ("device: 2 × NVIDIA RTX A6000, device_time: 20 GPU-h", 6.0),
        # core-hours, thread-hours and package-hours of a CPU
        ("device: AMD EPYC 9654, device_time: 96 core-h", 0.36),
        ("device: AMD EPYC 9654, device_time: 192 vCPU-h", 0.36),
        ("device: AMD EPYC 9654, device_time: 192 thread-h", 0.36),
        ("device: AMD EPYC 9654, device_time: 1 package-h", 0.36),
        ("device: AMD EPYC 9654, device_time: 1 socket-h", 0.36),
        ("device: AMD EPYC 9654, device_time: 1 device-h", 0.36),
        ("device: AMD EPYC 9654, devices: 48 cores, wall_time: 2 h", 0.36),
        ("device: ampere/altra-q80-30, device_time: 80 vCPU-h", 0.21),
        # node-hours
        ("device: nvidia/a100-sxm4-80gb, devices_per_system: 8, device_time: 1000 node-h", 3200.0),
        ("device: nvidia/a100-sxm4-80gb, devices_per_system: 8, devices: 3 nodes, wall_time: 2 h",
         3 * 8 * 0.4 * 2),
        # the draw of all devices together
        ("device: NVIDIA H200, devices: 5, power: 1356.1 W, power_scope: all, wall_time: 1 h",
         1.3561),
        ("device: EPYC 9654, devices: 96 cores, power: 200 W, power_scope: all, wall_time: 1 h", 0.2),
        ("device: EPYC 9654, devices: 192 vCPUs, power: 200 W, power_scope: all, wall_time: 1 h", 0.2),
        ("device: NVIDIA H200, devices_per_system: 8, devices: 1 node, power: 3 kW, power_scope: all, wall_time: 1 h", 3.0),
        ("device: Tesla K80, devices: 2, power: 250 W, power_scope: all, wall_time: 1 h", 0.25),
        ("device: NVIDIA H200, devices: 0, power: 250 W, power_scope: all, wall_time: 1 h", 0.0),
        ("device: A100-SXM4-40GB MIG 3g.20gb, devices: 1, power: 380 W, wall_time: 1 h", 0.38),
        ("device: NVIDIA/K80, devices: 2, wall_time: 10 h", 6.0),
        ("device: 2 x NVIDIA RTX A6000, devices_per_system: 2, devices: 3 nodes, wall_time: 1 h", 1.8),
        ("device: intel/core-i7-13700k, devices: 1, power: 200 W, wall_time: 10 h", 2.0),
    ],
)  # fmt: skip
def test_energy(keys, energy):
    text = JOB.replace("load: 100 %, ", "") if "power:" in keys else JOB
    found = account(text.replace("%s", keys)).total.energy_kwh
    assert math.isclose(found, energy, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("device: nvidia/a100-sxm4-80gb, device_time: 100 core-h", "is a GPU; write `100 GPU-h`"),
        ("device: nvidia/a100-sxm4-80gb, device_time: 9 CPU-h", "is a GPU; write `9 GPU-h`"),
        ("device: amd/epyc-9654, device_time: 9 GPU-h", "is a CPU; write `9 core-h`"),
        ("device: amd/epyc-9654, devices: 9 GPUs, wall_time: 1 h", "is a CPU; write `9 cores`"),
        ("device: google/tpu-v4, device_time: 9 GPU-h", "is a TPU; write `9 TPU-h`"),
        ("device: google/tpu-v4, devices: 2 CPUs, wall_time: 1 h", "is a TPU; write `2 TPUs`"),
        ("device: 2 x NVIDIA RTX A6000, devices: 3, wall_time: 1 h", "names 2 devices"),
        ("device: amd/epyc-9654, device_time: 1 package-h..192 core-h", "count different things, package and core"),
        ("device: 0 x nvidia/t4, devices: 2, wall_time: 1 h", "unknown device `0 x nvidia/t4`"),
        ("device: A100-SXM4-40GB MIG 0c.3g.20gb, devices: 2, wall_time: 1 h", "unknown device"),
        ("rated_power: 400 W, device_time: 1000 core-h", "of which CPU?"),
        ("rated_power: 400 W, device_time: 1000 CPU-h", "of which CPU?"),
        ("host: dell/poweredge-r740-8ssd, device_time: 960 core-h", "give its hours in `node-h`"),
        ("host: dell/poweredge-r740-8ssd, devices: 2 GPUs, wall_time: 1 h", "write `2 nodes`"),
        ("device: Tesla K80, devices: 2, power: 300 W, wall_time: 1 h", "2 × the rated power"),
        ("device: nvidia/h200-sxm-141gb, devices: 1..2, power: 9 W, power_scope: all, wall_time: 1 h",
         "is a range"),
        ("device: A100-SXM4-40GB MIG 3g.40gb, device_time: 1 GPU-h", "it has 1g.5gb"),
        ("device: NVIDIA H200, devices: 5, power: 1356.1 W, wall_time: 1 h",
         "1.94 × the rated power"),
        ("device: NVIDIA H200, devices: 5, power: 1356.1 W, power_scope: device, wall_time: 1 h",
         "power_scope: all"),
        ("device: NVIDIA H200, device_time: 5 GPU-h, power: 99 W, power_scope: all",
         "how many devices draw it"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_an_error(keys, said):
    text = JOB.replace("load: 100 %, ", "") if "power:" in keys else JOB
    assert said in fault(text.replace("%s", keys))


def test_cpu_hours_are_asked_about_with_both_readings():
    said = fault(JOB.replace("%s", "device: intel/xeon-gold-6248, device_time: 460000 CPU-h"))
    assert "`460000 core-h` is 23,000 hours of a package, 3,450 kWh at 150 W" in said
    assert "`460000 package-h` is 460,000 hours of a package, 69,000 kWh" in said


@pytest.mark.parametrize("kind", DEVICE_KINDS)
def test_every_kind_of_device_takes_device_hours(kind):
    assert "device" not in _OF_KIND.get(kind, ())
    named = next((d for d in _devices() if d.kind == kind and d.rated_power), None)
    if named is not None:
        watts = named.rated_power.best
        found = kwh(f"device: {named.id}, device_time: 10 device-h")
        assert math.isclose(found, watts / 100, rel_tol=1e-12)


def _devices():

    return list(CATALOG.devices.all())


def test_which_unit_was_taken_is_said_and_not_for_an_id():
    (said,) = job("device: AMD MI250X, devices: 8, wall_time: 1 h").warnings
    assert "`AMD MI250X` is counted as rocm-smi lists 2 per module; to count modules write" in said
    (said,) = job("device: TPU v3, devices: 8, wall_time: 1 h").warnings
    assert "`TPU v3` counts chips, of which a slice name counts 2 cores each" in said
    assert not job("device: amd/mi250x, devices: 8, wall_time: 1 h").warnings
    assert not job("device: v3-8, devices: 8, wall_time: 1 h").warnings


@pytest.mark.parametrize("device", [d for d in _devices() if d.counted_as or d.mig],
                         ids=lambda d: d.id)  # fmt: skip
def test_parts_of_a_device_add_up_to_it(device):
    """All parts that a tool lists for one device draw what the device draws."""
    for name in device.names[1:]:
        unit = CATALOG.unit(name)
        assert unit.record.id == device.id
        if device.rated_power is not None:
            whole = unit.device.rated_power.best / float(unit.of_record)
            assert math.isclose(whole, device.rated_power.best, rel_tol=1e-12)
    assert CATALOG.unit(device.id).of_record == 1
    for profile, slices in device.mig.profiles.items() if device.mig else ():
        share = CATALOG.unit(f"{device.id} MIG {profile}").of_record
        assert share == CATALOG.unit(f"{device.id}_{profile.replace('+', '.')}").of_record
        assert share * device.mig.slices == slices


@pytest.mark.parametrize("phase", ["training", "inference"])
@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [
        ("A100-SXM4-40GB MIG 3g.20gb", "nvidia/a100-sxm4-40gb", 3 / 7),
        ("A100-PCIE-40GB MIG 3g.20gb", "nvidia/a100-pcie-40gb", 3 / 7),
        ("AMD MI250X", "amd/mi250x", 1 / 2),
        ("Tesla K80", "nvidia/k80", 1 / 2),
        ("TPU v3-8", "google/tpu-v3", 4),
    ],
)
def test_a_part_takes_its_part_of_what_is_assumed(part, whole, share, phase):
    """Load, host and embodied carbon are those of the class of the whole device."""
    text = """
name: job
site: {grid: FR, pue: 1}
phases: {%s: [{kind: compute, device: %s, devices: 1, wall_time: 5 h}]}
"""
    ours, theirs = account(text % (phase, part)), account(text % (phase, whole))
    for key in ("energy_kwh", "embodied_kgco2e", "total_kgco2e", "total_low_kgco2e"):
        assert math.isclose(getattr(ours.total, key), getattr(theirs.total, key) * share)


def test_a_share_of_cpus_is_a_share_of_their_energy_and_embodied_carbon():
    text = """
name: node
site: {grid: FR, pue: 1}
systems: {node: {device: EPYC 7763, devices: 2, share: %s, %s, host_power: 0 W}}
phases: {data: [{kind: compute, load: 100 %%, system: node, devices: 2, wall_time: 10 h}]}
"""
    part, whole = (
        account(text % (share, "embodied: 1000 kg")).total for share in ("25 %", "100 %")
    )
    assert math.isclose(part.energy_kwh, 1.4, rel_tol=1e-12)
    assert math.isclose(part.embodied_kgco2e, 0.1585, abs_tol=5e-5)
    assert math.isclose(part.total_kgco2e * 4, whole.total_kgco2e, rel_tol=1e-12)
    both = "device_embodied: 20 kg, host_embodied: 500 kg"
    part, whole = (account(text % (share, both)).total for share in ("25 %", "100 %"))
    assert math.isclose(part.total_kgco2e * 4, whole.total_kgco2e, rel_tol=1e-12)


def test_a_share_and_cores_would_count_a_part_twice():
    said = fault("""
name: node
site: {grid: FR, pue: 1}
systems: {node: {device: EPYC 7763, devices: 2, share: 25 %, embodied: 1 kg, host_power: 0 W}}
phases: {data: [{kind: compute, system: node, device_time: 10 core-h}]}
""")
    assert "leave out `share`" in said


ALONE = """
name: box
site: {grid: FR, pue: 1}
systems: {box: {%s}}
phases: {training: [{kind: compute, load: 100 %%, system: box, %s}]}
"""


@pytest.mark.parametrize(
    ("host", "device", "devices"),
    [
        ("DGX H100", "nvidia/h100-sxm5-80gb", 8),
        ("p5.48xlarge", "nvidia/h100-sxm5-80gb", 8),
        ("nvidia/dgx-a100-40gb", "nvidia/a100-sxm4-40gb", 8),
        ("DGX-2", "nvidia/v100-sxm3-32gb", 16),
    ],
)
def test_a_host_alone_is_its_devices_and_the_rest(host, device, devices):
    time = f"devices: {devices}, wall_time: 24 h"
    alone = account(ALONE % (f"host: {host}", time))
    both = account(ALONE % (f"host: {host}, device: {device}", time))
    assert alone.total == both.total
    assert alone.total.energy_kwh > devices * 0.3 * 24


def test_a_host_as_a_device_is_told_to_be_one_and_works():
    alone = account(ALONE % ("host: DGX H100", "devices: 8, wall_time: 24 h"))
    named = account(ALONE % ("device: DGX H100", "devices: 8, wall_time: 24 h"))
    assert named.total == alone.total
    (said,) = named.warnings
    assert said.startswith("systems.box.device: `DGX H100` is a host, and is read as `host: DGX")
    assert "8 in each" in said


def test_a_server_or_a_laptop_alone_is_a_machine():
    server = account(ALONE % ("host: dell/poweredge-r740-8ssd", "devices: 3, wall_time: 10 h"))
    assert math.isclose(server.total.energy_kwh, 3 * 0.51 * 10, rel_tol=1e-12)
    assert server.total.embodied_kgco2e > 0
    laptop = account(
        ALONE.replace("load: 100 %%, ", "")
        % ("host: mac-mini-m1, power: 20 W", "devices: 1, wall_time: 10 h")
    )
    assert laptop.total.energy_kwh > 0
    assert laptop.total.embodied_kgco2e > 0
    measured = ALONE.replace("load: 100 %%, ", "") % (
        "host: dell/poweredge-r640, power: 300 W", "devices: 1, wall_time: 10 h",
    )  # fmt: skip
    assert math.isclose(account(measured).total.energy_kwh, 3.0, rel_tol=1e-12)
    parts = "cpu: intel/xeon-gold-6248, cpus: 2, memory: 100 GB, dram_power: 0.3725 W/GB"
    described = ALONE.replace("load: 100 %%, ", "") % (
        f"host: dell/poweredge-r640, {parts}",
        "devices: 1, wall_time: 10 h",
    )
    assert math.isclose(account(described).total.energy_kwh, 3.0 + 0.3725, rel_tol=1e-12)


def test_a_machine_alone_whose_power_nobody_states_draws_what_its_kind_does():
    """A server by its sockets, a laptop as its chip does, a tower as one does beside its cards."""
    priors = CATALOG.priors
    cpu, peak = priors["rated_power", "server-cpu"], priors["server_power", "peak"]
    server, laptop, tower = (
        account(ALONE % (f"host: {host}", "devices: 1, wall_time: 1000 h")).entries[0]
        for host in ("dell/poweredge-r640", "dell/latitude-7420", "dell/precision-3660-tower")
    )
    assert server.energy_kwh == pytest.approx(2 * cpu.best * peak.best)
    watts = next(value for value in server.inputs if value.name == "host_power")
    assert watts.low < 2 * cpu.best * peak.low  # neither the CPUs nor their server are known
    assert laptop.energy_kwh == pytest.approx(priors["rated_power", "soc"].best)
    assert tower.energy_kwh == pytest.approx(priors["host_w_per_device", "workstation"].best)


def test_watts_of_all_devices_of_a_system():
    text = ALONE.replace("load: 100 %%, ", "")
    keys = "device: nvidia/h200-sxm-141gb, devices: 8, power: 4000 W, power_scope: all, {}"
    box = keys.format("host_power: 0 W, embodied: 0 kg")
    found = account(text % (box, "devices: 16, wall_time: 10 h"))
    assert math.isclose(found.total.energy_kwh, 2 * 4 * 10, rel_tol=1e-12)


ZEROS = """
name: zeros
site: {grid: FR, pue: 1.1}
systems: {s: {device: nvidia/a100-sxm4-80gb, devices: 8, host_power: 0 W}}
functional_unit: {name: token, amount: 5}
phases:
  data:
    - {kind: storage, capacity: 0 TB, duration: 0 h}
    - {kind: transfer, volume: 0 GB, intensity: 0.01 kWh/GB}
    - {kind: ingestion, system: s, bandwidth: 0 GB/s, server_bandwidth: 1 GB/s, duration: 5 h}
  training:
    - {kind: compute, system: s, devices: 0, wall_time: 5 h}
    - {kind: compute, system: s, devices: 5, wall_time: 0 h}
    - {kind: compute, system: s, device_time: 0 GPU-h}
    - {kind: compute, devices: 4, wall_time: 3 h, rated_power: 0 W, host_power: 0 W, embodied: 0 kg}
    - {kind: compute, devices: 4, wall_time: 3 h, power: 0 W, host_power: 0 W, embodied: 0 kg}
    - {kind: compute, device: nvidia/t4, devices: 0, wall_time: 3 h}
    - {kind: experiments, system: s, runs: 0, mean: 4 GPU-h}
    - {kind: experiments, system: s, durations: [0 GPU-h, 0 GPU-h]}
    - {kind: federated, rounds: 0, cohort: 10, compute_time: 0 s, power: 0 W, model_size: 0 MB}
  inference:
    - {kind: serving, requests: 0, energy_per_request: 1 Wh, energy_boundary: node, embodied_per_request: 1 g}
    - {kind: serving, requests: 0 / day, duration: 0 h, device_time_per_request: 0 GPU-s, system: s}
    - {kind: serving, system: s, fleet: 0, duration: 4 h}
    - {kind: on_device, requests: 0, time_per_request: 0 s}
"""


def test_zeros_are_figures():
    result = account(ZEROS)
    for entry in result.entries:
        assert entry.kgco2e == 0, entry
    assert result.total.total_kgco2e == 0
    assert result.total.energy_kwh == 0


def test_a_divisor_of_zero_is_refused():
    assert "above 0" in fault(ZEROS.replace("server_bandwidth: 1 GB/s", "server_bandwidth: 0 GB/s"))
    said = fault(JOB.replace("compute, load: 100 %", "serving").replace(
        "%s", "requests: 5, energy_per_request: 1 Wh, energy_boundary: node, power: 0 W"))  # fmt: skip
    assert "0 W" in said


def test_a_result_of_zeros_reads_back(inside, tmp_path):
    """Also the share of hardware of unknown embodied carbon that was not used."""
    job, saved = tmp_path / "job.yaml", tmp_path / "job.json"
    job.write_text(ZEROS)
    first = inside("estimate", str(job), "--format", "json", "-q")
    saved.write_text(first.out)
    again = inside("estimate", str(saved), "--format", "json", "-q")
    assert (first.code, again.code) == (0, 0)
    assert again.out == first.out


@pytest.mark.parametrize(
    ("part", "whole", "parts"),
    [("AMD MI250X", "amd/mi250x", 2), ("Tesla K80", "nvidia/k80", 2), ("v4-32", "google/tpu-v4", 1 / 16),
     ("A100-SXM4-40GB MIG 7g.40gb", "nvidia/a100-sxm4-40gb", 1)],
)  # fmt: skip
def test_the_host_of_parts_is_that_of_whole_devices(part, whole, parts):
    """Four modules have the same hosts, however their dies are counted."""
    text = """
name: job
site: {grid: FR, pue: 1}
phases: {training: [{kind: compute, load: 100 %%, device: %s, devices: %g, wall_time: 10 h,
                     host_power: 500 W, embodied: 1000 kg}]}
"""
    for more in (text, text.replace("host_power: 500 W, embodied: 1000 kg", "name: work")):
        ours, theirs = account(more % (part, 4 * parts)), account(more % (whole, 4))
        for key in ("energy_kwh", "embodied_kgco2e", "total_kgco2e"):
            assert math.isclose(getattr(ours.total, key), getattr(theirs.total, key), rel_tol=1e-9)


def test_a_share_of_a_host_alone_is_a_share_of_its_energy_and_embodied_carbon():
    time = "devices: 1, wall_time: 10 h"
    part = account(ALONE % ("host: dell/poweredge-r740-8ssd, share: 25 %", time)).total
    whole = account(ALONE % ("host: dell/poweredge-r740-8ssd", time)).total
    assert math.isclose(part.energy_kwh * 4, whole.energy_kwh, rel_tol=1e-12)
    assert math.isclose(part.total_kgco2e * 4, whole.total_kgco2e, rel_tol=1e-12)


def test_core_hours_on_a_system_of_accelerators_are_an_error():
    said = fault("""
name: mixed
site: {grid: FR, pue: 1}
systems: {s: {accelerators: [{device: nvidia/a100-sxm4-80gb, devices: 8}], host_power: 0 W, embodied: 1 kg}}
phases: {training: [{kind: compute, system: s, device_time: 960 core-h}]}
""")
    assert "the devices are accelerators; write `960 device-h`" in said


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("memory: 384 GB", "the power of the host holds it"),
        ("power: 400 W, host_power: 100 W", "is that of the whole machine"),
        ("power: 400 W, memory: 384 GB", "is that of the whole machine"),
        ("device_embodied: 100 kg", "has no devices"),
        ("devices: 2", "is one machine"),
    ],
)
def test_what_a_host_alone_says_twice_is_an_error(keys, said):
    text = ALONE.replace("load: 100 %%, ", "") % (
        f"host: dell/poweredge-r740-8ssd, {keys}", "devices: 1, wall_time: 10 h",
    )  # fmt: skip
    assert said in fault(text)


def test_parts_of_a_host_alone_beside_its_rest():
    text = ALONE.replace("load: 100 %%, ", "") % (
        "host: dell/poweredge-r740-8ssd, host_power: 400 W, memory: 100 GB, dram_power: 0.3725 W/GB",
        "devices: 1, wall_time: 10 h",
    )
    assert math.isclose(account(text).total.energy_kwh, 4.3725, rel_tol=1e-12)
    named = ALONE % (
        "host: dell/poweredge-r740-8ssd, host_embodied: 1 t",
        "devices: 1, wall_time: 10 h",
    )
    assert math.isclose(account(named).total.embodied_kgco2e, 0.6341958, rel_tol=1e-6)


def test_a_number_of_cores_is_shown_as_one():
    result = job("device: AMD EPYC 9654, device_time: 96 core-h")
    inputs = {value.name: value for value in result.entries[0].inputs}
    assert (inputs["device_time"].unit, inputs["device_time"].best) == ("core-h", 96)
    assert inputs["cores"].best == 96
    assert all(one.path != "phases.training.compute.device_time" for one in result.assumptions)


def test_a_host_s_record_that_names_no_device(tmp_path):
    from carbonctl.account import estimate
    from carbonctl.catalog import Catalog

    folder = tmp_path / "hosts" / "acme"
    folder.mkdir(parents=True)
    (folder / "h1.yaml").write_text("name: H1\nkind: server\ndevice: acme/none\ndevices: 8\n")
    text = ALONE % ("host: acme/h1", "devices: 8, wall_time: 1 h")
    with pytest.raises(InputError, match="acme/h1 names a device: unknown device `acme/none`"):
        estimate(text.encode(), "f", Catalog((tmp_path,)))


def test_devices_in_a_list_of_parts_are_whole():
    result = account("""
name: parts
site: {grid: FR, pue: 1}
systems: {s: {device: nvidia/k80, devices: 1, host_power: 0 W, parts: [{kind: device, device: Tesla K80}]}}
phases: {training: [{kind: compute, load: 100 %, system: s, devices: 1, wall_time: 1 h}]}
""")
    assert any("in a list of parts `Tesla K80` is a whole card" in said for said in result.warnings)
