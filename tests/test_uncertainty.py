"""Distributions of what is uncertain, and the 90 % range of what follows from it."""

import json
import math
from collections import Counter

import numpy as np
import pytest

from carbonctl.account import estimate
from carbonctl.analysis.points import draws, samples
from carbonctl.errors import InputError
from carbonctl.factors.distributions import (
    DISCRETE,
    NORMAL,
    QUANTILES,
    TRIANGULAR,
    TWO_PIECE_LOGNORMAL,
    share_below,
)
from carbonctl.factors.normal import Z95, normal_quantile
from carbonctl.ledger.ranges import Move, Moves, range_of
from carbonctl.ledger.terms import Term, terms
from carbonctl.ledger.unknowns import Uncertain, distribution, identity, unknown_of
from carbonctl.numbers.columns import Column
from carbonctl.numbers.formulas import parsed
from carbonctl.numbers.intervals import Mixed, Range
from carbonctl.numbers.values import Value
from tests.conftest import CATALOG, WORKLOADS
from tests.properties.workloads import shape
from tests.uncertainty.cases import CASES, SERVICE, close, of_case

# --- distributions ---


MORE = {NORMAL: (0.5,), DISCRETE: (1.0, 0.25, 2.0, 0.5, 4.0, 0.25)}


@pytest.mark.parametrize("name", QUANTILES)
def test_a_row_of_a_column_of_levels_is_that_level(name):
    levels = [0.001, 0.05, 0.3, 0.5, 0.7, 0.95, 0.9999]
    ends = [(1.0, 2.0, 4.0), (1.0, 1.0, 2.0), (0.5, 2.0, 2.0)] * 3
    low, best, high = (Column(list(some)) for some in zip(*ends[: len(levels)], strict=True))
    quantile, more = QUANTILES[name], MORE.get(name, ())
    found = quantile(Column(levels), low, best, high, *more).tolist()
    assert found == [quantile(q, *own, *more) for q, own in zip(levels, ends, strict=False)]
    at = quantile(Column(levels), 1.0, 2.0, 4.0, *more).tolist()
    assert at == [quantile(q, 1.0, 2.0, 4.0, *more) for q in levels]
    of_array = quantile(np.array(levels), 1.0, 2.0, 4.0, *more)
    assert type(of_array) is np.ndarray
    assert of_array.tolist() == pytest.approx(at, rel=1e-12)


def test_the_normal_quantile_undoes_the_normal_share():
    for score in (-8, -3.3, -1.2, -0.1, 0.0, 0.7, Z95, 2.5, 5.1):
        level = math.erfc(-score / math.sqrt(2)) / 2
        assert normal_quantile(level) == pytest.approx(score, rel=1e-9, abs=1e-12)
    assert normal_quantile(0.95) == pytest.approx(Z95, rel=1e-15)


def test_what_is_cut_off_makes_the_rest_more_likely():
    """A share whose 95th percentile is its largest value: all draws are below it."""
    share = Uncertain("u", 0.8, 0.5, 1.0, TWO_PIECE_LOGNORMAL, "utilization")
    assert share.span == (0, pytest.approx(0.95))
    drawn = draws([share])[share]
    assert 0.999 < drawn.max() <= 1
    level = float(np.quantile(drawn, 0.5))
    assert level == pytest.approx(share.at(0.475), rel=1e-3)
    load = share._replace(figure="load")
    assert load.span == (0, pytest.approx(share_below(1.08, 0.8, 1.0)))
    assert 1.05 < draws([load])[load].max() <= 1.08
    watts = share._replace(figure="host_power")
    assert watts.span == (0, 1)
    assert draws([watts])[watts].max() > 1.2
    assert np.quantile(draws([watts])[watts], [0.05, 0.5, 0.95]) == pytest.approx(
        [0.5, 0.8, 1.0], rel=2e-3
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Value(Range(2.0, 1.0, 3.0), "W", path="a.b"), TRIANGULAR),
        (Value(Range(2.0, 1.0, 3.0), "W", "catalog", "s"), TWO_PIECE_LOGNORMAL),
        (Value(Range(2.0, 0.0, 3.0), "W", "catalog", "s"), TRIANGULAR),
        (Value(Range(1.2, 1.1, 1.5), "", "default", name="pue"), TWO_PIECE_LOGNORMAL),
        (Value(Range(1.2, 1.0, 1.5), "", "default", name="pue"), TRIANGULAR),
        (Value(Range(2.0, 1.0, 3.0), "W", distribution=TWO_PIECE_LOGNORMAL), TWO_PIECE_LOGNORMAL),
        (Value(Range(2.0, 1.0, 3.0), "W", "catalog", distribution=TRIANGULAR), TRIANGULAR),
    ],
)
def test_what_is_given_has_hard_bounds_and_what_is_assumed_a_median(value, expected):
    assert distribution(value) == expected
    low, middle, high = unknown_of(value).levels
    if expected == TWO_PIECE_LOGNORMAL:
        assert (low, middle, high) == (value.low, value.best, value.high)
    else:
        assert value.low < low < middle < high < value.high


def test_a_pue_is_distributed_by_what_it_has_above_one():
    pue = unknown_of(Value(Range(1.2, 1.07, 1.56), "", "default", name="pue"))
    beyond = Uncertain("u", 0.2, 0.07, 0.56, TWO_PIECE_LOGNORMAL, "x")
    for level in (0.01, 0.25, 0.75, 0.99):
        assert pue.at(level) == pytest.approx(1 + beyond.at(level), rel=1e-12)


# --- identity ---


def test_identities():
    given = Value(Range(2.0, 1.0, 3.0), "W", path="systems.a.power", name="power")
    fact = Value(Range(2.0, 1.0, 3.0), "W", "catalog", "maker", "x", name="p_1", figure="power")
    assert identity(given) == "systems.a.power"
    assert identity(fact) == "power (maker)"
    assert identity(fact._replace(unknown="cards")) == "cards"
    assert unknown_of(given, "job").key != unknown_of(given).key
    assert unknown_of(fact, "job") == unknown_of(fact)
    other = fact._replace(number=Range(4.0, 1.0, 5.0))
    assert unknown_of(fact).key != unknown_of(other).key
    shared = [value._replace(unknown="method") for value in (fact, other)]
    assert len({unknown_of(value).key for value in shared}) == 1
    assert shared[0].named("q").unknown == "method"
    assert given._replace(distribution="x").named("q").distribution == "x"


# --- the range ---

U18 = {
    "load": "load", "host_share": "host", "pue": "pue", "kgco2e_per_kwh": "grid",
    "device_kg": "device", "host_kg": "server", "life_years": "life", "utilization": "use",
}  # fmt: skip
FIGURES = {"use": "utilization"}


def blind_job(made: dict) -> list[Term]:
    """Return the three entries of a job of which only device and hours are known."""
    known = {
        "hours": made["device_h"], "watts": made["rated_w"], "slots": made["devices_per_host"],
        "year": 8760.0, "kw": 1000.0,
    }  # fmt: skip
    ranged = {}
    for key, name in U18.items():
        low, best, high = map(float, made[key])
        figure = FIGURES.get(name, name)
        ranged[name] = Uncertain(name, best, low, high, TWO_PIECE_LOGNORMAL, figure)
    best = {**known, **{name: unknown.best for name, unknown in ranged.items()}}
    made_of = (
        "hours * watts * (load + host) / kw * pue * grid",
        "hours * device / (life * year * use)",
        "hours * server / slots / (life * year * use)",
    )
    found = []
    for text in made_of:
        formula = parsed(text)
        own = {name: ranged[name] for name in sorted(formula.names & ranged.keys())}
        rest = {name: known[name] for name in formula.names & known.keys()}
        found.append(Term(formula, rest, own, (), 1.0, formula.at(best)))
    return found


@pytest.mark.parametrize("name", sorted({case["case"] for case in of_case("U18")}))
def test_a_blind_job(name):
    cases = {case["quantity"]: case for case in CASES if case["case"] == name}
    found = blind_job(json.loads(cases["best"]["inputs"]))
    whole = Moves(found).sum(range(3))
    close(cases["best"], whole.median)
    low, high = whole.ends()
    close(cases["range low, quadrature of logarithms"], low)
    close(cases["range high, quadrature of logarithms"], high)
    # The draws behind the cases put what is above a limit at the limit; ours leave it out.
    drawn = samples(found, 200_000)
    for level in (5, 50, 95):
        expected = pytest.approx(float(cases[f"p{level}"]["value"]), rel=0.013)
        assert float(np.percentile(drawn, level)) == expected


@pytest.fixture(scope="module")
def service():
    return estimate(SERVICE.read_bytes(), "service.yaml", CATALOG)


def test_a_service_with_ranges(service):
    cases = {case["quantity"]: case for case in of_case("U15")}
    close(cases["best estimate"], service.total.total_kgco2e)
    found = terms(service.entries, "total_kgco2e")
    drawn = samples(found)
    for level in (5, 50, 95):
        close(cases[f"p{level}, triangular"], float(np.percentile(drawn, level)))
    close(cases["mean, triangular"], float(drawn.mean()))
    close(cases["standard deviation, triangular"], float(drawn.std(ddof=1)))
    above = float((drawn > service.total.total_kgco2e).mean())
    close(cases["probability that the total is above the best estimate, triangular"], above)
    close(cases["probability of more than 100 t, triangular"], float((drawn > 100_000).mean()))
    total = service.total
    assert (total.total_low_kgco2e, total.total_high_kgco2e) == pytest.approx(
        (80_930, 128_550), abs=5
    )
    # Every range at the end that is worst, which nothing prints: a test of the formulas.
    unknowns = {unknown for one in found for unknown in one.ranged.values()}
    falling = {"systems.pool.lifetime", "systems.pool.utilization"}
    for key, is_high in (("lowest", False), ("highest", True)):
        at = {u: u.high if (u.unknown in falling) != is_high else u.low for u in unknowns}
        close(cases[key], math.fsum(one.at(at) for one in found))


def test_what_matters_most(service):
    found = [(d.path, d.entries, d.narrow) for d in service.drivers]
    assert found == [
        ("phases.data.lake.embodied", 1, "phases.data.lake.embodied"),
        ("site.carbon_intensity", 11, "site.carbon_intensity"),
        ("site.pue", 4, "site.pue"),
    ]
    first = service.drivers[0]
    assert first[:8] == (
        "storage_embodied", "phases.data.lake.embodied", 20, "kgCO2e/TB", 5, 100, "given", None
    )  # fmt: skip
    assert (first.at_low_kgco2e, first.at_high_kgco2e, first.swing_kgco2e) == pytest.approx(
        (87_000, 120_500, 33_500), rel=1e-3
    )
    swings = {driver.path: driver.swing_kgco2e for driver in service.all_drivers}
    assert swings["systems.pool.utilization"] == pytest.approx(6000, rel=1e-2)
    assert swings["systems.pool.lifetime"] == pytest.approx(4300, rel=1e-2)
    assert len(swings) == 7


def test_ends_that_both_raise_add_the_larger_to_that_side():
    low, high = range_of(100.0, [Move(10.0, 20.0), Move(-10.0, 5.0)], is_amount=True)
    up = math.hypot(math.log(1.2), math.log(1.05))
    assert (low, high) == pytest.approx((90, 100 * math.exp(up)))


def test_what_can_be_negative_adds_its_differences():
    ends = range_of(1.0, [Move(-3.0, 3.0), Move(-4.0, 4.0)], is_amount=False)
    assert ends == pytest.approx((-4, 6))
    assert range_of(1.0, [Move(-1.0, 3.0), Move(-0.5, 4.0)], is_amount=True)[0] == 0


def test_a_figure_that_has_no_value_at_an_end_has_no_range():
    found = Term(parsed("1 / (x - 1)"), {}, {"x": Uncertain("x", 2, 1, 3, TWO_PIECE_LOGNORMAL, "x")},
                 (), 1.0, 1.0)  # fmt: skip
    assert Moves([found]).sum([0]).ends() == (None, None)


def ranged_workloads():
    for seed in range(80):
        made = shape(seed)
        try:
            yield estimate(made.text(made.row(0)).encode(), "job.json", CATALOG)
        except InputError:
            continue
    for path in sorted(WORKLOADS):
        yield estimate(path.read_bytes(), path.name, CATALOG)


def test_ranges_of_whole_accounts():
    """The best estimate of facts lies inside, and a sum is no wider than its parts."""
    seen = Counter()
    for result in ranged_workloads():
        total = result.total
        if total.total_low_kgco2e is None:
            continue
        low, high, best = total.total_low_kgco2e, total.total_high_kgco2e, total.total_kgco2e
        slack = 1e-9 * best
        seen["ranged" if low < high else "certain"] += 1
        parts = [(e.kgco2e_low, e.kgco2e, e.kgco2e_high) for e in result.entries]
        assert all(least <= most for least, _, most in parts)
        values = [v for e in result.entries for v in e.inputs if v.low != v.high]
        if all(distribution(value) == TWO_PIECE_LOGNORMAL for value in values):
            seen["facts"] += 1
            assert low - slack <= best <= high + slack
            assert all(a - slack <= b <= c + slack for a, b, c in parts)
        widths = math.fsum(most - least for least, _, most in parts)
        assert high - low <= widths * 1.01 + slack  # all at once; in quadrature less
        phases = result.phases.values()
        assert math.fsum(p.total_high_kgco2e for p in phases) >= high - slack
        swings = [driver.swing_kgco2e for driver in result.drivers]
        assert swings == sorted(swings, reverse=True)
        assert bool(swings) == (low < high)
    assert min(seen["ranged"], seen["certain"], seen["facts"]) > 3, seen


def one_figure(name: str, low, best, high, unknown: str, *, is_shared: bool) -> Term:
    ranged = Uncertain(unknown, best, low, high, TWO_PIECE_LOGNORMAL, name, is_shared)
    return Term(parsed(name), {}, {name: ranged}, (), 1.0, best)


def test_what_is_one_unknown_moves_together_whatever_its_bounds():
    """1 to 3 and 10 to 40 as one unknown: 11 to 43; as two, less far."""
    figures = [
        one_figure("x", 1.0, 2.0, 3.0, "method", is_shared=True),
        one_figure("y", 10.0, 20.0, 40.0, "method", is_shared=True),
    ]
    moves = Moves(figures)
    assert moves.unknowns.count == 1
    assert moves.sum([0, 1]).ends() == pytest.approx((11, 43))
    for apart in (
        [one_figure("x", 1.0, 2.0, 3.0, "a", is_shared=True), figures[1]],
        [one._replace(ranged={name: u._replace(is_shared=False) for name, u in one.ranged.items()})
         for one in figures],
    ):  # fmt: skip
        several = Moves(apart)
        assert several.unknowns.count == 2
        low, high = several.sum([0, 1]).ends()
        assert 11 < low < 22 < high < 43


def test_facts_of_columns_are_one_unknown_where_they_are_equal_in_all_rows():
    first, same = Column([2.0, 2.0]), Column([2.0, 2.0])
    other, mixed = Column([3.0, 3.0]), Column([2.0, 3.0])

    def count(*bests) -> int:
        return Moves(
            [one_figure("x", best * 0.5, best, best * 2, "x", is_shared=False) for best in bests]
        ).unknowns.count

    assert count(first, same) == 1
    assert count(first, other) == 2
    assert count(first, 2.0) == 1
    assert count(2.0, first) == 1
    with pytest.raises(Mixed):
        count(first, mixed)


def test_an_amount_that_is_0_in_some_rows_is_not_split():
    rows = [(0.0, 0.0, 0.0), (1.0, -0.5, 1.0), (2.0, 0.3, 0.1)]
    median, low, high = (Column(list(numbers)) for numbers in zip(*rows, strict=True))
    ends = range_of(median, [Move(low, high)], is_amount=True)
    alone = [range_of(m, [Move(a, b)], is_amount=True) for m, a, b in rows]
    assert list(zip(*(end.tolist() for end in ends), strict=True)) == alone
