"""Names of accelerators as tools, clouds and model cards write them.

`device_names.csv` has a row per name: the tool that writes it, and what it must mean. `expected`
is an id; `fits: id id` where the name fits several records, which the refusal lists; or `unknown`
for a product that the catalog lacks, for which nothing else may be suggested.
"""

import csv
from pathlib import Path

import pytest

from carbonctl.catalog import Catalog
from tests.conftest import CATALOG

TABLE = Path(__file__).with_name("device_names.csv")
FITS = "fits: "
ACCELERATORS = ("gpu", "npu", "tpu", "soc")


def rows() -> list[tuple[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [(row["name"], row["expected"]) for row in csv.DictReader(file, strict=True)]


ROWS = rows()


def said(name: str) -> str:
    with pytest.raises(LookupError) as error:
        CATALOG.unit(name)
    return error.value.args[0]


@pytest.mark.parametrize(("name", "expected"), ROWS, ids=[name for name, _ in ROWS])
def test_a_name_means_what_the_table_says(name, expected):
    if expected.startswith(FITS):
        _, _, rest = said(name).partition(" fits several devices: ")
        listed = rest.partition("; name one")[0].split(", ")
        assert sorted(listed) == sorted(expected.removeprefix(FITS).split())
    elif expected == "unknown":
        message = said(name)
        assert message.startswith("unknown device `")
        assert "did you mean" not in message
    else:
        assert CATALOG.unit(name).record.id == expected


def test_every_accelerator_is_in_the_table():
    known = {d.id for d in CATALOG.devices.all() if d.kind in ACCELERATORS}
    named = {word for _, expected in ROWS for word in expected.removeprefix(FITS).split()}
    assert known <= named
    assert named - known == {"unknown"}


def test_the_table_is_large_and_has_no_name_twice():
    assert len(ROWS) >= 250
    assert len({(name, expected) for name, expected in ROWS}) >= len(ROWS) - 20
    meant: dict[str, str] = {}
    for name, expected in ROWS:
        assert meant.setdefault(name, expected) == expected, name


@pytest.mark.parametrize(
    ("name", "stated"),
    [("8xH100 SXM", 8), ("4 × L40S", 4), ("2*A10G", 2), ("L4 x2", 2), ("H100 SXM5 (x8)", 8),
     ("gpu:rtx_a6000:4", 4), ("gres/gpu:t4=2", 2), ("gpu:l40s", None), ("A10G", None)],
)  # fmt: skip
def test_a_name_states_how_many(name, stated):
    assert CATALOG.unit(name).stated == stated


def test_an_id_opens_one_file(monkeypatch):
    opened = []

    def load(self, path):
        opened.append(path)
        return original(self, path)

    catalog = Catalog()
    original = type(catalog.devices)._load
    monkeypatch.setattr(type(catalog.devices), "_load", load)
    assert catalog.unit("nvidia/rtx-4060").record.name == "NVIDIA GeForce RTX 4060"
    assert len(opened) == 1
    assert "_index" not in vars(catalog.devices)
