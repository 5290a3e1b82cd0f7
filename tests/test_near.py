"""A name is suggested where it is likely meant, and nothing where it is not."""

import pytest

from carbonctl.errors import InputError
from carbonctl.estimators.compute import Compute
from carbonctl.spec.model import Reported, Site
from carbonctl.spec.systems import System
from carbonctl.spec.validation import nearest_key
from carbonctl.text import did_you_mean, few_searches, is_slip, nearest, resembles
from tests.conftest import account


def keys(model) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("peu", ["pue", "wue", "cpu"], "pue"),
        ("cvs", ["csv", "tsv"], "csv"),
        ("devcie", keys(Compute), "device"),
        ("wall_tiem", keys(Compute), "wall_time"),
        ("Utilisation", keys(Compute), "utilization"),
        ("power_w", keys(System), "power"),
        ("embodied_carbon", keys(Reported), "embodied"),
        ("ddr4 10nm", ["ddr4 10 nm", "ddr4 1x nm"], "ddr4 10 nm"),
        ("nod", ["node"], "node"),
        ("hosts", keys(System), "host"),
    ],
)
def test_what_is_likely_is_suggested(name, known, meant):
    assert did_you_mean(name, known) == f"; did you mean `{meant}`?"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("22nm", ["28nm", "20nm"]),
        ("2023", ["2022"]),
        ("us-east-9", ["us-east-1"]),
        ("gpt-4", ["gpt-3"]),
        ("cost", keys(Compute)),
        ("model", keys(Compute)),
        ("location", keys(Compute)),
        ("provider", keys(Compute)),
        ("cloud", keys(Compute)),
        ("usage", keys(Compute)),
        ("source", keys(Compute)),
        ("water", keys(Compute)),
        ("pue", keys(Compute)),
        ("cpu", keys(Site)),
        ("intensity", keys(Site)),
        ("title", keys(Reported)),
        ("TWN", ["TW"]),
    ],
)
def test_what_is_not_likely_is_not(name, known):
    assert did_you_mean(name, known) == ""


@pytest.mark.parametrize(
    ("name", "model", "meant"),
    [
        ("gpu_count", Compute, "devices"),
        ("duration", Compute, "wall_time"),
        ("average_power", System, "power"),
        ("tdp", System, "rated_power"),
        ("lifespan", System, "lifetime"),
        ("location", Site, "grid"),
    ],
)
def test_keys_of_other_tools_name_ours(name, model, meant):
    assert nearest_key(name, keys(model)) == f"; did you mean `{meant}`?"


def test_up_to_some_are_nearest_first():
    assert nearest("trainin", ["training", "straining", "draining"], 2) == ["training", "straining"]


@pytest.mark.parametrize(
    ("word", "known", "slip"),
    [
        ("gefroce", "geforce", True),
        ("gforce", "geforce", True),
        ("geeforce", "geforce", True),
        ("gevorce", "geforce", True),
        ("geforce", "geforce", False),
        ("gefroec", "geforce", False),
        ("trainium2", "trainium3", False),
        ("trainiun2", "trainium2", True),
        ("m40", "m60", False),
        ("gtx", "rtx", False),
    ],
)
def test_slips_of_the_pen(word, known, slip):
    assert is_slip(word, known) is slip


def test_few_names_are_looked_for_in_one_document():
    with few_searches():
        hints = [did_you_mean("eror", ["error"]) for _ in range(30)]
        assert hints == ["; did you mean `error`?"] * 20 + [""] * 10
        assert resembles("eror", "error")
        with few_searches():
            assert did_you_mean("eror", ["error"])
        assert nearest("eror", ["error"]) == []
    assert [did_you_mean("eror", ["error"]) for _ in range(30)] == ["; did you mean `error`?"] * 30


def test_what_is_said_of_a_document_does_not_depend_on_what_was_read_before():
    systems = "\n".join(f"  s{n}: {{devcie: nvidia/h100-sxm{n}-80bg}}" for n in range(40))
    energy = "{kind: energy, energy: 1 kWh, embodied: 0 kg}"
    text = f"name: x\nsite: {{grid: FR}}\nsystems:\n{systems}\nphases: {{training: [{energy}]}}\n"
    told = []
    for _ in range(2):
        with pytest.raises(InputError) as raised:
            account(text)
        told.append([p.message for p in raised.value.problems])
    assert told[0] == told[1]
    assert ["did you mean `device`" in message for message in told[0]] == [True] * 20 + [False] * 20


def test_a_message_lists_no_thousand_names():
    systems = "\n".join(f"  s{n}: {{devices: 8}}" for n in range(1000))
    run = "{kind: compute, system: quite-another, devices: 8, wall_time: 1 h}"
    with pytest.raises(InputError) as raised:
        account(
            f"name: x\nsite: {{grid: FR}}\nsystems:\n{systems}\nphases: {{training: [{run}]}}\n"
        )
    (message,) = (p.message for p in raised.value.problems if "no system is named" in p.message)
    assert message.endswith("s38, s39, …")
