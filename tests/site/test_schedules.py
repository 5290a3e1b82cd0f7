"""Schedules beside right values of an independent implementation: tests/oracles/site."""

import pytest

from carbonctl.site.contiguous import contiguous, start_at
from carbonctl.site.elastic import curve, elastic
from carbonctl.site.interruptible import interruptible
from carbonctl.site.job import Job, window
from carbonctl.site.regions import Region, placements
from carbonctl.site.waiting import releases, repeated, saving, totals, waiting
from tests.site.schedules import rows, series, year

NEAR = 1e-9


def near(value, text):
    assert value == pytest.approx(float(text), rel=NEAR)


def job(row, power="power_kw", duration="duration_h"):
    names = (duration, power, "release_h", "deadline_h")
    return Job(*(float(row[name]) for name in names))


def ids(row):
    return row["case"]


@pytest.mark.parametrize("row", rows("schedule.csv"), ids=ids)
def test_contiguous_and_interruptible(row):
    grid = series(row["input"])
    asked = job(row)._replace(is_interruptible=True)
    if row["contiguous_start_h"] == "infeasible":
        with pytest.raises(ValueError, match=r"takes 2 h, but only 1\.5 h"):
            waiting(asked, grid)
        return
    runs = waiting(asked, grid)
    best, paused = runs.contiguous.run, runs.interruptible.run
    near(best.energy_kwh, row["energy_kwh"])
    near(paused.energy_kwh, row["energy_kwh"])
    near(runs.now.kgco2e, row["now_kg"])
    near(best.start_h, row["contiguous_start_h"])
    near(best.kgco2e, row["contiguous_kg"])
    near(paused.kgco2e, row["interruptible_kg"])
    near(runs.latest.kgco2e, row["latest_kg"])
    for run, column in ((best, "contiguous_saves_pct"), (paused, "interruptible_saves_pct")):
        pct = saving(runs.now.kgco2e, run.kgco2e).pct
        assert pct == pytest.approx(float(row[column]), rel=NEAR, abs=1e-9)


@pytest.mark.parametrize("row", rows("schedule_pauses.csv"), ids=ids)
def test_limited_pauses(row):
    most = int(row["max_pauses"]) if row["max_pauses"] else None
    restart = float(row["restart_energy_h"]) * float(row["power_kw"])
    asked = job(row, duration="hours")._replace(
        is_interruptible=True, max_pauses=most, restart_kwh=restart
    )
    run = interruptible(asked, series(row["input"]))
    near(run.kgco2e, row["best_kg"])
    assert most is None or run.pauses <= most


@pytest.mark.parametrize("case", sorted({row["case"] for row in rows("regions.csv")}))
def test_regions(case):
    table = [row for row in rows("regions.csv") if row["case"] == case]
    names = [row["region"] for row in table]
    length = min(len(series(name).values) for name in names)
    regions = [
        Region(row["region"], series(row["region"]), pue=float(row["pue"]),
               transfer_kwh=float(row["transfer_kwh"]))
        for row in table
    ]  # fmt: skip
    assert all(len(region.series.values) == length for region in regions)
    home = next(region for region, row in zip(regions, table, strict=True) if row["home"] == "yes")
    away = [region for region in regions if region is not home]
    placed = {p.name: p for p in placements(job(table[0], "it_power_kw"), home, away)}
    for row in table:
        placement = placed[row["region"]]
        near(placement.waiting.now.kgco2e, row["now_kg"])
        near(placement.waiting.contiguous.run.start_h, row["best_start_h"])
        near(placement.waiting.contiguous.run.kgco2e, row["best_kg"])
        near(placement.transfer_kgco2e, row["transfer_kg"])
        near(placement.total_kgco2e, row["total_kg"])


@pytest.mark.parametrize("row", rows("elastic.csv"), ids=ids)
def test_elastic(row):
    grid = series(row["input"])
    asked = job(row, "power_per_worker_kw", "work_worker_hours")
    scale = curve(dict(enumerate(map(float, row["throughput"].split(";")))))
    near(elastic(asked, grid, scale).kgco2e, row["best_kg"])
    runs = waiting(asked, grid, scale=scale)
    near(runs.best.run.kgco2e, row["best_kg"])
    near(runs.now.kgco2e, row["one_worker_now_kg"])


@pytest.mark.parametrize("row", rows("recurring.csv"), ids=ids)
def test_recurring(row):
    check_recurring(row, year(row["input"]))


def check_recurring(row, grid):
    length = float(row["deadline_after_release_h"])
    first, every = float(row["first_row"]), float(row["every_h"])
    released = releases(first, every, length, grid.end_h, int(row["runs"]))
    asked = Job(float(row["duration_h"]), 1.0, first, first + length, is_interruptible=True)
    sums = totals(repeated(asked, grid, released))
    for kind in ("now", "contiguous", "interruptible"):
        kg = getattr(sums, f"{kind}_kgco2e")
        near(kg / sums.energy_kwh * 1000, row[f"{kind}_g_per_kwh"])
        if kind != "now":
            near(saving(sums.now_kgco2e, kg).pct, row[f"{kind}_saves_pct"])


@pytest.mark.parametrize("row", rows("year.csv"), ids=ids)
def test_best_day_of_a_year(row):
    check_best_day(row, year(row["input"]))


def check_best_day(row, grid):
    near(grid.mean, row["grid_mean_g_per_kwh"])
    asked = Job(24.0, 1.0, 0.0, grid.end_h)
    best = contiguous(asked, grid)
    near(best.start_h, row["best_24h_start"])
    near(best.g_per_kwh, row["best_24h_mean_g"])
    (segment,) = start_at(window(asked, grid), best.start_h)
    assert best.segments == (segment,)
