"""How far the energy of language models is off, of models that the fit has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from carbonctl.catalog import Catalog
from carbonctl.catalog.model_factors import rates
from carbonctl.catalog.model_measurements import LeftOut, Measurement, left_out, measurements
from carbonctl.catalog.models import NamedModel
from carbonctl.factors.model_shapes import BLACKWELL
from carbonctl.factors.replica import Load, Replica, service, step
from carbonctl.factors.replica_limits import energy_band

TEXT_TASKS = ("lm-arena-chat", "gpqa", "sourcegraph-fim")
TEXT, ALL = "text", "all"
MOST_MEDIAN_PCT = 16.0  # of text, with the model left out
_MANY = 0.9


class ModelError(NamedTuple):
    """The error of one configuration: predicted over measured energy of an output token.

    Attributes
    ----------
    groups : tuple of str
        What it counts in.
    ratio : float
        Predicted over measured.
    is_inside : bool
        Whether the measured figure lies in the band.
    """

    groups: tuple[str, ...]
    ratio: float
    is_inside: bool


class Accuracy(NamedTuple):
    """The errors of a group of configurations.

    Attributes
    ----------
    group : str
        A task, text (the tasks without images), a device, dense or experts, or all.
    configurations : int
        How many there are.
    median_error_pct, p90_error_pct : float
        Of the size of the error.
    bias_pct : float
        Median of the error with its sign.
    inside_pct : float
        Share of the measured figures that lie in the band.
    limit_pct : float or None
        The largest median that is allowed.
    ok : bool or None
        Whether it is kept; None without a limit.
    """

    group: str
    configurations: int
    median_error_pct: float
    p90_error_pct: float
    bias_pct: float
    inside_pct: float
    limit_pct: float | None
    ok: bool | None


def accuracies(catalog: Catalog) -> list[Accuracy]:
    """Return the errors by group, each measured model computed by a fit without it."""
    errors = list(_errors(catalog))
    groups = dict.fromkeys(group for error in errors for group in error.groups)
    return [_accuracy(group, errors) for group in groups]


def _errors(catalog: Catalog) -> Iterator[ModelError]:
    folder = catalog.folders[-1]
    fits = left_out(folder, catalog.model_factors.serving)
    for measured in measurements(folder):
        if measured.data_parallel == 1:
            yield _error(measured, fits, catalog)


def _error(measured: Measurement, fits: dict[str, LeftOut], catalog: Catalog) -> ModelError:
    named = catalog.models.find(measured.model)
    assert isinstance(named, NamedModel)
    shape, device = named.model.shape, rates(catalog.device(measured.device))
    fit = fits[named.model.id]
    width = catalog.model_factors.bytes_per_weight(named.precision)
    replica = Replica(shape, device, fit.serving, width, named.precision == "fp8")
    prompt = fit.prompts[measured.task]
    load = Load(measured.devices, measured.batch, prompt, measured.output_tokens)
    ratio = service(load, step(replica, load)).j_per_token / measured.j_per_token
    band = energy_band(catalog.model_factors.bands, shape, device)
    groups = (
        ALL,
        *((TEXT,) if measured.task in TEXT_TASKS else ()),
        measured.task,
        "experts" if shape.has_experts else "dense",
        "B200" if device.generation == BLACKWELL else "H100",
    )
    return ModelError(groups, ratio, band.low * ratio <= 1 <= band.high * ratio)


def _accuracy(group: str, errors: Sequence[ModelError]) -> Accuracy:
    of_group = [error for error in errors if group in error.groups]
    sizes = sorted(abs(error.ratio - 1) * 100 for error in of_group)
    middle = median(sizes)
    limit = MOST_MEDIAN_PCT if group == TEXT else None
    return Accuracy(
        group,
        len(of_group),
        middle,
        sizes[int(_MANY * (len(sizes) - 1))],
        median(error.ratio - 1 for error in of_group) * 100,
        100 * sum(error.is_inside for error in of_group) / len(of_group),
        limit,
        None if limit is None else middle <= limit,
    )
