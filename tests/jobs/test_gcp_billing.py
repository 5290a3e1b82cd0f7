import json

import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs import logs
from carbonctl.inputs.jobs.options import Options
from tests.jobs.charges import it_kwh, read, rejected, sample, table

gcp = logs.module("gcp-billing")
MIB = 2**20
A2 = {"machine_spec": "a2-highgpu-8g", "cores": "96", "memory": str(680 * 1024)}
CORE, RAM = "A2 Instance Core running in Americas", "A2 Instance Ram running in Americas"
GPU = "Nvidia Tesla A100 GPU running in Americas"


def labels(held, prefix=""):
    return [{"key": prefix + key, "value": value} for key, value in held.items()]


def charge(sku=CORE, amount=96 * 3600, unit="seconds", spec=A2, **more):
    """Return a charge as BigQuery writes it to JSON, where numbers may be texts."""
    held = {
        "billing_account_id": "0-0-0",
        "service": {"id": "6F81-5844-456A", "description": "Compute Engine"},
        "sku": {"id": "x", "description": sku},
        "usage_start_time": "2026-03-01 00:00:00 UTC",
        "usage_end_time": "2026-03-01 01:00:00 UTC",
        "project": {"id": "p-1", "name": "Project", "labels": []},
        "labels": labels({"Team": "nlp"}),
        "system_labels": labels(spec, "compute.googleapis.com/"),
        "location": {"location": "us-central1", "region": "us-central1", "zone": "us-central1-a"},
        "cost_type": "regular",
        "usage": {"amount": str(amount), "unit": unit, "pricing_unit": "hour"},
        "resource": {"name": "vm-1", "global_name": "//compute.googleapis.com/vm-1"},
    }
    return held | more


def export(*charges):
    return "".join(json.dumps(held) + "\n" for held in charges)


def service(name):
    return {"service": {"description": name}}


MACHINE = (
    charge(),
    charge(RAM, 680 * 1024 * MIB * 3600, "byte-seconds"),
    charge(GPU, 8 * 3600),
)


def test_cores_memory_and_gpus_are_one_machine():
    rows, findings = read("gcp-billing", export(*MACHINE))
    assert rows == [
        {
            "job": "//compute.googleapis.com/vm-1",
            "instance": "gcp/a2-highgpu-8g",
            "wall_time_h": 1.0,
            "start": "2026-03-01T00:00:00+00:00",
            "end": "2026-03-01T01:00:00+00:00",
            "grid": "gcp/us-central1",
            "operator": "cloud",
            "account": "0-0-0",
            "project": "p-1",
            "project_name": "Project",
            "service": "Compute Engine",
            "team": "nlp",
            "source_line": 1,
        }
    ]
    assert it_kwh(rows[0]) == pytest.approx(4.2)
    assert not findings.rejects and not findings.not_covered and not findings.skipped


@pytest.mark.parametrize("part", range(3))
def test_one_part_of_a_machine_says_its_hours(part):
    rows, _ = read("gcp-billing", export(MACHINE[part]))
    assert rows[0]["wall_time_h"] == pytest.approx(1, rel=1e-12)


def test_without_labels_of_its_size_the_catalog_knows_the_type():
    spec = {"machine_spec": "a2-highgpu-8g"}
    for sku, amount in ((CORE, 96 * 3600), (GPU, 8 * 3600)):
        rows, _ = read("gcp-billing", export(charge(sku, amount, spec=spec)))
        assert rows[0]["wall_time_h"] == pytest.approx(1, rel=1e-12)


def test_gpus_of_a_type_that_the_catalog_lacks_are_in_its_name():
    rows, _ = read("gcp-billing", export(charge(GPU, 3600, spec={"machine_spec": "a9-megagpu-4g"})))
    assert rows[0]["instance"] == "gcp/a9-megagpu-4g" and rows[0]["wall_time_h"] == 0.25


def test_a_type_of_which_nothing_is_known_is_rejected():
    spec = {"machine_spec": "z9-standard-4"}
    _, findings = read("gcp-billing", export(charge("Z9 Instance Core", 3600, spec=spec)))
    assert rejected(findings) == [(1, "usage.amount", "z9-standard-4")]
    assert "system_labels" in findings.rejects[0].message


def test_two_machines_and_two_hours_are_apart():
    later = {
        "usage_start_time": "2026-03-01 01:00:00 UTC",
        "usage_end_time": "2026-03-01 02:00:00 UTC",
    }
    other = {"resource": {"global_name": "vm-2"}}
    rows, _ = read(
        "gcp-billing",
        export(charge(), charge(**later), charge(**other), charge(GPU, 8 * 3600, **other)),
    )
    assert [(row["job"][-4:], row["start"][11:13], row["wall_time_h"]) for row in rows] == [
        ("vm-1", "00", 1), ("vm-1", "01", 1), ("vm-2", "00", 1),
    ]  # fmt: skip


def test_the_standard_export_has_no_resources_and_sums_machines():
    charges = [charge(resource=None, amount=96 * 3600 * 2), charge(GPU, 16 * 3600, resource=None)]
    rows, _ = read("gcp-billing", export(*charges))
    assert [row["wall_time_h"] for row in rows] == [2]
    assert "job" not in rows[0]


def test_corrections_are_taken_off():
    rows, _ = read("gcp-billing", export(*MACHINE, charge(amount=-48 * 3600)))
    assert rows[0]["wall_time_h"] == 0.5
    _, findings = read("gcp-billing", export(charge(amount=-48 * 3600)))
    assert rejected(findings) == [(1, "usage.amount", "-0.5")]
    _, findings = read("gcp-billing", export(charge(), charge(amount=-96 * 3600)))
    assert not findings.rejects and sum(findings.skipped.values()) == 1


def test_shared_cores_are_counted_by_memory():
    spec = {"machine_spec": "e2-micro", "cores": "2", "memory": "1024"}
    core = charge("E2 Instance Core running in Americas", 0.25 * 3600, spec=spec)
    ram = charge("E2 Instance Ram running in Americas", 1024 * MIB * 3600, "byte-seconds", spec)
    rows, _ = read("gcp-billing", export(core, ram))
    assert rows[0]["wall_time_h"] == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(
    ("sku", "device"),
    [
        ("Nvidia Tesla T4 GPU running in Americas", "Nvidia Tesla T4"),
        ("Nvidia Tesla V100 GPU attached to Spot Preemptible VMs", "Nvidia Tesla V100"),
    ],
)
def test_a_gpu_of_an_n1_machine_is_a_row_of_its_own(sku, device):
    spec = {"machine_spec": "n1-standard-8", "cores": "8", "memory": "30720"}
    core = charge("N1 Predefined Instance Core running in Americas", 8 * 3600, spec=spec)
    rows, _ = read("gcp-billing", export(core, charge(sku, 2 * 3600, spec=spec)))
    attached, machine = rows
    assert machine["instance"] == "gcp/n1-standard-8" and machine["wall_time_h"] == 1
    assert attached["device"] == device and attached["device_time_h"] == 2
    assert attached["host_power_w"] == 0 and attached["host_embodied_kgco2e"] == 0
    assert "instance" not in attached and "wall_time_h" not in attached


def test_the_names_of_attached_gpus_are_in_the_catalog():
    from carbonctl.catalog import Catalog

    names = ("Nvidia Tesla T4", "Nvidia Tesla V100", "Nvidia Tesla P100", "Nvidia Tesla P4")
    ids = [Catalog().device(name).id for name in names]
    assert ids == ["nvidia/t4", "nvidia/v100-sxm2-16gb", "nvidia/p100-pcie-16gb", "nvidia/p4"]


@pytest.mark.parametrize("kind", ["tax", "adjustment", "rounding_error"])
def test_only_regular_costs_count(kind):
    rows, findings = read("gcp-billing", export(charge(), charge(cost_type=kind)))
    assert [row["wall_time_h"] for row in rows] == [1]
    assert findings.skipped == {f"cost_type {kind}": 1}


@pytest.mark.parametrize(
    "sku",
    [
        "Commitment v1: A2 Cpu in Americas for 1 Year",
        "Licensing Fee for Deep Learning Image (CPU cost)",
        "Sole Tenancy Premium for N1 Instance Core",
    ],
)
def test_what_is_paid_besides_a_machine_does_not_count_it_twice(sku):
    rows, findings = read("gcp-billing", export(charge(), charge(sku)))
    assert [row["wall_time_h"] for row in rows] == [1]
    assert sum(findings.skipped.values()) == 1


def test_a_reservation_that_nothing_used_is_skipped():
    rows, findings = read(
        "gcp-billing", export(charge(spec={**A2, "is_unused_reservation": "true"}))
    )
    assert rows == [] and findings.skipped == {"unused reservation": 1}
    rows, _ = read("gcp-billing", export(charge(spec={**A2, "is_unused_reservation": "false"})))
    assert len(rows) == 1


def test_all_else_is_listed():
    rows, findings = read(
        "gcp-billing",
        export(
            charge("Network Internet Egress", 10, "bytes"),
            charge("TPU v6e", 3600, spec={}, **service("Cloud TPU")),
            charge("A2 Instance Core for training", 3600, **service("Vertex AI")),
            charge("SSD backed PD Capacity", 5, "byte-seconds", {}),
        ),
    )
    assert rows == []
    assert findings.not_covered == {
        ("Compute Engine", "bytes"): 10, ("Cloud TPU", "seconds"): 3600,
        ("Vertex AI", "seconds"): 3600, ("Compute Engine", "byte-seconds"): 5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sku", "of", "medium"),
    [
        ("SSD backed PD Capacity", "Compute Engine", "ssd"),
        ("Balanced PD Capacity", "Compute Engine", "ssd"),
        ("Storage PD Capacity", "Compute Engine", "hdd"),
        ("Standard Storage US Regional", "Cloud Storage", None),
    ],
)
def test_storage_where_it_is_asked_for(sku, of, medium):
    stored = charge(sku, 5e12 * 3600, "byte-seconds", {}, **service(of))
    rows, findings = read("gcp-billing", export(stored), Options(services=("storage",)))
    assert rows[0]["kind"] == "storage" and rows[0]["storage_gb"] == pytest.approx(5000)
    assert rows[0]["wall_time_h"] == 1 and rows[0].get("storage_medium") == medium
    assert not findings.not_covered


def test_an_array_is_read_with_its_lines():
    rows, _ = read(
        "gcp-billing", json.dumps([*MACHINE, charge(resource={"name": "vm-2"})], indent=1)
    )
    assert [row["wall_time_h"] for row in rows] == [1, 1]
    assert [row["job"][-4:] for row in rows] == ["vm-1", "vm-2"]
    assert rows[0]["source_line"] == 2 and rows[1]["source_line"] > 60


def test_an_array_that_is_cut_off_is_an_error_with_its_line():
    text = json.dumps(list(MACHINE), indent=1)[:-40]
    with pytest.raises(InputError, match=r"bill.csv:\d+: the array of JSON is broken"):
        read("gcp-billing", text)
    assert read("gcp-billing", "[]")[0] == []


@pytest.mark.parametrize("separator", [".", "_"])
def test_csv_with_labels_as_json(separator):
    header = [
        name.replace(".", separator)
        for name in (
            "service.description", "sku.description", "usage_start_time", "usage_end_time",
            "usage.amount", "usage.unit", "cost_type", "location.region", "resource.name", "labels",
            "system_labels",
        )
    ]  # fmt: skip
    lines = [
        ("Compute Engine", held["sku"]["description"], held["usage_start_time"],
         held["usage_end_time"], held["usage"]["amount"], held["usage"]["unit"], "regular",
         "us-central1", "vm-1", '{"team": "nlp"}', json.dumps(held["system_labels"]))
        for held in MACHINE
    ]  # fmt: skip
    text = table(header, *(dict(zip(header, cells, strict=True)) for cells in lines))
    rows, findings = read("gcp-billing", "\ufeff\n" + text)
    assert [(row["instance"], row["wall_time_h"], row["team"]) for row in rows] == [
        ("gcp/a2-highgpu-8g", 1, "nlp")
    ]
    assert rows[0]["source_line"] == 3
    assert gcp.recognises(text.splitlines(keepends=True)) and not findings.rejects


def test_labels_that_are_no_json_leave_a_note():
    held = charge(system_labels="[{'key': 'a'}]")
    _, findings = read("gcp-billing", export(held))
    assert "TO_JSON_STRING" in next(iter(findings.notes))
    assert findings.not_covered


@pytest.mark.parametrize(
    ("held", "column", "value"),
    [
        (charge(amount="x"), "usage.amount", "x"),
        (charge(amount="nan"), "usage.amount", "nan"),
        (charge(amount="1e999"), "usage.amount", "1e999"),
        (charge(unit="bytes"), "usage.unit", "bytes"),
        (charge(RAM, 1, "seconds"), "usage.unit", "seconds"),
        (charge(usage_start_time="March"), "usage_start_time", "March"),
        (
            charge(usage_end_time="2026-02-01 00:00:00 UTC"),
            "usage_end_time",
            "2026-02-01 00:00:00 UTC",
        ),
        (charge(resource={"name": "=vm"}), "job", "=vm"),
    ],
)
def test_what_cannot_be_counted_is_rejected_with_its_cell(held, column, value):
    good = charge(resource={"name": "good"})
    rows, findings = read("gcp-billing", export(good, held))
    assert [row["job"] for row in rows] == ["good"]
    assert rejected(findings) == [(2, column, value)]


def test_a_broken_object_is_rejected_and_the_next_is_read():
    text = export(charge()) + '{"a":\n[1]\n' + '{"a":' * 20000 + "\n\n" + export(charge(GPU, 0))
    rows, findings = read("gcp-billing", text)
    assert len(rows) == 1
    assert [reject.line for reject in findings.rejects] == [2, 3, 4]


@pytest.mark.parametrize(
    "premium",
    [
        "Sole Tenancy Premium for A2 Sole Tenancy Instance Core running in Americas",
        "Memory Optimized Upgrade Premium for Memory-optimized Instance Core running in Americas",
        "Memory Optimized Upgrade Premium for Memory-optimized Instance Ram running in Americas",
        "Committed Use Discount Premium for A2 Instance Core running in Americas",
    ],
)
def test_a_premium_is_no_time_of_a_machine(premium):
    rows, findings = read("gcp-billing", export(*MACHINE, charge(premium)))
    assert [row["wall_time_h"] for row in rows] == [1.0]
    assert findings.skipped == {"premium on a machine": 1} and not findings.notes


def test_more_hours_than_there_are_is_noted():
    rows, findings = read("gcp-billing", export(*MACHINE, charge()))
    assert [row["wall_time_h"] for row in rows] == [2.0]
    assert "more hours than their period has" in next(iter(findings.notes))


def test_a_key_that_stands_twice_is_rejected():
    twice = export(charge()).replace('"cost_type"', '"usage": {"amount": 1}, "cost_type"')
    rows, findings = read("gcp-billing", twice + export(charge(GPU, 0)))
    assert not rows
    (reject,) = findings.rejects
    assert reject.line == 1 and "the key `usage` occurs twice" in reject.message


@pytest.mark.parametrize(
    "text", ["", " \n\n", "service.description,sku.description\n", "[1]", "[{"]
)
def test_what_is_no_export_is_an_error(text):
    with pytest.raises(InputError):
        read("gcp-billing", text)


def test_it_is_known_by_its_columns():
    assert gcp.recognises(export(charge()).splitlines(keepends=True))
    assert gcp.recognises(json.dumps([charge()]).splitlines(keepends=True))
    for name in ("focus-1.2.csv", "azure-usage.csv"):
        assert not gcp.recognises(sample(name).splitlines(keepends=True))
    assert not gcp.recognises(['{"a": 1}\n']) and not gcp.recognises([])
