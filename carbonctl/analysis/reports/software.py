"""Software Carbon Intensity: of an account as ISO/IEC 21031 has it, and of AI systems."""

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

PROVIDER, CONSUMER = "provider", "consumer"
OF_PERSONA = {PROVIDER: ("data", "experimentation", "training"), CONSUMER: ("inference",)}
# The stages of the specification that the phases of an account are.
STAGES = {
    PROVIDER: "Design and Development",
    CONSUMER: "Operation and Monitoring",
}
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


class PersonaScore(NamedTuple):
    """The score of one persona of SCI for AI.

    ``stage`` is that of the specification, ``phases`` those of the account.
    """

    persona: str
    stage: str
    phases: tuple[str, ...]
    score: Score


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
            "{name: request, amount: 1e6}"
        )
        raise InputError([Problem(result.file, None, None, message)])
    return Units(str(unit["name"]), amount)


def software_score(result: Result, per: float = 1.0) -> Score:
    """Return the score of a whole account.

    Raises
    ------
    InputError
        Where a figure that it needs is unknown, with the path to give.
    """
    return score_of(result, result.booked, functional_unit(result, "sci"), per, "sci")


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
    problems = []
    for entry in entries:
        if entry.kgco2e is None:
            key = "device_embodied" if entry.boundary == EMBODIED else "site.carbon_intensity"
            path = f"systems.{entry.system}.{key}" if entry.boundary == EMBODIED else key
            message = (
                f"report --as {kind}: {entry.boundary} carbon of {entry.phase}.{entry.activity} "
                f"({entry.item}) is unknown; give {path}"
            )
            problems.append(Problem(result.file, None, None, message))
    if problems:
        raise InputError(problems)


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
    share = inputs.get("share", 1.0)
    whole = entry.factor * life * busy / share
    g = float(sci.embodied_g(whole, entry.quantity, life, share, 1.0))
    return Hardware(entry.item, g, whole, entry.quantity, life, share, 1.0)


def _data(entries: Iterable[Entry]) -> str:
    """Return whether energy is measured or modelled, by what the workload gives."""
    kinds = {
        any(value.name in _MEASURED and value.status == "given" for value in entry.inputs)
        for entry in entries
    }
    if kinds == {True}:
        return "energy or power given by the user"
    return "modelled" if kinds == {False} else "partly given, partly modelled"


def ai_scores(
    result: Result, personas: Sequence[str], provider: Units | None, per: float = 1.0
) -> list[PersonaScore]:
    """Return the scores of an AI system by persona; one without work in the account has none.

    Parameters
    ----------
    result : Result
        The account.
    personas : sequence of str
        `PROVIDER`, `CONSUMER` or both.
    provider : Units or None
        The provider's unit: training tokens, billions of parameters, or FLOP; the functional unit
        where it is a token, unless given.
    per : float
        Of how many units the scores are.

    Raises
    ------
    InputError
        Where a unit or a figure is missing, or no persona has work.
    """
    made = []
    for persona in personas:
        phases = OF_PERSONA[persona]
        entries = [entry for entry in result.booked if entry.phase in phases]
        if not entries:
            continue
        units = _units(result, persona, provider)
        score = score_of(result, entries, units, per, "sci-ai")
        others = tuple(f"{phase} (of the other persona)" for phase in PHASES if phase not in phases)
        missing = [phase for phase in phases if all(entry.phase != phase for entry in entries)]
        said = (*(f"{phase} (not in the workload)" for phase in missing), *others)
        made.append(PersonaScore(persona, STAGES[persona], phases, score._replace(excluded=said)))
    if not made:
        wanted = " or ".join(phase for persona in personas for phase in OF_PERSONA[persona])
        message = f"report --as sci-ai: there is no {wanted} in the workload"
        raise InputError([Problem(result.file, None, None, message)])
    return made


def _units(result: Result, persona: str, provider: Units | None) -> Units:
    if persona == CONSUMER:
        return functional_unit(result, "sci-ai")
    if provider is not None:
        return provider
    unit = result.spec.get("functional_unit")
    if unit and "token" in str(unit["name"]).lower():
        return functional_unit(result, "sci-ai")
    message = (
        "report --as sci-ai: the provider's unit is not given; add --tokens 15e12, --parameters "
        "70e9 or --flops 6.3e24"
    )
    raise InputError([Problem(result.file, None, None, message)])
