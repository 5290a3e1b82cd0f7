"""Where a kernel is defined: checks that serve floats, ranges and arrays alike."""

import math
from typing import Any

from carbonctl.ranges import Range


def ends(x: Any) -> tuple[float, float]:
    """Return the least and the greatest of a float, a range or an array; NaN stays NaN."""
    if isinstance(x, Range):
        return x.low, x.high
    if hasattr(x, "min"):
        return float(x.min()), float(x.max())
    return x, x


def check_positive(x: Any, name: str) -> None:
    """Raise ValueError unless ``0 < x < ∞``."""
    low, high = ends(x)
    if not (low > 0 and high < math.inf):
        wrong = high if low > 0 else low
        raise ValueError(f"{name} must be a number above 0, not {wrong:g}")


def check_not_negative(x: Any, name: str) -> None:
    """Raise ValueError unless ``0 ≤ x < ∞``."""
    low, high = ends(x)
    if not (low >= 0 and high < math.inf):
        wrong = low if low < 0 else high
        raise ValueError(f"{name} must be a number of 0 or more, not {wrong:g}")


def check_yield(x: Any) -> None:
    """Raise ValueError unless ``0 < x ≤ 1``."""
    low, high = ends(x)
    if not (low > 0 and high <= 1):
        wrong = high if low > 0 else low
        raise ValueError(f"a yield lies above 0 and is at most 1, not {wrong:g}")


def check_share(x: Any, name: str) -> None:
    """Raise ValueError unless ``0 ≤ x ≤ 1``."""
    low, high = ends(x)
    if not (low >= 0 and high <= 1):
        wrong = high if low >= 0 else low
        raise ValueError(f"{name} lies between 0 and 1, not {wrong:g}")
