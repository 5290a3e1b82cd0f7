"""What a carbon impact statement and a model card say of an account, as records."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.ledger.entry import EMBODIED, OPERATIONAL, Entry
from carbonctl.ledger.result import Result
from carbonctl.numbers.values import Value
from carbonctl.spec.model import PHASES
from carbonctl.text import did_you_mean

TRAINING = "training"
INCLUDES = ("data", "experimentation", "inference", EMBODIED)
_TYPES = {"pre-train": "pre-training", "pretrain": "pre-training", "fine-tun": "fine-tuning"}
_POWER = ("power", "rated_power", "energy", "device_power")
_FAILED = ("failed", "restarts", "faults")


class Place(NamedTuple):
    """Electricity at one site: its intensity [kgCO2e/kWh], and how that is known."""

    site: str
    intensity: float | None
    status: str
    source: str
    year: int | None
    basis: str
    pue: float | None


class Machines(NamedTuple):
    """Machines of one activity: which, how many device-hours, and what their power is known by."""

    activity: str
    device: str
    device_hours: float | None
    power: str
    failed: str


class Statement(NamedTuple):
    """What a statement says.

    Attributes
    ----------
    result : Result
        The account.
    places : tuple of Place
        Where electricity is from.
    machines : tuple of Machines
        What ran.
    not_given : tuple of str
        Phases that are not in the workload, and what else is left out.
    life : tuple of str
        Lifetime and utilization of the hardware, each with whether it is assumed.
    """

    result: Result
    places: tuple[Place, ...]
    machines: tuple[Machines, ...]
    not_given: tuple[str, ...]
    life: tuple[str, ...]


class Card(NamedTuple):
    """The block of a model card.

    Attributes
    ----------
    grams : float
        [gCO2e].
    included, left_out : tuple of str
        What is in it, and what of the account is not, with its carbon in words.
    training_type, place, hardware : str
        As the card has them.
    """

    grams: float
    included: tuple[str, ...]
    left_out: tuple[tuple[str, float | None], ...]
    training_type: str
    place: tuple[Place, ...]
    hardware: tuple[Machines, ...]


def statement(result: Result) -> Statement:
    """Return what a statement says of an account."""
    phases = {entry.phase for entry in result.booked}
    missing = [phase for phase in PHASES if phase not in phases]
    unknown = [
        f"embodied carbon of {entry.item}" for entry in result.booked
        if entry.boundary == EMBODIED and entry.kgco2e is None
    ]  # fmt: skip
    return Statement(
        result, tuple(places(result.booked)), tuple(machines(result)),
        tuple(dict.fromkeys((*missing, *unknown))), tuple(_life(result.booked)),
    )  # fmt: skip


def card(
    result: Result, include: Sequence[str], activity: str | None, training_type: str | None
) -> Card:
    """Return the block of a model card: operational, location-based, of training.

    Raises
    ------
    InputError
        Where there is no such activity, or its carbon is unknown.
    UsageError
        For a part that cannot be included, or a type of training that nobody says.
    """
    names = _checked_names(result, include, activity)
    chosen, others = list[Entry](), dict[str, list[Entry]]()
    for entry in result.booked:
        part = EMBODIED if entry.boundary == EMBODIED else entry.phase
        if _is_in(entry, {TRAINING, *include}, activity):
            chosen.append(entry)
        else:
            others.setdefault(part, []).append(entry)
    if not chosen:
        message = "report --as model-card: there is no training in the workload; add --include"
        raise InputError([Problem(result.file, None, None, message)])
    kg = _sum(chosen)
    if kg is None:
        message = "report --as model-card: carbon of training is unknown; see carbonctl explain"
        raise InputError([Problem(result.file, None, None, message)])
    kind = training_type or _type(names if activity is None else [activity])
    if kind is None:
        raise UsageError("--training-type: pre-training or fine-tuning? the card needs it")
    parts = tuple(sorted({EMBODIED if e.boundary == EMBODIED else e.phase for e in chosen}))
    left_out = tuple((part, _sum(own)) for part, own in others.items())
    own_names = {entry.activity for entry in chosen}
    ran = tuple(one for one in machines(result) if one.activity in own_names)
    return Card(kg * 1000, parts, left_out, kind, tuple(places(chosen)), ran)


def _checked_names(result: Result, include: Sequence[str], activity: str | None) -> list[str]:
    """Return the activities of training, and refuse parts and activities that there are not."""
    for part in include:
        if part not in INCLUDES:
            near = did_you_mean(part, INCLUDES) or f"; there are {', '.join(INCLUDES)}"
            raise UsageError(f"--include {part}: no such part{near}")
    names = list(dict.fromkeys(e.activity for e in result.booked if e.phase == TRAINING))
    if activity is not None and activity not in names:
        near = did_you_mean(activity, names) or f"; there are {', '.join(names)}"
        raise UsageError(f"--activity {activity}: no activity of training{near}")
    return names


def _is_in(entry: Entry, wanted: set[str], activity: str | None) -> bool:
    """Whether an entry is in the figure of a card."""
    if entry.phase not in wanted or (entry.boundary == EMBODIED and EMBODIED not in wanted):
        return False
    return entry.phase != TRAINING or activity in (None, entry.activity)


def places(entries: Sequence[Entry]) -> list[Place]:
    """Return where the electricity of some entries is from, each once."""
    found: dict[str, Place] = {}
    for entry in entries:
        if entry.boundary != OPERATIONAL:
            continue
        inputs = {value.name: value for value in entry.inputs}
        intensity, pue = inputs.get("carbon_intensity"), inputs.get("pue")
        name = entry.site if isinstance(entry.site, str) else "its grid"
        known = found.get(name)
        overhead = pue.best if pue is not None else known.pue if known else None
        found[name] = Place(
            name, None if intensity is None else intensity.best,
            "" if intensity is None else intensity.status, entry.factor_source or "",
            entry.factor_year, entry.factor_basis or "", overhead,
        )  # fmt: skip
    return list(found.values())


def machines(result: Result) -> list[Machines]:
    """Return what ran, an activity each."""
    by_activity: dict[str, list[Entry]] = {}
    for entry in result.booked:
        by_activity.setdefault(entry.activity, []).append(entry)
    return [_machines(result, name, own) for name, own in by_activity.items()]


def _machines(result: Result, name: str, entries: Sequence[Entry]) -> Machines:
    inputs: dict[str, Value] = {}
    for entry in entries:
        for value in entry.inputs:
            inputs.setdefault(value.name, value)
    hours = [
        entry.quantity for entry in entries
        if entry.quantity_unit == "device-h" and entry.boundary == EMBODIED
    ]  # fmt: skip
    known = [number for number in hours if number is not None]
    given = inputs.get("device_time")
    total = given.best if given is not None else math.fsum(known) if known else None
    power = next((inputs[key] for key in _POWER if key in inputs), None)
    system = next((entry.system for entry in entries), "")
    systems = result.spec.get("systems") or {}
    device = (systems.get(system) or {}).get("device") or system
    failed = next((inputs[key] for key in _FAILED if key in inputs), None)
    return Machines(
        name, str(device), total, "" if power is None else _basis(power, inputs.get("load")),
        "" if failed is None else f"{failed.name} {failed.best:g}",
    )  # fmt: skip


def _basis(power: Value, load: Value | None) -> str:
    """Return what power is known by, in words."""
    if power.name == "energy":
        return "energy given"
    if power.name != "rated_power":
        return f"average power {power.best:g} W, {power.status}"
    share = "" if load is None else f" x load {load.best * 100:.3g} % ({load.status})"
    return f"TDP {power.best:g} W{share}"


def _life(entries: Sequence[Entry]) -> list[str]:
    said: dict[str, None] = {}
    for entry in entries:
        for value in entry.inputs if entry.boundary == EMBODIED else ():
            if value.name == "lifetime":
                said[f"{value.best / 8760:.3g} years{_assumed(value)}"] = None
            elif value.name == "utilization":
                said[f"{value.best * 100:.3g} % utilization{_assumed(value)}"] = None
    return list(said)


def _assumed(value: Value) -> str:
    return "" if value.status == "given" else " (assumed)"


def _type(names: Sequence[str]) -> str | None:
    kinds = {kind for name in names for word, kind in _TYPES.items() if word in name.lower()}
    return kinds.pop() if len(kinds) == 1 else None


def _sum(entries: Sequence[Entry]) -> float | None:
    known = [entry.kgco2e for entry in entries if entry.kgco2e is not None]
    return math.fsum(known) if len(known) == len(entries) else None
