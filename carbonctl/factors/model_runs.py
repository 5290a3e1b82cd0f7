"""A training run, a reinforcement-learning round, a batch of images: terms put together.

The terms are those of `carbonctl.factors.model_training` and `carbonctl.factors.media_models`.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

from carbonctl.factors import language_models, media_models, model_service, power
from carbonctl.factors import model_training as terms
from carbonctl.factors.model_shapes import (
    BLACKWELL,
    Coefficients,
    DeviceRates,
    MediaCoefficients,
    MediaShape,
    ModelShape,
    TrainingFigures,
)
from carbonctl.numbers.intervals import decide, low

Method: TypeAlias = Literal["full", "lora", "qlora"]
Recompute: TypeAlias = Literal["none", "selective", "full"]
METHODS: tuple[Method, ...] = ("full", "lora", "qlora")
RECOMPUTE: tuple[Recompute, ...] = ("none", "selective", "full")


class Run(NamedTuple):
    """How a model is trained.

    Attributes
    ----------
    mfu : float, Range or column
        Model FLOP over peak bf16 FLOP, of the time that computes.
    method : str
        full, lora or qlora.
    sequence : float, Range or column
        Tokens of a sequence.
    recomputed : float
        FLOP done over FLOP of the model, by `recomputed_share`.
    exposed, restarts : float, Range or column
        Share of device time in which nothing computes, and what restarts add.
    """

    mfu: Any
    method: Method = "full"
    sequence: Any = 4096.0
    recomputed: float = 1.0
    exposed: Any = 0.0
    restarts: Any = 0.0


class Trained(NamedTuple):
    """What a run takes.

    Attributes
    ----------
    flop : float, Range or column
        Of the whole run.
    device_h : float, Range or column
        Device time [device-h].
    power_share, power_w : float, Range or column
        Mean draw of a device, over its rated power and in W.
    """

    flop: Any
    device_h: Any
    power_share: Any
    power_w: Any


class Batch(NamedTuple):
    """A batch of images or videos.

    Attributes
    ----------
    tokens, flop : float, Range or column
        Of one item.
    compute_s, time_s : float, Range or column
        Computing, and the whole batch [s].
    power_share, power_w : float, Range or column
        Draw of a device, over its rated power and in W.
    j_per_item : float, Range or column
        Energy of the devices per item [J].
    """

    tokens: Any
    flop: Any
    compute_s: Any
    time_s: Any
    power_share: Any
    power_w: Any
    j_per_item: Any


def forward_flop(shape: ModelShape, sequence: Any) -> Any:
    """Return the FLOP of a forward pass per token, as a reference model makes it."""
    attention = terms.attention_flop(shape.attention_width, shape.attention_layers, sequence)
    return terms.forward_flop(shape.active, attention)


def flop_per_token(shape: ModelShape, run: Run, figures: TrainingFigures) -> Any:
    """Return the FLOP of training on one token."""
    forward = forward_flop(shape, run.sequence)
    if run.method == "full":
        return terms.full_flop(forward)
    return terms.adapter_flop(forward, shape.active, figures.adapter_share)


def recomputed_share(recompute: Recompute, figures: TrainingFigures) -> float:
    """Return the FLOP done over the FLOP of the model."""
    shares = {
        "none": 1.0, "selective": figures.selective_recompute, "full": figures.full_recompute
    }  # fmt: skip
    return shares[recompute]


def check_mfu(mfu: Any, most: float) -> None:
    """Raise ValueError unless an MFU is above 0 and at most ``most``."""
    greatest = getattr(mfu, "high", mfu)
    if not decide((low(mfu) > 0) & (greatest <= most)):
        raise ValueError(f"mfu must be above 0 and at most {most * 100:g} %")


def train(flop: Any, run: Run, device: DeviceRates, coefficients: Coefficients) -> Trained:
    """Return what a run of some FLOP takes.

    Parameters
    ----------
    flop : float, Range or column
        Of the whole run: tokens × epochs × `flop_per_token`.
    """
    hours = terms.device_h(flop, device.peak, run.mfu, run.exposed, run.restarts)
    busy = terms.compute_share(run.mfu, run.recomputed, coefficients.e_compute, run.exposed)
    exponent = language_models.busy_exponent(0.0, 0.0, coefficients.k_compute, busy)
    share = language_models.power_share(coefficients.p_idle, exponent)
    return Trained(flop, hours, share, power.loaded_w(device.rated_w, share))


def power_by_mfu(
    mfu: Any, recomputed: Any, exposed: Any, reached: Any, rated: Any, idle: Any, per_compute: Any
) -> Any:
    """Return the mean draw of a device in training [W], of figures in the order of `BY_MFU`."""
    busy = terms.compute_share(mfu, recomputed, reached, exposed)
    exponent = language_models.busy_exponent(0.0, 0.0, per_compute, busy)
    return power.loaded_w(rated, language_models.power_share(idle, exponent))


def power_by_hfu(hfu: Any, exposed: Any, *rest: Any) -> Any:
    """Return the same by the utilization with recomputation, in the order of `BY_HFU`."""
    return power_by_mfu(hfu, 1.0, exposed, *rest)


def state_bytes(shape: ModelShape, method: Method, figures: TrainingFigures) -> Any:
    """Return what weights, gradients and moments take in training [bytes]."""
    if method == "full":
        return terms.full_bytes(shape.parameters, figures.bytes_per_parameter)
    width = figures.adapter_bytes_per_weight
    if method == "qlora":
        width = figures.quantized_bytes_per_weight
    return terms.adapter_bytes(
        width, shape.parameters, figures.bytes_per_parameter, figures.adapter_share, shape.active
    )


def fewest_devices(
    shape: ModelShape, method: Method, device: DeviceRates, figures: TrainingFigures
) -> Any:
    """Return the devices that a training needs for its memory."""
    size = state_bytes(shape, method, figures)
    return terms.devices_needed(size, figures.more_memory, device.memory)


def media_batch(
    shape: MediaShape,
    device: DeviceRates,
    k: MediaCoefficients,
    *,
    size: tuple[Any, Any, Any],
    steps: Any,
    devices: Any = 1.0,
    batch: Any = 1.0,
) -> Batch:
    """Return what a batch of images or videos takes.

    Parameters
    ----------
    size : tuple
        Width and height [pixels], and frames, which are 1 of an image.
    steps, devices, batch : float, Range or column
        Denoising steps, devices that work together, and items at a time.
    """
    width, height, frames = size
    tokens = media_models.item_tokens(width, height, shape.patch, frames, shape.frame_step)
    flop = media_models.weights_flop(shape.guidance, steps, shape.parameters, tokens)
    if not shape.has_linear_attention:
        flop = flop + media_models.attention_flop(
            shape.guidance, steps, shape.layers, shape.width, tokens
        )
    reached = k.e * (k.g_blackwell if device.generation == BLACKWELL else 1.0)
    if decide(low(frames) > 1):
        reached *= k.g_video
    together = media_models.effective_devices(devices, k.gamma)
    compute = language_models.compute_s(batch * flop, together, device.peak, reached)
    time = media_models.batch_s(compute, k.t_step, steps)
    exponent = language_models.busy_exponent(0.0, 0.0, k.k_compute, compute / time)
    share = language_models.power_share(k.p_idle, exponent)
    watts = power.loaded_w(device.rated_w, share)
    energy = model_service.j_per_token(devices, watts, time, batch)
    return Batch(tokens, flop, compute, time, share, watts, energy)
