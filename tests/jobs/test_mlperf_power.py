import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs import measured
from carbonctl.inputs.jobs.logs import mlperf_power
from tests.jobs.energy_logs import KWH_OF_J, outcome, recognised

MARK = "2026-03-01_10-00-00_loadgen_testing"


def line(second, watts=100.0, mark=MARK, more=""):
    return (
        f"Time,03-01-2026 10:{second // 60:02}:{second % 60:02}.000,Watts,{watts},Volts,227.37,"
        f"Amps,0.2,PF,0.49,Mark,{mark}{more}"
    )


def read(*lines, path=None):
    return outcome("mlperf-power", "\n".join(lines) + "\n", path)


def detail(folder, begin, end):
    text = "".join(
        f':::MLLOG {{"key": "{key}", "value": "03-01-2026 10:{s // 60:02}:{s % 60:02}.000"}}\n'
        for key, s in (("power_begin", begin), ("power_end", end))
    )
    (folder / mlperf_power.DETAIL).write_text(text)
    return str(folder / "spl.txt")


def test_each_mark_is_a_row_by_the_trapezoid():
    lines = [line(0, 100), line(1, 200), line(2, 300), line(10, 50, "other"), line(11, 50, "other")]
    assert recognised("mlperf-power", lines[0])
    read_ = read(*lines)
    assert read_.kwh == pytest.approx([400 * KWH_OF_J, 50 * KWH_OF_J])
    row = read_.rows[0]
    assert row["job"] == MARK and row["energy_boundary"] == "node" and "pue" not in row
    assert row["start"] == "2026-03-01T10:00:00Z" and row["wall_time_h"] == pytest.approx(2 / 3600)
    assert [r["source_line"] for r in read_.rows] == [1, 4]


def test_the_month_comes_first():
    assert (
        read(line(0).replace("03-01", "02-03"), line(1).replace("03-01", "02-03"))
        .rows[0]["start"]
        .startswith("2026-02-03")
    )


@pytest.mark.parametrize("watts", ["-1", "-1.000000", "0", "0.0"])
def test_samples_that_were_not_measured_are_left_out(watts):
    read_ = read(line(0), line(1, watts), line(2))
    assert read_.kwh == pytest.approx([200 * KWH_OF_J])
    assert read_.findings.skipped == {mlperf_power.NO_POWER: 1}


def test_the_ranging_run_is_not_the_run():
    read_ = read(*(line(s, mark="x_ranging") for s in range(5)), line(10), line(11))
    assert read_.kwh == pytest.approx([100 * KWH_OF_J])
    assert read_.findings.skipped == {mlperf_power.RANGING: 5}


def test_samples_of_no_run_are_skipped_where_there_is_a_run():
    unset = [line(0, mark="notset"), line(1, mark="notset")]
    assert read(*unset).kwh == pytest.approx([100 * KWH_OF_J])
    read_ = read(*unset, line(2), line(3))
    assert [r["job"] for r in read_.rows] == [MARK]
    assert read_.findings.skipped == {mlperf_power.NOT_SET: 2}


def test_channels_and_analyzers_are_parts_of_the_first_watts():
    more = ",Ch1,Watts,91.06,Volts,120.95,Amps,0.8,PF,0.9,Ch2,Watts,90.97,Volts,1,Amps,1,PF,1"
    assert read(line(0, more=more), line(1, more=more)).kwh == pytest.approx([100 * KWH_OF_J])


def test_only_the_time_between_begin_and_end_counts(tmp_path):
    lines = [line(s) for s in range(100)]
    read_ = read(*lines, path=detail(tmp_path, 10, 50))
    assert read_.kwh == pytest.approx([4000 * KWH_OF_J])
    assert read_.rows[0]["start"] == "2026-03-01T10:00:10Z"
    assert read_.findings.notes[mlperf_power.OUTSIDE] == 1
    assert read(*lines).kwh == pytest.approx([9900 * KWH_OF_J])


def test_the_ends_of_the_span_are_interpolated(tmp_path):
    lines = [line(0, 0.001), line(10, 100), line(20, 100), line(30, 0.001)]
    read_ = read(*lines, path=detail(tmp_path, 5, 25))
    assert read_.kwh == pytest.approx([(75 * 5 + 1000 + 75 * 5) * KWH_OF_J], rel=1e-4)


def test_no_end_of_the_span_is_interpolated_in_a_gap(tmp_path):
    lines = [line(s) for s in (0, 1, 2, 3, *range(600, 700))]
    read_ = read(*lines, path=detail(tmp_path, 300, 650))
    assert read_.kwh == pytest.approx([5000 * KWH_OF_J])
    assert read_.rows[0]["start"] == "2026-03-01T10:10:00Z"


def test_a_log_beside_it_of_another_time_changes_nothing(tmp_path):
    path = detail(tmp_path, 1800, 1900)
    read_ = read(line(0), line(1), path=path)
    assert read_.kwh == pytest.approx([100 * KWH_OF_J])
    assert [*read_.findings.notes] == [mlperf_power.APART]
    (tmp_path / mlperf_power.DETAIL).write_bytes(b"power_begin 03-99-2026 10:00:00.000\xff\0")
    read_ = read(line(0), line(1), path=path)
    assert read_.kwh == pytest.approx([100 * KWH_OF_J])
    assert [*read_.findings.notes] == [mlperf_power.NO_SPAN]


def test_a_gap_is_not_integrated():
    read_ = read(*(line(s) for s in (0, 1, 2, 3, 100, 101)))
    assert read_.kwh == pytest.approx([400 * KWH_OF_J])
    assert read_.findings.uncovered_h == pytest.approx(97 / 3600)


@pytest.mark.parametrize(
    ("bad", "column"),
    [
        (line(5, "nan"), "Watts"),
        (line(5, "-2"), "Watts"),
        (line(5, "1e999"), "Watts"),
        (line(5, ""), "Watts"),
        (line(5, mark="=x"), "Mark"),
        (line(5, mark="a\0"), "Mark"),
        (line(5).replace("03-01-2026", "13-01-2026"), "Time"),
        (line(5).replace("03-01-2026", "2026-03-01"), "Time"),
        (line(5)[:40], ""),
        ("other", ""),
    ],
)
def test_lines_that_cannot_be_used_are_rejected(bad, column):
    read_ = read(line(0), bad, line(10))
    assert read_.kwh == pytest.approx([1000 * KWH_OF_J])
    assert [reject[:2] for reject in read_.rejects] == [(2, column)]


def test_nothing_to_read_a_single_sample_bom_and_crlf():
    with pytest.raises(InputError, match="is empty"):
        read("")
    single = read(line(0))
    assert single.rows == [] and single.findings.skipped[measured.ONE_SAMPLE] == 1
    text = "\ufeff" + "\r\n".join((line(0), line(1), ""))
    assert recognised("mlperf-power", text)
    assert outcome("mlperf-power", text).kwh == pytest.approx([100 * KWH_OF_J])
