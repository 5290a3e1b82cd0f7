"""Flexible load over a real year: right values of the policy, of windows and of the optimum."""

import numpy as np
import pytest

from carbonctl.site.backlog import window_starts
from carbonctl.site.optimum import optimum
from carbonctl.site.policy import defer
from carbonctl.site.windows import least_unmet_mwh
from tests.site.loads import name_of, rows, two_by_two, year


@pytest.mark.parametrize("row", rows("year"), ids=name_of)
def test_policy_and_two_by_two(row):
    case = year(row)
    load = defer(case.flexible, case.generation_mw, case.capacity_mw).load_mw
    assert load.sum() == pytest.approx(case.demand_mw.sum(), rel=1e-9)
    table = two_by_two(case, load)
    right = {"unmet": table.neither, "battery_unmet": table.battery, "policy_unmet": table.both}
    for name, supply in right.items():
        assert supply.unmet_mwh == pytest.approx(float(row[f"{name}_mwh"]), rel=1e-9)
        kg = float(row[f"{name.removesuffix('unmet')}import_kg"])
        assert supply.import_kg == pytest.approx(kg, rel=1e-9)
    assert table.both.unmet_mwh <= min(table.battery.unmet_mwh, table.shifting.unmet_mwh)


@pytest.mark.parametrize("row", rows("year"), ids=name_of)
def test_windows_of_a_day(row):
    case = year(row)
    starts = window_starts(len(case.demand_mw), 1.0, 24.0)  # from the first row on
    share = case.flexible.tiers[0].share
    least = least_unmet_mwh(
        case.demand_mw, share, case.generation_mw, case.capacity_mw, starts, 1.0
    )
    assert least == pytest.approx(float(row["day_shift_unmet_mwh"]), rel=1e-9)


@pytest.mark.parametrize("row", rows("year"), ids=name_of)
def test_optimum(row):
    pytest.importorskip("scipy", reason="scipy is not installed: pip install 'carbonctl[optimum]'")
    case = year(row)
    series = (case.flexible, case.generation_mw, case.intensity, case.capacity_mw)
    energy = optimum(*series, storage=case.battery)
    assert energy.unmet_mwh == pytest.approx(float(row["optimal_unmet_mwh"]), rel=1e-6)
    carbon = optimum(*series, storage=case.battery, least="carbon")
    assert carbon.import_kg == pytest.approx(float(row["optimal_import_kg"]), rel=1e-6)
    assert np.all(energy.load_mw <= case.capacity_mw + 1e-6)
