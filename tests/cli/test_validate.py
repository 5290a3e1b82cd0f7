"""``validate``: exit codes, streams, and what an input is taken for."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_estimate import BAD, COMMAND, QUICK, write
from tests.cli.test_streams import YAML, job, lines, peak
from tests.conftest import CONFIGS, GRIDS, ROOT, cite, clean_environment, run

RECORD = "name: X1\nvendor: Acme\nkind: gpu\nrated_power: {value: 71 W, source: me}\n"
SERVER = (
    "name: Box\nkind: server\ndevices: 4\nhost_power: {value: 100 W, is: measured, source: me}\n"
)


def test_valid_workloads_say_nothing(inside):
    files = [str(path) for path in sorted(CONFIGS.glob("*.yaml"))]
    assert inside("validate", *files) == (0, "", "")


def test_faults_are_those_of_estimate(inside, tmp_path):
    bad = write(
        tmp_path, "bad.yaml", "name: x\nsite: {gird: FR, pue: 0.5}\nphases: {trainign: []}\n"
    )
    found = inside("validate", bad)
    assert (found.code, found.out) == (3, "")
    assert found.err.splitlines() == [
        f"{bad}:2:8: unknown key `gird`; did you mean `grid`?",
        f"{bad}:2:23: pue: `0.5` is below 1",
        f"{bad}:3:9: phases: there is no activity in any phase",
        f"{bad}:3:10: unknown phase `trainign`; did you mean `training`?",
    ]
    assert found.err == inside("estimate", bad).err


@pytest.mark.parametrize("name", BAD)
def test_bad_files(inside, tmp_path, name):
    path = write(tmp_path, name, BAD[name])
    found = inside("validate", path)
    assert found == inside("estimate", path)
    assert found.code == 3


def test_ids_are_checked(inside, tmp_path):
    job = write(tmp_path, "job.yaml", Path(QUICK).read_text().replace("nvidia/", "nivdia/"))
    assert "unknown device `nivdia/" in inside("validate", job).err


def test_all_files_are_checked_and_the_worst_decides(inside, tmp_path):
    bad = write(tmp_path, "bad.yaml", "name: x\n")
    none = str(tmp_path / "none.yaml")
    found = inside("validate", bad, QUICK, none, str(tmp_path))
    assert (found.code, found.out) == (3, "")
    assert found.err.splitlines() == [
        f"{bad}:1:1: `phases` is missing",
        f"{none}:1:1: no such file",
        f"{tmp_path}:1:1: is a directory; --recursive reads the workloads in it",
    ]


# --- several documents ---


def test_every_fault_of_several_documents_stands_at_its_line(inside, tmp_path):
    Path(tmp_path / "jobs.yaml").write_text(YAML.replace("PL", "Zo"))
    Path(tmp_path / "jobs.jsonl").write_text(
        "\n" + lines(job("a"), '{"name": "b", oops', "", job("c", "Oz"), job("d"))
    )
    files = [str(tmp_path / name) for name in ("jobs.yaml", "jobs.jsonl")]
    done = inside("validate", *files)
    assert (done.code, done.out) == (3, "")
    assert [line.partition(" ")[0] for line in done.err.splitlines()] == [
        f"{files[0]}:6:14:", f"{files[0]}:12:14:", f"{files[1]}:3:15:", f"{files[1]}:5:32:",
    ]  # fmt: skip
    assert done.err == inside("estimate", *files).err


def test_documents_have_the_labels_of_estimate(inside, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("jobs.yaml").write_text(YAML + "---\n" + RECORD)
    Path("jobs.jsonl").write_text(lines(job("a"), "", inside("estimate", QUICK, "-f", "jsonl").out))
    done = inside("validate", "-v", "jobs.yaml", "jobs.jsonl")
    assert done.err.splitlines() == [
        "jobs.yaml#1: a valid workload",
        f"jobs.yaml:6:14: grid: unknown grid `Oz`; {GRIDS}",
        "jobs.yaml#3: a valid workload",
        "jobs.yaml#4: a valid device record",
        "jobs.jsonl#1: a valid workload",
        "jobs.jsonl#3: a valid saved result",
        "5 of 6 documents are valid",
    ]
    assert inside("validate", "-v", "jobs.yaml#4").err.endswith("record\n1 file is valid\n")


def test_globs_directories_and_a_name_for_standard_input(inside, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("jobs/deep").mkdir(parents=True)
    Path("jobs/deep/a.jsonl").write_text(lines(job("a"), job("b")))
    Path("jobs/b.yaml").write_text(YAML)
    for arguments in (("jobs/**",), ("jobs", "--recursive"), ("-r", "jobs", "jobs/b*")):
        done = inside("validate", *arguments, "-v")
        assert done.code == 3
        assert done.err.startswith("jobs/b.yaml#1: a valid workload\njobs/b.yaml:6:14: ")
        assert done.err.endswith(
            "jobs/deep/a.jsonl#2: a valid workload\n4 of 5 documents are valid\n"
        )
    assert inside("validate", "none*.yaml").err.endswith(
        "no such file, and the glob matches none\n"
    )
    laptop = "name: L\nvendor: me\nkind: laptop\n"
    named = run("validate", "-", "--stdin-name", "hosts/me/l.yaml", "-v", stdin=laptop)
    assert named.err.startswith("hosts/me/l.yaml: a valid host record\n")
    piped = run(
        "validate", "-", "--stdin-name", "jobs", "-v", stdin=lines(job("a"), job("b", "Oz"))
    )
    assert piped.err.startswith("jobs#1: a valid workload\njobs:2:32: grid: unknown grid `Oz`")


@pytest.mark.skipif(os.name == "nt", reason="needs resource")
def test_memory_does_not_grow(tmp_path):
    few, many = tmp_path / "few.jsonl", tmp_path / "many.jsonl"
    text = [json.dumps(job(f"job {n}", "Oz" if n % 2 else "FR")) + "\n" for n in range(9000)]
    few.write_text("".join(text[:300]))
    many.write_text("".join(text))
    assert peak(many, command="validate") < 1.2 * peak(few, command="validate")


def test_saved_results(inside, tmp_path):
    text = inside("estimate", QUICK, "--format", "json").out
    saved = write(tmp_path, "r.json", text)
    assert inside("validate", saved) == (0, "", "")
    broken = write(tmp_path, "r.json", text.replace('"entries"', '"entires"'))
    found = inside("validate", broken)
    assert (found.code, found.out) == (3, "")
    assert found.err == f"{broken}:1:1: not a saved result: `entries` is missing\n"


def test_records(inside, tmp_path):
    device, host = write(tmp_path, "x1.yaml", RECORD), write(tmp_path, "box.yaml", SERVER)
    assert inside("validate", device, host) == (0, "", "")
    device = write(tmp_path, "x1.yaml", RECORD.replace("rated_power", "ratde_power"))
    host = write(tmp_path, "box.yaml", SERVER.replace("100 W", "100 kg"))
    found = inside("validate", device, host)
    assert (found.code, found.out) == (3, "")
    assert f"{device}:4:1: unknown key `ratde_power`; did you mean `rated_power`?" in found.err
    assert f"{host}:4:13: host_power: `100 kg` is a mass of CO2e, not a power" in found.err


def test_every_record_of_the_database_is_valid(inside):
    for folder in ("accelerators", "cpus", "phones", "hosts"):
        paths = sorted((ROOT / "hardware_db" / folder).glob("*/*.yaml"))
        told = inside("validate", "-v", *map(str, paths))
        assert told.code == 0
        what = "host" if folder == "hosts" else "device"
        assert told.err.count(f": a valid {what} record\n") == len(paths)


def test_the_folder_tells_a_record_of_a_laptop(inside, tmp_path):
    laptop = "name: L\nvendor: me\nkind: laptop\n"
    for folder, what in (("phones", "device"), ("hosts", "host"), ("other", "device")):
        (tmp_path / folder / "me").mkdir(parents=True)
        path = write(tmp_path / folder / "me", "l.yaml", laptop)
        assert inside("validate", "-v", path).err.startswith(f"{path}: a valid {what} record\n")
    path = write(tmp_path / "hosts" / "me", "l.yaml", laptop + "peak: {}\n")
    assert inside("validate", path).err.startswith(f"{path}:4:1: unknown key `peak`")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RECORD.replace("gpu", "gup"), ":3:7: kind: `gup` is not one of gpu"),
        (SERVER.replace("server", "sever"), ":2:7: kind: `sever` is not one of server"),
        (RECORD + "name: Y\n", ":5:1: duplicate key `name`"),
        ("name: x\nkind: compute\nsite: {grid: FR}\n", ":1:1: `phases` is missing"),
    ],
)
def test_what_it_is_taken_for(inside, tmp_path, text, said):
    path = write(tmp_path, "x.yaml", text)
    found = inside("validate", path)
    assert found.code == 3
    assert f"{path}{said}" in found.err


def test_stdin():
    assert run("validate", "-", stdin=Path(QUICK).read_text()) == (0, "", "")
    assert run("validate", "-", "-v", stdin=RECORD).err.startswith(
        "<stdin>: a valid device record\n"
    )
    bad = run("validate", "-", stdin="name: [")
    assert (bad.code, bad.out) == (3, "")
    assert bad.err.startswith("<stdin>:")


def test_verbose_and_quiet(inside, tmp_path):
    bad = write(tmp_path, "bad.yaml", "name: x\n")
    assert inside("validate", "-v", QUICK).err == f"{QUICK}: a valid workload\n1 file is valid\n"
    assert inside("validate", "-v", QUICK, QUICK).err.endswith("\n2 files are valid\n")
    assert inside("validate", "-v", QUICK, bad).err.endswith("\n1 of 2 files are valid\n")
    assert inside("validate", "-v", "-q", QUICK) == (0, "", "")
    assert inside("validate", "-q", bad).err == f"{bad}:1:1: `phases` is missing\n"


def test_own_hardware(inside, tmp_path):
    (tmp_path / "hosts" / "me").mkdir(parents=True)
    write(tmp_path / "hosts" / "me", "box.yaml", SERVER)
    cite(tmp_path, "me")
    job = write(
        tmp_path,
        "job.yaml",
        Path(QUICK).read_text().replace("kind: compute,", "kind: compute, host: me/box,"),
    )
    assert "host: me/box" in Path(job).read_text()
    assert inside("validate", job).code == 3
    assert inside("validate", job, "--hardware-db", str(tmp_path)).code == 0
    assert inside("validate", job, "--hardware-db", str(tmp_path / "none")).code == 3


def test_wrong_usage(inside):
    assert inside("validate").code == 2
    assert inside("validate", QUICK, "--format", "csv").code == 2


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
@pytest.mark.parametrize(("file", "code"), [(QUICK, 0), ("none.yaml", 3)])
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_change_nothing(file, code, closed):
    command = f"exec '{sys.executable}' -m carbonctl validate -v '{file}' {closed}"
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, env=clean_environment(), check=False)
    assert done.returncode == code


def test_a_closed_pipe_is_quiet():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, "validate", QUICK], stdout=writer, stderr=subprocess.PIPE, cwd=ROOT,
        env=clean_environment(), check=False,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")  # it writes nothing there
