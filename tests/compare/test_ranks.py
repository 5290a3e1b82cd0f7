"""Rank correlations of two workloads side by side: each pair goes together in its own workload."""

import csv
import io
import itertools

import numpy as np
import pytest

from carbonctl.analysis.compare import Side, compare
from carbonctl.analysis.figures import Figures, sampling_of
from carbonctl.analysis.gates import judge, parse_rule
from carbonctl.analysis.gates.rules import Gates
from carbonctl.errors import InputError
from carbonctl.ledger.samples import percentile
from tests.compare.test_compare import kg, side
from tests.conftest import account

TEXT = """
version: 1
name: {name}
site: {{carbon_intensity: 400 g/kWh, basis: life-cycle, pue: 1}}
phases:
  data:
    - {{name: a, kind: energy, energy: {energy}, includes_pue: yes, embodied: {a}}}
  training:
    - {{name: b, kind: energy, energy: {energy}, includes_pue: yes, embodied: {b}}}
"""
UNIFORM = "{{best: {} t, low: {} t, high: {} t, distribution: uniform}}"
BASE = {"a": UNIFORM.format(4, 2, 6), "b": UNIFORM.format(6, 4, 8)}
HEAD = {"a": UNIFORM.format(2, 1, 3), "b": UNIFORM.format(3, 2, 4)}


def block(*ranks: tuple[str, str, float]) -> str:
    pairs = ", ".join(f"{{of: [{one}, {other}], rank: {rank}}}" for one, other, rank in ranks)
    return f"uncertainty: {{correlations: [{pairs}]}}\n" if ranks else ""


def text(figures: dict[str, str], rank: float | None = None, energy: str = "10 MWh") -> str:
    ranks = () if rank is None else (("data.a.embodied", "training.b.embodied", rank),)
    return TEXT.format(name="x", energy=energy, **figures) + block(*ranks)


def drawn_change(one) -> list[float]:
    """Return the 5th and the 95th percentile of the change, as gates have them."""
    gates = Gates(tuple(parse_rule(f"p{p}(total_kgco2e) > -1e9 kg") for p in (5, 95)), ())
    return [verdict.value for verdict in gates.judge_change(one)]


def test_a_rank_of_0_changes_nothing():
    plain = compare(side(text(BASE)), side(text(HEAD)), None)
    for ranks in ((0, 0), (0, None), (None, 0)):
        base, head = (side(text(f, rank)) for f, rank in zip((BASE, HEAD), ranks, strict=True))
        one = compare(base, head, None)
        assert (kg(one).low, kg(one).high) == (kg(plain).low, kg(plain).high)
        assert drawn_change(one) == drawn_change(plain)


@pytest.mark.parametrize(
    ("ranks", "expected"),  # half the width: of the base 2 t at ±90 %, of the head 1 t
    [((-0.95, -0.95), 0.636), ((-0.95, 0), 1.394), ((-0.95, None), 1.394), ((0, -0.95), 2.561)],
)
def test_each_pair_goes_together_in_its_own_workload(ranks, expected):
    """By hand: the squares of 1.8 t twice and of 0.9 t twice, each pair with 2 ρ a b."""
    base, head = (side(text(f, rank)) for f, rank in zip((BASE, HEAD), ranks, strict=True))
    one = compare(base, head, None)
    assert kg(one).high - kg(one).difference == pytest.approx(1000 * expected, abs=1)
    low, high = drawn_change(one)
    assert (high - low) / 2 == pytest.approx(1000 * expected, rel=0.1)


def test_beside_itself_every_draw_is_the_same():
    ranked = text(BASE, -0.6)
    one = compare(side(ranked), side(ranked), None)
    assert (kg(one).low, kg(one).high) == (0, 0)
    assert drawn_change(one) == [0, 0]


def test_the_sides_of_a_comparison_are_drawn_as_alone():
    base, head = (text(figures, -0.6) for figures in (BASE, HEAD))
    one = compare(side(base), side(head), None)
    for own, alone in ((one.base, account(base)), (one.head, account(head))):
        ends = alone.total.total_low_kgco2e, alone.total.total_high_kgco2e
        total = kg(one, "total_low_kgco2e"), kg(one, "total_high_kgco2e")
        assert ends == tuple(t.base if own is one.base else t.head for t in total)


def test_an_unknown_that_both_share_is_one_whichever_ranks_it():
    """Of what the head adds alone there is only that; the shared figure cancels."""
    shared = {**BASE, "b": HEAD["b"]}
    one = compare(side(text(BASE, 0.9)), side(text(shared)), None)
    plain = compare(side(text(BASE)), side(text(shared)), None)
    assert kg(one).high - kg(one).low == pytest.approx(kg(plain).high - kg(plain).low)
    assert drawn_change(one)[1] == pytest.approx(drawn_change(plain)[1], rel=0.02)


def test_two_that_go_with_a_shared_one_go_together_through_it():
    """Both sides say −0.95 of the shared figure and another: all draws keep to it."""
    base, head = (text(f, -0.95) for f in (BASE, {**BASE, "b": HEAD["b"]}))
    one = compare(side(base), side(head), None)
    # b goes from 4..8 t to 2..4 t, and what they have in common comes of a alone: 0.95² in scores.
    expected = 1000 * (1.8**2 + 0.9**2 - 2 * 0.9022 * 1.8 * 0.9) ** 0.5
    assert kg(one).high - kg(one).difference == pytest.approx(expected, rel=0.01)
    low, high = drawn_change(one)
    assert (high - low) / 2 == pytest.approx(expected, rel=0.1)


def test_correlations_of_both_that_cannot_be_at_once_are_refused():
    """What a workload is told of itself, it is told of two of the same unknowns."""
    figures = ("data.a.embodied", "training.b.embodied", "site.carbon_intensity")
    pairs = list(itertools.combinations(figures, 2))
    plain = text(BASE).replace("400 g/kWh", "300..500 g/kWh")
    base = side(plain + block(*((*pair, 0.9) for pair in pairs)), "base.yaml")
    head = side(plain + block((*pairs[0], -0.9)), "head.yaml")
    with pytest.raises(InputError, match=r"those of base\.yaml cannot be all at once"):
        compare(base, head, None)
    assert compare(base, base, None)


def test_a_system_under_another_name_keeps_its_correlations():
    text = """
name: x
site: {{carbon_intensity: 300..500 g/kWh, basis: life-cycle, pue: 1}}
systems:
  {name}: {{power: 1 kW, lifetime: 3..6 years, utilization: 40..80 %, embodied: 1000 kg}}
phases:
  training:
    - {{name: run, kind: compute, system: {name}, devices: {n}, wall_time: 1000 h}}
"""
    made = []
    for name in ("old", "new"):
        ranks = block((f"systems.{name}.lifetime", f"systems.{name}.utilization", -0.9))
        base, head = (side(text.format(name=own, n=n) + (ranks if own == name else ""))
                      for own, n in (("old", 1), ("new", 2)))  # fmt: skip
        one = compare(base, head, None)
        made.append((kg(one).low, kg(one).high, *drawn_change(one)))
    assert made[0] == pytest.approx(made[1])


def test_several_workloads_keep_their_correlations():
    """Of two workloads on a side each has its own, whatever the other says."""
    texts = [text(f, rank).replace("name: x", f"name: {name}")
             for name, f, rank in (("x", BASE, -0.95), ("y", HEAD, 0))]  # fmt: skip
    results = tuple(account(own) for own in texts)
    nothing = [own.split("uncertainty")[0] for own in texts]
    free = tuple(account(own.replace("10 MWh", "20 MWh")) for own in nothing)
    one = compare(Side("base", results, "0", "0"), Side("head", free, "0", "0"), None)
    low, high = drawn_change(one)
    assert low == pytest.approx(high)  # the same embodied carbon on both sides
    assert (kg(one).low, kg(one).high) == pytest.approx((low, high))
    base, _ = (kg(one, f"total_{end}_kgco2e").base for end in ("low", "high"))
    width = (0.569**2 + 2 * 0.9**2) ** 0.5
    assert base == pytest.approx(31_000 - 1000 * width, rel=0.01)


def test_an_account_is_drawn_with_its_own():
    result = account(text(BASE, -0.95))
    figures = Figures(result.booked, sampling=sampling_of((result,)))
    drawn = sorted(figures.samples(None, "total_kgco2e"))
    alone = sorted(Figures(account(text(BASE)).booked).samples(None, "total_kgco2e"))
    width, free = (percentile(own, 95) - percentile(own, 5) for own in (drawn, alone))
    assert width < 0.4 * free
    assert judge(parse_rule("p95(total_kgco2e) < 19 t"), figures, None).outcome == "fail"


def test_ties_of_designs_with_a_rank_of_0(inside, tmp_path):
    """Those of the same designs without it, and narrower where each pair goes against itself."""
    made = []
    for rank in (None, 0, -0.95):
        names = []
        for name, figures, energy in (("base", BASE, "10 MWh"), ("head", HEAD, "15 MWh")):
            file = tmp_path / f"{name}{rank}.yaml"
            file.write_text(text(figures, rank, energy))
            names.append(str(file))
        done = inside("breakeven", *names, "--vary", "site.carbon_intensity=0..1000 g/kWh",
                      "--draws", "2000", "-f", "csv")  # fmt: skip
        assert done.code == 0, done.err
        (tie,) = csv.DictReader(io.StringIO(done.out))
        made.append(np.array([float(tie[key]) for key in ("p5", "p50", "p95")]))
    plain, zero, against = made
    assert (plain == zero).all()
    assert against[2] - against[0] == pytest.approx(2 * 636 / 10, rel=0.1)
