"""The yearly update of the tables of grids, on small raw files and a copy of the database."""

import csv
import hashlib
import json
import shutil

import pytest

from tests.conftest import ROOT
from tests.update_grids import __main__ as command
from tests.update_grids import checks, eia, ember, merge, others, rule, tables

DB = ROOT / "hardware_db"
OWID_HEAD = [
    "country", "year", "iso_code", "carbon_intensity_elec", "coal_share_elec", "gas_share_elec",
    "oil_share_elec", "nuclear_share_elec", "hydro_share_elec", "wind_share_elec",
    "solar_share_elec", "biofuel_share_elec", "other_renewables_share_elec_exc_biofuel",
    "other_renewables_share_elec",
]  # fmt: skip
SPLIT = {  # of France in 2031, in percent
    "gas_share_elec": 4, "nuclear_share_elec": 68, "hydro_share_elec": 13, "wind_share_elec": 8,
    "solar_share_elec": 5, "biofuel_share_elec": 1.9, "other_renewables_share_elec_exc_biofuel": 0.1,
    "other_renewables_share_elec": 2,
}  # fmt: skip


@pytest.fixture
def database(tmp_path):
    folder = tmp_path / "database"
    shutil.copytree(DB / "grids", folder / "grids")
    shutil.copytree(DB / "places", folder / "places")
    shutil.copytree(DB / "odbl", folder / "odbl")
    shutil.copy(DB / "sources.yaml", folder / "sources.yaml")
    return folder


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def run(raw, database, capsys):
    def runs(*flags):
        code = command.main([str(raw), "--database", str(database), *flags])
        out = capsys.readouterr()
        return code, out.out + out.err

    return runs


def written(path, head, *rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def owid(raw, *rows):
    """Write rows of (country, year, code, intensity, shares)."""
    lines = [
        [country, year, code, intensity, *(shares.get(column, "") for column in OWID_HEAD[4:])]
        for country, year, code, intensity, shares in rows
    ]
    written(raw / ember.FILE, OWID_HEAD, *lines)


def figure(database, table, zone, year, basis):
    found = [
        row
        for row in tables.rows(database / table)
        if (row["zone"], row["year"], row["basis"]) == (zone, year, basis)
    ]
    assert len(found) == 1
    return found[0]


def fingerprint(folder):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.csv")
    }


def test_an_empty_folder_moves_nothing(run, database):
    before = fingerprint(database)
    code, out = run("--write")
    assert code == 0
    for name in (ember.FILE, "subregion.json", others.EEA, others.NOTICES, "emission_annual.xlsx"):
        assert f"{name}: not in the folder" in out
    assert "Direct factors above the life-cycle figure of the year: 13" in out
    assert fingerprint(database) == before


def test_without_write_nothing_is_written(run, raw, database):
    owid(raw, ("France", 2024, "FRA", 80, {}))
    before = fingerprint(database)
    code, out = run()
    assert code == 0
    assert "FR 2024 life-cycle: 40.48 -> 80 (+97.6 %)" in out
    assert "Nothing written" in out
    assert fingerprint(database) == before


def test_moved_new_and_missing_are_printed_and_the_rest_is_kept(run, raw, database):
    owid(
        raw,
        ("France", 2024, "FRA", 80, {}), ("Germany", 2024, "DEU", 333, {}),
        ("France", 2031, "FRA", 30, SPLIT), ("Central African Republic", 2031, "CAF", 25, {}),
        ("France", 1990, "FRA", 999, SPLIT),
    )  # fmt: skip
    before = len(tables.rows(database / "grids/countries.csv"))
    code, out = run("--write")
    assert code == 0
    assert "FR 2024 life-cycle: 40.48 -> 80" in out
    assert "DE 2024 life-cycle" not in out  # below 5 %
    assert "new zones: CF" in out
    lost = next(line for line in out.splitlines() if "no longer in the file, kept: " in line)
    assert " AE, " in lost and " FR," not in lost and " DE," not in lost
    assert (
        figure(database, "grids/countries.csv", "DE", "2024", "life-cycle")["intensity_g_per_kwh"]
        == "333"
    )
    assert len(tables.rows(database / "grids/countries.csv")) == before + 2
    mix = next(
        r for r in tables.rows(database / tables.MIXES) if tables.mix_key(r) == ("FR", "2031")
    )
    assert (mix["nuclear"], mix["bioenergy"], mix["geothermal"]) == ("0.68", "0.019", "0.001")
    assert mix["note"].startswith("geothermal holds")


def test_the_same_input_twice_moves_nothing(run, raw, database):
    owid(raw, ("France", 2024, "FRA", 80, {}), ("World", 2031, "", 400, SPLIT))
    assert run("--write")[0] == 0
    before = fingerprint(database)
    code, out = run("--write")
    assert code == 0
    assert "grids/countries.csv: 0 changed, 0 added" in out
    assert "grids/mixes.csv: 0 changed, 0 added" in out
    assert fingerprint(database) == before


def test_a_mix_that_does_not_sum_is_refused_with_file_and_line(run, raw, database):
    good = ("France", 2031, "FRA", 30, SPLIT)
    bad = ("Germany", 2031, "DEU", 300, {**SPLIT, "nuclear_share_elec": 40})
    owid(raw, good, bad)
    before = fingerprint(database)
    code, out = run("--write")
    assert code == 1
    assert f"refused: {raw / ember.FILE}:3: the shares of DE in 2031 sum to 0.72, not to 1" in out
    assert "nothing written" in out
    assert fingerprint(database) == before
    code, _ = run("--write", "--skip-refused")
    assert code == 0
    years = {tables.mix_key(row) for row in tables.rows(database / tables.MIXES)}
    assert ("FR", "2031") in years and ("DE", "2031") not in years


def test_a_file_without_its_columns_is_refused_once(run, raw):
    written(
        raw / ember.FILE,
        OWID_HEAD[:5],
        ["France", 2024, "FRA", 80, 1],
        ["Spain", 2024, "ESP", 9, 1],
    )
    code, out = run()
    assert code == 1
    assert out.count("no mixes are read") == 1
    assert "FR 2024 life-cycle: 40.48 -> 80" in out


def test_undivided_renewables_are_bioenergy(raw, database):
    shares = {k: v for k, v in SPLIT.items() if "biofuel" not in k}
    owid(raw, ("European Union (27)", 2031, "", 200, shares))
    reading = ember.read(raw / ember.FILE, command.Places(database), "key")
    assert (reading.mixes[0]["zone"], reading.mixes[0]["bioenergy"]) == ("EU", "0.02")
    assert reading.mixes[0]["note"].startswith("bioenergy holds")


def test_an_unknown_country_is_listed(run, raw):
    owid(raw, ("Atlantis", 2031, "ATL", 30, SPLIT), ("ASEAN (Ember)", 2031, "", 30, SPLIT))
    code, out = run()
    assert code == 0
    assert "no zone of ours: Atlantis\n" in out


def subregion(raw, rate, mix=100.0):
    known = {
        "type": "subregion", "name": "SRVC", "dataYear": 2031,
        "emissionFactor": {"co2eEmissionRate": {"value": rate}},
        "fuelMix": {"coal": 10, "gas": 40, "nuclear": 40, "biomass": mix - 90},
    }  # fmt: skip
    national = {**known, "type": "national"}
    del national["name"]
    state = {"type": "state", "name": "Virginia"}
    features = [{"properties": p} for p in (known, national, state)]
    (raw / "subregion.json").write_text(json.dumps({"features": features}))


def test_egrid(run, raw, database):
    subregion(raw, 500)
    code, out = run("--write")
    assert code == 0
    assert "2 figures, 1 mixes" in out
    row = figure(database, "grids/us-egrid.csv", "US-SRVC", "2031", "direct")
    assert float(row["intensity_g_per_kwh"]) == pytest.approx(500 * 453.59237 / 1000, abs=0.06)
    assert row["note"] == "total output; 500 lb CO2e/MWh"
    assert figure(database, "grids/us-egrid.csv", "US", "2031", "direct")
    subregion(raw, 500, mix=120)
    code, out = run()
    assert code == 1
    assert "the shares of US-SRVC in 2031 sum to 1.2, not to 1" in out


def states(raw, year, tonnes, mwh):
    head = ["Year", "State", "Producer Type", "Energy Source", "Value"]
    industry = "Total Electric Power Industry"
    written(
        raw / "emission_annual.csv", head,
        [2023, "VA", industry, "All Sources", 30_000_000], [year, "VA", industry, "All Sources", tonnes],
        [year, "VA", "Commercial Cogen", "All Sources", 1], [year, "VA", industry, "Coal", 5],
    )  # fmt: skip
    written(
        raw / "annual_generation_state.csv", head,
        [2023, "VA", industry, "Total", 90_000_000], [year, "VA", industry, "Total", mwh],
        [year, "VA", industry, "Coal", mwh / 4], [year, "VA", industry, "Nuclear", 3 * mwh / 4],
        [year, "VA", industry, "Pumped Storage", -1000], [year, "US-TOTAL", industry, "Coal", 7],
    )  # fmt: skip


def test_states_are_scaled_to_egrid(run, raw, database):
    egrid = float(
        figure(DB, "grids/official.csv", "US-VA", "2023", "direct")["intensity_g_per_kwh"]
    )
    states(raw, 2031, 20_000_000, 90_000_000)
    code, out = run("--write")
    assert code == 0, out
    row = figure(database, "grids/official.csv", "US-VA", "2031", "direct")
    best = float(row["intensity_g_per_kwh"])
    assert best == pytest.approx(egrid * 2 / 3, abs=0.06)
    assert row["status"] == "anchored"
    assert row["source"] == "eia-state-emissions-2024 epa-egrid2023-states"
    assert float(row["high"]) == pytest.approx(1.12 * best, abs=0.06)
    assert figure(database, "grids/official.csv", "US-VA", "2023", "direct")["status"] == ""
    mix = next(
        r for r in tables.rows(database / tables.MIXES) if tables.mix_key(r) == ("US-VA", "2031")
    )
    assert (mix["coal"], mix["nuclear"]) == ("0.25", "0.75")


def test_the_band_is_that_of_the_rules():
    band = eia.Band(0.12, 11)
    assert [band.half(g) for g in (400, 50, 8, 2)] == [48, 11, 8, 5.5]


@pytest.mark.parametrize(
    "head",
    [
        ["date:number", "ugeo:text", "obsValue:number"], ["Year", "Country", "Value"],
        ["Date:year", "Member State:text", "Emission intensity:number"],
    ],
)  # fmt: skip
def test_the_eea_export_in_its_forms(run, raw, database, head):
    greece = "EL" if "ugeo:text" in head else "Greece"
    written(
        raw / others.EEA, head,
        [2024, greece, 999], [2024, "EU-27", 1], [2024, "Ruritania", 1], [1990, "Estonia", 1],
    )  # fmt: skip
    code, out = run()
    assert code == 0, out
    assert "GR 2024 direct: " in out and " -> 999 (" in out
    assert "EU 2024 direct: 183 -> 1 (" in out
    assert "no zone of ours: Ruritania" in out
    assert "no longer in the file, kept: AT, " in out


def test_a_figure_that_is_given_twice_is_a_fault(run, raw):
    written(raw / others.NOTICES, tables.GRID_HEAD, notice(), notice(intensity_g_per_kwh="510"))
    code, out = run("--write")
    assert code == 1
    assert "twice in official.csv: AU-NSW 2031 direct consumption" in out


def test_the_eea_export_in_another_form_is_refused(run, raw):
    written(raw / others.EEA, ["a", "b"], [1, 2])
    code, out = run()
    assert code == 1
    assert f"{raw / others.EEA}:1: no column of" in out


def yearly(raw, **zones):
    known = {
        zone: {"carbonIntensity": {"value": g}, "carbonFreeEnergy": {"value": free}}
        for zone, (g, free) in zones.items()
    }
    (raw / "yearly_2031.json").write_text(json.dumps(known))


def test_electricity_maps_goes_to_its_own_table_alone(run, raw, database):
    before = fingerprint(database / "grids")
    yearly(raw, AE=(447, 11), IS=(28, 100), XX=(1, 1), FR=(None, None))
    code, out = run("--write")
    assert code == 0
    assert "no zone of ours: XX" in out
    assert fingerprint(database / "grids") == before
    life_cycle = figure(database, tables.ODBL, "AE", "2031", "life-cycle")
    direct = figure(database, tables.ODBL, "AE", "2031", "direct")
    assert life_cycle["based_on"] == direct["based_on"] == "consumption"
    assert (direct["low"], direct["intensity_g_per_kwh"], direct["high"]) == ("320", "360", "406")
    assert figure(database, tables.ODBL, "IS", "2031", "direct")["intensity_g_per_kwh"] == "0"


def notice(**cells):
    row = dict.fromkeys(tables.GRID_HEAD, "") | {
        "zone": "AU-NSW", "year": "2031", "basis": "direct", "intensity_g_per_kwh": "500",
        "based_on": "consumption", "source": "dcceew-nga-2026", "confidence": "medium",
    }  # fmt: skip
    return [(row | cells)[column] for column in tables.GRID_HEAD]


def test_notices_are_taken_as_they_are(run, raw, database):
    written(
        raw / others.NOTICES, tables.GRID_HEAD,
        notice(), notice(zone="CA-QC", intensity_g_per_kwh="3"), notice(zone="FR", year="2024"),
    )  # fmt: skip
    code, out = run("--write")
    assert code == 0, out
    assert figure(database, "grids/official.csv", "AU-NSW", "2031", "direct")["name"] == (
        "New South Wales"
    )
    assert figure(database, "grids/canada.csv", "CA-QC", "2031", "direct")
    assert "FR 2024: 500 (dcceew-nga-2026)" in out  # above Ember's figure
    above = [r for r in tables.rows(database / "grids/official.csv") if checks.ABOVE in r["note"]]
    assert ("FR", "2024") in {(row["zone"], row["year"]) for row in above}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"basis": "stack"}, "basis `stack`"), ({"based_on": "use"}, "based_on `use`"),
        ({"status": "guess"}, "status `guess`"), ({"source": ""}, "no source"),
        ({"intensity_g_per_kwh": "much"}, "is not a number"),
        ({"low": "600"}, "low, figure and high are not in order"),
    ],
)  # fmt: skip
def test_a_faulty_notice_is_refused(run, raw, cells, said):
    written(raw / others.NOTICES, tables.GRID_HEAD, notice(), notice(**cells))
    code, out = run("--write")
    assert code == 1
    assert f"{raw / others.NOTICES}:3: " in out and said in out


def test_a_source_that_nobody_cites_is_refused(run, raw):
    written(raw / others.NOTICES, tables.GRID_HEAD, notice(source="dcceew-nga-2031"))
    code, out = run("--write")
    assert code == 1
    assert "sources.yaml has no `dcceew-nga-2031`" in out


def test_a_new_edition_has_its_own_key(run, raw, database):
    owid(raw, ("France", 2024, "FRA", 80, {}))
    (raw / command.KEYS).write_text(f"{ember.FILE}: iea-2030\n")
    code, out = run("--write")
    assert code == 1 and "no `iea-2030`" in out
    (raw / command.KEYS).write_text(f"{ember.FILE}: eea-intensity-2026-07\n")
    assert run("--write")[0] == 0
    row = figure(database, "grids/countries.csv", "FR", "2024", "life-cycle")
    assert row["source"] == "eea-intensity-2026-07"


def test_shares_that_move_by_five_points_are_printed():
    before = {"zone": "FR", "year": "2024", "coal": "0.1", "gas": "0.9", "note": "", "source": "a"}
    after = {**before, "coal": "0.2", "gas": "0.8"}
    merged = merge.mixes([before], [after], tables.mix_key, "a")
    assert [str(line) for line in merged.moved] == [
        "FR 2024 share of coal: 0.1 -> 0.2 (+100.0 %)", "FR 2024 share of gas: 0.9 -> 0.8 (-11.1 %)",
    ]  # fmt: skip


def known_pairs():
    grid = [row for path in tables.GRID_TABLES for row in tables.rows(DB / path)]
    return rule.pairs(grid, tables.rows(DB / tables.MIXES), rule.Regions(DB))


STACK = rule.factors(tables.rows(DB / "grids" / "rules.csv"))


def test_zones_are_held_out_by_their_hash():
    zones = {pair.zone for pair in known_pairs()}
    held = {zone for zone in zones if rule.is_held_out(zone)}
    assert len(held) == 24
    assert len(zones) == 130


def test_errors_of_the_rule():
    table = {(row.group, row.held_out): row for row in rule.errors(known_pairs(), STACK)}
    fitted, held = table["all", False], table["all", True]
    assert (fitted.rows, fitted.zones) == (295, 106)
    assert (held.rows, held.zones) == (57, 24)
    assert fitted.median_relative < 0.04 and held.median_relative < 0.04
    assert abs(held.bias) < 5
    assert table["US states", True].mean < 8


def test_a_refit_returns_about_what_is_there():
    fitted = rule.refit(known_pairs(), STACK)
    for region in ("US", "EU", "rest"):
        for fuel in ("coal", "gas", "oil"):
            assert fitted[region][fuel] == pytest.approx(STACK[region][fuel], abs=2)
    assert (fitted["CN"]["coal"], fitted["IN"]["coal"]) == (
        STACK["CN"]["coal"],
        STACK["IN"]["coal"],
    )
    assert fitted["EU"]["other_fossil"] == STACK["EU"]["other_fossil"]  # no row of the EU has it


def test_a_refit_finds_factors_that_were_put_in():
    """Exact mixes give exact factors, and a held-out zone with another truth changes nothing."""
    truth = {**STACK["US"], "coal": 950.0, "gas": 410.0}
    zones = [f"US-Z{n}" for n in range(40)]
    pairs = []
    for n, zone in enumerate(zones):
        coal = (n % 7) / 10
        mix = dict.fromkeys(rule.STACK_FUELS, 0.0) | {"coal": coal, "gas": 0.9 - coal}
        factor = sum(mix[fuel] * truth[fuel] for fuel in mix)
        wrong = 500.0 if rule.is_held_out(zone) else 0.0
        pairs.append(rule.Published(zone, "2031", "US", "US", True, mix, factor + wrong))
    assert any(rule.is_held_out(zone) for zone in zones)
    fitted = rule.refit(pairs, STACK)
    assert (fitted["US"]["coal"], fitted["US"]["gas"]) == (950, 410)


def test_a_refit_stays_within_physical_bounds():
    mix = dict.fromkeys(rule.STACK_FUELS, 0.0) | {"coal": 1.0}
    pairs = [rule.Published(f"US-Y{n}", "2031", "US", "US", True, mix, 2000.0) for n in range(9)]
    assert rule.refit(pairs, STACK)["US"]["coal"] == 1100


def test_a_refit_is_written(run, database):
    code, out = run("--refit", "--write")
    assert code == 0
    assert "Stack factors, before and refitted" in out
    after = rule.factors(tables.rows(database / "grids" / "rules.csv"))
    assert set(after) == set(STACK)
    table = tables.rows(database / "grids" / "rules.csv")
    assert len(table) == len(tables.rows(DB / "grids" / "rules.csv"))


def test_quantiles_lie_between_values():
    assert rule.quantile([1, 2, 3, 4, 5], 0.5) == 3
    assert rule.quantile([0, 10], 0.9) == 9
    assert rule.quantile([7], 0.9) == 7
