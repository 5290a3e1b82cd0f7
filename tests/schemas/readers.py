"""YAML as an editor reads it before it asks a schema: as text, by YAML 1.1, by YAML 1.2."""

import re
from functools import cache
from typing import Any, ClassVar

import yaml
from jsonschema import Draft202012Validator

from carbonctl.reference import schemas
from carbonctl.spec.tree import parse


class _Core(yaml.SafeLoader):
    """The core schema of YAML 1.2: ``yes`` and ``NO`` are text, ``15e12`` is a number."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


for tag, pattern in (
    ("null", r"~|null|Null|NULL|"),
    ("bool", r"true|True|TRUE|false|False|FALSE"),
    ("int", r"[-+]?[0-9]+"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|\.(nan|NaN|NAN)"),
):
    _Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"({pattern})\Z"), None)
_Core.add_constructor(
    "tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node))
)


def _as_json(node: Any) -> Any:
    """Return a document as JSON would hold it: keys and dates are text."""
    if isinstance(node, dict):
        return {str(key): _as_json(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_as_json(item) for item in node]
    return node if isinstance(node, str | int | float | bool | None) else str(node)


READERS = {
    "as text": lambda text: parse(text, "f.yaml"),
    "by YAML 1.1": lambda text: _as_json(yaml.load(text, yaml.SafeLoader)),
    "by YAML 1.2": lambda text: _as_json(yaml.load(text, _Core)),
}


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of one of the schemas."""
    return Draft202012Validator(schemas.build(name))


def faults(name: str, document: Any) -> list[str]:
    """Return what a schema has against a document."""
    return [
        f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(document)
    ]
