"""ACT's own results, row by row: tests/oracles/act, of facebookresearch/ACT at abc9fbb (MIT).

The tolerance is that of another tool's unrounded output, 1e-9; the files print twelve digits.
"""

import csv

import pytest

from carbonctl.catalog.act import ABATED, FAB_GRID, PASSIVES_GRID, USE_GRID, Act
from carbonctl.factors import act, fab, parts
from tests.conftest import CATALOG, ROOT

TABLES = Act(CATALOG.folders)
ORACLES = ROOT / "tests" / "oracles" / "act"
GOOD = TABLES.good.best
PACKAGE = TABLES.package.best


def close(value):
    return pytest.approx(float(value), rel=1e-9)


def oracle(name):
    with (ORACLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def wafer(process, abated=ABATED, grid=FAB_GRID):
    row = TABLES.wafer(process)
    gases = [(share, gas.best) for share, gas in row.gpa.items()]
    (least, most_gas), (most, least_gas) = gases
    gas = fab.abated_kgco2e_per_cm2(abated, least, most_gas, most, least_gas)
    return fab.kgco2e_per_cm2(TABLES.grid(grid).best, row.epa.best, gas, row.mpa.best)


def logic(process, area_cm2, packages=0, good=GOOD, abated=ABATED, grid=FAB_GRID):
    return act.logic_kgco2e(area_cm2, wafer(process, abated, grid), good, packages, PACKAGE)


def stored(family, process, gb, packages=0, good=GOOD):
    return act.stored_kgco2e(gb, TABLES.per_gb(family, process).best, good, packages, PACKAGE)


@pytest.mark.parametrize(
    "row", oracle("logic_grid.csv"), ids=lambda r: "-".join(list(r.values())[:4])
)
def test_logic(row):
    abated, good = int(row["gpa_pct"]) / 100, float(row["fab_yield"])
    per_cm2 = wafer(row["node"], abated, row["fab_ci"])
    assert per_cm2 / good * 1000 == close(row["expected_cpa_g_per_cm2"])
    total = act.logic_kgco2e(float(row["area_cm2"]), per_cm2, good, int(row["n_ics"]), PACKAGE)
    assert total == close(row["expected_total_kg"])


@pytest.mark.parametrize(
    "row", oracle("memory_storage.csv"), ids=lambda r: f"{r['process']}-{r['capacity_GB']}"
)
def test_memory_and_storage(row):
    total = stored(
        row["family"], row["process"], float(row["capacity_GB"]), int(row["n_ics"]),
        float(row["fab_yield"]),
    )  # fmt: skip
    assert total == close(row["expected_total_kg"])


@pytest.mark.parametrize(
    "row", oracle("operation.csv"), ids=lambda r: f"{r['power_W']}-{r['lifetime']}-{r['op_ci']}"
)
def test_operation(row):
    count, unit = row["lifetime"].split()
    hours = int(count) * (24 if unit == "days" else act.HOURS_PER_YEAR)
    assert hours == float(row["lifetime_hours"])
    intensity = TABLES.grid(row["op_ci"]).best
    assert intensity * 1000 == close(row["ci_g_per_kWh"])
    kg = act.use_kgco2e(float(row["power_W"]), float(row["duty_cycle"]), hours, intensity)
    assert kg == close(row["expected_kg"])


def board(layers, area_cm2):
    factor = TABLES.board(int(layers))
    return parts.board_kgco2e(area_cm2, factor.per_area.best, factor.times)


def battery(cathode, kwh):
    return parts.battery_kgco2e(kwh, TABLES.battery(cathode).best)


def capacitors(kind, count, mass_kg=None, grid=PASSIVES_GRID):
    factor = TABLES.capacitor(kind)
    if factor.each is not None:
        return parts.pieces_kgco2e(count, factor.each.best)
    mass_kg = TABLES.capacitor_mass.best if mass_kg is None else mass_kg
    intensity = TABLES.grid(grid).best
    return parts.capacitors_kgco2e(count, mass_kg, factor.energy.best, intensity)


def enclosure(material, kg):
    return parts.enclosure_kgco2e(kg, TABLES.material(material).best)


def other(family, kind, quantity):
    """The quantities of the file: ``1500 cm2``, ``2.5 kWh``, ``12 kg``, ``100 x 0.03 g @taiwan``."""
    words = quantity.split()
    amount = float(words[0])
    if family == "capacitor":
        return capacitors(kind, amount, float(words[2]) / 1000, words[4].removeprefix("@"))
    return {"pcb": board, "battery": battery, "enclosure": enclosure}[family](kind, amount)


@pytest.mark.parametrize(
    "row", oracle("other_components.csv"), ids=lambda r: f"{r['family']}-{r['type_or_layers']}"
)
def test_other_components(row):
    kg = other(row["family"], row["type_or_layers"], row["quantity"])
    assert kg == close(row["expected_total_kg"])


def component(row):
    good, packages = float(row["fab_yield"]), int(row["n_ics"])
    if row["model_or_category"] == "logic":
        return logic(
            row["process_or_type"], float(row["area_cm2"]), packages, good,
            int(row["gpa_pct"]) / 100, row["fab_ci"],
        )  # fmt: skip
    family = {"flash": "ssd"}.get(row["model_or_category"], row["model_or_category"])
    return stored(family, row["process_or_type"], float(row["capacity_GB"]), packages, good)


FAIRPHONE = oracle("bom_fairphone3.csv")


@pytest.mark.parametrize("row", FAIRPHONE[:-1], ids=lambda r: r["component"])
def test_fairphone_part(row):
    packaging = parts.packages_kgco2e(int(row["n_ics"]), PACKAGE)
    assert packaging == close(row["expected_packaging_kg"])
    assert component(row) == close(row["expected_total_kg"])
    assert component(row) - packaging == close(row["expected_manufacture_kg"])


def test_fairphone():
    total = sum(component(row) for row in FAIRPHONE[:-1])
    assert total == close(FAIRPHONE[-1]["expected_total_kg"])
    assert total == pytest.approx(11.901223, abs=5e-7)  # six printed digits


def test_a_die_of_h100s_size():
    assert logic("5nm", 8.26, packages=1) == pytest.approx(23.0963, abs=5e-5)


def test_dell_r740():
    """The parts list in ACT's repository, against the totals that its own tests expect."""
    flash = [stored("ssd", "nand_30nm", 3840, packages=13) for _ in range(8)]
    secondary = stored("ssd", "nand_30nm", 400, 13) + stored("dram", "ddr3_50nm", 68, 19)
    memory = [stored("dram", "ddr3_50nm", 36, packages=19) for _ in range(12)]
    cpus = [logic("28nm", 6.98, packages=2, abated=0.95, grid="coal") for _ in range(2)]
    assert sum(flash) == close(8 * (136.0457142857143 + 1.95))
    assert secondary == close(62.75 + 19 * 0.15)
    assert sum(memory) == close(330.4285714285714)
    assert sum(cpus) == close(23.143405714285716)
    assert sum((*flash, secondary, *memory, *cpus)) == close(1523.1376914285714)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (wafer("14nm") / GOOD, 1.556685714285714),
        (wafer("10nm", 0.95, "coal") / GOOD, 2.228),
        (stored("dram", "ddr4_10nm", 3), 0.2228571428571429),
        (stored("hdd", "BarraCuda", 3, good=1.0), 0.01371),
        (stored("ssd", "nand_10nm", 3, good=0.9), 0.03 / 0.9),
    ],
)
def test_what_acts_own_tests_expect(found, expected):
    assert found == close(expected)


def test_a_given_part_has_its_package_divided_too():
    assert act.given_kgco2e(7.0, 0.875, 2, PACKAGE) == close((7.0 + 0.3) / 0.875)


def test_the_mixed_list_of_acts_tests():
    """test.yaml of its repository, with what it leaves out: Taiwan, 97 %, Japan, NMC."""
    assert logic("14nm", 0.1, packages=1, good=0.87) == close(0.1 * 1.3621 / 0.87 + 0.15)
    assert stored("ssd", "nand_10nm", 2000, good=0.88) == close(20 / 0.88)
    assert stored("hdd", "BarraCuda", 1000, good=0.92) == close(4.57 / 0.92)
    assert capacitors("mlcc", 2, 3e-8) == close(2 * 3e-8 * 6862 / 3.6 * 0.485)
    assert enclosure("steel", 0.0006) == close(0.001134)
    assert board(4, 10) == close(0.00043)
    assert battery("NMC", 0.005) == close(0.435)


def test_defaults():
    assert (GOOD, PACKAGE) == (0.875, 0.15)
    assert TABLES.grid(FAB_GRID).best == 0.583
    assert TABLES.grid(USE_GRID).best == 0.38
    assert TABLES.battery().best == 87
    assert capacitors("generic", 1) == TABLES.capacitor().each.best == 0.3
    assert TABLES.capacitor_mass.best == 3e-5


def test_grids_of_2023():
    assert TABLES.grid("taiwan", 2023).best == 0.642
    assert TABLES.grid("iceland", 2023).best == close(0.0073)
    assert TABLES.grid("coal", 2023).best == 0.82


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: TABLES.wafer("22nm"), "ACT has no logic `22nm`; did you mean"),
        (lambda: TABLES.grid("Taiwan "), "did you mean `taiwan`"),
        (lambda: TABLES.grid("taiwan", 2021), "2022 by act-repository, 2023 by"),
        (lambda: TABLES.per_gb("dram", "ddr4_20nm"), "did you mean `ddr4_10nm`"),
        (lambda: TABLES.material("aluminium"), "did you mean `alumnimum`"),
        (lambda: TABLES.battery("LTO"), "it has NMC, LFP"),
        (lambda: TABLES.capacitor("film"), "it has mlcc, tec, generic"),
    ],
)
def test_unknown_names(ask, said):
    with pytest.raises(LookupError, match=said):
        ask()


def test_a_board_has_layers():
    with pytest.raises(ValueError, match="one layer or more"):
        TABLES.board(0)


def test_every_name_has_its_row():
    for process in TABLES.names("logic"):
        assert list(TABLES.wafer(process).gpa) == [0.95, 0.99]
    for family in ("dram", "ssd", "hdd"):
        assert all(TABLES.per_gb(family, name).best > 0 for name in TABLES.names(family))
    assert len(TABLES.names("grid")) == 19
    assert all(TABLES.grid(name).best > 0 for name in TABLES.names("grid"))
    assert all(TABLES.material(name).best > 0 for name in TABLES.names("material"))
