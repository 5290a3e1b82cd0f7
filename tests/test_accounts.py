"""Accounts at many points are those of each point by itself."""

from itertools import product

import pytest

from carbonctl.analysis.accounts import Accounts
from carbonctl.catalog import Catalog
from carbonctl.numbers.words import mark
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


# --- grids ---

SAID = ("booked", "entries", "total", "all_drivers", "assumptions", "warnings", "imports")
QUICKSTART = (CONFIGS / "quickstart.yaml").read_bytes()


def said(outcome):
    """Return all that is said at a point, figures and words; of one that is refused, why."""
    if outcome.error is not None:
        return str(outcome.error)
    made = {}
    for name in SAID:
        things = outcome.of(tuple(getattr(outcome.result, name)))
        made[name] = [repr(thing) for thing in things]
    made["kinds"] = [(caution.kind, caution.path) for caution in outcome.warnings]
    return made


def alone_and_together(data, paths, points, catalog, **how):
    """Check every point against its own account; return how many were done with others."""
    maker = Accounts(data, "job.yaml", "job", catalog, **how)
    outcomes = maker.outcomes(paths, points)
    for point, outcome in zip(points, outcomes, strict=True):
        assert said(outcome) == said(maker.outcome(paths, point)), point
    return sum(outcome.row is not None for outcome in outcomes)


@pytest.fixture(scope="module")
def places(catalog):
    """Every zone, those without a figure included, and every cloud region."""
    return [*catalog.zones, *catalog.regions]


@pytest.mark.parametrize(
    ("paths", "texts", "every"),
    [
        (("training.0.load",), [("50 %",), ("61.3 %",)], 1),
        (("site.pue",), [("1.1",), ("1.2..1.4",)], 7),
        (("site.year",), [("2012",), ("2023",)], 5),  # years that are far off, and said to be
        (("site.basis",), [("direct",)], 3),
        (("site.based_on",), [("consumption",)], 3),
        (("site.operator", "site.facility"), [("own", "hpc")], 5),
        (("site.wue",), [("0.3 L/kWh",)], 5),
    ],
)
def test_every_grid_is_what_it_is_by_itself(paths, texts, every, catalog, places):
    """All zones and cloud regions, those without a figure included."""
    points = [(place, *others) for place in places[::every] for others in texts]
    together = alone_and_together(QUICKSTART, ["site.grid", *paths], points, catalog)
    assert together > 0.6 * len(points)


def test_only_names_of_grids_go_together(catalog):
    texts = ["FR", "DE", "PL", "{hydro: 60 %, gas: 40 %}", '"IT"', "Österreich", "null", "~", "",
             "[FR]", "New York", "France", "nowhere", "no", "0x", "\ua66e0\ua66e"]  # fmt: skip
    points = [(text,) for text in texts]
    assert alone_and_together(QUICKSTART, ["site.grid"], points, catalog) >= 3


@pytest.mark.parametrize("held", ["\ua66e", '"\\ua66e"'])
def test_a_workload_that_holds_a_mark_is_done_point_by_point(held, catalog):
    data = QUICKSTART.replace(b"name: fine-tuning\n", f"name: {held}\n".encode())
    assert data != QUICKSTART
    points = [("FR",), ("DE",), ("PL",), ("IT",)]
    assert alone_and_together(data, ["site.grid"], points, catalog) == 0
    overrides = (f"name={mark(0)}",)
    assert alone_and_together(QUICKSTART, ["site.grid"], points, catalog, overrides=overrides) == 0


def test_grids_that_another_phase_has_too_are_one_unknown_with_it(catalog):
    data = QUICKSTART + b"phase_sites: {training: {grid: DE}}\n"
    points = [(zone,) for zone in ("FR", "DE", "PL", "IT", "DE", "ES")]
    assert alone_and_together(data, ["site.grid"], points, catalog) == 4


def test_a_site_that_is_no_mapping_is_refused_at_each_point(catalog):
    data = QUICKSTART.replace(b"  grid: US ", b"  carbon_intensity: 400 g/kWh ")
    points = [(zone,) for zone in ("FR", "DE", "PL", "nowhere")]
    alone_and_together(data, ["site.grid"], points, catalog)
    data = QUICKSTART.replace(b"site:\n  grid: US ", b"site: dublin\nsites: {dublin: {grid: IE}} ")
    assert alone_and_together(data, ["site.grid"], points, catalog) == 0


def test_a_year_is_no_figure_and_those_of_one_year_go_together(catalog):
    points = [(f"{load} %", year) for load in (20, 30, 40, 50) for year in ("2020", "2023")]
    assert alone_and_together(QUICKSTART, ["training.0.load", "site.year"], points, catalog) == 8


def test_values_of_points_may_be_the_workloads_own(catalog):
    """They are no changes: no provider stays, no PUE is said to move, and overrides hold."""
    data = QUICKSTART.replace(b"grid: US ", b"grid: aws/us-east-1 ")
    paths, points = ["site.grid"], [("FR",), ("DE",), ("PL",), ("aws/eu-west-1",)]
    for overrides in ((), ("site.pue=1.5",), ("site.grid=SE",)):
        how = {"overrides": overrides, "are_own": True}
        alone_and_together(data, paths, points, catalog, **how)
        outcomes = Accounts(data, "job.yaml", "job", catalog, **how).outcomes(paths, points)
        for (grid,), outcome in zip(points, outcomes, strict=True):
            own = data.replace(b"aws/us-east-1", grid.encode())
            alone = Accounts(own, "job.yaml", "job", catalog, overrides).account()
            assert are_equal(outcome.total, alone.total), (grid, overrides)
            assert outcome.warnings == alone.warnings
