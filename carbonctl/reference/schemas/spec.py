"""The schema of a workload, generated from the models that check it."""

from __future__ import annotations

from functools import singledispatchmethod
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import CoreRef, GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from carbonctl import estimators
from carbonctl.catalog import Catalog
from carbonctl.reference import descriptions
from carbonctl.reference.schemas import Schema, closed, ref
from carbonctl.reference.schemas.quantities import definitions, name_of
from carbonctl.spec import bounds, scalars
from carbonctl.spec import fields as f
from carbonctl.spec.checked import Checked
from carbonctl.spec.hours import Generation, HourlyFile, Schedule, Servers, StationaryBattery, Tier
from carbonctl.spec.levers import ActivitiesField, Lever, NodeField, TargetsField
from carbonctl.spec.model import PHASES, Activity, Workload
from carbonctl.spec.parts import DEVICE, GROUP, HOST
from carbonctl.spec.parts import KINDS as PART_KINDS
from carbonctl.spec.projection import Projection
from carbonctl.spec.rates import PATTERN, RateField
from carbonctl.spec.systems import System
from carbonctl.spec.word_or import WordOr

# What `Checked` keys hold, which the models of the spec name and do not contain.
OF_SITES = (HourlyFile, Generation, StationaryBattery, Tier, Servers)
CHECKED = (*OF_SITES, Schedule, Projection)
_CHECKED = "\0checked"  # where a field keeps the name of its model until all are known
_SHARE: f.QuantityField = get_args(f.Fraction)[1]


class _Generator(GenerateJsonSchema):
    """Pydantic's generator in the manner of the spec: no nulls, no titles, shared quantities."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.quantities = definitions()

    def sort(self, value: Schema, parent_key: str | None = None) -> Schema:
        """Keep the order of the models."""
        return value

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Leave out titles, which would only say the key again."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> Schema:
        """Return the schema of the value alone: a key without one is refused."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Schema:
        """Leave out a default that says nothing."""
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def dict_schema(self, schema: core_schema.DictSchema) -> Schema:
        """Return the schema of a mapping whose names are checked too."""
        return {
            "type": "object",
            "propertyNames": self.generate_inner(schema["keys_schema"]),
            "additionalProperties": self.generate_inner(schema["values_schema"]),
        }

    def function_plain_schema(self, schema: core_schema.PlainValidatorFunctionSchema) -> Schema:
        """Return the schema of a field that is read by its marker."""
        marker = schema.get("metadata", {}).get(f.FIELD)
        return super().function_plain_schema(schema) if marker is None else self.field(marker)

    @singledispatchmethod
    def field(self, marker: Any) -> Schema:
        """Return the schema of what a marker reads."""
        raise TypeError(f"no schema is known of {marker!r}")

    @field.register
    def _(self, marker: f.QuantityField) -> Schema:
        dimension, check, needs_one = marker
        name = name_of(dimension)
        one, any_ = f"one-{name}", f"{name}-or-range"
        ends = {} if dimension.unit else bounds.BOUNDS.get(check, {})
        for part in (one,) if needs_one else (one, any_, name):
            shared = self.shared(part, self.quantities[part])
        return {**shared, "examples": [dimension.example], **ends}

    @field.register
    def _(self, marker: f.RateOrCount) -> Schema:
        return {"anyOf": [self.field(marker.count), self.field(marker.rate)]}

    @field.register
    def _(self, marker: WordOr) -> Schema:
        return {"anyOf": [{"enum": [marker.word]}, self.field(marker.quantity)]}

    @field.register
    def _(self, marker: Checked) -> Schema:
        model = {_CHECKED: marker.name}
        if marker.is_list:
            return {"type": "array", "items": model, "minItems": 1}
        word = scalars.as_schema(scalars.WORDS)
        return {"anyOf": [word, model]} if marker.or_word else model

    @field.register
    def _(self, marker: f.GridField) -> Schema:
        share = self.field(_SHARE)
        mix = {"type": "object", "minProperties": 1, "additionalProperties": share}
        norway = {"const": False, "description": "NO, Norway, as readers of YAML 1.1 have it"}
        grid = {
            "description": "A country, a part of one, a cloud region, the world, or a mix",
            "anyOf": [scalars.as_schema(scalars.ID), norway, mix],
            "examples": ["FR", "US-CAMX", "aws/us-east-1", {"hydro": "60 %", "gas": "40 %"}],
        }
        return self.shared("grid", grid)

    @field.register
    def _(self, marker: RateField) -> Schema:
        one = {
            "description": "A rate of change: `FACTORx / PERIOD`, or `±P % / PERIOD`",
            "type": "string",
            "pattern": PATTERN,
            "examples": ["2.9x / 18 months", "-20 % / 6 months"],
        }
        self.shared("one-rate-of-change", one)
        parts = {key: ref("one-rate-of-change") for key in ("best", "low", "high")}
        parts["source"] = scalars.as_schema(scalars.WORDS)
        said = descriptions.of("quantity")
        described = {key: {**part, "description": said[key]} for key, part in parts.items()}
        whole = closed(described, ("best",))
        rate = {"anyOf": [ref("one-rate-of-change"), whole]}
        return self.shared("rate-of-change", rate)

    @field.register
    def _(self, marker: NodeField) -> Schema:
        return {"type": ["string", "number", "boolean", "object", "array"]}

    @field.register
    def _(self, marker: ActivitiesField) -> Schema:
        return {"type": "array"}

    @field.register
    def _(self, marker: TargetsField) -> Schema:
        word = scalars.as_schema(scalars.ID)
        return {"anyOf": [word, {"type": "array", "items": word, "minItems": 1}]}

    def shared(self, name: str, schema: Schema) -> Schema:
        """Put a schema among the shared definitions and return a reference to it."""
        definition, reference = self.get_cache_defs_ref_schema(CoreRef(name))
        self.definitions[definition] = schema
        return reference

    def model_schema(self, schema: core_schema.ModelSchema) -> Schema:
        """Return the schema of a model, its description first and without markup."""
        form = super().model_schema(schema)
        said = form.pop("description", "").replace("``", "`")
        return {"title": form.pop("title"), "description": said, **form}


def build() -> Schema:
    """Return the schema of a workload."""
    kinds = {kind: estimators.model(kind) for kind in estimators.names()}
    shared, names = schemas_of(
        [Workload, Activity, *kinds.values(), System, Lever, *PART_KINDS.values(), *CHECKED]
    )
    root, common = shared.pop(names[Workload]), shared.pop(names[Activity])
    for kind, model in kinds.items():
        shared[names[model]] = _of_kind(kind, shared[names[model]])
    _name_models(shared, names, kinds)
    _close_parts(shared, names)
    shared[names[System]]["properties"]["parts"] |= _LIST_OF_PARTS
    lever = shared[names[Lever]]
    lever["properties"]["adds"]["additionalProperties"] = _ACTIVITIES
    on = {**lever["properties"]["on"], "description": "on, as readers of YAML 1.1 have it"}
    lever["patternProperties"] = {"^[Tt]rue$": on}
    shared["activity"] = {
        "description": "One thing done in a phase",
        "required": ["kind"],
        "properties": {"kind": {**common["properties"]["kind"], "enum": list(kinds)}},
        "oneOf": [ref(names[model]) for model in kinds.values()],
    }
    root["properties"]["phases"] = _phases(root["properties"]["phases"]["description"])
    return {"$id": "carbonctl.spec/1", **root, "title": "A workload for carbonctl", "$defs": shared}


def _name_models(
    shared: dict[str, Schema], names: dict[Any, str], kinds: dict[str, type[Activity]]
) -> None:
    """Put the models that can be named into the schema, for editors to offer."""
    models = Catalog().models
    language = [m.id for m in models.language()] + [m.id for m in models.closed()]
    shared["language_model"] = {**scalars.as_schema(scalars.ID), "examples": language}
    media = [m.id for m in models.media()]
    shared["media_model"] = {**scalars.as_schema(scalars.ID), "examples": media}
    for kind, model in kinds.items():
        properties = shared[names[model]]["properties"]
        if "model" in properties and "tokens" in "".join(properties):
            said = properties["model"]["description"]
            properties["model"] = {**ref("language_model"), "description": said}
        elif kind == "media_serving":
            said = properties["model"]["description"]
            properties["model"] = {**ref("media_model"), "description": said}


def part_definitions() -> dict[str, Schema]:
    """Return the definitions that a list of parts needs: `parts` is the list itself."""
    shared, names = schemas_of([*PART_KINDS.values()])
    _close_parts(shared, names)
    return {**shared, "parts": _LIST_OF_PARTS}


_ACTIVITIES: Schema = {"type": "array", "items": ref("activity"), "minItems": 1}
_LIST_OF_PARTS: Schema = {"type": "array", "items": ref("part"), "minItems": 1}


def schemas_of(models: list[type[BaseModel]]) -> tuple[dict[str, Schema], dict[Any, str]]:
    """Return the definitions of some models, and the name of each."""
    refs, schema = models_json_schema(
        [(m, "validation") for m in models], schema_generator=_Generator
    )
    names = {model: refs[model, "validation"]["$ref"].rpartition("/")[2] for model in models}
    known = {model.__name__: ref(names[model]) for model in CHECKED if model in names}
    return _with_checked(schema["$defs"], known), names


def _with_checked(schema: Any, known: dict[str, Schema]) -> Any:
    """Put references in the place of the names of models that `Checked` keys hold."""
    if isinstance(schema, dict):
        if _CHECKED in schema:
            more = {key: value for key, value in schema.items() if key != _CHECKED}
            return {**known[schema[_CHECKED]], **more}
        return {key: _with_checked(value, known) for key, value in schema.items()}
    return [_with_checked(item, known) for item in schema] if isinstance(schema, list) else schema


def _close_parts(shared: dict[str, Schema], names: dict[Any, str]) -> None:
    """Turn the models of parts into one definition that knows them all by their kind."""
    shared.pop("Part", None)
    for kind, model in PART_KINDS.items():
        name = names[model]
        shared[name] = _of_kind(kind, shared[name])
        if kind in (GROUP, DEVICE, HOST):  # which another key says
            shared[name]["required"] = [key for key in shared[name]["required"] if key != "kind"]
    shared[names[PART_KINDS[GROUP]]]["properties"]["parts"] |= _LIST_OF_PARTS
    shared["part"] = {
        "description": "One part of a device or a system",
        "properties": {"kind": {"description": "what it is", "enum": list(PART_KINDS)}},
        "oneOf": [ref(names[model]) for model in PART_KINDS.values()],
    }


def _of_kind(kind: str, schema: Schema) -> Schema:
    """Return the schema of one kind's model, closed to the other kinds."""
    order = dict.fromkeys(("kind", "name"))  # these first
    constant = {"const": kind, "description": schema["description"]}
    properties = {**order, **schema["properties"], "kind": constant}
    return {**schema, "title": kind, "properties": properties}


def _phases(said: str) -> Schema:
    """Return the schema of the phases; one without activities may be empty."""
    activities = {"type": ["array", "null"], "items": ref("activity")}
    known = descriptions.of("phases")
    phases = {phase: {"description": known[phase], **activities} for phase in PHASES}
    return closed(phases, (), description=said, minProperties=1)
