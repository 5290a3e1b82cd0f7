"""Coverage, battery and sizes over real years: right values of tests/oracles/site/year.csv."""

import numpy as np
import pytest

from carbonctl.site.battery import Battery, cycles, run
from carbonctl.site.coverage import coverage
from carbonctl.site.designs import Period, Plants, sums
from carbonctl.site.sizing import size_battery
from tests.site.loads import name_of, rows, year

YEARS = pytest.mark.parametrize("row", rows("year"), ids=name_of)


def battery_of(row):
    power = float(row["power_mw"])
    efficiencies = (float(row["eff_charge"]), float(row["eff_discharge"]))
    return Battery(float(row["battery_mwh"]), power, power, *efficiencies)


@YEARS
def test_coverage_and_battery_of_a_year_are_the_oracles(row):
    case = year(row)
    covered = coverage(case.demand_mw, case.generation_mw)
    unmet = np.maximum(case.demand_mw - case.generation_mw, 0)
    passed = run(battery_of(row), case.demand_mw, case.generation_mw)
    for value, column in (
        (case.intensity.mean(), "grid_mean_g_per_kwh"),
        (covered.delivered_mwh, "generation_mwh"),
        (covered.volumetric_uncapped * 100, "volumetric_pct"),
        (covered.hourly_cfe * 100, "hourly_cfe_pct"),
        (covered.unmet_mwh, "unmet_mwh"),
        ((unmet * case.intensity).sum(), "import_kg"),
        (passed.unmet_mwh, "battery_unmet_mwh"),
        ((passed.grid_mw * case.intensity).sum(), "battery_import_kg"),
        (cycles(passed.discharged_mwh, battery_of(row)), "battery_cycles"),
    ):
        assert value == pytest.approx(float(row[column]), rel=1e-9), column


@YEARS
def test_a_design_of_a_year_is_the_oracles(row):
    case = year(row)
    shape = case.generation_mw[None, :] / 10
    plants = Plants(shape, np.array([[0.0, 10.0, 20.0]]), (False,))
    period = Period(case.intensity, case.intensity)
    together = sums(plants, battery_of(row), case.demand_mw, period)
    assert together.unmet_mwh[1] == pytest.approx(float(row["battery_unmet_mwh"]), rel=1e-9)
    assert together.import_kgco2e[1] == pytest.approx(float(row["battery_import_kg"]), rel=1e-9)
    assert together.unmet_mwh[0] == pytest.approx(case.demand_mw.sum(), rel=1e-9)


@YEARS
def test_the_size_of_the_battery_of_a_year_is_found_again(row):
    case, battery = year(row), battery_of(row)
    unmet = run(battery, case.demand_mw, case.generation_mw).unmet_mwh
    target = 1 - unmet / case.demand_mw.sum()
    sized = size_battery(battery, case.demand_mw, case.generation_mw, target)
    assert sized.size == pytest.approx(battery.usable_mwh, rel=2e-6)
