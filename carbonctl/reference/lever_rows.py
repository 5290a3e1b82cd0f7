"""The published levers of the catalog as rows."""

from __future__ import annotations

from typing import Any

from carbonctl.catalog import Catalog
from carbonctl.reference import descriptions

COLUMNS = descriptions.of("levers list")


def rows(catalog: Catalog) -> list[dict[str, Any]]:
    """Return a row a lever, in the order of the table."""
    listed = []
    for lever in catalog.levers.values():
        low, high = lever.ends
        sources = [catalog.sources.get(key) for key in lever.source.split()]
        listed.append({
            "id": lever.id,
            "name": lever.name,
            "effect": lever.effect,
            "quantity": lever.quantity,
            "factor": lever.best,
            "low": low,
            "high": high,
            "applies_to": lever.applies_to,
            "touches": lever.touches,
            "source": lever.source,
            "where": lever.where,
            "citation": "; ".join(source.citation for source in sources if source),
            "caution": lever.caution,
        })  # fmt: skip
    return listed
