"""Serving a language model: bytes, FLOP, seconds and watts of one step, a function a term.

In a step each of the ``B`` sequences in flight in a replica gets one token. The step reads the
weights and the cache, computes, and has times of its own that neither hides:

    ``t = memory + compute + fixed``

Sizes are in bytes, work in FLOP, rates in bytes/s and FLOP/s, times in s, power in W.
`carbonctl.factors.replica` puts the terms together for a model and a device.
"""

import math
import operator
from functools import partial
from typing import Any

from carbonctl.factors.checks import check_not_negative, check_positive, check_share
from carbonctl.numbers.intervals import apply, exp, least, over_corners, row_by_row


def touched_share(chosen: Any, batch: Any) -> Any:
    """Return the share of the routed experts that a step reads [0..1].

    Parameters
    ----------
    chosen : float, Range or column
        Experts that a token passes, over all of them: ``k/E`` [0..1].
    batch : float, Range or column
        Sequences in flight.

    Raises
    ------
    ValueError
        For a share outside 0..1 or a batch that is not above 0.

    Notes
    -----
    ``1 − (1 − k/E)^B``: each token chooses apart from the others. Rising in both.
    """
    check_share(chosen, "the share of experts of a token")
    check_positive(batch, "a batch")
    return over_corners(_touched, chosen, batch)


def _touched(chosen: Any, batch: Any) -> Any:
    return 1 - row_by_row(operator.pow, 1 - chosen, batch)


def cached_positions(full_layers: Any, window_layers: Any, window: Any, tokens: Any) -> Any:
    """Return the positions that one sequence has in the cache, over all layers.

    Parameters
    ----------
    full_layers, window_layers : float, Range or column
        Layers that attend to all tokens, and those that attend to the last ``window`` ones.
    window : float, Range or column
        Tokens of such a window.
    tokens : float, Range or column
        Length of the sequence.

    Notes
    -----
    ``F · x + S · min(x, W)``. The length stands twice, so ranges are taken over their corners;
    rising in each argument.
    """
    return over_corners(_positions, full_layers, window_layers, window, tokens)


def _positions(full_layers: Any, window_layers: Any, window: Any, tokens: Any) -> Any:
    return full_layers * tokens + window_layers * least(tokens, window)


def weight_bytes(bytes_per_weight: Any, parameters: Any, expert_parameters: Any) -> Any:
    """Return the weights [bytes] that every step reads: all but the routed experts.

    Parameters
    ----------
    bytes_per_weight : float, Range or column
        Of the precision, scales included [bytes].
    parameters, expert_parameters : float, Range or column
        Of the model in all, and in routed experts.

    Notes
    -----
    ``w · (N − X)``.
    """
    return bytes_per_weight * (parameters - expert_parameters)


def expert_bytes(bytes_per_weight: Any, expert_parameters: Any, touched: Any) -> Any:
    """Return the weights of routed experts [bytes] that a step reads.

    Parameters
    ----------
    bytes_per_weight, expert_parameters
        As in `weight_bytes`.
    touched : float, Range or column
        Share of the experts that is read, by `touched_share` [0..1].

    Notes
    -----
    ``w · X · touched``.
    """
    return bytes_per_weight * expert_parameters * touched


def sequence_bytes(element_bytes: Any, elements: Any, positions: Any, state_bytes: Any) -> Any:
    """Return what one sequence holds in memory [bytes].

    Parameters
    ----------
    element_bytes : float, Range or column
        Of an element of the cache [bytes].
    elements : float, Range or column
        Of the cache, per token and layer: keys and values.
    positions : float, Range or column
        In the cache over all layers, by `cached_positions`.
    state_bytes : float, Range or column
        Recurrent state of one sequence [bytes]; 0 without any.

    Notes
    -----
    ``v · c · p + s``.
    """
    return element_bytes * elements * positions + state_bytes


def cache_bytes(
    batch: Any, element_bytes: Any, elements: Any, positions: Any, state_bytes: Any
) -> Any:
    """Return what a step reads and writes of the caches of all sequences [bytes].

    Parameters
    ----------
    batch : float, Range or column
        Sequences in flight.
    element_bytes, elements, positions, state_bytes
        As in `sequence_bytes`.

    Notes
    -----
    ``B · (v · c · p + 2 · s)``: a state is read and written.
    """
    return batch * (element_bytes * elements * positions + 2 * state_bytes)


def decode_flop(batch: Any, active: Any, attention_width: Any, positions: Any) -> Any:
    """Return the FLOP of the tokens that a step puts out.

    Parameters
    ----------
    batch : float, Range or column
        Sequences in flight.
    active : float, Range or column
        Parameters that a token passes.
    attention_width : float, Range or column
        Heads × size of a head.
    positions : float, Range or column
        In the cache over all layers, by `cached_positions`.

    Notes
    -----
    ``B · (2 · A + 4 · q · p)``.
    """
    return batch * (2 * active + 4 * attention_width * positions)


def prefill_flop(
    active: Any, attention_width: Any, attention_layers: Any, prompt: Any, cached: Any
) -> Any:
    """Return the FLOP of reading one prompt.

    Parameters
    ----------
    active, attention_width
        As in `decode_flop`.
    attention_layers : float, Range or column
        Layers with attention, windows included.
    prompt : float, Range or column
        Tokens of a prompt.
    cached : float, Range or column
        Share of it in the prefix cache [0..1].

    Raises
    ------
    ValueError
        For a share outside 0..1 or a prompt below 0.

    Notes
    -----
    ``j · (2 · A + 4 · q · (i − j/2) · a)`` with ``j = i · (1 − h)`` new tokens, which attend to
    those before them. Rising in the prompt, falling in the share, so corners are exact.
    """
    check_not_negative(prompt, "a prompt")
    check_share(cached, "the share of a prompt in the prefix cache")
    return over_corners(_prefill, active, attention_width, attention_layers, prompt, cached)


def _prefill(active: Any, width: Any, layers: Any, prompt: Any, cached: Any) -> Any:
    new = prompt * (1 - cached)
    return new * (2 * active + 4 * width * (prompt - new / 2) * layers)


def prefill_in_step(batch: Any, output_tokens: Any, flop: Any) -> Any:
    """Return the FLOP of prompts that fall to one step: ``B / o · prefill``.

    Parameters
    ----------
    batch, output_tokens : float, Range or column
        Sequences in flight, and tokens that a request puts out.
    flop : float, Range or column
        Of one prompt, by `prefill_flop`.
    """
    return batch / output_tokens * flop


def read_s(size: Any, devices: Any, bandwidth: Any, share: Any) -> Any:
    """Return the time [s] in which the devices of a replica read some bytes.

    Parameters
    ----------
    size : float, Range or column
        What is read [bytes].
    devices : float, Range or column
        Of the replica.
    bandwidth : float, Range or column
        Rated, of the memory of one device [bytes/s].
    share : float, Range or column
        Of the rated bandwidth that is reached.

    Notes
    -----
    ``bytes / (n · bandwidth · e)``.
    """
    return size / (devices * bandwidth * share)


def compute_s(flop: Any, devices: Any, peak: Any, share: Any) -> Any:
    """Return the time [s] in which the devices of a replica do some FLOP.

    Parameters
    ----------
    flop : float, Range or column
        What is computed.
    devices : float, Range or column
        Of the replica.
    peak : float, Range or column
        Dense bf16 peak of one device [FLOP/s].
    share : float, Range or column
        Of the peak that is reached.

    Notes
    -----
    ``flop / (n · peak · e)``.
    """
    return flop / (devices * peak * share)


def layers_s(layers: Any, per_layer: Any, per_doubling: Any, devices: Any, more: Any) -> Any:
    """Return the fixed time of a model's layers [s]: launches, and exchanges between devices.

    Parameters
    ----------
    layers : float, Range or column
        Of the model.
    per_layer, per_doubling, more : float, Range or column
        Time of a layer, for each doubling of the devices, and more of one with experts [s].
    devices : float, Range or column
        Of the replica.

    Raises
    ------
    ValueError
        For devices that are not above 0.

    Notes
    -----
    ``L · (t_layer + t_comm · log2(n) + t_moe)``.
    """
    check_positive(devices, "devices of a replica")
    return layers * (per_layer + per_doubling * apply(math.log2, devices) + more)


def fixed_s(factor: Any, per_step: Any, layers: Any, per_sequence: Any, batch: Any) -> Any:
    """Return the fixed time of a step [s].

    Parameters
    ----------
    factor : float, Range or column
        Of the generation of devices.
    per_step, layers, per_sequence : float, Range or column
        Time of the scheduler, of the layers by `layers_s`, and of each sequence [s].
    batch : float, Range or column
        Sequences in flight.

    Notes
    -----
    ``g · (t_step + layers + t_sequence · B)``.
    """
    return factor * (per_step + layers + per_sequence * batch)


def power_share(idle: Any, exponent: Any) -> Any:
    """Return the draw of a device as a share of its rated power [0..1].

    Parameters
    ----------
    idle : float, Range or column
        Share that it draws with nothing to do, clocks up [0..1].
    exponent : float, Range or column
        How busy it is, by `busy_exponent`; 0 is idle.

    Raises
    ------
    ValueError
        For a share outside 0..1 or an exponent below 0.

    Notes
    -----
    ``p + (1 − p) · (1 − exp(−x)) = 1 − (1 − p) · exp(−x)``.
    """
    check_share(idle, "the idle share of rated power")
    check_not_negative(exponent, "an exponent of power")
    return 1 - (1 - idle) * exp(0 - exponent)


def busy_exponent(per_memory: Any, memory: Any, per_compute: Any, compute: Any) -> Any:
    """Return how busy a device is, as `power_share` takes it.

    Parameters
    ----------
    per_memory, per_compute : float, Range or column
        Exponents of power per share of time that memory, and arithmetic, is busy.
    memory, compute : float, Range or column
        These shares of time [0..1].

    Notes
    -----
    ``k_memory · m + k_compute · c``.
    """
    return per_memory * memory + per_compute * compute


def archetype_layers(parameters: Any, width: Any, fewest: Any) -> Any:
    """Return the layers of a model of which only the number of parameters is known.

    Parameters
    ----------
    parameters : float, Range or column
        Of the model, at least 1.
    width : float, Range or column
        Hidden size over layers.
    fewest : float, Range or column
        Layers that it has at least.

    Raises
    ------
    ValueError
        For parameters that are not above 0.

    Notes
    -----
    ``max(8, round((N / (12 · 128²))^(1/3)))``: 12 parameters a layer and squared hidden size.
    """
    check_positive(parameters, "parameters")
    return over_corners(partial(row_by_row, _layers), parameters, width, fewest)


def _layers(parameters: float, width: float, fewest: float) -> float:
    cube_root: float = (parameters / (12 * width * width)) ** (1 / 3)
    return max(fewest, float(round(cube_root)))


def archetype_experts(parameters: Any, active: Any, chosen: Any) -> Any:
    """Return the parameters in routed experts that follow from those in all and active.

    Parameters
    ----------
    parameters, active : float, Range or column
        Of the model in all, and of those that a token passes.
    chosen : float, Range or column
        Experts of a token over all of them [0..1).

    Notes
    -----
    ``(N − A) / (1 − k/E)``.
    """
    return (parameters - active) / (1 - chosen)
