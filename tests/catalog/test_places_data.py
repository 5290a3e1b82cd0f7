"""The tables of zones, mixes, rules and names of places, as they stand: read as plain CSV."""

import csv
import re
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
import yaml

from carbonctl.text import check_text, fold_words
from tests.conftest import ROOT

DB = ROOT / "hardware_db"
GRID_HEAD = [
    "zone", "name", "year", "basis", "intensity_g_per_kwh", "low", "high", "status", "based_on",
    "source", "confidence", "note",
]  # fmt: skip
FUELS = (
    "coal", "gas", "oil", "other_fossil", "nuclear", "hydro", "wind", "solar", "bioenergy",
    "geothermal", "other",
)  # fmt: skip
STACK_FUELS = {"coal", "gas", "oil", "other_fossil", "bioenergy", "geothermal", "other"}
BUILT_IN = ("countries", "us-egrid", "canada", "official")
NOT_GRID_ROWS = {
    "factors-other", "mixes", "sources", "zones", "rules", "rule-regions", "from-direct",
}  # fmt: skip
ABOVE = "above Ember's life-cycle figure of the year"


def table(path: str) -> tuple[list[str], list[dict[str, str]]]:
    with (DB / path).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        rows = list(reader)
    assert reader.fieldnames
    for row in rows:
        assert None not in row and None not in row.values(), (path, row)
    return list(reader.fieldnames), rows


def rows_of(path: str) -> list[dict[str, str]]:
    return table(path)[1]


ZONES = {row["zone"]: row for row in rows_of("grids/zones.csv")}
REGIONS = {row["region"]: row for row in rows_of("cloud/regions.csv")}
GRIDS = [row for name in BUILT_IN for row in rows_of(f"grids/{name}.csv")]
CONSUMPTION = rows_of("odbl/consumption.csv")
MIXES = rows_of("grids/mixes.csv")
ALIASES = rows_of("places/aliases.csv")
AMBIGUOUS = rows_of("places/ambiguous.csv")
PATTERNS = {row["provider"]: row for row in rows_of("places/patterns.csv")}
SOURCES = set(yaml.safe_load((DB / "sources.yaml").read_text(encoding="utf-8")))


def test_every_table_of_grids_is_known():
    assert {path.stem for path in (DB / "grids").glob("*.csv")} == {*BUILT_IN, *NOT_GRID_ROWS}
    for name in BUILT_IN:
        assert table(f"grids/{name}.csv")[0] == GRID_HEAD
    assert table("odbl/consumption.csv")[0] == GRID_HEAD


def test_there_is_enough():
    assert len(ZONES) == 529
    assert len(MIXES) == 1413
    assert len(GRIDS) == 1145 + 56 + 52 + 517
    assert len(CONSUMPTION) == 2 * 1760
    assert len(REGIONS) == 396
    assert len({row["zone"] for row in CONSUMPTION}) == 352


@pytest.mark.parametrize("rows", [GRIDS, CONSUMPTION], ids=["grids", "odbl"])
def test_one_row_per_zone_year_basis_and_what_it_is_based_on(rows):
    keys = Counter(
        (row["zone"], row["year"], row["basis"], row["based_on"] or "production") for row in rows
    )
    assert keys.most_common(1)[0][1] == 1


@pytest.mark.parametrize("rows", [GRIDS, CONSUMPTION], ids=["grids", "odbl"])
def test_words_and_numbers_of_grid_rows(rows):
    for row in rows:
        assert row["basis"] in ("life-cycle", "direct"), row
        assert row["status"] in ("", "anchored", "derived"), row
        assert row["based_on"] in ("", "consumption"), row
        assert row["confidence"] in ("high", "medium", "low"), row
        assert 2019 <= int(row["year"]) <= 2025, row
        best = float(row["intensity_g_per_kwh"])
        assert 0 <= best < 1500 and (best > 0 or row["status"] == "derived"), row
        assert bool(row["status"]) == bool(row["low"]) == bool(row["high"]), row
        if row["low"]:
            assert 0 <= float(row["low"]) <= best <= float(row["high"]), row


def test_only_the_odbl_table_has_derived_rows():
    assert not [row for row in GRIDS if row["status"] == "derived"]
    assert {row["status"] for row in CONSUMPTION if row["basis"] == "direct"} == {"derived"}
    assert {row["based_on"] for row in CONSUMPTION} == {"consumption"}
    assert {row["source"] for row in CONSUMPTION} == {"electricity-maps-yearly"}
    assert "electricity-maps-yearly" not in {row["source"] for row in GRIDS}


def test_every_zone_of_a_table_is_in_zones():
    for row in (*GRIDS, *CONSUMPTION, *rows_of("grids/factors-other.csv")):
        assert row["name"] == ZONES[row["zone"]]["name"], row
    assert {row["zone"] for row in MIXES} <= set(ZONES)
    assert {row["zone"] for row in rows_of("grids/rule-regions.csv")} <= set(ZONES)


def test_zones():
    assert list(ZONES) == sorted(ZONES)
    assert len({row["name"] for row in ZONES.values()}) == len(ZONES)
    assert {row["kind"] for row in ZONES.values()} == {
        "country", "state", "province", "eGRID subregion", "regional grid", "grid area",
        "aggregate",
    }  # fmt: skip
    for zone, row in ZONES.items():
        has_parent = row["kind"] not in ("country", "aggregate")
        assert row["parent"] == (zone.partition("-")[0] if has_parent else ""), zone
        assert not row["parent"] or row["parent"] in ZONES, zone


def test_zones_without_a_figure_say_so_in_every_name():
    known = {row["zone"] for row in (*GRIDS, *CONSUMPTION, *MIXES)}
    without = set(ZONES) - known
    assert len(without) == 48
    for row in ALIASES:
        if row["place"] in without:
            assert "no figure" in row["note"], row


def test_direct_is_below_life_cycle_or_says_so():
    life = defaultdict(dict)
    for row in GRIDS:
        if row["basis"] == "life-cycle":
            life[row["zone"]][row["year"]] = float(row["intensity_g_per_kwh"])
    above = set()
    for row in GRIDS:
        limit = life[row["zone"]].get(row["year"])
        is_above = limit is not None and float(row["intensity_g_per_kwh"]) > limit
        if row["basis"] == "direct":
            assert is_above == (ABOVE in row["note"]), row
        if is_above:
            above.add((row["zone"], row["year"]))
    assert len(above) == 13
    assert {zone for zone, _ in above} == {"AU", "IN", "BE", "CY", "EE", "GR"}
    for life_cycle, direct in zip(CONSUMPTION[::2], CONSUMPTION[1::2], strict=True):
        assert (life_cycle["zone"], life_cycle["year"]) == (direct["zone"], direct["year"])
        assert (life_cycle["basis"], direct["basis"]) == ("life-cycle", "direct")
        assert float(direct["high"]) < float(life_cycle["intensity_g_per_kwh"]), direct


def test_states_are_scaled_to_egrid():
    states = [r for r in GRIDS if ZONES[r["zone"]]["kind"] == "state" and r["zone"][:3] == "US-"]
    assert {r["source"] for r in states if r["year"] == "2023"} == {"epa-egrid2023-states"}
    others = [r for r in states if r["year"] != "2023"]
    assert {(r["year"], r["status"]) for r in others} == {
        (year, "anchored") for year in ("2020", "2021", "2022", "2024")
    }
    assert len(others) == 4 * 51
    band = next(r for r in rows_of("grids/rules.csv") if r["region"] == "anchored")
    share, least = float(band["band_relative"]), float(band["band_absolute_g"])
    for row in others:
        best = float(row["intensity_g_per_kwh"])
        half = max(share * best, min(least, max(best, least / 2)))
        assert float(row["high"]) == pytest.approx(best + half, abs=0.06), row
        assert float(row["low"]) == pytest.approx(max(0, best - half), abs=0.06), row


def test_mixes():
    assert table("grids/mixes.csv")[0] == ["zone", "year", *FUELS, "source", "confidence", "note"]
    assert len({(row["zone"], row["year"]) for row in MIXES}) == len(MIXES)
    for row in MIXES:
        shares = [float(row[fuel]) for fuel in FUELS]
        assert min(shares) >= 0, row
        assert sum(shares) == pytest.approx(1, abs=1e-4), row


def test_rules():
    rules = rows_of("grids/rules.csv")
    stack = defaultdict(dict)
    for row in rules:
        if row["stack_g_per_kwh"]:
            stack[row["region"]][row["fuel"]] = float(row["stack_g_per_kwh"])
    assert set(stack) == {"US", "EU", "rest", "CN", "IN"}
    assert {frozenset(factors) for factors in stack.values()} == {frozenset(STACK_FUELS)}
    for factors in stack.values():
        assert 760 <= factors["coal"] <= 1100
        assert 340 <= factors["gas"] <= 560
    upstream = [row for row in rules if row["upstream_g_per_kwh"]]
    assert {(row["region"], row["fuel"]) for row in upstream} == {("any", f) for f in FUELS}
    for row in upstream:
        low, best, high = (
            float(row[c]) for c in ("upstream_low", "upstream_g_per_kwh", "upstream_high")
        )
        assert 0 < low <= best <= high, row
    bands = {row["region"]: row for row in rules if row["band_relative"]}
    assert set(bands) == {*stack, "anchored"}
    assert all(0 < float(row["band_relative"]) < 0.5 for row in bands.values())
    assert {r["region"] for r in rows_of("grids/rule-regions.csv")} == {"EU", "CN", "IN", "US"}
    assert len(rows_of("grids/rule-regions.csv")) == 31
    line = {row["name"]: float(row["value"]) for row in rows_of("grids/from-direct.csv")}
    assert set(line) == {"intercept_g_per_kwh", "slope", "residual_g_per_kwh"}


def test_the_rule_reproduces_what_it_is_fitted_to():
    """One US subregion, one member of the EU: a table of factors that slipped a row would fail."""
    stack = {
        (r["region"], r["fuel"]): float(r["stack_g_per_kwh"])
        for r in rows_of("grids/rules.csv")
        if r["stack_g_per_kwh"]
    }
    for region, zone, year, published in (
        ("US", "US-SRVC", "2023", 270.5),
        ("EU", "DE", "2023", 330.0),
    ):
        mix = next(r for r in MIXES if (r["zone"], r["year"]) == (zone, year))
        direct = sum(float(mix[fuel]) * stack[region, fuel] for fuel in STACK_FUELS)
        assert direct == pytest.approx(published, rel=0.12)


def test_aliases():
    places = {*ZONES, *REGIONS}
    assert table("places/aliases.csv")[0] == [
        "key", "name", "place", "kind", "rank", "fallback", "note",
    ]  # fmt: skip
    assert len({(row["key"], row["place"]) for row in ALIASES}) == len(ALIASES)
    for row in ALIASES:
        assert row["key"] == fold_words(row["name"]) and row["key"], row
        assert row["place"] in places, row
        assert row["rank"] in "12345" and row["kind"], row
        assert not row["fallback"] or row["fallback"] in ZONES, row
    order = [(row["key"], int(row["rank"]), row["place"]) for row in ALIASES]
    assert all(before < after for before, after in pairwise(order))


def test_every_place_is_found_by_its_id_and_every_zone_by_its_name():
    by_key = defaultdict(set)
    for row in ALIASES:
        by_key[row["key"]].add(row["place"])
    for place in (*ZONES, *REGIONS):
        assert place in by_key[fold_words(place)], place
    for zone, row in ZONES.items():
        assert zone in by_key[fold_words(row["name"])], zone


def test_names_of_one_grid_do_not_warn():
    grids = {row["region"]: row["grid"] for row in rows_of("cloud/regions.csv")}
    for row in AMBIGUOUS:
        assert row["warn"] in (("yes", "no") if row["chosen"] else ("",)), row
        if "/" in row["chosen"]:
            same = len({grids[place] for place in row["candidates"].split()}) == 1
            assert row["warn"] == ("no" if same else "yes"), row


def test_ambiguous_names_are_exactly_those_with_several_places():
    by_key = defaultdict(set)
    for row in ALIASES:
        by_key[row["key"]].add(row["place"])
    several = {key: places for key, places in by_key.items() if len(places) > 1}
    assert {row["key"]: set(row["candidates"].split()) for row in AMBIGUOUS} == several
    assert len(AMBIGUOUS) == 65
    for row in AMBIGUOUS:
        assert row["key"] == fold_words(row["name"]), row
        assert not row["chosen"] or row["chosen"] in row["candidates"].split(), row
        assert bool(row["chosen"]) != row["note"].startswith("refused"), row
    refused = {row["key"] for row in AMBIGUOUS if not row["chosen"]}
    assert refused == {
        "georgia",
        "wa",
        "nt",
        "kongo",
        "canada central",
        "congo",
        "korea south",
        "us east",
    }


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("us-east-1", "aws/us-east-1"), ("West Europe", "azure/westeurope"), ("FRA", "FR"),
        ("Deutschland", "DE"), ("日本", "JP"), ("Côte d'Ivoire", "CI"), ("Virginia, USA", "US-VA"),
        ("TX", "US-TX"), ("Québec", "CA-QC"), ("SRVC", "US-SRVC"), ("ERCOT", "US-TEX-ERCO"),
        ("PJM", "US-MIDA-PJM"), ("CAISO", "US-CAL-CISO"), ("SE_3", "SE-SE3"), ("DE-LU", "DE"),
        ("10YFR-RTE------C", "FR"), ("IT_NORD", "IT-NO"), ("NSW1", "AU-NSW"), ("广东", "CN-GD"),
        ("World", "world"), ("CA", "CA"), ("fr-par-1", "scaleway/fr-par-1"),
    ],
)  # fmt: skip
def test_names_as_people_write_them(name, place):
    found = [row["place"] for row in ALIASES if row["key"] == fold_words(name)]
    chosen = [row["chosen"] for row in AMBIGUOUS if row["key"] == fold_words(name)]
    assert (chosen or found) == [place]


@pytest.mark.parametrize(
    ("provider", "written", "region"),
    [
        ("aws", "us-east-1a", "us-east-1"), ("aws", "us-gov-west-1b", "us-gov-west-1"),
        ("aws", "us-east-1-bos-1a", "us-east-1"), ("aws", "us-east-1-wl1-bos-wlz-1", "us-east-1"),
        ("azure", "westeurope-1", "westeurope"), ("gcp", "europe-west4-a", "europe-west4"),
        ("gcp", "us-south1-ai1b", "us-south1"), ("oci", "us-ashburn-1-AD-1", "us-ashburn-1"),
        ("alibaba", "cn-hangzhou-b", "cn-hangzhou"), ("alibaba", "ap-southeast-1a", "ap-southeast-1"),
        ("ibm", "us-south-1", "us-south"), ("ovh", "GRA11", "GRA"), ("ovh", "SBG5", "SBG"),
        ("scaleway", "it-mil-1", "it-mil"), ("coreweave", "US-EAST-04A", "US-EAST-04"),
        ("crusoe", "us-east1-a", "us-east1"), ("hetzner", "fsn1-dc14", "fsn1"),
    ],
)  # fmt: skip
def test_patterns_take_the_zone_off(provider, written, region):
    suffix = PATTERNS[provider]["suffix"]
    assert re.sub(suffix, "", written) == region
    assert f"{provider}/{region}" in REGIONS


def test_patterns_leave_regions_as_they_are():
    assert set(PATTERNS) == {region.partition("/")[0] for region in REGIONS}
    for region in REGIONS:
        provider, _, code = region.partition("/")
        suffix = PATTERNS[provider]["suffix"]
        assert not suffix or re.sub(suffix, "", code) == code, region
    for row in PATTERNS.values():
        prefixes = row["prefixes"].split("|")
        assert row["prefixes"] == row["prefixes"].lower(), row
        for longer in prefixes:
            later = prefixes[prefixes.index(longer) + 1 :]
            assert not [p for p in later if p.startswith(longer)], row


def test_cloud_regions():
    assert list(REGIONS) == sorted(REGIONS)
    for region, row in REGIONS.items():
        assert re.fullmatch(r"[a-z]+/[A-Za-z0-9-]+", region)
        assert bool(row["grid"]) == bool(row["zone"]), region
        for zone in (row["grid"], row["zone"]):
            assert not zone or zone in ZONES, region
        assert row["status"] in ("open", "announced", "new", "classified"), region
        assert row["grid"] or "site not published" in row["note"], region
        for what in ("pue", "wue"):
            value = row["pue"] if what == "pue" else row["wue_l_per_kwh"]
            state = row[f"{what}_status"]
            assert bool(value) == bool(state) == bool(row[f"{what}_source"]), region
            assert state in ("", "published", "provider average", "estimate"), region
            if value and not row[f"{what}_year"]:
                assert "year" in row["note"] and row["confidence"] != "high", region
    without = [r for r in REGIONS if not REGIONS[r]["grid"]]
    assert len([r for r in without if REGIONS[r]["status"] == "classified"]) == 7
    assert len(without) == 12


def test_an_average_of_a_provider_is_of_one_year():
    for row in REGIONS.values():
        averages = {
            row[f"{what}_year"]
            for what in ("pue", "wue")
            if row[f"{what}_status"] == "provider average"
        }
        assert len(averages) <= 1, row["region"]


def test_residual_mixes_that_may_be_shipped():
    residual = [r for r in rows_of("grids/factors-other.csv") if r["metric"] == "residual_mix"]
    assert Counter(r["source"] for r in residual) == {
        "aib-residual-mix-2024": 12, "dcceew-nga-2024": 1, "dcceew-nga-2026": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        *(f"grids/{name}.csv" for name in (*BUILT_IN, *sorted(NOT_GRID_ROWS))),
        "odbl/consumption.csv", "places/aliases.csv", "places/ambiguous.csv",
        "places/patterns.csv", "cloud/regions.csv",
    ],
)  # fmt: skip
def test_cells_are_safe_and_sources_are_known(path):
    for row in rows_of(path):
        for column, cell in row.items():
            if not re.fullmatch(r"-?[0-9.]+", cell):
                check_text(cell, "a cell")
            assert cell == cell.strip(), (path, row)
            if column == "source" or column.endswith("_source"):
                assert set(cell.split()) <= SOURCES, (path, row)


def test_the_odbl_folder_says_its_licence():
    text = (DB / "odbl" / "README.md").read_text(encoding="utf-8")
    for said in ("Open Database License 1.0", "Electricity Maps", "stays under the ODbL"):
        assert said in text
