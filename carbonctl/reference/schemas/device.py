"""The schema of a record of hardware_db, a device or a host, made of the forms that read it."""

from __future__ import annotations

from typing import Any

from carbonctl.catalog import leaves, records
from carbonctl.catalog.records_reader import Group, Leaf, Listed, Reader
from carbonctl.numbers import units
from carbonctl.numbers.units import Dimension
from carbonctl.reference.schemas import Schema, closed, ref
from carbonctl.reference.schemas.quantities import definitions, name_of
from carbonctl.reference.schemas.spec import part_definitions
from carbonctl.spec.tree import Seq

_BOTH = {
    "name": "the maker's own name of the product",
    "vendor": "who sells it",
    "year": "year of release",
    "aliases": "other names: as people, clouds and nvidia-smi write it",
    "memory.capacity": "capacity of the memory",
    "embodied": "carbon of making it, cradle-to-gate unless `boundary` says otherwise [kgCO2e]",
    "parts": "what it is made of, for a computed figure of embodied carbon",
    "notes": "what a reader should know of the record",
}
_DEVICE = {
    **_BOTH,
    "kind": "what it is; `soc` is a chip that holds several kinds of cores",
    "unit": "what one device is",
    "host": "id of the host that is assumed when a workload names none",
    "rated_power": "TDP or another nameplate figure of one device [W]",
    "idle_power": "draw of one idle device [W]",
    "typical_power": "a published mean draw of one device at work [W]",
    "cores": "physical cores of a CPU",
    "threads_per_core": "threads that a core of a CPU runs at once",
    "memory": "the device's own memory",
    "memory.type": "HBM3, GDDR6, LPDDR5, …",
    "memory.bandwidth": "rate at which the memory is read [GB/s]",
    "memory.stacks": "stacks of memory in the package",
    "dies": "physical silicon of the package, without wafer losses",
    "dies.name": "the maker's name of the die",
    "dies.process": "the maker's name of the process: TSMC 4N",
    "dies.node": "class of the process by which fab tables are read: 5 nm",
    "dies.area": "area of one die [mm2]",
    "dies.count": "how many of them the package has; 1 unless given",
    "peak": "dense computing rates, without sparsity [TFLOPS, TOPS of integers]",
    "counted_as": "how other tools count it: `devices` of the tool's are one of the record's",
    "counted_as.tool": "the tool, or `slice` for names such as v3-8",
    "counted_as.devices": "how many it counts for one device of the record",
    "counted_as.names": "what it calls them",
    "counted_as.source": "a key of sources.yaml, or a list of keys",
    "mig": "how the device is divided by MIG",
    "mig.slices": "compute slices of the whole device",
    "mig.profiles": "how many of them each profile takes",
    "mig.source": "a key of sources.yaml, or a list of keys",
}
_HOST = {
    **_BOTH,
    "kind": "what it is",
    "archetype": "whether it stands in for others of its class",
    "device": "id of the devices that it holds",
    "devices": "how many of them, or of other accelerators",
    "host_power": "draw of the machine at work, its accelerators not counted [W]",
    "idle_power": "idle draw of the machine, its accelerators not counted [W]",
    "cpu": "id of its CPU",
    "cpus": "how many CPUs it has",
    "memory": "memory of the machine, its accelerators not counted",
    "memory.type": "DDR4, DDR5, …",
    "memory.bandwidth": "rate at which the memory is read [GB/s]",
    "memory.stacks": "stacks of memory",
    "storage": "local drives",
    "storage.type": "ssd, hdd, …",
    "storage.capacity": "capacity of the local drives together",
}
_FIGURE = {
    "value": "best estimate, or a range",
    "low": "lower bound around the value, where it is known",
    "high": "upper bound around the value, where it is known",
    "source": "a key of sources.yaml, or a list of keys",
    "confidence": "high unless given: seen in the maker's own document, or in two independent "
    "copies of it; medium: in one copy, or by a stated sum; low: an estimate, or contested",
    "note": "how it was derived, and what contests it",
}
_EMBODIED = {
    **_FIGURE,
    "covers": "what the figure is of; `host` is a server without its accelerators, `server` "
    "all of it",
    "boundary": "cradle-to-gate unless given",
    "includes": "what the figure is said to hold",
    "split": "how much of it is of what",
    "archetype": "whether the figure was borrowed from another machine of the class",
}
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
}


def build() -> Schema:
    """Return the schema of a record: a device's or a host's.

    A laptop may be either: the folder decides, which a schema does not see.
    """
    shared: dict[str, Schema] = {}
    device = _Form({**_DEVICE, **_RATES}, shared).schema(records.DEVICE)
    host = _Form(_HOST, shared).schema(records.HOST)
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
            return self.figure(f"{name_of(wants)}-figure", wants, _FIGURE, ("value", "source"))
        if wants is Seq:
            return ref("parts")
        if wants is records.Embodied:
            required = ("value", "source", "covers")
            return self.figure("embodied-figure", units.MASS, _EMBODIED, required)
        return {"enum": list(wants)} if isinstance(wants, tuple) else _PLAIN[wants]

    def figure(
        self, name: str, dimension: Dimension, said: dict[str, str], required: tuple[str, ...]
    ) -> Schema:
        """Put a figure with what it needs among the shared definitions, and refer to it."""
        one, ranged = f"one-{name_of(dimension)}", f"{name_of(dimension)}-or-range"
        self.shared.update({part: self.quantities[part] for part in (one, ranged)})
        own = {**dict.fromkeys(("value", "low", "high"), ref(ranged)), **_OF_A_FIGURE}
        fields = {key: {**own[key], "description": said[key]} for key in said}
        description = f"{self.shared[ranged]['description']}, with its source"
        self.shared[name] = closed(fields, required, description=description)
        return ref(name)
