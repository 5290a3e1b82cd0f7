"""What is one unknown on both sides, and what a sum has to be drawn from."""

import re

import pytest

from carbonctl.analysis.compare import compare
from carbonctl.analysis.figures import Figures
from carbonctl.analysis.gates import judge, parse_rule
from carbonctl.ledger import terms as formulas
from tests.compare.test_compare import kg, side
from tests.conftest import CATALOG

A100, H100 = "nvidia/a100-sxm4-80gb", "nvidia/h100-sxm5-80gb"
SYSTEM = """name: t
site: {{grid: FR, pue: 1.2}}
systems:
  node:
    accelerators: {devices}
    lifetime: 4 years
    utilization: 100 %
    host_power: 1 kW
    host_embodied: 1000 kg
phases:
  training:
    - {{name: run, kind: compute, system: node, devices: {total}, wall_time: 1000 h}}
"""


def mixed(*devices: tuple[str, int]) -> str:
    listed = ", ".join(f"{{device: {device}, devices: {count}}}" for device, count in devices)
    return SYSTEM.format(devices=f"[{listed}]", total=sum(count for _, count in devices))


def width(delta) -> float:
    return delta.high - delta.low


def samples(one, key="embodied_kgco2e"):
    return [Figures(part.entries).samples(None, key) for part in (one.base, one.head)]


# --- numbered devices of a mixed system ---

IN_ORDER, SWAPPED = mixed((A100, 4), (H100, 2)), mixed((H100, 2), (A100, 4))


def test_devices_in_another_order_are_the_same_devices():
    """Each is numbered by its place in the list, which says nothing of its figures."""
    one = compare(side(IN_ORDER), side(SWAPPED), None)
    for key in ("operational_kgco2e", "embodied_kgco2e"):  # by their loads, and their method
        delta = kg(one, key)
        assert delta.difference == pytest.approx(0, abs=1e-9)
        assert (delta.low, delta.high) == pytest.approx((0, 0), abs=1e-9)
        base, head = samples(one, key)
        assert len(set(base)) > 1000
        assert head == pytest.approx(base)


def test_a_device_of_a_mixed_system_is_that_of_a_plain_one():
    """Twice as many of a device in a mixed system: the range is that of the devices added."""
    plain = SYSTEM.replace("accelerators: {devices}", f"device: {A100}\n    devices: 4")
    one = compare(side(plain.format(total=4)), side(mixed((A100, 4), (H100, 2))), None)
    share = 1000 / (4 * 8760)
    embodied = kg(one, "embodied_kgco2e")
    h100 = side(mixed((A100, 4), (H100, 2))).entries
    (added,) = [e for e in h100 if e.item == f"devices ({H100})" and e.boundary == "embodied"]
    assert width(embodied) == pytest.approx(added.kgco2e_high - added.kgco2e_low)
    method = CATALOG.priors["embodied_ratio", "method"]
    figure = CATALOG.device(H100).embodied.value.best
    assert width(embodied) == pytest.approx(2 * figure * (method.high - method.low) * share)
    base, head = samples(one)
    differences = sorted(head[n] - base[n] for n in range(len(base)))
    ends = [differences[len(base) * part // 100] for part in (5, 95)]
    assert ends == pytest.approx((embodied.low, embodied.high), rel=1e-2)


@pytest.mark.parametrize("base", [IN_ORDER, SWAPPED])
def test_as_separate_unknowns_they_would_drown_a_change_of_nothing(monkeypatch, base):
    """The mutation that the tests above are there for."""
    unknown_of = formulas.unknown_of

    def numbered(value, workload=""):
        number = re.search(r"(_[0-9]+)?$", value.name)[0]
        found = unknown_of(value, workload)
        return found._replace(unknown=f"{found.unknown}{number}")

    monkeypatch.setattr(formulas, "unknown_of", numbered)
    one = compare(side(base), side(IN_ORDER), None)
    assert (width(kg(one, "operational_kgco2e")) > 1) == (base == SWAPPED)


# --- the residual mix ---

MARKET = """name: t
site:
  carbon_intensity: 400 g/kWh
  pue: 1
  carbon_free_energy: 50 %
  contract_intensity: 20 g/kWh
  residual_intensity: {residual}
phases:
  training:
    - {{name: run, kind: energy, energy: {energy} MWh, embodied: 0 kg}}
"""
RANGED = MARKET.format(residual="300..700 g/kWh", energy=1)


def outcome(rule: str, text: str) -> str:
    return judge(parse_rule(rule), Figures(side(text).entries), None).outcome


def test_market_based_carbon_is_drawn_from_the_residual_mix():
    """Half of 1 MWh at the residual mix, half at 20 g/kWh: 10 kg and 150 to 350 kg."""
    for key in ("operational_market_kgco2e", "total_market_kgco2e"):
        drawn = Figures(side(RANGED).entries).samples(None, key)
        assert len(set(drawn)) > 1000
        assert (min(drawn), max(drawn)) == pytest.approx((160, 360), abs=2)
        assert sum(drawn) / len(drawn) == pytest.approx(260, abs=0.1)
    assert set(Figures(side(RANGED).entries).samples(None, "operational_kgco2e")) == {400}


@pytest.mark.parametrize(
    ("rule", "ranged", "fixed"),
    [
        ("operational_market_kgco2e > 300 kg", "pass", "pass"),
        ("p95(operational_market_kgco2e) > 300 kg", "fail", "pass"),
        ("p5(total_market_kgco2e) < 220 kg", "fail", "pass"),
        ("prob(total_market_kgco2e > 300 kg) > 10 %", "fail", "pass"),
        ("p95(phases.training.operational_market_kgco2e) > 300 kg", "fail", "pass"),
    ],
)
def test_a_gate_over_market_based_carbon_knows_the_residual_mix(rule, ranged, fixed):
    assert outcome(rule, RANGED) == ranged
    assert outcome(rule, MARKET.format(residual="500 g/kWh", energy=1)) == fixed


def test_the_residual_mix_is_one_unknown_on_both_sides():
    one = compare(side(RANGED), side(RANGED.replace("1 MWh", "3 MWh")), None)
    market = kg(one, "operational_market_kgco2e")
    edge = 200 * 0.1**0.5  # 2 MWh, half of them at the residual mix: 320 to 720 kg
    assert (market.low, market.high) == pytest.approx((320 + edge, 720 - edge))
    same = compare(side(RANGED), side(RANGED.replace("name: run", "name: other")), None)
    assert width(kg(same, "operational_market_kgco2e")) == pytest.approx(0, abs=1e-9)
    rule = parse_rule("p95(operational_market_kgco2e) > +600 kg")
    sides = [Figures(part.entries) for part in (one.head, one.base)]
    assert judge(rule, *sides).outcome == "fail"
    assert judge(parse_rule("p95(operational_market_kgco2e) > +700 kg"), *sides).outcome == "pass"
