"""``carbonctl schedule``: when and where to run a job, what waiting saves, and what is refused."""

import csv
import io
import json
import random
import struct

import pytest

from tests.conftest import CONFIGS, run
from tests.schemas.readers import faults

FINE_TUNING = str(CONFIGS / "site" / "pausable.yaml")
NIGHTLY = str(CONFIGS / "site" / "nightly.yaml")
# 24 hours: clean from 11 to 15, dirty in the evening; those of the north are always 50.
DAY = [300] * 11 + [100] * 4 + [300] * 3 + [500] * 4 + [300] * 2
JOB = """\
name: job
site:
  grid: US-CAL-CISO
  pue: 1.0
  grid_hourly: day.csv
  {site}
phases:
  training:
    - name: run
      kind: compute
      device: nvidia/a100-sxm4-80gb
      devices: 250
      power: 400 W
      host_power: 0 W
      wall_time: {hours} h
      {activity}
      schedule: {{{schedule}}}
"""
COLUMNS = (
    "file,workload,job,region,option,chosen,start,end,pauses,runs,energy_kwh,g_per_kwh,"
    "transfer_kgco2e,kgco2e,saves_kgco2e,saves_pct,foreseen_kgco2e,ideal_kgco2e,signal_kgco2e"
)


def hours(values, head="start_utc,carbon_g_per_kwh", first="2022-06-0"):
    rows = [f"{first}{1 + at // 24}T{at % 24:02}:00Z,{value}" for at, value in enumerate(values)]
    return "\n".join([head, *rows, ""])


def job(schedule="", hours=4, site="", activity=""):
    return JOB.format(schedule=schedule, hours=hours, site=site, activity=activity)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "day.csv").write_text(hours(DAY))
    (tmp_path / "north.csv").write_text(hours([50] * 24))
    (tmp_path / "later.csv").write_text(hours([50] * 24, first="2023-06-0"))
    (tmp_path / "moer.csv").write_text(hours([900] * 20 + [10] * 4, "start_utc,moer_g_per_kwh"))
    (tmp_path / "job.yaml").write_text(job())
    return tmp_path


@pytest.fixture
def scheduled(folder, inside):
    """Return a function that writes a job, schedules it, and returns the run and the document."""

    def call(*arguments, text=None, **job_of):
        (folder / "job.yaml").write_text(text or job(**job_of))
        done = inside("schedule", "job.yaml", "-f", "json", *arguments)
        return done, json.loads(done.out) if done.out else None

    return call


def option(document, name, region="home"):
    (chosen,) = [o for o in document["jobs"][0]["options"]
                 if (o["name"], o["region"]) == (name, region)]  # fmt: skip
    return chosen


def best(document, place=0):
    of = document["jobs"][place]
    return of["options"][of["best"]]


# --- answers ---


def test_the_first_line_says_when_where_and_what_it_saves(inside):
    done = inside("schedule", FINE_TUNING)
    assert done.code == 0
    first, second, *_ = done.out.splitlines()
    assert first == "training.fine-tuning: 2022-06-01 14:00 UTC at home saves 92.5 kgCO2e (35 %)"
    assert second.startswith("20 h at 59.1 kW between 2022-06-01 09:00 and 2022-06-04 09:00 UTC")
    assert done.err == ""


def test_two_regions_fit_a_screen(inside, folder):
    text = job("interruptible: yes, regions: {home: day.csv, north: north.csv}")
    (folder / "job.yaml").write_text(text)
    lines = inside("schedule", "job.yaml").out.splitlines()
    assert len(lines) < 24
    assert max(map(len, lines)) <= 80
    assert sum("mean" in line for line in lines) == 2


def test_each_way_by_hand(scheduled):
    """250 × 400 W are 100 kW: 4 h are 400 kWh."""
    _, document = scheduled(schedule="interruptible: yes", hours=6)
    kg = {name: option(document, name)["kgco2e"] for name in
          ("now", "contiguous", "interruptible", "latest", "worst")}  # fmt: skip
    assert kg == pytest.approx({"now": 180.0, "contiguous": 100.0, "interruptible": 100.0,
                                "latest": 260.0, "worst": 260.0})  # fmt: skip
    assert best(document)["name"] == "contiguous"  # of equal ones the simplest
    assert best(document)["start"] == "2022-06-01T09:00:00Z"
    assert document["schedule"]["saves_kgco2e"] == pytest.approx(80)
    assert document["schedule"]["saves_pct"] == pytest.approx(100 * 80 / 180)
    assert option(document, "mean")["start"] is None


def test_a_constant_intensity_saves_nothing(scheduled, folder):
    (folder / "day.csv").write_text(hours([123.4] * 24))
    _, document = scheduled(schedule="interruptible: yes")
    assert best(document)["name"] == "now"
    assert document["schedule"]["saves_kgco2e"] == 0
    assert {round(o["saves_pct"], 9) for o in document["jobs"][0]["options"]} == {0}


def test_release_and_deadline(scheduled):
    _, document = scheduled(schedule="release: 2022-06-01T13:00Z, deadline: 6 h")
    assert document["jobs"][0]["release"] == "2022-06-01T13:00:00Z"
    assert document["jobs"][0]["deadline"] == "2022-06-01T19:00:00Z"
    assert best(document)["start"] == "2022-06-01T13:00:00Z"
    _, document = scheduled(
        schedule="deadline: 2022-06-01T12:00+02:00", activity="start: 2022-06-01T02:00Z"
    )
    assert document["jobs"][0]["release"] == "2022-06-01T02:00:00Z"
    assert document["jobs"][0]["deadline"] == "2022-06-01T10:00:00Z"


def test_regions_with_home_pue_and_transfer(scheduled):
    north = "north: {grid_hourly: north.csv, pue: 1.2, transfer: 40 kWh}"
    _, document = scheduled(schedule=f"regions: {{{north}}}")
    assert option(document, "now", "north")["kgco2e"] == pytest.approx(400 * 1.2 * 0.05 + 40 * 0.3)
    assert option(document, "now", "north")["transfer_kgco2e"] == pytest.approx(12)
    assert best(document)["region"] == "north"
    _, swapped = scheduled(schedule="regions: {home: north.csv, south: day.csv}")
    assert best(swapped)["region"] == "home"
    assert option(swapped, "now")["kgco2e"] == pytest.approx(20)


def test_an_elastic_job_has_workers_in_every_region(scheduled):
    elastic = "elastic: {1: 1, 2: 1.9, 4: 3.4}, regions: {north: north.csv}"
    _, document = scheduled(schedule=elastic)
    here, there = option(document, "elastic"), option(document, "elastic", "north")
    assert here["kgco2e"] <= option(document, "contiguous")["kgco2e"] + 1e-9
    assert there["kgco2e"] == pytest.approx(20)
    assert document["jobs"][0]["elastic"] is True
    assert "one worker" in " ".join(document["assumptions"])
    _, tight = scheduled(schedule="elastic: {1: 1, 2: 2}, deadline: 3 h", hours=4)
    assert option(tight, "now")["end"] == "2022-06-01T02:00:00Z"  # two workers from the start


def test_a_power_limit_lengthens_the_run(scheduled, folder):
    _, document = scheduled(schedule="power_limit: 50 kW")
    assert option(document, "now")["end"] == "2022-06-01T08:00:00Z"
    limit = hours([0.1] * 12 + [0] * 12, "start_utc,power_limit_mw")
    (folder / "limit.csv").write_text(limit)
    _, document = scheduled(schedule="power_limit: {file: limit.csv}")
    assert best(document)["end"] <= "2022-06-01T12:00:00Z"


def test_repeated_jobs_are_summed(scheduled, folder):
    (folder / "day.csv").write_text(hours(DAY * 4))
    repeat = "start: 2022-06-01T06:00Z\n      repeat: {every: 1 day, for: 4 days}"
    done, document = scheduled(activity=repeat, schedule="deadline: 12 h")
    assert document["jobs"][0]["runs"] == 4
    assert best(document)["kgco2e"] == pytest.approx(4 * 40)
    assert best(document)["starts"] == [f"2022-06-0{day}T11:00:00Z" for day in range(1, 5)]
    assert done.err == ""
    done, document = scheduled(
        activity=repeat.replace("4 days", "9 days"), schedule="deadline: 12 h"
    )
    assert document["jobs"][0]["runs"] == 4
    assert "4 of 9 runs lie within the data" in done.err


def test_now_is_what_estimate_counts(inside):
    for file in (FINE_TUNING, NIGHTLY):
        account = json.loads(inside("estimate", file, "-f", "json").out)
        document = json.loads(inside("schedule", file, "-f", "json").out)
        counted = account["results"][0]["total"]["operational_kgco2e"]
        assert document["schedule"]["now_kgco2e"] == pytest.approx(counted, rel=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_each_run_is_what_estimate_counts_from_its_start(scheduled, folder, inside, seed):
    rng = random.Random(seed)
    (folder / "day.csv").write_text(hours([rng.randint(5, 900) for _ in range(72)]))
    losses = ["", "losses: 6 %", f"losses: {rng.uniform(1, 30)!r} %"][seed % 3]
    text = job(
        hours=rng.randint(1, 200) / 4, site=losses,
        schedule=f"release: 2022-06-01T{rng.randint(0, 9):02}:15Z",
    ).replace("pue: 1.0", f"pue: {rng.uniform(1, 2)!r}")  # fmt: skip
    _, document = scheduled(text=text)
    (folder / "job.yaml").write_text(text)
    for name in ("now", "contiguous", "latest", "worst"):
        run_of = option(document, name)
        start = f"phases.training.run.start={run_of['start']}"
        account = json.loads(inside("estimate", "job.yaml", "--set", start, "-f", "json").out)
        total = account["results"][0]["total"]
        assert run_of["kgco2e"] == pytest.approx(total["operational_kgco2e"], rel=1e-9), name
        assert run_of["energy_kwh"] == pytest.approx(total["energy_kwh"], rel=1e-9)


def test_grid_losses_raise_each_figure_alike_and_choose_nothing(scheduled):
    more = {"schedule": "interruptible: yes, restart_energy: 5 kWh, "
            "regions: {north: {grid_hourly: north.csv, transfer: 40 kWh}}"}  # fmt: skip
    signal = "marginal_hourly: moer.csv"
    _, without = scheduled(site=signal, **more)
    done, with_them = scheduled("--set", "site.losses=20 %", site=signal, **more)
    assert "losses" not in done.err
    for before, after in zip(
        without["jobs"][0]["options"], with_them["jobs"][0]["options"], strict=True
    ):
        for key in ("kgco2e", "transfer_kgco2e", "g_per_kwh", "foreseen_kgco2e", "signal_kgco2e"):
            if before[key] is not None:
                assert after[key] == pytest.approx(before[key] / 0.8, rel=1e-9), key
        for key in ("start", "end", "pauses", "energy_kwh"):
            assert after[key] == before[key]


@pytest.mark.parametrize("width", ["40", "60", "72", "80"])
def test_tables_fit_narrow_screens(inside, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    lines = inside("schedule", FINE_TUNING).out.splitlines()
    assert max(map(len, lines)) <= int(width)


# --- forecasts and marginal intensities ---


def test_a_forecast_chooses_without_the_data_and_pays_by_them(scheduled, folder):
    """The week before was clean at night; the day to come is not."""
    night = [100] * 4 + [300] * 20
    week = "\n".join([hours((night * 7)[:168]), *hours(DAY).splitlines()[1:], ""]).replace(
        "\n\n", "\n"
    )
    head, *rows = week.splitlines()
    moved = [f"2022-06-{1 + at // 24:02}T{at % 24:02}:00Z,{row.split(',')[1]}"
             for at, row in enumerate(rows)]  # fmt: skip
    (folder / "day.csv").write_text("\n".join([head, *moved, ""]))
    release = "release: 2022-06-08T00:00Z"
    _, known = scheduled(schedule=release)
    _, document = scheduled("--forecast", "last-week", schedule=release)
    assert best(known)["start"] == "2022-06-08T11:00:00Z"
    assert best(document)["start"] == "2022-06-08T00:00:00Z"
    chosen = option(document, "contiguous")
    assert chosen["foreseen_kgco2e"] == pytest.approx(40)
    assert chosen["kgco2e"] == pytest.approx(120)
    assert chosen["ideal_kgco2e"] == pytest.approx(40)
    assert document["forecast"] == "last-week"
    head, *rows = (folder / "day.csv").read_text().splitlines()
    later = [row if row < "2022-06-08" else f"{row.split(',')[0]},{999 - at}"
             for at, row in enumerate(rows)]  # fmt: skip
    (folder / "day.csv").write_text("\n".join([head, *later, ""]))
    _, other = scheduled("--forecast", "hour-of-week", schedule=release)
    _, same = scheduled("--forecast", "last-week", schedule=release)
    assert best(same)["start"] == best(document)["start"]
    assert best(other)["start"] == "2022-06-08T00:00:00Z"


def test_a_forecast_with_an_error_is_the_same_twice(inside):
    first, second = (inside("schedule", NIGHTLY, "--forecast", "error 10 %", "-f", "json").out
                     for _ in range(2))  # fmt: skip
    assert first == second
    none = json.loads(inside("schedule", NIGHTLY, "--forecast", "error 0 %", "-f", "json").out)
    known = json.loads(inside("schedule", NIGHTLY, "-f", "json").out)
    assert none["schedule"]["best_kgco2e"] == known["schedule"]["best_kgco2e"]
    assert json.loads(first)["schedule"]["best_kgco2e"] >= known["schedule"]["best_kgco2e"] - 1e-9


@pytest.mark.parametrize("text", ["next-week", "error", "error x", "error -1 %", "last week"])
def test_a_forecast_that_is_none_is_wrong_usage(inside, text):
    done = inside("schedule", FINE_TUNING, "--forecast", text)
    assert done.code == 2
    assert "--forecast" in done.err


def test_a_forecast_needs_a_week_before(scheduled):
    done, _ = scheduled("--forecast", "last-week")
    assert done.code == 3
    assert "needs a week of data before the release" in done.err
    assert done.err.startswith("job.yaml:")


def test_a_marginal_intensity_chooses_and_both_costs_are_shown(scheduled, inside):
    _, plain = scheduled()
    _, beside = scheduled(site="marginal_hourly: moer.csv")
    _, chosen = scheduled("--by", "marginal", site="marginal_hourly: moer.csv")
    assert best(plain)["kgco2e"] == best(beside)["kgco2e"] == pytest.approx(40)
    assert best(beside)["signal_kgco2e"] == pytest.approx(400 * 0.9)
    assert best(chosen)["start"] == "2022-06-01T20:00:00Z"
    assert best(chosen)["signal_kgco2e"] == pytest.approx(4)
    assert best(chosen)["kgco2e"] == pytest.approx(160)
    assert best(chosen)["ideal_kgco2e"] == pytest.approx(40)
    shown = inside("schedule", "job.yaml", "--by", "marginal").out
    assert "Signal" in shown
    assert "Chosen by the marginal intensity (Signal)" in " ".join(shown.split())
    for document in (plain, beside):
        for each in document["jobs"][0]["options"]:
            each["signal_kgco2e"] = None
    assert plain["jobs"] == beside["jobs"]  # it changes no other figure


def test_a_marginal_intensity_of_less_time_leaves_the_others_as_they_are(scheduled, folder):
    short = hours([900] * 6, "start_utc,moer_g_per_kwh")
    (folder / "moer.csv").write_text(short)
    done, document = scheduled(site="marginal_hourly: moer.csv")
    assert best(document)["kgco2e"] == pytest.approx(40)
    assert best(document)["signal_kgco2e"] is None
    assert option(document, "now")["signal_kgco2e"] == pytest.approx(360)
    assert "the marginal intensity lacks hours of some runs" in done.err


@pytest.mark.parametrize(
    ("site", "arguments", "said"),
    [
        ("", ("--by", "marginal"), "needs `site.marginal_hourly`"),
        ("marginal_hourly: {file: day.csv, signal: average}", (), "is for a marginal one"),
        ("marginal_hourly: eia930/ciso-2022", (), "is for a marginal one"),
    ],
)
def test_an_average_intensity_is_no_marginal_one(scheduled, site, arguments, said):
    done, _ = scheduled(*arguments, site=site)
    assert done.code == 3
    assert said in done.err


def test_a_marginal_intensity_is_no_average_one(scheduled, folder):
    for file in ("moer.csv", "{file: day.csv, signal: marginal}"):
        text = job().replace("grid_hourly: day.csv", f"grid_hourly: {file}")
        done, _ = scheduled(text=text)
        assert done.code == 3
        assert "no average: name it in `marginal_hourly`" in done.err


# --- refusals ---


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ({"schedule": "deadline: 3 h"}, "the run takes 4 h, but only 3 h lie between"),
        ({"schedule": "release: 2022-05-01T00:00Z"},
         "hours of day.csv, 2022-06-01T00:00:00Z to 2022-06-02T00:00:00Z"),
        ({"schedule": "release: 2022-06-02T00:00Z"}, "is outside of the hours of day.csv"),
        ({"activity": "start: 2023-06-02T00:00Z"}, "start 2023-06-02T00:00Z is outside of"),
        ({"schedule": "deadline: 25 h"}, "2022-06-02T01:00:00Z is after the end of the hours of"),
        ({"schedule": "release: 2022-06-01T05:00Z, deadline: 2022-06-01T05:00Z"},
         "is not after the release"),
        ({"schedule": "elastic: {1: 1, 2: 3}"}, "a further worker must gain at most as much"),
        ({"schedule": "elastic: {many: 2}"}, "`many` is no number of workers"),
        ({"schedule": "max_pauses: 2"}, "`max_pauses` needs `interruptible: yes`"),
        ({"schedule": "regions: {home: {grid_hourly: day.csv, transfer: 1 kWh}}"}, "nothing is moved"),
        ({"schedule": "regions: {north: later.csv}"}, "the files share no time"),
        ({"schedule": "regions: {north: eia930/bpat-2022}"}, "home is not stated, north is life-cycle"),
        ({"schedule": "regions: {north: {grid_hourly: {file: north.csv, basis: direct}}}"},
         "regions of different bases cannot be compared"),
        ({"schedule": "regions: {north: none.csv}"}, "none.csv"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_plain_words(scheduled, of, said):
    done, document = scheduled(**of)
    assert done.code == 3
    assert said in done.err
    assert document is None
    assert "Traceback" not in done.err


def test_all_infeasible_jobs_are_named_at_once(folder, inside):
    one = job("deadline: 1 h")
    two = one[one.index("    - name") :].replace("name: run", "name: second")
    three = two.replace("name: second", "name: third").replace(
        "wall_time: 4 h", "device_time: 9 GPU-h"
    )
    three = three.replace("      devices: 250\n", "").replace("power: 400 W", "power: 400 W")
    (folder / "job.yaml").write_text(one + two + three)
    done = inside("schedule", "job.yaml")
    assert done.code == 3
    lines = done.err.splitlines()
    assert len(lines) >= 2
    assert all(line.startswith("job.yaml:") for line in lines[:2])
    assert {"training.run", "training.second"} <= {
        line.split(": ")[1] for line in lines if ": " in line
    }


def test_a_workload_without_hours_says_what_to_write(folder, inside):
    (folder / "job.yaml").write_text(job().replace("  grid_hourly: day.csv\n", ""))
    done = inside("schedule", "job.yaml")
    assert done.code == 3
    assert "no hourly intensity of its grid: give `site.grid_hourly`" in done.err


def test_results_are_no_workloads(folder, inside):
    saved = inside("schedule", "job.yaml", "-f", "json").out
    (folder / "saved.json").write_text(saved)
    for command in ("schedule", "estimate"):
        done = inside(command, "saved.json")
        assert done.code == 3
        assert "this is a result of `schedule`" in done.err
    (folder / "account.json").write_text(
        inside("estimate", "job.yaml", "--set", "site.pue=1", "-f", "json").out
    )
    done = inside("schedule", "account.json")
    assert done.code == 3
    assert "this is a saved result" in done.err


def test_doubtful_hours_are_said_only_where_a_run_touches_them(folder, inside):
    wind = [10_000] * 30
    wind[20] = 4_000  # under half of what is usual
    head = "start_utc,wind_mw,gas_mw"
    rows = [
        f"2022-06-0{1 + at // 24}T{at % 24:02}:00Z,{value},1000" for at, value in enumerate(wind)
    ]
    (folder / "day.csv").write_text("\n".join([head, *rows, ""]))
    (folder / "job.yaml").write_text(job("deadline: 8 h"))
    assert "under half" not in inside("schedule", "job.yaml").err
    (folder / "job.yaml").write_text(job("deadline: 24 h"))
    assert "under half of the generation that is usual" in inside("schedule", "job.yaml").err


# --- gates ---


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("schedule.best_kgco2e > 39 kg", 1),
        ("schedule.best_kgco2e > 41", 0),
        ("schedule.now_kgco2e >= 120", 1),
        ("schedule.saves_kgco2e < 79", 0),
        ("schedule.saves_pct < 70", 1),
        ("schedule.energy_kwh > 0.5 MWh", 0),
        ("schedule.signal_kgco2e > 1 kg", 3),
    ],
)
def test_gates(scheduled, rule, code):
    done, document = scheduled("--fail-on", rule)
    assert done.code == code
    assert [verdict["rule"] for verdict in document["verdicts"]] == [rule]
    done, _ = scheduled("--fail-on", rule, "--exit-zero")
    assert done.code == (0 if code < 3 else 3)
    assert scheduled("--warn-on", rule)[0].code == 0


@pytest.mark.parametrize("key", ["signal_kgco2e", "best_kgco2e", "saves_pct"])
def test_keys_of_gates_are_named_in_full(scheduled, key):
    done, _ = scheduled("--fail-on", f"{key} > 1")
    assert done.code == 2
    assert f"did you mean `schedule.{key}`?" in done.err


def test_a_budget(scheduled, folder):
    (folder / "budget.yaml").write_text(
        "fail: [schedule.best_kgco2e > 30]\nwarn: [schedule.saves_pct < 99]\n"
    )
    done, document = scheduled("--budget", "budget.yaml")
    assert done.code == 1
    assert [verdict["outcome"] for verdict in document["verdicts"]] == ["fail", "fail"]
    assert "gate failed" in done.err
    assert "gate warning" in done.err


def test_a_change_has_no_base(scheduled):
    assert scheduled("--fail-on", "schedule.best_kgco2e > +5%")[0].code == 2


# --- formats ---


def test_csv_has_a_row_for_each_job_region_and_way(folder, inside):
    (folder / "job.yaml").write_text(job("interruptible: yes, regions: {north: north.csv}"))
    out = inside("schedule", "job.yaml", "-f", "csv").out
    assert out.splitlines()[0] == COLUMNS
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 12
    assert [row["option"] for row in rows if row["chosen"] == "yes"] == ["now"]
    assert {row["region"] for row in rows} == {"home", "north"}
    tsv = inside("schedule", "job.yaml", "-f", "tsv").out
    assert tsv.replace("\t", ",") == out


@pytest.mark.parametrize(
    "more", [(), ("--forecast", "last-week"), ("--fail-on", "schedule.best_kgco2e > 1")]
)
@pytest.mark.parametrize("file", [FINE_TUNING, NIGHTLY])
def test_json_is_valid_and_names_its_data(inside, file, more):
    document = json.loads(inside("schedule", file, *more, "-f", "json").out)
    assert not faults("schedule", document)
    assert faults("schedule", {**document, "extra": 1})
    assert document["schema"] == "carbonctl.schedule/1"
    for data in document["data"]:
        assert {"file", "sha256", "rows", "step_h", "filled", "signal", "basis"} <= set(data)
        assert len(data["sha256"]) == 64
    assert document["data"][0]["use"] == "home"


@pytest.mark.parametrize("form", ["table", "json", "csv", "tsv", "md"])
def test_the_same_bytes_twice(form):
    first, second = (run("schedule", FINE_TUNING, "-f", form).out for _ in range(2))
    assert first == second
    assert first


def test_markup_and_codes_of_names_are_inert(folder, inside):
    evil = "'[bold]x[/bold] | `y` <b>&'"
    text = job(f"regions: {{{evil}: north.csv}}").replace("name: job", f"name: {evil}")
    (folder / "job.yaml").write_text(text.replace("name: run", f"name: {evil}"))
    table = inside("schedule", "job.yaml").out
    assert "[bold]x[/bold]" in table
    assert "\x1b" not in table
    md = inside("schedule", "job.yaml", "-f", "md").out
    assert "<b>" not in md
    assert "[bold]" not in md
    rows = [line for line in md.splitlines() if line.startswith("| ")]
    assert len({line.replace("\\|", "").count("|") for line in rows}) == 1
    html = folder / "page.html"
    assert inside("schedule", "job.yaml", "--export", f"html={html}", "-q").code == 0
    assert "<b>" not in html.read_text()


def test_charts(folder, inside):
    pytest.importorskip("vl_convert")
    (folder / "job.yaml").write_text(job("regions: {north: north.csv}"))
    exports = [f"{form}=chart.{form}" for form in ("svg", "png", "html", "vl.json")]
    done = inside("schedule", "job.yaml", *(x for e in exports for x in ("--export", e)), "-q")
    assert done.code == 0
    assert (folder / "chart.svg").read_text().startswith("<svg")
    assert (folder / "chart.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", (folder / "chart.png").read_bytes()[16:24])[0] > 600
    assert "day.csv" in (folder / "chart.html").read_text()
    assert json.loads((folder / "chart.vl.json").read_text())["$schema"].startswith("https://vega")
    assert inside("schedule", "job.yaml", "--export", "svg+=chart.svg").code == 2


def test_exports_append_rows(folder, inside):
    for _ in range(2):
        inside("schedule", "job.yaml", "--export", "csv+=all.csv", "-q")
    lines = (folder / "all.csv").read_text().splitlines()
    assert lines.count(COLUMNS) == 1
    assert len(lines) == 1 + 2 * 5


# --- inputs ---


def test_standard_input_set_and_one_of_several(folder):
    text = job()
    assert "at home saves 80 kgCO2e" in run("schedule", "-", cwd=folder, stdin=text).out
    done = run("schedule", "job.yaml", "--set", "phases.training.run.wall_time=2 h", cwd=folder)
    assert "at home saves 40 kgCO2e" in done.out
    (folder / "two.yaml").write_text(f"{text}---\n{text.replace('wall_time: 4', 'wall_time: 1')}")
    assert run("schedule", "two.yaml", cwd=folder).code == 3
    assert "saves 20 kgCO2e" in run("schedule", "two.yaml#2", cwd=folder).out


def test_several_jobs_are_summed(folder, inside):
    one = job()
    two = one[one.index("    - name") :].replace("name: run", "name: second")
    (folder / "job.yaml").write_text(one + two)
    out = inside("schedule", "job.yaml").out
    assert out.splitlines()[0] == "job: 2 jobs save 160 kgCO2e (67 %)"
    assert "training.second: 2022-06-01 11:00 UTC at home saves 80 kgCO2e (67 %)" in out


def test_jobs_without_a_schedule_run_within_the_data(folder, inside):
    (folder / "job.yaml").write_text(job().replace("      schedule: {}\n", ""))
    assert (
        "2022-06-01 11:00 UTC at home saves 80 kgCO2e (67 %)" in inside("schedule", "job.yaml").out
    )


def test_five_minutes_are_as_their_hours(scheduled, folder):
    _, hourly = scheduled(hours=2)
    rows = [f"2022-06-01T{at // 12:02}:{at % 12 * 5:02}Z,{DAY[at // 12]}" for at in range(288)]
    (folder / "day.csv").write_text("\n".join(["start_utc,carbon_g_per_kwh", *rows, ""]))
    _, fine = scheduled(hours=2)
    assert best(fine)["kgco2e"] == pytest.approx(best(hourly)["kgco2e"])
    assert best(fine)["start"] == best(hourly)["start"]
    assert fine["data"][0]["step_h"] == pytest.approx(1 / 12)
