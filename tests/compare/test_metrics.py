"""Design metrics of a comparison: worked out by hand, and what must hold of any two designs."""

import json
import math
from collections import Counter
from random import Random

import pytest

from carbonctl.account import estimate
from carbonctl.analysis.compare import Side, report
from carbonctl.analysis.design.bounds import scan
from carbonctl.analysis.design.metrics import VERDICTS, measured
from carbonctl.errors import InputError
from carbonctl.factors.distributions import TRIANGULAR
from carbonctl.inputs import saved_result
from carbonctl.ledger.result import About
from carbonctl.ledger.unknowns import Uncertain
from carbonctl.numbers.intervals import Range
from carbonctl.render import render
from carbonctl.render.design.plain_ import as_dict, safety, within_life
from tests.conftest import CATALOG, account


def side(text: str, label: str) -> Side:
    return Side(label, (estimate(text.encode(), label, CATALOG),), "0", "0")


def metrics(base: str, *heads: str, share=None):
    """The metrics of some specs, the alternatives in their order."""
    others = [side(text, f"head-{place}") for place, text in enumerate(heads)]
    found = report(side(base, "base"), others, CATALOG)
    by_label = {one.head.label: one for one in found.alternatives}
    ordered = found._replace(alternatives=[by_label[other.label] for other in others])
    return measured(ordered, share)


def spec(*activities: str, site="{carbon_intensity: 500 g/kWh, pue: 1.25}", more="") -> str:
    lines = "".join(f"    - {{{activity}}}\n" for activity in activities)
    return f"name: t\n{more}site: {site}\nphases:\n  training:\n{lines}"


def machines(
    number=4, hours="100 h", watts="1000 W", embodied="1000 kg", life="10000 h", use="50 %"
) -> str:
    return (
        f"name: run, kind: compute, devices: {number}, wall_time: {hours}, power: {watts}, "
        f"power_scope: system, embodied: {embodied}, lifetime: {life}, utilization: {use}"
    )


BASE = spec(machines())
NEW = spec(machines(2, watts="500 W", embodied="3000 kg"))


def best(side, key):
    return None if side.figures[key] is None else side.figures[key].best


# --- by hand ---


def test_every_metric_of_two_designs_by_hand():
    found = metrics(BASE, NEW)
    base, head = found.base, found.heads[0]
    # Base: 4 machines for 100 h at 1 kW and a PUE of 1.25 are 500 kWh, 250 kg at 0.5 kg/kWh.
    # Of a life of 10,000 h at 50 % they bear 400 h · 1000 kg / 5000 h = 80 kg; a pool of
    # 8 machines does the work, 8000 kg. New: 125 kWh, 62.5 kg, 120 kg, and 4 machines, 12,000 kg.
    by_hand = {
        "embodied_kgco2e": (8000, 12_000),
        "delay_s": (360_000, 360_000),
        "elapsed_h": (100, 100),
        "energy_kwh": (500, 125),
        "power_w": (5000, 1250),
        "rate_kgco2e_per_h": (2.5, 0.625),
        "lifetime_h": (10_000, 10_000),
        "embodied_share": (80 / 330, 80 / 330),
        "cdp_kgco2e_s": (8000 * 360_000, 12_000 * 360_000),
        "cep_kgco2e_kwh": (8000 * 500, 12_000 * 125),
        "c2ep_kgco2e2_kwh": (8000**2 * 500, 12_000**2 * 125),
        "ce2p_kgco2e_kwh2": (8000 * 500**2, 12_000 * 125**2),
        "tcdp_kgco2e_s": (330 * 360_000, 182.5 * 360_000),
    }
    for key, values in by_hand.items():
        assert (best(base, key), best(head, key)) == pytest.approx(values), key
    alpha = 80 / 330
    assert best(head, "ncf_fixed_work") == pytest.approx(alpha * 1.5 + (1 - alpha) * 0.25)
    assert best(head, "ncf_fixed_time") == pytest.approx(alpha * 1.5 + (1 - alpha) * 0.25)
    assert best(head, "indifference_h") == pytest.approx((12_000 - 8000) / (2.5 - 0.625))
    assert best(head, "break_even_h") == pytest.approx(12_000 / (2.5 - 0.625))
    assert head.of_life.best == pytest.approx(0.64)
    assert head.ratios["cdp"].best == pytest.approx(1.5)
    assert head.ratios["ce2p"].best == pytest.approx(1.5 / 16)
    assert head.ratios["tcdp"].best == pytest.approx(182.5 / 330)
    assert VERDICTS[int(head.verdict.best)] == "strongly sustainable"


def test_nothing_stands_beside_the_base():
    base = metrics(BASE, NEW).base
    assert base.verdict is base.of_life is base.figures["ncf_fixed_work"] is None
    assert all(ratio.best == 1 for ratio in base.ratios.values())


def test_a_design_beside_itself_saves_nothing():
    (head,) = metrics(BASE, BASE).heads
    assert best(head, "ncf_fixed_work") == pytest.approx(1)
    assert VERDICTS[int(head.verdict.best)] == "not sustainable"
    assert best(head, "indifference_h") == math.inf


# --- FOCAL ---


@pytest.mark.parametrize(
    ("head", "share", "word", "sure"),
    [
        (NEW, 0.2, "strongly sustainable", "safe"),
        (NEW, 0.8, "not sustainable", "safe"),
        (NEW, Range(0.5, 0.2, 0.8), "strongly sustainable", "depends"),
        (NEW, Range(0.3, 0.2, 0.4), "strongly sustainable", "safe"),
        # Half of the time at 1.6 times the power: less for the work, more in the same time.
        (spec(machines(hours="50 h", watts="1600 W")), 0.2, "weakly sustainable", "safe"),
        (spec(machines(hours="50 h", watts="1200 W", embodied="1100 kg")), Range(0.5, 0.0, 1.0),
         "weakly sustainable", "depends"),
        (spec(machines(watts="1200 W", embodied="2 t")), Range(0.5, 0.0, 1.0),
         "not sustainable", "safe"),
    ],
)  # fmt: skip
def test_verdicts(head, share, word, sure):
    (found,) = metrics(BASE, head, share=share).heads
    assert VERDICTS[int(found.verdict.best)] == word
    assert safety(found.verdict) == sure


def test_the_share_that_is_given_is_the_weight():
    (head,) = metrics(BASE, NEW, share=0.6).heads
    assert best(head, "ncf_fixed_work") == pytest.approx(0.6 * 1.5 + 0.4 * 0.25)
    assert best(head, "embodied_share") == 0.6


# --- GreenChip ---


def test_owned_and_new():
    less = spec(machines(watts="900 W", embodied="900 kg"))
    (head,) = metrics(BASE, less).heads
    assert best(head, "indifference_h") == 0
    assert best(head, "break_even_h") == pytest.approx(7200 / 0.25)
    assert within_life(head.of_life) == "no"
    (never,) = metrics(BASE, spec(machines(watts="1100 W", embodied="900 kg"))).heads
    assert best(never, "indifference_h") == best(never, "break_even_h") == math.inf
    said = as_dict(never)["break_even_h"]
    assert said == {"best": None, "low": None, "high": None, "when": "never", "within_life": "no"}


@pytest.mark.parametrize("hours", ["50 h", "100 h", "400 h"])
@pytest.mark.parametrize("watts", ["300 W", "700 W"])
def test_a_break_even_within_the_life_is_a_lower_account(hours, watts):
    """Machines that are owned have no embodied carbon to count; the pace of the base is kept."""
    new = spec(machines(2, hours=hours, watts=watts, embodied="9 t", life="8000 h"))
    (head,) = metrics(BASE, new).heads
    pays = account(new).total.total_kgco2e <= account(BASE).total.operational_kgco2e
    assert (within_life(head.of_life) == "yes") == pays
    if hours != "100 h":
        assert any("the time of the base" in note for note in head.notes)
        pace = best(head, "elapsed_h") / 100
        saved_an_hour = 2.5 - best(head, "rate_kgco2e_per_h") * pace
        if saved_an_hour > 0:
            again = best(head, "embodied_kgco2e") * pace / saved_an_hour
            assert best(head, "break_even_h") == pytest.approx(again)


# --- ranges ---


def test_what_both_sides_share_moves_together():
    site = "{carbon_intensity: 400..600 g/kWh, pue: 1.25}"
    (head,) = metrics(
        spec(machines(use="30..60 %"), site=site),
        spec(machines(2, watts="500 W", embodied="3000 kg", use="30..60 %"), site=site),
    ).heads
    even = head.figures["break_even_h"]
    middle = 200 * 3000 / 0.45 / 375 / 0.5
    assert even.best == pytest.approx(middle)
    edge = 1 - math.sqrt(0.1)  # of the half of a range
    falls = [(1 + sign * 0.15 * edge / 0.45, 1 + sign * 0.1 * edge / 0.5) for sign in (1, -1)]
    up, down = (math.exp(math.hypot(*map(math.log, ends))) for ends in (falls[1], falls[0]))
    assert (even.low, even.high) == pytest.approx((middle / down, middle * up))
    assert (head.ratios["cdp"].low, head.ratios["cdp"].high) == pytest.approx((1.5, 1.5))


RANGED = {
    "site": (300, 400, 500, "g/kWh"),
    "watts": (400, 800, 1200, "W"),
    "embodied": (1, 2.5, 4, "t"),
    "use": (30, 45, 60, "%"),
    "hours": (80, 100, 120, "h"),
}


def test_nine_of_ten_draws_lie_in_the_ranges():
    def pair(site, watts, embodied, use, hours):
        base = spec(machines(use=use), site=f"{{carbon_intensity: {site}}}")
        head = machines(2, hours=hours, watts=watts, embodied=embodied, use=use)
        return base, spec(head, site=f"{{carbon_intensity: {site}}}")

    (whole,) = metrics(*pair(*(f"{a}..{c} {unit}" for a, _, c, unit in RANGED.values()))).heads
    draw = Random(1)
    inside = Counter()
    for _ in range(200):
        drawn = (f"{draw.triangular(a, c, b)} {unit}" for a, b, c, unit in RANGED.values())
        (one,) = metrics(*pair(*drawn)).heads
        for key, figure in one.figures.items():
            bounds = whole.figures[key]
            slack = 1e-9 * bounds.high
            inside[key] += bounds.low - slack <= figure.best <= bounds.high + slack
    for key in whole.figures:
        expected = (200, 200) if key in ("lifetime_h",) else (165, 200)
        assert expected[0] <= inside[key] <= expected[1], (key, inside)


def unknown(name: str, distribution: str = TRIANGULAR) -> Uncertain:
    return Uncertain(name, 1.5, 1.0, 2.0, distribution, name)


def test_every_unknown_moves_alone():
    unknowns = {unknown(f"x{n}") for n in range(12)}

    def evaluate(values):
        numbers = [u.best if values is None else values[u] for u in unknowns]
        return {
            "up": math.prod(numbers), "down": 1 / math.fsum(numbers), "unknown": None,
            "step": float(numbers[0] > 1.5),
        }  # fmt: skip

    found = scan(evaluate, unknowns, steps=("step",))
    low, high = (1.5 + sign * 0.5 * (1 - math.sqrt(0.1)) for sign in (-1, 1))
    ends = [1.5**12 * math.exp(math.sqrt(12) * math.log(end / 1.5)) for end in (low, high)]
    assert found["up"] == pytest.approx((1.5**12, *ends))
    assert found["down"].low < 1 / 18 < found["down"].high
    assert found["unknown"] is None
    assert found["step"] == (0, 0, 1)


def test_members_of_one_unknown_move_together():
    one, other = (unknown(name)._replace(unknown="u", is_shared=True) for name in "ab")
    other = other._replace(best=3.0, low=2.0, high=4.0)

    def evaluate(values):
        a, b = (u.best if values is None else values[u] for u in (one, other))
        return {"ratio": a / b}

    found = scan(evaluate, [one, other])
    assert found["ratio"] == pytest.approx((0.5, 0.5, 0.5))


def test_a_bound_that_is_not_defined_is_unknown():
    own = unknown("x")

    def evaluate(values):
        number = own.best if values is None else values[own]
        return {"some": None if number < 1.4 else number, "far": math.inf if number > 1.6 else 1.0}

    found = scan(evaluate, [own])
    assert found["some"] == (1.5, None, None)
    assert found["far"] == (1.0, 1.0, math.inf)


# --- where the figures are from ---


def test_saved_results_give_what_live_ones_give():
    base = BASE.replace("name: t", "name: t\nfunctional_unit: {name: u, amount: 1, delay: 1..3 s}")
    base = base.replace("1000 kg", "1..2 t")
    heads = [side(base, "base"), side(base.replace("1000 W", "800..900 W"), "head")]
    text = render("json", [one.results[0] for one in heads], About("0", "0"))
    again = saved_result.read(text, "saved.json").results
    read = [one._replace(results=(result,)) for one, result in zip(heads, again, strict=True)]
    live, back = (measured(report(a, [b], CATALOG)) for a, b in (heads, read))
    assert json.dumps([as_dict(live.base), as_dict(live.heads[0])]) == json.dumps(
        [as_dict(back.base), as_dict(back.heads[0])]
    )
    assert live.base.figures["delay_s"] == pytest.approx((2, 1 + 0.1**0.5, 3 - 0.1**0.5))


UNIT = "functional_unit: {{name: token, amount: {}, delay: {}}}\n"


def test_the_delay_of_the_functional_unit():
    base, head = (
        spec(machines(), more=UNIT.format("1e6", delay)) for delay in ("20 ms", "10..20 ms")
    )
    found = metrics(base, head)
    assert found.unit == "token"
    assert best(found.base, "cdp_kgco2e_s") == pytest.approx(8000 * 0.02)
    assert found.heads[0].figures["delay_s"] == pytest.approx(
        (0.015, 0.01 + 0.005 * 0.1**0.5, 0.02 - 0.005 * 0.1**0.5)
    )
    assert best(found.heads[0], "elapsed_h") == 100


def test_a_delay_on_some_sides_only_is_none():
    found = metrics(spec(machines(), more=UNIT.format("1e6", "20 ms")), BASE)
    for one in (found.base, *found.heads):
        assert one.figures["delay_s"] is one.figures["cdp_kgco2e_s"] is None
        assert best(one, "cep_kgco2e_kwh") == 8000 * 500
        assert "only some sides give the `delay` of their functional unit: D is unknown" in (
            one.notes
        )


def test_other_amounts_are_said():
    found = metrics(*(spec(machines(), more=UNIT.format(n, "1 s")) for n in ("1e6", "2e6")))
    assert "the sides deliver different amounts" in found.heads[0].notes[-1]


METERED = "name: metered, kind: energy, energy: 10 kWh, embodied: 0 kg"


def test_an_activity_without_a_time_leaves_delays_unknown():
    (head,) = metrics(BASE, spec(machines(), METERED)).heads
    assert "training.metered: nothing says how long it takes" in head.notes
    for key in ("delay_s", "embodied_kgco2e", "power_w", "cdp_kgco2e_s", "ncf_fixed_work"):
        assert head.figures[key] is None
    assert best(head, "energy_kwh") == 512.5
    assert best(head, "break_even_h") == math.inf  # it needs no time, and nothing is saved


def elapsed(*activities: str, more: str = "") -> float:
    return best(metrics(spec(*activities, more=more), BASE).base, "elapsed_h")


FLEET = "kind: serving, fleet: 3, duration: {}, power: 100 W, power_scope: system, embodied: 1 t"
REPEATED = ", repeat: {every: 10 h, for: 35 h}"


SMALL = "power: 1 W, power_scope: system, embodied: 1 kg"
INGESTION = "kind: ingestion, bandwidth: 10 GB/s, server_bandwidth: 3 GB/s, duration: 9 h"
REQUESTS = "kind: serving, requests: 10 / h, duration: 20 h, device_time_per_request: 1 GPU-s"
SERVER = f"server: {{{SMALL}, devices: 1, wall_time: 8 h}}"
CLIENTS = "kind: federated, rounds: 10, cohort: 5, compute_time: 60 s, device_embodied: 50 kg"
PHONES = (
    "kind: on_device, requests: 10 / h, duration: 30 h, time_per_request: 1 s, power: 1 W, "
    "device_embodied: 9 kg"
)


@pytest.mark.parametrize(
    ("activities", "hours"),
    [
        ([machines()], 100),
        ([machines(), machines(hours="20 h").replace("run", "next")], 120),
        ([machines(hours="2 h") + REPEATED], 6),
        ([machines() + ", restarts: 10 %"], 110),
        ([FLEET.format("30 days")], 720),
        ([FLEET.format("30 days"), machines()], 720),
        ([FLEET.format("50 h"), machines()], 100),
        ([FLEET.format("5 h") + REPEATED], 15),
        (["kind: storage, capacity: 1 TB, duration: 40 h"], 40),
        ([machines(), "kind: transfer, volume: 1 TB, intensity: 0.01 kWh/GB"], 100),
        ([machines() + ", site: [{grid: FR, share: 60 %}, {grid: US, share: 40 %}]"], 100),
        ([f"{INGESTION}, {SMALL}"], 9),
        ([f"{REQUESTS}, {SMALL}"], 20),
        (["kind: energy, energy: 1 kWh, host: dell/poweredge-r740, devices: 1, wall_time: 7 h"], 7),
        ([f"{CLIENTS}, {SERVER}"], 8),
        ([PHONES], 30),
    ],
)
def test_the_time_of_the_work(activities, hours):
    assert elapsed(*activities) == pytest.approx(hours)


ON_EIGHT = (
    "kind: {}, power: 1 W, power_scope: system, embodied: 1 t, devices_per_system: 8, "
    "utilization: 100 %, "
)


@pytest.mark.parametrize(
    ("activity", "hours"),
    [
        (ON_EIGHT.format("compute") + "device_time: 800 GPU-h", 100),
        (ON_EIGHT.format("compute") + "device_time: 800 GPU-h, site: "
         "[{grid: FR, share: 60 %}, {grid: US, share: 40 %}]", 100),
        (ON_EIGHT.format("experiments") + "runs: 10, mean: 80 GPU-h", 100),
        (ON_EIGHT.format("serving") + "requests: 3600, device_time_per_request: 800 GPU-s", 100),
    ],
)  # fmt: skip
def test_device_time_is_that_of_one_system(activity, hours):
    base = spec(activity)
    found = metrics(base, base).base
    assert best(found, "elapsed_h") == pytest.approx(hours)
    assert best(found, "embodied_kgco2e") == pytest.approx(1000)
    assert "where device time is given, the time is that of one whole system" in found.notes


def test_device_time_with_a_range_moves_with_the_machines():
    base = spec(ON_EIGHT.format("compute") + "device_time: 400..800 GPU-h")
    figure = metrics(base, base).base.figures["embodied_kgco2e"]
    assert figure == pytest.approx((1000, 1000, 1000))


def test_times_of_two_kinds_are_not_compared():
    found = metrics(BASE, spec(ON_EIGHT.format("compute") + "device_time: 800 GPU-h"))
    for one in (found.base, *found.heads):
        assert one.figures["delay_s"] is one.figures["embodied_kgco2e"] is None
        assert any(note.startswith("times are not of one kind") for note in one.notes)
    assert best(found.heads[0], "break_even_h") > 0


def test_the_drives_are_machines_with_a_life_of_their_own():
    drives = "kind: storage, capacity: 10 TB, duration: 1 year, embodied: 20 kg/TB, fill: 50 %"
    found = metrics(spec(drives), BASE).base
    assert best(found, "embodied_kgco2e") == pytest.approx(400)


def test_the_building_is_no_machine():
    site = (
        "{carbon_intensity: 500 g/kWh, pue: 1.25, "
        "construction: {per_capacity: 1 t/kW, lifetime: 20 years}}"
    )
    found = metrics(spec(machines(), site=site), BASE).base
    assert best(found, "embodied_kgco2e") == pytest.approx(8000)
    assert best(found, "lifetime_h") == pytest.approx(10_000)
    assert best(found, "tcdp_kgco2e_s") > 330 * 360_000
    assert "the building is no machine: it is in the account, and not in C" in found.notes


@pytest.mark.parametrize(
    ("activity", "note"),
    [
        ("kind: energy, energy: 1 kWh, embodied: 2 kg",
         "training.energy: its embodied carbon is given as a share, without a lifetime"),
        ("kind: energy, energy: 1 kWh",
         "training.energy: the embodied carbon of the hardware is unknown"),
        ("kind: compute, device_time: 9 GPU-h, power: 1 W, power_scope: system",
         "training.compute: the embodied carbon of the system is unknown"),
    ],
)  # fmt: skip
def test_unknown_machines(activity, note):
    (head,) = metrics(BASE, spec(activity)).heads
    assert any(one.startswith(note) for one in head.notes)
    for key in ("embodied_kgco2e", "cep_kgco2e_kwh", "ncf_fixed_work", "break_even_h"):
        assert head.figures[key] is None
    assert best(head, "energy_kwh") > 0
    assert as_dict(head)["verdict"] is None


def test_a_base_without_embodied_carbon_has_no_ratios():
    (head,) = metrics(spec(machines(embodied="0 kg")), NEW).heads
    assert head.ratios["cdp"] is head.verdict is None
    assert "the base has no embodied carbon: ratios to it are unknown" in head.notes


def test_an_empty_base_is_unknown():
    empty = Side("main:new.yaml", (), "0", "0")
    found = measured(report(empty, [side(NEW, "head")], CATALOG))
    assert best(found.heads[0], "embodied_kgco2e") == pytest.approx(12_000)
    assert found.heads[0].figures["break_even_h"] is found.base.figures["energy_kwh"] is None
    assert found.base.notes == ("there is nothing to measure",)


def test_one_workload_a_side():
    two = side(BASE, "two.json")
    two = two._replace(results=two.results * 2)
    with pytest.raises(InputError, match=r"two\.json:1:1: holds 2 results; --metrics takes one"):
        measured(report(two, [side(NEW, "head")], CATALOG))
