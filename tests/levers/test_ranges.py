"""Ranges of what levers save: what two accounts have in common moves together."""

import pytest

from tests.levers.makers import SERVICE, made

CORRELATED = """\
version: 1
name: ck
site: {carbon_intensity: 400 g/kWh, basis: life-cycle, pue: 1}
phases:
  data:
    - {name: a, kind: energy, energy: 10 MWh, includes_pue: yes, embodied: {best: 4 t, low: 2 t, high: 6 t, distribution: uniform}}
  training:
    - {name: b, kind: energy, energy: 10 MWh, includes_pue: yes, embodied: {best: 6 t, low: 4 t, high: 8 t, distribution: uniform}}
uncertainty:
  correlations:
    - {of: [data.a.embodied, training.b.embodied], rank: -0.95}
"""


def test_rank_correlations_hold_for_what_is_saved():
    row = made("  - {name: e, divide: {embodied: 2}}\n", CORRELATED).total
    assert row.saved_low_kgco2e == pytest.approx(4715.4, abs=0.1)
    assert row.saved_high_kgco2e == pytest.approx(5284.6, abs=0.1)


def test_rank_correlations_hold_for_a_number_that_is_scaled():
    lives = SERVICE.replace("lifetime: 4 years", "lifetime: 3..5 years", 1)
    lives = lives.replace("utilization: 50 %", "utilization: 40..60 %", 1)
    tied = """\
uncertainty:
  correlations:
    - {of: [systems.pool.lifetime, systems.pool.utilization], rank: -0.9}
"""
    lever = "  - {name: a, on: systems.pool, multiply: {lifetime: 2}}\n"
    assert lives.count("..") == 2
    free, bound = (made(lever, spec).total for spec in (lives, tied + lives))
    widths = [row.saved_high_kgco2e - row.saved_low_kgco2e for row in (free, bound)]
    assert widths[1] < 0.5 * widths[0]


def test_no_range_of_a_saving_that_is_unknown():
    unknown = "name: x\nsite: {carbon_intensity: 100 g/kWh, pue: 1}\nphases: {training: [{name: a, kind: energy, energy: 1 MWh}]}\n"  # fmt: skip
    report = made("  - {name: a, divide: {energy: 2..3}}\n", unknown)
    for row in (report.lines[0].row, report.total):
        assert (row.saved_low_kgco2e, row.saved_high_kgco2e) == (None, None)


LIVES = SERVICE.replace("lifetime: 4 years", "lifetime: 3..6 years")


def test_what_is_set_is_a_figure_of_its_own_and_what_is_scaled_is_not():
    """Twice the range, once as another machine's life, once as twice the life of this one."""
    set_ = made("  - {name: a, set: {systems.pool.lifetime: 6..12 years}}\n", LIVES).total
    scaled = made("  - {name: a, on: systems.pool, multiply: {lifetime: 2}}\n", LIVES).total
    assert set_.saved_kgco2e == pytest.approx(scaled.saved_kgco2e)
    assert set_.saved_low_kgco2e < scaled.saved_low_kgco2e
    assert set_.saved_high_kgco2e > scaled.saved_high_kgco2e


def test_a_number_scaled_for_one_activity_stays_one_unknown_with_that_of_the_system():
    """Half of the hardware of an activity is saved, whatever the life of the pool."""
    one = made("  - {name: a, on: training, multiply: {lifetime: 2}}\n", LIVES).total
    whole = made("  - {name: a, on: training, divide: {embodied: 2}}\n", LIVES).total
    assert one.saved_low_kgco2e == pytest.approx(whole.saved_low_kgco2e)
    assert one.saved_high_kgco2e == pytest.approx(whole.saved_high_kgco2e)
