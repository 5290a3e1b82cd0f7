"""The page of methods has every kernel, and its equations are what the kernels compute."""

import importlib
import inspect
import math
import pkgutil
import re

import pytest

from carbonctl import factors
from tests.conftest import CATALOG
from tests.docs.blocks import DOCS
from tests.docs.makers import cited

PAGE = (DOCS / "methods.md").read_text(encoding="utf-8")
# Where kernels are defined, what they are of, and what puts them together: no kernels.
CHECKS = ("checks", "model_shapes", "replica", "replica_limits", "model_runs")
MODULES = {
    one.name: importlib.import_module(f"carbonctl.factors.{one.name}")
    for one in pkgutil.iter_modules(factors.__path__)
    if one.name not in CHECKS
}
KERNELS = {
    f"{name}.{function}"
    for name, module in MODULES.items()
    for function, found in inspect.getmembers(module, inspect.isfunction)
    if found.__module__ == module.__name__ and not function.startswith("_")
}
NAMED = re.findall(r"`(\w+\.\w+)(\([^`]*\))?`(?= \|)", PAGE)
EQUATIONS = re.findall(r"\| `([^|]+)` \| `(\w+\.\w+\([^|]+\))` \|", PAGE)
SIGNS = {
    "·": "*", "−": "-", "²": "**2", "^": "**", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "π": "pi",
}  # fmt: skip
# Statistics of many runs are checked against numpy and scipy (tests/survey/test_kernels.py).
SURVEY = {
    f"{module}.{function}"
    for module in ("sample_statistics", "rank_correlation", "frontier")
    for function, found in inspect.getmembers(MODULES[module], inspect.isfunction)
    if found.__module__ == MODULES[module].__name__ and not function.startswith("_")
}
# Values that equations hold for; all else is a number between 0 and 1.
VALUES = {
    "p50": 1.5, "p99": 24.0, "T": 8760.0, "t": 168.3, "B": 7.3, "b": 2.0, "PUE": 1.23, "a_1": 0.95, "a": 0.96,
    "a_2": 0.99, "width": 26.1, "height": 31.4, "d": 0.3, "edge": 3.0, "kerf": 0.2, "M": 9.0, "M_0": 4.0,
    "R_0": 3.0, "α": 0.7,
}  # fmt: skip


def test_every_kernel_is_named_and_every_name_is_a_kernel():
    assert {name for name, _ in NAMED} == KERNELS
    assert len(KERNELS) > 40


def test_equations_are_found():
    without = {"grid.mix_intensity", "yields.gross_dies", "design.verdict",
               "normal.normal_quantile", "normal.normal_share", "distributions.share_below",
               "distributions.levels_within", "distributions.discrete", "beta.incomplete_beta",
               "beta.beta_quantile", "correlation.least_eigenvalue", "correlation.root", "grid_rule.direct",
               "faults.best_interval_h", "faults.best_wall_over_useful", "search.halving_runs",
               "levers.logarithmic_shares", "levers.shapley_weight", "roots.crossings",
               "roots.brent", "projection.path_at", "projection.embodied_of", "projection.fleet",
               "projection.first_cohorts", "projection.book_at_start", "grid_rule.within", "grid_rule.life_cycle",
               "grid_rule.life_cycle_of_direct", "language_models.archetype_layers", "hours.mean_over",
               "refresh.chain", "refresh.even_lives", "refresh.best_dates", "refresh.rule_of_thumb",
               "refresh.about", "refresh.embodied_over_gain", "refresh.replacement_break_even",
               "domination.non_dominated", "envelope.lower_envelope", "envelope.never_lowest",
               "scaling.fitted", "scaling.frontier", "least_squares.linear", "least_squares.normal",
               "least_squares.solved", "least_squares.least"} | SURVEY  # fmt: skip
    assert {call.partition("(")[0] for _, call in EQUATIONS} == KERNELS - without


@pytest.mark.parametrize(("equation", "call"), EQUATIONS, ids=[call for _, call in EQUATIONS])
def test_an_equation_is_what_its_kernel_computes(equation, call):
    names = re.findall(r"[^\W\d]\w*", call.partition("(")[2])
    values = {name: 0.2 + 0.5 * place / len(names) for place, name in enumerate(names)}
    values |= {name: VALUES[name] for name in names if name in VALUES}
    if "wafer" in call:
        values["d"] = 300.0
    written = equation.rpartition(" = ")[2]
    for sign, meant in SIGNS.items():
        written = written.replace(sign, meant)
    known = {"ln": math.log, "log2": math.log2, "exp": math.exp, "pi": math.pi, "floor": math.floor, "ceil": math.ceil,
             "gross_dies": MODULES["yields"].gross_dies, "min": min, "max": max,
             "sin": math.sin, "asin": math.asin, "z": MODULES["normal"].normal_quantile,
             "beta": MODULES["beta"].beta_quantile,
             "triangle": MODULES["distributions"].triangular}  # fmt: skip
    expected = eval(written, known, values)
    assert eval(call, {**MODULES}, values) == pytest.approx(expected, rel=1e-7)


def test_every_source_that_is_cited_is_in_the_database():
    assert len(cited()) > 5
    assert [key for key in cited() if key not in CATALOG.sources] == []
