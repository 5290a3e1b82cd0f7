"""What is said of an activity on a model: the lines of the table, and the terms of `explain`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from carbonctl.estimators import model_figures as m
from carbonctl.factors.model_service import S_PER_H
from carbonctl.ledger.entry import Figure
from carbonctl.ledger.result import Result
from carbonctl.numbers.intervals import best, high, low
from carbonctl.render.human_numbers import energy, significant

if TYPE_CHECKING:
    from carbonctl.factors.replica import Load, Step

_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_FEW = 3  # digits
Figures: TypeAlias = Mapping[str, Figure]  # by name


def lines(details: Any, figures: Iterable[Figure] = ()) -> list[str]:
    """Return what a table says of an activity on a model, with its figures."""
    by_name = {figure.name: figure for figure in figures}
    return [*_LINES[type(details)](details, by_name)]


def terms(details: Any, figures: Iterable[Figure] = ()) -> list[str]:
    """Return what `explain` says of it: the terms in their order, and what would move it most."""
    said, writer = lines(details, figures), _TERMS.get(type(details))
    return said if writer is None else [*said, *writer(details)]


def of_activity(result: Result, phase: str, activity: str) -> list[Figure]:
    """Return the figures of one activity."""
    return [f for f in result.figures if (f.phase, f.activity) == (phase, activity)]


def _few(value: float) -> str:
    return significant(value, _FEW)


def _ends(least: float, most: float) -> str:
    return "" if least == most else f" ({_few(least)}..{_few(most)})"


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
    return f"{_few(joules / S_PER_H)} Wh"


def _hours(hours: float) -> str:
    return f"{hours:,.0f}" if hours >= 100 else _few(hours)


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _percent_of_few(share: float) -> str:
    return f"{_few(share * 100)} %"


def _share(part: float, whole: float) -> str:
    return f"{_percent(part / whole):>7}"


def _devices(count: float) -> str:
    return f"{count:,.0f} device{'s' if count > 1 else ''}"


def _asked(asked: m.Asked, devices: float, *more: str) -> str:
    on = f"{devices:g} × {asked.device}"
    return ", ".join(part for part in (asked.model, asked.precision, on, *more) if part)


def _serving(at: m.Serving, figures: Figures) -> Iterator[str]:
    own, load, of = at.service, at.load, at.step
    faster = "" if load.speedup == 1 else f"speedup {load.speedup:g}"
    yield _asked(at.asked, load.devices, f"batch {load.batch:g}", faster)
    rated = of.power_w / at.replica.device.rated_w
    joules, ends = own.j_per_token, ""
    if "j_per_token" in figures:
        known = figures["j_per_token"]
        joules, ends = known.value, _ends(known.low, known.high)
    yield (
        f"  {own.tokens_per_s:,.0f} tokens/s a replica   {_time(of.time_s)} a token   "
        f"{_few(joules)} J a token{ends}"
    )
    yield (
        f"  {of.power_w:.0f} W a device, {_percent(rated)} of rated   "
        f"{_wh(own.j_per_token * load.output_tokens)} a request, device only, at work"
    )
    parts = (("memory", of.memory_s), ("compute", of.compute_s), ("fixed", of.fixed_s))
    by_model = "" if load.tokens_per_s is None else f" by the model, {_time(of.parts_s)}"
    yield f"  step{by_model}: " + ", ".join(
        f"{name} {_percent(part / of.parts_s)}" for name, part in parts
    )
    yield f"  {_fleet(at)}"
    held = f"weights {_size(at.weights_bytes, 'B')}, cache {_size(at.cache_bytes, 'B')}"
    fewest = f"fewest devices {load.devices:g}: " if at.is_fewest else ""
    yield f"  {fewest}{held}; at most {at.most:g} in flight"


def _fleet(at: m.Serving) -> str:
    fleet, each = at.fleet, at.load.devices
    said = f"busy {_hours(fleet.busy_h)} device-h, idle {_hours(fleet.idle_h)}"
    if fleet.needed is None:
        return said
    needed = f"{fleet.needed:,.0f} needed"
    if fleet.ready is None:
        average = f"{_few(fleet.average)} replicas on average"
        return f"{said}: {average}, {needed} ({_devices(fleet.needed * each)})"
    average = f"{_few(fleet.average)} replicas at work on average"
    ready = f"{fleet.ready:,.0f} ready ({_devices(fleet.ready * each)})"
    return f"{said}: {average}, {needed}, {ready}"


def _step_terms(of: Step, load: Load, *, has_experts: bool) -> Iterator[str]:
    rows = [
        ("weights read", _size(of.weight_bytes, "B"), None),
        *([("experts read", f"{_size(of.expert_bytes, 'B')}, {_percent(of.touched)} of them", None)]
          if has_experts else []),
        ("cache read", _size(of.cache_bytes, "B"), None),
        ("memory", "", of.memory_s),
        ("tokens put out", _size(of.decode_flop, "FLOP"), None),
        ("prompts read", _size(of.prefill_flop, "FLOP"), None),
        ("compute", "", of.compute_s),
        ("fixed", "scheduler, layers, sequences", of.fixed_s),
        ("step", f"{load.batch:g} tokens", of.parts_s),
    ]  # fmt: skip
    if load.tokens_per_s is not None:
        rows[-1] = ("step by the model", f"{load.batch:g} tokens", of.parts_s)
        rows.append(("step as measured", "by tokens_per_s", of.time_s))
    yield f"One step of a replica on {_devices(load.devices)}, with {load.batch:g} in flight"
    width = max(len(name) for name, *_ in rows)
    for name, said, seconds in rows:
        share = "" if seconds is None else f"{_time(seconds):>9}{_share(seconds, of.parts_s)}"
        yield f"  {name:<{width}}  {said:<30}  {share}".rstrip()


def _serving_terms(at: m.Serving) -> Iterator[str]:
    of, load, shape = at.step, at.load, at.replica.shape
    yield from _step_terms(of, load, has_experts=shape.has_experts)
    first = _time(at.service.first_token_s)
    yield f"  power {of.power_w:.0f} W a device; first token after {first}"
    now, *others = at.moved.rows
    if not others:
        return
    yield "What would move it most (energy of the devices per request, idle included)"
    for choice, wh, devices in sorted(others, key=lambda row: -abs(row.wh / now.wh - 1)):
        change = wh / now.wh - 1
        sign = "+" if change > 0 else "−"
        on = "" if devices == now.devices else f"   on {_devices(devices)} a replica"
        share = _percent(abs(change))
        yield f"  {choice:<14}  {_wh(wh * S_PER_H):>10}  {sign}{share}{on}"
    yield f"  as it is        {_wh(now.wh * S_PER_H):>10}"


def _training(at: m.Training, figures: Figures) -> Iterator[str]:
    yield _asked(at.asked, at.devices, at.run.method)
    hours = f"{_hours(best(at.hours))} device-h{_ends(low(at.hours), high(at.hours))}"
    power = f"   {best(at.trained.power_w):.0f} W a device" if at.sampled is None else ""
    flop = f"{_scientific(best(at.flop))} FLOP   " if at.sampled is None else ""
    yield f"  {flop}{hours}{power}   {energy(best(at.energy_kwh))}, devices alone"
    for part in at.parts if at.sampled is not None else ():
        yield f"  {part.name}: {_hours(part.hours)} device-h, {energy(part.energy_kwh)}"
    wall = _hours(best(at.hours) / at.devices)
    yield f"  {wall} h on {_devices(at.devices)}; its memory needs {at.fewest:,.0f}"


def _training_terms(at: m.Training) -> Iterator[str]:
    if at.sampled is not None:
        yield from _sampling_terms(at.sampled, has_experts=at.shape.has_experts)
    for part in at.parts:
        if part.flop is None:
            continue
        yield f"  {part.name}" if part.name else "  terms"
        yield f"    FLOP per token       {_size(best(part.flop_per_token), 'FLOP')}"
        yield f"    FLOP of the run      {_scientific(best(part.flop))}"
        yield f"    device time          {_hours(part.hours)} device-h"
        yield f"    peak of a device     {_size(best(at.device.peak), 'FLOP/s')}"
        yield f"    MFU                  {_percent_of_few(best(at.run.mfu))}"
        watts = best(at.trained.power_w)
        rated = _percent(watts / at.device.rated_w)
        yield f"    power                {watts:.0f} W, {rated} of rated"


def _sampling_terms(at: m.Sampled, *, has_experts: bool) -> Iterator[str]:
    yield f"  sampling, {at.precision}, {_devices(at.load.devices)} a replica"
    yield from (f"  {line}" for line in _step_terms(at.step, at.load, has_experts=has_experts))


def _media(at: m.Media, figures: Figures) -> Iterator[str]:
    of = at.batch
    yield _asked(at.asked, at.devices, f"batch {at.items:g}")
    yield (
        f"  {_time(of.time_s)} a batch   {_wh(of.j_per_item)} an item, devices alone   "
        f"{of.power_w:.0f} W a device"
    )
    busy = _percent(of.compute_s / of.time_s)
    flop = _size(of.flop, "FLOP")
    yield f"  {of.tokens:,.0f} tokens and {flop} an item; compute {busy} of the time"


def _published(at: m.Published, figures: Figures) -> Iterator[str]:
    yield f"{at.model}: published, not modelled (boundary: {at.boundary_note})"


_LINES: dict[type, Callable[[Any, Figures], Iterator[str]]] = {
    m.Serving: _serving, m.Training: _training, m.Media: _media, m.Published: _published,
}  # fmt: skip
_TERMS: dict[type, Callable[[Any], Iterator[str]]] = {
    m.Serving: _serving_terms, m.Training: _training_terms,
}  # fmt: skip
