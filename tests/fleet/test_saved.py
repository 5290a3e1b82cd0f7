"""Saved fleets are read by the commands that read saved results."""

import json

import pytest

from tests.conftest import ROOT

CLUSTER = ROOT / "configs" / "fleets" / "cluster.csv"


@pytest.fixture
def saved(tmp_path, monkeypatch, inside):
    """Return the path of the account of a cluster, by team and month."""
    monkeypatch.chdir(tmp_path)
    done = inside("fleet", str(CLUSTER), "--map", str(CLUSTER.with_suffix(".map.yaml")),
                  "--by", "team,month", "--format", "json", "-q")  # fmt: skip
    assert done.code == 0, done.err
    (tmp_path / "fleet.json").write_text(done.out)
    return "fleet.json"


def test_long_names_of_groups_stand_on_one_line(saved, inside):
    lines = inside("estimate", saved).out.splitlines()
    names = [line for line in lines if " / " in line]
    assert len(names) > 40
    for line in names:
        assert line.startswith("  ") and line.count(" / ") == 3, line
    place = lines.index("  language / 2026-01 / nvidia/a100-sxm4-80gb / DE")
    assert lines[place + 1].split()[-2] == "%" or lines[place + 1].split()[-1] == "▏"


@pytest.mark.parametrize("form", ["table", "md"])
def test_unknowns_of_one_path_are_told_apart_by_their_place(saved, inside, form):
    out = inside("sensitivity", saved, "--format", form).out.replace("\\", "")
    assert "site.carbon_intensity (DE)" in out
    assert "site.carbon_intensity (FR)" in out
    assert "training.compute.device_embodied (" not in out  # one of its name


def test_a_fleet_without_a_ledger_is_refused_for_what_it_lacks(saved, tmp_path, inside):
    document = json.loads((tmp_path / saved).read_text()) | {"entries": []}
    (tmp_path / "bare.json").write_text(json.dumps(document))
    for command in ("estimate", "validate", "sensitivity"):
        done = inside(command, "bare.json")
        assert done.code == 3 and "this fleet has no ledger (`entries`)" in done.err
    (tmp_path / "none.csv").write_text("job,gpu,n_gpus,hours,region\nj,L4,8,0,FR\n")
    empty = inside("fleet", "none.csv", "--format", "json").out
    (tmp_path / "none.json").write_text(empty)
    done = inside("estimate", "none.json")
    assert done.code == 3 and "no row of this fleet is counted" in done.err
