"""``sensitivity`` and ``compare --sensitivity``: formats, exit codes, and what people are shown."""

import csv
import io
import json

import pytest

from carbonctl.render.sensitivity.rows_ import COLUMNS
from tests.conftest import ROOT
from tests.schemas.readers import faults

RANGES = (ROOT / "tests" / "oracles" / "analysis" / "specs" / "service-ranges.yaml").read_text()
JOB = """name: j
site: {carbon_intensity: 300..500 g/kWh, pue: 1.1..1.3}
phases:
  training:
    - {name: run, kind: energy, energy: 1 MWh, embodied: 10..20 kg}
"""
CERTAIN = JOB.replace("300..500", "400").replace("1.1..1.3", "1.2").replace("10..20", "15")


@pytest.fixture
def files(tmp_path, monkeypatch):
    (tmp_path / "service-ranges.yaml").write_text(RANGES)
    (tmp_path / "job.yaml").write_text(JOB)
    (tmp_path / "more.yaml").write_text(JOB.replace("1 MWh", "2..3 MWh"))
    (tmp_path / "certain.yaml").write_text(CERTAIN)
    (tmp_path / "unknown.yaml").write_text(JOB.replace(", embodied: 10..20 kg", ""))
    (tmp_path / "bad.yaml").write_text("name: t\n")
    (tmp_path / "two.yaml").write_text(f"{JOB}---\n{JOB.replace('name: j', 'name: k')}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(text, delimiter=","):
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("job.yaml",), 0, ""),
        (("job.yaml", "more.yaml", "two.yaml#2"), 0, ""),
        (("certain.yaml",), 0, ""),
        (("unknown.yaml",), 0, "the embodied carbon of the hardware is unknown"),
        (("unknown.yaml", "--of", "embodied_kgco2e"), 3, "give `embodied`"),
        (("bad.yaml",), 3, "bad.yaml:"),
        (("job.yaml", "bad.yaml"), 3, "bad.yaml:"),
        (("none.yaml", "job.yaml"), 3, "none.yaml"),
        (("two.yaml#3",), 3, "there is no document 3"),
        (("job.yaml", "--set", "site.pue=0.5"), 3, "pue"),
        (("job.yaml", "--set", "site.pue"), 2, "site.pue"),
        (("job.yaml", "--of", "total_kgco2"), 2, "did you mean `total_kgco2e`?"),
        (("job.yaml", "--of", "water_l"), 2, "water_l has no formulas"),
        (("job.yaml", "--points", "1000"), 2, "a power of 2 is wanted, as 512 or 1024"),
        (("job.yaml", "--points", "32"), 2, "--points"),
        (("job.yaml", "--method", "morris"), 2, "--method"),
        (("job.yaml", "--at", "ends"), 2, "--at"),
        (("job.yaml", "--top", "0"), 2, "--top"),
        (("job.yaml", "--seed", "5"), 2, "nothing is drawn"),
        (("job.yaml", "--method", "rank", "--seed", "-1"), 2, "--seed"),
        (("job.yaml", "--method", "rank", "--seed", str(2**64)), 2, "--seed"),
        (("job.yaml", "--no-header"), 2, "only csv and tsv have a header"),
        (("job.yaml", "--format", "parquet"), 2, "--format"),
        (("-", "-"), 2, "only once"),
    ],
)
def test_exit_codes(inside, files, arguments, code, said):
    done = inside("sensitivity", *arguments)
    assert done.code == code, done.err
    assert said in done.err
    assert done.out == "" or code != 2
    assert "Traceback" not in done.err


def test_the_table_of_the_contract(inside, files):
    done = inside("sensitivity", "service-ranges.yaml")
    assert done == (
        0,
        """service with ranges: 85.97 tCO2e (80.93..128.55 in 90 of 100 cases)
What matters most         at p5  at p95  Swing                        In
data.lake.embodied         87.0   120.5   33.5  ████████████████████  1 entry
site.carbon_intensity      86.6   114.9   28.3  ████████████████▉     11 entries
site.pue                   95.2   104.5    9.2  █████▌                4 entries
systems.pool.embodied      95.6   104.8    9.2  █████▌                3 entries
systems.pool.power         95.9   102.2    6.3  ███▊                  6 entries
systems.pool.utilization  103.5    97.5    6.0  ███▌                  3 entries
systems.pool.lifetime     101.9    97.6    4.3  ██▌                   3 entries
The others at their medians, where the total is 99.4 tCO2e.
carbonctl explain service-ranges.yaml data.lake
""",
        "",
    )


def test_the_command_below_the_table_works(inside, files):
    shown = inside("sensitivity", "service-ranges.yaml").out.splitlines()[-1].split()
    done = inside(*shown[1:])
    assert done.code == 0
    assert done.out.startswith("data.lake: operational")


def test_columns_of_all_methods(inside, files):
    lines = inside("sensitivity", "service-ranges.yaml", "--method", "all").out.splitlines()
    head = "What matters most         at p5  at p95  Swing  First  Total   Rank  entries"
    assert lines[2] == head
    assert lines[3].split() == [
        "data.lake.embodied",
        "87.0",
        "120.5",
        "33.5",
        "0.53",
        "0.52",
        "+0.71",
        "1",
    ]
    assert lines[9].split()[-2:] == ["−0.09", "3"]
    sobol = inside("sensitivity", "service-ranges.yaml", "--method", "sobol").out
    assert "at p5" not in sobol
    assert "medians" not in sobol


def test_rows_beyond_the_top_are_one_line(inside, files):
    lines = inside("sensitivity", "service-ranges.yaml", "--top", "5").out.splitlines()
    assert lines[7] == "and 2 more, with swings of at most 5.952 tCO2e (--top 7 shows all)"
    one = inside("sensitivity", "service-ranges.yaml", "--top", "6").out.splitlines()
    assert one[8] == "and 1 more, with a swing of 4.271 tCO2e (--top 7 shows all)"
    for form in ("csv", "json"):
        done = inside("sensitivity", "service-ranges.yaml", "--top", "1", "--format", form)
        assert done.out.count("systems.pool") >= 4


def test_at_bounds_heads_and_foot(inside, files):
    shown = inside("sensitivity", "service-ranges.yaml", "--at", "bounds").out
    assert "at low  at high  Swing" in shown
    assert "The others at their best estimates, where the total is 86.0 tCO2e." in shown


def test_an_index_below_zero_whose_interval_holds_it_is_shown_as_zero(inside, files):
    for seed in range(1, 20):
        arguments = (
            "sensitivity",
            "service-ranges.yaml",
            "--method",
            "sobol",
            "--points",
            "64",
            "--seed",
            str(seed),
        )
        document = json.loads(inside(*arguments, "--format", "json").out)
        some = [r for r in document["results"][0]["rows"] if r["first"] < -0.005]
        if some and all(-r["first"] < r["first_conf"] for r in some):
            break
    else:
        pytest.fail("no index is below zero")
    lines = inside(*arguments).out.splitlines()
    for row in some:
        (line,) = [line for line in lines if line.startswith(row["path"].removeprefix("phases."))]
        assert line.split()[1] == "0.00"


@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_tables_for_programs(inside, files, form, delimiter):
    done = inside("sensitivity", "service-ranges.yaml", "job.yaml", "--format", form)
    head, *_ = done.out.splitlines()
    assert head == delimiter.join(COLUMNS)
    assert head.replace(delimiter, ",") == (
        "file,workload,key,path,name,status,source,distribution,best,low,high,unit,entries,at_low,"
        "at_high,swing,first,first_conf,total,total_conf,rank,variance_pct"
    )
    shown = rows(done.out, delimiter)
    assert [row["file"] for row in shown] == ["service-ranges.yaml"] * 7 + ["job.yaml"] * 3
    assert shown[0]["workload"] == "service with ranges"
    assert float(shown[0]["swing"]) == pytest.approx(33532.7199, rel=1e-6)
    assert {row["first"] + row["total"] + row["rank"] + row["variance_pct"] for row in shown} == {
        ""
    }
    bare = inside("sensitivity", "service-ranges.yaml", "job.yaml", "-f", form, "--no-header")
    assert head + "\n" + bare.out == done.out
    assert "\r" not in done.out


@pytest.mark.parametrize("more", [(), ("--method", "all"), ("--at", "bounds", "--method", "rank")])
def test_documents_are_valid(inside, files, more):
    arguments = ("service-ranges.yaml", "certain.yaml", "unknown.yaml", "bad.yaml", *more)
    done = inside("sensitivity", *arguments, "--format", "json")
    document = json.loads(done.out)
    assert not faults("sensitivity", document)
    assert faults("sensitivity", {**document, "extra": 1})
    assert document["schema"] == "carbonctl.sensitivity/1"
    assert [one["workload"] for one in document["results"]] == ["service with ranges", "j", "j"]
    assert {error["file"] for error in document["errors"]} == {"bad.yaml"}
    assert [one["complete"] for one in document["results"]] == [True, True, False]
    assert document["results"][1]["rows"] == []


def test_nothing_but_errors_is_a_document_too(inside, files):
    done = inside("sensitivity", "bad.yaml", "--format", "json")
    assert (done.code, json.loads(done.out)["results"]) == (3, [])
    assert inside("sensitivity", "bad.yaml", "--format", "csv").out == ""


def test_one_table_for_each_workload(inside, files):
    done = inside("sensitivity", "two.yaml", "bad.yaml", "certain.yaml")
    assert done.code == 3
    first, second, third = done.out.split("\n\n")
    assert first.startswith("j: 495.0 kgCO2e (")
    assert first.endswith("carbonctl explain 'two.yaml#1' training.run")
    assert second.startswith("k: 495.0 kgCO2e (")
    assert third == "j: 495.0 kgCO2e\nNothing in it has a range that could move it.\n"


def test_what_is_unknown_is_said(inside, files):
    shown = inside("sensitivity", "unknown.yaml").out
    assert shown.startswith("j: 480.0 kgCO2e of what is known (")
    none = inside("sensitivity", "unknown.yaml", "--of", "embodied_kgco2e").out
    assert (
        none
        == "j, embodied_kgco2e: unknown\nembodied_kgco2e is unknown: no entry of it is known.\n"
    )


def test_standard_input_and_saved_results(inside, files, tmp_path):
    from tests.conftest import run

    named = run("sensitivity", "job.yaml", "--format", "csv", cwd=tmp_path)
    piped = run("sensitivity", "-", "--format", "csv", cwd=tmp_path, stdin=JOB)
    assert piped.out == named.out.replace("job.yaml", "<stdin>")
    assert "explain" not in run("sensitivity", "-", cwd=tmp_path, stdin=JOB).out
    (tmp_path / "saved.json").write_text(inside("estimate", "job.yaml", "-f", "json").out)
    saved = inside("sensitivity", "saved.json", "--method", "all", "--format", "csv")
    live = inside("sensitivity", "job.yaml", "--method", "all", "--format", "csv")
    assert (saved.out, saved.code) == (live.out, 0)
    assert "explain" not in inside("sensitivity", "saved.json").out


def test_a_saved_result_has_its_distributions_seed_and_correlations(inside, files):
    more = """uncertainty:
  seed: 7
  correlations:
    - {of: [systems.pool.lifetime, systems.pool.utilization], rank: -0.6}
    - {together: [systems.pool.embodied, systems.pool.power]}
"""
    text = RANGES.replace(
        "{best: 400 g/kWh, low: 300 g/kWh, high: 550 g/kWh}",
        "{best: 400 g/kWh, low: 300 g/kWh, high: 550 g/kWh, distribution: pert}",
    )
    (files / "service.yaml").write_text(text + more)
    (files / "saved.json").write_text(inside("estimate", "service.yaml", "-f", "json").out)
    for arguments in (("--method", "all"), ("--at", "bounds")):
        live = inside("sensitivity", "service.yaml", *arguments, "-f", "json").out
        saved = inside("sensitivity", "saved.json", *arguments, "-f", "json").out
        documents = [json.loads(text)["results"] for text in (live, saved)]
        assert documents[0][0].pop("explain") == "data.lake"
        assert documents[1][0].pop("explain") is None
        assert documents[0] == documents[1]
    document = json.loads(
        inside("sensitivity", "service.yaml", "--method", "all", "-f", "json").out
    )
    assert not faults("sensitivity", document)
    (answer,) = document["results"]
    assert answer["seed"] == 7
    assert {row["distribution"] for row in answer["rows"]} == {"pert", "triangular", None}
    names = [row["name"] for row in answer["rows"] if row["status"] is None]
    assert sorted(names) == ["power, embodied", "utilization, lifetime"]


def test_its_own_output_is_no_input(inside, files):
    (files / "answer.json").write_text(inside("sensitivity", "job.yaml", "-f", "json").out)
    for command in ("sensitivity", "estimate"):
        done = inside(command, "answer.json")
        assert done.code == 3
        assert "this is a result of `sensitivity`" in done.err


def test_overrides_and_words(inside, files):
    done = inside("sensitivity", "job.yaml", "--set", "site.pue=1.2", "--verbose", "-f", "csv")
    assert {row["path"] for row in rows(done.out)} == {
        "site.carbon_intensity",
        "phases.training.run.embodied",
    }
    assert done.err == "job.yaml: a workload\n"
    assert inside("sensitivity", "unknown.yaml", "--quiet").err.count("unknown") >= 1


def test_markdown(inside, files):
    shown = inside("sensitivity", "service-ranges.yaml", "--format", "md").out
    assert shown.startswith(
        "### service with ranges&#58; 85.97 tCO2e (80.93..128.55 in 90 of 100 cases)\n\n"
    )
    assert "| What matters most | at p5 | at p95 | Swing | In |\n" in shown
    assert "| data.lake.embodied | 87.0 | 120.5 | 33.5 | 1 entry |\n" in shown
    hostile = JOB.replace("name: j", "name: 'a|<b>'").replace("name: run", "name: 'x|`y`'")
    (files / "hostile.yaml").write_text(hostile)
    shown = inside("sensitivity", "hostile.yaml", "--format", "md").out
    assert "<b>" not in shown
    assert all(line.count(" | ") == 4 for line in shown.splitlines() if line.startswith("| "))


# --- of a difference ---


def test_a_comparison_says_what_decides_the_difference(inside, files):
    plain = inside("compare", "job.yaml", "more.yaml").out
    shown = inside("compare", "job.yaml", "more.yaml", "--sensitivity").out
    assert shown.startswith(plain)
    assert shown[len(plain) :].splitlines() == [
        "",
        "What decides the difference   at p5  at p95  Swing                     In",
        "training.run.energy (head)   +555.9  +884.1  328.2  █████████████████  2 entries",
        "site.carbon_intensity        +596.9  +843.1  246.2  ████████████▊      4 entries",
        "site.pue                     +679.0  +761.0   82.1  ████▎              2 entries",
        "The others at their medians, where the difference is +720.0 kgCO2e.",
    ]


def test_a_comparison_as_json_and_markdown(inside, files):
    arguments = ("compare", "job.yaml", "more.yaml", "certain.yaml", "--sensitivity")
    document = json.loads(inside(*arguments, "-f", "json").out)
    assert not faults("compare", document)
    by_label = {one["label"]: one["sensitivity"] for one in document["alternatives"]}
    assert [row["side"] for row in by_label["more.yaml"]["rows"]] == ["head", None, None]
    assert {row["side"] for row in by_label["certain.yaml"]["rows"]} == {"base"}
    assert by_label["more.yaml"]["median"] == pytest.approx(720)
    plain = json.loads(inside(*arguments[:-1], "-f", "json").out)
    assert all("sensitivity" not in one for one in plain["alternatives"])
    page = inside(*arguments, "-f", "md").out
    assert page.count("<summary>What decides the difference</summary>") == 2
    assert "| What decides the difference [kgCO2e] | at p5 | at p95 | Swing | In |" in page
    assert inside(*arguments, "-f", "csv").out == inside(*arguments[:-1], "-f", "csv").out


def test_a_comparison_without_ranges_says_so(inside, files):
    done = inside("compare", "certain.yaml", "certain.yaml", "--sensitivity")
    assert done.code == 0
    assert "Nothing" not in done.out  # there is no difference to decide
    (files / "other.yaml").write_text(CERTAIN.replace("1 MWh", "2 MWh"))
    shown = inside("compare", "certain.yaml", "other.yaml", "--sensitivity").out
    assert shown.endswith("Nothing in it has a range that could move it.\n")
