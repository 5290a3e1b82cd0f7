"""The command line: exit codes, streams, exports, defaults of flags."""

import csv
import errno
import io
import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CONFIGS, ROOT, cite, clean_environment, run

QUICK = str(CONFIGS / "quickstart.yaml")
LLAMA = str(CONFIGS / "llama3.yaml")
COMMAND = [sys.executable, "-m", "carbonctl"]


def write(folder: Path, name: str, text: str | bytes) -> str:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(path)


def test_the_table(inside):
    done = inside("estimate", LLAMA)
    assert (done.code, done.err) == (0, "")
    for word in ("Llama 3 pre-training", "2,283", "Operational", "Embodied", "−0.3 %"):
        assert word in done.out
    head = done.out.splitlines()[0]
    assert re.match(r"Llama 3 pre-training, 8B and 70B: 2,576 tCO2e \(2,416 to 2,937", head)
    assert "wu2022" not in done.out
    assert "Assumed: 5 figures that the file does not give; --details" in done.out
    detailed = inside("estimate", LLAMA, "--details").out
    assert detailed.startswith(done.out.partition("Assumed")[0])
    assert "wu2022" in detailed
    assert re.search(r"lifetime +4 years \(3\.\.5\) +default", detailed)


def test_csv(inside):
    rows = list(csv.DictReader(io.StringIO(inside("estimate", LLAMA, "--format", "csv").out)))
    assert sum(float(row["kgco2e"]) for row in rows if row["boundary"] == "operational") == (
        pytest.approx(2_282_665)
    )
    assert {row["file"] for row in rows} == {LLAMA}


def test_json(inside):
    document = json.loads(inside("estimate", LLAMA, QUICK, "-f", "json").out)
    assert list(document) == [
        "schema", "version", "hardware_db", "own_records", "results", "errors",
    ]  # fmt: skip
    assert document["schema"] == "carbonctl.estimate/2"
    assert document["errors"] == []
    assert [result["file"] for result in document["results"]] == [LLAMA, QUICK]
    assert list(document["results"][0]) == [
        "file", "sha256", "name", "complete", "total", "phases", "entries", "figures", "drivers",
        "assumptions", "reported", "warnings", "uncertainty", "spec",
    ]  # fmt: skip
    assert list(document["results"][0]["assumptions"][0]) == [
        "path", "value", "unit", "status", "source", "name", "low", "high",
    ]  # fmt: skip
    assert list(document["results"][0]["entries"][0]["inputs"][0]) == [
        "name", "value", "unit", "low", "high", "status", "source", "path", "line",
        "distribution", "unknown", "parameters",
    ]  # fmt: skip
    assert list(document["results"][0]["phases"]) == [
        "data", "experimentation", "training", "inference",
    ]  # fmt: skip


def test_a_saved_result_is_an_input(inside, tmp_path):
    for form in ("json", "csv", "table"):
        fresh = inside("estimate", LLAMA, "--format", form).out
        saved = write(tmp_path, "r.json", inside("estimate", LLAMA, "--format", "json").out)
        assert inside("estimate", saved, "--format", form).out == fresh
    refused = inside("estimate", saved, "--set", "site.pue=2")
    assert refused.code == 3
    assert "--set changes a workload" in refused.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"schema": "carbonctl.estimate/2", "results": [', "not a saved result"),
        ('{"schema": "carbonctl.estimate/2", "results": [{}]}', "not a saved result"),
        ('{"schema": "carbonctl.estimate/9", "results": []}', "this carbonctl reads"),
        ('["schema", "carbonctl."]', "the file holds a list"),
        ('{"schema": "carbonctl.estimate/2", "results": ' + "[" * 100_000, "not a saved result"),
    ],
)
def test_a_broken_saved_result(inside, tmp_path, text, said):
    done = inside("estimate", write(tmp_path, "r.json", text))
    assert (done.code, done.out) == (3, "")
    assert said in done.err


BAD = {
    "empty.yaml": "",
    "list.yaml": "- a\n",
    "scalar.yaml": "text\n",
    "binary.yaml": bytes(range(256)),
    "latin1.yaml": "name: café\n".encode("latin-1"),
    "tabs.yaml": "name: x\nphases:\n\ttraining: []\n",
    "tag.yaml": "name: !!python/object/apply:os.system [x]\n",
    "deep.yaml": "[" * 1_000_000,
    "self.yaml": "a: &a [*a]\n",
    "bomb.yaml": "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
    + "".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ),
    "duplicate.yaml": "name: a\nname: b\n",
    "ansi.yaml": 'name: "\\e[31mred"\nphases: {}\n',
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_bad_files(inside, tmp_path, name, form):
    path = write(tmp_path, name, BAD[name])
    done = inside("estimate", path, "--format", form)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(f"{path}:")
    line, col = done.err.removeprefix(f"{path}:").split(":")[:2]
    assert int(line) >= 1
    assert int(col) >= 1
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err


def test_missing_files_and_folders(inside, tmp_path):
    for path, said in ((str(tmp_path / "no.yaml"), "no such file"), (str(tmp_path), "directory")):
        done = inside("estimate", path)
        assert (done.code, done.out) == (3, "")
        assert done.err.startswith(f"{path}:1:1: ")
        assert said in done.err


def test_one_faulty_file_among_three(inside, tmp_path):
    bad = write(tmp_path, "bad.yaml", "name: x\nsite: {grid: Oz}\nphases: {}\n")
    done = inside("estimate", QUICK, bad, LLAMA, "--format", "json")
    assert done.code == 3
    document = json.loads(done.out)
    assert [r["file"] for r in document["results"]] == [QUICK, LLAMA]
    assert {e["file"] for e in document["errors"]} == {bad}
    assert list(document["errors"][0]) == ["file", "line", "col", "path", "message"]
    assert [e["line"] for e in document["errors"]] == [2, 3]
    assert f"{bad}:2:14: grid: unknown grid `Oz`" in done.err
    rows = inside("estimate", QUICK, bad, LLAMA, "--format", "csv")
    assert rows.code == 3
    assert rows.out.count("\n") > 10


def test_stdin():
    text = Path(QUICK).read_text()
    done = run("estimate", "-", "--format", "csv", stdin=text)
    assert done.code == 0
    assert done.out.splitlines()[1].startswith("<stdin>,fine-tuning,")
    bad = run("estimate", "-", stdin="name: [")
    assert (bad.code, bad.out) == (3, "")
    assert bad.err.startswith("<stdin>:")


def test_set(inside):
    base = inside("estimate", QUICK, "--format", "csv").out
    french = inside("estimate", QUICK, "--format", "csv", "--set", "site.grid=FR").out
    assert base != french
    assert inside("estimate", QUICK, "--set", "site.grid").code == 2
    assert inside("estimate", QUICK, "--set", "=1").code == 2
    wrong = inside("estimate", QUICK, "--set", "site.pue=0.5")
    assert wrong.code == 3
    assert wrong.err.startswith("--set:1:10: pue: `0.5` is below 1")


@pytest.mark.parametrize(
    "arguments",
    [
        ("estimate", QUICK, "--format", "xml"),
        ("estimate", QUICK, "--frmat", "csv"),
        ("estimate", QUICK, "--color", "pink"),
        ("estimate", QUICK, "--export", "csv"),
        ("estimate", QUICK, "--export", "cvs=x.csv"),
        ("estmate", QUICK),
        ("--nope",),
    ],
)
def test_wrong_usage(inside, arguments):
    done = inside(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err
    assert done.err


def test_nothing_asked_for_shows_the_help_once(inside):
    for arguments in ((), ("estimate",), ("hardware",)):
        done = inside(*arguments)
        assert (done.code, done.out) == (2, "")
        assert done.err.count("Usage:") == 1


def test_help(inside):
    for arguments in (("--help",), ("-h",), ("estimate", "--help"), ("estimate", "-h")):
        done = inside(*arguments)
        assert done.code == 0
        assert "Exit codes: 0 done" in done.out
        assert "\x1b" not in done.out
    assert inside("--version").out.startswith("carbonctl 0.")


# --- exports ---


def test_exports(inside, tmp_path):
    path = tmp_path / "out.csv"
    done = inside("estimate", QUICK, "--export", f"csv={path}", "--export", f"json={path}.json")
    assert done.code == 0
    assert path.read_text() == inside("estimate", QUICK, "--format", "csv").out
    assert json.loads(Path(f"{path}.json").read_text())["results"]
    assert "Phase" in done.out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "out.csv.json"]


def test_an_export_appends(inside, tmp_path):
    path = tmp_path / "log.csv"
    for _ in range(2):
        inside("estimate", QUICK, "--export", f"csv+={path}")
    rows = path.read_text().splitlines()
    once = inside("estimate", QUICK, "--format", "csv").out.splitlines()
    assert rows == [*once, *once[1:]]
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    inside("estimate", QUICK, "--export", f"md+={summary}")
    assert summary.read_text().startswith("before\n### fine-tuning")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "csv+= --totals",
            "csv+=",
            "column 3 of that file is `complete`, and of these rows `phase`",
        ),
        ("csv+= --by scope", "csv+= --by stage", "is `scope`, and of these rows `stage`"),
        (
            "csv+= --by scope",
            "csv+= --by stage --no-header",
            "is `scope`, and of these rows `stage`",
        ),
        ("tsv+=", "csv+=", "that file is tsv; write tsv+="),
        ("csv+= --totals", "tsv+= --totals", "that file is csv; write csv+="),
        ("csv+= --totals --no-header", "csv+=", ", and of these rows `file`"),
        ("jsonl=", "csv+=", "and of these rows `file`; append to another file"),
    ],
)
def test_rows_of_other_columns_are_not_appended(inside, tmp_path, before, after, said):
    path = tmp_path / "log"

    def export(flags: str):
        form, *rest = flags.split()
        return inside("estimate", QUICK, "--export", f"{form}{path}", *rest)

    assert export(before).code == 0
    was = path.read_bytes()
    done = export(after)
    assert (done.code, done.out) == (2, "")
    assert f"--export {after.split()[0]}{path}: " in done.err
    assert said in done.err
    assert path.read_bytes() == was


def test_rows_are_appended_behind_those_without_a_head_or_with_a_spreadsheets(inside, tmp_path):
    path = tmp_path / "log.csv"
    export = ("estimate", QUICK, "--totals", "--export", f"csv+={path}")
    assert [inside(*export, "--no-header").code, inside(*export).code] == [0, 0]
    first, second = path.read_text().splitlines()
    assert first == second
    head = inside("estimate", QUICK, "--totals", "--format", "csv").out.splitlines()[0]
    path.write_bytes(b"\xef\xbb\xbf" + f"{head}\r\n".encode())
    assert inside(*export).code == 0
    assert path.read_text().splitlines()[1:] == [first]


def test_two_exports_append_to_one_file_in_one_format_alone(inside, tmp_path):
    for forms, code in ((("csv", "csv"), 0), (("csv", "tsv"), 2), (("jsonl", "csv"), 2)):
        exports = [part for form in forms for part in ("--export", f"{form}+={tmp_path}/{forms}")]
        assert inside("estimate", QUICK, *exports).code == code


@pytest.mark.parametrize(
    "arguments", [("compare", QUICK, QUICK), ("embodied", "nvidia/h100-sxm5-80gb")]
)
def test_other_commands_append_no_rows_of_other_columns_either(inside, tmp_path, arguments):
    path = tmp_path / "log.csv"
    export = (*arguments, "--export", f"csv+={path}")
    assert [inside(*export).code, inside(*export).code] == [0, 0]
    inside("estimate", QUICK, "--totals", "--export", f"csv={path}")
    done = inside(*export)
    assert (done.code, done.out) == (2, "")
    assert f"csv+={path}: column " in done.err


def test_exports_do_not_write_over_inputs_or_each_other(inside, tmp_path):
    job = write(tmp_path, "job.yaml", Path(QUICK).read_text())
    assert inside("estimate", job, "--export", f"csv={job}").code == 2
    assert inside("estimate", job, "--export", f"csv+={job}").code == 2
    assert Path(job).read_text() == Path(QUICK).read_text()
    twice = ("--export", f"csv={tmp_path}/x", "--export", f"json={tmp_path}/x")
    assert inside("estimate", job, *twice).code == 2
    assert inside("estimate", job, "--export", "csv=-").code == 2
    assert inside("estimate", job, "--export", f"csv={tmp_path}/new/").code == 2


def test_an_export_to_standard_output_is_not_lost(tmp_path):
    out = tmp_path / "out.txt"
    with out.open("wb") as file:
        subprocess.run(
            [*COMMAND, "estimate", QUICK, "--export", "csv=/dev/stdout", "-q"],
            stdout=file, cwd=ROOT, env=clean_environment(), check=True,
        )  # fmt: skip
    text = out.read_text()
    assert text.startswith("file,workload,")
    assert "Operational" in text


def test_an_export_follows_a_link_and_keeps_the_mode(inside, tmp_path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    inside("estimate", QUICK, "--export", f"csv={link}")
    assert link.is_symlink()
    assert real.read_text().startswith("file,")
    assert real.stat().st_mode & 0o777 == 0o640


def test_an_export_that_cannot_be_written(inside, tmp_path):
    done = inside("estimate", QUICK, "--export", f"csv={tmp_path}/none/out.csv", "-f", "csv")
    assert done.code == 74
    assert done.out.startswith("file,")
    assert "No such file or directory" in done.err
    assert inside("estimate", QUICK, "--export", f"csv={tmp_path}").code == 74


def test_a_device_is_written_to_and_not_replaced(inside):
    assert inside("estimate", QUICK, "--export", "csv=/dev/null").code == 0
    assert not Path("/dev/null").is_file()


def test_nothing_is_exported_where_nothing_is_good(inside, tmp_path):
    path = tmp_path / "out.csv"
    bad = write(tmp_path, "bad.yaml", "")
    assert inside("estimate", bad, "--export", f"csv={path}").code == 3
    assert not path.exists()


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs file size limits")
def test_a_full_disk_leaves_the_old_export(tmp_path):
    path = tmp_path / "out.json"
    path.write_text("old")

    def limit():
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))

    for form in ("json", "json+"):
        done = subprocess.run(
            [*COMMAND, "estimate", QUICK, "-q", "--export", f"{form}={path}"],
            preexec_fn=limit, cwd=ROOT, capture_output=True, env=clean_environment(), check=False,
        )  # fmt: skip
        assert done.returncode == 74
        assert b"File too large" in done.stderr
        assert path.read_text() == "old"
        assert [p.name for p in tmp_path.iterdir()] == ["out.json"]


# --- streams ---


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [("estimate", QUICK), ("--help",), ("--version",)])
def test_a_full_standard_output_is_74(arguments):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, cwd=ROOT,
            env=clean_environment(), check=False,
        )  # fmt: skip
    assert done.returncode == 74
    assert b"Traceback" not in done.stderr


def test_a_closed_standard_output_is_74():
    done = subprocess.run(
        ["sh", "-c", f"exec '{sys.executable}' -m carbonctl estimate '{QUICK}' >&-"],
        stderr=subprocess.PIPE, cwd=ROOT, env=clean_environment(), check=False,
    )  # fmt: skip
    assert done.returncode == 74
    assert done.stderr == b"standard output is closed\n"


@pytest.mark.skipif(os.name == "nt", reason="needs SIGPIPE")
def test_a_closed_pipe_is_quiet():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, "estimate", QUICK], stdout=writer, stderr=subprocess.PIPE, cwd=ROOT,
        env=clean_environment(), check=False,
    )  # fmt: skip
    os.close(writer)
    assert done.returncode == -13  # by the signal: 141 in a shell
    assert done.stderr == b""
    shell = (
        f"'{sys.executable}' -m carbonctl estimate '{QUICK}' -f csv | true; echo ${{PIPESTATUS[0]}}"
    )
    codes = {
        subprocess.run(
            ["bash", "-c", shell], capture_output=True, cwd=ROOT, env=clean_environment(),
            check=True,
        ).stdout.strip()
        for _ in range(2)
    }  # fmt: skip
    assert codes <= {b"141", b"0"}


def test_a_closed_standard_error_changes_nothing():
    done = subprocess.run(
        ["sh", "-c", f"exec '{sys.executable}' -m carbonctl estimate none.yaml 2>&-"],
        stdout=subprocess.PIPE, cwd=ROOT, env=clean_environment(), check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, b"")


def test_warnings_go_to_standard_error_and_are_quiet_on_demand():
    noisy = run("estimate", QUICK, "--set", "site.pue=5")
    quiet = run("estimate", QUICK, "--set", "site.pue=5", "-q")
    assert "warning: " in noisy.err
    assert quiet.err == ""
    assert noisy.out == quiet.out


def test_verbose_never_changes_the_result():
    plain, told = run("estimate", LLAMA, "-f", "csv"), run("estimate", LLAMA, "-f", "csv", "-v")
    assert plain.out == told.out
    assert plain.err == ""
    assert "1 results (1 computed one by one), 10 entries, 0 problems" in told.err


STYLES = [
    {"FORCE_COLOR": "1"},
    {"GITHUB_ACTIONS": "true"},
    {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    {"TERM": "dumb"},
    {"COLUMNS": "40"},
    {"COLUMNS": "300"},
    {"NO_COLOR": "1"},
    {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"},
]


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "tsv"])
def test_machine_formats_never_change(form):
    plain = run("estimate", LLAMA, "--format", form)
    for style in STYLES:
        assert run("estimate", LLAMA, "--format", form, **style) == plain
    assert run("estimate", LLAMA, "--format", form, "--color", "always") == plain


def test_color(inside, monkeypatch):
    assert "\x1b" not in inside("estimate", QUICK).out
    assert "\x1b" in inside("estimate", QUICK, "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in inside("estimate", QUICK).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in inside("estimate", QUICK).out
    assert "\x1b" not in inside("estimate", QUICK, "--color", "never").out


@pytest.mark.parametrize("columns", ["40", "60", "80", "100", "200"])
def test_the_table_keeps_within_the_terminal(inside, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    lines = inside("estimate", LLAMA).out.splitlines()
    assert max(map(len, lines)) <= int(columns)
    assert any("2,576" in line for line in lines)
    assert any(line.startswith("Training") for line in lines)
    assert not any("…" in line for line in lines)
    said = " ".join(" ".join(lines).split())
    assert "operational 2,283 tCO2e (89 %), embodied 294 tCO2e (11 %)" in said


# --- defaults of flags ---


def test_flags_from_the_environment_and_pyproject(tmp_path):
    (tmp_path / "job.yaml").write_text(Path(QUICK).read_text())
    (tmp_path / "pyproject.toml").write_text('[tool.carbonctl]\nformat = "json"\n')
    (tmp_path / "sub").mkdir()
    assert run("estimate", "../job.yaml", cwd=tmp_path / "sub").out.startswith("{")
    assert run("estimate", "job.yaml", cwd=tmp_path, CARBONCTL_FORMAT="csv").out.startswith("file,")
    flag = run("estimate", "job.yaml", "-f", "table", cwd=tmp_path, CARBONCTL_FORMAT="csv")
    assert flag.out.startswith("fine-tuning")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[tool.carbonctl]\nfrmat = 'csv'\n", 3),
        ("[tool.carbonctl]\nset = ['site.pue=9']\n", 3),
        ("[tool.carbonctl\n", 3),
        ("[tool.carbonctl]\nformat = 'xml'\n", 3),
        ("[tool]\ncarbonctl = 5\n", 3),
        ("[[tool.carbonctl]]\n", 3),
        ("tool = 5 # tool.carbonctl\n", 0),
        ("# tool.carbonctl is nice\n", 0),
        ("[tool.carbonctl-extra]\nx = 1\n", 0),
        ("[tool.other]\nx = 1\n", 0),
        ("not toml at all", 0),
    ],
)
def test_a_faulty_pyproject(tmp_path, text, code):
    (tmp_path / "pyproject.toml").write_text(text)
    done = run("estimate", QUICK, cwd=tmp_path)
    assert done.code == code
    assert "Traceback" not in done.err


def test_the_environment_never_changes_a_spec():
    plain = run("estimate", QUICK, "-f", "csv")
    assert run("estimate", QUICK, "-f", "csv", CARBONCTL_SET="site.pue=2") == plain


def test_own_hardware(tmp_path):
    folder = tmp_path / "hosts" / "me"
    folder.mkdir(parents=True)
    (folder / "box.yaml").write_text(
        "name: Box\nkind: server\ndevices: 4\nhost_power: {value: 100 W, is: measured, source: meter}\n"
    )
    cite(tmp_path, "meter")
    spec = "name: x\nsite: {grid: FR}\nphases: {training: [{kind: compute, device: nvidia/t4, host: me/box, devices: 4, wall_time: 1 h}]}"
    found = run("estimate", "-", "-f", "csv", "--hardware-db", str(tmp_path), stdin=spec)
    assert found.code == 0
    assert ",0.1,kWh," in found.out
    assert run("estimate", "-", stdin=spec).code == 3
    assert run("estimate", "-", stdin=spec, CARBONCTL_HARDWARE_DB=str(tmp_path)).code == 0
    assert run("estimate", QUICK, "--hardware-db", str(tmp_path / "none")).code == 3
    (folder / "box.yaml").write_text("name: Box\nkind: sever\nhost_power: 5\n")
    broken = run("estimate", "-", "--hardware-db", str(tmp_path), stdin=spec)
    assert broken.code == 3
    assert "box.yaml:2:7: kind: `sever` is not one of server" in broken.err
    assert "box.yaml:3:13: host_power: a figure is a mapping" in broken.err


# --- endings ---


def test_a_bug_is_70(monkeypatch, inside):
    import carbonctl.batch.worker

    def fail(*_, **__):
        raise RuntimeError("boom")

    monkeypatch.setattr(carbonctl.batch.worker, "read_document", fail)
    done = inside("estimate", QUICK)
    assert done.code == 70
    assert done.err.count("\n") == 1
    assert "this is a bug (RuntimeError: boom)" in done.err
    told = inside("estimate", QUICK, "--debug")
    assert told.code == 70
    assert "Traceback" in told.err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (MemoryError(), 3, "carbonctl: out of memory; "),
        (OSError(errno.EMFILE, "Too many open files", "a.yaml"), 3, "a.yaml: Too many open files"),
        (BlockingIOError(errno.EAGAIN, "Try again"), 3, "carbonctl: Try again"),
        (OSError(errno.EFBIG, "File too large"), 74, "standard output: File too large"),
        (OSError(errno.EINVAL, "Invalid"), 70, "carbonctl: this is a bug (OSError: "),
    ],
)
def test_what_the_system_does_not_give_is_no_bug(monkeypatch, inside, error, code, said):
    import carbonctl.batch.worker

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(carbonctl.batch.worker, "read_document", fail)
    done = inside("estimate", QUICK)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(said)


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory in another way")
@pytest.mark.parametrize(
    ("limit", "most", "code", "said"),
    [
        ("RLIMIT_AS", 100_000_000, 3, "carbonctl: out of memory; "),
        ("RLIMIT_FSIZE", 10_000, 74, "out.json: File too large"),
    ],
)
def test_limits_of_the_shell(tmp_path, limit, most, code, said):
    one = {"kind": "energy", "energy": "1 kWh", "embodied": "0 kg"}
    jobs = {"name": "many", "site": {"grid": "FR"}, "phases": {"data": [one] * 5_000}}
    path = write(tmp_path, "many.json", json.dumps(jobs))
    done = subprocess.run(
        [sys.executable, "-m", "carbonctl", "estimate", path if code == 3 else QUICK, "-q",
         "--export", "json=out.json"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env=clean_environment(PYTHONPATH=str(ROOT)),
        preexec_fn=lambda: resource.setrlimit(getattr(resource, limit), (most, most)),
    )  # fmt: skip
    assert (done.returncode, [p.name for p in tmp_path.iterdir()]) == (code, ["many.json"])
    assert said in done.stderr  # behind what the interpreter may say of it


def test_an_interrupt_is_130(monkeypatch, inside):
    import carbonctl.batch.worker

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(carbonctl.batch.worker, "read_document", interrupt)
    assert inside("estimate", QUICK).code == 130


INTERRUPTED = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
class Interrupt:
    def find_spec(self, name, *_):
        if name == sys.argv[1]:
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
from carbonctl.cli import main
main(sys.argv[2:])
"""


@pytest.mark.parametrize(
    "module",
    [
        "carbonctl.cli.exit_codes",
        "carbonctl.errors",
        "typer",
        "carbonctl.cli.estimate",
        "yaml",
        "rich",
    ],
)
def test_an_interrupt_of_the_imports_is_130_and_quiet(module):
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, module, "estimate", QUICK], capture_output=True,
        cwd=ROOT, env=clean_environment(PYTHONPATH=str(ROOT)), check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_an_interrupt_while_a_class_is_made_is_130(monkeypatch, inside):
    import carbonctl.batch.worker

    class Slow:
        def __set_name__(self, owner, name):
            raise KeyboardInterrupt

    monkeypatch.setattr(
        carbonctl.batch.worker, "read_document", lambda *_, **__: type("Made", (), {"slow": Slow()})
    )
    assert (inside("estimate", QUICK).code, inside("estimate", QUICK).err) == (130, "")


def test_before_an_interrupt_is_quiet_nothing_slow_is_imported():
    code = "import os, sys; before = set(sys.modules); import carbonctl.cli; print(*sorted({*sys.modules} - before))"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
        env=clean_environment(PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    assert done.stdout.split() == ["carbonctl", "carbonctl.cli"]


def test_the_worst_code_decides():
    from carbonctl.errors import worst

    assert worst([0, 3, 74]) == 74
    assert worst([1, 3]) == 3
    assert worst([70, 74]) == 70
    assert worst([]) == 0


def test_names_that_look_like_paths_do_no_harm(inside, tmp_path):
    """Faults of the account are found by place, whatever an activity is called."""
    for name in ("2024", "5", "1.load", "v1.", "a..b", "."):
        job = write(
            tmp_path,
            "job.yaml",
            "name: x\nsite: {grid: FR}\nphases:\n  training:\n"
            "    - {kind: energy, energy: 1 kWh, embodied: 0 kg}\n"
            f"    - {{name: '{name}', kind: compute, device: nvidia/t4}}\n",
        )
        done = inside("estimate", job)
        assert done.code == 3
        assert done.err.startswith(f"{job}:6:7: no time: give `device_time`")


def test_lines_cannot_be_forged(inside, tmp_path):
    job = write(tmp_path, "job.yaml", 'name: x\n"a\\nfoo.yaml:9:9: fake": 1\nphases: {}\n')
    assert not any(line.startswith("foo.yaml") for line in inside("estimate", job).err.splitlines())


def test_file_names_of_every_kind(tmp_path):
    text = Path(QUICK).read_bytes()
    for raw in (b"\xff.yaml", b"a\nb.yaml", b"=cmd.yaml", b"\x1b[31m.yaml"):
        (tmp_path / os.fsdecode(raw)).write_bytes(text)
        done = subprocess.run(
            [*COMMAND, "estimate", b"./" + raw if raw[:1] != b"=" else raw, "-f", "csv", "-q"],
            cwd=tmp_path, capture_output=True, env=clean_environment(PYTHONPATH=str(ROOT)), check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert b"\x1b" not in done.stdout
        assert not done.stdout.splitlines()[1].startswith(b"=")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("accelerators/me/x.yaml", "name: X\nvendor: me\nkind: gpu\nhost: no/host\nrated_power: {value: 1 W, source: s}\n"),
        ("accelerators/me/x.yaml", None),
        ("accelerators/me/x.yaml", "name: X\nvendor: me\nkind: gpu\nrated_power: {value: 0 W, source: s}\n"),
        ("accelerators/me/x.yaml", "name: X\nvendor: me\nkind: gpu\nyear: 99999999999\n"),
        ("accelerators/me/x.yaml", "name: X\nvendor: me\nkind: gpu\nrated_power: {value: 1 W, source: =cmd}\n"),
        ("defaults.yaml", "lifetime: {value: 0..5 years, source: s}\n"),
        ("defaults.yaml", "pue: {value: 0.5, source: s}\n"),
        ("defaults.yaml", "utilization: {value: 200 %, source: s}\n"),
        ("grids/x.csv", "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note\nFR,x,2024,direct,nan,,,s,,\n"),
        ("grids/x.csv", "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note\nFR,x,2024,direct,-5,,,s,,\n"),
        ("grids/x.csv", "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note\nFR,x,2024,foo,5,,,s,,\n"),
        ("grids/x.csv", "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note\nFR,x,2024,direct,5,9,1,s,,\n"),
        ("grids/x.csv", "zone;name;year;basis;x\n"),
        ("grids/x.csv", 'zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note\nFR,"x\n'),
    ],
)  # fmt: skip
def test_broken_records_of_ones_own(inside, tmp_path, path, text):
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if text is None:
        file.mkdir()
    else:
        file.write_text(text)
    job = write(tmp_path, "job.yaml", (
        "name: x\nsite: {grid: FR}\nphases: {training: [{kind: compute, device: DEVICE, "
        "devices: 1, wall_time: 1 h}]}\n"
    ).replace("DEVICE", "me/x" if "accelerators" in path else "nvidia/t4"))  # fmt: skip
    done = inside("estimate", job, "--hardware-db", str(tmp_path))
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith((f"{file}:", f"{job}:"))


def test_tampered_results_end_in_3(inside, tmp_path):
    fresh = json.loads(inside("estimate", QUICK, "--format", "json").out)
    evil = [None, -1, [1], {}, "x", "=cmd()", float("nan"), 10**400, "\x1b[31m"]
    keys = [("name",), ("file",), ("warnings",), ("spec",), ("entries", 0, "kgco2e"),
            ("entries", 0, "phase"), ("entries", 0, "inputs", 0, "value"),
            ("assumptions", 0, "path"), ("assumptions", 0, "value"), ("entries",)]  # fmt: skip
    for path in keys:
        for value in evil:
            document = json.loads(json.dumps(fresh))
            node = document["results"][0]
            for part in path[:-1]:
                node = node[part]
            node[path[-1]] = value
            saved = write(tmp_path, "r.json", json.dumps(document))
            for form in ("csv", "json", "table"):
                done = inside("estimate", saved, "-f", form)
                assert done.code in (0, 3), (path, value, form, done.err)
                assert "Traceback" not in done.err
                assert "\x1b" not in done.out


def test_a_saved_result_may_be_sorted_and_have_a_byte_order_mark(inside, tmp_path):
    fresh = inside("estimate", QUICK, "--format", "json").out
    sorted_ = json.dumps(json.loads(fresh), sort_keys=True, indent=2)
    saved = write(tmp_path, "r.json", b"\xef\xbb\xbf" + sorted_.encode())
    again = inside("estimate", saved, "--format", "json").out
    assert json.loads(again) == json.loads(fresh)


def test_equivalents_have_their_sources(inside):
    done = inside("estimate", LLAMA, "--equivalents")
    assert "As much carbon as" in done.out
    assert "epa-equivalencies" in done.out
    line = next(text for text in done.out.splitlines() if text.rstrip().endswith("desnz2022"))
    assert " km" in line
    assert "As much as car us" in inside("estimate", LLAMA, "--equivalents", "-f", "md").out
    plain = inside("estimate", LLAMA, "-f", "csv").out
    assert inside("estimate", LLAMA, "--equivalents", "-f", "csv").out == plain


@pytest.mark.parametrize(
    "spec",
    [
        {"phases": {"training": 5}},
        {"phases": {"training": [{"name": ["a"], "kind": "compute"}]}},
        {"phases": 7},
        {"functional_unit": {"name": 5, "amount": 1}},
        {"functional_unit": {"name": "x", "amount": "-1"}},
        {"functional_unit": {"name": "x"}},
        {"reported": {"source": 5}},
        {"reported": [1]},
        {"phases": {"training": [{"kind": "compute", "system": "=cmd()"}]}},
        {"site": "\x1b[31mred"},
        {"sites": []},
        [1],
    ],
)
def test_a_tampered_spec_of_a_saved_result_is_refused(inside, tmp_path, spec):
    text = inside("estimate", str(CONFIGS / "llama3.yaml"), "-f", "json").out
    document = json.loads(text)
    document["results"][0]["spec"] = spec
    path = tmp_path / "saved.json"
    path.write_text(json.dumps(document))
    for by in ("system", "site", "phase"):
        done = inside("estimate", str(path), "--by", by)
        assert (done.code, done.out) == (3, "")
        assert "not a saved result" in done.err


def test_a_name_with_a_hard_space_is_saved_and_read_again(inside, tmp_path):
    text = (CONFIGS / "quickstart.yaml").read_text().replace("name: ", "name: \u00a0", 1)
    (tmp_path / "job.yaml").write_text(text)
    saved = inside("estimate", str(tmp_path / "job.yaml"), "-f", "json").out
    (tmp_path / "saved.json").write_text(saved)
    assert inside("estimate", str(tmp_path / "saved.json"), "-f", "json").out == saved


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("kgco2e", 1.0, "quantity × factor is not its kgco2e"),
        ("kgco2e_low", 1e9, "kgco2e_low is above kgco2e_high"),
        ("boundary", "between", "`between` is no boundary"),
        ("factor", 1e300, "is beyond what can be meant"),
    ],
)
def test_a_saved_entry_that_contradicts_itself_is_refused(inside, tmp_path, key, value, said):
    text = inside("estimate", str(CONFIGS / "quickstart.yaml"), "-f", "json").out
    document = json.loads(text)
    document["results"][0]["entries"][0][key] = value
    (tmp_path / "saved.json").write_text(json.dumps(document))
    done = inside("validate", str(tmp_path / "saved.json"))
    assert done.code == 3
    assert said in done.err
