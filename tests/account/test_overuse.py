"""Machines that are used longer than they live, or by several runs at once, are warned of."""

import pytest

from tests.conftest import account

BOX = "rated_power: 400 W, host_power: 0 W, devices_per_system: 1, embodied: 1000 kg"


def warnings(activity: str) -> list[str]:
    text = (
        "name: x\nsite: {carbon_intensity: 0.4 kg/kWh, pue: 1.2}\n"
        f"phases: {{training: [{{name: a, {activity}}}]}}\n"
    )
    return [w for w in account(text).warnings if "exceeds" in w or "at once" in w]


def test_a_machine_used_longer_than_its_life():
    assert warnings(f"kind: compute, {BOX}, devices: 1, wall_time: 4 years") == [
        (
            "phases.training.a.wall_time: wall_time of 4 years on one machine exceeds its life in use, "
            "1.8 years (lifetime 4 years × utilization 45 %): 2.22 machines are counted for each; "
            "give `utilization: 100 %` for a reserved machine"
        )
    ]
    reserved = f"kind: compute, {BOX}, utilization: 100 %, devices: 1"
    assert warnings(f"{reserved}, wall_time: 4 years") == []
    assert warnings(f"{reserved}, wall_time: 5 years") == [
        (
            "phases.training.a.wall_time: wall_time of 5 years on one machine exceeds its lifetime of "
            "4 years: 1.25 machines are counted for each"
        )
    ]


@pytest.mark.parametrize(
    ("activity", "is_odd"),
    [
        (f"kind: compute, {BOX}, devices: 1, wall_time: 1.8 years", False),
        (f"kind: compute, {BOX}, devices: 1, wall_time: 1.81 years", True),
        (f"kind: compute, {BOX}, devices: 1, wall_time: 1.81 years, mode: online", False),
        (f"kind: compute, {BOX}, devices: 9, wall_time: 1 year", False),
        (f"kind: compute, {BOX}, device_time: 100 GPU-years", False),
        (f"kind: compute, {BOX}, devices: 1, wall_time: 12 h, repeat: {{every: 1 day, for: 3 years}}", False),
        (f"kind: compute, {BOX}, devices: 1, wall_time: 12 h, repeat: {{every: 1 day, for: 4 years}}", True),
        (f"kind: ingestion, {BOX}, bandwidth: 1 GB/s, server_bandwidth: 1 GB/s, duration: 2 years", True),
        (f"kind: serving, {BOX}, fleet: 2, duration: 3 years, idle_power: 90 W", False),
        (f"kind: serving, {BOX}, fleet: 2, duration: 5 years, idle_power: 90 W", True),
        ("kind: energy, energy: 1 kWh, embodied: 0 kg", False),
        ("kind: energy, energy: 1 kWh, device: nvidia/t4, devices: 1, wall_time: 2 years", True),
        (f"kind: federated, rounds: 1, cohort: 1, compute_time: 1 s, server: {{{BOX}, devices: 1, wall_time: 2 years}}", True),
    ],
)  # fmt: skip
def test_every_kind_with_a_time_of_each_machine(activity, is_odd):
    found = warnings(activity)
    assert len(found) == is_odd, found


@pytest.mark.parametrize(
    ("wall_time", "said"),
    [
        ("24 h", None),
        ("48 h", "each run lasts 48 h and the next begins after 24 h: 2 run at once, on 4 devices"),
        ("49 h", "each run lasts 49 h and the next begins after 24 h: 3 run at once, on 6 devices"),
        ("20..30 h", None),
    ],
)
def test_runs_that_overlap(wall_time, said):
    found = warnings(
        f"kind: compute, {BOX}, devices: 2, wall_time: {wall_time}, "
        "repeat: {every: 24 h, for: 10 days}"
    )
    assert found == ([f"phases.training.a.repeat: {said}"] if said else [])
