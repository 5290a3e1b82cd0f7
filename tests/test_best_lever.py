"""What a change saves by the formulas of an account is what another account says of it."""

import pytest

from carbonctl import api
from carbonctl.analysis.best_lever import best_lever, options
from carbonctl.catalog import Catalog
from tests.conftest import CONFIGS

FILES = sorted([*CONFIGS.glob("*.yaml"), *CONFIGS.glob("federated/*.yaml")])


@pytest.fixture(scope="module")
def catalog():
    return Catalog()


def known(result):
    return sum(entry.kgco2e for entry in result.booked if entry.kgco2e is not None)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_best_lever_is_what_the_account_with_it_says(path, catalog):
    result = api.estimate(path)
    best = best_lever(result, catalog)
    savings = []
    for option in options(result, catalog):
        changed = api.estimate(path, set=option.settings)
        savings.append(known(result) - known(changed))
        if best is not None and option == best.option:
            assert best.saved == pytest.approx(savings[-1], rel=1e-9)
            assert best.share == pytest.approx(savings[-1] / known(result), rel=1e-9)
    if best is None:
        assert all(saved < 0.01 * known(result) * (1 + 1e-9) for saved in savings)
    else:
        assert best.saved == pytest.approx(max(savings), rel=1e-9)


def spec(site, **more):
    job = {"kind": "compute", "device": "nvidia/a100-sxm4-80gb", "device_time": "100 GPU-h"}
    return {"name": "job", "site": site, "phases": {"training": [{**job, **more}]}}


def names(site, catalog, **more):
    return [option.name for option in options(api.estimate(spec(site, **more)), catalog)]


def test_regions_are_of_the_same_cloud_and_cleaner_ones_come_first(catalog):
    some = names({"grid": "gcp/us-central1"}, catalog)
    regions = [name for name in some if "/" in name]
    assert len(regions) == 5
    assert all(name.startswith("gcp/") for name in regions)
    figures = [catalog.electricity(name).intensity for name in regions]
    assert [getattr(f, "best", f) for f in figures] == sorted(
        getattr(f, "best", f) for f in figures
    )


def test_a_country_has_no_regions_unless_a_provider_is_named(catalog):
    assert not any("/" in name for name in names({"grid": "FR"}, catalog))
    some = names({"grid": "FR", "provider": "azure"}, catalog)
    assert any(name.startswith("azure/") for name in some)


def test_a_given_intensity_has_no_other_place(catalog):
    assert not any("/" in name for name in names({"carbon_intensity": "300 g/kWh"}, catalog))


def test_what_is_good_already_is_no_option(catalog):
    some = names({"grid": "FR", "pue": 1.05}, catalog, utilization="90 %")
    assert some == ["2 more years of life"]


def test_a_region_brings_its_pue_unless_one_is_given(catalog):
    for site in ({"grid": "aws/us-east-1"}, {"grid": "aws/us-east-1", "pue": 1.3}):
        result = api.estimate(spec(site))
        region = next(c for c in options(result, catalog) if "/" in c.name)
        assert ("site.pue" in region.numbers) == ("pue" not in site)


def test_a_region_changes_only_what_is_at_that_site(catalog):
    """An activity at a grid of its own keeps its PUE, whatever the path of that says."""
    other = {"kind": "compute", "device": "nvidia/a100-sxm4-80gb", "device_time": "100 GPU-h",
             "name": "elsewhere", "site": {"grid": "DE"}}  # fmt: skip
    workload = spec({"grid": "aws/us-east-1"})
    workload["phases"]["training"].append(other)
    best = best_lever(api.estimate(workload), catalog)
    before, after = api.estimate(workload), api.estimate(workload, set=best.option.settings)
    assert best.saved == pytest.approx(known(before) - known(after), rel=1e-9)
