"""What follows from a step of a replica that serves a language model: rates, energy, hours.

Times are in s, device time in device-h, power in W, energy of a token in J.
"""

import math
from typing import Any

from carbonctl.factors.checks import check_positive, check_share
from carbonctl.numbers.intervals import row_by_row

S_PER_H = 3600
J_PER_KWH = 3_600_000


def tokens_per_s(batch: Any, step: Any) -> Any:
    """Return the output tokens of a replica per second: ``B / t``, a step taking ``t`` [s]."""
    return batch / step


def j_per_token(devices: Any, power_w: Any, step: Any, batch: Any) -> Any:
    """Return the energy of an output token [J]: ``n · P · t / B``.

    Parameters
    ----------
    devices, power_w : float, Range or column
        Of the replica, and the draw of one [W].
    step, batch : float, Range or column
        Time of a step [s] and sequences in flight.
    """
    return devices * power_w * step / batch


def request_device_s(devices: Any, step: Any, output_tokens: Any, batch: Any) -> Any:
    """Return the device time of one request [device-s]: ``n · t · o / B``, its prompt included.

    Parameters
    ----------
    devices, step, output_tokens, batch : float, Range or column
        Of the replica, time of a step [s], tokens that a request puts out, sequences in flight.
    """
    return devices * step * output_tokens / batch


def first_token_s(prompt: Any, step: Any) -> Any:
    """Return the time to the first token [s]: that of reading the prompt, and one step."""
    return prompt + step


def request_s(output_tokens: Any, step: Any, prompt: Any) -> Any:
    """Return the time of a request [s]: ``o · t`` and that of reading the prompt."""
    return output_tokens * step + prompt


def busy_device_h(requests: Any, device_s: Any) -> Any:
    """Return the device time of all requests [device-h], one taking ``device_s`` [device-s]."""
    return requests * device_s / S_PER_H


def idle_device_h(busy_h: Any, busy: Any) -> Any:
    """Return the device time that a fleet waits [device-h].

    Parameters
    ----------
    busy_h : float, Range or column
        Device time of all requests [device-h].
    busy : float, Range or column
        Share of its time that the fleet works (0..1].

    Raises
    ------
    ValueError
        For a share that is not above 0, or above 1.

    Notes
    -----
    ``h · (1/b − 1)``.
    """
    check_positive(busy, "the share of time that a fleet works")
    check_share(busy, "the share of time that a fleet works")
    return busy_h * (1 / busy - 1)


def standing_device_h(replicas: Any, devices: Any, hours: Any) -> Any:
    """Return the device time of replicas that stand ready [device-h]: ``r · n · h``."""
    return replicas * devices * hours


def joined_factors(first: Any, second: Any) -> Any:
    """Return two factors of independent doubt as one, in the direction of the first.

    Raises
    ------
    ValueError
        For a factor that is not above 0.

    Notes
    -----
    ``exp(± √(ln² a + ln² b))``, below 1 where the first is.
    """
    check_positive(first, "a factor")
    check_positive(second, "a factor")
    return row_by_row(_joined, first, second)


def _joined(first: float, second: float) -> float:
    width = math.hypot(math.log(first), math.log(second))
    return math.exp(-width if first < 1 else width)


def usable_bytes(devices: Any, memory: Any, share: Any, workspace: Any) -> Any:
    """Return what a replica has for weights and cache [bytes].

    Parameters
    ----------
    devices, memory : float, Range or column
        Of the replica, and the memory of one [bytes].
    share : float, Range or column
        Of the memory that the server takes.
    workspace : float, Range or column
        Of it for activations and graphs, per device [bytes].

    Notes
    -----
    ``n · (share · memory − workspace)``; below 0 where the workspace alone does not fit.
    """
    return devices * (share * memory - workspace)
