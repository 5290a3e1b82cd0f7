"""Requests of pods by Prometheus, and Kueue's Workloads."""

import json
from datetime import UTC, datetime

import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs import kueue
from carbonctl.inputs.jobs.logs import kubernetes
from tests.jobs.imported import imported

T0 = 1_772_323_200  # 2026-03-01T00:00:00Z
REQUESTS = "kube_pod_container_resource_requests"
RUNNING = "kube_pod_container_status_running"
POD = {"namespace": "team-a", "pod": "train-0", "uid": "u1", "container": "main", "node": "gpu-a1"}


def read(text, **options):
    return imported(kubernetes, text, **options)


def series(name, values, step=60, **labels):
    """Return a series of a value a minute; None is a gap."""
    metric = POD | labels | ({"__name__": name} if name else {})
    samples = [[T0 + n * step, str(v)] for n, v in enumerate(values) if v is not None]
    return {"metric": metric, "values": samples}


def query(*result, indent=1):
    data = {"resultType": "matrix", "result": list(result)}
    return json.dumps({"status": "success", "data": data}, indent=indent)


def gpus(values, **labels):
    return series(REQUESTS, values, resource="nvidia_com_gpu", **labels)


def row_of(*result, **options):
    rows, findings = read(query(*result), **options)
    assert len(rows) == 1 and not findings.rejects
    return rows[0]


def test_a_pod_counts_while_it_runs():
    asks = [gpus([2] * 60), series(REQUESTS, [8] * 60, resource="cpu"),
            series(REQUESTS, [64e9] * 60, resource="memory")]  # fmt: skip
    runs = series(RUNNING, [0] * 15 + [1] * 30 + [0] * 15)
    row = row_of(*asks, runs, map={"cpu": {"power_per_core": "7.5 W"}})
    assert row == {
        "job": "team-a/train-0", "namespace": "team-a", "pod": "train-0", "node": "gpu-a1",
        "source_line": row["source_line"], "wall_time_h": 0.5, "device": "gpu", "devices": 2.0,
        "cpu_cores": 8.0, "cpu_power_w": 7.5, "memory_gb": 64.0,
        "start": "2026-03-01T00:15:00+00:00", "end": "2026-03-01T00:45:00+00:00",
    }  # fmt: skip


def test_the_time_between_restarts_is_no_running_time():
    row = row_of(gpus([1] * 60), series(RUNNING, ([1] * 10 + [0] * 10) * 3))
    assert row["wall_time_h"] == pytest.approx(0.5)


def test_the_phase_stands_in_for_the_state_of_containers():
    runs = series("kube_pod_status_phase", [1] * 30 + [0] * 30, phase="Running", container="")
    waits = series("kube_pod_status_phase", [0] * 60, phase="Pending", container="")
    assert row_of(gpus([1] * 60), runs, waits)["wall_time_h"] == pytest.approx(0.5)


def test_pods_that_never_ran_are_skipped():
    rows, findings = read(query(gpus([1] * 9), series(RUNNING, [1] * 9, uid="u2")))
    assert not rows and findings.skipped == {"not running": 1}


def test_requests_alone_do_not_say_when_pods_ran():
    with pytest.raises(InputError, match=RUNNING):
        read(query(gpus([1] * 9)))


def test_an_expression_that_is_joined_already():
    assert row_of(series("", [1] * 30, resource="nvidia_com_gpu"))["wall_time_h"] == 0.5


def test_gaps_count_nothing():
    row = row_of(series("", [1] * 15 + [None] * 30 + [1] * 15, resource="nvidia_com_gpu"))
    assert (row["wall_time_h"], row["devices"]) == (0.5, 1)


def test_containers_of_a_pod_add_up_and_scrapers_do_not():
    asks = [
        series("", [1] * 30, resource="nvidia_com_gpu", instance="a"),
        series("", [1] * 30, resource="nvidia_com_gpu", instance="b"),
        series("", [2] * 15 + [None] * 15, resource="nvidia_com_gpu", container="second"),
    ]
    row = row_of(*asks)
    assert (row["wall_time_h"], row["devices"]) == (0.5, 2)


def test_a_pod_that_comes_again_is_another():
    again = (series("", [1] * 30, resource="nvidia_com_gpu", uid=uid) for uid in ("u1", "u2"))
    assert len(read(query(*again))[0]) == 2


LABELS = {"label_nvidia_com_gpu_product": "NVIDIA-A100-SXM4-40GB"}


@pytest.mark.parametrize(
    ("resource", "labels", "options_map", "device"),
    [
        ("nvidia_com_gpu", {}, {}, "gpu"),
        ("nvidia_com_gpu", LABELS, {}, "NVIDIA-A100-SXM4-40GB"),
        ("nvidia_com_gpu", {}, {"nodes": {"gpu-a*": {"gpu": "a100"}}}, "a100"),
        ("nvidia_com_mig_1g_5gb", LABELS, {}, "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"),
        ("nvidia_com_mig_3g_20gb", {}, {}, "MIG-3g.20gb"),
        ("amd_com_gpu", {}, {}, "gpu"),
    ],
)
def test_what_gpus_are_called(resource, labels, options_map, device):
    row = row_of(series("", [1] * 30, resource=resource, **labels), map=options_map)
    assert row["device"] == device


def test_labels_of_nodes_and_pods_come_from_series_of_their_own():
    node = {"metric": {"__name__": "kube_node_labels", "node": "gpu-a1"} | LABELS, "values": []}
    pod = series("kube_pod_labels", [1] * 30, label_team="nlp", container="")
    row = row_of(gpus([1] * 30), series(RUNNING, [1] * 30), node, pod)
    assert (row["device"], row["label_team"]) == ("NVIDIA-A100-SXM4-40GB", "nlp")


def test_two_kinds_of_gpu_in_one_pod_share_its_cores():
    kinds = ("nvidia_com_gpu", 1), ("nvidia_com_mig_1g_5gb", 3)
    asks = [series("", [n] * 30, resource=r) for r, n in (*kinds, ("cpu", 8))]
    rows, _ = read(query(*asks))
    assert [(r["device"], r["devices"], r["cpu_cores"]) for r in rows] == [
        ("gpu", 1, 2), ("MIG-1g.5gb", 3, 6),
    ]  # fmt: skip


def test_what_is_not_counted_is_said():
    asks = [series("", [1] * 30, resource=r)
            for r in ("cpu", "nvidia_com_gpu_shared", "example_com_fpga", "ephemeral_storage")]  # fmt: skip
    rows, findings = read(query(*asks))
    assert "device" not in rows[0]
    assert list(findings.notes) == [kubernetes.SHARED_GPU]
    assert findings.not_covered == {("example_com_fpga", "h"): 0.5}


def test_a_pod_without_gpus_has_its_share_of_a_host():
    options_map = {"cpu": {"embodied": "1000 kg", "cores": "64"}}
    row = row_of(series("", [16] * 30, resource="cpu"), map=options_map)
    assert (row["host_embodied_kgco2e"], row["share"]) == (1000, 0.25)


TABLE = "timestamp,namespace,pod,container,resource,value\n" + "".join(
    f"{T0 + 60 * n},team-a,train-0,main,nvidia_com_gpu,2\n" for n in range(30)
)


def test_a_table_of_series():
    rows, findings = read(TABLE)
    assert (rows[0]["wall_time_h"], rows[0]["devices"], rows[0]["source_line"]) == (0.5, 2, 2)
    assert read(TABLE.replace("\n", "\r\n"))[0] == rows and not findings.rejects
    assert read(TABLE.splitlines()[0])[0] == []


@pytest.mark.parametrize("value", ["x", "-1", "nan", "1e999", "\x00", "9" * 5000])
def test_values_that_cannot_be_read(value):
    text = TABLE + f"{T0 + 1800},team-a,train-0,main,nvidia_com_gpu,{value}\n{T0},a\n"
    rows, findings = read(text)
    assert rows[0]["wall_time_h"] == 0.5
    assert [r.line for r in findings.rejects] == [32, 33]


def test_series_that_cannot_be_read():
    broken = [{"metric": 5}, {"metric": {}, "values": 5}, {"metric": {}, "values": [[T0, "x"]]},
              {"metric": {}, "values": [5]}, {"metric": {}, "values": [[T0 * 1000, "1"]]}, 7,
              series("", [1] * 3, resource="cpu", pod="")]  # fmt: skip
    rows, findings = read(query(*broken, series("", [1] * 30, resource="cpu")))
    assert len(rows) == 1 and len(findings.rejects) == len(broken)
    text = query(*broken).splitlines()
    assert text[findings.rejects[1].line + 2 - 1].strip() == '"values": 5'


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("", {}, "empty"),
        ("namespace,pod\n", {}, "no column resource"),
        ("namespace,pod,resource,value\n", {}, "timestamp"),
        ("namespace,pod,resource,pod\n", {}, "2 times"),
        (query(gpus([1] * 9))[:-9], {}, "not JSON"),
        ('{"data": {"resultType": "vector", "result": []}}', {}, "query_range.*not `vector`"),
        ('{"data": 5}', {}, "query_range"),
        ("[]", {}, "expected"),
        ('{"kind": "Pod"}', {}, "no Workload"),
        (query(series("", [1], resource="cpu")), {}, "two samples"),
        (TABLE, {"basis": "usage"}, "requests alone"),
        (TABLE, {"map": {"nodes": {"a": "b"}}}, "nodes"),
    ],
)
def test_logs_that_cannot_be_read(text, options, says):
    with pytest.raises(InputError, match=says):
        read(text, **options)


# Kueue ------------------------------------------------------------------------------------------

WORKLOAD = {
    "apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "Workload",
    "metadata": {"name": "job-train", "namespace": "team-a"},
    "spec": {"queueName": "user-queue", "podSets": []},
}  # fmt: skip
USAGE = {"cpu": "16", "memory": "128Gi", "nvidia.com/gpu": "4"}


def condition(kind, at, status="True"):
    return {"type": kind, "status": status, "lastTransitionTime": f"2026-03-01T{at}:00Z"}


def workload(*conditions, usage=USAGE, flavor="a100", spec=None, **status):
    assigned = {"name": "main", "flavors": dict.fromkeys(usage, flavor), "resourceUsage": usage}
    admission = {"clusterQueue": "cq", "podSetAssignments": [assigned]}
    status = {"conditions": list(conditions), "admission": admission} | status
    return WORKLOAD | {"status": status, "spec": WORKLOAD["spec"] | (spec or {})}


ADMITTED, FINISHED = condition("Admitted", "10:00"), condition("Finished", "12:30")


def items(*workloads):
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(workloads)}, indent=1)


def test_a_workload_holds_its_quota_from_admission_to_the_end():
    text = items(workload(ADMITTED, FINISHED, condition("QuotaReserved", "09:00")))
    rows, findings = read(text, map={"cpu": {"power_per_core": "7.5 W"}})
    assert rows == [{
        "job": "team-a/job-train", "namespace": "team-a", "queue": "user-queue",
        "cluster_queue": "cq", "pod_set": "main", "state": "FINISHED", "source_line": 5,
        "start": "2026-03-01T10:00:00+00:00", "end": "2026-03-01T12:30:00+00:00",
        "wall_time_h": 2.5, "device": "a100", "devices": 4.0, "cpu_cores": 16.0,
        "cpu_power_w": 7.5, "memory_gb": 128 * 2**30 / 1e9,
    }]  # fmt: skip
    assert not findings.notes and not findings.rejects


@pytest.mark.parametrize("a", ["Execution", "Exexcution"])
def test_earlier_admissions_count_and_what_lay_between_does_not(a):
    again = workload(ADMITTED, FINISHED, **{f"accumulatedPast{a}TimeSeconds": 1800})
    assert read(items(again))[0][0]["wall_time_h"] == 3


def test_an_evicted_workload_counts_what_it_held():
    pods = [{"name": "w", "count": 2, "template": {"spec": {"containers": [
        {"resources": {"requests": {"cpu": "500m"}, "limits": {"nvidia.com/gpu": "1"}}}]}}}]  # fmt: skip
    evicted = workload(condition("Admitted", "10:00", "False"), spec={"podSets": pods},
                       admission=None, accumulatedPastExecutionTimeSeconds=3600)  # fmt: skip
    rows, findings = read(items(evicted))
    assert [(r["wall_time_h"], r["device"], r["devices"], r["cpu_cores"]) for r in rows] == [
        (1, "gpu", 2, 1)
    ]
    assert findings.notes == {kueue.NO_FLAVOR: 1}
    evicted["status"]["resourceRequests"] = [{"name": "w", "resources": USAGE}]
    assert read(items(evicted))[0][0]["devices"] == 4


def test_a_workload_that_still_runs_counts_up_to_now(monkeypatch):
    monkeypatch.setattr(kueue, "now", lambda: datetime(2026, 3, 1, 11, tzinfo=UTC))
    rows, findings = read(json.dumps(workload(ADMITTED)))
    assert (rows[0]["wall_time_h"], rows[0]["state"]) == (1, "RUNNING")
    assert "end" not in rows[0] and findings.notes == {kueue.RUNNING: 1}


def test_workloads_that_wait_are_skipped():
    rows, findings = read(items(workload(), workload(condition("Finished", "12:00"))))
    assert not rows and findings.skipped == {"pending": 1, "no time": 1}


def test_the_label_of_the_flavor_is_the_device():
    flavor = {"kind": "ResourceFlavor", "metadata": {"name": "a100"},
              "spec": {"nodeLabels": {"nvidia.com/gpu.product": "NVIDIA-A100-SXM4-40GB"}}}  # fmt: skip
    mig = workload(ADMITTED, FINISHED, usage={"nvidia.com/mig-1g.5gb": "2"})
    rows, findings = read(items(workload(ADMITTED, FINISHED), flavor, mig, {"kind": "Node"}))
    assert [r["device"] for r in rows] == [
        "NVIDIA-A100-SXM4-40GB", "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb",
    ]  # fmt: skip
    assert findings.skipped == {"a Node, not a Workload": 1}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8", 8), ("500m", 0.5), ("64Gi", 64 * 2**30), ("1Ki", 1024), ("129M", 129e6), ("2k", 2000),
        ("1e9", 1e9), ("1E", 1e18), ("12E2", 1200), (".5", 0.5), ("100n", 1e-7), (4, 4),
    ],
)  # fmt: skip
def test_quantities(text, value):
    assert kueue.quantity(text) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("text", ["", "x", "-1", "1e999", "nan", "8 GB", "٣", "9" * 99, None])
def test_quantities_that_cannot_be_read(text):
    broken = workload(ADMITTED, FINISHED, usage={"cpu": text})
    rows, findings = read(items(workload(ADMITTED, FINISHED), broken))
    assert len(rows) == 1 and findings.rejects[0].column == "resourceUsage"
    assert findings.rejects[0].line > 20


@pytest.mark.parametrize(
    "status",
    [
        {"conditions": 5},
        {"conditions": [condition("Admitted", "99:00")]},
        {"conditions": [ADMITTED, condition("Finished", "09:00")]},
        {"admission": 5},
        {"admission": {"podSetAssignments": 5}},
        {"admission": {"podSetAssignments": [5]}},
        {"accumulatedPastExecutionTimeSeconds": -1},
    ],
)
def test_workloads_that_cannot_be_read(status):
    rows, findings = read(items(workload(ADMITTED, FINISHED, **status)))
    assert not rows and len(findings.rejects) == 1


def test_items_that_are_no_mappings():
    _, findings = read('{"items": [5, null, {"kind": "Workload", "status": 7}]}')
    assert len(findings.rejects) + sum(findings.skipped.values()) == 3


@pytest.mark.parametrize(
    ("head", "is_kubernetes"),
    [
        (TABLE.splitlines(keepends=True)[:20], True),
        (query(gpus([1] * 9)).splitlines(keepends=True)[:20], True),
        ([query(gpus([1] * 9), indent=None)], True),
        (items(workload()).splitlines(keepends=True)[:20], True),
        (['{"data": {"resultType": "matrix", "result": [{"metric": {"UUID": "GPU-1"}}]}}'], False),
        (["namespace,pod\n"], False),
        ([], False),
    ],
)
def test_recognised_by_its_header(head, is_kubernetes):
    assert kubernetes.recognises(head) is is_kubernetes


def test_an_error_of_prometheus_is_said():
    with pytest.raises(InputError, match="Prometheus answered with an error: out of bounds"):
        read('{"status": "error", "errorType": "bad_data", "error": "out of bounds"}')
