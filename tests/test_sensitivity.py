"""What decides a figure: swings, rank correlations and indices, against the oracle's cases."""

import csv
import itertools
import json
import math

import numpy as np
import pytest

from carbonctl.account import estimate
from carbonctl.analysis.compare import Side, compare
from carbonctl.analysis.compare.drivers import sensitivity as of_difference
from carbonctl.analysis.points import draws
from carbonctl.analysis.sensitivity import Question, answer, indices, read_key, sensitivity
from carbonctl.analysis.sensitivity.drawn import DrawsByTerm
from carbonctl.analysis.sensitivity.indices import Evaluations, of_evaluations
from carbonctl.analysis.sensitivity.ranks import average_ranks, correlation
from carbonctl.errors import UsageError
from carbonctl.factors.distributions import TRIANGULAR
from carbonctl.ledger.ranges import Move, range_of
from carbonctl.ledger.terms import Term
from carbonctl.ledger.unknowns import Uncertain, Uncertainty, unknown_of
from carbonctl.numbers.formulas import parsed
from tests.conftest import CATALOG, CONFIGS, ROOT, account

FOLDER = ROOT / "tests" / "oracles" / "analysis"
RANGES = FOLDER / "specs" / "service-ranges.yaml"
CASES = list(csv.DictReader((FOLDER / "uncertainty.csv").read_text(encoding="utf-8").splitlines()))
# What the cases call each unknown, by its path.
NAMES = {
    "site.carbon_intensity": "carbon_intensity",
    "site.pue": "pue",
    "systems.pool.power": "power",
    "systems.pool.embodied": "embodied",
    "systems.pool.lifetime": "lifetime",
    "systems.pool.utilization": "utilization",
    "phases.data.lake.embodied": "lake embodied",
}
JOB = """name: j
site: {{carbon_intensity: {grid}, pue: 1.1..1.3}}
phases:
  training:
    - {{name: run, kind: energy, energy: {energy}, embodied: {embodied}}}
"""


def job(grid="300..500 g/kWh", energy="1 MWh", embodied="10..20 kg"):
    return account(JOB.format(grid=grid, energy=energy, embodied=embodied))


def service(**changes):
    text = RANGES.read_text(encoding="utf-8")
    for old, new in changes.items():
        text = text.replace(old, new)
    return estimate(text.encode(), "service.yaml", CATALOG)


def ranked(result, first, second, rank):
    """Return the rank correlation of the unknowns at two paths."""
    values = {value.path: value for entry in result.booked for value in entry.inputs}
    return ((unknown_of(values[first]).key, unknown_of(values[second]).key, rank),)


def of_case(name, *starts):
    return {
        c["quantity"]: c
        for c in CASES
        if c["case"].startswith(name) and c["quantity"].startswith(starts)
    }


def close(number, case):
    tolerance = {"rel": float(case["rel_tol"] or 0), "abs": float(case["abs_tol"] or 0)}
    assert number == pytest.approx(float(case["value"]), **tolerance), case["quantity"]


# --- swing ---


def test_ends_at_bounds_are_those_of_the_oracle():
    """U16: each unknown at the ends of its range, all others at their best estimates."""
    cases = of_case("U16", "total with", "swing of")
    rows = sensitivity(service(), Question(at="bounds")).rows
    assert len(cases) == 3 * len(rows) == 21
    for row in rows:
        name = NAMES[row.path]
        close(row.at_low, cases[f"total with {name} at its low end"])
        close(row.at_high, cases[f"total with {name} at its high end"])
        close(row.swing, cases[f"swing of {name}"])


@pytest.mark.parametrize("file", ["recommendation-model.yaml", "laptop.yaml", "on-device.yaml"])
def test_it_says_what_drivers_says(file):
    result = estimate((CONFIGS / file).read_bytes(), file, CATALOG)
    answered = sensitivity(result, Question())
    for row, driver in zip(answered.rows, result.drivers, strict=False):
        assert (row.name, row.path, row.best, row.unit, row.low, row.high) == driver[:4] + driver[
            4:6
        ]
        assert (row.status, row.source, row.entries) == driver[6:9]
        assert (row.at_low, row.at_high, row.swing) == driver[9:12]
    assert [row.swing for row in answered.rows] == sorted(
        (r.swing for r in answered.rows), reverse=True
    )
    total = result.total
    assert (answered.value, answered.low, answered.high) == (
        total.total_kgco2e, total.total_low_kgco2e, total.total_high_kgco2e,
    )  # fmt: skip
    assert all(
        row.first is row.total is row.rank is row.variance_pct is None for row in answered.rows
    )


def test_both_directions_are_kept():
    rows = {row.path: row for row in sensitivity(service(), Question()).rows}
    for path, row in rows.items():
        is_falling = path.endswith(("utilization", "lifetime"))
        assert (row.at_low > row.at_high) == is_falling
        assert row.swing == abs(row.at_high - row.at_low)


def test_ties_are_by_path():
    text = """name: j
site: {carbon_intensity: 400 g/kWh, pue: 1.2}
phases:
  training:
    - {name: b, kind: energy, energy: 1..3 MWh, embodied: 0 kg}
    - {name: a, kind: energy, energy: 1..3 MWh, embodied: 0 kg}
"""
    paths = [row.path for row in sensitivity(account(text), Question()).rows]
    assert paths == ["phases.training.a.energy", "phases.training.b.energy"]


def test_a_shared_unknown_is_one_row():
    result = estimate(
        (CONFIGS / "recommendation-model.yaml").read_bytes(), "recommendation-model.yaml", CATALOG
    )
    (grid,) = [
        row for row in sensitivity(result, Question()).rows if row.name == "carbon_intensity"
    ]
    assert grid.entries == 14


@pytest.mark.parametrize(
    ("key", "paths"),
    [
        ("energy_kwh", {"site.pue", "systems.pool.power"}),
        ("phases.data.energy_kwh", {"site.pue"}),
        ("phases.data.embodied_kgco2e", {"phases.data.lake.embodied"}),
        (
            "phases.inference.embodied_kgco2e",
            {"systems.pool.embodied", "systems.pool.lifetime", "systems.pool.utilization"},
        ),
        ("operational_market_kgco2e", {"site.carbon_intensity", "site.pue", "systems.pool.power"}),
    ],
)
def test_only_what_reaches_the_figure_is_listed(key, paths):
    result = service()
    answered = sensitivity(result, Question(read_key(key)))
    assert {row.path for row in answered.rows} == paths
    phase, name = read_key(key)
    sums = result.total if phase is None else result.phases[phase]
    assert answered.value == getattr(sums, name)
    assert answered.low < answered.value < answered.high
    assert answered.key == key


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("total_kgco2", "did you mean `total_kgco2e`?"),
        ("phases.trainng.total_kgco2e", "did you mean `training`?"),
        ("training.total_kgco2e", "did you mean `phases.training.total_kgco2e`?"),
        ("phases.training", "a key is wanted after the phase"),
        ("p95", "needs parentheses"),
        ("", "a key or a function is wanted here"),
        ("water_l", "water_l has no formulas"),
        ("total_low_kgco2e", "there are energy_kwh, operational_kgco2e"),
    ],
)
def test_keys_that_are_none(key, said):
    with pytest.raises(UsageError, match=said.replace("?", r"\?")) as error:
        read_key(key)
    assert "--of" in str(error.value)


def test_of_what_is_known():
    text = JOB.format(grid="300..500 g/kWh", energy="1 MWh", embodied="10..20 kg")
    result = account(text.replace(", embodied: 10..20 kg", ""))
    answered = sensitivity(result, Question())
    assert not answered.complete
    assert answered.value == result.total.operational_kgco2e
    assert {row.path for row in answered.rows} == {"site.carbon_intensity", "site.pue"}
    nothing = sensitivity(result, Question(read_key("embodied_kgco2e")))
    assert (nothing.value, nothing.low, nothing.median, nothing.rows) == (None, None, None, ())


def test_nothing_uncertain():
    result = account(
        JOB.replace("1.1..1.3", "1.2").format(grid="400 g/kWh", energy="1 MWh", embodied="0 kg")
    )
    for method in ("swing", "all"):
        answered = sensitivity(result, Question(method=method))
        assert answered.rows == ()
        assert answered.value == answered.low == answered.high == answered.median == 480.0
        assert (answered.seed, answered.points, answered.explain) == (None, None, None)
    # A figure that no unknown reaches, in an account that has some.
    assert sensitivity(job(), Question(read_key("phases.data.total_kgco2e"))).rows == ()


# --- indices and ranks ---


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_indices_and_ranks_of_the_oracle(seed):
    """U15, every range a triangle."""
    cases = of_case("U15", "rank correlation", "first-order", "total index")
    answered = sensitivity(service(), Question(method="all", seed=seed))
    assert len(cases) == 3 * len(answered.rows) == 21
    assert (answered.seed, answered.points) == (seed, 8192)
    for row in answered.rows:
        name = NAMES[row.path]
        close(row.first, cases[f"first-order index of {name}"])
        close(row.total, cases[f"total index of {name}"])
        close(row.rank, cases[f"rank correlation of {name} with the total"])
        assert 0 < row.first_conf < 0.03
        assert 0 < row.total_conf < 0.02
    assert sum(row.variance_pct for row in answered.rows) == pytest.approx(100)


def test_intervals_hold_what_is_right():
    """Of many seeds, 95 in 100 intervals hold the index; draws in layers make them wider."""
    cases = of_case("U15", "first-order", "total index")
    first = total = 0
    for seed in range(40):
        rows = sensitivity(service(), Question(method="sobol", seed=seed, points=1024)).rows
        for row in rows:
            wanted = [float(cases[f"{what} of {NAMES[row.path]}"]["value"])
                      for what in ("first-order index", "total index")]  # fmt: skip
            first += abs(row.first - wanted[0]) <= row.first_conf
            total += abs(row.total - wanted[1]) <= row.total_conf
    assert first > 0.9 * 280
    assert total > 0.9 * 280


def product(**triangles):
    """Return a product of independent triangles as a term, and its unknowns by name."""
    unknowns = {
        name: Uncertain(name, best, low, high, TRIANGULAR, name)
        for name, (low, best, high) in triangles.items()
    }
    number = math.prod(unknown.best for unknown in unknowns.values())
    return Term(parsed(" * ".join(unknowns)), {}, unknowns, (), 1.0, number), unknowns


def test_a_product_has_its_exact_indices():
    """U12: the first order is c²/(Π(1 + c²) − 1), which needs no other program."""
    cases = of_case("U12", "first-order", "total index")
    term, unknowns = product(hours=(80, 100, 150), watts=(250, 300, 330), grid=(0.3, 0.4, 0.55))
    groups = [[unknown] for unknown in unknowns.values()]
    made = indices.indices([term], groups, points=65_536, seed=1, ranks=())
    for name, index in zip(unknowns, made, strict=True):
        close(index.first, cases[f"first-order index of {name}"])
        close(index.total, cases[f"total index of {name}"])


def test_the_function_of_ishigami():
    """U13: indices that no product has: x3 acts through x1 alone."""
    cases = of_case("U13", "first-order", "total index")
    points = 65_536
    unknowns = [Uncertain(name, 0.0, -1.0, 1.0, TRIANGULAR, name) for name in ("x1", "x2", "x3")]
    sets = []
    for stream in "AB":
        drawn = draws(unknowns, points, 1, streams=(stream,))
        # The rank of a draw is uniform, whatever its distribution.
        sets.append([np.pi * (2 * (average_ranks(drawn[u]) - 0.5) / points - 1) for u in unknowns])

    def figure(x1, x2, x3):
        return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)

    a, b = sets
    at_a = figure(*a)
    steps = [figure(*(b[m] if m == n else a[m] for m in range(3))) - at_a for n in range(3)]
    made = of_evaluations(Evaluations(at_a, figure(*b), np.array(steps)), 1)
    for name, index in zip(("x1", "x2", "x3"), made, strict=True):
        close(index.first, cases[f"first-order index of {name}"])
        close(index.total, cases[f"total index of {name}"])


def test_indices_are_shares_whatever_is_added():
    """A part that is certain changes no index; one that varies alone takes all the rest."""
    term, unknowns = product(hours=(80, 100, 150), watts=(250, 300, 330))
    groups = [[unknown] for unknown in unknowns.values()]
    options = {"points": 1024, "seed": 1, "ranks": ()}
    alone = indices.indices([term], groups, **options)
    more = indices.indices([term, Term(None, {}, {}, (), 1.0, 1e6)], groups, **options)
    for one, other in zip(alone, more, strict=True):
        assert one == pytest.approx(other, rel=1e-6)
    (both,) = indices.indices([term], [list(unknowns.values())], **options)
    assert both.first == pytest.approx(1, abs=0.1)
    assert both.total == pytest.approx(1, abs=0.1)


def test_without_variance_there_is_no_index():
    term, unknowns = product(hours=(80, 100, 150), watts=(250, 300, 330))
    still = term._replace(formula=parsed("hours - hours + watts - watts + 5"))
    groups = [[unknown] for unknown in unknowns.values()]
    made = indices.indices([still], groups, points=64, seed=1, ranks=())
    assert made == [indices.UNDEFINED] * 2
    beyond = term._replace(formula=parsed("hours / (watts - watts)"))
    assert indices.indices([beyond], groups, points=64, seed=1, ranks=()) == made


def test_equal_numbers_share_the_mean_of_their_ranks():
    assert average_ranks(np.array([3.0, 1.0, 3.0, 2.0, 3.0])).tolist() == [4, 1, 4, 2, 4]
    assert average_ranks(np.array([5.0, 5.0])).tolist() == [1.5, 1.5]
    ranks = average_ranks(np.array([0.1, 0.1, 0.2, 0.3]))
    assert correlation(ranks, ranks) == pytest.approx(1)
    assert correlation(ranks, -ranks) == pytest.approx(-1)
    assert correlation(ranks, np.ones(4)) is None


def test_the_same_bytes_twice_and_no_others_with_another_seed():
    question = Question(method="all", points=256)
    assert sensitivity(service(), question) == sensitivity(service(), question)
    other = sensitivity(service(), question._replace(seed=2))
    assert [row.rank for row in other.rows] != [
        row.rank for row in sensitivity(service(), question).rows
    ]
    seeded = service()
    seeded.uncertainty = Uncertainty(seed=2)
    assert sensitivity(seeded, question) == other


def test_correlated_unknowns_are_one_row_of_indices():
    result = service()
    pair = ("systems.pool.lifetime", "systems.pool.utilization")
    result.uncertainty = Uncertainty(1, ranked(result, *pair, -0.6))
    rows = sensitivity(result, Question(method="all")).rows
    (group,) = [row for row in rows if row.status is None]
    assert group.name == "utilization, lifetime"
    assert group.path == "systems.pool.utilization, systems.pool.lifetime"
    assert rows.index(group) == 1 + [row.path for row in rows].index(pair[1])
    assert (group.entries, group.swing, group.rank, group.best) == (3, None, None, None)
    members = [row for row in rows if row.path in pair]
    assert all(row.first is row.total is None and row.swing and row.rank for row in members)
    # DrawsByTerm together they move the total less than apart: a longer life, a lower utilization.
    apart = {row.path: row for row in sensitivity(service(), Question(method="all")).rows}
    assert 0 < group.total < sum(apart[path].total for path in pair) * 0.8
    assert {row.path: row.swing for row in members} == {path: apart[path].swing for path in pair}
    alone = sensitivity(result, Question(method="sobol")).rows
    assert not [row for row in alone if row.path in pair]
    assert [row for row in alone if row.path == group.path] == [group]


@pytest.mark.parametrize("path", ["inference.answers.requests", "phases.inference.0.requests"])
def test_what_goes_together_does_not_depend_on_how_paths_are_written(path):
    text = RANGES.read_text(encoding="utf-8")
    text = text.replace("requests: 1e8 / day", "requests: 8e7..1.2e8 / day")
    block = "uncertainty: {{correlations: [{{together: [{}, systems.pool.power]}}]}}\n"
    own, plain = (
        estimate((text + block.format(one)).encode(), "service.yaml", CATALOG)
        for one in (path, "phases.inference.answers.requests")
    )
    question = Question(method="all", points=64)
    rows = sensitivity(own, question).rows
    assert rows == sensitivity(plain, question).rows
    assert "systems.pool.power, phases.inference.answers.requests" in {row.path for row in rows}


def test_what_goes_together_is_one_row():
    pair = (
        "uncertainty: {correlations: [{together: [systems.pool.embodied, systems.pool.power]}]}\n"
    )
    result = estimate(RANGES.read_bytes() + pair.encode(), "service.yaml", CATALOG)
    rows = sensitivity(result, Question(method="all")).rows
    assert len(rows) == 6
    (both,) = [row for row in rows if row.status is None]
    assert sorted(both.path.split(", ")) == ["systems.pool.embodied", "systems.pool.power"]
    assert (sorted(both.name.split(", ")), both.entries, both.best) == (
        ["embodied", "power"],
        9,
        None,
    )
    apart = {row.path: row for row in sensitivity(service(), Question()).rows}
    members = [apart[path] for path in both.path.split(", ")]
    assert both.swing == pytest.approx(sum(row.swing for row in members))
    assert both.total > 0.08
    assert both.rank > 0.25
    (alone,) = [
        row
        for row in sensitivity(result, Question(read_key("energy_kwh"))).rows
        if row.path != "site.pue"
    ]
    assert (alone.path, alone.best) == ("systems.pool.power", 400.0)


def test_draws_are_kept_no_longer_than_they_are_used():
    result = service()
    ranks = ranked(result, "systems.pool.lifetime", "systems.pool.utilization", -0.6)
    key = read_key("total_kgco2e")
    terms = key.terms(key.entries(result.booked))
    unknowns = {u for term in terms for u in term.ranged.values()}
    whole = draws(unknowns, 64, 3, ranks=ranks, streams=("A",))
    drawn = DrawsByTerm(terms, 64, 3, ranks, "A")
    for term in terms:
        own = drawn.of(term)
        assert own.keys() == set(term.ranged.values())
        assert all((own[unknown] == whole[unknown]).all() for unknown in own)
    assert not drawn.draws.made
    assert all((drawn.again(unknown) == whole[unknown]).all() for unknown in unknowns)
    assert not drawn.draws.made


def test_of_a_pair_one_of_which_does_not_reach_the_figure_the_other_is_a_row():
    result = service()
    result.uncertainty = Uncertainty(
        1, ranked(result, "systems.pool.power", "systems.pool.lifetime", 0.5)
    )
    rows = sensitivity(result, Question(read_key("energy_kwh"), method="sobol")).rows
    assert {row.path for row in rows} == {"site.pue", "systems.pool.power"}
    assert all(row.total for row in rows)


def test_of_many_unknowns_those_of_the_largest_swing_have_indices(monkeypatch):
    monkeypatch.setattr(answer, "MOST_GROUPS", 2)
    answered = sensitivity(service(), Question(method="all", points=64))
    assert [row.total is not None for row in answered.rows] == [True] * 2 + [False] * 5
    assert "the 2 of 7 unknowns" in answered.notes[0]
    assert all(row.rank is not None for row in answered.rows)


@pytest.mark.parametrize(
    ("method", "filled"),
    [
        ("swing", {"at_low", "at_high", "swing"}),
        ("rank", {"rank", "variance_pct"}),
        ("sobol", {"first", "first_conf", "total", "total_conf"}),
    ],
)
def test_what_was_not_asked_for_is_not_there(method, filled):
    answered = sensitivity(service(), Question(method=method, points=64))
    columns = {"at_low", "at_high", "swing", "first", "first_conf", "total", "total_conf", "rank",
               "variance_pct"}  # fmt: skip
    for row in answered.rows:
        assert {name for name in columns if getattr(row, name) is not None} == filled
    key = {"swing": "swing", "rank": "rank", "sobol": "total"}[method]
    sizes = [abs(getattr(row, key)) for row in answered.rows]
    assert sizes == sorted(sizes, reverse=True)


# --- of a difference ---


def side(label, *results):
    return Side(label, results, "1", "1")


def differing(base, head):
    return of_difference(compare(side("base", base), side("head", head), CATALOG))


@pytest.mark.parametrize("rank", [0.0, 0.6, 1.0])
def test_the_spread_of_a_sum_and_of_a_difference(rank):
    """U10: what both parts share adds up in a sum, and cancels in a difference."""
    cases = {c["quantity"]: c for c in CASES if c["case"].startswith("U10")
             and json.loads(c["inputs"])["correlation"] == rank}  # fmt: skip
    for sign, what in ((1.0, "sum"), (-1.0, "difference")):
        moves = [Move(-10.0, 10.0), Move(-20.0 * sign, 20.0 * sign)]
        if rank == 1:
            moves = [Move(*map(math.fsum, zip(*moves, strict=True)))]
        pairs = [(0, 1, rank)] if 0 < rank < 1 else ()
        low, high = range_of(0.0, moves, is_amount=False, pairs=pairs)
        close(high, cases[f"standard deviation of the {what}"])
        assert low == -high


def test_what_both_sides_share_cancels():
    base, head = job(energy="1 MWh"), job(energy="2..3 MWh")
    answered = differing(base, head)
    assert [(row.path, row.side) for row in answered.rows] == [
        ("phases.training.run.energy", "head"),
        ("site.carbon_intensity", None),
        ("site.pue", None),
    ]  # the embodied carbon is the same on both sides
    grid = next(row for row in answered.rows if row.path == "site.carbon_intensity")
    # 1.5 MWh more at the medians, at the 5th and the 95th percentile of the grid.
    unknown = next(u for u in draws_of(head) if u.unknown == "site.carbon_intensity")
    low, _, high = unknown.levels
    assert (grid.at_low, grid.at_high) == pytest.approx((1500 * 1.2 * low, 1500 * 1.2 * high))
    assert answered.value == pytest.approx(720)
    assert answered.low < answered.value < answered.high


def draws_of(result):
    key = read_key("total_kgco2e")
    return {u for term in key.terms(result.booked) for u in term.ranged.values()}


def test_of_equal_sides_nothing_moves_the_difference():
    answered = differing(job(), job())
    assert (answered.value, answered.rows) == (0.0, ())


def test_of_an_unknown_total_operational_carbon_is_compared():
    known = job()
    text = JOB.format(grid="300..500 g/kWh", energy="2 MWh", embodied="1 kg")
    unknown = account(text.replace(", embodied: 1 kg", ""))
    answered = differing(known, unknown)
    assert answered.key == "operational_kgco2e"
    assert not answered.complete
    assert {row.path for row in answered.rows} == {"site.carbon_intensity", "site.pue"}


def test_several_workloads_are_told_apart():
    two = [account(JOB.replace("name: j", f"name: {n}").format(grid="300..500 g/kWh", energy=e, embodied="0 kg"))
           for n, e in (("one", "1 MWh"), ("two", "1 MWh"), ("one", "2 MWh"), ("two", "3 MWh"))]  # fmt: skip
    compared = compare(side("base", *two[:2]), side("head", *two[2:]), CATALOG)
    paths = {row.path for row in of_difference(compared).rows}
    assert paths == {
        f"{name}: {path}" for name, path in itertools.product(("one", "two"), ("site.carbon_intensity", "site.pue"))
    }  # fmt: skip
