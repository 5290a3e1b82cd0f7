"""Zones by the names that raw files give them."""

from __future__ import annotations

from pathlib import Path

from carbonctl.text import fold_words
from tests.update_grids.tables import rows

# What Our World in Data calls aggregates, which have no code there.
_AGGREGATES = {"world": "world", "european union 27": "EU", "kosovo": "XK"}


class Places:
    """The zones of a database folder, and their codes and names."""

    def __init__(self, database: Path) -> None:
        self.names = {row["zone"]: row["name"] for row in rows(database / "grids" / "zones.csv")}
        self._by_code: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        for row in rows(database / "places" / "aliases.csv"):
            if "ISO three-letter code" in row["kind"].split("|"):
                self._by_code[row["key"]] = row["place"]
            if row["rank"] in "123" and row["place"] in self.names:
                self._by_name.setdefault(row["key"], row["place"])

    def by_code(self, code: str, name: str) -> str | None:
        """Return the zone of a three-letter code, or of the name of an aggregate."""
        zone = self._by_code.get(fold_words(code)) if code else None
        return zone or _AGGREGATES.get(fold_words(name))

    def by_name(self, name: str) -> str | None:
        """Return the zone of a two-letter code or an English name."""
        key = fold_words(name)
        return _AGGREGATES.get(key) or self._by_name.get(key)
