"""``compare``: sides, exit codes, formats to the byte whatever the terminal says."""

import csv
import io
import json
import os
import re
import subprocess
from xml.etree import ElementTree as ET

import pytest

from tests.conftest import ROOT, run

GOLDEN = ROOT / "tests" / "golden" / "compare"
JOB = """name: fine-tuning
site: {grid: FR, pue: 1.1..1.3}
phases:
  training:
    - {kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 24 h, load: 85 %}
"""
HEAVIER = JOB.replace("24 h", "48 h")


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    (tmp_path / "a.yaml").write_text(JOB)
    (tmp_path / "b.yaml").write_text(HEAVIER)
    (tmp_path / "bad.yaml").write_text("name: t\n")
    (tmp_path / "unknown.yaml").write_text(
        "name: t\nsite: {grid: FR}\nphases: {training: [{kind: energy, energy: 1 kWh}]}\n"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- exit codes ---


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("a.yaml", "b.yaml"), 0),
        (("a.yaml", "b.yaml", "--fail-on", "total_kgco2e > +5%"), 1),
        (("a.yaml", "b.yaml", "--fail-on", "total_kgco2e > +5%", "--exit-zero"), 0),
        (("a.yaml", "b.yaml", "--warn-on", "total_kgco2e > +5%"), 0),
        (("a.yaml", "b.yaml", "--fail-on", "total_kgco2e > +500%"), 0),
        (("a.yaml", "unknown.yaml", "--fail-on", "total_kgco2e > 1 t"), 3),
        (("a.yaml", "unknown.yaml", "--fail-on", "total_kgco2e > 1 t", "--exit-zero"), 3),
        (("a.yaml", "unknown.yaml", "--fail-on", "operational_kgco2e > 1 t"), 0),
        (("a.yaml", "bad.yaml"), 3),
        (("bad.yaml", "a.yaml"), 3),
        (("a.yaml", "bad.yaml", "b.yaml", "--fail-on", "total_kgco2e > +5%"), 3),
        (("a.yaml", "none.yaml"), 3),
        (("a.yaml",), 2),
        (("-", "-"), 2),
        (("a.yaml", "b.yaml", "--fail-on", "total_kgco2e"), 2),
        (("a.yaml", "b.yaml", "--fail-on", "total_kgco2e > 5%"), 2),
        (("a.yaml", "b.yaml", "--budget", "none.yaml"), 3),
        (("a.yaml", "b.yaml", "--export", "csv=a.yaml"), 2),
        (("a.yaml", "b.yaml", "--export", "jsonl=x"), 2),
        (("a.yaml", "b.yaml", "--export", "md=no/such/folder/x.md"), 74),
        (("-x:a.yaml", "b.yaml"), 2),
    ],
)
def test_exit_codes(inside, jobs, arguments, code):
    assert inside("compare", *arguments).code == code


def test_a_faulty_alternative_does_not_hide_the_others(inside, jobs):
    done = inside("compare", "a.yaml", "bad.yaml", "b.yaml", "--format", "json")
    document = json.loads(done.out)
    assert [one["label"] for one in document["alternatives"]] == ["b.yaml"]
    assert {error["file"] for error in document["errors"]} == {"bad.yaml"}


def test_gates_that_did_not_pass_are_said(inside, jobs):
    done = inside("compare", "a.yaml", "b.yaml", "--fail-on", "total_kgco2e > +5%", "-q")
    assert "b.yaml: gate failed: total_kgco2e > +5%: it is +" in done.err
    warned = inside("compare", "a.yaml", "b.yaml", "--warn-on", "total_kgco2e > +5%")
    assert "gate warning" in warned.err


def test_a_fault_in_a_rule_points_at_its_column(inside, jobs):
    err = inside("compare", "a.yaml", "b.yaml", "--fail-on", "totl_kgco2e > 1").err
    lines = err.splitlines()
    assert "did you mean `total_kgco2e`?" in lines[0]
    assert lines[1:3] == ["  totl_kgco2e > 1", "  ^"]


def test_a_budget(inside, jobs):
    (jobs / "budget.yaml").write_text(
        "fail: [total_kgco2e > +5%]\nwarn:\n  - phases.training.energy_kwh > 1 kWh\n"
    )
    done = inside("compare", "a.yaml", "b.yaml", "--budget", "budget.yaml", "-f", "json")
    verdicts = json.loads(done.out)["verdicts"]
    assert done.code == 1
    assert [(v["level"], v["outcome"]) for v in verdicts] == [("fail", "fail"), ("warn", "fail")]
    assert {v["subject"] for v in verdicts} == {"b.yaml"}


def test_estimate_has_gates_too(inside, jobs):
    rule = ("--fail-on", "total_kgco2e > 1 g")
    done = inside("estimate", "a.yaml", "b.yaml", *rule, "--format", "json")
    assert done.code == 1
    assert [v["subject"] for v in json.loads(done.out)["verdicts"]] == ["a.yaml", "b.yaml"]
    assert "verdicts" not in json.loads(inside("estimate", "a.yaml", "-f", "json").out)
    assert (
        "failed   a.yaml: total_kgco2e > 1 g" in inside("estimate", "a.yaml", "b.yaml", *rule).out
    )
    assert "❌ failed: total" in inside("estimate", "a.yaml", *rule, "-f", "md").out
    plain = inside("estimate", "a.yaml", "-f", "csv").out
    assert inside("estimate", "a.yaml", *rule, "-f", "csv").out == plain
    change = inside("estimate", "a.yaml", "--fail-on", "total_kgco2e > +5%")
    assert change.code == 2
    assert "leave out the sign, or use `compare`" in change.err
    assert inside("estimate", "unknown.yaml", "--fail-on", "total_kgco2e > 1").code == 3


def test_percentiles_and_probabilities(inside, jobs):
    rules = [
        "--fail-on", "p95(total_kgco2e) > 1 kt",
        "--fail-on", "prob(total_kgco2e > +1%) < 90%",
        "--fail-on", "p5(phases.training.embodied_kgco2e) < 1 g",
    ]  # fmt: skip
    first, second = (inside("compare", "a.yaml", "b.yaml", *rules, "-f", "json") for _ in (1, 2))
    assert first.code == 0
    assert first.out == second.out
    values = [v["value"] for v in json.loads(first.out)["verdicts"]]
    assert values[1] == 1
    assert 0 < values[2] < values[0]


# --- sides ---


def git(*arguments: str, cwd) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments],
        cwd=cwd, check=True, capture_output=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull},
    )  # fmt: skip


@pytest.fixture
def repository(tmp_path, monkeypatch):
    git("init", "-q", "-b", "main", cwd=tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "job.yaml").write_text(JOB)
    (tmp_path / "sub" / "job.yaml").write_text(JOB.replace("24 h", "240 h"))
    git("add", ".", cwd=tmp_path)
    git("commit", "-qm", "first", cwd=tmp_path)
    (tmp_path / "job.yaml").write_text(HEAVIER)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def totals(done) -> dict:
    return json.loads(done.out)["alternatives"][0]["total"]["total_kgco2e"]


def test_a_file_at_a_revision(inside, repository):
    done = inside("compare", "main:job.yaml", "job.yaml", "-f", "json")
    assert totals(done)["percent"] == pytest.approx(100)
    assert json.loads(done.out)["base"]["label"] == "main:job.yaml"
    for base in ("HEAD:job.yaml", "main:./job.yaml"):
        assert inside("compare", base, "job.yaml").code == 0


def test_a_path_is_relative_to_the_working_directory(inside, repository, monkeypatch):
    monkeypatch.chdir(repository / "sub")
    done = inside("compare", "main:job.yaml", "job.yaml", "-f", "json")
    assert totals(done)["difference"] == 0
    up = inside("compare", "main:../job.yaml", "../job.yaml", "-f", "json")
    assert totals(up)["percent"] == pytest.approx(100)


def test_a_path_that_is_not_there_yet_is_an_empty_base(inside, repository):
    (repository / "new.yaml").write_text(JOB)
    done = inside("compare", "main:new.yaml", "new.yaml", "-f", "json")
    assert done.code == 0
    assert totals(done)["base"] == 0
    assert totals(done)["percent"] is None
    assert "no such file at that revision" in json.loads(done.out)["alternatives"][0]["notes"][0]
    gone = inside("compare", "job.yaml", "main:new.yaml", "--fail-on", "total_kgco2e > +5%")
    assert gone.code == 3
    assert "main:new.yaml:1:1: there is no such file at that revision" in gone.err


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("nowhere:job.yaml", "git knows no revision `nowhere`"),
        ("main:sub", "is a folder at that revision"),
        ("C:/job.yaml", "no such file"),
        ("main:", "no such file"),
        (":job.yaml", "no such file"),
    ],
)
def test_faulty_revisions(inside, repository, base, said):
    done = inside("compare", base, "job.yaml")
    assert (done.code, done.out) == (3, "")
    assert said in done.err


def test_a_file_whose_name_has_a_colon_is_a_file(inside, repository):
    (repository / "main:job.yaml").write_text(HEAVIER)
    assert totals(inside("compare", "main:job.yaml", "job.yaml", "-f", "json"))["difference"] == 0


def test_outside_a_repository_that_is_said(inside, jobs, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(jobs.parent))
    done = inside("compare", "main:a.yaml", "a.yaml")
    assert done.code == 3
    assert "needs a git repository" in done.err


def test_standard_input_and_saved_results_are_sides(inside, jobs):
    saved = inside("estimate", "a.yaml", "-f", "json").out
    (jobs / "saved.json").write_text(saved)
    assert totals(inside("compare", "saved.json", "b.yaml", "-f", "json"))["percent"] == (
        pytest.approx(100)
    )
    piped = run("compare", "-", str(jobs / "b.yaml"), "-f", "json", stdin=JOB, cwd=jobs)
    assert json.loads(piped.out)["base"]["label"] == "<stdin>"


# --- formats ---

FORMATS = ("table", "json", "csv", "md", "github", "junit")
RULES = (
    "--fail-on", "total_kgco2e > +5%", "--warn-on", "phases.training.energy_kwh > 1 MWh",
    "--fail-on", "total_kgco2e > 1 kt",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_golden(inside, monkeypatch, form):
    monkeypatch.chdir(GOLDEN)
    monkeypatch.setenv("COLUMNS", "80")
    done = inside("compare", "base.yaml", "head.yaml", "other.yaml", *RULES, "-f", form)
    shown = done.out
    for version in ("carbonctl", "hardware_db"):
        shown = _without_version(shown, version)
    shown = f"{shown}\n--- stderr, exit {done.code} ---\n{done.err}"
    path = GOLDEN / f"{form}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(shown, encoding="utf-8")
    assert done.code == 1
    assert shown == path.read_text(encoding="utf-8")


def _without_version(text: str, what: str) -> str:
    """Return a text without the versions, which change with every release."""
    import re

    if what == "carbonctl":
        text = re.sub(r'("version": )"[^"]*"', r'\1"0"', text)
        return re.sub(r"<sub>carbonctl [^,]*,", "<sub>carbonctl 0,", text)
    text = re.sub(r'("hardware_db": )"[^"]*"', r'\1"0"', text)
    return re.sub(r"hardware_db [0-9.]+<", "hardware_db 0<", text)


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "table"])
def test_other_forms_are_the_same_bytes_in_every_terminal(jobs, form):
    arguments = ("compare", "a.yaml", "b.yaml", *RULES, "-f", form)
    plain = run(*arguments, cwd=jobs)
    assert plain.code == 1
    for environment in (
        {"FORCE_COLOR": "1"},
        {"GITHUB_ACTIONS": "true", "CI": "true"},
        {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "40"},
        {"LANG": "C", "LC_ALL": "C"},
    ):
        assert run(*arguments, cwd=jobs, **environment) == plain, environment


def test_csv_rows_are_entries_a_total_and_verdicts(inside, jobs):
    done = inside("compare", "a.yaml", "b.yaml", *RULES, "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    entries = [row for row in rows if row["row"] == "entry"]
    (total,) = [row for row in rows if row["row"] == "total"]
    assert sum(float(row["difference_kgco2e"]) for row in entries) == pytest.approx(
        float(total["difference_kgco2e"])
    )
    assert [r["outcome"] for r in rows if r["row"] == "verdict"] == ["fail", "pass", "pass"]
    assert next(r["limit"] for r in rows if r["row"] == "verdict") == "5.0"


def test_junit_is_xml_with_failures(inside, jobs):
    root = ET.fromstring(inside("compare", "a.yaml", "b.yaml", *RULES, "-f", "junit").out)
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "1", "0")
    assert suite.find("testcase/failure").get("message").startswith("+")


def test_exports_beside_the_output(inside, jobs):
    summary = jobs / "summary.md"
    summary.write_text("before\n")
    done = inside(
        "compare", "a.yaml", "b.yaml", "--export", f"md+={summary}", "--export", "json=c.json"
    )
    assert done.code == 0
    text = summary.read_text()
    assert text.startswith("before\n<!-- carbonctl:begin -->")
    assert json.loads((jobs / "c.json").read_text())["schema"] == "carbonctl.compare/2"


def test_markdown_stays_below_its_limit_and_keeps_the_totals(inside, jobs):
    lines = "".join(
        f"    - {{name: {'x' * 150} {n}, kind: energy, energy: {n + 1} kWh, embodied: 0 kg}}\n"
        for n in range(900)
    )
    head = "name: t\nsite: {grid: FR, pue: 1.2}\nphases:\n  training:\n"
    (jobs / "many.yaml").write_text(head + lines)
    (jobs / "more.yaml").write_text(head + lines.replace("energy: 1", "energy: 2"))
    done = inside("compare", "many.yaml", "more.yaml", *RULES, "-f", "md")
    assert len(done.out.encode()) <= 60_000
    assert "| **Total** |" in done.out
    assert "pass: change of total +2.5 %, limit +5.0 %" in done.out
    assert "more\n\n</details>" in done.out
    assert done.out.endswith("<!-- carbonctl:end -->\n")
    assert done.out.count("<details>") == done.out.count("</details>")


def test_narrow_terminals(inside, jobs, monkeypatch):
    for width in (40, 60, 80, 200):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = inside("compare", "a.yaml", "b.yaml", *RULES).out.splitlines()
        assert max(map(len, lines)) <= width
        assert any("Total" in line for line in lines)


# --- what changed, and no more ---

PARTS = """name: parts
site: {grid: FR, pue: 1.2}
phases:
  data:
    - {kind: energy, name: prepare, energy: 1 MWh, embodied: 0 kg}
  training:
    - {kind: energy, name: one, energy: 10 MWh, embodied: 0 kg}
    - {kind: energy, name: two, energy: 10 MWh, embodied: 0 kg}
    - {kind: energy, name: three, energy: 5 MWh, embodied: 0 kg}
  inference:
    - {kind: energy, name: serve, energy: 10 MWh, embodied: 0 kg}
"""
CHANGED = (
    PARTS.replace("one, energy: 10", "one, energy: 11")
    .replace("three, energy: 5", "three, energy: 9")
    .replace("serve, energy: 10", "serve, energy: 40")
)


@pytest.fixture
def parts(jobs):
    (jobs / "base.yaml").write_text(PARTS)
    (jobs / "head.yaml").write_text(CHANGED)
    return jobs


def test_only_what_changed_is_listed_the_largest_first(inside, parts):
    out = inside("compare", "base.yaml", "head.yaml").out
    names = [
        "Inference",
        "Training",
        "three",
        "one",
        "Total",
        "serve.energy",
        "three.energy",
        "one.energy",
    ]
    places = [out.index(name) for name in names]
    assert places == sorted(places)
    assert "Data" not in out
    assert "two" not in out
    out = inside("compare", "base.yaml", "head.yaml", "-f", "md").out
    places = [
        out.index(f"| {name} |") for name in ("Inference", "Training", "**Total**", "three", "one")
    ]
    assert places == sorted(places)
    assert "| Data |" not in out
    assert "| two |" not in out
    document = json.loads(inside("compare", "base.yaml", "head.yaml", "-f", "json").out)
    assert "two" in {row["activity"] for row in document["alternatives"][0]["entries"]}


def test_an_unknown_change_comes_first(inside, parts):
    (parts / "head.yaml").write_text(CHANGED.replace("prepare, energy: 1 MWh, embodied: 0 kg", "prepare, energy: 1 MWh"))  # fmt: skip
    out = inside("compare", "base.yaml", "head.yaml").out
    assert out.index("Data") < out.index("Inference") < out.index("Training")
    assert "unknown" in next(line for line in out.splitlines() if line.startswith("Total"))


def test_a_total_over_all_workloads_of_a_side(inside, parts):
    for name, text in (("base", PARTS), ("head", CHANGED)):
        several = [text.replace("name: parts", f"name: {n}") for n in ("a", "b", "c")]
        (parts / f"{name}s.yaml").write_text("---\n".join([*several[:2], PARTS if name == "head" else several[2]]))  # fmt: skip
    (parts / "heads.yaml").write_text((parts / "heads.yaml").read_text().replace("name: parts", "name: c"))  # fmt: skip
    done = inside("compare", "bases.yaml", "heads.yaml", "-f", "json")
    total = json.loads(done.out)["alternatives"][0]["total"]["energy_kwh"]
    assert total["difference"] == pytest.approx(2 * 35_000 * 1.2)
    assert "Total of 3 workloads" in inside("compare", "bases.yaml", "heads.yaml").out
    assert "| **Total of 3 workloads** |" in inside("compare", "bases.yaml", "heads.yaml", "-f", "md").out  # fmt: skip


def annotations(inside, *rules, files=("base.yaml", "head.yaml")):
    flags = [part for rule in rules for part in ("--fail-on", rule)]
    return inside("compare", *files, *flags, "-f", "github").out.splitlines()


def test_annotations_are_of_what_failed_at_its_line(inside, parts):
    assert annotations(inside, "total_kgco2e > 1 kt", "energy_kwh > 1 GWh") == []
    assert annotations(inside, files=("base.yaml", "base.yaml")) == []
    for rule, line in (
        ("total_kgco2e > +5%", 11),  # serving changed most
        ("phases.training.total_kgco2e > +5%", 9),
        ("phases.training.total_kgco2e > 1 kg", 7),  # the largest there
        ("energy_kwh > 1 kWh", 11),
        ("p50(phases.training.total_kgco2e) > +1 kg", 9),
    ):
        (said,) = annotations(inside, rule)
        assert said.startswith(f"::error file=head.yaml,line={line},col=1,title=carbonctl::gate failed: ")  # fmt: skip
    warned = inside("compare", "base.yaml", "head.yaml", "--warn-on", "energy_kwh > +1%", "-f", "github")  # fmt: skip
    assert warned.out.startswith("::warning file=head.yaml,line=11,")


def test_a_gate_over_what_is_unknown_is_annotated_where_it_is(inside, parts):
    (parts / "head.yaml").write_text(PARTS.replace("two, energy: 10 MWh, embodied: 0 kg", "two, energy: 10 MWh"))  # fmt: skip
    (said,) = annotations(inside, "total_kgco2e > 1 kt")
    assert said.startswith("::error file=head.yaml,line=8,col=1,title=carbonctl::gate unknown: ")


def test_a_workload_of_a_file_is_annotated_in_the_file(inside, parts):
    (parts / "two.yaml").write_text(f"{PARTS}---\n{CHANGED}")
    (said,) = annotations(inside, "energy_kwh > +1%", files=("two.yaml#1", "two.yaml#2"))
    assert said.startswith("::error file=two.yaml,line=23,col=1,")


def test_a_saved_result_has_no_lines(inside, parts):
    (parts / "saved.json").write_text(inside("estimate", "head.yaml", "-f", "json").out)
    (said,) = annotations(inside, "energy_kwh > 1 kWh", files=("base.yaml", "saved.json"))
    assert said.startswith("::error file=saved.json,title=carbonctl::gate failed: ")


def test_a_passed_gate_reads_as_passed(inside, parts):
    rule = ("--fail-on", "total_kgco2e > 1 kt")
    for command in (("estimate", "head.yaml"), ("compare", "base.yaml", "head.yaml")):
        table = inside(*command, *rule)
        assert re.search(r"^pass +total 3\.\d+ tCO2e, limit 1,000 tCO2e$", table.out, re.M), (
            table.out
        )
        md = inside(*command, *rule, "-f", "md").out
        assert re.search(r"^- ✅ pass: total 3\.\d+ tCO2e, limit 1,000 tCO2e$", md, re.M), md
        for text in (table.out, table.err, md):
            assert "> 1 kt" not in text
    junit = inside("compare", "base.yaml", "head.yaml", *rule, "-f", "junit").out
    assert re.search(r"<system-out>pass: total 3\.\d+ tCO2e, limit 1,000 tCO2e<", junit)


# --- what reviews found ---


def test_a_file_that_git_cannot_read_is_no_empty_base(inside, repository):
    blob = subprocess.run(
        ["git", "rev-parse", "main:job.yaml"],
        cwd=repository,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    done = inside("compare", "main:job.yaml", "job.yaml")
    assert done.code == 3
    assert "git cannot read it" in done.err


@pytest.mark.parametrize("path", ["/etc/passwd", "../job.yaml"])
def test_paths_outside_are_refused(inside, repository, path):
    assert inside("compare", f"main:{path}", "job.yaml").code == 3


def test_a_symbolic_link_at_a_revision_is_said(inside, repository):
    (repository / "link.yaml").symlink_to("job.yaml")
    git("add", ".", cwd=repository)
    git("commit", "-qm", "link", cwd=repository)
    done = inside("compare", "main:link.yaml", "job.yaml")
    assert "is a symbolic link at that revision" in done.err


def test_notes_are_said_whatever_the_format(inside, repository):
    (repository / "new.yaml").write_text(JOB)
    for form in FORMATS:
        done = inside("compare", "main:new.yaml", "new.yaml", "-f", form)
        assert "note: main:new.yaml: no such file at that revision" in done.err
        assert "note:" not in inside("compare", "main:new.yaml", "new.yaml", "-f", form, "-q").err
    assert inside("compare", "main:new.yaml", "new.yaml", "-f", "github").out == ""


@pytest.mark.parametrize("form", ["json", "github", "junit", "md"])
def test_a_faulty_head_alone_is_still_reported(inside, jobs, form):
    done = inside("compare", "a.yaml", "bad.yaml", "-f", form, "--export", "json=c.json")
    assert done.code == 3
    assert json.loads((jobs / "c.json").read_text())["errors"]
    if form != "md":
        assert "bad.yaml" in done.out


def test_equal_labels_are_numbered(inside, jobs):
    done = inside("compare", "a.yaml", "b.yaml", "b.yaml", *RULES, "-f", "junit")
    suites = [suite.get("name") for suite in ET.fromstring(done.out)]
    assert suites == ["b.yaml", "b.yaml (2)"]
    assert [suite.get("tests") for suite in ET.fromstring(done.out)] == ["4", "4"]


def test_the_budget_is_not_overwritten_and_shares_no_input(inside, jobs):
    (jobs / "budget.yaml").write_text("fail: [total_kgco2e > +5%]\n")
    over = inside(
        "compare", "a.yaml", "b.yaml", "--budget", "budget.yaml", "--export", "json=budget.yaml"
    )
    assert over.code == 2
    assert inside("compare", "-", "b.yaml", "--budget", "-").code == 2
    wrong = inside("estimate", "a.yaml", "--budget", "budget.yaml")
    assert wrong.code == 2
    assert "budget.yaml" in wrong.err


def test_very_many_verdicts_and_heads_fit_a_comment(inside, jobs):
    rules = "".join(f"  - total_kgco2e > +{n}%\n" for n in range(1, 900))
    (jobs / "budget.yaml").write_text(f"fail:\n{rules}")
    done = inside("compare", "a.yaml", *["b.yaml"] * 40, "--budget", "budget.yaml", "-f", "md")
    assert len(done.out.encode()) <= 60_000
    assert "more, of which" in done.out


def test_ranking_fits_narrow_terminals_without_cutting(inside, jobs, monkeypatch):
    for width in (40, 48, 56, 72):
        monkeypatch.setenv("COLUMNS", str(width))
        out = inside("compare", "a.yaml", "b.yaml", "b.yaml", "-q").out
        assert max(map(len, out.splitlines())) <= width
        assert re.search(r"b\.yaml", out)


def test_results_with_verdicts_follow_their_schema(inside, jobs):
    from jsonschema import Draft202012Validator

    from carbonctl.reference.schemas import build

    done = inside("estimate", "a.yaml", "-f", "json", "--fail-on", "total_kgco2e > 1 g")
    assert not list(Draft202012Validator(build("result")).iter_errors(json.loads(done.out)))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('{"schema": "carbonctl.estimate/2", "file": "x", "entries": []}', "this is JSON Lines"),
        ('{"schema": "carbonctl.compare/2", "base": {}}', "this is a comparison"),
    ],
)
def test_other_documents_are_told_what_they_are(inside, jobs, data, said):
    (jobs / "other.json").write_text(data)
    assert said in inside("compare", "other.json", "b.yaml").err


def test_an_append_begins_on_a_line_of_its_own(inside, jobs):
    (jobs / "page.md").write_text("no newline")
    inside("compare", "a.yaml", "b.yaml", "--export", "md+=page.md")
    assert (jobs / "page.md").read_text().startswith("no newline\n<!-- carbonctl:begin -->")


def test_inputs_of_several_workloads_are_each_named(inside, tmp_path):
    """Not only those of the first workload that has a path."""
    for name, hours in (("base", (10, 10, 10)), ("head", (11, 30, 9))):
        jobs = [
            {"name": f"j{n}", "site": {"grid": "FR", "pue": 1},
             "phases": {"training": [{"kind": "energy", "energy": f"{h} kWh", "embodied": "0 kg"}]}}
            for n, h in enumerate(hours)
        ]  # fmt: skip
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(job) + "\n" for job in jobs))
    done = inside(
        "compare", str(tmp_path / "base.jsonl"), str(tmp_path / "head.jsonl"), "-f", "json"
    )
    (one,) = json.loads(done.out)["alternatives"]
    assert [(c["path"], c["head"]) for c in one["inputs"]] == [
        (f"j{n}: phases.training.energy.energy", h) for n, h in enumerate((11, 30, 9))
    ]
