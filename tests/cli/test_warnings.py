"""Warnings and errors of many workloads: merged, counted, and never one line each."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from carbonctl.errors import Caution
from carbonctl.outputs import merging
from tests.cli.test_streams import job, lines, peak
from tests.conftest import CATALOG, CONFIGS, run

QUICK = str(CONFIGS / "quickstart.yaml")
LACKS = "the embodied carbon of the hardware is unknown, and with it the embodied and total sums"
FORMS = ("csv", "tsv", "jsonl", "json", "table", "md")


def metered(name: str, activity: str = "energy", grid: str = "FR", pue: float = 1.1) -> dict:
    one = {"name": activity, "kind": "energy", "energy": "1 MWh"}
    return {"name": name, "site": {"grid": grid, "pue": pue}, "phases": {"training": [one]}}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_warnings_of_many_workloads_are_one_line(inside, folder, form, jobs):
    known = job("known")
    Path("jobs.jsonl").write_text(lines(known, *(metered(f"job {n}") for n in range(1500))))
    done = inside("estimate", "jobs.jsonl", "-f", form, "-j", jobs)
    (said,) = done.err.splitlines()
    assert said.startswith(f"1,500 workloads: warning: phases.training.energy: {LACKS}")
    assert said.endswith(", first jobs.jsonl:2")
    assert done.code == 0


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_those_that_differ_in_names_and_figures_alone_are_merged(inside, folder, jobs):
    pues = (4.5, 4.5, 5, 6, 7, 8)
    many = [metered(f"job {n}", f"meter {n}", pue=pues[n % 6]) for n in range(900)]
    Path("jobs.jsonl").write_text(lines(*many))
    pue, lacks = inside("estimate", "jobs.jsonl", "-f", "csv", "-j", jobs).err.splitlines()
    assert pue == (
        "900 workloads: warning: site.pue: a PUE of 4.5 is far above any known, "
        "first jobs.jsonl:1; names or figures differ"
    )
    assert lacks.startswith(f"900 workloads: warning: {LACKS}")
    assert lacks.endswith(", first jobs.jsonl:1")


def test_places_of_whole_files_and_yaml_documents(inside, folder):
    Path("a.yaml").write_text(json.dumps(job("a")))
    Path("b.yaml").write_text(json.dumps(metered("b")))
    Path("c.yaml").write_text(f"{json.dumps(job('c'))}\n---\n{json.dumps(metered('d'))}\n")
    done = inside("estimate", "a.yaml", "b.yaml", "c.yaml", "-f", "csv")
    assert done.err.endswith(", first b.yaml\n")
    done = inside("estimate", "c.yaml", "b.yaml", "-f", "csv")
    assert done.err.endswith(", first c.yaml:2\n")
    done = inside("estimate", "a.yaml", "c.yaml", "-f", "csv")
    assert done.err.startswith(f"c.yaml#2: warning: phases.training.energy: {LACKS}")


@pytest.mark.parametrize("form", FORMS)
def test_the_warnings_of_one_workload_are_all_there(inside, folder, form):
    one = metered("one")
    (energy,) = one["phases"]["training"]
    one["phases"]["training"] = [{**energy, "name": f"meter {n}"} for n in range(3)]
    Path("one.yaml").write_text(json.dumps(one))
    said = inside("estimate", "one.yaml", "-f", form).err.splitlines()
    assert [line.partition(": the")[0] for line in said] == [
        f"one.yaml: warning: phases.training.meter {n}" for n in range(3)
    ]


def test_one_workload_with_very_many_activities_says_a_few(inside, folder):
    one = metered("one")
    (energy,) = one["phases"]["training"]
    one["phases"]["training"] = [{**energy, "name": f"meter {n}"} for n in range(2000)]
    Path("one.yaml").write_text(json.dumps(one))
    *_, ninth, tenth, more = inside("explain", "one.yaml").err.splitlines()
    assert "meter 8: " in ninth
    assert "meter 9: " in tenth
    assert more == "one.yaml: 1,990 more such warnings"


def test_warnings_of_one_come_before_its_table_and_of_many_after_theirs(folder):
    Path("one.yaml").write_text(json.dumps(metered("one")))
    Path("two.yaml").write_text(json.dumps(metered("two")))
    command = 'exec "$0" -m carbonctl "$@" 2>&1'

    def screen(*arguments: str) -> str:
        return subprocess.run(
            ["sh", "-c", command, sys.executable, "estimate", *arguments],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    assert screen("one.yaml").startswith("one.yaml: warning: ")
    assert screen("one.yaml", "two.yaml").splitlines()[-1].startswith("2 workloads: warning: ")


def test_what_is_kept_of_warnings_is_bounded(capsys):
    cautions = merging.Cautions()
    for n in range(1000):
        cautions.add([Caution(f"warning {n}", "a"), Caution("of all")], f"x#{n}", f"x:{n}")
    assert len(cautions.kinds) == merging._MOST
    cautions.finish()
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "1,000 workloads: warning: of all, first x:0"
    assert said[1] == "x#0: warning: a: warning 0"
    assert len(said) == merging._MOST + 1
    assert said[-1] == f"{1000 - merging._MOST + 1} more warnings, of other kinds"


def test_memory_does_not_grow_with_warnings(folder):
    few, many = Path("few.jsonl"), Path("many.jsonl")
    text = [json.dumps(metered(f"job {n}", f"m{n}", pue=5 + n / 1e5)) + "\n" for n in range(6000)]
    few.write_text("".join(text[:1000]))
    many.write_text("".join(text))
    assert peak(many.resolve(), "-f", "csv") < 1.2 * peak(few.resolve(), "-f", "csv")


# --- --quiet ---


def test_quiet_hides_no_missing_figure(inside, folder):
    Path("jobs.jsonl").write_text(lines(*(metered(f"job {n}", pue=5) for n in range(3))))
    loud, quiet = inside("estimate", "jobs.jsonl"), inside("estimate", "jobs.jsonl", "-q")
    assert len(loud.err.splitlines()) == 2
    assert quiet.err.startswith(f"3 workloads: warning: phases.training.energy: {LACKS}")
    assert len(quiet.err.splitlines()) == 1
    assert quiet.out == loud.out


def test_quiet_hides_no_missing_figure_of_saved_results_bills_and_comparisons(inside, folder):
    Path("a.yaml").write_text(json.dumps(metered("a")))
    Path("a.json").write_text(inside("estimate", "a.yaml", "-f", "json").out)
    for arguments in (
        ("estimate", "a.json", "-f", "csv"),
        ("compare", "a.yaml", QUICK),
        ("compare", QUICK, "a.json"),
    ):
        assert LACKS in inside(*arguments, "-q").err
    assert "is unknown, and with it the sum" in inside("embodied", "nvidia/b200", "-q").err


def test_quiet_hides_no_difference_of_facts(inside, folder):
    document = json.loads(inside("estimate", QUICK, "-f", "json").out)
    Path("old.json").write_text(json.dumps({**document, "hardware_db": "2020.01"}))
    done = inside("compare", "old.json", QUICK, "-q")
    assert "note: the sides were made with different versions of hardware_db" in done.err


# --- compare, embodied ---


def test_comparisons_merge_the_warnings_of_both_sides(inside, folder):
    Path("a.jsonl").write_text(lines(*(metered(f"job {n}") for n in range(40))))
    Path("b.jsonl").write_text(lines(*(metered(f"job {n}", grid="PL") for n in range(40))))
    (said,) = inside("compare", "a.jsonl", "b.jsonl").err.splitlines()
    assert said.startswith(f"80 workloads: warning: phases.training.energy: {LACKS}")
    assert said.endswith(", first a.jsonl#1")


def test_bills_merge_theirs(inside):
    unknown = [device.id for device in CATALOG.devices.all() if device.embodied is None][:60]
    done = inside("embodied", *unknown, "-f", "csv")
    assert len(done.err.splitlines()) < len(unknown)


# --- errors and gates ---


def test_errors_of_a_kind_are_shown_a_few_times_and_counted(inside, folder):
    Path("jobs.jsonl").write_text(lines(*(job(f"{n}", "Oz") for n in range(500)), job("good")))
    for command in (("estimate", "-f", "csv"), ("estimate", "-f", "csv", "-j", "2"), ("validate",)):
        done = inside(command[0], "jobs.jsonl", *command[1:])
        *shown, rest = done.err.splitlines()
        assert done.code == 3
        assert len(shown) == 10
        assert [line.split(":")[1] for line in shown] == [str(n) for n in range(1, 11)]
        place = ":".join(shown[0].split(":")[:3])
        assert rest == f"{place}: the same in 490 more; --verbose shows each"
    verbose = inside("estimate", "jobs.jsonl", "-f", "csv", "-v").err.splitlines()
    assert len([line for line in verbose if "unknown grid `Oz`" in line]) == 500
    document = json.loads(inside("estimate", "jobs.jsonl", "-f", "json").out)
    assert len(document["errors"]) == 500


def test_errors_of_other_kinds_are_each_shown(inside, folder):
    bad = [job(f"{n}", f"Oz{n}") for n in range(50)]
    Path("jobs.jsonl").write_text(lines(*bad))
    assert len(inside("validate", "jobs.jsonl").err.splitlines()) == 50


def test_a_side_of_a_comparison_says_a_few_errors_of_a_kind(inside, folder):
    Path("jobs.jsonl").write_text(lines(*(job(f"{n}", "Oz") for n in range(500))))
    done = inside("compare", QUICK, "jobs.jsonl")
    *shown, rest = done.err.splitlines()
    assert (done.code, len(shown)) == (3, 10)
    assert rest.endswith(": the same in 490 more")


@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_gates_that_fail_often_are_shown_a_few_times(inside, folder, form):
    Path("jobs.jsonl").write_text(lines(*(job(f"{n}") for n in range(300))))
    done = inside("estimate", "jobs.jsonl", "-f", form, "--fail-on", "energy_kwh > 1 kWh")
    *shown, rest = done.err.splitlines()
    assert (done.code, len(shown)) == (1, 10)
    assert shown[0].startswith("jobs.jsonl#1: gate failed: energy_kwh > 1 kWh")
    assert rest == "jobs.jsonl#1: the same in 290 more; --verbose shows each"


def test_a_plain_process_says_the_same():
    text = lines(*(metered(f"job {n}") for n in range(20)))
    done = run("estimate", "-", "-f", "csv", stdin=text)
    assert done.err.startswith("20 workloads: warning: ")
    assert done.err.endswith(", first <stdin>:1\n")
