"""Schemas of the records that are written: keys and types are theirs, and all keys are there."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin, get_type_hints

from carbonctl.reference.schemas import Schema, closed, ref

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
_TYPES = {
    str: "string", bool: "boolean", float: "number", int: "integer", type(None): "null",
}  # fmt: skip


def whole(properties: dict[str, Schema], **more: Any) -> Schema:
    """Return the schema of a mapping that always has all its keys."""
    return closed(properties, tuple(properties), **more)


def record(made_of: Any, said: dict[str, str], **own: Schema) -> Schema:
    """Return the schema of a record, of the types that its class has or of their own."""
    types = {key: typed(hint) for key, hint in get_type_hints(made_of).items() if key in said}
    return whole({key: {**{**types, **own}[key], "description": said[key]} for key in said})


def typed(hint: Any) -> Schema:
    """Return the schema of a type hint."""
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    types = [_TYPES[one] for one in get_args(hint) or (hint,)]
    return {"type": types if len(types) > 1 else types[0]}


def listed(of: str, description: str) -> Schema:
    """Return the schema of a list of a shared definition."""
    return {"type": "array", "items": ref(of), "description": description}


def texts(description: str) -> Schema:
    """Return the schema of a list of texts."""
    return {"type": "array", "items": TEXT, "description": description}


def text(description: str, **more: Any) -> Schema:
    """Return the schema of a text."""
    return {"type": "string", "description": description, **more}


def maybe(of: str, description: str) -> Schema:
    """Return the schema of a shared definition or of null."""
    return {"anyOf": [ref(of), {"type": "null"}], "description": description}
