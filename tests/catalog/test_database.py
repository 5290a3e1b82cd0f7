"""Every record of hardware_db: its form, units, sources and names; and physical sanity."""

import csv
import gzip
import re
from pathlib import Path

import pytest

from carbonctl.catalog import Catalog, leaves, records
from carbonctl.numbers.values import Value
from carbonctl.reference import integrity
from carbonctl.text import fold
from tests.conftest import CATALOG, ROOT, cite

DB = ROOT / "hardware_db"
ALL_DEVICES = list(CATALOG.devices.all())
ALL_HOSTS = list(CATALOG.hosts.all())
SUFFIXES = {".yaml", ".csv", ".gz", ".md", ""}


def figures(record, path=""):
    """Yield (path, figure) of everything in a record that is a figure."""
    if isinstance(record, Value):
        yield path, record
    elif isinstance(record, records.Embodied):
        yield f"{path}.value", record.value
    elif isinstance(record, dict):
        for key, value in record.items():
            yield from figures(value, f"{path}.{key}")
    elif isinstance(record, tuple) and hasattr(record, "_fields"):
        for key in record._fields:
            yield from figures(getattr(record, key), f"{path}.{key}")
    elif isinstance(record, tuple):
        for place, value in enumerate(record):
            yield from figures(value, f"{path}.{place}")


EVERY_FIGURE = [
    (f"{record.id}{path}", figure)
    for record in (*ALL_DEVICES, *ALL_HOSTS)
    for path, figure in figures(record)
]


def table_rows():
    for path in sorted(DB.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for line, row in enumerate(csv.DictReader(file, strict=True), 2):
                yield path, line, row


ROWS = list(table_rows())


def test_there_is_enough():
    accelerators = [d for d in ALL_DEVICES if d.kind in ("gpu", "tpu", "npu")]
    assert len([d for d in accelerators if d.rated_power]) >= 100
    assert len([d for d in ALL_DEVICES if d.kind == "cpu"]) >= 70
    assert len([h for h in ALL_HOSTS if h.embodied]) >= 12
    assert len({r.zone for r in CATALOG.zones.values() if re.fullmatch("[A-Z]{2}", r.zone)}) >= 200
    assert len([z for z in CATALOG.zones if re.fullmatch("US-[A-Z]{4}", z)]) == 27
    assert len([z for z in CATALOG.zones if z.startswith("CA-")]) == 13
    assert len([z for z in CATALOG.zones if re.fullmatch("US-[A-Z]{2}", z)]) == 51
    assert "world" in CATALOG.zones
    assert len(CATALOG.regions) >= 100


def test_ids_and_names_are_unique():
    ids = [record.id for record in (*ALL_DEVICES, *ALL_HOSTS)]
    assert len(ids) == len(set(ids))
    for group in (ALL_DEVICES, ALL_HOSTS):
        taken: dict[str, str] = {}
        for record in group:
            for name in dict.fromkeys(map(fold, record.names)):
                owner = taken.setdefault(name, record.id)
                assert owner == record.id, f"{name}: {owner} and {record.id}"


def test_ids_are_lower_case_words():
    for record in (*ALL_DEVICES, *ALL_HOSTS):
        assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*", record.id), record.id


def test_every_source_of_a_record_exists():
    for where, figure in EVERY_FIGURE:
        for key in (figure.source or "").split():
            assert key in CATALOG.sources, f"{where}: {key}"
    for where, figure in figures(CATALOG.defaults):
        for key in (figure.source or "").split():
            assert key in CATALOG.sources, where


def test_every_source_of_a_table_exists():
    for path, line, row in ROWS:
        for column, cell in row.items():
            if column == "source" or (column and column.endswith("_source")):
                for key in re.split(r"[ ;]+", cell or ""):
                    assert not key or key in CATALOG.sources, f"{path}:{line}: {key}"


WITHOUT_FIGURES = {
    *(DB / "places").glob("*.csv"),
    DB / "grids" / "zones.csv",
    DB / "grids" / "rule-regions.csv",
}


def test_every_figure_has_a_source():
    assert len(EVERY_FIGURE) > 2000
    assert all(figure.source for _, figure in EVERY_FIGURE)
    for path, line, row in ROWS:
        assert row.get("source") or path in WITHOUT_FIGURES, f"{path}:{line}"


def test_sources_say_where_and_under_what_licence():
    for key, source in CATALOG.sources.items():
        assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", key), key
        assert source.url.startswith(("https://", "http://")), key
        assert 1970 <= source.year <= 2026, key
        assert len(source.licence) >= 3, key
        assert len(source.citation) >= 10, key


def test_every_source_is_used():
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in (DB, ROOT / "configs", ROOT / "carbonctl")
        for path in folder.rglob("*")
        if path.suffix in (".yaml", ".csv", ".py") and path.name != "sources.yaml"
    )
    words = set(re.findall(r"[a-z0-9][a-z0-9.-]*", text))
    unused = [key for key in CATALOG.sources if key not in words]
    assert not unused


def test_tables_are_rectangular_and_numbers_are_numbers():
    numeric = re.compile(r"(value|low|high|year|pue|.*_g_per_kwh|wue_l_per_kwh|.*_year)")
    for path, line, row in ROWS:
        assert None not in row and None not in row.values(), f"{path}:{line}"
        for column, cell in row.items():
            if numeric.fullmatch(column) and cell:
                float(cell)
        if row.get("confidence") is not None:
            assert row["confidence"] in leaves.CONFIDENCES, f"{path}:{line}"
        low, value, high = row.get("low"), row.get("value"), row.get("high")
        if value and low:
            assert float(low) <= float(value), f"{path}:{line}"
        if value and high:
            assert float(value) <= float(high), f"{path}:{line}"


def test_grid_rows():
    for zone in CATALOG.zones:
        rows = CATALOG.zone_rows(zone)
        keys = [(row.year, row.basis, row.status, row.based_on, row.source) for row in rows]
        assert len(keys) == len(set(keys)), zone
        for row in rows:
            assert row.basis in ("life-cycle", "direct")
            assert 2000 <= row.year <= 2026
            best = row.intensity if isinstance(row.intensity, float) else row.intensity.best
            assert 0 <= best < 1.7, (zone, row)


def test_mixes_sum_to_one():
    with (DB / "grids" / "mixes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            shares = [float(row[k] or 0) for k in row if k in (
                "coal", "gas", "oil", "other_fossil", "nuclear", "hydro", "wind", "solar",
                "bioenergy", "geothermal", "other")]  # fmt: skip
            assert sum(shares) == pytest.approx(1, abs=0.01), row


def test_cloud_regions():
    for region in CATALOG.regions.values():
        assert region.grid in CATALOG.zones or not region.grid, region.region
        assert region.pue is None or 1 < region.pue < 2.5, region.region
        assert region.pue is None or region.pue_status in (
            "published", "provider average", "estimate",
        )  # fmt: skip
        assert region.intensity is None or 0 < region.intensity < 1.2, region.region


def test_hosts_and_devices_point_at_each_other():
    for device in ALL_DEVICES:
        if device.host:
            host = CATALOG.host(device.host)
            assert host.devices, f"{device.id}: {host.id} says no number of devices"
    for host in ALL_HOSTS:
        if host.cpu:
            assert CATALOG.device(host.cpu).kind in ("cpu", "soc")


ACCELERATORS = ("gpu", "npu", "tpu", "soc")
WITHOUT_A_FORM = {"cerebras/wse-3", "graphcore/ipu-m2000"}  # a wafer, a whole machine
FORM_BY_NAME = [
    ("sxm2", r"SXM[23]"),
    ("sxm", r"SXM(?![23])|H20 "),
    ("oam", r"Gaudi (?!.*PCIe)|MI2[5]0X?$|MI3[0-9]{2}X$"),
    ("superchip", r"GH200|GB[23]00|MI300A"),
    ("pcie", r"PCIe|NVL|Tesla [KMPT]\d+|Server Edition"),
    ("workstation", r"GeForce|Quadro|TITAN|Radeon RX|Arc|RTX (?!.*Server)"),
    ("chip", r"TPU v|Trainium|Inferentia|Ascend|MTIA|Maia|Groq"),
    ("soc", r"Jetson|Apple|Coral|GB10\b"),
]


def test_every_accelerator_has_a_form():
    known = [d for d in ALL_DEVICES if d.kind in ACCELERATORS]
    assert {d.id for d in known if d.form is None} == WITHOUT_A_FORM
    assert {d.form for d in known} == {*records.FORMS, None}
    assert not [d.id for d in ALL_DEVICES if d.form and d.kind not in (*ACCELERATORS, "cpu")]


def test_the_form_of_a_cpu_tells_desktops_from_servers():
    families = re.compile(r"Athlon|FX-|Ryzen|Core Ultra|Core i|Xeon [Ww]\d?-")
    for device in ALL_DEVICES:
        if device.kind == "cpu":
            is_desktop = bool(families.search(device.name))
            assert device.form == ("workstation" if is_desktop else None), device.id


def test_the_form_is_what_the_name_says():
    named = 0
    for device in ALL_DEVICES:
        if device.kind in ACCELERATORS and device.form:
            forms = [form for form, pattern in FORM_BY_NAME if re.search(pattern, device.name)]
            if forms:
                assert device.form == forms[0], device.id
                named += 1
    assert named > 110


def test_the_form_goes_with_the_unit_and_the_host():
    for device in ALL_DEVICES:
        if device.form in ("pcie", "workstation") and device.kind != "cpu":
            is_soldered = device.id == "nvidia/p6" or "Laptop GPU" in device.name
            assert (device.unit != "card") == is_soldered, device.id
        elif device.form in ("sxm2", "sxm", "oam"):
            assert device.unit == "module", device.id
        if device.host and device.form:
            assert CATALOG.host(device.host).devices in (4, 8, 16), device.id


def test_host_power_says_what_it_is():
    """Only a draw found at work is one: a nameplate less the devices is an upper end."""
    for host in ALL_HOSTS:
        assert (host.host_power is None) == (host.host_power_is is None), host.id
        said = f"{host.host_power.note} " if host.host_power else ""
        if "system maximum" in said or "at their ratings" in said:
            assert host.host_power_is == "maximum", host.id
        if "modelled" in said:
            assert host.host_power_is == "modelled", host.id
        if host.vendor == "NVIDIA" and host.host_power:
            assert host.host_power_is == "maximum", host.id
    assert {host.host_power_is for host in ALL_HOSTS} == {*records.HOST_POWER_IS, None}


@pytest.mark.parametrize("said", ["", ", is: nameplate", ", is: "])
def test_host_power_that_says_not_what_it_is_is_a_fault(tmp_path, said):
    own = tmp_path / "hosts" / "me" / "box.yaml"
    own.parent.mkdir(parents=True)
    good = "name: Box\nkind: server\nhost_power: {value: 1 kW, is: measured, source: own-meter}\n"
    cite(tmp_path, "own-meter")
    own.write_text(good)
    assert not integrity.faults(Catalog((tmp_path,)))
    assert Catalog((tmp_path,)).host("me/box").host_power_is == "measured"
    own.write_text(good.replace(", is: measured", said))
    problems = [str(problem) for problem in integrity.faults(Catalog((tmp_path,)))]
    where = f"{own}:3:13: host_power: `is` must be one of measured, modelled, maximum"
    assert problems == [where]


def test_host_power_is_what_is_left():
    """A host's draw stays below twice what its devices are rated for."""
    for device in ALL_DEVICES:
        if device.host and device.rated_power:
            host = CATALOG.host(device.host)
            if host.host_power:
                assert host.host_power.best < 2 * host.devices * device.rated_power.best, device.id


def test_notes_speak_of_the_product_alone():
    for path in DB.rglob("*"):
        if path.is_file():
            assert path.suffix in SUFFIXES, path
            data = path.read_bytes()
            text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
            assert not re.search(r"file id \d|facts pack|/(work|tmp|home)/", text), path


# --- physical sanity: bounds are wide, and what falls outside is listed with its reason ---


def test_power_per_area():
    """W/mm² of compute silicon between a cool server CPU and the hottest accelerators."""
    for device in ALL_DEVICES:
        areas = [die.area.best * die.count for die in device.dies if die.area]
        if device.rated_power and areas and len(areas) == len(device.dies):
            density = device.rated_power.best / sum(areas)
            assert 0.01 < density < 1.7, f"{device.id}: {density:.2f} W/mm2"


def test_efficiency_by_year():
    """Dense FP16 or BF16 FLOPS per watt stay below what any chip of the time reached."""
    best_of_year = {
        2012: 0.03,
        2014: 0.05,
        2016: 0.35,
        2017: 0.55,
        2018: 1.1,
        2020: 1.7,
        2022: 2.9,
        2024: 4.0,
    }
    for device in ALL_DEVICES:
        peaks = [device.peak[k].best for k in ("fp16", "bf16") if k in device.peak]
        if peaks and device.rated_power and device.year:
            bound = max(
                limit for year, limit in best_of_year.items() if year <= max(device.year, 2012)
            )
            assert max(peaks) / device.rated_power.best <= bound, device.id


def test_lower_precision_is_not_slower():
    order = ("fp64", "tf32", "bf16", "fp8", "fp4")
    for device in ALL_DEVICES:
        rates = [device.peak[k].best for k in order if k in device.peak]
        assert rates == sorted(rates), device.id


def test_memory():
    for device in ALL_DEVICES:
        memory = device.memory
        if memory and memory.capacity:
            assert 0.001 <= memory.capacity.best <= 60_000, device.id
        if memory and memory.stacks and memory.capacity and "HBM" in (memory.type or ""):
            assert 0.9 <= memory.capacity.best / memory.stacks <= 50, device.id
        if memory and memory.bandwidth and "HBM" in (memory.type or ""):
            assert 200 <= memory.bandwidth.best <= 25_000, device.id


def test_die_areas():
    for device in ALL_DEVICES:
        for die in device.dies:
            if die.area and device.id.split("/")[0] != "cerebras":
                assert 1 <= die.area.best <= 860, f"{device.id}: above the reticle"
            assert 1 <= die.count <= 64


def test_embodied_figures_are_of_the_right_size():
    bounds = {
        "die": (0.1, 200), "package": (0.5, 500), "card": (5, 700), "baseboard": (20, 1500),
        "tray": (50, 5000), "host": (100, 9000), "server": (100, 20000), "product": (2, 5000),
    }  # fmt: skip
    for record in (*ALL_DEVICES, *ALL_HOSTS):
        if record.embodied:
            low, high = bounds[record.embodied.covers]
            assert low <= record.embodied.value.best <= high, record.id


def test_what_holds_transport_says_so():
    """The boundary names transport where the figure holds it, and only there."""
    figures_of = {r.id: r.embodied for r in (*ALL_DEVICES, *ALL_HOSTS) if r.embodied}
    to_customers = set()
    for identity, figure in figures_of.items():
        note = figure.value.note or ""
        holds = bool({"transport to customers", "transport"} & {*figure.includes})
        assert holds == ("transport" in figure.boundary), identity
        if re.search(r"shares of production .*and transport", note):
            to_customers.add(identity)
            assert "transport to customers" in figure.includes, identity
            assert figure.value.low < figure.value.best, identity  # production alone
        if re.search(r"transport .*not counted", note):
            assert not holds, identity
    assert len(to_customers) == 33
    to_the_end = {i for i, f in figures_of.items() if "end of life" in f.includes}
    assert to_the_end == {"apple/iphone-17-pro", "google/pixel-10"}
    others = {i for i, f in figures_of.items() if "transport" in f.boundary} - to_customers
    assert others - to_the_end == {
        f"google/tpu-{name}" for name in ("v4", "v4i", "v5e", "v5p", "v6e")
    }
    assert "cradle-to-gate and transport" in CATALOG.device("google/pixel-6").embodied.said.note


def test_tpus_that_hold_a_host_and_a_building_are_told_from_a_tray():
    for device in ALL_DEVICES:
        if device.kind == "tpu" and device.embodied:
            whole = device.embodied.covers == "server"
            assert whole == ("share of the host" in device.embodied.includes), device.id
            assert whole == ("building" in device.embodied.boundary), device.id


def test_no_chip_has_the_power_of_a_machine():
    for path, figure in EVERY_FIGURE:
        if "at the wall" in (figure.note or "") or "whole machine" in (figure.note or ""):
            assert path.endswith(".wall_power"), path
    walls = {h.id: h.wall_power.best for h in ALL_HOSTS if h.wall_power and h.vendor == "Apple"}
    assert walls == {
        f"apple/mac-mini-{chip}": watts
        for chip, watts in (("m1", 39), ("m2", 50), ("m2-pro", 100), ("m4", 65))
    }
    assert not [
        d.id for d in ALL_DEVICES if d.kind == "soc" and d.vendor == "Apple" and d.rated_power
    ]


def test_a_machine_draws_at_the_wall_what_its_devices_and_their_host_are_rated():
    rated = {d.id: d.rated_power.best for d in ALL_DEVICES if d.rated_power}
    machines = [host for host in ALL_HOSTS if host.wall_power and host.device in rated]
    assert len(machines) >= 3
    for host in machines:
        devices = host.devices * rated[host.device]
        rest = host.host_power.best if host.host_power else 0.0
        assert devices + rest <= host.wall_power.best < 2 * devices, host.id


def test_cores_and_power_of_cpus():
    for device in ALL_DEVICES:
        if device.kind == "cpu" and device.cores and device.rated_power:
            assert 0.5 <= device.rated_power.best / device.cores.best <= 60, device.id


def test_a_folder_of_ones_own_goes_before(tmp_path: Path):
    own = tmp_path / "accelerators" / "nvidia" / "t4.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(
        "name: My T4\nvendor: me\nkind: gpu\nrated_power: {value: 71 W, source: measured-by-me}\n"
    )
    cite(tmp_path, "measured-by-me")
    catalog = Catalog((tmp_path,))
    assert catalog.device("nvidia/t4").rated_power.best == 71
    assert catalog.device("my t4").id == "nvidia/t4"
    assert catalog.device("nvidia/l4").name == CATALOG.device("nvidia/l4").name


@pytest.mark.parametrize(
    ("table", "head", "lacks"),
    [
        ("grids/sources.csv", "source_type,basis,low,high,source", "intensity_g_per_kwh"),
        ("grids/factors-other.csv", "zone,value,source", "metric"),
        ("equivalences.csv", "item,metric,source", "value"),
        ("fab/act.csv", "item,year,family", "name"),
    ],
)
def test_a_column_that_a_table_lacks_is_named_with_the_line(tmp_path, table, head, lacks):
    path = tmp_path / table
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{head}\n{',' * head.count(',')}\n")
    problems = integrity.faults(Catalog((tmp_path,)))
    assert f"{path}:2:1: the column `{lacks}` is missing" in map(str, problems)
