"""Services on language models: against the oracle, by hand, and what is refused."""

import json

import pytest

from carbonctl.errors import InputError
from tests.conftest import account
from tests.models.oracle import FOLDER, rows

COMMON = (
    "devices_per_system: 8, device_embodied: 164 kg, host_embodied: 2500 kg, "
    "host_power: 1200 W, lifetime: 4 years"
)
SITE = "site: {carbon_intensity: 400 g/kWh, basis: life-cycle, pue: 1.2}"
TOLERANCE = 1e-8


def spec(activity: str, phase: str = "inference", more: str = "") -> str:
    return f"name: job\n{SITE}\n{more}phases:\n  {phase}:\n    - {activity}\n"


CHAT = (
    "{kind: llm_serving, model: meta-llama/Llama-3.1-70B-Instruct, "
    "device: nvidia/h100-sxm5-80gb, requests: 200k / day, duration: 1 year, input_tokens: 300, "
    "output_tokens: 400, batch: 64, busy: 60 %}"
)


@pytest.mark.parametrize("row", rows("account"), ids=lambda row: row["case"])
def test_accounts_of_the_oracle(row):
    activity = row["activity"].replace("}", f", {COMMON}}}")
    result = account(spec(activity, row["phase"]))
    by_hand = account((FOLDER / "accounts" / f"{row['case']}.yaml").read_text())
    devices = sum(
        entry.energy_kwh
        for entry in result.booked
        if entry.item in ("devices", "idle") and entry.boundary == "operational"
    )
    total = result.total
    expected = {
        "out_device_kwh": devices,
        "out_energy_kwh": total.energy_kwh,
        "out_operational_kg": total.operational_kgco2e,
        "out_embodied_kg": total.embodied_kgco2e,
    }
    for key, value in expected.items():
        assert value == pytest.approx(float(row[key]), rel=TOLERANCE), key
    for key in ("energy_kwh", "operational_kgco2e", "embodied_kgco2e"):
        assert getattr(total, key) == pytest.approx(getattr(by_hand.total, key), rel=TOLERANCE)


@pytest.mark.parametrize("row", rows("errors"), ids=lambda row: row["case"])
def test_what_is_refused(row):
    phase = "training" if "llm_training" in row["spec"] else "inference"
    with pytest.raises(InputError) as raised:
        account(spec(row["spec"], phase))
    (problem,) = raised.value.problems
    said = {
        "at most N sequences": ("at most", "sequences"),
        "the nearest known name; parameters": ("parameters", "list"),
        "closed; energy_per_request": ("closed", "energy_per_request"),
        "what one sequence takes": ("one sequence takes 19.8 ms",),
        "context of 8192": ("context of 8192",),
    }.get(row["out_message_mentions"], (row["out_message_mentions"],))
    for words in said:
        assert words in problem.message
    assert (problem.file, problem.line) == ("job.yaml", 5)
    assert problem.col > 7 or "mfu" in problem.message


MORE = [
    ("batch: 64, latency: 30 ms", "give `batch` or `latency`"),
    ("busy: 40 %, fleet: 2", "give `busy` or `fleet`"),
    ("parameters: 70B", "give `model` or `parameters`"),
    ("speedup: 2, tokens_per_s: 900 / s", "give `speedup` or `tokens_per_s`"),
    ("fleet: 1, batch: 1", "too small: 19 replicas are needed"),
    ("batch: 5000", "at most 4096"),
    ("devices: 1", "does not fit: 4 devices needed"),
    ("mode: offline, busy: 30 %", "`busy` has no use offline"),
    ("energy_per_request: 1 Wh, energy_boundary: chip", "use `kind: serving`"),
]


@pytest.mark.parametrize(("keys", "said"), MORE, ids=[keys for keys, _ in MORE])
def test_more_that_is_refused(keys, said):
    activity = CHAT.replace("batch: 64, busy: 60 %", keys)
    with pytest.raises(InputError, match=r"job\.yaml:5:") as raised:
        account(spec(activity))
    assert said in str(raised.value)


@pytest.mark.parametrize(("device", "lacks"), [("nvidia/k80", "peak.bf16"), ("amd/epyc-7742", "")])
def test_a_device_that_lacks_figures_is_refused(device, lacks):
    with pytest.raises(InputError) as raised:
        account(spec(CHAT.replace("nvidia/h100-sxm5-80gb", device)))
    assert lacks in str(raised.value)


def test_a_service_without_a_device_is_refused():
    with pytest.raises(InputError, match="give `device`"):
        account(spec(CHAT.replace("device: nvidia/h100-sxm5-80gb, ", "")))


def figures(text: str) -> dict[str, tuple[float, float, float]]:
    return {f.name: (f.value, f.low, f.high) for f in account(text).figures}


def test_figures_of_the_contract():
    own = figures(spec(CHAT))
    assert own["devices"][0] == 4
    assert own["replicas"][0] == 1
    assert own["tokens_per_s"][0] == pytest.approx(2220.25, rel=1e-5)
    assert own["latency"][0] == pytest.approx(0.028825, rel=1e-4)
    assert own["power"][0] == pytest.approx(576.98, rel=1e-4)
    joules, low, high = own["j_per_token"]
    assert joules == pytest.approx(1.03949, rel=1e-5)
    assert (low / joules, high / joules) == pytest.approx((0.75, 1.45))


def test_energy_is_linear_in_requests():
    one = account(spec(CHAT)).total
    ten = account(spec(CHAT.replace("200k", "2M"))).total
    assert ten.energy_kwh == pytest.approx(10 * one.energy_kwh, rel=1e-12)
    assert ten.embodied_kgco2e == pytest.approx(10 * one.embodied_kgco2e, rel=1e-12)


def test_a_speedup_of_two_halves_time_and_energy():
    one = account(spec(CHAT)).total
    two = account(spec(CHAT.replace("batch: 64", "batch: 64, speedup: 2"))).total
    assert two.energy_kwh == pytest.approx(one.energy_kwh / 2, rel=1e-12)
    assert two.embodied_kgco2e == pytest.approx(one.embodied_kgco2e / 2, rel=1e-12)


def test_a_rate_that_is_measured_replaces_the_time_and_keeps_the_power():
    by_model = figures(spec(CHAT))
    rate = by_model["tokens_per_s"][0]
    measured = account(spec(CHAT.replace("batch: 64", f"batch: 64, tokens_per_s: {rate!r} / s")))
    one = account(spec(CHAT)).total
    assert measured.total.energy_kwh == pytest.approx(one.energy_kwh, rel=1e-9)
    own = {f.name: f for f in measured.figures}
    assert own["tokens_per_s"].low == own["tokens_per_s"].high == pytest.approx(rate)


def test_power_that_is_given_replaces_that_of_the_model():
    given = account(spec(CHAT.replace("batch: 64", "batch: 64, power: 400 W")))
    (devices,) = [e for e in given.booked if (e.item, e.boundary) == ("devices", "operational")]
    assert devices.energy_kwh == pytest.approx(14612.9897758198 * 0.4, rel=1e-9)
    assert {f.name: f.value for f in given.figures}["power"] == 400


def test_a_fleet_is_held_for_its_duration():
    fleet = account(spec(CHAT.replace("busy: 60 %", "fleet: 3")))
    hours = {e.item: e for e in fleet.booked if e.boundary == "embodied"}
    assert hours["devices"].quantity == pytest.approx(3 * 4 * 8760)
    (idle,) = [e for e in fleet.booked if e.item == "idle"]
    assert idle.energy_kwh == pytest.approx((3 * 4 * 8760 - 14612.98978) * 0.151 * 0.7, rel=1e-6)
    assert idle.kgco2e_low >= 0


def test_offline_work_has_no_idle_time_and_shares_its_machines():
    offline = account(spec(CHAT.replace("busy: 60 %", "mode: offline")))
    assert "idle" not in {entry.item for entry in offline.booked}
    values = {value.name: value for entry in offline.booked for value in entry.inputs}
    assert values["utilization"].best < 1


def test_a_batch_that_is_not_given_widens_the_range_and_is_told():
    narrow = figures(spec(CHAT.replace("batch: 64", "batch: 32")))["j_per_token"]
    result = account(spec(CHAT.replace("batch: 64, ", "")))
    wide = {f.name: (f.value, f.low, f.high) for f in result.figures}["j_per_token"]
    assert wide[0] == pytest.approx(narrow[0])
    assert wide[1] < narrow[1] < narrow[2] < wide[2]
    assert any("`batch` is not given" in warning for warning in result.warnings)


def test_a_latency_takes_the_largest_batch_that_meets_it():
    own = figures(spec(CHAT.replace("batch: 64", "latency: 30 ms")))
    assert own["latency"][0] <= 0.03
    one = figures(spec(CHAT.replace("batch: 64", "latency: 40 ms")))
    assert one["j_per_token"][0] < own["j_per_token"][0]


def test_name_and_the_same_shape_by_a_config_agree(tmp_path, monkeypatch):
    config = {
        "model_type": "llama", "num_hidden_layers": 80, "hidden_size": 8192,
        "num_attention_heads": 64, "num_key_value_heads": 8, "intermediate_size": 28672,
        "vocab_size": 128256, "max_position_embeddings": 131072, "torch_dtype": "bfloat16",
        "tie_word_embeddings": False,
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "job.yaml").write_text(
        spec(CHAT.replace("meta-llama/Llama-3.1-70B-Instruct", "./config.json"))
    )
    from carbonctl import api

    monkeypatch.chdir("/")
    result = api.estimate(tmp_path / "job.yaml")
    assert result.total.energy_kwh == pytest.approx(account(spec(CHAT)).total.energy_kwh, rel=1e-3)
    assert result.spec["phases"]["inference"][0]["model"] == "./config.json"
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match=r"config.json:1:1: .*num_hidden_layers"):
        api.estimate(tmp_path / "job.yaml")


CLOSED = (
    "{kind: llm_serving, model: gemini-apps, requests: 1M, input_tokens: 10, output_tokens: 99}"
)


def test_a_closed_model_has_its_published_energy():
    result = account(spec(CLOSED))
    (entry,) = [e for e in result.booked if e.boundary == "operational"]
    assert entry.energy_kwh == pytest.approx(240)  # of the facility: no PUE on top
    assert any("published, not modelled" in warning for warning in result.warnings)
    assert result.total.embodied_kgco2e is None
    ours = account(spec(CLOSED.replace("gemini-apps", "gpt-4o")))
    assert ours.total.energy_kwh == pytest.approx(300 * 1.2)


@pytest.mark.parametrize(("keys", "said"), [
    ("batch: 4", "no use here"), ("model: gpt-5", "without a published energy"),
])  # fmt: skip
def test_a_closed_model_is_asked_no_more(keys, said):
    text = (
        CLOSED.replace("model: gemini-apps", keys)
        if "model" in keys
        else CLOSED.replace("}", f", {keys}}}")
    )
    with pytest.raises(InputError, match=said):
        account(spec(text))


@pytest.mark.parametrize(("name", "amount"), [("token", 29.2e9), ("request", 73e6)])
def test_the_functional_unit_takes_its_amount_from_the_activity(name, amount):
    result = account(spec(CHAT, more=f"functional_unit: {{name: {name}}}\n"))
    said, each = result.per_unit
    assert said == name
    assert each == pytest.approx(result.total.total_kgco2e / amount)


def test_a_unit_that_no_activity_delivers_needs_its_amount():
    with pytest.raises(InputError, match="no activity says how many of `user` there are"):
        account(spec(CHAT, more="functional_unit: {name: user}\n"))


def test_experts_without_a_shape_are_an_archetype_with_a_wider_range():
    text = CHAT.replace(
        "model: meta-llama/Llama-3.1-70B-Instruct", "parameters: 30B, active_parameters: 3B"
    )
    result = account(spec(text))
    statuses = {v.name: v.status for e in result.booked for v in e.inputs}
    assert statuses["energy_per_token"] == "archetype"
    joules = {f.name: f for f in result.figures}["j_per_token"]
    assert joules.high / joules.value == pytest.approx(1.65 * 1.3)
    assert any("follows from its parameters" in warning for warning in result.warnings)


@pytest.mark.parametrize(("keys", "said"), [
    ("devices: 32", "more than 16 devices a replica"),
    ("device: nvidia/l4, devices: 16", "no measurement of a language model"),
])  # fmt: skip
def test_what_is_doubtful_is_told(keys, said):
    text = CHAT.replace(
        "device: nvidia/h100-sxm5-80gb, ",
        "" if "device:" in keys else "device: nvidia/h100-sxm5-80gb, ",
    )
    result = account(spec(text.replace("busy:", f"{keys}, busy:")))
    assert any(said in warning for warning in result.warnings)


TUNING = (
    "{kind: llm_training, model: llama-3.1-8b, tokens: 1B, devices: 64, "
    "device: nvidia/h100-sxm5-80gb}"
)
DRAWING = (
    "{kind: media_serving, model: flux, requests: 1, width: 512, height: 512, steps: 20, "
    "device: nvidia/h100-sxm5-80gb}"
)


@pytest.mark.parametrize("device", ["google/tpu-v5e", "google/tpu-v5p", "google/tpu-v6e"])
@pytest.mark.parametrize(("phase", "text"), [
    ("inference", CHAT),
    ("training", TUNING), ("inference", DRAWING),
])  # fmt: skip
def test_the_rated_power_of_a_class_is_no_rated_power_of_a_device(device, phase, text):
    text = text.replace("nvidia/h100-sxm5-80gb", device)
    with pytest.raises(InputError, match=r"has no `rated_power`: .*or give `rated_power`$"):
        account(spec(text, phase))
    given = account(spec(text.replace("}", ", rated_power: 250 W}"), phase))
    assert given.total.energy_kwh > 0
    with pytest.raises(InputError, match="or give `rated_power` instead of `power`"):
        account(spec(text.replace("}", ", power: 250 W}"), phase))


OWN = "energy_per_request: 1 Wh, energy_boundary: chip"


@pytest.mark.parametrize("key", [
    "precision: fp8", "latency: 30 ms", "batch: 8", "busy: 40 %", "cached_input: 50 %",
    "tokens_per_s: 9 / s", "speedup: 2", "devices: 4",
])  # fmt: skip
def test_keys_without_use_beside_the_energy_of_a_request_are_refused(key):
    open_model = CLOSED.replace("gemini-apps", "llama-3.1-70b")
    with pytest.raises(InputError, match=r"no use here: .*energy_per_request"):
        account(spec(open_model.replace("}", f", {OWN}, {key}}}")))
    result = account(spec(open_model.replace("}", f", {OWN}}}")))
    assert result.total.energy_kwh == pytest.approx(1000 * 1.2)


def test_what_is_said_of_a_closed_model_with_a_device_works():
    with_device = CLOSED.replace("}", ", device: nvidia/h100-sxm5-80gb}")
    with pytest.raises(InputError) as raised:
        account(spec(with_device))
    said = str(raised.value)
    for way in ("leave out `device`", "`energy_per_request` with `energy_boundary`",
                "`parameters` instead of `model`"):  # fmt: skip
        assert way in said
    account(spec(CLOSED))
    account(spec(CLOSED.replace("}", f", {OWN}}}")))
    account(spec(with_device.replace("model: gemini-apps", "parameters: 70B")))
    unpublished = with_device.replace("gemini-apps", "gpt-5")
    with pytest.raises(InputError, match="leave out `device` and give your own"):
        account(spec(unpublished))


def test_a_fleet_may_have_a_count_of_requests_for_its_duration():
    by_rate = CHAT.replace("busy: 60 %", "fleet: 3")
    by_count = by_rate.replace("200k / day", "73M")
    one, other = account(spec(by_rate)), account(spec(by_count))
    assert other.total.energy_kwh == pytest.approx(one.total.energy_kwh, rel=1e-12)
    figures_of = [{f.name: f.value for f in result.figures} for result in (one, other)]
    assert figures_of[1] == pytest.approx(figures_of[0])
    with pytest.raises(InputError, match="too small: 2 replicas are needed"):
        account(spec(by_count.replace("73M", "200M").replace("fleet: 3", "fleet: 1")))
    with pytest.raises(InputError, match="a count has none"):
        account(spec(by_count.replace("fleet: 3", "busy: 60 %")))
    with pytest.raises(InputError, match="needs the `duration`"):
        account(spec(by_count.replace("duration: 1 year, ", "")))


def test_an_answer_has_a_token_at_least():
    with pytest.raises(InputError, match="output_tokens"):
        account(spec(CHAT.replace("output_tokens: 400", "output_tokens: 0.5")))
    assert account(spec(CHAT.replace("output_tokens: 400", "output_tokens: 1"))).figures


def test_a_quantization_that_is_not_known_needs_the_precision(tmp_path):
    from carbonctl import api

    config = {
        "model_type": "llama", "num_hidden_layers": 32, "hidden_size": 4096,
        "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336,
        "vocab_size": 128256, "max_position_embeddings": 131072, "torch_dtype": "bfloat16",
        "quantization_config": {"quant_method": "hqq"},
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config))
    text = spec(CHAT.replace("meta-llama/Llama-3.1-70B-Instruct", "./config.json"))
    (tmp_path / "job.yaml").write_text(text)
    with pytest.raises(InputError, match=r"quantization .*\(hqq\) is not known: give `precision`"):
        api.estimate(tmp_path / "job.yaml")
    (tmp_path / "job.yaml").write_text(text.replace("batch: 64", "batch: 64, precision: int4"))
    assert api.estimate(tmp_path / "job.yaml").figures


@pytest.mark.parametrize(("tokens", "said"), [
    ("input_tokens: 300, output_tokens: 200k", "output_tokens: 200300 tokens exceed"),
    ("input_tokens: 200k, output_tokens: 400", "input_tokens: 200400 tokens exceed"),
    ("output_tokens: 1e30", r"output_tokens: 1e\+30 tokens exceed the context of 131072"),
    ("input_tokens: 100k..140k, output_tokens: 400", "input_tokens: 140400 tokens exceed"),
])  # fmt: skip
def test_tokens_beyond_the_context_are_placed_at_the_key_that_has_more(tokens, said):
    with pytest.raises(InputError, match=said):
        account(spec(CHAT.replace("input_tokens: 300, output_tokens: 400", tokens)))


def test_a_closed_model_with_a_host_alone_names_the_host():
    with pytest.raises(InputError, match="leave out `host` for its published energy") as raised:
        account(spec(CLOSED.replace("}", ", host: aws/m6i.24xlarge}")))
    assert "device`, with" not in str(raised.value)
    both = f", host: aws/m6i.24xlarge, {OWN}}}"
    with pytest.raises(InputError, match="`energy_per_request` cannot be combined with `host`"):
        account(spec(CLOSED.replace("}", both)))


def test_the_power_of_all_devices_needs_their_number_alone():
    text = CHAT.replace("batch: 64", "batch: 64, power: 2 kW, power_scope: all")
    with pytest.raises(InputError, match=r"give `devices`$"):
        account(spec(text))
    given = account(spec(text.replace("batch: 64", "batch: 64, devices: 4")))
    assert {f.name: f.value for f in given.figures}["power"] == 500


@pytest.mark.parametrize("command", ["estimate", "compare"])
@pytest.mark.parametrize("form", ["table", "md", "json"])
def test_a_service_without_requests_has_no_line_per_request(command, form, tmp_path, inside):
    text = spec(CHAT.replace("200k / day", "0 / day"), more="functional_unit: {name: request}\n")
    path, saved = tmp_path / "chat.yaml", tmp_path / "chat.json"
    path.write_text(text)
    saved.write_text(inside("estimate", str(path), "-f", "json").out)
    for file in (path, saved):
        done = inside(command, *[str(file)] * (2 if command == "compare" else 1), "-f", form)
        assert (done.code, "Per request" in done.out) == (0, False)


def of_config(path) -> str:
    return spec(CHAT.replace("meta-llama/Llama-3.1-70B-Instruct", str(path)))


@pytest.mark.parametrize("command", ["estimate", "validate"])
def test_a_config_that_is_not_there_is_an_error_of_the_spec(command, tmp_path, inside):
    path = tmp_path / "job.yaml"
    path.write_text(of_config("./none.json"))
    done = inside(command, str(path))
    column = path.read_text().splitlines()[4].index("./none.json") + 1
    said = f"{path}:5:{column}: model: there is no file `./none.json`\n"
    assert (done.code, done.err) == (3, said)
    path.write_text(of_config("https://example.org/config.json"))
    assert "is an address: download the file, and give its path" in inside(command, str(path)).err


def test_a_config_of_set_that_is_not_there_is_an_error_of_set(tmp_path, inside):
    path = tmp_path / "job.yaml"
    path.write_text(spec(CHAT))
    done = inside("estimate", str(path), "--set", "inference.0.model=none.json")
    assert (done.code, done.err) == (3, "--set:1:19: model: there is no file `none.json`\n")


@pytest.mark.parametrize("command", ["estimate", "validate", "explain"])
def test_a_faulty_config_is_an_error_with_its_key(command, tmp_path, inside):
    path, config = tmp_path / "job.yaml", tmp_path / "config.json"
    path.write_text(of_config("./config.json"))
    config.write_text(json.dumps({**SMALL, "num_local_experts": 4, "num_experts_per_tok": 8}))
    done = inside(command, str(path))
    assert done.code == 3
    assert f"{config}:1:1: " in done.err
    assert "`num_experts_per_tok` (8) exceeds `num_local_experts` (4)" in done.err


def test_a_config_of_a_language_model_makes_no_images(tmp_path, inside):
    path = tmp_path / "job.yaml"
    path.write_text(spec("{kind: media_serving, model: ./config.json, device: nvidia/h100-sxm5-80gb,"
                         " requests: 1M, width: 1024, height: 1024, steps: 28}"))  # fmt: skip
    done = inside("estimate", str(path))
    assert done.code == 3
    assert "model: a config.json describes a language model; give `parameters`" in done.err


SMALL = {
    "model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
    "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256,
    "max_position_embeddings": 131072, "torch_dtype": "bfloat16", "tie_word_embeddings": False,
}  # fmt: skip


def test_two_configs_are_two_unknowns(tmp_path, inside):
    for folder, layers in (("a", 32), ("b", 40), ("copy of a", 32)):
        (tmp_path / folder).mkdir()
        config = {**SMALL, "num_hidden_layers": layers}
        (tmp_path / folder / "config.json").write_text(json.dumps(config))

    def ends(first: str, second: str):
        path = tmp_path / "job.yaml"
        activities = "\n    - ".join(
            CHAT.replace("kind", f"name: {name}, kind").replace(
                "meta-llama/Llama-3.1-70B-Instruct", f"./{folder}/config.json"
            )
            for name, folder in (("x", first), ("y", second))
        )
        path.write_text(spec(activities))
        return inside("estimate", str(path)).out, api.estimate(path).booked

    from carbonctl import api

    def unknowns(entries):
        return {value.unknown for entry in entries for value in entry.inputs
                if value.name == "energy_per_token"}  # fmt: skip

    shown, apart = ends("a", "b")
    assert "x: a/config.json, bf16" in shown
    assert "y: b/config.json, bf16" in shown
    assert len(unknowns(apart)) == 2
    assert len(unknowns(ends("a", "copy of a")[1])) == 1


SMALL_CHAT = (
    "{kind: llm_serving, parameters: 8B, device: nvidia/h100-sxm5-80gb, requests: 1M, "
    "output_tokens: 400, batch: 8}"
)
IMAGES = (
    "{kind: media_serving, model: flux, device: nvidia/h100-sxm5-80gb, requests: 1M, "
    "width: 1024, height: 1024, steps: 28, devices: 1, batch: 1}"
)
TUNING = (
    "{kind: llm_training, model: llama-3.1-8b, tokens: 1B, device: nvidia/h100-sxm5-80gb, "
    "devices: 8}"
)


@pytest.mark.parametrize(
    ("activity", "before", "after", "said"),
    [
        (SMALL_CHAT, "8B", "8", "parameters: `8` is less than a million; did you mean `8B`?"),
        (SMALL_CHAT, "8B", "70000", "`70000` is less than a million; write a number such as `70B`"),
        (SMALL_CHAT, "1M", "5 %", "requests: `5 %` is a share, not a count such as `512`"),
        (SMALL_CHAT, "400", "5 %", "output_tokens: `5 %` is a share, not a count such as `400`"),
        (SMALL_CHAT, "batch: 8", "batch: 50 %", "batch: `50 %` is a share, not a count"),
        (SMALL_CHAT, "batch: 8", "batch: 8, devices: 2048", "devices: at most 1024 can be given"),
        (IMAGES, "devices: 1", "devices: 2048", "devices: at most 1024 can be given"),
        (IMAGES, "devices: 1", "devices: 50 %", "`50 %` is a share, not a number of devices"),
        (IMAGES, "batch: 1", "batch: 5000", "batch: at most 4096 can be given"),
        (TUNING, "devices: 8", "devices: 2M", "devices: at most 1000000 can be given"),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(activity, before, after, said):
    phase = "training" if activity is TUNING else "inference"
    account(spec(activity, phase))
    with pytest.raises(InputError) as raised:
        account(spec(activity.replace(before, after), phase))
    assert said in str(raised.value)


def test_a_ratio_may_be_in_percent():
    ratio, percent = (
        account(spec(SMALL_CHAT.replace("batch: 8", f"batch: 8, speedup: {speedup}")))
        for speedup in ("1.5", "150 %")
    )
    assert percent.total == ratio.total
