"""The eight distributions: quantiles, moments, limits, and how a spec gives them."""

import json
import math

import numpy as np
import pytest

from carbonctl.errors import InputError
from carbonctl.factors.beta import beta_quantile, incomplete_beta
from carbonctl.factors.correlation import copula, least_eigenvalue
from carbonctl.factors.distributions import AT_SCORE, QUANTILES, levels_within
from carbonctl.factors.normal import normal_quantile, normal_share
from carbonctl.ledger.ranges import Move, range_of
from carbonctl.ledger.unknowns import unknown_of
from carbonctl.numbers.values import Value
from tests.conftest import account
from tests.uncertainty.cases import close, of_case

DISTRIBUTIONS = ("U01", "U02", "U03", "U04", "U05", "U06", "U08", "U17")
INPUTS = {case["case"]: case["inputs"] for case in reversed(of_case(*DISTRIBUTIONS))}


def made_of(case: dict[str, str]):
    """Return the name of a distribution with its low, best, high and parameters."""
    made = json.loads(INPUTS[case["case"]] if case["inputs"] == "{}" else case["inputs"])
    best = made.get("best", math.nan)
    more = [made["gsd"]] if "gsd" in made else []
    for value, weight in made.get("values", {}).items():
        more += [float(value), weight]
    ends = made.get("low", math.nan), best, made.get("high", math.nan)
    return made["distribution"], (*ends, *more)


def moments(name: str, numbers) -> tuple[float, float]:
    """Return mean and standard deviation, from the quantiles of many levels."""
    if name in AT_SCORE:  # smooth on either side of its median: Gauss and Legendre over scores
        nodes, own = np.polynomial.legendre.leggauss(400)
        scores, weights = nodes * 6 + 6, own * 6
        scores = np.concatenate([-scores, scores])
        weights = np.concatenate([weights, weights]) * np.exp(-(scores**2) / 2)
        weights /= math.sqrt(2 * math.pi)
        values = AT_SCORE[name](scores, *numbers)
    else:
        levels = (np.arange(2_000_000) + 0.5) / 2_000_000
        values = QUANTILES[name](levels, *numbers)
        weights = np.full(len(levels), 1 / len(levels))
    mean = float(weights @ values)
    return mean, math.sqrt(float(weights @ (values - mean) ** 2))


@pytest.mark.parametrize(
    "case", of_case(*DISTRIBUTIONS), ids=lambda case: f"{case['case']}: {case['quantity']}"
)
def test_quantiles_and_moments(case):
    name, numbers = made_of(case)
    kind, _, level = case["quantity"].partition(" ")
    if kind == "quantile":
        close(case, QUANTILES[name](float(level), *numbers))
        close(case, QUANTILES[name](np.array([float(level), 0.3]), *numbers)[0])
    elif kind in ("mean", "standard"):
        found = moments(name, numbers)[kind == "standard"]
        assert found == pytest.approx(float(case["value"]), rel=1e-6)
    elif kind == "low":
        text = "{best: 400 kWh, gsd: 1.1, distribution: lognormal}"
        close(case, given(text).low)
    else:
        assert kind == "probability"
        start, end = (QUANTILES[name], numbers)
        inside = levels_within(lambda q: start(q, *end), 400 / 1.1**2, 400 * 1.1**2)
        close(case, inside[1] - inside[0])


@pytest.mark.parametrize("case", of_case("U09"), ids=lambda case: case["inputs"])
def test_rank_correlations_as_those_of_normal_scores(case):
    close(case, copula(json.loads(case["inputs"])["spearman"]))


@pytest.mark.parametrize("case", of_case("U10"), ids=lambda c: c["inputs"] + c["quantity"])
def test_the_spread_of_a_sum_of_two_that_are_correlated(case):
    """One standard deviation in the place of the 5th and the 95th percentile."""
    made = json.loads(case["inputs"])
    sign = -1 if "difference" in case["quantity"] else 1
    moves = [Move(-made["sd"][0], made["sd"][0]), Move(-sign * made["sd"][1], sign * made["sd"][1])]
    low, high = range_of(500.0, moves, is_amount=False, pairs=[(0, 1, made["correlation"])])
    close(case, high - 500)
    close(case, 500 - low)


def test_the_least_eigenvalue():
    (case,) = of_case("U11")
    close(case, least_eigenvalue(json.loads(case["inputs"])["matrix"]))
    rng = np.random.default_rng(5)
    for size in (1, 2, 5, 9):
        made = rng.uniform(-1, 1, (size, size))
        matrix = made + made.T
        assert least_eigenvalue(matrix) == pytest.approx(np.linalg.eigvalsh(matrix)[0], abs=1e-12)


def test_the_incomplete_beta_and_its_inverse():
    """Of whole parameters it is a binomial sum: P(at least a of n = a + b - 1 at x)."""
    for a, b in ((1, 5), (2, 4), (3, 3), (5, 1)):
        n = a + b - 1
        for x in (1e-6, 0.1, 0.5, 0.7, 0.999):
            exact = math.fsum(math.comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
            assert incomplete_beta(x, a, b) == pytest.approx(exact, rel=1e-13)
    levels = np.array([1e-9, 1e-4, 0.05, 0.5, 0.9, 0.99999])
    for a in (1.0, 1.3, 2.5, 3.0, 4.999, 5.0):
        of_array = beta_quantile(levels, a, 6 - a)
        assert incomplete_beta(of_array, a, 6 - a) == pytest.approx(levels, rel=1e-9)
        assert of_array == pytest.approx([beta_quantile(q, a, 6 - a) for q in levels], rel=1e-11)
    assert (beta_quantile(0.0, 2.0, 4.0), beta_quantile(1.0, 2.0, 4.0)) == (0, 1)


def test_the_normal_quantile_of_an_array():
    levels = np.array([1e-300, 1e-20, 1e-5, 0.04, 0.4999, 0.5, 0.8, 0.9999, 1 - 1e-15])
    assert normal_quantile(levels) == pytest.approx([normal_quantile(q) for q in levels], rel=1e-15)
    assert normal_quantile(0.0) == -math.inf
    assert normal_quantile(1.0) == math.inf


# --- what a spec gives ---

ENERGY = (
    "name: x\nsite: {{grid: FR, pue: {pue}}}\nphases:\n  training:\n  - kind: energy\n"
    "    energy: {energy}\n    embodied: 0 kg\n"
)


def given(energy: str = "1 MWh", pue: str = "1.2", name: str = "energy") -> Value:
    """Return a figure of an account as it is used."""
    result = account(ENERGY.format(energy=energy, pue=pue))
    return next(value for entry in result.booked for value in entry.inputs if value.name == name)


@pytest.mark.parametrize(
    ("text", "best", "low", "high", "parameters"),
    [
        ("{best: 4 kWh, low: 3 kWh, high: 6 kWh, distribution: pert}", 4, 3, 6, ()),
        ("{low: 3 kWh, high: 6 kWh, distribution: uniform}", 4.5, 3, 6, ()),
        ("{best: 4 kWh, low: 3 kWh, high: 6 kWh, distribution: uniform}", 4, 3, 6, ()),
        ("{low: 4 kWh, high: 9 kWh, distribution: lognormal}", 6, 4, 9, ()),
        ("{best: 4 kWh, gsd: 2, distribution: lognormal}", 4, 1, 16, (2,)),
        ("{best: 10 kWh, sd: 5 %, distribution: normal}", 10, 9, 11, (0.5,)),
        ("{best: 10 kWh, sd: 500 Wh, distribution: normal}", 10, 9, 11, (0.5,)),
        ("{values: {8 kWh: 25 %, 4 kWh: 0.75}, distribution: discrete}", 5, 4, 8, (4, 0.75, 8, 0.25)),
        ("{best: 4 kWh, values: {8 kWh: 0.25, 4 kWh: 0.75}, distribution: discrete}", 4, 4, 8,
         (4, 0.75, 8, 0.25)),
    ],
)  # fmt: skip
def test_a_mapping_with_a_distribution(text, best, low, high, parameters):
    value = given(text)
    assert (value.best, value.low, value.high) == pytest.approx((best, low, high))
    assert value.parameters == pytest.approx(parameters)
    result = account(ENERGY.format(energy=text, pue="1.2"))
    written = result.spec["phases"]["training"][0]["energy"]
    again = account(json.dumps({**result.spec}))
    (one, other) = (
        next(v for e in r.booked for v in e.inputs if v.name == "energy") for r in (result, again)
    )
    assert written["distribution"] == one.distribution
    assert one._replace(line=None) == other._replace(line=None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{best: 4 kWh, distribution: pret}", "`pret` is no distribution; did you mean `pert`?"),
        ("{best: 4 kWh, distribution: pert}", "`distribution: pert` needs `best`, `low` and `high`"),
        ("{best: 4 kWh, distribution: lognormal}",
         "`distribution: lognormal` needs `best` and `gsd`, or `low` and `high`"),
        ("{best: 4 kWh, gsd: 2}", "`gsd` needs `distribution: lognormal`; add that"),
        ("{best: 4 kWh, sd: 2 kWh}", "`sd` needs `distribution: normal`; add that"),
        ("{best: 4 kWh, low: 2 kWh, gsd: 2, distribution: lognormal}", "`low` does not go with"),
        ("{best: 4 kWh, gsd: 0.9, distribution: lognormal}", "`0.9`: gsd is the geometric"),
        ("{best: 4 kWh, sd: 0 kWh, distribution: normal}", "`0 kWh`: sd is the standard deviation"),
        ("{best: 4 kWh, sd: 1 kg, distribution: normal}", "`1 kg` is a mass of CO2e, not an energy"),
        ("{low: 0 kWh, high: 3 kWh, distribution: lognormal}", "values above 0, and low is not"),
        ("{best: 9 kWh, low: 4 kWh, high: 16 kWh, distribution: lognormal}",
         "off √(low·high), the median of a lognormal with this low and high; write `distribution: two-piece"),
        ("{best: 9 kWh, low: 1 kWh, high: 3 kWh, distribution: pert}",
         "best must lie between low and high"),
        ("{values: {4 kWh: 0.5, 8 kWh: 0.4}, distribution: discrete}",
         "the weights sum to 0.9, not to 1"),
        ("{values: {4 kWh: 0.5, 8 kWh: -0.5}, distribution: discrete}",
         "the weight of `8 kWh` is not above 0"),
        ("{values: 4 kWh, distribution: discrete}", "a mapping of quantities to weights"),
        ("{best: 4 kWh, low: 5 kWh, high: 3 kWh, distribution: pert}",
         "low must not be above high"),
        ("{best: -4 kWh, sd: 1 kWh, distribution: normal}", "`-4 kWh`: must not be negative"),
        ("{best: 4 kWh, distributio: pert}", "unknown key `distributio` in a quantity; did you"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_distribution_is_said_with_its_place(text, said):
    with pytest.raises(InputError) as error:
        given(text)
    (problem,) = error.value.problems
    assert (problem.line, problem.col) == (6, 13)
    assert said in problem.message


def test_bounds_outside_what_a_figure_can_be_cut_its_distribution():
    """A normal PUE of 1.1 ± 0.1: 15.9 % lies below 1, and is not there."""
    value = given(pue="{best: 1.1, sd: 0.1, distribution: normal}", name="pue")
    pue = unknown_of(value)
    first, last = pue.span
    assert (first, last) == (pytest.approx(normal_share(-1), rel=1e-9), 1)
    assert pue.quantile(0.0) == pytest.approx(1)
    assert pue.quantile(0.5) == pytest.approx(1.1 + 0.1 * normal_quantile((1 + first) / 2))
    assert 1 < value.low < 1.01  # not below 1, where no PUE is
    assert value.high == pytest.approx(1.3)
    values = np.asarray(pue.quantile((np.arange(10_000) + 0.5) / 10_000))
    assert values.min() >= 1
    assert np.mean(values < 1.001) < 0.01  # and no heap of them at 1
    bounded = unknown_of(
        given(pue="{best: 1.1, low: 0.9, high: 1.2, distribution: uniform}", name="pue")
    )
    assert bounded.levels == pytest.approx((1.01, 1.1, 1.19))
    with pytest.raises(InputError, match=r"`0\.9` is below 1"):
        given(pue="{best: 1.1, low: 0.9, high: 1.2}")


def test_what_is_cut_off_much_is_warned_of():
    def warnings(pue: str) -> list[str]:
        result = account(ENERGY.format(energy="1 MWh", pue=pue))
        return [text for text in result.warnings if "distribution" in text]

    assert not warnings("{best: 1.2, sd: 0.1, distribution: normal}")
    (said,) = warnings("{best: 1.1, sd: 0.1, distribution: normal}")
    assert said.startswith("site.pue: 16 % of its distribution lies outside what it can be")


def test_all_of_it_outside_is_refused():
    for text in ("values: {0.5: 0.5, 0.9: 0.5}, distribution: discrete",
                 "low: 0.1, high: 0.9, distribution: uniform"):  # fmt: skip
        with pytest.raises(InputError, match="all of the distribution lies outside"):
            given(pue=f"{{{text}}}")


def test_a_two_piece_pue_must_have_its_low_above_one():
    text = "{best: 1.2, low: 1, high: 1.5, distribution: two-piece-lognormal}"
    with pytest.raises(InputError, match="its low must be above 1") as error:
        given(pue=text)
    assert (error.value.problems[0].line, error.value.problems[0].col) == (2, 23)
