"""The nearest names are those of difflib, found faster; in one document few are looked for."""

import random
from difflib import get_close_matches

import pytest

from carbonctl import units
from carbonctl.catalog import DEVICES, HOSTS, records
from carbonctl.closest import Names
from carbonctl.errors import InputError
from carbonctl.near import did_you_mean, few_searches, fold, nearest, resembles
from tests.conftest import CATALOG, account

LISTS = {
    "units": list(units._table()),
    "zones": [*CATALOG.zones, *(zone.name for zone in CATALOG.zones.values())],
    "hosts": [name for host in CATALOG.all(HOSTS, records.HOST) for name in host.names],
    "devices": [name for one in CATALOG.all(DEVICES, records.DEVICE) for name in one.names],
    "none": [],
}


def misspelt(name: str, chance: random.Random) -> str:
    letters = list(name)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(letters) + 1)
        letters[at : at + chance.randint(0, 1)] = chance.choice(("", "a", "1", "nv", "/"))
    return "".join(letters)


@pytest.mark.parametrize("known", LISTS.values(), ids=LISTS)
def test_the_same_names_as_difflib_finds(known):
    chance = random.Random(1)
    folded = list(dict.fromkeys(map(fold, known)))
    names = Names(folded)
    asked = [misspelt(chance.choice(folded or ["a"]), chance) for _ in range(150)]
    for text in ("", "x", "nvidia/zzz1", "zzzzzzzz", *asked):
        for most in (1, 3):
            assert names.closest(text, most) == get_close_matches(text, folded, most)


def test_few_names_are_looked_for_in_one_document():
    with few_searches():
        hints = [did_you_mean("eror", ["error"]) for _ in range(30)]
        assert hints == ["; did you mean `error`?"] * 20 + [""] * 10
        assert resembles("eror", "error")
        with few_searches():
            assert did_you_mean("eror", ["error"])
        assert nearest("eror", ["error"]) == []
    assert [did_you_mean("eror", ["error"]) for _ in range(30)] == ["; did you mean `error`?"] * 30


def unknown(number: int) -> str:
    systems = "\n".join(f"  s{n}: {{device: nvidia/h100-sxm{n}-80bg}}" for n in range(number))
    energy = "{kind: energy, energy: 1 kWh, embodied: 0 kg}"
    return f"name: x\nsite: {{grid: FR}}\nsystems:\n{systems}\nphases: {{training: [{energy}]}}\n"


def test_the_first_unknown_names_of_each_document_get_hints():
    """Whatever was read before, so that processes which share the work say the same."""
    told = []
    for _ in range(2):
        with pytest.raises(InputError) as raised:
            account(unknown(40))
        told.append([p.message for p in raised.value.problems])
    assert told[0] == told[1]
    assert ["did you mean" in message for message in told[0]] == [True] * 20 + [False] * 20
    assert all("(`carbonctl hardware list` lists them all)" in message for message in told[0])


def test_a_message_lists_no_thousand_names():
    systems = "\n".join(f"  s{n}: {{devices: 8}}" for n in range(1000))
    run = "{kind: compute, system: quite-another, devices: 8, wall_time: 1 h}"
    with pytest.raises(InputError) as raised:
        account(
            f"name: x\nsite: {{grid: FR}}\nsystems:\n{systems}\nphases: {{training: [{run}]}}\n"
        )
    (message,) = (p.message for p in raised.value.problems if "no system is named" in p.message)
    assert message.endswith("s38, s39, …")
