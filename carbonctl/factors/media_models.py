"""Images and videos by diffusion: tokens, FLOP and seconds of a batch, a function a term.

Power is that of `carbonctl.factors.language_models.power_share` with arithmetic alone.
"""

import operator
from typing import Any

from carbonctl.factors.checks import check_positive
from carbonctl.numbers.intervals import over_corners, row_by_row


def item_tokens(width: Any, height: Any, patch: Any, frames: Any, frame_step: Any) -> Any:
    """Return the tokens of one image or video.

    Parameters
    ----------
    width, height : float, Range or column
        Size [pixels].
    patch : float, Range or column
        Pixels of a token's side, by the encoder and the patches together.
    frames, frame_step : float, Range or column
        Frames, 1 of an image, and how many of them share their tokens.

    Raises
    ------
    ValueError
        For a patch or a step that is not above 0.

    Notes
    -----
    ``(width/patch) · (height/patch) · (1 + (frames − 1)/frame_step)``.
    """
    check_positive(patch, "a patch")
    check_positive(frame_step, "frames of a token")
    return over_corners(_tokens, width, height, patch, frames, frame_step)


def _tokens(width: Any, height: Any, patch: Any, frames: Any, frame_step: Any) -> Any:
    return (width / patch) * (height / patch) * (1 + (frames - 1) / frame_step)


def weights_flop(guidance: Any, steps: Any, parameters: Any, tokens: Any) -> Any:
    """Return the FLOP of an item in the weights: ``g · steps · 2 · N · T``.

    Parameters
    ----------
    guidance, steps : float, Range or column
        Passes of a step (2 with classifier-free guidance, else 1), and denoising steps.
    parameters, tokens : float, Range or column
        Of the denoiser, and of an item by `item_tokens`.
    """
    return guidance * steps * 2 * parameters * tokens


def attention_flop(guidance: Any, steps: Any, layers: Any, width: Any, tokens: Any) -> Any:
    """Return the FLOP of an item in attention: ``g · steps · 4 · L · d · T²``.

    Parameters
    ----------
    guidance, steps, tokens
        As in `weights_flop`.
    layers, width : float, Range or column
        Of the denoiser: layers and hidden size. With linear attention this term is 0.
    """
    return over_corners(_attention, guidance, steps, layers, width, tokens)


def _attention(guidance: Any, steps: Any, layers: Any, width: Any, tokens: Any) -> Any:
    return guidance * steps * 4 * layers * width * tokens * tokens


def effective_devices(devices: Any, loss: Any) -> Any:
    """Return how many times the rate of one device several have: ``n^(1 − γ)``.

    Raises
    ------
    ValueError
        For devices that are not above 0.
    """
    check_positive(devices, "devices")
    return over_corners(_effective, devices, loss)


def _effective(devices: Any, loss: Any) -> Any:
    return row_by_row(operator.pow, devices, 1 - loss)


def batch_s(compute: Any, per_step: Any, steps: Any) -> Any:
    """Return the time of a batch [s]: that of computing and a fixed one of each step."""
    return compute + per_step * steps
