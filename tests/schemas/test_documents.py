"""What all schemas have in common: valid, closed, described, and without loose ends."""

import json

import pytest
from jsonschema import Draft202012Validator

from carbonctl.reference import schemas
from tests.schemas.readers import validator

BUILT = {name: schemas.build(name) for name in schemas.NAMES}


def parts(schema, path=""):
    """Yield (path, subschema) of every schema inside a schema, itself first."""
    yield path, schema
    for key in ("properties", "$defs"):
        for name, inner in schema.get(key, {}).items():
            yield from parts(inner, f"{path}/{key}/{name}")
    for key in ("oneOf", "anyOf"):
        for place, inner in enumerate(schema.get(key, [])):
            yield from parts(inner, f"{path}/{key}/{place}")
    for key in ("items", "propertyNames", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from parts(schema[key], f"{path}/{key}")


@pytest.fixture(params=BUILT)
def name(request):
    return request.param


def test_it_is_a_schema(name):
    Draft202012Validator.check_schema(BUILT[name])
    assert BUILT[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert BUILT[name]["title"]
    assert "://" not in BUILT[name]["$id"]
    assert json.loads(json.dumps(BUILT[name])) == BUILT[name]  # no tuples, no keys but texts


def test_no_keyword_is_unknown(name):
    """The walk of these tests reaches every part, and no keyword is a slip."""
    known = {
        "$schema", "$id", "$defs", "$ref", "title", "description", "examples", "default", "type", "enum",
        "const", "pattern", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
        "multipleOf", "properties", "required", "additionalProperties", "propertyNames", "minProperties",
        "items", "minItems", "oneOf", "anyOf", "patternProperties",
    }  # fmt: skip
    for path, schema in parts(BUILT[name]):
        assert not schema.keys() - known, path


def test_every_property_is_described(name):
    for path, schema in parts(BUILT[name]):
        for key, inner in schema.get("properties", {}).items():
            said = inner.get("description", "")
            assert len(said) > 3, f"{path}/{key}"
            assert "``" not in said, f"{path}/{key}"


def test_mappings_are_closed(name):
    for path, schema in parts(BUILT[name]):
        if schema.get("type") == "object" and "properties" in schema:
            assert schema["additionalProperties"] is False, path


def test_every_definition_is_used_and_exists(name):
    used = {schema["$ref"] for _, schema in parts(BUILT[name]) if "$ref" in schema}
    assert used == {f"#/$defs/{key}" for key in BUILT[name]["$defs"]}


def test_examples_are_valid(name):
    shared = {"$defs": BUILT[name]["$defs"]}
    found = [(path, schema) for path, schema in parts(BUILT[name]) if "examples" in schema]
    assert found or name not in ("spec", "device")
    for path, schema in found:
        for example in schema["examples"]:
            assert Draft202012Validator({**schema, **shared}).is_valid(example), path


def test_it_is_the_same_twice(name):
    assert json.dumps(schemas.build(name)) == json.dumps(BUILT[name])
    assert validator(name).schema == BUILT[name]
