from zoneinfo import ZoneInfo

import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs import measured
from carbonctl.inputs.jobs.delimited import HEADER_AGAIN
from carbonctl.inputs.jobs.logs import nvidia_smi
from tests.jobs.energy_logs import KWH_OF_J, expected_kwh, outcome, recognised, sample

HEADER = "timestamp, index, name, power.draw [W]"


def read(*lines, header=HEADER, **options):
    return outcome("nvidia-smi", "\n".join((header, *lines)) + "\n", **options)


def at(second, power, index=0):
    return f"2026/03/01 10:{second // 60:02}:{second % 60:02}.000, {index}, NVIDIA L4, {power}"


def test_the_sample_has_the_expected_energy():
    assert recognised("nvidia-smi", sample("nvidia-smi.csv"))
    read_ = outcome("nvidia-smi", sample("nvidia-smi.csv"))
    assert read_.kwh == pytest.approx(expected_kwh("nvidia-smi.csv"), rel=1e-9)
    first = read_.rows[0]
    assert first["job"] == "gpu 0" and first["gpu"] == "0" and first["energy_boundary"] == "chip"
    assert first["device"] == "NVIDIA A100-SXM4-80GB" and first["devices"] == 1
    assert first["start"] == "2026-03-01T10:00:00Z" and first["end"].startswith("2026-03-01T10:04")
    assert first["wall_time_h"] == pytest.approx(240.004 / 3600)
    assert [row["source_line"] for row in read_.rows] == [2, 3]
    assert read_.findings.skipped == {nvidia_smi.NO_POWER: 1}
    assert any("UTC" in note for note in read_.findings.notes)


@pytest.mark.parametrize("power", ["[N/A]", "N/A", "[Not Supported]", "[Unknown Error]"])
def test_samples_without_a_power_are_left_out(power):
    read_ = read(at(0, "100 W"), at(1, power), at(2, "100 W"))
    assert read_.kwh == pytest.approx([200 * KWH_OF_J])
    assert read_.findings.skipped[nvidia_smi.NO_POWER] == 1


@pytest.mark.parametrize("header", [HEADER, "timestamp, index, name, power.draw"])
@pytest.mark.parametrize("power", ["100.00 W", "100.00", "1e2"])
def test_headers_and_cells_with_and_without_units(header, power):
    assert read(at(0, power), at(10, power), header=header).kwh == pytest.approx([1000 * KWH_OF_J])


def test_a_gap_is_not_integrated_and_is_reported():
    lines = [at(second, "100 W") for second in (*range(10), *range(100, 110))]
    read_ = read(*lines)
    assert read_.kwh == pytest.approx([1800 * KWH_OF_J])
    assert read_.rows[0]["wall_time_h"] == pytest.approx(18 / 3600)
    assert read_.findings.uncovered_h == pytest.approx(91 / 3600)
    assert read_.findings.notes[measured.GAPS] == 1


def test_an_interval_of_ten_times_the_median_is_no_gap():
    read_ = read(*(at(second, "100 W") for second in (0, 1, 2, 3, 13)))
    assert read_.kwh == pytest.approx([1300 * KWH_OF_J])
    assert read_.findings.uncovered_h == 0
    longer = read(*(at(second, "100 W") for second in (0, 1, 2, 3, 14)))
    assert longer.kwh == pytest.approx([300 * KWH_OF_J])


def test_the_power_of_the_moment_takes_precedence():
    header = "timestamp, index, power.draw [W], power.draw.instant [W], power.draw.average [W]"
    read_ = read(
        "2026/03/01 10:00:00, 0, 100 W, 200 W, 300 W",
        "2026/03/01 10:00:10, 0, 100 W, 200 W, 300 W",
        header=header,
    )
    assert read_.kwh == pytest.approx([2000 * KWH_OF_J])
    assert any("power.draw.instant" in note and "not" in note for note in read_.findings.notes)


def test_gpus_are_told_apart_by_uuid_where_it_is_there():
    header = "timestamp, index, uuid, power.draw [W]"
    read_ = read(
        "2026/03/01 10:00:00, 0, GPU-a, 100 W",
        "2026/03/01 10:00:00, 0, GPU-b, 200 W",
        "2026/03/01 10:00:10, 0, GPU-a, 100 W",
        "2026/03/01 10:00:10, 0, GPU-b, 200 W",
        header=header,
    )
    assert read_.kwh == pytest.approx([1000 * KWH_OF_J, 2000 * KWH_OF_J])
    assert [row["uuid"] for row in read_.rows] == ["GPU-a", "GPU-b"]


def test_times_are_of_the_zone_that_is_given():
    read_ = read(at(0, "1 W"), at(10, "1 W"), timezone=ZoneInfo("America/New_York"))
    assert read_.rows[0]["start"] == "2026-03-01T15:00:00Z"
    assert any("America/New_York" in note for note in read_.findings.notes)


def test_the_hour_that_comes_twice_is_counted_twice():
    hours = [(0, 1), (200, 1), (0, 2)]  # 01:00 to 01:40 at 0 W, again at 200 W, and 02:00 to 02:40
    lines = [
        f"2026/11/01 {hour:02}:{minute}:00, 0, NVIDIA L4, {watts} W"
        for watts, hour in hours
        for minute in ("00", "20", "40")
    ]
    read_ = read(*lines, timezone=ZoneInfo("America/New_York"))
    assert read_.kwh == pytest.approx([200 * 60 * 60 * KWH_OF_J])
    assert read_.rows[0]["start"] == "2026-11-01T05:00:00Z"


def test_lines_in_another_order_and_the_same_log_twice_make_no_difference():
    lines = [at(second, f"{100 + second} W") for second in range(0, 50, 5)]
    in_order = read(*lines)
    assert read(*lines[5:], *lines[:5]).kwh == in_order.kwh
    again = read(*lines, HEADER, *lines)
    assert again.kwh == in_order.kwh
    assert again.findings.skipped[HEADER_AGAIN] == 1


def test_a_single_sample_has_no_row():
    read_ = read(at(0, "100 W"))
    assert read_.rows == [] and read_.findings.skipped[measured.ONE_SAMPLE] == 1


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (at(5, "nan"), "power.draw [W]"),
        (at(5, "-5 W"), "power.draw [W]"),
        (at(5, "1e999"), "power.draw [W]"),
        (at(5, "100 kW"), "power.draw [W]"),
        (at(5, ""), "power.draw [W]"),
        (at(5, "1\0"), "power.draw [W]"),
        (at(5, "1 W", index=""), "index"),
        ("2026/13/01 10:00:05, 0, NVIDIA L4, 1 W", "timestamp"),
        ("2026/03/01 10:00:05, =1, NVIDIA L4, 1 W", "index"),
        ("2026/03/01 10:00:05, 9, @L4, 1 W", "name"),
        ("2026/03/01 10:00:05, 0, NVIDIA L4", ""),
    ],
)
def test_cells_that_cannot_be_used_are_rejected_with_their_line(line, column):
    read_ = read(at(0, "100 W"), line, at(10, "100 W"))
    assert read_.kwh == pytest.approx([1000 * KWH_OF_J])
    assert [reject[:2] for reject in read_.rejects] == [(3, column)]


def test_an_energy_too_large_for_a_number_is_rejected():
    read_ = read(at(0, "1e308 W"), at(60, "1e308 W"), at(120, "1e308 W"))
    assert read_.rows == [] and "too large" in read_.rejects[0][2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("2026/03/01 10:00:00, 0, 100 W\n", "without a header"),
        ("timestamp, power.draw [W]\n", "which GPU"),
        ("index, power.draw [W]\n", "timestamp"),
        ("timestamp, index\n", "power.draw"),
        ("timestamp, index, index, power.draw\n", "two columns are called 'index'"),
    ],
)
def test_a_log_that_cannot_be_read_as_a_whole(text, message):
    with pytest.raises(InputError, match=message):
        outcome("nvidia-smi", text)


def test_bom_and_crlf():
    text = "\ufeff" + "\r\n".join((HEADER, at(0, "100 W"), at(10, "100 W")))
    assert outcome("nvidia-smi", text).kwh == pytest.approx([1000 * KWH_OF_J])
    assert read().rows == []
