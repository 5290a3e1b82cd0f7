"""How hard devices work where a workload does not say it: the class of a use, and its prior.

A device draws a share of its rated power that depends on what it does and on what it is. The
classes and their figures are the rows of priors.csv; here stands which of them fits.
"""

from __future__ import annotations

from typing import NamedTuple

from carbonctl.catalog.priors import PriorClass
from carbonctl.catalog.records import Device
from carbonctl.numbers.intervals import best, decide
from carbonctl.numbers.quantities import Quantity
from carbonctl.numbers.values import Value

SERVER_POWER = "server_power"
ONE_NODE = 8  # devices
MANY = 64  # devices
LARGE_W = 250  # rated power from which a card of a data centre is left half used on one node
_TDP_UNTIL = 2020  # the last year of TPUs whose rated power is a thermal design power
_MAXIMUM_UNTIL = 2021  # the last year of TPUs whose class was measured on themselves
_SMALL_W = 50  # below, what is called a TPU is a part for edge devices
_DATA_CENTRE = ("sxm", "sxm2", "oam", "pcie", "chip", "superchip")
_RESEARCH = ("evaluation", "notebook")
_OTHER_MODELS = ("vision", "diffusion", "speech", "recommendation")


class Use(NamedTuple):
    """What devices are used for.

    Attributes
    ----------
    phase, kind : str
        Of the activity.
    task : str, optional
        What the spec calls the work.
    devices : float, Quantity or None
        How many work together; None where only device time is known, which is one node.
    stands_ready : bool
        Whether it is a fleet of which nothing says how busy it is.
    """

    phase: str
    kind: str
    task: str | None = None
    devices: Value | Quantity | None = None
    stands_ready: bool = False


def is_server_cpu(device: Device | None) -> bool:
    """Whether the devices are CPUs, whose draw is that of the whole server."""
    return device is not None and device.kind == "cpu"


def is_early_tpu(device: Device) -> bool:
    """Whether the rated power of a TPU is a thermal design power, and not a measured maximum."""
    return device.year is not None and device.year <= _TDP_UNTIL


def has_typical_power(device: Device | None) -> bool:
    """Whether the draw at work that a record states is taken: not that of a TPU to v4."""
    if device is None or device.typical_power is None:
        return False
    return not (is_tpu(device) and device.year is not None and device.year <= _MAXIMUM_UNTIL)


def is_tpu(device: Device | None) -> bool:
    """Whether the devices are TPUs of a data centre."""
    if device is None or device.kind != "tpu":
        return False
    rated_w = _rated_w(device)
    return rated_w is None or rated_w >= _SMALL_W


def _rated_w(device: Device) -> float | None:
    """Return the rated power of the whole device [W], also where one is a part of it."""
    if device.rated_power is None:
        return None
    return device.rated_power.best / float(device.of_record)


def share_class(use: Use, device: Device | None) -> PriorClass:
    """Return the class of a use: the first rule that fits.

    Parameters
    ----------
    use : Use
        What the devices are used for.
    device : Device or None
        Their record; None where they have none.
    """
    if is_server_cpu(device):
        return PriorClass(SERVER_POWER, "idle" if use.task == "idle" else "peak", "CPUs alone")
    name, why = _class_of(use, device)
    return PriorClass("device_power_share", name, why)


def _class_of(use: Use, device: Device | None) -> tuple[str, str]:
    if use.task == "idle":
        return "idle", "task idle"
    if device is not None and is_tpu(device):
        return ("tpu-v2-v3" if is_early_tpu(device) else "tpu-v4"), device.name
    if use.task in _RESEARCH:
        return "experiments", f"task {use.task}"
    if use.kind == "experiments" or use.phase not in ("training", "inference"):
        return "experiments", f"phase {use.phase}"
    return _serving(use) if use.phase == "inference" else _training(use, device)


def _serving(use: Use) -> tuple[str, str]:
    if use.task == "diffusion":
        return "inference-generation", "task diffusion"
    if use.stands_ready:
        return "serving-fleet", "a fleet that stands ready"
    return "inference-busy", "phase inference"


def _training(use: Use, device: Device | None) -> tuple[str, str]:
    """Return the class of training; on one node the card decides more than the task."""
    if use.task == "benchmark":
        return "train-benchmark", "task benchmark"
    number = None if use.devices is None else best(use.devices.number)
    if number is not None and device is not None and device.of_record != 1:
        number = number * float(device.of_record)
    if number is None or decide(number <= ONE_NODE):
        why = "no number of devices" if number is None else f"at most {ONE_NODE} devices"
        return _on_node(device), why
    if use.task == "language-model" and decide(number > MANY):
        return "train-large", f"task language-model, more than {MANY} devices"
    if use.task in _OTHER_MODELS:
        return "train-other", f"task {use.task}, more than {ONE_NODE} devices"
    return "train-small", f"more than {ONE_NODE} devices"


def _on_node(device: Device | None) -> str:
    if device is None:
        return "unknown"
    rated_w = _rated_w(device)
    is_large = device.form in _DATA_CENTRE and (rated_w is None or rated_w >= LARGE_W)
    return "train-node-large" if is_large else "train-node-other"
