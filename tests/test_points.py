"""Figures at points are those of accounts in which what is uncertain is given as the point is."""

import math

import numpy as np
import pytest

from carbonctl.account import estimate
from carbonctl.analysis.figures import Figures
from carbonctl.analysis.points import DRAWS, draws, samples
from carbonctl.errors import InputError
from carbonctl.ledger.sums import total
from carbonctl.ledger.terms import terms
from carbonctl.ledger.unknowns import unknown_of
from tests.conftest import CATALOG, CONFIGS, WORKLOADS
from tests.properties.workloads import KINDS, shape

KEYS = ("total_kgco2e", "total_market_kgco2e", "embodied_kgco2e", "energy_kwh")
FILES = WORKLOADS


def at(found, values):
    """Return the sum of some terms at some values of what is uncertain."""
    return math.fsum(one.at(values) for one in found)


def given(result):
    """Return what a workload gives as a range: each value once, by its path."""
    values = [value for entry in result.entries for value in entry.inputs]
    return {
        value.path: value for value in values
        if value.low != value.high and value.status == "given" and "site" not in value.path
    }  # fmt: skip


def at_an_end(text, value, end):
    """Return the account of a workload in which a range is one of its ends; None if refused."""
    unit = f"{value.counts}-h" if value.counts and value.unit else value.unit
    try:
        override = f"{value.path}={end!r} {unit}".rstrip()
        return estimate(text, "job.json", CATALOG, (override,))
    except InputError:
        return None


def assert_same(text):
    """Compare the sums of formulas at the ends of a range with accounts at these; say how many."""
    result, tried = estimate(text, "job.json", CATALOG), 0
    for value in given(result).values():
        for end in (value.low, value.high):
            other = at_an_end(text, value, end)
            if other is None:
                continue
            tried += 1
            for key in KEYS:
                found = terms(result.entries, key)
                expected = total(other.entries, key)
                if found is None:
                    assert expected is None
                    continue
                unknowns = {u for one in found for u in one.ranged.values()}
                values = {u: u.best for u in unknowns} | {unknown_of(value): end}
                assert at(found, values) == pytest.approx(expected, rel=1e-9), (value, key)
    return tried


def test_sums_at_the_ends_of_what_is_given():
    kinds, tried = set(), 0
    for seed in range(100):
        made = shape(seed)
        text = made.text(made.row(0)).encode()
        try:
            result = estimate(text, "job.json", CATALOG)
        except InputError:
            continue
        kinds |= {entry.kind for entry in result.entries}
        tried += assert_same(text)
    assert kinds == set(KINDS)
    assert tried > 300


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_sums_at_the_best_estimates(path):
    entries = estimate(path.read_bytes(), path.name, CATALOG).entries
    for key in KEYS:
        found = terms(entries, key)
        if found is None:
            continue
        unknowns = {u for one in found for u in one.ranged.values()}
        best = {u: u.best for u in unknowns}
        assert at(found, best) == pytest.approx(total(entries, key), rel=1e-12)


def test_draws_are_the_same_in_every_call_and_90_percent_lie_in_the_range():
    path = CONFIGS / "recommendation-model.yaml"
    entries = estimate(path.read_bytes(), path.name, CATALOG).entries
    found = terms(entries, "total_kgco2e")
    drawn = samples(found)
    assert len(drawn) == DRAWS
    low, high = total(entries, "total_low_kgco2e"), total(entries, "total_high_kgco2e")
    assert 0.87 < np.mean((low < drawn) & (drawn < high)) < 0.94
    assert Figures(entries).samples(None, "total_kgco2e") == drawn.tolist()
    assert np.array_equal(samples(found), drawn)


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
    unknowns = {u for one in terms(result.entries, "total_kgco2e") for u in one.ranged.values()}
    names = sorted(unknown.figure for unknown in unknowns)
    assert names.count("load") == 2  # of two activities, whose bounds are the same
    assert {"lifetime", "storage_lifetime", "utilization"} <= set(names)  # one each
    assert names.count("lifetime") == 1
    values = draws(unknowns)
    first, second = (
        terms([e], "embodied_kgco2e")[0].at(values)
        for e in result.entries if e.item == "devices" and e.boundary == "embodied"
    )  # fmt: skip
    assert first.tolist() == second.tolist()


def test_the_shares_of_a_mix_move_together():
    text = b"""
name: t
site: {grid: {hydro: 50..70 %, coal: 30..50 %}}
phases: {training: [{kind: energy, energy: 1 MWh, embodied: 0 kg}]}
"""
    entry = estimate(text, "job.yaml", CATALOG).entries[0]
    drawn = samples(terms([entry], "total_kgco2e"))
    assert np.quantile(drawn, [0.05, 0.95]) == pytest.approx(
        (entry.kgco2e_low, entry.kgco2e_high), rel=0.01
    )
