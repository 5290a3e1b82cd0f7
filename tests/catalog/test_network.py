"""The tables of hardware_db for federated and on-device learning: heads, numbers, words, sums."""

import csv
import re

import pytest

from tests.catalog.test_database import ALL_DEVICES, DB
from tests.conftest import CATALOG

TAIL = ["year", "source", "confidence", "note"]
HEADS = {
    "network/segments.csv": "element model device direction energy_nj_per_bit low_nj_per_bit "
    "high_nj_per_bit basis redundancy over_capacity pue hops base_power_w low_base_w high_base_w "
    "idle_power_w max_power_w capacity_gbit_per_s",
    "network/hops.csv": "path hops_mean hops_median low high samples",
    "network/access.csv": "item basis idle_power_w max_power_w typical_power_w low_w high_w "
    "capacity_mbit_per_s marginal_nj_per_bit low_nj_per_bit high_nj_per_bit",
    "network/intensity.csv": "network region year energy_kwh_per_gb basis halving_years",
    "network/radio.csv": "device technology idle_power_w receive_power_w transmit_power_w "
    "low_transmit_w high_transmit_w receive_base_w transmit_base_w receive_nj_per_bit "
    "transmit_nj_per_bit tail_power_w tail_time_s basis",
    "network/bandwidth.csv": "technology region direction bandwidth_mbit_per_s statistic year "
    "period",
    "clients.csv": "item metric value unit low high basis",
}
WORDS = {
    "network/segments.csv": {
        "direction": {"down", "up", "both"},
        "basis": {"at 20 % utilization", "equipment", "marginal", "total"},
    },
    "network/access.csv": {"basis": {"always on", "while in use", "linear", "measured"}},
    "network/intensity.csv": {"basis": {"average", "embodied", "choice"}},
    "network/radio.csv": {
        "technology": {"wifi", "3g", "4g", "4g-and-5g", "5g-low-band", "5g-mmwave"},
        "basis": {"power-profile", "measured radio", "measured phone"},
    },
    "network/bandwidth.csv": {
        "technology": {"fixed", "mobile", "4g", "5g"},
        "direction": {"down", "up"},
        "statistic": {"mean", "median"},
    },
    "clients.csv": {"unit": {"W", "Wh", "years", "ratio"}},
}
# (column, its low, its high)
BOUNDS = {
    "network/segments.csv": [
        ("energy_nj_per_bit", "low_nj_per_bit", "high_nj_per_bit"),
        ("base_power_w", "low_base_w", "high_base_w"),
        ("idle_power_w", "", "max_power_w"),
    ],
    "network/hops.csv": [("hops_median", "low", "high")],
    "network/access.csv": [
        ("typical_power_w", "low_w", "high_w"),
        ("marginal_nj_per_bit", "low_nj_per_bit", "high_nj_per_bit"),
        ("idle_power_w", "", "max_power_w"),
    ],
    "network/radio.csv": [("transmit_power_w", "low_transmit_w", "high_transmit_w")],
    "clients.csv": [("value", "low", "high")],
}
NUMBER = re.compile(
    r".*_(w|s|nj_per_bit|kwh_per_gb|mbit_per_s|gbit_per_s|years|mean|median)"
    r"|redundancy|over_capacity|pue|hops|samples|value|low|high|year"
)
UNITS = {
    "compute_power": "W", "idle_power": "W", "power": "W", "maintenance_power": "W",
    "no_load_power": "W", "battery_capacity": "Wh", "charge_energy": "Wh",
    "energy_per_day": "Wh", "lifetime": "years", "pue": "ratio", "charging_efficiency": "ratio",
    "charger_efficiency": "ratio", "battery_efficiency": "ratio", "coulombic_efficiency": "ratio",
}  # fmt: skip


def rows(name):
    with (DB / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def number(row, column):
    return float(row[column]) if column and row[column] else None


@pytest.mark.parametrize("name", HEADS)
def test_heads_are_as_documented(name):
    head = list(rows(name)[0])
    columns = HEADS[name].split()
    assert head == columns + [column for column in TAIL if column not in columns]
    text = (DB / "README.md").read_text(encoding="utf-8")
    if name != "clients.csv":
        assert f"**{name}**: `{','.join(columns)},…`" in text or (
            name == "network/radio.csv" and f"**{name}**: `{','.join(columns[:-1])},…`" in text
        )
    else:
        assert "**clients.csv**" in text


def test_every_table_of_the_network_is_tested():
    assert {p.relative_to(DB).as_posix() for p in (DB / "network").iterdir()} <= set(HEADS)


@pytest.mark.parametrize("name", HEADS)
def test_rows(name):
    for line, row in enumerate(rows(name), 2):
        where = f"{name}:{line}"
        numbers = [float(cell) for column, cell in row.items() if cell and NUMBER.fullmatch(column)]
        assert len(numbers) > bool(row["year"]), f"{where}: no figure"
        assert all(value >= 0 for value in numbers), where
        for column, words in WORDS.get(name, {}).items():
            assert row[column] in words, f"{where}: {column}"
        for column, low, high in BOUNDS.get(name, []):
            value, least, most = (number(row, c) for c in (column, low, high))
            if value is not None:
                assert least is None or least <= value, f"{where}: {column}"
                assert most is None or value <= most, f"{where}: {column}"
        assert row["source"] and all(key in CATALOG.sources for key in row["source"].split())
        assert row["confidence"] in ("high", "medium", "low"), where
        if row["year"]:
            assert 1990 <= float(row["year"]) <= 2026, where
        assert row["confidence"] != "low" or row["note"], f"{where}: low, and no note says why"


def test_no_two_rows_are_the_same():
    for name in HEADS:
        seen = [tuple(row.values()) for row in rows(name)]
        assert len(seen) == len(set(seen)), name


def test_orders_of_magnitude():
    """A slip by a thousand or by eight shows."""
    for row in rows("network/segments.csv"):
        assert 0.01 <= float(row["energy_nj_per_bit"]) <= 1e5
    for row in rows("network/intensity.csv"):
        assert 0.001 <= float(row["energy_kwh_per_gb"]) <= 10
    for row in rows("network/bandwidth.csv"):
        assert 1 <= float(row["bandwidth_mbit_per_s"]) <= 1000
    for row in rows("network/radio.csv"):
        for column in ("receive_power_w", "transmit_power_w", "receive_base_w", "transmit_base_w"):
            assert not row[column] or 0.05 <= float(row[column]) <= 6, row


def test_devices_at_twenty_percent():
    """Energy per bit follows from the powers and the capacity beside it."""
    for row in rows("network/segments.csv"):
        if row["basis"] == "at 20 % utilization" and row["element"] != "base-station":
            idle, most, rate = (
                float(row[c]) for c in ("idle_power_w", "max_power_w", "capacity_gbit_per_s")
            )
            energy = idle / (0.2 * rate) + (most - idle) / rate
            assert energy == pytest.approx(float(row["energy_nj_per_bit"]), rel=0.01), row


def test_the_base_station_draws_what_its_bits_cost():
    """Both directions at 20 % of their rates: the labels the other way round cannot."""
    station = [
        row
        for row in rows("network/segments.csv")
        if (row["element"], row["model"]) == ("base-station", "vishwanath-path")
    ]
    assert len(station) == 2
    bits = sum(
        0.2 * float(r["energy_nj_per_bit"]) * float(r["capacity_gbit_per_s"]) for r in station
    )
    idle, most = float(station[0]["idle_power_w"]), float(station[0]["max_power_w"])
    assert bits == pytest.approx(idle + 0.2 * (most - idle), rel=0.02)


def test_the_path_of_schien():
    """Edge to core with its factors is 0.036 kWh/GB; the README says so."""
    joules_per_bit = 0.0
    for row in rows("network/segments.csv"):
        if row["model"] == "schien-path":
            factors = [float(row[c] or 1) for c in ("redundancy", "over_capacity", "pue", "hops")]
            product = float(row["energy_nj_per_bit"]) * 1e-9
            for factor in factors:
                product *= factor
            joules_per_bit += product
    assert joules_per_bit * 8e9 / 3.6e6 == pytest.approx(0.0361, rel=0.01)


def test_clients():
    ids = {device.id for device in ALL_DEVICES}
    for row in rows("clients.csv"):
        assert row["unit"] == UNITS[row["metric"]], row
        if "/" in row["item"]:
            assert row["item"] in ids, row["item"]
        value = float(row["value"])
        if row["metric"].endswith("efficiency"):
            assert 0.3 < value <= 1, row
        if row["metric"] == "lifetime":
            assert 1 <= value <= 6, row


def test_radios_name_devices_that_exist():
    ids = {device.id for device in ALL_DEVICES}
    for row in rows("network/radio.csv"):
        assert "/" not in row["device"] or row["device"] in ids
