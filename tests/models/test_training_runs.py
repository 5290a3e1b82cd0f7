"""Published training runs beside what their parameters and tokens imply."""

import csv
from statistics import median

from carbonctl.factors import model_training as training
from tests.conftest import CATALOG
from tests.models.oracle import FACTORS

PATH = CATALOG.folders[-1] / "models" / "training-runs.csv"


def compared():
    """Yield each run with predicted device-hours over reported ones, and the ends of its range."""
    with PATH.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            number = {key: float(row[key]) for key in
                      ("active_b", "tokens_b", "layers", "hidden_size", "sequence", "peak_tflops",
                       "device_h")}  # fmt: skip
            attention = training.attention_flop(
                number["hidden_size"], number["layers"], number["sequence"]
            )
            forward = training.forward_flop(number["active_b"] * 1e9, attention)
            flop = training.total_flop(number["tokens_b"] * 1e9, 1.0, training.full_flop(forward))
            prior = FACTORS.prior(row["device"], has_experts=row["has_experts"] == "yes")
            hours = [
                training.device_h(flop, number["peak_tflops"] * 1e12, mfu, 0.0, 0.0)
                for mfu in (prior.mfu.best, prior.mfu.high, prior.mfu.low)
            ]
            yield row, prior, [value / number["device_h"] for value in hours]


RUNS = list(compared())


def test_there_are_43_runs_with_devices_of_the_catalog():
    assert len(RUNS) == 43
    assert all(CATALOG.device(row["device"]).id == row["device"] for row, *_ in RUNS)


def test_the_prior_says_how_many_runs_it_is_from():
    for prior in {prior.name: prior for _, prior, _ in RUNS}.values():
        assert sum(other.name == prior.name for _, other, _ in RUNS) == prior.runs


def test_device_hours_follow_from_parameters_and_tokens():
    errors = [abs(best - 1) for _, _, (best, _, _) in RUNS]
    assert 0.15 < median(errors) < 0.21
    outside = [row["model"] for row, _, (_, low, high) in RUNS if not low <= 1 <= high]
    assert outside == ["OPT-175B", "TinyLlama-1.1B", "Llama 3.1 8B"]


def test_a_run_left_out_is_found_by_the_median_of_the_others():
    """Of its class, where that has two runs or more: the error that docs/methods.md prints."""
    errors = []
    for row, prior, (best, _, _) in RUNS:
        others = [
            ratio for other, of, (ratio, *_) in RUNS if of.name == prior.name and other is not row
        ]
        if others:
            errors.append(abs(best / median(others) - 1))
    assert 0.17 < median(errors) < 0.27
