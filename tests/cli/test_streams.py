"""Streams: several documents in one input, JSON Lines, globs, directories, rows, exports."""

import csv
import io
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pandas
import pytest

from carbonctl.ledger.entry import COLUMNS, Totals
from tests.conftest import CONFIGS, ROOT, clean_environment, run

QUICK = str(CONFIGS / "quickstart.yaml")
EXACT = {} if int(pandas.__version__.split(".")[0]) > 2 else {"float_precision": "round_trip"}
COMMAND = [sys.executable, "-m", "carbonctl", "estimate"]


def job(name: str, grid: str = "FR", hours: str = "24 h") -> dict:
    one = {"kind": "compute", "device": "nvidia/a100-sxm4-80gb", "devices": 8, "wall_time": hours}
    return {"name": name, "site": {"grid": grid, "pue": 1.2}, "phases": {"training": [one]}}


def lines(*jobs: dict | str) -> str:
    return "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in jobs)


def totals(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in ("jobs/b.yaml", "jobs/a.yaml", "jobs/deep/c.json", "jobs/.hidden/d.yaml",
                 "jobs/.e.yaml", "jobs/notes.txt"):  # fmt: skip
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(json.dumps(job(Path(path).stem)))
    Path("jobs/f.jsonl").write_text(lines(job("f1"), job("f2")))
    return tmp_path


# --- several documents ---


YAML = """\
name: one
site: {grid: FR}
phases: {inference: [{kind: energy, energy: 1 MWh, embodied: 0 kg}]}
--- # the second
name: two
site: {grid: Oz}
phases: {inference: [{kind: energy, energy: 1 MWh, embodied: 0 kg}]}
---
# nothing
---
name: three
site: {grid: PL}
phases: {inference: [{kind: energy, energy: 1 MWh, embodied: 0 kg}]}
...
"""


def test_several_yaml_documents(inside, tmp_path):
    path = tmp_path / "jobs.yaml"
    path.write_text(YAML)
    done = inside("estimate", str(path), "--format", "csv", "--totals")
    assert done.code == 3
    assert [row["file"] for row in totals(done.out)] == [f"{path}#1", f"{path}#3"]
    assert done.err.startswith(f"{path}:6:14: grid: unknown grid `Oz`")
    document = json.loads(inside("estimate", str(path), "--format", "json").out)
    assert [(e["file"], e["line"]) for e in document["errors"]] == [(str(path), 6)]
    line = document["results"][1]["entries"][0]["inputs"][0]["line"]
    assert "energy: 1 MWh" in YAML.splitlines()[line - 1]
    assert line == 13


@pytest.mark.parametrize(
    "text",
    [
        "---\n" + YAML.partition("---")[0],
        "%YAML 1.1\n---\n" + YAML.partition("---")[0],
        YAML.partition("---")[0] + "---\n",
        YAML.partition("---")[0] + "...\n# the end\n",
        "# first\n---\n" + YAML.partition("---")[0] + "---\n# nothing\n...\n---\n",
    ],
)
def test_a_single_document_keeps_its_plain_name(inside, tmp_path, text):
    path = tmp_path / "jobs.yaml"
    path.write_text(text)
    done = inside("estimate", str(path), "--format", "csv", "--totals")
    assert [row["file"] for row in totals(done.out)] == [str(path)]


def test_a_faulty_document_spoils_no_other(inside, tmp_path):
    path = tmp_path / "jobs.yaml"
    good = YAML.partition("---")[0]
    path.write_text(f"{good}---\nname: [\n---\n{good}")
    done = inside("estimate", str(path), "--format", "csv", "--totals")
    assert done.code == 3
    assert len(totals(done.out)) == 2
    assert done.err.startswith(f"{path}:6:1: not valid YAML")


def test_standard_input_has_a_name():
    text = lines(job("a"), {"name": "b"}, job("c"))
    done = run("estimate", "-", "--stdin-name", "jobs", "-f", "csv", "--totals", stdin=text)
    assert [row["file"] for row in totals(done.out)] == ["jobs#1", "jobs#3"]
    assert done.err.startswith("jobs:2:1: `phases` is missing")
    forged = run("estimate", "-", "--stdin-name", "=1", "-f", "csv", "--totals", stdin=text)
    assert totals(forged.out)[0]["file"] == "./=1#1"


# --- JSON Lines ---


def test_a_bad_line_is_reported_and_the_rest_still_come(inside, tmp_path):
    path = tmp_path / "jobs.jsonl"
    path.write_text("\n" + lines(job("a"), '{"name": "b", oops', "", job("c", "Oz"), job("d")))
    done = inside("estimate", str(path), "--format", "csv", "--totals")
    assert done.code == 3
    assert [row["file"] for row in totals(done.out)] == [f"{path}#2", f"{path}#6"]
    told = done.err.splitlines()
    assert told[0].startswith(f"{path}:3:15: not valid JSON: ")
    assert told[1].startswith(f"{path}:5:")
    assert "unknown grid `Oz`" in told[1]


@pytest.mark.parametrize(
    "text",
    [
        lines(job("a"), job("b")),
        lines(job("a"), "oops"),
        lines('{"name": "a", oops}', job("b")),
        "\ufeff\n\n" + lines(job("a"), "", job("b")).replace("\n", "\r\n"),
        lines(job("a")) + json.dumps(job("b")),
    ],
)
def test_json_lines_are_known_by_their_beginning(text):
    done = run("estimate", "-", "--format", "csv", "--totals", stdin=text)
    known = [row["file"] for row in totals(done.out)] + [done.err]
    assert known[0].startswith("<stdin>#")


@pytest.mark.parametrize(
    "text", [json.dumps(job("a")), json.dumps(job("a"), indent=2), lines(job("a")) + "# the end\n"]
)
def test_one_json_document_is_one_workload(text):
    done = run("estimate", "-", "--format", "csv", "--totals", stdin=text)
    assert (done.code, [row["file"] for row in totals(done.out)]) == (0, ["<stdin>"])


def test_a_single_line_is_a_line_where_the_name_says_so(inside, tmp_path):
    path = tmp_path / "jobs.ndjson"
    path.write_text("\n" + lines(job("a")))
    done = inside("estimate", str(path), "--format", "csv", "--totals")
    assert [row["file"] for row in totals(done.out)] == [f"{path}#2"]


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_json_lines_that_hold_nothing_are_said(inside, tmp_path, text):
    path = tmp_path / "jobs.jsonl"
    path.write_text(text)
    done = inside("estimate", str(path), "--format", "csv")
    assert (done.code, done.out) == (3, "")
    assert "the file holds nothing" in done.err


def test_saved_results_as_json_lines_are_inputs(inside, tmp_path):
    saved, mixed = tmp_path / "saved.jsonl", tmp_path / "mixed.jsonl"
    fresh = inside("estimate", QUICK, str(CONFIGS / "gpt3.yaml"), "-f", "jsonl", "-q").out
    saved.write_text(fresh)
    assert inside("estimate", str(saved), "-f", "jsonl", "-q").out == fresh
    mixed.write_text(fresh + lines(job("a")))
    done = inside("estimate", str(mixed), "--format", "csv", "--totals", "-q")
    assert [row["file"] for row in totals(done.out)] == [
        QUICK, str(CONFIGS / "gpt3.yaml"), f"{mixed}#3",
    ]  # fmt: skip
    one = tmp_path / "one.json"
    one.write_text(fresh.splitlines()[0])
    assert inside("estimate", str(one), "-f", "jsonl").out == fresh.splitlines(keepends=True)[0]


def test_a_long_first_line_is_read_whole():
    text = lines({**job("a"), "systems": {f"s{n}": {"devices": 8} for n in range(3000)}}, job("b"))
    done = run("estimate", "-", "--format", "csv", "--totals", stdin=text)
    assert [row["file"] for row in totals(done.out)] == ["<stdin>#1", "<stdin>#2"]


def test_a_character_that_json_escapes_in_two_halves(inside, tmp_path):
    path = tmp_path / "job.json"
    path.write_text(json.dumps(job("run 🚀 \\ud83d")))
    assert totals(inside("estimate", str(path), "-f", "csv", "--totals").out)[0]["workload"] == (
        "run 🚀 \\ud83d"
    )


@contextmanager
def conversation(*arguments: str):
    """Yield what writes workloads to standard input, and what reads a line of the results."""
    process = subprocess.Popen(
        [*COMMAND, "-", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
        env=clean_environment(),
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None

    def write(*jobs) -> None:
        process.stdin.write(lines(*jobs).encode())
        process.stdin.flush()

    yield write, process.stdout.readline
    process.stdin.close()
    assert process.wait() == 0
    process.stdout.close()


def test_results_are_written_as_they_come():
    with conversation("--format", "csv", "--totals", "--no-header") as (write, read):
        write(job("a"), job("b"))
        assert read().startswith(b"<stdin>#1,a,")
        assert read().startswith(b"<stdin>#2,b,")
        write(job("c"))
        assert read().startswith(b"<stdin>#3,c,")


def test_the_first_line_does_not_wait_where_the_name_says_what_it_is():
    with conversation("--stdin-name", "x.jsonl", "--format", "jsonl") as (write, read):
        write(job("a"))
        assert json.loads(read())["file"] == "x.jsonl#1"


# A process begins with the peak of the one that starts it: that is to be a small one.
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak(path: Path, *arguments: str, command: str = "estimate") -> int:
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *COMMAND[:-1], command, str(path), *arguments], capture_output=True,
        cwd=ROOT, env=clean_environment(PYTHONPATH=str(ROOT)), check=True,
    )  # fmt: skip
    return int(done.stdout)


@pytest.mark.skipif(os.name == "nt", reason="needs resource")
@pytest.mark.parametrize("arguments", [("-f", "csv"), ("-f", "jsonl"), ("-f", "tsv", "-j", "2")])
def test_memory_does_not_grow(tmp_path, arguments):
    few, many = tmp_path / "few.jsonl", tmp_path / "many.jsonl"
    text = [json.dumps(job(f"job {n}", hours=f"{n + 1}.5 h")) + "\n" for n in range(20_000)]
    few.write_text("".join(text[:1000]))
    many.write_text("".join(text))
    assert peak(many, *arguments) < 1.2 * peak(few, *arguments)


# --- rows ---


def test_rows_of_tables(inside):
    entries = inside("estimate", QUICK, "--format", "csv")
    assert inside("estimate", QUICK, "--format", "csv", "--entries") == entries
    assert entries.out.startswith(",".join(COLUMNS) + "\n")
    document = json.loads(inside("estimate", QUICK, "--format", "json").out)["results"][0]
    rows = totals(inside("estimate", QUICK, "--format", "csv", "--totals").out)
    assert len(rows) == 1
    assert list(rows[0]) == ["file", "workload", "complete", *Totals._fields]
    assert rows[0]["complete"] == "true"
    for key, value in document["total"].items():
        assert rows[0][key] == ("" if value is None else repr(value))
    rows = totals(inside("estimate", QUICK, "--format", "csv", "--phases").out)
    assert list(rows[0]) == ["file", "workload", "phase", *Totals._fields]
    assert [row["phase"] for row in rows] == list(document["phases"])
    for row in rows:
        assert float(row["energy_kwh"]) == document["phases"][row["phase"]]["energy_kwh"]
    tabbed = inside("estimate", QUICK, "--format", "tsv", "--totals").out
    assert tabbed.replace("\t", ",") == inside("estimate", QUICK, "-f", "csv", "--totals").out


@pytest.mark.parametrize("flag", ["--entries", "--totals", "--phases", "--by=scope", "--by=site"])
def test_rows_as_json_lines_are_those_of_the_csv(inside, flag):
    gpt3 = str(CONFIGS / "gpt3.yaml")
    rows = totals(inside("estimate", QUICK, gpt3, "-q", "--format", "csv", flag).out)
    found = inside("estimate", QUICK, gpt3, "-q", "--format", "jsonl", flag).out.splitlines()
    assert len(rows) == len(found)
    for row, line in zip(rows, map(json.loads, found), strict=True):
        assert list(row) == list(line)
        for key, value in line.items():
            is_known = value is not None
            said = json.dumps(value) if isinstance(value, bool) else str(value)
            assert row[key] == (said if is_known else "")


@pytest.mark.parametrize(
    "flags",
    [
        ("--totals",),
        ("--phases", "-f", "json"),
        ("--no-header",),
        ("--no-header", "-f", "jsonl"),
        ("--totals", "--phases", "-f", "csv"),
        ("--totals", "--by", "scope", "-f", "csv"),
        ("--jobs", "0", "-f", "csv"),
    ],
)
def test_rows_that_cannot_be_are_wrong_usage(inside, flags):
    done = inside("estimate", QUICK, *flags)
    assert (done.code, done.out) == (2, "")
    assert done.err


def test_a_flag_of_rows_is_for_every_table(inside, tmp_path):
    path = tmp_path / "t.csv"
    done = inside("estimate", QUICK, "--totals", "--export", f"csv={path}")
    assert "Total" in done.out
    assert path.read_text() == inside("estimate", QUICK, "-f", "csv", "--totals").out


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_no_header(inside, tmp_path, form):
    whole = inside("estimate", QUICK, "--format", form).out
    bare = inside("estimate", QUICK, "--format", form, "--no-header").out
    assert whole.partition("\n")[2] == bare
    path = tmp_path / "log"
    for _ in range(2):
        inside("estimate", QUICK, "--export", f"{form}+={path}", "--no-header")
    assert path.read_text() == bare * 2


# --- what reads it back ---


@pytest.mark.parametrize(("form", "separator"), [("csv", ","), ("tsv", "\t")])
def test_what_reads_the_tables_back_loses_nothing(inside, tmp_path, form, separator):
    path = tmp_path / 'odd "name", with a comma.yaml'
    path.write_text(json.dumps(job('run "α", café 🚀')))
    document = json.loads(inside("estimate", str(path), QUICK, "--format", "json").out)
    expected = [entry for result in document["results"] for entry in result["entries"]]
    text = inside("estimate", str(path), QUICK, "--format", form).out
    frame = pandas.read_csv(io.StringIO(text), sep=separator, dtype={"ghg_scope": str}, **EXACT)
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == len(expected)
    for number, entry in enumerate(expected):
        for column in COLUMNS:
            cell = frame[column][number]
            assert cell == entry[column] or (pandas.isna(cell) and entry[column] is None)
    rows = list(csv.DictReader(io.StringIO(text), delimiter=separator))
    assert [list(row.values()) for row in rows] == [
        ["" if entry[column] is None else str(entry[column]) for column in COLUMNS]
        for entry in expected
    ]


# --- globs and directories ---


def files(done) -> list[str]:
    return [row["file"] for row in totals(done.out)]


def test_globs_quoted_or_not(inside, folder):
    def found(*arguments):
        return inside("estimate", *arguments, "-f", "csv", "--totals")

    assert files(found("jobs/*.yaml")) == ["jobs/a.yaml", "jobs/b.yaml"]
    assert files(found("jobs/**/*.json")) == ["jobs/deep/c.json"]
    assert files(found("jobs/[b]*.yaml")) == ["jobs/b.yaml"]
    assert files(found("jobs/b.yaml", "jobs/*.yaml")) == ["jobs/b.yaml", "jobs/a.yaml"]
    assert files(found("jobs/b.yaml", "./jobs/b.yaml")) == ["jobs/b.yaml", "./jobs/b.yaml"]
    none = found("jobs/b.yaml", "none/*.yaml")
    assert (none.code, files(none)) == (3, ["jobs/b.yaml"])
    assert none.err == "none/*.yaml:1:1: no such file, and the glob matches none\n"
    only = found("job?")
    assert (only.code, only.err) == (
        3,
        "job?:1:1: the glob matches no files, only directories or pipes\n",
    )
    Path("a[1].yaml").write_text(json.dumps(job("x")))
    assert files(found("a[1].yaml")) == ["a[1].yaml"]


def test_directories(inside, folder):
    refused = inside("estimate", "jobs")
    assert (refused.code, refused.out) == (3, "")
    assert refused.err == "jobs:1:1: is a directory; --recursive reads the workloads in it\n"
    done = inside("estimate", "jobs", "--recursive", "-f", "csv", "--totals")
    assert files(done) == [
        "jobs/a.yaml", "jobs/b.yaml", "jobs/deep/c.json", "jobs/f.jsonl#1", "jobs/f.jsonl#2",
    ]  # fmt: skip
    Path("empty").mkdir()
    empty = inside("estimate", "empty", "-r")
    assert empty.code == 3
    assert empty.err.startswith("empty:1:1: holds no workload: nothing in it ends in .yaml,")


def test_a_glob_is_no_way_around_the_check_of_exports(inside, folder):
    assert inside("estimate", "jobs/*.yaml", "--export", "csv=jobs/a.yaml").code == 2
    assert json.loads(Path("jobs/a.yaml").read_text())["name"] == "a"


# --- exports beside streams ---


def test_exports_beside_a_stream(inside, tmp_path):
    path, out, table = tmp_path / "jobs.jsonl", tmp_path / "out.csv", tmp_path / "out.json"
    path.write_text(lines(*(job(f"job {n}") for n in range(50))))
    done = inside(
        "estimate", str(path), "-f", "csv", "--export", f"csv={out}", "--export", f"json={table}"
    )
    assert done.code == 0
    assert out.read_text() == done.out
    assert len(json.loads(table.read_text())["results"]) == 50
    again = inside("estimate", str(path), "-f", "csv", "--export", f"csv+={out}")
    assert out.read_text() == done.out + again.out.partition("\n")[2]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["jobs.jsonl", "out.csv", "out.json"]


@pytest.mark.skipif(os.name == "nt", reason="needs a pipe that breaks")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_exports_are_finished_when_a_reader_leaves(tmp_path, jobs):
    path, out = tmp_path / "jobs.jsonl", tmp_path / "out.csv"
    path.write_text(lines(*(job(f"job {n}", hours=f"{n + 1} h") for n in range(3000))))
    process = subprocess.Popen(
        [*COMMAND, str(path), "-f", "csv", "--totals", "--export", f"csv={out}", "-j", jobs],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=clean_environment(),
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 141
    assert len(totals(out.read_text())) == 3000
    process.stderr.close()


def test_what_waits_for_exports_is_spooled(inside, tmp_path, monkeypatch):
    from carbonctl.outputs import sinks

    whole = inside("estimate", QUICK, QUICK, QUICK, "-f", "csv").out
    monkeypatch.setattr(sinks, "_IN_MEMORY", 100)
    path = tmp_path / "out.csv"
    done = inside("estimate", QUICK, QUICK, QUICK, "-f", "csv", "--export", f"csv={path}")
    assert done.out == path.read_text() == whole


def test_an_export_that_cannot_be_written_is_said_once(inside, tmp_path):
    path = tmp_path / "jobs.jsonl"
    path.write_text(lines(*(job(f"job {n}") for n in range(5))))
    done = inside("estimate", str(path), "-f", "csv", "--export", f"csv={tmp_path}/none/x.csv")
    assert done.code == 74
    assert len(totals(done.out)) == 5 * 5
    assert done.err.count("No such file or directory") == 1


def test_gates_are_judged_over_all(inside, tmp_path):
    path = tmp_path / "jobs.jsonl"
    path.write_text(lines(job("a", hours="1 h"), job("b", hours="1000 h"), job("c", hours="1 h")))
    rule = ("--fail-on", "energy_kwh > 1 MWh")
    done = inside("estimate", str(path), "-f", "csv", "--totals", *rule)
    assert done.code == 1
    assert len(totals(done.out)) == 3
    assert done.err.startswith(f"{path}#2: gate failed: energy_kwh > 1 MWh")
    assert inside("estimate", str(path), "-f", "csv", *rule, "--exit-zero").code == 0


def test_links_to_folders_are_not_followed(inside, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inner = tmp_path / "jobs" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "jobs" / "a.yaml").write_text(Path(QUICK).read_text())
    (inner / "b.yaml").write_text(Path(QUICK).read_text())
    for name in ("one", "two"):
        (inner / name).symlink_to("..")
    for argument in ("jobs/**/*.yaml", "**/*.yaml", "jobs/**", f"{tmp_path}/**/*.yaml"):
        done = inside("estimate", argument, "--format", "csv", "--totals", "--no-header", "-q")
        files = [line.partition(",")[0] for line in done.out.splitlines()]
        assert [Path(file).name for file in files] == ["a.yaml", "b.yaml"], argument


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_pipe_that_is_found_is_not_waited_for(inside, tmp_path):
    (tmp_path / "a.yaml").write_text(Path(QUICK).read_text())
    os.mkfifo(tmp_path / "b.yaml")
    done = inside("estimate", str(tmp_path), "--recursive", "--format", "csv", "--totals", "-q")
    assert (done.code, done.out.count("\n")) == (0, 2)


def test_a_folder_that_cannot_be_read_is_said(monkeypatch):
    from carbonctl.inputs import discovery

    def walk(folder, onerror):
        onerror(PermissionError(13, "Permission denied", f"{folder}/locked"))
        yield folder, [], []

    monkeypatch.setattr(discovery.os, "walk", walk)
    (found,) = discovery.find([str(ROOT)], recursive=True)
    assert str(found.problem) == f"{ROOT}/locked:1:1: Permission denied"


def test_a_workload_with_an_object_a_line_is_one_document(inside, tmp_path):
    file = tmp_path / "job.json"
    energy = '{"kind":"energy","energy":"5 MWh","embodied":"0 kg"}'
    file.write_text(
        f'{{"name":"a","site":{{"grid":"FR"}},"phases":{{"data":[\n{energy},\n{energy}\n]}}}}\n'
    )
    done = inside("estimate", str(file), "--format", "csv", "--totals", "-q")
    assert (done.code, done.out.count("\n")) == (0, 2)


def test_processes_have_a_limit(inside):
    assert inside("estimate", "a.yaml", "--jobs", "99999").code == 2


def test_pipes_are_left_out_of_globs(inside, folder):
    os.mkfifo("jobs/pipe.yaml")
    assert files(inside("estimate", "jobs/*.yaml", "-f", "csv", "--totals")) == [
        "jobs/a.yaml", "jobs/b.yaml",
    ]  # fmt: skip


def test_an_export_over_what_is_read(inside, tmp_path):
    path = tmp_path / "job.yaml"
    path.write_text(Path(QUICK).read_text())
    with path.open("rb") as file:
        done = subprocess.run(
            [*COMMAND, "-", "-f", "csv", "--export", f"csv={path}"], stdin=file, cwd=ROOT,
            capture_output=True, env=clean_environment(), text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "standard input is read from it" in done.stderr
    assert f"{path} is read" in inside("estimate", str(path), "--export", f"csv+={path}").err
    assert path.read_text() == Path(QUICK).read_text()


def test_standard_input_is_read_once():
    done = run("estimate", "-", "-", stdin=lines(job("a")))
    assert (done.code, done.out) == (2, "")
    assert "only once" in done.err


@pytest.mark.parametrize("text", ["---\n---\n", "---\n...\n---\n# nothing\n"])
def test_documents_that_hold_nothing(text):
    done = run("estimate", "-", "-f", "csv", stdin=text)
    assert (done.code, done.out) == (3, "")
    assert "the file holds nothing" in done.err
