import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs.logs import codecarbon
from tests.jobs.energy_logs import expected_kwh, outcome, recognised, sample

HEADER = (
    "timestamp,project_name,run_id,duration,emissions_rate,energy_consumed,country_iso_code,region,"
    "cloud_provider,cloud_region,gpu_count,gpu_model,longitude,latitude,tracking_mode,on_cloud,pue"
)
RUN = "2026-03-01T10:00:00,p,run1,3600,1e-5,1.5,FRA,,,,4,4 x NVIDIA A100-SXM4-80GB,,,machine,N,1"


def read(*lines, **options):
    return outcome("codecarbon", "\n".join((HEADER, *lines)) + "\n", **options)


def row(**cells):
    values = dict(zip(HEADER.split(","), RUN.split(","), strict=True)) | cells
    return ",".join(values.values())


@pytest.mark.parametrize("file", ["codecarbon-38.csv", "codecarbon-31.csv"])
def test_samples_have_the_expected_energy(file):
    assert recognised("codecarbon", sample(file))
    read_ = outcome("codecarbon", sample(file))
    assert read_.kwh == pytest.approx(expected_kwh(file), rel=1e-9)
    assert not read_.findings.rejects


def test_rows_of_a_run_are_cumulative_and_the_last_one_counts():
    read_ = outcome("codecarbon", sample("codecarbon-38.csv"))
    first = read_.rows[0]
    assert first["source_line"] == 3 and first["energy_kwh"] == 3.6
    assert read_.findings.skipped[codecarbon.CUMULATIVE] == 1
    assert first["start"] == "2026-03-01T09:00:00Z" and first["end"] == "2026-03-01T11:00:00Z"
    assert first["wall_time_h"] == 2 and first["grid"] == "FRA"
    assert first["device"] == "NVIDIA A100-SXM4-80GB" and first["devices"] == 4
    assert first["project"] == "p1" and first["experiment"] == "e1"


def test_the_longest_row_of_a_run_counts_in_any_order():
    later, before = row(duration="7200", energy_consumed="3"), row()
    assert read(later, before).kwh == [3]
    assert read(before, later).kwh == [3]


def test_the_pue_in_the_energy_is_taken_out_and_kept():
    read_ = read(row(pue="1.25"))
    assert read_.kwh == [1.2]
    assert read_.rows[0]["pue"] == 1.25
    assert "pue" not in read(row()).rows[0]  # 1 is what it writes where it was given none


def test_rows_of_tasks_add_up():
    header = HEADER.replace("timestamp", "task_name,timestamp")
    text = "\n".join((header, f"load,{RUN}", f"train,{RUN}"))
    read_ = outcome("codecarbon", text)
    assert read_.kwh == [1.5, 1.5]
    assert [r["job"] for r in read_.rows] == ["run1/load", "run1/train"]
    assert [r["task"] for r in read_.rows] == ["load", "train"]
    assert codecarbon.TASKS in read_.findings.notes


def test_columns_are_found_by_name():
    columns = HEADER.split(",")
    cells = dict(zip(columns, RUN.split(","), strict=True))
    back = list(reversed(columns))
    text = ",".join(back) + "\n" + ",".join(cells[c] for c in back) + "\n"
    assert outcome("codecarbon", text).rows == read(RUN).rows
    few = (
        "timestamp,run_id,duration,emissions_rate,energy_consumed\n2023-01-01T00:00:00,r,60,0,0.1\n"
    )
    assert outcome("codecarbon", few).kwh == [0.1]


def test_cloud_regions_and_clouds_without_one():
    aws = read(row(on_cloud="Y", cloud_provider="AWS", cloud_region="us-east-1"))
    assert aws.rows[0]["grid"] == "aws/us-east-1"
    without = read(row(on_cloud="Y", country_iso_code="USA"))
    assert "grid" not in without.rows[0]
    assert without.findings.notes[codecarbon.NO_REGION] == 1


def test_overlapping_runs_of_whole_machines_are_noted():
    other = row(run_id="run2", timestamp="2026-03-01T10:30:00")
    assert read(RUN, other).findings.notes[codecarbon.OVERLAP] == 1
    after = row(run_id="run2", timestamp="2026-03-01T11:00:00")
    assert codecarbon.OVERLAP not in read(RUN, after).findings.notes
    process = row(run_id="run2", timestamp="2026-03-01T10:30:00", tracking_mode="process")
    assert codecarbon.OVERLAP not in read(RUN, process).findings.notes


def test_a_row_without_its_empty_cells_is_read_where_it_is_whole_otherwise():
    full = row(gpu_count="", gpu_model="")
    short = "2026-03-02T10:00:00,p,run2,60,1e-5,0.6,FRA,,,machine,N,1.2"
    read_ = read(full, short)
    assert read_.kwh == [1.5, 0.5]
    assert read_.rows[1]["grid"] == "FRA" and "device" not in read_.rows[1]
    assert read_.findings.notes[codecarbon.MENDED] == 1


def test_a_row_that_is_cut_off_is_rejected():
    read_ = read(RUN, "2026-03-02T10:00:00,p,run2,60,1e-5,0.6,FRA,,,,4,4 x NVIDIA")
    assert read_.kwh == [1.5]
    assert read_.rejects == [(3, "", "12 cells under a header of 17")]


def test_gpus_of_several_models_are_not_named():
    several = read(row(gpu_count="6", gpu_model="4 x NVIDIA A100-SXM4-80GB2 x NVIDIA L4")).rows[0]
    assert "device" not in several and several["devices"] == 6


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"energy_consumed": "nan"}, "energy_consumed"),
        ({"energy_consumed": "-1"}, "energy_consumed"),
        ({"energy_consumed": "1e999"}, "energy_consumed"),
        ({"energy_consumed": "1_000"}, "energy_consumed"),
        ({"energy_consumed": "١"}, "energy_consumed"),
        ({"energy_consumed": ""}, "energy_consumed"),
        ({"duration": "two"}, "duration"),
        ({"duration": "1e300"}, "duration"),
        ({"pue": "0.5"}, "pue"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"timestamp": "0001-01-01T00:00:00"}, "duration"),
        ({"run_id": ""}, "run_id"),
        ({"run_id": "=1+1"}, "run_id"),
        ({"project_name": "@SUM(A1)"}, "project_name"),
        ({"project_name": "a\0b"}, "project_name"),
        ({"gpu_model": "-x"}, "gpu_model"),
    ],
)
def test_cells_that_cannot_be_used_are_rejected_with_their_line(cells, column):
    good = row(run_id="good")
    read_ = read(good, row(**cells))
    assert read_.kwh == [1.5]
    assert [reject[:2] for reject in read_.rejects] == [(3, column)]


def test_times_are_of_the_zone_that_is_given():
    from zoneinfo import ZoneInfo

    read_ = read(RUN, timezone=ZoneInfo("Europe/Paris"))
    assert read_.rows[0]["end"] == "2026-03-01T09:00:00Z"
    assert any("Europe/Paris" in note for note in read_.findings.notes)
    zoned = read(row(timestamp="2026-03-01T10:00:00+02:00"))
    assert zoned.rows[0]["end"] == "2026-03-01T08:00:00Z"
    assert not zoned.findings.notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("timestamp,emissions_rate,energy_consumed,run_id\n", "has no column 'duration'"),
        (f"{HEADER},pue\n", "two columns are called 'pue'"),
    ],
)
def test_a_log_that_cannot_be_read_as_a_whole(text, message):
    with pytest.raises(InputError, match=message):
        outcome("codecarbon", text)


def test_a_header_alone_has_no_rows_and_a_repeated_one_is_skipped():
    assert read().rows == []
    joined = read(RUN, HEADER, row(run_id="run2"))
    assert len(joined.rows) == 2 and not joined.findings.rejects


def test_bom_crlf_and_quoted_newlines_keep_lines_right():
    text = f"\ufeff{HEADER}\r\n{row(project_name='p')}\r\n"
    assert outcome("codecarbon", text).kwh == [1.5]
    quoted = row(project_name='"two\nlines"'), row(run_id="run2", duration="x")
    assert [reject[0] for reject in read(*quoted).rejects] == [2, 4]


def test_broken_quotes_are_rejected_and_what_follows_is_read():
    read_ = read(row(project_name='"a"b'), row(run_id="run2"))
    assert read_.kwh == [1.5]
    assert read_.rejects[0][0] == 2
    unclosed = read(row(run_id="run2"), row(project_name='"a'), RUN)
    assert unclosed.kwh == [1.5] and [reject[0] for reject in unclosed.rejects] == [3]
