"""Sites: named ones, those of a phase, and several with shares of the work."""

import math

import pytest

from carbonctl.errors import InputError
from tests.conftest import account

SITES = """name: t
sites:
  dirty: {carbon_intensity: 800 g/kWh, pue: 1.5}
  clean: {carbon_intensity: 50 g/kWh, pue: 1.1}
"""
WORK = "kind: energy, energy: 100 kWh, embodied: 10 kg"


def run(head: str, activity: str = WORK):
    return account(f"{SITES}{head}\nphases:\n  training:\n    - {{{activity}}}\n")


def said(head: str, activity: str = WORK) -> list[str]:
    with pytest.raises(InputError) as error:
        run(head, activity)
    return [problem.message for problem in error.value.problems]


def operational(head: str, activity: str = WORK) -> float:
    return run(head, activity).total.operational_kgco2e


def test_a_site_by_name():
    assert operational("site: dirty") == pytest.approx(100 * 1.5 * 0.8)
    assert operational("site: dirty", WORK + ", site: clean") == pytest.approx(100 * 1.1 * 0.05)


def test_the_site_of_a_phase_goes_before_the_workloads():
    assert operational("site: dirty\nphase_sites: {training: clean}") == pytest.approx(5.5)
    assert operational("site: dirty\nphase_sites: {inference: clean}") == pytest.approx(120)
    over = operational(
        "site: dirty\nphase_sites: {training: {pue: 1.2}}", WORK + ", site: {pue: 2}"
    )
    assert over == pytest.approx(100 * 2 * 0.8)


SPLIT = "site: [{site: dirty, share: 25 %}, {site: clean, share: 75 %}]"


def test_shares_are_those_of_the_parts():
    result = run(SPLIT)
    assert result.total.operational_kgco2e == pytest.approx(0.25 * 120 + 0.75 * 5.5)
    assert result.total.embodied_kgco2e == pytest.approx(10)
    assert result.total.energy_kwh == pytest.approx(25 * 1.5 + 75 * 1.1)
    items = [entry.item for entry in result.entries]
    assert "PUE overhead @ dirty" in items
    assert "energy @ clean" in items
    assert len({entry.identity for entry in result.entries}) == len(items)


def test_by_site_sums_to_the_whole():
    result = run(SPLIT)
    groups = result.groups("site")
    assert list(groups) == ["dirty", "clean"]
    assert groups["dirty"].operational_kgco2e == pytest.approx(30)
    whole = math.fsum(sums.total_kgco2e for sums in groups.values())
    assert whole == pytest.approx(result.total.total_kgco2e, rel=1e-12)


def test_what_is_said_above_a_list_holds_in_each_of_its_sites():
    assert operational(SPLIT, WORK + ", site: {pue: 1}") == pytest.approx(25 * 0.8 + 75 * 0.05)


def test_a_supply_above_a_list_ends_it():
    assert operational(SPLIT, WORK + ", site: {carbon_intensity: 100 g/kWh, pue: 1}") == 10
    assert operational(SPLIT + "\nphase_sites: {training: dirty}") == pytest.approx(120)


def test_two_sites_of_one_grid_are_told_apart():
    result = run("site: [{grid: FR, share: 50 %}, {grid: FR, pue: 1, share: 50 %}]")
    assert {"energy @ FR", "energy @ FR 2"} <= {entry.item for entry in result.entries}


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("site: durty", "no site is named `durty`; did you mean `dirty`?"),
        ("site: [{site: dirt, share: 100 %}]", "no site is named `dirt`; did you mean `dirty`?"),
        ("site: dirty\nphase_sites: {trainin: clean}",
         "`trainin` is not one of data, experimentation, training, inference"),
        ("site: [{site: dirty, share: 50 %}]", "the shares of the sites sum to 50 %, not to 100 %"),
        ("site: [{site: dirty}]", "`share` is missing"),
        ("site: [{site: dirty, share: 40..60 %}, {site: clean, share: 50 %}]",
         "the shares of sites are single numbers, not ranges"),
        ("site: []", "the shares of the sites sum to 0 %"),
        ("site: [{pue: 1, share: 100 %}]", "no carbon intensity: give `grid`"),
    ],
)  # fmt: skip
def test_bad_sites(head, message):
    assert any(message in line for line in said(head)), said(head)


def test_bases_are_compared_over_all_sites():
    result = run(
        "site: [{carbon_intensity: 40 g/kWh, basis: direct, share: 50 %}, {grid: FR, share: 50 %}]"
    )
    assert any("different bases" in warning for warning in result.warnings)


def test_the_year_of_a_transfer_figure():
    activity = "kind: transfer, volume: 1 TB, intensity: 0.06 kWh/GB, intensity_year: 2015"
    assert run("site: clean", activity).warnings == ()
    late = run("site: {grid: FR, year: 2024}", activity)
    assert any("the figure is of 2015" in warning for warning in late.warnings)


# --- the building ---

BUILT = "carbon_intensity: 100 g/kWh, pue: 1.2"


def building(construction: str, activity: str = WORK) -> float:
    result = run(f"site: {{{BUILT}, construction: {{{construction}}}}}", activity)
    (entry,) = [e for e in result.entries if e.item == "building"]
    assert entry.boundary == "embodied"
    assert entry.quantity * entry.factor == pytest.approx(entry.kgco2e)
    return entry.kgco2e


def test_construction_by_capacity_and_by_area():
    life = "lifetime: 20 years, utilization: 50 %"
    hours = 20 * 8760 * 0.5
    assert building(f"per_capacity: 4000 kg/kW, {life}") == pytest.approx(100 * 4000 / hours)
    by_area = building(f"per_area: 1000 kg/m2, area: 0.8 m2/kW, {life}")
    assert by_area == pytest.approx(100 * 800 / hours)


def test_construction_goes_with_the_energy_of_it():
    """An energy that includes PUE is brought back to that of IT."""
    given = "per_capacity: 4000 kg/kW, lifetime: 20 years"
    whole = building(given, "kind: energy, energy: 120 kWh, includes_pue: yes, embodied: 0 kg")
    assert whole == pytest.approx(building(given))


def test_networks_and_homes_have_no_building():
    site = f"site: {{{BUILT}, construction: {{per_capacity: 4000 kg/kW, lifetime: 20 years}}}}"
    moved = run(site, "kind: transfer, volume: 1 TB, intensity: 0.06 kWh/GB")
    assert [e.item for e in moved.entries] == ["network"]
    home = run(site, WORK + ", site: {operator: client}")
    assert "building" not in [e.item for e in home.entries]


@pytest.mark.parametrize(
    ("construction", "message"),
    [
        ("lifetime: 20 years", "give per_capacity (kg/kW), or per_area (kg/m2) and area"),
        ("per_capacity: 1 kg/kW", "`lifetime` is missing"),
        ("per_area: 1 kg/m2, lifetime: 20 years", "per_area (kg/m2) and area (m2/kW) go together"),
        ("per_capacity: 1 kg, lifetime: 20 years", "embodied carbon per power"),
    ],
)
def test_bad_construction(construction, message):
    lines = said(f"site: {{{BUILT}, construction: {{{construction}}}}}")
    assert any(message in line for line in lines), lines
