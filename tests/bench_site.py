"""Kernels of sites for ``make bench``: ``python -m tests.bench_site NAME COUNT`` runs one so often.

`pass` is one numpy pass over a year and `read` reads a year with the csv module: what the others
are measured by.
"""

import csv
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from carbonctl.site.backlog import FlexibleDemand, Tier
from carbonctl.site.battery import Battery, run
from carbonctl.site.contiguous import contiguous
from carbonctl.site.coverage import coverage
from carbonctl.site.designs import Period, Plants, sums
from carbonctl.site.integral import steps
from carbonctl.site.interruptible import interruptible
from carbonctl.site.job import Job
from carbonctl.site.optimum import optimum
from carbonctl.site.policy import defer
from carbonctl.site.shifting import DesignLoads
from carbonctl.site.sizing import size_battery
from carbonctl.site.windows import least_unmet_mwh, moved_to_surplus

HOURS, WEEKS, DESIGNS = 8760, 336, 44_000
CAPACITY = 30.0
RNG = np.random.default_rng(1)
DAY = np.arange(HOURS) % 24
DEMAND = np.full(HOURS, 20.0)
SUN = np.maximum(np.sin((DAY - 6) / 12 * np.pi), 0)
WIND = np.clip(0.4 + np.cumsum(RNG.normal(0, 0.05, HOURS)) % 1 - 0.5, 0, 1)
OWN = 60 * SUN * RNG.uniform(0.6, 1, HOURS) + 40 * WIND
GRAMS = 350 - 150 * SUN + RNG.normal(0, 20, HOURS)
DAYS = np.arange(0, HOURS, 24)
BATTERY = Battery(100.0, 25.0, 25.0, 0.95, 0.95)
WAITS = FlexibleDemand(DEMAND, (Tier(0.4, "defer", 24.0),), 1.0)
RIGID = FlexibleDemand(DEMAND, (), 1.0)
JOB = Job(100.0, 500.0, 0.0, float(HOURS))


COLUMNS = ("wind", "solar", "hydro", "oil", "gas", "coal", "nuclear", "other", "grams", "cfe")


@cache
def year_file() -> Path:
    """Write a year as people have it, generation by kind of plant, and return its path."""
    path = Path(tempfile.mkdtemp()) / "year.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("start_utc", *COLUMNS))
        times = np.datetime64("2022-01-01T00:00:00") + np.arange(HOURS) * np.timedelta64(1, "h")
        columns = (np.round(400 * RNG.random(HOURS), 2).tolist() for _ in COLUMNS)
        writer.writerows(zip(times.astype(str), *columns, strict=True))
    return path


def read() -> None:
    with year_file().open(newline="") as file:
        for row in csv.DictReader(file):
            for column in COLUMNS:
                float(row[column])


def designs(*, is_flexible: bool) -> None:
    span = slice(0, WEEKS)
    plants = Plants(
        np.array([SUN[span], WIND[span]]), RNG.uniform(0, 100, (2, DESIGNS)), (False, False)
    )
    battery = Battery(RNG.uniform(0, 200, DESIGNS), 25.0, 25.0, 0.95, 0.95)
    load: Any = DEMAND[span]
    if is_flexible:
        demand = FlexibleDemand(load, (Tier(0.4, "defer", 24.0),), 1.0)
        load = DesignLoads(
            demand, GRAMS[span], np.full(DESIGNS, CAPACITY),
            lambda rows: (own for own, _ in plants.steps(rows)),
        )  # fmt: skip
    sums(plants, battery, load, Period(GRAMS[span], GRAMS[span]))


def least(flexible: FlexibleDemand) -> None:
    optimum(flexible, OWN, GRAMS, CAPACITY, storage=BATTERY)


KERNELS: dict[str, Callable[[], Any]] = {
    "pass": lambda: np.maximum(DEMAND - OWN, 0.0).sum(),
    "read": read,
    "coverage": lambda: coverage(DEMAND, OWN),
    "shifting": lambda: least_unmet_mwh(DEMAND, 0.4, OWN, CAPACITY, DAYS, 1.0),
    "shifting-trace": lambda: moved_to_surplus(DEMAND, 0.4 * DEMAND, OWN, GRAMS, CAPACITY, DAYS),
    "battery": lambda: run(BATTERY, DEMAND, OWN, start=0.5),
    "policy": lambda: run(BATTERY, defer(WAITS, OWN, CAPACITY).load_mw, OWN),
    "lp-battery": lambda: least(RIGID),
    "lp-joint": lambda: least(WAITS),
    "start": lambda: contiguous(JOB, steps(GRAMS, 1.0)),
    "interruptible": lambda: interruptible(JOB._replace(is_interruptible=True), steps(GRAMS, 1.0)),
    "sizing": lambda: size_battery(Battery(100.0, 40.0, 40.0, 0.95, 0.95), DEMAND, OWN, 0.97),
    "designs-battery": lambda: designs(is_flexible=False),
    "designs-joint": lambda: designs(is_flexible=True),
}

if __name__ == "__main__":
    read()  # the file is there before the clock counts much
    for _ in range(int(sys.argv[2])):
        KERNELS[sys.argv[1]]()
