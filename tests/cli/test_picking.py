"""One document of an input by its label, in every command: `jobs.yaml#2`, `jobs.jsonl#17`."""

import json
from pathlib import Path

import pytest

from tests.cli.test_compare import git
from tests.cli.test_streams import QUICK, job, lines
from tests.conftest import GRIDS, run

YAML = """\
# of two, with a comment
---
name: one
site: {grid: FR}
phases: {inference: [{kind: energy, energy: 1 MWh, embodied: 0 kg}]}
--- # the second
name: two
site: {grid: PL}
systems: {s: {embodied: 100 kg, devices: 1}}
phases: {inference: [{kind: energy, energy: 1 MWh, embodied: 0 kg}]}
...
%YAML 1.1
---
name: three
site: {grid: PL}
phases: {inference: [{kind: energy, energy: 3 MWh, embodied: 0 kg}]}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("jobs.yaml").write_text(YAML)
    Path("jobs.jsonl").write_text("\n" + lines(job("a"), "", '{"name": "b", oops', job("c", "PL")))
    return tmp_path


def rows(inside, *arguments: str) -> list[str]:
    """Return the rows of a table without its head."""
    return inside("estimate", *arguments, "-f", "csv", "--totals", "--no-header").out.splitlines()


# --- estimate ---


def test_every_label_that_is_printed_names_its_document(inside):
    whole = rows(inside, "jobs.yaml", "jobs.jsonl")
    labels = [row.partition(",")[0] for row in whole]
    assert labels == ["jobs.yaml#1", "jobs.yaml#2", "jobs.yaml#3", "jobs.jsonl#2", "jobs.jsonl#5"]
    assert rows(inside, *labels) == whole
    for form in ("json", "jsonl", "csv"):
        found = inside("estimate", "jobs.yaml", "-f", form)
        assert inside("estimate", *labels[:3], "-f", form) == found


def test_faults_stand_at_their_line_of_the_file(inside):
    assert inside("estimate", "jobs.jsonl#4").err.startswith("jobs.jsonl:4:15: not valid JSON: ")
    Path("jobs.yaml").write_text(YAML.replace("PL", "Oz"))
    done = inside("estimate", "jobs.yaml#2", "-f", "json")
    assert done.err.startswith("jobs.yaml:8:14: grid: unknown grid `Oz`")


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("jobs.yaml#4", "jobs.yaml:1:1: there is no document 4; it holds 3"),
        ("jobs.yaml#0", "jobs.yaml:1:1: there is no document 0; it holds 3"),
        ("one.yaml#2", "one.yaml:1:1: there is no document 2; it holds one"),
        ("jobs.jsonl#3", "jobs.jsonl:3:1: line 3 is blank"),
        ("jobs.jsonl#6", "jobs.jsonl:1:1: there is no line 6; the last is line 5"),
        ("jobs.jsonl#0", "jobs.jsonl:1:1: there is no line 0; the last is line 5"),
        ("one.jsonl#2", "one.jsonl:1:1: there is no line 2; the last is line 1"),
        ("none.yaml#2", "none.yaml#2:1:1: no such file"),
        ("folder#1", "folder#1:1:1: no such file"),
        ("jobs.yaml#", "jobs.yaml#:1:1: no such file"),
        ("jobs.yaml#-1", "jobs.yaml#-1:1:1: no such file"),
        ("jobs.yaml#" + "9" * 5000, "jobs.yaml#999"),
        ("-#1", "./-#1:1:1: no such file"),
    ],
)
@pytest.mark.parametrize("command", ["estimate", "explain", "validate"])
def test_what_is_not_there(inside, command, label, said):
    Path("folder").mkdir()
    Path("one.yaml").write_text("---\n" + YAML.split("---")[1])
    Path("one.jsonl").write_text(lines(job("a")))
    done = inside(command, "--", label)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(said)


def test_a_file_of_that_very_name_goes_before(inside):
    Path("jobs.yaml#2").write_text(json.dumps(job("very name")))
    assert rows(inside, "jobs.yaml#2")[0].startswith("jobs.yaml#2,very name,")
    assert rows(inside, "jobs.yaml#2#1")[0].startswith("jobs.yaml#2#1,very name,")


def test_a_single_document_has_a_number_too(inside):
    Path("one.jsonl").write_text("\n" + lines(job("a")))
    assert rows(inside, "one.jsonl#2", f"{QUICK}#1")[0].startswith("one.jsonl#2,a,")
    plain = rows(inside, QUICK)[0]
    assert rows(inside, f"{QUICK}#1") == [plain.replace(QUICK, f"{QUICK}#1", 1)]


def test_a_name_with_signs_of_a_glob_and_one_that_is_found_besides(inside):
    Path("jobs[1].yaml").write_text(YAML)
    assert rows(inside, "jobs[1].yaml#2")[0].startswith("jobs[1].yaml#2,two,")
    assert len(rows(inside, "jobs.yaml#2", "jobs.y*")) == 4


def test_no_export_is_written_over_the_file(inside):
    for command in (("estimate", "jobs.yaml#1"), ("compare", "jobs.yaml#1", "jobs.yaml#2")):
        done = inside(*command, "--export", "json=jobs.yaml")
        assert done.code == 2
    assert Path("jobs.yaml").read_text() == YAML


def test_the_file_of_a_saved_line(inside):
    Path("saved.jsonl").write_text(inside("estimate", "jobs.yaml", "-f", "jsonl").out)
    assert rows(inside, "saved.jsonl#2") == rows(inside, "jobs.yaml#2")


# --- explain, embodied ---


def test_one_of_several_is_explained(inside):
    done = inside("explain", "jobs.yaml#2", "inference.energy")
    assert done.code == 0
    assert "given, jobs.yaml:10" in done.out
    assert "given, jobs.jsonl:5" in inside("explain", "jobs.jsonl#5").out
    assert inside("explain", "jobs.yaml#2", "none").err.startswith("jobs.yaml:6:1: nothing to")


def test_one_of_several_has_a_bill(inside):
    done = inside("embodied", "jobs.yaml#2", "-f", "json")
    assert (done.code, json.loads(done.out)["results"][0]["file"]) == (0, "jobs.yaml#2")
    assert inside("embodied", "jobs.yaml#1").err.startswith("jobs.yaml:2:1: no system")
    assert inside("embodied", "jobs.jsonl#4").err.startswith("jobs.jsonl:4:15: not valid JSON: ")
    assert inside("embodied", "none#1").code == 3


@pytest.mark.parametrize("command", ["explain", "embodied"])
def test_several_are_named(inside, command):
    Path("jobs.jsonl").write_text(lines(*(job(f"{n}") for n in range(9000))))
    for file, told in (("jobs.yaml", ""), ("jobs.jsonl", ", …")):
        done = inside(command, file)
        assert (done.code, done.out) == (3, "")
        assert done.err == (
            f"{file}:1:1: holds several documents: {file}#1, {file}#2, {file}#3{told}; "
            f"name one, as in `carbonctl {command} {file}#1`\n"
        )
    piped = run(command, "-", stdin=YAML)
    assert piped.code == 3
    assert piped.err.endswith(f"; save it and name one, as in `carbonctl {command} FILE#1`\n")


# --- compare ---


def comparison(done) -> dict:
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_one_of_several_is_a_side(inside):
    found = comparison(inside("compare", "jobs.yaml#2", "jobs.yaml#3", "-f", "json"))
    assert (found["base"]["label"], found["alternatives"][0]["label"]) == (
        "jobs.yaml#2",
        "jobs.yaml#3",
    )
    assert found["alternatives"][0]["total"]["energy_kwh"]["percent"] == pytest.approx(200)


def test_several_are_one_side_as_in_a_saved_result(inside):
    Path("jobs.jsonl").write_text(lines(job("a"), job("b", hours="48 h")))
    Path("more.yaml").write_text("---\n".join(json.dumps(job(n)) + "\n" for n in "ab"))
    Path("saved.json").write_text(inside("estimate", "jobs.jsonl", "-f", "json").out)
    fresh = comparison(inside("compare", "jobs.jsonl", "more.yaml", "-f", "json"))
    saved = comparison(inside("compare", "saved.json", "more.yaml", "-f", "json"))
    assert fresh["base"]["label"] == "jobs.jsonl"
    assert fresh["alternatives"][0]["total"] == saved["alternatives"][0]["total"]
    assert fresh["alternatives"][0]["total"]["energy_kwh"]["percent"] == pytest.approx(-100 / 3)
    assert {row["workload"] for row in fresh["alternatives"][0]["entries"]} == {"a", "b"}


def test_all_faults_of_a_side_are_said(inside):
    Path("jobs.jsonl").write_text(lines(job("a", "Oz"), job("b"), job("c", "Oz")))
    done = inside("compare", "jobs.jsonl", QUICK)
    assert (done.code, done.err.count("unknown grid `Oz`")) == (3, 2)


def test_saved_lines_do_not_say_their_versions(inside):
    Path("saved.jsonl").write_text(inside("estimate", "jobs.yaml", "-f", "jsonl").out)
    done = inside("compare", "saved.jsonl#1", "jobs.yaml#1")
    assert done.code == 3
    assert done.err.startswith("saved.jsonl:1:1: this is JSON Lines, which does not say the ver")


def test_one_of_several_at_a_revision(inside):
    Path("odd#1").write_text(json.dumps(job("odd")))
    git("init", "-q", "-b", "main", cwd=".")
    git("add", ".", cwd=".")
    git("commit", "-qm", "first", cwd=".")
    Path("jobs.yaml").write_text(YAML.replace("3 MWh", "6 MWh"))
    for file in ("jobs.jsonl", "odd#1"):
        Path(file).unlink()
    found = comparison(inside("compare", "main:jobs.yaml#3", "jobs.yaml#3", "-f", "json"))
    assert found["base"]["label"] == "main:jobs.yaml#3"
    assert found["alternatives"][0]["total"]["energy_kwh"]["percent"] == pytest.approx(100)
    whole = comparison(inside("compare", "main:jobs.yaml", "jobs.yaml", "-f", "json"))
    assert whole["alternatives"][0]["total"]["energy_kwh"]["percent"] == pytest.approx(60)
    assert comparison(inside("compare", "main:jobs.jsonl#5", "main:odd#1", "-f", "json"))
    for label, said in (
        ("main:jobs.yaml#4", "main:jobs.yaml:1:1: there is no document 4; it holds 3"),
        ("main:jobs.jsonl#3", "main:jobs.jsonl:3:1: line 3 is blank"),
        ("main:jobs.jsonl#4", "main:jobs.jsonl:4:15: not valid JSON"),
    ):
        done = inside("compare", label, "jobs.yaml#3")
        assert (done.code, done.err.startswith(said)) == (3, True), done.err
    new = inside("compare", "main:new.yaml#1", "jobs.yaml#3")
    assert (new.code, "no such file at that revision" in new.err) == (0, True)


# --- what is wrong with --set ---


@pytest.mark.parametrize("value", ["site.gird=FR", "site.grid=[", "site.pue=0.5", "a.b.0=1"])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_fault_of_set_is_said_once(inside, value, form):
    Path("jobs.jsonl").write_text(lines(*(job(f"{n}") for n in range(500))))
    done = inside("estimate", "jobs.jsonl", "jobs.yaml", "--set", value, "-f", form)
    assert (done.code, done.out) == (3, "")
    first, *others = done.err.splitlines()
    assert first.startswith("--set:1:")
    assert others == [f"{':'.join(first.split(':')[:3])}: the same in 502 more"]
    alone = inside("estimate", "jobs.yaml#1", "--set", value, "-f", form)
    assert alone.err == first + "\n"


def test_other_faults_beside_that_of_set_are_all_said(inside):
    Path("jobs.yaml").write_text(YAML.replace("PL", "Oz"))
    done = inside("estimate", "jobs.yaml", QUICK, "--set", "site.gird=FR", "-f", "csv")
    assert done.err.splitlines() == [
        "--set:1:11: unknown key `gird`; did you mean `grid`?",
        f"jobs.yaml:8:14: grid: unknown grid `Oz`; {GRIDS}",
        f"jobs.yaml:15:14: grid: unknown grid `Oz`; {GRIDS}",
        "--set:1:11: the same in 3 more",
    ]


def test_errors_of_the_json_hold_a_fault_of_set_once(inside):
    metered = {"name": "x", "kind": "energy", "energy": "1 MWh", "embodied": "0 kg"}
    good = {"name": "good", "site": {"grid": "FR"}, "phases": {"training": [metered]}}
    others = [job("a"), job("b")]
    for other in others:
        other["phases"]["training"][0]["name"] = "x"
    Path("jobs.jsonl").write_text(lines(*others, good))
    done = inside("estimate", "jobs.jsonl", "--set", "phases.training.x.energy=2 MWh", "-f", "json")
    document = json.loads(done.out)
    assert [one["name"] for one in document["results"]] == ["good"]
    assert [error["file"] for error in document["errors"]] == ["--set"]


def test_a_fault_of_set_is_said_once_by_embodied(inside):
    done = inside("embodied", "jobs.yaml#1", "jobs.yaml#2", "--set", "site.gird=FR")
    assert done.err.splitlines() == [
        "--set:1:11: unknown key `gird`; did you mean `grid`?",
        "--set:1:11: the same in 1 more",
    ]
