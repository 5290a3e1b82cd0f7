"""The placeholders of a template, ``${column}``, and what a row puts in their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

PLACEHOLDER = re.compile(r"\$\{([^{}]{1,200})\}")


def fill_template(node: Any, texts: Mapping[str, str]) -> Any:
    """Return a template with the texts of a row in the places of its placeholders.

    What a placeholder without a text stands in, is left out.
    """
    if isinstance(node, Mapping):
        filled = {str(key): fill_template(value, texts) for key, value in node.items()}
        return {key: value for key, value in filled.items() if value is not None}
    if isinstance(node, list | tuple):
        return [fill_template(value, texts) for value in node]
    names = PLACEHOLDER.findall(str(node))
    if any(not texts.get(f"${name}", "") for name in names):
        return None
    return PLACEHOLDER.sub(lambda match: texts[f"${match[1]}"], str(node))


def placeholders(node: Any) -> list[str]:
    """Return the names of the columns that a template takes, in their order."""
    return [*dict.fromkeys(_names(node))]


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for value in node.values():
            yield from _names(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _names(value)
    else:
        yield from PLACEHOLDER.findall(str(node))
