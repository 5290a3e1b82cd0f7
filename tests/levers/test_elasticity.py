"""Elastic demand with factors and elasticities that have ranges: f^(ε − 1) of both unknowns."""

import math

import pytest

from carbonctl.ledger.unknowns import unknown_of
from carbonctl.numbers import units
from carbonctl.spec.quantities import read_quantity
from carbonctl.spec.tree import parse
from tests.levers.makers import made

METERED = """\
name: x
site: {carbon_intensity: 400 g/kWh, basis: life-cycle, pue: 1}
phases: {training: [{name: a, kind: energy, energy: 10 MWh, includes_pue: yes, embodied: 0 kg}]}
"""
KG = 4000.0


def row(keys: str):
    return made(f"  - {{name: a, {keys}}}\n", METERED).total


def levels(text: str) -> tuple[float, ...]:
    """Quantiles 0.05 and 0.95 of a quantity."""
    value = read_quantity(parse(text, "x"), units.RATIO, lambda number, text: None)
    low, _, high = unknown_of(value).levels
    return low, high


SPREADS = [
    "{best: 2, gsd: 1.5, distribution: lognormal}",
    "{best: 2, sd: 0.2, distribution: normal}",
    "{values: {1.5: 0.5, 3: 0.5}, distribution: discrete}",
    "{low: 1.5, high: 3, distribution: uniform}",
    "{best: 2, low: 1.5, high: 3, distribution: pert}",
    "{best: 2, low: 1.5, high: 3, distribution: two-piece-lognormal}",
    "1.5..3",
]


@pytest.mark.parametrize("spread", SPREADS)
def test_a_factor_keeps_its_distribution(spread):
    low, high = levels(spread)
    of_divisor = row(f"divide: {{energy: {spread}}}, elasticity: 0.1")
    ends = [KG * (1 - factor ** (0.1 - 1)) for factor in (low, high)]
    assert [of_divisor.saved_low_kgco2e, of_divisor.saved_high_kgco2e] == pytest.approx(ends)
    of_multiplier = row(f"multiply: {{energy: {spread}}}, elasticity: 0.1")
    ends = [KG * (1 - factor**0.9) for factor in (high, low)]
    assert [of_multiplier.saved_low_kgco2e, of_multiplier.saved_high_kgco2e] == pytest.approx(ends)


def test_an_elasticity_with_a_range_is_an_unknown():
    spread = "{low: 0.5, high: 0.9, distribution: uniform}"
    saved = row(f"divide: {{energy: 4}}, elasticity: {spread}")
    ends = [KG * (1 - 4 ** (share - 1)) for share in (0.88, 0.52)]
    assert [saved.saved_low_kgco2e, saved.saved_high_kgco2e] == pytest.approx(ends)
    assert saved.saved_kgco2e == pytest.approx(KG * (1 - 4**-0.3))


def test_both_with_a_range_are_two_unknowns():
    factor, share = "{low: 3, high: 5, distribution: uniform}", "{low: 0.5, high: 0.9, distribution: uniform}"  # fmt: skip
    saved = row(f"divide: {{energy: {factor}}}, elasticity: {share}")
    middle = KG * (1 - 4**-0.3)
    down = [middle - KG * (1 - f ** (e - 1)) for f, e in ((3.1, 0.7), (4, 0.88))]
    assert saved.saved_low_kgco2e == pytest.approx(middle - math.hypot(*down))
    drivers = [d.name for d in made(f"  - {{name: a, divide: {{energy: {factor}}}, elasticity: {share}}}\n", METERED).end.drivers]  # fmt: skip
    assert sorted(drivers) == ["lever_a_energy", "lever_a_energy_elasticity"]
