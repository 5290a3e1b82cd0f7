"""Factors on numbers of a workload reach all of `on`, in any order, with their distributions."""

import itertools
import math

import pytest

from carbonctl.analysis.levers import scaling
from carbonctl.ledger.unknowns import distribution, unknown_of
from carbonctl.numbers import units
from carbonctl.spec.quantities import read_quantity
from carbonctl.spec.tree import parse
from tests.conftest import account
from tests.levers.makers import made

HEAD = """\
version: 1
name: two
site: {carbon_intensity: 400 g/kWh, basis: life-cycle, pue: 1.25}
"""
POOL = f"""{HEAD}systems:
  pool: {{devices: 2, power: 400 W, host_power: 200 W, embodied: 1600 kg, lifetime: 4 years, utilization: 50 %}}
phases:
  training:
    - {{name: a, kind: compute, system: pool, device_time: 100000 GPU-h}}
    - {{name: b, kind: compute, system: pool, device_time: 100000 GPU-h}}
"""
HARDWARE = 9132.42009  # embodied [kgCO2e], half of it of each activity
A_ENERGY = 25_000.0  # operational of each activity


def levers(*some: str) -> str:
    return "".join(f"  - {{name: l{n}, {lever}}}\n" for n, lever in enumerate(some))


@pytest.mark.parametrize(
    ("some", "saved"),
    [
        (("multiply: {lifetime: 2}", "on: training.a, multiply: {lifetime: 1.5}"),
         HARDWARE / 2 * (1 - 1 / 3 + 1 - 1 / 2)),
        (("divide: {carbon_intensity: 2}", "on: training.a, divide: {carbon_intensity: 4}"),
         A_ENERGY * (1 - 1 / 8 + 1 - 1 / 2)),
        (("on: systems.pool, multiply: {utilization: 1.2}", "on: training.a, multiply: {utilization: 1.5}"),
         HARDWARE / 2 * (1 - 1 / 1.8 + 1 - 1 / 1.2)),
        (("multiply: {lifetime: 2}", "on: training.a, set: {lifetime: 5 years}, multiply: {lifetime: 1.2}"),
         HARDWARE / 2 * (1 - 4 / 12 + 1 - 1 / 2)),
    ],
)  # fmt: skip
def test_the_order_does_not_matter_where_one_factor_is_for_all_and_another_for_one(some, saved):
    for ordered in itertools.permutations(some):
        report = made(levers(*ordered), POOL)
        assert not report.refused
        assert report.total.saved_kgco2e == pytest.approx(saved, rel=1e-6), ordered


def test_an_activity_that_gives_the_number_itself_is_reached_like_the_others():
    own = POOL.replace("GPU-h}", "GPU-h, lifetime: 4 years}", 1)
    for on in ("training", "systems.pool"):
        report = made(levers(f"on: {on}, multiply: {{lifetime: 2}}"), own)
        assert report.total.saved_kgco2e == pytest.approx(HARDWARE / 2)


def test_a_system_whose_number_is_a_default_is_reached_like_the_others():
    systems = POOL.replace("phases:", "  q: {devices: 2, power: 400 W, host_power: 200 W, "
                           "embodied: 1600 kg, utilization: 50 %}\nphases:")  # fmt: skip
    systems = systems.replace("{name: b, kind: compute, system: pool", "{name: b, kind: compute, system: q")  # fmt: skip
    on = "on: [systems.pool, systems.q]"
    report = made(levers(f"{on}, multiply: {{lifetime: 2}}"), systems)
    assert report.total.saved_kgco2e == pytest.approx(HARDWARE / 2)
    report = made(levers(f"{on}, use: wu2022/longer-life"), systems)
    assert report.total.saved_kgco2e == pytest.approx(HARDWARE * (1 - 1 / 1.667))
    one = made(levers("multiply: {systems.q.lifetime: 2}"), systems)
    assert one.total.saved_kgco2e == pytest.approx(HARDWARE / 4)


def test_the_site_of_an_activity_that_has_none_of_its_own():
    metered = f"""{HEAD}phases:
  training:
    - {{name: a, kind: energy, energy: 10 MWh, includes_pue: no, embodied: 0 kg, site: {{carbon_intensity: 200 g/kWh, basis: life-cycle, pue: 1.25}}}}
    - {{name: b, kind: energy, energy: 10 MWh, includes_pue: no, embodied: 0 kg}}
"""  # fmt: skip
    report = made(levers("on: training, divide: {site.pue: 1.25}"), metered)
    assert report.total.saved_kgco2e == pytest.approx(1500)
    named = made(levers("divide: {site.pue: 1.25}"), metered)  # the site of the workload alone
    assert named.total.saved_kgco2e == pytest.approx(1000)


def test_the_count_of_devices_of_a_system_is_none_of_an_activity():
    """There `devices` is how many the activity uses."""
    own = POOL.replace("device_time: 100000 GPU-h", "devices: 8, wall_time: 1000 h", 1)
    report = made(levers("on: training, multiply: {devices: 2}"), own)
    one = account(own, "training.a.devices=16")
    assert report.end.total.total_kgco2e == pytest.approx(one.total.total_kgco2e)


LAKE = """\
name: lake
site: {grid: FR}
phases:
  data:
    - {name: lake, kind: storage, capacity: 1 PB, duration: 1 year, medium: ssd, replication: 2}
"""


@pytest.mark.parametrize("key", ["lifetime", "pue", "storage_embodied", "carbon_intensity"])
def test_what_the_tool_assumes_times_one_is_what_it_was(key):
    ours, theirs = made(levers(f"multiply: {{{key}: 1}}"), LAKE).end.total, account(LAKE).total
    assert (ours.total_low_kgco2e, ours.total_high_kgco2e) == pytest.approx(
        (theirs.total_low_kgco2e, theirs.total_high_kgco2e), rel=1e-12
    )


@pytest.mark.parametrize("use", ["longer-life", "utilization"])
def test_a_published_range_ends_at_its_best_and_holds_the_saving(use):
    row = made(levers(f"use: wu2022/{use}"), POOL).total
    assert row.saved_low_kgco2e == pytest.approx(0, abs=1e-6)
    assert row.saved_kgco2e == pytest.approx(row.saved_high_kgco2e)


def quantity(text: str):
    return read_quantity(parse(text, "x"), units.RATIO, lambda number, text: None)


def times(node: str, factor: str):
    """A quantity times a factor, read back."""
    raw = parse(node, "x")
    written = scaling.scaled(raw, [quantity(factor)], raw.place)
    return read_quantity(written, units.RATIO, lambda number, text: None)


@pytest.mark.parametrize(
    "spread",
    [
        "{best: 1.5, gsd: 1.2, distribution: lognormal}",
        "{best: 1.5, sd: 0.1, distribution: normal}",
        "{best: 1.5, sd: 10 %, distribution: normal}",
        "{values: {1: 0.25, 2: 0.75}, distribution: discrete}",
        "{best: 1.5, low: 1, high: 3, distribution: two-piece-lognormal}",
        "{low: 1, high: 3, distribution: uniform}",
        "1..3",
    ],
)
def test_a_distribution_is_scaled_whether_it_is_that_of_the_number_or_of_the_factor(spread):
    alone = quantity(spread)
    for product in (times("2", spread), times(spread, "2")):
        assert distribution(product) == distribution(alone)
        ours, theirs = unknown_of(product), unknown_of(alone)
        for level in (0.02, 0.05, 0.5, 0.95):
            assert ours.quantile(level) == pytest.approx(2 * theirs.quantile(level))


@pytest.mark.parametrize(
    "life", ["36 months..5 years", "{best: 4 years, low: 36 months, high: 5 years}"]
)
def test_ends_with_units_of_their_own(life):
    pool = POOL.replace("lifetime: 4 years", f"lifetime: {life}")
    for lever in ("multiply: {lifetime: 2}", "on: systems.pool, multiply: {lifetime: 2}"):
        report = made(levers(lever), pool)
        assert not report.refused
        (value,) = {v for e in report.end.booked for v in e.inputs if v.name == "lifetime"}
        years = [end / 8760 for end in (value.low, value.best, value.high)]
        assert years == pytest.approx([6, 8, 10])


def test_a_deviation_in_percent_is_in_the_unit_of_a_percentage_and_else_a_share():
    pool = POOL.replace("50 %}", "{sd: 5 %, best: 50 %, distribution: normal}}")
    end = made(levers("on: systems.pool, multiply: {utilization: 1.2}"), pool).end
    (value,) = {v for e in end.booked for v in e.inputs if v.name == "utilization"}
    assert (value.best, value.parameters) == (pytest.approx(0.6), pytest.approx((0.06,)))
    pool = POOL.replace("1600 kg", "{best: 1600 kg, sd: 5 %, distribution: normal}")
    end = made(levers("on: systems.pool, multiply: {systems.pool.embodied: 2}"), pool).end
    (value,) = {v for e in end.booked for v in e.inputs if v.name == "embodied"}
    assert (value.best, value.parameters) == (pytest.approx(3200), pytest.approx((160,)))


def test_two_lognormals_multiply():
    one = "{best: 3, gsd: 1.3, distribution: lognormal}"
    other = "{best: 2, gsd: 1.4, distribution: lognormal}"
    wide = math.exp(1.6448536 * math.hypot(math.log(1.3), math.log(1.4)))
    product = times(one, other)
    assert (product.low, product.best, product.high) == pytest.approx((6 / wide, 6, 6 * wide))


@pytest.mark.parametrize(
    "spread",
    [
        "{best: 2, gsd: 1.2, distribution: lognormal}",
        "{best: 2, low: 1, high: 3, distribution: two-piece-lognormal}",
        "{values: {1: 0.25, 2: 0.75}, distribution: discrete}",
        "{best: 2, low: 1, high: 3, distribution: log-triangular}",
    ],
)
def test_one_over_a_factor(spread):
    factor = quantity(spread)
    ours, theirs = unknown_of(scaling.inverse(factor)), unknown_of(factor)
    for level in (0.1, 0.4, 0.9):
        assert ours.quantile(level) == pytest.approx(1 / theirs.quantile(1 - level))
