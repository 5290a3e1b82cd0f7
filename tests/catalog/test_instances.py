"""Cloud machine types: their names, their rows, and what an unknown one may mean."""

import csv

import pytest

from carbonctl.account import estimate
from carbonctl.catalog import Catalog
from carbonctl.catalog.instance_names import looks_like_one
from carbonctl.catalog.instances import Instances
from carbonctl.errors import InputError
from carbonctl.numbers.intervals import Range
from tests.conftest import CATALOG, ROOT, cite

DB = ROOT / "hardware_db"
TYPES = list(CATALOG.instances.all())
BY_ID = {instance.id: instance for instance in TYPES}
# Devices of types whose record is not in the database yet.
COLUMNS = (
    "id,provider,type,device,gpus,vcpus,memory_gib,host,host_gpus,host_vcpus,share,share_basis,"
    "vcpu_share,year,source,note"
)


def test_the_table_has_the_columns_of_its_page():
    head, *lines = (DB / "cloud" / "instances.csv").read_text(encoding="utf-8").splitlines()
    assert head == COLUMNS
    assert len(lines) == len(TYPES) == len(BY_ID) >= 1191
    assert {instance.provider for instance in TYPES} == {"aws", "gcp", "azure"}


def test_a_type_is_found_by_a_search_as_by_reading_all():
    searched = Instances(CATALOG.folders)
    for instance in TYPES:
        assert searched.find(instance.id) == instance
        assert searched.find(instance.id.upper()) == instance
        assert instance.id == f"{instance.provider}/{instance.type}"
        assert looks_like_one(instance.type), instance.id
        assert looks_like_one(instance.id), instance.id


def test_shares_are_in_order():
    for instance in TYPES:
        low, best, high = (
            getattr(instance.share_of_host, end, instance.share_of_host)
            for end in ("low", "best", "high")
        )
        assert 0 < low <= best <= high <= 1, instance.id
        assert bool(instance.gpus) == (instance.share_basis == "gpus"), instance.id


def test_every_device_of_a_type_has_a_record():
    missing = set()
    for instance in TYPES:
        try:
            device = CATALOG.device(instance.device)
        except LookupError:
            missing.add(instance.device)
        else:
            assert device.id == instance.device
            assert (device.kind == "cpu") == (not instance.gpus), instance.id
    assert not missing


def test_every_host_with_a_record_has_the_devices_of_its_types():
    for instance in TYPES:
        if instance.host_record is not None:
            host = CATALOG.host(instance.host_record)
            assert (host.id, host.device) == (instance.host, instance.device)
            assert host.devices == instance.host_gpus


def test_every_type_without_accelerators_has_the_draw_of_its_vcpus():
    alone = [instance for instance in TYPES if not instance.gpus]
    assert len(alone) >= 10
    for instance in alone:
        assert CATALOG.vcpu_power.of(instance) is not None, instance.id


def test_no_name_of_a_device_looks_like_a_type():
    for device in CATALOG.devices.all():
        for name in (device.id, device.name, *device.aliases):
            assert not looks_like_one(name), name
            assert not looks_like_one(name.replace(" ", "_")), name


@pytest.mark.parametrize(
    ("core", "thread"),
    [
        ("t2d-standard-8", "c2d-standard-8"),
        ("HB120rs_v3", "D8as_v5"),
        ("HC44rs", "n1-standard-8"),
        ("HB176rs_v4", "c3d-standard-8"),
    ],
)
def test_a_core_draws_as_two_threads_of_the_same_architecture(core, thread):
    """The vCPUs of T2D, HBv3, HBv4 and HC are cores; T2D and C2D have the same CPU."""
    whole, half = (CATALOG.vcpu_power.of(CATALOG.instance(name)) for name in (core, thread))
    for key in ("idle", "busy"):
        for end in ("low", "best", "high"):
            two = 2 * getattr(getattr(half, key), end)
            assert getattr(getattr(whole, key), end) == pytest.approx(two, rel=1e-3)


def test_a_cpu_that_is_not_named_draws_as_all_of_them():
    with (DB / "cloud" / "vcpu-power.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    some = [row for row in rows if row["cpus"] and int(row["n"])]
    some = [row for row in some if not row["architecture"].endswith("-cores")]
    own = CATALOG.vcpu_power.unnamed
    machines = [int(row["n"]) for row in some]
    for key, figure in (("idle", own.idle), ("max", own.busy)):
        watts = [float(row[f"{key}_w"]) for row in some]
        mean = sum(n * w for n, w in zip(machines, watts, strict=True)) / sum(machines)
        assert figure.best == pytest.approx(mean, rel=1e-3)
        assert figure.low == min(float(row[f"{key}_low"]) for row in some)
        assert figure.high == max(float(row[f"{key}_high"]) for row in some)


def test_every_row_of_the_draw_names_what_there_is():
    hosts = {f"{instance.provider}/{instance.host}" for instance in TYPES}
    for row in CATALOG.vcpu_power.by_architecture.values():
        for name in row.cpus:
            assert name in hosts or CATALOG.device(name).kind == "cpu", name


def test_a_largest_size_takes_all_of_its_host():
    for instance in TYPES:
        whole = BY_ID.get(f"{instance.provider}/{instance.host}")
        if whole is not None:
            assert whole.share == 1, instance.id
            assert whole.device == instance.device
            assert whole.memory_share in (1, None)


NAMES = {
    "p4d.24xlarge": "aws/p4d.24xlarge",
    "P4D.24XLARGE": "aws/p4d.24xlarge",
    "AWS/p4d.24xlarge": "aws/p4d.24xlarge",
    "ml.p4d.24xlarge": "aws/p4d.24xlarge",
    "aws/ml.g5.xlarge": "aws/g5.xlarge",
    "a2-highgpu-8g": "gcp/a2-highgpu-8g",
    "google/a2-highgpu-8g": "gcp/a2-highgpu-8g",
    "GCP/A2-HIGHGPU-8G": "gcp/a2-highgpu-8g",
    "a4x-maxgpu-4g-metal": "gcp/a4x-maxgpu-4g-metal",
    "Standard_ND96asr_v4": "azure/Standard_ND96asr_v4",
    "nd96asr_v4": "azure/Standard_ND96asr_v4",
    "azure/nd96asr_v4": "azure/Standard_ND96asr_v4",
    "microsoft/standard_nd96asr_v4": "azure/Standard_ND96asr_v4",
    "Standard ND96asr v4": "azure/Standard_ND96asr_v4",
    "NC40ads_H100_v5": "azure/Standard_NC40ads_H100_v5",
    "n1-standard-8": "gcp/n1-standard-8",
    "GCP/N2-Standard-16": "gcp/n2-standard-16",
    "c3-standard-192-metal": "gcp/c3-standard-192-metal",
    "c3d-standard-8-lssd": "gcp/c3d-standard-8-lssd",
    "c5.large": "aws/c5.large",
    "ml.m5.large": "aws/m5.large",
    "c7i-flex.large": "aws/c7i-flex.large",
    "Standard_D4s_v5": "azure/Standard_D4s_v5",
    "D4s_v5": "azure/Standard_D4s_v5",
    "Standard D4s v5": "azure/Standard_D4s_v5",
    "e104is_v5": "azure/Standard_E104is_v5",
    "F72s_v2": "azure/Standard_F72s_v2",
    "HB120rs_v3": "azure/Standard_HB120rs_v3",
    "HC44rs": "azure/Standard_HC44rs",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_as_bills_and_users_write_them(name):
    assert CATALOG.instance(name).id == NAMES[name]
    assert CATALOG.machine(name).id == NAMES[name]
    assert CATALOG.surrounding(name).id == NAMES[name]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("g5.2xlage", "did you mean `aws/g5.2xlarge`?"),
        ("aws/p5.48xlrage", "did you mean `aws/p5.48xlarge`?"),
        ("a2-hihggpu-8g", "did you mean `gcp/a2-highgpu-8g`?"),
        ("a2-highgpu-8", "did you mean `gcp/a2-highgpu-8g`?"),
        ("p4d", "of its family there is aws/p4d.24xlarge"),
        ("p4d.16xlarge", "of its family there is aws/p4d.24xlarge"),
        ("trn1.8xlarge", "of its family there are aws/trn1.2xlarge, aws/trn1.32xlarge"),
        ("Standard_ND48asr_v4", "of its family there is azure/Standard_ND96asr_v4"),
        ("n1-standrd-8", "did you mean `gcp/n1-standard-8`?"),
        ("n2-standard", "of its family there are gcp/n2-standard-2, gcp/n2-standard-4"),
        ("n2-standard-15", "of its family there are gcp/n2-standard-2, gcp/n2-standard-4"),
        ("e2-standard", "of its family there are gcp/e2-standard-2"),
        ("c5", "of its family there are aws/c5.large"),
        ("c5.3xlarge", "of its family there are aws/c5.large, aws/c5.xlarge"),
        ("c7i-flxe.large", "did you mean `aws/c7i-flex.large`?"),
        ("D3s_v5", "of its family there are azure/Standard_D2s_v5, azure/Standard_D4s_v5"),
    ],
)
def test_a_near_miss_names_what_may_be_meant(name, said):
    with pytest.raises(LookupError, match="unknown cloud machine type") as error:
        CATALOG.instance(name)
    assert said in error.value.args[0]


@pytest.mark.parametrize(
    "name", ["g4.2xlarge", "p4e.24xlarge", "p5x.48xlarge", "a5-highgpu-8g", "gcp/p4d.24xlarge",
             "Standard_ND96asr_v5", "Standard_NC4as_T4_v4", "x", "n3-standard-8", "e3-standard-8",
             "c5x.large", "r7i-flex.large", "Standard_D4s_v9", "Standard_NC96asr_v4",
             "Standard_HC120rs_v3"],
)  # fmt: skip
def test_another_family_is_never_suggested(name):
    with pytest.raises(LookupError) as error:
        CATALOG.instance(name)
    assert error.value.args[0] == (
        f"unknown cloud machine type `{name}` "
        "(`carbonctl hardware list --kind instance` lists them all)"
    )


@pytest.mark.parametrize(
    "name", ["H100 SXM", "nvidia/h100-sxm5-80gb", "nvidia/a100-pcie-80gb", "a100-pcie-80gb", "v5p",
             "tpu v3-8", "NVIDIA A100 80GB PCIe", "aws/trainium2", "aws/p5-48xlarge", "DGX H100",
             "dell/poweredge-r740-8ssd", "RTX 4090", "amd/epyc-7763", "a100-sxm4-40gb_3g.20gb",
             "E5-2690_v4", "E5-2690 v4", "e5-2686-v4", "SR675_V3", "Xeon Gold 6253CL"],
)  # fmt: skip
def test_names_of_devices_and_hosts_are_looked_up_as_before(name):
    assert not looks_like_one(name)


@pytest.mark.parametrize(
    "name", ["standard_" + "_" * 180 + "!", "a1" + "_" * 180 + "!", "a1" + "_v1" * 60 + "!",
             "a1." + "-" * 190 + "!", "a1-" + "a" * 190 + "!", "Standard_" + "a_" * 90 + ","],
)  # fmt: skip
def test_a_hostile_name_is_refused_at_once(name):
    assert not looks_like_one(name)
    with pytest.raises(LookupError):
        CATALOG.instance(name)


def test_figures_of_well_known_types():
    """From the lists of the providers, read apart from the table."""
    p4d = BY_ID["aws/p4d.24xlarge"]
    assert (p4d.device, p4d.gpus) == ("nvidia/a100-sxm4-40gb", 8)
    assert (p4d.vcpus, p4d.memory_gib) == (96, 1152)
    assert p4d.share_of_host == 1
    assert BY_ID["gcp/a2-ultragpu-1g"].memory_gib == 170  # 85 in lists that repeat highgpu-1g
    assert BY_ID["aws/gr6.4xlarge"].memory_gib == 128
    assert BY_ID["aws/gr6.8xlarge"].memory_gib == 256
    assert BY_ID["azure/Standard_NV6ads_A10_v5"].gpus == pytest.approx(1 / 6, rel=1e-15)
    assert BY_ID["aws/p6e-gb200.36xlarge"].gpus == 4
    assert "gcp/a2-highgpu-16g" not in BY_ID
    fractions = {"large": 1 / 8, "xlarge": 1 / 8, "2xlarge": 1 / 4, "4xlarge": 1 / 2}
    for size, gpus in fractions.items():
        assert BY_ID[f"aws/g6f.{size}"].gpus == gpus


@pytest.mark.parametrize(
    ("name", "device", "vcpus", "memory", "host_vcpus"),
    [
        ("c5.large", "intel/xeon-platinum-8124m", 2, 4, 72),
        ("c5.24xlarge", "intel/xeon-platinum-8275cl", 96, 192, 96),
        ("c4.8xlarge", "intel/xeon-e5-2666-v3", 36, 60, 36),
        ("m5a.xlarge", "amd/epyc-7571", 4, 16, 96),
        ("r5.2xlarge", "intel/xeon-platinum-8175m", 8, 64, 96),
        ("n1-highmem-8", "intel/xeon-platinum-8173m", 8, 52, 96),
        ("n1-highcpu-16", "intel/xeon-platinum-8173m", 16, 14.4, 96),
        ("n2-standard-80", "intel/xeon-gold-6268cl", 80, 320, 80),
        ("n2-highmem-128", "intel/xeon-platinum-8373c", 128, 864, 128),
        ("e2-standard-4", "intel/xeon-platinum-8173m", 4, 16, 96),
        ("c3-highcpu-22", "intel/xeon-platinum-8481c", 22, 44, 192),
        ("c3d-highcpu-30", "amd/epyc-9b14", 30, 59, 360),
        ("c4-highmem-2", "intel/xeon-platinum-8581c", 2, 15, 192),
        ("D64s_v3", "intel/xeon-platinum-8272cl", 64, 256, 64),
        ("E96s_v5", "intel/xeon-platinum-8370c", 96, 672, 104),
        ("HB176rs_v4", "amd/epyc-9v33x", 176, 768, 176),
    ],
)
def test_figures_of_types_without_accelerators(name, device, vcpus, memory, host_vcpus):
    instance = CATALOG.instance(name)
    known = (instance.device, instance.vcpus, instance.memory_gib, instance.host_vcpus)
    assert known == (device, vcpus, memory, host_vcpus)


def test_a_burstable_type_is_a_part_of_a_host_of_its_processor():
    """t3.medium: 2 of 96 vCPUs and 4 of 384 GiB of m5.24xlarge."""
    assert CATALOG.instance("t3.medium").share_of_host == Range(2 / 96, 4 / 384, 2 / 96)
    assert CATALOG.instance("t3.medium").device == CATALOG.instance("m5.large").device


def test_the_share_is_that_of_the_devices_and_its_ends_those_of_all():
    """g5.16xlarge: 1 of 8 GPUs, 64 of 192 vCPUs, 256 of 768 GiB."""
    assert CATALOG.instance("g5.16xlarge").share_of_host == Range(1 / 8, 1 / 8, 1 / 3)
    assert CATALOG.instance("g5.xlarge").share_of_host == Range(1 / 8, 4 / 192, 1 / 8)
    assert CATALOG.instance("c7i.4xlarge").share_of_host == 16 / 192
    memory = CATALOG.instance("Standard_NC16as_T4_v3")
    assert memory.memory_share == 110 / 440


def test_a_host_record_of_the_same_name_takes_precedence_and_agrees():
    host = CATALOG.surrounding("p5.48xlarge")
    assert host is CATALOG.machine("p5.48xlarge") is CATALOG.host("aws/p5-48xlarge")
    instance = CATALOG.instance("p5.48xlarge")
    assert (host.device, host.devices) == (instance.device, instance.gpus)
    assert host.memory.capacity.best == instance.memory_gib  # the record says 2048 GB
    assert CATALOG.surrounding("aws/p5.48xlarge") == instance


def test_what_names_no_type_does_not_read_the_table(monkeypatch, tmp_path):
    def refuse(*_):
        raise AssertionError

    monkeypatch.setattr(Instances, "get", refuse)
    monkeypatch.setattr(Instances, "all", refuse)
    catalog = Catalog()
    for name in ("NVIDIA H100 80GB HBM3", "nvidia/a100-pcie-80gb", "T4"):
        catalog.machine(name)
    catalog.surrounding("DGX H100")
    text = (
        "name: t\nsite: {grid: aws/us-east-1}\nsystems: {node: {device: H100 SXM, devices: 8}}\n"
        "phases: {training: [{kind: compute, system: node, devices: 8, wall_time: 1 h}]}\n"
    )
    assert estimate(text.encode(), "job.yaml", catalog).total.total_kgco2e
    with pytest.raises(LookupError, match="unknown device"):
        catalog.machine("no such device")


ROW = "me/big.large,me,big.large,nvidia/t4,2,8,64,big.large,2,8,1,gpus,1,2026,s,\n"


def own(folder, rows):
    (folder / "cloud").mkdir()
    (folder / "cloud" / "instances.csv").write_text(f"{COLUMNS}\n{rows}")
    cite(folder, "s")
    return Catalog((folder,))


def test_types_of_ones_own_take_precedence(tmp_path):
    rows = ROW + ROW.replace("me", "aws").replace("big.large", "g5.xlarge")
    catalog = own(tmp_path, rows)
    assert catalog.instance("big.large").gpus == 2
    assert catalog.instance("g5.xlarge").gpus == 2
    assert catalog.instance("g5.2xlarge").gpus == 1
    assert sum(instance.type == "g5.xlarge" for instance in catalog.instances.all()) == 1


def test_a_name_of_several_providers_is_asked_about(tmp_path):
    catalog = own(tmp_path, ROW + ROW.replace("me", "you"))
    with pytest.raises(LookupError, match=r"fits several cloud machine types: me/big.large, you/"):
        catalog.instance("big.large")
    assert catalog.instance("you/big.large").provider == "you"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ROW.replace(",1,gpus", ",0.5,gpus"), "share is 1, not `0.5`"),
        (ROW.replace("gpus,1", "cores,1"), "share_basis is gpus or vcpus, not `cores`"),
        (ROW.replace("me/big.large", "me/big.other"), "the id `me/big.other` is not provider/type"),
        (ROW.replace(",2,8,64", ",-2,8,64"), "gpus: `-2` is not a number of 0 or more"),
        (ROW.replace(",2,8,1", ",1,8,1"), "share is 2, not `1`"),
        (ROW.replace("nvidia/t4", ""), "device is empty"),
        (ROW.replace(",s,", ",s,,more"), "the row has another number of cells than the head"),
    ],
)
def test_a_faulty_row_is_reported_with_its_line(tmp_path, row, said):
    catalog = own(tmp_path, row)
    name = row.partition(",")[0]
    with pytest.raises(InputError) as error:
        catalog.instance(name)
    (problem,) = error.value.problems
    assert problem.line == 2
    assert said in problem.message


def test_a_source_that_nothing_cites_is_an_error(tmp_path):
    with pytest.raises(InputError, match="other"):
        own(tmp_path, ROW.replace(",s,", ",other,")).instance("big.large")


def test_the_draw_of_a_vcpu_is_in_order():
    rows = CATALOG.vcpu_power.by_architecture
    assert rows["broadwell"].idle.best == pytest.approx(0.713, abs=0.001)
    assert rows["broadwell"].busy.best == pytest.approx(3.685, abs=0.001)
    cpus = [cpu for row in rows.values() for cpu in row.cpus]
    assert len(cpus) == len(set(cpus))
    with (DB / "cloud" / "vcpu-power.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert 1 <= float(row["widened_by"]) <= 1.6, row


def test_a_type_is_found_without_a_list_of_all_devices_or_hosts():
    catalog = Catalog()
    for key in ("instance", "host", "device"):
        text = (
            "name: t\nsite: {grid: FR}\nphases:\n  training:\n"
            f"    - {{kind: compute, {key}: p4d.24xlarge, devices: 8, wall_time: 1 h}}\n"
        )
        assert estimate(text.encode(), "job.yaml", catalog).total.total_kgco2e
    for shelf in (catalog.devices, catalog.hosts):
        assert "_index" not in vars(shelf)
        assert len(shelf._records) <= 1
