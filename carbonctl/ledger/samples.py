"""What draws say of a sum: its mean and percentiles; and what draws are asked for."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

DRAWS = 10_000
FEWEST, MOST = 100, 10_000_000


class Drawing(NamedTuple):
    """What draws are asked for.

    Attributes
    ----------
    n : int or None
        How many; none unless given.
    is_auto : bool
        Whether as many as their error calls for.
    seed : int or None
        In the place of the workload's own.
    path : str or None
        Where the draws themselves are written.
    """

    n: int | None = None
    is_auto: bool = False
    seed: int | None = None
    path: str | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether results are to hold what draws say."""
        return self.is_auto or self.n is not None


class Samples(NamedTuple):
    """What ``n`` draws by a seed say of a sum, in kgCO2e.

    ``above_best`` is the share of them above the best estimate; ``error_pct`` the standard error
    of the 5th and the 95th percentile, the larger of both [%], None where it is unknown.
    """

    n: int
    seed: int
    mean: float
    sd: float
    p5: float
    p25: float
    p50: float
    p75: float
    p95: float
    min: float
    max: float
    above_best: float
    error_pct: float | None


class Drawn(NamedTuple):
    """What the draws of an account say of its total and of its phases; None is unknown."""

    n: int
    total: Samples | None
    phases: dict[str, Samples | None]


def percentile(ordered: Sequence[float] | Any, percent: float) -> float:
    """Return a percentile, linear between order statistics (Hyndman and Fan's type 7).

    Parameters
    ----------
    ordered : sequence of float
        From the least to the greatest.
    percent : float
        Between 0 and 100.
    """
    place = (len(ordered) - 1) * percent / 100
    below = math.floor(place)
    low, high = float(ordered[below]), float(ordered[math.ceil(place)])
    part = place - below
    return low if low == high else low * (1 - part) + high * part
