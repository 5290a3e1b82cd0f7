"""Files that others wrote mislead nobody: workloads, saved results, records, tables, settings."""

import json
import os
import re
from pathlib import Path

import pytest

from carbonctl.cli.complete import answer
from carbonctl.spec import files
from tests.conftest import CONFIGS

QUICK = str(CONFIGS / "quickstart.yaml")
COMMAND = re.compile(r"^\s*(?:\x1b\[[0-9;]*m|\s)*::|##\[", re.M)
LONG = "A " * 36 + "::stop-commands::pwn"


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def job(name: str, **more: str) -> str:
    text = json.dumps(name)
    energy = "kind: energy, energy: 1 MWh, embodied: 0 kg"
    return (
        f"name: {text}\nsite: {{carbon_intensity: 0.4 kg/kWh, pue: 1.2}}\n"
        f"functional_unit: {{name: {text}, amount: 2}}\n"
        f"phases: {{training: [{{{energy}, name: {text}}}, {{{energy}, name: b}}]}}\n"
    )


# --- commands of workflows ---


@pytest.mark.parametrize("width", ["40", "60", "80", "100"])
@pytest.mark.parametrize(
    "arguments",
    ["estimate {}", "estimate {} --by activity", "estimate {} --color always", "explain {}",
     "estimate {} -f md", "compare {} {}", "compare {} {quick}", "compare {} {quick} -f github",
     "compare {} {quick} -f junit", "estimate {} -f csv", "estimate {} -f json",
     "sweep {} --over site.pue=1,2", "sweep {} --over site.pue=1,2 --over site.carbon_free_energy=0,1 --per",
     "sweep {} --over site.pue=1,2 --per -f md", "sweep {} --over site.pue=1,2 -f csv",
     "breakeven {} {quick} --vary site.pue=1..2",
     "breakeven {} {quick} --vary site.pue=1..2 -f md",
     "breakeven {} {quick} --vary site.pue=1..2 -f json"],
)  # fmt: skip
def test_no_line_becomes_a_command_where_a_name_is_cut(
    inside, tmp_path, monkeypatch, width, arguments
):
    path = write(tmp_path, "job.yaml", job(LONG))
    monkeypatch.setattr(os, "environ", {**os.environ, "COLUMNS": width})
    done = inside(*(word.format(path, quick=QUICK) for word in arguments.split()))
    assert done.code == 0
    said = re.sub("^::notice .*$", "", done.out, flags=re.M) if "github" in arguments else done.out
    assert not COMMAND.search(said + done.err)


@pytest.mark.parametrize("name", ["::error::x", " ::error::x", "##[error]x", "a ##[group]b"])
@pytest.mark.parametrize(
    "text",
    ["name: {0}\n", "systems: {{{0}: {{devices: 8}}}}\n", "sites: {{{0}: {{grid: FR}}}}\n",
     "reported: {{total: 1 kg, source: {0}}}\n", "functional_unit: {{name: {0}, amount: 1}}\n"],
)  # fmt: skip
def test_names_that_are_commands_are_refused(inside, tmp_path, name, text):
    written = text.format(json.dumps(name))
    rest = "" if written.startswith("name") else "name: x\n"
    energy = "phases: {training: [{kind: energy, energy: 1 MWh, embodied: 0 kg}]}\n"
    path = write(tmp_path, "job.yaml", f"{written}{rest}site: {{grid: FR}}\n{energy}")
    done = inside("estimate", path)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(f"{path}:1:")
    assert "must not begin with :: or contain ## followed by [" in done.err
    assert not COMMAND.search(done.err)


@pytest.mark.parametrize("text", ["::error::x", "a ##[error]b", "a\n::error::b", "a\x1b[31mb"])
def test_messages_that_echo_a_text_give_no_command(inside, tmp_path, text):
    quoted = json.dumps(text)
    path = write(
        tmp_path, "job.yaml",
        f"name: x\nsite: {{grid: {quoted}}}\n{quoted}: 1\n"
        f"phases: {{training: [{{kind: {quoted}}}, {{kind: energy, energy: {quoted}}}]}}\n",
    )  # fmt: skip
    good = write(tmp_path, "good.yaml", job("x"))
    for arguments in (("validate", path), ("estimate", path, good, "-f", "json"), (text,),
                      ("estimate", path, "--set", text), ("hardware", "show", text),
                      ("estimate", good, "--export", text), ("grid", "show", text),
                      ("compare", good, path, "-f", "json"), ("estimate", good, "--fail-on", text),
                      ("estimate", text), ("compare", f"{text}:x", good)):  # fmt: skip
        done = inside(*arguments)
        assert done.code in (2, 3)
        assert not COMMAND.search(done.out + done.err)
        assert (done.out + done.err).replace("\n", "").isprintable()
    told = [
        e["message"] for e in json.loads(inside("estimate", path, good, "-f", "json").out)["errors"]
    ]
    assert any(text.replace("\n", "\\n") in message or text in message for message in told)


# --- a database of one's own ---

RECORD = """\
name: Mine
vendor: me
kind: gpu
year: 2020
rated_power: {value: 100 W, source: mine, note: fine}
"""
SOURCES = "mine: {citation: A note, url: 'https://example.org', licence: unknown, year: 2025}\n"
WORKLOAD = """\
name: w
site: {grid: FR}
phases:
  training:
    - {kind: compute, device: my/x, devices: 1, wall_time: 1 h, host_power: 0 W, embodied: 0 kg}
"""
EVIL = ["\x1b[31mred", "a\x1b]0;pwned\x07", "::error::x", "a ##[error]x", "=cmd()", "a\u202eb"]


@pytest.fixture
def database(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "db/accelerators/my/x.yaml", RECORD)
    write(tmp_path, "db/sources.yaml", SOURCES)
    write(tmp_path, "pyproject.toml", '[tool.carbonctl]\nhardware_db = "db"\n')
    write(tmp_path, "w.yaml", WORKLOAD)
    return tmp_path


COMMANDS = ["estimate w.yaml", "estimate w.yaml --format md", "explain w.yaml",
            "hardware show my/x", "hardware list", "embodied my/x", "compare w.yaml w.yaml",
            "validate db/accelerators/my/x.yaml"]  # fmt: skip


@pytest.mark.parametrize("command", [*COMMANDS, "doctor"])
def test_a_database_of_ones_own_serves(inside, database, command):
    assert inside(*command.split()).code == 0


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize(
    ("before", "line"), [("Mine", 1), ("me\n", 2), ("fine", 5), ("source: mine", 5)]
)
def test_texts_of_records_are_refused(inside, database, evil, before, line):
    quoted = json.dumps(evil)
    after = {"me\n": f"{quoted}\n", "source: mine": f"source: {quoted}"}.get(before, quoted)
    write(database, "db/accelerators/my/x.yaml", RECORD.replace(before, after))
    for command in COMMANDS:
        done = inside(*command.split())
        assert (done.code, done.out) == (3, ""), command
        said = re.sub("^note: own records: .*\n", "", done.err)
        assert said.removeprefix(f"{database}/").startswith(f"db/accelerators/my/x.yaml:{line}:")
        assert "must not" in done.err
        assert not COMMAND.search(done.err)


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("before", ["mine:", "A note", "'https://example.org'"])
def test_texts_of_sources_are_refused(inside, database, evil, before):
    after = json.dumps(evil) + ":" * before.endswith(":")
    write(database, "db/sources.yaml", SOURCES.replace(before, after))
    for command in COMMANDS[:4]:
        done = inside(*command.split())
        assert (done.code, done.out) == (3, "")
        assert done.err.startswith(f"{database}/db/sources.yaml:1:")
        assert "must not" in done.err


GRID = "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note\n"


@pytest.mark.parametrize("evil", [*EVIL, "a\x9b31m"])
@pytest.mark.parametrize("column", ["zone", "name", "note"])
def test_texts_of_tables_are_refused(inside, database, evil, column):
    cells = {"zone": "AA", "name": "Aland", "note": "fine"} | {column: evil}
    good = "FR,France,2020,direct,50,,,mine,high,-0.5\n"
    row = f"{cells['zone']},{cells['name']},2020,direct,50,,,mine,high,{cells['note']}\n"
    path = write(database, "db/grids/mine.csv", GRID + good + row)
    for command in ("grid list", "grid list --format csv", "estimate w.yaml", "grid show FR"):
        done = inside(*command.split())
        assert (done.code, done.out) == (3, ""), command
        assert f"{path}:3:1: not a CSV table: " in done.err
        assert "must not" in done.err
        assert not COMMAND.search(done.err)
    Path(path).write_text(GRID + good)
    assert inside("grid", "show", "FR").code == 0


@pytest.mark.parametrize("name", ["\x1b[31m", "::error::x", "##[error]x", "=1", "a\nb"])
def test_ids_of_records_are_texts_too(inside, database, name):
    for path in (f"accelerators/{name}/x.yaml", f"accelerators/my/{name}.yaml"):
        record = Path(write(database, f"db/{path}", RECORD))
        if "/".join(record.with_suffix("").parts[-2:]).startswith("my/") and name in (
            "::error::x", "=1",
        ):  # fmt: skip
            record.unlink()
            continue
        done = inside("hardware", "list", "--format", "csv")
        assert (done.code, done.out) == (3, "")
        assert not COMMAND.search(done.err)
        record.unlink()


# --- what is no file, or a huge one ---


def pipe(path: Path) -> None:
    os.mkfifo(path)


def zero(path: Path) -> None:
    path.symlink_to("/dev/zero")


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)


KINDS = {"a pipe": pipe, "a device": zero, "a huge file": huge}
READ = {
    "db/accelerators/my/x.yaml": ["estimate w.yaml", "hardware list", "hardware show A100"],
    "db/sources.yaml": ["estimate w.yaml", "explain w.yaml"],
    "db/defaults.yaml": ["estimate w.yaml"],
    "db/grids/mine.csv": ["estimate w.yaml", "grid list"],
    "db/cloud/regions.csv": ["grid list"],
    "db/fab/other.csv": ["hardware factors"],
    "pyproject.toml": ["estimate w.yaml", "config", "hardware list"],
    "budget.yaml": ["estimate w.yaml --budget budget.yaml",
                    "compare w.yaml w.yaml --budget budget.yaml"],
    "inner.yaml": ["embodied --import-act bom.yaml"],
}  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("name", READ)
def test_what_is_no_file_or_a_huge_one_is_refused(inside, database, name, make):
    write(database, "bom.yaml", "imports: {a: inner.yaml}\n")
    path = database / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    make(path)
    for command in READ[name]:
        done = inside(*command.split())
        assert (done.code, done.out) == (3, ""), command
        said = r"(:1:1)?: (is not a regular file|is larger than 64 MiB)\n"
        assert re.search(re.escape(name) + said, done.err)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_a_tab_waits_for_no_pipe_and_shows_no_escape(database, capfdbinary, make):
    for name in ("db/accelerators/my/y.yaml", "db/grids/a.csv", "db/cloud/regions.csv"):
        (database / name).parent.mkdir(parents=True, exist_ok=True)
        make(database / name)
    write(database, "db/accelerators/my/z.yaml", 'aliases: ["h\x1b[31m", "H99"]\n')
    write(database, "db/grids/b.csv", GRID + "F\x1b[31m,x\n")
    for words in ("hardware show h9", "grid show F"):
        asks = {"COMP_WORDS": f"carbonctl {words}", "COMP_CWORD": "3"}
        assert answer({"_CARBONCTL_COMPLETE": "complete_bash", **asks}) == 0
        assert b"\x1b" not in capfdbinary.readouterr().out


@pytest.mark.parametrize("boundary", ["chip", "node"])
def test_a_time_of_requests_without_a_system_is_no_bug(inside, tmp_path, boundary):
    path = tmp_path / "job.yaml"
    path.write_text(
        "name: a\nsite: {grid: FR}\nphases:\n  inference:\n"
        "    - {kind: serving, requests: 1000, energy_per_request: 0.13 Wh, "
        f"energy_boundary: {boundary}, device_time_per_request: 2 GPU-s}}\n"
    )
    done = inside("estimate", str(path), "-f", "csv")
    assert done.code == 0
    assert "the embodied carbon of the requests is unknown" in done.err


@pytest.mark.parametrize("hours", ["1e308", "1e400"])
def test_an_endless_time_without_a_unit_is_no_bug(inside, tmp_path, hours):
    path = tmp_path / "job.yaml"
    path.write_text(
        "name: a\nsite: {grid: FR}\nphases:\n  training:\n"
        f"    - {{kind: compute, device: nvidia/t4, devices: 1, wall_time: {hours}}}\n"
    )
    done = inside("estimate", str(path))
    assert done.code == 3
    assert f"`{hours}`" in done.err
