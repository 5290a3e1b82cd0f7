"""The fab tables: every row, nodes between rows, and what a table of one's own changes."""

import csv
import math
from itertools import pairwise

import pytest

from carbonctl.catalog.fab import TABLES, Fab
from carbonctl.catalog.fab_rows import nanometres
from carbonctl.errors import InputError
from carbonctl.numbers.intervals import Range
from tests.conftest import CATALOG, ROOT

FAB = Fab(CATALOG.folders)
FACTS = {
    # node: (EPA kWh/cm², GPA at 95 and at 99 %, MPA kg/cm²) of ACT
    28: (0.9, 0.175, 0.1, 0.5),
    20: (1.2, 0.19, 0.11, 0.5),
    14: (1.2, 0.2, 0.125, 0.5),
    10: (1.475, 0.24, 0.15, 0.5),
    8: (1.52, 0.24, 0.15, 0.5),
    7: (2.15, 0.35, 0.2, 0.5),
    5: (2.75, 0.43, 0.225, 0.5),
    3: (3.25, 0.47, 0.275, 0.5),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_row_is_read(name):
    with (ROOT / "hardware_db" / "fab" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        count = sum(1 for _ in csv.DictReader(file))
    figures = [figure for rows in FAB.table(name).values() for figure in rows]
    assert len(figures) == count
    for figure in figures:
        assert figure.value.number is not None
        assert figure.value.source, figure
        assert set(figure.value.source.split()) <= set(CATALOG.sources), figure
        assert figure.includes is None or figure.includes <= {"yield", "package", "components"}, (
            figure
        )


@pytest.mark.parametrize("node", FACTS)
def test_acts_wafers(node):
    wafer = FAB.wafer(node)
    assert (wafer.epa.best, *(gas.best for gas in wafer.gpa.values()), wafer.mpa.best) == FACTS[
        node
    ]
    assert wafer.epa.status == "catalog"
    assert wafer.epa.unit == "kWh/cm2"
    assert list(wafer.gpa) == [0.95, 0.99]


def test_a_node_between_rows():
    wafer = FAB.wafer(6)
    weight = math.log(6 / 5) / math.log(7 / 5)
    assert wafer.epa.best == pytest.approx(2.75 * (1 - weight) + 2.15 * weight)
    assert wafer.epa.status == "derived"
    assert wafer.epa.confidence == "medium"
    assert wafer.epa.source == "act-repository"
    assert wafer.epa.note == "between 5 nm and 7 nm, linear in the logarithm of the node"
    assert wafer.mpa.best == 0.5


def test_a_node_with_some_rows():
    """12 nm has electricity and gases at 99 % of its own, those at 95 % are between others."""
    wafer = FAB.wafer(12)
    assert (wafer.epa.best, wafer.epa.source, wafer.epa.status) == (1.3, "3d-carbon", "catalog")
    assert wafer.gpa[0.99].best == 0.135
    assert wafer.gpa[0.95].status == "derived"
    assert 0.2 < wafer.gpa[0.95].best < 0.24
    assert FAB.wafer(12, source="act-repository").epa.status == "derived"


@pytest.mark.parametrize(("node", "nearest"), [(2, "3 nm and 5 nm"), (65, "22 nm and 28 nm")])
def test_nothing_is_extrapolated(node, nearest):
    with pytest.raises(
        LookupError, match=f"from 3 to 28 nm.*{node} nm.*nearest nodes are {nearest}"
    ):
        FAB.wafer(node)


def test_a_source_without_rows():
    with pytest.raises(LookupError, match="no epa from that source"):
        FAB.wafer(5, source="nobody")


def test_every_wafer_lies_between_its_neighbours():
    grid = [3 * (28 / 3) ** (step / 200) for step in range(201)]
    nodes = FAB.nodes()
    assert nodes == [3, 5, 7, 8, 10, 12, 14, 20, 22, 28]
    for below, above in pairwise(nodes):
        ends = [FAB.wafer(node).epa.best for node in (below, above)]
        for node in grid:
            if below < node < above:
                assert min(ends) <= FAB.wafer(node).epa.best <= max(ends)
    for node in grid[1:-1]:
        most, least = FAB.wafer(node).gpa.values()
        assert most.best > least.best > 0


def test_whole_wafers_by_source():
    assert FAB.whole_wafer(7, "imec-netzero-act").best == 1.44
    assert FAB.whole_wafer(7, "llmcarbon").best == 1.6
    assert FAB.whole_wafer(14, "carbonclarity2025").status == "derived"
    with pytest.raises(LookupError, match="from 7 to 28 nm"):
        FAB.whole_wafer(5, "carbonclarity2025")


@pytest.mark.parametrize(
    ("item", "kg", "includes"),
    [
        ("ddr4 10 nm", 0.065, set()),
        ("hbm3", 0.853, {"yield", "package"}),
        ("nand 30 nm", 0.031, set()),
        ("ssd seagate-nytro-3332", 0.00242, {"yield", "package"}),
        ("dram llmcarbon 18 nm", 0.4, None),
    ],
)
def test_capacities_say_what_they_include(item, kg, includes):
    figure = FAB.per_gb(item)
    assert (figure.value.best, figure.value.unit) == (kg, "kgCO2e/GB")
    assert figure.includes == includes


def test_wafer_figures_hold_nothing_and_finished_ones_their_yield():
    for name in ("memory", "storage"):
        for (_, metric), rows in FAB.table(name).items():
            for row in rows:
                if metric == "embodied" and row.basis.startswith("wafer fab"):
                    assert row.includes == frozenset(), row
                if "finished" in row.basis:
                    assert row.includes, row


def test_years_sources_and_ranges():
    assert FAB.per_gb("ssd western-digital", year=2018).value.best == 0.0125
    assert FAB.grid("TW", source="act-repository", year=2022).value.best == 0.583
    assert FAB.grid("TW").value.source == "ember-yearly-2026"
    assert FAB.grid("TW", source="act-repository").value.best == 0.642
    battery = FAB.figure("other", "battery nmc", "embodied_per_energy").value
    assert battery.number == Range(87, 59, 115)
    board = FAB.figure("other", "pcb 8 layers", "embodied_per_area").value
    assert (board.best, board.unit) == (0.91 / 10_000, "kgCO2e/cm2")
    assert FAB.figure("other", "capacitor", "mass").value.unit == "kg"
    assert FAB.figure("yield", "any", "yield").value.best == 0.875


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: FAB.per_gb("ddr4 10nm"), "of `ddr4 10nm` is known; did you mean `ddr4 10 nm`"),
        (lambda: FAB.per_gb("hdd uba"), "no embodied carbon per capacity of `hdd uba`"),
        (lambda: FAB.grid("TWN"), "no carbon_intensity of `TWN`"),
        (lambda: FAB.grid("TW", year=1999), "2022 by act-repository"),
    ],
)
def test_unknown_items(ask, said):
    with pytest.raises(LookupError, match=said):
        ask()


@pytest.mark.parametrize("text", ["5 nm", "5nm", " 5 nm "])
def test_nodes(text):
    assert nanometres(text) == 5


@pytest.mark.parametrize("text", ["5", "N5", "0 nm", "-3 nm", "5 nm EUV", "5 mm", ""])
def test_what_is_no_node(text):
    with pytest.raises(ValueError, match="is not a node"):
        nanometres(text)


HEAD = "item,metric,value,unit,low,high,basis,year,source,confidence,note\n"
LOGIC = "node,metric,value,unit,abatement,source,confidence,note\n"


def own(tmp_path, name, text):
    (tmp_path / "fab").mkdir()
    (tmp_path / "fab" / f"{name}.csv").write_text(text, encoding="utf-8")
    return Fab((tmp_path, *CATALOG.folders))


def test_a_table_of_ones_own_goes_before(tmp_path):
    own_fab = own(tmp_path, "memory", HEAD + "hbm3,embodied,2,kg/GB,1,3,mine,,me,low,\n")
    assert own_fab.per_gb("hbm3").value.number == Range(2, 1, 3)
    assert own_fab.per_gb("hbm3").includes is None
    assert own_fab.per_gb("lpddr4").value.best == 0.048


def test_a_node_of_ones_own_goes_before(tmp_path):
    own_fab = own(
        tmp_path, "logic", LOGIC + "2 nm,epa,4,kWh/cm2,,me,low,\n5 nm,epa,3,kWh/cm2,,me,low,\n"
    )
    assert own_fab.nodes()[:3] == [2, 3, 5]
    assert own_fab.wafer(5).epa.best == 3
    assert own_fab.wafer(5).mpa.best == 0.5


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x,embodied,a,kg/GB,,,,,s,low,", "could not convert"),
        ("x,embodied,nan,kg/GB,,,,,s,low,", "in order"),
        ("x,embodied,-1,kg/GB,,,,,s,low,", "in order"),
        ("x,embodied,2,kg/GB,3,,,,s,low,", "in order"),
        ("x,embodied,2,kg/TB,,,,,s,low,", "unknown unit `kg/TB`"),
    ],
)
def test_faults_name_their_line(tmp_path, row, said):
    with pytest.raises(InputError) as caught:
        own(tmp_path, "memory", HEAD + row + "\n").per_gb("x")
    assert f"{tmp_path / 'fab' / 'memory.csv'}:2:1: " in str(caught.value)
    assert said in str(caught.value)


def test_a_lacking_column(tmp_path):
    with pytest.raises(InputError, match="the column `basis` is missing"):
        own(
            tmp_path,
            "memory",
            "item,metric,value,unit,source,confidence,note\nx,embodied,2,kg/GB,s,low,\n",
        ).table("memory")


def test_a_share_that_is_none(tmp_path):
    with pytest.raises(InputError, match="not a share of gases"):
        own(tmp_path, "logic", LOGIC + "5 nm,gpa,1,g/cm2,120 %,s,low,\n").nodes()


def test_a_share_abated_that_few_nodes_know(tmp_path):
    own_fab = own(tmp_path, "logic", LOGIC + "5 nm,gpa,600,g/cm2,90 %,me,low,\n")
    assert list(own_fab.wafer(5).gpa) == [0.9, 0.95, 0.99]
    assert list(own_fab.wafer(7).gpa) == [0.95, 0.99]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("5 nm,epa,1,g/cm2,,s,low,", "epa is not in kgCO2e/cm2; it is in kWh/cm2"),
        ("5 nm,water,1,g/cm2,,s,low,", "unknown metric `water`; there are epa, gpa, mpa, cpa"),
    ],
)
def test_a_wafer_has_its_units(tmp_path, row, said):
    with pytest.raises(InputError, match=said):
        own(tmp_path, "logic", LOGIC + row + "\n").nodes()


@pytest.mark.parametrize("node", [0, -5, math.nan])
def test_a_node_has_a_size(node):
    with pytest.raises(ValueError, match="a node lies above 0 nm"):
        FAB.wafer(node)


def test_electricity_without_gases(tmp_path):
    (tmp_path / "fab").mkdir()
    path = tmp_path / "fab" / "logic.csv"
    path.write_text(LOGIC + "5 nm,epa,3,kWh/cm2,,me,low,\n", encoding="utf-8")
    with pytest.raises(LookupError, match="no gpa at or around 5 nm"):
        Fab([tmp_path]).wafer(5)
