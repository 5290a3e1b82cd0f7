"""Coverage and the three accounts of a load."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.site.accounts import (
    Flows,
    accounts,
    energy_weighted_g_per_kwh,
    grid_cfe_score,
    metered_mw,
    weighted_kgco2e,
)
from carbonctl.site.coverage import (
    coverage,
    delivered_mw,
    energy_mwh,
    exported_mw,
    hourly_cfe,
    largest_drawdown_mwh,
    spilled_mw,
    volumetric,
)
from tests.site.cases import by_case, columns, random_site, rows, site, site_of

CASES = by_case("accounts")
ARITHMETIC = {"rel": 1e-9, "abs": 1e-9}


@pytest.mark.parametrize("case", CASES)
def test_coverage_is_the_oracles(case):
    row = CASES[case]
    given_site = site_of(row)
    delivered = delivered_mw(given_site.generation_mw, float(row["losses_pct"]) / 100)
    covered = coverage(given_site.demand_mw, delivered)
    for value, column in (
        (covered.demand_mwh, "demand_mwh"),
        (energy_mwh(given_site.generation_mw), "generation_mwh"),
        (covered.delivered_mwh, "delivered_mwh"),
        (covered.matched_mwh, "matched_mwh"),
        (covered.surplus_mwh, "surplus_mwh"),
        (covered.unmet_mwh, "unmet_mwh"),
        (covered.volumetric * 100, "volumetric_pct"),
        (covered.volumetric_uncapped * 100, "volumetric_uncapped_pct"),
        (covered.hourly_cfe * 100, "hourly_cfe_pct"),
    ):
        assert value == pytest.approx(float(row[column]), **ARITHMETIC), column


@pytest.mark.parametrize("case", CASES)
def test_accounts_are_the_oracles(case):
    row = CASES[case]
    given_site = site_of(row)
    demand = given_site.demand_mw
    delivered = delivered_mw(given_site.generation_mw, float(row["losses_pct"]) / 100)
    grid = np.maximum(demand - delivered, 0)
    contracted = accounts(
        Flows(demand, delivered, grid, metered_mw(demand, None)), given_site.g_per_kwh
    )
    onsite = accounts(
        Flows(demand, delivered, grid, metered_mw(demand, delivered)), given_site.g_per_kwh
    )
    for value, column in (
        (contracted.location_hourly_kgco2e, "location_hourly_kg"),
        (onsite.location_hourly_kgco2e, "onsite_import_kg"),
        (contracted.market_hourly_kgco2e, "market_hourly_kg"),
        (contracted.market_volumetric_kgco2e, "market_volumetric_kg"),
        (demand.sum() * given_site.g_per_kwh.mean(), "location_mean_kg"),
        (
            energy_weighted_g_per_kwh(demand, given_site.g_per_kwh) * demand.sum(),
            "location_hourly_kg",
        ),
    ):
        assert value == pytest.approx(float(row[column]), **ARITHMETIC), column
    assert onsite[1:] == contracted[1:]
    if row["grid_cfe_score_pct"]:
        score = grid_cfe_score(demand, grid, given_site.cfe_share)
        assert score * 100 == pytest.approx(float(row["grid_cfe_score_pct"]), **ARITHMETIC)


def test_a_day_of_six_hours_by_hand():
    given_site = site("day6", 0, 0, "profile")
    covered = coverage(given_site.demand_mw, given_site.generation_mw)
    assert (covered.matched_mwh, covered.volumetric) == (35, 1)


def test_the_residual_mix_enters_the_market_based_accounts_alone():
    demand, delivered, intensity = random_site(1)
    delivered = delivered / 10
    flows = Flows(demand, delivered, np.maximum(demand - delivered, 0), demand)
    plain = accounts(flows, intensity)
    with_residual = accounts(flows, intensity, residual_g_per_kwh=intensity * 2)
    assert with_residual.location_hourly_kgco2e == plain.location_hourly_kgco2e
    assert with_residual.market_hourly_kgco2e == pytest.approx(plain.market_hourly_kgco2e * 2)
    assert with_residual.market_volumetric_kgco2e == pytest.approx(
        plain.market_volumetric_kgco2e * 2
    )
    constant = accounts(flows, intensity, residual_g_per_kwh=300.0)
    assert constant.market_hourly_kgco2e == pytest.approx(flows.grid_mw.sum() * 300)


def test_the_meter_shows_what_plants_behind_it_leave():
    assert metered_mw(10.0, None, 4.0, 0.0) == 10  # contracted: all of the load
    assert metered_mw(10.0, 3.0, 0.0, 2.0) == 5
    assert metered_mw(10.0, 20.0, 4.0, 0.0) == 0
    assert metered_mw(10.0, 4.0, 6.0, 0.0) == 12  # a battery charged by contracted surplus


def test_spilled_generation_is_exported_up_to_the_limit_and_curtailed_beyond():
    load, delivered = np.array([10.0, 10, 10]), np.array([5.0, 25, 40])
    spilled = spilled_mw(load, delivered, charge_mw=np.array([0, 3.0, 3]))
    assert spilled.tolist() == [0, 12, 27]
    exported = exported_mw(spilled, 15.0)
    assert exported.tolist() == [0, 12, 15]
    assert (spilled - exported).tolist() == [0, 0, 12]
    assert exported_mw(spilled, 0.0).sum() == 0
    assert exported_mw(spilled, np.inf).tolist() == spilled.tolist()


@given(seed=st.integers(0, 10**6), factor=st.floats(1, 3), share=st.floats(0, 1))
def test_coverage_rises_with_generation_and_not_with_scale(seed, factor, share):
    demand, delivered, _ = random_site(seed)
    base = coverage(demand, delivered)
    assert coverage(demand, delivered * factor).hourly_cfe >= base.hourly_cfe - 1e-12
    assert coverage(demand, delivered_mw(delivered, share)).hourly_cfe <= base.hourly_cfe + 1e-12
    scaled = coverage(demand * factor, delivered * factor)
    assert scaled.hourly_cfe == pytest.approx(base.hourly_cfe, rel=1e-12)
    assert scaled.volumetric_uncapped == pytest.approx(base.volumetric_uncapped, rel=1e-12)
    assert base.matched_mwh + base.unmet_mwh == pytest.approx(base.demand_mwh)
    assert base.matched_mwh + base.surplus_mwh == pytest.approx(base.delivered_mwh)


def test_many_designs_are_each_of_them():
    demand, delivered, intensity = random_site(3)
    factors = np.linspace(0, 3, 7)[:, None]
    grid = np.maximum(demand - factors * delivered, 0)
    together = coverage(demand, factors * delivered)
    carbon = accounts(Flows(demand, factors * delivered, grid, demand), intensity)
    for place, factor in enumerate(factors.ravel()):
        alone = coverage(demand, factor * delivered)
        assert together.hourly_cfe[place] == alone.hourly_cfe
        assert together.surplus_mwh[place] == pytest.approx(alone.surplus_mwh)
        assert carbon.market_hourly_kgco2e[place] == pytest.approx(
            weighted_kgco2e(grid[place], intensity)
        )


def test_shares_do_not_depend_on_the_length_of_a_step_and_energies_go_with_it():
    demand, delivered, intensity = random_site(4)
    hours, quarters = coverage(demand, delivered), coverage(demand, delivered, 0.25)
    assert quarters.hourly_cfe == pytest.approx(hours.hourly_cfe)
    assert quarters.unmet_mwh == pytest.approx(hours.unmet_mwh / 4)
    flows = Flows(demand, delivered, np.maximum(demand - delivered, 0), demand)
    for quarter, hour in zip(
        accounts(flows, intensity, step_h=0.25), accounts(flows, intensity), strict=True
    ):
        assert quarter == pytest.approx(hour / 4)


@pytest.mark.parametrize(
    "row", [row for row in rows("carbonexplorer/reference_week.csv") if "ideal" in row["case"]],
    ids=lambda row: f"{row['solar_mw']}-{row['wind_mw']}",
)  # fmt: skip
def test_the_largest_drawdown_is_carbon_explorers_ideal_battery(row):
    # the first day begins before any sun: their battery starts with what the period ends with
    week = site("input_week", float(row["solar_mw"]), float(row["wind_mw"]), "20.0")
    if row["demand"] == "profile":
        week = week._replace(demand_mw=columns("input_week")["demand_mw"])
    drawn = largest_drawdown_mwh(week.demand_mw, week.generation_mw)
    assert drawn == pytest.approx(float(row["battery_mwh"]), abs=1e-5)


def test_no_battery_makes_up_for_generation_that_is_missing():
    assert largest_drawdown_mwh([10, 10], [19, 0]) == float("inf")
    assert largest_drawdown_mwh([10, 10], [20, 0]) == 10
    assert largest_drawdown_mwh([10, 10], [20, 0], 0.5) == 5
    assert largest_drawdown_mwh([10, 10, 10], [0, 30, 0]) == 20  # over the end of the period
    assert largest_drawdown_mwh([10, 10], [10, 10]) == 0


def test_what_is_refused():
    with pytest.raises(ValueError, match="demand is zero in all steps"):
        coverage(np.zeros(3), np.ones(3))
    with pytest.raises(ValueError, match="demand is zero"):
        hourly_cfe(0.0, 0.0)
    with pytest.raises(ValueError, match="demand is zero"):
        volumetric(1.0, 0.0)
    with pytest.raises(ValueError, match="generation has a step below 0 MW"):
        coverage(np.ones(3), np.array([1.0, -1, 0]))
    with pytest.raises(ValueError, match="demand has a step below 0 MW, or one without a figure"):
        coverage(np.array([1.0, np.nan]), np.ones(2))
    with pytest.raises(ValueError, match="a loss is a share"):
        delivered_mw(np.ones(3), 1.5)
    with pytest.raises(ValueError, match="export limit cannot be negative"):
        exported_mw(np.ones(3), -1.0)
    with pytest.raises(ValueError, match="outside 0 to 1"):
        grid_cfe_score(np.ones(3), np.ones(3), np.array([0.1, 0.2, 20]))
    zero = Flows(np.zeros(2), np.ones(2), np.zeros(2), np.zeros(2))
    with pytest.raises(ValueError, match="demand is zero"):
        accounts(zero, np.ones(2))
    with pytest.raises(ValueError, match="demand is zero"):
        energy_weighted_g_per_kwh(np.zeros(2), np.ones(2))
