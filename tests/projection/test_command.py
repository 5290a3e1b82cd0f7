"""``carbonctl project`` as a user meets it."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.conftest import CONFIGS, run
from tests.projection.makers import PLAIN, text
from tests.schemas.readers import faults

FILES = sorted((CONFIGS / "projection").glob("*.yaml"))
GROWTH, MACHINES = (str(CONFIGS / "projection" / f"{name}.yaml") for name in ("growth", "machines"))
COLUMNS = (
    "file,workload,year,phase,demand,energy_kwh,operational_kgco2e,operational_market_kgco2e,"
    "embodied_amortised_kgco2e,embodied_bought_kgco2e,embodied_book_kgco2e,total_kgco2e,"
    "intensity_kgco2e_per_kwh,machines_bought,machines"
)
TABLE = """\
fleet: 44.00 → 31.46 tCO2e a year, −28.5 %, from 2019-07 to 2021-07

                                Energy   Operational   Energy of
Month     Demand   Efficiency      MWh         tCO2e   the start
───────────────────────────────────────────────────────────────────────────
2019-07    1.000        1.000    110.0         44.00       100 %   ████████
2020-01    1.149        0.800    101.2         40.46        92 %   ███████▍
2020-07    1.321        0.640     93.0         37.21        85 %   ██████▊
2021-01    1.519        0.512     85.5         34.21        78 %   ██████▎
2021-07    1.746        0.410     78.6         31.46        71 %   █████▊

Electricity: 110.0 → 78.6 MWh, −28.5 %
Market-based operational: 44.00 → 31.46 tCO2e
"""


def rows(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out)))


def test_the_table(inside):
    done = inside("project", GROWTH)
    assert (done.code, done.err, done.out) == (0, "", TABLE)


@pytest.mark.parametrize("width", ["40", "60", "80", "100", "140"])
@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_every_line_fits(inside, monkeypatch, file, width):
    monkeypatch.setenv("COLUMNS", width)
    lines = inside("project", str(file)).out.splitlines()
    assert max(map(len, lines)) <= max(int(width), 60)  # figures are never cut


def test_a_long_projection_fits_a_screen(inside):
    lines = inside("project", MACHINES, "--set", "projection.for=50 years").out.splitlines()
    assert len(lines) <= 24
    assert "of 51 rows; -f csv has all." in "\n".join(lines)
    assert any(line.startswith("2074 ") for line in lines)


def test_csv_has_the_columns_of_the_contract(inside):
    out = inside("project", MACHINES, "-f", "csv").out
    assert out.splitlines()[0] == COLUMNS
    found = rows(out)
    assert [row["phase"] for row in found[:3]] == ["training", "inference", "total"]
    assert len(found) == 3 * 11
    assert all(float(row["machines"]) > 0 for row in found)
    assert inside("project", MACHINES, "-f", "csv").out == out
    tabs = inside("project", MACHINES, "-f", "tsv").out
    assert tabs.splitlines()[0] == COLUMNS.replace(",", "\t")


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize(
    "more", [(), ("--cumulative",), ("--solve", "demand", "--until", "energy_kwh = +0 %")]
)
def test_json_is_as_its_schema_says(inside, file, more):
    done = inside("project", str(file), "-f", "json", "--fail-on", "total_kgco2e > 1 Gt", *more)
    document = json.loads(done.out)
    assert not faults("project", document)
    assert [*document][:3] == ["schema", "version", "hardware_db"]
    assert len(document["steps"]) == sum(row["phase"] == "total" for row in document["rows"])
    assert document["verdicts"][0]["outcome"] == "pass"
    last = document["steps"][-1]
    total = document["rows"][-1]["total_kgco2e"]
    assert last["total_low_kgco2e"] <= total * (1 + 1e-9)
    assert last["total_high_kgco2e"] >= total * (1 - 1e-9)


def test_a_rate_is_solved(inside):
    done = inside("project", GROWTH, "--solve", "demand", "--until", "energy_kwh = -28.5 %")
    first = done.out.splitlines()[0]
    assert first == "demand: 1.7456x / 2 years (1.3212x a year) makes energy_kwh = -28.5 %"
    out = inside(
        "project", GROWTH, "--solve", "demand", "--until", "energy_kwh=-28.5%", "-f", "json"
    ).out
    assert json.loads(out)["solved"]["factor"] == pytest.approx(1.7456054687499996)
    assert inside("project", GROWTH, "--solve", "demand").code == 2
    assert inside("project", GROWTH, "--until", "energy_kwh = 1 kWh").code == 2


def test_gates_are_over_the_end_and_changes_from_the_start(inside, tmp_path):
    assert inside("project", GROWTH, "--fail-on", "energy_kwh > -20 %").code == 0
    failed = inside("project", GROWTH, "--fail-on", "energy_kwh > -30 %")
    assert failed.code == 1
    assert "energy_kwh > -30 %: it is −28.5 %" in failed.err
    assert inside("project", GROWTH, "--fail-on", "energy_kwh > -30 %", "--exit-zero").code == 0
    assert inside("project", GROWTH, "--warn-on", "total_kgco2e > 1 t").code == 0
    assert inside("project", GROWTH, "--fail-on", "total_kgco2e > 40 t").code == 0
    assert inside("project", GROWTH, "--fail-on", "embodied_bought_kgco2e > 1 t").code == 3
    assert inside("project", GROWTH, "--fail-on", "demand > 2").code == 2
    budget = tmp_path / "budget.yaml"
    budget.write_text("fail: [total_kgco2e > 30 t]\n")
    assert inside("project", GROWTH, "--budget", str(budget)).code == 1


def test_other_values_and_exports(inside, tmp_path):
    export = tmp_path / "a.csv"
    growth = ("--set", "projection.demand=2.9x / 18 months", "--export", f"csv={export}")
    done = inside("project", GROWTH, *growth)
    assert done.out.splitlines()[0].startswith("fleet: 44.00 → 74.53 tCO2e a year, +69.4 %")
    assert float(rows(export.read_text())[-1]["energy_kwh"]) == pytest.approx(186330.22, rel=1e-6)


def test_bought_and_cumulative(inside):
    out = inside("project", MACHINES, "--embodied", "bought", "--cumulative", "-f", "csv").out
    totals = [row for row in rows(out) if row["phase"] == "total"]
    known = [float(row["total_kgco2e"]) for row in totals]
    assert known == sorted(known)
    both = float(totals[-1]["operational_kgco2e"]) + float(totals[-1]["embodied_bought_kgco2e"])
    assert known[-1] == pytest.approx(both)
    shown = inside("project", MACHINES, "--cumulative").out.splitlines()[0]
    assert shown.startswith("service on bought machines: ")
    assert shown.endswith("tCO2e from 2024 to 2034")


def test_without_a_projection_two_lines_would_add_one(inside, tmp_path):
    done = inside("project", str(CONFIGS / "quickstart.yaml"))
    assert done.code == 3
    said = done.err.splitlines()
    assert said[0].endswith("this workload has no projection; two lines add one:")
    path = tmp_path / "a.yaml"
    path.write_text(PLAIN + "\n".join(said[1:]) + "\n")
    assert inside("project", str(path)).code == 0


def test_faults_have_their_places(inside, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(text("from: 2024\nfor: 2 years\ndemand: {training: 2x}\nstp: 1 year"))
    done = inside("project", str(path))
    assert done.code == 3
    assert f"{path}:9:22: training: `2x` has no period" in done.err
    assert f"{path}:10:3: unknown key `stp`; did you mean `step`?" in done.err
    assert inside("validate", str(path)).code == 3


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_examples_are_valid_workloads(inside, file):
    assert inside("validate", str(file)).code == 0
    assert inside("estimate", str(file), "-q").code == 0


def test_estimate_ignores_the_block_and_says_so(inside, tmp_path):
    bare = tmp_path / "bare.yaml"
    whole_text = Path(GROWTH).read_text(encoding="utf-8")
    bare.write_text(whole_text.partition("projection:\n")[0], encoding="utf-8")
    whole, plain = (inside("estimate", path, "-f", "csv", "-v") for path in (GROWTH, str(bare)))
    assert whole.out.replace(GROWTH, "x") == plain.out.replace(str(bare), "x")
    assert "1 projection not shown (`carbonctl project FILE`)" in whole.err
    assert "projection" not in plain.err


def test_a_saved_result_is_refused_in_words(inside, tmp_path):
    saved = tmp_path / "saved.json"
    inside("estimate", GROWTH, "--export", f"json={saved}")
    assert "this is a saved result" in inside("project", str(saved)).err
    written = tmp_path / "project.json"
    inside("project", GROWTH, "--export", f"json={written}")
    assert "this is a result of `project`" in inside("estimate", str(written)).err


@pytest.mark.parametrize("form", ["table", "md"])
def test_hostile_names_are_inert(inside, tmp_path, form):
    name = "[red]x[/red] <b>@me</b> |"
    workload = PLAIN.replace("name: fleet", f'name: "{name}"').replace(
        "name: work", 'name: "a|[b](c)"'
    )
    path = tmp_path / "a.yaml"
    path.write_text(
        text('from: 2024\nfor: 2 years\ndemand: {"training.a|[b](c)": 2x / year}', workload)
    )
    done = inside("project", str(path), "-f", form)
    assert done.code == 0
    assert "<b>" not in done.out if form == "md" else name in done.out


def test_many_files_of_one_shape_may_have_projections(inside, tmp_path):
    for n in range(12):
        block = f"from: 2024\nfor: {n + 1} years\ndemand: 2x / {n + 1} years"
        (tmp_path / f"{n}.yaml").write_text(text(block, PLAIN.replace("1000 kWh", f"{n + 1} kWh")))
    files = sorted(map(str, tmp_path.glob("*.yaml")))
    done = inside("estimate", *files, "-f", "csv", "--totals")
    assert done.code == 0
    assert len(rows(done.out)) == 12


def test_standard_input():
    done = run("project", "-", "-f", "csv", stdin=text("from: 2024\nfor: 1 year\ndemand: 2x/year"))
    assert done.code == 0
    assert float(rows(done.out)[-1]["energy_kwh"]) == 2000
