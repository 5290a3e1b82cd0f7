"""Numbers for people."""

import pytest

from carbonctl.render import human_numbers


@pytest.mark.parametrize(
    ("kg", "text"),
    [
        (2_282_665, "2,283 tCO2e"), (0, "0 kgCO2e"), (0.9, "900 gCO2e"), (1, "1 kgCO2e"),
        (999.96, "1,000 kgCO2e"), (24_692, "24.69 tCO2e"), (9.2e-11, "92 ngCO2e"),
        (11_390_000, "11.39 ktCO2e"), (None, "unknown"), (3e9, "3 MtCO2e"),
    ],
)  # fmt: skip
def test_mass(kg, text):
    assert human_numbers.mass(kg) == text


@pytest.mark.parametrize(
    ("kwh", "text"), [(433_196, "433.2 MWh"), (1_287_000, "1.287 GWh"), (0.0003, "300 mWh")]
)
def test_energy(kwh, text):
    assert human_numbers.energy(kwh) == text


@pytest.mark.parametrize(
    ("watts", "text"), [(0.5, "0.5 W"), (250, "250 W"), (13_864.5, "13.86 kW"), (2e7, "20 MW"),
                        (0, "0 W"), (None, "unknown")],
)  # fmt: skip
def test_power(watts, text):
    assert human_numbers.power(watts) == text


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (15_540, "1.774 y"), (4380, "0.5 y"), (3307, "137.8 d"), (30, "30 h"), (0.5, "30 min"),
        (1 / 60, "60 s"), (0.02 / 3600, "20 ms"), (0, "0 ms"),
    ],
)  # fmt: skip
def test_time(hours, text):
    assert human_numbers.time(hours) == text


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(1234.5, 0, "1,234"), (0.004, 2, "<0.01"), (0, 2, "0.00"), (None, 2, "unknown")],
)
def test_fixed(value, places, text):
    assert human_numbers.fixed(value, places) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (1, 3, "33 %"),
        (0.05, 1, "5.0 %"),
        (0, 1, "0 %"),
        (1, 0, "–"),
        (None, 1, "?"),
        (1, 1, "100 %"),
    ],
)
def test_percent(part, whole, text):
    assert human_numbers.percent(part, whole) == text


def test_bar():
    assert human_numbers.bar(1, 1, 10) == "█" * 10
    assert human_numbers.bar(0.5, 1, 10) == "█" * 5
    assert human_numbers.bar(1e-9, 1, 10) == "▏"
    assert human_numbers.bar(0, 1, 10) == human_numbers.bar(None, 1, 10) == ""


@pytest.mark.parametrize(
    ("value", "unit", "path", "text"),
    [
        (0.45, "", "systems.x.utilization", "45 %"),
        (1.54, "", "site.pue", "1.54"),
        (0.385, "kgCO2e/kWh", "site.carbon_intensity", "385 g/kWh"),
        (35040, "h", "systems.x.lifetime", "4 years"),
        (24, "h", "x", "24 h"),
        (700, "W", "x", "700 W"),
    ],
)
def test_figure(value, unit, path, text):
    assert human_numbers.figure(value, unit, path) == text
