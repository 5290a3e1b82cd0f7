"""JSON Schemas, draft 2020-12, of what carbonctl reads and writes.

The schema of an input takes whatever the tool takes. It refuses misspelt keys, unknown kinds
and units of another dimension, and leaves to the tool what needs the catalog, or several
keys together.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

OF_REPORTS = ("sci", "sci-ai", "inventory")
NAMES = (
    "spec", "result", "device", "site-file", "explore-file", "compare", "embodied", "reproduce",
    "sensitivity", "sweep", "breakeven", "levers", "project", "refresh", "scaling", "survey",
    "site", "schedule", "explore", "fleet", *OF_REPORTS,
)  # fmt: skip
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def build(name: str) -> Schema:
    """Return one of the schemas `NAMES`; its ``$id`` is relative, as it stands on no host."""
    schema: Schema = import_module(f"carbonctl.reference.schemas.{name.replace('-', '_')}").build()
    return {"$schema": _DRAFT, **schema}


def closed(properties: Schema, required: tuple[str, ...], **more: Any) -> Schema:
    """Return the schema of a mapping that has these keys and no others."""
    needed: Schema = {"required": list(required)} if required else {}
    form: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**more, **form, **needed}


def ref(name: str) -> Schema:
    """Return a reference to a shared definition."""
    return {"$ref": f"#/$defs/{name}"}
