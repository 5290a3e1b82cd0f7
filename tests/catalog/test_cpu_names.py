"""What the names of processors, hosts and phones mean, as tools, clouds and papers write them.

``cpu_names.csv`` has a name a row and what it is expected to mean: an id; `unknown`, where
nothing may be suggested; or `fits:` and the ids that are listed because it cannot be told which
one is meant (an id that ends in `*` stands for all that begin so).
"""

import csv
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from carbonctl.catalog.counting import DeviceUnit
from tests.conftest import CATALOG

with Path(__file__).with_name("cpu_names.csv").open(encoding="utf-8", newline="") as table:
    NAMES = [(row["name"], row["expected"]) for row in csv.DictReader(table, strict=True)]
MEANT = [(name, expected) for name, expected in NAMES if "/" in expected and ":" not in expected]
UNKNOWN = [name for name, expected in NAMES if expected == "unknown"]
SEVERAL = [
    (name, expected.removeprefix("fits:").split())
    for name, expected in NAMES
    if expected.startswith("fits:")
]


def refusal(name: str) -> str:
    with pytest.raises(LookupError) as error:
        CATALOG.machine(name)
    return error.value.args[0]


def test_every_row_is_of_one_kind():
    assert len(MEANT) + len(UNKNOWN) + len(SEVERAL) == len(NAMES) >= 120
    assert len({name for name, _ in NAMES}) == len(NAMES)


@pytest.mark.parametrize(("name", "expected"), MEANT)
def test_a_name_means_one_record(name, expected):
    machine = CATALOG.machine(name)
    record = machine.record if isinstance(machine, DeviceUnit) else machine
    assert record.id == expected


@pytest.mark.parametrize("name", UNKNOWN)
def test_nothing_is_suggested_for_an_unknown_name(name):
    assert refusal(name).startswith(f"unknown device `{name}` (")


@pytest.mark.parametrize(("name", "candidates"), SEVERAL)
def test_a_name_of_several_records_lists_them(name, candidates):
    said = refusal(name).removeprefix(f"`{name}`")
    listed = re.findall(r"\b[a-z0-9-]+/[a-z0-9.-]*[a-z0-9]", said)
    assert len(listed) > 1
    for identity in listed:
        assert any(fnmatchcase(identity, pattern) for pattern in candidates), identity
    assert all(pattern.endswith("*") or pattern in listed for pattern in candidates)
