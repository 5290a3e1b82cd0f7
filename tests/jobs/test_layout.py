"""Where the columns of one table are, and what is wrong with a header."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.errors import InputError, UsageError
from carbonctl.inputs.jobs import table
from carbonctl.inputs.jobs.layout import (
    BUILT_IN,
    Condition,
    TagColumn,
    column_settings,
    fits,
    layout,
)
from carbonctl.inputs.jobs.maps import EMPTY, parse_map, read_map
from carbonctl.inputs.jobs.names import FIELDS
from carbonctl.numbers import units
from tests.jobs.test_maps import SAMPLES

JOBS = "gpu,n_gpus,hours"


def of(header, map="", by=(), columns=()):
    known = parse_map(map, "m.yaml") if map else EMPTY
    return layout(header.split(","), known, by, column_settings(columns), "jobs.csv")


def problems(header, map="", by=(), columns=()):
    with pytest.raises(InputError) as error:
        of(header, map, by, columns)
    assert error.value.exit_code == 3
    return [str(problem) for problem in error.value.problems]


def columns(where):
    return {
        field: (column.position, column.unit, column.factor)
        for field, column in where.fields.items()
    }


def test_the_sample_is_laid_out():
    header = (SAMPLES / "jobs.csv").read_text().splitlines()[0].split(",")
    where = layout(
        header, read_map(str(SAMPLES / "jobs.map.yaml")), ("team", "month"), {}, "jobs.csv"
    )
    assert columns(where) == {
        "job": (0, "", 1),
        "device": (3, "", 1),
        "devices": (4, "", 1),
        "wall_time_h": (5, "h", 1),
        "load": (6, "", 1),
        "grid": (7, "", 1),
        "start": (8, "", 1),
        "carbon_intensity_kgco2e_per_kwh": (9, "g/kWh", Fraction(1, 1000)),
    }
    assert where.tags == {
        "team": TagColumn("team", 1, "team"),
        "project": TagColumn("project", 2, "project"),
        "month": TagColumn("month", 8, "start", "month"),
    }
    assert where.unused == ()


def test_the_canonical_table_is_laid_out_as_it_stands():
    where = layout(table.COLUMNS, EMPTY, (), {}, "jobs.csv")
    assert list(where.fields) == list(table.COLUMNS)
    assert all(column.factor == 1 for column in where.fields.values())
    assert where.unused == ()


def test_columns_that_nothing_reads_are_unused():
    where = of(f"{JOBS},colour,team,user,,note")
    assert where.unused == ("colour", "user", "note")
    assert list(where.tags) == ["team"]


def test_flags_take_precedence_over_the_map_and_it_over_names():
    header = "gpu,accelerator,hardware,n_gpus,hours"
    mapped = "map: {device: accelerator}"
    assert of(header, mapped).fields["device"].name == "accelerator"
    flags = ["device=hardware"]
    where = of(header, mapped, columns=flags)
    assert where.fields["device"].name == "hardware"
    assert where.unused == ("gpu", "accelerator")


def test_a_unit_comes_from_the_flag_the_map_or_the_name():
    assert of("gpu,n_gpus,secs", columns=["wall_time=secs:s"]).fields[
        "wall_time_h"
    ].factor == Fraction(1, 3600)
    mapped = "map: {wall_time: {column: secs, unit: min}}"
    assert of("gpu,n_gpus,secs", mapped).fields["wall_time_h"].factor == Fraction(1, 60)
    mapped = "map: {wall_time: run_time_ms}\n"
    (said,) = problems("gpu,n_gpus,run_time_ms", mapped)
    assert said == (
        "m.yaml:1:18: `run_time_ms`: its numbers have no unit; say it with "
        "--column 'wall_time=run_time_ms:s' or --column 'wall_time=run_time_ms:h'"
    )
    assert (
        of("gpu,n_gpus,runtime_ms", "map: {wall_time: runtime_ms}").fields["wall_time_h"].unit
        == "ms"
    )


def test_a_column_may_hold_a_colon():
    where = of(f"{JOBS},resource:load,x:h", columns=["load=resource:load"])
    assert where.fields["load"].name == "resource:load"
    assert of("gpu,n_gpus,x:y", columns=["wall_time=x:y:s"]).fields["wall_time_h"].unit == "s"


def test_a_path_of_the_spec_may_be_a_column():
    where = of(
        f"{JOBS},tdp,wue",
        "map: {rated_power: {column: tdp, unit: kW}, site.wue: {column: wue, unit: L/kWh}}",
    )
    assert where.fields["rated_power"].factor == 1000
    assert where.fields["site.wue"].name == "wue"


def test_a_provider_stands_beside_its_region():
    where = of(f"{JOBS},Provider,Region")
    assert (where.fields["site.provider"].position, where.fields["grid"].position) == (3, 4)


WRONG = {
    ("gpu,accelerator,n_gpus,hours", "", (), ()):
        "jobs.csv:1: 2 columns for device: `gpu` and `accelerator`; choose with --column device=gpu",
    ("GPU Type,gpu-type,n_gpus,hours", "", (), ()):
        "jobs.csv:1: 2 columns for device: `GPU Type` and `gpu-type`; "
        "choose with --column 'device=GPU Type'",
    ("gpu,n_gpus,runtime", "", (), ()):
        "jobs.csv:1: `runtime`: its numbers have no unit; say it with "
        "--column 'wall_time=runtime:s' or --column 'wall_time=runtime:h'",
    ("energy", "", (), ()):
        "jobs.csv:1: `energy`: its numbers have no unit; say it with "
        "--column 'energy=energy:kWh' or --column 'energy=energy:MWh'",
    ("energy_mwh", "", (), ()):
        "jobs.csv:1: `energy_mwh`: `mwh` may be `mWh` or `MWh`; say which, with "
        "--column 'energy=energy_mwh:UNIT'",
    ("gpu,n_gpus,Elapsed (W)", "", (), ()):
        "jobs.csv:1: `Elapsed (W)`: `W` is no unit of a duration; write `s` or `h`",
    (JOBS, "", (), ("wall_time=hours:kg",)):
        "jobs.csv:1: `hours`: `kg` is no unit of a duration; write `s` or `h`",
    (JOBS, "", (), ("device=gpu:h",)): "jobs.csv:1: `gpu`: device is no number and has no unit",
    (JOBS, "", (), ("load=laod",)): "jobs.csv:1: no column `laod`; there are gpu, n_gpus, hours",
    (JOBS, "map: {devices: n_gpu}", (), ()): "m.yaml:1:16: no column `n_gpu`; did you mean `n_gpus`?",
    (JOBS, "tags: {team: dept}", (), ()): "m.yaml:1:14: no column `dept`; there are gpu, n_gpus, hours",
    (JOBS, "drop: [{state: X}]", (), ()): "m.yaml:1:8: no column `state`; there are gpu,",
    (JOBS, "phases: [{where: {queue: X}, phase: data}]", (), ()): "m.yaml:1:10: no column `queue`;",
    (f"{JOBS},a b,a-b", "tags: {x: a_b}", (), ()): "m.yaml:1:11: no column `a_b`;",
    (f"{JOBS},projects", "", ("project",), ()):
        "jobs.csv:1: --by project: no column and no tag `project`; did you mean `projects`?",
    (JOBS, "", ("month",), ()):
        "jobs.csv:1: --by month: no column for the time at which jobs start; "
        "name it with --column start=…",
    ("a,b", "", (), ()):
        "jobs.csv:1: no column for the time and the device; a fleet needs a column for the time "
        "(wall_time or device_time) and one for the device, or one for the energy; "
        "the columns are a, b",
    ("gpu,team", "", (), ()): "jobs.csv:1: no column for the time; a fleet needs",
    ("hours,n_gpus", "", (), ()): "jobs.csv:1: no column for the device; a fleet needs",
    ("gpu,hours", "", (), ()):
        "jobs.csv:1: no column for devices; a wall time needs the number of devices: a column "
        "for it, or `defaults: {devices: 1}` in the map",
    ("", "", (), ()): "jobs.csv:1: no column for the time and the device;",
    (f"{JOBS},x,x", "", (), ()): "jobs.csv:1: 2 columns are called `x`; rename all but one",
    (f"{JOBS},gpu", "", (), ()): "jobs.csv:1: 2 columns are called `gpu`; rename all but one",
    (f"{JOBS},gpu_hours", "", (), ()):
        "jobs.csv:1: two columns for the time: `hours` (wall_time) and `gpu_hours` (device_time); "
        "choose with --column 'wall_time=hours:h' or --column 'device_time=gpu_hours:h'",
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_with_a_header(case):
    said = problems(*case)
    assert len(said) == 1
    assert said[0].startswith(WRONG[case])


def test_all_problems_come_at_once():
    said = problems("gpu,accelerator,n_gpus,runtime,x,x", "tags: {team: dept}", ("queue",))
    assert len(said) == 5


def test_the_flag_that_a_message_names_solves_it():
    for header in ("gpu,accelerator,n_gpus,hours", f"{JOBS},gpu_hours", "gpu,n_gpus,Run (time)"):
        flags = ["wall_time=Run (time):s"] if "Run" in header else []
        if not flags:
            said = problems(header)[0]
            flags = [said.rpartition("--column ")[2].strip("'")]
        of(header, columns=flags)


def test_device_time_holds_the_number_of_devices():
    where = of("gpu,n_gpus,gpu_hours")
    assert "devices" not in where.fields
    assert where.unused == ("n_gpus",)
    chosen = of("gpu,n_gpus,hours,gpu_hours", columns=["device_time=gpu_hours"])
    assert chosen.unused == ("n_gpus", "hours")
    assert "devices" in of("gpu,n_gpus,hours,gpu_hours", columns=["wall_time=hours"]).fields
    both = of("device,devices,wall_time_h,device_time_h")
    assert {"devices", "wall_time_h", "device_time_h"} <= set(both.fields)


def test_what_stands_in_the_defaults_needs_no_column():
    assert of("hours", "defaults: {device: l4, devices: 1}").fields.keys() == {"wall_time_h"}
    assert of("energy_kwh").fields.keys() == {"energy_kwh"}
    assert "cpu_cores" in of("cpu_cores,wall_time_h").fields


@pytest.mark.parametrize(
    ("header", "by", "tag"),
    [
        (f"{JOBS},start", "month", TagColumn("month", 3, "start", "month")),
        (f"{JOBS},date", "quarter", TagColumn("quarter", 3, "date", "quarter")),
        (f"{JOBS},month", "month", TagColumn("month", 3, "month")),
        (f"{JOBS},date,Month", "month", TagColumn("month", 4, "Month")),
        (f"{JOBS},user", "user", TagColumn("user", 3, "user")),
        (f"{JOBS},Cost Center", "cost_center", TagColumn("cost_center", 3, "Cost Center")),
        (f"{JOBS},region", "region", TagColumn("region", 3, "region")),
        (f"{JOBS},job_id", "job", TagColumn("job", 3, "job_id")),
    ],
)
def test_groups_by_a_column(header, by, tag):
    assert of(header, by=[by]).tags[by] == tag


def test_a_month_may_be_of_any_column_and_a_fiscal_year_stands_as_it_is():
    mapped = "map: {start: begun}\ntags: {month: ended_at, year: fiscal_year, day: start}"
    where = of(f"{JOBS},begun,ended_at,fiscal_year", mapped)
    assert where.tags == {
        "month": TagColumn("month", 4, "ended_at", "month"),
        "year": TagColumn("year", 5, "fiscal_year"),
        "day": TagColumn("day", 3, "begun", "day"),
    }


def test_groups_by_what_the_account_finds_need_no_column():
    assert of(JOBS, by=BUILT_IN).tags == {}


def test_rules_know_their_columns():
    mapped = "drop: [{status: DEAD, job: x*}]\nphases: [{where: {team: ml}, phase: data}, {phase: training}]\ntags: {team: dept}"
    where = of(f"{JOBS},status,job_id,dept", mapped)
    assert where.drop == ((Condition(3, "DEAD"), Condition(4, "x*")),)
    assert [(rule.conditions, rule.phase) for rule in where.phases] == [
        ((Condition(5, "ml"),), "data"),
        ((), "training"),
    ]
    assert where.unused == ()


def test_conditions_fit_by_patterns():
    conditions = (Condition(0, "dev-*"), Condition(2, "A?00"))
    assert fits(conditions, ["dev-x", "", " A100 "])
    assert not fits(conditions, ["dev-x", "", "A1000"])
    assert not fits(conditions, ["DEV-x", "", "A100"])
    assert fits((), [])


def test_numbers_are_converted_as_the_spec_does():
    where = of("gpu,n_gpus,runtime_s,memory_gib,carbon_intensity_g_per_kwh")
    for field, unit in [
        ("wall_time_h", "s"),
        ("memory_gb", "GiB"),
        ("carbon_intensity_kgco2e_per_kwh", "g/kWh"),
    ]:
        for number in (0.1, 3.0, 1e-5, 123456.789):
            wanted = units.parse(f"{number!r} {unit}", FIELDS[field].dimension)
            assert where.fields[field].converted(number) == wanted


@pytest.mark.parametrize("setting", ["device", "=x", "device=", "", "wal_time=x", "job=a job=b"])
def test_a_malformed_flag_is_refused(setting):
    if setting == "job=a job=b":
        with pytest.raises(UsageError, match="`job` is given twice"):
            column_settings(setting.split())
        return
    with pytest.raises(UsageError, match="--column") as error:
        column_settings([setting])
    assert error.value.exit_code == 2


def test_hostile_headers_take_no_time():
    wide = ",".join(f"elapsed_{n}" for n in range(5000))
    assert len(of(f"{JOBS},{wide}").unused) == 5000
    assert of(f"{JOBS},{'a_' * 50000}").unused


NAME = st.sampled_from(
    ["gpu", "GPU", "n_gpus", "hours", "gpu_hours", "runtime_s", "start", "team", "", "x", "energy_mwh", "pue"]
)  # fmt: skip


@given(
    st.lists(NAME, max_size=8),
    st.lists(st.sampled_from(["team", "month", "x", "device"]), max_size=2),
)
def test_a_layout_reads_each_column_that_is_there_or_says_what_is_wrong(header, by):
    try:
        where = layout(header, EMPTY, by, {}, "jobs.csv")
    except InputError as error:
        assert all(problem.file == "jobs.csv" for problem in error.problems)
        return
    for column in [*where.fields.values(), *where.tags.values()]:
        assert where.header[column.position] == column.name
    assert {tag for tag in by if tag not in BUILT_IN} <= set(where.tags)
