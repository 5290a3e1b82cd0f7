"""What holds for all logs of measured energy."""

import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs.series import Samples, counter, power
from tests.jobs.energy_logs import FLEET, KWH_OF_J, outcome, recognised, sample

SAMPLES = {
    "carbontracker": "4242_2026-03-01T100000Z_carbontracker_output.log",
    "codecarbon": "codecarbon-38.csv",
    "nvidia-smi": "nvidia-smi.csv",
    "dcgm": "dcgm-energy.csv",
    "zeus": "zeus.csv",
    "eit": "eit.jsonl",
}
MLPERF = (
    "Time,03-01-2026 10:00:00.000,Watts,100.0,Volts,227.37,Amps,0.2,PF,0.49,Mark,a\n"
    "Time,03-01-2026 10:00:01.000,Watts,100.0,Volts,227.37,Amps,0.2,PF,0.49,Mark,a\n"
)
TEXTS = {format: sample(name) for format, name in SAMPLES.items()} | {"mlperf-power": MLPERF}


@pytest.mark.parametrize("format", TEXTS)
def test_a_format_recognises_its_own_logs_alone(format):
    assert [other for other in TEXTS if recognised(other, TEXTS[format])] == [format]
    assert not any(recognised(other, "") for other in TEXTS)
    assert not recognised(format, "hours,gpu,n\n1,a100,2\n")


def test_samples_are_recognised_by_no_other_format():
    for path in sorted((FLEET / "samples").iterdir()):
        formats = [format for format in TEXTS if recognised(format, path.read_text("utf-8"))]
        assert len(formats) <= 1, path


@pytest.mark.parametrize("format", TEXTS)
def test_a_log_that_is_cut_off_anywhere_never_counts_more(format):
    text = TEXTS[format]
    whole = sum(outcome(format, text, assume_pue=1.58).kwh)
    for end in range(0, len(text), 7):
        try:
            part = outcome(format, text[:end], assume_pue=1.58)
        except InputError:
            continue
        assert sum(part.kwh) <= whole * (1 + 1e-12)


@pytest.mark.parametrize("format", TEXTS)
@pytest.mark.parametrize(
    "junk", ["\0", "\x1b[31m", "nan", "1e999", '"', ",", "=1+1", "\ud800", "-"]
)
def test_junk_in_the_middle_is_an_error_or_rejected_and_never_a_crash(format, junk):
    text = TEXTS[format]
    for at in range(0, len(text), max(len(text) // 40, 1)):
        try:
            outcome(format, text[:at] + junk + text[at:], assume_pue=1.58)
        except InputError:
            continue


def test_power_by_the_trapezoid_rule():
    assert power([]).energy_kwh == power([(0, 5)]).energy_kwh == 0
    integral = power([(0, 0), (10, 100), (20, 100)])
    assert integral.energy_kwh == pytest.approx(1500 * KWH_OF_J)
    assert (integral.covered_h, integral.gaps) == (pytest.approx(20 / 3600), 0)


def test_a_counter_that_falls_counts_from_zero():
    assert counter([(0, 50), (1, 70), (2, 5), (3, 6)]).energy_kwh == pytest.approx(26 * KWH_OF_J)
    assert counter([]).energy_kwh == counter([(0, 9)]).energy_kwh == 0


def test_samples_are_sorted_and_the_first_of_a_time_stays():
    samples = Samples()
    for time, value in ((2, 1), (1, 2), (2, 3)):
        samples.add(time, value)
    assert samples.sorted() == [(1, 2), (2, 1)]
