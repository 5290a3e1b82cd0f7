"""Scores: hardware taken apart, the units and stages of personas, flags that do not fit."""

import csv
import io
import json

import pytest

from tests.conftest import CONFIGS

LLAMA = str(CONFIGS / "llama3.yaml")
SERVICE = str(CONFIGS / "llm-service.yaml")
BOTH = """
name: both
site: {grid: FR}
functional_unit: {name: UNIT, amount: 1e9}
phases:
  training:
    - {kind: energy, name: runs, energy: 2 MWh, embodied: 3 kg}
  inference:
    - {kind: energy, name: serve, energy: 1 MWh, embodied: 1 kg}
    - {kind: energy, name: warm-up, energy: 500 kWh, embodied: 0 kg}
    - {kind: energy, name: wipe, energy: 250 kWh, embodied: 0 kg}
"""


@pytest.fixture
def scores(inside):
    def call(*arguments):
        done = inside("report", *map(str, arguments), "-f", "json", "-q")
        assert done.code == 0, done.err
        return json.loads(done.out)["results"]

    return call


@pytest.fixture
def both(tmp_path):
    def write(unit):
        path = tmp_path / "both.yaml"
        path.write_text(BOTH.replace("UNIT", unit))
        return path

    return write


def test_the_share_of_a_host_is_no_part_of_the_whole_or_the_time(scores):
    (score,) = scores(CONFIGS / "cloud-instance.yaml", "--as", "sci", "--unit", "job=1")
    host = score["hardware"][0]  # 4 instances for 6 h, each a twelfth of a host of 1,200 kg
    assert host["TE_kg"] == pytest.approx(1200, rel=1e-12)
    assert host["TiR_h"] == pytest.approx(24, rel=1e-12)
    assert (host["RR"], host["ToR"]) == (pytest.approx(1 / 12, rel=1e-12), 1)
    assert host["M_g"] == pytest.approx(1200e3 * 24 / 35040 / 12, rel=1e-12)


def test_a_unit_may_be_given(inside, scores):
    (own,) = scores(SERVICE, "--as", "sci")
    (given,) = scores(SERVICE, "--as", "sci", "--unit", "image = 2M")
    assert (given["unit"], given["R"]) == ("image", 2e6)
    assert given["score_g"] == pytest.approx(own["score_g"] * own["R"] / 2e6, rel=1e-12)
    for wrong in ("image", "=1", "image=0", "image=many", "+cmd=1"):
        done = inside("report", SERVICE, "--as", "sci", "--unit", wrong)
        assert done.code == 2 and "--unit" in done.err, wrong


def test_a_functional_unit_of_training_is_the_providers(inside, scores, both):
    path = both("training token")
    provider = scores(path, "--as", "sci-ai", "--persona", "provider")[0]
    assert (provider["unit"], provider["E_kwh"]) == ("training token", 2400)
    done = inside("report", str(path), "--as", "sci-ai")
    assert done.code == 3 and "is the provider's; give the consumer's with --unit" in done.err
    first, second = scores(path, "--as", "sci-ai", "--unit", "answer=1e6")
    assert (first["unit"], second["unit"]) == ("training token", "answer")
    assert second["E_kwh"] == 1750 * 1.2


def test_tokens_that_are_served_are_not_those_of_training(inside, scores, both):
    path = both("token")
    done = inside("report", str(path), "--as", "sci-ai")
    assert done.code == 3 and "the provider's unit is not given; add --tokens" in done.err
    first, second = scores(path, "--as", "sci-ai", "--tokens", "1e12")
    assert (first["R"], second["R"]) == (1e12, 1e9)


def test_activities_of_other_stages(inside, scores, both):
    flags = ("--as", "sci-ai", "--tokens", "1e12", "--stage")
    path = both("token")
    retired = ("inference.warm-up=deployment", "--stage", "phases.inference.wipe=retirement")
    first, second = scores(path, *flags, *retired)
    assert first["stages"] == ["Design and Development", "Deployment", "Retirement"]
    assert first["phases"] == ["training", "inference"]
    assert first["E_kwh"] == pytest.approx((2000 + 500 + 250) * 1.2, rel=1e-12)
    assert second["stages"] == ["Operation and Monitoring", "Retirement"]  # it counts for both
    assert second["E_kwh"] == pytest.approx((1000 + 250) * 1.2, rel=1e-12)
    assert "Inception (not given)" in first["boundary"]["excluded"]
    assert "Operation and Monitoring (of the consumer)" in first["boundary"]["excluded"]
    assert "Deployment (of the provider)" in second["boundary"]["excluded"]
    done = inside("report", str(path), *flags, "inference.x=deployment")
    assert done.code == 3 and "no such activity; there are inference.serve" in done.err
    done = inside("report", str(path), *flags, "inference.serve=deploymnt")
    assert done.code == 2 and "did you mean `deployment`" in done.err


def test_a_score_of_a_saved_result_names_the_versions_that_made_it(inside, scores, tmp_path):
    saved = tmp_path / "saved.json"
    text = inside("estimate", SERVICE, "-f", "json", "-q").out
    document = json.loads(text)
    saved.write_text(json.dumps({**document, "version": "0.0.9", "hardware_db": "2020.1.1"}))
    done = inside("report", str(saved), "--as", "sci")
    assert "- carbonctl 0.0.9, hardware_db 2020.1.1; " in done.out
    assert scores(saved, "--as", "sci") == scores(SERVICE, "--as", "sci")
    done = inside("report", str(saved), "--as", "inventory", "--basis", "direct")
    assert done.code == 3 and "--basis changes a workload, and this is a saved result" in done.err


def test_a_csv_has_a_row_for_each_persona(inside, both):
    out = inside(
        "report", str(both("token")), "--as", "sci-ai", "--tokens", "9", "-f", "csv", "-q"
    ).out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["persona"] for row in rows] == ["provider", "consumer"]
    assert [float(row["R"]) for row in rows] == [9, 1e9]


@pytest.mark.parametrize(
    ("kind", "flags"),
    [
        ("statement", ("--per", "1000")), ("sci", ("--tokens", "1")), ("sci-ai", ("--year", "2026")),
        ("sci", ("--training-type", "x")), ("page", ("--purchases", "x.csv")),
        ("inventory", ("--date", "2026-11-30")), ("sci", ("--persona", "both")),
        ("sci", ("--update", "x.md")), ("model-card", ("--title", "x")), ("page", ("--equivalents",)),
        ("sci", ("--chart", "list")), ("page", ("--stage", "training.x=design")),
    ],
)  # fmt: skip
def test_a_flag_that_a_kind_has_no_use_for_is_an_error(inside, kind, flags):
    done = inside("report", LLAMA, "--as", kind, *flags)
    assert done.code == 2 and f"{flags[0]} needs --as" in done.err
    assert f"this is --as {kind}" in done.err
