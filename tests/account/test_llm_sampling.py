"""Reinforcement learning on a language model: given power, ranges, warnings, and what is shown."""

import json

import pytest

from carbonctl.errors import InputError
from carbonctl.render.model_details import of_activity, terms
from tests.account.test_llm_serving import spec
from tests.catalog.test_model_config import LLAMA
from tests.conftest import account

RL = (
    "{kind: llm_training, model: Qwen/Qwen2.5-7B, device: nvidia/h100-sxm5-80gb, devices: 8, "
    "rl: {prompts: 100k, samples: 8, input_tokens: 200, output_tokens: 1000, batch: 64}}"
)
SAMPLING_H, UPDATE_H = 45.1816385, 45.49415014  # device-h, of the oracle


def learning(change: str = "", to: str = "", more: str = ""):
    text = spec(RL.replace(change, to) if change else RL, "training", more)
    return account(text)


def with_keys(keys: str):
    return learning("devices: 8, ", f"devices: 8, {keys}, ")


def kwh(result, item: str) -> float:
    return sum(e.energy_kwh for e in result.booked if e.item == item)


@pytest.mark.parametrize("scope", ["system", "wall", "device"])
def test_power_that_is_given_is_drawn_while_answers_are_sampled(scope):
    result = with_keys(f"power: 800 W, power_scope: {scope}")
    assert kwh(result, "devices (sampling)") == pytest.approx(SAMPLING_H * 0.8, rel=1e-8)
    assert kwh(result, "devices (update)") == pytest.approx(UPDATE_H * 0.8, rel=1e-8)
    own = (SAMPLING_H + UPDATE_H) * 0.8
    it_kwh = result.total.energy_kwh / 1.2
    assert own == pytest.approx(72.54, rel=1e-3)
    assert (it_kwh == pytest.approx(own, rel=1e-8)) == (scope != "device")


def figure(result, name: str):
    return next(f for f in result.figures if f.name == name)


def test_a_batch_that_is_assumed_widens_the_range_and_is_told():
    given, assumed = learning("batch: 64", "batch: 32"), learning(", batch: 64")
    text = "rl.batch: `batch` is not given"
    assert not any(text in warning for warning in given.warnings)
    assert any(text in warning for warning in assumed.warnings)
    for name in ("sampling_time", "sampling_energy"):
        one, other = (
            next(v for e in r.booked for v in e.inputs if v.name == name) for r in (given, assumed)
        )
        assert other.best == pytest.approx(one.best)
        assert other.low < one.low
        assert other.high > one.high
    assert figure(assumed, "j_per_token").high > figure(given, "j_per_token").high


@pytest.mark.parametrize(("change", "to", "said"), [
    ("nvidia/h100-sxm5-80gb", "nvidia/gh200-96gb", "no measurement of a language model"),
    ("batch: 64", "batch: 4096", "more than 16 devices a replica"),
])  # fmt: skip
def test_what_is_doubtful_in_sampling_is_told(change, to, said):
    assert not any(said in warning for warning in learning().warnings)
    text = RL.replace(change, to)
    if "4096" in to:
        text = text.replace("200, output_tokens: 1000", "8k, output_tokens: 20k")
        text = text.replace("devices: 8", "devices: 128")
    assert any(said in warning for warning in account(spec(text, "training")).warnings)


def test_a_batch_has_a_most():
    with pytest.raises(InputError, match="at most 4096 answers are in flight"):
        learning("batch: 64", "batch: 5000")


def test_tokens_are_those_of_prompts_and_answers():
    result = learning(more="functional_unit: {name: token}\n")
    name, each = result.per_unit
    assert name == "token"
    assert each == pytest.approx(result.total.total_kgco2e / (100e3 * 8 * 1200))
    joules = sum(kwh(result, f"devices ({part})") for part in ("sampling", "update")) * 3.6e6
    assert figure(result, "j_per_token").value == pytest.approx(joules / (100e3 * 8 * 1200))


def test_a_range_of_samples_does_not_widen_what_holds_for_a_token():
    plain, wide = learning(), learning("samples: 8", "samples: 4..12")
    for name in ("j_per_token", "tokens_per_s"):
        assert figure(wide, name)[3:] == pytest.approx(figure(plain, name)[3:])


def test_power_with_a_range_reaches_the_energy_of_a_token():
    narrow, wide = with_keys("power: 500 W"), with_keys("power: 400..600 W")
    assert figure(wide, "power").low > 400
    assert figure(wide, "j_per_token").high > figure(narrow, "j_per_token").high


def test_explain_shows_the_steps_apart():
    result = learning("batch: 64", "batch: 64, reference_model: yes")
    ((phase, activity), details) = next(iter(result.details.items()))
    said = "\n".join(terms(details, of_activity(result, phase, activity)))
    for words in (
        "sampling: 45.2 device-h, 23.99 kWh", "update: 45.5 device-h, 28.15 kWh",
        "reference model: 15.2 device-h, 9.384 kWh", "One step of a replica on 1 device,",
        "weights read", "MFU                  27.5 %", "FLOP per token       15.5 GFLOP",
    ):  # fmt: skip
        assert words in said, said
    forward = details.parts[2].flop_per_token
    assert details.parts[1].flop_per_token == pytest.approx(3 * forward)
    assert sum(part.hours for part in details.parts) == pytest.approx(105.8405053)


def test_the_power_of_training_that_is_given_is_shown():
    text = RL.partition(", rl:")[0] + ", tokens: 1B, power: 500 W}"
    (details,) = account(spec(text, "training")).details.values()
    assert "500 W a device" in "\n".join(terms(details))


def test_the_range_of_a_token_in_training_is_that_of_its_entry():
    text = RL.partition(", rl:")[0] + ", tokens: 1B}"
    result = account(spec(text, "training"))
    entry = next(e for e in result.entries if e.item == "devices" and e.energy_kwh)
    joules = figure(result, "j_per_token")
    assert joules.low / joules.value == pytest.approx(entry.kgco2e_low / entry.kgco2e)
    assert joules.high / joules.value == pytest.approx(entry.kgco2e_high / entry.kgco2e)


def test_the_devices_of_a_training_are_those_given():
    text = RL.partition(", rl:")[0] + ", tokens: 1B}"
    assert figure(account(spec(text, "training")), "devices").value == 8


LONG = "input_tokens: 8k, output_tokens: 20k"


def test_a_replica_that_samples_has_no_more_devices_than_there_are():
    text = RL.replace("devices: 8, ", "devices: 2, ").replace(
        "input_tokens: 200, output_tokens: 1000", LONG
    )
    with pytest.raises(InputError, match="a replica that samples needs 4 devices"):
        account(spec(text.replace("batch: 64", "batch: 128"), "training"))
    assumed = account(
        spec(text.replace(", batch: 64", "").replace("devices: 2", "devices: 3"), "training")
    )
    (details,) = assumed.details.values()
    assert details.sampled.load.devices == 1
    one = text.replace(", batch: 64", "").replace("20k", "100k").replace("8k", "30k")
    (details,) = account(spec(one, "training")).details.values()
    assert details.sampled.load.devices == 2
    assert details.sampled.load.batch < 32


def test_the_high_end_of_a_sequence_is_in_the_context():
    text = RL.partition(", rl:")[0] + ", tokens: 1B, sequence: 100k..200k}"
    with pytest.raises(InputError, match="sequence: 200000 tokens exceed the context of"):
        account(spec(text, "training"))


def test_answers_of_two_configs_are_two_unknowns(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, layers in (("a", 32), ("b", 40), ("copy", 32)):
        config = {**LLAMA, "num_hidden_layers": layers}
        (tmp_path / f"{name}.json").write_text(json.dumps(config))

    def unknowns(*names: str) -> set[str]:
        activities = "\n    - ".join(
            RL.replace("{kind", f"{{name: {name}, kind").replace(
                "Qwen/Qwen2.5-7B", f"./{name}.json"
            )
            for name in names
        )
        result = account(spec(activities, "training"))
        values = [v for e in result.booked for v in e.inputs]
        return {v.unknown for v in values if v.name in ("sampling_time", "sampling_energy")}

    assert len(unknowns("a", "b")) == 2
    assert len(unknowns("a", "copy")) == 1
