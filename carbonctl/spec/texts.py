"""Scalars of a spec as text: one scalar, a name, a source."""

from typing import Any

from carbonctl.spec.scalars import MAX_NAME
from carbonctl.text import check_text


def scalar(raw: Any, what: str) -> str:
    """Return a scalar as its text.

    Raises
    ------
    ValueError
        Where it is a mapping or a list.
    """
    if isinstance(raw, str):
        return raw
    raise ValueError(
        f"{what} is wanted here, not a {'mapping' if isinstance(raw, dict) else 'list'}"
    )


def clean(raw: Any, what: str) -> str:
    """Return a text that is taken for nothing else, not empty and not too long."""
    text = scalar(raw, what)
    if not text.strip():
        raise ValueError("must not be empty")
    if len(text) > MAX_NAME:
        raise ValueError(f"is longer than {MAX_NAME} characters")
    check_text(text, what)
    return str(text)


def source_of(raw: Any) -> str:
    """Return who says something."""
    return clean(raw, "a source")
