"""The JSON Schema of the spec's scalars, for the readers that type them.

The tool reads every scalar as text. An editor has typed it before its schema is asked: a
name or a year may come as a number, ``yes`` as itself or as true. Tuples stand for lists, as
markers of fields must be hashable.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from carbonctl.text import FORMULA_STARTS

Form: TypeAlias = tuple[tuple[str, Any], ...]

MAX_NAME = 200
_YES_NO = ("yes", "no", "true", "false")

ID: Form = (("type", ("string", "number")), ("maxLength", MAX_NAME), ("pattern", r"\S"))
WORDS: Form = (
    ("type", ("string", "number", "boolean")),
    ("maxLength", MAX_NAME),
    ("pattern", rf"^(?!\s*::)(?!.*##\[)\s*[^\s{FORMULA_STARTS}]"),
)
SWITCH: Form = (
    ("enum", (True, False, *_YES_NO, *map(str.title, _YES_NO), *map(str.upper, _YES_NO))),
)
YEAR: Form = (
    ("type", ("integer", "string")),
    ("minimum", 1900),
    ("maximum", 2199),
    ("pattern", "^(19|20|21)[0-9][0-9]$"),
)
SPREAD: Form = (
    ("type", "string"),
    ("pattern", r"^\s*(\+-|\+/-|±)\s*[0-9.]+\s*%?\s*$|\.\."),
    ("examples", ("+-3 %", "0.8..1.0")),
)
RANK: Form = (("type", ("number", "string")), ("minimum", -1), ("maximum", 1))
SEED: Form = (
    ("type", ("integer", "string")), ("minimum", 0), ("maximum", 2**64 - 1),
    ("pattern", "^[0-9]{1,20}$"),
)  # fmt: skip
VERSION: Form = (("enum", (1, "1")),)


def one_of(words: tuple[str, ...]) -> Form:
    """Return the form of a scalar that is one of some words."""
    return (("enum", words),)


def as_schema(form: Form) -> dict[str, Any]:
    """Return a form as a JSON Schema."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in form}
