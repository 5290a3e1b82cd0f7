"""Slurm's sacct -P: what a job is, what it was given, and how long it ran."""

from collections import defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs import slurm_shapes
from carbonctl.inputs.jobs.logs import slurm
from tests.jobs.imported import expected, imported, it_kwh, sample, sample_map

SACCT, MAP = sample("sacct.psv"), sample_map("sacct.map.yaml")
WATTS = {"a100": 400, "v100": 300, "h100": 700}
FIELDS = (
    "JobID", "User", "Partition", "State", "Start", "End", "ElapsedRaw", "NNodes", "NCPUS",
    "TotalCPU", "ReqMem", "AllocTRES", "ConsumedEnergyRaw", "Restarts",
)  # fmt: skip
JOB = {
    "JobID": "1", "User": "u", "Partition": "gpu", "State": "COMPLETED",
    "Start": "2026-03-01T00:00:00", "End": "2026-03-01T01:00:00", "ElapsedRaw": "3600",
    "NNodes": "1", "NCPUS": "8", "TotalCPU": "04:00:00", "ReqMem": "64G",
    "AllocTRES": "cpu=8,mem=64G,node=1", "ConsumedEnergyRaw": "0", "Restarts": "0",
}  # fmt: skip
GPU = "cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=64G,node=1"


def log(*jobs, fields=FIELDS):
    lines = ["|".join(fields), *("|".join((JOB | job)[f] for f in fields) for job in jobs)]
    return "\n".join(lines) + "\n"


def read(*jobs, fields=FIELDS, **options):
    return imported(slurm, log(*jobs, fields=fields), **options)


def row_of(*jobs, **options):
    rows, findings = read(*jobs, **options)
    assert len(rows) == 1 and not findings.rejects
    return rows[0]


def rejected(**cells):
    rows, findings = read(cells)
    assert not rows and len(findings.rejects) == 1
    return findings.rejects[0]


def test_the_sample():
    rows, findings = imported(slurm, SACCT, map=MAP)
    drawn = defaultdict(float)
    for row in rows:
        if row.get("device") != "tpu9":  # in neither the map nor the catalog: the caller's
            drawn[row["source_line"]] += it_kwh(row, WATTS)
    wanted = {int(r["row"]): float(r["it_kwh"]) for r in expected("sacct.psv.csv") if r["it_kwh"]}
    assert drawn == pytest.approx(wanted, rel=1e-12)
    assert findings.skipped == {"step of a job": 2, "pending": 1, "never started": 1}
    assert not findings.rejects and not findings.notes
    jobs = {row["source_line"]: row["job"] for row in rows}
    assert jobs == {int(r["row"]): r["job"] for r in expected("sacct.psv.csv")
                    if int(r["row"]) not in (8, 14)}  # fmt: skip


def test_a_row_has_what_was_given():
    row = row_of({"AllocTRES": GPU}, map={"cpu": {"power_per_core": "7.5 W"}})
    assert row == {
        "job": "1", "source_line": 2, "state": "COMPLETED", "partition": "gpu", "user": "u",
        "start": "2026-03-01T00:00:00+00:00", "end": "2026-03-01T01:00:00+00:00",
        "wall_time_h": 1.0, "device": "a100", "devices": 2.0, "cpu_cores": 8.0,
        "cpu_power_w": 7.5, "memory_gb": 64 * 2**30 / 1e9,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cores", "embodied", "share"), [("16", 1000, 0.25), ("64", 1000, 1), ("96", 2000, 0.75)]
)
def test_a_job_without_gpus_has_its_share_of_a_host(cores, embodied, share):
    options_map = {"cpu": {"embodied": "1000 kg", "cores": "64"}}
    row = row_of({"AllocTRES": f"cpu={cores}"}, map=options_map)
    assert (row["host_embodied_kgco2e"], row["share"]) == (embodied, share)
    assert "device" not in row
    with_gpus = row_of({"AllocTRES": GPU}, map=options_map)
    assert not {"host_embodied_kgco2e", "share"} & set(with_gpus)


@pytest.mark.parametrize(
    ("tres", "devices"),
    [
        ("gres/gpu:a100=4,gres/gpu=4", [("a100", 4)]),
        ("gres/gpu=4,gres/gpu:a100=4", [("a100", 4)]),
        ("gres/gpu:a100=4", [("a100", 4)]),
        ("gres/gpu:a100=3,gres/gpu=4", [("a100", 3), ("gpu", 1)]),
        ("gres/gpu=3,gres/gpu:a100=1,gres/gpu:v100=2", [("a100", 1), ("v100", 2)]),
        ("gres/gpu=2", [("gpu", 2)]),
        ("gres/gpu:a100_1g.5gb=2,gres/gpu=2", [("a100_1g.5gb", 2)]),
        ("gres/gpu:a100=0,gres/gpu=0", []),
        ("gres/gpumem=40G,gres/gpuutil=80", []),
    ],
)
def test_gpus_with_and_without_a_type(tres, devices):
    rows, findings = read({"AllocTRES": f"cpu=12,{tres},mem=6G"})
    assert [(r["device"], r["devices"]) for r in rows if "device" in r] == devices
    assert sum(r["cpu_cores"] for r in rows) == pytest.approx(12)
    assert sum(r["memory_gb"] for r in rows) == pytest.approx(6 * 2**30 / 1e9)
    assert not findings.rejects


def test_gpus_without_a_type_are_of_the_partition_or_the_node():
    partitions = {"partitions": {"gpu": {"gpu": "v100"}}}
    assert row_of({"AllocTRES": "gres/gpu=2"}, map=partitions)["device"] == "v100"
    fields = (*FIELDS, "NodeList")
    nodes = partitions | {"nodes": {"gpu-h*": {"gpu": "h100"}}}
    jobs = ({"AllocTRES": "gres/gpu=2", "NodeList": n} for n in ("gpu-h[01-02]", "gpu-v01"))
    rows, _ = read(*jobs, fields=fields, map=nodes)
    assert [r["device"] for r in rows] == ["h100", "v100"]


def test_a_partition_with_gpus_of_which_the_log_has_none():
    _, findings = read({}, {"AllocTRES": GPU}, map={"partitions": {"gpu": {"gpu": "v100"}}})
    assert findings.notes == {slurm_shapes.NO_GPUS: 1}


def test_long_cells_are_cut_in_messages():
    reject = rejected(ElapsedRaw="9" * 9000)
    assert len(reject.message) < 100 and len(reject.value) == 9000


def test_shares_of_gpus_are_said():
    _, findings = read({"AllocTRES": "cpu=2,gres/shard=4"})
    assert findings.notes == {slurm_shapes.SHARED_GPU: 1}


@pytest.mark.parametrize(
    ("raw", "elapsed", "hours"),
    [("3600", "", 1), ("", "01:00:00", 1), ("", "1-01:00:00", 25), ("", "30:00", 0.5)],
)
def test_time(raw, elapsed, hours):
    row = row_of({"ElapsedRaw": raw, "Elapsed": elapsed}, fields=(*FIELDS, "Elapsed"))
    assert row["wall_time_h"] == hours


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"State": "PENDING", "ElapsedRaw": "0", "Start": "Unknown"}, "pending"),
        ({"JobID": "3_[3-10%2]", "State": "PENDING", "ElapsedRaw": "0"}, "pending"),
        ({"State": "CANCELLED by 7", "ElapsedRaw": "0", "Start": "None"}, "never started"),
        ({"State": "FAILED", "ElapsedRaw": "0"}, "no time"),
        ({"ElapsedRaw": "", "Start": ""}, "never started"),
    ],
)
def test_what_did_not_run_counts_nothing(cells, reason):
    rows, findings = read(cells)
    assert not rows and findings.skipped == {reason: 1}


@pytest.mark.parametrize("state", ["FAILED", "TIMEOUT", "NODE_FAIL", "CANCELLED by 7", "PREEMPTED"])
def test_what_failed_counts(state):
    assert row_of({"State": state})["state"] == state.partition(" ")[0]
    assert "phase" not in row_of({"State": state})


def test_failed_jobs_can_be_of_another_phase():
    states = ("FAILED", "OUT_OF_MEMORY", "NODE_FAIL", "TIMEOUT", "CANCELLED by 7", "CANCELLED+")
    rows, _ = read(*({"State": s} for s in states), failed_as="experimentation")
    assert {row["phase"] for row in rows} == {"experimentation"}
    assert "phase" not in row_of({}, failed_as="experimentation")


def test_running_jobs_count_up_to_now():
    rows, findings = read({"State": "RUNNING", "End": "Unknown"})
    assert rows[0]["wall_time_h"] == 1 and "end" not in rows[0]
    assert findings.notes == {slurm_shapes.RUNNING: 1}


def test_components_of_heterogeneous_jobs_are_jobs_and_their_steps_are_not():
    rows, findings = read(*({"JobID": j} for j in ("7+0", "7+0.batch", "7+1", "7+1.0")))
    assert [row["job"] for row in rows] == ["7+0", "7+1"]
    assert findings.skipped == {"step of a job": 2}


def step(name, seconds="60", tres=GPU):
    return {"JobID": name, "ElapsedRaw": seconds, "AllocTRES": tres, "State": "COMPLETED"}


def test_the_longest_step_stands_in_for_a_job_without_a_row():
    steps = [step("5.batch", "50"), step("5.extern", "90"), step("5.0", "90", "cpu=1")]
    rows, findings = read({}, *steps)
    assert [(r["job"], r["source_line"], r["wall_time_h"] * 3600) for r in rows] == [
        ("1", 2, 3600), ("5", 4, pytest.approx(90)),
    ]  # fmt: skip
    assert findings.skipped == {"step of a job": 2}
    assert findings.notes == {slurm.STANDS_IN: 1}


def test_each_attempt_has_a_step_that_stands_in():
    rows, _ = read(*map(step, ("5.batch", "5.0", "5.batch", "5.0")))
    assert [row["source_line"] for row in rows] == [2, 4]


@pytest.mark.parametrize("order", [("5.batch", "5"), ("5", "6", "5.batch"), ("5", "5.batch", "6")])
def test_no_step_stands_in_for_a_job_with_a_row(order):
    rows, findings = read(*map(step, order))
    assert [r["job"] for r in rows] == [name for name in order if "." not in name]
    assert findings.skipped == {"step of a job": 1} and not findings.notes


def test_no_step_stands_in_for_a_rejected_job():
    rows, findings = read({"JobID": "5", "ElapsedRaw": "x"}, step("5.batch"))
    assert not rows and len(findings.rejects) == 1
    text = log(*map(step, ("5", "5.batch"))).replace("5|u", "5|u|v", 1)
    rows, findings = imported(slurm, text)
    assert not rows and findings.rejects[0].line == 2


def test_every_attempt_counts_and_missing_ones_are_said():
    attempts = [{"JobID": "5"}, {"JobID": "5", "Start": "2026-03-01T00:30:00", "Restarts": "1"}]
    rows, findings = read(*attempts)
    assert len(rows) == 2 and not findings.notes
    _, findings = read({}, attempts[1], {"JobID": "6", "Restarts": "2"})
    assert findings.notes == {slurm.RESTARTED: 2}


@pytest.mark.parametrize(
    ("text", "gb"),
    [
        ("250G", 268.435456), ("1T", 1099.511627776), ("8000000M", 8388.608), ("0.50G", 0.536870912),
        ("2048K", 0.002097152), ("1024", 1.073741824),
    ],
)  # fmt: skip
def test_memory_is_binary(text, gb):
    assert row_of({"AllocTRES": f"cpu=1,mem={text}"})["memory_gb"] == pytest.approx(gb, rel=1e-12)


@pytest.mark.parametrize(
    ("asked", "gib"),
    [("64G", 64), ("1024Mc", 8), ("1Gc", 8), ("8Gn", 16), ("0n", None), ("0", None), ("", None)],
)
def test_requested_memory_stands_in(asked, gib):
    row = row_of({"AllocTRES": "cpu=8,node=2", "NNodes": "2", "ReqMem": asked})
    assert row.get("memory_gb") == (gib and pytest.approx(gib * 2**30 / 1e9))


def test_all_of_a_nodes_memory_is_no_figure():
    assert "memory_gb" not in row_of({"AllocTRES": "cpu=8,mem=0,node=1", "ReqMem": "0"})


def test_without_a_list_of_resources_cores_are_of_ncpus():
    rows, findings = read({"AllocTRES": ""})
    assert (rows[0]["cpu_cores"], rows[0]["memory_gb"]) == (8, 64 * 2**30 / 1e9)
    assert findings.notes == {slurm_shapes.NO_TRES: 1}


@pytest.mark.parametrize(
    ("used", "cores"),
    [("04:00:00", 4), ("29:30.000", 29.5 / 60), ("1-00:00:00", 24), ("00:00.001", 0.001 / 3600)],
)
def test_cores_by_the_time_they_were_used(used, cores):
    options_map = {"cpu": {"power_per_core": "7 W", "embodied": "1 t", "cores": "64"}}
    row = row_of({"TotalCPU": used}, cpu_basis="used", map=options_map)
    assert row["cpu_cores"] == pytest.approx(cores)
    assert row["share"] == 8 / 64  # the host is held by what was allocated


def test_allocated_cores_stand_in_where_no_time_was_measured():
    rows, findings = read({"TotalCPU": "00:00:00"}, cpu_basis="used")
    assert rows[0]["cpu_cores"] == 8
    assert findings.notes == {slurm.NO_CPU_TIME: 1}


MEASURED = {"ConsumedEnergyRaw": "7200000"}


@pytest.mark.parametrize(
    ("cells", "options_map"),
    [
        ({"Exclusive": "NODE", "AllocTRES": GPU}, {}),
        ({"Exclusive": ""}, {"partitions": {"gpu": {"exclusive": "yes"}}}),
        ({"Exclusive": ""}, {"cpu": {"cores": "8"}}),
    ],
)
def test_measured_energy_of_jobs_that_had_their_nodes_alone(cells, options_map):
    fields = (*FIELDS, "Exclusive")
    row = row_of(MEASURED | cells, fields=fields, energy="measured", map=options_map)
    assert (row["energy_kwh"], row["energy_boundary"]) == (2, "node")
    assert row["wall_time_h"] == 1
    assert "energy_kwh" not in row_of(MEASURED | cells, fields=fields, map=options_map)


@pytest.mark.parametrize(
    ("cells", "options_map", "note"),
    [
        ({"Exclusive": "NO"}, {"cpu": {"cores": "8"}}, slurm.NOT_ALONE),
        ({"Exclusive": "USER"}, {}, slurm.NOT_ALONE),
        ({"Exclusive": ""}, {}, slurm.NOT_ALONE),
        ({"Exclusive": "", "AllocTRES": GPU}, {"cpu": {"cores": "8"}}, slurm.NOT_ALONE),
        ({"Exclusive": "NODE", "ConsumedEnergyRaw": "0"}, {}, slurm.NOT_MEASURED),
        ({"Exclusive": "NODE", "ConsumedEnergyRaw": ""}, {}, slurm.NOT_MEASURED),
        ({"Exclusive": "NODE", "ConsumedEnergyRaw": str(2**64 - 2)}, {}, slurm.NOT_MEASURED),
    ],
)
def test_measured_energy_that_is_not_the_jobs_own(cells, options_map, note):
    fields = (*FIELDS, "Exclusive")
    rows, findings = read(MEASURED | cells, fields=fields, energy="measured", map=options_map)
    assert "energy_kwh" not in rows[0] and findings.notes == {note: 1}


def test_measured_energy_is_shared_by_the_rows_of_a_job():
    cells = MEASURED | {"Exclusive": "NODE", "AllocTRES": "gres/gpu:a100=1,gres/gpu:v100=3"}
    rows, _ = read(cells, fields=(*FIELDS, "Exclusive"), energy="measured")
    assert [row["energy_kwh"] for row in rows] == [0.5, 1.5]


def test_times_are_of_the_clusters_zone():
    berlin = ZoneInfo("Europe/Berlin")
    row = row_of({}, timezone=berlin)
    assert row["start"] == "2026-03-01T00:00:00+01:00"
    summer = row_of({"Start": "2026-07-01T00:00:00", "End": "2026-07-01T01:00:00"}, timezone=berlin)
    assert summer["start"] == "2026-07-01T00:00:00+02:00"
    given = row_of({"Start": "2026-03-01T00:00:00-0500"}, timezone=berlin, fields=tuple(
        f for f in FIELDS if f != "End"))  # fmt: skip
    assert given["start"] == "2026-03-01T00:00:00-05:00"


def test_the_hour_that_comes_twice():
    cells = {"Start": "2026-10-25T02:50:00", "End": "2026-10-25T02:10:00", "ElapsedRaw": "1200"}
    row = row_of(cells, timezone=ZoneInfo("Europe/Berlin"))
    start, end = (datetime.fromisoformat(row[key]).astimezone(UTC) for key in ("start", "end"))
    assert (end - start).total_seconds() == 1200


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"ElapsedRaw": "ten"}, "ElapsedRaw", "3600"),
        ({"ElapsedRaw": "-60"}, "ElapsedRaw", "3600"),
        ({"ElapsedRaw": "nan"}, "ElapsedRaw", "3600"),
        ({"ElapsedRaw": "1e999"}, "ElapsedRaw", "3600"),
        ({"ElapsedRaw": "9" * 15}, "ElapsedRaw", "century"),
        ({"ElapsedRaw": "9" * 9000}, "ElapsedRaw", "3600"),
        ({"ElapsedRaw": "٣٦٠٠"}, "ElapsedRaw", "3600"),
        ({"ElapsedRaw": "\x00"}, "ElapsedRaw", "NUL"),
        ({"Start": "yesterday"}, "Start", "2026-03-01T00:10:00"),
        ({"End": "2026-02-30T00:00:00"}, "End", "2026-03-01T00:10:00"),
        ({"End": "2026-02-01T00:00:00"}, "End", "before"),
        ({"AllocTRES": "cpu"}, "AllocTRES", "NAME=VALUE"),
        ({"AllocTRES": "cpu=-8"}, "AllocTRES", "count"),
        ({"AllocTRES": "cpu=nan"}, "AllocTRES", "count"),
        ({"AllocTRES": "gres/gpu:a100=many"}, "AllocTRES", "count"),
        ({"AllocTRES": "mem=1e999"}, "AllocTRES", "memory"),
        ({"AllocTRES": "mem=-1G"}, "AllocTRES", "memory"),
        ({"AllocTRES": "cpu=1", "ReqMem": "lots"}, "ReqMem", "64G"),
        ({"AllocTRES": "", "NCPUS": "x"}, "NCPUS", "count"),
    ],
)  # fmt: skip
def test_cells_that_cannot_be_read(cells, column, says):
    reject = rejected(**cells)
    assert (reject.file, reject.line, reject.column) == ("log", 2, column)
    assert reject.value == cells[column] and says in reject.message


def test_options_read_their_cells():
    _, findings = read({"TotalCPU": "x"}, cpu_basis="used")
    assert findings.rejects[0].column == "TotalCPU"
    _, findings = read({"ConsumedEnergyRaw": "-5"}, energy="measured")
    assert findings.rejects[0].column == "ConsumedEnergyRaw"


def test_lines_are_told_right_after_lines_that_count_nothing():
    text = log({"State": "PENDING"}, step("9.0"), {"ElapsedRaw": "x"}).replace("\n", "\n\n", 1)
    _, findings = imported(slurm, text)
    assert [r.line for r in findings.rejects] == [5]


def test_a_bar_in_a_name_is_rejected_with_its_line():
    _, findings = imported(slurm, SACCT.replace("|train|", "|tr|ain|", 1), map=MAP)
    assert findings.rejects[0].line == 2
    assert "23 cells" in findings.rejects[0].message and "JobName" in findings.rejects[0].message


def test_a_log_that_is_cut_off():
    _, findings = imported(slurm, log({}, {"JobID": "2"})[:-60])
    assert findings.rejects[0].line == 3 and "cut off" in findings.rejects[0].message


def test_logs_put_together():
    rows, findings = imported(slurm, log({}) + log({"JobID": "2"}))
    assert [row["job"] for row in rows] == ["1", "2"]
    assert findings.skipped == {"repeated header": 1} and not findings.rejects


def test_few_descriptions_of_jobs_are_kept(monkeypatch):
    jobs = [{"JobID": str(n), "AllocTRES": f"cpu={n}"} for n in (1, 2, 3, 1)]
    rows, _ = read(*jobs)
    monkeypatch.setattr(slurm, "_MOST_SHAPES", 1)
    assert read(*jobs)[0] == rows


def test_line_ends_and_the_bar_at_the_end_of_each_line():
    text = log({"AllocTRES": GPU})
    rows, _ = imported(slurm, text)
    assert imported(slurm, text.replace("\n", "\r\n"))[0] == rows
    assert imported(slurm, text.replace("\n", "|\n"))[0] == rows  # sacct -p
    assert imported(slurm, text.rstrip("\n"))[0] == rows


def test_names_are_passed_on_as_they_stand():
    assert row_of({"User": '=cmd()"x'})["user"] == '=cmd()"x'


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("", {}, "empty"),
        ("JobID|State\n", {}, "ElapsedRaw or Elapsed"),
        ("JobID|Elapsed\n", {}, "AllocTRES"),
        ("Elapsed|AllocTRES\n", {}, "JobID"),
        ("JobID|Elapsed|AllocTRES|Elapsed\n", {}, "2 times"),
        ("JobID|Elapsed|AllocTRES\n", {"energy": "measured"}, "ConsumedEnergyRaw"),
        ("JobID|Elapsed|AllocTRES\n", {"cpu_basis": "used"}, "TotalCPU"),
        (log(), {"map": {"partitions": {"gpu": "v100"}}}, "partitions"),
        (log(), {"map": {"cpu": {"power": "7 W"}}}, "power_per_core"),
        (log(), {"map": {"cpu": {"power_per_core": "7"}}}, "7 W"),
        (log(), {"map": {"cpu": {"power_per_core": "5..9 W"}}}, "range"),
        (log(), {"map": {"cpu": {"cores": "0"}}}, "more than 0"),
        (log(), {"map": {"cpu": "fast"}}, "power_per_core"),
    ],
)
def test_logs_and_maps_that_cannot_be_read(text, options, says):
    with pytest.raises(InputError, match=says):
        imported(slurm, text, **options)


def test_a_log_with_a_header_only_has_no_rows():
    assert imported(slurm, log())[0] == []


def test_raw_ids_do_where_they_are_all_there_is():
    rows, findings = imported(
        slurm, "JobIDRaw|Elapsed|AllocTRES\n5|01:00:00|cpu=1\n5.0|01:00:00|cpu=1\n"
    )
    assert [row["job"] for row in rows] == ["5"] and findings.skipped == {"step of a job": 1}


@pytest.mark.parametrize(
    ("head", "is_slurm"),
    [
        (SACCT.splitlines(keepends=True)[:20], True),
        (["jobid|elapsed\n"], True),
        (["JobID|User\n"], False),
        (["JobID,Elapsed\n"], False),
        ([""], False),
        ([], False),
    ],
)
def test_recognised_by_its_header(head, is_slurm):
    assert slurm.recognises(head) is is_slurm
