"""What a model, a device and a stack are to the terms of language and media models."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from carbonctl.factors.language_models import archetype_experts, archetype_layers
from carbonctl.numbers.intervals import Range, decide

HOPPER, BLACKWELL, OTHER = "hopper", "blackwell", "other"


class ModelShape(NamedTuple):
    """The dimensions of a language model; the letters are those of docs/methods.md.

    Attributes
    ----------
    parameters, active : float, Range or column
        Parameters in all, N, and those that a token passes, A.
    expert_parameters : float, Range or column
        Of them in routed experts, X; 0 of a dense model.
    experts, experts_per_token : float
        Routed experts of a layer, E, and those of a token, k; 0 of a dense model.
    layers : float, Range or column
        L.
    cache_elements : float
        Keys and values of a token and layer in the cache, c.
    full_layers, window_layers : float, Range or column
        Layers that attend to all tokens, F, and to a window, S.
    window : float
        Tokens of the window, W.
    attention_width : float, Range or column
        Heads × size of a head, q.
    state_bytes : float
        Recurrent state of a sequence, s [bytes].
    context : float
        Most tokens of a sequence.
    is_archetype : bool
        Whether it is derived from the number of parameters.
    """

    parameters: Any
    active: Any
    expert_parameters: Any
    experts: float
    experts_per_token: float
    layers: Any
    cache_elements: float
    full_layers: Any
    window_layers: Any
    window: float
    attention_width: Any
    state_bytes: float = 0.0
    context: float = math.inf
    is_archetype: bool = False

    @property
    def has_experts(self) -> bool:
        """Whether experts are routed."""
        return self.experts > 0

    @property
    def chosen_share(self) -> float:
        """Experts of a token over all of them; 1 of a dense model."""
        return self.experts_per_token / self.experts if self.experts else 1.0

    @property
    def attention_layers(self) -> Any:
        """Layers with attention, a = F + S."""
        return self.full_layers + self.window_layers


class ArchetypeFigures(NamedTuple):
    """What stands in for the shape of a model of which only parameters are known.

    Attributes
    ----------
    width_per_layer, fewest_layers : float
        Hidden size over layers, and the layers that it has at least.
    cache_elements : float
        Of the cache, per token and layer.
    experts, experts_per_token : float
        Where some parameters are inactive.
    """

    width_per_layer: float
    fewest_layers: float
    cache_elements: float
    experts: float
    experts_per_token: float


def archetype(parameters: Any, active: Any, figures: ArchetypeFigures) -> ModelShape:
    """Return the shape of a model of which only the number of parameters is known.

    Parameters
    ----------
    parameters, active : float, Range or column
        In all, and those that a token passes; where they are equal the model is dense.
    figures : ArchetypeFigures
        What the shape is derived with.

    Raises
    ------
    ValueError
        Where more are active than there are.
    """
    if decide(_best(active) > _best(parameters)):
        raise ValueError("active_parameters exceeds parameters")
    has_experts = decide(_best(active) < _best(parameters))
    experts = (figures.experts, figures.experts_per_token) if has_experts else (0.0, 0.0)
    layers = archetype_layers(parameters, figures.width_per_layer, figures.fewest_layers)
    in_experts = 0.0
    if has_experts:
        in_experts = archetype_experts(parameters, active, experts[1] / experts[0])
    return ModelShape(
        parameters, active, in_experts, *experts, layers, figures.cache_elements, layers, 0.0, 0.0,
        figures.width_per_layer * layers, is_archetype=True,
    )  # fmt: skip


def _best(number: Any) -> Any:
    return number.best if isinstance(number, Range) else number


class DeviceRates(NamedTuple):
    """What a device can do.

    Attributes
    ----------
    bandwidth : float, Range or column
        Of its memory, rated [bytes/s].
    peak : float, Range or column
        Dense bf16 peak [FLOP/s]; fp16 where it has no bf16.
    memory : float, Range or column
        Capacity [bytes].
    rated_w : float, Range or column
        Rated power [W].
    has_fp8 : bool
        Whether it has fp8 units.
    generation : str
        hopper, blackwell or other.
    is_fitted : bool
        Whether it is one of those that the coefficients were fitted on.
    """

    bandwidth: Any
    peak: Any
    memory: Any
    rated_w: Any
    has_fp8: bool = False
    generation: str = OTHER
    is_fitted: bool = False


class Coefficients(NamedTuple):
    """The fitted coefficients of serving, in the names of docs/methods.md.

    Times are in s; the others are ratios. ``memory_use`` and ``workspace_bytes`` say what of a
    device's memory holds weights and cache.
    """

    t_step: float
    t_layer: float
    t_comm: float
    t_moe: float
    t_sequence: float
    e_bandwidth: float
    e_experts: float
    e_compute: float
    e_compute_moe: float
    f_fp8: float
    g_blackwell: float
    g_blackwell_fp8_moe: float
    g_blackwell_time: float
    s_other: float
    p_idle: float
    k_memory: float
    k_compute: float
    memory_use: float
    workspace_bytes: float


class Bands(NamedTuple):
    """Factors that hold nine of ten measurements.

    Attributes
    ----------
    dense, experts, other_devices : Range
        Of energy: on devices of the fit, and on those of other generations.
    same_generation, archetype : float
        How much wider each way: on another device of a fitted generation, and for experts
        without a known shape.
    time : Range
        Of the time of a step.
    media : Range
        Of the energy of images and videos.
    training_power : Range
        Of the power of training.
    """

    dense: Range
    experts: Range
    other_devices: Range
    same_generation: float
    archetype: float
    time: Range
    media: Range
    training_power: Range


class TrainingFigures(NamedTuple):
    """What training takes from coefficients.

    Attributes
    ----------
    bytes_per_parameter, adapter_share, more_memory : float
        Bytes of a trained parameter, an adapter's share of the active ones, and memory over
        that of the state.
    adapter_bytes_per_weight, quantized_bytes_per_weight : float
        Of the frozen weights under LoRA and QLoRA [bytes].
    selective_recompute, full_recompute : float
        FLOP done over FLOP of the model.
    quantized_mfu : float
        MFU of QLoRA over that of the prior.
    most_mfu : float
        Above it an MFU is refused.
    sequence : float
        Tokens of a sequence where nothing says so.
    """

    bytes_per_parameter: float
    adapter_share: float
    more_memory: float
    adapter_bytes_per_weight: float
    quantized_bytes_per_weight: float
    selective_recompute: float
    full_recompute: float
    quantized_mfu: float
    most_mfu: float
    sequence: float


class MediaCoefficients(NamedTuple):
    """The fitted coefficients of images and videos; ``t_step`` in s, the others ratios."""

    e: float
    t_step: float
    gamma: float
    g_blackwell: float
    g_video: float
    p_idle: float
    k_compute: float


class MediaShape(NamedTuple):
    """The dimensions of a diffusion model.

    Attributes
    ----------
    parameters, layers, width : float, Range or column
        Of the denoiser: parameters, layers and hidden size.
    patch, frame_step : float
        Pixels of a token's side, and frames that share their tokens.
    guidance : float
        Passes of a step: 2 with classifier-free guidance, 1 where it is distilled.
    has_linear_attention : bool
        Whether attention is linear in tokens.
    """

    parameters: Any
    layers: Any
    width: Any
    patch: float = 16.0
    frame_step: float = 4.0
    guidance: float = 2.0
    has_linear_attention: bool = False
