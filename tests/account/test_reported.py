"""Published figures beside those of the account."""

import json
import re

import pytest

from carbonctl.ledger.result import About
from carbonctl.render import render
from tests.conftest import account

METERED = """\
name: x
site: {carbon_intensity: 0.4 kg/kWh, pue: 1.2}
phases: {training: [{kind: energy, energy: 1.2 MWh, includes_pue: yes, embodied: 0 kg}]}
reported: {energy: 1 MWh, energy_includes_pue: no}
"""
OLMO = """\
name: Olmo 3 development
site: {grid: US-ERCT, pue: 1, carbon_intensity: 345.6 g/kWh, wue: 0 L/kWh, water_intensity: 1.29 L/kWh}
phases: {training: [{kind: energy, energy: 12.3 GWh, embodied: 0 kg}]}
reported: {energy: 12.3 GWh, operational: 4251 t, water: 15887 kL, source: paper}
"""


def written(form: str, text: str) -> str:
    return render(form, [account(text)], About("0", "1"))


def energy(text: str, *overrides: str) -> float:
    found = account(text, *overrides).reported["energy_kwh"]
    assert found.error_pct == pytest.approx(100 * (found.estimated / found.reported - 1))
    return found.estimated


def test_energy_without_pue_is_compared_without_it():
    assert energy(METERED) == 1000
    assert energy(METERED, "reported.energy_includes_pue=yes") == 1200
    assert energy(METERED, "phases.training.0.includes_pue=no") == 1200
    assert energy(METERED, "site.losses=5 %") == 1000


def test_pue_is_taken_out_of_what_holds_it_alone_at_each_site_by_its_own():
    text = """\
name: x
site: {carbon_intensity: 0.4 kg/kWh, pue: 1.2}
phases:
  training:
    - {kind: energy, energy: 1.2 MWh, includes_pue: yes, embodied: 0 kg}
    - {kind: energy, energy: 1 MWh, includes_pue: no, embodied: 0 kg}
    - kind: energy
      energy: 3 MWh
      includes_pue: yes
      embodied: 0 kg
      site: [{pue: 1.5, share: 50 %}, {share: 50 %}]
    - {kind: transfer, volume: 1 TB, intensity: 0.01 kWh/GB}
reported: {energy: 1 MWh, energy_includes_pue: no}
"""
    assert energy(text) == pytest.approx(1000 + 1000 + 1500 / 1.5 + 1500 / 1.2 + 10)
    assert energy(text, "reported.energy_includes_pue=yes") == pytest.approx(
        1200 + 1200 + 3000 + 10
    )


def test_reported_water():
    """12.3 GWh × 1.29 L/kWh = 15,867 m³, beside 15,887 kL of arXiv 2605.01158."""
    row = account(OLMO).reported["water_l"]
    assert (row.reported, row.estimated) == (15_887_000, 15_867_000)
    assert row.error_pct == pytest.approx(-0.126, abs=0.001)


def test_reported_water_is_shown_in_cubic_metres():
    assert "Water          15,887 m³    estimated 15,867 m³  −0.1 %" in written("table", OLMO)
    assert "- Reported water: 15,887 m³, estimated 15,867 m³ (-0.1 %)" in written("md", OLMO)
    (result,) = json.loads(written("json", OLMO))["results"]
    assert result["reported"]["water_l"]["reported"] == 15_887_000
    assert result["spec"]["reported"]["water"] == "15887000 L"


def test_water_that_is_not_known_has_no_error():
    text = OLMO.replace("wue: 0 L/kWh, ", "")
    row = account(text).reported["water_l"]
    assert (row.estimated, row.error_pct) == (None, None)
    assert re.search(r"Water +15,887 m³ +estimated unknown +\?", written("table", text))


def test_water_far_from_what_was_reported_says_what_would_have_to_differ():
    (warning,) = account(OLMO, "reported.water=30000 m3").warnings
    assert warning.startswith("reported.water: the inputs give a figure -47 % off; ")
    assert "`wue` or `water_intensity` would have to be 1.89 times" in warning
