"""How far the carbon intensity of a grid may be from the one that a job ran on."""

from __future__ import annotations

from collections.abc import Sequence

from carbonctl.catalog.grid_rows import GridRow
from carbonctl.catalog.priors import Prior, Priors
from carbonctl.numbers.intervals import (
    Number,
    Range,
    best,
    decide,
    exp,
    high,
    log,
    low,
    plain_sum,
    sqrt,
)

_NAMES = {0: "same-year", 1: "near-year"}
_FAR = "far-year"
_LARGE_ZONES = ("US", "world")  # whose average stands in for a place that is not known


def grid_range(row: GridRow, year: int, priors: Priors) -> tuple[Number, str]:
    """Return the intensity of a row with its 90 % range [kgCO2e/kWh], and what makes the range.

    Parameters
    ----------
    row : GridRow
        The factor.
    year : int
        Of the activity.
    priors : Priors
        How far a factor of another year or of a larger place is from the one that holds.

    Notes
    -----
    Ranges of independent causes are joined by their logarithms in quadrature. A row's own range
    takes the place of that of a factor of the same year. Of many rows the intensity has a row
    of each, and for the words stands a mark where they differ.
    """
    if len(row.rows) == 1:
        return _of_one(row.rows[0], year, priors)
    from carbonctl.numbers.columns import stacked

    alike = {id(some): some for some in row.rows}
    known = {key: _of_one(some, year, priors) for key, some in alike.items()}
    numbers, words = zip(*(known[id(some)] for some in row.rows), strict=True)
    return stacked(numbers), row.word(list(words))


def _of_one(row: GridRow, year: int, priors: Priors) -> tuple[Number, str]:
    intensity = row.intensity
    middle, own = best(intensity), isinstance(intensity, Range)
    if decide(low(intensity) <= 0):
        return intensity, "range of the source"
    spreads = _spreads(row, year, own, priors)
    downs = [spread.best / spread.low for spread in spreads]
    ups = [spread.high / spread.best for spread in spreads]
    if own:
        downs.append(middle / low(intensity))
        ups.append(high(intensity) / middle)
    texts = [spread.text for spread in spreads] or ["range of the source"]
    return Range(middle, middle / joint_ratio(downs), middle * joint_ratio(ups)), "; ".join(texts)


def _spreads(row: GridRow, year: int, own: bool, priors: Priors) -> list[Prior]:
    name = _NAMES.get(abs(year - row.year), _FAR)
    spreads = [] if own and name == "same-year" else [priors["grid_ratio", name]]
    if row.zone in _LARGE_ZONES:
        spreads.append(priors["grid_ratio", "national-average"])
    return spreads


def joint_ratio(ratios: Sequence[float]) -> float:
    """Return the ratio that independent ratios make together: logarithms in quadrature."""
    if len(ratios) == 1:
        return ratios[0]
    ratio: float = exp(sqrt(plain_sum(log(ratio) * log(ratio) for ratio in ratios)))
    return ratio
