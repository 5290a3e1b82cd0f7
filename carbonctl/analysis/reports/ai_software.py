"""Software Carbon Intensity for AI: a score of the provider of a model, one of the consumer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from carbonctl.analysis.reports.software import Score, Units, functional_unit, score_of
from carbonctl.errors import InputError, Problem
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.result import Result
from carbonctl.spec.model import PHASES

PROVIDER, CONSUMER = "provider", "consumer"
KIND = "sci-ai"
INCEPTION, DESIGN, DEPLOYMENT, OPERATION, RETIREMENT = (
    "inception", "design", "deployment", "operation", "retirement",
)  # fmt: skip
# The stages of the specification (section 6), by the words that this tool has for them.
STAGES = {
    INCEPTION: "Inception",
    DESIGN: "Design and Development",
    DEPLOYMENT: "Deployment",
    OPERATION: "Operation and Monitoring",
    RETIREMENT: "Retirement",
}
# Retirement counts for both (section 7).
OF_PERSONA = {
    PROVIDER: (INCEPTION, DESIGN, DEPLOYMENT, RETIREMENT),
    CONSUMER: (OPERATION, RETIREMENT),
}
_OF_PHASE = {**dict.fromkeys(PHASES, DESIGN), "inference": OPERATION}
_OF_TRAINING = "train"


class PersonaScore(NamedTuple):
    """The score of one persona.

    ``stages`` are those of the specification, ``phases`` those of the account.
    """

    persona: str
    stages: tuple[str, ...]
    phases: tuple[str, ...]
    score: Score


class Asked(NamedTuple):
    """What scores are asked for.

    Attributes
    ----------
    personas : tuple of str
        `PROVIDER`, `CONSUMER` or both.
    provider : Units or None
        The provider's unit: training tokens, billions of parameters, or FLOP. Where it is None,
        a functional unit of training tokens is taken.
    consumer : Units or None
        The consumer's unit; the functional unit where it is None.
    per : float
        Of how many units the scores are.
    stages : mapping
        The stage of an activity that is not that of its phase.
    """

    personas: tuple[str, ...] = (PROVIDER, CONSUMER)
    provider: Units | None = None
    consumer: Units | None = None
    per: float = 1.0
    stages: Mapping[str, str] = {}


def ai_scores(result: Result, asked: Asked) -> list[PersonaScore]:
    """Return the scores of an AI system by persona; one without work in the account has none.

    Raises
    ------
    InputError
        Where a unit or a figure is missing, or no persona has work.
    """
    names = {f"{entry.phase}.{entry.activity}" for entry in result.booked}
    for name in asked.stages:
        if name not in names:
            message = f"--stage {name}: no such activity; there are {', '.join(sorted(names))}"
            raise InputError([Problem(result.file, None, None, message)])
    scores = [
        made
        for persona in asked.personas
        if (made := _score(result, persona, asked)) is not None
    ]  # fmt: skip
    if not scores:
        wanted = " or ".join(
            phase
            for phase in PHASES
            if any(_OF_PHASE[phase] in OF_PERSONA[persona] for persona in asked.personas)
        )
        message = f"report --as {KIND}: there is no {wanted} in the workload"
        raise InputError([Problem(result.file, None, None, message)])
    return scores


def _score(result: Result, persona: str, asked: Asked) -> PersonaScore | None:
    own = OF_PERSONA[persona]
    entries = [entry for entry in result.booked if stage_of(entry, asked.stages) in own]
    if not entries:
        return None
    units = _units(result, persona, asked)
    score = score_of(result, entries, units, asked.per, KIND)
    phases = tuple(phase for phase in PHASES if any(entry.phase == phase for entry in entries))
    stages = [stage for stage in own if any(stage_of(e, asked.stages) == stage for e in entries)]
    score = score._replace(excluded=tuple(_excluded(persona, stages, phases)))
    return PersonaScore(persona, tuple(STAGES[stage] for stage in stages), phases, score)


def stage_of(entry: Entry, stages: Mapping[str, str]) -> str:
    """Return the stage of an entry: as given for its activity, else that of its phase."""
    return stages.get(f"{entry.phase}.{entry.activity}", _OF_PHASE[entry.phase])


def _excluded(persona: str, stages: Sequence[str], phases: Sequence[str]) -> Iterable[str]:
    """Yield what is not in a score, each with the reason."""
    for phase in PHASES:
        if _OF_PHASE[phase] in OF_PERSONA[persona] and phase not in phases:
            yield f"{phase} (not in the workload)"
    for stage in OF_PERSONA[persona]:
        if stage not in stages and stage not in _OF_PHASE.values():
            yield f"{STAGES[stage]} (not given)"
    for stage, name in STAGES.items():
        if stage not in OF_PERSONA[persona]:
            other = CONSUMER if persona == PROVIDER else PROVIDER
            yield f"{name} (of the {other})"


def _units(result: Result, persona: str, asked: Asked) -> Units:
    """Return the unit of a persona.

    The functional unit of a workload is one: where its name tells that it is of training, it is
    the provider's and not the consumer's.
    """
    given = asked.provider if persona == PROVIDER else asked.consumer
    if given is not None:
        return given
    unit = result.spec.get("functional_unit")
    name = str(unit["name"]).lower() if unit else ""
    if persona == CONSUMER:
        if unit and _OF_TRAINING in name:
            message = (
                f"report --as {KIND}: the functional unit, {unit['name']}, is the provider's; "
                "give the consumer's with --unit request=1e6, or take --persona provider"
            )
            raise InputError([Problem(result.file, None, None, message)])
        return functional_unit(result, KIND)
    if "token" in name and _OF_TRAINING in name:
        return functional_unit(result, KIND)
    message = (
        f"report --as {KIND}: the provider's unit is not given; add --tokens 15e12, --parameters "
        "70e9 or --flops 6.3e24"
    )
    raise InputError([Problem(result.file, None, None, message)])
