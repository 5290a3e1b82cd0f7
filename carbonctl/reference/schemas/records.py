"""Schemas of the records that are written: keys and types are theirs, and all keys are there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args, get_origin, get_type_hints

from carbonctl.reference import descriptions
from carbonctl.reference.schemas import Schema, closed, ref

NULL: Schema = {"type": "null"}
TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
MAYBE_NUMBER: Schema = {"type": ["number", "null"]}
HASH: Schema = {**TEXT, "description": "", "pattern": "^[0-9a-f]{64}$"}
_TYPES = {
    str: "string", bool: "boolean", float: "number", int: "integer", type(None): "null",
}  # fmt: skip


def fields(name: str, /, **types: Schema) -> dict[str, Schema]:
    """Return the fields of a table of descriptions; those without a type are texts."""
    known = descriptions.of(name)
    return {key: {**types.get(key, TEXT), "description": said} for key, said in known.items()}


def whole(properties: dict[str, Schema], **more: Any) -> Schema:
    """Return the schema of a mapping that always has all its keys."""
    return closed(properties, tuple(properties), **more)


def record(made_of: Any, name: str, /, **own: Schema) -> Schema:
    """Return the schema of a record, of the types that its class has or of their own.

    ``name`` is that of its table of descriptions.
    """
    wanted = descriptions.of(name).keys() - own.keys()
    types = {key: typed(hint) for key, hint in get_type_hints(made_of).items() if key in wanted}
    return whole(fields(name, **types, **own))


def typed(hint: Any) -> Schema:
    """Return the schema of a type hint."""
    if get_origin(hint) is Literal:
        return words(get_args(hint))
    types = [_TYPES[kind] for kind in get_args(hint) or (hint,)]
    return {"type": types if len(types) > 1 else types[0]}


def words(allowed: Iterable[str | None]) -> Schema:
    """Return the schema of one of some words."""
    return {"enum": list(allowed)}


def listed(of: str) -> Schema:
    """Return the schema of a list of a shared definition."""
    return {"type": "array", "items": ref(of)}


def maybe(of: str) -> Schema:
    """Return the schema of a shared definition or of null."""
    return {"anyOf": [ref(of), NULL]}


def each(said: dict[str, str], of: str) -> Schema:
    """Return the schema of a mapping that has a shared definition at each key."""
    return whole({key: {**ref(of), "description": text} for key, text in said.items()})
