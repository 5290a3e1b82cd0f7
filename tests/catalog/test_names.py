"""What names of the field mean: as tools, clouds and papers write them; never another thing."""

import re

import pytest

from carbonctl.catalog import Catalog
from carbonctl.catalog.names import Called, Index
from tests.conftest import CATALOG

KNOWN = {
    "H20": "nvidia/h20-96gb",  # not an H200
    "NVIDIA H20": "nvidia/h20-96gb",
    "H800": "nvidia/h800-sxm5-80gb",
    "NVIDIA A100-SXM-80GB": "nvidia/a100-sxm4-80gb",
    "NVIDIA A100 80GB PCIe": "nvidia/a100-pcie-80gb",
    "nvidia_a100-pcie-40gb": "nvidia/a100-pcie-40gb",
    "Tesla V100-SXM2-16GB": "nvidia/v100-sxm2-16gb",
    "NVIDIA H100 80GB HBM2e": "nvidia/h100-pcie-80gb",
    "NVIDIA H100 80GB HBM3": "nvidia/h100-sxm5-80gb",
    "H100 NVL": "nvidia/h100-nvl-94gb",
    "RTX3090": "nvidia/rtx-3090",
    "GeForce RTX 4090 24GB": "nvidia/rtx-4090",
    "Quadro RTX A6000": "nvidia/rtx-a6000",
    "RTX 8000": "nvidia/quadro-rtx-8000",
    "A10G": "nvidia/a10g",
    "T4": "nvidia/t4",
    "L4": "nvidia/l4",
    "MI300X": "amd/mi300x",
    "AMD Instinct MI250X": "amd/mi250x",
    "v5p": "google/tpu-v5p",
    "TPUv4": "google/tpu-v4",
    "M4": "apple/m4",
    "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz": "intel/xeon-gold-6248",
    "Xeon Gold 6248 CPU": "intel/xeon-gold-6248",
    "13th Gen Intel(R) Core(TM) i9-13900K": "intel/core-i9-13900k",
    "Apple M2 Ultra 76-core GPU": "apple/m2-ultra",
    "AMD EPYC 7742 64-Core Processor": "amd/epyc-7742",
}
SEVERAL = {
    "A100": "nvidia/a100-",
    "Tesla A100": "nvidia/a100-",
    "A100-80GB": "nvidia/a100-(pcie|sxm4)-80gb",
    "V100": "nvidia/v100-",  # a V100S is another device
    "V100-32GB": "nvidia/v100-(pcie|sxm2|sxm3)-32gb",
    "P100": "nvidia/p100-",
    "H100 80GB": "nvidia/h100-(pcie|sxm5)-80gb",
    "GH200": "nvidia/gh200-",
    "RTX 5000": "nvidia/(quadro-rtx-5000|rtx-5000-ada)",
    "RTX PRO 6000": "nvidia/rtx-pro-6000-",
    "PRO 6000": "nvidia/rtx-pro-6000-",
    "RX 7900": "amd/rx-7900-",
    "RTX 3050": "nvidia/rtx-3050-[68]gb",
    "NVIDIA GeForce RTX 4060 Ti": "nvidia/rtx-4060-ti-",
    "RTX A2000": "nvidia/rtx-a2000-",
    "Qualcomm Cloud AI 100": "qualcomm/cloud-ai-100-",
    "MI300": "amd/mi300[ax]",
    "TPU v5": "google/tpu-v5[ep]",
    "Jetson Orin Nano": "nvidia/jetson-orin-nano-",
    "nvidia/a100": "nvidia/a100-",
    "EPYC": "amd/epyc-",
}
# Not in the catalog, though something that looks like it is.
OTHERS = (
    """
RTX 3050 Laptop GPU|RTX 3080 Ti Laptop GPU|RTX 4090 D|RTX 4090D|RTX 3060 8GB|RTX 2050|GTX 1060 3GB
RTX 4060 SUPER|RTX 4090 Ti SUPER|RTX 3080 12GB|RTX 4000|GTX 980 Ti|GTX 1630|GTX Titan|TITAN Black
Quadro RTX 4000|Quadro P6000|Quadro GV100|RTX A1000|RTX 1000 Ada|A1000|A10M|A30X|L40G|L16|L30|L20X|T40
H10|V10|H20e|H20-3e|H800 PCIe|H100 64GB HBM3|A100-SXM-48GB|Tesla V100-DGXS-32GB|P100-PCIE-12GB|K10
Tesla M4|NVIDIA M4|B40|X100|L400|GB200 NVL4|MI8|MI200|MI309X|RX 7900 GRE|RX 9070|M6|M4 Ultra|IPU|GC200
Ascend 910D|Ascend 310|WSE-2|Trn2|Inf2|Jetson TX1|iPhone 18|iPhone 15 Plus|Pixel 11|Galaxy S21|Raspberry Pi 3
EPYC 7736|Xeon Gold 6249|i9-13901K|TPU v8|nvidia/h1000|nvidia/rtx-4065|PRO 7000|gfx942|foo
RTX 2070 Mobile|GTX 1650 Mobile|NVIDIA Corporation AD102 [GeForce RTX 4090 D]|gpu:4|A100x8
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
MISSPELT = {
    "Gefroce RTX 3090": "nvidia/rtx-3090",
    "Telsa T4": "nvidia/t4",
    "nivdia/h100-sxm5-80gb": "nvidia/h100-sxm5-80gb",
    "nvidia/h100-sxm-80gb": "nvidia/h100-sxm5-80gb",
    "nvidia/h800": "nvidia/h800-sxm5-80gb",
    "Instnct MI210": "amd/mi210",
}


def said(name: str, look=CATALOG.device) -> str:
    with pytest.raises(LookupError) as error:
        look(name)
    return error.value.args[0]


@pytest.mark.parametrize("name", KNOWN)
def test_a_name_means_the_only_record_of_its_model(name):
    assert CATALOG.device(name).id == KNOWN[name]
    Catalog().device(name)  # also where nothing was looked up before


@pytest.mark.parametrize("name", SEVERAL)
def test_a_model_of_several_forms_lists_them_and_no_other(name):
    head, _, rest = said(name).partition(" fits several devices: ")
    listed, _, _ = rest.partition("; name one")
    assert head == f"`{name}`"
    ids = [one for one in listed.split(", ") if one != "…"]
    assert len(ids) > 1
    assert all(re.match(SEVERAL[name], one) for one in ids), ids


@pytest.mark.parametrize("name", OTHERS)
def test_nothing_is_suggested_for_another_product(name):
    assert said(name) == f"unknown device `{name}` (`carbonctl hardware list` lists them all)"


@pytest.mark.parametrize("name", MISSPELT)
def test_a_slip_of_the_pen_is_known(name):
    assert f"`{name}`; did you mean `{MISSPELT[name]}`? (" in said(name)


def test_a_host_or_a_device_is_told_to_be_one():
    assert said("DGX H100") == "`DGX H100` is a host; write `host: DGX H100`"
    assert said("DGX A100").startswith(
        "`DGX A100` is a host; write `host: nvidia/dgx-a100-40gb` or `nvidia/dgx-a100-80gb` ("
    )
    assert said("Tesla T4", CATALOG.host) == "`Tesla T4` is a device; write `device: Tesla T4`"
    assert said("H800", CATALOG.host) == (
        "`H800` is a device; write `device: nvidia/h800-sxm5-80gb`"
    )


def test_every_name_finds_its_own_record_also_in_other_cases_and_in_an_index():
    index = CATALOG.devices._index
    for record in list(CATALOG.devices.all())[::7]:
        for name in record.names:
            assert CATALOG.device(name.upper().replace("-", " ")).id == record.id
            assert record.id in index.meant(name) or not index.meant(name)


def test_a_record_of_the_users_own_is_the_only_one_of_its_model_too(tmp_path):
    folder = tmp_path / "accelerators" / "acme"
    folder.mkdir(parents=True)
    (folder / "zap-8gb.yaml").write_text("name: ACME Zap 8GB\nvendor: ACME\nkind: gpu\n")
    assert Catalog((tmp_path,)).device("Zap").id == "acme/zap-8gb"


def test_makers_forms_and_series_of_names():
    index = Index(
        [
            Called("nvidia/x100-sxm5-80gb", ("NVIDIA X100 SXM5 80GB",), True, frozenset({"hbm3"})),
            Called("nvidia/y1a", ("NVIDIA Y1A",), True),
            Called("nvidia/y1b", ("NVIDIA Y1B",), True),
            Called("intel/i5-10a", ("Intel i5-10A",)),
            Called("intel/i5-10b", ("Intel i5-10B",)),
        ]
    )
    for name in ("X100", "Tesla X100 SXM", "X100 80 GB", "x100-hbm3", "NVIDIA X100 80GB GPU"):
        assert index.only(name) == "nvidia/x100-sxm5-80gb", name
    for name in ("AMD X100", "X100 PCIe", "X100 40GB", "X1000", "X100 Ti", "", "GPU"):
        assert index.meant(name) == [], name
    assert index.series_of("Y1") == ["nvidia/y1a", "nvidia/y1b"]
    assert index.series_of("AMD Y1") == []
    assert index.series_of("i5-10") == []  # of CPUs, the name without letters is another one


GRIDS_MEANT = {
    "Frnace": "FR",
    "Germny": "DE",
    "Untied States": "US",
    "Califronia": "US-CA",
    "Texaz": "US-TX",
    "azure/eatsus": "azure/eastus",
}
NO_GRIDS = [
    "FRX",
    "Gerogia",
    "US-ZZ",
    "europe-west44",
    "us-east-9",
    "SE9",
    "Africa",
    "Lagos",
    "Paris",
    "London",
    "Oz",
    "aws/us-east-9",
    "gcp/europe-west5",
    "Nigera",
]  # codes, states, zones, cities


@pytest.mark.parametrize("name", GRIDS_MEANT)
def test_a_grid_is_suggested_where_it_is_likely(name):
    assert f"`{name}`; did you mean `{GRIDS_MEANT[name]}`? (" in said(name, CATALOG.zone)


@pytest.mark.parametrize("name", NO_GRIDS)
def test_no_country_is_suggested_for_a_region_nor_another_for_a_code(name):
    told = said(name, CATALOG.zone)
    assert "did you mean" not in told
    assert "`carbonctl grid list` lists them all" in told
    assert "/" in name or "write a country (FR or France), a part of one (US-CAMX)" in told


def test_no_name_of_the_catalog_without_a_word_suggests_another():
    """Of each name, one number is another: nothing may be taken for it."""
    for record in list(CATALOG.devices.all())[::5]:
        digits = re.search(r"\d+", record.name)
        if digits:
            other = record.name.replace(digits[0], digits[0] + "7", 1)
            assert CATALOG.devices._index.misspelt(other) == [], other
