"""The Software Carbon Intensity of an account, as ISO/IEC 21031 defines it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from carbonctl.errors import InputError, Problem
from carbonctl.factors import sci
from carbonctl.ledger.entry import EMBODIED, OPERATIONAL, Entry
from carbonctl.ledger.result import Result
from carbonctl.numbers.units import COUNT, parse_best
from carbonctl.spec.model import PHASES

_HOURS = ("system-h", "device-h")
_MEASURED = ("power", "energy")  # inputs that are a measurement where they are given


class Hardware(NamedTuple):
    """One entry of hardware as the specification takes it apart.

    Attributes
    ----------
    item : str
        What it is of.
    g : float
        Its part of M [gCO2e].
    te_kg, tir_h, el_h, rr, tor : float or None
        Embodied carbon of the whole, time reserved, lifetime, and what is reserved of all that
        there is. None where the entry cannot be taken apart: its carbon is given for the use, and
        is taken as it is.
    """

    item: str
    g: float
    te_kg: float | None = None
    tir_h: float | None = None
    el_h: float | None = None
    rr: float | None = None
    tor: float | None = None


class Score(NamedTuple):
    """A score.

    Attributes
    ----------
    file, workload : str
        Whose.
    unit : str
        The functional unit.
    units : float
        R, how many of them the carbon is of.
    per : float
        Of how many units the score is.
    score_g : float
        [gCO2e].
    operational_g, embodied_g, energy_kwh : float
        O, M [gCO2e] and E [kWh].
    intensity_g_per_kwh : float or None
        I, the average of all electricity; None without electricity.
    hardware : tuple of Hardware
        What M is the sum of.
    included, excluded : tuple of str
        The boundary.
    data : str
        Whether energy is measured or modelled.
    sha256 : str
        Of the input.
    """

    file: str
    workload: str
    unit: str
    units: float
    per: float
    score_g: float
    operational_g: float
    embodied_g: float
    energy_kwh: float
    intensity_g_per_kwh: float | None
    hardware: tuple[Hardware, ...]
    included: tuple[str, ...]
    excluded: tuple[str, ...]
    data: str
    sha256: str


class Units(NamedTuple):
    """A functional unit, and how many there are."""

    name: str
    amount: float


def functional_unit(result: Result, kind: str) -> Units:
    """Return the functional unit of a workload.

    Raises
    ------
    InputError
        Where it has none, or none of it.
    """
    unit = result.spec.get("functional_unit")
    amount = parse_best(unit["amount"], COUNT) if unit else 0.0
    if not unit or not amount:
        message = (
            f"report --as {kind}: functional_unit is not given; add functional_unit: "
            "{name: request, amount: 1e6}, or --unit request=1e6"
        )
        raise InputError([Problem(result.file, None, None, message)])
    return Units(str(unit["name"]), amount)


def software_score(result: Result, per: float = 1.0, unit: Units | None = None) -> Score:
    """Return the score of a whole account.

    Parameters
    ----------
    result : Result
        The account.
    per : float
        Of how many units the score is.
    unit : Units or None
        The functional unit; that of the workload where it is None.

    Raises
    ------
    InputError
        Where a figure that it needs is unknown, with the path to give.
    """
    units = unit or functional_unit(result, "sci")
    return score_of(result, result.booked, units, per, "sci")


def score_of(
    result: Result, entries: Sequence[Entry], units: Units, per: float, kind: str
) -> Score:
    """Return the score of some entries.

    Raises
    ------
    InputError
        Where the carbon of one is unknown, with the path to give.
    """
    _require_known(result, entries, kind)
    operational = [entry for entry in entries if entry.boundary == OPERATIONAL]
    energy = math.fsum(entry.energy_kwh or 0.0 for entry in operational)
    used = math.fsum((entry.kgco2e or 0.0) * sci.G_PER_KG for entry in operational)
    hardware = tuple(_hardware(entry) for entry in entries if entry.boundary == EMBODIED)
    made = math.fsum(one.g for one in hardware)
    whole = {entry.phase for entry in entries}
    return Score(
        result.file, result.name, units.name, units.amount, per,
        float(sci.score_g(used, made, units.amount)) * per, used, made, energy,
        used / energy if energy else None, hardware,
        tuple(dict.fromkeys(f"{entry.phase}: {entry.activity}" for entry in entries)),
        tuple(f"{phase} (not in the workload)" for phase in PHASES if phase not in whole),
        _data(operational), result.sha256,
    )  # fmt: skip


def _require_known(result: Result, entries: Iterable[Entry], kind: str) -> None:
    problems = [
        Problem(result.file, None, None, f"report --as {kind}: {unknown(result, entry)}")
        for entry in entries
        if entry.kgco2e is None
    ]
    if problems:
        raise InputError(problems)


def unknown(result: Result, entry: Entry) -> str:
    """Return what the account says of an entry whose carbon is unknown, and what to give."""
    name = f"{entry.phase}.{entry.activity}"
    said = f"phases.{name}: the {entry.boundary} carbon of the {entry.item} is unknown"
    whole = next((warning for warning in result.warnings if warning.startswith(said)), None)
    return str(whole or f"{said}; carbonctl explain {result.file} {name} shows why")


def _hardware(entry: Entry) -> Hardware:
    """Return an entry of hardware, taken apart where it is a time over a lifetime."""
    inputs = {value.name: value.best for value in entry.inputs}
    life, busy = inputs.get("lifetime"), inputs.get("utilization", 1.0)
    kg = entry.kgco2e or 0.0
    is_time = entry.quantity_unit in _HOURS and entry.quantity and entry.factor is not None
    if life is None or not is_time:
        return Hardware(entry.item, kg * sci.G_PER_KG)
    assert entry.quantity is not None
    assert entry.factor is not None
    share = inputs.get("share", 1.0)  # of a host; the quantity holds it
    whole, reserved = entry.factor * life * busy, entry.quantity / share
    g = float(sci.embodied_g(whole, reserved, life, share, 1.0))
    return Hardware(entry.item, g, whole, reserved, life, share, 1.0)


def _data(entries: Iterable[Entry]) -> str:
    """Return whether energy is measured or modelled, by what the workload gives."""
    kinds = {
        any(value.name in _MEASURED and value.status == "given" for value in entry.inputs)
        for entry in entries
    }
    if kinds == {True}:
        return "energy or power given by the user"
    return "modelled" if kinds == {False} else "partly given, partly modelled"
