"""Right values of schedules, tests/oracles/site, and the series that they are of."""

import csv
from functools import cache

from carbonctl.site.integral import Steps, steps
from carbonctl.spec.hours import HourlyFile
from tests.conftest import CATALOG, ROOT

FOLDER = ROOT / "tests" / "oracles" / "site"


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


@cache
def year(name: str) -> Steps:
    """Return the intensity of a packaged year, named as in the right values, by IPCC factors."""
    authority = name.removeprefix("eia930_2022_").removesuffix(".csv")
    ref = HourlyFile(file=f"eia930/{authority}-2022", factors="ipcc2014")
    return steps(CATALOG.hourly_grid(ref, None).intensity.values, 1.0)
