"""The rates of structures: those of many at once are those of each by itself."""

import math
from itertools import product

import numpy as np
import pytest

from carbonctl.analysis.accounts import Accounts
from carbonctl.batch.fleet.rates import Rater
from carbonctl.batch.fleet.structures import FIGURES, WORDS, Sayings, Structure
from tests.conftest import CATALOG

H100, A100 = "nvidia/h100-sxm5-80gb", "nvidia/a100-sxm4-80gb"
# The first is a cloud region, whose provider must not stay with the others; some have no figure.
PLACES = ("aws/us-east-1", "FR", "DE", "AU-NSW", "AD", "US", "CN-AH", "CN-BJ", "PL", "nowhere",
          "gcp/europe-west1", "aws/eu-west-1", "aws/eu-central-1", "GB", "null")  # fmt: skip
BY_LOAD = ("device_h", "load_h", "wall_h")
BY_CORES = ("device_h", "core_wh", "memory_gbh", "wall_h")
SAYINGS = Sayings(defaults={"load": "80 %", "dram_power": "0.37..0.4 W/GB"})


def structure(device, grid, year, devices, varies):
    words = {"device": device, "grid": grid, "year": year}
    nothing = (math.nan,) * len(FIGURES)
    return Structure(tuple(words.get(w, "") for w in WORDS), nothing, devices, True, varies)


STRUCTURES = [
    structure(*words)
    for words in product((H100, A100), PLACES, ("", "2012"), (math.nan, 64.0), (BY_LOAD, BY_CORES))
]


def said(accounted):
    """Return all that is known of a structure, numbers to the last digit."""
    if accounted.error is not None:
        return [problem.message for problem in accounted.error.problems]
    parts = {
        labels: (
            rates.sums.tolist(),
            rates.median.tolist(),
            {key: np.array(ends).tolist() for key, ends in rates.moves.items()},
        )
        for labels, rates in accounted.parts.items()
    }
    kinds = [caution.kind for caution in accounted.warnings]
    return repr(parts), accounted.assumptions, accounted.warnings, kinds


@pytest.mark.parametrize("labels", [None, lambda entry: (entry.item, entry.site)])
@pytest.mark.parametrize("overrides", [(), ("site.pue=1.1..1.3",)])
def test_many_structures_are_each_by_itself(labels, overrides):
    together = Rater(CATALOG, SAYINGS, overrides, labels).rates(STRUCTURES)
    for one, accounted in zip(STRUCTURES, together, strict=True):
        (alone,) = Rater(CATALOG, SAYINGS, overrides, labels).rates([one])
        assert said(accounted) == said(alone), one
    faulty = {one.word("grid") for one, a in zip(STRUCTURES, together, strict=True) if a.error}
    assert faulty == {"AD", "nowhere", "null"}


def test_an_override_holds_in_all_structures():
    ours = Rater(CATALOG, SAYINGS, ("site.grid=SE",)).rates(STRUCTURES[:80])
    grids = {key[0] for a in ours for key in a.parts[()].moves if key[0].startswith("grid:")}
    assert {grid.split(":")[1] for grid in grids} == {"SE"}


def test_structures_on_many_grids_are_few_accounts(monkeypatch):
    """What many accounts cost is what decides how long a fleet takes."""
    count = 0
    account = Accounts.at

    def counted(*words):
        nonlocal count
        count += 1
        return account(*words)

    monkeypatch.setattr(Accounts, "at", counted)
    zones = [zone for zone in CATALOG.zones if zone.startswith("CN-")][:20]
    some = [structure(device, zone, "", math.nan, BY_LOAD) for device in (H100, A100)
            for zone in zones]  # fmt: skip
    assert not any(accounted.error for accounted in Rater(CATALOG, SAYINGS).rates(some))
    assert count <= 8
