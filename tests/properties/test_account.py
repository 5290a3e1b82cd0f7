"""What must hold of every account, whatever the numbers."""

import csv
import io
import json
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.ledger.entry import BOUNDS, COLUMNS, LOW
from carbonctl.ledger.result import About
from carbonctl.numbers.formulas import parsed
from carbonctl.render import render
from tests.conftest import account

ABOUT = About("0", "0")
hours = st.floats(0.1, 1e6)
devices = st.integers(1, 100_000)
watts = st.floats(1, 2000)
load = st.floats(0.01, 1)
pue = st.floats(1, 2.5)
intensity = st.floats(1, 1500)


def job(
    *, time="100 GPU-h", load="80 %", pue="1.2", intensity="400 g/kWh", rated="400 W", extra=""
) -> str:
    return f"""
name: t
site: {{carbon_intensity: {intensity}, pue: {pue}}}
systems:
  node: {{rated_power: {rated}, devices: 8, host_power: 500 W, embodied: 2..4 t}}
phases:
  training:
    - {{kind: compute, system: node, device_time: {time}, load: {load}}}
{extra}"""


def total(text: str):
    return account(text).total


@given(hours, st.floats(0.01, 100))
def test_linear_in_device_time(time, factor):
    one = total(job(time=f"{time!r} GPU-h"))
    many = total(job(time=f"{time * factor!r} GPU-h"))
    for ours, theirs in zip(one, many, strict=True):
        if ours is not None:
            assert theirs == pytest.approx(ours * factor, rel=1e-9)


@pytest.mark.parametrize(
    ("key", "strategy", "unit"),
    [
        ("pue", pue, ""),
        ("load", load, ""),
        ("intensity", intensity, "g/kWh"),
        ("rated", watts, "W"),
    ],
)
@given(data=st.data())
def test_monotone(key, strategy, unit, data):
    below, above = sorted(data.draw(st.lists(strategy, min_size=2, max_size=2)))
    less, more = (total(job(**{key: f"{value!r} {unit}"})) for value in (below, above))
    slack = 1e-12 * abs(more.total_kgco2e)
    assert less.operational_kgco2e <= more.operational_kgco2e + slack
    assert less.total_kgco2e <= more.total_kgco2e + slack
    assert less.embodied_kgco2e == more.embodied_kgco2e


@given(st.integers(1, 1000), hours, st.integers(1, 16))
def test_devices_times_wall_time_is_what_counts(count, wall, split):
    def text(number, time):
        return job().replace("device_time: 100 GPU-h", f"devices: {number}, wall_time: {time!r} h")

    many, few = total(text(count * split, wall)), total(text(count, wall * split))
    billed = total(job(time=f"{count * split * wall!r} GPU-h"))
    for a, b, c in zip(many, few, billed, strict=True):
        if a is not None:
            assert a == pytest.approx(b, rel=1e-9)
            assert a == pytest.approx(c, rel=1e-9)


def test_16_for_24_h_is_8_for_48_h():
    one = job().replace("device_time: 100 GPU-h", "devices: 16, wall_time: 24 h")
    other = job().replace("device_time: 100 GPU-h", "devices: 8, wall_time: 48 h")
    assert total(one) == total(other)


def ranged(strategy, unit):
    return st.lists(strategy, min_size=2, max_size=2).map(
        lambda ends: f"{min(ends)!r}..{max(ends)!r} {unit}"
    )


random_jobs = st.builds(
    job,
    time=ranged(hours, "GPU-h") | hours.map(lambda x: f"{x!r} GPU-h"),
    load=ranged(load, "") | load.map(repr),
    pue=ranged(pue, "") | pue.map(repr),
    intensity=ranged(intensity, "g/kWh"),
    rated=ranged(watts, "W") | watts.map(lambda x: f"{x!r} W"),
    extra=st.sampled_from(
        [
            "",
            "    - {kind: energy, energy: 1 MWh, embodied: 1..2 kg}\n",
            "  data:\n    - {kind: energy, energy: 3 kWh, includes_pue: yes, embodied: 0 kg}\n",
            "  inference:\n    - {kind: energy, energy: 3 kWh}\n",
        ]
    ),
)


@given(random_jobs)
def test_parts_agree_with_wholes(text):
    result = account(text)
    entries = result.entries
    for key in result.total._fields:
        if "_low_" in key or "_high_" in key:
            continue  # what parts share moves together: bounds are no sums
        whole = getattr(result.total, key)
        parts = [getattr(sums, key) for sums in result.phases.values()]
        if None in parts:
            assert whole is None
        elif key in BOUNDS:  # not all that is uncertain is at its end at once
            slack = 0.01 * (result.total.total_high_kgco2e - result.total.total_low_kgco2e)
            outside = math.fsum(parts) - whole if key == LOW else whole - math.fsum(parts)
            assert outside <= slack + 1e-9 * abs(whole)
        else:
            assert math.fsum(parts) == pytest.approx(whole, rel=1e-12)
    energy = math.fsum(e.energy_kwh for e in entries if e.boundary == "operational")
    assert result.total.energy_kwh == energy
    if result.complete:
        both = result.total.operational_kgco2e + result.total.embodied_kgco2e
        assert both == pytest.approx(result.total.total_kgco2e, rel=1e-12)


@given(random_jobs)
def test_best_lies_within_its_bounds(text):
    result = account(text)
    for entry in result.entries:
        if entry.kgco2e is not None:
            assert entry.kgco2e_low <= entry.kgco2e <= entry.kgco2e_high
            assert entry.kgco2e_low >= 0
    if result.complete:
        sums = result.total
        assert sums.total_low_kgco2e <= sums.total_kgco2e <= sums.total_high_kgco2e


@given(random_jobs)
def test_csv_and_json_say_the_same(text):
    result = account(text)
    rows = list(csv.DictReader(io.StringIO(render("csv", [result], ABOUT))))
    entries = json.loads(render("json", [result], ABOUT))["results"][0]["entries"]
    assert len(rows) == len(entries)
    for row, entry in zip(rows, entries, strict=True):
        assert tuple(row) == COLUMNS
        for column in COLUMNS:
            value = entry[column]
            if value is None:
                assert row[column] == ""
            elif isinstance(value, float):
                assert float(row[column]) == value
            else:
                assert row[column] == str(value)


@given(random_jobs)
def test_the_same_input_gives_the_same_bytes(text):
    for form in ("csv", "json", "table"):
        once, again = (render(form, [account(text)], ABOUT) for _ in range(2))
        assert once == again


@given(random_jobs)
def test_formulas_give_their_figures(text):
    for entry in account(text).entries:
        if entry.kgco2e is not None:
            names = {value.name: value.best for value in entry.inputs}
            figure = parsed(entry.formula).at(names)
            assert figure == pytest.approx(entry.kgco2e, rel=1e-9, abs=1e-12)
            if entry.amount:
                amount = parsed(entry.amount).at(names)
                assert amount == pytest.approx(entry.quantity, rel=1e-9, abs=1e-12)
            assert entry.quantity * entry.factor == pytest.approx(entry.kgco2e, rel=1e-12)


@given(st.lists(st.floats(0.01, 1), min_size=3, max_size=6).map(sorted))
def test_a_wider_range_never_narrows_the_total(loads):
    middle = loads[len(loads) // 2]
    widths = []
    for below, above in ((middle, middle), (loads[1], loads[-2]), (loads[0], loads[-1])):
        low, high = min(below, middle), max(above, middle)
        text = job(load=f"{{best: {middle!r}, low: {low!r}, high: {high!r}}}")
        sums = total(text)
        widths.append(sums.total_high_kgco2e - sums.total_low_kgco2e)
    assert all(a <= b + 1e-9 for a, b in pairwise(widths))
