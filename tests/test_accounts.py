"""Accounts at many points are those of each point by itself."""

from itertools import product

import pytest

from carbonctl.analysis.accounts import Accounts
from carbonctl.catalog import Catalog
from tests.conftest import CONFIGS, ROOT

SERVICE = ROOT / "tests/oracles/analysis/specs/service.yaml"


@pytest.fixture(scope="module")
def catalog():
    return Catalog()


def accounts(path, catalog):
    return Accounts(path.read_bytes(), path.name, path.name, catalog)


def are_equal(ours, theirs):
    return all(
        a == b or (a is not None and b is not None and abs(a - b) <= 1e-12 * abs(b))
        for a, b in zip(ours, theirs, strict=True)
    )


@pytest.mark.parametrize(
    ("file", "values"),
    [
        (SERVICE, {"systems.pool.utilization": ["30 %", "45.5 %", "100 %"],
                   "systems.pool.lifetime": ["3 years", "1500 days", "5 years"]}),
        (SERVICE, {"phases.inference.answers.requests": ["1e6 / day", "2e8 / day", "0 / day"],
                   "site.pue": ["1", "1.1", "1.2..1.4", "1.1..1.5", "1.3..1.3"]}),
        (CONFIGS / "quickstart.yaml", {"site.grid": ["FR", "DE", "aws/us-east-1", "SE", "PL"]}),
        (CONFIGS / "llama3.yaml", {"site.pue": ["1.05", "1.1", "1.2", "1.3"],
                                   "site.grid": ["FR", "US"]}),
    ],
)  # fmt: skip
def test_columns_give_what_each_point_gives(file, values, catalog):
    some = accounts(file, catalog)
    points = list(product(*values.values()))
    outcomes = some.outcomes([*values], points)
    for point, outcome in zip(points, outcomes, strict=True):
        alone = some.outcome([*values], point)
        assert are_equal(outcome.total, alone.total), point
    if any(text[0].isdigit() for texts in values.values() for text in texts):
        assert any(outcome.row is not None for outcome in outcomes)


def test_a_refused_point_leaves_the_others(catalog):
    some = accounts(SERVICE, catalog)
    points = [(f"{share} %",) for share in (50, 110, 60, 120, 70, 80)]
    outcomes = some.outcomes(["systems.pool.utilization"], points)
    assert [outcome.error is not None for outcome in outcomes] == [
        False, True, False, True, False, False,
    ]  # fmt: skip
    assert "110 %" in str(outcomes[1].error)


def test_figures_beyond_the_limits_are_refused_where_they_are(catalog):
    some = accounts(SERVICE, catalog)
    points = [("1e8 / day",), ("2e8 / day",), ("1e99 / day",), ("3e8 / day",)]
    outcomes = some.outcomes(["inference.answers.requests"], points)
    assert [outcome.error is None for outcome in outcomes] == [
        some.outcome(["inference.answers.requests"], point).error is None for point in points
    ]


def test_a_digit_that_begins_a_word_is_a_word(catalog):
    some = accounts(CONFIGS / "quickstart.yaml", catalog)
    points = [("4090",), ("3090",), ("4080",), ("4090",)]
    for point, outcome in zip(points, some.outcomes(["training.0.device"], points), strict=True):
        alone = some.outcome(["training.0.device"], point)
        assert (outcome.error is None) == (alone.error is None), point
        if alone.result is not None:
            assert are_equal(outcome.total, alone.total)
