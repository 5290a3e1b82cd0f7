"""Rows of an inventory as CSV, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.analysis.reports.inventory import (
    LOCATION,
    MARKET,
    InventoryRow,
    total_kgco2e,
)
from carbonctl.ledger.result import About
from carbonctl.render import human_numbers as h
from carbonctl.render.escaping import as_json
from carbonctl.render.escaping import markdown as escape
from carbonctl.render.result.json_ import head
from carbonctl.render.separated import separated

SCHEMA = "carbonctl.inventory/1"
COLUMNS = InventoryRow._fields
_UNKNOWN = "not known"


class Inventory(NamedTuple):
    """The rows of one workload, and where they are from."""

    file: str
    name: str
    sha256: str
    rows: tuple[InventoryRow, ...]


def render(form: str, some: Sequence[Inventory], about: About) -> str:
    """Return inventories in a format; with several, CSV has the workload in front."""
    if form == "json":
        listed = [
            {
                "file": one.file,
                "sha256": one.sha256,
                "name": one.name,
                "rows": [row._asdict() for row in one.rows],
                "total_location_kgco2e": total_kgco2e(one.rows, LOCATION),
                "total_market_kgco2e": total_kgco2e(one.rows, MARKET),
            }
            for one in some
        ]
        return as_json({**head(SCHEMA, about), "results": listed})
    if form == "csv":
        if len(some) == 1:
            return separated((COLUMNS, *some[0].rows), ",")
        rows = ([one.file, one.name, *row] for one in some for row in one.rows)
        return separated((("file", "workload", *COLUMNS), *rows), ",")
    return "\n".join(_markdown(one, about) for one in some)


def _markdown(one: Inventory, about: About) -> str:
    lines = [
        f"### GHG Protocol inventory: {escape(one.name)}", "",
        "| Scope | Category | Method | Carbon | Electricity | Note |",
        "| :-- | :-- | :-- | --: | --: | :-- |",
    ]  # fmt: skip
    for row in one.rows:
        carbon = _UNKNOWN if row.kgco2e is None else h.mass(row.kgco2e)
        energy = "" if row.mwh is None else h.mwh(row.mwh)
        name = f"{row.category} {row.name}" if row.category != row.scope else row.name
        cells = [row.scope, escape(name), row.method, carbon, energy, escape(row.note)]
        lines.append(f"| {' | '.join(cells)} |")
    sums = [
        f"{method} {h.mass(total)}"
        for method in (LOCATION, MARKET)
        if (total := total_kgco2e(one.rows, method)) is not None
    ]
    lines += [
        "",
        f"- Sum of what is estimated, without the memo: {'; '.join(sums)}.",
        (
            f"- carbonctl {about.version}, hardware_db {about.hardware_db}; {escape(one.file)} "
            f"sha256 {one.sha256}."
        ),
        "",
    ]
    return "\n".join(lines)
