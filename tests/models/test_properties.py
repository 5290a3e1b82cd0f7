"""What holds for any model, device and load, beside the rows of the oracle."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from carbonctl.catalog import model_factors
from carbonctl.catalog.models import NamedModel
from carbonctl.factors import model_runs, model_service, replica, replica_limits
from carbonctl.factors.model_shapes import archetype
from carbonctl.factors.replica import Load, Replica
from carbonctl.numbers.columns import Column, split, take
from carbonctl.numbers.intervals import Range
from tests.conftest import CATALOG
from tests.models.oracle import DEVICES, FACTORS

OPEN = list(CATALOG.models.language())
DENSE = [model for model in OPEN if not model.shape.has_experts]
models = st.sampled_from(OPEN)
devices = st.sampled_from([d for name, d in DEVICES.items() if not name.startswith("google")])
precisions = st.sampled_from(["bf16", "fp8", "int4", "nvfp4"])
batches = st.integers(1, 512).map(float)
tokens = st.floats(1, 4000)


def replica_of(model, device, precision="bf16") -> Replica:
    width = FACTORS.bytes_per_weight(precision)
    return Replica(model.shape, device, FACTORS.serving, width, precision == "fp8")


@st.composite
def loads(draw):
    return Load(
        float(2 ** draw(st.integers(0, 4))), draw(batches), draw(tokens), draw(tokens),
        draw(st.floats(0, 1)),
    )  # fmt: skip


@st.composite
def replicas(draw):
    return replica_of(draw(models), draw(devices), draw(precisions))


@given(replicas(), loads())
def test_the_parts_of_a_step_sum_to_it(model, load):
    step = replica.step(model, load)
    assert step.time_s == pytest.approx(step.memory_s + step.compute_s + step.fixed_s, rel=1e-12)
    idle = FACTORS.serving.p_idle
    assert idle <= step.power_share <= 1


@given(replicas(), loads(), st.floats(1, 10))
def test_more_bandwidth_or_peak_never_lengthens_a_step(model, load, more):
    time = replica.step(model, load).time_s
    for key in ("bandwidth", "peak"):
        device = model.device._replace(**{key: getattr(model.device, key) * more})
        assert replica.step(model._replace(device=device), load).time_s <= time
    fewer = model._replace(bytes_per_weight=model.bytes_per_weight / more)
    assert replica.step(fewer, load).time_s <= time


@given(replicas(), loads(), st.floats(1.01, 4))
def test_more_sequences_or_tokens_never_shorten_a_step(model, load, more):
    time = replica.step(model, load).time_s
    for key in ("batch", "input_tokens"):
        longer = load._replace(**{key: getattr(load, key) * more})
        assert replica.step(model, longer).time_s >= time * (1 - 1e-12)


@given(st.sampled_from(DENSE), st.floats(10, 200), st.floats(10, 200), st.integers(1, 63))
def test_the_energy_of_a_token_falls_with_the_batch(model, prompt, output, batch):
    """While the memory binds: dense models, on few sequences."""
    served = replica_of(model, DEVICES["nvidia/h100-sxm5-80gb"])
    few, more = (Load(8.0, float(b), prompt, output) for b in (batch, batch + 1))
    joules = [replica.service(at, replica.step(served, at)).j_per_token for at in (few, more)]
    assert joules[1] < joules[0]


@given(replicas(), loads())
def test_a_speedup_of_two_halves_time_and_energy_at_the_same_power(model, load):
    fast = load._replace(speedup=2.0)
    slow_step, fast_step = replica.step(model, load), replica.step(model, fast)
    assert fast_step.power_w == pytest.approx(slow_step.power_w, rel=1e-12)
    for key in ("time_s", "memory_s", "compute_s", "fixed_s", "prompt_s"):
        assert getattr(fast_step, key) == pytest.approx(getattr(slow_step, key) / 2, rel=1e-12)
    joules = [replica.service(at, replica.step(model, at)).j_per_token for at in (load, fast)]
    assert joules[1] == pytest.approx(joules[0] / 2, rel=1e-12)


@given(replicas(), loads())
def test_a_prompt_in_the_cache_is_still_read(model, load):
    cached = replica.step(model, load._replace(cached_input=1.0))
    without = replica.step(model, load._replace(input_tokens=0.0, cached_input=0.0))
    assert cached.prefill_flop == cached.prompt_s == 0 == without.prefill_flop
    assert cached.cache_bytes >= without.cache_bytes
    more = replica.step(model, load)
    assert cached.cache_bytes == more.cache_bytes
    assert cached.decode_flop == more.decode_flop


@given(replicas(), loads(), st.floats(0.1, 1e4))
def test_measured_tokens_replace_the_time_and_the_terms_stay(model, load, rate):
    measured = load._replace(tokens_per_s=rate)
    step, modelled = replica.step(model, measured), replica.step(model, load)
    assert step.time_s == load.batch / rate
    assert step.memory_s == modelled.memory_s
    assert replica.service(measured, step).tokens_per_s == pytest.approx(rate, rel=1e-12)
    assert (step.power_share > modelled.power_share) == (step.time_s < modelled.time_s)


@given(st.floats(1, 1e9), st.floats(0.01, 100), st.floats(0.1, 1))
def test_device_time_is_linear_in_requests(requests, device_s, busy):
    once = model_service.busy_device_h(requests, device_s)
    assert model_service.busy_device_h(2 * requests, device_s) == 2 * once
    assert model_service.idle_device_h(2 * once, busy) == 2 * model_service.idle_device_h(
        once, busy
    )


@given(replicas(), loads(), st.floats(1e-4, 1))
def test_the_largest_batch_meets_a_latency_and_the_next_does_not(model, load, latency):
    most = float(replica_limits.MOST_FOR_LATENCY)
    batch = replica_limits.largest_batch(model, load, latency, most)

    def time(size):
        return replica.step(model, load._replace(batch=float(size))).time_s

    assert batch == 0 or time(batch) <= latency
    assert batch == most or time(batch + 1) > latency


@given(replicas(), tokens, st.sampled_from([1.0, 2.0, 4.0, 8.0, 16.0]))
def test_one_more_than_the_most_sequences_does_not_fit(model, length, count):
    most = replica_limits.most_sequences(model, count, length)
    fits = replica_limits.fits
    assert most == 0 or fits(model, count, most * (1 - 1e-12), length)
    assert most == replica_limits.MOST_SEQUENCES or not fits(model, count, most + 1, length)


def test_a_model_too_large_for_1024_devices_has_no_number_of_them():
    huge = OPEN[0]._replace(shape=OPEN[0].shape._replace(parameters=1e15))
    served = replica_of(huge, DEVICES["nvidia/t4"])
    assert replica_limits.fewest_devices(served, 1.0, 100.0) is None
    assert replica_limits.most_sequences(served, 8.0, 100.0) == 0


@given(replicas(), loads())
def test_name_and_the_same_shape_by_hand_agree(model, load):
    by_hand = model._replace(shape=type(model.shape)(*model.shape))
    assert replica.step(by_hand, load) == replica.step(model, load)


@given(models, devices)
def test_a_band_holds_its_best_and_widens_with_doubt(model, device):
    band = replica_limits.energy_band(FACTORS.bands, model.shape, device)
    assert 0 < band.low < band.best == 1 < band.high
    unsure = replica_limits.energy_band(
        FACTORS.bands, model.shape._replace(is_archetype=True), device
    )
    assert (unsure.low < band.low) == model.shape.has_experts
    joined = replica_limits.batch_band(band, Range(1.0, 0.5, 2.0))
    assert joined.low < band.low < 1 < band.high < joined.high


@given(st.floats(0.05, 20), st.floats(0.05, 20))
def test_joined_factors_are_as_far_as_their_logarithms_together(first, second):
    assume(abs(first - 1) > 1e-6)
    joined = model_service.joined_factors(first, second)
    assert (joined < 1) == (first < 1)
    assert math.log(joined) ** 2 == pytest.approx(
        math.log(first) ** 2 + math.log(second) ** 2, rel=1e-9
    )


@given(replicas(), loads(), st.floats(1, 3))
def test_the_range_of_a_load_holds_that_of_its_ends(model, load, more):
    wide = load._replace(
        output_tokens=Range(load.output_tokens, load.output_tokens, load.output_tokens * more)
    )

    def time(at):
        return replica.step(model, at).time_s

    found = replica.ranged(time, wide)
    ends = [time(load), time(load._replace(output_tokens=load.output_tokens * more))]
    assert (found.low, found.high) == (min(ends), max(ends))
    outer = time(wide)  # plain interval arithmetic
    assert outer.low <= found.low * (1 + 1e-12)
    assert outer.high >= found.high * (1 - 1e-12)


@given(replicas(), st.lists(loads(), min_size=2, max_size=4), st.floats(1e-3, 0.1))
def test_a_row_of_a_step_is_that_of_its_own_load(model, several, latency):
    columns = Load(
        *(Column(list(numbers)) for numbers in zip(*(load[:6] for load in several), strict=True))
    )
    step = replica.step(model, columns)
    for row, load in enumerate(several):
        assert take(step, row) == replica.step(model, load)
    most = replica_limits.most_sequences(model, columns.devices, columns.output_tokens)
    assert most.tolist() == [
        replica_limits.most_sequences(model, load.devices, load.output_tokens) for load in several
    ]
    batches = split(
        np.arange(len(several)),
        lambda some: replica_limits.largest_batch(model, take(columns, some), latency, 64.0),
    )
    for some, batch in batches:
        for row in some:
            assert batch == replica_limits.largest_batch(model, several[row], latency, 64.0)


@given(st.floats(1e8, 1e12), st.floats(0.05, 1))
def test_a_shape_from_parameters_alone_has_their_number(parameters, share):
    shape = archetype(parameters, parameters * share, FACTORS.archetype)
    assert shape.is_archetype
    assert shape.has_experts == (share < 1)
    assert shape.layers >= 8
    rest = shape.parameters - shape.expert_parameters
    assert rest + shape.expert_parameters * shape.chosen_share == pytest.approx(shape.active)


def test_more_active_than_there_are_is_an_error():
    with pytest.raises(ValueError, match="active_parameters exceeds parameters"):
        archetype(7e9, 9e9, FACTORS.archetype)


@pytest.mark.parametrize("mfu", [0.0, 0.95, Range(0.5, 0.3, 0.9), -0.1])
def test_an_mfu_that_none_reaches_is_an_error(mfu):
    with pytest.raises(ValueError, match="mfu must be above 0 and at most 80 %"):
        model_runs.check_mfu(mfu, FACTORS.training.most_mfu)
    model_runs.check_mfu(Range(0.4, 0.3, 0.8), FACTORS.training.most_mfu)


def test_the_devices_of_the_fit_are_those_that_were_measured():
    path = CATALOG.folders[-1] / "models"
    for table in ("measured-text.csv", "measured-media.csv"):
        lines = (path / table).read_text(encoding="utf-8").splitlines()
        at = lines[0].split(",").index("device")
        assert {line.split(",")[at] for line in lines[1:]} == set(model_factors.FITTED_ON)


def test_every_measured_model_has_a_row():
    path = CATALOG.folders[-1] / "models"
    for table, find in (
        ("measured-text.csv", CATALOG.models.find),
        ("measured-media.csv", CATALOG.models.find_media),
    ):
        lines = (path / table).read_text(encoding="utf-8").splitlines()
        head = lines[0].split(",")
        for line in lines[1:]:
            row = dict(zip(head, line.split(","), strict=True))
            model = find(row["model"])
            if isinstance(model, NamedModel):
                assert model.precision == row["precision"]
