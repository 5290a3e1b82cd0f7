"""Design metrics as plain figures in fixed units, for machines.

What is unknown is null or empty. So is a time that never comes: a word beside it says which.
"""

import math
from typing import Any

from carbonctl.analysis.design.bounds import Figure
from carbonctl.analysis.design.metrics import PRODUCTS, TIMES, VERDICTS, Measured

NEVER, AT_ONCE, LATER = "never", "at once", "later"
SAFE, DEPENDS = "safe", "depends"
CSV_COLUMNS = (
    "metric", "metric_unit", "metric_best", "metric_low", "metric_high", "ratio", "ratio_low",
    "ratio_high", "said",
)  # fmt: skip
_UNITS = {
    **dict(zip(PRODUCTS.values(), ("kgCO2e·s", "kgCO2e·kWh", "kgCO2e²·kWh", "kgCO2e·kWh²",
                                   "kgCO2e·s"), strict=True)),
    "ncf_fixed_work": "", "ncf_fixed_time": "", "indifference_h": "h", "break_even_h": "h",
    "embodied_kgco2e": "kgCO2e", "delay_s": "s", "elapsed_h": "h", "energy_kwh": "kWh",
    "power_w": "W", "rate_kgco2e_per_h": "kgCO2e/h", "lifetime_h": "h", "embodied_share": "",
}  # fmt: skip


def safety(verdict: Figure | None) -> str | None:
    """Return whether a verdict is the same over all ranges: safe or depends; None is unknown."""
    if verdict is None:
        return None
    is_known = verdict.low is not None and verdict.high is not None
    return SAFE if is_known and verdict.low == verdict.high else DEPENDS


def within_life(of_life: Figure | None) -> str | None:
    """Return whether it breaks even within its life: yes, no, depends; None is unknown."""
    if of_life is None:
        return None
    if of_life.low is None or of_life.high is None:
        return DEPENDS
    return "yes" if of_life.high <= 1 else "no" if of_life.low > 1 else DEPENDS


def when(figure: Figure) -> str:
    """Return when a time comes: never, at once, or later."""
    return NEVER if math.isinf(figure.best) else AT_ONCE if figure.best == 0 else LATER


def as_dict(side: Measured) -> dict[str, Any]:
    """Return the metrics of a side as a plain mapping, in full precision."""
    figures = {key: _plain(side.figures[key], is_time=key in TIMES) for key in _UNITS}
    life = figures["break_even_h"]
    if life is not None:
        life["within_life"] = within_life(side.of_life)
    ratios = {name: _plain(ratio) for name, ratio in side.ratios.items()}
    notes = list(side.notes)
    return {**figures, "verdict": _verdict_dict(side.verdict), "ratios": ratios, "notes": notes}


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _plain(figure: Figure | None, *, is_time: bool = False) -> dict[str, Any] | None:
    if figure is None:
        return None
    bounds: dict[str, Any] = {key: _finite(value) for key, value in figure._asdict().items()}
    return {**bounds, "when": when(figure)} if is_time else bounds


def _verdict_dict(verdict: Figure | None) -> dict[str, str] | None:
    if verdict is None:
        return None
    least, most = (verdict.best if end is None else end for end in (verdict.low, verdict.high))
    said = {"best": verdict.best, "low": least, "high": most}
    return {
        **{key: VERDICTS[round(place)] for key, place in said.items()},
        "over_range": safety(verdict) or DEPENDS,
    }


def csv_rows(side: Measured) -> list[dict[str, Any]]:
    """Return the metrics of a side as rows of the CSV; what is unknown is empty."""
    by_key = {key: side.ratios[name] for name, key in PRODUCTS.items()}
    metrics = []
    for key, unit in _UNITS.items():
        figure, ratio = side.figures[key], by_key.get(key)
        said = when(figure) if figure is not None and key in TIMES else ""
        cells = (key, unit, *_bounds(figure), *_bounds(ratio), said)
        own = dict(zip(CSV_COLUMNS, cells, strict=True))
        metrics.append({"row": "metric", "alternative": side.label, **own})
    words = {
        "verdict": "" if side.verdict is None else VERDICTS[round(side.verdict.best)],
        "verdict_over_range": safety(side.verdict) or "",
        "break_even_within_life": within_life(side.of_life) or "",
    }
    return metrics + [
        {"row": "metric", "alternative": side.label, "metric": key, "said": word}
        for key, word in words.items()
    ]


def _bounds(figure: Figure | None) -> tuple[float | None, ...]:
    return (None, None, None) if figure is None else tuple(map(_finite, figure))
