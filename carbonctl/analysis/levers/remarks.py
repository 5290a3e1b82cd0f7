"""What is said of levers beside their figures: what they touch, assume, cost, and pay back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from carbonctl.analysis.levers.effects import Effect, Part
from carbonctl.analysis.levers.rows import LeverRow
from carbonctl.errors import Caution
from carbonctl.factors.levers import payback_share
from carbonctl.ledger.entry import OPERATIONAL, Entry
from carbonctl.ledger.result import Result
from carbonctl.numbers.intervals import exact_sum
from carbonctl.spec.levers import EMBODIED, ENERGY, TIME, plain

_GRID = frozenset({"grid", "carbon_intensity"})
_PUE = "pue"
_HARDWARE = frozenset({"utilization", "lifetime", "embodied", "device_embodied", "host_embodied"})
_EVERYTHING, _GIVEN = "everything", "given"
_HOURS_PER_DAY = 24
_HARDWARE_STAYS = ", and hardware stays"
_REACH = {
    ENERGY: f"electricity{_HARDWARE_STAYS}",
    TIME: "device time, and with it energy and hardware",
    EMBODIED: "embodied carbon, and energy stays",
}


class Payback(NamedTuple):
    """After how much of the work what is added once is paid back.

    Attributes
    ----------
    share : float
        Of the work of the account; above 1 it is not.
    requests : float or None
        So many, where what the lever works on answers requests.
    days : float or None
        So long, where it says how long it runs.
    """

    share: float
    requests: float | None
    days: float | None


def payback(
    added: float | None, saved: float | None, after: Result, reach: Sequence[str]
) -> Payback | None:
    """Return when what a lever adds is paid back; None where it adds or saves nothing.

    Parameters
    ----------
    added, saved : float or None
        Carbon of what is added, and the saving after it [kgCO2e].
    after : Result
        The account in which it is pulled.
    reach : sequence of str
        The paths of the activities that it works on.
    """
    if not added or saved is None or saved + added <= 0:
        return None
    share = payback_share(added, saved + added)
    requests, durations = [], set()
    for path in reach:
        entry = next((e for e in after.booked if _path(e) == path), None)
        figures = {value.name: value for value in entry.inputs} if entry else {}
        hours = figures["duration"].best if "duration" in figures else None
        if hours is not None:
            durations.add(hours)
        if "requests" in figures:
            wanted = figures["requests"]
            requests.append(wanted.best * (hours or 0.0) if wanted.unit else wanted.best)
    days = durations.pop() / _HOURS_PER_DAY if len(durations) == 1 else None
    return Payback(
        share,
        share * exact_sum(requests) if requests else None,
        share * days if days is not None else None,
    )


def _path(entry: Entry) -> str:
    return f"phases.{entry.phase}.{entry.activity}"


def electricity(result: Result, reach: Sequence[str]) -> float:
    """Return the electricity of some activities with that of their buildings [kWh]."""
    return exact_sum([entry.energy_kwh or 0.0 for entry in result.booked if _path(entry) in reach])


def touches(effect: Effect, base: Result, alone: Result) -> str:
    """Return what a lever changes, in words."""
    words = (word.removeprefix("systems.") for word in effect.lever.on or ())
    where = ", ".join(words) or _EVERYTHING
    said = []
    for setting in effect.settings:
        *above, key = setting.path.split(".")
        if key in _GRID:
            said.append(f"the grid of {_entries(_changed_grids(base, alone))}")
        elif key == _PUE:
            said.append("PUE")
        else:
            of = ".".join(above).removeprefix("systems.").removeprefix("phases.") or where
            said.append(f"{EMBODIED if key in _HARDWARE else key} of {of}")
    said += [f"{part.key} of {where}" for part in effect.parts]
    for phase, items in (effect.lever.adds or {}).items():
        said += [f"adds {phase}.{item.get('name') or item.get('kind')}" for item in items]
    if "PUE" not in said and _pues(base) != _pues(alone) and effect.settings:
        said.append("PUE")
    return ", ".join(dict.fromkeys(said))


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _changed_grids(base: Result, alone: Result) -> int:
    """Return how many entries of electricity have another intensity than before."""
    before = {entry.identity: entry.factor for entry in base.booked}
    return sum(
        entry.boundary == OPERATIONAL and before.get(entry.identity) != entry.factor
        for entry in alone.booked
    )


def _pues(result: Result) -> set[tuple[str, str, float]]:
    return {
        (entry.phase, entry.activity, value.best)
        for entry in result.booked
        for value in entry.inputs
        if value.name == _PUE
    }


def divides(effect: Effect) -> str:
    """Return the factors of a lever in short: energy 6.7; embodied × 1.1."""
    return "; ".join(
        f"{part.key} × {_factor(part)}" if part.is_times else f"{part.key} {_factor(part)}"
        for part in effect.parts
    )


def _factor(part: Part) -> str:
    value = part.value
    ends = "" if value.low == value.high else f" ({value.low:g}..{value.high:g})"
    return f"{value.best:g}{ends}"


def source(effect: Effect) -> str:
    """Return who says what a lever does; its own words take precedence."""
    lever = effect.lever
    sources = [lever.source] if lever.source else []
    sources += [part.value.source or _GIVEN for part in effect.parts]
    if effect.published is not None and effect.sets_as_published:
        sources.append(effect.published.source)
    return "; ".join(dict.fromkeys(sources)) or _GIVEN


def assumptions(effects: Sequence[Effect]) -> Iterator[str]:
    """Yield what levers take for granted: what a factor works on, and what was published of it."""
    for effect in effects:
        record = effect.published
        as_published = [part for part in effect.parts if part.is_published]
        own = {part.key: part for part in effect.scaled if not part.is_published}
        if record is not None and (as_published or effect.sets_as_published):
            does = ", and ".join(map(_does, as_published)) or _sets(effect)
            if TIME in own:
                does = does.removesuffix(_HARDWARE_STAYS)
            caution = f"; {record.caution}" if record.caution else ""
            measured = f"{record.id}, {record.where}: {record.applies_to}"
            yield f"{effect.name} {does} ({measured}{caution})"
        if own.keys() >= {ENERGY, TIME}:
            how = "electricity by its factor of energy, hardware by that of time"
            yield f"{effect.name} scales {how}"
        elif TIME in own:
            verb = "multiplies" if own[TIME].is_times else "divides"
            reach = "hardware, as device time" if as_published else _REACH[TIME]
            yield f"{effect.name} {verb} {reach}"


def _does(part: Part) -> str:
    """Return what one factor does: divides electricity by 6.7; hardware stays."""
    verb = "multiplies" if part.is_times else "divides"
    what, _, more = _REACH.get(part.key, part.key).partition(",")
    return f"{verb} {what} by {_factor(part)}{f',{more}' if more else ''}"


def _sets(effect: Effect) -> str:
    """Return what a lever sets: sets autoscaling to 0..25 %."""
    said = (f"{setting.path} to {plain(setting.node)}" for setting in effect.settings)
    return f"sets {', '.join(said)}"


def notes(effects: Sequence[Effect], rows: Sequence[LeverRow]) -> Iterator[Caution]:
    """Yield what users should know: backfire, unknown carbon, what only contracts change."""
    for effect, row in zip(effects, rows, strict=True):
        path = f"levers.{effect.name}"
        for key in ("rebound", "elasticity"):
            value = getattr(effect.lever, key)
            if value is not None and value.best > 1:
                yield Caution(
                    f"{key} is above 1: backfire, demand takes back more than is saved", path
                )
        if row.saved_kgco2e is None:
            message = "the total is unknown, as embodied carbon is; operational rows stand"
            yield Caution(message, path, kind=message, vital=True)
        market = row.operational_market_saved_kgco2e
        if row.saved_kgco2e == 0 and market:
            yield Caution(
                "it changes the market-based figures alone; location-based saving is 0", path
            )
        elif row.saved_kgco2e == 0 and not row.energy_saved_kwh:
            yield Caution("it changes nothing here", path)
        if effect.lever.note:
            yield Caution(effect.lever.note, path)
