"""``carbonctl survey`` as a user meets it."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.conftest import CONFIGS, run
from tests.schemas.readers import faults
from tests.survey.makers import CO2ML, RUNS, needs_co2ml

COLUMNS = (
    "group,value,n,unknown,total_kgco2e,mean_kgco2e,median_kgco2e,geometric_mean_kgco2e,p25_kgco2e,"
    "p75_kgco2e,min_kgco2e,max_kgco2e,mean_low_kgco2e,mean_high_kgco2e,energy_kwh,"
    "intensity_g_per_kwh,intensity_weighted_g_per_kwh,share,quality_n,spearman,spearman_p,kendall,"
    "frontier_n"
)
FILE = str(RUNS)
SCREEN = """\
36 runs, 2018–2022: 1.226 tCO2e, 4.375 MWh; mean grid 286.5 g/kWh (272.6
weighted by energy; carbon over energy 280.3)

                   Total  Median  Mean  Geometric     p25..p75  Largest
Task         Runs      t      kg    kg         kg           kg       kg
───────────────────────────────────────────────────────────────────────
speech         12   0.12    3.15  9.69       2.97  0.585..10.3     46.5
translation    12   0.24      14  20.3       8.19   5.41..32.3       55
vision         12   0.87    8.89  72.2       15.5    5.5..67.9      401
All            36   1.23       7  34.1       7.22   1.88..31.3      401

13 of 36 runs emit 92 % of the carbon (Gini 0.75): read medians, not means.
Differences go with device-hours 81 %, grid 20 %, power −1 % (log variance).

Quality and carbon    n          Spearman   On the frontier
speech               12    +0.11 (p 0.73)   5: 0.286 kg … 5.78 kg
translation          12   +0.78 (p 0.003)   4: 0.33 kg … 45 kg
vision               11    +0.46 (p 0.15)   4: 0.492 kg … 10.7 kg

Notes: 2 rows do not follow from power × time × grid (2 % or the last digit):
carbon is not energy × intensity in model-08 (× 3.1); energy is not devices ×
hours × watts in model-34 (hours look like device-hours); carbon of 1 run
computed from energy and intensity; 7 runs under 1 kgCO2e; quality is known of
11 of 12 in vision (quality)
"""


def rows(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out)))


def survey(inside, *arguments, form="csv"):
    done = inside("survey", *arguments, "-f", form, "-q")
    assert done.code == 0, done.err
    return rows(done.out) if form == "csv" else done.out


def write(name, text):
    Path(name).write_text(text, encoding="utf-8", newline="")
    return name


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_screen(inside):
    done = inside("survey", FILE, "--by", "task")
    assert (done.code, done.err) == (0, "")
    assert done.out == SCREEN
    assert len(done.out.splitlines()) <= 24


def test_the_csv_has_the_columns_and_all_runs_last(inside):
    out = survey(inside, FILE, "--by", "task", "--by", "year", form="csv")
    assert ",".join(out[0]) == COLUMNS
    assert [row["group"] for row in out] == ["task"] * 3 + ["year"] * 5 + ["all"]
    assert sum(float(row["share"]) for row in out[:3]) == pytest.approx(1)
    tsv = survey(inside, FILE, form="tsv")
    assert tsv.splitlines()[0] == COLUMNS.replace(",", "\t")


def test_the_json_has_its_schema_and_the_same_bytes_twice(inside):
    flags = (FILE, "--by", "task", "--runs", "--trim", "5", "--equivalents")
    first, second = (survey(inside, *flags, form="json") for _ in range(2))
    assert first == second
    document = json.loads(first)
    assert faults("survey", document) == []
    assert document["schema"] == "carbonctl.survey/1"
    assert [check["kind"] for check in document["checks"]] == ["carbon", "energy"]
    assert document["all"]["trimmed_each_side"] == 1
    assert document["equivalents"][0]["amount"] > 0


def test_another_group_changes_no_interval(inside, folder):
    text = RUNS.read_text(encoding="utf-8")
    without = "".join(line for line in text.splitlines(keepends=True) if ",speech," not in line)
    write("less.csv", without)
    whole, less = survey(inside, FILE, "--by", "task"), survey(inside, "less.csv", "--by", "task")
    assert whole[1:3] == [{**row, "share": whole[n]["share"]} for n, row in enumerate(less[:2], 1)]
    other = survey(inside, FILE, "--by", "task", "--seed", "2")
    assert other[0]["mean_low_kgco2e"] != whole[0]["mean_low_kgco2e"]
    narrow = survey(inside, FILE, "--by", "task", "--confidence", "50")
    assert float(narrow[0]["mean_low_kgco2e"]) > float(whole[0]["mean_low_kgco2e"])


def test_runs_are_the_table_that_was_given_and_more(inside):
    out = survey(inside, FILE, "--by", "task", "--runs")
    assert ",".join(out[0]) == (
        "model,task,year,devices,hours,watts,g_per_kwh,quality,energy_kwh,kgco2e,computed,"
        "on_frontier,excess_kgco2e,notes"
    )
    by_name = {row["model"]: row for row in out}
    assert [name for name, row in by_name.items() if row["computed"] == "yes"] == ["model-13"]
    assert float(by_name["model-13"]["kgco2e"]) == pytest.approx(4 * 25.7 * 300 * 57 / 1e6)
    assert {name for name, row in by_name.items() if row["notes"]} == {"model-08", "model-34"}
    assert by_name["model-28"]["on_frontier"] == ""
    for row in out:
        assert (row["on_frontier"] == "no") == bool(row["excess_kgco2e"])


def test_runs_can_be_surveyed_again(inside, folder):
    write("again.csv", inside("survey", FILE, "--by", "task", "--runs", "-f", "csv", "-q").out)
    again = survey(inside, "again.csv", "--by", "task")
    for ours, theirs in zip(again, survey(inside, FILE, "--by", "task"), strict=True):
        assert float(ours["total_kgco2e"]) == pytest.approx(float(theirs["total_kgco2e"]))


def test_the_frontier_is_marked(inside):
    out = inside("survey", FILE, "--by", "task", "--excess").out
    listed = out.partition("Runs, and their excess")[2]
    assert listed.count("●") == 13
    assert "computed" in listed


def test_lower_can_be_better(inside):
    higher = survey(inside, FILE, "--by", "task")[0]
    lower = survey(inside, FILE, "--by", "task", "--better", "lower")[0]
    assert float(lower["spearman"]) == -float(higher["spearman"])
    wer = json.loads(survey(inside, FILE, "--map", "quality=quality", form="json"))
    assert wer["all"]["quality"] == "quality"


def test_quality_whose_name_is_an_error_is_better_where_it_is_lower(inside, folder):
    text = RUNS.read_text(encoding="utf-8").replace("quality", "WER", 1)
    lower = survey(inside, FILE, "--better", "lower")
    assert survey(inside, write("wer.csv", text)) == lower


@pytest.mark.parametrize("sort", ["n", "total", "mean", "median", "geometric", "max"])
def test_groups_are_sorted_by_size(inside, sort):
    columns = {"n": "n", "geometric": "geometric_mean_kgco2e"}
    out = survey(inside, FILE, "--by", "task", "--sort", sort)[:-1]
    sizes = [float(row[columns.get(sort, f"{sort}_kgco2e")]) for row in out]
    assert sizes == sorted(sizes, reverse=True)


def test_bins(inside):
    out = survey(inside, FILE, "--by", "year", "--bins", "2018-2019,2020")
    assert [(row["value"], row["n"]) for row in out] == [
        ("2018-2019", "18"), ("2020", "6"), ("other", "12"), ("", "36")
    ]  # fmt: skip


def test_gates(inside):
    for rule, code in (
        ("inconsistent > 0", 1), ("inconsistent > 2", 0), ("total_kgco2e > 1 t", 1), ("unknown > 0", 0)
    ):  # fmt: skip
        assert inside("survey", FILE, "--fail-on", rule).code == code
    assert inside("survey", FILE, "--fail-on", "inconsistent > 0", "--exit-zero").code == 0
    done = inside("survey", FILE, "--fail-on", "inconsistent > 0", "-f", "csv", "-q")
    assert "gate failed: inconsistent > 0: it is 2 rows, the limit 0 rows" in done.err


def test_unknown_carbon_is_no_zero(inside, folder):
    write("unknown.csv", "name,energy_kwh,kgco2e\na,10,\nb,20,4\nc,NA,-\n")
    done = inside("survey", "unknown.csv")
    assert done.code == 0
    assert done.out.startswith("3 runs: at least 4 kgCO2e, incomplete (2 unknown), 30 kWh")
    [row] = survey(inside, "unknown.csv")
    assert (row["n"], row["unknown"], row["total_kgco2e"]) == ("1", "2", "4.0")
    done = inside("survey", "unknown.csv", "--fail-on", "total_kgco2e > 1")
    assert done.code == 3


def test_zero_is_a_value(inside, folder):
    [row] = survey(inside, write("zero.csv", "kgco2e\n0\n5\n"))
    assert (row["n"], row["min_kgco2e"]) == ("2", "0.0")
    assert float(row["geometric_mean_kgco2e"]) == pytest.approx(5)


def test_one_run_has_statistics_and_no_correlation(inside, folder):
    [row] = survey(inside, write("one.csv", "kgco2e,quality\n5,70\n"))
    assert (row["n"], row["median_kgco2e"], row["spearman"]) == ("1", "5.0", "")


def test_a_constant_quality_is_said(inside, folder):
    write("flat.csv", "kgco2e,quality\n" + "".join(f"{n},70\n" for n in range(1, 8)))
    assert "same in all runs: no correlation" in " ".join(inside("survey", "flat.csv").out.split())
    [row] = survey(inside, "flat.csv")
    assert (row["spearman"], row["kendall"], row["frontier_n"]) == ("", "", "1")


def test_checks(inside, folder):
    write(
        "odd.csv",
        "name,device_hours,devices,watts,g_per_kwh,energy_kwh,kgco2e\n"
        "pue,100,1,400,400,48,19.2\nwall,100,8,400,400,320,128\nkilograms,100,1,400,0.4,40,0.016\n"
        "watts,100,1,4000,400,400,160\nlast digit,1,1,26,400,0.026,0.01\n",
    )
    checks = json.loads(survey(inside, "odd.csv", form="json"))
    named = {check["kind"]: check["named"] for check in checks["checks"]}
    assert named == {
        "energy": ["pue (× 1.2, a PUE?)", "wall (device-hours look like wall hours)"],
        "intensity": ["kilograms (0.4 g/kWh)"],
        "power": ["watts (4,000 W)"],
    }
    assert (checks["inconsistent"], checks["implausible"]) == (2, 2)


def test_checks_against_nothing_and_of_large_figures_are_told_in_words(inside, folder):
    write(
        "odd.csv",
        "name,devices,hours,watts,g_per_kwh,energy_kwh\n"
        "idle,0,10,400,400,32\nmany,1,10,400,12345,4\n",
    )
    out = " ".join(inside("survey", "odd.csv").out.split())
    assert "energy is not devices × hours × watts in idle (0 was expected)" in out
    assert "intensity outside 1..1,500 g/kWh in many (12,345 g/kWh)" in out


def test_zero_with_a_large_exponent_is_zero(inside, folder):
    write("zero.csv", "energy_kwh,g_per_kwh,kgco2e\n1,400,0e400\n2,400,0.8\n")
    (whole,) = survey(inside, "zero.csv")
    assert float(whole["total_kgco2e"]) == 0.8


@pytest.mark.parametrize("flags", [("--excess",), ("--better", "lower")])
def test_without_quality_it_is_said_that_there_is_none(inside, folder, flags):
    write("plain.csv", "name,kgco2e\na,1\nb,2\n")
    assert "no column of quality" in " ".join(inside("survey", "plain.csv", *flags).out.split())
    assert "no column of quality" not in inside("survey", "plain.csv").out


def test_units_of_headers(inside, folder):
    write("units.csv", "Energy consumed [MWh],hours (s),emissions_t\n1,3600,0.5\n")
    [row] = survey(inside, "units.csv")
    assert (row["energy_kwh"], row["total_kgco2e"]) == ("1000.0", "500.0")


def test_grids_of_the_catalog(inside, folder):
    write("grid.csv", "name,grid,energy_kwh\na,FR,1000\nb,PL,1000\n")
    out = survey(inside, "grid.csv", "--runs")
    france, poland = (float(row["kgco2e"]) for row in out)
    assert 0 < france < poland / 5


def test_forms_of_tables_say_the_same(inside, folder):
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(RUNS)
    frame.to_parquet("runs.parquet")
    frame.to_csv("runs.tsv", sep="\t", index=False)
    frame.to_json("runs.jsonl", orient="records", lines=True)
    write("crlf.csv", "\ufeff" + RUNS.read_text(encoding="utf-8").replace("\n", "\r\n"))
    expected = survey(inside, FILE, "--by", "task")
    for name in ("runs.parquet", "runs.tsv", "runs.jsonl", "crlf.csv"):
        assert survey(inside, name, "--by", "task") == expected, name
    done = run("survey", "-", "--by", "task", "-f", "csv", "-q", stdin=RUNS.read_bytes())
    assert rows(done.out) == expected
    lines = (folder / "runs.jsonl").read_bytes()
    done = run("survey", "-", "--by", "task", "-f", "csv", "-q", stdin=lines)
    assert rows(done.out) == expected


def test_a_large_table_says_the_same(inside, folder):
    header, *lines = RUNS.read_text(encoding="utf-8").splitlines()
    write("large.csv", "\n".join([header, *lines * 800]) + "\n")
    assert (folder / "large.csv").stat().st_size > 1 << 20
    large = survey(inside, "large.csv", "--by", "task")
    for ours, few in zip(large, survey(inside, FILE, "--by", "task"), strict=True):
        assert int(ours["n"]) == 800 * int(few["n"])
        assert float(ours["total_kgco2e"]) == pytest.approx(800 * float(few["total_kgco2e"]))
        for key in ("mean_kgco2e", "geometric_mean_kgco2e", "share", "intensity_g_per_kwh"):
            assert float(ours[key]) == pytest.approx(float(few[key])), key
        for key in ("min_kgco2e", "max_kgco2e", "group", "value"):
            assert ours[key] == few[key]
        if few["spearman"]:
            assert int(ours["frontier_n"]) == 800 * int(few["frontier_n"])
            assert float(ours["spearman"]) == pytest.approx(float(few["spearman"]), abs=0.01)
    document = json.loads(survey(inside, "large.csv", "--by", "task", form="json"))
    assert document["inconsistent"] == 1600
    assert document["checks"][0]["named"] == ["model-08 (× 3.1)"] * 5


def test_a_bad_cell_of_a_large_table_is_named(inside, folder):
    header, *lines = RUNS.read_text(encoding="utf-8").splitlines()
    write("large.csv", "\n".join([header, *lines * 800, lines[0].replace("3.108", "much")]) + "\n")
    done = inside("survey", "large.csv")
    assert (done.code, done.err) == (
        3,
        "large.csv:28802: column `kgco2e`: 'much' is not a number\n",
    )
    assert survey(inside, "large.csv", "--skip-bad")[0]["n"] == str(36 * 800)
    write("large.csv", "\n".join([header, *lines * 800, lines[0].replace("3.108", "1e31")]) + "\n")
    done = inside("survey", "large.csv")
    assert "large.csv:28802: column `kgco2e`: 1e31 is beyond any number" in done.err


def test_a_folder_of_accounts_is_a_survey(inside, folder):
    (folder / "accounts").mkdir()
    example = str(CONFIGS / "quickstart.yaml")
    (folder / "accounts" / "saved.json").write_text(inside("estimate", example, "-f", "json").out)
    totals = inside("estimate", str(CONFIGS / "gpt3.yaml"), "-f", "csv", "--totals", "-q").out
    (folder / "accounts" / "totals.csv").write_text(totals)
    (folder / "accounts" / "job.yaml").write_text((CONFIGS / "gpt3.yaml").read_text())
    out = survey(inside, "accounts", "--runs")
    assert [row["workload"] for row in out] == [
        "GPT-3 175B training",
        "fine-tuning",
        "GPT-3 175B training",
    ]
    assert out[0]["kgco2e"] == out[2]["kgco2e"]
    assert inside("survey", "accounts").out.startswith("3 runs: ")
    [row] = rows(run("survey", "-", "-f", "csv", "-q", stdin=totals).out)
    assert row["total_kgco2e"] == out[2]["kgco2e"]


def test_exports_and_markdown(inside, folder):
    done = inside("survey", FILE, "--by", "task", "--export", "csv=s.csv", "--export", "md=s.md")
    assert done.code == 0
    assert (folder / "s.csv").read_text().startswith(COLUMNS)
    assert "| vision | 12 | 866.8 kgCO2e | 8.89 | 72.2 | 15.5 | 5.5..67.9 | 401 |" in (
        folder / "s.md"
    ).read_text(encoding="utf-8")


def test_hostile_texts_are_inert(inside, folder):
    write("hostile.csv", "name,kgco2e,task,note\n<b>x</b>,1,[red]a,=1+1\ny,2,[/etc/x],::error::x\n")
    assert "[/etc/x]" in inside("survey", "hostile.csv", "--by", "task", "--runs").out
    assert [row["note"] for row in survey(inside, "hostile.csv", "--runs")] == [
        "'=1+1",
        "'::error::x",
    ]
    out = inside("survey", "hostile.csv", "--by", "task", "--runs", "-f", "md").out
    assert "\\[red\\]a" in out and "&lt;b&gt;" in out


def test_large_tables_alone_import_numpy():
    from tests.test_imports import HEAVY, loaded

    modules = loaded("survey", FILE, "--by", "task", "-f", "csv", "-q")
    assert not {name for name in modules if name.partition(".")[0] in HEAVY}
    assert "carbonctl.catalog" not in modules


@needs_co2ml
def test_the_survey_of_the_paper(inside):
    out = inside("survey", CO2ML, "--preset", "co2ml", "--by", "task").out
    assert out.startswith(
        "95 runs, 2012–2021: 253.2 tCO2e, 583.7 MWh; mean grid 371.9 g/kWh (454.1\n"
        "weighted by energy; carbon over energy 433.7)\n"
    )
    assert "4 of 95 runs emit 93 % of the carbon (Gini 0.95)" in out
    assert "device-hours 81 %, grid 16 %, power 3 %" in out
    assert "+0.49 (p 0.005)   8: 2.8 kg … 72,768 kg" in out
    assert "Notes: 5 rows do not follow" in out
