"""Dask gives what pyarrow gives in one process, whatever becomes of its workers."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from threading import Thread

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv as pa_csv
from pyarrow import parquet

from carbonctl.batch.fleet import dask_cluster, engine_dask, pieces
from carbonctl.batch.fleet.device_facts import DeviceFacts
from carbonctl.batch.fleet.kernel import Plan
from carbonctl.batch.fleet.pieces import Whole
from carbonctl.batch.fleet.read import reading
from carbonctl.batch.fleet.steps import Steps
from carbonctl.batch.fleet.structures import Sayings
from carbonctl.catalog import Catalog
from carbonctl.errors import Unavailable
from carbonctl.inputs.jobs.byte_ranges import ByteRange, line_ends
from carbonctl.inputs.jobs.maps import EMPTY, read_map
from carbonctl.inputs.jobs.options import DEFAULTS, Options
from carbonctl.inputs.jobs.times import zone
from tests.conftest import CATALOG, ROOT, clean_environment
from tests.fleet.test_oracles import FOLDER, LOG, SAMPLES

pytest.importorskip("distributed", reason="Dask is not installed: pip install 'carbonctl[dask]'")

HEADER = "job,team,start,device,devices,hours,load,region,note\n"
ROW = "j{n},nlp,2026-01-31T08:00:00Z,t4,8,2.5,0.8,FR,{note}\n"
DASK = ("--engine", "dask")
BY = ("--by", "month", "--format", "json")


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The address of a scheduler with two workers: processes of their own, on the loopback."""
    folder = tmp_path_factory.mktemp("dask")
    about = folder / "scheduler.json"
    more = ("--scheduler-file", str(about), "--no-dashboard", "--host", "127.0.0.1")
    commands = [
        ("distributed.cli.dask_scheduler", "--port", "0"),
        ("distributed.cli.dask_worker", "--nworkers", "2", "--nthreads", "1",
         "--local-directory", str(folder)),
    ]  # fmt: skip
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", *command, *more], cwd=ROOT, stderr=subprocess.DEVNULL,
            env=clean_environment(PYTHONPATH=str(ROOT)),
        ) for command in commands
    ]  # fmt: skip
    try:
        until(about.is_file)
        yield json.loads(about.read_text())["address"]
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(20)


@pytest.fixture
def many_pieces(monkeypatch):
    """Cut inputs into pieces that are small, so that tables of tests have several."""
    monkeypatch.setattr(pieces, "_BLOCKS", 1)
    monkeypatch.setattr(pieces, "_BYTES", 1 << 20)


def until(is_so, seconds=30):
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def jobs(rows, seed=14):
    """A table of jobs, some of which stand twice, or cannot be counted."""
    draw = np.random.default_rng(seed)
    names = np.arange(rows)
    names[draw.integers(0, rows, rows // 500)] = draw.integers(0, rows, rows // 500)
    return pa.table(
        {
            "job": [f"j{name}" for name in names],
            "team": draw.choice(["nlp", "vision", "équipe, 2", ""], rows),
            "user": draw.choice(["somebody", "nobody"], rows),
            "device": draw.choice(["t4", "l4", "no such"], rows, p=[0.6, 0.3999, 0.0001]),
            "devices": np.where(np.arange(rows) % 50_021, draw.integers(1, 9, rows), -1),
            "hours": np.round(draw.random(rows) * 50, 3) * (np.arange(rows) % 997 > 0),
            "region": draw.choice(["FR", "DE"], rows),
            "start": np.datetime64("2026-01-01", "s") + names * np.timedelta64(10, "s"),
        }
    )


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A table as Parquet and as CSV."""
    folder, rows = tmp_path_factory.mktemp("tables"), jobs(300_000)
    parquet.write_table(rows, folder / "jobs.parquet", row_group_size=100_003)
    pa_csv.write_csv(rows, folder / "jobs.csv")
    return folder / "jobs.parquet"


def near(left, right, path=""):
    """Assert that two accounts differ by rounding and the places of rejects alone."""
    if isinstance(left, dict):
        assert left.keys() == right.keys(), path
        for key in left.keys() - {"line"}:
            near(left[key], right[key], f"{path}.{key}")
    elif isinstance(left, list):
        assert len(left) == len(right), path
        for place, pair in enumerate(zip(left, right, strict=True)):
            near(*pair, f"{path}[{place}]")
    elif isinstance(left, float):
        assert left == pytest.approx(right, rel=1e-12, abs=0), path
    else:
        assert left == right, path


def without_lines(text):
    """What is said, without the lines of rejects."""
    return [part for part in text.split() if ":" not in part]


# ---- the same as in one process ------------------------------------------------------------


def test_parquet_gives_the_same_bytes(inside, scheduler, table, many_pieces, tmp_path):
    key = tmp_path / "key"
    key.write_text("a key of more than 16 bytes")
    again = tmp_path / "again.parquet"  # half of its jobs are in the other table
    parquet.write_table(pa.concat_tables([jobs(300_000)[150_000:], jobs(9, seed=1)]), again)
    command = ("fleet", str(table), str(again), "--by", "team,user", "--hash", "user",
               "--hash-key", str(key), "--format", "json")  # fmt: skip
    expected = inside(*command, "--engine", "arrow")
    got = inside(*command, "--scheduler", scheduler)
    assert (got.code, got.err) == (expected.code, expected.err)
    assert got.out == expected.out
    coverage = json.loads(got.out)["coverage"]
    assert coverage["skipped"]["duplicate"] > 150_000
    assert coverage["skipped"]["no time"] and coverage["rejected"] > 6
    assert "somebody" not in got.out


@pytest.mark.parametrize("more", [(), ("--keep-duplicates", "--split-time")])
def test_csv_gives_the_same_but_for_rounding(inside, scheduler, table, many_pieces, more):
    path = table.with_suffix(".csv")
    command = ("fleet", str(path), *BY, *more)
    expected = inside(*command, "--engine", "arrow")
    got = inside(*command, "--scheduler", scheduler)
    assert (got.code, without_lines(got.err)) == (expected.code, without_lines(expected.err))
    account = json.loads(got.out)
    near(account, json.loads(expected.out))
    data = path.read_bytes()
    assert account["rejects"]
    for reject in account["rejects"]:
        row = data[int(reject["line"].removeprefix("@")) :].partition(b"\n")[0].decode()
        assert row.startswith('"j') and (reject["value"] in row or not reject["value"])


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_give_the_same_bytes(name, inside, scheduler):
    mapped, settings, pue = SAMPLES[name]
    command = ["fleet", str(FOLDER / "samples" / name), "--format", "json"]
    command += ["--map", str(FOLDER / "samples" / f"{mapped}.map.yaml")] if mapped else []
    command += ["--from", "opencost"] if name == "opencost.csv" else []
    command += ["--assume-pue", str(pue)] if name == LOG and pue else []
    for setting in settings:
        command += ["--set", setting]
    expected = inside(*command)
    assert inside(*command, "--scheduler", scheduler) == expected
    assert json.loads(expected.out)["coverage"]["counted"]


def test_line_ends_in_cells(inside, scheduler, monkeypatch, tmp_path):
    monkeypatch.setattr(pieces, "_BYTES", 1 << 16)
    long = '"' + "two\nlines, " * 9_000 + '"'
    rows = [ROW.format(n=n, note=long if n % 7 == 3 else "x") for n in range(50)]
    rows[45] = rows[45].replace("2.5", "two")
    path = tmp_path / "jobs.csv"
    path.write_text(HEADER + "".join(rows))
    command = ("fleet", str(path), *BY)
    expected = inside(*command, "--engine", "arrow")
    got = inside(*command, "--scheduler", scheduler)
    near(json.loads(got.out), json.loads(expected.out))
    (reject,) = json.loads(got.out)["rejects"]
    place = len((HEADER + "".join(rows[:45])).encode())
    assert reject["line"] == f"@{place}"
    assert json.loads(got.out)["coverage"]["counted"] == 49


@pytest.mark.parametrize("width", [1, 2_000])  # of what follows, in rows
def test_what_cannot_be_read_ends_an_input(inside, scheduler, monkeypatch, tmp_path, width):
    monkeypatch.setattr(pieces, "_BYTES", 1 << 16)
    rows = [ROW.format(n=n, note="x").encode() for n in range(12_000)]
    path, other = tmp_path / "jobs.csv", tmp_path / "other.csv"
    more = b"".join(rows[8_000 : 8_000 + width])
    path.write_bytes(HEADER.encode() + b"".join(rows[:8_000]) + b'j,"left open\n' + more)
    other.write_text(HEADER + ROW.format(n="other", note="x"))
    got = inside("fleet", str(path), str(other), *BY, "--scheduler", scheduler)
    assert got.code == 3
    place = len(HEADER) + sum(map(len, rows[:8_000]))
    assert f"jobs.csv@{place}: " in got.err and "a quote is left open" in got.err
    first, last = json.loads(got.out)["inputs"]
    assert first["rows"] == 8_000 and last["rows"] == 1


def test_bytes_that_are_no_text_refuse_their_rows(inside, scheduler, monkeypatch, tmp_path):
    monkeypatch.setattr(pieces, "_BYTES", 1 << 16)
    rows = [ROW.format(n=n, note="x").encode() for n in range(12_000)]
    rows[8_000] = b"j8000,\xff\n"
    path = tmp_path / "jobs.csv"
    path.write_bytes(HEADER.encode() + b"".join(rows))
    got = inside("fleet", str(path), *BY, "--scheduler", scheduler)
    document = json.loads(got.out)
    assert got.code == 3 and document["coverage"]["counted"] == 11_999
    (reject,) = document["rejects"]
    place = len(HEADER) + sum(map(len, rows[:8_000]))
    assert (reject["line"], reject["value"]) == (f"@{place}", r"\xff")


def test_lines_of_json_are_divided(inside, scheduler, monkeypatch, tmp_path):
    rows = [
        f'{{"job": "j{n}", "gpu": "t4", "hours": {n % 7 + 0.25}, "n_gpus": 8, "region": "FR"}}\n'
        for n in range(4_000)
    ]
    rows[2_500] = '{"job": "é", "gpu": "t4", "hours": "two", "n_gpus": 8, "region": "FR"}\n'
    rows[3_000] = '{"hours": 1, "hours": 2}\n'
    rows[3_500] = rows[0]
    path = tmp_path / "jobs.jsonl"
    path.write_text("\n[]\n" + "".join(rows), encoding="utf-8")
    sent = []
    submit = engine_dask._Pipeline._submit
    monkeypatch.setattr(
        engine_dask._Pipeline, "_submit",
        lambda self, piece, known=None: sent.append(piece) or submit(self, piece, known),
    )  # fmt: skip
    monkeypatch.setattr(pieces, "_BYTES", 1 << 16)
    command = ("fleet", str(path), "--from", "table", "--by", "gpu", "--format", "json")
    expected = inside(*command)
    got = inside(*command, "--scheduler", scheduler)
    assert len(sent) >= 5 and {type(piece).__name__ for piece in sent} == {"LineRange"}
    assert (got.code, without_lines(got.err)) == (expected.code, without_lines(expected.err))
    near(json.loads(got.out), json.loads(expected.out))
    data = path.read_bytes()
    places = [int(r["line"].removeprefix("@")) for r in json.loads(got.out)["rejects"]]
    ends = [data[place:].partition(b"\n")[0] + b"\n" for place in places]
    assert ends == [b"[]\n", rows[2_500].encode(), rows[3_000].encode()]


def test_inputs_that_cannot_be_read_leave_the_others(inside, scheduler, tmp_path):
    good, bad, empty = (tmp_path / name for name in ("good.csv", "bad.parquet", "empty.parquet"))
    good.write_text(HEADER + ROW.format(n=1, note="x"))
    bad.write_bytes(b"PAR1")
    parquet.write_table(jobs(9)[:0], empty)
    command = ("fleet", str(bad), str(tmp_path / "none.csv"), str(empty), str(good), *BY)
    expected = inside(*command)
    assert expected.code == 3 and "none.csv" in expected.err and "bad.parquet" in expected.err
    assert inside(*command, "--scheduler", scheduler) == expected


def test_max_errors_ends_it(inside, scheduler, table, many_pieces):
    got = inside("fleet", str(table), "--max-errors", "1", "--scheduler", scheduler)
    assert got.code == 3 and "stopped after 1 rows" in got.err


# ---- processes -----------------------------------------------------------------------------


def tell(folder, task):
    """Work as a worker does, and leave its process id in a folder."""
    Path(folder, f"{os.getpid()}.pid").touch()
    return engine_dask.work(task)


def wait_once(folder, task):
    """Work as a worker does; the first in the second block waits to be ended."""
    if task.piece.start:
        try:
            with Path(folder, "waits").open("x") as file:
                file.write(f"{os.getpid()}\n")
        except FileExistsError:
            pass
        else:
            time.sleep(60)
    return tell(folder, task)


def end(folder, task):
    """End the worker."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_the_work_is_done_by_processes_of_its_own(
    inside, table, many_pieces, monkeypatch, tmp_path
):
    expected = inside("fleet", str(table), *BY, "--engine", "arrow")
    monkeypatch.setattr(engine_dask, "work", partial(wait_once, str(tmp_path)))
    waits, ended = tmp_path / "waits", []

    def kill():
        until(lambda: waits.is_file() and waits.read_text().endswith("\n"))
        ended.append(int(waits.read_text()))
        os.kill(ended[0], signal.SIGKILL)

    thread = Thread(target=kill)
    thread.start()
    got = inside("fleet", str(table), *BY, *DASK, "--jobs", "2")
    thread.join()
    assert got == expected  # also on standard error, where Dask would complain
    pids = {int(path.stem) for path in tmp_path.glob("*.pid")}
    assert pids and os.getpid() not in pids | {*ended}
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def test_workers_that_end_again_and_again(inside, table, monkeypatch, tmp_path):
    import dask

    monkeypatch.setattr(engine_dask, "work", partial(end, str(tmp_path)))
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        got = inside("fleet", str(table), *DASK, "--jobs", "1")
    assert got.code == 3 and got.out == ""
    assert got.err.startswith("carbonctl: --engine dask: this machine: worker processes ended")
    assert got.err.count("\n") == 1


# ---- where it cannot be done ---------------------------------------------------------------


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "127.0.0.1:1", "no:address", "x://y"])
def test_no_scheduler(inside, table, monkeypatch, address):
    monkeypatch.setattr(dask_cluster, "_TIMEOUT", 1)
    begin = time.monotonic()
    got = inside("fleet", str(table), "--scheduler", address)
    assert (got.code, got.out) == (3, "")
    assert got.err.startswith(f"carbonctl: --engine dask: {address}: no scheduler answers")
    assert got.err.count("\n") == 1
    assert time.monotonic() - begin < 5


def test_no_worker(inside, table, monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setattr(dask_cluster, "_TIMEOUT", 1)
    about = {"n_workers": 0, "processes": False, "protocol": "tcp", "dashboard_address": ":0"}
    with LocalCluster(**about, scheduler_kwargs={"dashboard": False}) as empty:
        got = inside("fleet", str(table), "--scheduler", empty.scheduler_address)
    assert got.code == 3 and "the scheduler has no worker" in got.err


@pytest.mark.parametrize("package", ["dask", "distributed", "pyarrow"])
def test_without_the_extra(inside, monkeypatch, tmp_path, package):
    path = tmp_path / "jobs.csv"
    path.write_text(HEADER)
    monkeypatch.setitem(sys.modules, package, None)
    got = inside("fleet", str(path), *DASK)
    assert got.code == 2 and "pip install 'carbonctl[dask]'" in got.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("jobs.csv", *DASK, "--rows", "--format", "csv"), "--rows needs --engine arrow"),
        (("-", "--from", "table", *DASK), "reads files"),
        (("jobs.csv", "--engine", "csv", "--scheduler", "a:1"), "--scheduler is of --engine dask"),
        (("jobs.csv", "--scheduler", "a:1", "--jobs", "2"), "has workers of its own"),
    ],
)
def test_what_does_not_go_together(inside, arguments, words):
    got = inside("fleet", *arguments)
    assert got.code == 2 and words in got.err


def test_what_a_worker_lacks(tmp_path):
    path = tmp_path / "jobs.csv"
    how = reading(EMPTY, (), (), None, DEFAULTS, ())
    task = engine_dask.Task(Whole(str(path), "jobs.csv", "table"), how, Steps(Plan()))
    with pytest.raises(Unavailable, match="a worker does not find"):
        engine_dask.work(task)
    path.write_text(HEADER)
    assert engine_dask.work(task).error is None
    with pytest.raises(Unavailable, match="a worker has carbonctl"):
        engine_dask.work(task._replace(version="0.1"))


# ---- what goes to workers ------------------------------------------------------------------


def test_everything_that_workers_need_can_be_sent():
    map = read_map(str(FOLDER / "samples" / "jobs.map.yaml"))
    how = reading(map, (), ("team",), None, Options(timezone=zone("Europe/Paris")), ())
    assert pickle.loads(pickle.dumps(how)) == how
    facts = DeviceFacts(CATALOG, Sayings({"big": "nvidia/a100-sxm4-80gb"}))
    sent = pickle.loads(pickle.dumps(facts))
    assert facts.most_power("big") == sent.most_power("big") < 1000
    own = pickle.loads(pickle.dumps(DeviceFacts(Catalog((ROOT,)), Sayings())))
    assert own.catalog.folders[0] == ROOT


def test_offsets_of_lines(tmp_path, monkeypatch):
    text = "".join(f"{'x' * (n % 90)}é,{n}\n" for n in range(30_000)).encode()
    path = tmp_path / "jobs.csv"
    path.write_bytes(text)
    ends = [*line_ends(str(path), len(text), 700_000)]
    assert ends[-1] == len(text) and len(ends) > 1
    assert all(text[end - 1 : end] == b"\n" for end in ends)
    some = ByteRange(str(path), "jobs.csv", ends[0], ends[1])
    lines = "".join(some.blocks()).splitlines(keepends=True)
    at = ends[0]
    for number, line in enumerate(lines, 1):
        assert some.offset(number) == at
        at += len(line.encode())
    assert at == ends[1]
