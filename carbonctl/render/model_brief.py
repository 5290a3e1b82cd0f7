"""What the first screen and Markdown say of activities on models, from a saved result too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from carbonctl.estimators import model_figures as m
from carbonctl.factors.model_service import S_PER_H
from carbonctl.ledger.entry import Figure
from carbonctl.ledger.result import Result
from carbonctl.render import human_numbers
from carbonctl.render.model_details import lines

_FEW = 3  # digits


class Said(NamedTuple):
    """What is said of one activity: what runs, or on how many devices, and its figures."""

    activity: str
    head: str
    rest: list[str]


def said_of(result: Result, *, in_full: bool = False) -> Iterator[Said]:
    """Yield what is said of each activity on a model.

    Parameters
    ----------
    result : Result
        Of a saved one only the figures are known.
    in_full : bool
        Whether power, the parts of a step and memory are said too.
    """
    figures: dict[tuple[str, str], dict[str, Figure]] = {}
    for figure in result.figures:
        figures.setdefault((figure.phase, figure.activity), {})[figure.name] = figure
    for place in dict.fromkeys((*result.details, *figures)):
        details = result.details.get(place)
        own = figures.get(place, {})
        if details is None:
            yield Said(place[1], ", ".join(_machines(own)), ["  " + "   ".join(_rates(own))])
            continue
        head, *rest = lines(details, own.values())
        if isinstance(details, m.Serving) and not in_full:
            rest = ["  " + "   ".join(_rates(own)), f"  {_times(details)}"]
        yield Said(place[1], head, rest)


def _machines(figures: Mapping[str, Figure]) -> Iterator[str]:
    """Yield how many devices, and of a service how many replicas of them."""
    is_served = "latency" in figures and "tokens_per_s" in figures
    if (devices := figures.get("devices")) is not None:
        yield f"{_devices(devices.value)}{' a replica' if is_served else ''}"
    if (replicas := figures.get("replicas")) is not None:
        yield _replicas(replicas.value)


def _rates(figures: Mapping[str, Figure]) -> Iterator[str]:
    """Yield tokens per second, time and energy of a token, or time of a batch of images."""
    is_served = "latency" in figures
    rate, joules = figures.get("tokens_per_s"), figures.get("j_per_token")
    if rate is not None:
        yield f"{rate.value:,.0f} tokens/s{' a replica' if is_served else ''}"
    if (latency := figures.get("latency")) is not None:
        of = "token" if rate is not None else "batch"
        yield f"{human_numbers.time(latency.value / S_PER_H, _FEW)} a {of}"
    if joules is not None:
        ends = [human_numbers.significant(end, _FEW) for end in (joules.low, joules.high)]
        around = f" ({'..'.join(ends)})" if joules.low != joules.high else ""
        yield f"{human_numbers.significant(joules.value, _FEW)} J a token{around}"


def _times(at: m.Serving) -> str:
    """Return the device time of a service, and how many replicas it needs."""
    fleet = at.fleet
    busy, idle = (
        human_numbers.significant(hours, _FEW) if hours < 100 else f"{hours:,.0f}"
        for hours in (fleet.busy_h, fleet.idle_h)
    )
    said = f"busy {busy} device-h, idle {idle}"
    if fleet.needed is None:
        return said
    needed, each = f"{_replicas(fleet.needed)} needed", at.load.devices
    if fleet.ready is None:
        return f"{said}; {needed} ({_devices(fleet.needed * each)})"
    return f"{said}; {needed}, {fleet.ready:,.0f} ready ({_devices(fleet.ready * each)})"


def _devices(count: float) -> str:
    return f"{count:,.0f} device{'' if count == 1 else 's'}"


def _replicas(count: float) -> str:
    return f"{count:,.0f} replica{'' if count == 1 else 's'}"
