"""Training a language model: FLOP from parameters and tokens, device time, power, memory.

Work is in FLOP, rates in FLOP/s, times in h, sizes in bytes, power by
`carbonctl.factors.language_models.power_share`.
"""

import math
from typing import Any

from carbonctl.factors.checks import check_positive, check_share
from carbonctl.factors.model_service import S_PER_H
from carbonctl.numbers.intervals import apply, least, over_corners


def attention_flop(attention_width: Any, attention_layers: Any, sequence: Any) -> Any:
    """Return the FLOP of causal attention, forward, per token: ``2 · q · a · sequence``.

    Parameters
    ----------
    attention_width, attention_layers : float, Range or column
        Heads × size of a head, and layers with attention.
    sequence : float, Range or column
        Tokens of a sequence.
    """
    return 2 * attention_width * attention_layers * sequence


def forward_flop(active: Any, attention: Any) -> Any:
    """Return the FLOP of a forward pass per token: ``2 · A + att``.

    Parameters
    ----------
    active : float, Range or column
        Parameters that a token passes.
    attention : float, Range or column
        By `attention_flop`.
    """
    return 2 * active + attention


def full_flop(forward: Any) -> Any:
    """Return the FLOP per token where all weights are updated: ``3 ·`` the forward pass."""
    return 3 * forward


def adapter_flop(forward: Any, active: Any, share: Any) -> Any:
    """Return the FLOP per token where an adapter is trained and the weights stay frozen.

    Parameters
    ----------
    forward : float, Range or column
        Of the forward pass, by `forward_flop`.
    active, share : float, Range or column
        Parameters that a token passes, and the adapter's as a share of them.

    Notes
    -----
    ``2 · forward + 6 · r · A``: no gradients of the frozen weights.
    """
    return 2 * forward + 6 * share * active


def total_flop(tokens: Any, epochs: Any, per_token: Any) -> Any:
    """Return the FLOP of a run: ``tokens · epochs · FLOP per token``."""
    return tokens * epochs * per_token


def sampled_tokens(prompts: Any, samples: Any, prompt: Any, output: Any) -> Any:
    """Return the tokens that reinforcement learning updates on: ``p · s · (i + o)``.

    Parameters
    ----------
    prompts, samples : float, Range or column
        Prompts, and answers that are sampled for each.
    prompt, output : float, Range or column
        Tokens of a prompt and of an answer.
    """
    return prompts * samples * (prompt + output)


def model_utilization(hardware_utilization: Any, recomputed: Any) -> Any:
    """Return the MFU of a run whose HFU is known: ``hfu / r``.

    Parameters
    ----------
    hardware_utilization : float, Range or column
        FLOP done over peak FLOP, recomputation included [0..1].
    recomputed : float, Range or column
        FLOP done over FLOP of the model: 1, 1.03 or 4/3.
    """
    return hardware_utilization / recomputed


def device_h(flop: Any, peak: Any, utilization: Any, exposed: Any, restarts: Any) -> Any:
    """Return the device time of a run [device-h]; over its devices it is the wall time.

    Parameters
    ----------
    flop, peak : float, Range or column
        Of the run, and the dense bf16 peak of a device [FLOP/s].
    utilization : float, Range or column
        Model FLOP over peak FLOP, of the time that computes (0..1].
    exposed : float, Range or column
        Share of device time in which nothing computes [0..1).
    restarts : float, Range or column
        Device time that restarts add, as a share.

    Raises
    ------
    ValueError
        For a utilization that is not above 0, or a share outside 0..1.

    Notes
    -----
    ``flop / (peak · mfu) / (1 − exposed) · (1 + restarts) / 3600``.
    """
    check_positive(utilization, "MFU")
    check_share(exposed, "the share of time in which nothing computes")
    return flop / (peak * utilization) / (1 - exposed) * (1 + restarts) / S_PER_H


def compute_share(utilization: Any, recomputed: Any, reached: Any, exposed: Any) -> Any:
    """Return the share of device time in which arithmetic is busy [0..1].

    Parameters
    ----------
    utilization, exposed
        As in `device_h`.
    recomputed : float, Range or column
        As in `model_utilization`.
    reached : float, Range or column
        Share of the peak that busy arithmetic reaches (0..1].

    Notes
    -----
    ``min(1, mfu · r / e) · (1 − exposed)``; monotone in each argument.
    """
    return over_corners(_compute_share, utilization, recomputed, reached, exposed)


def _compute_share(utilization: Any, recomputed: Any, reached: Any, exposed: Any) -> Any:
    return least(utilization * recomputed / reached, 1.0) * (1 - exposed)


def full_bytes(parameters: Any, per_parameter: Any) -> Any:
    """Return the memory of a full training [bytes]: ``b · N``.

    Weights, gradients and the two moments of Adam in mixed precision are 16 bytes a parameter.
    """
    return per_parameter * parameters


def adapter_bytes(
    bytes_per_weight: Any, parameters: Any, per_parameter: Any, share: Any, active: Any
) -> Any:
    """Return the memory of training an adapter [bytes].

    Parameters
    ----------
    bytes_per_weight, parameters : float, Range or column
        Of the frozen weights.
    per_parameter, share, active : float, Range or column
        Bytes of a trained parameter, and the adapter's share of the active ones.

    Notes
    -----
    ``w · N + b · r · A``.
    """
    return bytes_per_weight * parameters + per_parameter * share * active


def devices_needed(size: Any, more: Any, memory: Any) -> Any:
    """Return the devices that hold a training: ``⌈size · more / memory⌉``.

    Parameters
    ----------
    size, memory : float, Range or column
        Of the training, and of one device [bytes].
    more : float, Range or column
        Memory that is taken over what the state is: activations, buffers.
    """
    return apply(lambda needed: float(math.ceil(needed)), size * more / memory)
