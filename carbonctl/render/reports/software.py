"""Software Carbon Intensity as Markdown, JSON and CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from carbonctl.analysis.reports.ai_software import PROVIDER, PersonaScore
from carbonctl.analysis.reports.software import Hardware, Score
from carbonctl.ledger.result import About
from carbonctl.render import human_numbers as h
from carbonctl.render.escaping import as_json
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.result.json_ import head
from carbonctl.render.separated import separated

SCHEMA, AI_SCHEMA = "carbonctl.sci/1", "carbonctl.sci-ai/1"
TEXT = "ISO/IEC 21031, Software Carbon Intensity"
AI_TEXT = (
    "SCI for AI, Green Software Foundation, ratified text at f693a44 (2025-12-08); "
    "feedback on it is under review"
)
AVERAGE = "average"  # location-based; no certificates, contracts or offsets
COLUMNS = ("score", "unit", "O_g", "M_g", "E_kwh", "I_g_per_kwh", "I_kind", "TE", "TiR", "EL", "RR",
           "ToR", "R", "included", "excluded", "data")  # fmt: skip
_NOT_STATED = "not stated"


class Disclosures(NamedTuple):
    """What SCI for AI says shall be stated with a provider's score; empty where it is not.

    Attributes
    ----------
    why : str
        Why this unit.
    values : str
        Gross or effective.
    strategies : str
        Material strategies and assumptions: pruning, sparsity, synthetic data.
    """

    why: str = ""
    values: str = ""
    strategies: str = ""

    @property
    def missing(self) -> list[str]:
        """The flags that would state what is not stated."""
        return [f"--{name}" for name, text in self._asdict().items() if not text]


def columns(persona: str | None = None) -> tuple[str, ...]:
    """Return the columns of the CSV."""
    return COLUMNS if persona is None else ("persona", *COLUMNS)


def render(form: str, scores: Sequence[Score], about: About) -> str:
    """Return scores in a format."""
    if form == "csv":
        return separated((COLUMNS, *(_row(score) for score in scores)), ",")
    if form == "json":
        listed = [_document(score) for score in scores]
        return as_json({**head(SCHEMA, about), "text": TEXT, "results": listed})
    return "\n".join(_markdown(score, TEXT, about) for score in scores)


def render_ai(form: str, scores: Sequence[PersonaScore], said: Disclosures, about: About) -> str:
    """Return the scores of personas in a format."""
    if form == "csv":
        rows = ([of.persona, *_row(of.score)] for of in scores)
        return separated((columns("persona"), *rows), ",")
    if form == "json":
        listed = [
            {
                "persona": of.persona,
                "stages": list(of.stages),
                "phases": list(of.phases),
                "stated": _stated(of, said),
                **_document(of.score),
            }
            for of in scores
        ]
        return as_json({**head(AI_SCHEMA, about), "text": AI_TEXT, "results": listed})
    return "\n".join(
        _markdown(of.score, AI_TEXT, about, _of_persona(of, said)) for of in scores
    )  # fmt: skip


def _stated(of: PersonaScore, said: Disclosures) -> dict[str, str | None] | None:
    """Return what a provider states; None for a consumer, who need not."""
    if of.persona != PROVIDER:
        return None
    return {name: text or None for name, text in said._asdict().items()}


def _of_persona(of: PersonaScore, said: Disclosures) -> Iterator[str]:
    yield f"| Persona | {of.persona} |"
    yield f"| Stages | {', '.join(of.stages)} ({', '.join(of.phases)}) |"
    if of.persona == PROVIDER:
        yield f"| Why this unit | {escape(said.why) or _NOT_STATED} |"
        yield f"| Gross or effective | {escape(said.values) or _NOT_STATED} |"
        yield f"| Strategies and assumptions | {escape(said.strategies) or _NOT_STATED} |"


def unit_of(score: Score) -> str:
    """Return what a score is per."""
    return score.unit if score.per == 1 else f"{h.plain(score.per)} x {score.unit}"


def _apart(score: Score, key: str) -> str | float:
    """Return one of the figures of hardware: a number, or those of several with semicolons."""
    numbers = [getattr(one, key) for one in score.hardware]
    if len(numbers) == 1:
        return "" if numbers[0] is None else float(numbers[0])
    return ";".join("" if number is None else repr(number) for number in numbers)


def _row(score: Score) -> list[Any]:
    return [
        score.score_g, unit_of(score), score.operational_g, score.embodied_g, score.energy_kwh,
        score.intensity_g_per_kwh, AVERAGE,
        *(_apart(score, key) for key in ("te_kg", "tir_h", "el_h", "rr", "tor")),
        score.units, "; ".join(score.included), "; ".join(score.excluded), score.data,
    ]  # fmt: skip


def _document(score: Score) -> dict[str, Any]:
    return {
        "file": score.file,
        "sha256": score.sha256,
        "name": score.workload,
        "score_g": score.score_g,
        "per": score.per,
        "unit": score.unit,
        "O_g": score.operational_g,
        "M_g": score.embodied_g,
        "E_kwh": score.energy_kwh,
        "I_g_per_kwh": score.intensity_g_per_kwh,
        "I_kind": AVERAGE,
        "hardware": [
            {"item": one.item, "M_g": one.g, "TE_kg": one.te_kg, "TiR_h": one.tir_h,
             "EL_h": one.el_h, "RR": one.rr, "ToR": one.tor}
            for one in score.hardware
        ],
        "R": score.units,
        "boundary": {"included": list(score.included), "excluded": list(score.excluded)},
        "data": score.data,
    }  # fmt: skip


def _grams(g: float) -> str:
    """Write a mass of carbon in grams: a score is in grams, however small."""
    return (
        f"{g:.4g} gCO2e" if g and (abs(g) < 1e-3 or abs(g) >= 1e7) else f"{h.significant(g)} gCO2e"
    )


def _markdown(score: Score, text: str, about: About, lead: Iterable[str] = ()) -> str:
    unit = escape(unit_of(score))
    intensity = score.intensity_g_per_kwh
    rows = [
        *lead,
        f"| Score (O + M) / R | {_grams(score.score_g)} per {unit} |",
        f"| O, operational carbon | {_grams(score.operational_g)} |",
        f"| E, electricity with PUE | {h.energy(score.energy_kwh)} |",
        f"| I, location-based average | {_intensity(intensity)} |",
        f"| M, embodied carbon of what is reserved | {_grams(score.embodied_g)} |",
        f"| R | {h.plain(score.units)} x {escape(score.unit)} |",
        f"| Data | {score.data} |",
    ]
    title = "SCI for AI" if text == AI_TEXT else "SCI"
    lines = [f"### {title}: {escape(score.workload)}", "", "| | |", "| :-- | :-- |", *rows, ""]
    if score.hardware:
        heads = ("Hardware", "M", "TE", "TiR", "EL", "RR", "ToR")
        lines += [f"| {' | '.join(heads)} |", f"| :-- |{' --: |' * (len(heads) - 1)}"]
        lines += [f"| {' | '.join(_hardware(one))} |" for one in score.hardware]
        lines.append("")
    lines += [f"- Included: {'; '.join(map(escape, score.included))}."]
    if score.excluded:
        lines.append(f"- Not included: {'; '.join(score.excluded)}.")
    lines += [
        "- Utilization is no part of M: hardware counts for the time that it is reserved.",
        "- No certificates, contracts or offsets are in I.",
        f"- {text}.",
        (
            f"- carbonctl {about.version}, hardware_db {about.hardware_db}; {escape(score.file)} "
            f"sha256 {score.sha256}."
        ),
        "",
    ]
    return "\n".join(lines)


def _intensity(g: float | None) -> str:
    return "no electricity" if g is None else f"{h.significant(g)} gCO2e/kWh"


def _hardware(hardware: Hardware) -> list[str]:
    name, made = escape(hardware.item), _grams(hardware.g)
    if hardware.te_kg is None or hardware.tir_h is None or hardware.el_h is None:
        return [name, made, "taken as it is", "", "", "", ""]
    return [
        name, made, h.mass(hardware.te_kg), f"{h.significant(hardware.tir_h)} h",
        f"{h.significant(hardware.el_h)} h",
        *("" if n is None else h.significant(n) for n in (hardware.rr, hardware.tor)),
    ]  # fmt: skip
