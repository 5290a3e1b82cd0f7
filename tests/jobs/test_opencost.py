"""OpenCost's CSV export and the JSON of /allocation."""

import json

import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs.logs import opencost
from tests.jobs.imported import expected, imported, it_kwh, sample, sample_map

CSV, MAP = sample("opencost.csv"), {"cpu": sample_map("sacct.map.yaml")["cpu"]}
WATTS = {"gpu": 400}  # the sample has no model: its GPUs are the a100 that flags give
HEADER = CSV.splitlines()[0]


def read(text, **options):
    return imported(opencost, text, **options)


def line(**cells):
    day = dict(zip(HEADER.split(","), CSV.splitlines()[1].split(","), strict=True)) | cells
    return ",".join(f'"{value}"' for value in day.values()) + "\n"


def table(*lines):
    return HEADER + "\n" + "".join(lines)


def allocation(**keys):
    return {
        "name": "c1/node-a/team-a/train-0/main", "minutes": 90, "gpuHours": 3, "gpuCount": 2,
        "start": "2026-03-01T00:00:00Z", "end": "2026-03-01T01:30:00Z",
        "properties": {"namespace": "team-a", "pod": "train-0", "node": "node-a", "cluster": "c1"},
        "cpuCoreHours": 15, "cpuCoreRequestAverage": 8, "cpuCoreUsageAverage": 3.5,
        "ramByteHours": 120e9, "ramByteRequestAverage": 64e9, "ramByteUsageAverage": 20e9,
    } | keys  # fmt: skip


def document(*allocations, indent=1):
    data = [{a["name"]: a for a in allocations}]
    return json.dumps({"code": 200, "data": data}, indent=indent)


def test_the_sample():
    rows, findings = read(CSV, map=MAP)
    wanted = {row["job"]: float(row["it_kwh"]) for row in expected("opencost.csv.csv")}
    assert {row["job"]: it_kwh(row, WATTS) for row in rows} == pytest.approx(wanted, rel=1e-12)
    assert [row["source_line"] for row in rows] == [2, 3]
    assert findings.notes == {opencost.WHOLE_DAY: 2} and not findings.rejects


def test_a_row_of_the_csv():
    row = read(CSV, map=MAP)[0][1]
    assert row == {
        "job": "team-b/serve-0", "namespace": "team-b", "controller_kind": "deployment",
        "controller": "serve", "pod": "serve-0", "container": "main", "source_line": 3,
        "start": "2026-03-01T00:00:00+00:00", "end": "2026-03-02T00:00:00+00:00",
        "wall_time_h": 24.0, "cpu_cores": 2.0, "cpu_power_w": 7.5, "memory_gb": 8.0,
        "host_embodied_kgco2e": 1000.0, "share": 2 / 64,
    }  # fmt: skip


def test_usage_instead_of_requests():
    rows, _ = read(CSV, basis="usage")
    assert [(row["cpu_cores"], row["memory_gb"]) for row in rows] == [(3.5, 20), (0.5, 4)]
    rows, _ = read(document(allocation()), basis="usage")
    assert (rows[0]["cpu_cores"], rows[0]["memory_gb"]) == (3.5, 20)


def test_pods_without_a_request_are_said():
    rows, findings = read(table(line(CPUCoreRequestAverage="0")))
    assert rows[0]["cpu_cores"] == 0 and findings.notes[opencost.NO_REQUEST] == 1


def test_what_is_unmounted_is_skipped():
    rows, findings = read(table(line(Container="__unmounted__"), line(Pod="__unmounted__")))
    assert not rows and findings.skipped == {"__unmounted__": 2}
    rows, findings = read(document(allocation(name="c1/__unmounted__")))
    assert not rows and findings.skipped == {"__unmounted__": 1}


def test_labels_are_tags_and_the_nodes_product_is_the_device():
    labels = json.dumps({"team": "nlp", "nvidia.com/gpu.product": "NVIDIA-L4"}).replace('"', '""')
    text = HEADER + ",Labels,Label_app\n" + line().strip() + f',"{labels}",web\n'
    row = read(text)[0][0]
    assert (row["device"], row["label_team"], row["label_app"]) == ("NVIDIA-L4", "nlp", "web")
    properties = allocation()["properties"] | {"labels": {"nvidia_com_gpu_product": "T4"}}
    assert read(document(allocation(properties=properties)))[0][0]["device"] == "T4"


def test_the_map_says_what_gpus_a_node_has():
    nodes = {"nodes": {"node-*": {"gpu": "h100"}}}
    assert read(document(allocation()), map=nodes)[0][0]["device"] == "h100"
    assert read(document(allocation()))[0][0]["device"] == "gpu"


def test_an_allocation_counts_its_minutes():
    text = document(allocation(), allocation(name="b", gpuHours=0, minutes=30))
    rows, findings = read(text, map=MAP)
    row = rows[0]
    assert (row["wall_time_h"], row["devices"], row["cpu_cores"]) == (1.5, 2, 8)
    assert (row["memory_gb"], row["job"], row["node"]) == (64, "team-a/train-0", "node-a")
    assert (row["start"], row["end"]) == ("2026-03-01T00:00:00+00:00", "2026-03-01T01:30:00+00:00")
    lines = text.splitlines()
    assert [lines[row["source_line"] - 1].strip() for row in rows] == [
        f'"{name}": {{' for name in ("c1/node-a/team-a/train-0/main", "b")
    ]
    assert "device" not in rows[1] and not findings.notes


def test_what_is_idle_is_kept_by_what_it_holds():
    idle = allocation(name="c1/__idle__", cpuCoreRequestAverage=0, ramByteRequestAverage=0)
    row = read(document(idle | {"properties": {"cluster": "c1"}}))[0][0]
    assert (row["namespace"], row["cpu_cores"], row["memory_gb"]) == ("__idle__", 10, 80)


def test_allocations_without_time_or_figures():
    rows, findings = read(document(allocation(minutes=0)))
    assert not rows and findings.skipped == {"no time": 1}
    rows, _ = read(document(allocation(cpuCoreRequestAverage=None, ramByteRequestAverage=None)))
    assert (rows[0]["cpu_cores"], rows[0]["memory_gb"]) == (10, 80)  # of what it held
    assert read('{"code": 200, "data": [null, {}]}')[0] == []


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"GPUs": "two"}, "GPUs"),
        ({"GPUs": "-1"}, "GPUs"),
        ({"CPUCoreRequestAverage": "nan"}, "CPUCoreRequestAverage"),
        ({"RAMBytesRequestAverage": "1e999"}, "RAMBytesRequestAverage"),
        ({"RAMBytesRequestAverage": "9" * 5000}, "RAMBytesRequestAverage"),
        ({"GPUs": "1\x00"}, "GPUs"),
        ({"Date": "01/03/2026"}, "Date"),
        ({"Date": "9999-12-31"}, "Date"),
    ],
)
def test_cells_that_cannot_be_read(cells, column):
    rows, findings = read(table(line(), line(**cells), line()))
    assert len(rows) == 2
    assert [(r.line, r.column) for r in findings.rejects] == [(3, column)]


@pytest.mark.parametrize(
    ("keys", "column"),
    [
        ({"minutes": None}, "minutes"),
        ({"minutes": "long"}, "minutes"),
        ({"minutes": True}, "minutes"),
        ({"minutes": float("nan")}, "minutes"),
        ({"gpuHours": -1}, "gpuHours"),
        ({"start": "noon"}, "start"),
        ({"start": "2026-03-01T00:00:00"}, "start"),
    ],
)
def test_allocations_that_cannot_be_read(keys, column):
    rows, findings = read(document(allocation(name="a"), allocation(name="b", **keys)))
    assert len(rows) == 1 and [r.column for r in findings.rejects] == [column]
    assert findings.rejects[0].line > 20


def test_lines_are_told_right_after_quoted_newlines():
    text = table(line(Container="a\nb"), line(GPUs="x"))
    assert [r.line for r in read(text)[1].rejects] == [4]


def test_a_row_of_another_width():
    rows, findings = read(table(line(), "2026-03-01,team\n", line()))
    assert len(rows) == 2 and findings.rejects[0].line == 3


def test_a_cell_that_is_too_long():
    rows, findings = read(table(line(), line(Pod="x" * 200_000), line()))
    assert len(rows) == 2 and [r.line for r in findings.rejects] == [3]


def test_line_ends():
    assert read(CSV.replace("\n", "\r\n"))[0] == read(CSV)[0]


def test_names_are_passed_on_as_they_stand():
    assert read(table(line(Namespace="=1+1")))[0][0]["namespace"] == "=1+1"


def test_a_log_with_a_header_only_has_no_rows():
    assert read(HEADER)[0] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("\n", "empty"),
        ("Date,Namespace,Pod\n", "no column GPUs"),
        (HEADER + ",GPUs\n", "2 times"),
        (document(allocation())[:-40], "not JSON"),
        (document(allocation()) + "{}", "more follows"),
        ('{"code": 200}', "no list `data`"),
        ('{"data": 5}', "no list `data`"),
        ("[1]", "no list `data`"),
        ("[" * 100_000, "too deep|not JSON"),
        ('{"data": ' + "9" * 5000 + "}", "not JSON"),
    ],
)
def test_logs_that_cannot_be_read(text, says):
    with pytest.raises(InputError, match=says):
        read(text)


def test_the_last_of_two_lists_counts():
    text = '{"data": 5, "data": [{"a": ' + json.dumps(allocation()) + "}]}"
    assert len(read(text)[0]) == 1


@pytest.mark.parametrize(
    ("head", "is_opencost"),
    [
        (CSV.splitlines(keepends=True), True),
        (document(allocation()).splitlines(keepends=True)[:20], True),
        ([document(allocation(), indent=None)], True),
        (['{"data": {"resultType": "matrix"}}'], False),
        (["Date,Namespace\n"], False),
        ([], False),
    ],
)
def test_recognised_by_its_header(head, is_opencost):
    assert opencost.recognises(head) is is_opencost
