"""The schema of a record has the keys of the forms, and takes what they take."""

import random

import pytest

from carbonctl.catalog import leaves, records
from carbonctl.catalog.records_reader import Group, Leaf, Listed
from carbonctl.errors import InputError
from carbonctl.inputs.validate import DEVICE, HOST, validate
from carbonctl.reference import schemas
from tests.conftest import CATALOG, ROOT
from tests.properties.test_fuzz import mutate
from tests.schemas.readers import READERS, faults

RECORDS = sorted((ROOT / "hardware_db").glob("*/*/*.yaml"))
GPU = """\
name: X1
vendor: Acme
kind: gpu
year: 2024
unit: card
form: pcie
aliases: [Acme X1]
host: nvidia/dgx-h100
rated_power: {value: 700 W, low: 650 W, high: 720 W, source: [a, b], confidence: low, note: x}
cores: {value: 64, source: a}
memory: {type: HBM3, capacity: {value: 80 GB, source: a}, stacks: {value: 5, source: a}}
dies: [{name: D, process: TSMC 4N, node: 5 nm, area: {value: 814 mm2, source: a}, count: 1}]
peak: {bf16: {value: 989.4 TFLOPS, source: a}, int8_vector: {value: 1 POPS, source: a}}
embodied: {value: 1..2 t, source: a, covers: card, boundary: cradle-to-gate, includes: [memory], archetype: true}
notes: none
counted_as: [{tool: nvidia-smi, devices: 2, names: [Acme X1], source: a}]
mig: {slices: 7, profiles: {1g.10gb: 1, 7g.80gb: 7}, source: [a, b]}
"""
SERVER = """\
name: Box
kind: server
archetype: false
device: acme/x1
devices: 8
host_power: {value: 4 kW, is: maximum, source: a}
wall_power: {value: 9 kW, source: a}
cpu: intel/xeon-platinum-8480c
cpus: 2
storage: {type: ssd, capacity: {value: 30 TB, source: a}}
"""


def keys(schema):
    """Return the tree of keys that a schema knows."""
    if "items" in schema:
        return keys(schema["items"])
    return {key: keys(inner) for key, inner in schema.get("properties", {}).items()}


def keys_of_form(reader):
    """Return the tree of keys that a form knows; figures are leaves."""
    if isinstance(reader, Listed):
        return keys_of_form(reader.reader)
    if isinstance(reader, Group):
        return {key: keys_of_form(inner) for key, inner in reader.fields.items() if key != "id"}
    assert isinstance(reader, Leaf)
    return {}


def test_the_keys_are_those_of_the_forms():
    shared = schemas.build("device")["$defs"]
    assert keys(shared["device"]) == keys_of_form(records.DEVICE)
    assert keys(shared["host"]) == keys_of_form(records.HOST)
    assert set(shared["embodied-figure"]["properties"]) == set(records.EMBODIED_KEYS)
    for name, schema in shared.items():
        if name == "host-power-figure":
            assert set(schema["properties"]) == set(records.HOST_POWER_KEYS)
        elif name.endswith("-figure") and name != "embodied-figure":
            assert set(schema["properties"]) == set(leaves.FIGURE_KEYS)


@pytest.mark.parametrize("reader", READERS)
def test_every_record_is_valid(reader):
    assert len(RECORDS) > 600
    for path in RECORDS:
        assert not faults("device", READERS[reader](path.read_text(encoding="utf-8"))), path


def refused(text: str) -> bool:
    try:
        found = validate(text.encode(), "x.yaml", CATALOG)
    except InputError as error:
        assert all(problem.line >= 1 and problem.col >= 1 for problem in error.problems)
        return True
    assert found in (DEVICE, HOST)
    return False


@pytest.mark.parametrize("seed", range(10))
def test_what_the_forms_take_is_valid(seed):
    chance = random.Random(seed)
    for _ in range(40):
        data = mutate(chance.choice(RECORDS).read_bytes(), chance)
        text = data.decode("utf-8", "replace")
        if not refused(text):
            assert not faults("device", READERS["as text"](text)), text


BAD = [
    (GPU, "vendor: Acme", "vednor: Acme"),
    (GPU, "vendor: Acme\n", ""),
    (GPU, "kind: gpu", "kind: gup"),
    (GPU, "year: 2024", "year: soon"),
    (GPU, "unit: card", "unit: crad"),
    (GPU, "form: pcie", "form: pci"),
    (GPU, "[Acme X1]", "Acme X1"),
    (GPU, "host: nvidia/dgx-h100", "host: "),
    (GPU, "value: 700 W", "vlaue: 700 W"),
    (GPU, "value: 700 W", "value: 700"),
    (GPU, "value: 700 W", "value: 700 kg"),
    (GPU, ", source: [a, b]", ""),
    (GPU, "source: [a, b]", "source: []"),
    (GPU, "confidence: low", "confidence: lwo"),
    (GPU, "cores: {value: 64, source: a}", "cores: 64"),
    (GPU, "type: HBM3", "tpye: HBM3"),
    (GPU, "stacks: {value: 5, source: a}", "stacks: 5"),
    (GPU, "dies: [{", "dies: [D, {"),
    (GPU, "node: 5 nm", "ndoe: 5 nm"),
    (GPU, "count: 1", "count: one"),
    (GPU, "bf16: {", "bf61: {"),
    (GPU, "989.4 TFLOPS", "989.4 W"),
    (GPU, ", covers: card", ""),
    (GPU, "covers: card", "covers: cards"),
    (GPU, "includes: [memory]", "includes: memory"),
    (GPU, "archetype: true", "archetype: maybe"),
    (GPU, "tool: nvidia-smi", "tool: nvidiasmi"),
    (GPU, "devices: 2, names", "devices: 0, names"),
    (GPU, ", names: [Acme X1]", ""),
    (GPU, "profiles: {1g.10gb: 1, 7g.80gb: 7}", "profiles: {}"),
    (GPU, "7g.80gb: 7", "7g.80gb: seven"),
    (SERVER, "kind: server", "kind: sever"),
    (SERVER, "devices: 8", "devices: some"),
    (SERVER, "archetype: false", "archetype: perhaps"),
    (SERVER, "host_power", "hots_power"),
    (SERVER, "is: maximum, ", ""),
    (SERVER, "value: 9 kW", "is: maximum, value: 9 kW"),
    (SERVER, "is: maximum", "is: nameplate"),
    (GPU, "value: 700 W", "is: maximum, value: 700 W"),
    (SERVER, "cpus: 2", "cpus: 2.5"),
    (SERVER, "type: ssd", "medium: ssd"),
]


@pytest.mark.parametrize(("good", "old", "new"), BAD)
def test_bad_records_are_refused_by_both(good, old, new):
    assert not refused(good)
    text = good.replace(old, new, 1)
    assert text != good
    assert refused(text)
    for reader, read in READERS.items():
        assert not faults("device", read(good)), reader
        assert faults("device", read(text)), reader
