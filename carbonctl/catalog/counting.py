"""What one device of a workload is: a record's device, a part of it, or several.

A record describes one thing that can be bought: a card, a module, a chip. Other tools count
otherwise: nvidia-smi lists the two GPUs of a K80 card, ROCm and Slurm the two dies of an
MI250X, a slice name the cores or chips of a TPU, MIG the slices of a GPU. A name that such a
tool writes stands for what that tool counts, with its share of the record's figures.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from carbonctl.catalog.records import Counted, Device
from carbonctl.numbers.intervals import Number
from carbonctl.numbers.values import Value
from carbonctl.text import fold

_NUMBER = r"([1-9]\d{0,3})"
_SEVERAL = re.compile(
    rf"\s*(?:{_NUMBER}\s*[x×*]\s+|([1-9]\d{{0,2}})[x×*](?=[a-z]\w))(.*\S)\s*", re.IGNORECASE
)
_TIMES = re.compile(rf"(.*\S)\s+\(?[x×*]\s*{_NUMBER}\)?\s*", re.IGNORECASE)
_GRES = re.compile(
    rf"(?:gres/)?gpu:(?!\d+\b)([^:=()]+)(?:[:=]{_NUMBER})?(?:\(.*\))?", re.IGNORECASE
)
_PROFILE = r"(?:[1-9]\d*c\.)?[1-9]\d*g\.\d+gb(?:[.+-](?:me(?:\.all)?|gfx))?"
_PARTITION = re.compile(rf"\s*(.+?)(?:[\s_-]+mig)?[\s_-]+({_PROFILE})\s*", re.IGNORECASE)
_NO_GPU = re.compile(rf"(?:mig[\s_-]+)?({_PROFILE})", re.IGNORECASE)
_CHIP = r"(?:google/|(?:google\s+)?cloud\s+)?(?:tpu[\s_-]?v?|v)\d+[a-z]*"
_SLICE = re.compile(rf"\s*({_CHIP}(?=-)|ipu-pod)-?(\d{{1,6}})\s*", re.IGNORECASE)
_MIG_SLICE = "MIG slice"
_SLICE_TOOL = "slice"
_PER_DEVICE = ("rated_power", "idle_power", "typical_power", "cores")

Look = Callable[[str], Device]


class DeviceUnit(NamedTuple):
    """What one device of a workload is.

    Attributes
    ----------
    device : Device
        The record, with the figures of one such device.
    record : Device
        The record as it stands.
    of_record : Fraction
        How many of the record's devices one is.
    label : str
        What one is called: GCD, GPU, slice; empty where it is the record's device.
    stated : int or None
        How many the name itself says: two in `2 x NVIDIA RTX A6000`.
    doubt : str
        What to tell a user whose number could have been meant otherwise; else empty.
    """

    device: Device
    record: Device
    of_record: Fraction = Fraction(1)
    label: str = ""
    stated: int | None = None
    doubt: str = ""

    @property
    def metered(self) -> Device:
        """What a measured draw is of: of a MIG slice, the whole GPU is metered."""
        return self.record if self.label == _MIG_SLICE else self.device


def unit_of(name: str, look: Look) -> DeviceUnit:
    """Return what a name means as one device.

    Parameters
    ----------
    name : str
        An id or alias, `2 x NAME`, `NAME x2`, Slurm's `gpu:NAME:2`, `NAME MIG 3g.20gb`,
        `a100_3g.20gb`, or a slice such as `TPU v3-8`.
    look : callable
        Returns the record of an id or alias, and raises LookupError where there is none.

    Raises
    ------
    LookupError
        Where the name means no device.
    """
    plain = " ".join(name.split())
    if match := _SEVERAL.fullmatch(plain):
        return unit_of(match[3], look)._replace(stated=int(match[1] or match[2]))
    if match := _TIMES.fullmatch(plain):
        return unit_of(match[1], look)._replace(stated=int(match[2]))
    if match := _GRES.fullmatch(plain):
        unit = unit_of(match[1], look)
        return unit._replace(stated=int(match[2])) if match[2] else unit
    if match := _NO_GPU.fullmatch(plain):
        message = f"`{name}` is a MIG slice of a GPU that is not named; name both: `GPU {match[1]}`"
        raise LookupError(message)
    if match := _PARTITION.fullmatch(plain):
        return _partition(look(match[1]), match[2].lower())
    if match := _SLICE.fullmatch(plain):
        return _slice(plain, look(match[1]), int(match[2]))
    return _listed(name, look(name))


def _partition(record: Device, profile: str) -> DeviceUnit:
    """Return a MIG slice of a GPU: its share of the compute slices."""
    mig = record.mig
    if mig is None:
        raise LookupError(f"`{record.id}` has no MIG profiles in the catalog")
    compute, _, instance = profile.rpartition("c.")
    wanted = instance.replace("gb.", "gb+")
    if wanted not in mig.profiles:
        known = ", ".join(mig.profiles)
        raise LookupError(f"`{record.id}` has no MIG profile `{profile}`; it has {known}")
    taken = mig.profiles[wanted]
    share = Fraction(min(int(compute or taken), taken, mig.slices), mig.slices)
    note = f"{share} of {record.name}: MIG {profile}"
    return _scaled(record, share, _MIG_SLICE, note)


def _slice(name: str, record: Device, number: int) -> DeviceUnit:
    """Return a slice of a pod, whose name counts its chips or their cores."""
    counted = next((entry for entry in record.counted_as if entry.tool == _SLICE_TOOL), None)
    if counted is None or not number:
        raise LookupError(f"`{name}` is not a known slice; name the chip: `{record.id}`")
    chips = Fraction(number, counted.devices)
    cores = f", {counted.devices} cores each" if counted.devices > 1 else ""
    plural = "s" if chips != 1 else ""
    return _scaled(record, chips, "slice", f"{name} is {chips} chip{plural}{cores}")


def _listed(name: str, record: Device) -> DeviceUnit:
    """Return the device of a plain name, which a tool may write for a part of it."""
    if fold(name) == fold(record.id) or not record.counted_as:
        return DeviceUnit(record, record)
    others = [entry for entry in record.counted_as if entry.devices > 1]
    for entry in others:
        if entry.tool in _LISTS_GPUS or (entry.tool != _SLICE_TOOL and fold(name) in entry.folded):
            return _part(name, record, entry)
    if not others:
        return DeviceUnit(record, record)
    part = others[0]
    unit = record.unit or "device"
    doubt = (
        f"`{name}` counts {unit}s, of which {_said(part)}; write `device: {record.id}` to hide this"
    )
    return DeviceUnit(record, record, doubt=doubt)


_LISTS_GPUS = ("nvidia-smi", "rocm-smi", "xpu-smi", "npu-smi", "slurm")
_SAID_OF_TOOLS = {
    "neuron": "the Neuron tools count {} cores each",
    "oneapi": "oneAPI lists {} each",
    "slurm": "Slurm lists {}",
    "slice": "a slice name counts {} cores each",
}


def _said(counted: Counted) -> str:
    """Return what is said of a tool that counts several."""
    return _SAID_OF_TOOLS.get(counted.tool, f"{counted.tool} lists {{}}").format(counted.devices)


def _part(name: str, record: Device, counted: Counted) -> DeviceUnit:
    unit = record.unit or "device"
    doubt = (
        f"`{name}` is counted as {_said(counted)} per {unit}; "
        f"to count {unit}s write `device: {record.id}`"
    )
    note = f"1/{counted.devices} of a {unit}, as {_said(counted)} of them"
    part = _scaled(record, Fraction(1, counted.devices), "part", note)
    return part._replace(doubt=doubt)


def _scaled(record: Device, times: Fraction, label: str, note: str) -> DeviceUnit:
    """Return a unit with its share of the record's figures."""

    def scaled(value: Value) -> Value:
        number: Number = value.number * times.numerator / times.denominator
        notes = f"{note}; {value.note}" if value.note else note
        return value._replace(number=number, note=notes)

    known = [key for key in _PER_DEVICE if getattr(record, key) is not None]
    figures: dict[str, Any] = {key: scaled(getattr(record, key)) for key in known}
    embodied = record.embodied
    if embodied is not None:
        figures["embodied"] = embodied._replace(value=scaled(embodied.value))
    device = record._replace(of_record=times, **figures)
    return DeviceUnit(device, record, times, label)
