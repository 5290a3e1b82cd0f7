"""Embodied carbon by the year, and the totals of sites."""

import math

import numpy as np
import pytest

from carbonctl.site.battery import cycles, nameplate_mwh, run
from carbonctl.site.coverage import exported_mw
from carbonctl.site.embodied import (
    battery_kgco2e_per_year,
    battery_life_years,
    generation_kgco2e,
    servers_kgco2e_per_year,
)
from tests.site.cases import battery_of, by_case, site_of

CASES = by_case("site_totals")


@pytest.mark.parametrize("case", CASES)
def test_totals_of_sites_are_the_oracles(case):
    row = CASES[case]
    number = {
        name: float(text) for name, text in row.items() if name not in ("case", "input", "demand")
    }
    given_site, battery = site_of(row), battery_of(row)
    per_year = number["periods_per_year"]
    passed = run(battery, given_site.demand_mw, given_site.generation_mw)
    cycles_per_year = cycles(passed.discharged_mwh, battery) * per_year
    life = battery_life_years(cycles_per_year, number["calendar_life_y"], number["cycle_life"])
    built = nameplate_mwh(battery.usable_mwh, number["depth_of_discharge"])
    peak = given_site.demand_mw.max()
    parts = {
        "import_kg_per_y": (passed.grid_mw * given_site.g_per_kwh).sum() * per_year,
        "battery_kg_per_y": battery_kgco2e_per_year(built, number["battery_kg_per_kwh"], life),
        "generation_kg_per_y": per_year
        * sum(
            generation_kgco2e(plant.sum(), number[factor])
            for plant, factor in (
                (given_site.solar_mw, "solar_kg_per_mwh"),
                (given_site.wind_mw, "wind_kg_per_mwh"),
            )
        ),
        "servers_kg_per_y": servers_kgco2e_per_year(
            peak * (1 + number["extra_servers_pct"] / 100), peak, number["server_kg_per_kw"],
            number["server_life_y"],
        ),
    }  # fmt: skip
    exported = exported_mw(passed.spilled_mw, number["export_limit_mw"]).sum() * per_year
    whole = parts | {
        "total_kg_per_y": sum(parts.values()),
        "cycles_per_y": cycles_per_year,
        "battery_life_y": life,
        "exported_mwh_per_y": exported,
        "curtailed_mwh_per_y": passed.spilled_mwh * per_year - exported,
    }
    for column, value in whole.items():
        assert value == pytest.approx(number[column], rel=1e-9, abs=1e-6), column


def test_cycles_shorten_the_life_of_a_battery_and_no_use_leaves_its_lifetime():
    assert battery_life_years(300, 15, 3000) == 10
    assert battery_life_years(100, 15, 3000) == 15
    assert battery_life_years(0, 15, 3000) == pytest.approx(15, rel=1e-12)
    assert battery_life_years(300, 15, math.inf) == pytest.approx(15, rel=1e-12)


def test_arrays_of_designs_are_each_of_them():
    turned, energies = np.array([0.0, 100, 400]), np.array([10.0, 20, 30])
    lives = battery_life_years(turned, 15, 3000)
    carbon = battery_kgco2e_per_year(energies, 74, lives)
    for place in range(3):
        life = battery_life_years(turned[place], 15, 3000)
        assert lives[place] == life
        assert carbon[place] == battery_kgco2e_per_year(energies[place], 74, life)
    servers = servers_kgco2e_per_year(np.array([20.0, 30]), 20, 7135, 4)
    assert servers.tolist() == [0, 10 * 1000 * 7135 / 4]


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda: servers_kgco2e_per_year(19, 20, 7135, 4), "below the highest demand"),
        (lambda: servers_kgco2e_per_year(21, 20, -1, 4), "cannot be negative"),
        (lambda: servers_kgco2e_per_year(21, 20, 1, 0), "lifetime of servers is above 0"),
        (lambda: battery_life_years(1, 0, 10), "lifetime of a battery is above 0"),
        (lambda: battery_life_years(1, 10, 0), "cycle life of a battery is above 0"),
        (lambda: battery_life_years(-1, 10, 10), "cycles of a battery cannot be negative"),
        (lambda: battery_kgco2e_per_year(-1, 10, 10), "energy of a battery cannot be negative"),
        (lambda: battery_kgco2e_per_year(1, math.nan, 10), "embodied carbon of a battery"),
        (lambda: generation_kgco2e(1, -1), "carbon of generation cannot be negative"),
        (lambda: generation_kgco2e(-1, 1), "generation cannot be negative"),
    ],
)
def test_what_is_refused(work, message):
    with pytest.raises(ValueError, match=message):
        work()
