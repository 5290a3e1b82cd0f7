"""What is said of energy and error, for people."""

from __future__ import annotations

import math
from collections.abc import Iterator

from carbonctl.analysis.scaling.answer import Answer, Fit
from carbonctl.analysis.scaling.points import KWH, RELATIVE, Points
from carbonctl.render.human_numbers import energy, significant

MARK = "●"
_SHOWN = 5  # names that a sentence lists
_DIGITS = 3
_LEAST = 1e-5  # of a whole: less says no more
_LARGEST = 1e6  # times: more says no more


def amount(points: Points, figure: float) -> str:
    """Write an energy in the unit of the points."""
    if points.unit == KWH:
        return energy(figure)
    return f"{significant(figure)}x" if points.unit == RELATIVE else significant(figure)


def headline(answer: Answer) -> str:
    """Return what less error costs, in one line; or what else was asked."""
    fit = answer.told_fit
    if fit is not None:
        where = " along the frontier" if answer.frontier_fit else ""
        if fit.less.best is None:
            return f"More energy brings no less error{where}"
        price = f"1 % less error takes {_multiple(fit.less.best)} the energy{where}"
        return f"{price} (error falls as E^-{_exponent(fit)})"
    if answer.points is not None:
        return "All points have one energy: no power law goes through them"
    worth = answer.half_life
    if worth is not None:
        kept = share(worth.kept)
        return f"Sampled by value, a window of {_years(worth.window)} of data keeps {kept} of it"
    some = answer.sub_sampled
    assert some is not None
    return f"{share(some.kept)} of the data: {significant(some.speed_up)}x as fast"


def remarks(answer: Answer) -> Iterator[str]:
    """Yield what is to be said below the points, a sentence or two each."""
    points = answer.points
    if points is not None:
        count, on = len(points.points), len(answer.frontier)
        said = f"{on:,} of {count:,} points; no other has less energy and error"
        yield f"{MARK} on the frontier: {said}."
        if points.omitted:
            listed = ", ".join(points.omitted[:_SHOWN])
            more = ", …" if len(points.omitted) > _SHOWN else ""
            yield f"Left out, without a number: {listed}{more}."
    for name, fit in (("All points", answer.fit), ("Frontier", answer.frontier_fit)):
        if fit is not None:
            yield _fitted(name, fit)
    if points is not None and points.points[0].energy_per_step is not None:
        yield (
            "Energy is that of the whole training: the energy of a step times the steps. "
            "A ratio of energy per step is no ratio of it."
        )
    if answer.law is not None:
        yield _law(answer)
    if answer.half_life is not None:
        yield _half_life(answer)
    if answer.sub_sampled is not None:
        yield _sub_sampled(answer)


def _exponent(fit: Fit) -> str:
    return significant(fit.law.exponent, _DIGITS)


def _multiple(times: float) -> str:
    return f"over {_LARGEST:,.0f}x" if times > _LARGEST else f"{significant(times, _DIGITS)}x"


def _fitted(name: str, fit: Fit) -> str:
    law, less = fit
    error = law.standard_error
    said = f"{name}: exponent {_exponent(fit)}"
    if error is None:
        return f"{said} through {law.points:,} points, which leave its error unknown."
    said = f"{said}, standard error {significant(error, 2)}, {law.points:,} points"
    ends = [end for end in (less.low, less.high) if end is not None and math.isfinite(end)]
    if len(ends) < 2 or max(ends) > _LARGEST:
        return f"{said}; what 1 % less error takes is not bounded within it."
    low, high = (significant(end, _DIGITS) for end in sorted(ends))
    return f"{said}; 1 % less error within it: {low}x to {high}x the energy."


def _law(answer: Answer) -> str:
    assert answer.law is not None
    law = answer.law
    parts = []
    for name, value in law.parameters.items():
        error = law.standard_errors[name]
        by = "" if error is None else f" ± {significant(error, 2)}"
        parts.append(f"{name} = {significant(value, 4)}{by}")
    fitted = f": {', '.join(parts)}" if parts else ""
    text = law.text.replace("·", "*")  # which a plain terminal shows, too
    return f"Law error = {text}{fitted}; what is left: {significant(law.residual, 2)}."


def _half_life(answer: Answer) -> str:
    worth = answer.half_life
    assert worth is not None
    left = ", ".join(f"{share(value)} after {_years(age)}" for age, value in worth.left)
    return (
        f"Data of a half-life of {_years(worth.half_life)} are worth {left}. Sampled by value, a "
        f"window of {_years(worth.window)} keeps {share(worth.kept)}: storage and "
        f"ingestion ÷ {significant(1 / worth.kept)}."
    )


def _sub_sampled(answer: Answer) -> str:
    some = answer.sub_sampled
    assert some is not None
    others = "".join(
        f"; at {share(kept)} {significant(speed_up)}x" for kept, speed_up in some.speed_ups
    )
    return (
        f"Sub-sampling: {significant(some.speed_up)}x at {share(some.kept)} means that "
        f"{share(some.fixed)} of the time does not shrink{others}."
    )


def share(part: float) -> str:
    """Write a share in percent, to three digits."""
    if 0 < part < _LEAST:
        return f"<{_LEAST * 100:g} %"
    return f"{significant(part * 100, _DIGITS)} %"


def _years(years: float) -> str:
    """Write a time: in years, below one in whole months or in days."""
    months = years * 12
    if years >= 1:
        size, unit = years, "year"
    elif round(months) and math.isclose(months, round(months), rel_tol=1e-9):
        size, unit = months, "month"
    else:
        size, unit = years * 365, "day"
    text = significant(size, _DIGITS)
    return f"{text} {unit}{'' if text == '1' else 's'}"
