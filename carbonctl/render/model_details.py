"""What is said of an activity on a model: the lines of the table, and the terms of `explain`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from carbonctl.estimators import model_figures as m
from carbonctl.factors import replica as kernels
from carbonctl.factors.model_service import S_PER_H
from carbonctl.numbers.intervals import Range, best, high, low
from carbonctl.render.human_numbers import energy, significant

_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_FEW = 3  # digits
_BATCHES = (8.0, 128.0)
_BUSY = 0.8


def lines(details: Any) -> list[str]:
    """Return what a table says of an activity on a model."""
    return [*_LINES[type(details)](details)]


def terms(details: Any) -> list[str]:
    """Return what `explain` says of it: the terms in their order, and what would move it most."""
    writer = _TERMS.get(type(details))
    return [*writer(details)] if writer is not None else lines(details)


def _few(value: float) -> str:
    return significant(value, _FEW)


def _ends(number: Any) -> str:
    if not isinstance(number, Range):
        return ""
    return f" ({_few(low(number))}..{_few(high(number))})"


def _time(seconds: float) -> str:
    for size, unit in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{_few(seconds / size)} {unit}"
    return f"{_few(seconds * 1e6)} µs"


def _size(amount: float, unit: str) -> str:
    for size, prefix in _PREFIXES:
        if amount >= size:
            return f"{_few(amount / size)} {prefix}{unit}"
    return f"{_few(amount)} {unit}"


def _scientific(number: float) -> str:
    return f"{number:.2e}".replace("e+", "e")


def _wh(joules: float) -> str:
    wh = joules / S_PER_H
    return f"{_few(wh)} Wh" if wh >= 1 else f"{_few(wh * 1000)} mWh"


def _hours(hours: float) -> str:
    return f"{hours:,.0f}" if hours >= 100 else _few(hours)


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _share(part: float, whole: float) -> str:
    return f"{_percent(part / whole):>7}"


def _asked(asked: m.Asked, devices: float, *more: str) -> str:
    on = f"{devices:g} × {asked.device}"
    return ", ".join(part for part in (asked.model, asked.precision, on, *more) if part)


def _serving(at: m.Serving) -> Iterator[str]:
    own, load, of = at.service, at.load, at.step
    yield _asked(at.asked, load.devices, f"batch {load.batch:g}")
    joules = m.within(own.j_per_token, at.band)
    rated = of.power_w / at.replica.device.rated_w
    yield (
        f"  {own.tokens_per_s:,.0f} tokens/s a replica   {_time(of.time_s)} a token   "
        f"{_few(own.j_per_token)} J a token{_ends(joules)}"
    )
    yield (
        f"  {of.power_w:.0f} W a device, {_percent(rated)} of rated   "
        f"{_wh(own.j_per_token * load.output_tokens)} a request, device only, at work"
    )
    parts = (("memory", of.memory_s), ("compute", of.compute_s), ("fixed", of.fixed_s))
    measured = "" if load.tokens_per_s is None else " of the measured time"
    yield f"  step{measured}: " + ", ".join(
        f"{name} {_percent(part / of.time_s)}" for name, part in parts
    )
    yield f"  {_fleet(at)}"
    held = f"weights {_size(at.weights_bytes, 'B')}, cache {_size(at.cache_bytes, 'B')}"
    fewest = f"fewest devices {load.devices:g}: " if at.is_fewest else ""
    yield f"  {fewest}{held}; at most {at.most:g} in flight"


def _fleet(at: m.Serving) -> str:
    fleet = at.fleet
    said = f"busy {_hours(fleet.busy_h)} device-h, idle {_hours(fleet.idle_h)}"
    if fleet.needed is None:
        return said
    devices = fleet.needed * at.load.devices
    return (
        f"{said}: {_few(fleet.average)} replicas on average, {fleet.needed:,.0f} needed "
        f"({devices:,.0f} devices)"
    )


def _serving_terms(at: m.Serving) -> Iterator[str]:
    yield from _serving(at)
    of, load, shape = at.step, at.load, at.replica.shape
    rows = [
        ("weights read", _size(of.weight_bytes, "B"), None),
        *([("experts read", f"{_size(of.expert_bytes, 'B')}, {_percent(of.touched)} of them", None)]
          if shape.has_experts else []),
        ("cache read", _size(of.cache_bytes, "B"), None),
        ("memory", "", of.memory_s),
        ("tokens put out", _size(of.decode_flop, "FLOP"), None),
        ("prompts read", _size(of.prefill_flop, "FLOP"), None),
        ("compute", "", of.compute_s),
        ("fixed", "scheduler, layers, sequences", of.fixed_s),
        ("step", f"{load.batch:g} tokens", of.time_s),
    ]  # fmt: skip
    yield f"One step of a replica on {load.devices:g} devices, with {load.batch:g} in flight"
    width = max(len(name) for name, *_ in rows)
    for name, said, seconds in rows:
        share = "" if seconds is None else f"{_time(seconds):>9}{_share(seconds, of.time_s)}"
        yield f"  {name:<{width}}  {said:<30}  {share}".rstrip()
    first = _time(at.service.first_token_s)
    yield f"  power {of.power_w:.0f} W a device; first token after {first}"
    yield "What would move it most, on as many devices (their energy per request, idle included)"
    now = _request_wh(at, at.replica, load, at.busy)
    moved = [(wi.choice, wi.wh, wi.wh / now - 1) for wi in what_if(at)]
    for choice, wh, change in sorted(moved, key=lambda row: -abs(row[2])):
        sign = "+" if change > 0 else "−"
        yield f"  {choice:<14}  {_wh(wh * S_PER_H):>10}  {sign}{abs(change) * 100:.0f} %"
    yield f"  as it is        {_wh(now * S_PER_H):>10}"


def what_if(at: m.Serving) -> list[m.WhatIf]:
    """Return what another batch, precision or share of busy time would do to a request."""
    load, replica = at.load, at.replica
    made = [
        (f"batch: {batch:g}", replica, load._replace(batch=batch), at.busy)
        for batch in _BATCHES
        if batch != load.batch and batch <= at.most
    ]
    if load.tokens_per_s is not None:  # then the time is not the model's
        made = []
    elif not replica.is_fp8:
        width = min(replica.bytes_per_weight, 1.0)
        made.append(
            ("precision: fp8", replica._replace(bytes_per_weight=width, is_fp8=True), load, at.busy)
        )
    if at.busy < _BUSY:
        made.append((f"busy: {_percent(_BUSY)}", replica, load, _BUSY))
    return [m.WhatIf(choice, _request_wh(at, *other)) for choice, *other in made]


def _request_wh(at: m.Serving, replica: Any, load: Any, busy: float) -> float:
    """Return the energy of the devices for one request, with its share of waiting [Wh]."""
    own = kernels.service(load, kernels.step(replica, load))
    idle_w = at.idle_share * replica.device.rated_w
    waiting: float = own.device_s * (1 / busy - 1) * idle_w
    joules: float = own.j_per_token * load.output_tokens + waiting
    return joules / S_PER_H


def _training(at: m.Training) -> Iterator[str]:
    yield _asked(at.asked, at.devices, at.run.method)
    hours = f"{_hours(best(at.hours))} device-h{_ends(at.hours)}"
    yield (
        f"  {_scientific(best(at.flop))} FLOP   {hours}   {best(at.trained.power_w):.0f} W a device"
        f"   {energy(best(at.energy_kwh))}, devices alone"
    )
    wall = _hours(best(at.hours) / at.devices)
    on = f"{at.devices:,.0f} device{'s' if at.devices > 1 else ''}"
    yield f"  {wall} h on {on}; its memory needs {at.fewest:,.0f}"


def _training_terms(at: m.Training) -> Iterator[str]:
    yield from _training(at)
    run = at.run
    yield "  terms"
    yield f"    FLOP per token       {_size(best(at.flop_per_token), 'FLOP')}"
    yield f"    FLOP of the run      {_scientific(best(at.flop))}"
    yield f"    peak of a device     {_size(best(at.device.peak), 'FLOP/s')}"
    yield f"    MFU                  {_percent(best(run.mfu))}"
    share = best(at.trained.power_share)
    yield f"    power                {best(at.trained.power_w):.0f} W, {_percent(share)} of rated"


def _media(at: m.Media) -> Iterator[str]:
    of = at.batch
    yield _asked(at.asked, at.devices, f"batch {at.items:g}")
    yield (
        f"  {_time(of.time_s)} a batch   {_wh(of.j_per_item)} an item, devices alone   "
        f"{of.power_w:.0f} W a device"
    )
    busy = _percent(of.compute_s / of.time_s)
    flop = _size(of.flop, "FLOP")
    yield f"  {of.tokens:,.0f} tokens and {flop} an item; compute {busy} of the time"


def _published(at: m.Published) -> Iterator[str]:
    yield f"{at.model}: published, not modelled (boundary: {at.boundary_note})"


_Writer = Callable[[Any], Iterator[str]]
_LINES: dict[type, _Writer] = {
    m.Serving: _serving, m.Training: _training, m.Media: _media, m.Published: _published,
}  # fmt: skip
_TERMS: dict[type, _Writer] = {m.Serving: _serving_terms, m.Training: _training_terms}
