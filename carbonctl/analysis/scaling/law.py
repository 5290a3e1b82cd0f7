"""The parameters of a sum of powers, by least squares on runs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from carbonctl.analysis.scaling.points import Points
from carbonctl.errors import UsageError
from carbonctl.factors.least_squares import least, linear, normal, solved
from carbonctl.numbers.power_laws import Law

_STARTS = (0.05, 0.2, 0.5, 1.0)  # exponents from which a search begins
_STEP = 0.1
_LARGEST = 20.0  # exponents that are tried
_NUDGE = 1e-6  # of a parameter, for the slope of the law in it
_MOST = 3  # exponents that can be fitted


class FittedLaw(NamedTuple):
    """A law with the parameters that it was fitted with.

    Attributes
    ----------
    text : str
        The law as it was written.
    parameters : dict of str to float
        By name, in the order in which they stand in it.
    standard_errors : dict of str to float or None
        None where there are no more points than parameters.
    residual : float
        The standard deviation of what is left, in the unit of the error.
    """

    text: str
    parameters: dict[str, float]
    standard_errors: dict[str, float | None]
    residual: float


Row = Mapping[str, float]


def fitted(
    law: Law, rows: Sequence[Row], errors: Sequence[float], columns: Sequence[str]
) -> FittedLaw:
    """Return a law whose parameters make the squares of what is left least.

    Coefficients follow from the exponents by linear least squares, and a search looks for the
    exponents.

    Parameters
    ----------
    law : Law
        A term has one parameter as its coefficient at most.
    rows : sequence of mapping
        The columns of each point.
    errors : sequence of float
        Its error.
    columns : sequence of str
        What is no parameter.

    Raises
    ------
    UsageError
        Where the law cannot be fitted so, or the points do not suffice.
    """
    exponents = [name for name in law.exponents() if name not in columns]
    others = [name for name in law.names if name not in columns and name not in exponents]
    _check(law, exponents, others, len(rows))

    def coefficients(tried: Sequence[float]) -> list[float] | None:
        known = dict(zip(exponents, tried, strict=True))
        design, targets = [], []
        for row, error in zip(rows, errors, strict=True):
            *cells, rest = _design(law, {**row, **known}, others)
            design.append(cells)
            targets.append(error - rest)
        return linear(design, targets) if others else []

    def parameters(tried: Sequence[float]) -> dict[str, float] | None:
        found = coefficients(tried)
        if found is None:
            return None
        return {**dict(zip(exponents, tried, strict=True)), **dict(zip(others, found, strict=True))}

    def squares(tried: Sequence[float]) -> float:
        if any(abs(exponent) > _LARGEST for exponent in tried):
            return math.inf
        try:
            found = parameters(tried)
            return math.inf if found is None else _squares(law, rows, errors, found)
        except ArithmeticError:
            return math.inf

    starts = [list(start) for start in product(_STARTS, repeat=len(exponents))]
    best = min((least(squares, start, _STEP) for start in starts), key=squares)
    found = parameters(best) if math.isfinite(squares(best)) else None
    if found is None:
        raise UsageError(f"--law: the points do not tell the parameters of `{law.text}` apart")
    ordered = {name: found[name] for name in law.names if name in found}
    return FittedLaw(law.text, ordered, *_uncertainty(law, rows, errors, ordered))


def _check(law: Law, exponents: Sequence[str], others: Sequence[str], points: int) -> None:
    """Refuse a law that cannot be fitted, or more parameters than points."""
    if len(exponents) > _MOST:
        raise UsageError(f"--law: {len(exponents)} exponents are unknown; at most {_MOST} can be")
    for term in law.terms:
        unknown = [power for power in term.powers if power.name in (*exponents, *others)]
        powers = [power for power in unknown if (power.exponent, power.sign) != (1.0, 1.0)]
        if len(unknown) > 1 or powers or any(power.name in exponents for power in unknown):
            raise UsageError(
                f"--law: `{law.text}`: a term has one parameter as its coefficient, "
                "and others as exponents of columns"
            )
    if points < len(exponents) + len(others):
        count = len(exponents) + len(others)
        raise UsageError(f"--law: {count} parameters need as many points; there are {points}")


def _design(law: Law, known: Row, others: Sequence[str]) -> list[float]:
    """Return what each coefficient is multiplied by, then what none of them is in."""
    cells = [0.0] * (len(others) + 1)
    for term in law.terms:
        unknown = [power.name for power in term.powers if power.name in others]
        place = others.index(unknown[0]) if unknown else len(others)
        rest = tuple(power for power in term.powers if power.name not in others)
        cells[place] += term._replace(powers=rest).at(known)
    return cells


def _squares(law: Law, rows: Sequence[Row], errors: Sequence[float], found: Row) -> float:
    return math.fsum(
        (error - law.at({**row, **found})) ** 2 for row, error in zip(rows, errors, strict=True)
    )


def _uncertainty(
    law: Law, rows: Sequence[Row], errors: Sequence[float], found: Row
) -> tuple[dict[str, float | None], float]:
    """Return the standard error of each parameter, and the deviation of what is left."""
    free = len(rows) - len(found)
    squares = _squares(law, rows, errors, found)
    if free < 1:
        return dict.fromkeys(found), math.sqrt(squares / len(rows))
    slopes = [[_slope(law, {**row, **found}, name) for name in found] for row in rows]
    products, variance = normal(slopes), squares / free
    said: dict[str, float | None] = {}
    for place, name in enumerate(found):
        unit = [float(n == place) for n in range(len(found))]
        column = solved(products, unit)
        said[name] = None if column is None else math.sqrt(max(column[place], 0.0) * variance)
    return said, math.sqrt(variance)


def _slope(law: Law, values: Row, name: str) -> float:
    nudge = _NUDGE * max(abs(values[name]), 1e-3)
    above, below = (law.at({**values, name: values[name] + side * nudge}) for side in (1, -1))
    return (above - below) / (2 * nudge)


def predicted(
    law: Law, points: Points, rows: Sequence[Row], columns: Sequence[str]
) -> tuple[Points, FittedLaw]:
    """Return points with the error that a law gives them, and the law, fitted where it has to be.

    Raises
    ------
    UsageError
        Where it cannot be fitted, or gives no number at a point.
    """
    errors = [point.error for point in points.points]
    try:
        made = fitted(law, rows, errors, columns)
        by_law = [law.at({**row, **made.parameters}) for row in rows]
    except ArithmeticError:
        raise UsageError(f"--law: `{law.text}` is beyond any number at a point") from None
    some = tuple(
        point._replace(predicted=error) for point, error in zip(points.points, by_law, strict=True)
    )
    return points._replace(points=some), made
