"""The block `uncertainty` of a workload: what it changes, and what is wrong with one."""

import json
import math

import pytest

from carbonctl.account import estimate
from carbonctl.errors import InputError
from carbonctl.factors.distributions import PERT, TRIANGULAR, TWO_PIECE_LOGNORMAL
from carbonctl.ledger.ranges import Moves
from carbonctl.ledger.result import Result
from carbonctl.ledger.terms import terms
from carbonctl.ledger.unknowns import Uncertain, Uncertainty, is_certain, unknown_of
from tests.conftest import CATALOG, account, example
from tests.uncertainty.cases import SERVICE, of_case

TEXT = SERVICE.read_text(encoding="utf-8")
LINES = TEXT.count("\n")


def service(block: str) -> Result:
    """Return the account of the service with a block, which begins at line `LINES` + 2."""
    return account(f"{TEXT}uncertainty:\n{block}")


def unknowns(result: Result) -> dict[str, Uncertain]:
    """Return what is uncertain in an account, by its place in the workload."""
    values = [value for entry in result.booked for value in entry.inputs]
    return {value.path: unknown_of(value) for value in values if not is_certain(value)}


def test_a_block_changes_no_best_estimate():
    plain = estimate(SERVICE.read_bytes(), "service.yaml", CATALOG)
    blocks = ("  distribution: pert", "  certain: [systems.pool.power]",
              "  spread: {systems.pool.host_power: +-5 %}",
              "  correlations: [{of: [site.pue, systems.pool.power], rank: 0.5}]")  # fmt: skip
    for block in blocks:
        made = service(block)
        assert made.total.total_kgco2e == plain.total.total_kgco2e
        assert made.total != plain.total  # its range is another one
        assert [e.kgco2e for e in made.entries] == [e.kgco2e for e in plain.entries]


def test_a_distribution_is_of_given_ranges_that_say_none():
    text = TEXT.replace("high: 550 g/kWh}", "high: 550 g/kWh, distribution: uniform}")
    text = text.replace("    utilization: {best: 50 %, low: 30 %, high: 60 %}\n", "")
    plain, with_word, override = (
        unknowns(account(f"{text}uncertainty: {{{more}}}"))
        for more in ("seed: 1", "distribution: pert", "distribution: pert, override: yes")
    )
    assert plain["site.pue"].distribution == TRIANGULAR
    for found in (with_word, override):
        assert found["site.pue"].distribution == PERT
        assert found["site.carbon_intensity"].distribution == "uniform"
    assumed = "systems.pool.utilization"
    assert plain[assumed].distribution == with_word[assumed].distribution == TWO_PIECE_LOGNORMAL
    assert override[assumed].distribution == PERT


def test_what_is_certain_is_at_its_best():
    found = unknowns(service("  certain: [systems.pool.lifetime, site.*]"))
    assert set(found) == {"phases.data.lake.embodied", "systems.pool.power",
                          "systems.pool.embodied", "systems.pool.utilization"}  # fmt: skip
    result = service("  certain: [systems.*.*, site.*, data.lake.embodied]")
    assert unknowns(result) == {}
    total = result.total
    assert total.total_low_kgco2e == total.total_kgco2e == total.total_high_kgco2e


def test_what_follows_from_certain_figures_is_certain():
    text = """
name: x
site: {carbon_intensity: 1 kg/kWh, pue: 1}
phases:
  experimentation:
    - {kind: experiments, device: nvidia/t4, power: 70 W, host_power: 0 W, runs: 9,
       p50: 1..2 GPU-h, p99: 20..30 GPU-h}
"""
    block = "uncertainty: {certain: [experimentation.0.p50, experimentation.0.p99]}"
    path = "phases.experimentation.experiments"
    own = {f"{path}.p50", f"{path}.p99", f"mean of {path}.mean"}
    with_ranges, without = (
        set(moves_names(terms(account(made).booked, "total_kgco2e"))) & own
        for made in (text, text + block)
    )
    assert with_ranges == {f"{path}.p50", f"{path}.p99"}
    assert without == set()


def test_a_spread_gives_a_range_to_figures_without_one():
    block = (
        "  spread: {systems.pool.host_power: +-3 %, data.0.power: 1..2 W/TB, "
        "phases.data.*.fill: ±10 %, '*.pool.devices': +-50 %}"
    )
    found = unknowns(service(block))
    assert found["systems.pool.host_power"][1:5] == (200, 194, 206, TRIANGULAR)
    assert found["phases.data.lake.power"][1:4] == (1.2, 1, 2)
    assert found["phases.data.lake.fill"][1:4] == pytest.approx((0.8, 0.72, 0.88))
    fine = unknowns(
        service("  spread: {systems.*.host_power: +-9 %, systems.pool.host_power: +-3 %}")
    )
    assert fine["systems.pool.host_power"].low == 194  # the path without *


def test_a_spread_beyond_what_a_figure_can_be_is_cut():
    text = TEXT.replace("pue: {best: 1.25, low: 1.15, high: 1.4}", "pue: 1.02")
    pue = unknowns(account(f"{text}uncertainty: {{spread: {{site.pue: +-5 %}}}}"))["site.pue"]
    assert (pue.low, pue.high) == pytest.approx((1, 1.071))
    assert pue.parameters == pytest.approx((0.969, 1.071))
    assert pue.quantile(0.0) == pytest.approx(1)


def test_a_spread_takes_precedence_over_what_the_tool_assumes():
    text = (
        "name: x\nsite: {grid: FR}\nphases: {training: [{kind: energy, energy: 1 MWh, "
        "embodied: 0 kg}]}\n"
    )
    plain = unknowns(account(text))
    assert plain["site.pue"].distribution == TWO_PIECE_LOGNORMAL
    wide = account(f"{text}uncertainty: {{spread: {{site.pue: +-1 %}}}}")
    own = unknowns(wide)["site.pue"]
    assert own.distribution == TRIANGULAR
    assert own.high == pytest.approx(1.01 * plain["site.pue"].best)
    assumed = {one.path: one for one in wide.assumptions}["site.pue"]
    assert (assumed.low, assumed.high) == (own.low, own.high)


def test_together_is_one_unknown():
    block = "  correlations: [{together: [systems.pool.embodied, data.lake.embodied]}]"
    result, plain = service(block), service("  seed: 1")
    names = {"systems.pool.embodied", "phases.data.lake.embodied"}
    shared = {path: unknown for path, unknown in unknowns(result).items() if path in names}
    assert len({unknown.key for unknown in shared.values()}) == 1
    ends = {driver.path: driver for driver in plain.all_drivers}
    moved = [d for d in result.all_drivers if d.path in names]
    (both,) = moved
    assert both.swing_kgco2e == pytest.approx(sum(ends[name].swing_kgco2e for name in names))
    assert result.total.total_high_kgco2e > plain.total.total_high_kgco2e


def test_a_rank_correlation_widens_or_narrows_the_range():
    def width(rank: float) -> float:
        block = f"  correlations: [{{of: [site.pue, systems.pool.power], rank: {rank}}}]"
        total = service(block).total
        return total.total_high_kgco2e - total.total_low_kgco2e

    widths = [width(rank) for rank in (-1, -0.5, 0, 0.5, 1)]
    assert widths == sorted(widths)
    assert len(set(widths)) == 5
    # Both lower the total: what is high together has its squares beside each other all the same.
    falling = [
        service(f"  correlations: [{{of: [systems.pool.lifetime, systems.pool.utilization], "
                f"rank: {rank}}}]").total.total_high_kgco2e for rank in (-0.6, 0, 0.6)
    ]  # fmt: skip
    assert falling == sorted(falling)


def test_the_squares_get_twice_the_product():
    block = "  correlations: [{of: [site.pue, systems.pool.power], rank: 0.5}]"
    result = service(block)
    figures = terms(result.booked, "total_kgco2e")
    moves = Moves(figures).sum(range(len(figures)))
    logs = {}
    for place, move in moves.moves.items():
        unknown = moves_names(figures)[place]
        logs[unknown] = math.log((moves.median + move.high) / moves.median)
    up = sum(max(log, 0) ** 2 for log in logs.values())
    up += sum(math.log((moves.median + m.low) / moves.median) ** 2
              for m in moves.moves.values() if m.low > 0)  # fmt: skip
    up += 2 * 0.5 * logs["site.pue"] * logs["systems.pool.power"]
    expected = moves.median * math.exp(math.sqrt(up))
    assert result.total.total_high_kgco2e == pytest.approx(expected, rel=1e-12)


def moves_names(figures) -> list[str]:
    """Return the unknowns of some figures in the order of their places."""
    return list(dict.fromkeys(u.unknown for one in figures for u in one.ranged.values()))


def test_a_fact_with_other_bounds_elsewhere_can_be_correlated():
    """Both drives have one lifetime by one source, until a spread gives one of them its own."""
    text = """
name: x
site: {carbon_intensity: 0.1..0.2 kg/kWh, pue: 1.1}
phases:
  data:
    - {name: one, kind: storage, capacity: 1 PB, duration: 1 year, medium: ssd}
    - {name: two, kind: storage, capacity: 1 PB, duration: 1 year, medium: hdd}
uncertainty:
  spread: {data.one.lifetime: +-5 %}
"""
    path, other = (f"phases.data.{name}.lifetime" for name in ("one", "two"))
    found = unknowns(account(text))
    assert found[path].unknown == found[other].unknown
    assert found[path].key != found[other].key
    block = f"  correlations: [{{of: [site.carbon_intensity, {path}], rank: 0.5}}]"
    result = account(text + block)
    ((first, second, rank),) = result.uncertainty.ranks
    made = unknowns(result)
    assert (first, rank) == (made["site.carbon_intensity"].key, 0.5)
    assert [p for p, unknown in made.items() if unknown.key == second] == [path]
    assert made == unknowns(account(text))  # it stays what it is


def test_seed_and_ranks_are_the_results():
    block = "  seed: 18446744073709551615\n  correlations: [{of: [site.pue, systems.pool.power], rank: 1}]"
    result = service(block)
    keys = [unknowns(result)[path].key for path in ("site.pue", "systems.pool.power")]
    assert result.uncertainty == Uncertainty(2**64 - 1, ((*keys, 1.0),))
    assert service("  certain: [site.pue]").uncertainty == Uncertainty()
    assert example("quickstart.yaml").uncertainty == Uncertainty()


PAIR = "{of: [systems.pool.lifetime, systems.pool.utilization], rank: %s}"


@pytest.mark.parametrize(
    ("block", "col", "said"),
    [
        ("distribution: normal", 17, "`normal` is not one of triangular"),
        ("distribution: lognormal", 17, "is 11 % off the median of a lognormal with its low and high"),
        ("override: yes", 3, "override: it needs `distribution`"),
        ("seed: 1.5", 9, "`1.5` is no seed"),
        ("seed: 18446744073709551616", 9, "is no seed"),
        ("distributio: pert", 3, "unknown key `distributio`; did you mean `distribution`?"),
        ("certain: [site.pu]", 13, "no figure of the account stands at `site.pu`; did you mean `site.pue`?"),
        ("certain: [site..pue]", 13, "is not a path"),
        ("spread: {site.pue: +-3 %}", 22, "the file gives site.pue a range already; leave one out"),
        ("spread: {systems.pool.host_power: 10..20 W}", 37,
         "`10..20 W` does not hold the best estimate of systems.pool.host_power, 200 W"),
        ("spread: {systems.pool.host_power: 10..20 kg}", 37, "is a mass of CO2e, not a power"),
        ("spread: {systems.pool.host_power: 3 %}", 37, "`3 %` is no spread; write `+-3 %`"),
        ("spread: {systems.pool.host_power: +-120 %}", 37, "a spread is above 0 and below 100 %"),
        ("spread: {systems.*.host: +-1 %}", 28, "no figure of the account stands at `systems.*.host`"),
        (f"correlations: [{PAIR % 1.9}]", 80, "`1.9` is no rank correlation, which lies in -1..1"),
        ("correlations: [{rank: 1}]", 18, "write {of: [PATH, PATH], rank: 0.5}"),
        ("correlations: [{of: [site.pue], rank: 1}]", 18, "of: the paths of two figures are wanted"),
        ("correlations: [{together: [site.pue]}]", 18, "together: the paths of two figures or more"),
        ("correlations: [{of: [site.pue, systems.pool.host_power], rank: 1}]", 34,
         "systems.pool.host_power has no range; give it one, or leave it out"),
        ("correlations: [{of: [site.pue, systems.*.*], rank: 1}]", 34, "systems.*.* means 4 unknowns"),
        ("correlations: [{of: [site.pue, site.pue], rank: 1}]", 23, "both are one unknown already"),
        (f"correlations: [{PAIR % 1}, {PAIR % 0.5}]", 89, "these two is given twice"),
        (("correlations: [{together: [site.pue, systems.pool.power]}, "
         "{together: [site.pue, systems.pool.lifetime]}]"), 74,
         "site.pue goes together with other figures already; write one list"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_block_is_said_with_its_place(block, col, said):
    with pytest.raises(InputError) as error:
        service(f"  {block}")
    problem = error.value.problems[0]
    assert (problem.line, problem.col) == (LINES + 2, col), problem
    assert said in problem.message


def test_correlations_that_cannot_be_all_at_once_are_refused():
    (case,) = of_case("U11")
    assert float(case["value"]) == -0.8
    names = ("systems.pool.power", "site.pue", "systems.pool.lifetime")
    pairs = [(names[0], names[1], 0.9), (names[1], names[2], 0.9), (names[0], names[2], -0.9)]
    listed = ", ".join(f"{{of: [{a}, {b}], rank: {rank}}}" for a, b, rank in pairs)
    with pytest.raises(InputError, match=r"the least eigenvalue of their matrix is -0\.8") as error:
        service(f"  correlations: [{listed}]")
    assert error.value.problems[0].line == LINES + 2
    # Ranks that could be, of which no normal scores are: -0.5 of each pair of three.
    listed = ", ".join(f"{{of: [{a}, {b}], rank: -0.5}}" for a, b, _ in pairs)
    with pytest.raises(InputError, match="as those of normal scores"):
        service(f"  correlations: [{listed}]")


def test_several_faults_are_said_at_once():
    with pytest.raises(InputError) as error:
        service("  certain: [a.b, c.d]\n  spread: {site.pue: +-3 %}\n  correlations: "
                "[{together: [e.f, site.pue]}]")  # fmt: skip
    assert len(error.value.problems) == 4


def test_a_normalised_workload_says_the_same():
    """What a result holds as its spec is a workload with the same unknowns."""
    first = example("uncertainty.yaml")
    again = account(json.dumps(first.spec))
    assert again.uncertainty == first.uncertainty
    assert again.total == first.total
    assert unknowns(again) == unknowns(first)


def test_a_value_of_the_command_line_needs_no_range():
    """It takes precedence over what the file says of the range of the value that it replaces."""
    block = """uncertainty:
  spread: {systems.pool.host_power: +-3 %}
  correlations: [{of: [systems.pool.lifetime, systems.pool.utilization], rank: -0.6}]
"""
    assert account(TEXT + block).uncertainty.ranks
    sets = ("systems.pool.utilization=80 %", "systems.pool.host_power=200..220 W")
    replaced = account(TEXT + block, *sets)
    assert not replaced.uncertainty.ranks
    inputs = [v for entry in replaced.booked for v in entry.inputs if v.name == "host_power"]
    assert {(value.low, value.high) for value in inputs} == {(200.0, 220.0)}
