"""From a workload to its schedule, beside right values: tests/oracles/site."""

from datetime import UTC, datetime, timedelta

import pytest

from carbonctl import estimators
from carbonctl.site.schedules import Question
from carbonctl.site.scheduling import schedule
from carbonctl.spec.load import load
from tests.conftest import CATALOG
from tests.site.schedules import FOLDER, rows

NEAR = 1e-9
KW = 100  # devices of 10 W for each kW
JOB = """\
name: job
site: {{grid_hourly: {{file: {file}, column: grid_g_per_kwh}}, pue: {pue}}}
phases:
  training:
    - {{name: run, kind: compute, device: nvidia/t4, devices: {devices}, power: 10 W, host_power: 0 W,
       wall_time: {hours} h, schedule: {{release: '{release}', deadline: '{deadline}'{more}}}}}
"""


def at(name, hours):
    """Return a time of an input, so many hours after its first."""
    first = datetime.fromisoformat(rows(f"inputs/{name}.csv")[0]["timestamp_utc"])
    return (first.astimezone(UTC) + timedelta(hours=float(hours))).isoformat()


def made(name, row, hours, power_kw, pue=1.0, more=""):
    text = JOB.format(
        file=FOLDER / "inputs" / f"{name}.csv", pue=pue, devices=float(power_kw) * KW, hours=hours,
        release=at(name, row["release_h"]), deadline=at(name, row["deadline_h"]), more=more,
    )  # fmt: skip
    loaded = load(text, "job.yaml", estimators, CATALOG)
    return schedule(loaded, CATALOG, Question()).jobs[0]


def near(value, text):
    assert value == pytest.approx(float(text), rel=NEAR)


def ids(row):
    return row["case"]


@pytest.mark.parametrize(
    "row", [row for row in rows("schedule.csv") if row["now_kg"]], ids=ids
)  # fmt: skip
def test_contiguous_and_interruptible(row):
    more = ", interruptible: yes"
    job = made(row["input"], row, row["duration_h"], row["power_kw"], more=more)
    ways = {option.name: option for option in job.options}
    near(ways["now"].energy_kwh, row["energy_kwh"])
    for name in ("now", "contiguous", "interruptible", "latest"):
        near(ways[name].kgco2e, row[f"{name}_kg"])
    assert ways["contiguous"].saves_pct == pytest.approx(
        float(row["contiguous_saves_pct"]), rel=NEAR, abs=1e-9
    )
    near(job.best.kgco2e, min(float(row["contiguous_kg"]), float(row["interruptible_kg"])))


@pytest.mark.parametrize("row", rows("schedule_pauses.csv"), ids=ids)
def test_limited_pauses(row):
    energy = float(row["restart_energy_h"]) * float(row["power_kw"])
    most = f", max_pauses: {row['max_pauses']}" if row["max_pauses"] else ""
    more = f", interruptible: yes, restart_energy: {energy} kWh{most}"
    job = made(row["input"], row, row["hours"], row["power_kw"], more=more)
    near(next(o for o in job.options if o.name == "interruptible").kgco2e, row["best_kg"])


@pytest.mark.parametrize("row", rows("elastic.csv"), ids=ids)
def test_elastic(row):
    throughput = row["throughput"].split(";")
    curve = ", ".join(f"{n}: {rate}" for n, rate in enumerate(throughput) if n)
    job = made(
        row["input"], row, row["work_worker_hours"], row["power_per_worker_kw"],
        more=f", elastic: {{{curve}}}",
    )  # fmt: skip
    near(job.best.kgco2e, row["best_kg"])
    near(job.now.kgco2e, row["one_worker_now_kg"])


@pytest.mark.parametrize("case", ["reg-01", "reg-02"])
def test_regions(case, tmp_path):
    home, *others = [row for row in rows("regions.csv") if row["case"] == case]
    first = datetime.fromisoformat(rows("inputs/erco_week.csv")[0]["timestamp_utc"])
    regions = []
    for row in others:
        table = rows(f"inputs/{row['region']}.csv")
        column = next(name for name in table[0] if name.endswith("g_per_kwh"))
        lines = [f"{(first + timedelta(hours=hour)).isoformat()},{each[column]}"
                 for hour, each in enumerate(table)]  # fmt: skip
        path = tmp_path / f"{row['region']}.csv"
        path.write_text("\n".join(["start_utc,grid_g_per_kwh", *lines, ""]))
        regions.append(
            f"{row['region']}: {{grid_hourly: {path}, pue: {row['pue']}, "
            f"transfer: {row['transfer_kwh']} kWh}}"
        )
    more = f", regions: {{{', '.join(regions)}}}"
    job = made(home["region"], home, home["duration_h"], home["it_power_kw"], home["pue"], more)
    for region, row in (("home", home), *((row["region"], row) for row in others)):
        ways = {option.name: option for option in job.options if option.region == region}
        near(ways["now"].kgco2e - ways["now"].transfer_kgco2e, row["now_kg"])
        near(ways["contiguous"].kgco2e, row["total_kg"])
        assert ways["now"].transfer_kgco2e == pytest.approx(float(row["transfer_kg"]), rel=NEAR)
    assert job.best.kgco2e == min(o.kgco2e for o in job.options if o.name == "contiguous")
