"""The rows of tests/oracles/llm, and their devices, which stand apart from hardware_db."""

import csv
from typing import NamedTuple

from carbonctl.catalog.models import NamedModel
from carbonctl.factors.model_shapes import DeviceRates, ModelShape, archetype
from carbonctl.factors.replica import Replica
from tests.conftest import CATALOG, ROOT

FOLDER = ROOT / "tests" / "oracles" / "llm"
TOLERANCE = 1e-9  # the tables hold ten digits
FACTORS = CATALOG.model_factors


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def number(row: dict[str, str], key: str, default: float = 0.0) -> float:
    return float(row[key]) if row.get(key) else default


DEVICES = {
    row["id"]: DeviceRates(
        number(row, "bandwidth_gb_s") * 1e9, number(row, "bf16_tflops") * 1e12,
        number(row, "memory_gb") * 1e9, number(row, "rated_power_w"), bool(row["fp8_tflops"]),
        row["generation"], row["id"] in ("nvidia/h100-sxm5-80gb", "nvidia/b200"),
    )
    for row in rows("devices")
}  # fmt: skip


class Known(NamedTuple):
    """A shape and the precision of its weights."""

    shape: ModelShape
    precision: str


def known(row: dict[str, str], key: str = "model") -> Known:
    if row.get(key):
        named = CATALOG.models.find(row[key])
        assert isinstance(named, NamedModel)
        return Known(named.model.shape, named.precision)
    parameters = number(row, "parameters")
    active = number(row, "active_parameters", parameters)
    return Known(archetype(parameters, active, FACTORS.archetype), "bf16")


def replica(row: dict[str, str], device: str = "device") -> Replica:
    shape, precision = known(row)
    precision = row.get("precision") or precision
    return Replica(
        shape, DEVICES[row[device]], FACTORS.serving, FACTORS.bytes_per_weight(precision),
        precision == "fp8",
    )  # fmt: skip
