"""Federated learning: what clients do in a round, and how long their transfers take."""

from typing import Any

from carbonctl.factors.power import W_PER_KW
from carbonctl.numbers.intervals import over_corners

S_PER_H = 3600


def _worked(dropout: Any, dropout_work: Any) -> Any:
    return 1 - dropout + dropout * dropout_work


def worked(dropout: Any, dropout_work: Any) -> Any:
    """Return the work that the selected clients do, as a share of all of it.

    Parameters
    ----------
    dropout : float, Range or column
        Share of the selected clients that drop out [0..1).
    dropout_work : float, Range or column
        Share of its work that such a client has done by then [0..1].

    Notes
    -----
    ``1 − d + d · w``: those that finish work in full, the others a part (wu2022 §4.3 and
    appendix C). The share that drops out appears twice, so ranges are taken over their
    corners; the kernel is linear in each argument.
    """
    return over_corners(_worked, dropout, dropout_work)


def reported(dropout: Any) -> Any:
    """Return the share of the selected clients that upload [0..1]."""
    return 1 - dropout


def linear_kwh_per_gb(max_w: Any, idle_w: Any, capacity_gb_per_s: Any) -> Any:
    """Return the energy per volume of an access point, its idle power left out [kWh/GB].

    Parameters
    ----------
    max_w, idle_w : float, Range or column
        Draw at full rate and when idle [W].
    capacity_gb_per_s : float, Range or column
        Full rate [GB/s].

    Notes
    -----
    ``(P_max − P_idle) / capacity`` (wu2022, appendix C).
    """
    return (max_w - idle_w) / W_PER_KW / (capacity_gb_per_s * S_PER_H)
