"""Published figures beside those of an account."""

from carbonctl.errors import Caution
from carbonctl.ledger.result import ReportedFigure, Result
from carbonctl.ledger.sums import total
from carbonctl.numbers.intervals import decide, exact_sum
from carbonctl.spec.model import Reported

MAX_ERROR_PCT = 25
_CULPRITS = {
    "energy_kwh": "device time, power or PUE",
    "operational_kgco2e": "device time, power, PUE or the carbon intensity",
    "operational_market_kgco2e": "the energy or the market-based intensity",
    "embodied_kgco2e": "the embodied figure, the time, or lifetime × utilization inversely",
    "total_kgco2e": "operational and embodied inputs together",
    "water_l": "the energy, `wue` or `water_intensity`",
}


def compare_reported(
    reported: Reported | None, result: Result, without_pue_kwh: list[float]
) -> dict[str, ReportedFigure] | None:
    """Set published figures beside ours; None where nothing is reported.

    Parameters
    ----------
    reported : Reported or None
        What was published.
    result : Result
        The account.
    without_pue_kwh : list of float
        The parts of its energy without that of the building [kWh].
    """
    if reported is None:
        return None
    theirs = {
        "operational_kgco2e": reported.operational,
        "operational_market_kgco2e": reported.operational_market,
        "embodied_kgco2e": reported.embodied,
        "total_kgco2e": reported.total,
        "water_l": reported.water,
    }
    compared = {}
    if reported.energy is not None:
        is_bare = reported.energy_includes_pue is False
        ours = exact_sum(without_pue_kwh) if is_bare else total(result.booked, "energy_kwh")
        compared["energy_kwh"] = _compare(reported.energy.best, ours)
    for key, value in theirs.items():
        if value is not None:
            compared[key] = _compare(value.best, total(result.booked, key))
    return compared


def unexplained(result: Result) -> list[Caution]:
    """Return a warning for each reported figure that the inputs are far from giving.

    Each says by how much, and what would have to differ.
    """
    cautions = []
    for key, row in (result.reported or {}).items():
        if row.error_pct is None or row.estimated is None or decide(row.estimated == 0):
            continue
        if decide(abs(row.error_pct) <= MAX_ERROR_PCT):
            continue
        factor = row.reported / row.estimated
        name = key.rpartition("_")[0].replace("_", " ")
        message = (
            f"the inputs give a figure {row.error_pct:+.0f} % off; to meet it "
            f"{_CULPRITS[key]} would have to be {factor:.3g} times what is given"
        )
        cautions.append(Caution(message, f"reported.{name}", kind=f"reported {key}"))
    return cautions


def _compare(theirs: float, ours: float | None) -> ReportedFigure:
    return ReportedFigure(theirs, ours, error_of(theirs, ours))


def error_of(theirs: float, ours: float | None) -> float | None:
    """Return our figure over a reported one, less 100 % [%]; None where there is none."""
    return None if ours is None or decide(theirs == 0) else (ours / theirs - 1) * 100
