"""What columns, fields and keys hold, in words: descriptions.csv, and examples.csv of a spec's."""

import csv
from functools import lru_cache
from pathlib import Path


def of(*names: str) -> dict[str, str]:
    """Return the keys of a table or a record in their order, each with what it holds.

    Several names are joined into one.
    """
    return {key: said for name in names for key, said in _all()[name].items()}


@lru_cache(maxsize=1)
def _all() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in rows("descriptions.csv"):
        found.setdefault(row["of"], {})[row["key"]] = row["description"]
    return found


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table beside this module."""
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
