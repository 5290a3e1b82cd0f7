"""The schema of a workload takes what the loader takes, and refuses what an editor can see."""

import random

import pytest
from jsonschema import Draft202012Validator

from carbonctl import estimators
from carbonctl.errors import InputError
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Range
from carbonctl.reference.schemas.quantities import definitions, name_of
from carbonctl.spec.bounds import BOUNDS
from carbonctl.spec.load import load
from tests.conftest import CATALOG, ROOT, account
from tests.conftest import WORKLOADS as SHIPPED
from tests.properties.test_fuzz import SEEDS, mutate
from tests.schemas.readers import READERS, faults

WORKLOADS = [*SHIPPED, *sorted((ROOT / "tests" / "golden").glob("*.yaml"))]
GOOD = """\
version: 1
name: job
functional_unit: {name: token, amount: 2B, delay: 20 ms}
site: {grid: US, pue: 1.1, year: 2024, operator: own, carbon_intensity: 300..500 g/kWh}
systems:
  node: {device: nvidia/h100-sxm5-80gb, devices: 8, host_power: 0 W, embodied: 2500..5700 kg}
phases:
  data:
  training:
    - {name: run, kind: compute, system: node, device_time: 100 GPU-h, load: 80 %}
    - {kind: energy, energy: 5 MWh, includes_pue: yes, embodied: {best: 4 t, high: 5 t, source: me}}
reported: {operational: 12 t, energy_includes_pue: no}
"""
ACTIVITIES = {
    "compute": "device: nvidia/t4, devices: 8, wall_time: 2 h",
    "experiments": "device: nvidia/t4, runs: 400, p50: 1.5 GPU-days, p99: 24 GPU-days",
    "serving": "requests: 1e9 / day, duration: 1 year, energy_per_request: 0.3 Wh, energy_boundary: node",
    "llm_serving": "model: llama-3.1-8b, device: nvidia/h100-sxm5-80gb, requests: 1M, output_tokens: 400, batch: 32",
    "llm_training": "parameters: 7B, device: nvidia/h100-sxm5-80gb, devices: 64, tokens: 1T, method: full",
    "media_serving": "model: flux, device: nvidia/h100-sxm5-80gb, requests: 1k / day, duration: 1 day, width: 512, height: 512, steps: 20",
    "storage": "capacity: 2 PB, duration: 90 days, medium: hdd",
    "transfer": "volume: 1 TB, intensity: 0.0065 kWh/GB, intensity_year: 2020",
    "ingestion": "device: nvidia/t4, bandwidth: 8 GB/s, server_bandwidth: 2 GB/s, duration: 1 day",
    "energy": "energy: 120 MWh, embodied: 0 kg",
    "federated": "rounds: 10, cohort: 100, compute_time: 60 s, model_size: 20 MB, network: {intensity: 0.03 kWh/GB, year: 2020}",
    "on_device": "device: google/pixel-7, requests: 1e6 / day, duration: 1 year, time_per_request: 0.2 s",
}


def refused_by_the_loader(text: str) -> bool:
    try:
        load(text, "job.yaml", estimators, CATALOG)
    except InputError:
        return True
    return False


def of_kind(kind: str, more: str = "") -> str:
    return f"name: x\nsite: {{grid: FR}}\nphases: {{data: [{{kind: {kind}, {ACTIVITIES[kind]}{more}}}]}}\n"


@pytest.mark.parametrize("reader", READERS)
def test_every_workload_that_comes_along_is_valid(reader):
    for path in WORKLOADS:
        assert not faults("spec", READERS[reader](path.read_text(encoding="utf-8"))), path


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", estimators.KINDS)
def test_every_kind_is_known_and_closed(kind, reader):
    assert not refused_by_the_loader(of_kind(kind))
    assert not faults("spec", READERS[reader](of_kind(kind)))
    wrong = of_kind(kind, ", nmae: x")
    assert refused_by_the_loader(wrong)
    assert faults("spec", READERS[reader](wrong))


def test_a_normalised_workload_is_valid():
    for path in WORKLOADS:
        assert not faults("spec", account(path.read_text(encoding="utf-8")).spec), path


BAD = [
    ("version: 1", "version: 2"),
    ("version: 1\n", "vresion: 1\n"),
    ("name: job\n", ""),
    ("name: job", "name: ''"),
    ("name: job", "name: [a]"),
    ("name: job", "name: =1+1"),
    ("name: job", "name: "),
    ("name: token", "nmae: token"),
    ("amount: 2B", "amount: 2 kg"),
    ("site: {", "site: [US] # {"),
    ("grid: US", "grdi: US"),
    ("grid: US", "grid: {}"),
    ("grid: US", "grid: [US]"),
    ("pue: 1.1", "pue: "),
    ("pue: 1.1", "pue: [1.1]"),
    ("pue: 1.1", "pue: 1.1 W"),
    ("pue: 1.1", "pue: about one"),
    ("pue: 1.1", "pue: {best: 1.1, hihg: 1.2}"),
    ("pue: 1.1", "pue: {low: 1.1}"),
    ("year: 2024", "year: 24"),
    ("operator: own", "operator: me"),
    ("300..500 g/kWh", "385"),
    ("300..500 g/kWh", "300..500"),
    ("300..500 g/kWh", "385 g"),
    ("300..500 g/kWh", "385 W"),
    ("node: {", "node: 5 # {"),
    ("node: {", "=node: {"),
    ("devices: 8", "devcies: 8"),
    ("devices: 8", "devices: 8 W"),
    ("host_power: 0 W", "host_power: 0"),
    ("host_power: 0 W", "host_power: 700 kg"),
    ("host_power: 0 W", "host_power: 1e3"),
    ("host_power: 0 W", "host_power: yes"),
    ("host_power: 0 W", "host_power: {best: 5}"),
    ("2500..5700 kg", "2500..5700 W"),
    ("2500..5700 kg", "2500..5700"),
    ("training:", "trainign:"),
    ("training:", "training: 5\n  inference:"),
    ("phases:\n", "phases: []\nx:\n"),
    ("kind: compute", "kind: comptue"),
    ("kind: compute, ", ""),
    ("kind: compute", "kind: [compute]"),
    ("    - {name: run", "    - 5\n    - {name: run"),
    ("    - {name: run", "    -\n    - {name: run"),
    ("system: node", "sytem: node"),
    ("system: node", "system: [node]"),
    ("system: node", "system: {devcie: nvidia/t4}"),
    ("device_time: 100 GPU-h", "device_time: 100 h"),
    ("device_time: 100 GPU-h", "device_time: 100 GPU-h, energy: 1 kWh"),
    ("load: 80 %", "load: 80 %, repeat: {every: 1 week}"),
    ("load: 80 %", "load: 80 %, repeat: {every: 1 week, for: 1 kWh}"),
    ("load: 80 %", "load: 80 %, site: {gird: FR}"),
    ("energy: 5 MWh, ", ""),
    ("includes_pue: yes", "includes_pue: maybe"),
    ("includes_pue: yes", "includes_pue: 1"),
    ("best: 4 t", "bset: 4 t"),
    ("operational: 12 t", "operatoinal: 12 t"),
]


@pytest.mark.parametrize(("old", "new"), BAD)
def test_bad_specs_are_refused_by_both(old, new):
    assert not refused_by_the_loader(GOOD)
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    assert refused_by_the_loader(text)
    for reader, read in READERS.items():
        assert not faults("spec", read(GOOD)), reader
        assert faults("spec", read(text)), reader


@pytest.mark.parametrize(
    ("old", "new"),
    [("pue: 1.1", "pue: 0.9"), ("devices: 8", "devices: 2.5"), ("devices: 8", "devices: 0"),
     ("load: 80 %", "load: 80"), ("load: 80 %", "load: 1, restarts: -0.5"), ("year: 2024", "year: 3024")],
)  # fmt: skip
def test_numbers_keep_within_their_bounds(old, new):
    """Where an editor sees a number; of text a pattern cannot say how large it is."""
    text = GOOD.replace(old, new, 1)
    assert refused_by_the_loader(text)
    assert faults("spec", READERS["by YAML 1.2"](text))


def test_bounds_are_those_of_the_checks():
    for check, bounds in BOUNDS.items():
        schema = Draft202012Validator(bounds)
        for number in (-1.0, -0.001, 0.0, 0.5, 0.999, 1.0, 1.001, 2.0, 45.0):
            try:
                check(number, str(number))
            except ValueError:
                assert not schema.is_valid(number), (check, number)
            else:
                assert schema.is_valid(number), (check, number)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("grid: US", "grid: NO"),
        ("grid: US", "grid: {hydro: 60 %, gas: 0.4}"),
        ("name: job", "name: 2024"),
        ("name: job", "name: 2024-01-01"),
        ("name: job", "name: yes"),
        ("name: job", "name: 12:30:45"),
        ("version: 1", "version: '1'"),
        ("year: 2024", "year: '2024'"),
        ("amount: 2B", "amount: 15e12"),
        ("amount: 2B", "amount: 1_000"),
        ("devices: 8", "devices: 012"),
        ("devices: 8", "devices: 8 GPUs"),
        ("pue: 1.1", "pue: 1.05..1.2"),
        ("pue: 1.1", "pue: {best: 1.1, low: 1.05, high: 1.2, source: 2024}"),
        ("load: 80 %", "load: .8"),
        ("includes_pue: yes", "includes_pue: False"),
        ("energy_includes_pue: no", "energy_includes_pue: 'NO'"),
        ("node", "2024"),
        ("node", "on"),
        ("system: node, ", "system: {device: nvidia/t4, devices: 4}, "),
        ("  data:\n", "  data: []\n  inference: ~\n"),
    ],
)
def test_what_yaml_makes_of_a_scalar_is_valid(old, new):
    text = GOOD.replace(old, new)
    assert text != GOOD
    assert not refused_by_the_loader(text)
    for reader, read in READERS.items():
        assert not faults("spec", read(text)), reader


@pytest.mark.parametrize("seed", range(20))
def test_what_the_loader_takes_is_valid(seed):
    chance = random.Random(1000 + seed)
    for _ in range(50):
        text = mutate(chance.choice(SEEDS), chance).decode("utf-8", "replace")
        if not refused_by_the_loader(text):
            assert not faults("spec", READERS["as text"](text)), text


# --- quantities ---

WRITTEN = [
    "400 W", "400W", "1e3 W", "1.5kW", ".5 kW", "5. W", "1_000 W", "+4 W", "0.4 kJ/s", "6.4M GPU-h",
    "20k GPU-h", "3 TPU-days", "5 GPU·h", "5 GPU*h", "7 GPUh", "0.429 kg/kWh", "954 lb/MWh", "385 gCO2e/kWh",
    "385 g CO2 per kWh", "1.3e-4 t/kWh", "2 PB", "80 GiB", "3.35 TB/s", "27 Gbps", "1e9 / day", "1e9/day",
    "4 years", "1 yr", "90 days", "26.6 h", "12288", "15e12", "2B", "6.4M", "8 GPUs", "3 requests",
    "45 %", "45%", "0.45", "2500..5700 kg", "1 kg..2 t", "1..5 W", "1 .. 5 W", "1312..5000 kgCO2e", "30..60 %", "0.3..0.6",
    "2 t CO2eq", "814 mm2", "814 mm²", "312 TFLOPS", "0.3725 W/GB", "1.2 W/TB", "17.3 kg/TB", "0.0065 kWh/GB",
    "1.8 L/kWh", "1.8 l/kWh", "1 m3/MWh", "5 M requests / h", "1-02:03:04", "26:03:04", "00:10:00.5",
    "00:10:00..1-00:00:00", "30 min..02:00:00", "3.2 MTCO2e", "3.2 mt CO2-eq", "3 metric tons of CO2", "2 short tons",
    "5 kilograms CO2 equivalents", "12 MWhr", "12 kilowatt-hours", "5 μW", "5 kgco2eq", "385 g CO2e kWh-1", "385 g kWh⁻¹",
    "3 m^3", "2 GPU⋅h", "7 kWhrs", "1 GPU-hr",
]  # fmt: skip
NOT_WRITTEN = [
    "",
    " ",
    "W",
    "400 Watt-ish!",
    "1..",
    "..5 W",
    "1...",
    "1,5 W",
    "NaN",
    "~5 W",
    "5 W W?",
]


def takes(dimension: units.Dimension, text: str) -> bool:
    try:
        return isinstance(units.parse(text, dimension), float | Range)
    except units.QuantityError:
        return False


def test_patterns_take_every_quantity_that_is_read():
    shared = definitions()
    for dimension in units.DIMENSIONS:
        schema = {"$ref": f"#/$defs/{name_of(dimension)}", "$defs": shared}
        pattern = Draft202012Validator(schema)
        for text in [*WRITTEN, dimension.example]:
            assert pattern.is_valid(text) or not takes(dimension, text), (dimension.name, text)
        for text in NOT_WRITTEN:
            assert not pattern.is_valid(text), (dimension.name, text)


def test_a_bare_number_will_do_only_without_a_unit():
    shared = definitions()
    for dimension in units.DIMENSIONS:
        one = Draft202012Validator(shared[f"one-{name_of(dimension)}"])
        assert one.is_valid(1) == one.is_valid("1") == takes(dimension, "1"), dimension.name
