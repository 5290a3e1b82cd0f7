"""An account over draws is what its formulas give over the same draws, and needs none of them."""

import numpy as np
import pytest

from carbonctl.account import estimate
from carbonctl.analysis import points
from carbonctl.analysis.figures import Figures
from carbonctl.analysis.terms import Term
from carbonctl.analysis.uncertainty import SAMPLES, draws
from carbonctl.errors import InputError
from carbonctl.ledger.entry import GRID_LOSSES
from carbonctl.numbers.columns import Column, Drawn
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.values import Value
from carbonctl.spec.model import PHASES
from tests.conftest import CATALOG, CONFIGS
from tests.properties.workloads import KINDS, shape

KEYS = ("total_kgco2e", "total_market_kgco2e", "embodied_kgco2e", "energy_kwh")
FILES = sorted(CONFIGS.rglob("*.yaml"))


def figures(result, *, by_points: bool) -> Figures:
    at_draws = (lambda: points.drawn([result])) if by_points else None
    return Figures(result.entries, at_draws=at_draws)


def assert_same(result, phases=(None,)):
    """Compare the draws of an account with those of its formulas."""
    ours, theirs = (figures(result, by_points=by) for by in (True, False))
    assert ours.over_draws is not None
    for phase in phases:
        for key in KEYS:
            found, expected = ours.samples(phase, key), theirs.samples(phase, key)
            if found is None or expected is None:
                assert found is expected
                continue
            assert np.allclose(found, expected, rtol=1e-12, atol=0), (phase, key)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_draws_of_an_account_are_those_of_its_formulas(path):
    assert_same(estimate(path.read_bytes(), path.name, CATALOG), (None, *PHASES))


def test_draws_of_every_kind():
    kinds = set()
    for seed in range(150):
        made = shape(seed)
        try:
            result = estimate(made.text(made.row(0)).encode(), "job.json", CATALOG)
        except InputError:
            continue
        if any(GRID_LOSSES in entry.item and entry.quantity == 0 for entry in result.entries):
            continue  # the formula of what is lost cannot be told from one of energy
        assert_same(result)
        kinds |= {entry.kind for entry in result.entries}
    assert kinds == set(KINDS)


def test_a_live_account_needs_no_formula(monkeypatch):
    path = CONFIGS / "recommendation-model.yaml"
    result = estimate(path.read_bytes(), path.name, CATALOG)
    expected = figures(result, by_points=False).samples(None, "total_kgco2e")
    assert len(expected) == SAMPLES
    monkeypatch.setattr(Term, "at", None)
    found = figures(result, by_points=True).samples(None, "total_kgco2e")
    assert np.allclose(found, expected, rtol=1e-12, atol=0)


def test_a_saved_result_has_its_formulas_alone():
    path = CONFIGS / "recommendation-model.yaml"
    result = estimate(path.read_bytes(), path.name, CATALOG)
    result.origin = None
    assert points.drawn([result]) is None
    assert figures(result, by_points=True).samples(None, "total_kgco2e") is not None


def test_a_fact_that_several_use_is_one_unknown():
    text = b"""
name: t
site: {grid: FR}
phases:
  training:
    - {kind: compute, name: a, device: nvidia/a100-sxm4-80gb, device_time: 10 GPU-h, load: 50..90 %}
    - {kind: compute, name: b, device: nvidia/a100-sxm4-80gb, device_time: 10 GPU-h, load: 50..90 %}
  data:
    - {kind: storage, capacity: 1 PB, duration: 1 year}
"""
    result = estimate(text, "job.yaml", CATALOG)
    seen = {}

    def ask(unknowns):
        seen.update(draws(unknowns))
        return seen

    entries = points.at(*result.origin, ask)
    names = sorted(unknown.name for unknown in seen)
    assert names.count("load") == 2  # of two activities, whose bounds are the same
    assert {"lifetime", "storage_lifetime", "utilization"} <= set(names)  # one each
    assert names.count("lifetime") == 1
    hosts = [e.kgco2e for e in entries if e.item == "devices" and e.boundary == "embodied"]
    assert len(hosts) == 2
    assert hosts[0].tolist() == hosts[1].tolist()


def test_the_shares_of_a_mix_move_together():
    text = b"""
name: t
site: {grid: {hydro: 50..70 %, coal: 30..50 %}}
phases: {training: [{kind: energy, energy: 1 MWh, embodied: 0 kg}]}
"""
    result = estimate(text, "job.yaml", CATALOG)
    (energy, _, _) = points.drawn([result])
    low, high = result.entries[0].kgco2e_low, result.entries[0].kgco2e_high
    rows = energy.kgco2e.tolist()
    assert low <= min(rows) < max(rows) <= high
    assert_same(result)


def test_checks_see_the_range_and_not_a_point():
    """Each point of a range is allowed where the range is, and warnings say what they said."""
    text = b"""
name: t
site: {grid: FR, pue: {best: 1.5, low: 1.1, high: 6}}
phases:
  training:
    - kind: compute
      device: nvidia/a100-sxm4-80gb
      device_time: 10 GPU-h
      power: {best: 400 W, low: 200 W, high: 900 W}
      lifetime: {best: 4 years, low: 1 month, high: 90 years}
      idle_power: 50..90 W
"""
    result = estimate(text, "job.yaml", CATALOG)
    assert_same(result)


def test_a_drawn_number_is_its_points_and_its_range():
    number = Drawn([1.0, 2.0, 4.0], Range(2.0, 1.0, 5.0))
    value = Value(number, "W", name="power")
    assert (value.best, value.low, value.high) == (2.0, 1.0, 5.0)
    assert value.named("watts").high == 5.0
    product = number * 2
    assert type(product) is Column
    assert product.tolist() == [2.0, 4.0, 8.0]
    part = number[np.array([0, 2])]
    assert part.tolist() == [1.0, 4.0]
    assert Value(part, "W").low == 1.0
