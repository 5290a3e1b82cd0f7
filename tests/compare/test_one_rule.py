"""A comparison of places takes life-cycle figures of one method."""

import json
from pathlib import Path

import pytest

JOB = "name: j\nsite: {{grid: {grid}, year: 2024, pue: 1{more}}}\nphases: {{training: [{{kind: energy, energy: 1 MWh, embodied: 0 kg}}]}}\n"


@pytest.fixture
def sides(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(**grids):
        for name, grid in grids.items():
            more = ", basis: direct" if name.endswith("direct") else ""
            Path(f"{name}.yaml").write_text(JOB.format(grid=grid, more=more))

    return write


def totals(done):
    whole = json.loads(done.out)
    first = whole["alternatives"][0]
    return first["total"]["total_kgco2e"]["base"], first["total"]["total_kgco2e"]["head"]


def test_a_published_figure_beside_one_by_the_rule(sides, inside):
    sides(france="FR", virginia="US-VA")
    done = inside("compare", "france.yaml", "virginia.yaml", "-f", "json")
    assert done.code == 0
    assert totals(done) == (pytest.approx(62.71), pytest.approx(331.53))
    assert "the rule is used for FR 62.71 g/kWh (40.48 published for 2024)" in done.err
    back = inside("compare", "virginia.yaml", "france.yaml", "-f", "json")
    assert totals(back) == (pytest.approx(331.53), pytest.approx(62.71))


def test_of_several_alternatives_all_are_by_the_rule(sides, inside):
    sides(france="FR", virginia="US-VA", poland="PL")
    done = inside("compare", "france.yaml", "poland.yaml", "virginia.yaml", "-f", "json")
    whole = json.loads(done.out)
    bases = {a["total"]["total_kgco2e"]["base"] for a in whole["alternatives"]}
    assert [round(base, 2) for base in bases] == [62.71]
    assert len(whole["alternatives"]) == 2


@pytest.mark.parametrize("grids", [("FR", "PL"), ("US-VA", "US-CA"), ("FR", "FR")])
def test_figures_of_one_method_stay_as_they_are(sides, inside, grids):
    sides(a=grids[0], b=grids[1])
    done = inside("compare", "a.yaml", "b.yaml", "-f", "json")
    assert "by the rule" not in done.err
    alone = [
        json.loads(inside("estimate", f"{name}.yaml", "-f", "jsonl", "--totals").out)[
            "total_kgco2e"
        ]
        for name in "ab"
    ]
    assert totals(done) == tuple(map(pytest.approx, alone))


def test_direct_figures_need_no_rule(sides, inside):
    sides(france_direct="FR", virginia_direct="US-VA")
    done = inside("compare", "france_direct.yaml", "virginia_direct.yaml", "-f", "json")
    assert "by the rule" not in done.err
    assert totals(done) == (pytest.approx(36), pytest.approx(259.9))


def test_saved_results_of_today_are_brought_to_the_rule(sides, inside):
    sides(france="FR", virginia="US-VA")
    Path("france.json").write_text(inside("estimate", "france.yaml", "-f", "json").out)
    done = inside("compare", "france.json", "virginia.yaml", "-f", "json")
    assert totals(done) == (pytest.approx(62.71), pytest.approx(331.53))


def test_saved_results_of_other_facts_stay_and_it_is_said(sides, inside):
    sides(france="FR", virginia="US-VA")
    saved = json.loads(inside("estimate", "france.yaml", "-f", "json").out)
    saved["hardware_db"] = "2020.01"
    Path("france.json").write_text(json.dumps(saved))
    done = inside("compare", "france.json", "virginia.yaml", "-f", "json")
    assert totals(done) == (pytest.approx(40.48), pytest.approx(331.53))
    assert "a saved result of other facts cannot be brought to the rule" in done.err


def test_a_gate_judges_figures_of_one_method(sides, inside):
    sides(france="FR", virginia="US-VA")
    rule = ("--fail-on", "total_kgco2e > +260 kg")
    done = inside("compare", "france.yaml", "virginia.yaml", *rule)
    assert done.code == 1  # 268.8 kg more by the rule, 291 kg with the published figure
    loose = ("--fail-on", "total_kgco2e > +280 kg")
    assert inside("compare", "france.yaml", "virginia.yaml", *loose).code == 0


def test_two_saved_results_of_other_facts_stay_too(sides, inside):
    sides(france="FR", virginia="US-VA")
    for name in ("france", "virginia"):
        saved = json.loads(inside("estimate", f"{name}.yaml", "-f", "json").out)
        saved["hardware_db"] = "2020.01"
        Path(f"{name}.json").write_text(json.dumps(saved))
    done = inside("compare", "france.json", "virginia.json", "-f", "json")
    assert totals(done) == (pytest.approx(40.48), pytest.approx(331.53))
    assert "cannot be brought to the rule" in done.err


def test_a_saved_result_whose_spec_is_of_another_is_not_estimated_again(sides, inside):
    sides(france="FR", virginia="US-VA")
    saved = json.loads(inside("estimate", "france.yaml", "-f", "json").out)
    saved["results"][0]["spec"]["site"] = {"carbon_intensity": "1 kg/kWh"}
    Path("france.json").write_text(json.dumps(saved))
    done = inside("compare", "france.json", "virginia.yaml", "-f", "json")
    assert done.code == 0
    assert totals(done)[0] == pytest.approx(40.48)


def test_what_the_rule_does_not_give_is_said(sides, inside):
    sides(salvador="SV", virginia="US-VA", france="FR")
    done = inside("compare", "salvador.yaml", "virginia.yaml", "france.yaml")
    assert "the rule is used for FR 62.71" in done.err
    assert "by another method: SV" in done.err


def test_imports_on_one_side_are_said(sides, inside):
    sides(sweden="SE-SE3", france="FR")
    done = inside("compare", "france.yaml", "sweden.yaml")
    said = "of SE-SE3 in sweden.yaml counts imports, that of the base not"
    assert said in " ".join(done.err.split())
    assert said in " ".join(done.out.split())
    sides(other="SE-SE4")
    assert "counts imports, that" not in inside("compare", "other.yaml", "sweden.yaml").err
