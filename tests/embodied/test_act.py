"""ACT's own results, row by row: tests/oracles/act, of facebookresearch/ACT at abc9fbb (MIT).

The tolerance is that of another tool's unrounded output, 1e-9; the files print twelve digits.
Each row is written as a list of ACT's and goes the whole way, from its text to the sum.
"""

import csv

import pytest

from carbonctl.account.bills import Life, of_act
from carbonctl.catalog.act import FAB_GRID, PASSIVES_GRID, USE_GRID, Act
from carbonctl.errors import InputError, Problem
from carbonctl.factors import use_phase
from carbonctl.spec.tree import parse
from tests.conftest import CATALOG, ROOT

TABLES = Act(CATALOG.folders)
ORACLES = ROOT / "tests" / "oracles" / "act"


def close(value):
    return pytest.approx(float(value), rel=1e-9)


def oracle(name):
    with (ORACLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def no_imports(name):
    raise InputError([Problem(name, 1, 1, "no such file")])


def bill(text, *, compatible=True, importer=no_imports):
    return of_act(text.encode(), "bom.yaml", CATALOG, Life(), importer, compatible=compatible)


def total(text, **how):
    return bill(text, **how).result.total.embodied_kgco2e


def part(section, **keys):
    """Return a list of one component."""
    inside = "".join(f"    {key}: {value}\n" for key, value in keys.items() if value != "")
    return f"{section}:\n  it:\n{inside}"


def logic(row, area):
    return part(
        "silicon", area=area, process=row["node"], gpa=row["gpa_pct"], fab_ci=row["fab_ci"],
        fab_yield=row["fab_yield"], n_ics=row["n_ics"],
    )  # fmt: skip


@pytest.mark.parametrize(
    "row", oracle("logic_grid.csv"), ids=lambda r: "-".join(list(r.values())[:4])
)
def test_logic(row):
    assert total(logic(row, f"{row['area_cm2']} cm2")) == close(row["expected_total_kg"])
    one = total(logic({**row, "n_ics": 0}, "1 cm2"))
    assert one * 1000 == close(row["expected_cpa_g_per_cm2"])


@pytest.mark.parametrize(
    "row", oracle("memory_storage.csv"), ids=lambda r: f"{r['process']}-{r['capacity_GB']}"
)
def test_memory_and_storage(row):
    model = {"ssd": "flash"}.get(row["family"], row["family"])
    text = part(
        "silicon", model=model, process=row["process"], capacity=f"{row['capacity_GB']} GB",
        n_ics=row["n_ics"], fab_yield=row["fab_yield"],
    )  # fmt: skip
    assert total(text) == close(row["expected_total_kg"])


@pytest.mark.parametrize(
    "row", oracle("operation.csv"), ids=lambda r: f"{r['power_W']}-{r['lifetime']}-{r['op_ci']}"
)
def test_operation(row, inside, tmp_path):
    file = tmp_path / "bom.yaml"
    file.write_text("silicon:\n  it: {model: manual, carbon: 0 kg}\n")
    ran = inside(
        "embodied", "--import-act", str(file), "--act-compatible", "--format", "csv", "--power",
        f"{row['power_W']} W", "--duty-cycle", row["duty_cycle"], "--lifetime", row["lifetime"],
        "--grid", row["op_ci"],
    )  # fmt: skip
    assert ran.code == 0
    use = next(r for r in csv.DictReader(ran.out.splitlines()) if r["item"] == "use")
    assert float(use["kgco2e"]) == close(row["expected_kg"])
    assert float(use["factor"]) * 1000 == close(row["ci_g_per_kWh"])
    hours = float(use["quantity"]) * 1000 / float(row["power_W"]) / float(row["duty_cycle"])
    assert hours == close(row["lifetime_hours"])


def other(row):
    words = row["quantity"].split()
    kind, amount = row["type_or_layers"], " ".join(words[:2])
    if row["family"] == "pcb":
        return part("materials", category="pcb", area=amount, layers=kind)
    if row["family"] == "battery":
        assert kind == "NMC"  # ACT's lists know no other
        return part("materials", category="battery", capacity=amount)
    if row["family"] == "enclosure":
        return part("materials", category="enclosure", type=kind, weight=amount)
    return part("passives", category="capacitor", type=kind, quantity=words[0],
                weight=f"{words[2]} g", fab_ci=words[4].removeprefix("@"))  # fmt: skip


ROWS = oracle("other_components.csv")


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['family']}-{r['type_or_layers']}")
def test_other_components(row):
    if (row["family"], row["type_or_layers"]) == ("battery", "LFP"):
        kwh = float(row["quantity"].split()[0])
        assert kwh * TABLES.factor("battery", "LFP").best == close(row["expected_total_kg"])
        return
    assert total(other(row)) == close(row["expected_total_kg"])


FAIRPHONE = oracle("bom_fairphone3.csv")


def component(row):
    """Return the lines of a component of the Fairphone list."""
    model = {"flash": "flash", "dram": "dram"}.get(row["model_or_category"], "")
    size = f"capacity: {row['capacity_GB']} GB" if model else f"area: {row['area_cm2']} cm2"
    return (
        f"  {row['component']}: {{{f'model: {model}, ' if model else ''}{size}, "
        f"process: {row['process_or_type']}, fab_yield: {row['fab_yield']}, n_ics: {row['n_ics']}, "
        f"gpa: {row['gpa_pct']}, fab_ci: {row['fab_ci']}}}\n"
    )


@pytest.mark.parametrize("row", FAIRPHONE[:-1], ids=lambda r: r["component"])
def test_fairphone_part(row):
    found = bill("silicon:\n" + component(row))
    assert found.view("packaging") == close(row["expected_packaging_kg"])
    assert found.view("manufacturing") == close(row["expected_manufacture_kg"])


def test_fairphone():
    found = total("silicon:\n" + "".join(component(row) for row in FAIRPHONE[:-1]))
    assert found == close(FAIRPHONE[-1]["expected_total_kg"])
    assert found == pytest.approx(11.901223, abs=5e-7)  # six printed digits


def test_a_die_of_h100s_size():
    text = part("silicon", area="8.26 cm2", process="5nm", fab_ci="taiwan", gpa=97,
                fab_yield=0.875, n_ics=1)  # fmt: skip
    assert total(text) == pytest.approx(23.0963, abs=5e-5)
    assert total(part("silicon", area="8.26 cm2", process="5nm", n_ics=1)) == total(text)


R740 = "silicon:\n" + "".join(
    [
        *(f"  ssd.main{n}: {{model: flash, process: nand_30nm, n_ics: 13, capacity: 3840 GB}}\n"
          for n in range(8)),
        "  ssd.secondary.ssd: {model: flash, process: nand_30nm, capacity: 400 GB, n_ics: 13}\n",
        "  ssd.secondary.dram: {model: dram, process: ddr3_50nm, capacity: 68 GB, n_ics: 19}\n",
        *(f"  dram.main{n}: {{model: dram, process: ddr3_50nm, n_ics: 19, capacity: 36 GB}}\n"
          for n in range(12)),
        *(f"  cpu.main{n}: {{area: 6.98 cm2, process: 28nm, n_ics: 2, gpa: 95, fab_ci: coal}}\n"
          for n in range(2)),
    ]
)  # fmt: skip


def test_dell_r740():
    """The list in ACT's repository, against the totals that its own tests expect."""
    found = bill(R740)
    sums = {}
    for entry in found.result.entries:
        group = entry.item.partition(".")[0]
        sums[group] = sums.get(group, 0.0) + entry.kgco2e
    assert sums["ssd"] == close(8 * (136.0457142857143 + 1.95) + 62.75 + 19 * 0.15)
    assert sums["dram"] == close(330.4285714285714)
    assert sums["cpu"] == close(23.143405714285716)
    assert found.result.total.embodied_kgco2e == close(1523.1376914285714)
    assert any("ssd.main0, ssd.main1, ssd.main2 and 5 more: no DRAM" in n for n in found.notes)


MIXED = """name: mixed
imports: {subsystem: inner.yaml}
passives:
  cap0: {category: capacitor, type: mlcc, quantity: 2, weight: 0.03 mg}
silicon:
  dut: {area: 10 mm2, fab_yield: 0.87, process: 14nm, n_ics: 1, fab_ci: taiwan}
  ssd: {model: flash, capacity: 2 TB, fab_yield: 0.88, process: nand_10nm}
  hdd: {model: hdd, capacity: 1 TB, fab_yield: 0.92, process: BarraCuda}
materials:
  fasteners: {category: enclosure, type: steel, weight: 0.6 g}
  pcb: {category: pcb, area: 10 cm2, layers: 4}
  battery: {category: battery, capacity: 5000 mWh}
"""
INNER = "silicon:\n  imported_si: {model: logic, area: 5 mm2, n_ics: 2, process: 14nm}\n"


def importer(name):
    assert name == "inner.yaml"
    return parse(INNER, name), name


def test_a_mixed_list_with_imports():
    """Of the form of ACT's test list, with what it leaves out: Taiwan, 97 %, Japan, NMC."""
    found = bill(MIXED, importer=importer)
    kg = {entry.item: entry.kgco2e for entry in found.result.entries}
    assert kg["dut"] + kg["dut package"] == close(0.1 * 1.3621 / 0.87 + 0.15)
    assert kg["ssd"] == close(20 / 0.88)
    assert kg["hdd"] == close(4.57 / 0.92)
    assert kg["cap0"] == close(2 * 3e-8 * 6862 / 3.6 * 0.485)
    assert kg["fasteners"] == close(0.001134)
    assert kg["pcb"] == close(0.00043)
    assert kg["battery"] == close(0.435)
    assert kg["subsystem.imported_si"] == close(0.05 * 1.3621 / 0.875)
    assert kg["subsystem.imported_si package"] == close(0.3)


def test_a_given_part_has_its_package_divided_too():
    text = part("silicon", model="manual", carbon="7 kg", n_ics=2, fab_yield=0.875)
    assert total(text) == close((7.0 + 0.3) / 0.875)


@pytest.mark.parametrize("word", ["alumnimum", "aluminium", "aluminum"])
def test_a_misspelling_is_read(word):
    text = part("materials", category="enclosure", type=word, weight="2 kg")
    assert total(text) == close(2 * 15.1)
    assert total(text, compatible=False) == close(2 * 15.1)


@pytest.mark.parametrize(
    ("area", "cm2"), [("46.4mm2", 0.464), ("0.464 cm**2", 0.464), ("0.464 cm ^ 2", 0.464), ("0.464 centimeter**2", 0.464), ("46.4 millimeter ** 2", 0.464),
                      ("4.64e-5 m2", 0.464)],
)  # fmt: skip
def test_areas_as_pint_has_them(area, cm2):
    one = total(part("silicon", area="1 cm2", process="28nm"))
    assert total(part("silicon", area=area, process="28nm")) == close(one * cm2)


def test_our_rules_differ_where_acts_are_wrong():
    drive = part("silicon", model="hdd", process="BarraCuda", capacity="1 TB", fab_yield=0.5)
    assert total(drive) == close(4.57 / 0.5)
    ours = bill(drive, compatible=False)
    assert ours.result.total.embodied_kgco2e == close(4.57)
    assert any(
        warning.startswith("silicon.it.yield: the figure holds its yield")
        for warning in ours.result.warnings
    )
    assert any("figures of finished drives" in note for note in ours.notes)
    board = part("materials", category="pcb", area="100 cm2", layers=8)
    assert total(board, compatible=False) > 150 * total(board)


def test_an_amount_that_is_not_said_is_nothing_to_act_and_unknown_to_us():
    for text in (
        part("silicon", process="28nm"),
        part("silicon", process="28nm", area="0 mm2"),
        part("silicon", model="dram", process="ddr4_10nm"),
        part("materials", category="enclosure", type="steel"),
        part("passives", category="capacitor", type="mlcc", quantity=3),
    ):
        assert total(text) == 0
        assert total(text, compatible=False) is None


def test_finished_drives_lack_neither_package_nor_memory():
    text = part("silicon", model="flash", process="seagate_nytro_3530", capacity="4 TB")
    notes = " ".join(bill(text).notes)
    assert "figures of finished drives" in notes
    assert "no package" not in notes
    assert "no DRAM" not in notes


def test_act_lets_a_machine_live_two_years(inside, tmp_path):
    file = tmp_path / "bom.yaml"
    file.write_text(part("silicon", process="28nm", area="1 cm2"))
    ran = inside("embodied", "--import-act", str(file), "--act-compatible", "--power", "5 W",
                 "--format", "csv", "-q")  # fmt: skip
    use = next(row for row in csv.DictReader(ran.out.splitlines()) if row["item"] == "use")
    assert float(use["kgco2e"]) == close(5 * 2 * 8766 * 0.38 / 1000)
    assert use["kgco2e_low"] == use["kgco2e"]


def test_what_act_has_no_model_of():
    text = part("passives", category="resistor", quantity=3)
    with pytest.raises(InputError, match=r"bom\.yaml:3:5: it: resistor: ACT has no model"):
        total(text)
    assert total(text, compatible=False) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("silicon: [", "bom.yaml:"),
        ("- a\n", r"1:1: a mapping with silicon, passives or materials"),
        ("name: empty\n", "names no component"),
        ("silcon: {}\n", "1:1: unknown key `silcon`; did you mean `silicon`"),
        (
            part("silicon", area="1 cm2", process="22nm"),
            r"4:14: .*no logic `22nm`; there are 28nm, 20nm",
        ),
        (part("silicon", area="1 kg", process="28nm"), r"3:11: area: `1 kg` is a mass"),
        (part("silicon", area="-1 cm2", process="28nm"), "must not be negative"),
        (part("silicon", area="1 cm2", process="28nm", fab_yield=0), "a yield lies above 0"),
        (part("silicon", area="1 cm2", process="28nm", fab_yield=1.2), "at most 1"),
        (part("silicon", area="1 cm2", process="28nm", gpa=96), "`96` is not one of 95, 97, 99"),
        (part("silicon", area="1 cm2", process="28nm", fab_ci="Taiwan"), "did you mean `taiwan`"),
        (part("silicon", area="1 cm2"), "`process` is missing"),
        (part("silicon", model="nvram", capacity="1 GB"), "`nvram` is not one of logic, dram"),
        (part("silicon", model="dram", process="ddr4_10nm", capacity="1 GB", ics=3), "`ics`"),
        (part("materials", category="pcb", area="1 cm2", layers=0), "one layer or more"),
        (part("materials", category="pcb", area="1 cm2"), "`layers` is missing"),
        (part("materials", category="enclosure", type="wood", weight="1 g"), "no material `wood`"),
        (part("materials", type="steel"), "`category` is missing"),
        ("imports: [b.yaml]\nsilicon: {}\n", "1:10: imports: a mapping of names to files"),
        ("imports: {a: [b]}\nsilicon: {}\n", "imports: the name of a file is wanted"),
        ('name: "=x"\n' + part("silicon", area="1 cm2", process="28nm"), "must not begin with"),
        ('silicon: {"=cmd()": {area: 1 cm2, process: 28nm}}\n', "1:11: .*must not begin with"),
        ("imports: {a: b.yaml}\nsilicon: {}\n", "imports: b.yaml: no such file"),
    ],
)
def test_a_broken_list_says_where(text, said):
    with pytest.raises(InputError, match=said):
        total(text)


def test_tables_know_acts_names():
    for process in TABLES.names("logic"):
        assert list(TABLES.wafer(process).gpa) == [0.95, 0.99]
    for family in ("dram", "ssd", "hdd"):
        assert all(TABLES.per_gb(family, name).best > 0 for name in TABLES.names(family))
    assert len(TABLES.names("grid")) == 19
    assert all(TABLES.grid(name).best > 0 for name in TABLES.names("grid"))
    assert (TABLES.good.best, TABLES.package.best) == (0.875, 0.15)
    assert TABLES.grid(FAB_GRID).best == 0.583
    assert TABLES.grid(USE_GRID).best == 0.38
    assert TABLES.grid(PASSIVES_GRID).best == 0.485
    assert TABLES.grid("taiwan", 2023).best == 0.642
    assert use_phase.HOURS_PER_YEAR == 8766


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: TABLES.wafer("22nm"), "ACT has no logic `22nm`; it has 28nm, 20nm"),
        (lambda: TABLES.grid("taiwan", 2021), "2022 by act-repository, 2023 by"),
        (lambda: TABLES.per_gb("dram", "ddr4_20nm"), "it has ddr3_50nm"),
        (lambda: TABLES.factor("battery", "LTO"), "it has NMC, LFP"),
    ],
)
def test_unknown_names(ask, said):
    with pytest.raises(LookupError, match=said):
        ask()
