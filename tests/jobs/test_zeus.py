import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs.logs import zeus
from tests.jobs.energy_logs import KWH_OF_J, expected_kwh, outcome, recognised, sample

HEADER = "start_time,window_name,elapsed_time,gpu0_energy,gpu1_energy"


def read(*lines, header=HEADER, **options):
    return outcome("zeus", "\n".join((header, *lines)) + "\n", **options)


def test_the_sample_has_the_expected_energy():
    assert recognised("zeus", sample("zeus.csv"))
    read_ = outcome("zeus", sample("zeus.csv"))
    assert read_.kwh == pytest.approx(expected_kwh("zeus.csv"), rel=1e-9)
    first = read_.rows[0]
    assert first["job"] == first["window"] == "epoch 1" and first["source_line"] == 2
    assert first["devices"] == 2 and first["wall_time_h"] == pytest.approx(600 / 3600)
    assert first["energy_boundary"] == "chip"


def test_a_monotonic_start_is_no_date_and_one_since_1970_is():
    monotonic = read("13586624.1,a,60.0,100.0,100.0")
    assert not {"start", "end"} & set(monotonic.rows[0])
    assert zeus.NO_DATE in monotonic.findings.notes
    dated = read("1772359200.0,a,60.0,100.0,100.0")
    assert dated.rows[0]["start"] == "2026-03-01T10:00:00Z"
    assert dated.rows[0]["end"] == "2026-03-01T10:01:00Z"
    assert zeus.NO_DATE not in dated.findings.notes


def test_of_windows_that_hold_each_other_the_outermost_counts():
    # a window is written where it ends, so the inner ones stand first
    read_ = read("10,step,5,1,1", "20,step,5,1,1", "0,epoch,100,36,36", "100,epoch,50,18,18")
    assert [(r["job"], r["source_line"]) for r in read_.rows] == [("epoch", 4), ("epoch", 5)]
    assert read_.kwh == pytest.approx([72 * KWH_OF_J, 36 * KWH_OF_J])
    assert read_.findings.skipped[zeus.INSIDE] == 2


def test_of_windows_with_one_start_the_longest_counts():
    assert [r["job"] for r in read("0,step,5,1,1", "0,epoch,100,36,36").rows] == ["epoch"]


def test_windows_that_are_named_count():
    lines = "10,step 1,5,1,1", "20,step 2,5,1,1", "0,epoch,100,36,36"
    assert [r["job"] for r in read(*lines, windows=("step 2",)).rows] == ["step 2"]
    patterns = read(*lines, windows=("step *",))
    assert [r["job"] for r in patterns.rows] == ["step 1", "step 2"]
    assert patterns.findings.skipped[zeus.OTHER] == 1
    with pytest.raises(InputError, match="no window is called stop; it has: step 1"):
        read(*lines, windows=("stop",))


def test_windows_that_overlap_in_part_are_rejected():
    read_ = read("0,a,10,1,1", "5,b,10,1,1")
    assert [r["job"] for r in read_.rows] == ["a"]
    assert read_.rejects[0][:2] == (3, "window_name") and "--windows" in read_.rejects[0][2]


def test_names_of_windows_may_hold_commas_and_quotes():
    assert read('0,lr=1e-3, "b",10,1,1').rows[0]["job"] == 'lr=1e-3, "b"'


def test_a_window_in_which_a_gpu_measured_nothing_is_noted():
    read_ = read("0,a,0.01,0.0,5.0")
    assert read_.kwh == pytest.approx([5 * KWH_OF_J]) and zeus.NO_ENERGY in read_.findings.notes


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("0,a,10,nan,1", "gpu0_energy"),
        ("0,a,10,1,-1", "gpu1_energy"),
        ("0,a,10,1e999,1", "gpu0_energy"),
        ("0,a,-10,1,1", "elapsed_time"),
        ("x,a,10,1,1", "start_time"),
        ("0,=a,10,1,1", "window_name"),
        ("0,a\0,10,1,1", "window_name"),
        ("0,a,10", ""),
        ("1e15,a,10,1,1", "start_time"),
    ],
)
def test_lines_that_cannot_be_used_are_rejected(line, column):
    read_ = read("5000,good,10,1,1", line)
    assert [r["job"] for r in read_.rows] == ["good"]
    assert [reject[:2] for reject in read_.rejects] == [(3, column)]


@pytest.mark.parametrize(
    "header",
    ["", "window_name,start_time,elapsed_time,gpu0_energy", "start_time,window_name,elapsed_time,",
     f"{HEADER},gpu1_energy"],
)  # fmt: skip
def test_another_header_is_an_error(header):
    with pytest.raises(InputError):
        read(header=header)


def test_header_alone_bom_crlf_and_a_cut_line():
    assert read().rows == []
    assert outcome("zeus", "\ufeff" + HEADER + "\r\n0,a,10,1,1\r\n").kwh == [2 * KWH_OF_J]
    cut = read("0,a,10,1,1", "10,b,10,1")
    assert len(cut.rows) == 1 and cut.rejects[0][0] == 3
