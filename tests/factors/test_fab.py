"""Silicon and parts: ranges, limits, monotony; wafers against a count die by die."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carbonctl.factors import design, fab, parts, yields
from carbonctl.numbers.columns import Column
from carbonctl.numbers.intervals import Range

area = st.floats(0.01, 20)
density = st.floats(0, 2)
good = st.floats(0.05, 1)
figure = st.floats(0, 10)
positive = st.floats(1e-3, 1e3)
share = st.floats(0, 1)


def capacity(gb, per_gb, good_):
    return fab.capacity_kgco2e(gb, per_gb, good_, includes_yield=False)


def finished(gb, per_gb, good_):
    return fab.capacity_kgco2e(gb, per_gb, good_, includes_yield=True)


def abated(at, first, last):
    return fab.abated_kgco2e_per_cm2(at, 0.95, first, 0.99, last)


def wafer_of_300_mm(width, height, edge, kerf):
    return yields.wafer_cm2_per_die(width, height, 300.0, edge, kerf)


SIDE, WAFER, EDGE, KERF = st.floats(1, 40), st.floats(200, 450), st.floats(0, 5), st.floats(0, 0.5)
KERNELS = {
    "poisson": (yields.poisson, [area, density]),
    "murphy": (yields.murphy, [area, density]),
    "negative_binomial": (yields.negative_binomial, [area, density, positive]),
    "gross_dies": (yields.gross_dies, [SIDE, SIDE, WAFER, EDGE, KERF]),
    "wafer_cm2_per_die": (wafer_of_300_mm, [SIDE, SIDE, EDGE, KERF]),
    "kgco2e_per_cm2": (fab.kgco2e_per_cm2, [figure, figure, figure, figure]),
    "die_kgco2e": (fab.die_kgco2e, [area, figure, good]),
    "capacity": (capacity, [figure, figure, good]),
    "finished": (finished, [figure, figure, good]),
    "abated": (abated, [st.floats(0.95, 0.99), figure, figure]),
    "kgco2e_per_kg": (parts.kgco2e_per_kg, [figure, figure]),
    "cdp": (design.cdp, [figure, figure]),
    "cep": (design.cep, [figure, figure]),
    "c2ep": (design.c2ep, [figure, figure]),
    "ce2p": (design.ce2p, [figure, figure]),
    "tcdp": (design.tcdp, [figure, figure, figure]),
    "ncf": (design.ncf, [share, positive, positive, positive, positive]),
    "kgco2e_per_hour": (design.kgco2e_per_hour, [figure, figure, figure]),
    "indifference_h": (design.indifference_h, [positive, positive, positive, positive]),
    "break_even_h": (design.break_even_h, [positive, positive, positive]),
}


def ranges(strategy):
    return st.lists(strategy, min_size=3, max_size=3).map(
        lambda ends: Range(sorted(ends)[1], min(ends), max(ends))
    )


def near(value):
    return pytest.approx(value, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("name", KERNELS)
@given(data=st.data())
def test_a_range_is_the_hull_of_its_corners_and_holds_what_lies_between(name, data):
    kernel, strategies = KERNELS[name]
    arguments = [data.draw(ranges(strategy)) for strategy in strategies]
    result = kernel(*arguments)
    corners = [kernel(*corner) for corner in product(*[(a.low, a.high) for a in arguments])]
    assert result.best == kernel(*[a.best for a in arguments])
    assert result.low == near(min(corners))
    assert result.high == near(max(corners))
    weights = [data.draw(share) for _ in arguments]
    inside = kernel(*[min(max(a.low + w * (a.high - a.low), a.low), a.high)
                      for a, w in zip(arguments, weights, strict=True)])  # fmt: skip
    slack = 1e-9
    assert result.low * (1 - slack) - 1e-12 <= inside <= result.high * (1 + slack) + 1e-12


def die(area_cm2, good_, grid, gas, epa=2.75, mpa=0.5):
    return fab.die_kgco2e(area_cm2, fab.kgco2e_per_cm2(grid, epa, gas, mpa), good_)


@given(area, good, figure, share, st.data())
def test_worse_never_lowers_the_carbon_of_a_die(area_cm2, good_, grid, abatement, data):
    share_ = 0.95 + 0.04 * min(abatement, 0.999)
    base = die(area_cm2, good_, grid, abated(share_, 0.43, 0.225))
    larger = data.draw(st.floats(area_cm2, 40))
    lower = data.draw(st.floats(0.01, good_))
    dirtier = data.draw(st.floats(grid, 20))
    less = data.draw(st.floats(0.95, share_))
    assert die(larger, good_, grid, abated(share_, 0.43, 0.225)) >= base
    assert die(area_cm2, lower, grid, abated(share_, 0.43, 0.225)) >= base
    assert die(area_cm2, good_, dirtier, abated(share_, 0.43, 0.225)) >= base
    assert die(area_cm2, good_, grid, abated(less, 0.43, 0.225)) >= base * (1 - 1e-12)


MODELS = [
    yields.poisson,
    yields.murphy,
    lambda a, d: yields.negative_binomial(a, d, 10.0),
]


@pytest.mark.parametrize("model", MODELS)
@given(area_cm2=area, density_=density, data=st.data())
def test_yields_fall_with_area_and_defects(model, area_cm2, density_, data):
    base = model(area_cm2, density_)
    assert 0 < base <= 1
    assert model(data.draw(st.floats(area_cm2, 40)), density_) <= base * (1 + 1e-15)
    assert model(area_cm2, data.draw(st.floats(density_, 4))) <= base * (1 + 1e-15)


@given(area, st.floats(1e-300, 1e-6))
def test_yield_models_agree_where_defects_are_few(area_cm2, density_):
    """All are 1 − A·D0 to first order; what they differ by is of second order."""
    defects = area_cm2 * density_
    for model in MODELS:
        assert abs(model(area_cm2, density_) - (1 - defects)) <= defects**2 + 5e-16


def test_yields_without_defects_are_one():
    assert [model(1.0, 0.0) for model in MODELS] == [1, 1, 1]
    assert yields.murphy(Column([1.0, 2.0]), Column([0.0, 0.0])).tolist() == [1, 1]


@given(area, density)
def test_many_clusters_are_poisson(area_cm2, density_):
    found = yields.negative_binomial(area_cm2, density_, 1e15)
    assert found == pytest.approx(yields.poisson(area_cm2, density_), rel=1e-9)


def test_yields_by_hand():
    assert yields.poisson(2, 0.5) == math.exp(-1)
    assert yields.murphy(2, 0.5) == pytest.approx((1 - math.exp(-1)) ** 2)
    assert yields.negative_binomial(2, 0.5, 1) == pytest.approx(0.5)
    # the six numbers of 3D-Carbon and ECO-CHIP at 8.26 cm²: a large die of 5 nm
    assert yields.negative_binomial(8.26, 0.11, 10) == pytest.approx(1.09086**-10)


def placed(width, height, wafer, edge, kerf, shifts):
    """The most dies of a grid, by all four corners of each, over some shifts of the grid."""
    radius = wafer / 2 - edge
    columns = np.arange(-400, 401) * (width + kerf)
    lines = np.arange(-400, 401) * (height + kerf)
    most = 0
    for shift_x, shift_y in product(shifts, repeat=2):
        left, low = columns + shift_x * (width + kerf), lines + shift_y * (height + kerf)
        inside = np.ones((len(columns), len(lines)), dtype=bool)
        for x, y in product((left, left + width + kerf), (low, low + height + kerf)):
            inside &= x[:, None] ** 2 + y[None, :] ** 2 <= radius**2
        most = max(most, int(inside.sum()))
    return most


@pytest.mark.parametrize("aspect", [1, 1.5, 2.7])
@pytest.mark.parametrize("area_mm2", [3, 50, 100, 400, 814, 9000])
@pytest.mark.parametrize(("wafer", "edge", "kerf"), [(300, 0, 0), (300, 3, 0.2), (200, 2, 0.1)])
def test_gross_dies_against_a_count(area_mm2, aspect, wafer, edge, kerf):
    width = math.sqrt(area_mm2 / aspect)
    size = (width, width * aspect, wafer, edge, kerf)
    found = yields.gross_dies(*size)
    assert found == placed(*size, (0, 0.5))
    # Other shifts find little more: a die or two, or some per cent.
    best = placed(*size, (0, 0.1, 0.25, 0.4, 0.5))
    assert found <= best <= found + max(2, 0.025 * found)


@given(SIDE, SIDE, st.sampled_from([200, 300, 450]), EDGE, KERF, st.data())
def test_a_die_uses_up_more_wafer_than_its_area_and_a_larger_one_no_less(
    width, height, wafer, edge, kerf, data
):
    used = yields.wafer_cm2_per_die(width, height, wafer, edge, kerf)
    assert used > width * height / 100
    wider = data.draw(st.floats(width, 45))
    assert yields.wafer_cm2_per_die(wider, height, wafer, edge, kerf) >= used
    whole = math.pi * wafer**2 / 400
    assert used * yields.gross_dies(width, height, wafer, edge, kerf) == near(whole)


def test_a_wafer_is_of_one_size():
    with pytest.raises(ValueError, match="no range"):
        yields.wafer_cm2_per_die(10, 10, Range(300, 200, 450), 3, 0.1)


@given(ranges(area), ranges(density))
def test_area_over_a_yield_of_the_same_area_is_exact(area_, density_):
    """Both hold the area, and their corners coincide: no widening."""
    whole = fab.die_kgco2e(area_, 1.0, yields.murphy(area_, density_))
    corners = [
        fab.die_kgco2e(a, 1.0, yields.murphy(a, d))
        for a, d in product((area_.low, area_.high), (density_.low, density_.high))
    ]
    assert whole.low == near(min(corners))
    assert whole.high == near(max(corners))


def test_a_figure_that_holds_its_yield_is_not_divided():
    assert finished(100, 0.5, 0.5) == 50
    assert capacity(100, 0.5, 0.5) == 100


def test_97_is_the_mean_of_95_and_99():
    assert abated(0.97, 430.0, 225.0) == pytest.approx(327.5, rel=1e-14)
    assert abated(0.95, 430.0, 225.0) == 430.0
    assert abated(0.99, 430.0, 225.0) == 225.0


NOT_POSITIVE = [0, -1, math.nan, math.inf, Range(1, 0, 2)]
NEGATIVE = [-1, math.nan, math.inf, Range(1, -1, 2)]
NO_YIELD = [0, -0.1, 1.01, 87.5, math.nan, Range(0.9, 0.8, 1.1)]


@pytest.mark.parametrize("wrong", NOT_POSITIVE, ids=str)
def test_an_area_is_above_zero(wrong):
    calls = [
        lambda: fab.die_kgco2e(wrong, 1.0, 0.9),
        lambda: yields.poisson(wrong, 0.1),
        lambda: yields.murphy(wrong, 0.1),
        lambda: yields.negative_binomial(1, 0.1, wrong),
        lambda: yields.gross_dies(wrong, 10, 300, 3, 0.1),
        lambda: design.ncf(0.5, 1, wrong, 1, 1),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="must be a number above 0"):
            call()


@pytest.mark.parametrize("wrong", NEGATIVE, ids=str)
def test_a_capacity_and_a_density_are_not_below_zero(wrong):
    calls = [
        lambda: capacity(wrong, 1, 0.9),
        lambda: finished(1, wrong, 0.9),
        lambda: yields.poisson(1, wrong),
        lambda: yields.gross_dies(10, 10, 300, 3, wrong),
        lambda: fab.kgco2e_per_cm2(wrong, 1, 1, 1),
        lambda: parts.kgco2e_per_kg(wrong, 1),
        lambda: design.cdp(wrong, 1),
        lambda: design.indifference_h(1, wrong, 1, 1),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="must be a number of 0 or more"):
            call()


@pytest.mark.parametrize("wrong", NO_YIELD, ids=str)
def test_a_yield_is_a_share(wrong):
    for call in (lambda: fab.die_kgco2e(1, 1, wrong), lambda: capacity(1, 1, wrong)):
        with pytest.raises(ValueError, match="a yield lies above 0 and is at most 1, not"):
            call()


def test_shares_have_bounds():
    for wrong in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="the embodied share lies between 0 and 1"):
            design.ncf(wrong, 1, 1, 1, 1)
    for wrong in (0.9, 0.995, math.nan, Range(0.97, 0.9, 0.98)):
        with pytest.raises(ValueError, match=r"known abated from 0\.95 to 0\.99, not"):
            abated(wrong, 2, 1)


@pytest.mark.parametrize("side", [210.0, 300.0, 1e6])
def test_a_die_larger_than_its_wafer(side):
    with pytest.raises(ValueError, match="does not fit"):
        yields.gross_dies(side, side, 300.0, 3.0, 0.1)


def test_a_die_too_small_to_cut():
    with pytest.raises(ValueError, match="too small"):
        yields.gross_dies(1e-9, 10.0, 300.0, 3.0, 0.0)


def test_the_edge_leaves_a_wafer():
    with pytest.raises(ValueError, match="within its edge must be a number above 0"):
        yields.gross_dies(5, 5, 300, 150, 0)


def test_products():
    assert design.cdp(2, 3) == 6
    assert design.cep(2, 3) == 6
    assert design.c2ep(2, 3) == 12
    assert design.ce2p(2, 3) == 18
    assert design.tcdp(2, 5, 3) == 21


@given(share, positive, positive)
def test_a_design_beside_itself_is_one(alpha, chip, use):
    assert design.ncf(alpha, chip, chip, use, use) == pytest.approx(1)


def test_footprints_by_hand():
    # twice the area, half the energy: breaks even where α is a third
    assert design.ncf(1 / 3, 2, 1, 0.5, 1) == pytest.approx(1)
    assert design.ncf(0.8, 2, 1, 0.5, 1) == pytest.approx(1.7)


@pytest.mark.parametrize(
    ("fixed_work", "fixed_time", "expected"),
    [
        (0.9, 0.8, "strongly sustainable"),
        (0.9, 1.2, "weakly sustainable"),
        (1.2, 0.9, "weakly sustainable"),
        (1.0, 1.0, "not sustainable"),
        (1.1, 1.2, "not sustainable"),
        (Range(0.9, 0.8, 1.1), Range(0.95, 0.9, 1.2), "strongly sustainable"),
    ],
)
def test_verdicts(fixed_work, fixed_time, expected):
    assert design.verdict(fixed_work, fixed_time) == expected


def test_indifference_and_break_even():
    old = design.kgco2e_per_hour(500, 0.4, 1.2)
    new = design.kgco2e_per_hour(300, 0.4, 1.2)
    assert old == pytest.approx(0.24)
    assert design.indifference_h(1000, 400, new, old) == pytest.approx(600 / 0.096)
    assert design.break_even_h(1000, new, old) == pytest.approx(1000 / 0.096)
    assert design.indifference_h(400, 1000, new, old) == 0
    assert design.indifference_h(1000, 400, old, new) == math.inf
    assert design.break_even_h(1000, old, old) == math.inf


@given(positive, positive, positive, positive)
def test_at_indifference_both_have_emitted_the_same(first, second, rate, base_rate):
    hours = design.indifference_h(first, second, rate, base_rate)
    assume(0 < hours < 1e6)
    assert first + rate * hours == pytest.approx(second + base_rate * hours, rel=1e-9)
    assert design.break_even_h(first, rate, base_rate) >= hours


def test_shares_that_meet_are_never_sure_to_part():
    hours = design.break_even_h(1000.0, Range(0.2, 0.1, 0.3), 0.25)
    assert hours.best == pytest.approx(20_000)
    assert hours.low == pytest.approx(1000 / 0.15)
    assert hours.high == math.inf


def test_iphones():
    """wu2024 (claim C126): manufacture × 2.2 and use / 2.39 turn 49 % into 83 %."""
    embodied, use = 0.49 * 2.2, 0.51 / 2.39
    assert embodied / (embodied + use) == pytest.approx(0.83, abs=0.01)
    # seen from FOCAL with the older phone's share: the newer emits more over its life
    assert design.ncf(0.49, 2.2, 1, 1, 2.39) == pytest.approx(embodied + use)


def test_ahead_from_the_start_and_for_good():
    assert design.indifference_h(50.0, 100.0, 1.0, 1.0) == 0
    assert design.indifference_h(50.0, 100.0, 2.0, 1.0) == math.inf  # it falls behind later
    assert design.indifference_h(100.0, 100.0, 1.0, 1.0) == math.inf
    both = design.indifference_h(Column([50.0, 50.0]), 100.0, Column([1.0, 2.0]), 1.0)
    assert list(both) == [0, math.inf]
