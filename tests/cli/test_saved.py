"""What is written is read back; what contradicts the rules of an account is refused."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CONFIGS

JOB = """\
name: x
site: {carbon_intensity: 0.4 kg/kWh, pue: 1.2}
phases:
  training: [{kind: energy, energy: 1 MWh, embodied: 5 kg}]
reported: {total: 400 kg, energy: 1 MWh, energy_includes_pue: no}
"""


def negative(result: dict[str, Any]) -> None:
    for entry in result["entries"]:
        for key in ("quantity", "kgco2e", "kgco2e_market", "kgco2e_low", "kgco2e_high"):
            entry[key] = -entry[key]
        entry["kgco2e_low"], entry["kgco2e_high"] = entry["kgco2e_high"], entry["kgco2e_low"]


def entry(**cells: Any) -> Callable[[dict[str, Any]], None]:
    return lambda result: result["entries"][0].update(cells)


def operational_unknown(result: dict[str, Any]) -> None:
    unknown = dict.fromkeys(("factor", "kgco2e", "kgco2e_market", "kgco2e_low", "kgco2e_high"))
    result["entries"][0].update(unknown)


FORGED = {
    "negative": (negative, "`-1000.0` is negative"),
    "a negative factor": (entry(factor=-0.4), "`-0.4` is negative"),
    "negative energy": (entry(energy_kwh=-1.0), "`-1.0` is negative"),
    "negative water": (entry(water_l=-1.0), "`-1.0` is negative"),
    "another energy": (entry(energy_kwh=0.001), "energy_kwh is not its quantity"),
    "another market": (entry(kgco2e_market=0.0), "kgco2e_market does not follow"),
    "no entries": (lambda r: r.update(entries=[]), "a result holds no entries"),
    "no quantity": (
        entry(quantity=None, kgco2e=0.0, kgco2e_low=0.0, kgco2e_high=0.0, kgco2e_market=0.0),
        "kgco2e has no quantity or no factor",
    ),
    "no factor": (
        entry(factor=None, kgco2e=0, kgco2e_low=0, kgco2e_high=0, kgco2e_market=0),
        "kgco2e has no quantity or no factor",
    ),
    "no bound": (entry(kgco2e_low=None), "kgco2e_low or kgco2e_high is missing"),
    "no market-based figure": (entry(kgco2e_market=None), "kgco2e_market, kgco2e_low or"),
    "operational carbon is unknown": (operational_unknown, "energy: kgco2e is missing"),
    "a bound of the unknown": (entry(kgco2e=None), "energy: kgco2e is missing"),
    "a negative input": (
        lambda r: r["entries"][0]["inputs"][0].update(value=-1.0, low=-1.0),
        "`-1.0` is negative",
    ),
    "a huge figure": (entry(quantity=1e151), "is beyond what can be meant"),
    "a reported figure": (
        lambda r: r["reported"]["total_kgco2e"].update(reported=-1.0),
        "a reported figure is negative",
    ),
    "another estimate": (
        lambda r: r["reported"]["total_kgco2e"].update(estimated=1.0),
        "the estimate of total_kgco2e is not the sum of the entries",
    ),
    "another error": (
        lambda r: r["reported"]["energy_kwh"].update(error_pct=7.0),
        "the error of energy_kwh is not that of its estimate",
    ),
    "another sum": (
        lambda r: r["reported"].update(x=r["reported"]["energy_kwh"]), "unknown figure `x`",
    ),
    **{
        f"{name!r} as {key}": (lambda r, k=key, n=name: r.update({k: n}), "must not ")
        for key in ("name", "file")
        for name in ("::error::x", " ::error::x", "a ##[error]x", "=cmd()", "a\nb", "a\x1b[31m")
    },
    **{
        f"{key} of an entry": (entry(**{key: "a ##[error]x"}), "must not begin with ::")
        for key in ("activity", "kind", "item", "quantity_unit", "factor_source", "formula")
    },
    "a warning": (lambda r: r.update(warnings=["a\n::error::b"]), "control or invisible"),
}  # fmt: skip


@pytest.fixture
def saved(inside, tmp_path):
    (tmp_path / "job.yaml").write_text(JOB)
    done = inside("estimate", str(tmp_path / "job.yaml"), "--format", "json")
    assert done.code == 0
    (tmp_path / "saved.json").write_text(done.out)
    return tmp_path / "saved.json"


@pytest.mark.parametrize(("change", "said"), FORGED.values(), ids=FORGED)
def test_a_forged_result_is_refused_with_the_reason(inside, saved, change, said):
    document = json.loads(saved.read_text())
    change(document["results"][0])
    saved.write_text(json.dumps(document))
    (saved.parent / "saved.jsonl").write_text(
        json.dumps({"schema": document["schema"], **document["results"][0]}) + "\n"
    )
    gate = ("--fail-on", "total_kgco2e > 1 kg")
    for command in (("estimate", "-f", "csv", "--totals", *gate), ("estimate",), ("validate",)):
        for path in (saved, saved.with_suffix(".jsonl")):
            done = inside(*command, str(path))
            assert (done.code, done.out) == (3, "")
            assert f"{path}:1:1: not a saved result: " in done.err
            assert said in done.err
    assert inside("compare", str(CONFIGS / "quickstart.yaml"), str(saved)).code == 3


def test_a_version_is_a_text_too(inside, saved):
    document = json.loads(saved.read_text())
    for key in ("version", "hardware_db"):
        saved.write_text(json.dumps({**document, key: "::error::x"}))
        assert inside("estimate", str(saved)).code == 3


def older(path: Path) -> dict[str, Any]:
    """Return a saved result as the version before wrote it."""
    document = json.loads(path.read_text())
    document["schema"] = "carbonctl.estimate/1"
    for result in document["results"]:
        del result["drivers"]
        for one in result["entries"]:
            for value in one["inputs"]:
                del value["distribution"], value["unknown"]
    return document


def test_a_result_of_an_earlier_version_has_hard_bounds(inside, tmp_path):
    text = JOB.replace("embodied: 5 kg", "device: nvidia/h100-sxm5-80gb, device_time: 1 GPU-h")
    (tmp_path / "job.yaml").write_text(text)
    now = reread(inside, tmp_path / "job.yaml")
    (tmp_path / "now.json").write_text(now)
    document = older(tmp_path / "now.json")
    (tmp_path / "old.json").write_text(json.dumps(document))
    done = inside("estimate", str(tmp_path / "old.json"), "-f", "json")
    assert "of an earlier version" in done.err
    assert "are taken as hard bounds" in done.err
    (then,), (today,) = json.loads(done.out)["results"], json.loads(now)["results"]
    assert then["total"]["total_kgco2e"] == today["total"]["total_kgco2e"]
    assert then["total"]["total_high_kgco2e"] < today["total"]["total_high_kgco2e"]
    kinds = {v["distribution"] for one in then["entries"] for v in one["inputs"]}
    assert kinds == {None, "triangular"}
    lines = "".join(
        json.dumps({"schema": document["schema"], **one}) for one in document["results"]
    )
    (tmp_path / "old.jsonl").write_text(lines + "\n")
    assert json.loads(inside("estimate", str(tmp_path / "old.jsonl"), "-f", "json").out) == (
        json.loads(done.out)
    )


def test_a_result_without_ranges_of_an_earlier_version_is_as_it_was(inside, saved):
    was = json.loads(saved.read_text())
    saved.write_text(json.dumps(older(saved)))
    done = inside("estimate", str(saved), "-f", "json")
    assert "earlier version" not in done.err
    assert json.loads(done.out) == was


@pytest.mark.parametrize(
    ("key", "word", "said"),
    [
        ("distribution", "flat", "its distribution is none that this version knows"),
        ("distribution", None, "its distribution is none that this version knows"),
        ("unknown", None, "is not a text"),
        ("unknown", "a\n::error::b", "control or invisible"),
    ],
)
def test_a_range_that_nobody_knows_is_refused(inside, tmp_path, key, word, said):
    (tmp_path / "job.yaml").write_text(JOB.replace("0.4 kg/kWh", "0.3..0.5 kg/kWh"))
    document = json.loads(reread(inside, tmp_path / "job.yaml"))
    value = document["results"][0]["entries"][0]["inputs"][1]
    assert value["distribution"] == "triangular"
    value[key] = word
    (tmp_path / "saved.json").write_text(json.dumps(document))
    done = inside("estimate", str(tmp_path / "saved.json"))
    assert done.code == 3
    assert said in done.err


def test_an_honest_result_is_read(inside, saved):
    assert inside("estimate", str(saved), "-f", "json").out == saved.read_text()


# --- what is written is read back ---


def reread(inside, path: Path, *arguments: str) -> str:
    """Return what an account is as JSON, which is the same when it is read again."""
    done = inside("estimate", str(path), "-q", "-f", "json", *arguments)
    assert done.code == 0
    saved = path.with_suffix(".saved.json")
    saved.write_text(done.out)
    assert inside("estimate", str(saved), "-q", "-f", "json").out == done.out
    return done.out


@pytest.mark.parametrize("zero", ["-0 kg", "-0.0 t", "-0e5 g", "-0..0 kg", "{best: -0 kg}"])
def test_minus_zero_is_zero(inside, tmp_path, zero):
    path = tmp_path / "job.yaml"
    path.write_text(JOB.replace("5 kg", zero).replace("1 MWh, embodied", "-0 kWh, embodied"))
    assert "-0" not in reread(inside, path)
    for rows in ("--entries", "--totals", "--phases"):
        assert ",-0" not in inside("estimate", str(path), "-q", "-f", "csv", rows).out
    for form in ("json", "csv"):
        assert "-0.0" not in inside("compare", str(path), str(path), "-f", form).out


def test_minus_zero_in_a_stream_is_zero(inside, tmp_path):
    lines = [JOB.replace("5 kg", f"{mass} kg") for mass in ("1", "2", "-0", "3", "-0.0", "0")]
    (tmp_path / "jobs.yaml").write_text("---\n".join(lines))
    out = inside("estimate", str(tmp_path / "jobs.yaml"), "-q", "-f", "csv", "--totals").out
    found = [row["embodied_kgco2e"] for row in csv.DictReader(io.StringIO(out))]
    assert found == ["1.0", "2.0", "0.0", "3.0", "0.0", "0.0"]


def test_minus_zero_of_a_saved_result_is_zero(inside, saved):
    text = saved.read_text().replace('"water_l": null', '"water_l": -0.0')
    saved.write_text(text)
    assert "-0.0" not in inside("estimate", str(saved), "-f", "json").out


HUGE = """\
name: x
site: {carbon_intensity: 1e29 kg/kWh, pue: PUE}
phases:
  training:
    - {kind: compute, power: 1e29 W, devices: 1e29, wall_time: 1e29 h, host_power: 0 W,
       embodied: 1e29 kg, repeat: {every: 1e-9 h, for: 1e9 h}}
"""


def test_what_can_be_written_can_be_read(inside, tmp_path):
    path = tmp_path / "job.yaml"
    path.write_text(HUGE.replace("PUE", "1"))
    assert "e+13" in reread(inside, path)


def test_a_figure_that_could_not_be_read_is_not_written(inside, tmp_path):
    path, small = tmp_path / "job.yaml", tmp_path / "small.yaml"
    path.write_text(HUGE.replace("PUE", "1e29"))
    small.write_text(HUGE.replace("1e29", "1e-29").replace("PUE", "1"))
    for form in ("json", "csv", "jsonl", "table"):
        done = inside("estimate", str(path), "-q", "-f", form)
        assert (done.code, done.out) == (3, "" if form != "csv" else done.out)
        assert f"{path}:5:7: phases.training.compute: a figure is above 1e+150" in done.err
    for one, other in ((path, small), (small, path)):
        assert inside("compare", str(one), str(other), "-f", "json").code == 3


def test_a_stream_refuses_what_a_file_does(inside, tmp_path):
    jobs = [HUGE.replace("PUE", f"{pue}") for pue in ("1", "1.5", "1.2", "1e29", "1.3", "1e28")]
    path = tmp_path / "jobs.yaml"
    path.write_text("---\n".join(jobs))
    done = inside("estimate", str(path), "-q", "-f", "csv", "--totals")
    assert done.code == 3
    assert done.out.count("\n") == 5
    assert done.err.count("check quantities and units") == 2


def test_parts_of_parts_without_end_are_refused(inside, tmp_path):
    inner = "{kind: dram, capacity: 1 GB, process: ddr5 greensku}"
    for place in range(12):
        inner = f"{{name: a{place}, count: 1e29, parts: [{inner}]}}"
    path = tmp_path / "job.yaml"
    path.write_text(
        f"name: x\nsite: {{grid: FR}}\nsystems: {{s: {{devices: 1, rated_power: 1 W, parts: [{inner}]}}}}\n"
        "phases: {training: [{kind: compute, system: s, devices: 1, wall_time: 1 h}]}\n"
    )
    for command in ("estimate", "embodied"):
        for form in ("json", "csv", "table"):
            done = inside(command, str(path), "-f", form)
            assert done.code == 3
            assert "check quantities and units" in done.err


def test_reported_energy_without_the_building_is_read_back(inside, tmp_path):
    """Measured energy that holds the building's counts without it, and no entry says so."""
    text = """\
name: a
site: {grid: FR, pue: 1.5}
phases:
  inference:
    - {kind: energy, name: bare, energy: 100 kWh, embodied: 0 kg}
    - {kind: energy, name: whole, energy: 300 kWh, includes_pue: yes, embodied: 0 kg}
reported: {energy: 310 kWh, energy_includes_pue: no, source: llama3-card}
"""
    path = tmp_path / "job.yaml"
    path.write_text(text)
    saved = tmp_path / "job.json"
    saved.write_text(inside("estimate", str(path), "-f", "json").out)
    document = json.loads(saved.read_text())
    assert document["results"][0]["reported"]["energy_kwh"]["estimated"] == 100 + 300 / 1.5
    assert inside("estimate", str(saved), "-f", "json").code == 0
    for forged in (500.0, 100.0):
        document["results"][0]["reported"]["energy_kwh"]["estimated"] = forged
        saved.write_text(json.dumps(document))
        assert inside("estimate", str(saved), "-f", "json").code == 3
