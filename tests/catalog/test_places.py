"""What places are called, which figure holds for them, and what the rule says of them."""

import csv

import pytest

from carbonctl.catalog import Catalog, tables
from carbonctl.catalog.grids import Wanted
from carbonctl.factors import grid_rule
from carbonctl.factors.grid_rule import Band, Bounded, FromDirect
from carbonctl.numbers.intervals import Range, best, high, low
from carbonctl.text import fold_words
from tests.conftest import ROOT

CATALOG = Catalog()
DB = ROOT / "hardware_db"


def table(name):
    with (DB / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def meant(name):
    place = CATALOG.place(name)
    return place.region.region if place.region else place.zone


NAMES = [
    (row["query"], row["expected"])
    for row in csv.DictReader(
        (ROOT / "tests/catalog/place_names.csv").read_text(encoding="utf-8").splitlines()
    )
]


@pytest.mark.parametrize(("name", "expected"), NAMES, ids=[name for name, _ in NAMES])
def test_names_as_people_write_them(name, expected):
    if expected == "REFUSE":
        with pytest.raises(LookupError, match="is ambiguous: write `"):
            CATALOG.place(name)
    else:
        assert meant(name) == expected


@pytest.mark.parametrize(
    "name",
    ["FR", "France", "FRA", "fra", "250", "Frankreich", "Francia", "法国", "フランス", "франция",
     "FRANCE", " France "],
)  # fmt: skip
def test_one_country_by_many_names(name):
    assert meant(name) == "FR"


def test_every_code_of_a_country_resolves():
    """Alpha-2, alpha-3 and numeric codes of every zone that is a country and has a figure."""
    codes = [row for row in table("places/aliases.csv") if row["kind"].startswith("ISO")]
    assert len(codes) > 700
    known = {zone for zone in CATALOG.zones if has_figure(zone)}
    wrong = []
    for row in codes:
        if row["place"] in known and row["place"] != meant(row["name"]):
            candidates = {other["place"] for other in codes if other["key"] == row["key"]}
            if len(candidates) == 1:
                wrong.append(row)
    assert wrong == []


def has_figure(zone):
    return bool(CATALOG.zone_rows(zone))


def test_every_region_by_its_id_and_by_its_bare_code():
    codes = {}
    for region in CATALOG.regions.values():
        codes.setdefault(fold_words(region.region.partition("/")[2]), []).append(region)
    for region in CATALOG.regions.values():
        if region.grid:
            assert meant(region.region) == region.region
    aliases = {(row["key"], row["place"]) for row in table("places/aliases.csv")}
    bare = [regions[0] for code, regions in codes.items()
            if len(regions) == 1 and (code, regions[0].region) in aliases and regions[0].grid]  # fmt: skip
    assert len(bare) > 250
    chosen = {row["key"]: row["chosen"] for row in table("places/ambiguous.csv")}
    codes_of = {r.region: fold_words(r.region.partition("/")[2]) for r in bare}
    bare = [r for r in bare if chosen.get(codes_of[r.region], r.region) == r.region]
    strange = [r.region for r in bare if meant(r.region.partition("/")[2]) != r.region]
    assert strange == []


@pytest.mark.parametrize(
    ("name", "region"),
    [
        ("gcp/us-central1-a", "gcp/us-central1"),
        ("us-central1-a", "gcp/us-central1"),
        ("aws us-east-1", "aws/us-east-1"),
        ("AWS:US-EAST-1", "aws/us-east-1"),
        ("us-east-1-bos-1a", "aws/us-east-1"),
        ("azure/West Europe", "azure/westeurope"),
        ("az:uksouth", "azure/uksouth"),
        ("Google Cloud europe-west4-a", "gcp/europe-west4"),
        ("OVH GRA11", "ovh/GRA"),
    ],
)
def test_regions_with_their_provider_or_a_zone(name, region):
    assert meant(name) == region


@pytest.mark.parametrize("name", ["tor1", "sgp1", "syd1"])
def test_a_region_of_one_provider_is_no_zone_of_another_s(name):
    with pytest.raises(LookupError, match=f"did you mean `digitalocean/{name}`"):
        CATALOG.place(name)
    assert meant(name.upper()) == f"ovh/{name[:-1].upper()}"


@pytest.mark.parametrize("name", ["eastus9", "us-east-9", "FR-1", "SE-9", "aws/us-east-9", "gcp"])
def test_a_suffix_makes_no_region_of_another(name):
    with pytest.raises(LookupError) as told:
        CATALOG.place(name)
    assert "did you mean" not in str(told.value)


def test_ambiguous_names_are_read_by_the_rule_with_a_word():
    place = CATALOG.place("CA")
    assert place.zone == "CA"
    assert place.warns
    assert place.doubt == (
        "`CA` is read as Canada, not `US-CA` (California); write `Canada` to hide this"
    )
    assert not CATALOG.place("Canada").doubt
    for name in ("DE", "us-east-1"):  # nobody means the others, or they stand on the same grid
        assert CATALOG.place(name).doubt
        assert not CATALOG.place(name).warns
    assert CATALOG.place("us-west-2").doubt.startswith("`us-west-2` is read as aws/us-west-2, not")
    assert not CATALOG.place("aws/us-west-2").doubt


def test_what_hides_the_word_does():
    for row in table("places/ambiguous.csv"):
        try:
            place = CATALOG.place(row["name"])
        except LookupError:
            continue
        instead = place.doubt.rpartition("write `")[2].partition("`")[0]
        again = CATALOG.place(instead)
        assert (again.zone, again.region, again.doubt) == (place.zone, place.region, ""), row


def test_a_place_without_a_figure_is_refused_with_what_stands_in():
    with pytest.raises(LookupError, match=r"of Monaco \(MC\) is known; write `FR` \(France\)"):
        CATALOG.place("Monaco")
    with pytest.raises(LookupError, match=r"VA.*write `US-VA` \(Virginia\)"):
        CATALOG.place("VA")


def test_an_id_reads_no_table_of_names(monkeypatch):
    opened = []
    real = tables.rows_with

    def spy(path, key):
        opened.append(path.name)
        return real(path, key)

    monkeypatch.setattr(tables, "rows_with", spy)
    monkeypatch.setattr(tables, "rows", lambda path: opened.append(path.name) or iter(()))
    catalog = Catalog()
    assert catalog.place("FR").zone == "FR"
    assert catalog.electricity("FR").status == "published"
    assert not {"aliases.csv", "mixes.csv", "zones.csv", "consumption.csv"} & {*opened}


def test_no_builtin_table_has_a_row_of_several_lines():
    """`tables.rows_with` takes every row for one line."""
    for path in DB.rglob("*.csv"):
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = list(csv.reader(lines))
        assert len(rows) == len([line for line in lines if line]), path


def test_the_search_for_a_key_gives_what_reading_gives():
    path = DB / "places" / "aliases.csv"
    every = list(tables.rows(path))
    for line, row in every[::400]:
        assert (line, row) in list(tables.rows_with(path, row["key"]))
    assert list(tables.rows_with(path, "no such name")) == []
    assert list(tables.rows_with(DB / "no-such.csv", "x")) == []


# --- both bases ---


@pytest.mark.parametrize("zone", sorted(CATALOG.zones))
def test_both_bases_where_there_is_a_mix_or_an_official_factor(zone):
    rows = CATALOG.zone_rows(zone)
    bases = {row.basis for row in rows}
    mixes = {row["zone"] for row in table_of_mixes}
    if zone in mixes or any(row.basis == "direct" and row.status == "published" for row in rows):
        assert bases == {"direct", "life-cycle"}
        for basis in bases:
            assert CATALOG.grid(zone, None, basis).basis == basis


table_of_mixes = table("grids/mixes.csv")


def test_france_by_publication_and_by_the_rule():
    """The mix of 2024 and the EEA's direct 36 g/kWh: worked out by hand in docs/methods.md."""
    published = CATALOG.grid("FR", 2024)
    ruled = CATALOG.under_rule().grid("FR", 2024)
    assert (published.status, best(published.intensity) * 1000) == (
        "published",
        pytest.approx(40.48),
    )
    assert ruled.status == "derived"
    assert best(ruled.intensity) * 1000 == pytest.approx(62.7, abs=0.05)
    mix = next(r for r in table_of_mixes if (r["zone"], r["year"]) == ("FR", "2024"))
    upstream = {
        "coal": 60, "gas": 120, "oil": 244, "other_fossil": 125, "nuclear": 12, "hydro": 24,
        "wind": 11, "solar": 48, "bioenergy": 230, "geothermal": 38, "other": 125,
    }  # fmt: skip
    by_hand = 36 + sum(float(mix[fuel]) * grams for fuel, grams in upstream.items())
    assert best(ruled.intensity) * 1000 == pytest.approx(by_hand, abs=0.01)


def test_a_state_has_both_bases_of_recent_years():
    for year in (2020, 2021, 2022, 2023, 2024):
        for basis in ("direct", "life-cycle"):
            row = CATALOG.grid("US-VA", year, basis)
            assert (row.year, row.basis) == (year, basis)
    assert CATALOG.grid("US-VA").basis == "life-cycle"


def test_a_year_without_an_official_figure_is_anchored():
    row = CATALOG.grid("FR", 2022, "direct")
    assert (row.year, row.status) == (2022, "anchored")
    assert low(row.intensity) < best(row.intensity) < high(row.intensity)
    assert CATALOG.grid("FR", 2024, "direct").status == "published"
    assert CATALOG.grid("NG", 2023, "direct").status == "derived"


def test_by_the_rule_direct_is_never_above_life_cycle():
    for zone in CATALOG.zones:
        rows = [r for r in CATALOG.zone_rows(zone) if r.source != "electricity-maps-yearly"]
        ruled = {
            (r.year, r.based_on): r
            for r in rows
            if (r.basis, r.status) == ("life-cycle", "derived")
        }
        for row in rows:
            whole = ruled.get((row.year, row.based_on))
            if row.basis == "direct" and whole is not None:
                assert best(row.intensity) <= best(whole.intensity) + 1e-9, (row, whole)
                assert low(whole.intensity) >= 0


def test_figures_that_count_imports_are_taken_where_they_are_asked_for():
    row = CATALOG.grid("FR", 2024, None, "consumption")
    assert (row.based_on, row.basis) == ("consumption", "life-cycle")
    assert row.source == "electricity-maps-yearly"
    assert "consumption-based" in row.said
    with pytest.raises(LookupError, match="`SE-SE3` has no production-based figure"):
        CATALOG.grid("SE-SE3", None, None, "production")
    assert (
        CATALOG.electricity("gcp/europe-west9", Wanted(None, "direct")).zone == "gcp/europe-west9"
    )
    assert (
        CATALOG.electricity("gcp/europe-west9", Wanted(None, "direct", "production")).zone == "FR"
    )
    for basis in (None, "direct", "life-cycle"):  # an official figure that counts imports
        assert CATALOG.grid("CN-GD", None, basis) == CATALOG.grid(
            "CN-GD", None, basis, "consumption"
        )
    only = CATALOG.grid("SE-SE3")
    assert only.based_on == "consumption"
    with pytest.raises(LookupError, match="no consumption-based figure"):
        CATALOG.grid("US-CAMX", None, None, "consumption")
    region = CATALOG.electricity("aws/us-east-1", Wanted(2024, None, "consumption"))
    assert region.zone == "US-MIDA-PJM"


# --- the kernels of the rule ---


def test_the_kernels_by_hand():
    assert grid_rule.direct({"coal": 0.5, "wind": 0.5}, {"coal": 1000.0}) == 500
    assert grid_rule.anchored(400.0, 300.0, 600.0) == 200
    assert grid_rule.anchored(5.0, 3.0, 0.2) == 15  # the other year's figure counts as 1 g/kWh
    assert grid_rule.within(500.0, Band(0.1, 20.0)) == Bounded(500, 450, 550)
    assert grid_rule.within(100.0, Band(0.1, 20.0)) == Bounded(100, 80, 120)
    assert grid_rule.within(15.0, Band(0.1, 20.0)) == Bounded(15, 0, 30)
    assert grid_rule.within(2.0, Band(0.1, 20.0)) == Bounded(2, 0, 12)
    upstream = {"coal": Bounded(60, 30, 150), "wind": Bounded(11, 7, 56)}
    assert grid_rule.life_cycle(Bounded(500, 450, 550), {"coal": 0.5, "wind": 0.5}, upstream) == (
        535.5, 468.5, 653.0,
    )  # fmt: skip
    line = FromDirect(56.3, 1.059, -42, 75)
    assert grid_rule.life_cycle_of_direct(100.0, line) == pytest.approx((162.2, 120.2, 237.2))
    assert grid_rule.life_cycle_of_direct(900.0, line).low == pytest.approx(967.4)
    assert grid_rule.life_cycle_of_direct(0.0, FromDirect(10, 1, -42, 75)).low == 0


def test_a_users_zone_takes_precedence_and_has_no_rule(tmp_path):
    folder = tmp_path / "grids"
    folder.mkdir()
    (folder / "own.csv").write_text(
        "zone,name,year,basis,intensity_g_per_kwh,low,high,source,confidence,note\n"
        "FR,Ours,2024,direct,10,,,ember-yearly-2026,high,\n"
        "PLANT,Our plant,2024,life-cycle,5,4,6,ember-yearly-2026,high,\n"
    )
    catalog = Catalog((tmp_path,))
    assert best(catalog.grid("FR").intensity) == 0.01
    assert catalog.zone("our plant") == "PLANT"
    assert catalog.grid("PLANT").intensity == Range(0.005, 0.004, 0.006)
    with pytest.raises(LookupError, match="no life-cycle figure, only direct"):
        catalog.grid("FR", None, "life-cycle")
