"""The schema of a result is what ``estimate`` writes, key by key."""

import json

import pytest

from carbonctl.ledger.entry import COLUMNS
from carbonctl.ledger.result import SCHEMA
from carbonctl.reference import schemas
from tests.conftest import CONFIGS
from tests.schemas.readers import faults

FILES = [str(path) for path in sorted(CONFIGS.glob("*.yaml"))]
EVERYTHING = """\
name: x
functional_unit: {name: token, amount: 1e9}
site: {grid: US, pue: 1.1, wue: 1.8 L/kWh, water_intensity: 2 L/kWh, losses: 5 %}
phases:
  training: [{kind: energy, energy: 1..2 MWh}, {kind: transfer, volume: 1 TB, intensity: 0.01 kWh/GB}]
  inference: [{kind: compute, device: nvidia/t4, device_time: 5 GPU-h}]
reported: {energy: 1 MWh, operational: 1 t, operational_market: 1 t, embodied: 1 t, total: 1 t, water: 5 m3, source: me}
"""


@pytest.fixture
def written(inside, tmp_path):
    def write(form: str, *more: str) -> str:
        job = tmp_path / "job.yaml"
        job.write_text(EVERYTHING)
        return inside("estimate", *FILES, str(job), *more, "--format", form, "-q").out

    return write


def test_documents_are_valid(written, tmp_path):
    assert not faults("result", json.loads(written("json")))
    (tmp_path / "bad.yaml").write_text("name: x\nsite: {grid: Oz}\n")
    with_errors = json.loads(written("json", str(tmp_path / "bad.yaml")))
    assert with_errors["errors"]
    assert not faults("result", with_errors)


def test_lines_are_valid(written):
    for line in written("jsonl").splitlines():
        assert not faults("result", json.loads(line))


def test_the_workload_inside_is_a_workload(written):
    for result in json.loads(written("json"))["results"]:
        assert not faults("spec", result["spec"])


def test_what_is_described_is_written(written):
    """All keys are required, and the mappings closed; what may be missing is in `reported`."""
    shared = schemas.build("result")["$defs"]
    for schema in shared.values():
        optional = [key for key in ("samples", "verdicts") if key in schema["properties"]]
        assert schema["required"] + optional == list(schema["properties"])
    document = json.loads(written("json"))
    assert set(document["results"][-1]["reported"]) == set(
        shared["result"]["properties"]["reported"]["properties"]
    )
    assert list(shared["entry"]["properties"]) == [*COLUMNS, "formula", "inputs"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "carbonctl.estimate/9"),
        (("results",), {}),
        (("more",), 1),
        (("results", 0, "name"), None),
        (("results", 0, "phases", "trainign"), {}),
        (("results", 0, "total", "energy_kwh"), "5"),
        (("results", 0, "entries", 0, "phase"), "play"),
        (("results", 0, "entries", 0, "inputs", 0, "status"), "guessed"),
        (("results", 0, "entries", 0, "note"), "x"),
    ],
)
def test_other_documents_are_refused(written, path, value):
    document = json.loads(written("json"))
    node = document
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    assert faults("result", document)


def test_the_name_of_the_schema():
    assert schemas.build("result")["$id"] == SCHEMA
