"""One machine out of an account: its embodied carbon, and what a year of it emits."""

from __future__ import annotations

import math
from collections.abc import Sequence

from carbonctl.analysis.refresh.machine_ranges import (
    LIFETIME,
    UTILIZATION,
    machine_ranges,
    within,
)
from carbonctl.analysis.refresh.question import YEAR, MachineFigures
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.estimators.roles import BUILDING
from carbonctl.factors.power import energy_kwh
from carbonctl.ledger.entry import EMBODIED, NO_SYSTEM, OPERATIONAL, Entry
from carbonctl.ledger.result import Result
from carbonctl.numbers.intervals import Number
from carbonctl.text import did_you_mean

_PER_SYSTEM = "devices_per_system"
_SYSTEM_HOURS = "system-h"


def of_figures(embodied_kgco2e: Number, power_w: Number, intensity: Number) -> MachineFigures:
    """Return a machine that runs all year.

    Parameters
    ----------
    embodied_kgco2e : float or Range
        Of one [kgCO2e].
    power_w : float or Range
        Its average draw [W].
    intensity : float or Range
        Of its electricity [kgCO2e/kWh].
    """
    return MachineFigures(
        embodied_kgco2e, energy_kwh(YEAR, power_w) * intensity, basis="running all year"
    )


def of_account(result: Result, system: str | None) -> MachineFigures:
    """Return one machine of an account.

    A year of it emits what its work emitted, over the machine-years that the work held: a useful
    hour holds a machine for one over its utilization. Idle time counts where the account has it.

    Parameters
    ----------
    result : Result
        The account.
    system : str, optional
        Which system; the only one unless given.

    Raises
    ------
    UsageError
        Where there are several and none is named, or the name is unknown.
    InputError
        Where embodied or operational carbon is unknown, or the account has no machine.

    Notes
    -----
    Both figures have their 90 % ranges: `carbonctl.analysis.refresh.machine_ranges`.
    """
    held = [e for e in result.booked if _is_of_machine(e)]
    systems = list(dict.fromkeys(e.system for e in held if e.system != NO_SYSTEM))
    name = _named(result, systems, system)
    ours = [entry for entry in held if entry.system == name]
    years = _machine_years(ours)
    embodied = [entry.kgco2e for entry in ours]
    work = [e for e in result.booked if e.boundary == OPERATIONAL and e.system == name]
    used = [entry.kgco2e for entry in work]
    if None in embodied or not years:
        raise _unknown(result, f"the embodied carbon of {name} is unknown; give its `embodied`")
    if None in used or not used:
        raise _unknown(result, f"the electricity of {name} is unknown")
    life = _lifetime(ours[0]) / YEAR
    whole = math.fsum(figure or 0.0 for figure in embodied) * life / years
    per_year = math.fsum(figure or 0.0 for figure in used) / years
    made, yearly = machine_ranges(ours, holders(ours), work, result.uncertainty.ranks)
    return MachineFigures(
        within(whole, made), within(per_year, yearly), result.file, result.name, name, life,
        "as used in the file",
    )  # fmt: skip


def _named(result: Result, systems: Sequence[str], system: str | None) -> str:
    """Return the system that is asked for."""
    if not systems:
        raise _unknown(result, "there is no machine with embodied carbon to be replaced")
    listed = ", ".join(systems)
    if system is None:
        if len(systems) > 1:
            raise UsageError(f"{result.file} has several machines; add --system, one of {listed}")
        return systems[0]
    if system not in systems:
        near = did_you_mean(system, systems) or f"; there are {listed}"
        raise UsageError(f"--system: {result.file} has no machine `{system}`{near}")
    return system


def _is_of_machine(entry: Entry) -> bool:
    return entry.boundary == EMBODIED and entry.role != BUILDING and _lifetime(entry) > 0


def _unknown(result: Result, message: str) -> InputError:
    return InputError([Problem(result.file, None, None, message)])


def _input(entry: Entry, name: str) -> float | None:
    return next((value.best for value in entry.inputs if value.name == name), None)


def _lifetime(entry: Entry) -> float:
    """Return the service life behind an entry [h]; 0 where it has none."""
    return _input(entry, LIFETIME) or 0.0


def _machine_years(entries: Sequence[Entry]) -> float:
    """Return for how many years machines are held by some activities."""
    return math.fsum(
        (entry.quantity or 0.0) / devices / (_input(entry, UTILIZATION) or 1.0)
        for entry, devices in holders(entries)
    ) / YEAR  # fmt: skip


def holders(entries: Sequence[Entry]) -> list[tuple[Entry, float]]:
    """Return the entries that say for how long machines are held, and the devices of a machine.

    Devices and host of an activity are two entries over the same machines: of each activity one
    counts, that over whole systems where there is one.
    """
    chosen: dict[tuple[str, str, str], tuple[Entry, float]] = {}
    for entry in entries:
        if entry.quantity is None:
            continue
        is_whole = entry.quantity_unit == _SYSTEM_HOURS
        activity = (entry.phase, entry.activity, str(entry.site))
        if activity not in chosen or is_whole:
            chosen[activity] = entry, 1.0 if is_whole else _devices(entries, entry)
    return [*chosen.values()]


def _devices(entries: Sequence[Entry], entry: Entry) -> float:
    """Return the devices in one system of an activity."""
    same = (e for e in entries if (e.phase, e.activity) == (entry.phase, entry.activity))
    found = (_input(other, _PER_SYSTEM) for other in same)
    return next((number for number in found if number is not None), 1.0)
