"""Own records in the words of texts for people, and as plain mappings."""

from collections.abc import Callable, Iterable
from typing import Any

from carbonctl.catalog.own_records import OwnRecords


def sentences(records: Iterable[OwnRecords], escape: Callable[[str], str] = str) -> list[str]:
    """Return one line for each folder; ``escape`` is for its path."""
    return [f"Own records: {escape(one.path)} {one.state}" for one in records]


def below(text: str, records: Iterable[OwnRecords], escape: Callable[[str], str] = str) -> str:
    """Return a text with a line for each folder below it."""
    lines = sentences(records, escape)
    return "\n".join([text.rstrip("\n"), "", *lines, ""]) if lines else text


def as_dicts(records: Iterable[OwnRecords]) -> list[dict[str, Any]]:
    """Return own records as plain mappings."""
    return [one._asdict() for one in records]
