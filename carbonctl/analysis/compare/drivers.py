"""What decides a difference: how far each unknown moves it, what both sides share at once."""

from carbonctl.analysis.compare.deltas import differences
from carbonctl.analysis.compare.model import Comparison, Report
from carbonctl.analysis.compare.pairing import Pair
from carbonctl.analysis.sensitivity.asked import TOTAL, FigureKey
from carbonctl.analysis.sensitivity.model import PERCENTILES, SWING, Row, Sensitivity
from carbonctl.analysis.sensitivity.swing import Figure, Mover, swings

OPERATIONAL = "operational_kgco2e"
BASE, HEAD = "base", "head"


def with_sensitivity(report: Report) -> Report:
    """Return a report in which each comparison says what decides its difference."""
    alternatives = [
        comparison._replace(sensitivity=sensitivity(comparison))
        for comparison in report.alternatives
    ]
    return report._replace(alternatives=alternatives)


def sensitivity(comparison: Comparison) -> Sensitivity:
    """Return what decides the difference of the totals, of operational carbon where unknown.

    Raises
    ------
    NotArithmetic
        Where the formula of an entry is none.
    """
    is_known = comparison.total[TOTAL].difference is not None
    key = FigureKey(None, TOTAL if is_known else OPERATIONAL)
    delta = comparison.total[key.sum]
    pairs = [Pair(row.workload, row.base, row.head) for row in comparison.rows]
    has_specs = comparison.base.has_specs and comparison.head.has_specs
    parts = differences(pairs, key.sum) if has_specs else None
    rows: tuple[Row, ...] = ()
    median = delta.difference
    if parts and delta.difference is not None:
        figure = Figure([part.entry for part in parts], [part.term for part in parts])
        swung = swings(figure, PERCENTILES, is_exact=True)
        median = swung.median
        names = [part.workload for part in parts]
        rows = tuple(_row(mover, figure, names[mover.reach.entry]) for mover in swung.movers)
    lacking = () if has_specs else ("a saved result holds no spec, so its ranges are unknown",)
    return Sensitivity(
        comparison.head.label, comparison.head.name, str(key), key.unit, (SWING,), PERCENTILES,
        None, None, is_known, delta.difference, delta.low, delta.high, median, rows, None, lacking,
    )  # fmt: skip


def _row(mover: Mover, figure: Figure, workload: str) -> Row:
    """Return the row of an unknown, with the side that it is on, where that is one alone."""
    own = frozenset(mover.unknowns)
    signs = {term.sign for term in figure.terms if term and own.intersection(term.ranged.values())}
    side = None if len(signs) > 1 else BASE if signs == {-1.0} else HEAD
    path = mover.row.path
    named = f"{workload}: {path or mover.row.name}" if workload else path
    return mover.row._replace(path=named, side=side)
