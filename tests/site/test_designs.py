"""Designs as an axis of arrays."""

from dataclasses import replace

import numpy as np
import pytest

from carbonctl.site import designs
from carbonctl.site.accounts import metered_mw
from carbonctl.site.battery import Battery, run
from carbonctl.site.coverage import exported_mw
from carbonctl.site.designs import Period, Plants, accounts_of, sums
from carbonctl.site.taper import NMC
from tests.site.cases import columns

WEEK = columns("erco_week")
LOAD, INTENSITY = WEEK["demand_mw"], WEEK["grid_g_per_kwh"]
SHAPES = np.array([WEEK["solar_pu"], WEEK["wind_pu"] * 0.97])
COUNT = 25


def some(seed=0, onsite=(False, False), taper=None):
    rng = np.random.default_rng(seed)
    plants = Plants(SHAPES, rng.uniform(0, 80, (2, COUNT)), onsite)
    battery = Battery(
        np.where(rng.random(COUNT) < 0.2, 0.0, rng.uniform(0, 5e3, COUNT)),
        rng.uniform(0, 60, COUNT), rng.uniform(0, 60, COUNT), 0.95, 0.93,
        rng.uniform(0, 1e-3, COUNT), taper,
    )  # fmt: skip
    return plants, battery


def alone(battery, place):
    figures = ("usable_mwh", "charge_mw", "discharge_mw", "self_discharge_per_h")
    return replace(battery, **{name: getattr(battery, name)[place] for name in figures})


@pytest.mark.parametrize("taper", [None, NMC])
@pytest.mark.parametrize("start", [None, 0.4])
@pytest.mark.parametrize("onsite", [(False, False), (True, True), (True, False)])
def test_many_designs_are_each_of_them(monkeypatch, taper, start, onsite):
    monkeypatch.setattr(designs, "CHUNK", 8)
    plants, battery = some(onsite=onsite, taper=taper)
    period = Period(INTENSITY, INTENSITY * 1.1, 0.5, start, 10.0)
    done = []
    together = sums(plants, battery, LOAD, period, progress=done.append)
    assert done == [8, 16, 24, 25]
    for place in range(COUNT):
        delivered = plants.capacity_mw[:, place] @ SHAPES
        behind = plants.capacity_mw[list(onsite), place] @ SHAPES[list(onsite)]
        passed = run(alone(battery, place), LOAD, delivered, step_h=0.5, start=start)
        meter = metered_mw(
            LOAD, behind if any(onsite) else None, passed.charge_mw, passed.discharge_mw
        )
        single = (
            LOAD.sum() / 2, delivered.sum() / 2, passed.unmet_mwh,
            (passed.grid_mw * INTENSITY).sum() * 1.1 / 2, (meter * INTENSITY).sum() / 2,
            passed.charged_mwh, passed.discharged_mwh, passed.spilled_mwh,
            exported_mw(passed.spilled_mw, 10.0).sum() / 2, passed.start_mwh, passed.end_mwh,
        )  # fmt: skip
        assert [column[place] for column in together] == pytest.approx(single, rel=1e-9, abs=1e-7)
    carbon = accounts_of(together, INTENSITY.mean() * 1.1)
    assert carbon.location_hourly_kgco2e is together.metered_kgco2e
    assert carbon.market_volumetric_kgco2e == pytest.approx(
        np.maximum(together.load_mwh - together.delivered_mwh, 0) * INTENSITY.mean() * 1.1
    )
    assert together.delivered_mwh == pytest.approx(plants.delivered_mwh(0.5), rel=1e-12)


def test_the_load_may_depend_on_the_design():
    plants, battery = some(1)
    factors = np.linspace(0.5, 1.5, COUNT)
    calls = []

    def loads(rows):
        calls.append(rows)
        return (step * factors[rows] for step in LOAD.tolist())

    together = sums(plants, battery, loads, Period(INTENSITY, INTENSITY))
    assert len(calls) > 1  # once a pass
    for place in (0, 7, 24):
        delivered = plants.capacity_mw[:, place] @ SHAPES
        passed = run(alone(battery, place), LOAD * factors[place], delivered)
        assert together.unmet_mwh[place] == pytest.approx(passed.unmet_mwh, rel=1e-9, abs=1e-7)
        assert together.load_mwh[place] == pytest.approx(LOAD.sum() * factors[place])


def test_designs_may_share_a_battery_and_have_no_plants():
    plants = Plants(SHAPES, np.array([[10.0, 90.0], [20.0, 20.0]]), (False, False))
    shared = sums(plants, Battery(50.0, 20.0, 20.0), LOAD, Period(INTENSITY, INTENSITY))
    assert shared.unmet_mwh[1] < shared.unmet_mwh[0]
    empty = Plants(np.zeros((0, len(LOAD))), np.zeros((0, 3)), ())
    bought = sums(empty, Battery(0.0, 0.0, 0.0), LOAD, Period(INTENSITY, INTENSITY))
    assert bought.unmet_mwh == pytest.approx([LOAD.sum()] * 3)


def test_what_is_refused():
    capacity = np.ones((2, 3))
    with pytest.raises(ValueError, match="each plant has a shape"):
        Plants(SHAPES, capacity, (True,))
    with pytest.raises(ValueError, match=r"capacities \(plants, designs\)"):
        Plants(SHAPES, np.ones(2), (True, True))
    with pytest.raises(ValueError, match="capacity of a plant cannot be negative"):
        Plants(SHAPES, -capacity, (True, True))
    plants = Plants(SHAPES, capacity, (True, True))
    with pytest.raises(ValueError, match="load has 167 steps, and the plants have 168"):
        sums(plants, Battery(0.0, 0.0, 0.0), LOAD[:-1], Period(INTENSITY, INTENSITY))
    with pytest.raises(ValueError, match="residual mix has 3 steps"):
        sums(plants, Battery(0.0, 0.0, 0.0), LOAD, Period(INTENSITY, np.ones(3)))
    with pytest.raises(ValueError, match="batteries have 2 designs, the plants 3"):
        sums(plants, Battery(np.ones(2), 1.0, 1.0), LOAD, Period(INTENSITY, INTENSITY))
    with pytest.raises(ValueError, match="no design"):
        sums(Plants(SHAPES, np.ones((2, 0)), (True, True)), Battery(0.0, 0.0, 0.0), LOAD,
             Period(INTENSITY, INTENSITY))  # fmt: skip
