"""What a number of devices, or of device-hours, counts: GPUs, cores, threads, packages, nodes.

The word that stands with a number decides: `96 core-h` on a CPU of 96 cores are one hour of
the CPU, `1000 node-h` on nodes of eight GPUs are 8,000 GPU-hours. A word that does not fit
the device is an error, and `CPU-h`, which may be of cores or of packages, is asked about.
"""

from __future__ import annotations

from carbonctl.catalog.defaults import Defaults
from carbonctl.catalog.records import Device
from carbonctl.estimators.machine import CORES, HOST_ALONE, SEVERAL
from carbonctl.factors.power import W_PER_KW
from carbonctl.numbers.quantities import Quantity, of
from carbonctl.numbers.units import format_number
from carbonctl.numbers.values import Value

PROCESSORS = ("cpu", "soc")
NODES = ("node", "server", "system", "instance")
NOT_DEVICES = (*NODES, "core", "vCPU", "thread")
PARTS_OF_CPUS = ("core", "vCPU", "thread")
VCPU = "vCPU"
_ANY = ("", "device", "accelerator")
_OF_KIND = {
    "gpu": ("GPU",),
    "tpu": ("TPU", "chip"),
    "npu": ("NPU", "chip"),
    "cpu": ("package", "socket", "chip"),
    "soc": ("package", "chip", "GPU", "CPU"),
}
_DEVICES_THEMSELVES = ("GPU", "TPU", "NPU")
_CALLED = {"gpu": "a GPU", "tpu": "a TPU", "npu": "an NPU", "cpu": "a CPU", "soc": "a chip"}
_WRITE = {"gpu": "GPU", "tpu": "TPU", "npu": "NPU", "cpu": "core"}
_SLICES = "slice"


def in_devices(
    value: Value, device: Device | str, per_system: Value, defaults: Defaults
) -> Quantity:
    """Return a number of devices, or of device-hours, in the devices of a machine.

    Parameters
    ----------
    value : Value
        As the spec gives it; ``counts`` is its word.
    device : Device or str
        The machine's; what stands for it where there is no record (`Machine.made_of`).
    per_system : Value
        Devices of one node.
    defaults : Defaults
        Threads of a core, where the record does not say.

    Raises
    ------
    ValueError
        Where the word does not fit the device, or may mean two things.
    """
    word, number = value.counts, of(value)
    if word in _ANY:
        return number
    if word not in _DEVICES_THEMSELVES:
        number = of(value._replace(unit=f"{word}-h" if value.unit else f"{word}s"))
    if word in NODES:
        return number * per_system
    if device == CORES and word in PARTS_OF_CPUS:
        return number if word == "core" else number / threads_of_a_core(defaults)
    if isinstance(device, str):
        _check_without_record(value, device)
        return number
    if word == "CPU" and device.kind == "cpu":
        raise ValueError(_two_readings(value, device))
    if word in PARTS_OF_CPUS[1:] and device.kind == "cpu" and device.cores is not None:
        threads = _threads(value, device, defaults)
        return number / threads / _cores(value, device.cores)
    each = _each(value, device)
    return number if each is None else number / each


def in_machines(value: Value, vcpus: Value) -> Quantity:
    """Return a number of vCPUs, or of vCPU-hours, in cloud machines that have some each."""
    unit = f"{value.counts}-h" if value.unit else f"{value.counts}s"
    return of(value._replace(unit=unit)) / vcpus


def _check_without_record(value: Value, made_of: str) -> None:
    """Refuse a word that says something else than the devices of a machine without a record."""
    is_of_cpu = value.counts in (*PARTS_OF_CPUS, "CPU", "package", "socket")
    if made_of == HOST_ALONE:
        instead = f"write `{_written(value, 'node')}`"
        if value.counts in PARTS_OF_CPUS:
            instead = "give its hours in `node-h`, or those of a cloud machine type in `vCPU-h`"
        raise ValueError(f"`{_written(value)}`: a host by itself counts as one; {instead}")
    if made_of == SEVERAL and is_of_cpu:
        instead = _written(value, "device")
        raise ValueError(f"`{_written(value)}`: the devices are accelerators; write `{instead}`")
    if value.counts in (*PARTS_OF_CPUS, "CPU"):
        instead = _written(value, "device")
        message = f"`{_written(value)}`: of which CPU? name it as `device`, or write `{instead}`"
        raise ValueError(message)


def _each(value: Value, device: Device) -> Value | None:
    """Return how many of what a number counts one device is; None where it counts devices."""
    word, kind = value.counts, device.kind
    if word == "core" and kind == "cpu" and device.cores is not None:
        return _cores(value, device.cores)
    slices = [counted for counted in device.counted_as if counted.tool == _SLICES]
    if word == "core" and kind == "tpu" and slices:
        number = slices[0].devices * float(device.of_record)
        return _derived(value, number, "cores", slices[0].source, f"in {device.name}")
    if word not in _OF_KIND.get(kind, ()):
        raise ValueError(_misfit(value, device))
    if kind == "tpu" and device.of_record != 1:
        return _derived(value, float(device.of_record), "chips", None, "in one slice")
    return None


def _cores(value: Value, cores: Value) -> Value:
    return cores._replace(name="cores", path=None, note="of one package")


def _threads(value: Value, device: Device, defaults: Defaults) -> Value:
    known = device.threads_per_core
    return known._replace(name="threads_per_core", path=None) if known else threads_of_a_core(
        defaults)  # fmt: skip


def threads_of_a_core(defaults: Defaults) -> Value:
    """Return the threads of a core of a CPU whose record says nothing of them."""
    figure = defaults.threads_per_core._replace(status="default")
    return figure._replace(name="threads_per_core", path=None)


def _derived(value: Value, number: float, name: str, source: str | None, note: str) -> Value:
    return Value(number, "", "catalog", source, None, name=name, note=note)


def _written(value: Value, word: str | None = None) -> str:
    """Write a number with its word as a spec has it, or with another word."""
    word = word or value.counts
    number = format_number(value.best)
    return f"{number} {word}-h" if value.unit else f"{number} {word}s"


def _rounded(number: float) -> str:
    """Write a number with four digits that count, and separators of thousands."""
    return f"{float(f'{number:.4g}'):,.10g}"


def _misfit(value: Value, device: Device) -> str:
    called = _CALLED.get(device.kind, f"a {device.kind}")
    instead = f"`{_written(value, _WRITE.get(device.kind, 'device'))}`"
    if device.kind == "cpu" and device.cores is None:
        instead = f"`{_written(value, 'package')}`"
    return f"`{_written(value)}`: {device.id} is {called}; write {instead} if that is meant"


def _two_readings(value: Value, device: Device) -> str:
    """Say what a number of CPUs may count, with what comes of each reading."""
    if device.cores is None:
        return f"`{_written(value)}`: of cores or of packages? write `{_written(value, 'package')}`"
    cores = device.cores.best
    readings = []
    for word, packages in (("core", value.best / cores), ("package", value.best)):
        said = f"`{_written(value, word)}`"
        if value.unit:
            said += f" is {_rounded(packages)} hours of a package"
            if device.rated_power is not None:
                said += f", {_rounded(packages * device.rated_power.best / W_PER_KW)} kWh"
                said += f" at {device.rated_power.best:g} W"
        else:
            said += f" is {_rounded(packages)} packages"
        readings.append(said)
    return (
        f"`{_written(value)}`: cores or packages? {device.id} has {cores:g} cores: "
        f"{readings[0]}; {readings[1]}; write one of them"
    )
