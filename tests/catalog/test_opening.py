"""Naming one device opens one device file; a miss reads names only."""

import sys

import pytest

from carbonctl.catalog import Catalog

OPENED: list[str] = []
_WATCH = {"on": False}


def _hook(event, arguments):
    if _WATCH["on"] and event == "open" and "hardware_db" in str(arguments[0]):
        OPENED.append(str(arguments[0]))


sys.addaudithook(_hook)


@pytest.fixture
def opened():
    OPENED.clear()
    _WATCH["on"] = True
    yield OPENED
    _WATCH["on"] = False


def test_an_id_opens_one_file(opened):
    catalog = Catalog()
    catalog.device("nvidia/h100-sxm5-80gb")
    catalog.device("nvidia/h100-sxm5-80gb")
    assert [path.rpartition("hardware_db")[2] for path in opened if path.endswith(".yaml")] == [
        "/accelerators/nvidia/h100-sxm5-80gb.yaml"
    ]


def test_a_workload_opens_what_it_names(opened):
    from carbonctl.account import estimate
    from tests.conftest import CONFIGS

    estimate((CONFIGS / "quickstart.yaml").read_bytes(), "q", Catalog())
    records_opened = {p.rpartition("hardware_db/")[2] for p in opened if p.endswith(".yaml")}
    assert records_opened == {
        "accelerators/nvidia/a100-sxm4-80gb.yaml",
        "hosts/nvidia/dgx-a100-80gb.yaml",
        "defaults.yaml",
    }


def test_no_table_of_models_is_opened_unless_a_workload_names_one(opened):
    from carbonctl.account import estimate
    from tests.conftest import CONFIGS

    catalog = Catalog()
    estimate((CONFIGS / "quickstart.yaml").read_bytes(), "q", catalog)
    assert not [path for path in opened if "/models/" in path]
    estimate((CONFIGS / "models" / "chat-service.yaml").read_bytes(), "c", catalog)
    tables = {path.rpartition("/models/")[2] for path in opened if "/models/" in path}
    assert "language.csv" in tables
    assert "media.csv" not in tables


def test_spelling_does_not_matter():
    for name in ("TPU v4", "tpu_V4", "tpu-v4", "google/tpu-v4"):
        assert Catalog().device(name).id == "google/tpu-v4"


def test_a_name_that_fits_several_asks_which():
    with pytest.raises(LookupError) as error:
        Catalog().device("h100")
    said = error.value.args[0]
    assert "fits several devices" in said
    for identity in ("nvidia/h100-sxm5-80gb", "nvidia/h100-pcie-80gb", "nvidia/h100-nvl-94gb"):
        assert identity in said


@pytest.mark.parametrize(
    ("name", "near"),
    [("nvidia/h100-sxm5-80g", "nvidia/h100-sxm5-80gb"), ("Telsa T4", "nvidia/t4")],
)
def test_near_misses(name, near):
    with pytest.raises(LookupError, match=near):
        Catalog().device(name)


def test_every_device_is_found_by_each_of_its_names():
    catalog = Catalog()
    for device in list(catalog.devices.all())[::25]:
        for name in device.names:
            assert catalog.device(name).id == device.id
