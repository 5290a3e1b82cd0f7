"""Golden runs: standard output, standard error and exit code, to the byte.

``UPDATE_GOLDEN=1 make test`` writes them anew; the difference is then to be read.
"""

import os

import pytest

from carbonctl import estimators
from tests.conftest import ROOT

GOLDEN = ROOT / "tests" / "golden"
RUNS = {
    "table-80.txt": ("--format", "table"),
    "table-200.txt": ("--format", "table"),
    "table-color.txt": ("--format", "table", "--color", "always"),
    "entries.csv": ("--format", "csv"),
    "entries.tsv": ("--format", "tsv"),
    "summary.md": ("--format", "md"),
    "result.json": ("--format", "json"),
}


@pytest.mark.parametrize("name", RUNS)
def test_golden(inside, monkeypatch, name):
    monkeypatch.chdir(GOLDEN)
    monkeypatch.setenv("COLUMNS", "200" if "200" in name else "80")
    done = inside("estimate", "job.yaml", *RUNS[name])
    path = GOLDEN / name
    shown = done.out
    if name == "result.json":  # the versions change with every release
        import json

        document = json.loads(shown)
        document["version"] = document["hardware_db"] = "0"
        shown = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(shown, encoding="utf-8")
    errors = GOLDEN / "stderr.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        errors.write_text(done.err, encoding="utf-8")
    assert (done.code, done.err) == (0, errors.read_text(encoding="utf-8"))
    assert shown == path.read_text(encoding="utf-8")


KINDS = GOLDEN / "kinds"


@pytest.mark.parametrize("kind", [path.stem for path in sorted(KINDS.glob("*.yaml"))])
def test_golden_of_each_kind(inside, monkeypatch, kind):
    """What a kind gives: every figure of an example with most of its keys, and the warnings."""
    monkeypatch.chdir(KINDS)
    done = inside("explain", f"{kind}.yaml")
    estimated = inside("estimate", f"{kind}.yaml", "--format", "csv")
    shown = f"{done.out}\n{estimated.out}\n{estimated.err}"
    path = KINDS / f"{kind}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(shown, encoding="utf-8")
    assert (done.code, estimated.code) == (0, 0)
    assert shown == path.read_text(encoding="utf-8")


def test_every_kind_has_a_golden_run():
    assert {path.stem for path in KINDS.glob("*.yaml")} == set(estimators.KINDS)
