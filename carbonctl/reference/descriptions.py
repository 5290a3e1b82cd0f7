"""Columns, fields and keys in words: descriptions.csv, heads.csv, and examples.csv of a spec's."""

import csv
from functools import lru_cache
from pathlib import Path


def of(*names: str) -> dict[str, str]:
    """Return the keys of a table or a record in their order, each with what it holds.

    Several names are joined into one.
    """
    known = _read("descriptions.csv")
    return {key: said for name in names for key, said in known[name].items()}


def heads(name: str) -> dict[str, str]:
    """Return the columns that a table for people shows, each with its head."""
    return _read("heads.csv")[name]


@lru_cache
def _read(name: str) -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    for of_what, key, text in map(dict.values, rows(name)):
        texts.setdefault(of_what, {})[key] = text
    return texts


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table beside this module."""
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
