"""Gates: what a rule may say, what comes of it, and what is told of a faulty one."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl import errors
from carbonctl.analysis.gates import (
    Verdict,
    exit_code,
    judge,
    parse_rule,
    read_budget,
    refuse_change,
)
from carbonctl.analysis.gates.conditions import Condition, RuleFault
from carbonctl.analysis.gates.grammar import KEYS, LONGEST, read_rule
from carbonctl.analysis.gates.statistics import BestEstimate, Percentile, Probability
from carbonctl.errors import InputError, UsageError
from carbonctl.spec.model import PHASES


class Fake(NamedTuple):
    """The same figure and samples for every key but those in ``others``."""

    number: float | None = None
    drawn: list[float] | None = None
    others: Mapping = MappingProxyType({})

    def figure(self, phase, key):
        return self.others.get((phase, key), self.number)

    def samples(self, phase, key):
        return self.drawn


def verdict(rule, head, base=None, level="fail"):
    """Judge a rule over plain figures."""
    return judge(parse_rule(rule), Fake(head), None if base is None else Fake(base), level)


def over_samples(rule, head, base=None):
    return judge(
        parse_rule(rule), Fake(drawn=head), None if base is None else Fake(drawn=base), "fail"
    )


LEVEL = Condition(">", 5.0, "kgCO2e", False)


@pytest.mark.parametrize(
    ("text", "figure", "condition"),
    [
        ("total_kgco2e > 5", (None, "total_kgco2e"), LEVEL),
        ("total_kgco2e>5", (None, "total_kgco2e"), LEVEL),
        ("  total_kgco2e\t>\n5  ", (None, "total_kgco2e"), LEVEL),
        ("total_kgco2e > 5 kg", (None, "total_kgco2e"), LEVEL),
        ("total_kgco2e > 5 kgCO2e", (None, "total_kgco2e"), LEVEL),
        ("total_kgco2e > 5000g", (None, "total_kgco2e"), LEVEL),
        ("total_kgco2e > .5e1 kg CO2e", (None, "total_kgco2e"), LEVEL),
        ("total_kgco2e >= 5", (None, "total_kgco2e"), LEVEL._replace(operator=">=")),
        ("total_kgco2e < 5", (None, "total_kgco2e"), LEVEL._replace(operator="<")),
        ("total_kgco2e <= 5", (None, "total_kgco2e"), LEVEL._replace(operator="<=")),
        ("total_kgco2e > 10 t", (None, "total_kgco2e"), LEVEL._replace(limit=1e4)),
        ("total_kgco2e > 10 lb", (None, "total_kgco2e"), LEVEL._replace(limit=4.5359237)),
        ("total_kgco2e > 1.5k t", (None, "total_kgco2e"), LEVEL._replace(limit=1.5e6)),
        ("total_kgco2e > 1_000", (None, "total_kgco2e"), LEVEL._replace(limit=1e3)),
        ("energy_kwh > 1e3", (None, "energy_kwh"), Condition(">", 1e3, "kWh", False)),
        ("energy_kwh > 2 MWh", (None, "energy_kwh"), Condition(">", 2e3, "kWh", False)),
        ("energy_kwh > 3.6 MJ", (None, "energy_kwh"), Condition(">", 1.0, "kWh", False)),
        ("energy_kwh > 2 kW h", (None, "energy_kwh"), Condition(">", 2.0, "kWh", False)),
        ("water_l > 2 m3", (None, "water_l"), Condition(">", 2e3, "L", False)),
        ("water_l > 2", (None, "water_l"), Condition(">", 2.0, "L", False)),
        ("total_kgco2e > +5%", (None, "total_kgco2e"), Condition(">", 5.0, "%", True)),
        ("total_kgco2e > + 5 %", (None, "total_kgco2e"), Condition(">", 5.0, "%", True)),
        ("total_kgco2e<-5%", (None, "total_kgco2e"), Condition("<", -5.0, "%", True)),
        ("total_kgco2e > +5", (None, "total_kgco2e"), LEVEL._replace(is_change=True)),
        ("total_kgco2e > +5 kg", (None, "total_kgco2e"), LEVEL._replace(is_change=True)),
        ("water_l < -2 m3", (None, "water_l"), Condition("<", -2e3, "L", True)),
        ("phases.training.water_l > 2", ("training", "water_l"), Condition(">", 2, "L", False)),
    ],
)
def test_what_a_rule_says(text, figure, condition):
    rule = parse_rule(text)
    assert (rule.phase, rule.key) == figure
    assert rule.condition == condition
    assert rule.statistic == BestEstimate()


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("phase", [None, *PHASES])
def test_every_key_of_every_phase(phase, key):
    rule = parse_rule(f"{f'phases.{phase}.' if phase else ''}{key} > 1")
    assert (rule.phase, rule.key) == (phase, key)
    assert rule.condition.unit.lower() == key.rpartition("_")[2]


@pytest.mark.parametrize(
    ("text", "percentile"),
    [("p5", 5), ("p50", 50), ("p95", 95), ("p99.9", 99.9), ("p0.1", 0.1)],
)
def test_percentiles(text, percentile):
    rule = parse_rule(f"{text} ( phases.data.total_kgco2e ) > +5%")
    assert rule[1:] == (
        "data",
        "total_kgco2e",
        Condition(">", 5, "%", True),
        Percentile(percentile),
    )


@pytest.mark.parametrize(
    ("limit", "number"),
    [("5 %", 0.05), ("5%", 0.05), ("0.05", 0.05), ("0", 0), ("1", 1), ("100%", 1), ("7%", 0.07)],
)
def test_probabilities(limit, number):
    chance = Condition(">=", number, "", False)
    rule = parse_rule(f"prob(total_kgco2e > 5) >= {limit}")
    assert rule[1:] == (None, "total_kgco2e", LEVEL, Probability(chance))
    changed = parse_rule(f"prob(total_kgco2e > +5%)>={limit}")
    assert changed.condition == Condition(">", 5, "%", True)
    assert changed.statistic == Probability(chance)


@pytest.mark.parametrize(
    ("text", "even"),
    [
        ("total_kgco2e>+5%", "total_kgco2e > +5%"),
        (" total_kgco2e  >=  10   t ", "total_kgco2e >= 10 t"),
        ("p95 ( total_kgco2e )> + 5 %", "p95(total_kgco2e) > +5 %"),
        ("prob( total_kgco2e>10t )>5 %", "prob(total_kgco2e > 10t) > 5 %"),
    ],
)
def test_a_rule_is_shown_as_it_was_written(text, even):
    assert str(parse_rule(text)) == even


SHELL = "Quote the rule, for example 'total_kgco2e > 10 t': the shell takes an unquoted > or <"


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("", 1, "a key or a function is wanted here, as in total_kgco2e > 10 t; the keys are"),
        ("> 5", 1, "a key or a function is wanted here"),
        ("total_kgco2e", 13, SHELL),
        ("total_kgco2e  ", 13, SHELL),
        ("p95(total_kgco2e)", 18, SHELL),
        ("prob(total_kgco2e > 5)", 23, SHELL),
        ("total_kgco2 > 5", 1, "unknown key `total_kgco2`; did you mean `total_kgco2e`?"),
        ("carbon > 5", 1, "unknown key `carbon`; the keys are energy_kwh, operational_kgco2e,"),
        ("phases > 5", 1, "unknown key `phases`"),
        ("phases.trainin.water_l > 5", 8, "unknown phase `trainin`; did you mean `training`?"),
        ("phases.tuning.water_l > 5", 8, "the phases are data, experimentation, training"),
        ("phases. > 5", 8, "unknown phase ``"),
        ("phases.training > 5", 16, "a key is wanted after the phase; the keys are"),
        ("phases.training.water > 5", 17, "unknown key `water`; did you mean `water_l`?"),
        ("phases.training.0.water_l > 5", 17, "unknown key `0.water_l`; did you mean `water_l`?"),
        ("training.water_l > 5", 1, "did you mean `phases.training.water_l`?"),
        ("p95 > 5", 1, "`p95` needs parentheses"),
        ("prob > 5", 1, "`prob` needs parentheses"),
        ("P95(water_l) > 5", 1, "unknown function `P95`; the functions are pNN(...)"),
        ("mean(water_l) > 5", 1, "unknown function `mean`"),
        ("p0(water_l) > 5", 1, "`p0` is no percentile; write p5, p50, p99.9"),
        ("p100(water_l) > 5", 1, "`p100` is no percentile"),
        ("p99.99999999999999999999(water_l) > 5", 1, "is no percentile"),
        (f"p{'9' * 400}(water_l) > 5", 1, "is no percentile"),
        ("p95(p50(water_l)) > 5", 5, "`p50(` cannot stand inside a function"),
        ("p95(prob(water_l > 5)) > 5", 5, "`prob(` cannot stand inside a function"),
        ("prob(p95(water_l) > 5) > 5%", 6, "`p95(` cannot stand inside a function"),
        ("prob(prob(water_l > 5) > 5%) > 5%", 6, "`prob(` cannot stand inside a function"),
        ("p95() > 5", 5, "a key or a function is wanted here"),
        ("p95(water) > 5", 5, "did you mean `water_l`?"),
        ("p95(water_l > 5", 13, "`)` is wanted here"),
        ("p95(water_l", 12, "`)` is wanted here"),
        ("prob(water_l > 5", 17, "`)` is wanted here"),
        ("prob(water_l) > 5%", 13, "one of > >= < <= is wanted here"),
        ("total_kgco2e = 5", 14, "one of > >= < <= is wanted here"),
        ("total_kgco2e == 5", 14, "one of > >= < <= is wanted here"),
        ("total_kgco2e => 5", 14, "one of > >= < <= is wanted here"),
        ("total_kgco2e ! 5", 14, "one of > >= < <= is wanted here"),
        ("total_kgco2e 5", 14, "one of > >= < <= is wanted here"),
        ("total_kgco2e >", 15, "a number is wanted here, for example 2500 kg"),
        ("energy_kwh > kWh", 14, "a number is wanted here, for example 12.5 MWh"),
        ("total_kgco2e >> 5", 15, "a number is wanted here"),
        ("total_kgco2e > ten", 16, "a number is wanted here"),
        ("total_kgco2e > nan", 16, "a number is wanted here"),
        ("total_kgco2e > ++5", 16, "a number is wanted here"),
        ("total_kgco2e > −5%", 16, "a number is wanted here"),
        ("total_kgco2e > ٣", 16, "a number is wanted here"),
        ("total_kgco2e > 5 > 3", 18, "`>` cannot stand here"),
        ("total_kgco2e > 5 t)", 19, "`)` cannot stand here"),
        ("total_kgco2e > 5 %", 16, "write +5% or -5%"),
        ("p95(total_kgco2e) > 5%", 21, "a percentage is a change from the base"),
        ("prob(total_kgco2e > 5%) > 5%", 21, "a percentage is a change from the base"),
        ("total_kgco2e > 5 kWh", 18, "is an energy, not a mass of CO2e such as `2500 kg`"),
        ("total_kgco2e > 5 m3", 18, "is a volume, not a mass of CO2e"),
        ("energy_kwh > +5 kg", 17, "is a mass of CO2e, not an energy"),
        ("energy_kwh > 5 kwh", 16, "unknown unit `kwh`; did you mean `kWh`?"),
        ("water_l > 5 gallons", 13, "unknown unit `gallons`"),
        ("total_kgco2e > 10M", 18, "unknown unit `M`"),
        ("total_kgco2e > 5 10 kg", 18, "is not a mass of CO2e"),
        ("total_kgco2e > 1,000 kg", 17, "no separators of thousands"),
        ("total_kgco2e > 5..10 kg", 16, "a limit is one number, not a range"),
        ("total_kgco2e > 5 kg..10 kg", 16, "a limit is one number, not a range"),
        ("total_kgco2e > 1e400", 16, "is beyond any mass of CO2e"),
        ("total_kgco2e > +1e400%", 17, "is beyond any ratio"),
        ("total_kgco2e > 5 " + "Mt-" * 30 + "Mt" + "/mg" * 30, 18, "is beyond any mass"),
        ("prob(water_l > 5) > 5", 21, "a probability is between 0 and 1; write 5 % or 0.05"),
        ("prob(water_l > 5) > 101 %", 21, "a probability is between 0 and 1"),
        ("prob(water_l > 5) > 1e999", 21, "a probability is between 0 and 1"),
        ("prob(water_l > 5) > +5%", 21, "leave out the sign"),
        ("prob(water_l > 5) > 0.05 kg", 26, "`kg` is no unit of a probability"),
        ("prob(water_l > 5) > half", 21, "a number is wanted here, for example 5 %"),
        ("w" * (LONGEST + 1), 1, "the rule is longer than 500 characters"),
        ("(" * LONGEST, 1, "a key or a function is wanted here"),
        ("p5(" * 100, 4, "`p5(` cannot stand inside a function"),
        ("total_kgco2e > 5\x00", 17, "unknown unit"),
        ("\x1b[31m > 5", 1, "a key or a function is wanted here"),
    ],
)  # fmt: skip
def test_what_is_refused(text, column, said):
    with pytest.raises(RuleFault) as fault:
        read_rule(text)
    assert said in fault.value.message
    assert fault.value.column == column
    with pytest.raises(UsageError) as error:
        parse_rule(text)
    what, shown, caret = str(error.value).split("\n")
    assert what == f"--fail-on: {fault.value.message}"
    assert caret == "  " + " " * (column - 1) + "^"
    assert shown.isprintable()
    assert len(shown) <= LONGEST + 2


def test_a_message_prints_the_rule_with_a_caret_below():
    with pytest.raises(UsageError) as error:
        parse_rule("energy_kwh > 5 kg", "--warn-on")
    assert str(error.value) == (
        "--warn-on: `5 kg` is a mass of CO2e, not an energy such as `12.5 MWh`\n"
        "  energy_kwh > 5 kg\n"
        "                 ^"
    )
    assert error.value.exit_code == errors.USAGE


@pytest.mark.parametrize(
    ("rule", "head", "base", "outcome", "value"),
    [
        # a level: the head's value, whatever the base
        ("total_kgco2e > 5", 5.0, None, "pass", 5.0),
        ("total_kgco2e >= 5", 5.0, None, "fail", 5.0),
        ("total_kgco2e > 5", math.nextafter(5, 6), None, "fail", math.nextafter(5, 6)),
        ("total_kgco2e < 5", 5.0, None, "pass", 5.0),
        ("total_kgco2e <= 5", 5.0, None, "fail", 5.0),
        ("total_kgco2e < 5", math.nextafter(5, 4), None, "fail", math.nextafter(5, 4)),
        ("total_kgco2e > 10 t", 10_000.0, None, "pass", 10_000.0),
        ("total_kgco2e > 5", 6.0, 1e9, "fail", 6.0),
        # a relative change
        ("total_kgco2e > +5%", 105.0, 100.0, "pass", 5.0),
        ("total_kgco2e >= +5%", 105.0, 100.0, "fail", 5.0),
        ("total_kgco2e > +5%", math.nextafter(105, 106), 100.0, "fail", 5.0),
        ("total_kgco2e > +0.3%", 1003.0, 1000.0, "pass", 0.3),
        ("total_kgco2e > +0%", 100.0, 100.0, "pass", 0.0),
        ("total_kgco2e >= +0%", 100.0, 100.0, "fail", 0.0),
        ("total_kgco2e > +0%", math.nextafter(100, 101), 100.0, "fail", 0.0),
        ("total_kgco2e < -5%", 95.0, 100.0, "pass", -5.0),
        ("total_kgco2e <= -5%", 95.0, 100.0, "fail", -5.0),
        ("total_kgco2e < -5%", 94.0, 100.0, "fail", -6.0),
        ("total_kgco2e > -5%", 96.0, 100.0, "fail", -4.0),
        ("total_kgco2e > -5%", 90.0, 100.0, "pass", -10.0),
        # from a zero base
        ("total_kgco2e > +5%", 0.0, 0.0, "pass", 0.0),
        ("total_kgco2e >= +0%", 0.0, 0.0, "pass", 0.0),
        ("total_kgco2e < +5%", 0.0, 0.0, "pass", 0.0),
        ("total_kgco2e > +5%", 1e-9, 0.0, "fail", None),
        ("total_kgco2e > +1e30%", 5e-324, 0.0, "fail", None),
        ("total_kgco2e > -5%", 1e-9, 0.0, "fail", None),
        ("total_kgco2e < +5%", 1e-9, 0.0, "pass", None),
        ("total_kgco2e < -5%", -1e-9, 0.0, "fail", None),
        ("total_kgco2e > +5%", -1e-9, 0.0, "pass", None),
        # to zero, and from a negative base: a rise is a rise
        ("total_kgco2e < -99%", 0.0, 100.0, "fail", -100.0),
        ("total_kgco2e > +5%", -90.0, -100.0, "fail", 10.0),
        ("total_kgco2e > +5%", -95.0, -100.0, "pass", 5.0),
        ("total_kgco2e < -5%", -110.0, -100.0, "fail", -10.0),
        ("total_kgco2e > +5%", 0.0, -100.0, "fail", 100.0),
        # an absolute change
        ("total_kgco2e > +5", 105.0, 100.0, "pass", 5.0),
        ("total_kgco2e >= +5", 105.0, 100.0, "fail", 5.0),
        ("total_kgco2e > +1 t", 1101.0, 100.0, "fail", 1001.0),
        ("total_kgco2e < -5", 95.0, 100.0, "pass", -5.0),
        ("total_kgco2e < -5", 94.0, 100.0, "fail", -6.0),
        ("total_kgco2e > +5", 6.0, 0.0, "fail", 6.0),
        ("total_kgco2e > +5", 0.0, 0.0, "pass", 0.0),
    ],
)  # fmt: skip
def test_verdicts(rule, head, base, outcome, value):
    found = verdict(rule, head, base)
    assert found.outcome == outcome
    assert found.value == (value if value is None else pytest.approx(value, rel=1e-12, abs=1e-12))
    assert found.reason == ("the base is zero" if value is None else None)


@pytest.mark.parametrize("percent", range(1, 100))
@pytest.mark.parametrize("base", [100.0, 1000.0, 2.0**40, 1e-6 * 2.0**20])
def test_a_rise_of_exactly_the_limit_is_not_above_it(percent, base):
    head = base + base * percent / 100
    if (head - base) * 100 == percent * base:  # the head can be written as a float
        assert verdict(f"total_kgco2e > +{percent}%", head, base).outcome == "pass"
        assert verdict(f"total_kgco2e >= +{percent}%", head, base).outcome == "fail"


def test_verdicts_carry_the_terms_of_their_rule():
    assert verdict("energy_kwh  >2 MWh", 2500.0, level="warn") == Verdict(
        "energy_kwh > 2 MWh", "warn", "fail", 2500.0, 2000.0, "kWh", None
    )
    assert verdict("water_l > +5%", 120.0, 100.0)[3:7] == (20.0, 5.0, "%", None)


def test_a_rule_is_over_its_own_phase_and_key():
    head = Fake(0.0, others={("training", "water_l"): 7.0})
    assert judge(parse_rule("phases.training.water_l > 5"), head, None).value == 7.0
    assert judge(parse_rule("phases.data.water_l > 5"), head, None).value == 0.0
    assert judge(parse_rule("water_l > 5"), head, None).value == 0.0


@pytest.mark.parametrize("nothing", [None, math.nan, math.inf])
def test_unknown_figures(nothing):
    level = judge(parse_rule("embodied_kgco2e > 5"), Fake(nothing), None)
    assert level == Verdict(
        "embodied_kgco2e > 5", "fail", "unknown", None, 5.0, "kgCO2e", "embodied carbon is unknown"
    )
    change = parse_rule("phases.training.total_kgco2e > +5%")
    assert judge(change, Fake(nothing), Fake(1.0)).reason == "total carbon of training is unknown"
    in_base = judge(change, Fake(1.0), Fake(nothing))
    assert in_base.outcome == "unknown"
    assert in_base.reason == "total carbon of training is unknown in the base"
    assert judge(parse_rule("total_kgco2e > 5"), Fake(1.0), Fake(nothing)).outcome == "pass"


@pytest.mark.parametrize("drawn", [None, [], [1.0, math.nan]])
@pytest.mark.parametrize("rule", ["p95(water_l) > 5", "prob(water_l > 5) > 5%"])
def test_unknown_samples(rule, drawn):
    found = judge(parse_rule(rule), Fake(1.0, drawn), None)
    assert found.outcome == "unknown"
    assert found.reason == "the spread of water is unknown"


@pytest.mark.parametrize(
    "rule", ["total_kgco2e > +5%", "p95(total_kgco2e) > +5", "prob(total_kgco2e > -5%) > 5%"]
)
def test_a_change_without_a_base_is_refused(rule):
    column = rule.index("-" if "-" in rule else "+")
    for attempt in (
        lambda: judge(parse_rule(rule), Fake(1.0, [1.0]), None),
        lambda: refuse_change(parse_rule(rule)),
    ):
        with pytest.raises(UsageError, match="a change from a base") as error:
            attempt()
        assert str(error.value).endswith(f"\n  {rule}\n  {' ' * column}^")
    refuse_change(parse_rule(rule.replace("+5%", "5").replace("+", "").replace("-5%", "5")))


floats = st.floats(0, 1e9, allow_subnormal=False)


@given(st.lists(floats, min_size=1, max_size=50), st.floats(0.01, 99.99).map(lambda p: round(p, 2)))
def test_percentiles_are_those_of_numpy(numbers, percent):
    found = over_samples(f"p{percent}(total_kgco2e) > 5", numbers)
    assert found.value == pytest.approx(float(np.percentile(numbers, percent)), rel=1e-9, abs=1e-9)


def test_percentiles_of_changes_are_of_pairs():
    rng = np.random.default_rng(7)
    head, base = rng.uniform(1, 2, (2, 1000))
    changes = (head / base - 1) * 100
    found = over_samples("p95(total_kgco2e) > +5%", head, base)
    assert found.value == pytest.approx(np.percentile(changes, 95), rel=1e-12)
    assert found.outcome == "fail"
    absolute = over_samples("p5(total_kgco2e) < -5", head, base)
    assert absolute.value == pytest.approx(np.percentile(head - base, 5), rel=1e-12)
    assert absolute.outcome == "pass"


@pytest.mark.parametrize(
    ("rule", "head", "base", "outcome", "value"),
    [
        ("p50(total_kgco2e) > 2", [3.0, 1.0, 2.0], None, "pass", 2.0),
        ("p50(total_kgco2e) >= 2", [3.0, 1.0, 2.0], None, "fail", 2.0),
        ("p50(total_kgco2e) > 2", [1.0, 2.0, 3.0, 4.0], None, "fail", 2.5),
        ("p95(total_kgco2e) > 7", [7.0], None, "pass", 7.0),
        ("p95(total_kgco2e) > +5%", [105.0] * 3, [100.0], "pass", 5.0),
        ("p95(total_kgco2e) >= +5%", [105.0], [100.0] * 3, "fail", 5.0),
        ("p50(total_kgco2e) > +5%", [0.0, 0.0, 1.0], [0.0], "pass", 0.0),
        ("p90(total_kgco2e) > +5%", [0.0, 0.0, 1.0], [0.0], "fail", None),
        ("p90(total_kgco2e) >= +0%", [0.0, 0.0], [0.0], "pass", 0.0),
        ("p20(total_kgco2e) < -5%", [-1.0, 0.0, 0.0], [0.0], "fail", None),
        ("p50(total_kgco2e) > +5%", [-1.0, 1.0], [0.0], "unknown", None),
        ("prob(total_kgco2e > 2) > 50%", [1.0, 2.0, 3.0, 4.0], None, "pass", 0.5),
        ("prob(total_kgco2e > 2) >= 50%", [1.0, 2.0, 3.0, 4.0], None, "fail", 0.5),
        ("prob(total_kgco2e >= 2) > 0.5", [1.0, 2.0, 3.0, 4.0], None, "fail", 0.75),
        ("prob(total_kgco2e > 9) > 0", [1.0, 2.0], None, "pass", 0.0),
        ("prob(total_kgco2e > 9) < 5%", [1.0, 2.0], None, "fail", 0.0),
        ("prob(total_kgco2e > +5%) > 5%", [100, 106, 105, 99], [100.0], "fail", 0.25),
        ("prob(total_kgco2e > +5%) > 5%", [1, 2], [1, 2], "pass", 0.0),
        ("prob(total_kgco2e > +5%) >= 50%", [0.0, 1e-9], [0.0], "fail", 0.5),
        ("prob(total_kgco2e < -1) > 5%", [1.0], [1.0, 2.0, 3.0], "fail", 1 / 3),
    ],
)  # fmt: skip
def test_verdicts_over_samples(rule, head, base, outcome, value):
    found = over_samples(rule, head, base)
    assert found[2:4] == (outcome, value)
    assert found.unit == ("" if rule.startswith("prob") else "%" if base else "kgCO2e")


def test_a_limit_of_a_probability_is_told_as_a_fraction():
    found = over_samples("prob(total_kgco2e > 10 t) > 5 %", [1.0, 2e4])
    assert found[2:7] == ("fail", 0.5, 0.05, "", None)


def test_samples_that_do_not_pair_are_a_bug():
    with pytest.raises(ValueError, match="argument 2 is"):
        over_samples("p50(total_kgco2e) > +5%", [1.0, 2.0], [1.0, 2.0, 3.0])


def some(outcome, level="fail"):
    return Verdict("r", level, outcome, None, 1.0, "", None)


@pytest.mark.parametrize(
    ("verdicts", "code", "masked"),
    [
        ([], 0, 0),
        ([some("pass")], 0, 0),
        ([some("fail")], 1, 0),
        ([some("unknown")], 3, 3),
        ([some("fail"), some("unknown"), some("pass")], 3, 3),
        ([some("fail", "warn"), some("unknown", "warn")], 0, 0),
        ([some("fail", "warn"), some("fail")], 1, 0),
    ],
)
def test_exit_codes(verdicts, code, masked):
    assert exit_code(verdicts) == code
    assert exit_code(verdicts, exit_zero=True) == masked


def test_a_budget():
    data = b"""\
# what may be spent
fail:
  - total_kgco2e > +5%
  - "prob(total_kgco2e > 10 t) > 5 %"
warn:
  - &energy energy_kwh > 2 MWh
  - *energy
"""
    fails, warns = read_budget(data, "budget.yaml")
    assert list(map(str, fails)) == ["total_kgco2e > +5%", "prob(total_kgco2e > 10 t) > 5 %"]
    assert list(map(str, warns)) == ["energy_kwh > 2 MWh"] * 2


def test_a_budget_may_be_json_and_have_one_list():
    fails, warns = read_budget(b'{"fail": [], "warn": ["water_l > 5"]}', "b.json")
    assert (fails, list(map(str, warns))) == ([], ["water_l > 5"])


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        ("", ["1:1: a budget is a mapping of lists of rules: `fail: [total_kgco2e > 10 t]`"]),
        ("# nothing\n", ["1:1: a budget is a mapping"]),
        ("- water_l > 5\n", ["1:1: a budget is a mapping"]),
        ("water_l > 5\n", ["1:1: a budget is a mapping"]),
        ("{}", ["1:1: the budget holds no rule"]),
        ("fail: []\nwarn: []\n", ["1:1: the budget holds no rule"]),
        ("fail:\n", ["1:1: fail: a list of rules is wanted here"]),
        ("fail: water_l > 5\n", ["1:7: fail: a list of rules is wanted here"]),
        ("fail: [{a: b}, [c], ~]\n", [
            "1:7: a rule is wanted here", "1:8: a rule is wanted here", "1:16: a rule is wanted",
        ]),
        ("fails: [water_l > 5]\n", ["1:1: unknown key `fails`; did you mean `fail`?"]),
        ("rules: [water_l > 5]\n", ["1:1: unknown key `rules`; there are fail, warn"]),
        ("warn: [water_l > 5]\nwarn: []\n", ["2:1: duplicate key `warn`"]),
        ("fail:\n- water_l > 5 kg\n- 'water > 5'\n- \"water_l > 5%\"\nwarn:\n- p0(water_l) > 5\n", [
            "2:15: `5 kg` is a mass of CO2e, not a volume",
            "3:4: unknown key `water`",
            "4:14: a percentage is a change from the base",
            "6:3: `p0` is no percentile",
        ]),
        ("fail:\n- ''\n", ["2:3: a key or a function is wanted here"]),
        ("fail:\n- >\n  water > 5\n", ["2:3: unknown key `water`"]),
        ("fail:\n- water_l\n  > 5 kg\n", ["2:3: `5 kg` is a mass of CO2e"]),
        ("fail: [water_l > 5", ["2:1: not valid YAML"]),
        ("fail: [\xff]", ["1:8: byte 0xff is not UTF-8 text"]),
    ],
)  # fmt: skip
def test_a_faulty_budget(data, problems):
    with pytest.raises(InputError) as error:
        read_budget(data.encode("latin-1"), "b.yaml")
    found = str(error.value).split("\n")
    assert len(found) == len(problems)
    for line, problem in zip(found, problems, strict=True):
        assert line.startswith(f"b.yaml:{problem}")
    assert error.value.exit_code == errors.INPUT


spaces = st.sampled_from(["", " ", "  ", "\t"])
operators = st.sampled_from([">", ">=", "<", "<="])
numbers = st.floats(1e-6, 1e9).map(repr) | st.integers(0, 10**9).map(str)
UNITS = {"kwh": ["", "kWh", "MWh", "J"], "kgco2e": ["", "kg", "t", "lb CO2e"], "l": ["", "L", "m3"]}


@st.composite
def plain_rules(draw):
    key = draw(st.sampled_from(KEYS))
    phase = draw(st.sampled_from(["", *(f"phases.{p}." for p in PHASES)]))
    sign = draw(st.sampled_from(["", "+", "-"]))
    unit = draw(st.sampled_from([*UNITS[key.rpartition("_")[2]], *(["%"] if sign else [])]))
    parts = [draw(operators), sign, draw(numbers), unit]
    return phase + key, "".join(draw(spaces) + part for part in parts)


@st.composite
def rules(draw):
    value, test = draw(plain_rules())
    gap = draw(spaces)
    percent = draw(st.integers(1, 99))
    return draw(
        st.sampled_from([
            f"{gap}{value}{test}{gap}",
            f"p{percent}{gap}({gap}{value}{gap}){test}",
            f"prob({value}{test}{gap}){gap}{draw(operators)}{gap}{percent}{gap}%",
        ])
    )  # fmt: skip


@given(rules())
def test_a_rule_reads_back_to_itself(text):
    rule = parse_rule(text)
    assert parse_rule(str(rule)) == rule
    assert "  " not in str(rule)


fragments = st.lists(
    st.sampled_from([
        *KEYS, *PHASES, "phases", ".", "p95", "prob", "(", ")", ">", ">=", "<", "=", "+", "-", "%",
        "5", "1e9", "..", "kg", "t", "kWh", "m3", "/", "*", " ", "\n", "\ud800", "\x00", "µ", "²",
    ])
).map("".join)  # fmt: skip


@given(st.text() | fragments | st.text(st.characters(codec="ascii")).map("water_l > 5".__add__))
def test_any_text_is_a_rule_or_a_usage_error(text):
    try:
        rule = parse_rule(text)
    except UsageError as error:
        *_, shown, caret = str(error).encode().decode().split("\n")
        assert caret.strip() == "^"
        assert len(caret) <= len(shown) + 1
    else:
        assert parse_rule(str(rule)) == rule


@given(st.binary() | st.text().map(str.encode) | fragments.map(
    lambda text: f"fail: [{text}]\nwarn:\n- {text}\n- '{text}'\n".encode("utf-8", "surrogatepass")
))  # fmt: skip
def test_any_budget_is_read_or_an_input_error(data):
    try:
        fails, warns = read_budget(data, "b.yaml")
    except InputError as error:
        assert error.problems
    else:
        assert fails or warns
