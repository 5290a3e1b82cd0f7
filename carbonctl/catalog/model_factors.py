"""What language and media models are computed with: coefficients, bands, priors of MFU.

They are read where a workload has a model, and not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from carbonctl.catalog.records import Device
from carbonctl.catalog.tables import Row, first, number
from carbonctl.errors import InputError, Problem
from carbonctl.factors.model_shapes import (
    OTHER,
    ArchetypeFigures,
    Bands,
    Coefficients,
    DeviceRates,
    MediaCoefficients,
    TrainingFigures,
)
from carbonctl.numbers.intervals import Number, Range, best
from carbonctl.numbers.values import Value

COEFFICIENTS, MFU, CHECKS = "models/coefficients.csv", "models/mfu.csv", "models/checks.csv"
FITTED_ON = ("nvidia/h100-sxm5-80gb", "nvidia/b200")
PEAKS = ("bf16", "fp16")  # the first that a device has; V100 and T4 have no bf16
_BYTES_PER_GB, _FLOP_PER_TFLOP = 1e9, 1e12

F = TypeVar("F", Coefficients, ArchetypeFigures, TrainingFigures, MediaCoefficients)


class Prior(NamedTuple):
    """The MFU of training on a class of devices, from published runs.

    Attributes
    ----------
    name : str
        The class: experts, a100, hopper, tpu, v100, blackwell or other.
    devices : tuple of str
        What the ids of its devices begin with.
    mfu : Range
        Best estimate, and the range of the runs.
    runs : int
        How many there are.
    source, confidence, note : str
        Keys of sources.yaml; high, medium or low; and what else is to be known.
    """

    name: str
    devices: tuple[str, ...]
    mfu: Range
    runs: int
    source: str
    confidence: str
    note: str

    def value(self, path: str | None = None) -> Value:
        """Return it as the value that stands in for the key ``mfu``."""
        said = f"{self.name}: {self.runs} published runs"
        note = f"{said}; {self.note}" if self.note else said
        return Value(
            self.mfu, "", "default", self.source, path, name="mfu", note=note,
            confidence=self.confidence, unknown=f"mfu:{self.name}",
        )  # fmt: skip


class ModelFactors:
    """The coefficients of some folders; the first folder that has one takes precedence.

    Parameters
    ----------
    folders : sequence of Path
        Of the form of hardware_db.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders

    @cached_property
    def values(self) -> dict[tuple[str, str], Value]:
        """Every coefficient by its group and its name."""
        return first(self._folders, COEFFICIENTS, _coefficient, "not a coefficient: ")

    def value(self, group: str, name: str) -> Value:
        """Return one coefficient with its source.

        Raises
        ------
        InputError
            Where no table has it.
        """
        known = self.values.get((group, name))
        if known is None:
            path = str(self._folders[-1] / COEFFICIENTS)
            raise InputError([Problem(path, 1, 1, f"the coefficient {group} {name} is missing")])
        return known

    def _group(self, group: str, form: type[F]) -> F:
        return form(*(self.value(group, name).best for name in form._fields))

    @cached_property
    def serving(self) -> Coefficients:
        """Of serving language models."""
        return self._group("serving", Coefficients)

    @cached_property
    def media(self) -> MediaCoefficients:
        """Of images and videos."""
        return self._group("media", MediaCoefficients)

    @cached_property
    def training(self) -> TrainingFigures:
        """Of training."""
        return self._group("training", TrainingFigures)

    @cached_property
    def archetype(self) -> ArchetypeFigures:
        """What stands in for an unknown shape."""
        return self._group("archetype", ArchetypeFigures)

    @cached_property
    def bands(self) -> Bands:
        """Factors that hold nine of ten measurements."""
        numbers: list[Any] = [self.value("band", name).number for name in Bands._fields]
        return Bands(*numbers)

    @property
    def batch(self) -> Value:
        """Sequences in flight in a replica where nothing says so."""
        return self.value("service", "batch")

    @property
    def busy(self) -> Value:
        """Share of the time that a fleet works where nothing says so."""
        return self.value("service", "busy")

    def bytes_per_weight(self, precision: str) -> float:
        """Return the size of a weight [bytes], scales included.

        Raises
        ------
        LookupError
            For an unknown precision, with those that there are.
        """
        known = self.values.get(("precision", precision))
        if known is None:
            names = ", ".join(name for group, name in self.values if group == "precision")
            raise LookupError(f"unknown precision `{precision}`; there are {names}")
        return known.best

    @cached_property
    def _priors(self) -> dict[str, Prior]:
        return first(self._folders, MFU, _prior, "not an MFU: ")

    def prior(self, device: str, *, has_experts: bool) -> Prior:
        """Return the MFU of training on a device.

        Parameters
        ----------
        device : str
            Its id.
        has_experts : bool
            Whether the model routes experts: these have a class of their own.
        """
        if has_experts:
            return self._priors["experts"]
        for prior in self._priors.values():
            if prior.devices and device.startswith(prior.devices):
                return prior
        return self._priors["other"]

    @cached_property
    def checked(self) -> frozenset[str]:
        """The ids of devices that the formulas were compared with measurements on."""
        rows = first(self._folders, CHECKS, _check, "not a check: ")
        return frozenset((*FITTED_ON, *(device for device, *_ in rows)))


def missing_rates(device: Device) -> list[str]:
    """Return what a record lacks that a model on the device needs: keys of the record."""
    memory = device.memory
    known = {
        "memory.bandwidth": memory.bandwidth if memory else None,
        "memory.capacity": memory.capacity if memory else None,
        "peak.bf16": _peak(device),
        "rated_power": device.rated_power,
    }
    return [key for key, value in known.items() if value is None]


def rates(device: Device) -> DeviceRates:
    """Return what a device can do, by its record.

    Raises
    ------
    LookupError
        Where the record lacks what `missing_rates` names.
    """
    missing = missing_rates(device)
    if missing:
        raise LookupError(f"the record of {device.id} has no {', '.join(missing)}")
    memory, peak, rated = device.memory, _peak(device), device.rated_power
    assert memory and memory.bandwidth and memory.capacity and peak and rated
    return DeviceRates(
        bandwidth=memory.bandwidth.best * _BYTES_PER_GB,
        peak=peak.best * _FLOP_PER_TFLOP,
        memory=memory.capacity.best * _BYTES_PER_GB,
        rated_w=rated.best,
        has_fp8="fp8" in device.peak,
        generation=device.generation or OTHER,
        is_fitted=device.id in FITTED_ON,
    )


def _peak(device: Device) -> Value | None:
    return next((device.peak[name] for name in PEAKS if name in device.peak), None)


def _coefficient(row: Row) -> tuple[tuple[str, str], Value]:
    """Read a row of models/coefficients.csv.

    Raises
    ------
    ValueError
        Where its bounds are not in order.
    """
    key = (row["group"], row["name"])
    value = Value(
        _number(row, "value"), row["unit"], "default", row["source"], name=row["name"],
        note=row["meaning"], confidence=row["confidence"], unknown=":".join(key),
    )  # fmt: skip
    return key, value


def _number(row: Row, key: str) -> Number:
    value, low, high = (number(row[name]) for name in (key, "low", "high"))
    if value is None:
        raise ValueError(f"{key} is missing")
    if low is None or high is None:
        return value
    if not low <= value <= high:
        raise ValueError(f"low, {key} and high are not in order")
    return Range(value, low, high)


def _prior(row: Row) -> tuple[str, Prior]:
    """Read a row of models/mfu.csv.

    Raises
    ------
    ValueError
        Where its bounds are missing or not in order.
    """
    mfu = _number(row, "mfu")
    if not isinstance(mfu, Range) or not 0 < best(mfu.low) <= best(mfu.high) <= 1:
        raise ValueError("low and high are shares above 0")
    prior = Prior(
        row["class"], tuple(row["devices"].split()), mfu, int(row["runs"]),
        row["source"], row["confidence"], row["note"],
    )  # fmt: skip
    return prior.name, prior


def _check(row: Row) -> tuple[tuple[str, str, str], float]:
    return (row["device"], row["what"], row["source"]), float(row["value"])
