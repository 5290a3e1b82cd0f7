"""``carbonctl levers``, and ``--lever`` of estimate and explain, as a user meets them."""

import csv
import io
import json

import pytest

from carbonctl.analysis.levers.rows import LeverRow
from tests.conftest import CONFIGS, run
from tests.levers.makers import SERVICE, text
from tests.schemas.readers import faults

FILE = str(CONFIGS / "levers" / "service.yaml")
FILES = sorted((CONFIGS / "levers").glob("*.yaml"))
COLUMNS = (
    "file,workload,order,lever,on,divides,total_before_kgco2e,total_after_kgco2e,saved_kgco2e,"
    "saved_pct,operational_saved_kgco2e,operational_market_saved_kgco2e,embodied_saved_kgco2e,"
    "energy_saved_kwh,added_kgco2e,rebound_kgco2e,alone_kgco2e,left_out_kgco2e,share,"
    "saved_low_kgco2e,saved_high_kgco2e,source"
)
NARROW = """\
service: 85.97 → 24.45 tCO2e, 61.51 t saved (72 %)

                    After   Saved     of the   Alone   If left
Lever               tCO2e   tCO2e   original   tCO2e       out
───────────────────────────────────────────────────────────────────────
as it is            85.97
1 cleaner region    36.57   49.39       57 %   49.39     30.92   █████▊
2 caching           28.35    8.22      9.6 %   22.48      6.35   █
3 sharing           25.86    2.49      2.9 %    3.79      2.49   ▎
4 better building   24.45    1.41      1.6 %    7.90      1.41   ▏

Alone, the four would save 83.57 t: they work on the same carbon, and this is no
total.
Market-based: 49.75 → 32.70 tCO2e
Assumed: caching divides device time, and with it energy and hardware.
Touches: cleaner region: the grid of 11 entries; caching: time of
inference.answers; sharing: embodied of pool; better building: PUE
"""


def rows(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out)))


def test_the_table(inside):
    done = inside("levers", FILE)
    assert (done.code, done.err) == (0, "")
    assert done.out == NARROW


def test_a_wide_screen_shows_all_columns(inside, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    out = inside("levers", FILE).out
    assert "Operational   Embodied" in out
    assert "3.47   22.48      6.35   █        time of inference.answers" in out
    assert "Touches:" not in out


@pytest.mark.parametrize("width", ["40", "60", "80", "100", "140", "200"])
@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_every_line_fits(inside, monkeypatch, file, width):
    monkeypatch.setenv("COLUMNS", width)
    lines = inside("levers", str(file)).out.splitlines()
    assert max(map(len, lines)) <= max(int(width), 67)  # figures are never cut


def test_csv_has_the_columns_of_the_contract(inside):
    out = inside("levers", FILE, "--format", "csv").out
    assert out.splitlines()[0] == COLUMNS
    found = rows(out)
    assert [row["lever"] for row in found] == [
        "as it is", "cleaner region", "caching", "sharing", "better building", "all levers"
    ]  # fmt: skip
    assert [row["order"] for row in found] == ["0", "1", "2", "3", "4", ""]
    assert float(found[-1]["saved_pct"]) == pytest.approx(71.55373169551646)
    tabs = inside("levers", FILE, "--format", "tsv").out
    assert tabs.splitlines()[0] == COLUMNS.replace(",", "\t")


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("more", [(), ("--rank", "--attribute", "shapley")])
def test_json_is_as_its_schema_says(inside, file, more):
    done = inside("levers", str(file), "--format", "json", "--fail-on", "saved_pct < 1", *more)
    document = json.loads(done.out)
    assert not faults("levers", document)
    assert document["schema"] == "carbonctl.levers/1"
    assert [*document][:3] == ["schema", "version", "hardware_db"]
    assert set(LeverRow._fields) < set(document["levers"][0])
    assert document["verdicts"][0]["outcome"] == "pass"


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_examples_are_valid_workloads(inside, file):
    assert inside("validate", str(file)).code == 0
    assert inside("estimate", str(file), "-q").code == 0


def test_markdown(inside):
    out = inside("levers", FILE, "--format", "md").out
    assert "| 2 caching | 28.35 tCO2e | 8.225 tCO2e | 9.6 % |" in out
    assert out.startswith("### service: 85.97 → 24.45 tCO2e")


def test_fig_8_prints_812_beside_the_printed_810(inside):
    out = inside("levers", str(CONFIGS / "levers" / "fig8.yaml")).out
    assert "812 × less electricity in inference.answers (the paper prints 810)." in out
    assert "GPU acceleration 121 ×" in " ".join(out.split())


def test_the_order_and_the_attribution_are_said(inside):
    out = inside("levers", FILE, "--rank", "--attribute", "shapley").out
    assert "At each step the lever that saves most was pulled." in out
    assert "Saved is the mean over all orders of the levers (Shapley)." in out
    assert "1 cleaner region    46.10   39.87" in out


def test_payback_and_rebound(inside):
    out = " ".join(inside("levers", str(CONFIGS / "levers" / "distillation.yaml")).out.split())
    assert "30 % of the expected saving." in out
    assert "are added once, paid back after" in out


def test_gates_over_all_levers_together(inside):
    assert inside("levers", FILE, "--fail-on", "saved_pct < 50").code == 0
    failed = inside("levers", FILE, "--fail-on", "saved_pct < 90")
    assert failed.code == 1
    assert "saved_pct < 90: it is 71.55 %, the limit 90 %" in failed.err
    assert inside("levers", FILE, "--fail-on", "saved_pct < 90 %", "--exit-zero").code == 0
    assert inside("levers", FILE, "--warn-on", "saved_kgco2e < 90 t").code == 0
    assert inside("levers", FILE, "--fail-on", "total_after_kgco2e > 20 t").code == 1
    assert inside("levers", FILE, "--fail-on", "p95(saved_pct) < 5").code == 3


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("saved_pc < 5", "unknown key `saved_pc`; did you mean `saved_pct`?"),
        ("total_kgco2e < 5", "unknown key `total_kgco2e`"),
        ("saved_pct < +5 %", "a percentage is wanted here"),
        ("saved_kgco2e < +5 t", "a signed limit is a change from a base"),
    ],
)
def test_faulty_rules(inside, rule, said):
    done = inside("levers", FILE, "--fail-on", rule)
    assert done.code == 2
    assert said in done.err


def test_a_refused_lever_is_said_and_the_others_come(inside, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(text(
        "  - {name: too much, set: {systems.pool.utilization: 110 %}}\n"
        "  - {name: good, set: {site.pue: 1.1}}\n"
    ))  # fmt: skip
    done = inside("levers", str(path), "--format", "csv")
    assert done.code == 3
    assert f"{path}:22:54: utilization: `110 %` is above 1 (100 %)" in done.err
    assert [row["lever"] for row in rows(done.out)] == ["as it is", "good", "all levers"]
    document = json.loads(inside("levers", str(path), "--format", "json").out)
    assert document["errors"][0]["line"] == 22
    assert not faults("levers", document)


def test_without_levers_two_lines_would_add_one(inside):
    done = inside("levers", str(CONFIGS / "quickstart.yaml"))
    assert done.code == 3
    said = done.err.splitlines()
    assert said[0].endswith(
        "this workload has no levers; --suggest tries some, and two lines add one of your own:"
    )
    assert said[1:] == [
        "levers:", "  - {name: cleaner region, set: {site.carbon_intensity: 100 g/kWh}}"
    ]  # fmt: skip


def test_some_levers_and_other_values(inside):
    found = rows(inside("levers", FILE, "--lever", "sharing", "--format", "csv").out)
    assert [row["lever"] for row in found][1:-1] == ["sharing"]
    found = rows(inside("levers", FILE, "--set", "site.pue=1", "--format", "csv").out)
    assert float(found[4]["saved_kgco2e"]) < 0  # from 1 to 1.1
    found = rows(inside("levers", FILE, "--set", "levers.1.divide.time=2", "-f", "csv").out)
    assert found[2]["divides"] == "time 2"


def test_a_saved_result_is_refused_in_words(inside, tmp_path):
    saved = tmp_path / "saved.json"
    inside("estimate", FILE, "--export", f"json={saved}")
    for arguments in (("levers", str(saved)), ("estimate", str(saved), "--lever", "caching")):
        done = inside(*arguments)
        assert done.code == 3
        assert "this is a saved result" in done.err
    written = tmp_path / "levers.json"
    inside("levers", FILE, "--export", f"json={written}")
    assert "this is a result of `levers`" in inside("estimate", str(written)).err


def test_standard_input_and_one_of_several(tmp_path):
    levers = text("  - {name: a, set: {site.pue: 1.1}}\n")
    assert run("levers", "-", stdin=levers).out.startswith("service: 85.97 → 78.07")
    path = tmp_path / "two.yaml"
    path.write_text(f"{SERVICE}---\n{levers}")
    assert run("levers", f"{path}#2").out.startswith("service: 85.97 → 78.07")
    several = run("levers", str(path))
    assert several.code == 3
    assert "as in `carbonctl levers" in several.err


def test_the_list_of_published_levers(inside):
    out = inside("levers", "--list", "--format", "csv").out
    found = rows(out)
    assert len(found) == 15
    assert found[0]["citation"].startswith("Wu et al.")
    assert json.loads(inside("levers", "--list", "--format", "json").out)[0]["factor"] == 6.7
    assert "wu2022/caching" in inside("levers", "--list").out
    assert inside("levers", "--list", "--format", "md").code == 2
    assert inside("levers", "--list", FILE).code == 2
    assert inside("levers").code == 2


@pytest.mark.parametrize(
    "flags",
    [
        ["--suggest"], ["--set", "site.pue=1"], ["--rank"], ["--lever", "a"], ["--exit-zero"],
        ["--attribute", "shapley"], ["--fail-on", "saved_pct < 5"], ["--warn-on", "saved_pct < 5"],
        ["--export", "json=x.json"],
    ],
)  # fmt: skip
def test_the_list_takes_no_flag_of_a_workload(inside, flags):
    done = inside("levers", "--list", *flags)
    assert (done.code, done.out) == (2, "")
    assert f"leave out {flags[0]}" in done.err


def test_estimate_with_levers(inside):
    def total(*arguments):
        done = inside("estimate", FILE, "--format", "csv", "--totals", *arguments)
        (row,) = rows(done.out)
        return row["workload"], float(row["total_kgco2e"])

    steps = rows(inside("levers", FILE, "--format", "csv").out)
    assert total() == ("service", float(steps[0]["total_after_kgco2e"]))
    name, kg = total("--levers", "all")
    assert name == "service with cleaner region, caching, sharing, better building"
    assert kg == pytest.approx(float(steps[4]["total_after_kgco2e"]))
    name, kg = total("--lever", "cleaner region", "--lever", "caching")
    assert name == "service with cleaner region, caching"
    assert kg == pytest.approx(float(steps[2]["total_after_kgco2e"]))
    done = inside("estimate", FILE, "--lever", "cachin")
    assert (done.code, done.out) == (3, "")
    assert "no lever is named `cachin`; did you mean `caching`?" in done.err
    assert inside("estimate", FILE, "--levers", "some").code == 2


def test_the_account_with_factors_holds_no_spec_that_would_not_give_it(inside):
    def spec(name):
        document = json.loads(inside("estimate", FILE, "--lever", name, "-f", "json").out)
        assert not faults("result", document)
        return document["results"][0]["spec"]

    assert "phases" not in spec("caching")
    assert spec("better building")["site"]["pue"] == "1.1"
    assert "levers" not in spec("better building")


def test_estimate_says_only_with_v_that_there_are_levers(inside):
    assert "levers" not in inside("estimate", FILE).err
    assert "4 levers not pulled" in inside("estimate", FILE, "-v").err


def test_a_tab_offers_the_levers_of_the_file():
    from carbonctl.cli.complete import Asked, offers

    for words in (["levers", FILE, "--lever"], ["estimate", FILE, "--lever"]):
        assert [*offers(Asked(words, ""))] == [
            "cleaner region", "caching", "sharing", "better building"
        ]  # fmt: skip
    other = str(CONFIGS / "levers" / "distillation.yaml")
    assert [*offers(Asked(["levers", other, "--lever"], ""))] == ["distillation", "half precision"]
    assert not offers(Asked(["levers", "absent.yaml", "--lever"], ""))


def test_explain_with_a_lever(inside):
    out = inside("explain", FILE, "inference.answers", "--lever", "caching").out
    assert "÷ lever_caching_time" in out


def test_lines_of_many_workloads_with_levers(inside, tmp_path):
    path = tmp_path / "many.yaml"
    one = text("  - {name: a, on: training, divide: {time: 2}}\n")
    path.write_text("---\n".join([one] * 120))
    found = rows(inside("estimate", str(path), "--lever", "a", "-f", "csv", "--totals").out)
    assert len(found) == 120
    assert len({row["total_kgco2e"] for row in found}) == 1
    plain = rows(inside("estimate", str(path), "-f", "csv", "--totals").out)
    assert float(plain[0]["total_kgco2e"]) > float(found[0]["total_kgco2e"])
