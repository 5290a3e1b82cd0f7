"""A replica that serves a language model: its step and what follows from it.

It puts the terms of `carbonctl.factors.language_models` together. Numbers are floats or columns;
of ranges, `ranged` gives tight bounds.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NamedTuple

from carbonctl.factors import language_models as terms
from carbonctl.factors import model_service, power
from carbonctl.factors.model_parents import LOAD, OF_POWER
from carbonctl.factors.model_shapes import (
    BLACKWELL,
    OTHER,
    Coefficients,
    DeviceRates,
    ModelShape,
)
from carbonctl.numbers.intervals import least, over_corners, row_by_row


class Replica(NamedTuple):
    """A model on devices of a kind.

    Attributes
    ----------
    shape : ModelShape
        Of the model.
    device : DeviceRates
        Of one device.
    coefficients : Coefficients
        Of the stack.
    bytes_per_weight : float
        Of the precision, scales included [bytes].
    is_fp8 : bool
        Whether weights are fp8, which alone changes the rate of computing.
    element_bytes : float
        Of an element of the cache [bytes].
    """

    shape: ModelShape
    device: DeviceRates
    coefficients: Coefficients
    bytes_per_weight: float
    is_fp8: bool = False
    element_bytes: float = 2.0

    @property
    def uses_fp8(self) -> bool:
        """Whether it computes in fp8."""
        return self.is_fp8 and self.device.has_fp8

    @property
    def has_fp8_experts_on_blackwell(self) -> bool:
        """Whether the coefficient of fp8 experts on Blackwell holds."""
        is_blackwell = self.device.generation == BLACKWELL
        return is_blackwell and self.uses_fp8 and self.shape.has_experts


class Load(NamedTuple):
    """What a replica does.

    Attributes
    ----------
    devices, batch : float, Range or column
        Of the replica, and sequences in flight in it.
    input_tokens, output_tokens : float, Range or column
        Of one request.
    cached_input : float, Range or column
        Share of the prompt in the prefix cache [0..1].
    speedup : float, Range or column
        Throughput over that of the measured stack.
    tokens_per_s : float, Range, column or None
        Measured output tokens of the replica per second, which replaces the time of a step.
    """

    devices: Any
    batch: Any
    input_tokens: Any
    output_tokens: Any
    cached_input: Any = 0.0
    speedup: Any = 1.0
    tokens_per_s: Any = None


class Step(NamedTuple):
    """One step of a replica, term by term.

    Attributes
    ----------
    touched : float or column
        Share of the routed experts that is read; 1 of a dense model.
    positions : float or column
        Of one sequence in the cache, over all layers.
    weight_bytes, expert_bytes, cache_bytes : float or column
        What is read [bytes].
    decode_flop, prefill_flop : float or column
        What is computed: tokens put out, and the share of prompts.
    memory_s, compute_s, fixed_s, time_s : float or column
        Its parts and the whole [s]. The parts make up the whole unless ``tokens_per_s`` is
        measured.
    prompt_s : float or column
        Time of reading one prompt [s].
    power_share, power_w : float or column
        Draw of one device, over its rated power and in W.
    """

    touched: Any
    positions: Any
    weight_bytes: Any
    expert_bytes: Any
    cache_bytes: Any
    decode_flop: Any
    prefill_flop: Any
    memory_s: Any
    compute_s: Any
    fixed_s: Any
    time_s: Any
    prompt_s: Any
    power_share: Any
    power_w: Any

    @property
    def parts_s(self) -> Any:
        """The time of all parts [s]: by the model, also where the whole is measured."""
        return self.memory_s + self.compute_s + self.fixed_s


class Service(NamedTuple):
    """What follows from a step.

    Attributes
    ----------
    tokens_per_s : float or column
        Output tokens of a replica per second.
    j_per_token : float or column
        Energy of the devices per output token [J].
    device_s : float or column
        Device time of one request [device-s].
    first_token_s, request_s : float or column
        Time to the first token and of a whole request [s].
    """

    tokens_per_s: Any
    j_per_token: Any
    device_s: Any
    first_token_s: Any
    request_s: Any


def step(replica: Replica, load: Load) -> Step:
    """Return one step of a replica under a load.

    Raises
    ------
    ValueError
        For a number outside of its bounds, as the terms say.
    """
    touched, positions, weights, experts, cache = _read_bytes(replica, load)
    decode, prompt = _flop(replica, load, positions)
    prefill = terms.prefill_in_step(load.batch, load.output_tokens, prompt)
    memory = _memory_s(replica, load, weights + cache, experts)
    reached = compute_rate(replica)
    peak = replica.device.peak
    compute = terms.compute_s(decode + prefill, load.devices, peak, reached)
    reading = terms.compute_s(prompt, load.devices, peak, reached)
    slower = slowdown(replica, load)
    memory, compute, reading = (part * slower for part in (memory, compute, reading))
    fixed = _fixed_s(replica, load) * slower
    time = memory + compute + fixed
    if load.tokens_per_s is not None:
        time = load.batch / load.tokens_per_s
    share = _power_share(replica.coefficients, memory / time, compute / time)
    return Step(
        touched, positions, weights, experts, cache, decode, prefill, memory, compute, fixed,
        time, reading, share, power.loaded_w(replica.device.rated_w, share),
    )  # fmt: skip


def service(load: Load, at: Step) -> Service:
    """Return what follows from a step: rates, energy of a token, times of a request."""
    return Service(
        model_service.tokens_per_s(load.batch, at.time_s),
        model_service.j_per_token(load.devices, at.power_w, at.time_s, load.batch),
        model_service.request_device_s(load.devices, at.time_s, load.output_tokens, load.batch),
        model_service.first_token_s(at.prompt_s, at.time_s),
        model_service.request_s(load.output_tokens, at.time_s, at.prompt_s),
    )


def ranged(figure: Callable[[Load], Any], load: Load) -> Any:
    """Return a figure of a load, of ranges at all their corners.

    Parameters
    ----------
    figure : callable
        Takes a load without ranges: ``lambda load: step(replica, load).time_s``.
    load : Load
        Any of its numbers may be a range.
    """
    given = {key: number for key, number in load._asdict().items() if number is not None}

    def at(*numbers: Any) -> Any:
        return figure(load._replace(**dict(zip(given, numbers, strict=True))))

    return over_corners(at, *given.values())


def _read_bytes(replica: Replica, load: Load) -> tuple[Any, Any, Any, Any, Any]:
    """Return the share of experts, cached positions, and bytes of weights, experts, cache."""
    shape, width = replica.shape, replica.bytes_per_weight
    touched: Any = 1.0
    if shape.has_experts:
        touched = terms.touched_share(shape.chosen_share, load.batch)
    positions = terms.cached_positions(
        shape.full_layers, shape.window_layers, shape.window,
        load.input_tokens + load.output_tokens / 2,
    )  # fmt: skip
    return (
        touched,
        positions,
        terms.weight_bytes(width, shape.parameters, shape.expert_parameters),
        terms.expert_bytes(width, shape.expert_parameters, touched),
        terms.cache_bytes(
            load.batch, replica.element_bytes, shape.cache_elements, positions, shape.state_bytes
        ),
    )


def _flop(replica: Replica, load: Load, positions: Any) -> tuple[Any, Any]:
    """Return the FLOP of the tokens put out in a step, and of reading one prompt."""
    shape = replica.shape
    decode = terms.decode_flop(load.batch, shape.active, shape.attention_width, positions)
    prompt = terms.prefill_flop(
        shape.active, shape.attention_width, shape.attention_layers,
        load.input_tokens, load.cached_input,
    )  # fmt: skip
    return decode, prompt


def _memory_s(replica: Replica, load: Load, always: Any, experts: Any) -> Any:
    k, bandwidth = replica.coefficients, replica.device.bandwidth
    g = k.g_blackwell if replica.device.generation == BLACKWELL else 1.0
    g8 = k.g_blackwell_fp8_moe if replica.has_fp8_experts_on_blackwell else 1.0
    of_weights = terms.read_s(always, load.devices, bandwidth, k.e_bandwidth * g)
    of_experts = terms.read_s(experts, load.devices, bandwidth, k.e_experts * g * g8)
    return of_weights + of_experts


def compute_rate(replica: Replica) -> float:
    """Return the share of a device's bf16 peak that a replica computes at."""
    k = replica.coefficients
    share = k.e_compute_moe if replica.shape.has_experts else k.e_compute
    if replica.device.generation == BLACKWELL:
        share *= k.g_blackwell
    if replica.uses_fp8:
        share *= k.f_fp8
    return share * (k.g_blackwell_fp8_moe if replica.has_fp8_experts_on_blackwell else 1.0)


def _fixed_s(replica: Replica, load: Load) -> Any:
    k, shape = replica.coefficients, replica.shape
    more = k.t_moe if shape.has_experts else 0.0
    layers = terms.layers_s(shape.layers, k.t_layer, k.t_comm, load.devices, more)
    g = k.g_blackwell_time if replica.device.generation == BLACKWELL else 1.0
    return terms.fixed_s(g, k.t_step, layers, k.t_sequence, load.batch)


def slowdown(replica: Replica, load: Load) -> Any:
    """Return what multiplies all terms of a step: the stack's factor and that of the device."""
    k = replica.coefficients
    of_device = 1 / k.s_other if replica.device.generation == OTHER else 1.0
    return of_device / load.speedup


def _power_share(k: Coefficients, memory: Any, compute: Any) -> Any:
    exponent = terms.busy_exponent(k.k_memory, memory, k.k_compute, compute)
    return terms.power_share(k.p_idle, exponent)


def parts(replica: Replica, devices: Any) -> dict[str, Any]:
    """Return what the steps of a replica are made of, by the names of `PARTS` and `OF_POWER`.

    ``experts_s`` is of all of them, ``cache_s`` of a position of a sequence, ``token_s`` and
    ``position_s`` of computing a token and its attention to a position.
    """
    shape, k = replica.shape, replica.coefficients
    load = Load(devices, 1.0, 0.0, 1.0)
    slower = slowdown(replica, load)
    width, peak = replica.bytes_per_weight, replica.device.peak
    per_cached = replica.element_bytes * shape.cache_elements
    each_sequence = terms.fixed_s(
        k.g_blackwell_time if replica.device.generation == BLACKWELL else 1.0,
        0.0, 0.0, k.t_sequence, 1.0,
    )  # fmt: skip
    always = terms.weight_bytes(width, shape.parameters, shape.expert_parameters)
    experts = terms.expert_bytes(width, shape.expert_parameters, 1.0)
    reached = compute_rate(replica)
    return {
        "replica_devices": devices,
        "weights_s": _memory_s(replica, load, always, 0.0) * slower,
        "experts_s": _memory_s(replica, load, 0.0, experts) * slower,
        "chosen_share": shape.chosen_share,
        "cache_s": _memory_s(replica, load, per_cached, 0.0) * slower,
        "state_s": _memory_s(replica, load, 2 * shape.state_bytes, 0.0) * slower,
        "full_layers": shape.full_layers,
        "window_layers": shape.window_layers,
        "window": shape.window,
        "token_s": terms.compute_s(2 * shape.active, devices, peak, reached) * slower,
        "position_s": terms.compute_s(4 * shape.attention_width, devices, peak, reached) * slower,
        "fixed_s": (_fixed_s(replica, load) - each_sequence) * slower,
        "sequence_s": each_sequence * slower,
        "rated_power": replica.device.rated_w,
        "power_floor": k.p_idle,
        "k_memory": k.k_memory,
        "k_compute": k.k_compute,
    }


def _times(
    batch: Any, prompt: Any, output: Any, cached: Any, *made_of: Any
) -> tuple[Any, Any, Any]:
    """Return the times of memory, of compute and of the rest in a step [s], by its parts."""
    _, weights, experts, chosen, cache, state, full, windowed, window, token, position, *rest = (
        made_of
    )
    length = prompt + output / 2
    positions = full * length + windowed * least(length, window)
    touched = 1 - row_by_row(operator.pow, 1 - chosen, batch)
    memory = weights + experts * touched + batch * (cache * positions + state)
    new = prompt * (1 - cached)
    reading = new * (token + position * (prompt - new / 2) * (full + windowed))
    compute = batch * (token + position * positions) + batch / output * reading
    fixed, each_sequence = rest
    return memory, compute, fixed + each_sequence * batch


def device_time_per_token(*figures: Any) -> Any:
    """Return the device time of an output token [device-s], by the load and the parts of a step.

    ``figures`` are those of `LOAD` and `PARTS`, in their order.
    """
    return figures[len(LOAD)] * sum(_times(*figures)) / figures[0]


def energy_per_token(*figures: Any) -> Any:
    """Return the energy of an output token [J], by `LOAD`, `PARTS` and `OF_POWER`."""
    times = _times(*figures[: -len(OF_POWER)])
    time = sum(times)
    devices = figures[len(LOAD)]
    return devices * _draw_w(times, time, *figures[-len(OF_POWER) :]) * time / figures[0]


def power_at_rate(*figures: Any) -> Any:
    """Return the draw of a device [W] by `LOAD`, `PARTS`, `OF_POWER` and output tokens per hour."""
    own, per_hour = figures[:-1], figures[-1]
    time = own[0] / (per_hour / model_service.S_PER_H)
    return _draw_w(_times(*own[: -len(OF_POWER)]), time, *own[-len(OF_POWER) :])


def _draw_w(times: Any, time: Any, rated: Any, idle: Any, per_memory: Any, per_compute: Any) -> Any:
    memory, compute, _ = times
    exponent = terms.busy_exponent(per_memory, memory / time, per_compute, compute / time)
    return power.loaded_w(rated, terms.power_share(idle, exponent))
