import json

import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs import measured
from carbonctl.inputs.jobs.logs import eit
from tests.jobs.energy_logs import KWH_OF_J, expected_kwh, outcome, recognised, sample


def line(time, cpu=100.0, gpu=200.0):
    return json.dumps({"timestamp": time, eit.RAPL: cpu, eit.NVIDIA: gpu, "memory": {"a": 1}})


def read(*lines, **options):
    return outcome("eit", "\n".join(lines) + "\n", **options)


def test_the_sample_has_the_expected_energy():
    assert recognised("eit", sample("eit.jsonl"))
    read_ = outcome("eit", sample("eit.jsonl"))
    assert read_.kwh == pytest.approx(expected_kwh("eit.jsonl"), rel=1e-9)
    row = read_.rows[0]
    assert row["energy_boundary"] == "node" and "pue" not in row
    assert row["start"] == "1970-01-01T00:16:40Z" and row["wall_time_h"] == pytest.approx(1 / 60)
    assert row["source_line"] == 1
    assert eit.ATTRIBUTED in read_.findings.notes


def test_it_is_the_trapezoid_and_not_the_value_held_times_a_pue():
    assert read(line(0, 0, 100), line(10, 0, 300)).kwh == pytest.approx([2000 * KWH_OF_J])


def test_a_gap_is_not_integrated():
    read_ = read(*(line(t) for t in (0, 1, 2, 3, 100, 101)))
    assert read_.kwh == pytest.approx([4 * 300 * KWH_OF_J])
    assert read_.findings.uncovered_h == pytest.approx(97 / 3600)


def test_gpus_alone_are_the_chip_and_a_cpu_alone_is_the_node():
    gpus = [json.dumps({"timestamp": t, eit.NVIDIA: 100}) for t in (0, 10)]
    assert read(*gpus).rows[0]["energy_boundary"] == "chip"
    cpu = [json.dumps({"timestamp": t, eit.RAPL: 100, eit.NVIDIA: None}) for t in (0, 10)]
    assert read(*cpu).rows[0]["energy_boundary"] == "node"


def test_a_sample_that_lacks_a_part_is_left_out():
    lacking = json.dumps({"timestamp": 5, eit.RAPL: 100})
    read_ = read(line(0), lacking, line(10))
    assert read_.kwh == pytest.approx([3000 * KWH_OF_J])
    assert read_.findings.skipped[eit.INCOMPLETE] == 1


def test_the_folder_names_the_run():
    lines = "\n".join((line(0), line(10)))
    assert outcome("eit", lines, "/x/run7/impacttracker/data.json").rows[0]["job"] == "run7"
    assert "job" not in outcome("eit", lines, "/x/data.json").rows[0]


@pytest.mark.parametrize(
    ("bad", "column"),
    [
        (line(5, "x"), eit.RAPL),
        (line(5, -1.0), eit.RAPL),
        (line(5, float("nan")), eit.RAPL),
        (line(5, gpu=float("inf")), eit.NVIDIA),
        (line(5, gpu=True), eit.NVIDIA),
        (line(5, gpu=10**400), eit.NVIDIA),
        (line("x"), "timestamp"),
        (line(None), "timestamp"),
        (line(1e30), "timestamp"),
        ('{"timestamp": 5', ""),
        ("[" * 100_000, ""),
        ("[1]", ""),
        ("\0", ""),
    ],
)
def test_lines_that_cannot_be_used_are_rejected(bad, column):
    read_ = read(line(0), bad, line(10))
    assert read_.kwh == pytest.approx([3000 * KWH_OF_J])
    assert [reject[:2] for reject in read_.rejects] == [(2, column)]


def test_nothing_to_read():
    for text in ("", "{}\n", '{"timestamp": 1}\n'):
        with pytest.raises(InputError, match="no line has"):
            outcome("eit", text)
    single = read(line(0))
    assert single.rows == [] and single.findings.skipped[measured.ONE_SAMPLE] == 1


def test_bom_and_crlf():
    text = "\ufeff" + "\r\n".join((line(0), line(10), ""))
    assert recognised("eit", text)
    assert outcome("eit", text).kwh == pytest.approx([3000 * KWH_OF_J])
