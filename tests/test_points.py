"""Figures at points are those of accounts in which what is uncertain is given as the point is."""

import math

import numpy as np
import pytest

from carbonctl.account import estimate
from carbonctl.analysis.figures import Figures
from carbonctl.analysis.points import DRAWS, corners, draws, samples, sums
from carbonctl.analysis.terms import Term, terms, unknown_of
from carbonctl.analysis.uncertainty import bounds
from carbonctl.errors import InputError
from carbonctl.ledger.entry import total
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.values import Value
from tests.conftest import CATALOG, CONFIGS
from tests.properties.workloads import KINDS, shape

KEYS = ("total_kgco2e", "total_market_kgco2e", "embodied_kgco2e", "energy_kwh")
FILES = sorted(CONFIGS.rglob("*.yaml"))


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
                values = {u: np.array([u.best]) for u in unknowns}
                values[unknown_of(value)] = np.array([end])
                assert sums(found, values)[0] == pytest.approx(expected, rel=1e-9), (value, key)
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
        best = {u: np.array([u.best]) for u in unknowns} or {None: np.array([0.0])}
        assert sums(found, best)[0] == pytest.approx(total(entries, key), rel=1e-12)


def test_draws_lie_within_the_bounds():
    path = CONFIGS / "recommendation-model.yaml"
    entries = estimate(path.read_bytes(), path.name, CATALOG).entries
    found = terms(entries, "total_kgco2e")
    drawn = samples(found)
    assert len(drawn) == DRAWS
    ((low, high),) = bounds([found])
    assert low < drawn.min() < drawn.max() < high
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
    names = sorted(unknown.name for unknown in unknowns)
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
    assert entry.kgco2e_low <= drawn.min() < drawn.max() <= entry.kgco2e_high


def _by_corners(found):
    """Return the ends of a sum over all corners, one by one."""
    unknowns = list(dict.fromkeys(u for one in found for u in one.ranged.values()))
    at = corners(unknowns)
    tried = [
        math.fsum(one.at({u: float(at[u][n]) for u in unknowns}) for one in found)
        for n in range(1 << len(unknowns))
    ]
    return min(tried), max(tried)


def test_bounds_of_many_sums_are_those_of_each_at_all_corners():
    cases = []
    for seed in range(60):
        made = shape(seed)
        try:
            result = estimate(made.text(made.row(0)).encode(), "job.json", CATALOG)
        except InputError:
            continue
        found = terms(result.entries, "total_kgco2e")
        if found and 0 < len({u for one in found for u in one.ranged.values()}) <= 9:
            cases.append(found)
    assert len(cases) > 10
    for found, ends in zip(cases, bounds(cases), strict=True):
        low, high = _by_corners(found)
        scale = 1e-12 * high
        assert ends[0] <= low + scale
        assert ends[1] >= high - scale
        assert bounds([found]) == [ends]
        # Within what intervals give of the terms one by one.
        intervals = [
            one.at({u: Range(u.best, u.low, u.high) for u in one.ranged.values()}) for one in found
        ]
        least = math.fsum(x.low if isinstance(x, Range) else x for x in intervals)
        most = math.fsum(x.high if isinstance(x, Range) else x for x in intervals)
        assert least - scale <= ends[0] <= ends[1] <= most + scale


def test_what_turns_between_its_ends_is_found():
    """``x·y − x²`` over shared unknowns turns at x = y / 2."""
    text = b"""
name: t
site: {carbon_intensity: 1 kg/kWh, pue: {best: 1.5, low: 1.1, high: 2}}
phases: {training: [{kind: energy, energy: 1 MWh, embodied: 0 kg}]}
"""
    (it, overhead, _) = estimate(text, "job.yaml", CATALOG).entries
    (one,) = terms([it._replace(formula="3 * pue", inputs=overhead.inputs)], "total_kgco2e")
    (two,) = terms([overhead._replace(formula="pue * pue")], "total_kgco2e", -1.0)
    ((low, high),) = bounds([[one, two]])
    assert high == pytest.approx(1.5 * 3 - 1.5**2, rel=1e-12)  # not at 1.1 or at 2
    assert low == pytest.approx(2 * 3 - 2**2, rel=1e-12)


def test_a_sum_with_no_value_at_a_corner_has_no_bounds():
    text = b"""
name: t
site: {carbon_intensity: 0..1 kg/kWh, pue: 1}
phases: {training: [{kind: energy, energy: 1 MWh, embodied: 0 kg}]}
"""
    entry = estimate(text, "job.yaml", CATALOG).entries[0]
    broken = terms([entry._replace(formula="energy / carbon_intensity")], "total_kgco2e")
    good = terms([entry], "total_kgco2e")
    found = bounds([broken, good])
    assert not all(map(math.isfinite, found[0]))
    assert found[1] == (0, 1000)
    assert isinstance(good[0], Term)


def test_too_many_corners_are_bounded_as_intervals():
    """Terms with more unknowns than can be tried, one of them a mean of two percentiles."""
    text = b"""
name: t
site: {carbon_intensity: 0.3..0.5 kg/kWh, pue: 1}
phases:
  experimentation:
    - {kind: experiments, device: nvidia/a100-sxm4-80gb, runs: 10..20, p50: 1..2 GPU-h,
       p99: 10..20 GPU-h, load: 50..60 %, embodied: 0 kg}
"""
    entry = estimate(text, "job.yaml", CATALOG).entries[0]
    more = [
        Value(Range(1.0, 0.9, 1.1), "", path=f"x{number}", name=f"x{number}")
        for number in range(20)
    ]
    formula = " * ".join([entry.formula, *(value.name for value in more)])
    (one,) = terms([entry._replace(formula=formula, inputs=(*entry.inputs, *more))], "total_kgco2e")
    assert len(one.ranged) > 20
    ((low, high),) = bounds([[one]])
    assert low == pytest.approx(entry.kgco2e_low * 0.9**20)
    assert high == pytest.approx(entry.kgco2e_high * 1.1**20)
