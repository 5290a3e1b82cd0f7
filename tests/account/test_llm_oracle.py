"""Rows of the oracle through whole accounts, on devices whose records say the same."""

import pytest

from carbonctl.catalog.model_factors import missing_rates, rates
from tests.account.test_llm_serving import spec
from tests.conftest import CATALOG, account
from tests.models.oracle import DEVICES, rows

TOLERANCE = 1e-9


def _is_same(name: str) -> bool:
    try:
        record = CATALOG.device(name)
    except LookupError:
        return False
    return not missing_rates(record) and rates(record) == DEVICES[name]


SAME = {name for name in DEVICES if _is_same(name)}
KEYS = {"latency_s_per_token": "latency", "throughput": "tokens_per_s"}
UNITS = {"latency_s_per_token": " s", "throughput": " / s"}
PLAIN = ("model", "parameters", "active_parameters", "device", "precision", "devices", "batch",
         "latency_s_per_token", "input_tokens", "output_tokens", "cached_input", "speedup",
         "throughput", "fleet", "tokens", "epochs", "method", "sequence", "mfu", "hfu",
         "recompute", "exposed_communication", "restarts")  # fmt: skip


def activity(kind: str, row: dict[str, str], more: str = "") -> str:
    keys = [
        f"{KEYS.get(key, key)}: {row[key]}{UNITS.get(key, '')}" for key in PLAIN if row.get(key)
    ]
    return f"{{kind: {kind}, {', '.join(keys)}{more}}}"


def of_same(name: str, key: str = "device") -> list[dict[str, str]]:
    return [row for row in rows(name) if row[key] in SAME]


def kwh(result, *items: str) -> float:
    return sum(
        entry.energy_kwh
        for entry in result.booked
        if entry.item in items and entry.boundary == "operational"
    )


def test_most_rows_are_of_such_devices():
    counts = [len(of_same(name)) for name in ("serving", "training")]
    assert counts >= [30, 8]


@pytest.mark.parametrize("row", of_same("serving"), ids=lambda row: row["case"])
def test_serving(row):
    requests, hours = float(row["requests"]), row["hours"]
    asked = f", requests: {requests!r}"
    if hours:
        asked = f", requests: {requests / float(hours)!r} / h, duration: {hours} h"
    busy = "" if row["fleet"] else f", busy: {row['busy'] or 1}"
    result = account(spec(activity("llm_serving", row, asked + busy)))
    figures = {figure.name: figure for figure in result.figures}
    expected = {
        "devices": "out_devices", "tokens_per_s": "out_tokens_per_s", "power": "out_w_per_device",
        "j_per_token": "out_j_per_output_token", "first_token": "out_first_token_s",
    }  # fmt: skip
    for name, key in expected.items():
        assert figures[name].value == pytest.approx(float(row[key]), rel=TOLERANCE), name
    assert figures["latency"].value * 1000 == pytest.approx(float(row["out_step_ms"]), rel=1e-9)
    assert kwh(result, "devices") == pytest.approx(float(row["out_busy_kwh"]), rel=TOLERANCE)
    idle = float(row["out_idle_kwh"])
    assert kwh(result, "idle") == pytest.approx(idle, rel=1e-8, abs=1e-9)
    joules = figures["j_per_token"]
    factors = joules.low / joules.value, joules.high / joules.value
    assert factors == pytest.approx(
        (float(row["out_energy_low_factor"]), float(row["out_energy_high_factor"])), rel=TOLERANCE
    )
    if row["out_fleet_devices"] and hours:
        devices = figures["replicas"].value * figures["devices"].value
        assert devices == float(row["out_fleet_devices"])


@pytest.mark.parametrize("row", of_same("training"), ids=lambda row: row["case"])
def test_training(row):
    result = account(spec(activity("llm_training", row), "training"))
    (details,) = result.details.values()
    assert details.flop == pytest.approx(float(row["out_flop"]), rel=TOLERANCE)
    assert details.fewest == float(row["out_minimum_devices"])
    hours = details.hours
    best = getattr(hours, "best", hours)
    assert best == pytest.approx(float(row["out_device_h"]), rel=TOLERANCE)
    assert kwh(result, "devices") == pytest.approx(float(row["out_kwh"]), rel=TOLERANCE)
    if row["out_device_h_low"]:
        ends = hours.low, hours.high
        expected = float(row["out_device_h_low"]), float(row["out_device_h_high"])
        assert ends == pytest.approx(expected, rel=TOLERANCE)


@pytest.mark.parametrize("row", of_same("rl", "dev"), ids=lambda row: row["case"])
def test_reinforcement_learning(row):
    keys = ("prompts", "samples", "input_tokens", "output_tokens", "batch")
    own = ", ".join(f"{key}: {row[key]}" for key in keys)
    text = (
        f"{{kind: llm_training, model: {row['name']}, device: {row['dev']}, "
        f"devices: {row['devices']}, rl: {{{own}, reference_model: yes}}}}"
    )
    result = account(spec(text, "training"))
    for item, key in (
        ("devices (sampling)", "out_generation_kwh"), ("devices (update)", "out_update_kwh"),
        ("devices (reference model)", "out_reference_kwh"),
    ):  # fmt: skip
        assert kwh(result, item) == pytest.approx(float(row[key]), rel=TOLERANCE)
    (hours,) = [e for e in result.booked if e.item == "devices" and e.boundary == "embodied"]
    assert hours.quantity == pytest.approx(float(row["out_device_h"]), rel=TOLERANCE)


TRAINING = (
    "{kind: llm_training, model: llama-3.1-8b, tokens: 1B, device: nvidia/h100-sxm5-80gb, "
    "devices: 8}"
)


@pytest.mark.parametrize(("keys", "said"), [
    ("mfu: 40 %, hfu: 50 %", "give `mfu` or `hfu`"),
    ("restarts: 5 %", "give mfu too"),
    ("sequence: 200k", "exceed the context of 131072"),
    ("rl: {prompts: 1, samples: 1, output_tokens: 9}", "give `tokens`, or `rl`"),
])  # fmt: skip
def test_what_is_refused(keys, said):
    from carbonctl.errors import InputError

    with pytest.raises(InputError, match=r"job\.yaml:5:") as raised:
        account(spec(TRAINING.replace("}", f", {keys}}}"), "training"))
    assert said in str(raised.value)


def test_too_few_devices_are_refused():
    from carbonctl.errors import InputError

    text = TRAINING.replace("llama-3.1-8b", "llama-3.1-70b")
    with pytest.raises(InputError, match=r"too few for the memory of full training: 17 are needed"):
        account(spec(text, "training"))


def test_a_closed_model_is_not_trained():
    from carbonctl.errors import InputError

    with pytest.raises(InputError, match="closed: give `parameters`"):
        account(spec(TRAINING.replace("llama-3.1-8b", "gpt-4o"), "training"))


def test_an_mfu_of_no_run_is_told():
    result = account(spec(TRAINING.replace("h100-sxm5-80gb", "b200"), "training"))
    assert any("its MFU is a guess" in warning for warning in result.warnings)
    given = account(
        spec(TRAINING.replace("h100-sxm5-80gb, devices", "b200, mfu: 40 %, devices"), "training")
    )
    assert not any("guess" in warning for warning in given.warnings)
