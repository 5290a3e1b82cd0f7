"""How device, host and system figures go together, and that bounds are the true hull."""

from itertools import product

import pytest

from carbonctl.account import estimate
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError
from tests.conftest import CATALOG, account, cite

SITE = "name: t\nsite: {carbon_intensity: 100 g/kWh, pue: 1}\n"


PRIORS = CATALOG.priors


def job(activity: str, more: str = "", phase: str = "training") -> str:
    return f"{SITE}{more}phases:\n  {phase}:\n    - {{{activity}}}\n"


def run(activity: str, more: str = "", phase: str = "training"):
    return account(job(activity, more, phase))


def embodied(result):
    return {e.item: e.kgco2e for e in result.entries if e.boundary == "embodied"}


WHOLE = "lifetime: 1 year, utilization: 100 %, wall_time: 8760 h"


def test_a_server_without_accelerators_is_a_host():
    """Its figure holds no GPUs: theirs are added, and not lost."""
    found = embodied(
        run(
            "kind: compute, device: nvidia/a100-sxm4-80gb, host: dell/poweredge-r740, devices: 4, "
            f"devices_per_system: 4, host_power: 0 W, {WHOLE}"
        )
    )
    assert found["devices"] == pytest.approx(4 * 150)
    assert found["host"] == pytest.approx(1313, rel=0.01)


def test_a_device_that_holds_its_host_is_not_given_another(tmp_path):
    folder = tmp_path / "accelerators" / "me"
    folder.mkdir(parents=True)
    cite(tmp_path, "s")
    (folder / "x.yaml").write_text(
        "name: X\nvendor: me\nkind: tpu\nhost: google/tpu-v6e-host\n"
        "rated_power: {value: 200 W, source: s}\n"
        "embodied: {value: 300 kg, source: s, covers: server}\n"
    )
    text = job(f"kind: compute, device: me/x, devices: 8, devices_per_system: 8, {WHOLE}")
    assert embodied(estimate(text.encode(), "f", Catalog((tmp_path,)))) == {
        "devices": pytest.approx(8 * 300)
    }


def test_a_whole_machine_is_not_scaled_unsaid():
    result = run(
        "kind: compute, rated_power: 300 W, host: archetype/gpu-training-system-wu2022, "
        f"devices: 8, devices_per_system: 8, host_power: 0 W, {WHOLE}"
    )
    assert any("not meant for systems of 8" in w for w in result.warnings)
    entry = next(e for e in result.entries if e.boundary == "embodied")
    assert entry.status == "archetype"


def test_the_first_layer_that_gives_an_embodied_figure_decides():
    system = "systems:\n  s: {rated_power: 1 W, devices: 8, host_power: 0 W, embodied: 2500 kg}\n"
    activity = (
        "kind: compute, system: s, devices: 8, device_embodied: 10 kg, host_embodied: 20 kg, "
        + WHOLE
    )
    assert embodied(run(activity, system)) == {
        "devices": pytest.approx(80), "host": pytest.approx(20),
    }  # fmt: skip


def test_a_published_part_of_a_device_is_completed(tmp_path):
    """A figure of the die is not that of the card: its board is added."""
    folder = tmp_path / "accelerators" / "me"
    folder.mkdir(parents=True)
    cite(tmp_path, "s")
    (folder / "x.yaml").write_text(
        "name: X\nvendor: me\nkind: gpu\nrated_power: {value: 1 W, source: s}\n"
        "embodied: {value: 3 kg, source: s, covers: die}\n"
    )
    text = job("kind: compute, device: me/x, devices: 1, host_embodied: 1 kg, " + WHOLE)
    result = estimate(text.encode(), "f", Catalog((tmp_path,)))
    devices = next(e for e in result.entries if (e.item, e.boundary) == ("devices", "embodied"))
    (figure,) = [value for value in devices.inputs if value.name == "device_embodied"]
    assert devices.kgco2e == pytest.approx(figure.best)
    assert figure.best > 3
    assert "published figure of the die" in figure.note


def test_cpus_come_from_the_host_s_record():
    result = run(
        "kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 1 h, cpu: amd/epyc-7742, host_power: 0 W"
    )
    cpu = next(e for e in result.entries if e.item == "cpu")
    assert cpu.energy_kwh == pytest.approx(2 * 225 / 1000)


def test_cpu_and_memory_alone_are_said_not_to_be_the_whole_host():
    result = run(
        "kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 1 h, memory: 1 TB"
    )
    assert any("of the host only memory count" in w for w in result.warnings)


@pytest.mark.parametrize(
    ("activity", "said"),
    [
        ("power: 1 W, rated_power: 2 W", "give `power`, the average draw, or `rated_power`"),
        ("power: 1 W, power_scope: wall, memory: 1 TB", "leave out `memory`"),
        ("rated_power: 1 W, power_scope: wall", "no `power` is given"),
        ("rated_power: 1 W, cpu: nvidia/t4", "nvidia/t4 is a gpu, not a CPU"),
        ("rated_power: 1 W, cpus: 2", "cpus needs `cpu`"),
    ],
)
def test_keys_that_would_be_ignored_are_refused(activity, said):
    with pytest.raises(InputError, match=said):
        run(f"kind: compute, devices: 1, wall_time: 1 h, {activity}")


@pytest.mark.parametrize(
    "key", ["memory: 1 TB", "idle_power: 1 W", "lifetime: 1 year", "device: nvidia/t4"]
)
def test_energy_refuses_what_it_would_ignore(key):
    with pytest.raises(InputError, match="has no use here"):
        run(f"kind: energy, energy: 1 kWh, {key}")


@pytest.mark.parametrize(
    "site",
    [
        "carbon_intensity: 1 g/kWh, contract_intensity: 1 g/kWh",
        "grid: FR, operator: client, pue: 1.1",
    ],
)
def test_sites_refuse_what_they_would_ignore(site):
    with pytest.raises(InputError):
        account(f"name: t\nsite: {{{site}}}\nphases: {{data: [{{kind: energy, energy: 1 kWh}}]}}")


RANGED = {
    "time": ("80 GPU-h", "240 GPU-h"),
    "rated": ("300 W", "400 W"),
    "load": ("50 %", "90 %"),
    "host": ("100 W", "900 W"),
    "pue": ("1.1", "1.5"),
    "grid": ("50 g/kWh", "90 g/kWh"),
    "embodied": ("1000 kg", "3000 kg"),
    "lifetime": ("3 years", "5 years"),
    "use": ("30 %", "60 %"),
    "per": ("4", "8"),
}


def ranged_job(values: dict[str, str]) -> str:
    return f"""
name: t
site: {{carbon_intensity: {values["grid"]}, pue: {values["pue"]}}}
phases:
  training:
    - kind: compute
      device_time: {values["time"]}
      rated_power: {values["rated"]}
      load: {values["load"]}
      host_power: {values["host"]}
      embodied: {values["embodied"]}
      lifetime: {values["lifetime"]}
      utilization: {values["use"]}
      devices_per_system: {values["per"]}
"""


def test_the_outer_bounds_of_every_entry_are_the_hull_over_all_corners():
    whole = account(ranged_job({k: f"{a.split()[0]}..{b}" for k, (a, b) in RANGED.items()})).booked
    corners = [
        account(ranged_job(dict(zip(RANGED, corner, strict=True)))).entries
        for corner in product(*RANGED.values())
    ]
    for place, entry in enumerate(whole):
        figures = [entries[place].kgco2e for entries in corners]
        assert entry.kgco2e_low == pytest.approx(min(figures), rel=1e-12), entry.item
        assert entry.kgco2e_high == pytest.approx(max(figures), rel=1e-12), entry.item


@pytest.fixture
def measured(tmp_path) -> Catalog:
    """A catalog with a server of eight devices whose own power is measured."""
    folder = tmp_path / "hosts" / "acme"
    folder.mkdir(parents=True)
    cite(tmp_path, "s")
    (folder / "h1.yaml").write_text(
        "name: H1\nkind: server\ndevice: nvidia/h100-sxm5-80gb\ndevices: 8\n"
        "host_power: {value: 4600 W, is: measured, source: s}\n"
        "embodied: {value: 2 t, source: s, covers: host}\n"
    )
    return Catalog((tmp_path,))


def test_a_ranged_share_of_a_catalog_host_cancels(measured):
    """A host that devices share is divided by what it holds, however many a system takes."""
    activity = "kind: compute, host: acme/h1, device_time: 800 GPU-h, devices_per_system: 4..8"
    result = estimate(job(activity).encode(), "f", measured)
    host = next(e for e in result.entries if (e.item, e.boundary) == ("host", "operational"))
    assert host.kgco2e_low == host.kgco2e == host.kgco2e_high == pytest.approx(46)


def test_a_server_s_figure_holds_its_cpus():
    """A CPU as device, or a server alone, is in the server's figure already."""
    for activity in (
        (
            "kind: compute, device: intel/xeon-platinum-8280, host: dell/poweredge-r740, devices: 2, "
            "power: 136 W, power_scope: system"
        ),
        "kind: energy, energy: 1 kWh, host: dell/poweredge-r740, devices: 1",
    ):
        found = embodied(run(f"{activity}, {WHOLE}"))
        assert found == {"system": pytest.approx(1313, rel=0.01)}


def test_a_system_shared_by_energy_and_compute_keeps_its_host():
    text = f"""{SITE}systems:
  t: {{device: nvidia/h100-sxm5-80gb, devices: 8, host_power: 2 kW}}
phases:
  data:
    - {{kind: energy, energy: 1 MWh, system: t, device_time: 1000 GPU-h}}
  training:
    - {{kind: compute, system: t, device_time: 1000 GPU-h, load: 100 %}}
"""
    training = [e for e in account(text).entries if e.phase == "training"]
    host = next(e for e in training if (e.item, e.boundary) == ("host", "operational"))
    assert host.energy_kwh == pytest.approx(250)


def test_a_cpu_s_power_is_not_counted_twice():
    """The watts of a server's record hold its CPUs."""
    result = run(
        "kind: compute, device: amd/epyc-7763, host: hpe/proliant-dl345-gen10-plus, devices: 1, "
        "wall_time: 1000 h"
    )
    peak = PRIORS["server_power", "peak"].best  # of the CPUs' rating, with their server
    assert result.total.energy_kwh == pytest.approx(280 * peak)
    assert list(energies(result)) == ["devices", "PUE overhead"]


def test_two_cpus_share_a_server_of_two_sockets():
    result = run(
        f"kind: compute, device: intel/xeon-platinum-8280, host: dell/poweredge-r740, devices: 2, {WHOLE}"
    )
    assert embodied(result) == {"system": pytest.approx(1313, rel=0.01)}


@pytest.mark.parametrize(
    ("activity", "said"),
    [
        ("device: google/pixel-7, host_embodied: 1 t", "the device's figure holds its host"),
        (
            "device: amd/epyc-7763, host: dell/poweredge-r740, device_embodied: 5 kg",
            "holds its CPUs",
        ),
        ("rated_power: 1 W, dram_power: 1 W/GB", "needs `memory`"),
    ],
)
def test_what_would_be_counted_twice_is_refused(activity, said):
    with pytest.raises(InputError, match=said):
        run(f"kind: compute, devices: 1, wall_time: 1 h, {activity}")


# --- several kinds of device, parts of the host, parts of a node ---

MIXED = """systems:
  node:
    accelerators:
      - {rated_power: 400 W, idle_power: 50 W, devices: 6, device_embodied: 150 kg}
      - {power: 100 W, devices: 2, device_embodied: 50 kg}
    host_power: 800 W
    host_embodied: 1000 kg
"""


def energies(result):
    return {e.item: e.energy_kwh for e in result.entries if e.boundary == "operational"}


def test_mixed_accelerators_share_the_device_hours():
    result = run("kind: compute, system: node, devices: 16, wall_time: 10 h", MIXED)
    found = energies(result)
    share = PRIORS["device_power_share", "train-small"].best  # where no power is given
    assert found["devices (1)"] == pytest.approx(16 * 10 * 6 / 8 * 0.4 * share)
    assert found["devices (2)"] == pytest.approx(16 * 10 * 2 / 8 * 0.1)
    assert found["host"] == pytest.approx(16 * 10 / 8 * 0.8)
    hours = 10 / (4 * 8760 * 0.45)
    assert embodied(result)["devices (1)"] == pytest.approx(12 * 150 * hours)
    assert embodied(result)["devices (2)"] == pytest.approx(4 * 50 * hours)
    assert embodied(result)["host"] == pytest.approx(2 * 1000 * hours)


def test_a_mixed_system_of_one_kind_is_a_plain_one():
    plain = run(
        "kind: compute, system: node, devices: 16, wall_time: 10 h, load: 70 %",
        "systems: {node: {device: nvidia/a100-sxm4-80gb, devices: 8, host_power: 1 kW, "
        "host_embodied: 1 t}}\n",
    )
    listed = run(
        "kind: compute, system: node, devices: 16, wall_time: 10 h, load: 70 %",
        "systems: {node: {accelerators: [{device: nvidia/a100-sxm4-80gb, devices: 5}, "
        "{device: nvidia/a100-sxm4-80gb, devices: 3}], host_power: 1 kW, host_embodied: 1 t}}\n",
    )
    for ours, theirs in zip(listed.total, plain.total, strict=True):
        assert ours == pytest.approx(theirs)


@pytest.mark.parametrize(
    ("first", "second", "quantity", "name", "host"),
    [
        ("nvidia/a100-sxm4-80gb", "amd/mi250x", "host_share", "sxm-8", "host-8-devices"),
        ("nvidia/l4", "nvidia/t4", "host_w_per_device", "pcie-several", "rack-server"),
        ("nvidia/rtx-4090", "nvidia/rtx-3090", "host_w_per_device", "workstation", "workstation"),
        ("nvidia/a100-sxm4-80gb", "nvidia/l4", "host_share", "unknown", "host-8-devices"),
    ],
)
def test_the_host_of_a_mixed_system_is_that_of_the_class_of_its_devices(
    first, second, quantity, name, host
):
    kinds = f"[{{device: {first}, devices: 6}}, {{device: {second}, devices: 2}}]"
    result = run(
        "kind: compute, system: s, devices: 8, wall_time: 10 h, load: 50 %",
        f"systems: {{s: {{accelerators: {kinds}}}}}\n",
    )
    of_rated = sum(
        number * CATALOG.device(device).rated_power.best
        for number, device in ((6, first), (2, second))
    )
    watts = PRIORS[quantity, name].best * (of_rated if quantity == "host_share" else 8)
    assert energies(result)["host"] == pytest.approx(watts * 10 / 1000)
    made = PRIORS["embodied_kg", host].best
    assert embodied(result)["host"] == pytest.approx(made * 10 / (4 * 8760 * 0.45))
    assert result.complete


def test_every_kind_of_a_mixed_system_has_its_own_load_and_idle_power():
    """What is assumed of one is listed where it could be given, and moves the one alone."""
    kinds = "[{device: nvidia/a100-sxm4-80gb, devices: 6}, {device: amd/mi250x, devices: 2}]"
    text = job(
        "kind: serving, system: s, fleet: 1, duration: 1 h, busy: 50 %",
        f"systems: {{s: {{accelerators: {kinds}}}}}\n",
        "inference",
    )
    result = account(text)
    (idle,) = [one for one in result.assumptions if one.path.endswith("idle_power")
               and one.status == "default"]  # fmt: skip
    assert idle.path == "systems.s.accelerators.1.idle_power"
    moved = energies(account(text, f"{idle.path}={idle.value + 100} W"))
    change = {item: kwh - energies(result)[item] for item, kwh in moved.items()}
    assert change["devices (amd/mi250x)"] == pytest.approx(2 * 0.5 * 0.1)
    assert change["devices (nvidia/a100-sxm4-80gb)"] == 0
    loads = {v.unknown for e in result.entries for v in e.inputs if v.name.startswith("load")}
    assert len(loads) == 2


def test_mixed_systems_serve_as_fleets_and_by_energy():
    fleet = "kind: serving, system: node, fleet: 2, duration: 10 h, busy: 50 %, autoscaling: 50 %"
    with pytest.raises(InputError, match="`rated_power` is unknown"):
        run(fleet, MIXED, "inference")
    rated = MIXED.replace("{power: 100 W,", "{rated_power: 100 W, idle_power: 10 W,")
    found = energies(run(fleet, rated, "inference"))
    share = PRIORS["device_power_share", "inference-busy"].best
    assert found["devices (1)"] == pytest.approx(2 * 6 * 10 * (0.5 * 0.4 * share + 0.25 * 0.05))
    assert found["devices (2)"] == pytest.approx(2 * 2 * 10 * (0.5 * 0.1 * share + 0.25 * 0.01))
    by_energy = "kind: serving, system: node, requests: 1000, energy_per_request: 1 Wh"
    result = run(by_energy + ", energy_boundary: node", MIXED, "inference")
    hours = 1000 / (6 * 400 * share + 2 * 100 + 800)  # of one system
    assert embodied(result)["host"] == pytest.approx(1000 * hours / (4 * 8760 * 0.45))


@pytest.mark.parametrize(
    ("system", "activity", "message"),
    [
        ("accelerators: []", "", "accelerators holds none"),
        ("accelerators: [{devices: 2, power: 1 W}], devices: 2", "", "give `devices` for each"),
        ("accelerators: [{power: 1 W}]", "", "`devices` is missing"),
        ("accelerators: [{devices: 1..2, power: 1 W}]", "", "is one number, not a range"),
        ("accelerators: [{devices: 2, power: 1 W, rated_power: 1 W}]", "", "not both"),
        ("accelerators: [{devices: 2, power: 1 W, device_embodied: 1 kg}], embodied: 9 kg", "",
         "embodied is the whole system"),
        ("accelerators: [{devices: 2, rated_power: 1 W}], power_scope: wall", "",
         "power_scope says what `power` holds"),
        ("accelerators: [{devices: 2, power: 1 W}]", ", rated_power: 1 W", "mixes accelerators"),
        ("accelerators: [{devices: 2, device: nvidia/a1000}]", "", "unknown device `nvidia/a1000`"),
        ("accelerators: [{devices: 2}]", "", "no power of devices (1) is known"),
        ("rated_power: 1 W, host_power: 1 W, host_overhead: 1.3", "", "not both"),
        ("rated_power: 1 W, host_overhead: 0.9", "", "is below 1"),
        ("power: 1 W, power_scope: wall, host_overhead: 1.3", "", "hold the host"),
        ("rated_power: 1 W, storage_medium: hdd", "", "it needs `storage`"),
        ("rated_power: 1 W, share: 0 %", "", "must be above 0"),
        ("rated_power: 1 W, share: 2", "", "is above 1"),
    ],
)  # fmt: skip
def test_bad_systems(system, activity, message):
    with pytest.raises(InputError) as error:
        run(
            f"kind: compute, system: s, device_time: 1 GPU-h{activity}",
            f"systems: {{s: {{{system}}}}}\n",
        )
    assert message in str(error.value)


def test_the_overhead_factor_is_on_all_that_is_counted():
    result = run(
        "kind: compute, rated_power: 400 W, devices: 4, devices_per_system: 4, wall_time: 10 h, "
        "memory: 1 TB, dram_power: 0.3725 W/GB, storage: 20 TB, storage_medium: hdd, "
        "host_overhead: 1.3"
    )
    found = energies(result)
    assert found["memory"] == pytest.approx(1000 * 0.3725 * 10 / 1000)
    assert found["storage"] == pytest.approx(20 * 0.65 * 10 / 1000)
    counted = found["devices"] + found["memory"] + found["storage"]
    assert found["rest of the node"] == pytest.approx(counted * 0.3)
    assert not any("of the host only" in warning for warning in result.warnings)


def test_a_share_of_a_host():
    """A system that is a part of a host takes that share of its power and embodied carbon."""
    part = "kind: compute, rated_power: 400 W, devices: 2, devices_per_system: 2, wall_time: 10 h, "
    host = "host_power: 800 W, host_embodied: 1000 kg, device_embodied: 150 kg"
    whole, quarter = run(part + host), run(part + host + ", share: 25 %")
    assert energies(quarter)["host"] == pytest.approx(energies(whole)["host"] / 4)
    assert energies(quarter)["devices"] == energies(whole)["devices"]
    assert embodied(quarter)["host"] == pytest.approx(embodied(whole)["host"] / 4)
    assert embodied(quarter)["devices"] == embodied(whole)["devices"]


def test_a_share_takes_precedence_over_the_places_of_the_catalogs_host():
    part = "kind: compute, device: nvidia/a100-sxm4-80gb, devices: 2, devices_per_system: 2, "
    by_share = run(part + "wall_time: 10 h, share: 50 %")
    whole = 8 * 0.4 * PRIORS["host_share", "sxm-8"].best
    assert energies(by_share)["host"] == pytest.approx(whole * 10 / 2)
    made = PRIORS["embodied_kg", "host-8-devices"].best
    assert embodied(by_share)["host"] == pytest.approx(made * 10 / (4 * 8760 * 0.45) / 2)


def test_a_part_of_a_host_takes_its_share_of_what_the_whole_is_assumed_to_be():
    """Two of eight places and a quarter of the host are the same."""
    work = "kind: compute, device: nvidia/h100-sxm5-80gb, devices: 8, wall_time: 10 h"
    whole, part = run(work), run(work + ", devices_per_system: 2, share: 25 %")
    assert energies(part) == pytest.approx(energies(whole))
    assert embodied(part) == pytest.approx(embodied(whole))


def test_online_work_holds_its_machines():
    work = "kind: compute, rated_power: 400 W, device_time: 100 GPU-h, host_power: 0 W, "
    figures = "device_embodied: 100 kg, host_embodied: 0 kg"
    offline, online = run(work + figures), run(work + figures + ", mode: online")
    assert embodied(online)["devices"] == pytest.approx(embodied(offline)["devices"] * 0.45)
    assert online.total.energy_kwh == offline.total.energy_kwh
    with pytest.raises(InputError, match="pool_idle: online work holds its machines"):
        run(work + figures + ", mode: online, pool_idle: yes")


# --- what does not go together ---


@pytest.mark.parametrize(
    ("system", "activity", "message"),
    [
        ("{power: 600 W, power_scope: wall}", "memory: 1 TB", "memory: with power_scope: wall"),
        ("{power: 600 W, power_scope: wall}", "host_power: 1 W", "host_power: with power_scope"),
        ("{device: nvidia/h100-sxm5-80gb, share: 12.5 %}", "", "say how many devices the part"),
        ("{accelerators: [{device: amd/epyc-7742, devices: 2}]}", "", "amd/epyc-7742 is a CPU"),
        ("{accelerators: [{power: 1 W, devices: 1}, {rated_power: 1 W, devices: 1}]}",
         "power_scope: wall", "power_scope: it says what `power` holds"),
        ("{rated_power: 100 W, idle_power: 300 W}", "pool_idle: yes", "above that at work"),
        ("{rated_power: 100 W}", "dram_power: 1 W/GB", "job.yaml:6:"),
    ],
)  # fmt: skip
def test_layers_that_contradict_each_other(system, activity, message):
    with pytest.raises(InputError) as error:
        run(
            f"kind: compute, system: s, devices: 1, wall_time: 1 h, {activity}".rstrip(", "),
            f"systems: {{s: {system}}}\n",
        )
    assert message in str(error.value)


def test_a_layer_above_replaces_watts_of_the_host_below():
    result = run(
        "kind: compute, system: s, devices: 1, wall_time: 1 h, power: 500 W, power_scope: wall",
        "systems: {s: {rated_power: 300 W, host_power: 1 kW}}\n",
    )
    assert list(energies(result)) == ["devices", "PUE overhead"]


def test_two_groups_of_one_device_are_told_apart():
    result = run(
        "kind: compute, system: s, devices: 6, wall_time: 1 h",
        "systems: {s: {accelerators: [{device: nvidia/a100-sxm4-80gb, devices: 4}, {device: "
        "nvidia/a100-sxm4-80gb, devices: 2, power: 200 W}], host_power: 0 W, host_embodied: 0 kg}}\n",
    )
    assert len({e.identity for e in result.entries}) == len(result.entries)


def test_the_nearest_layer_decides_whether_a_mixed_systems_figure_is_whole():
    system = (
        "systems: {s: {accelerators: [{power: 1 W, devices: 1, device_embodied: 5 kg}], "
        "host_power: 0 W, host_embodied: 3 kg}}\n"
    )
    found = embodied(run("kind: compute, system: s, devices: 1, wall_time: 1 h", system))
    assert set(found) == {"devices (1)", "host"}
    whole = embodied(
        run("kind: compute, system: s, devices: 1, wall_time: 1 h, embodied: 9 kg", system)
    )
    assert set(whole) == {"system"}


@pytest.mark.parametrize("held", ["mode: online", "kind: serving, fleet: 1, duration: 8760 h"])
def test_utilization_by_set_is_as_in_the_file(held):
    kind = held if "kind" in held else f"kind: compute, devices: 1, wall_time: 8760 h, {held}"
    figures = "rated_power: 1 W, host_power: 0 W, device_embodied: 100 kg, host_embodied: 0 kg"
    text = f"{SITE}phases:\n  training:\n    - {{{kind}, {figures}}}\n"
    in_file = account(text.replace("rated_power", "utilization: 50 %, rated_power"))
    by_set = account(text, "phases.training.0.utilization=50 %")
    assert embodied(by_set) == embodied(in_file)
    assert embodied(in_file)["devices"] == pytest.approx(2 * embodied(account(text))["devices"])


def test_a_system_may_be_named_like_a_path():
    result = account(
        SITE + "systems: {phases.training.b: {power: 1 W, host_power: 0 W}}\n"
        "phases:\n  training:\n"
        "    - {name: a, kind: compute, system: phases.training.b, device_time: 1 GPU-h}\n"
        "    - {name: b, kind: compute, power: 100 W, host_power: 0 W, device_time: 1 GPU-h}\n"
    )
    by_name = {
        e.activity: e.energy_kwh for e in result.entries if e.item == "devices" and e.energy_kwh
    }
    assert by_name == {"a": 0.001, "b": 0.1}


def test_implausible_lives_draw_a_warning():
    result = run("kind: compute, rated_power: 1 W, device_time: 1 GPU-h, lifetime: 1 h")
    assert any("no service life of hardware" in warning for warning in result.warnings)


def test_a_part_of_the_catalogs_host_is_not_offered_as_a_whole(measured):
    """`--set` of the value that is listed as assumed would change the account."""
    text = job("kind: compute, host: acme/h1, devices: 2, devices_per_system: 2, wall_time: 1 h")
    result = estimate(text.encode(), "f", measured)
    offered = {one.path for one in result.assumptions if one.unit in ("W", "kgCO2e")}
    assert "phases.training.compute.host" in offered
    for path in offered:
        assert not path.endswith((".host_power", ".host_embodied"))


@pytest.mark.parametrize(
    "key", ["storage: 1 TB", "host_overhead: 1.3", "memory: 1 TB", "share: 50 %"]
)
def test_keys_of_a_machine_have_no_use_where_there_is_none(key):
    for kind in (
        "kind: energy, energy: 1 kWh, embodied: 0 kg",
        "kind: serving, requests: 1, energy_per_request: 1 Wh, energy_boundary: node",
    ):
        with pytest.raises(InputError, match="has no use here"):
            run(f"{kind}, {key}")
