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


def test_a_carbon_intensity_above_a_list_leaves_one_place_and_below_it_gives_way():
    above = run(SPLIT, WORK + ", site: {carbon_intensity: 100 g/kWh, pue: 1}")
    assert [entry.item for entry in above.entries] == ["energy", "PUE overhead", "hardware"]
    below = run("site: {carbon_intensity: 100 g/kWh, pue: 1}", f"{WORK}, {SPLIT}")
    assert {e.item: e.factor for e in below.entries if e.item.startswith("energy")} == {
        "energy @ dirty": 0.8, "energy @ clean": 0.05,
    }  # fmt: skip


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
        ("site: [{site: dirty, shar: 100 %}]", "unknown key `shar`; did you mean `share`?"),
        ("site: {grid: FR, share: 50 %}", "unknown key `share`; several sites are a list"),
        ("site: FR", "no site is named `FR`; there are dirty, clean; a grid is written {grid: FR}"),
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


def test_labels_that_people_choose_are_kept_apart():
    text = (
        'name: t\nsites: {FR: {grid: PL}, "FR 3": {grid: IE}, "x @ y": {grid: PL}}\n'
        "site: [{site: FR, share: 20 %}, {site: FR 3, share: 20 %}, {grid: FR, share: 20 %}, "
        '{site: "x @ y", share: 40 %}]\n'
        f"phases: {{training: [{{{WORK}}}]}}\n"
    )
    result = account(text)
    assert len({entry.identity for entry in result.entries}) == len(result.entries)
    assert list(result.groups("site")) == ["FR", "FR 3", "FR 3 3", "x @ y"]


def test_groups_by_site_and_system_have_plain_labels():
    result = run(
        "site: {carbon_intensity: {best: 385 g/kWh, source: own-meter}, pue: 1}",
        "kind: compute, system: {accelerators: [{power: 1 W, devices: 1}, "
        "{device: nvidia/a100-sxm4-80gb, devices: 1}]}, device_time: 1 GPU-h",
    )
    assert list(result.groups("site")) == ["0.385 kgCO2e/kWh"]
    assert list(result.groups("system")) == ["device + nvidia/a100-sxm4-80gb"]


def test_a_named_site_with_its_own_intensity_is_a_supply_of_its_own():
    """Nothing of the contracts, losses and water of the workload's grid carries over."""
    head = "site: {grid: PL, carbon_free_energy: 80 %, residual_intensity: 700 g/kWh, losses: 5 %}"
    result = run(head, WORK + ", site: clean")
    assert [entry.item for entry in result.entries] == ["energy", "PUE overhead", "hardware"]
    assert result.total.operational_market_kgco2e == result.total.operational_kgco2e


def test_losses_of_bought_services_stay_in_their_scope():
    for operator, scope in (("own", "3.3"), ("cloud", "3.1"), ("client", "3.11")):
        result = run(f"site: {{grid: FR, losses: 5 %, operator: {operator}}}")
        (entry,) = [e for e in result.entries if e.item == "grid losses"]
        assert entry.ghg_scope == scope


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


def test_a_misspelt_key_is_one_fault_at_its_own_place():
    text = "name: t\nsites:\n  d: {grid: IE}\n  inline: {gird: IE}\nsite: d\nphases: {training: [{%s}]}\n"
    with pytest.raises(InputError) as error:
        account(text % WORK)
    assert str(error.value) == "job.yaml:4:12: unknown key `gird`; did you mean `grid`?"
    with pytest.raises(InputError) as error:
        account(text.replace("inline: {gird: IE}", "grid: {gird: IE}") % WORK)
    assert "did you mean `grid`?" in str(error.value)


def test_a_phase_that_is_none_is_named_at_its_key():
    text = f"name: t\nsite: {{grid: FR}}\nphase_sites: {{trainng: {{pue: 1}}}}\nphases: {{training: [{{{WORK}}}]}}\n"
    with pytest.raises(InputError) as error:
        account(text)
    assert str(error.value).startswith("job.yaml:3:15: `trainng` is not one of data")


def test_set_reaches_the_items_of_a_list_of_sites():
    text = f"{SITES}{SPLIT}\nphases: {{training: [{{{WORK}}}]}}\n"
    half = account(text, "site.0.share=50 %", "site.clean.share=50 %")
    assert half.total.operational_kgco2e == pytest.approx(0.5 * 120 + 0.5 * 5.5)
    with pytest.raises(InputError, match="nothing is named `FR`; there are dirty, clean"):
        account(text, "site.FR.share=50 %")


def test_faults_in_the_account_point_into_lists_and_names_with_dots():
    text = (
        "name: t\nsites:\n  a.b:\n    {grid: {hydro: 50 %, bioenergy-cofiring: 50 %}, basis: direct}\n"
        f"site: a.b\nphases: {{training: [{{{WORK}}}]}}\n"
    )
    with pytest.raises(InputError) as error:
        account(text)
    assert str(error.value).startswith("job.yaml:4:")
