"""Where a kernel is defined: checks that serve floats, ranges, columns and quantities alike.

Of a column each raises `Mixed` where some rows are in order and others are not.
"""

import math
from typing import Any

from carbonctl.numbers.intervals import decide
from carbonctl.numbers.intervals import high as high_end
from carbonctl.numbers.intervals import low as low_end


def low(x: Any) -> Any:
    """Return the lower bound of a number, or of that of a quantity."""
    return low_end(getattr(x, "number", x))


def high(x: Any) -> Any:
    """Return the upper bound of a number, or of that of a quantity."""
    return high_end(getattr(x, "number", x))


def check_positive(x: Any, name: str) -> None:
    """Raise ValueError unless ``0 < x < ∞``."""
    if not decide((low(x) > 0) & (high(x) < math.inf)):
        wrong = high(x) if decide(low(x) > 0) else low(x)
        raise ValueError(f"{name} must be a number above 0, not {wrong:g}")


def check_not_negative(x: Any, name: str) -> None:
    """Raise ValueError unless ``0 ≤ x < ∞``."""
    if not decide((low(x) >= 0) & (high(x) < math.inf)):
        wrong = low(x) if decide(low(x) < 0) else high(x)
        raise ValueError(f"{name} must be a number of 0 or more, not {wrong:g}")


def check_yield(x: Any) -> None:
    """Raise ValueError unless ``0 < x ≤ 1``."""
    if not decide((low(x) > 0) & (high(x) <= 1)):
        wrong = high(x) if decide(low(x) > 0) else low(x)
        raise ValueError(f"a yield lies above 0 and is at most 1, not {wrong:g}")


def check_share(x: Any, name: str) -> None:
    """Raise ValueError unless ``0 ≤ x ≤ 1``."""
    if not decide((low(x) >= 0) & (high(x) <= 1)):
        wrong = high(x) if decide(low(x) >= 0) else low(x)
        raise ValueError(f"{name} lies between 0 and 1, not {wrong:g}")
