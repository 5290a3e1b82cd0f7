"""Published runs: what the tool makes of their inputs, beside what was reported."""

import pytest

from tests.conftest import CONFIGS, account


def config(name: str, *overrides: str):
    return account((CONFIGS / f"{name}.yaml").read_text(encoding="utf-8"), *overrides)


def test_llama_3():
    """Model card: 2,290 t. 0.5 %: hours are printed with two digits, PUE and grid inferred."""
    assert config("llama3").total.operational_kgco2e == pytest.approx(2_290_000, rel=0.005)


def test_bloom():
    """24.69 t dynamic, 14.6 t idle, 7.57 + 3.64 t embodied: printed with three digits."""
    result = config("bloom")
    parts = {}
    for entry in result.entries:
        key = (entry.activity.split()[0], entry.boundary, entry.item)
        parts[key] = parts.get(key, 0) + entry.kgco2e
    assert parts["dynamic", "operational", "devices"] == pytest.approx(24_690, rel=0.001)
    assert parts["idle", "operational", "energy"] == pytest.approx(14_600, rel=0.0035)
    assert parts["dynamic", "embodied", "host"] == pytest.approx(7_570, rel=0.002)
    assert parts["dynamic", "embodied", "devices"] == pytest.approx(3_640, rel=0.002)
    assert result.total.embodied_kgco2e == pytest.approx(11_200, rel=0.002)
    assert result.total.total_kgco2e == pytest.approx(50_500, rel=0.001)
    assert result.complete


def test_bloom_with_pue():
    """wu2024 Fig. 2a gives 30 t: the dynamic energy with PUE 1.2."""
    dynamic = account(
        "name: x\nsite: {carbon_intensity: 57 g/kWh, pue: 1.2}\nphases: {training: ["
        "{kind: compute, power: 400 W, host_power: 0 W, embodied: 0 kg, "
        "device_time: 1082990 GPU-h}]}"
    )
    assert dynamic.total.operational_kgco2e == pytest.approx(29_630, rel=0.0005)


def test_gpt_3():
    """patterson2021: 1,287 MWh, 552.1 t, from days rounded to a tenth: 0.2 % too much."""
    result = config("gpt3")
    assert result.entries[0].inputs[0].number * result.entries[0].inputs[1].number == (
        pytest.approx(3_552_000)
    )
    assert result.total.energy_kwh == pytest.approx(1_287_000, rel=0.004)
    assert result.total.operational_kgco2e == pytest.approx(552_100, rel=0.004)
    assert result.complete
    figures = {v.name: v.status for e in result.entries for v in e.inputs}
    stand_ins = (figures["device_embodied"], figures["host_embodied"])
    assert stand_ins == ("derived", "archetype")  # nobody published any


def test_every_reported_figure_is_close():
    """0.5 % where the inputs are given with three digits or more."""
    for name in ("llama3", "bloom", "gpt3"):
        for key, row in config(name).reported.items():
            assert abs(row.error_pct) < 0.5, (name, key)
