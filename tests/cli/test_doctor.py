"""``doctor``: what is there, what cannot be read, and why text looks as it does."""

import csv
import io
import json
import os
import sys

import pytest

from carbonctl import __version__
from carbonctl.catalog import Catalog, folders
from carbonctl.cli import doctor
from carbonctl.outputs import writing
from carbonctl.reference import integrity
from tests.conftest import CATALOG, run


def checks(inside, *arguments):
    done = inside("doctor", *arguments, "--format", "json")
    return done, {row["check"]: row for row in json.loads(done.out)}


def test_all_is_well(inside):
    done, found = checks(inside)
    assert (done.code, done.err) == (0, "")
    assert found["carbonctl"]["found"] == __version__
    assert found["Python"]["note"] == sys.executable
    assert found["hardware_db"] == {
        "check": "hardware_db", "found": CATALOG.version, "state": "ok", "note": str(CATALOG.folders[-1]),
    }  # fmt: skip
    assert f"{len(CATALOG.zones)} grids" in found["records and tables"]["found"]
    assert {row["state"] for row in found.values()} <= {"ok", "absent"}
    assert {"width", "color", "encoding", "git", "pandas", "pyarrow"} <= set(found)
    assert inside("doctor").out.startswith("All is well\ncarbonctl ")
    rows = list(csv.DictReader(io.StringIO(inside("doctor", "-f", "csv").out)))
    assert [row["check"] for row in rows] == list(found)


BROKEN = {
    "hosts/acme/box.yaml": "name: Box\nvendor: Acme\nkind: toaster\n",
    "accelerators/acme/gpu.yaml": "name: [",
    "grids/own.csv": "zone,name\nXX,Ours\n",
    "cloud/regions.csv": "region,name\nacme/one,One\n",
    "fab/memory.csv": "item,metric\nx,y\n",
    "sources.yaml": "mine: {citation: Mine}\n",
    "network/radio.csv": "device,technology\nx\n",
    "equivalences.csv": "a,b\n1\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_said(inside, tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(BROKEN[name])
    done, found = checks(inside, "--hardware-db", str(tmp_path))
    assert done.code == 3
    assert done.err.startswith(f"{path}:")
    assert found["records and tables"]["state"] == "faulty"
    assert found["own records"]["found"] == str(tmp_path)
    assert inside("doctor", "--hardware-db", str(tmp_path)).out.startswith("Not all is well\n")


def test_every_fault_is_found_once(tmp_path):
    for name, text in BROKEN.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    problems = integrity.faults(Catalog((tmp_path,)))
    assert len(problems) == len(set(problems))
    assert {os.path.relpath(p.file, tmp_path) for p in problems} == set(BROKEN)


def test_every_table_of_the_database_is_opened(monkeypatch):
    from carbonctl.catalog import tables

    opened = set()
    rows = tables.rows
    monkeypatch.setattr(tables, "rows", lambda path: (opened.add(path), rows(path))[1])
    assert not integrity.faults(Catalog())
    assert opened >= set(CATALOG.folders[-1].rglob("*.csv"))


@pytest.mark.parametrize("error", [ImportError("no libarrow"), ValueError("dtype size\nchanged")])
def test_a_package_that_is_there_and_cannot_be_imported(inside, monkeypatch, error):
    def broken(name):
        raise error

    monkeypatch.setattr(doctor, "import_module", broken)
    done, found = checks(inside)
    assert (done.code, found["pyarrow"]["state"]) == (3, "faulty")
    said = f"cannot be imported, {type(error).__name__}: {str(error).partition(chr(10))[0]}"
    assert found["pyarrow"]["note"].endswith(said)
    assert inside("doctor").out.startswith("Not all is well\n")


def test_a_lost_database(inside, monkeypatch):
    def lost():
        raise FileNotFoundError("hardware_db is missing beside carbonctl; install carbonctl again")

    monkeypatch.setattr(folders, "builtin", lost)
    done = inside("doctor")
    assert (done.code, done.out) == (3, "")
    assert "install carbonctl again" in done.err


@pytest.mark.parametrize("choice", ["auto", "always", "never"])
@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}])  # fmt: skip
def test_the_reason_given_for_color_is_the_one_that_decides(
    monkeypatch, choice, terminal, variables
):
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(writing, "is_terminal", lambda: terminal)
    is_colored, why = writing.colored(choice)
    expected = {
        "--color always": True, "--color never": False, "NO_COLOR": False, "FORCE_COLOR": True,
        "TERM is dumb": False, "standard output is a terminal": True, "standard output is no terminal": False,
    }  # fmt: skip
    assert is_colored is expected[why]


def test_the_width_and_its_reason(inside, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    assert checks(inside)[1]["width"]["found"] == "120 columns"
    assert checks(inside)[1]["width"]["note"] == "COLUMNS"


def test_without_git_and_in_plain_c():
    done = run("doctor", PATH="/nowhere", LANG="C", LC_ALL="C")
    assert done.code == 0
    assert "not found, for REV:PATH in compare" in done.out
