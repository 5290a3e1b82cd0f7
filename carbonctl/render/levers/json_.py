"""Levers as JSON, in fixed units and full precision."""

from __future__ import annotations

from typing import Any

from carbonctl.analysis.gates import Verdict
from carbonctl.analysis.levers.report import LeverLine, Report
from carbonctl.analysis.levers.suggest import Suggested
from carbonctl.ledger.result import About
from carbonctl.render import Style
from carbonctl.render.escaping import as_json
from carbonctl.render.result.json_ import faults, head
from carbonctl.render.verdicts import as_dict

SCHEMA = "carbonctl.levers/1"


def render(report: Report, about: About, verdicts: tuple[Verdict, ...], style: Style) -> str:
    """Return the document."""
    before, after = report.market
    document = {
        **head(SCHEMA, about),
        "file": report.file,
        "name": report.name,
        "attribution": report.attribution,
        "ranked": report.is_ranked,
        "original": report.original._asdict(),
        "levers": [_line(line) for line in report.lines],
        "total": report.total._asdict(),
        "alone_sum_kgco2e": report.alone_kgco2e,
        "market_before_kgco2e": before,
        "market_after_kgco2e": after,
        "assumptions": list(report.assumptions),
        "notes": [str(note) for note in report.notes],
        "verdicts": [as_dict(verdict) for verdict in verdicts],
        "errors": faults(about),
    }
    return as_json(document)


def suggestions(some: Suggested, about: About, style: Style) -> str:
    """Return the document of suggested levers, which is of the same schema."""
    none = dict.fromkeys(("relative", "printed", "without_rebound_kgco2e", "payback"))
    document = {
        **head(SCHEMA, about),
        "file": some.file,
        "name": some.name,
        "attribution": "alone",
        "ranked": True,
        "original": some.original._asdict(),
        "levers": [
            {
                **line.row._asdict(),
                "touches": "",
                **none,
                "assumption": line.assumption,
                "keys": dict(line.keys),
            }
            for line in some.lines
        ],
        "total": None,
        "alone_sum_kgco2e": None,
        "market_before_kgco2e": some.base.total.total_market_kgco2e,
        "market_after_kgco2e": None,
        "assumptions": [],
        "notes": list(map(str, some.base.warnings)),
        "verdicts": [],
        "errors": faults(about),
    }
    return as_json(document)


def _line(line: LeverLine) -> dict[str, Any]:
    return {
        **line.row._asdict(),
        "touches": line.touches,
        "relative": line.relative,
        "printed": line.printed,
        "without_rebound_kgco2e": line.without_rebound_kgco2e,
        "payback": None if line.payback is None else line.payback._asdict(),
        "assumption": None,
        "keys": None,
    }
