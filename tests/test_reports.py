"""Reports: scores, cards, statements, inventories, the page; every figure is one of the account."""

import csv
import io
import json
import math
import re

import pytest
import yaml

from carbonctl.factors import sci
from carbonctl.render.escaping import latex
from carbonctl.render.reports import KINDS
from carbonctl.render.reports.card import updated
from tests.conftest import CONFIGS, ROOT

LLAMA = str(CONFIGS / "llama3.yaml")
SERVICE = str(CONFIGS / "llm-service.yaml")
YEAR = 8760.0
EVIL = "</script><b>x</b> | =cmd `a` $b$ שלום"
with (ROOT / "tests" / "oracles" / "sci" / "sci.csv").open(encoding="utf-8", newline="") as _lines:
    ORACLE = list(csv.DictReader(_lines))


@pytest.fixture
def report(inside):
    def call(*arguments, code=0):
        done = inside("report", *map(str, arguments), "-q")
        assert done.code == code, done.err
        return done.out if code == 0 else done.err

    return call


def estimated(inside, file, *more):
    return json.loads(inside("estimate", str(file), *more, "-f", "json", "-q").out)["results"][0]


# --- SCI: the oracle ---


@pytest.mark.parametrize("row", ORACLE, ids=lambda row: row["case"])
def test_a_row_of_the_oracle(row):
    units = float(row["R"])
    if row["E_kwh"]:
        operational = float(row["E_kwh"]) * float(row["I_g_per_kwh"])
        keys = ("TE_kg", "TiR_h", "EL_h", "RR", "ToR")
        made = sci.embodied_g(*(float(row[key]) for key in keys))
        assert operational == pytest.approx(float(row["O_g"]), rel=1e-12)
        assert made == pytest.approx(float(row["M_g"]), rel=1e-12)
        score = sci.score_g(operational, made, units)
    elif row["case"] == "llama3-70b-per-token":
        kg = [float(number) for number in re.findall(r"[OM] ([0-9.]+) kg", row["note"])]
        score = sci.score_g(kg[0] * 1000, kg[1] * 1000, units)
    elif row["case"] == "llama3-70b-per-flop":
        token = next(one for one in ORACLE if one["case"] == "llama3-70b-per-token")
        score = float(token["sci_g_per_R"]) * float(token["R"]) / units
    else:  # examples of the text, of which it prints carbon and units
        grams = {
            "sci-ai-9.1.1-consumer": 6.5e6,
            "sci-ai-9.1.2-provider": 2e8,
            "sci-ai-9.2.1-consumer": 3.2e6,
        }
        score = sci.score_g(grams[row["case"]], 0.0, units)
    assert score == pytest.approx(float(row["sci_g_per_R"]), rel=1e-9)


def test_a_score_is_of_the_account_without_utilization(inside, report):
    made = json.loads(report(LLAMA, "--as", "sci", "-f", "json"))["results"][0]
    account = estimated(inside, LLAMA)["total"]
    assert made["E_kwh"] == pytest.approx(account["energy_kwh"], rel=1e-12)
    assert made["O_g"] == pytest.approx(account["operational_kgco2e"] * 1000, rel=1e-12)
    assert made["M_g"] == pytest.approx(account["embodied_kgco2e"] * 1000 * 0.45, rel=1e-12)
    assert made["score_g"] == pytest.approx((made["O_g"] + made["M_g"]) / 30e12, rel=1e-12)
    for one in made["hardware"]:
        parts = one["TE_kg"] * one["TiR_h"] / one["EL_h"] * one["RR"] / one["ToR"] * 1000
        assert one["M_g"] == pytest.approx(parts, rel=1e-12)
    thousand = json.loads(report(LLAMA, "--as", "sci", "--per", "1000", "-f", "json"))["results"][0]
    assert thousand["score_g"] == pytest.approx(made["score_g"] * 1000, rel=1e-12)
    (row,) = csv.DictReader(io.StringIO(report(LLAMA, "--as", "sci", "-f", "csv")))
    assert float(row["score"]) == made["score_g"] and row["I_kind"] == "average"
    assert row["TE"].count(";") == len(made["hardware"]) - 1
    text = report(LLAMA, "--as", "sci")
    assert "Utilization is no part of M" in text and "sha256" in text


def test_no_contract_is_in_a_score(report):
    plain = json.loads(report(SERVICE, "--as", "sci", "-f", "json"))["results"][0]
    more = ("--set", "site.carbon_free_energy=100 %")
    contracted = json.loads(report(SERVICE, "--as", "sci", "-f", "json", *more))["results"][0]
    assert contracted["score_g"] == plain["score_g"]


def test_scores_of_ai_systems_by_persona(inside, report):
    made = json.loads(report(LLAMA, "--as", "sci-ai", "-f", "json"))
    (provider,) = made["results"]
    assert (provider["persona"], provider["stages"]) == ("provider", ["Design and Development"])
    assert provider["stated"] == {"why": None, "values": None, "strategies": None}
    per_billion = json.loads(report(LLAMA, "--as", "sci-ai", "--parameters", "70e9", "-f", "json"))[
        "results"
    ][0]
    assert per_billion["score_g"] == pytest.approx(
        (provider["O_g"] + provider["M_g"]) / 70, rel=1e-12
    )
    assert per_billion["unit"] == "billion parameters"
    (consumer,) = json.loads(report(SERVICE, "--as", "sci-ai", "-f", "json"))["results"]
    assert consumer["persona"] == "consumer" and consumer["stated"] is None
    done = inside("report", LLAMA, "--as", "sci-ai")
    assert done.code == 0 and "specification: --why, --values, --strategies" in done.err
    assert "specification" not in inside("report", SERVICE, "--as", "sci-ai").err
    stated = report(
        LLAMA, "--as", "sci-ai", "--why", "as billed", "--values", "gross", "--strategies", "none"
    )
    assert "as billed" in stated and "not stated" not in stated
    assert "there is no data or experimentation or training" in report(
        SERVICE, "--as", "sci-ai", "--persona", "provider", code=3
    )
    assert "one unit; give one of them" in report(
        LLAMA, "--as", "sci-ai", "--tokens", "1", "--flops", "2", code=2
    )


def test_what_a_score_needs_and_has_not_is_said(report, tmp_path):
    path = tmp_path / "job.yaml"
    path.write_text(
        "name: j\nsite: {grid: FR}\nphases: {training: [{kind: energy, energy: 1 MWh, embodied: 0 kg}]}\n"
    )
    said = report(path, "--as", "sci", code=3)
    assert "functional_unit is not given; add functional_unit: {name: request, amount: 1e6}" in said
    assert "the provider's unit is not given; add --tokens" in report(
        path, "--as", "sci-ai", code=3
    )
    path.write_text(
        path.read_text().replace(", embodied: 0 kg", "")
        + "functional_unit: {name: run, amount: 1}\n"
    )
    said = report(path, "--as", "sci", code=3)
    assert "phases.training.energy: the embodied carbon of the hardware is unknown" in said
    assert "; give `embodied`" in said


# --- cards ---


def test_a_card_is_in_grams_and_says_what_is_left_out(inside, report):
    card = yaml.safe_load(report(LLAMA, "--as", "model-card", "--training-type", "pre-training"))[
        "co2_eq_emissions"
    ]
    account = estimated(inside, LLAMA)["total"]
    assert card["emissions"] == pytest.approx(account["operational_kgco2e"] * 1000, rel=1e-12)
    assert card["training_type"] == "pre-training"
    assert "embodied 293.7 tCO2e not included" in card["source"]
    assert "385 gCO2e/kWh (given)" in card["geographical_location"]
    whole = yaml.safe_load(
        report(LLAMA, "--as", "model-card", "--training-type", "x", "--include", "embodied")
    )
    assert whole["co2_eq_emissions"]["emissions"] == pytest.approx(
        account["total_kgco2e"] * 1000, rel=1e-12
    )
    one = yaml.safe_load(
        report(LLAMA, "--as", "model-card", "--training-type", "x", "--activity", "Llama 3 70B")
    )
    assert one["co2_eq_emissions"]["emissions"] == 1897280000
    assert "pre-training or fine-tuning?" in report(LLAMA, "--as", "model-card", code=2)
    assert "no such part" in report(LLAMA, "--as", "model-card", "--include", "all", code=2)
    assert "no activity of training; there are Llama 3 8B" in report(
        LLAMA, "--as", "model-card", "--activity", "Llama 3 7B", code=2
    )
    assert "no training in the workload" in report(SERVICE, "--as", "model-card", code=3)


CARD = "---\nlicense: mit\n{0}tags:\n- a   # kept\n---\n# Model\n\nco2_eq_emissions: 5\n"
BLOCK = "co2_eq_emissions:\n  emissions: 12\n"


@pytest.mark.parametrize(
    "old", ["", "co2_eq_emissions: 5\n", "co2_eq_emissions:\n  emissions: 5\n\n  source: x\n"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_card_is_updated_and_all_else_stays(old, newline):
    text = CARD.format(old).replace("\n", newline)
    made = updated(text, BLOCK)
    front = yaml.safe_load(made.split("---")[1])
    assert front == {"license": "mit", "co2_eq_emissions": {"emissions": 12}, "tags": ["a"]}
    assert made.replace(BLOCK.replace("\n", newline), "") == CARD.format("").replace("\n", newline)
    assert updated(made, BLOCK) == made


def test_the_command_updates_a_card(inside, report, tmp_path):
    path = tmp_path / "README.md"
    path.write_text(CARD.format(""))
    report(LLAMA, "--as", "model-card", "--training-type", "pre-training", "--update", path)
    assert (
        yaml.safe_load(path.read_text().split("---")[1])["co2_eq_emissions"]["emissions"]
        == 2282665000
    )
    path.write_text("# no front matter\n")
    assert "is no model card" in report(
        LLAMA, "--as", "model-card", "--training-type", "x", "--update", path, code=3
    )
    assert path.read_text() == "# no front matter\n"
    assert "--update needs" in report(LLAMA, "--as", "sci", "--update", path, code=2)


# --- statements ---


@pytest.mark.parametrize("form", KINDS["statement"].formats)
def test_a_statement_has_the_figures_of_the_account(inside, report, form):
    said = report(LLAMA, "--as", "statement", "-f", form, "--date", "2026-11-30")
    for figure in (
        "2,576 tCO2e",
        "2,416 tCO2e",
        "5.929 GWh",
        "2,283 tCO2e",
        "293.7 tCO2e",
        "1,300,000",
        "700 W",
        "PUE 1.1",
    ):
        assert figure in said, figure
    assert "data, experimentation, inference" in said
    assert "Runs that failed or were not published are not given" in said
    assert "2026-11-30" in said
    assert re.search(r"4 years \(assumed\), 45 \\?% utilization \(assumed\)", said)
    assert "write a date" in report(LLAMA, "--as", "statement", "--date", "today", code=2)


def test_latex_is_escaped():
    assert latex("& % $ # _ { } ~ ^ \\") == (
        r"\& \% \$ \# \_ \{ \} \textasciitilde{} \textasciicircum{} \textbackslash{}"
    )


# --- inventories ---


def test_an_inventory_has_both_methods_and_no_zero_for_what_is_not_known(report):
    rows = list(csv.DictReader(io.StringIO(report(LLAMA, "--as", "inventory", "--year", "2026"))))
    by = {(row["category"], row["method"]): row for row in rows}
    assert list(rows[0]) == ["scope", "category", "name", "method", "kgco2e", "mwh", "year", "note"]
    assert by["1", ""]["kgco2e"] == "" and "not estimated" in by["1", ""]["note"]
    assert float(by["2", "location-based"]["kgco2e"]) == 2282665.0
    assert float(by["2", "market-based"]["mwh"]) == 5929.0
    assert by["3.2", ""]["kgco2e"] == "" and "purchases not given" in by["3.2", ""]["note"]
    assert float(by["memo", ""]["kgco2e"]) == pytest.approx(293730.974)
    assert all(row["year"] == "2026" for row in rows)
    document = json.loads(report(LLAMA, "--as", "inventory", "-f", "json"))["results"][0]
    assert document["total_location_kgco2e"] == 2282665.0  # without the memo


def test_purchases_are_booked_whole_in_their_year(report, inside, tmp_path):
    path = tmp_path / "bought.csv"
    path.write_text(
        "name,number,year,embodied\nnvidia/dgx-h100,2,2026,\nrack,3,2026,100 kg\nrack,9,2025,100 kg\n"
    )
    rows = csv.DictReader(
        io.StringIO(report(LLAMA, "--as", "inventory", "--year", "2026", "--purchases", path))
    )
    (capital,) = [row for row in rows if row["category"] == "3.2"]
    each = json.loads(inside("embodied", "nvidia/dgx-h100", "-f", "json", "-q").out)["results"][0][
        "total"
    ]
    assert float(capital["kgco2e"]) == pytest.approx(2 * each["embodied_kgco2e"] + 300)
    path.write_text("name,number\nx,1\n")
    assert "no column year" in report(LLAMA, "--as", "inventory", "--purchases", path, code=3)
    path.write_text("name,number,year\nno/such,1,2026\n")
    assert "no/such" in report(LLAMA, "--as", "inventory", "--purchases", path, code=3)


def test_the_hardware_of_a_cloud_is_a_purchased_service(report):
    rows = list(csv.DictReader(io.StringIO(report(SERVICE, "--as", "inventory"))))
    cloud = [row for row in rows if row["category"] == "3.1"]
    assert cloud or any(row["category"] == "2+3.3" for row in rows)
    assert not [row for row in rows if row["category"] == "memo" and cloud]


# --- the page ---


def test_the_page_runs_no_script_and_asks_nothing(report):
    text = report(SERVICE)
    assert text.startswith("<!DOCTYPE html>") and "default-src 'none'" in text
    assert "<script" not in text
    assert not re.search(r"(src|href)=.http", text)
    assert len(text.encode()) < 150_000
    for head in (
        "Where it comes from",
        "What matters most",
        "How sure",
        "Entries of the ledger",
        "What was assumed",
        "Sources",
    ):
        assert head in text, head
    assert text == report(SERVICE)


def test_the_page_holds_the_result(report, inside):
    import base64

    data = re.search(r"base64,([A-Za-z0-9+/=]+)", report(LLAMA))[1]
    document = json.loads(base64.b64decode(data))
    assert document["results"][0]["total"] == estimated(inside, LLAMA)["total"]


def test_several_accounts_make_one_page_with_a_list(report):
    text = report(LLAMA, SERVICE, "--title", "Two")
    assert '<h1 dir="auto">Two</h1>' in text
    assert 'href="#account-1"' in text and 'id="account-1"' in text


def test_a_saved_result_makes_the_same_page(inside, report, tmp_path):
    saved = tmp_path / "saved.json"
    inside("estimate", LLAMA, "--export", f"json={saved}", "-q")
    whole, again = report(LLAMA), report(saved)
    assert re.sub(r"base64,[^\"]*", "", whole) == re.sub(r"base64,[^\"]*", "", again)


def test_estimate_exports_the_page(inside, report, tmp_path):
    path = tmp_path / "a.html"
    assert inside("estimate", LLAMA, "--export", f"html={path}", "-q").code == 0
    assert path.read_text() == report(LLAMA)


def test_one_chart_by_itself(report, tmp_path):
    assert report(SERVICE, "--chart", "list").split() == ["phases", "stages", "tornado", "range"]
    path = tmp_path / "t.vl.json"
    report(SERVICE, "--chart", "tornado", "--output", path)
    spec = json.loads(path.read_text())
    assert spec["layer"] and spec["$schema"].startswith("https://vega.github.io/")
    assert "add --output PATH that ends in" in report(SERVICE, "--chart", "range", code=2)
    assert "did you mean `tornado`" in report(
        SERVICE, "--chart", "tornados", "--output", tmp_path / "x.vl.json", code=2
    )
    assert "--chart needs --as page" in report(
        SERVICE, "--as", "sci", "--chart", "range", "--output", path, code=2
    )


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_inert(report, tmp_path, kind):
    path = tmp_path / "job.json"
    job = {"name": EVIL, "site": {"grid": "FR"}, "functional_unit": {"name": "training token", "amount": "10"},
           "phases": {"training": [{"name": "a & <b>", "kind": "energy", "energy": "1 MWh", "embodied": "1 kg"}]}}  # fmt: skip
    path.write_text(json.dumps(job, ensure_ascii=False), encoding="utf-8")
    for form in KINDS[kind].formats:
        more = ("--training-type", "x") if kind == "model-card" else ()
        text = report(path, "--as", kind, "-f", form, *more)
        if form in ("html", "md"):
            assert "</script>" not in text and "<b>x" not in text
        if form == "csv":
            for row in csv.reader(io.StringIO(text)):
                assert not any(cell.startswith("=") for cell in row)
        if form == "yaml":
            assert yaml.safe_load(text)["co2_eq_emissions"]["emissions"] > 0
        if form == "json":
            json.loads(text)


def test_output_goes_to_a_file_and_not_over_another_kind(report, tmp_path):
    path = tmp_path / "report.html"
    report(LLAMA, "--output", path)
    first = path.read_text()
    report(LLAMA, "--output", path)
    assert path.read_text() == first
    other = tmp_path / "notes.txt"
    other.write_text("mine")
    assert "--force overwrites" in report(LLAMA, "--output", other, code=2)
    assert other.read_text() == "mine"
    report(LLAMA, "--output", other, "--force")
    assert other.read_text() == first
    assert "the formats are md, json, csv" in report(LLAMA, "--as", "sci", "-f", "tex", code=2)


def test_estimate_imports_nothing_of_reports():
    from tests.test_imports import loaded

    modules = loaded("estimate", str(CONFIGS / "quickstart.yaml"), "--format", "csv", "-q")
    assert not {m for m in modules if ".reports" in m or m == "carbonctl.cli.report"}
    assert not {
        m for m in modules if m.startswith(("carbonctl.render.page", "carbonctl.render.charts"))
    }


def test_unknown_carbon_is_not_known_on_the_page(report, tmp_path):
    path = tmp_path / "job.yaml"
    path.write_text(
        "name: j\nsite: {grid: FR}\nphases: {training: [{kind: energy, energy: 1 MWh}]}\n"
    )
    text = report(path)
    assert "not known" in text and "Embodied carbon is not known, nor the total" in text
    assert math.isfinite(len(text))
