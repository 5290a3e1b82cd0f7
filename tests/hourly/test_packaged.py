"""The series that come with carbonctl, against the extraction that they are made of."""

import csv
import gzip
import io
import json
from statistics import fmean

import pytest

from carbonctl.catalog.hourly import packaged
from carbonctl.catalog.hourly.options import Options
from carbonctl.catalog.hourly.reading import read_grid
from carbonctl.catalog.hourly.series import stamp
from carbonctl.errors import InputError
from carbonctl.reference import hourly_rows
from tests.conftest import CATALOG, ROOT
from tests.hourly.files import ORACLES, rows_of
from tests.pack_hourly import packed

MEANS = rows_of(ORACLES / "hourly" / "packaged_means.csv")
SAMPLES = rows_of(ORACLES / "hourly" / "packaged.csv")
YEARS = rows_of(ORACLES / "site" / "year.csv")
HALF_DIGIT = 0.005 + 1e-9  # of the published figures
FOLDER = ROOT / "hardware_db" / "hourly"


def read(name: str, **options: str):
    return read_grid(None, name, Options(**options), CATALOG)


def test_every_series_is_expected():
    assert list(packaged.known()) == [row["id"] for row in MEANS]
    files = [str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.gz")]
    assert sorted(files) == [f"{name}.csv.gz" for name in packaged.known()]


@pytest.mark.parametrize("row", MEANS, ids=lambda row: row["id"])
def test_means_and_hours(row):
    grid = read(row["id"], factors="ipcc2014")
    series = grid.intensity
    assert len(series.values) == int(row["rows"]) == 8760
    assert stamp(series.start_s) == row["first_start_utc"]
    assert series.step_s == 3600
    assert series.origin.filled == int(row["blanks"])
    assert series.doubtful == ()
    off = 0.005 if row["blanks"] == "0" else 0.5  # the filled hours are in this mean alone
    assert fmean(series.values) == pytest.approx(float(row["mean_lifecycle_g_per_kwh"]), abs=off)
    assert fmean(grid.cfe.values) == pytest.approx(float(row["mean_cfe_share"]), abs=1e-3)
    samples = [sample for sample in SAMPLES if sample["id"] == row["id"]]
    assert len(samples) >= 20
    hours = {stamp(series.start_s + n * 3600): n for n in range(8760)}
    for sample in samples:
        at = hours[sample["start_utc"]]
        assert series.values[at] == pytest.approx(
            float(sample["lifecycle_g_per_kwh"]), abs=HALF_DIGIT
        )
        assert grid.cfe.values[at] == pytest.approx(float(sample["cfe_share"]), abs=5.1e-5)


@pytest.mark.parametrize("row", YEARS, ids=lambda row: row["case"])
def test_means_of_the_oracle(row):
    name = f"eia930/{row['input'].removesuffix('.csv').rpartition('_')[2]}-2022"
    mean = fmean(read(name, factors="ipcc2014").intensity.values)
    assert mean == pytest.approx(float(row["grid_mean_g_per_kwh"]), rel=1e-9)


@pytest.mark.parametrize("name", packaged.known())
def test_life_cycle_is_above_direct(name):
    whole, direct = read(name), read(name, basis="direct")
    assert (whole.basis, direct.basis) == ("life-cycle", "direct")
    pairs = zip(whole.intensity.values, direct.intensity.values, strict=True)
    assert all(a > b for a, b in pairs)


def test_an_annual_figure_of_the_same_grid_is_near():
    """Direct factors of the rule against the zone's own figure of the year, with imports."""
    for name in ("eia930/erco-2022", "eia930/pjm-2022"):  # of which little is imported
        grid = read(name, basis="direct")
        total = [sum(hour) for hour in zip(*(s.values for s in grid.kinds.values()), strict=True)]
        mean = sum(i * g for i, g in zip(grid.intensity.values, total, strict=True)) / sum(total)
        row = CATALOG.grid(packaged.known()[name].zone, 2022, "direct")
        assert mean == pytest.approx(row.intensity.best * 1000, rel=0.05)


def test_notes():
    notes = read("eia930/ciso-2022").intensity.origin.notes
    assert notes == (
        "3 hours are not in the source: interpolated up to 3 hours, else as the week before",
        "factors of the mix: stack and upstream of US, as no `site.grid` is given",
        "generation in the area; imports are not counted",
    )


def test_gaps_of_pjm():
    assert read("eia930/pjm-2022").intensity.origin.filled == 28
    with pytest.raises(InputError, match="more than the 3 hours of `fill: interpolate`"):
        read("eia930/pjm-2022", fill="interpolate")
    with pytest.raises(InputError, match="missing"):
        read("eia930/pjm-2022", fill="none")
    assert read("eia930/pjm-2022", fill="same-hour").intensity.origin.filled == 28


def test_what_does_not_go_with_a_packaged_series():
    with pytest.raises(InputError) as error:
        read("eia930/ciso-2022", column="wind_mw", stamp="end")
    assert str(error.value).splitlines() == [
        "eia930/ciso-2022:1: `column` is for files, not for a packaged series",
        "eia930/ciso-2022:1: `stamp` is for files, not for a packaged series",
    ]
    with pytest.raises(InputError, match="a mix gives an average"):
        read("eia930/ciso-2022", signal="marginal")
    with pytest.raises(InputError, match="are life-cycle figures"):
        read("eia930/ciso-2022", factors="ipcc2014", basis="direct")


def test_unknown_names_have_the_nearest():
    with pytest.raises(InputError) as error:
        read("eia930/cisco-2022")
    assert str(error.value) == (
        "eia930/cisco-2022: no such file, and no packaged series `eia930/cisco-2022`; did you mean "
        "`eia930/ciso-2022`? (`carbonctl grid hourly` lists the packaged series)"
    )


def test_a_file_of_the_same_name_takes_precedence(tmp_path):
    path = tmp_path / "ciso-2022"
    path.write_text("start_utc,g_per_kwh\n2024-01-01T00:00Z,5\n2024-01-01T01:00Z,6\n")
    grid = read_grid(path, "eia930/ciso-2022", Options(), CATALOG)
    assert list(grid.intensity.values) == [5, 6]


def test_the_same_file_gives_the_same_bytes(tmp_path):
    path = tmp_path / "mix.csv"
    path.write_text(
        "start_utc,wind_mw,gas_mw,x\n2024-01-01T00:00:00Z,5,,1\n2024-01-01T01:00:00Z,6,7,1\n"
    )
    data = packed(path)
    assert data == packed(path)
    assert gzip.decompress(data).decode() == (
        "start,2024-01-01T00:00:00Z\nstep_s,3600\nwind,5,6\ngas,,7\n"
    )
    for name in packaged.known():
        assert (FOLDER / f"{name}.csv.gz").read_bytes()[4:8] == bytes(4)  # no time of writing


@pytest.mark.parametrize(
    "text",
    ["", "start,2022-01-01\n", "start,2022-01-01T00:00Z\nstep_s,3600\nwind,1\ngas,1,2\n",
     "start,2022-01-01T00:00Z\nstep_s,3600\ntides,1\n", "start,x\nstep_s,3600\nwind,1\n"],
)  # fmt: skip
def test_damaged_files_say_so(text, tmp_path, monkeypatch):
    (tmp_path / "hourly" / "eia930").mkdir(parents=True)
    (tmp_path / "hourly" / "eia930" / "ciso-2022.csv.gz").write_bytes(gzip.compress(text.encode()))
    packaged.known()
    monkeypatch.setattr(packaged.folders, "builtin", lambda: tmp_path)
    with pytest.raises(InputError, match="damaged"):
        read("eia930/ciso-2022")


def test_the_region_of_the_grid_of_the_site():
    us = read_grid(None, "eia930/ciso-2022", Options(), CATALOG, "US-CAMX")
    fr = read_grid(None, "eia930/ciso-2022", Options(), CATALOG, "France")
    world = read_grid(None, "eia930/ciso-2022", Options(), CATALOG, "JP")
    assert us.intensity.values == read("eia930/ciso-2022").intensity.values
    assert len({g.intensity.values.tobytes() for g in (us, fr, world)}) == 3
    assert "stack and upstream of EU, as `site.grid` is France" in fr.intensity.origin.notes[1]
    assert "of the rest of the world, as `site.grid` is JP" in world.intensity.origin.notes[1]
    with pytest.raises(LookupError, match="unknown grid"):
        read_grid(None, "eia930/ciso-2022", Options(), CATALOG, "Atlantis")


def test_the_list(inside):
    done = inside("grid", "hourly", "--format", "csv")
    assert (done.code, done.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["id"] for row in rows] == list(packaged.known())
    assert list(rows[0]) == list(hourly_rows.COLUMNS)
    ciso = rows[2]
    assert (ciso["zone"], ciso["steps"], ciso["step_min"], ciso["filled"]) == (
        "US-CAL-CISO",
        "8760",
        "60",
        "3",
    )
    assert (ciso["start_utc"], ciso["end_utc"]) == ("2021-12-31T23:00:00Z", "2022-12-31T23:00:00Z")
    assert 200 < float(ciso["intensity_g_per_kwh"]) < 300
    assert 0 < float(ciso["lowest_g_per_kwh"]) < float(ciso["highest_g_per_kwh"])
    assert json.loads(inside("grid", "hourly", "--format", "json").out)
    assert "eia930/ciso-2022" in inside("grid", "hourly").out
    for row in rows:
        assert CATALOG.zones[row["zone"]]
        assert all(key in CATALOG.sources for key in row["source"].split())
