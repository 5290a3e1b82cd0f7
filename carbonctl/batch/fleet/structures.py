"""What rows have in common that are accounted for together, and the workload that it makes.

A *structure* is what a row says besides its amounts: phase, kind, device, place, and figures
that are no amounts, such as a lifetime. The *amounts* of a row are what its carbon is proportional
to; those of rows of one structure add.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from carbonctl.batch.fleet.named import looked_up, share_of_figures
from carbonctl.batch.fleet.placeholders import fill_template
from carbonctl.batch.fleet.precedence import behind, over
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Range, best
from carbonctl.numbers.unit_table import QuantityError

COMPUTE, ENERGY, STORAGE = "compute", "energy", "storage"
KINDS = (COMPUTE, ENERGY, STORAGE)

# Amounts of a row: device-hours; those times the load, or times the power [W]; watt-hours of
# cores; GB-hours of memory; hours of work; energy [kWh]; GB-hours of storage; whole jobs of a
# template; core-hours of cores of which nothing says what they draw, which are the device-hours.
AMOUNTS = ("device_h", "load_h", "power_wh", "core_wh", "memory_gbh", "wall_h", "energy_kwh",
           "storage_gbh", "jobs", "core_h")  # fmt: skip

WORDS = ("phase", "kind", "device", "instance", "grid", "operator", "year", "energy_boundary",
         "storage_medium")  # fmt: skip
FIGURES = (
    "devices_per_system", "share", "host_power_w", "pue", "carbon_intensity_kgco2e_per_kwh",
    "lifetime_h", "utilization", "device_embodied_kgco2e", "host_embodied_kgco2e",
)  # fmt: skip

_UNITS = {
    "devices_per_system": "", "share": "", "host_power_w": " W", "pue": "", "utilization": "",
    "carbon_intensity_kgco2e_per_kwh": " kg/kWh", "lifetime_h": " h",
    "device_embodied_kgco2e": " kg", "host_embodied_kgco2e": " kg",
}  # fmt: skip
KEYS = {
    "host_power_w": "host_power", "lifetime_h": "lifetime",
    "device_embodied_kgco2e": "device_embodied", "host_embodied_kgco2e": "host_embodied",
    "carbon_intensity_kgco2e_per_kwh": "carbon_intensity",
}  # fmt: skip
_OF_SITE = ("grid", "operator", "year", "pue", "carbon_intensity_kgco2e_per_kwh")
# What a machine of cores alone takes of the defaults: the rest is of machines with devices.
_OF_CORES = ("lifetime", "utilization", "dram_power", "site", "mode")


class Structure(NamedTuple):
    """What rows have in common that are accounted for together.

    Attributes
    ----------
    words : tuple of str
        The `WORDS` of the rows; empty where they say nothing.
    figures : tuple of float
        Their `FIGURES`, NaN where they say nothing.
    devices : float
        How many devices work together, where that decides which figures stand in; else NaN.
    are_several : bool
        Whether it is more than one, as far as that decides anything.
    varies : tuple of str
        The amounts that its rows have.
    more : tuple of (str, str)
        Paths of other keys of the spec that its rows give, with their texts; of a template, its
        placeholders.
    """

    words: tuple[str, ...]
    figures: tuple[float, ...]
    devices: float
    are_several: bool
    varies: tuple[str, ...]
    more: tuple[tuple[str, str], ...] = ()

    def word(self, name: str) -> str:
        """Return one of its words."""
        return self.words[WORDS.index(name)]

    def figure(self, name: str) -> float | None:
        """Return one of its figures; None where it has none."""
        number = self.figures[FIGURES.index(name)]
        return None if math.isnan(number) else number

    @property
    def key(self) -> Any:
        """What is the same for two that are equal, also where a figure is no number."""
        return (
            self.words, repr(self.figures), repr(self.devices), self.are_several, self.varies,
            self.more,
        )  # fmt: skip

    @property
    def is_of_cores(self) -> bool:
        """Whether its rows have cores and no device."""
        is_nameless = not self.word("device") and not self.word("instance")
        return is_nameless and not {"core_wh", "core_h"}.isdisjoint(self.varies)


class Amounts(NamedTuple):
    """The amounts of some rows of one structure, as `AMOUNTS` has them."""

    device_h: float = 0.0
    load_h: float = 0.0
    power_wh: float = 0.0
    core_wh: float = 0.0
    memory_gbh: float = 0.0
    wall_h: float = 0.0
    energy_kwh: float = 0.0
    storage_gbh: float = 0.0
    jobs: float = 0.0
    core_h: float = 0.0


class Sayings(NamedTuple):
    """What the map and ``--set`` say of all rows.

    Attributes
    ----------
    devices, instances : mapping
        Names of devices and cloud machine types: an id, or keys of a system with their texts.
    regions : mapping of str to str
        Names of places: a grid.
    defaults : mapping
        Keys of the spec with their texts, which give way to what a row says; ``site`` has those
        of the site.
    above : mapping
        The same, which take precedence over what a row says.
    template : mapping, optional
        A whole workload with placeholders, which a row fills.
    file : str
        What messages call the map, or the template.
    """

    devices: Mapping[str, Any] = {}
    instances: Mapping[str, Any] = {}
    regions: Mapping[str, str] = {}
    defaults: Mapping[str, Any] = {}
    above: Mapping[str, Any] = {}
    template: Mapping[str, Any] | None = None
    file: str = ""


def written(number: float, unit: str = "") -> str:
    """Return a figure as the spec takes it, to its last digit."""
    return f"{number!r}{unit}"


def workload(
    structure: Structure, amounts: Amounts, sayings: Sayings, per_system: float | None = None
) -> dict[str, Any]:
    """Return a workload of one activity: rows of a structure with some amounts.

    Parameters
    ----------
    structure : Structure
        What the rows have in common.
    amounts : Amounts
        Theirs.
    sayings : Sayings
        What is said of all rows.
    per_system : float, optional
        How many devices share a host, where neither the rows nor the sayings say it and cores or
        memory are counted.
    """
    if sayings.template is not None:
        filled: dict[str, Any] = fill_template(sayings.template, dict(structure.more))
        return filled
    structure, amounts = _in_whole_devices(structure, amounts, sayings)
    kind = structure.word("kind") or COMPUTE
    maker = {COMPUTE: _compute, ENERGY: _energy, STORAGE: _storage}[kind]
    activity = {"kind": kind, **maker(structure, amounts, sayings, per_system)}
    site = {**sayings.defaults.get("site", {}), **_site(structure, sayings)}
    above = dict(sayings.above)
    for path, text in structure.more:
        if path.startswith("site."):
            site[path.removeprefix("site.")] = text
        else:
            activity[path] = text
    site |= above.pop("site", {})
    if "core_wh" in structure.varies and needs_hosts(structure):
        above.pop("host_power", None)  # the cores are counted with it already
    if not structure.is_of_cores:
        activity = over(activity, above)
    spec: dict[str, Any] = {
        "name": "fleet",
        "phases": {structure.word("phase") or "training": [activity]},
    }
    return spec | ({"site": site} if site else {})


def text_of(spec: Mapping[str, Any]) -> bytes:
    """Return a workload as the text that it is read from."""
    return json.dumps(spec, ensure_ascii=False).encode()


def _site(structure: Structure, sayings: Sayings) -> dict[str, str]:
    site = {}
    for name in _OF_SITE:
        if name in WORDS:
            word = structure.word(name)
            if word:
                site[name] = sayings.regions.get(word, word) if name == "grid" else word
        elif (number := structure.figure(name)) is not None:
            site[KEYS.get(name, name)] = written(number, _UNITS[name])
    return site


def _compute(
    structure: Structure, amounts: Amounts, sayings: Sayings, per_system: float | None
) -> dict[str, Any]:
    """Return the keys of work on devices."""
    if structure.is_of_cores:
        return _cores(structure, amounts, sayings)
    keys = _time(structure, amounts, _machine(structure, sayings))
    if "power_wh" in structure.varies:
        keys = over(keys, {"power": written(amounts.power_wh / amounts.device_h, " W")})
    elif "load_h" in structure.varies:
        keys = over(keys, {"load": written(amounts.load_h / amounts.device_h)})
    hosts = _hosts(structure, amounts, sayings, per_system)
    if "core_wh" in structure.varies and hosts:
        said = (some["host_power"] for some in (sayings.above, keys, sayings.defaults)
                if "host_power" in some)  # fmt: skip
        keys["host_power"] = _more_power(next(said, "0 W"), amounts.core_wh / hosts)
    if "memory_gbh" in structure.varies and hosts:
        keys["memory"] = written(amounts.memory_gbh / hosts, " GB")
    return behind(keys, sayings.defaults)


def _more_power(said: Any, watts: float) -> Any:
    """Return the power of a host with some more [W]: a quantity, or a mapping of its range."""
    if isinstance(said, Mapping):
        more = {
            key: _more_power(said[key], watts) for key in ("best", "low", "high") if key in said
        }
        return {**said, **more}
    try:
        number = units.parse(str(said), units.POWER)
    except QuantityError:
        return said  # which the account refuses
    if not isinstance(number, Range):
        return written(number + watts, " W")
    return f"{number.low + watts!r}..{number.high + watts!r} W"


def needs_hosts(structure: Structure) -> bool:
    """Whether the amounts of a structure are divided by the hosts that its devices share."""
    return not structure.is_of_cores and not {"core_wh", "memory_gbh"}.isdisjoint(structure.varies)


def _hosts(
    structure: Structure, amounts: Amounts, sayings: Sayings, per_system: float | None
) -> float:
    """Return the host-hours of device-hours, of a host that they have a share of that share."""
    per = _said(structure, sayings, "devices_per_system", units.DEVICES, per_system)
    share = _said(structure, sayings, "share", units.FRACTION, 1.0)
    return 0.0 if not per or not share else amounts.device_h / per * share


def _said(
    structure: Structure, sayings: Sayings, name: str, dimension: Any, otherwise: float | None
) -> float | None:
    """Return a figure as ``--set``, a row or the map says it, in this order."""
    own = structure.figure(name)
    if name not in sayings.above and own is not None:
        return own
    said = sayings.above.get(name, sayings.defaults.get(name))
    try:
        return otherwise if said is None else best(units.parse(str(said), dimension))
    except QuantityError:
        return otherwise  # the account refuses it


def _cores(structure: Structure, amounts: Amounts, sayings: Sayings) -> dict[str, Any]:
    """Return the keys of work on cores alone, whose devices are the cores."""
    keys: dict[str, Any] = _time(structure, amounts, {})
    if "core_wh" in structure.varies:
        keys["power"] = written(amounts.core_wh / amounts.device_h, " W")
        keys |= {"devices_per_system": "1", "host_power": "0 W"}
        if "memory_gbh" in structure.varies:
            keys["memory"] = written(amounts.memory_gbh / amounts.device_h, " GB")
    else:  # with their share of a whole server, its memory in it
        keys["devices"] += " cores"
    if structure.figure("device_embodied_kgco2e") is not None:
        keys["host_embodied"] = "0 kg"
    for name in ("lifetime_h", "utilization", "device_embodied_kgco2e"):
        number = structure.figure(name)
        if number is not None:
            keys[KEYS.get(name, name)] = written(number, _UNITS[name])
    return behind(keys, {key: sayings.defaults[key] for key in _OF_CORES
                          if key in sayings.defaults})  # fmt: skip


def _machine(structure: Structure, sayings: Sayings) -> dict[str, Any]:
    """Return the keys of the machine that a row names, and of its figures."""
    keys: dict[str, Any] = {}
    device, instance = structure.word("device"), structure.word("instance")
    if instance:
        said = looked_up(sayings.instances, instance)
        keys["instance"] = said if isinstance(said, str) else instance
        if isinstance(said, Mapping):
            del keys["instance"]
            keys |= said
            keys["devices_per_system"] = keys.pop("devices", "1")
    elif device:
        said = looked_up(sayings.devices, device)
        if isinstance(said, Mapping):
            keys |= said
        else:
            keys["device"] = said or device
    for name in FIGURES:
        number = structure.figure(name)
        if number is not None and name not in _OF_SITE:
            keys[KEYS.get(name, name)] = written(number, _UNITS[name])
    return keys


def _in_whole_devices(
    structure: Structure, amounts: Amounts, sayings: Sayings
) -> tuple[Structure, Amounts]:
    """Return rows of a part of a GPU as rows of the whole, where the map has figures of that.

    They hold their share of its compute for as long.
    """
    share = share_of_figures(sayings.devices, structure.word("device"))
    device_h, load_h = amounts.device_h * share, amounts.load_h * share
    return (
        structure._replace(devices=structure.devices * share),
        amounts._replace(device_h=device_h, load_h=load_h),
    )


def _time(structure: Structure, amounts: Amounts, keys: dict[str, Any]) -> dict[str, Any]:
    """Return keys with how many devices run for how long."""
    if structure.word("instance") and "device_h" not in structure.varies:
        devices = "1 instance" if "instance" in keys else keys.get("devices_per_system", "1")
        return {**keys, "devices": devices, "wall_time": written(amounts.wall_h, " h")}
    devices = structure.devices
    if devices > 1 and not structure.are_several:  # of device time alone
        return {**keys, "device_time": written(amounts.device_h, " device-h")}
    if math.isnan(devices):
        devices = 2.0 if structure.are_several else 1.0
        if amounts.wall_h and amounts.device_h >= devices * amounts.wall_h:
            devices = amounts.device_h / amounts.wall_h
    time = amounts.device_h / devices
    return {**keys, "devices": written(devices), "wall_time": written(time, " h")}


def _energy(
    structure: Structure, amounts: Amounts, sayings: Sayings, _: float | None
) -> dict[str, Any]:
    """Return the keys of energy that was measured or billed."""
    keys: dict[str, Any] = {"energy": written(amounts.energy_kwh, " kWh")}
    if structure.word("energy_boundary") == "facility":
        keys["includes_pue"] = "yes"
    if "device_h" in structure.varies:
        machine = _machine(structure, sayings)
        keys |= {key: machine[key] for key in _OF_HARDWARE if key in machine}
        keys = _time(structure, amounts, keys)
        defaults = {k: v for k, v in sayings.defaults.items() if k in _OF_HARDWARE}
        return behind(keys, defaults)
    return keys


_OF_HARDWARE = ("device", "instance", "devices_per_system", "device_embodied", "host_embodied",
                "lifetime", "utilization", "share")  # fmt: skip


def _storage(
    structure: Structure, amounts: Amounts, sayings: Sayings, _: float | None
) -> dict[str, Any]:
    """Return the keys of data that is kept for a time."""
    del sayings
    keys: dict[str, Any] = {"capacity": written(amounts.storage_gbh, " GB"), "duration": "1 h"}
    if structure.word("storage_medium"):
        keys["medium"] = structure.word("storage_medium")
    return keys


def amounts_of(sums: Sequence[float]) -> Amounts:
    """Return sums as amounts."""
    return Amounts(*map(float, sums))
