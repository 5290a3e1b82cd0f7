import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs.logs import carbontracker
from tests.jobs.energy_logs import KWH_OF_J, expected_kwh, outcome, recognised, sample

FILE = "4242_2026-03-01T100000Z_carbontracker_output.log"
FOUND = (
    "2026-03-01 10:00:00 - CarbonTracker: The following components were found: GPU with "
    "device(s) NVIDIA L4,NVIDIA L4. CPU with device(s) cpu:0."
)
PUE = (
    "2026-03-01 10:00:00 - Only predicted and actual consumptions are multiplied by a PUE "
    "coefficient of {} (Daniel Bizo, 2023, Uptime Institute Global Data Center Survey)."
)
STANDARD = """\
2026-03-01 10:00:00 - carbontracker version 2.1.0
{pue}
2026-03-01 10:00:00 - The following components were found: GPU with device(s) NVIDIA L4,NVIDIA L4. CPU with device(s) cpu:0.
2026-03-01 10:00:00 - Monitoring thread started.
2026-03-01 10:01:40 - Epoch 1:
2026-03-01 10:01:40 - Duration: 0:01:40.00
2026-03-01 10:01:40 - Average power usage (W) for gpu: [60.5 39.5]
2026-03-01 10:01:40 - Average power usage (W) for cpu: 50.0
2026-03-01 10:03:20 - Epoch 2:
2026-03-01 10:03:20 - Duration: 0:01:40.00
2026-03-01 10:03:20 - Average power usage (W) for gpu: [60.0
 40.0]
2026-03-01 10:03:20 - Average power usage (W) for cpu: [50.0]
2026-03-01 10:03:20 - Monitoring thread ended.
""".format(pue=PUE.format("1.58"))


def block(word, kwh, minute=5, epochs=" for 10 epoch(s)", time="0:05:00"):
    return (
        f"2026-03-01 10:{minute:02}:00 - CarbonTracker: \n{word} consumption{epochs}:\n"
        f"\tTime:\t{time}\n\tEnergy:\t{kwh} kWh\n\tCO2eq:\t1.0 g\n"
        "\tThis is equivalent to:\n\t2.5 km travelled by car"
    )


def read(*parts, pue=1.5, path=None):
    return outcome("carbontracker", "\n".join(parts) + "\n", path, assume_pue=pue)


def test_the_sample_has_the_expected_energy():
    assert recognised("carbontracker", sample(FILE))
    read_ = outcome("carbontracker", sample(FILE), f"/logs/{FILE}", assume_pue=1.58)
    assert read_.kwh == pytest.approx(expected_kwh(FILE), rel=1e-9)
    row = read_.rows[0]
    assert row["source_line"] == 8 and row["job"] == "4242_2026-03-01T100000Z"
    assert row["start"] == "2026-03-01T10:00:00Z" and row["end"] == "2026-03-01T10:52:00Z"
    assert row["wall_time_h"] == pytest.approx(51 / 60 + 40 / 3600)
    assert row["device"] == "NVIDIA A100-SXM4-80GB" and row["devices"] == 1
    assert row["energy_boundary"] == "node" and "pue" not in row
    assert read_.findings.skipped == {carbontracker.PREDICTED: 1}


def test_the_last_actual_consumption_counts_and_no_prediction_does():
    read_ = read(FOUND, block("Predicted", 9), block("Actual", 3, 6), block("Actual", 6, 7))
    assert read_.kwh == [4]
    assert read_.rows[0]["end"] == "2026-03-01T10:07:00Z"
    assert read(FOUND, block("Actual", 6, 6), block("Predicted", 9, 7)).kwh == [4]
    predicted = read(FOUND, block("Predicted", 9))
    assert predicted.rows == [] and predicted.findings.skipped[carbontracker.UNFINISHED] == 1


def test_an_actual_consumption_without_epochs():
    assert read(FOUND, block("Actual", 3, epochs="")).kwh == [2]


def test_without_a_pue_it_is_asked_for():
    with pytest.raises(InputError, match="--assume-pue"):
        read(FOUND, block("Actual", 3), pue=None)


def test_the_pue_is_read_from_the_standard_log_beside_it(tmp_path):
    path = str(tmp_path / "7_x_carbontracker_output.log")
    (tmp_path / "7_x_carbontracker.log").write_text(PUE.format("1.2") + "\n")
    assert read(FOUND, block("Actual", 3), pue=None, path=path).kwh == pytest.approx([2.5])
    assert read(FOUND, block("Actual", 3), pue=1.5, path=path).kwh == pytest.approx([2.5])
    (tmp_path / "7_x_carbontracker.log").write_bytes(b"\xff\0")
    assert read(FOUND, block("Actual", 3), pue=1.5, path=path).kwh == [2]


def test_the_standard_log_has_no_pue_in_it():
    assert recognised("carbontracker", STANDARD)
    read_ = read(STANDARD, pue=None, path="/logs/7_x_carbontracker.log")
    assert read_.kwh == pytest.approx([2 * 100 * 150 * KWH_OF_J])
    row = read_.rows[0]
    assert row["devices"] == 2 and row["device"] == "NVIDIA L4" and row["job"] == "7_x"
    assert row["wall_time_h"] == pytest.approx(200 / 3600)
    assert row["end"] == "2026-03-01T10:03:20Z"


def test_both_logs_of_a_run_have_one_job_and_one_start():
    first = read(STANDARD, path="/logs/7_x_carbontracker.log").rows[0]
    other = read(FOUND, block("Actual", 3), path="/logs/7_x_carbontracker_output.log").rows[0]
    assert (first["job"], first["start"]) == (other["job"], other["start"])


def test_epochs_that_were_not_measured_count_nothing():
    text = STANDARD.replace("[60.5 39.5]", "None").replace(
        "50.0\n2026-03-01 10:03", "nan\n2026-03-01 10:03", 1
    )
    read_ = read(text)
    assert read_.kwh == pytest.approx([100 * 150 * KWH_OF_J])
    assert read_.findings.uncovered_h == pytest.approx(100 / 3600)
    assert read_.findings.notes[carbontracker.NOT_MEASURED] == 1


def test_logs_that_were_joined_are_runs_of_their_own():
    read_ = read(
        FOUND, block("Actual", 3), FOUND, block("Actual", 6), path="a_carbontracker_output.log"
    )
    assert read_.kwh == [2, 4] and [r["job"] for r in read_.rows] == ["a", "a#2"]


def test_gpus_alone_are_the_chip():
    found = FOUND.replace(" CPU with device(s) cpu:0.", "")
    row = read(found, block("Actual", 3)).rows[0]
    assert row["energy_boundary"] == "chip" and row["device"] == "NVIDIA L4"
    two = read(FOUND.replace("L4.", "T4."), block("Actual", 3)).rows[0]
    assert two["devices"] == 2 and "device" not in two


def test_what_the_console_shows_has_no_times():
    text = "CarbonTracker: \nActual consumption for 1 epoch(s):\n\tTime:\t0:00:10\n\tEnergy:\t3 kWh"
    row = read(text).rows[0]
    assert row["energy_kwh"] == 2 and "start" not in row and "end" not in row


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (block("Actual", "nan"), "Energy"),
        (block("Actual", "-3"), "Energy"),
        (block("Actual", "1e999"), "Energy"),
        (block("Actual", "3", time="yesterday"), "Time"),
        (block("Actual", "3").replace(" kWh", " MWh"), "Energy"),
        (block("Actual", "3").replace("10:05", "10:75"), "time"),
        (FOUND.replace("NVIDIA L4,NVIDIA L4", "=L4,=L4"), "GPU"),
    ],
)
def test_values_that_cannot_be_used_are_rejected(text, column):
    assert column in [reject[1] for reject in read(FOUND, text).rejects]


def test_a_log_that_is_cut_off_is_rejected():
    read_ = read(FOUND, block("Actual", 3).partition("\tEnergy")[0])
    assert read_.rows == [] and "ends too early" in read_.rejects[0][2]


def test_a_pue_below_one_is_rejected():
    assert read(FOUND, block("Actual", 3), pue=0.5).rejects[0][1] == "PUE"


def test_nothing_to_read():
    for text in ("", "\n\n", "\0\0", "other\n"):
        read_ = outcome("carbontracker", text)
        assert read_.rows == [] and not read_.findings.rejects


def test_bom_and_crlf():
    text = "\ufeff" + "\n".join((FOUND, block("Actual", 3))).replace("\n", "\r\n")
    assert outcome("carbontracker", text, assume_pue=1.5).kwh == [2]
