"""Every kernel: of ranges and columns in any mix, each row is what its own numbers give."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carbonctl.numbers.columns import Column, take
from carbonctl.numbers.intervals import Range
from tests.docs.test_methods import KERNELS as NAMES
from tests.docs.test_methods import MODULES
from tests.rows import by_parts, tried

ROWS = 4
positive = st.floats(1e-3, 1e6)
figure = st.one_of(st.floats(0, 1e3), st.sampled_from([0.0, 1.0]))
share = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, 1.0]))
used = st.floats(0.01, 1)
lost = st.floats(0, 0.9)
pause = st.one_of(st.floats(1e-3, 10), st.just(0.0))
pue = st.floats(1, 3)
area = st.one_of(st.floats(0.01, 20), st.just(0.0))
side = st.one_of(st.floats(1, 40), st.just(250.0))
dies = [side, side, st.just(300.0), st.floats(0, 5), st.floats(0, 0.5)]


def capacity(gb, per_gb, good):
    kernel = MODULES["fab"].capacity_kgco2e
    return kernel(gb, per_gb, good, includes_yield=False), kernel(
        gb, per_gb, good, includes_yield=True
    )


def abated(at, first, last):
    return MODULES["fab"].abated_kgco2e_per_cm2(at, 0.95, first, 0.99, last)


def mix(share, first, second, third):
    rest = 1 - share
    return MODULES["grid"].mix_intensity([(share, first), (rest / 2, second), (rest / 2, third)])


def wafer(*sizes):
    width, height, _, edge, kerf = sizes
    return MODULES["yields"].wafer_cm2_per_die(width, height, 300.0, edge, kerf)


def quantile(function):
    """Return a quantile function of a level, a lower bound and the widths above it."""

    def at(level, low, below, above):
        return function(level, low, low + below, low + below + above)

    return at


CALLS = {
    "distributions.triangular": quantile(MODULES["distributions"].triangular),
    "distributions.two_piece_lognormal": quantile(MODULES["distributions"].two_piece_lognormal),
    **{
        f"distributions.{name}": quantile(getattr(MODULES["distributions"], name))
        for name in (
            "log_triangular",
            "pert",
            "uniform",
            "lognormal",
            "lognormal_at",
            "two_piece_lognormal_at",
        )
    },
    "distributions.discrete": lambda level: MODULES["distributions"].discrete(
        level, 1.0, 2.0, 4.0, 1.0, 0.25, 2.0, 0.5, 4.0, 0.25
    ),
    "distributions.normal": lambda level, best, sd: MODULES["distributions"].normal(
        level, best, best, best, sd
    ),
    "fab.capacity_kgco2e": capacity,
    "fab.abated_kgco2e_per_cm2": abated,
    "grid.mix_intensity": mix,
    "yields.wafer_cm2_per_die": wafer,
}
level = st.floats(1e-9, 1 - 1e-9)
width = st.floats(1e-2, 1e3)
ARGUMENTS = {
    "distributions.triangular": [level, positive, width, width],
    "distributions.two_piece_lognormal": [level, positive, width, width],
    "distributions.two_piece_lognormal_at": [st.floats(-4, 4), positive, width, width],
    "distributions.log_triangular": [level, positive, width, width],
    "distributions.pert": [level, positive, width, width],
    "distributions.uniform": [level, positive, width, width],
    "distributions.lognormal": [level, positive, width, width],
    "distributions.lognormal_at": [st.floats(-4, 4), positive, width, width],
    "distributions.normal": [level, positive, width],
    "distributions.discrete": [level],
    "normal.normal_quantile": [level],
    "beta.beta_quantile": [level, st.floats(1, 5), st.floats(1, 5)],
    "card.silicon_kgco2e_per_cm2": [figure, positive],
    "card.board_kgco2e": [figure, figure, figure],
    "use_phase.use_kgco2e": [figure, share, figure, figure],
    "design.cdp": [figure, figure],
    "design.cep": [figure, figure],
    "design.c2ep": [figure, figure],
    "design.ce2p": [figure, figure],
    "design.tcdp": [figure, figure, figure],
    "design.ncf": [share, figure, positive, figure, positive],
    "design.kgco2e_per_hour": [figure, figure, pue],
    "design.indifference_h": [figure, figure, figure, figure],
    "design.break_even_h": [figure, figure, figure],
    "design.verdict": [pue, pue],
    "embodied.kgco2e_per_hour": [positive, positive, used],
    "fab.kgco2e_per_cm2": [figure, figure, figure, figure],
    "fab.die_kgco2e": [area, figure, share],
    "fab.of_good": [figure, share],
    "fab.capacity_kgco2e": [figure, figure, share],
    "fab.abated_kgco2e_per_cm2": [st.floats(0.94, 1), figure, figure],
    "facility.overhead_kwh": [positive, pue],
    "facility.construction_kgco2e_per_kwh": [positive, positive, used],
    "faults.job_mtbf_h": [positive, positive],
    "faults.failure_probability": [figure, positive],
    "faults.young_interval_h": [figure, positive],
    "faults.best_interval_h": [positive, positive],
    "faults.wall_over_useful": [pause, pause, pause, st.floats(0.5, 1e4)],
    "faults.best_wall_over_useful": [pause, pause, st.floats(0.5, 1e4)],
    "federated.worked": [share, share],
    "federated.reported": [share],
    "federated.linear_kwh_per_gb": [positive, positive, positive],
    "fleet.hours_on": [positive, share, share],
    "fleet.energy_kwh": [positive, positive, positive, share, share],
    "fleet.pool_idle_kwh": [positive, positive, share],
    "grid.kgco2e": [positive, positive],
    "grid.lost_kwh": [positive, lost],
    "grid.market_intensity": [share, positive, positive],
    "grid.mix_intensity": [share, figure, figure, figure],
    "language_models.touched_share": [share, positive],
    "language_models.cached_positions": [figure, figure, figure, figure],
    "language_models.weight_bytes": [figure, figure, figure],
    "language_models.expert_bytes": [figure, figure, share],
    "language_models.sequence_bytes": [figure, figure, figure, figure],
    "language_models.cache_bytes": [figure, figure, figure, figure, figure],
    "language_models.decode_flop": [figure, figure, figure, figure],
    "language_models.prefill_flop": [figure, figure, figure, figure, share],
    "language_models.prefill_in_step": [figure, positive, figure],
    "language_models.read_s": [figure, positive, positive, used],
    "language_models.compute_s": [figure, positive, positive, used],
    "language_models.layers_s": [figure, figure, figure, positive, figure],
    "language_models.fixed_s": [figure, figure, figure, figure, figure],
    "language_models.busy_exponent": [figure, share, figure, share],
    "language_models.power_share": [share, figure],
    "model_service.tokens_per_s": [figure, positive],
    "model_service.j_per_token": [figure, figure, figure, positive],
    "model_service.request_device_s": [figure, figure, figure, positive],
    "model_service.first_token_s": [figure, figure],
    "model_service.request_s": [figure, figure, figure],
    "model_service.busy_device_h": [figure, figure],
    "model_service.idle_device_h": [figure, share],
    "model_service.standing_device_h": [figure, figure, figure],
    "model_service.usable_bytes": [figure, positive, share, figure],
    "language_models.archetype_layers": [positive, st.just(128.0), st.just(8.0)],
    "language_models.archetype_experts": [figure, figure, lost],
    "model_training.attention_flop": [figure, figure, figure],
    "model_training.forward_flop": [figure, figure],
    "model_training.full_flop": [figure],
    "model_training.adapter_flop": [figure, figure, share],
    "model_training.total_flop": [figure, figure, figure],
    "model_training.sampled_tokens": [figure, figure, figure, figure],
    "model_training.model_utilization": [share, pue],
    "model_training.device_h": [figure, positive, used, lost, share],
    "model_training.compute_share": [share, pue, used, share],
    "model_training.full_bytes": [figure, figure],
    "model_training.adapter_bytes": [figure, figure, figure, share, figure],
    "model_training.devices_needed": [figure, pue, positive],
    "media_models.item_tokens": [figure, figure, positive, pue, positive],
    "media_models.weights_flop": [figure, figure, figure, figure],
    "media_models.attention_flop": [figure, figure, figure, figure, figure],
    "media_models.effective_devices": [positive, share],
    "media_models.batch_s": [figure, figure, figure],
    "levers.with_rebound": [used, figure],
    "levers.with_elasticity": [used, figure],
    "levers.payback_share": [positive, positive],
    "levers.first_life_kgco2e_per_hour": [positive, positive, used, figure],
    "levers.repaired_kgco2e_per_year": [positive, figure, positive],
    "energy_time.zeus_cost": [figure, figure, share, positive],
    "energy_time.carbon_cost": [figure, figure, figure, pue, figure, positive, used],
    "energy_time.equivalent_eta": [positive, pue, figure, positive, used, positive],
    "sci.embodied_g": [figure, figure, positive, figure, positive],
    "sci.score_g": [figure, figure, positive],
    "parts.kgco2e_per_kg": [figure, figure],
    "power.energy_kwh": [positive, positive],
    "power.loaded_w": [positive, share],
    "power.busy_w": [positive, positive, share],
    "power.memory_w": [positive, positive],
    "power.drives_w": [positive, positive],
    "runs.lognormal_mean": [positive, positive],
    "runs.with_restarts": [positive, share],
    "runs.with_failures": [positive, share],
    "schedule.occurrences": [figure, figure],
    "schedule.whole_number": [figure, figure],
    "search.early_stopped": [share, share],
    "search.halving_runs": [st.integers(0, 300), st.integers(1, 5)],
    "storage.energy_kwh": [positive, positive],
    "storage.kgco2e_per_tb_hour": [positive, positive, used],
    "water.litres": [positive, positive, positive, positive],
    "yields.poisson": [area, figure],
    "yields.murphy": [area, figure],
    "yields.negative_binomial": [area, figure, figure],
    "yields.gross_dies": dies,
    "yields.wafer_cm2_per_die": dies,
}
# Modules of kernels over samples, years, dates or facts of zones.
OF_SAMPLES = {
    "grid_rule", "projection", "refresh", "scaling", "least_squares", "sample_statistics", "rank_correlation",
    "frontier", "domination", "envelope",
}  # fmt: skip
OF_NUMBERS = {  # of one unknown, of the facts of a zone, or of best estimates; never of columns
    "distributions.share_below",
    "hours.mean_over",
    "model_service.joined_factors",
    "distributions.levels_within",
    "normal.normal_share",
    "beta.incomplete_beta",
    "correlation.copula",
    "correlation.least_eigenvalue",
    "correlation.rank_of",
    "correlation.root",
    "levers.taken_back",
    "levers.logarithmic_shares",
    "levers.shapley_weight",
    "roots.brent",
    "roots.crossings",
    *(name for name in NAMES if name.partition(".")[0] in OF_SAMPLES),
}
WITHOUT_RANGES = {"search.halving_runs", "levers.with_rebound", "levers.with_elasticity"} | {
    name for name in ARGUMENTS if name.startswith(("distributions.", "normal.", "beta."))
}


def ranged(ends):
    return Range(sorted(ends)[1], min(ends), max(ends))


@st.composite
def argument(draw, strategy, forms):
    """A number or a range, the same in all rows or another in each."""
    form = draw(st.sampled_from(forms))
    if form == "number":
        return draw(strategy)
    if form == "column":
        return Column([draw(strategy) for _ in range(ROWS)])
    triples = [ranged([draw(strategy) for _ in range(3)]) for _ in range(ROWS)]
    if form == "range":
        return triples[0]
    return Range(*(Column([getattr(t, key) for t in triples]) for key in ("best", "low", "high")))


def test_all_kernels_are_here():
    assert ARGUMENTS.keys() | OF_NUMBERS == NAMES


@pytest.mark.parametrize("name", ARGUMENTS)
@settings(max_examples=30)
@given(data=st.data())
def test_a_row_of_a_kernel_is_that_of_its_own_numbers(name, data):
    module, _, function = name.partition(".")
    kernel = CALLS.get(name) or getattr(MODULES[module], function)
    forms = ["column", "number"]
    if name not in WITHOUT_RANGES:
        forms += ["range of columns", "range"]
    arguments = [data.draw(argument(strategy, forms)) for strategy in ARGUMENTS[name]]
    found = by_parts(kernel, ROWS, *arguments)
    assert found == [tried(kernel, *(take(a, row) for a in arguments)) for row in range(ROWS)]
