"""Right values of schedules, tests/oracles/site, and the series that they are of."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from carbonctl.site.integral import Steps, steps
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "oracles" / "site"
HOURLY = ROOT / "hardware_db" / "hourly"
IPCC2014 = {
    "wind": 11, "solar": 41, "hydro": 24, "oil": 650, "gas": 490, "coal": 820, "nuclear": 12,
    "other": 230,
}  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of right values."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def series(name: str) -> Steps:
    """Return the intensity of an input [g/kWh]."""
    table = rows(f"inputs/{name}.csv")
    column = "grid_g_per_kwh" if "grid_g_per_kwh" in table[0] else "grid_ci_g_per_kwh"
    return steps([float(row[column]) for row in table], 1.0)


def year(name: str) -> Steps:
    """Return the intensity of a packaged year, named as in the right values.

    From the mix by IPCC 2014 factors; blanks are interpolated by kind of plant.
    """
    authority = name.removeprefix("eia930_2022_").removesuffix(".csv")
    if not HOURLY.is_dir():
        pytest.skip("the hourly series are not packaged yet")
    return mix_year(HOURLY / f"eia930_{authority}_2022.csv")


@cache
def mix_year(path: Path) -> Steps:
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    hours = np.arange(len(table))
    total = weighted = np.zeros(len(table))
    for kind, factor in IPCC2014.items():
        if f"{kind}_mw" not in table[0]:
            continue
        power = np.array([float(row[f"{kind}_mw"] or "nan") for row in table])
        known = ~np.isnan(power)
        power = np.interp(hours, hours[known], power[known]).clip(0)
        total = total + power
        weighted = weighted + power * factor
    return steps(weighted / total, 1.0)
