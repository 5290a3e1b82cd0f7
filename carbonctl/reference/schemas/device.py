"""The schema of a record of hardware_db, a device or a host, made of the forms that read it."""

from __future__ import annotations

from typing import Any

from carbonctl.catalog import leaves, records
from carbonctl.catalog.records_reader import Group, Leaf, Listed, Reader
from carbonctl.numbers import units
from carbonctl.numbers.units import Dimension
from carbonctl.reference import descriptions
from carbonctl.reference.schemas import Schema, closed, ref
from carbonctl.reference.schemas.quantities import definitions, name_of
from carbonctl.reference.schemas.spec import part_definitions
from carbonctl.spec.tree import Seq

_RATES = {
    f"peak.{form}{suffix}": f"rate of {form} on {where} units"
    for form in records.FORMATS
    for suffix, where in (("", "matrix"), ("_vector", "vector"))
}
_TEXT: Schema = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
_WHOLE: Schema = {"type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9]{1,9}$"}
_POSITIVE: Schema = {"type": ["integer", "string"], "minimum": 1, "pattern": "^0*[1-9][0-9]{0,8}$"}
_SWITCH: Schema = {"enum": [True, False, "true", "false"]}
_SOURCES: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}
_PROFILES: Schema = {"type": "object", "additionalProperties": _POSITIVE, "minProperties": 1}
_PLAIN = {
    str: _TEXT, int: _WHOLE, bool: _SWITCH, list: _SOURCES, dict: _PROFILES,
    leaves.POSITIVE: _POSITIVE,
}  # fmt: skip
_OF_A_FIGURE: dict[str, Schema] = {
    "source": _SOURCES,
    "confidence": {"enum": list(leaves.CONFIDENCES)},
    "note": _TEXT,
    "covers": {"enum": list(records.COVERS)},
    "boundary": _TEXT,
    "includes": {"type": "array", "items": _TEXT},
    "split": {"type": "object", "additionalProperties": ref("one-mass-of-CO2e")},
    "archetype": _SWITCH,
    "is": {"enum": list(records.HOST_POWER_IS)},
}


def build() -> Schema:
    """Return the schema of a record: a device's or a host's.

    A laptop may be either: the folder decides, which a schema does not see.
    """
    shared: dict[str, Schema] = {}
    device = _Form({**descriptions.of("record", "device"), **_RATES}, shared).schema(records.DEVICE)
    host = _Form(descriptions.of("record", "host"), shared).schema(records.HOST)
    return {
        "$id": "carbonctl.device/1",
        "title": "A record of hardware_db",
        "description": "A device (accelerators/, cpus/, phones/) or a host around it (hosts/). "
        "The path of the file is its id; what is not known is left out",
        "anyOf": [ref("device"), ref("host")],
        "$defs": {
            "device": {"description": "An accelerator, a CPU, a phone", **device},
            "host": {"description": "A server, workstation or laptop around its devices", **host},
            **part_definitions(),
            **shared,
        },
    }


class _Form:
    """Turns a form into a schema, and puts figures among the shared definitions."""

    def __init__(self, said: dict[str, str], shared: dict[str, Schema]) -> None:
        self.said = said
        self.shared = shared
        self.quantities = definitions()

    def schema(self, reader: Reader, path: str = "") -> Schema:
        """Return the schema of what a reader takes that stands at a path."""
        if isinstance(reader, Group):
            fields = {
                key: {**self.schema(inner, f"{path}{key}."), "description": self.said[path + key]}
                for key, inner in reader.fields.items()
                if key != "id"  # which is the path of the file
            }
            return closed(fields, reader.required)
        if isinstance(reader, Listed):
            return {"type": "array", "items": self.schema(reader.reader, path)}
        assert isinstance(reader, Leaf)
        return self.leaf(reader.wants)

    def leaf(self, wants: Any) -> Schema:
        """Return the schema of one value, or of a figure."""
        if isinstance(wants, Dimension):
            return self.figure(
                f"{name_of(wants)}-figure", wants, descriptions.of("figure"), ("value", "source")
            )
        if wants is Seq:
            return ref("parts")
        if wants is records.Embodied:
            required = ("value", "source", "covers")
            said = descriptions.of("figure", "embodied figure")
            return self.figure("embodied-figure", units.MASS, said, required)
        if wants is records.HostPower:
            said = descriptions.of("figure", "host power")
            return self.figure("host-power-figure", units.POWER, said, ("value", "source", "is"))
        return {"enum": list(wants)} if isinstance(wants, tuple) else _PLAIN[wants]

    def figure(
        self, name: str, dimension: Dimension, said: dict[str, str], required: tuple[str, ...]
    ) -> Schema:
        """Put a figure with what it needs among the shared definitions, and refer to it."""
        single, ranged = f"one-{name_of(dimension)}", f"{name_of(dimension)}-or-range"
        self.shared.update({part: self.quantities[part] for part in (single, ranged)})
        own = {**dict.fromkeys(("value", "low", "high"), ref(ranged)), **_OF_A_FIGURE}
        fields = {key: {**own[key], "description": said[key]} for key in said}
        description = f"{self.shared[ranged]['description']}, with its source"
        self.shared[name] = closed(fields, required, description=description)
        return ref(name)
