"""What hardware_db/priors.csv says of the records beside it."""

import csv
import re
import statistics

import pytest

from tests.conftest import CATALOG, ROOT, account

DB = ROOT / "hardware_db"
UNITS = {
    "device_power_share": {"of rated power"},
    "host_share": {"of devices' rated power"},
    "host_components": {"of devices' rated power"},
    "host_w_per_device": {"W per device"},
    "host_w_per_vcpu": {"W per vCPU"},
    "pue": {"ratio"},
    "grid_ratio": {"ratio"},
    "server_power": {"of CPU TDP", "of peak power"},
    "devices_per_host": {"devices"},
    "dram_power": {"W/GB"},
    "embodied_ratio": {"ratio"},
    "embodied_kg": {"kg"},
    "rated_power": {"W"},
    "busy": {"of time"},
    "utilization": {"of its life"},
}
SERVER_CPU = re.compile(
    r"EPYC|Xeon (E5|E7|[LX]\d|Gold|Platinum|Silver|CPU Max|6\d)|Altra|Graviton|POWER|Grace"
)
MODULES = ("sxm2", "sxm", "oam", "chip", "superchip")


def read(name: str) -> list[dict[str, str]]:
    with (DB / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


ROWS = read("priors.csv")
BY_CLASS = {(row["quantity"], row["class"]): row for row in ROWS}


def is_of_class(device, name: str) -> bool:
    """Return whether a record of the catalog is an example of a class of `rated_power`."""
    if name == "server-cpu":
        return device.kind == "cpu" and bool(SERVER_CPU.search(device.name))
    if name == "soc":
        return device.kind == "soc"
    return device.form in MODULES


def rated_powers(name: str) -> list[float]:
    """Return the rated powers [W] of the records of a class."""
    return [
        device.rated_power.best
        for device in CATALOG.devices.all()
        if device.rated_power and is_of_class(device, name)
    ]


def test_each_class_is_written_once():
    assert len(BY_CLASS) == len(ROWS) >= 50
    for row in ROWS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["class"])
        assert row["unit"] in UNITS[row["quantity"]], row
        assert row["text"] and row["note"]


@pytest.mark.parametrize("name", ["accelerator", "server-cpu", "soc"])
def test_rated_power_is_that_of_the_records(name):
    powers = rated_powers(name)
    cuts = statistics.quantiles(powers, n=20, method="inclusive")
    row = BY_CLASS["rated_power", name]
    assert int(row["n"]) == len(powers)
    for column, cut in (("p5", cuts[0]), ("best", cuts[9]), ("p95", cuts[18])):
        assert float(row[column]) == float(f"{cut:.2g}"), column


def test_the_class_of_phones_is_that_of_the_records():
    masses = [
        device.embodied.value.best
        for device in CATALOG.devices.all()
        if device.kind == "phone" and device.embodied
    ]
    cuts = statistics.quantiles(masses, n=20, method="inclusive")
    row = BY_CLASS["embodied_kg", "phone"]
    assert int(row["n"]) == len(masses)
    for column, cut in (("p5", cuts[0]), ("best", cuts[9]), ("p95", cuts[18])):
        assert float(row[column]) == float(f"{cut:.2g}"), column


def test_a_phone_without_a_figure_has_that_of_its_class():
    (entry,) = (
        entry
        for entry in account(
            "name: x\nsite: {grid: FR}\nphases: {inference: [{kind: on_device, "
            "device: Pixel 9, requests: 1e6, time_per_request: 1 s}]}\n"
        ).entries
        if entry.boundary == "embodied"
    )
    made = next(value for value in entry.inputs if value.name == "device_embodied")
    assert (made.best, made.status) == (50, "archetype")
    assert (made.low, made.high) == (32.42, 75.17)


def test_an_unknown_machine_is_the_union_of_the_classes():
    shares = {name: row for (quantity, name), row in BY_CLASS.items() if quantity == "host_share"}
    unknown = shares.pop("unknown")
    assert unknown["best"] == shares["sxm-8"]["best"]
    assert float(unknown["low"]) == min(float(row["low"]) for row in shares.values())
    sxm = [float(row["high"]) for name, row in shares.items() if name.startswith("sxm")]
    assert float(unknown["high"]) == max(sxm)


def test_evidence_is_of_a_class_and_of_a_device():
    points = read("prior-evidence.csv")
    assert len(points) > 200
    for point in points:
        for name in point["class"].split():
            assert tuple(name.split("/")) in BY_CLASS, point
        if point["device"]:
            assert CATALOG.device(point["device"]).id == point["device"]
        assert float(point["value"]) >= 0
        assert point["unit"], point


def test_the_median_of_the_campuses_is_the_best_pue():
    for operator in ("google", "azure"):
        points = [
            float(point["value"])
            for point in read("prior-evidence.csv")
            if f"pue/{operator}" in point["class"].split()
        ]
        row = BY_CLASS["pue", operator]
        assert int(row["n"]) == len(points)
        assert float(row["best"]) == pytest.approx(statistics.median(points), abs=0.005)
        cuts = statistics.quantiles(points, n=20, method="inclusive")
        assert float(row["p5"]) == pytest.approx(cuts[0], abs=0.001)
        assert float(row["p95"]) == pytest.approx(cuts[-1], abs=0.001)
