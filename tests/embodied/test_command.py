"""``carbonctl embodied`` as a user has it: what it reads, what it prints, how it ends."""

import csv
import json
import os

import pytest

from carbonctl.ledger.entry import COLUMNS
from tests.conftest import CATALOG, CONFIGS, ROOT, run

GOLDEN = ROOT / "tests" / "golden" / "embodied"
H100 = "nvidia/h100-sxm5-80gb"
SERVER = str(CONFIGS / "parts" / "h100-server.yaml")
BOM = "name: list\nsilicon:\n  cpu: {area: 46.4 mm2, process: 28nm, n_ics: 1}\n"


def document(ran):
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


@pytest.mark.parametrize("form", ["table", "md", "csv", "json"])
@pytest.mark.parametrize("name", ["h100", "server"])
def test_golden(inside, monkeypatch, form, name):
    """``UPDATE_GOLDEN=1 make test`` writes them anew; the difference is then to be read."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    subject = {"h100": H100, "server": "configs/parts/h100-server.yaml"}[name]
    done = inside("embodied", subject, "--format", form)
    shown = done.out
    if form == "json":  # the versions change with every release
        document = json.loads(shown)
        document["version"] = document["hardware_db"] = "0"
        shown = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    path = GOLDEN / f"{name}-{form}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(shown, encoding="utf-8")
    assert done.code == 0
    assert shown == path.read_text(encoding="utf-8")


def test_json_has_the_shape_of_an_estimate(inside):
    found = document(inside("embodied", H100, "--format", "json", "-q"))
    assert found["schema"] == "carbonctl.embodied/2"
    assert found["errors"] == []
    (one,) = found["results"]
    assert one["complete"] is True
    assert one["total"]["embodied_kgco2e"] == one["total"]["total_kgco2e"]
    assert one["total"]["embodied_kgco2e"] == sum(e["kgco2e"] for e in one["entries"])
    assert one["per_device_kgco2e"]["best"] == one["total"]["embodied_kgco2e"]
    hours = one["lifetime_h"]["best"] * one["utilization"]["best"]
    assert one["per_useful_hour_kgco2e"]["best"] == one["total"]["embodied_kgco2e"] / hours
    assert one["covers"].startswith("dies, package and memory")
    assert one["stages"]["transport_kgco2e"] is None
    assert one["published"]["embodied_kgco2e"]["best"] == 164
    assert one["published"]["covers"] == "baseboard"
    assert "thermal parts" in one["published"]["not_among_the_parts"]
    assert "memory" not in one["published"]["not_among_the_parts"]
    split = {row["name"]: row for row in one["published"]["split"]}
    assert split["memory"]["published"] == 68.25
    assert split["memory"]["computed"] == pytest.approx(61.92)
    for entry in one["entries"]:
        assert set(COLUMNS) <= entry.keys()
        assert entry["formula"]
        assert all(value["source"] or value["status"] != "catalog" for value in entry["inputs"])


def test_the_split_of_a_published_figure_sums_to_it(inside):
    for device in (H100, "nvidia/b200"):
        (one,) = document(inside("embodied", device, "--format", "json", "-q"))["results"]
        parts = sum(row["published"] or 0.0 for row in one["published"]["split"])
        assert parts == pytest.approx(one["published"]["embodied_kgco2e"]["best"], rel=0.005)


def test_csv_has_the_columns_of_a_ledger(inside):
    ran = inside("embodied", SERVER, H100, "--format", "csv", "-q")
    rows = list(csv.DictReader(ran.out.splitlines()))
    assert tuple(rows[0]) == COLUMNS
    for row in rows:
        assert row["boundary"] == "embodied"
        assert float(row["quantity"]) * float(row["factor"]) == float(row["kgco2e"])
    assert {row["workload"] for row in rows} == {"server", "NVIDIA H100 SXM5 80GB"}


def test_json_lines_and_tsv(inside):
    ran = inside("embodied", SERVER, H100, "--format", "jsonl", "-q")
    assert [json.loads(line)["schema"] for line in ran.out.splitlines()] == [
        "carbonctl.embodied/2"
    ] * 2
    assert inside("embodied", H100, "--format", "tsv", "-q").out.startswith("file\tworkload\t")


def test_life_and_use(inside):
    asked = ["--lifetime", "2 years", "--utilization", "100 %", "--format", "json", "-q"]
    (one,) = document(inside("embodied", H100, *asked))["results"]
    assert one["per_useful_hour_kgco2e"]["best"] == one["total"]["embodied_kgco2e"] / 17520
    asked += ["--power", "500 W", "--duty-cycle", "50 %", "--grid", "FR"]
    (used,) = document(inside("embodied", H100, *asked))["results"]
    use = used["entries"][-1]
    assert (use["item"], use["boundary"], use["lifecycle_stage"]) == ("use", "operational", "use")
    assert use["quantity"] == 4380
    assert use["kgco2e"] == pytest.approx(4380 * use["factor"], rel=1e-12)
    assert used["total"]["embodied_kgco2e"] == one["total"]["embodied_kgco2e"]
    assert used["per_device_kgco2e"] == one["per_device_kgco2e"]


def test_explain_shows_every_figure(inside):
    ran = inside("embodied", H100, "--explain", "-q")
    assert ran.code == 0
    for words in ("GH100 (embodied)", "fab_intensity × epa + gpa + mpa", "gpa_95", "Sources"):
        assert words in ran.out


def test_standard_input_and_records(inside, tmp_path):
    spec = (CONFIGS / "parts" / "fairphone-3.yaml").read_text()
    ran = run("embodied", "-", "--format", "csv", stdin=spec)
    assert ran.code == 0
    rows = list(csv.DictReader(ran.out.splitlines()))
    assert sum(float(row["kgco2e"]) for row in rows) == pytest.approx(11.901223, abs=5e-7)
    assert {row["file"] for row in rows} == {"<stdin>"}
    record = ROOT / "hardware_db" / "accelerators" / "nvidia" / "h100-sxm5-80gb.yaml"
    by_file = inside("embodied", str(record), "--format", "csv", "-q").out
    by_id = inside("embodied", H100, "--format", "csv", "-q").out
    assert by_file.replace(str(record), H100) == by_id


def test_a_host_and_what_has_no_parts(inside):
    ran = inside("embodied", "dell/poweredge-r740", "fairphone/fairphone-3", "--format", "csv")
    kilograms = [float(row["kgco2e"]) for row in csv.DictReader(ran.out.splitlines())]
    assert kilograms == [1313.3, 32.2]
    of_class = inside("embodied", "nvidia/dgx-station-a100", "--format", "json")
    known = CATALOG.priors["embodied_kg", "workstation"].best
    assert json.loads(of_class.out)["results"][0]["total"]["embodied_kgco2e"] == known
    assert (of_class.code, of_class.err) == (0, "")


def test_systems_without_parts_have_their_published_figures(inside):
    job = str(CONFIGS / "llama3.yaml")
    (one,) = document(inside("embodied", job, "--format", "json", "-q"))["results"]
    assert [entry["item"] for entry in one["entries"]]
    assert one["of"] == "system"


def test_a_share_of_a_host_has_a_share_of_its_parts(inside, tmp_path):
    file = tmp_path / "job.yaml"
    text = (
        "name: a\nsite: {grid: FR}\nsystems:\n  s: {devices: 4, share: 25 %, rated_power: 9 W, "
        "host_power: 1 W, %s}\nphases: {training: [{kind: compute, system: s, devices: 4, "
        "wall_time: 1 h}]}\n"
    )
    found = []
    for given in ("parts: [{kind: other, embodied: 157.5 kg}]", "embodied: 157.5 kg"):
        file.write_text(text.replace("%s", given))
        (one,) = document(inside("embodied", str(file), "--format", "json", "-q"))["results"]
        found.append((one["total"]["embodied_kgco2e"], one["per_device_kgco2e"]["best"]))
    assert found == [(39.375, 9.84375)] * 2


def test_unknown_dies_leave_their_group_unknown(inside):
    (one,) = document(inside("embodied", "nvidia/b200", "--format", "json", "-q"))["results"]
    split = {row["name"]: row for row in one["published"]["split"]}
    assert split["integrated circuits"]["computed"] is None
    assert split["memory"]["computed"] > 0


def test_exports(inside, tmp_path):
    out = tmp_path / "bill.csv"
    ran = inside("embodied", H100, "--export", f"csv={out}", "-q")
    assert ran.code == 0
    assert out.read_text().startswith("file,workload,")


def test_act_lists(inside, tmp_path):
    file = tmp_path / "bom.yaml"
    file.write_text(BOM)
    ran = inside("embodied", "--import-act", str(file))
    assert ran.code == 0
    assert "What we hold wrong or lacking in the list" in ran.out
    assert "ACT's yield of 87.5 %" in ran.out
    file.write_text(BOM.replace("28nm", "29nm"))
    broken = inside("embodied", "--import-act", str(file), "--act-compatible")
    assert broken.code == 3
    assert f"{file}:3:34: process: ACT has no logic `29nm`; there are 28nm, 20nm" in broken.err


def test_its_own_json_is_no_workload(inside, tmp_path):
    file = tmp_path / "bill.json"
    file.write_text(inside("embodied", H100, "--format", "json", "-q").out)
    for command in ("embodied", "estimate"):
        ran = inside(command, str(file))
        assert ran.code == 3
        assert "this is a result of `embodied`" in ran.err


def test_good_ones_are_shown_beside_bad_ones(inside):
    ran = inside("embodied", H100, "nvidia/h1000", "--format", "csv", "-q")
    assert ran.code == 3
    assert "GH100" in ran.out
    assert "unknown device or host `nvidia/h1000`" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "name a FILE or a DEVICE"),
        ([H100, "--act-compatible"], 2, "needs --import-act"),
        ([H100, "--set", "a=1"], 2, "--set changes a workload, and nvidia/h100-sxm5-80gb is none"),
        ([H100, "--explain", "-f", "json"], 2, "--explain is a text"),
        ([H100, "--grid", "FR"], 2, "--grid needs --power"),
        ([H100, "--power", "3 W"], 2, "--power needs --grid"),
        ([H100, "--power", "3 kg", "--grid", "FR"], 2, "--power: `3 kg` is a mass"),
        ([H100, "--power", "3 W", "--grid", "Frnace"], 2, "--grid: unknown grid `Frnace`"),
        ([H100, "--lifetime", "0 years"], 2, "--lifetime: `0 years`: must be above 0"),
        ([H100, "--utilization", "0"], 2, "--utilization: `0`: must be above 0"),
        (["missing.yaml"], 3, "missing.yaml:1:1: no such file"),
        (["--import-act", "missing.yaml"], 3, "missing.yaml:1:1: no such file"),
    ],
)
def test_wrong_calls(inside, arguments, code, said):
    ran = inside("embodied", *arguments)
    assert ran.code == code
    assert said in ran.err
    assert ran.out == ""


def test_factors_are_listed(inside):
    ran = inside("hardware", "factors", "hbm", "--format", "csv")
    rows = list(csv.DictReader(ran.out.splitlines()))
    assert {row["part"] for row in rows} == {"hbm"}
    assert {"hbm3", "hbm3e"} <= {row["factor"] for row in rows}
    assert all(row["source"] for row in rows)
    wrong = inside("hardware", "factors", "hmb")
    assert wrong.code == 3
    assert "did you mean `hbm`" in wrong.err
