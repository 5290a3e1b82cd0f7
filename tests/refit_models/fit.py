"""A robust fit by damped least squares, of logarithms, with weak priors and bounds."""

import numpy as np

from tests.refit_models.formulas import NAMES, Measured, predicted

MOST = {"e_bandwidth": 0.95, "e_experts": 0.95, "e_compute": 0.8, "e_compute_moe": 0.8}
_SCALE = 0.25  # of a residual, beyond which the loss grows as its size and not its square
_PRIOR_WIDTH = 1.0  # of the logarithm of a coefficient
_STEPS, _NUDGE = 60, 1e-5


def weights(data: Measured) -> np.ndarray:
    """Return the weight of each measurement: one in all for each base model."""
    _, which, counts = np.unique(data.base, return_inverse=True, return_counts=True)
    return (len(data.base) / len(counts) / counts)[which]


def residuals(k: dict[str, float], data: Measured) -> np.ndarray:
    """Return the logarithms of predicted over measured: time, power and energy."""
    time, power = predicted(k, data)
    of_time, of_power = np.log(time / data.numbers["time"]), np.log(power / data.numbers["power"])
    return np.concatenate([of_time, of_power, of_time + of_power])


def fitted(start: dict[str, float], data: Measured) -> dict[str, float]:
    """Return the coefficients that fit some measurements best, beginning at ``start``."""
    begin = np.log([start[name] for name in NAMES])
    most = np.log([MOST.get(name, np.inf) for name in NAMES])
    weight = np.sqrt(np.tile(weights(data), 3))

    def vector(x: np.ndarray) -> np.ndarray:
        plain = residuals(dict(zip(NAMES, np.exp(x), strict=True)), data)
        size = np.sqrt(2 * (np.sqrt(1 + (plain / _SCALE) ** 2) - 1)) * _SCALE  # soft L1
        return np.concatenate([weight * np.sign(plain) * size, (x - begin) / _PRIOR_WIDTH])

    x, damping = np.minimum(begin, most), 1e-2
    known = vector(x)
    for _ in range(_STEPS):
        slopes = np.stack(
            [(vector(x + _NUDGE * unit) - known) / _NUDGE for unit in np.eye(len(x))], axis=1
        )
        squares, descent = slopes.T @ slopes, slopes.T @ known
        step = np.linalg.solve(squares + damping * np.diag(np.diag(squares)), -descent)
        trial = np.minimum(x + step, most)
        moved = vector(trial)
        if moved @ moved < known @ known:
            gain = 1 - (moved @ moved) / (known @ known)
            x, known, damping = trial, moved, max(damping / 5, 1e-9)
            if gain < 1e-9:
                break
        else:
            damping *= 5
    return dict(zip(NAMES, np.exp(x).tolist(), strict=True))
