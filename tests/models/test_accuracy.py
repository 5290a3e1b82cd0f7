"""The errors of language models against measurements, and the fits that they come from."""

import csv
import io
import json

import numpy as np
import pytest

from carbonctl.analysis.reproduce import models
from carbonctl.catalog.model_factors import rates
from carbonctl.catalog.model_measurements import left_out, measurements
from carbonctl.factors.replica import Load, Replica, service, step
from tests.conftest import CATALOG
from tests.models.oracle import FACTORS
from tests.refit_models.__main__ import errors, shipped
from tests.refit_models.fit import fitted
from tests.refit_models.formulas import NAMES, PROMPTS, TASKS, TEXT, measured

FOLDER = CATALOG.folders[-1]
FITS = left_out(FOLDER, FACTORS.serving)
DATA = measured(CATALOG)


def test_kernels_and_the_formulas_of_the_fit_agree():
    """Two codes of one model: shipped coefficients, all measurements."""
    prompts = dict(zip(TASKS, PROMPTS, strict=True))
    apart = errors(shipped(CATALOG), DATA)
    found = []
    for one_run in measurements(FOLDER):
        if one_run.data_parallel == 1:
            named = CATALOG.models.find(one_run.model)
            replica = Replica(
                named.model.shape, rates(CATALOG.device(one_run.device)), FACTORS.serving,
                FACTORS.bytes_per_weight(named.precision), named.precision == "fp8",
            )  # fmt: skip
            load = Load(
                one_run.devices, one_run.batch, prompts[one_run.task], one_run.output_tokens
            )
            found.append(service(load, step(replica, load)).j_per_token / one_run.j_per_token - 1)
    assert found == pytest.approx(apart.tolist(), rel=1e-9, abs=1e-12)
    is_text = np.isin(DATA.task, [TASKS.index(task) for task in TEXT])
    assert np.median(abs(apart[is_text])) == pytest.approx(0.111, abs=0.001)


def test_every_base_model_is_left_out_once():
    assert set(FITS) == set(DATA.base.tolist())
    assert all(set(fit.prompts) == set(TASKS) for fit in FITS.values())


def test_a_fit_is_that_of_the_measurements_without_the_model():
    base = "meta-llama/Llama-3.1-8B"
    fit = fitted(shipped(CATALOG), DATA.some(DATA.base != base))
    with (FOLDER / "models" / "left-out.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["model"] == base)
    assert {name: float(row[name]) for name in NAMES} == pytest.approx(fit, rel=1e-3)


def test_what_is_left_out_differs_from_what_is_shipped_and_stays_near():
    for base, fit in FITS.items():
        for name, value in fit.serving._asdict().items():
            known = getattr(FACTORS.serving, name)
            assert 0.5 < value / known < 2, (base, name)
        assert fit.serving != FACTORS.serving


def test_the_error_with_the_model_left_out_is_within_the_limit():
    by_group = {row.group: row for row in models.accuracies(CATALOG)}
    text = by_group["text"]
    assert text.configurations == 360
    assert text.median_error_pct <= text.limit_pct == 16
    assert text.ok is True
    assert by_group["all"].configurations == 576
    assert by_group["all"].inside_pct >= 88
    assert by_group["H100"].configurations + by_group["B200"].configurations == 576
    assert by_group["dense"].median_error_pct < by_group["experts"].median_error_pct
    in_sample = 11.1  # a fit that has seen a model is nearer to it
    assert text.median_error_pct > in_sample


def test_the_command_prints_them(inside):
    done = inside("reproduce", "--models", "-f", "csv")
    assert (done.code, done.err) == (0, "")
    listed = list(csv.DictReader(io.StringIO(done.out)))
    assert tuple(listed[0]) == models.Accuracy._fields
    assert [row["group"] for row in listed][:2] == ["all", "text"]
    as_json = json.loads(inside("reproduce", "--models", "-f", "json").out)
    assert [row["group"] for row in as_json] == [row["group"] for row in listed]
    assert max(map(len, inside("reproduce", "--models").out.splitlines())) <= 80


def test_a_missed_limit_is_a_failed_gate(inside, monkeypatch):
    monkeypatch.setattr(models, "MOST_MEDIAN_PCT", 1.0)
    assert inside("reproduce", "--models").code == 1
    assert inside("reproduce", "--models", "--exit-zero").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("t5-11b",), "--models has no use for a NAME"),
        (("--blind",), "--models has no use for --blind"),
        (("-f", "md"), "--models has no format md; there are table, json, csv"),
    ],
)
def test_what_has_no_use_is_an_error(inside, arguments, said):
    done = inside("reproduce", "--models", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
