"""A battery over a period: oracle cases, and what must hold of any."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carbonctl.site.battery import Battery, cycles, nameplate_mwh, resized, run, usable_mwh
from carbonctl.site.coverage import coverage, hourly_cfe, largest_drawdown_mwh
from carbonctl.site.cyclic import cyclic
from carbonctl.site.taper import NMC, Taper
from tests.site.cases import battery_of, by_case, columns, random_site, rows, site, site_of

CASES = by_case("battery")
ARITHMETIC = {"rel": 1e-9, "abs": 1e-9}


def start_of(row):
    return float(row["start_soc_pct"]) / 100 if row["boundary"] == "start" else None


@pytest.mark.parametrize("case", CASES)
def test_batteries_are_the_oracles(case):
    row = CASES[case]
    given_site, battery = site_of(row), battery_of(row)
    passed = run(battery, given_site.demand_mw, given_site.generation_mw, start=start_of(row))
    share = hourly_cfe(passed.unmet_mwh, given_site.demand_mw.sum())
    for value, column in (
        (passed.unmet_mwh, "unmet_mwh"),
        (passed.spilled_mwh, "spilled_mwh"),
        (passed.charged_mwh, "charged_mwh"),
        (passed.discharged_mwh, "discharged_mwh"),
        (passed.loss_mwh, "loss_mwh"),
        (passed.start_mwh, "soc_start_mwh"),
        (passed.end_mwh, "soc_end_mwh"),
        (share * 100, "hourly_cfe_pct"),
        (cycles(passed.discharged_mwh, battery), "equivalent_cycles"),
    ):
        assert value == pytest.approx(float(row[column]), **ARITHMETIC), column


def test_a_trace_is_the_oracles():
    row = CASES["bat-04"]
    given_site = site_of(row)
    passed = run(battery_of(row), given_site.demand_mw, given_site.generation_mw)
    trace = rows("site/battery_trace_bat-04.csv")
    for values, column in (
        (passed.charge_mw, "charge_mw"),
        (passed.discharge_mw, "discharge_mw"),
        (passed.soc_mwh, "soc_mwh"),
        (passed.grid_mw, "grid_mw"),
        (passed.spilled_mw, "spilled_mw"),
    ):
        assert values == pytest.approx([float(line[column]) for line in trace], **ARITHMETIC)


REFERENCE = [
    row
    for row in rows("carbonexplorer/reference_week.csv")
    if row["case"] in ("battery_C/L/C", "renewables_only")
]


def carbon_explorers(row):
    """Carbon Explorer's cell: 1.04 MWh leave it for each that it gives."""
    week = site("input_week", float(row["solar_mw"]), float(row["wind_mw"]), "20.0")
    if row["demand"] == "profile":
        week = week._replace(demand_mw=columns("input_week")["demand_mw"])
    energy = float(row["battery_mwh"])
    return week, Battery(energy, np.inf, np.inf, 0.97, 1 / 1.04, taper=NMC)


@pytest.mark.parametrize("row", REFERENCE, ids=range(len(REFERENCE)))
def test_tapered_batteries_are_carbon_explorers(row):
    week, battery = carbon_explorers(row)
    passed = run(battery, week.demand_mw, week.generation_mw, start=1.0)
    assert passed.unmet_mwh == pytest.approx(float(row["unmet_mwh"]), rel=1e-9, abs=1e-9)
    share = hourly_cfe(passed.unmet_mwh, week.demand_mw.sum())
    assert share * 100 == pytest.approx(float(row["coverage_pct"]), rel=1e-9)
    carbon = float((passed.grid_mw * week.g_per_kwh).sum())
    assert carbon == pytest.approx(float(row["grid_kg_hourly_ci"]), rel=1e-9, abs=1e-5)


def by_the_minute(battery, load, delivered, start, step_h):
    """Go through a period minute by minute; returns mean powers of steps and the energy stored."""
    taper, minutes = battery.taper, round(step_h * 60)
    full, level = battery.usable_mwh, start * battery.usable_mwh
    moved_in, moved_out = battery.charge_efficiency / 60, 1 / battery.discharge_efficiency / 60
    moved = []
    for net in np.asarray(delivered) - np.asarray(load):
        charged = discharged = 0.0
        level *= (1 - battery.self_discharge_per_h) ** step_h
        for _ in range(minutes):
            charge = min(
                max(net, 0), battery.charge_mw, full * taper.charge_per_h / battery.charge_efficiency,
                (full - level) / (moved_in + taper.charge_lag_h),
            )  # fmt: skip
            discharge = min(
                max(-net, 0), battery.discharge_mw,
                full * taper.discharge_per_h * battery.discharge_efficiency,
                level / (moved_out + taper.discharge_lag_h),
            )  # fmt: skip
            level += charge * moved_in - discharge * moved_out
            charged += charge / minutes
            discharged += discharge / minutes
        moved.append((charged, discharged, level))
    return np.array(moved).T


@pytest.mark.parametrize("step_h", [1.0, 0.5, 0.25, 1 / 12])
@pytest.mark.parametrize(
    "taper", [NMC, Taper(0.125, 0.05), Taper(0, 0), Taper(0.04, 0.01, 0.2, 0.3)]
)
def test_the_closed_form_is_sixty_steps_an_hour(step_h, taper):
    for seed in range(4):
        load, delivered, _ = random_site(seed, 200)
        battery = Battery(6.0 + 30 * seed, 9.0, 8.0, 0.95, 0.9, 0.01, taper)
        charge, discharge, level = by_the_minute(battery, load, delivered, 0.3, step_h)
        passed = run(battery, load, delivered, step_h=step_h, start=0.3)
        assert passed.charge_mw == pytest.approx(charge, abs=5e-11)
        assert passed.discharge_mw == pytest.approx(discharge, abs=5e-11)
        assert passed.soc_mwh == pytest.approx(level, abs=5e-11)


def test_half_hours_by_hand():
    leaking = Battery(10.0, 4.0, 5.0, 0.9, 0.8, 0.19)  # keeps 0.9 in half an hour
    net = np.array([0.0, -6, 2, -5, -5])
    passed = run(leaking, np.maximum(-net, 0), np.maximum(net, 0), step_h=0.5, start=1.0)
    second = 9 * 0.9 - 5 * 0.5 / 0.8
    third = second * 0.9 + 2 * 0.9 * 0.5
    fourth = third * 0.9 - 5 * 0.5 / 0.8
    last = fourth * 0.9 * 0.8 / 0.5  # all that is left
    assert passed.soc_mwh == pytest.approx([9, second, third, fourth, 0], rel=1e-12)
    assert passed.discharge_mw == pytest.approx([0, 5, 0, 5, last], rel=1e-12)
    assert passed.grid_mw == pytest.approx([0, 1, 0, 0, 5 - last], rel=1e-12)
    assert passed.unmet_mwh == pytest.approx((6 - last) / 2, rel=1e-12)


def test_a_taper_without_lag_or_limits_is_the_linear_battery():
    load, delivered, _ = random_site(5)
    linear = Battery(40.0, 9.0, 8.0, 0.95, 0.9, 0.01)
    abrupt = replace(linear, taper=Taper(0, 0, 1e6, 1e6))
    ours, theirs = run(linear, load, delivered), run(abrupt, load, delivered)
    assert ours.grid_mw == pytest.approx(theirs.grid_mw, abs=1e-9)
    assert ours.soc_mwh == pytest.approx(theirs.soc_mwh, abs=1e-9)


BATTERIES = st.builds(
    Battery,
    usable_mwh=st.floats(0, 500, allow_subnormal=False),
    charge_mw=st.floats(0, 40, allow_subnormal=False),
    discharge_mw=st.floats(0, 40, allow_subnormal=False),
    charge_efficiency=st.floats(0.5, 1),
    discharge_efficiency=st.floats(0.5, 1),
    self_discharge_per_h=st.floats(0, 0.05),
    taper=st.sampled_from([None, NMC]),
)
SEEDS = st.integers(0, 10**6)
STEPS = st.sampled_from([1.0, 0.5, 0.25])


@given(battery=BATTERIES, seed=SEEDS, step_h=STEPS)
@example(Battery(1e6, 40.0, 40.0, 1.0, 1.0), 0, 1.0)  # fills over many periods
@example(Battery(1e6, 40.0, 40.0, 0.5, 0.5), 1, 1.0)
@example(Battery(1e4, 40.0, 40.0, 1.0, 1.0, 1e-3), 2, 1.0)
def test_energy_closes_and_a_period_ends_as_it_began(battery, seed, step_h):
    load, delivered, _ = random_site(seed)
    passed = run(battery, load, delivered, step_h=step_h)
    assert passed.end_mwh == pytest.approx(passed.start_mwh, abs=1e-9 + 2e-11 * battery.usable_mwh)
    assert abs(passed.given_away_mwh) <= 1e-9 + 2e-11 * battery.usable_mwh
    assert passed.loss_mwh >= -1e-6
    supplied = delivered.sum() * step_h + passed.unmet_mwh
    taken = load.sum() * step_h + passed.spilled_mwh + passed.loss_mwh
    assert supplied == pytest.approx(taken, rel=1e-9, abs=1e-4 * 1e-6 * battery.usable_mwh)
    balance = delivered + passed.grid_mw + passed.discharge_mw
    assert balance == pytest.approx(load + passed.charge_mw + passed.spilled_mw, abs=1e-9)
    for powers in (passed.charge_mw, passed.discharge_mw, passed.grid_mw, passed.spilled_mw):
        assert powers.min() >= 0
    assert np.all(passed.charge_mw <= battery.charge_mw)
    assert np.all(passed.discharge_mw <= battery.discharge_mw)
    assert not np.any((passed.charge_mw > 0) & (passed.discharge_mw > 0))
    assert passed.soc_mwh.min() >= 0
    assert passed.soc_mwh.max() <= battery.usable_mwh


@given(battery=BATTERIES, seed=SEEDS, factor=st.floats(1, 2))
def test_coverage_rises_with_what_a_battery_is_given(battery, seed, factor):
    load, delivered, _ = random_site(seed)
    base = run(battery, load, delivered).unmet_mwh + 1e-8
    assert run(battery, load, delivered * factor).unmet_mwh <= base
    for better in (
        replace(battery, usable_mwh=battery.usable_mwh * factor),
        replace(battery, charge_mw=battery.charge_mw * factor),
        replace(battery, discharge_mw=battery.discharge_mw * factor),
        replace(battery, charge_efficiency=min(battery.charge_efficiency * factor, 1.0)),
        replace(battery, discharge_efficiency=min(battery.discharge_efficiency * factor, 1.0)),
        replace(battery, self_discharge_per_h=battery.self_discharge_per_h / factor),
    ):
        assert run(better, load, delivered).unmet_mwh <= base


@given(battery=BATTERIES, seed=SEEDS, factor=st.floats(0.01, 100))
def test_scaling_all_powers_and_energies_changes_no_share(battery, seed, factor):
    load, delivered, _ = random_site(seed)
    scaled = replace(
        battery,
        usable_mwh=battery.usable_mwh * factor,
        charge_mw=battery.charge_mw * factor,
        discharge_mw=battery.discharge_mw * factor,
    )
    base = run(battery, load, delivered)
    larger = run(scaled, load * factor, delivered * factor)
    assert larger.unmet_mwh / factor == pytest.approx(base.unmet_mwh, rel=1e-7, abs=1e-6)


@given(battery=BATTERIES, seed=SEEDS, hours=st.integers(0, 59))
def test_where_a_cyclic_period_begins_changes_nothing(battery, seed, hours):
    load, delivered, intensity = random_site(seed)
    base = run(battery, load, delivered)
    later = run(battery, np.roll(load, hours), np.roll(delivered, hours))
    assert later.unmet_mwh == pytest.approx(base.unmet_mwh, rel=1e-7, abs=1e-6)
    assert later.discharged_mwh == pytest.approx(base.discharged_mwh, rel=1e-7, abs=1e-6)
    carbon = float((base.grid_mw * intensity).sum())
    assert (later.grid_mw * np.roll(intensity, hours)).sum() == pytest.approx(
        carbon, rel=1e-6, abs=1e-3
    )


@given(seed=SEEDS, power=st.floats(0, 40))
def test_no_energy_or_no_power_is_no_battery(seed, power):
    load, delivered, _ = random_site(seed)
    covered = coverage(load, delivered)
    for battery in (Battery(0.0, power, power, 0.9, 0.9), Battery(50.0, 0.0, 0.0, 0.9, 0.9)):
        passed = run(battery, load, delivered)
        assert passed.unmet_mwh == pytest.approx(covered.unmet_mwh, rel=1e-12)
        assert passed.spilled_mwh == pytest.approx(covered.surplus_mwh, rel=1e-12)
        assert passed.charge_mw.sum() == passed.discharge_mw.sum() == 0


@given(seed=SEEDS)
def test_an_ideal_battery_of_the_largest_drawdown_covers_all_and_a_smaller_one_does_not(seed):
    load, delivered, _ = random_site(seed)
    delivered = delivered * (1.2 * load.sum() / delivered.sum())
    drawdown = largest_drawdown_mwh(load, delivered)
    ideal = Battery(drawdown, np.inf, np.inf)
    assert run(ideal, load, delivered).unmet_mwh == pytest.approx(0, abs=1e-9)
    less = run(replace(ideal, usable_mwh=drawdown * 0.99), load, delivered)
    assert less.unmet_mwh > drawdown * 0.01 * (1 - 1e-6)


@given(battery=BATTERIES, seed=SEEDS)
def test_half_steps_of_the_same_powers_are_the_same_hours(battery, seed):
    load, delivered, _ = random_site(seed)
    hours = run(replace(battery, self_discharge_per_h=0.0), load, delivered)
    halves = run(
        replace(battery, self_discharge_per_h=0.0), np.repeat(load, 2), np.repeat(delivered, 2),
        step_h=0.5,
    )  # fmt: skip
    assert halves.unmet_mwh == pytest.approx(hours.unmet_mwh, rel=1e-9, abs=1e-6)


def test_a_start_is_given_away_and_said():
    load, delivered, _ = random_site(6)
    battery = Battery(500.0, 50.0, 50.0)
    passed = run(battery, load, delivered / 2, start=0.5)
    assert passed.start_mwh == 250
    assert passed.given_away_mwh == pytest.approx(250 - passed.end_mwh)
    assert passed.given_away_mwh > 0


def test_a_period_that_fills_over_many_takes_few_passes():
    class Level:
        def __init__(self, end_mwh):
            self.end_mwh = end_mwh

    starts = []

    def creeping(start):
        starts.append(start)
        return Level(np.minimum(start + np.array([1.0, 1e-3, 0.0]), [1e6, 70.0, 5.0]))

    full = np.array([1e6, 100.0, 5.0])
    assert cyclic(creeping, full).end_mwh.tolist() == [1e6, 70.0, 0.0]
    assert len(starts) <= 6
    starts.clear()
    leaking = cyclic(lambda start: (starts.append(start), Level(start * 0.9 + 2))[1], 1e3)
    assert leaking.end_mwh == pytest.approx(20)
    assert len(starts) <= 6
    with pytest.raises(ArithmeticError, match="begins and ends"):
        cyclic(lambda start: Level(np.where(start < 3, 10.0, 0.0)), 10.0)


def test_usable_energy_is_nameplate_by_depth_of_discharge():
    assert usable_mwh(100.0, 0.8) == 80
    assert usable_mwh(100.0, 0.8, "usable") == 100
    assert nameplate_mwh(80.0, 0.8) == 100
    assert usable_mwh(np.array([10.0, 20]), 0.5).tolist() == [5, 10]


def test_cycles_of_no_battery_are_none():
    assert cycles(0.0, Battery(0.0, 0.0, 0.0)) == 0
    several = cycles(np.array([0.0, 19]), Battery(np.array([0.0, 10]), 1.0, 1.0, 1.0, 0.95))
    assert several.tolist() == [0, 2]


def test_a_battery_of_another_energy_has_its_powers_or_its_hours():
    battery = Battery(100.0, 25.0, 20.0)
    assert resized(battery, 50.0, keep_power=True) == Battery(50.0, 25.0, 20.0)
    assert resized(battery, 50.0, keep_power=False) == Battery(50.0, 12.5, 10.0)


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda: Battery(-1.0, 1.0, 1.0), "energy of a battery cannot be negative"),
        (lambda: Battery(np.inf, 1.0, 1.0), "cannot be infinite"),
        (lambda: Battery(1.0, -1.0, 1.0), "charging power of a battery cannot be negative"),
        (lambda: Battery(1.0, 1.0, np.array([1.0, np.nan])), "discharging power"),
        (lambda: Battery(1.0, 1.0, 1.0, 0.0), "efficiency of a battery is above 0 %"),
        (lambda: Battery(1.0, 1.0, 1.0, 1.0, 1.01), "at most 100 %"),
        (lambda: Battery(1.0, 1.0, 1.0, 1.0, 1.0, 1.0), "self-discharge"),
        (lambda: Taper(-0.1), "lag cannot be negative"),
        (lambda: Taper(charge_per_h=0), "highest rate is above 0"),
        (lambda: usable_mwh(1.0, 0.0), "depth of discharge is above 0 %"),
        (lambda: nameplate_mwh(1.0, 1.2), "at most 100 %"),
        (lambda: usable_mwh(1.0, 1.0, "gross"), "nameplate or usable, not gross"),
        (lambda: run(Battery(1.0, 1.0, 1.0), [1.0], [1.0, 2.0]), "as many"),
        (lambda: run(Battery(1.0, 1.0, 1.0), [], []), "a figure per step"),
        (lambda: run(Battery(1.0, 1.0, 1.0), [1.0], [np.nan]), "step without a figure"),
        (lambda: run(Battery(1.0, 1.0, 1.0), [1.0], [1.0], start=1.5), "0 % to 100 %"),
        (lambda: run(Battery(1.0, 1.0, 1.0), [1.0], [1.0], step_h=0), "above 0 h"),
        (
            lambda: run(Battery(1.0, 1.0, 1.0, taper=NMC), [1.0], [1.0], step_h=0.01),
            "whole minutes",
        ),
    ],
)
def test_what_is_refused(work, message):
    with pytest.raises(ValueError, match=message):
        work()
