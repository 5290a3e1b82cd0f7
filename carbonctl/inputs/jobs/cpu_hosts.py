"""The CPUs of jobs as a map describes them: ``cpu: {power_per_core, embodied, cores}``.

The power is of a core of every job. The embodied carbon is of one host without GPUs, of which a
job without GPUs has its share of ``cores``; hosts of GPUs have a figure of their own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.table import Row
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.numbers.units import COUNT, MASS, POWER, Dimension, parse
from carbonctl.text import did_you_mean

_KEYS: dict[str, Dimension] = {"power_per_core": POWER, "embodied": MASS, "cores": COUNT}


class CpuHost(NamedTuple):
    """What a map says of CPUs; None where it does not.

    Attributes
    ----------
    power_per_core : float, optional
        In W.
    embodied : float, optional
        Of one host without GPUs, in kgCO2e.
    cores : float, optional
        Of that host.
    """

    power_per_core: float | None = None
    embodied: float | None = None
    cores: float | None = None

    def columns(self, cores: float | None, *, has_devices: bool) -> Row:
        """Return the columns of a job with so many cores.

        The share of a job with more cores than one host has is of several whole hosts.
        """
        row: Row = {}
        if cores is not None:
            row["cpu_cores"] = cores
            if self.power_per_core is not None:
                row["cpu_power_w"] = self.power_per_core
        if cores and not has_devices and self.embodied is not None and self.cores:
            hosts = math.ceil(cores / self.cores)
            row["host_embodied_kgco2e"] = self.embodied * hosts
            row["share"] = cores / (self.cores * hosts)
        return row

    def parts(
        self, devices: Sequence[tuple[str, float]], cores: float | None, memory_gb: float | None
    ) -> list[Row]:
        """Return the columns of a job: a row for each type of device, one where there is none.

        Cores and memory are divided by the numbers of devices (`shares_of`).
        """
        rows: list[Row] = []
        for place, share in enumerate(shares_of(devices)):
            row: Row = {}
            if devices:
                row["device"], row["devices"] = devices[place]
            its_cores = None if cores is None else cores * share
            row.update(self.columns(its_cores, has_devices=bool(devices)))
            if memory_gb is not None:
                row["memory_gb"] = memory_gb * share
            rows.append(row)
        return rows


def shares_of(devices: Sequence[tuple[str, float]]) -> tuple[float, ...]:
    """Return the share of a job that each type of its devices has, by their numbers."""
    total = sum(n for _, n in devices)
    return tuple(n / total for _, n in devices) or (1.0,)


def cpu_host(options_map: Mapping[str, Any]) -> CpuHost:
    """Read ``cpu`` of a map.

    Raises
    ------
    InputError
        Where a key is unknown or a figure cannot be read.
    """
    given = options_map.get("cpu") or {}
    if not isinstance(given, Mapping):
        _refuse(f"write `cpu: {{power_per_core: 7.5 W}}`, not `{given}`")
    figures: dict[str, float] = {}
    for key, text in given.items():
        if key not in _KEYS:
            _refuse(f"unknown key `{key}`{did_you_mean(str(key), _KEYS)}; known: {_known()}")
        figures[key] = _figure(key, str(text))
    return CpuHost(**figures)


def _figure(key: str, text: str) -> float:
    try:
        value = parse(text, _KEYS[key])
    except QuantityError as error:
        _refuse(f"{key}: {error}")
    if not isinstance(value, int | float):
        _refuse(f"{key}: `{text}` is a range; write one figure such as `{_KEYS[key].example}`")
    if value < 0 or (key == "cores" and value == 0):
        _refuse(f"{key}: `{text}` must be more than 0")
    return float(value)


def _known() -> str:
    return ", ".join(_KEYS)


def _refuse(message: str) -> NoReturn:
    raise InputError([Problem("map", None, None, f"cpu: {message}", "cpu")])
