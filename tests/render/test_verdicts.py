"""A verdict says what is so: a gate that passed does not read as its rule."""

import pytest

from carbonctl.analysis.gates import judge, parse_rule
from carbonctl.analysis.gates.grammar import KEYS
from carbonctl.render import verdicts


class Fixed:
    """The same figure for every key, and samples around it."""

    def __init__(self, number):
        self.number = number

    def figure(self, phase, key):
        return self.number

    def samples(self, phase, key):
        return None if self.number is None else [self.number * n / 100 for n in range(101)]


def verdict(rule, head, base=None, level="fail"):
    return judge(parse_rule(rule), Fixed(head), None if base is None else Fixed(base), level)


@pytest.mark.parametrize(
    ("rule", "head", "base", "said"),
    [
        ("total_kgco2e > 20 t", 814, None, "total 814 kgCO2e, limit 20 tCO2e"),
        ("total_kgco2e >= 20 t", 814, None, "total 814 kgCO2e, limit below 20 tCO2e"),
        ("energy_kwh < 1 MWh", 2000, None, "energy 2 MWh, limit at least 1 MWh"),
        ("energy_kwh <= 1 MWh", 2000, None, "energy 2 MWh, limit above 1 MWh"),
        ("water_l > 5", 2, None, "water 2 L, limit 5 L"),
        ("total_kgco2e > +5%", 103, 100, "change of total +3.0 %, limit +5.0 %"),
        ("total_kgco2e > +2 t", 103, 100, "change of total +3 kgCO2e, limit +2 tCO2e"),
        ("phases.training.energy_kwh > 1 GWh", 5, None, "training energy 5 kWh, limit 1 GWh"),
        ("operational_market_kgco2e > 1 t", 5, None, "market-based operational 5 kgCO2e, limit 1 tCO2e"),
        ("total_low_kgco2e > 1 t", 5, None, "low end of total 5 kgCO2e, limit 1 tCO2e"),
        ("p95(total_kgco2e) > 1 t", 100, None, "p95 of total 95 kgCO2e, limit 1 tCO2e"),
        ("p95(phases.data.total_kgco2e) > +1 t", 100, 0, "p95 of change of data total +95 kgCO2e, limit +1 tCO2e"),
        ("prob(total_kgco2e > 90 kg) > 50 %", 100, None, "probability of total > 90 kg: 9.901 %, limit 50 %"),
        ("total_kgco2e < -5%", 5, 0, "change of total: the base is zero, limit at least −5.0 %"),
        ("total_kgco2e > +5%", 0, 0, "change of total 0.0 %, limit +5.0 %"),
    ],
)  # fmt: skip
def test_what_passed_reads_as_passed(rule, head, base, said):
    found = verdict(rule, head, base)
    assert (found.outcome, verdicts.outcome(found)) == ("pass", "pass")
    assert verdicts.passed(found) == verdicts.told(found) == said
    assert verdicts.bullets([found], str) == [f"- ✅ pass: {said}"]
    assert verdicts.sentence(found._replace(subject="a.yaml")) == f"a.yaml: gate pass: {said}"


@pytest.mark.parametrize("key", KEYS)
def test_every_key_has_words(key):
    for level in ("fail", "warn"):
        said = verdicts.passed(verdict(f"{key} > 1e6", 1, level=level))
        assert "_" not in said
        assert " 1 " in said


def test_what_did_not_pass_shows_its_rule():
    failed = verdict("total_kgco2e > 20 kg", 814)
    assert verdicts.told(failed) == "total_kgco2e > 20 kg: 814 kgCO2e (limit 20 kgCO2e)"
    warned = verdict("total_kgco2e > 20 kg", 814, level="warn")
    unknown = verdict("total_kgco2e > 20 kg", None)
    assert [verdicts.outcome(one) for one in (failed, warned, unknown)] == [
        "failed", "warning", "unknown",
    ]  # fmt: skip
    assert verdicts.told(unknown).startswith("total_kgco2e > 20 kg: total carbon is unknown")
