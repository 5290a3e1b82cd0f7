"""A comparison as CSV: one row per entry, then totals, metrics and verdicts of each alternative."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from carbonctl.analysis.compare import ComparedEntry, Comparison, Delta, Report
from carbonctl.analysis.gates import Verdict
from carbonctl.ledger.result import About
from carbonctl.render import Style

COLUMNS = (
    "row", "alternative", "workload", "phase", "activity", "item", "boundary", "change",
    "base_energy_kwh", "head_energy_kwh", "base_kgco2e", "head_kgco2e", "difference_kgco2e",
    "difference_pct", "difference_low_kgco2e", "difference_high_kgco2e", "workload_kgco2e",
    "assumptions_kgco2e", "rule", "level", "outcome", "value", "limit", "unit",
)  # fmt: skip
_OF_A_DELTA = COLUMNS[COLUMNS.index("base_kgco2e") : COLUMNS.index("rule")]  # in its order


def render(report: Report, verdicts: Sequence[Verdict], about: About, style: Style) -> str:
    """Return the table; the column ``row`` says entry, total, metric or verdict."""
    out = io.StringIO()
    of_sides = _metrics(report)
    names = columns(with_metrics=report.metrics is not None)
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(of_sides[0])
    for comparison, of_design in zip(report.alternatives, of_sides[1:], strict=True):
        writer.writerows(_entry(comparison.head.label, row) for row in comparison.rows)
        writer.writerow(_total(comparison))
        writer.writerows(of_design)
        of_it = [v for v in verdicts if v.subject in ("", comparison.head.label)]
        writer.writerows(_verdict(comparison.head.label, verdict) for verdict in of_it)
    return out.getvalue()


def columns(*, with_metrics: bool) -> tuple[str, ...]:
    """Return the names of the columns, those of design metrics behind the others."""
    if not with_metrics:
        return COLUMNS
    from carbonctl.render.design.plain_ import CSV_COLUMNS

    return (*COLUMNS, *CSV_COLUMNS)


def _metrics(report: Report) -> list[list[dict[str, Any]]]:
    """Return the rows of design metrics of the base and of each alternative."""
    if report.metrics is None:
        return [[] for _ in range(1 + len(report.alternatives))]
    from carbonctl.render.design.plain_ import csv_rows

    return [csv_rows(side) for side in (report.metrics.base, *report.metrics.heads)]


def _figures(delta: Delta) -> dict[str, Any]:
    return dict(zip(_OF_A_DELTA, delta, strict=True))


def _entry(label: str, row: ComparedEntry) -> dict[str, Any]:
    entry = row.entry
    return {
        "row": "entry",
        "alternative": label,
        "workload": row.workload,
        **{key: getattr(entry, key) for key in ("phase", "activity", "item", "boundary")},
        "change": row.change,
        "base_energy_kwh": row.base.energy_kwh if row.base else 0.0,
        "head_energy_kwh": row.head.energy_kwh if row.head else 0.0,
        **_figures(row.kgco2e),
    }


def _total(comparison: Comparison) -> dict[str, Any]:
    energy = comparison.total["energy_kwh"]
    return {
        "row": "total",
        "alternative": comparison.head.label,
        "base_energy_kwh": energy.base,
        "head_energy_kwh": energy.head,
        **_figures(comparison.total["total_kgco2e"]),
    }


def _verdict(label: str, verdict: Verdict) -> dict[str, Any]:
    said = {key: getattr(verdict, key) for key in ("rule", "level", "outcome", "value", "limit")}
    return {"row": "verdict", "alternative": label, **said, "unit": verdict.unit}
