"""Accounts of cloud machine types, by hand: devices, the share of a host, vCPUs, and the site."""

import json

import pytest

from carbonctl.errors import InputError
from tests.account.test_machine import embodied
from tests.catalog.test_instances import TYPES
from tests.conftest import CATALOG, account, example

PRIORS = CATALOG.priors
SITE = "site: {carbon_intensity: 100 g/kWh, pue: 1}"
YEAR = "wall_time: 8760 h, lifetime: 1 year"


def run(activity, site=SITE, more="", phase="training"):
    text = f"name: t\n{site}\n{more}phases:\n  {phase}:\n    - {{kind: compute, {activity}}}\n"
    return account(text)


def kwh(result):
    return {e.item: e.energy_kwh for e in result.entries if e.boundary == "operational"}


def inputs(result, item, boundary="operational"):
    entry = next(e for e in result.entries if (e.item, e.boundary) == (item, boundary))
    return {value.name: value for value in entry.inputs}


def operator(result):
    """Return the scope of the electricity, which says whose the machines are."""
    return next(e.ghg_scope for e in result.entries if e.boundary == "operational")


def test_every_type_has_an_account():
    known = TYPES
    assert len(known) > 300
    for instance in known:
        found = run(f"instance: {instance.id}, devices: 1 instance, wall_time: 10 h").total
        assert found.energy_kwh > 0, instance.id
        assert found.operational_kgco2e > 0, instance.id
        assert found.embodied_kgco2e > 0, instance.id
        assert found.total_low_kgco2e < found.total_kgco2e < found.total_high_kgco2e, instance.id


def test_a_day_of_p4d():
    """8 A100 at 400 W for 24 h are 76.8 kWh, and the rest of a node of eight modules beside it."""
    site = "site: {grid: aws/us-east-1, operator: cloud}"
    for key in ("host", "instance", "device"):
        found = run(
            "load: 100 %, system: vm, devices: 8, wall_time: 24 h", site,
            f"systems: {{vm: {{{key}: p4d.24xlarge}}}}\n",
        )  # fmt: skip
        drawn = kwh(found)
        assert drawn["devices"] == pytest.approx(8 * 400 * 24 / 1000)
        share = PRIORS["host_share", "sxm-8"].best
        assert drawn["host"] == pytest.approx(76.8 * share)
        assert drawn["PUE overhead"] == pytest.approx(76.8 * (1 + share) * 0.15)


def test_names_of_one_type_have_one_account():
    names = ("aws/p4d.24xlarge", "P4D.24xlarge", "ml.p4d.24xlarge", "amazon/p4d.24XLARGE")
    totals = {run(f"instance: {name}, devices: 8, wall_time: 1 h").total for name in names}
    assert len(totals) == 1


def test_one_card_stands_with_the_vcpus_of_its_type():
    """Measured at 23.7 W and 47.3 W (prior-evidence.csv): 4 and 8 vCPUs of 6.5 W (4 to 14)."""
    each = PRIORS["host_w_per_vcpu", "cloud-vm"]
    for name, vcpus, measured in (("g4dn.xlarge", 4, 23.7), ("g4dn.2xlarge", 8, 47.3)):
        found = run(f"instance: {name}, devices: 1, {YEAR}")
        assert kwh(found)["host"] == pytest.approx(vcpus * each.best * 8.76)
        assert vcpus * each.low < measured < vcpus * each.high


def test_the_host_of_a_g5_16xlarge_is_an_eighth_and_up_to_a_third():
    """One A10G of 300 W and 64 vCPUs; of a host of eight cards 12.5 % (12.5 to 33 %)."""
    found = run(f"instance: g5.16xlarge, load: 100 %, utilization: 100 %, devices: 1, {YEAR}")
    assert kwh(found)["devices"] == pytest.approx(300 * 8.76)
    each = PRIORS["host_w_per_vcpu", "cloud-vm"].best
    assert kwh(found)["host"] == pytest.approx(each * 64 * 8.76)
    rack = PRIORS["embodied_kg", "rack-server"].best
    assert embodied(found)["host"] == pytest.approx(rack / 8)
    share = inputs(found, "host", "embodied")["share"]
    assert (share.low, share.best, share.high) == (1 / 8, 1 / 8, 1 / 3)
    assert share.status == "catalog"
    vcpu = inputs(found, "host")["host_power_per_vcpu"]
    assert "the host of aws/g5.16xlarge has no record" in vcpu.note
    assert "has no record" in inputs(found, "host", "embodied")["host_embodied"].note


def test_the_range_of_the_share_is_the_range_of_the_host():
    """With everything else given, the ends are those of the share."""
    found = run(
        "instance: g5.16xlarge, load: 100 %, utilization: 100 %, devices: 1, wall_time: 1000 h, "
        "host_power: 960 W, embodied: 0 kg"
    )
    host = next(e for e in found.entries if e.item == "host")
    assert host.energy_kwh == pytest.approx(120)
    assert host.kgco2e_low == pytest.approx(12)
    assert host.kgco2e_high == pytest.approx(32)


def test_a_part_of_a_node_of_modules_counts_as_the_node():
    """One H100 of eight: the class of the node, and an eighth of its record's host."""
    found = run(f"instance: p5.4xlarge, load: 100 %, utilization: 100 %, devices: 1, {YEAR}")
    share = PRIORS["host_share", "sxm-8"].best
    assert kwh(found)["host"] == pytest.approx(700 * 8 * share / 8 * 8.76)
    assert embodied(found)["host"] == pytest.approx(5700 / 8)


def test_a_type_and_the_record_of_its_host_agree():
    given = "load: 100 %, utilization: 100 %, devices: 8, wall_time: 24 h"
    site = "site: {grid: aws/us-east-1}"
    as_host = run(f"host: p5.48xlarge, {given}", site)
    as_type = run(f"instance: p5.48xlarge, {given}", site)
    assert as_host.total == as_type.total


def test_a_part_of_a_device():
    """g6f.large is an eighth of an L4 of 72 W."""
    found = run(
        f"instance: g6f.large, load: 100 %, utilization: 100 %, devices: 1 instance, {YEAR}"
    )
    assert kwh(found)["devices"] == pytest.approx(72 / 8 * 8.76)
    each = PRIORS["host_w_per_vcpu", "cloud-vm"].best
    assert kwh(found)["host"] == pytest.approx(each * 2 * 8.76)  # its own two vCPUs
    whole = run(f"device: nvidia/l4, load: 100 %, utilization: 100 %, devices: 1, {YEAR}")
    assert embodied(found)["devices"] == pytest.approx(embodied(whole)["devices"] / 8)
    rack = PRIORS["embodied_kg", "rack-server"].best
    assert embodied(found)["host"] == pytest.approx(rack / 64)


@pytest.mark.parametrize(
    ("more", "watts"),
    [
        ("", 16 * (1.036 + (4.16 - 1.036) * 0.5)),  # busy half of the time
        (", busy: 20 %", 16 * (1.036 + (4.16 - 1.036) * 0.2)),
        (", load: 100 %", 16 * 4.16),
        (", task: idle", 16 * 1.036),
        (", power: 33 W", 33),
        (", idle_power: 10 W", 10 + (16 * 4.16 - 10) * 0.5),
    ],
)
def test_a_type_without_accelerators(more, watts):
    """c7i.4xlarge: 16 vCPUs of Sapphire Rapids, 16 of 192 of the host."""
    found = run(f"instance: c7i.4xlarge, utilization: 100 %, devices: 2, {YEAR}{more}")
    assert kwh(found) == {"devices": pytest.approx(2 * watts * 8.76), "PUE overhead": 0}
    rack = PRIORS["embodied_kg", "rack-server"].best
    assert embodied(found) == {"host": pytest.approx(2 * rack * 16 / 192)}


@pytest.mark.parametrize(
    ("name", "watts", "share"),
    [
        ("n1-standard-8", 8 * (0.613 + (4.104 - 0.613) * 0.5), 8 / 96),  # Skylake
        ("Standard_D4s_v5", 4 * (0.7668 + (3.758 - 0.7668) * 0.5), 4 / 96),  # Ice Lake
        ("c5.large", 2 * (0.613 + (4.104 - 0.613) * 0.5), 2 / 72),  # Skylake
        ("c4.xlarge", 4 * (0.6734 + (3.898 - 0.6734) * 0.5), 4 / 36),  # Haswell
        ("t3.xlarge", 4 * (0.613 + (4.104 - 0.613) * 0.5), 4 / 96),  # Skylake
        ("t2d-standard-4", 4 * (0.9112 + (3.915 - 0.9112) * 0.5), 4 / 60),  # cores of EPYC 3
        ("HB120rs_v3", 120 * (0.9112 + (3.915 - 0.9112) * 0.5), 1),
    ],
)
def test_types_of_other_families(name, watts, share):
    found = run(f"instance: {name}, utilization: 100 %, devices: 1, {YEAR}")
    assert kwh(found) == {"devices": pytest.approx(watts * 8.76), "PUE overhead": 0}
    rack = PRIORS["embodied_kg", "rack-server"].best
    assert embodied(found) == {"host": pytest.approx(rack * share)}


def test_an_account_says_which_of_several_processors_is_taken():
    known = inputs(run("instance: e2-standard-8, devices: 1, wall_time: 1 h"), "devices")
    for key in ("rated_power", "idle_power"):
        assert "Skylake is taken" in known[key].note
        assert known[key].source == "ccf-coefficients-2026 specpower-ssj2008"


def test_what_is_assumed_of_vcpus_has_a_range():
    known = inputs(run("instance: c7i.4xlarge, devices: 1, wall_time: 1 h"), "devices")
    row = CATALOG.vcpu_power.get("intel/xeon-platinum-8488c")
    assert known["rated_power"].high == pytest.approx(16 * row.busy.high)
    assert known["idle_power"].low == pytest.approx(16 * row.idle.low)
    busy = known["busy"]
    assert (busy.low, busy.best, busy.high, busy.status) == (0.1, 0.5, 0.9, "default")


def test_the_host_of_a_type_without_accelerators_is_given_whole():
    found = run(
        "instance: c7g.16xlarge, devices: 1, wall_time: 1000 h, host_power: 300 W, embodied: 0 kg"
    )
    assert kwh(found)["devices"] == pytest.approx(300)
    half = run(
        "instance: r7i.24xlarge, devices: 1, wall_time: 1000 h, host_power: 300 W, embodied: 0 kg"
    )
    assert kwh(half)["devices"] == pytest.approx(150)


def test_its_own_keys_take_precedence():
    given = "load: 100 %, utilization: 100 %, devices: 8, wall_time: 1000 h"
    other = run(f"instance: p4d.24xlarge, device: nvidia/h100-sxm5-80gb, {given}")
    assert kwh(other)["devices"] == pytest.approx(8 * 700)
    assert inputs(other, "host", "embodied")["devices_per_system"].best == 8
    shared = run(f"instance: p4d.24xlarge, share: 25 %, {given}, host_power: 1 kW")
    assert kwh(shared)["host"] == pytest.approx(250)
    fewer = run(f"instance: p4d.24xlarge, devices_per_system: 4, {given}, host_power: 1 kW")
    assert kwh(fewer)["host"] == pytest.approx(2000)
    pool = run("instance: p4d.24xlarge, utilization: 45 %, devices: 8, wall_time: 1 h")
    assert inputs(pool, "devices", "embodied")["utilization"].best == 0.45
    node = run(f"instance: p4d.24xlarge, host: nvidia/dgx-h100, {given}")
    assert "has no record" not in inputs(node, "host")["host_share"].note


def test_it_is_reserved():
    use = inputs(run("instance: g5.xlarge, devices: 1, wall_time: 1 h"), "devices", "embodied")
    use = use["utilization"]
    assert (use.low, use.best, use.high, use.status) == (0.65, 1, 1, "default")
    assert use.source == "aws-server-utilization-2015"


@pytest.mark.parametrize(
    ("site", "pue"),
    [
        ("site: {grid: aws/us-east-1}", 1.15),
        ("site: {grid: FR}", PRIORS["pue", "aws"].best),
        ("site: {grid: FR, operator: own}", PRIORS["pue", "aws"].best),
        ("site: {grid: FR, pue: 1.4}", 1.4),
        ("site: {grid: gcp/europe-west4}", 1.07),
    ],
)
def test_the_site_is_the_provider_s(site, pue):
    found = run("instance: g5.xlarge, devices: 1, wall_time: 1 h", site)
    assert inputs(found, "PUE overhead")["pue"].best == pytest.approx(pue)


def test_the_machines_are_a_cloud_s_unless_said_otherwise():
    cloud = run(
        "device: nvidia/a10g, devices: 1, wall_time: 1 h", "site: {grid: FR, operator: cloud}"
    )
    own = run("device: nvidia/a10g, devices: 1, wall_time: 1 h", "site: {grid: FR}")
    assert operator(cloud) != operator(own)
    given = "instance: g5.xlarge, devices: 1, wall_time: 1 h"
    assert operator(run(given, "site: {grid: FR}")) == operator(cloud)
    assert operator(run(given, "site: {grid: FR, operator: own}")) == operator(own)


def test_only_the_activity_that_runs_on_it_is_at_a_cloud():
    found = account(
        "name: t\nsite: {grid: FR}\nphases:\n  training:\n"
        "    - {name: a, kind: compute, instance: g5.xlarge, devices: 1, wall_time: 1 h}\n"
        "    - {name: b, kind: compute, device: nvidia/a10g, devices: 1, wall_time: 1 h}\n"
    )
    scopes = {e.activity: e.ghg_scope for e in found.entries if e.boundary == "operational"}
    assert scopes["a"] != scopes["b"]


def test_a_region_of_another_provider_draws_a_note():
    found = run("instance: g5.xlarge, devices: 1, wall_time: 1 h", "site: {grid: gcp/europe-west4}")
    (said,) = [str(w) for w in found.warnings]
    assert "aws/g5.xlarge is a machine of another provider than the region gcp/europe-west4" in said
    given = run(
        "instance: aws/g5.xlarge, devices: 1, wall_time: 1 h", "site: {grid: FR, provider: google}"
    )
    assert any("of another provider than the site's (google)" in str(w) for w in given.warnings)
    same = run(
        "instance: aws/g5.xlarge, devices: 1, wall_time: 1 h", "site: {grid: FR, provider: aws}"
    )
    assert not any("another provider" in str(w) for w in same.warnings)
    assert not run("instance: g5.xlarge, devices: 1, wall_time: 1 h", "site: {grid: US}").warnings


def test_a_type_as_device_says_what_is_counted():
    found = run("device: p4d.24xlarge, devices: 8, wall_time: 1 h")
    (said,) = [str(w) for w in found.warnings]
    assert (
        "`p4d.24xlarge` is a cloud machine type, and is read as `instance: aws/p4d.24xlarge`"
        in said
    )
    assert "8 in each" in said


def test_machines_and_vcpus_can_be_counted():
    hours = run("instance: p4d.24xlarge, device_time: 3 instance-h, load: 100 %")
    assert kwh(hours)["devices"] == pytest.approx(3 * 8 * 0.4)
    machines = run("instance: p4d.24xlarge, devices: 3 instances, wall_time: 1 h, load: 100 %")
    assert kwh(machines)["devices"] == pytest.approx(3 * 8 * 0.4)
    vcpus = run("instance: c7i.4xlarge, device_time: 160 vCPU-h, load: 100 %")
    assert kwh(vcpus)["devices"] == pytest.approx(10 * 16 * 4.16 / 1000)


MEANT = "unknown cloud machine type `g5.2xlage`; did you mean `aws/g5.2xlarge`?"


@pytest.mark.parametrize(
    ("activity", "said"),
    [
        ("instance: g5.2xlage", f"job.yaml:5:31: instance: {MEANT}"),
        ("host: g5.2xlage", f"job.yaml:5:27: host: {MEANT}"),
        ("device: g5.2xlage", f"job.yaml:5:29: device: {MEANT}"),
        ("system: vm, instance: g5.xlarge", "give `system` or `instance`, not both"),
        ("instance: c7i.4xlarge, memory: 32 GB", "memory: the power of the host holds it"),
        ("instance: c7i.4xlarge, device_embodied: 3 kg", "a host by itself has no devices"),
    ],
)
def test_faults_stand_at_their_place(activity, said):
    text = (
        "name: t\nsite: {grid: FR}\nsystems: {vm: {device: nvidia/t4}}\n"
        "phases: {training: [\n"
        f"    {{kind: compute, {activity}, devices: 1, wall_time: 1 h}}]}}\n"
    )
    with pytest.raises(InputError) as error:
        account(text)
    assert said in str(error.value)


def test_the_result_names_the_type():
    found = run("instance: aws/g5.xlarge, devices: 1, wall_time: 1 h")
    assert {e.system for e in found.entries} == {"aws/g5.xlarge"}
    assert "aws/g5.xlarge: 1 × nvidia/a10g, 4 vCPUs, 16 GiB" in {
        value.note for e in found.entries for value in e.inputs
    }


def test_metered_energy_takes_the_hardware_of_a_type():
    found = account(
        f"name: t\n{SITE}\nphases: {{training: [{{kind: energy, energy: 10 kWh, instance: g5.xlarge, "
        "devices: 1, wall_time: 8760 h, lifetime: 1 year, utilization: 100 %}]}\n"
    )
    rack = PRIORS["embodied_kg", "rack-server"].best
    assert embodied(found)["host"] == pytest.approx(rack / 8)


def test_the_example():
    found = example("cloud-instance.yaml")
    assert {e.ghg_scope for e in found.entries} == {"3.1"}
    training = [e for e in found.entries if e.phase == "training" and e.item == "devices"]
    assert training[0].formula.startswith("devices * devices_per_system * wall_time")


TYPES_OF_A_STREAM = (
    "aws/p4d.24xlarge", "p4d.24xlarge", "g5.16xlarge", "g6f.large", "c7i.4xlarge", "m8g.48xlarge",
    "gcp/a2-highgpu-8g", "Standard_ND96asr_v4", "p5.48xlarge",
)  # fmt: skip


@pytest.mark.parametrize("key", ["instance", "host"])
def test_a_stream_gives_what_each_gives_by_itself(inside, tmp_path, key):
    lines = [
        {
            "name": f"job {n}", "site": {"grid": grid},
            "phases": {"training": [
                {"kind": "compute", key: name, "devices": "1 node", "wall_time": f"{n + 1} h"}
            ]},
        }
        for n, (name, grid) in enumerate(
            (name, grid) for name in TYPES_OF_A_STREAM for grid in ("FR", "aws/us-east-1")
        )
    ]  # fmt: skip
    stream = tmp_path / "jobs.jsonl"
    stream.write_text("".join(json.dumps(line) + "\n" for line in lines))
    together = inside("estimate", str(stream), "--totals", "-f", "csv", "--no-header")
    assert together.code == 0, together.err
    rows = together.out.splitlines()
    assert len(rows) == len(lines)
    for line, row in zip(lines, rows, strict=True):
        alone = tmp_path / "one.json"
        alone.write_text(json.dumps(line))
        done = inside("estimate", str(alone), "--totals", "-f", "csv", "--no-header")
        assert done.out.partition(",")[2] == row.partition(",")[2] + "\n"


def test_two_types_compared(inside, tmp_path):
    for name in ("g5.xlarge", "p4d.24xlarge"):
        (tmp_path / f"{name}.yaml").write_text(
            f"name: {name}\nsite: {{grid: FR}}\nphases: {{training: [{{kind: compute, "
            f"instance: {name}, devices: 1 instance, wall_time: 10 h}}]}}\n"
        )
    done = inside(
        "compare",
        str(tmp_path / "g5.xlarge.yaml"),
        str(tmp_path / "p4d.24xlarge.yaml"),
        "-f",
        "json",
    )
    assert done.code == 0, done.err
    assert "p4d.24xlarge" in done.out
