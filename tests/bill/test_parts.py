"""Bills: each kind of part by hand, counts and groups, records, what is unknown, and physics."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.account import estimate
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError
from carbonctl.factors import yields
from carbonctl.hardware.bill import bill
from carbonctl.hardware.records import parts_of
from carbonctl.numbers.intervals import best, high, low
from carbonctl.spec.part_lists import check_parts
from carbonctl.spec.tree import parse
from tests.conftest import CATALOG, CONFIGS, account, cite

CLOSE = {"rel": 1e-12}


def lines(text, catalog=CATALOG, warnings=None):
    """Return the lines of parts that are written as a YAML list."""
    node = parse(text, "parts.yaml")
    parts, problems = check_parts(node, node, "parts.yaml", (), catalog)
    if problems:
        raise InputError(problems)
    return bill(parts, "parts", catalog, (warnings if warnings is not None else []).append)


def kg(text, **how):
    """Return the best estimate of all lines."""
    return sum(best(line.carbon.number) for line in lines(text, **how))


def figured(line):
    """Return the figure that a line's formula gives at its inputs' best estimates."""
    names = {value.name: value.best for value in line.carbon.inputs}
    assert len(names) == len(line.carbon.inputs), line.item
    return eval(line.carbon.formula, {"__builtins__": {}}, names)


DIE = "[{kind: logic, area: 8.26 cm2, node: 5 nm}]"


def test_a_die_of_h100s_size():
    die, package = lines(DIE)
    assert best(die.carbon.number) + best(package.carbon.number) == pytest.approx(23.0963, abs=5e-5)
    assert (die.item, package.item) == ("logic", "logic package")
    assert (die.unit, package.unit) == ("cm2", "packages")
    assert best(die.amount.number) == pytest.approx(8.26, **CLOSE)
    assert low(die.carbon.number) < best(die.carbon.number) < high(die.carbon.number)


def test_taiwan_is_what_stands_in():
    assert kg("[{kind: logic, area: 8.26 cm2, node: 5 nm, fab_grid: TW}]") == kg(DIE)
    stated = {v.name: v.status for v in lines(DIE)[0].carbon.inputs}
    assert stated["fab_intensity"] == stated["fab_yield"] == stated["abatement"] == "default"
    assert stated["epa"] == "catalog"


@pytest.mark.parametrize(
    ("more", "per_cm2", "good"),
    [
        ("fab_intensity: 100 g/kWh", 0.1 * 2.75 + 0.3275 + 0.5, 0.875),
        ("fab_intensity: 0.5 kg/kWh, abatement: 95 %", 0.5 * 2.75 + 0.43 + 0.5, 0.875),
        ("fab_intensity: 0.5 kg/kWh, abatement: 99 %, yield: 60 %", 0.5 * 2.75 + 0.225 + 0.5, 0.6),
        ("fab_grid: coal", 0.82 * 2.75 + 0.3275 + 0.5, 0.875),
        ("wafer_source: imec-netzero-act", 1.54, 0.875),
        ("wafer_source: llmcarbon, node: 4 nm", 1.8, 1),  # may hold the yield: not divided
        ("wafer_source: carbonclarity2025, node: 7 nm", 2.52, 1),  # holds it
        ("fab_grid: TW, fab_year: 2024", 0.63519 * 2.75 + 0.3275 + 0.5, 0.875),
    ],
)
def test_logic_by_hand(more, per_cm2, good):
    node = "" if "node:" in more else "node: 5 nm, "
    found = kg(f"[{{kind: logic, area: 100 mm2, packages: 0, {node}{more}}}]")
    assert found == pytest.approx(per_cm2 / good, **CLOSE)


def test_carbon_per_area_goes_before_a_node():
    assert kg("[{kind: logic, area: 2 cm2, carbon_per_area: 1.8 kg/cm2, packages: 0}]") == (
        pytest.approx(2 * 1.8 / 0.875, **CLOSE)
    )


def test_a_node_between_two_rows_is_derived():
    die = lines("[{kind: logic, area: 1 cm2, node: 6 nm}]")[0]
    epa = next(v for v in die.carbon.inputs if v.name == "epa")
    weight = math.log(6 / 5) / math.log(7 / 5)
    assert epa.status == "derived"
    assert "linear in the logarithm" in epa.note
    assert epa.best == pytest.approx(2.75 * (1 - weight) + 2.15 * weight)


@pytest.mark.parametrize(
    ("model", "good"),
    [
        ("poisson", yields.poisson(8.0, 0.1)),
        ("murphy", yields.murphy(8.0, 0.1)),
        ("negative-binomial", yields.negative_binomial(8.0, 0.1, 10.0)),
    ],
)
def test_yields_follow_from_area_and_defects(model, good):
    text = "kind: logic, node: 5 nm, packages: 0, fab_intensity: 0.5 kg/kWh, area: 8 cm2"
    modelled = kg(f"[{{{text}, yield_model: {model}, defect_density: 0.1 /cm2}}]")
    assert modelled == pytest.approx(kg(f"[{{{text}, yield: {good!r}}}]"), **CLOSE)


def test_defects_of_the_node_stand_in():
    text = "[{kind: logic, node: 5 nm, area: 8 cm2, yield_model: murphy, packages: 0}]"
    die = lines(text)[0]
    density = next(v for v in die.carbon.inputs if v.name == "fab_yield")
    assert density.best == yields.murphy(8.0, 0.105)  # the maker's, before those of tools
    assert {"defect_density", "fab_yield"} <= {v.name for v in die.carbon.inputs}
    with pytest.raises(Exception, match="none is known of this node"):
        lines(text.replace("5 nm", "6 nm"))


def test_wafer_losses_take_the_place_of_the_area():
    text = "kind: logic, node: 5 nm, packages: 0, width: 26 mm, height: 31.3 mm, yield: 80 %"
    plain, on_wafer = lines(f"[{{{text}}}]")[0], lines(f"[{{{text}, wafer: {{edge: 3 mm}}}}]")[0]
    used = yields.wafer_cm2_per_die(26.0, 31.3, 300.0, 3.0, 0.2)
    (default,) = (
        v for v in lines(f"[{{{text}, wafer: {{}}}}]")[0].amount.inputs if v.name == "edge"
    )
    assert (default.best, default.low, default.status) == (5, 3, "default")
    assert best(plain.amount.number) == pytest.approx(26 * 31.3 / 100, **CLOSE)
    assert best(on_wafer.amount.number) == used > best(plain.amount.number)
    with pytest.raises(InputError, match="an effective area holds the losses"):
        lines("[{kind: logic, area: 9 cm2, area_basis: effective, node: 5 nm, wafer: {}}]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind: dram, capacity: 32 GB, process: ddr4 10 nm, packages: 18", 32 * 0.065 / 0.875 + 2.7),
        ("kind: dram, capacity: 32 GB, process: ddr4 dimm dell-r740", 32 * 1.388),
        ("kind: hbm, capacity: 80 GB, process: hbm3e", 80 * 0.774),
        ("kind: ssd, capacity: 4 TB, process: ssd seagate-nytro-3332", 4000 * 0.00242),
        ("kind: ssd, capacity: 1 TB, process: nand 10 nm, yield: 90 %", 10 / 0.9 + 0.15),
        ("kind: ssd, capacity: 1 TB, process: ssd western-digital, process_year: 2018", 12.5),
        ("kind: hdd, count: 3, process: hdd uba", 3 * 31.11),
        ("kind: dram, capacity: 2 GB, carbon_per_capacity: 1 kg/GB, includes: yield", 2 + 0.15),
        ("kind: dram, capacity: 2 GB, carbon_per_capacity: 1 kg/GB, includes: package", 2 / 0.875),
        ("kind: package, count: 4", 0.6),
        ("kind: package, carbon_each: 9.14 kg", 9.14),
        ("kind: board, area: 1000 cm2, factor: pcb bare 4 layers", 1000 * 178.6 / 10_000),
        ("kind: board, area: 1000 cm2, factor: pcb per layer, layers: 12", 1000 * 0.13e-4 * 12),
        ("kind: board, area: 100 cm2", 100 * 325.49 / 10_000),
        ("kind: board, factor: mainboard dell-r740", 109),
        ("kind: power-supply, mass: 2.99 kg", 2.99 * 24.3),
        ("kind: cooling, mass: 1.25 kg", 1.25 * 5.7412),
        ("kind: enclosure, mass: 10 kg, factor: steel", 18.9),
        ("kind: enclosure, factor: rack server case", 150),
        ("kind: enclosure, mass: 2 kg, carbon_per_mass: 8 kg/kg", 16),
        ("kind: battery, energy: 50 Wh", 0.05 * 87),
        ("kind: passives, count: 1000, mass: 0.03 g, fab_intensity: 0.5 kg/kWh",
         1000 * 3e-5 * 6862 / 3.6 * 0.5),
        ("kind: passives, count: 2, factor: capacitor generic", 0.6),
        ("kind: assembly", 6.68),
        ("kind: transport, mass: 130 kg, distance: 9900 km, factor: freight air",
         0.13 * 9900 * 0.66646),
        ("kind: transport, mass: 2 kg, factor: gpu upstream transport", 2 * 0.25955),
        ("kind: end-of-life, mass: 1.5 kg, factor: gpu end of life", 1.5 * 1.5062),
        ("kind: other, count: 2, embodied: 12 kg", 24),
    ],
)  # fmt: skip
def test_every_kind_by_hand(text, expected):
    found = lines(f"[{{{text}}}]")
    assert sum(best(line.carbon.number) for line in found) == pytest.approx(expected, **CLOSE)
    for line in found:
        assert figured(line) == pytest.approx(best(line.carbon.number), **CLOSE)
        assert best(line.amount.number) * best(line.factor.number) == best(line.carbon.number)


def test_a_finished_figure_is_not_divided_or_packaged_again():
    said = []
    text = (
        "[{kind: ssd, capacity: 1 TB, process: ssd seagate-nytro-3332, yield: 50 %, packages: 9}]"
    )
    assert kg(text, warnings=said) == pytest.approx(2.42, **CLOSE)
    assert len(said) == 2
    assert all("holds its" in message for message in said)


def test_what_a_figure_holds_may_be_unknown():
    line = lines("[{kind: dram, capacity: 1 GB, process: dram llmcarbon 18 nm}]")
    assert [best(one.carbon.number) for one in line] == [0.4]


def test_counts_multiply_through_groups():
    inner = "{name: die, kind: logic, count: 2, area: 1 cm2, node: 7 nm, packages: 0}"
    one = kg(f"[{inner}]")
    found = lines(
        f"[{{name: board, count: 4, parts: [{{name: gpu, count: 3, parts: [{inner}]}}]}}]"
    )
    assert [line.item for line in found] == ["board.gpu.die"]
    assert best(found[0].carbon.number) == pytest.approx(12 * one, **CLOSE)
    assert figured(found[0]) == pytest.approx(12 * one, **CLOSE)


def test_stages():
    found = lines(
        "[{kind: assembly}, {kind: transport, carbon_each: 1 kg}, "
        "{kind: end-of-life, carbon_each: 1 kg}, {kind: other, embodied: 1 kg, stage: transport}]"
    )
    assert [line.stage for line in found] == [
        "manufacturing", "transport", "end of life", "transport",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["kind: other", "kind: dram, capacity: 4 GB", "kind: enclosure, mass: 2 kg",
             "kind: transport, mass: 3 kg",
             "device: apple/m2, figures: parts"],
)  # fmt: skip
def test_unknown_stays_unknown(text):
    found = lines(f"[{{{text}}}]")
    assert any(line.carbon is None and line.lacks for line in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: transport, mass: 3 kg, factor: freight air", "`distance` is missing"),
        ("kind: board, factor: pcb bare 4 layers", "`area` is missing"),
        ("kind: board, area: 1 cm2, factor: pcb per layer", "`layers` is missing"),
        ("kind: ssd, process: nand 10 nm", "`capacity` is missing"),
        ("kind: logic, area: 1 cm2, node: 5 nm, abatement: 50 %", "known from 95 to 99 %"),
        ("kind: logic, area: 1 cm2, node: 5 nm, fab_grid: coal, fab_year: 1999", "no figure of coal"),
        ("kind: ssd, capacity: 1 TB, process: ssd western-digital, process_year: 2001",
         "2016, 2017, 2018, 2019 only"),
        ("kind: logic, width: 400 mm, height: 400 mm, node: 5 nm, wafer: {}", "does not fit"),
    ],
)  # fmt: skip
def test_what_does_not_suffice_is_said(text, said):
    with pytest.raises(Exception, match=said):
        lines(f"[{{{text}}}]")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: logic, area: 0 mm2, node: 5 nm", "1:22: area: `0 mm2`: must be above 0"),
        ("kind: logic, area: 1 cm2, node: 5 nm, yield: 0", "yield: `0`: must be above 0"),
        ("kind: logic, area: 1 cm2, node: 5 nm, yield: 1.1", "yield: `1.1` is above 1"),
        ("kind: logic, area: 1 cm2, node: 2 nm", "nearest nodes are 3 nm and 5 nm"),
        ("kind: logic, area: 1 cm2, node: 4N", "`4N` is not a node; 5 nm is"),
        ("kind: logic, area: 1 cm2", "give `node`"),
        ("kind: logic, node: 5 nm", "give `area`, or `width` and `height`"),
        ("kind: logic, node: 5 nm, width: 3 mm", "give `area`, or `width` and `height`"),
        ("kind: logic, area: 1 cm2, node: 5 nm, fab_grid: Tiawan", "unknown grid `Tiawan`"),
        ("kind: logic, area: 1 cm2, node: 5 nm, yield: 90 %, yield_model: murphy", "computes it"),
        (
            "kind: logic, area: 1 cm2, node: 5 nm, wafer_source: imec",
            "there are carbonclarity2025, imec-netzero-act",
        ),
        ("kind: dram, capacity: -4 GB, process: ddr4 10 nm", "must be above 0"),
        ("kind: dram, capacity: 4 GB, process: ddr4 10nm", "did you mean `ddr4 10 nm`"),
        ("kind: dram, capacity: 4 kg, process: ddr4 10 nm", "is a mass"),
        (
            "kind: dram, capacity: 4 GB, carbon_per_capacity: 1 kg/GB",
            "say whether the figure holds",
        ),
        ("kind: enclosure, mass: 1 kg, factor: steal", "did you mean `steel`"),
        ("kind: enclosure, mass: 1 kg, factor: steel, carbon_each: 3 kg", "not both"),
        ("kind: bord, area: 1 cm2", "unknown kind of part `bord`; did you mean `board`"),
        ("area: 1 cm2", "`kind` is missing"),
        ("kind: other, embodied: 3", "has no unit"),
        ("device: nvidia/h1000", "unknown device `nvidia/h1000`"),
    ],
)
def test_faults_have_their_place(text, said):
    with pytest.raises(InputError, match=re.escape(said)):
        lines(f"[{{{text}}}]")


def test_every_fault_is_said_at_once():
    with pytest.raises(InputError) as caught:
        lines("[{kind: logic, area: 0 mm2, node: 1 nm}, {parts: [{kind: bord}]}, 3]")
    assert len(caught.value.problems) == 4


def test_a_board_with_components_and_passives_beside_it():
    said = []
    lines("[{kind: board, area: 1 cm2}, {kind: passives, mass: 1 g}]", warnings=said)
    assert "holds its small components" in said[0]
    lines(
        "[{kind: board, area: 1 cm2, factor: pcb bare 4 layers}, {kind: passives, mass: 1 g}]",
        warnings=said,
    )
    assert len(said) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: board, area: 1 cm2, layers: 12", "its factor is of the whole board"),
        ("kind: passives, factor: capacitor generic, fab_grid: JP", "not of energy"),
    ],
)
def test_keys_that_would_do_nothing_are_refused(text, said):
    with pytest.raises(Exception, match=said):
        lines(f"[{{{text}}}]")


def test_no_two_lines_are_called_the_same():
    text = (
        "[{name: a, kind: logic, area: 1 cm2, node: 5 nm}, {name: a package, kind: assembly},"
        " {name: g, parts: [{name: b, kind: assembly}]}, {name: g.b, kind: assembly}]"
    )
    items = [line.item for line in lines(text)]
    assert items == ["a", "a package", "a package (2)", "g.b", "g.b (2)"]


def test_names_are_unique():
    with pytest.raises(InputError, match="a second part named `a` in this list"):
        lines("[{name: a, kind: assembly}, {name: a, kind: assembly}]")
    assert [line.item for line in lines("[{kind: assembly}, {kind: assembly}]")] == [
        "assembly", "assembly-2",
    ]  # fmt: skip


# --- records ---


@pytest.fixture
def own(tmp_path):
    """A folder of records of one's own, and the catalog that it stands in front of."""

    def write(**files):
        folder = tmp_path / "accelerators" / "acme"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            head = f"name: Acme {name}\nvendor: Acme\nkind: gpu\n"
            (folder / f"{name}.yaml").write_text(head + text)
        cite(tmp_path, "acme", "acme-datasheet")
        return Catalog((tmp_path,))

    return write


def test_a_record_lists_its_parts(own):
    catalog = own(x1="parts:\n  - {kind: other, embodied: 3 kg, source: acme}\n")
    assert kg("[{device: acme/x1, count: 2}]", catalog=catalog) == 6
    value = lines("[{device: acme/x1}]", catalog=catalog)[0].carbon.inputs[0]
    assert (value.status, value.source, value.line) == ("catalog", "acme", None)


def test_a_published_figure_goes_first_unless_parts_are_asked_for():
    published = lines("[{device: nvidia/h100-sxm5-80gb}]")
    computed = lines("[{device: nvidia/h100-sxm5-80gb, figures: parts}]")
    assert [best(line.carbon.number) for line in published] == [164]
    assert [line.item.rpartition(".")[2] for line in computed[:3]] == ["GH100", "package", "memory"]


def test_dies_and_memory_are_not_all_of_a_device():
    """What is not known of it is unknown, unless the list says that it has the rest itself."""
    *_, rest = lines("[{name: gpu, device: nvidia/v100-sxm2-32gb, count: 4, figures: parts}]")
    assert (rest.item, rest.carbon) == ("gpu rest", None)
    assert "rest: listed" in rest.lacks
    listed = lines("[{name: gpu, device: nvidia/v100-sxm2-32gb, count: 4, rest: listed}]")
    assert all(line.carbon for line in listed)
    processor = lines("[{device: intel/xeon-platinum-8480c, figures: parts}]")
    assert all(line.carbon for line in processor)  # a package is all that it is


def test_a_circle_of_parts_is_refused(own):
    catalog = own(
        x1="parts: [{device: acme/x2}]\n", x2="parts:\n- {count: 2, parts: [{device: acme/x1}]}\n"
    )
    with pytest.raises(Exception, match="hold themselves: acme/x1 → acme/x2 → acme/x1"):
        lines("[{device: acme/x1}]", catalog=catalog)


def test_faults_of_a_record_name_its_file(own):
    catalog = own(x1="parts: [{kind: logic, area: 0 mm2, node: 5 nm}]\n")
    with pytest.raises(InputError, match=r"acme.x1\.yaml:4:29: area: `0 mm2`"):
        lines("[{device: acme/x1}]", catalog=catalog)


def test_parts_of_a_record_have_sources(own, tmp_path, inside):
    own(x1="parts:\n  - {kind: board, area: 1 cm2}\n")
    file = tmp_path / "accelerators" / "acme" / "x1.yaml"
    ran = inside("validate", str(file))
    assert ran.code == 3
    assert "5:25: area: say who says so" in ran.err
    file.write_text(file.read_text().replace("1 cm2", "1 cm2, source: acme-datasheet"))
    assert inside("validate", str(file)).code == 0


@pytest.mark.parametrize("device", list(CATALOG.devices.all()), ids=lambda d: d.id)
def test_every_device_has_a_bill_as_far_as_it_is_known(device):
    parts = parts_of(device, CATALOG)
    assert bool(parts) == bool(device.dies)
    for line in bill(parts, "parts", CATALOG, lambda _: None, record=device.id):
        if line.carbon is not None:
            assert 0 < best(line.carbon.number) < 20_000
            assert figured(line) == pytest.approx(best(line.carbon.number), **CLOSE)


def test_memory_is_never_by_the_devices_own_footprint():
    """Set beside its published figure, that would be a comparison of a figure with itself."""
    for device in CATALOG.devices.all():
        if device.embodied is None or not device.dies:
            continue
        own_sources = set(device.embodied.value.source.split())
        for line in bill(parts_of(device, CATALOG), "parts", CATALOG, lambda _: None):
            for value in line.carbon.inputs if line.carbon else ():
                if value.name.startswith("carbon_per_capacity"):
                    assert own_sources.isdisjoint(value.source.split()), device.id


def test_the_h100_from_its_parts():
    die, package, memory = lines("[{device: nvidia/h100-sxm5-80gb, figures: parts, rest: listed}]")
    assert best(die.carbon.number) == pytest.approx(8.14 * (0.583 * 2.75 + 0.3275 + 0.5) / 0.875)
    assert best(package.carbon.number) == pytest.approx(0.15)
    assert high(package.carbon.number) == pytest.approx(9.14)  # with its substrate
    assert best(memory.carbon.number) == pytest.approx(80 * 0.774)
    assert "nvidia-hgx-h100-pcf" not in memory.carbon.inputs[-1].source
    assert low(memory.carbon.number) == pytest.approx(80 * 0.24)
    assert high(memory.carbon.number) == pytest.approx(80 * 0.9)


# --- in an account ---

JOB = """name: job
site: {{grid: FR, pue: 1.1}}
systems:
  server:
    device: nvidia/a100-sxm4-80gb
    devices: 4
    host_power: 500 W
    lifetime: 4 years
    utilization: 50 %
    parts: {parts}
phases:
  training:
    - {{kind: compute, system: server, devices: 8, wall_time: 100 h}}
"""


def test_a_system_bears_the_share_of_its_parts():
    parts = "[{name: die, kind: logic, area: 8 cm2, node: 7 nm}, {kind: other, embodied: 30 kg}]"
    result = account(JOB.format(parts=parts))
    embodied = [e for e in result.entries if e.boundary == "embodied"]
    assert [e.item for e in embodied] == [
        "system: die", "system: die package", "system: other",
    ]  # fmt: skip
    hours = 8 * 100 / 4
    for entry, line in zip(embodied, lines(parts), strict=True):
        share = hours / (4 * 8760 * 0.5) * best(line.carbon.number)
        assert entry.kgco2e == pytest.approx(share, **CLOSE)
        assert entry.quantity * entry.factor == pytest.approx(entry.kgco2e, **CLOSE)
        names = {v.name: v.best for v in entry.inputs}
        assert len(names) == len(entry.inputs)
        figure = eval(entry.formula, {"__builtins__": {}}, names)
        assert figure == pytest.approx(entry.kgco2e, **CLOSE)


def test_parts_are_the_whole_system():
    with pytest.raises(InputError, match="parts are the whole system: leave out `embodied`"):
        account(JOB.format(parts="[{kind: assembly}]\n    embodied: 3 t"))


def test_a_part_of_unknown_carbon_makes_the_account_incomplete():
    result = account(JOB.format(parts="[{kind: other, name: fans}, {kind: assembly}]"))
    assert not result.complete
    assert any("system: fans is unknown" in w and "`embodied`" in w for w in result.warnings)


def test_a_device_of_ones_own_is_computed_from_its_parts(own):
    catalog = own(x1="parts:\n  - {kind: other, embodied: 8 kg, source: acme}\n")
    text = (
        "name: a\nsite: {grid: FR}\nphases: {training: [{kind: compute, device: acme/x1, devices: 1,"
        " wall_time: 17520 h, rated_power: 10 W, host_power: 0 W, host_embodied: 0 kg,"
        " lifetime: 4 years, utilization: 100 %}]}"
    )
    result = estimate(text.encode(), "job.yaml", catalog)
    entry = next(e for e in result.entries if e.item == "devices: other")
    assert entry.kgco2e == pytest.approx(4, **CLOSE)
    assert result.complete


def test_parts_can_be_set_by_name():
    text = JOB.format(parts="[{name: fans, kind: other, embodied: 30 kg}]")
    base = account(text).total.embodied_kgco2e
    more = account(text, "systems.server.parts.fans.embodied=60 kg").total.embodied_kgco2e
    assert more == pytest.approx(2 * base, **CLOSE)


def test_parts_of_a_system_described_in_place():
    text = JOB.replace("system: server, ", "system: {{parts: [{{kind: assembly}}]}}, ")
    text = text.format(parts="[{kind: assembly}]").replace(
        "kind: compute,", "kind: compute, power: 9 W,"
    )
    result = account(text)
    assert [e.item for e in result.entries if e.boundary == "embodied"] == ["system: assembly"]


# --- published configurations ---


def embodied_share(name):
    total = estimate((CONFIGS / "parts" / name).read_bytes(), name, CATALOG).total
    return total.embodied_kgco2e, total.embodied_kgco2e / total.total_kgco2e


def test_configurations_explain_the_two_shares_of_the_r740():
    """49.8 % and 15.2 % are printed; on one use and one set of figures it is the parts."""
    large, high_share = embodied_share("dell-r740-eight-ssds.yaml")
    small, low_share = embodied_share("dell-r740-small.yaml")
    assert large == pytest.approx(4288, rel=1e-3)  # the assessment's own sum
    assert abs(high_share - 0.498) < 0.1
    assert abs(low_share - 0.152) < 0.1
    drives_and_memory = 8 * 3840 * 0.11 + 400 * 0.16 + (384 - 32) * 1.388 - 3 * 31.11
    assert large - small == pytest.approx(drives_and_memory, **CLOSE)


def test_the_fairphone_as_parts():
    kilograms, _ = embodied_share("fairphone-3.yaml")
    assert kilograms == pytest.approx(11.901223, abs=5e-7)


# --- physics ---

MONOTONE = {
    "area": (st.floats(10, 800), "{:.6f} mm2", 1),
    "yield": (st.floats(0.05, 1), "{:.6f}", -1),
    "fab_intensity": (st.floats(0, 1200), "{:.6f} g/kWh", 1),
    "abatement": (st.floats(0.95, 0.99), "{:.6f}", -1),
    "count": (st.integers(1, 50), "{}", 1),
}
GIVEN = {"area": "100 mm2", "yield": "80 %", "fab_intensity": "500 g/kWh", "abatement": "97 %"}


@pytest.mark.parametrize("key", MONOTONE)
@given(data=st.data())
def test_more_is_never_less(key, data):
    """A larger die, a lower yield, a dirtier fab, less abatement never lower carbon."""
    strategy, written, sign = MONOTONE[key]
    first, second = sorted((data.draw(strategy), data.draw(strategy)))
    node = data.draw(st.sampled_from(["3 nm", "5 nm", "6.5 nm", "12 nm", "28 nm"]))

    def carbon(value):
        keys = {**GIVEN, key: written.format(value)}
        text = ", ".join(f"{name}: {said}" for name, said in keys.items())
        return kg(f"[{{kind: logic, node: {node}, {text}}}]")

    assert sign * (carbon(second) - carbon(first)) >= -1e-12 * carbon(first)


@given(first=st.floats(10, 1500), second=st.floats(10, 1500))
@pytest.mark.parametrize("model", ["poisson", "murphy", "negative-binomial"])
def test_a_larger_die_of_a_modelled_yield_is_never_less(model, first, second):
    def carbon(mm2):
        return kg(f"[{{kind: logic, node: 5 nm, area: {mm2:.6f} mm2, yield_model: {model}}}]")

    small, large = sorted((first, second))
    assert carbon(small) <= carbon(large) * (1 + 1e-12)


@given(st.floats(100, 800), st.floats(0, 0.4), st.floats(0.5, 0.9), st.floats(0, 0.1))
def test_bounds_hold_every_corner(area, spread, good, wider):
    ends = (area, area * (1 + spread)), (good, good + wider)
    text = "[{{kind: logic, node: 7 nm, fab_intensity: 0.5 kg/kWh, packages: 0, area: {} mm2, yield: {}}}]"
    ranged = lines(text.format("{!r}..{!r}".format(*ends[0]), "{!r}..{!r}".format(*ends[1])))[0]
    corners = [kg(text.format(repr(a), repr(y))) for a in ends[0] for y in ends[1]]
    assert low(ranged.carbon.number) == pytest.approx(min(corners), **CLOSE)
    assert high(ranged.carbon.number) == pytest.approx(max(corners), **CLOSE)


def test_validate_finds_what_a_bill_would_lack(inside, tmp_path, own):
    file = tmp_path / "job.yaml"
    for part, said in (
        ("{kind: board}", "11:9: `area` is missing: `pcb gpu card`, which stands in"),
        ("{kind: logic, area: 1 cm2, node: 5 nm, abatement: 50 %}", "known from 95 to 99 %"),
        ("{kind: transport, mass: 3 kg, factor: freight air}", "`distance` is missing"),
    ):
        file.write_text(JOB.format(parts="\n      - " + part))
        ran = inside("validate", str(file))
        assert ran.code == 3
        assert said in ran.err
    own(x1="parts:\n  - {device: acme/x2}\n", x2="parts:\n  - {device: acme/x1}\n")
    record = tmp_path / "accelerators" / "acme" / "x1.yaml"
    ran = inside("validate", str(record), "--hardware-db", str(tmp_path))
    assert ran.code == 3
    assert "5:14: device: its parts hold themselves: acme/x1 → acme/x2 → acme/x1" in ran.err


def test_every_part_that_does_not_suffice_is_said():
    parts = "[{kind: board}, {kind: assembly}, {parts: [{kind: battery}]}, {kind: cooling}]"
    with pytest.raises(InputError) as caught:
        account(JOB.format(parts=parts))
    said = [(p.line, p.message.split(":")[0]) for p in caught.value.problems]
    assert said == [(10, message) for message in (
        "`area` is missing", "`energy` is missing", "`mass` is missing",
    )]  # fmt: skip


@pytest.mark.parametrize("kind", ["[logic]", "{a: b}"])
def test_a_kind_is_one_word(kind):
    with pytest.raises(InputError, match="kind: one word is wanted here"):
        lines(f"[{{kind: {kind}}}]")


def test_records_that_multiply_have_a_limit(own):
    files = {"x0": "parts: [{kind: assembly}]\n"}
    for level in range(1, 18):
        below = f"device: acme/x{level - 1}"
        files[f"x{level}"] = f"parts: [{{name: a, {below}}}, {{name: b, {below}}}]\n"
    with pytest.raises(Exception, match="more than 20,000 parts"):
        lines("[{device: acme/x17}]", catalog=own(**files))


@pytest.mark.parametrize("place", ["TW", "tw", "Taiwan"])
def test_a_place_is_the_same_however_it_is_written(place):
    assert kg(f"[{{kind: logic, area: 1 cm2, node: 5 nm, fab_grid: {place}}}]") == (
        kg("[{kind: logic, area: 1 cm2, node: 5 nm}]")
    )


def test_figures_of_another_time_are_said():
    said = []
    lines("[{kind: logic, area: 1 cm2, node: 5 nm, fab_grid: FR, fab_year: 1990}]", warnings=said)
    assert "more than 2 years from 1990" in said[0]


def test_amounts_that_a_factor_does_not_ask_for_are_said():
    said = []
    lines("[{kind: board, factor: mainboard dell-r740, area: 2 m2}]", warnings=said)
    assert said == ["parts.board.area: is not used: the factor is of piece"]


def test_a_die_without_an_area_is_refused_in_records(own):
    catalog = own(x1="dies: [{name: X, node: 5 nm, area: {value: 0 mm2, source: acme}}]\n")
    with pytest.raises(InputError, match="outside of"):
        catalog.device("acme/x1")


def test_comparison_loses_no_entry_of_one_name():
    """Parts may be called alike in a saved result of another hand."""
    from carbonctl.analysis.compare.model import Side
    from carbonctl.analysis.compare.pairing import pairs

    result = account(JOB.format(parts="[{kind: other, embodied: 5 kg}, {kind: assembly}]"))
    last = result.entries[-1]
    result.entries = (*result.entries, last._replace(kgco2e=1.0))
    side = Side("a", (result,), "0", "0")
    assert len(pairs(side, side)) == len(result.entries)
