"""``carbonctl reproduce``: what is known before a run, what was measured, and what is allowed."""

import csv
import json
from statistics import median

import pytest

from carbonctl import estimators
from carbonctl.analysis import reproduce as reproduction
from carbonctl.analysis.reproduce import blind as blinding
from carbonctl.analysis.reproduce import boundaries, summary
from carbonctl.analysis.reproduce.rows import Row
from carbonctl.catalog.accuracy import BLIND, GIVEN, MODES, RECORD, TOKENS, record
from carbonctl.factors.distributions import triangular
from carbonctl.render.reproduction import COLUMNS
from carbonctl.spec.from_python import tree
from carbonctl.spec.load import load_tree
from tests.conftest import CATALOG, CONFIGS, account
from tests.schemas.readers import faults

RECORDED = record()
BLIND_FIGURES = [figure for figure in RECORDED if figure.mode == BLIND]
RUNS = 15  # that somebody measured while they ran
RUN = """\
name: x
version: 1
functional_unit: {name: token, amount: 1e9}
site: {grid: FR, year: 2022, operator: cloud, carbon_intensity: 57 g/kWh, pue: 1.2, wue: 1 L/kWh, losses: 5 %}
systems:
  node:
    device: nvidia/a100-sxm4-80gb
    devices: 8
    host: nvidia/dgx-a100-80gb
    rated_power: 400 W
    idle_power: 60 W
    host_power: 2 kW
    embodied: 2500 kg
    lifetime: 6 years
    utilization: 85 %
phases:
  training:
    - {name: main, kind: compute, system: node, devices: 64, wall_time: 24 h, load: 90 %, mode: offline, restarts: 3 %}
    - kind: energy
      energy: 500 kWh
      includes_pue: yes
      device: nvidia/v100-sxm2-16gb
      devices: 8
      wall_time: 36 h
      site: {grid: US, pue: 1.1}
reported: {energy: 1 MWh, operational: 57 kg, source: x}
"""


def blind(text: str) -> dict:
    return blinding.blind(account(text).spec)


# --- what is known before a run ---


def test_nothing_but_what_is_known_before_is_left():
    assert blind(RUN) == {
        "name": "x",
        "site": {"grid": "FR", "operator": "cloud", "year": 2022},
        "systems": {"node": {"device": "nvidia/a100-sxm4-80gb", "devices": "8"}},
        "phases": {
            "training": [
                {
                    "kind": "compute", "name": "main", "system": "node", "devices": "64",
                    "wall_time": "24 h", "mode": "offline",
                },
                {
                    "kind": "compute", "device": "nvidia/v100-sxm2-16gb", "devices": "8",
                    "wall_time": "36 h", "site": {"grid": "US"},
                },
            ]
        },
    }  # fmt: skip


@pytest.mark.parametrize("figure", BLIND_FIGURES, ids=lambda figure: figure.name)
def test_a_blind_run_has_no_figure_of_its_source(figure):
    """Whatever keys a published file may get, none but the kept ones come through."""
    kept = {*blinding.SITE, *blinding.SYSTEM, *blinding.ACTIVITY, *blinding.ACCELERATOR}
    spec = account((CONFIGS / figure.file).read_text(encoding="utf-8")).spec
    left = blinding.blind(spec)
    assert set(left) <= {"name", "site", "sites", "phase_sites", "systems", "phases"}
    activities = [one for some in left["phases"].values() for one in some]
    for part in (left["site"], *left["systems"].values(), *activities):
        assert set(part) <= kept
    assert left["site"]["grid"]
    assert {one["kind"] for one in activities} == {"compute"}
    own_figures = {"power", "load", "energy", "pue", "carbon_intensity", "embodied"}
    assert not own_figures & kept


@pytest.mark.parametrize(
    "activity",
    [
        "{kind: energy, energy: 1 MWh, embodied: 0 kg}",
        "{kind: compute, power: 300 W, host_power: 0 W, device_time: 8 GPU-h, embodied: 0 kg}",
        "{kind: serving, requests: 1000, energy_per_request: 1 Wh, energy_boundary: node}",
    ],
)
def test_without_a_device_or_hours_nothing_is_known_before(activity):
    text = f"name: x\nsite: {{grid: FR}}\nphases: {{training: [{activity}]}}\n"
    with pytest.raises(blinding.NotKnownBefore):
        blind(text)


def test_software_meters_see_a_part_of_the_host():
    """A share of the rated power of each device, and no host of the catalog beside it."""
    text = RUN.replace("system: node", "device: nvidia/a100-sxm4-80gb")
    spec = blinding.with_software_meter(blind(text), CATALOG)
    first = spec["phases"]["training"][0]
    assert first["devices_per_system"] == 1
    assert first["host_power"]["best"] == f"{0.16 * 400} W"
    loaded = load_tree(tree(spec, "x"), [], "x", estimators, CATALOG)
    (host, other) = (a.host_power for *_, a in blinding.as_assumed(loaded.workload).activities())
    assert (host.status, host.distribution) == ("default", "two-piece-lognormal")
    assert host.unknown == other.unknown  # one unknown, whatever the devices
    with pytest.raises(blinding.NotKnownBefore):
        blinding.with_software_meter(blind(RUN), CATALOG)


# --- like for like ---


def test_what_was_measured_decides_what_is_compared():
    """64 devices of 400 W for 24 h, 2 kW around each eight, PUE 1.2, 57 g/kWh.

    The 90 % range of the host's triangle is its best ± its half-width × (1 − √0.1).
    """
    entries = account(
        "name: x\nsite: {carbon_intensity: 57 g/kWh, pue: 1.2}\nphases: {training: [{kind: compute, "
        "power: 400 W, host_power: 1.6..2.4 kW, devices_per_system: 8, devices: 64, wall_time: 24 h}]}"
    ).entries
    devices, hosts = 64 * 24 * 0.4, 8 * 24 * 2.0

    def compared(boundary, key="energy_kwh"):
        return boundaries.figure(entries, key, boundary)

    assert compared("device") == pytest.approx((devices, devices, devices))
    least, most = (triangular(level, 0.8, 1.0, 1.2) for level in (0.05, 0.95))
    lower, upper = devices + least * hosts, devices + most * hosts
    assert compared("node") == pytest.approx((devices + hosts, lower, upper))
    assert compared("parts") == compared("node")
    assert compared("facility") == pytest.approx(
        (1.2 * (devices + hosts), 1.2 * lower, 1.2 * upper)
    )
    assert compared("carbon", "operational_kgco2e") == pytest.approx(
        tuple(0.057 * kwh for kwh in compared("facility"))
    )


def row_of(name: str, measured: str) -> Row:
    figures = [f for f in RECORDED if f.name == name]
    made = reproduction.reproduce(figures, CATALOG, is_whole=False)
    (row,) = [row for row in made.rows if row.measured == measured and row.mode == BLIND]
    return row


def test_what_a_run_measured_is_without_the_overhead_that_was_reported_with_it():
    assert row_of("t5-11b", "node").reported == pytest.approx(85_700 / 1.12)
    assert row_of("t5-11b", "facility").reported == 85_700
    assert row_of("t5-11b", "carbon").reported == 46_700
    assert row_of("vit-base-dodge", "device").reported == pytest.approx(4.7)  # reported without
    assert row_of("olmo-development", "device").reported == pytest.approx(459_000 / 1.2)


def test_a_blind_estimate_is_that_of_the_blind_workload():
    row = row_of("vit-base-dodge", "device")
    result = account(
        "name: x\nsite: {grid: US, year: 2021, operator: cloud}\nphases: {training: [{kind: compute, "
        "device: nvidia/v100-sxm2-32gb, devices: 1, wall_time: 21 h}]}"
    )
    devices = [e for e in result.entries if e.item == "devices" and e.boundary == "operational"]
    assert row.estimated == pytest.approx(sum(e.energy_kwh for e in devices))
    assert row.error_pct == pytest.approx((row.estimated / row.reported - 1) * 100)
    assert row.inside == (row.low <= row.reported <= row.high)


# --- the record ---


def test_the_record_has_its_form():
    with (CONFIGS / RECORD).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, strict=True))
    assert list(rows[0]) == [
        "file", "key", "mode", "measured", "class", "tolerance_pct", "restated", "why",
    ]  # fmt: skip
    keys = [(row["file"], row["key"], row["mode"], row["measured"]) for row in rows]
    assert len(keys) == len(set(keys))
    for row in rows:
        assert (CONFIGS / row["file"]).is_file()
        assert (row["tolerance_pct"] != "") == (row["mode"] == GIVEN), row
        assert row["restated"] in ("", "yes")
        assert row["mode"] in MODES
        assert row["class"]
        assert len(row["why"]) > 20


def test_blind_figures_are_measurements():
    assert {figure.measured for figure in BLIND_FIGURES} == set(boundaries.BOUNDARIES)
    given = {f.file: f.measured for f in RECORDED if f.mode == GIVEN}
    for figure in BLIND_FIGURES:
        assert given[figure.file] in boundaries.AT_THE_RUN
        if figure.measured in boundaries.AT_THE_RUN:
            assert figure.key == "energy_kwh"
            assert figure.measured == given[figure.file]
    assert "glam" not in {figure.name for figure in BLIND_FIGURES}
    runs = [f.file for f in BLIND_FIGURES if f.measured in boundaries.AT_THE_RUN]
    assert len(runs) == len(set(runs)) == RUNS


def test_every_figure_on_record_has_a_row():
    made = reproduction.reproduce(RECORDED, CATALOG)
    assert len(made.rows) == len(RECORDED)
    assert all(row.estimated and row.reported for row in made.rows)
    blind_ones = {figure.name for figure in BLIND_FIGURES}
    assert not blind_ones & {*made.not_known_before, *made.not_measured}
    names = {figure.name for figure in RECORDED if figure.mode != TOKENS}
    assert blind_ones | {*made.not_known_before, *made.not_measured} == names


# --- errors as a whole, and what is allowed ---


def made(*blind_rows: tuple[float, float, float], given: float = 0.1, is_whole: bool = True):
    """Return what came of runs that measured 100 kWh: estimates with their ranges."""
    rows = [Row("g", "energy_kwh", "a", GIVEN, "node", 100.0, 100 + given, None, None, given, None,
                0.5, False, given <= 0.5)]  # fmt: skip
    for number, (best, low, high) in enumerate(blind_rows):
        rows.append(Row(f"b{number}", "energy_kwh", "a", BLIND, "node", 100.0, best, low, high,
                        best - 100, low <= 100 <= high, None, False, None))  # fmt: skip
    return reproduction.Reproduction(tuple(rows), (), (), is_whole)


WELL = [(110.0, 80.0, 160.0)] * 6


@pytest.mark.parametrize(
    ("rows", "missed"),
    [
        (WELL, []),
        ([*WELL, (150.0, 120.0, 180.0)], []),  # 6 of 7 are 86 %
        ([*WELL[1:], (150.0, 120.0, 180.0)], ["inside_pct"]),  # 5 of 6
        ([(126.0, 80.0, 160.0)] * 3, ["median_error_pct"]),
        ([(100.0, 40.0, 170.0)] * 3, ["high_over_low"]),
    ],
)
def test_goals_of_blind_estimates(rows, missed):
    whole = made(*rows)
    assert [goal.figure for goal in reproduction.goals(whole) if not goal.ok] == missed
    assert reproduction.is_met(whole) == (not missed)
    assert reproduction.goals(made(*rows, is_whole=False)) == []


def test_blind_estimates_of_published_runs_reach_the_goals():
    whole = reproduction.reproduce(RECORDED, CATALOG)
    assert len(reproduction.goals(whole)) == 3
    assert reproduction.is_met(whole), [goal for goal in reproduction.goals(whole) if not goal.ok]


def test_one_figure_beyond_its_tolerance_is_enough():
    assert not reproduction.is_met(made(*WELL, given=0.6))
    assert reproduction.is_met(made(is_whole=True))


def test_sums_are_of_what_does_not_restate_an_input():
    rows = reproduction.reproduce(RECORDED, CATALOG).rows
    sums = {(item.mode, item.group): item for item in reproduction.summaries(rows)}
    errors = [abs(row.error_pct) for row in rows if row.mode == GIVEN and not row.restated]
    assert sums[GIVEN, "all"].figures == len(errors)
    assert sums[GIVEN, "all"].median_error_pct == median(errors)
    assert abs(sums[GIVEN, "all"].worst_error_pct) == max(errors)
    blind_rows = [row for row in rows if row.mode == BLIND and row.measured == "carbon"]
    assert sums[BLIND, "carbon"].figures == len(blind_rows)
    assert sums[BLIND, "carbon"].median_error_pct == median(abs(r.error_pct) for r in blind_rows)
    assert sums[BLIND, "all"].figures == RUNS
    by_work = [item.figures for (mode, group), item in sums.items() if mode == BLIND
               and group not in (summary.ALL, "facility", "carbon")]  # fmt: skip
    assert sum(by_work) == RUNS
    tokens = [row for row in rows if row.mode == TOKENS and row.key != "energy_kwh"]
    assert sums[TOKENS, "all"].figures == len(tokens) == len({row.workload for row in tokens})
    assert sums[TOKENS, "all"].median_error_pct == median(abs(row.error_pct) for row in tokens)
    assert sums[TOKENS, "all"].inside_pct == 100 * sum(row.inside for row in tokens) / len(tokens)
    assert sums[TOKENS, "all"].inside_pct > 2 / 3


# --- the command ---


def test_some_runs_by_name(inside):
    done = inside("reproduce", "T5-11b", "-f", "csv")
    assert (done.code, done.err) == (0, "")
    rows = list(csv.DictReader(done.out.splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert {row["workload"] for row in rows} == {"t5-11b"}  # the very name, though others hold it
    assert [row["mode"] for row in rows] == [GIVEN] * 3 + [BLIND] * 3
    assert {row["ok"] for row in rows} == {"true", ""}
    done = inside("reproduce", "strubell", "dodge", "--blind", "-f", "csv")
    workloads = {row["workload"] for row in csv.DictReader(done.out.splitlines())}
    assert workloads == {f.name for f in BLIND_FIGURES if "strubell" in f.name or "dodge" in f.name}


@pytest.mark.parametrize(
    ("flag", "mode"), [("--given", GIVEN), ("--blind", BLIND), ("--tokens", TOKENS)]
)
def test_one_mode_alone(inside, flag, mode):
    document = json.loads(inside("reproduce", flag, "-f", "json").out)
    assert {row["mode"] for row in document["rows"]} == {mode}
    assert {item["mode"] for item in document["summary"]} == {mode}
    assert bool(document["goals"]) == (mode == BLIND)
    others = {"--given", "--blind", "--tokens"} - {flag}
    assert inside("reproduce", flag, others.pop()).code == 2
    assert inside("reproduce", "--given", "--blind", "--tokens").code == 2


def test_a_wrong_name_is_told_the_nearest(inside):
    done = inside("reproduce", "gshard-600")
    assert done.code == 0  # a part of a name
    done = inside("reproduce", "gshart-600b")
    assert (done.code, done.out) == (3, "")
    assert (
        "no published figure of `gshart-600b` is on record; did you mean `gshard-600b`" in done.err
    )
    assert (
        "no published figure of `quickstart` is on record" in inside("reproduce", "quickstart").err
    )


def test_all_given_inputs_make_what_was_reported(inside):
    done = inside("reproduce", "--given")
    assert (done.code, done.err) == (0, "")
    assert "Missed" not in done.out


@pytest.mark.parametrize("limit", ["0", "1e9"])
def test_the_exit_code_is_that_of_the_tolerances(inside, monkeypatch, limit):
    """Whatever is assumed today: with no error allowed it fails, with any it passes."""
    monkeypatch.setattr(summary, "MOST_MEDIAN_PCT", float(limit))
    monkeypatch.setattr(summary, "LEAST_INSIDE_PCT", 0.0)
    monkeypatch.setattr(summary, "MOST_SPREAD", 1e9)
    fails = limit == "0"
    done = inside("reproduce", "-f", "json")
    assert done.code == int(fails)
    assert json.loads(done.out)["ok"] is not fails
    assert ("missed: blind, median error" in done.err) == fails
    assert ("Missed: blind, median error" in inside("reproduce", "--summary").out) == fails
    assert inside("reproduce", "--exit-zero").code == 0


def test_the_document_is_valid(inside):
    document = json.loads(inside("reproduce", "--exit-zero", "-f", "json").out)
    assert list(document)[:3] == ["schema", "version", "hardware_db"]
    assert document["schema"] == "carbonctl.reproduce/1"
    assert not faults("reproduce", document)
    assert faults("reproduce", {**document, "extra": 1})
    assert faults("reproduce", {key: document[key] for key in document if key != "rows"})


@pytest.mark.parametrize("form", ["table", "md"])
def test_tables_for_people(inside, form):
    whole = inside("reproduce", "--exit-zero", "-f", form).out
    short = inside("reproduce", "--exit-zero", "--summary", "-f", form).out
    assert len(short.splitlines()) < len(whole.splitlines()) / 3
    for text in ("gshard-600b", "devices, CPUs and DRAM"):
        assert text in whole
    for text in ("With all published inputs given", "Blind: devices, hours and place alone"):
        assert text in short
