"""Metrics of designs: products of carbon, delay and energy, FOCAL's ratio, Zeus' cost.

The kernels are those of `carbonctl.factors.design`, as `carbonctl compare --metrics` has them. All
figures are of one unit of work: carbon and energy over how many units there are.

This module imports numpy: only what explores designs imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from carbonctl.analysis.explore import columns as c
from carbonctl.analysis.explore.columns import Figure
from carbonctl.factors import design
from carbonctl.factors.energy_time import J_PER_KWH, zeus_cost
from carbonctl.numbers.columns import Column

DELAY = "delay"
_DELAYS = (DELAY, "latency", "time")  # in which order the delay of a design is looked for
_PRODUCTS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "cdp": (design.cdp, (c.EMBODIED, DELAY)),
    "cep": (design.cep, (c.EMBODIED, c.ENERGY)),
    "c2ep": (design.c2ep, (c.EMBODIED, c.ENERGY)),
    "ce2p": (design.ce2p, (c.EMBODIED, c.ENERGY)),
    "tcdp": (design.tcdp, (c.EMBODIED, c.OPERATIONAL, DELAY)),
}
_OF_WORK = (c.EMBODIED, c.OPERATIONAL, c.ENERGY, "time")  # figures over the units of work


class Weights(NamedTuple):
    """What metrics weigh by; None is not given.

    Attributes
    ----------
    eta, max_power_w : float or None
        Of Zeus' cost: the weight of energy, and the highest power limit [W].
    embodied_share : float or None
        Of FOCAL's ratio.
    base : int
        The design that it compares with.
    """

    eta: float | None = None
    max_power_w: float | None = None
    embodied_share: float | None = None
    base: int = 0


def missing(name: str, figures: Mapping[str, Figure], weights: Weights) -> str | None:
    """Return what a metric needs and has not, in words; None where it can be computed."""
    if name == "zeus":
        if weights.eta is None or weights.max_power_w is None:
            return "`zeus` needs `eta`, a weight between 0 and 1, and `max_power`"
        needs: Sequence[str] = (c.ENERGY, DELAY)
    elif name == "ncf":
        needs = (c.EMBODIED, c.ENERGY)
    else:
        needs = _PRODUCTS[name][1]
    lacking = [
        need for need in needs if (_delay(figures) if need == DELAY else need) not in figures
    ]
    if not lacking:
        return None
    said = "a column `delay`, or a figure `latency`" if lacking[0] == DELAY else f"`{lacking[0]}`"
    return f"`{name}` needs {said}"


def computed(
    name: str, figures: Mapping[str, Figure], amounts: Any, weights: Weights, meter: Any = None
) -> dict[str, Figure]:
    """Return a metric of all designs, with what goes with it.

    Parameters
    ----------
    name : str
        One of `carbonctl.analysis.explore.columns.METRICS`.
    figures : mapping of str to Figure
        Of all designs.
    amounts : array or float
        How many units of work each of them does.
    weights : Weights
        What metrics weigh by.
    meter : array, optional
        Energy of the device itself [kWh], where the figure has PUE in it.
    """
    kind = c.METRICS[name]
    if name == "ncf":
        return _ncf(figures, weights)
    if name == "zeus":
        energy = figures[c.ENERGY].best if meter is None else meter
        time = figures[_delay(figures)].best
        assert weights.eta is not None and weights.max_power_w is not None
        cost = zeus_cost(energy * J_PER_KWH, time, weights.eta, weights.max_power_w)
        return {name: Figure(name, kind.key, kind.dimension, cost, cost, cost)}
    kernel, needs = _PRODUCTS[name]
    own = [figures[_delay(figures) if need == DELAY else need] for need in needs]
    by = [amounts if figure.name in _OF_WORK else 1.0 for figure in own]
    ends = [
        _known(kernel, [getattr(f, end) / n for f, n in zip(own, by, strict=True)])
        for end in ("best", "low", "high")
    ]
    return {name: Figure(name, kind.key, kind.dimension, *ends)}


def _delay(figures: Mapping[str, Figure]) -> str:
    return next((name for name in _DELAYS if name in figures), DELAY)


def _known(kernel: Callable[..., Any], numbers: Sequence[Any]) -> Any:
    """Return what a kernel makes of the designs that have all figures; NaN for the others."""
    rows = np.isfinite(numbers[0])
    for number in numbers[1:]:
        rows = rows & np.isfinite(number)
    made = np.full(len(rows), np.nan)
    if rows.any():
        made[rows] = kernel(*(Column(np.broadcast_to(n, len(rows))[rows]) for n in numbers))
    return made


def _ncf(figures: Mapping[str, Figure], weights: Weights) -> dict[str, Figure]:
    """Return FOCAL's ratios at fixed work and, where delays are known, at fixed time."""
    area = figures.get("area", figures[c.EMBODIED]).best
    energy, base = figures[c.ENERGY].best, weights.base
    share = weights.embodied_share
    if share is None:
        share = float(figures[c.EMBODIED].best[base] / figures[c.TOTAL].best[base])
    uses = {"ncf": energy}
    if _delay(figures) in figures:
        with np.errstate(all="ignore"):
            uses["ncf_fixed_time"] = energy / figures[_delay(figures)].best

    def ratio(use: Any) -> Any:
        return _known(
            lambda a, u: design.ncf(share, a, float(area[base]), u, float(use[base])), [area, use]
        )

    return {
        name: Figure(name, name, c.PLAIN, made, made, made)
        for name, use in uses.items()
        for made in [ratio(use)]
    }
