"""Published levers beside what a lever gives itself: key by key, and with their own sources."""

import pytest

from carbonctl.errors import InputError
from tests.levers.makers import made

USE = "on: training.pre-training, use: wu2022/half-precision"


def lever(keys: str):
    return made(f"  - {{name: a, {keys}}}\n")


def test_what_is_given_of_another_key_stands_beside_the_published_factor():
    both = lever(f"{USE}, multiply: {{time: 1.1}}")
    same = lever("on: training.pre-training, divide: {energy: 2.4}, multiply: {time: 1.1}")
    assert both.total.saved_kgco2e == pytest.approx(same.total.saved_kgco2e, rel=1e-12)
    assert both.lines[0].row.divides == "energy 2.4; time × 1.1"
    assert both.lines[0].row.source == "wu2022; given"
    published, own = both.assumptions
    assert published.startswith("a divides electricity by 2.4 (wu2022/half-precision, ")
    assert own == "a multiplies hardware, as device time"


def test_what_is_given_of_the_same_key_replaces_the_published_factor():
    own = lever(f"{USE}, divide: {{energy: 3}}")
    row = own.lines[0].row
    assert (row.divides, row.source) == ("energy 3", "given")
    assert not any("wu2022" in said for said in own.assumptions)
    assert lever(f"{USE}, divide: {{energy: 3}}, source: ours").lines[0].row.source == "ours"
    assert lever(USE).lines[0].row.source == "wu2022"


FLEET = (
    "name: fleet\nsite: {carbon_intensity: 400 g/kWh, pue: 1}\n"
    "systems: {pool: {devices: 1, rated_power: 400 W, idle_power: 60 W, host_power: 0 W, embodied: 1 t}}\n"
    "phases: {inference: [{name: ready, kind: serving, system: pool, fleet: 4, duration: 1 year, busy: 40 %}]}\n"
)  # fmt: skip


def test_a_published_value_beside_another_factor():
    start = "  - {name: a, on: inference.ready, use: wu2022/autoscaling"
    alone, both = (
        made(f"{start}{more}}}\n", FLEET).total for more in ("", ", divide: {embodied: 2}")
    )
    assert both.operational_saved_kgco2e == alone.operational_saved_kgco2e > 0
    assert both.embodied_saved_kgco2e > alone.embodied_saved_kgco2e
    own = made(f"{start}, set: {{autoscaling: 10 %}}}}\n", FLEET).lines[0].row
    assert own.operational_saved_kgco2e == pytest.approx(0.8 * alone.operational_saved_kgco2e)
    assert own.source == "given"


@pytest.mark.parametrize("key", ["rebound", "elasticity"])
def test_rebound_of_a_published_lever_that_has_no_such_factor(key):
    with pytest.raises(InputError) as caught:
        lever(f"use: wu2022/longer-life, {key}: 0.5")
    (problem,) = caught.value.problems
    assert problem.message == f"{key} needs a factor of energy, time, embodied to take back from"
    assert lever(f"{USE}, {key}: 0.5").lines[0].row.rebound_kgco2e > 0
