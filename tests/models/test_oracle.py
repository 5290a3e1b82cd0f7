"""Every row of the oracle, from the shipped coefficients and models."""

import pytest

from carbonctl.catalog.models import ClosedModel, NamedModel
from carbonctl.factors import model_runs, model_service, replica, schedule
from carbonctl.factors import model_training as training
from carbonctl.factors import replica_limits as limits
from carbonctl.factors.model_shapes import MediaShape
from carbonctl.factors.replica import Load
from carbonctl.numbers.intervals import Range
from tests.conftest import CATALOG
from tests.models.oracle import DEVICES, FACTORS, TOLERANCE, known, number, rows
from tests.models.oracle import replica as replica_of

IDS = {"ids": lambda row: row["case"]}


def check(found: dict[str, object], row: dict[str, str]) -> None:
    """Compare every right value of a row with what was found."""
    expected = {key: text for key, text in row.items() if key.startswith("out_")}
    assert found.keys() == {key for key, text in expected.items() if text}
    for key, value in found.items():
        if isinstance(value, str):
            assert value == expected[key], key
        else:
            assert value == pytest.approx(float(expected[key]), rel=TOLERANCE, abs=1e-300), key


def load_of(model: replica.Replica, row: dict[str, str]) -> tuple[Load, float]:
    """Return the load of a row with its devices and batch, and the most sequences that fit."""
    prompt, output = number(row, "input_tokens"), number(row, "output_tokens")
    latency, given = number(row, "latency_s_per_token"), number(row, "batch")
    default = FACTORS.batch.best
    wanted = given or (1.0 if latency else default)
    devices = number(row, "devices") or limits.fewest_devices(model, wanted, prompt + output)
    assert devices is not None
    most = limits.most_sequences(model, devices, prompt + output)
    load = Load(
        devices, wanted, prompt, output, number(row, "cached_input"), number(row, "speedup", 1.0),
        number(row, "throughput") or None,
    )  # fmt: skip
    batch = limits.largest_batch(model, load, latency, most) if latency else min(wanted, most)
    return load._replace(batch=float(batch)), most


def band(model: replica.Replica, row: dict[str, str], load: Load, most: float) -> Range:
    factors = limits.energy_band(FACTORS.bands, model.shape, model.device)
    if row["batch"] or row["latency_s_per_token"]:
        return factors

    def energy(batch: float) -> float:
        at = load._replace(batch=batch)
        return replica.service(at, replica.step(model, at)).j_per_token

    batch = FACTORS.batch
    low, high = energy(min(batch.high, most)), energy(min(batch.low, most))
    return limits.batch_band(factors, Range(energy(load.batch), low, high))


@pytest.mark.parametrize("row", rows("serving"), **IDS)
def test_serving(row):
    model = replica_of(row)
    load, most = load_of(model, row)
    step = replica.step(model, load)
    service = replica.service(load, step)
    busy_h = model_service.busy_device_h(number(row, "requests"), service.device_s)
    idle_h = model_service.idle_device_h(busy_h, number(row, "busy", 1.0))
    if row["fleet"]:
        hours = number(row, "hours")
        ready = model_service.standing_device_h(number(row, "fleet"), load.devices, hours)
        idle_h = ready - busy_h
    factors = band(model, row, load, most)
    idle_w = FACTORS.serving.p_idle * model.device.rated_w
    found = {
        "out_devices": load.devices, "out_batch": load.batch, "out_maximum_batch": most,
        "out_step_ms": step.time_s * 1000, "out_tokens_per_s": service.tokens_per_s,
        "out_w_per_device": step.power_w, "out_j_per_output_token": service.j_per_token,
        "out_wh_per_request": service.j_per_token * load.output_tokens / 3600,
        "out_first_token_s": service.first_token_s, "out_request_s": service.request_s,
        "out_busy_device_h": busy_h, "out_idle_device_h": idle_h,
        "out_busy_kwh": busy_h * step.power_w / 1000, "out_idle_kwh": idle_h * idle_w / 1000,
        "out_energy_low_factor": factors.low, "out_energy_high_factor": factors.high,
    }  # fmt: skip
    if row["out_fleet_devices"]:
        replicas = schedule.whole_number(busy_h + idle_h, number(row, "hours") * load.devices)
        found["out_fleet_devices"] = replicas * load.devices
    found["out_idle_device_h"] = idle_h if row["out_idle_device_h"] != "0" else round(idle_h, 12)
    del row["second_route"]
    check(found, row)


@pytest.mark.parametrize("row", rows("memory"), **IDS)
def test_memory(row):
    model, tokens = replica_of(row), number(row, "tokens")
    devices = limits.fewest_devices(model, 1.0, tokens)
    check(
        {
            "out_weights_gb": limits.all_weight_bytes(model) / 1e9,
            "out_cache_mb_per_sequence": limits.sequence_bytes(model, tokens) / 1e6,
            "out_minimum_devices": devices,
            "out_maximum_batch": limits.most_sequences(model, devices, tokens),
        },
        row,
    )
    if devices > 1:
        assert not limits.fits(model, devices / 2, 1.0, tokens)


@pytest.mark.parametrize("row", rows("training"), **IDS)
def test_training(row):
    shape, _ = known(row)
    device, devices = DEVICES[row["device"]], number(row, "devices")
    prior = FACTORS.prior(
        CATALOG_ID.get(row["device"], row["device"]), has_experts=shape.has_experts
    )
    recomputed = model_runs.recomputed_share(row["recompute"] or "none", FACTORS.training)
    mfu = number(row, "mfu") or prior.mfu.best
    if row["hfu"]:
        mfu = training.model_utilization(number(row, "hfu"), recomputed)
    is_given = bool(row["mfu"] or row["hfu"])
    if row["method"] == "qlora" and not is_given:
        mfu *= FACTORS.training.quantized_mfu
    sequence = number(row, "sequence") or min(FACTORS.training.sequence, shape.context)
    run = model_runs.Run(
        mfu, row["method"], sequence, recomputed, number(row, "exposed_communication"),
        number(row, "restarts"),
    )  # fmt: skip
    per_token = model_runs.flop_per_token(shape, run, FACTORS.training)
    flop = training.total_flop(number(row, "tokens"), number(row, "epochs", 1.0), per_token)
    trained = model_runs.train(flop, run, device, FACTORS.serving)
    found = {
        "out_flop": flop, "out_mfu": mfu, "out_device_h": trained.device_h,
        "out_wall_h": trained.device_h / devices, "out_w_per_device": trained.power_w,
        "out_kwh": trained.device_h * trained.power_w / 1000,
        "out_minimum_devices": model_runs.fewest_devices(shape, row["method"], device, FACTORS.training),
    }  # fmt: skip
    if row["out_device_h_low"]:
        found["out_device_h_low"] = trained.device_h * prior.mfu.best / prior.mfu.high
        found["out_device_h_high"] = trained.device_h * prior.mfu.best / prior.mfu.low
    check(found, row)


CATALOG_ID = {"nvidia/h800-sxm5": "nvidia/h800-sxm5-80gb"}


@pytest.mark.parametrize("row", rows("rl"), **IDS)
def test_reinforcement_learning(row):
    row |= {"device": row["dev"], "model": row["name"]}
    model, device = replica_of(row), DEVICES[row["dev"]]
    prompt, output = number(row, "input_tokens"), number(row, "output_tokens")
    devices = limits.fewest_devices(model, number(row, "batch"), prompt + output)
    load = Load(devices, number(row, "batch"), prompt, output)
    step = replica.step(model, load)
    samples = number(row, "prompts") * number(row, "samples")
    sampling_h = model_service.busy_device_h(samples, replica.service(load, step).device_s)
    tokens = training.sampled_tokens(number(row, "prompts"), number(row, "samples"), prompt, output)
    prior = FACTORS.prior(row["dev"], has_experts=model.shape.has_experts)
    run = model_runs.Run(prior.mfu.best, "full", prompt + output)
    per_token = model_runs.flop_per_token(model.shape, run, FACTORS.training)
    update = model_runs.train(tokens * per_token, run, device, FACTORS.serving)
    forward = model_runs.forward_flop(model.shape, run.sequence)
    scored = model_runs.train(tokens * forward, run, device, FACTORS.serving)
    energies = [
        hours * watts / 1000
        for hours, watts in (
            (sampling_h, step.power_w), (update.device_h, update.power_w),
            (scored.device_h, scored.power_w),
        )
    ]  # fmt: skip
    check(
        {
            "out_generation_device_h": sampling_h, "out_generation_kwh": energies[0],
            "out_update_device_h": update.device_h, "out_update_kwh": energies[1],
            "out_reference_device_h": scored.device_h, "out_reference_kwh": energies[2],
            "out_device_h": sampling_h + update.device_h + scored.device_h,
            "out_energy_kwh": sum(energies),
        },
        row,
    )  # fmt: skip


@pytest.mark.parametrize("row", rows("image"), **IDS)
def test_images_and_videos(row):
    shape = MediaShape(
        number(row, "parameters"), number(row, "layers"), number(row, "model_width"),
        guidance=number(row, "guidance"),
    )  # fmt: skip
    size = tuple(number(row, key) for key in ("width", "height", "frames"))
    batch = model_runs.media_batch(
        shape, DEVICES[row["device"]], FACTORS.media, size=size, steps=number(row, "steps"),
        devices=number(row, "devices"), batch=number(row, "batch"),
    )  # fmt: skip
    check(
        {
            "out_tokens": batch.tokens, "out_flop": batch.flop, "out_batch_time_s": batch.time_s,
            "out_power_w": batch.power_w, "out_j_per_item": batch.j_per_item,
            "out_wh_per_item": batch.j_per_item / 3600,
        },
        row,
    )  # fmt: skip


@pytest.mark.parametrize("row", rows("models"), **IDS)
def test_names(row):
    named = CATALOG.models.find(row["asked"])
    assert isinstance(named, NamedModel)
    shape = named.model.shape
    check(
        {
            "out_id": named.model.id, "out_parameters": shape.parameters,
            "out_active_parameters": shape.active,
            "out_expert_parameters": shape.expert_parameters, "out_layers": shape.layers,
            "out_cache_bytes_per_token": 2 * shape.cache_elements * shape.attention_layers,
            "out_precision": named.precision,
        },
        row,
    )  # fmt: skip


@pytest.mark.parametrize("row", rows("closed"), **IDS)
def test_closed_models(row):
    model = CATALOG.models.find(row["asked"])
    assert isinstance(model, ClosedModel)
    assert model.wh_per_request is not None
    kwh = model.wh_per_request * (number(row, "requests") / 1000)
    check(
        {
            "out_id": model.id, "out_kwh": kwh.best, "out_kwh_low": kwh.low,
            "out_kwh_high": kwh.high, "out_boundary": model.boundary_note,
        },
        row,
    )  # fmt: skip
