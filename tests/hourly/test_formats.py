"""What files of each format read as; the expected figures are of an independent reading."""

import json
from statistics import fmean

import pytest

from carbonctl.catalog.hourly.options import Options
from carbonctl.catalog.hourly.reading import read_grid
from carbonctl.catalog.hourly.series import stamp
from carbonctl.errors import InputError
from tests.conftest import CATALOG
from tests.hourly.files import ORACLES, hours, plain, rows_of, table

HINT = "give `fill: interpolate` (up to 3 hours) or `fill: same-hour`"
SITE = ORACLES / "site"
EXPECTED = rows_of(SITE / "formats_expected.csv")
INVALID = rows_of(SITE / "formats" / "invalid_expected.csv")


def read(name: str, **options: str):
    return read_grid(SITE / "formats" / name, name, Options(**options), CATALOG)


def options_of(row) -> dict[str, str]:
    """Return the options that a row of the expected figures was read with."""
    if row["format"] in ("eia930", "entsoe"):
        return {"factors": "ipcc2014"}
    pairs = [part.split(": ") for part in row["option"].split(", ") if ": " in part]
    return {key: value for key, value in pairs if key in Options._fields}


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: f"{row['file']} {row['option']}")
def test_every_format(row):
    grid = read(row["file"], **options_of(row))
    series = grid.intensity
    assert series.origin.format == row["format"]
    assert len(series.values) == int(row["rows"])
    assert series.step_s == 60 * int(row["step_min"])
    assert stamp(series.start_s) == row["first_start_utc"]
    assert stamp(series.end_s) == row["end_utc"]
    assert grid.signal == row["signal"]
    assert grid.basis == (None if row["basis"] == "as declared" else row["basis"])
    assert fmean(series.values) == pytest.approx(float(row["mean_g_per_kwh"]), rel=1e-9)
    assert series.unit == "g/kWh"
    assert series.origin.rows == len(series.values)


def test_the_hours_of_mixes():
    eia = read("eia930.csv", factors="ipcc2014")
    assert list(eia.intensity.values) == pytest.approx([285.445, 286.826733, 280.448738], rel=1e-8)
    assert "oil" not in eia.kinds  # blank in every row is absent, not 0
    assert list(eia.kinds["hydro"].values) == [500, 0, 450]
    assert list(eia.kinds["solar"].values) == [0, 0, 0]
    quarters = read("entsoe.csv", factors="ipcc2014")
    assert list(quarters.intensity.values) == pytest.approx(
        [397.511864, 394.909091, 395.010101, 397.715254, 397.918644, 398.122034, 397.118243, 396.121212],
        rel=1e-8,
    )  # fmt: skip
    assert "oil" not in quarters.kinds
    assert list(quarters.kinds["hydro"].values) == [150] * 8  # pumped storage is left out
    assert list(quarters.kinds["coal"].values) == [900] * 8
    batteries = read("eia930_2024h2.csv", factors="ipcc2014")
    assert {kind: list(series.values) for kind, series in batteries.kinds.items()} == {
        "wind": [1800], "solar": [1750], "hydro": [500], "nuclear": [2000], "gas": [3000],
        "coal": [1000], "geothermal": [150], "other": [50],
    }  # fmt: skip


def test_what_a_source_says_beside_the_intensity():
    new = read("electricitymaps.csv")
    assert new.intensity.origin.estimated == 1
    assert new.intensity.origin.notes == ("1 of 4 rows are estimates of the source",)
    assert fmean(new.cfe.values) == pytest.approx(0.41375)
    old = read("electricitymaps_2022.csv")
    assert old.intensity.origin.notes == ()
    assert old.intensity.values == new.intensity.values
    assert new.intensity.origin.sha256 != old.intensity.origin.sha256


@pytest.mark.parametrize("row", INVALID, ids=lambda row: row["file"])
def test_every_invalid_file(row):
    name = f"invalid/{row['file']}"
    if row["outcome"] == "warning":
        (warning,) = read(name).intensity.origin.warnings
        assert warning == "highest 0.4 g/kWh is below every known grid: is it in kg/kWh?"
        return
    with pytest.raises(InputError) as error:
        read(name)
    (message,) = str(error.value).splitlines()
    where, words = SAID[row["file"]]
    assert message.startswith(f"{name}:{where}: ")
    assert row["where"] in (
        f"row {where}",
        *message.replace(";", " ").replace(",", " ").replace(": ", " ").split(),
    )
    for word in words:
        assert word in message


# The line and what its message holds. The page's limit of a drop-out is 10 % of the median.
SAID = {
    "gap.csv": (5, ["2 hours missing, 2024-01-01T03:00:00Z to 2024-01-01T04:00:00Z", "fill: interpolate"]),
    "blank.csv": (4, ["blank value of `g_per_kwh`", "fill: interpolate", "fill: same-hour"]),
    "duplicate.csv": (6, ["2024-01-01T03:00:00Z is also the time of row 5"]),
    "unsorted.csv": (3, ["earlier than the row before"]),
    "naive_local_october.csv": (2, ["time without zone: give `time_zone`", "2024-10-27T02:00 occurs twice"]),
    "mixed_step.csv": (5, ["the step changes from 60 to 30 minutes"]),
    "negative.csv": (4, ["negative intensity"]),
    "nan.csv": (4, ["`nan` is not a number"]),
    "no_unit.csv": (1, ["`carbon_intensity` has no unit: rename it", "`unit`"]),
    "text.csv": (4, ["`n/a` is not a number"]),
    "empty.csv": (1, ["no rows"]),
    "one_row.csv": (2, ["one row: the step is unknown"]),
    "mix_dropout.csv": (4, ["total generation 287 MW is under 10 % of the median of the 25 hours around"]),
    "mix_zero_hour.csv": (3, ["no generation at all: the intensity is undefined"]),
}  # fmt: skip


def test_all_faults_of_a_file_in_one_run(folder):
    values = [400, "", 390, -5, "x", 380, 370, 360]
    times = hours(12)
    times = [*times[:5], times[4], times[8], times[9]]
    assert folder.refused(plain(values, times)) == [
        f"grid.csv:3: blank value of `g_per_kwh`; {HINT}",
        "grid.csv:5: negative intensity",
        "grid.csv:6: `x` is not a number",
        "grid.csv:7: 2024-01-01T04:00:00Z is also the time of row 6",
        f"grid.csv:8: 3 hours missing, 2024-01-01T05:00:00Z to 2024-01-01T07:00:00Z; {HINT}",
    ]


def test_the_same_fault_of_rows_that_follow_is_one(folder):
    (message,) = folder.refused(plain([400, "", "", "", 390, 380]))
    assert message.startswith("grid.csv:3: blank value of `g_per_kwh`")
    assert message.endswith("(3 rows, to row 5)")
    many = folder.refused(plain([n if n % 2 else f"x{n}" for n in range(1, 1000)]))
    assert len(many) == 101
    assert many[0] == "grid.csv: 399 more problems"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "grid.csv:1: no rows of data"),
        ("start_utc;g_per_kwh\n2024-01-01;5\n", "grid.csv:1: columns are separated by ';': write commas"),
        ("a,b\n1,2\n", "grid.csv:1: the format is not recognised from the columns `a`, `b`; call them `start_utc` and `g_per_kwh`, or give `format`"),
        ("start_utc,g_per_kwh\n2024-01-01,5,6\n", "grid.csv:2: 3 cells, but the header has 2"),
        ('start_utc,g_per_kwh\n2024-01-01,"5\n', "grid.csv:2: not a CSV table: unexpected end of data"),
        ("start_utc,a_g_per_kwh,b_g_per_kwh\n2024-01-01,5,6\n", "grid.csv:1: several columns of carbon intensity: give `column`, `a_g_per_kwh` or `b_g_per_kwh`"),
        ("start_utc,g_per_kwh\nyesterday,5\n,6\n", "grid.csv:2: `yesterday` is not a time"),
        ('{"data": [], "meta": {}}', "grid.csv:1: no rows: `data` is empty"),
        ('{"data": 3}', "grid.csv:1: no list `data` of `point_time` and `value`, as WattTime answers"),
        ('{"data": [', "grid.csv:1: not JSON: Expecting value: line 1 column 11 (char 10)"),
        ("start_utc,g_per_kwh\n2024-01-01T00:07Z,5\n2024-01-01T01:07Z,5\n", "grid.csv:2: 2024-01-01T00:07:00Z is no whole five minutes: steps begin at these"),
        ("start_utc,g_per_kwh\n2024-01-01,5\n2024-01-02,5\n2024-01-03,5\n", "grid.csv:3: the step is 1 day; 5, 15, 30 or 60 minutes are read"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_read(folder, text, said):
    assert folder.refused(text)[0] == said


def test_text_that_is_no_utf8(folder):
    path = folder.path / "latin.csv"
    path.write_bytes(b"start_utc,g_per_kwh\n2024-01-01,\xe9\n")
    with pytest.raises(InputError) as error:
        read_grid(path, "latin.csv", Options(), CATALOG)
    assert str(error.value).startswith("latin.csv:2: not a UTF-8 text: ")


@pytest.mark.parametrize(
    ("column", "factor"),
    [("g_per_kwh", 1), ("grid_kg_per_kwh", 1000), ("kg_per_mwh", 1), ("moer_lb_per_mwh", 0.45359237)],
)  # fmt: skip
def test_units_in_the_name_of_a_column(folder, column, factor):
    text = plain([0.5, 800.0]).replace("g_per_kwh", column)
    values = folder.grid(text).intensity.values
    assert list(values) == pytest.approx([0.5 * factor, 800 * factor], rel=1e-12)


def test_a_unit_that_is_given_and_a_column_that_is_named(folder):
    text = table("time,a,b", (f"{time},7,{n}" for n, time in enumerate(hours(3), 1)))
    grid = folder.grid(text, column="b", unit="lb/MWh", basis="direct", signal="marginal")
    assert list(grid.intensity.values) == pytest.approx([0.45359237 * n for n in (1, 2, 3)])
    assert (grid.basis, grid.signal) == ("direct", "marginal")
    assert folder.refused(text, column="c", unit="g/kWh") == [
        "grid.csv:1: no column `c`; there are `time`, `a`, `b`"
    ]
    assert folder.refused(text, column="b", unit="kW") == [
        "grid.csv:1: `1 kW` is a power, not a carbon intensity such as `385 g/kWh`"
    ]


def test_the_basis_that_a_column_names(folder):
    assert folder.grid(plain([5, 6]).replace("g_per", "lifecycle_g_per")).basis == "life-cycle"
    assert folder.grid(plain([5, 6]).replace("g_per", "direct_g_per")).basis == "direct"
    assert folder.grid(plain([5, 6])).basis is None


def test_a_mix_goes_before_a_plain_column(folder):
    rows = (f"{time},100,300,5" for time in hours(2))
    text = table("start_utc,wind_mw,coal_mw,lifecycle_g_per_kwh", rows)
    assert folder.grid(text, factors="ipcc2014").intensity.values[0] == (1100 + 300 * 820) / 400
    assert folder.grid(text, format="plain").intensity.values[0] == 5
    assert folder.grid(text, column="lifecycle_g_per_kwh").intensity.values[0] == 5
    assert folder.refused(text, format="mix", column="wind_mw") == [
        "grid.csv:1: `column` is for the plain format, not for mix"
    ]


def test_carbon_free_shares(folder):
    def text(cells):
        rows = (f"{t},5,{c}" for t, c in zip(hours(len(cells)), cells, strict=True))
        return table("start_utc,g_per_kwh,grid_cfe", rows)

    assert list(folder.grid(text([0.2, 0.4])).cfe.values) == [0.2, 0.4]
    assert list(folder.grid(text([20, 40]).replace("grid_cfe", "CFE %")).cfe.values) == [0.2, 0.4]
    blank = folder.grid(text([0.2, ""]))
    assert blank.cfe is None
    assert blank.intensity.origin.notes == (
        "the column of carbon-free shares is not used: 1 blank",
    )
    outside = folder.grid(text([0.2, 40]))
    assert outside.cfe is None
    assert "outside of 0 to 1" in outside.intensity.origin.notes[0]


def test_several_grids_in_one_file(folder):
    text = (SITE / "formats" / "eia930.csv").read_text()
    last = text.splitlines()[-1]
    (message,) = folder.refused(text + last.replace("TEST", "OTHER") + "\n")
    assert message == (
        "grid.csv:1: several grids (Balancing Authority: `TEST`, `OTHER`): keep the rows of one"
    )


def test_stamps_of_pjm_are_starts(folder):
    text = (SITE / "formats" / "eia930.csv").read_text().replace("TEST", "PJM")
    ends, starts = folder.grid(text), folder.grid(text, stamp="start")
    assert "`stamp: start`" in ends.intensity.origin.notes[0]
    assert not any("stamp" in note for note in starts.intensity.origin.notes)
    assert starts.intensity.start_s - ends.intensity.start_s == 3600


def test_eia_leaves_out_what_it_reworked_and_stores(folder):
    lines = (SITE / "formats" / "eia930.csv").read_text().splitlines()
    more = ",Net Generation (MW) from Coal (Adjusted),Net Generation (MW) from Tides"
    text = "\n".join([lines[0] + more, *(line + ',"9,999",3' for line in lines[1:])]) + "\n"
    grid = folder.grid(text, factors="ipcc2014")
    assert grid.intensity.values == read("eia930.csv", factors="ipcc2014").intensity.values
    assert grid.intensity.origin.notes[0] == (
        "no part of the mix: `Net Generation (MW) from Tides`"
    )


def test_a_column_that_may_be_a_kind_is_named(folder):
    rows = (f"{time},100,300,5,7" for time in hours(2))
    grid = folder.grid(table("start_utc,wind_mw,coal_mw,lignite_mw,demand_mw", rows))
    assert grid.intensity.origin.notes[0] == "no part of the mix: `lignite_mw`"


@pytest.mark.parametrize(
    ("signal", "unit", "expected"),
    [("co2_moer", "lbs_co2_per_mwh", "marginal"), ("co2_aoer", "lbs_co2_per_mwh", "average")],
)
def test_signals_of_watttime(folder, signal, unit, expected):
    points = [{"point_time": time, "value": 1000} for time in hours(2)]
    text = json.dumps({"data": points, "meta": {"units": unit, "signal_type": signal}})
    grid = folder.grid(text)
    assert grid.signal == expected
    assert list(grid.intensity.values) == pytest.approx([453.59237, 453.59237])


def test_faults_of_json_name_the_point(folder):
    points = [{"point_time": time, "value": 1000} for time in hours(4)]
    points[1]["value"], points[2]["value"] = None, "x"
    text = json.dumps({"data": points, "meta": {"units": "lbs_co2_per_mwh"}})
    first, second = folder.refused(text)
    assert first.startswith("grid.csv: data[1]: blank value of `value`")
    assert second == "grid.csv: data[2]: `x` is not a number"
    money = json.dumps({"data": points, "meta": {"units": "$/MWh"}})
    assert folder.refused(money) == [
        "grid.csv:1: the unit `$/MWh` of the file is not known: give `unit` (`lb/MWh`)"
    ]


def test_quotes_and_line_ends_make_no_difference(folder):
    text = plain([5.5, 6.5, 7.5])
    expected = folder.grid(text).intensity
    quoted = "\r\n".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines()
    )
    for other in (
        quoted,
        text.replace("\n", "\r\n"),
        "\ufeff" + text,
        text.rstrip(),
        text.replace("\n", "\n\n"),
    ):
        read_again = folder.grid(other).intensity
        assert (read_again.start_s, read_again.values) == (expected.start_s, expected.values)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("plain.csv", {"factors": "ipcc2014"}, "`factors` are for a mix (mix, eia930, entsoe), not for plain"),
        ("entsoe.csv", {"unit": "g/kWh"}, "`unit` is for plain and watttime: entsoe has its own"),
        ("eia930.csv", {"time_zone": "America/Chicago"}, "the times of `UTC Time at End of Hour` are UTC"),
        ("eia930.csv", {"signal": "marginal"}, "a mix gives an average, not `signal: marginal`"),
        ("entsoe.csv", {"format": "eia930"}, "no column `Net Generation (MW) from …`"),
        ("plain.csv", {"format": "entsoe"}, "no column `MTU`"),
        ("plain.csv", {"format": "electricitymaps"}, "no column `Datetime (UTC)`"),
        ("plain.csv", {"format": "watttime"}, "no column `point_time`"),
        ("plain.csv", {"format": "mix"}, "no kind of plant: a mix has columns such as `wind_mw`"),
        ("eia930.csv", {"format": "plain"}, "no column of times among"),
    ],
)  # fmt: skip
def test_options_that_do_not_go_with_a_format(name, options, said):
    with pytest.raises(InputError) as error:
        read(name, **options)
    assert str(error.value).startswith(f"{name}:1: {said}")
