"""Explore: tables and workloads of designs, the front, ranges, regions, and the command."""

import csv
import io
import itertools
import json
import math
import subprocess
import sys

import numpy as np
import pytest

from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.explore import axes as x
from carbonctl.analysis.explore.columns import PLAIN, Figure
from carbonctl.analysis.explore.differences import Spread
from carbonctl.analysis.explore.fronts import Objective, maybes, on_front
from carbonctl.analysis.explore.labels import labels, shared
from carbonctl.analysis.explore.workload import WorkloadDesigns
from carbonctl.errors import UsageError
from carbonctl.factors import design as kernel
from tests.conftest import CATALOG, CONFIGS, ROOT
from tests.schemas.readers import faults

ORACLE = ROOT / "tests" / "oracles" / "explore"
EXAMPLES = CONFIGS / "explore"
SERVING = str(EXAMPLES / "serving.yaml")
CHAT = EXAMPLES / "chat-8b.yaml"


def table(name):
    with (ORACLE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def explore(inside, tmp_path):
    """Return what the command makes of a file and of a table beside it."""

    def call(text, *flags, rows=None, form="json"):
        path = tmp_path / "explore.yaml"
        path.write_text(text, encoding="utf-8")
        if rows is not None:
            (tmp_path / "designs.csv").write_text(rows, encoding="utf-8")
        (tmp_path / "chat.yaml").write_bytes(CHAT.read_bytes())
        return inside("explore", str(path), *flags, "-f", form, "-q")

    return call


def answered(done):
    assert done.code == 0, done.err
    return json.loads(done.out)


# --- tables: the oracle ---

DESIGNS = (ORACLE / "explore_designs.csv").read_text(encoding="utf-8").replace("\r", "")


@pytest.mark.parametrize(
    ("objectives", "column"),
    [
        ("{total: min, latency: min, accuracy: max}", "out_pareto_total_latency_accuracy"),
        (
            "{operational: min, embodied: min, latency: min}",
            "out_pareto_operational_embodied_latency",
        ),
    ],
)
def test_designs_of_the_oracle(explore, objectives, column):
    text = (
        "designs: designs.csv\nconstraints: {latency: <= 20 ms, accuracy: '>= 69'}\n"
        f"objectives: {objectives}\nrank: total\n"
    )
    made = answered(explore(text, rows=DESIGNS))["designs"]
    for row, one in zip(table("explore_designs.csv"), made, strict=True):
        assert one["design"] == row["design"]
        assert one["feasible"] == (row["out_feasible"] == "yes")
        assert one["non_dominated"] == (row[column] == "yes")
        assert one["figures"]["total_kgco2e"] == pytest.approx(float(row["total_kg"]), rel=1e-9)
    assert sum(one["feasible"] for one in made) == 60


def regions():
    cases = itertools.groupby(table("regions.csv"), key=lambda row: row["case"])
    return [pytest.param(list(rows), id=case) for case, rows in cases]


@pytest.mark.parametrize("rows", regions())
def test_regions_of_the_oracle(explore, rows):
    what, number, *unit = rows[0]["fixed"].split()
    own = (
        f"intensity: {number} {unit[0]}\n"
        if what == "intensity"
        else f"volume: {number}\nintensity: 1 kg/kWh\n"
    )
    low, high = rows[0]["out_from"], rows[-1]["out_to"]
    ends = f"{low}..{high}" + (" kg/kWh" if rows[0]["axis"] == "intensity" else "")
    text = f"designs: designs.csv\n{own}over: {{{rows[0]['axis']}: {ends}}}\n"
    designs = (
        (ORACLE / "regions_designs.csv").read_text().replace("name,", "design,").replace("\r", "")
    )
    made = answered(explore(text, rows=designs))
    assert [one["design"] for one in made["regions"]] == [row["out_best"] for row in rows]
    for one, row in zip(made["regions"], rows, strict=True):
        assert one["from"] == pytest.approx(float(row["out_from"]), rel=1e-9)
        assert one["to"] == pytest.approx(float(row["out_to"]), rel=1e-9)
    assert made["never_best"] == ["never best"]


POINTS = "batch,limit_w,energy_j,time_s,embodied [kg]\n" + "".join(
    f"{row['batch']},{row['limit_w']},{row['energy_j']},{row['time_s']},{{kg}}\n"
    for row in table("zeus_points.csv")
)  # fmt: skip


@pytest.mark.parametrize("row", table("zeus.csv"), ids=lambda row: row["case"])
def test_power_limits_of_the_oracle(explore, row):
    if row["intensity"]:
        text = (
            f"designs: designs.csv\nintensity: {row['intensity']} kg/kWh\npue: {row['pue']}\n"
            f"lifetime: {row['lifetime_h']} h\nutilization: {float(row['utilization']) * 100} %\n"
            f"max_power: {row['max_power_w']} W\nrank: total\n"
        )
        made = answered(explore(text, rows=POINTS.format(kg=row["embodied_kg"])))
        assert made["equivalent_eta"] == pytest.approx(float(row["out_equivalent_eta"]), rel=1e-9)
        key = "total_kgco2e"
    else:
        eta = float(row["case"].split()[1]) * 100
        text = f"designs: designs.csv\neta: {eta} %\nmax_power: {row['max_power_w']} W\nobjectives: {{zeus: min}}\n"
        made = answered(explore(text, rows=POINTS.format(kg=1)))
        key = "zeus_j"
    best = next(one for one in made["designs"] if one["rank"] == 1)
    assert best["values"]["batch"] == row["out_batch"]
    assert best["values"]["limit"].split() == [row["out_limit_w"], "W"]
    assert best["figures"][key] == pytest.approx(float(row["out_cost"]), rel=1e-9)


def test_metrics_of_the_oracle(explore):
    cases = table("design_metrics.csv")
    rows = "design,embodied [kg],operational [kg],delay [s],energy [kWh]\n" + "".join(
        f"{r['case']},{r['embodied_kg']},{r['operational_kg']},{r['delay_s']},{r['energy_kwh']}\n"
        for r in cases
    )
    names = ["total", "cdp", "cep", "c2ep", "ce2p", "tcdp"]
    objectives = ", ".join(f"{name}: min" for name in names)
    made = answered(explore(f"designs: designs.csv\nobjectives: {{{objectives}}}\n", rows=rows))
    keys = {column["name"]: column["key"] for column in made["columns"]}
    for one, row in zip(made["designs"], cases, strict=True):
        for name in names:
            assert one["figures"][keys[name]] == pytest.approx(float(row[f"out_{name}"]), rel=1e-9)


# --- tables: what follows from them ---

TWO = "design,embodied [kg],energy [kWh]\nold,100,50\nnew,400,20\n"


def test_replacements_owned_machines_and_break_even(explore):
    rows = (
        "design,embodied [kg],kwh_per_unit,lifetime_years,owned\nold,100,5,4,yes\nnew,400,2,3,no\n"
    )
    text = "designs: designs.csv\nintensity: 1 kg/kWh\nvolume: 10\nyears: 7 years\nover: {volume: 0..1000}\n"
    made = answered(explore(text, rows=rows))
    old, new = (one["figures"] for one in made["designs"])
    assert (old["embodied_kgco2e"], old["total_kgco2e"]) == (0, 50)
    assert (new["embodied_kgco2e"], new["total_kgco2e"]) == (1200, 1220)
    (first, second) = made["regions"]
    assert (first["design"], second["design"]) == ("old", "new")
    assert first["to"] == pytest.approx(1200 / (5 - 2))  # a_new / (b_old − b_new)


def test_shared_machines_and_utilization(explore):
    text = (
        "designs: designs.csv\nintensity: 0.5 kg/kWh\nlifetime: 1000 h\nutilization: 50 %\n"
        "over: {utilization: 10..100 %}\n"
    )
    rows = "design,embodied [kg],energy [kWh],time [h]\nslow,100,10,40\nfast,800,2,10\n"
    made = answered(explore(text, rows=rows))
    slow, fast = (one["figures"] for one in made["designs"])
    assert slow["embodied_kgco2e"] == pytest.approx(100 * 40 / 500)
    assert fast["total_kgco2e"] == pytest.approx(800 * 10 / 500 + 1)
    # 4/u + 5 = 8/u + 1
    assert len(made["regions"]) == 1 and made["regions"][0]["design"] == "slow"
    text = text.replace("0.5 kg", "2 kg")
    first, second = answered(explore(text, rows=rows))["regions"]
    assert first["to"] == pytest.approx(0.25)  # 4/u + 20 = 8/u + 4
    assert (first["design"], second["design"]) == ("slow", "fast")


def test_a_product_of_axes_is_one_axis(explore):
    text = "designs: designs.csv\nintensity: 1 kg/kWh\nover: {intensity: 0..1 kg/kWh, volume: 0..100}\n"
    (first, second) = answered(explore(text, rows=TWO))["regions"]
    assert (first["axis"], first["to"]) == ("intensity x volume", pytest.approx(10))
    assert second["design"] == "new"


def test_dies_and_memory_are_those_of_a_spec(explore, inside, tmp_path):
    rows = "design,area [mm2],memory [GB],energy [kWh]\nsmall,100,8,40\nlarge,400,32,10\n"
    parts = (
        "logic: {node: 7 nm, packages: 0}\ndram: {carbon_per_capacity: 0.6 kg/GB, includes: both}\n"
    )
    made = answered(explore(f"designs: designs.csv\nintensity: 0.4 kg/kWh\n{parts}", rows=rows))
    spec = tmp_path / "parts.yaml"
    spec.write_text(
        "name: p\nsite: {carbon_intensity: 400 g/kWh, pue: 1}\nsystems: {m: {lifetime: 1 year, utilization: 100 %, "
        "parts: [{name: logic, kind: logic, node: 7 nm, packages: 0, area: 400 mm2}, "
        "{name: dram, kind: dram, carbon_per_capacity: 0.6 kg/GB, includes: both, capacity: 32 GB}]}}\n"
        "phases: {inference: [{kind: energy, energy: 10 kWh, system: m, devices: 1, wall_time: 1 year}]}\n"
    )
    whole = json.loads(inside("estimate", str(spec), "-f", "json", "-q").out)["results"][0]["total"]
    ours = made["designs"][1]
    for key in ("embodied_kgco2e", "operational_kgco2e", "total_kgco2e"):
        assert ours["figures"][key] == pytest.approx(whole[key], rel=1e-12)
    # The electricity of the fab is one unknown in both: their difference is surer than each.
    gap, ends = made["difference"], ours["ranges"]["total_kgco2e"]
    assert gap["high"] - gap["low"] < ends["high"] - ends["low"]


def test_ranges_of_cells_move_each_by_itself(explore):
    rows = "design,embodied [kg],energy [kWh]\na,90..110,10\nb,100..120,10\nc,200..210,10\n"
    made = answered(explore("designs: designs.csv\nintensity: 1 kg/kWh\n", rows=rows))
    gap = made["difference"]
    assert gap["best"] == pytest.approx(10)
    assert (gap["low"], gap["high"]) == pytest.approx(
        (10 - math.hypot(10, 10), 10 + math.hypot(10, 10))
    )
    assert made["within_range_of_best"] == ["b"]
    assert [one["maybe"] for one in made["designs"]] == [False, True, False]
    assert made["designs"][0]["ranges"]["embodied_kgco2e"] == {"low": 90, "high": 110}


def test_ends_of_regions_have_ranges(explore):
    rows = "design,embodied [kg],energy [kWh]\nold,100,50\nnew,300..500,20\n"
    made = answered(
        explore(
            "designs: designs.csv\nover: {intensity: 0..20 kg/kWh}\nobjectives: {energy: min}\n",
            rows=rows,
        )
    )
    first = made["regions"][0]
    assert (first["to"], first["to_low"], first["to_high"]) == pytest.approx(
        (10, 200 / 30, 400 / 30)
    )


# --- workloads ---

AXES = {
    "systems.node.device": ("nvidia/h100-sxm5-80gb", "nvidia/l40s"),
    "phases.inference.chat.precision": ("bf16", "int4"),
    "site.grid": ("FR", "PL"),
}


def designs_of(axes, owned=None):
    data = CHAT.read_bytes()
    accounts = Accounts(data, "chat.yaml", "chat.yaml", CATALOG)
    points = list(itertools.product(*axes.values()))
    return WorkloadDesigns(accounts, tuple(axes), points, {}, owned)


def test_a_design_is_what_set_makes_of_a_workload(inside):
    made = designs_of(AXES)
    for place, point in enumerate(made.points):
        sets = [f"--set={path}={text}" for path, text in zip(AXES, point, strict=True)]
        whole = json.loads(inside("estimate", str(CHAT), *sets, "-f", "json", "-q").out)["results"][
            0
        ]
        for name in ("energy", "operational", "embodied", "total", "total_market"):
            figure = made.designs.figures[name]
            assert figure.best[place] == whole["total"][figure.key]
        total = made.designs.figures["total"]
        assert total.low[place] == whole["total"]["total_low_kgco2e"]
        assert total.high[place] == whole["total"]["total_high_kgco2e"]
        for figure in whole["figures"]:
            assert made.designs.figures[figure["name"]].best[place] == figure["value"]


@pytest.mark.parametrize("pair", [(0, 2), (0, 4), (1, 6), (3, 5)])
def test_ranges_of_differences_are_those_of_compare(inside, tmp_path, pair):
    made = designs_of(AXES)
    files = []
    for place in pair:
        text = CHAT.read_text()
        path = tmp_path / "chat.yaml"
        path.write_text(text)
        sets = [f"--set={p}={t}" for p, t in zip(AXES, made.points[place], strict=True)]
        saved = tmp_path / f"{place}.json"
        assert inside("estimate", str(path), *sets, "--export", f"json={saved}", "-q").code == 0
        files.append(str(saved))
    done = inside("compare", *files, "-f", "json", "-q")
    change = json.loads(done.out)["alternatives"][0]["total"]["total_kgco2e"]
    first, second = pair
    low, high = made.spread("total").differences(first, np.array([second]))
    assert low[0] == pytest.approx(change["low"], rel=1e-6)
    assert high[0] == pytest.approx(change["high"], rel=1e-6)


def test_many_designs_as_columns_are_as_each_alone():
    axes = {
        "phases.inference.chat.batch": tuple(map(str, range(8, 40, 4))),
        "site.pue": ("1.1", "1.3"),
    }
    made = designs_of(axes)
    assert len(made.groups) < len(made.points)
    spread = made.spread("total")
    for place, point in enumerate(made.points):
        alone = designs_of({path: (text,) for path, text in zip(axes, point, strict=True)})
        own = alone.spread("total")
        assert made.designs.figures["total"].best[place] == alone.designs.figures["total"].best[0]
        assert spread.median[place] == pytest.approx(own.median[0], rel=1e-12)
        ours = {
            key: (low[place], high[place])
            for key, (low, high) in spread.moves.items()
            if low[place] or high[place]
        }
        theirs = {
            key: (low[0], high[0]) for key, (low, high) in own.moves.items() if low[0] or high[0]
        }
        assert ours.keys() == theirs.keys()
        for key, ends in ours.items():
            assert ends == pytest.approx(theirs[key], rel=1e-9)


def test_embodied_carbon_of_owned_machines_is_sunk():
    owned = np.array([True, True, True, True, False, False, False, False])
    made, plain = designs_of(AXES, owned), designs_of(AXES)
    ours, theirs = made.designs.figures, plain.designs.figures
    assert (ours["embodied"].best[:4] == 0).all()
    assert ours["total"].best[:4].tolist() == theirs["operational"].best[:4].tolist()
    assert ours["total"].best[4:].tolist() == theirs["total"].best[4:].tolist()
    assert (ours["total"].high[:4] < theirs["total"].high[:4]).all()
    spread, used = made.spread("total"), plain.spread("operational")
    assert spread.median[:4] == pytest.approx(used.median[:4])


def test_the_worked_example_fits_a_screen_and_names_the_regions(inside):
    done = inside("explore", SERVING, "-q")
    assert done.code == 0
    lines = done.out.splitlines()
    assert len(lines) <= 24 and max(map(len, lines)) <= 80
    assert lines[0].startswith("Serving an 8 B model: 18 designs")
    assert any(line.startswith("Where each wins") for line in lines)
    assert "Best by grid: " in done.out


def test_regions_of_a_workload_are_where_accounts_are_equal(inside):
    made = json.loads(inside("explore", SERVING, "-f", "json", "-q").out)
    first, second = made["regions"]
    assert first["to_low"] < first["to"] < first["to_high"]
    totals = []
    for region in (first, second):
        device, precision = region["design"].split()
        sets = (
            f"--set=systems.node.device=nvidia/{device}",
            f"--set=inference.chat.precision={precision}",
            f"--set=site.carbon_intensity={first['to']} kg/kWh",
        )
        done = inside("estimate", str(CHAT), *sets, "-f", "json", "-q")
        totals.append(json.loads(done.out)["results"][0]["total"]["total_kgco2e"])
    assert totals[0] == pytest.approx(totals[1], rel=1e-9)


@pytest.mark.parametrize("over", ["volume=0..1e11", "lifetime=1..8 years", "utilization=5..100 %",
                                  "intensity,volume", "intensity=0..1 kg/kWh,lifetime=2..6 years"])  # fmt: skip
def test_all_axes_are_answered(inside, over):
    made = json.loads(inside("explore", SERVING, "--over", over, "-f", "json", "-q").out)
    assert made["no_regions"] is None
    by_life = itertools.groupby(made["regions"], key=lambda region: region["lifetime_years"])
    for _, found in by_life:
        for before, after in itertools.pairwise(list(found)):
            assert before["to"] == after["from"] and before["design"] != after["design"]


def test_rows_of_a_table_change_a_workload(inside):
    file = str(EXAMPLES / "training-plans.yaml")
    made = json.loads(inside("explore", file, "-f", "json", "-q").out)
    assert made["axes"][0] == "phases.training.0.devices"
    by_name = {one["design"]: one["figures"] for one in made["designs"]}
    one, four = by_name["256 devices"], by_name["1024 devices"]
    # Tokens over tokens per second; communication that is exposed lengthens it.
    assert one["time"] / four["time"] == pytest.approx(4 * (1 - 0.14) / (1 - 0.05), rel=1e-9)


def test_a_design_that_fails_takes_no_part(explore):
    text = (
        "workload: chat.yaml\naxes:\n  inference.chat.requests: [1k / day, 9e9 / day]\n"
        "  site.grid: [FR, PL]\nobjectives: {total: min}\n"
    )
    made = answered(explore(text))
    failed = [one for one in made["designs"] if one["error"]]
    assert len(failed) == 2 and all("too small" in one["error"] for one in failed)
    assert all(not one["feasible"] and one["rank"] is None for one in failed)
    assert all(one["figures"]["total_kgco2e"] is None for one in failed)


def test_an_axis_that_changes_nothing_is_said(explore):
    text = "workload: chat.yaml\naxes: {site.grid: [FR, PL], systems.other.device: [nvidia/t4, nvidia/l4]}\n"
    done = explore(text, form="table")
    assert "systems.other.device changes nothing here" in done.out


# --- the front and its ranges ---


def figure(name, best, low=None, high=None):
    best = np.array(best, float)
    return Figure(name, name, PLAIN, best, best if low is None else np.array(low, float),
                  best if high is None else np.array(high, float))  # fmt: skip


def test_maybe_is_what_no_design_clearly_beats():
    total = figure("total", [10, 12, 30, 13], [8, 9, 29, 12.5], [12, 15, 31, 13.5])
    front = [Objective(total, "min"), Objective(figure("accuracy", [5, 5, 5, 4]), "max")]
    rows = np.arange(4)
    is_on_front = on_front(front, rows)
    assert is_on_front.tolist() == [True, False, False, False]
    assert maybes(front, rows, is_on_front).tolist() == [False, True, False, False]


def test_a_design_that_another_maybe_clearly_beats_is_none():
    """The third is worse than the second whatever happens: they share what is uncertain."""
    total = figure("total", [10, 12, 12.5], [8, 9, 9.5], [12, 15, 15.5])
    spread = Spread(3)
    spread.median = total.best
    both = np.array([0.0, -3.0, -3.0]), np.array([0.0, 3.0, 3.0])
    spread.moves = {("shared",): both, ("own",): (np.array([-2.0, 0, 0]), np.array([2.0, 0, 0]))}
    front = [Objective(total, "min", spread)]
    is_on_front = on_front(front, np.arange(3))
    assert maybes(front, np.arange(3), is_on_front).tolist() == [False, True, False]


def test_what_two_designs_share_cancels():
    spread = Spread(2)
    spread.median = np.array([10.0, 20.0])
    spread.moves = {("pue",): (np.array([-1.0, -1.0]), np.array([2.0, 2.0]))}
    low, high = spread.differences(0, np.array([1]))
    assert (low[0], high[0]) == (10, 10)


# --- labels ---


def test_labels_are_short_and_apart():
    values = [("nvidia/h100", "4", "FR"), ("amd/h100", "4", "FR"), ("nvidia/a100", "16", "PL")]
    assert labels(("d.device", "p.batch_size", "site.grid"), values) == [
        "nvidia/h100 batch size 4 FR", "amd/h100 batch size 4 FR", "nvidia/a100 batch size 16 PL",
    ]  # fmt: skip
    assert labels(("a",), [("x",), ("x",)]) == ["x", "x (2)"]
    rows = [("nvidia/h100", "FR"), ("nvidia/h100", "PL")]
    assert shared(("device", "site.grid"), rows, "all") == "h100"
    assert shared(("device", "site.grid"), [("a", "b"), ("c", "d")], "all") == "all"


# --- what is wrong ---

TABLE = "designs: designs.csv\n"
WORK = "workload: chat.yaml\naxes: {site.grid: [FR, PL]}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WORK + "rank: nope\n", "3:7: rank: no column `nope`; there are energy"),
        (WORK + "objectives: {speed: min}\n", "objectives: no column `speed`"),
        (WORK + "objectives: {total: low}\n", "`low`"),
        (WORK + "constraints: {latency: <= 20 kg}\n", "latency: `20 kg` is a mass of CO2e, not a duration"),
        (WORK + "constraints: {latency: fast}\n", "latency: `fast` is no condition; write `<= 20 ms`"),
        (WORK + "constraints: {latency: <= 10..20 ms}\n", "is a range; give one limit"),
        (WORK + "over: {sun: 0..1}\n", "over: no axis `sun`; there are intensity"),
        (WORK + "over: {intensity: 1..0 kg/kWh}\n", "over: "),
        (WORK + "over: {intensity: 400 g/kWh}\n", "write LOW..HIGH"),
        (WORK + "over: {volume: 0..9, lifetime: 1..2 years}\n", "one axis, or intensity together with"),
        (WORK + "columns: {cost: {FR: 1}, by: site.grid}\n", "cost: no value for `PL` of site.grid"),
        (WORK + "columns: {cost: {FR: 1, PL: dear}, by: site.grid}\n", "cost: "),
        (WORK + "columns: {cost: {FR: 1, PL: 2}, by: site.pue}\n", "`by: site.pue` is no axis; there are site.grid"),
        (WORK + "columns: {total: {FR: 1, PL: 2}, by: site.grid}\n", "total: is there already"),
        (WORK + "columns: {cost: {FR: 1, PL: 2}}\n", "write {accuracy:"),
        (WORK + "intensity: 1 kg/kWh\n", "`intensity` needs `designs`; a workload has its own"),
        (WORK + "objectives: {zeus: min}\n", "`zeus` needs `eta`"),
        (WORK + "base: nobody\n", "no design is called `nobody`"),
        ("workload: chat.yaml\naxes: {site.gird: [FR, PL]}\n", "2:19: site.gird: unknown key `gird`"),
        ("workload: chat.yaml\naxes: {site.grid: [FR, Oz]}\nobjectives: {x: min}\n", "no column `x`"),
        ("workload: chat.yaml\naxes: {site.grid: [Oz, Oy]}\n", "site.grid: grid: unknown grid `Oz`"),
        ("workload: chat.yaml\naxes: {site.grid: [FR]}\n", "one design is no choice; give two or more"),
        ("workload: chat.yaml\naxes: {site.grid: []}\n", "site.grid: a list of values is wanted here"),
        ("workload: chat.yaml\naxes: {site.grid: [FR, FR]}\n", "site.grid: a value is given twice"),
        ("workload: chat.yaml\naxes: {site.grid: [FR, PL], site: [1, 2]}\n", "is the same place, or one lies in"),
        ("workload: chat.yaml\n", "`workload` needs `axes`"),
        ("workload: none.yaml\naxes: {site.grid: [FR, PL]}\n", "none.yaml:1:1: No such file"),
        ("axes: {site.grid: [FR, PL]}\n", "give `workload` with `axes`, or `designs`, a table"),
        (TABLE + "axes: {site.grid: [FR, PL]}\n", "`axes` change a workload"),
        (TABLE + "rnak: total\n", "unknown key `rnak`; did you mean `rank`?"),
        (TABLE, "objectives: `total` needs `intensity`"),
        (TABLE + "intensity: 1..2 kg/kWh\n", "one number is wanted here"),
        (TABLE + "intensity: 1 kg/kWh\nlogic: {node: 7 nm}\n", "the table has `embodied` already"),
        ("name: x\nphases: {}\n", "this is a workload"),
        ("- 1\n", "a mapping is wanted"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file(explore, text, said):
    done = explore(text, rows=TWO)
    assert (done.code, done.out) == (3, ""), done.err
    assert said in done.err


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("", "is empty; a header of column names is needed"),
        ("design,energy [kWh]\n", "holds no design; a row each is needed"),
        ("design,energy [kWh]\na,1\n", "one design is no choice"),
        ("design,energy [kWh]\na,1,2\nb,1\n", "designs.csv:2:1: has 3 cells where the header has 2"),
        ("design,energy [kWh]\na,x\nb,1\n", "designs.csv:2:2: energy: "),
        ("design,energy [kg]\na,1\nb,1\n", "energy [kg]: `1 kg` is a mass"),
        ("design,energy\na,1\nb,1\n", "or in the header, as in `energy [kWh]`"),
        ("design,embodied [kg],energy [kWh]\na,-1,1\nb,1,1\n", "embodied: `-1` must not be negative"),
        ("design,energy [kWh],energy [kWh]\na,1,1\nb,1,1\n", "two columns are `energy`"),
        ("design,energy [kWh]\na,1\na,1\n", "two designs are called `a`; the other is in line 2"),
        ("design,energy [kWh]\na,nan\nb,1\n", "a: energy is NaN; leave it empty if unknown"),
        ("design,energy [kWh],owned\na,1,perhaps\nb,1,no\n", "owned: `perhaps` is not yes or no"),
        ('design,energy [kWh]\n"a,1\n', "cannot be read as a table"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table(explore, rows, said):
    done = explore("designs: designs.csv\nobjectives: {energy: min}\n", rows=rows)
    assert (done.code, done.out) == (3, "")
    assert said in done.err


def test_a_credit_has_no_regions(explore):
    rows = "design,embodied [kg],energy [kWh]\na,1,-5\nb,2,3\n"
    text = "designs: designs.csv\nintensity: 1 kg/kWh\nover: {intensity: 0..1 kg/kWh}\n"
    done = explore(text, rows=rows)
    assert done.code == 3 and "a: less carbon with more intensity is a credit" in done.err
    made = answered(explore("designs: designs.csv\nintensity: 1 kg/kWh\n", rows=rows))
    assert "is a credit" in made["no_regions"] and made["regions"] == []
    assert made["best"] == "a"


def test_no_feasible_design_is_an_error_with_the_reasons(explore):
    done = explore(TABLE + "intensity: 1 kg/kWh\nconstraints: {total: <= 1 kg}\n", rows=TWO)
    assert done.code == 3 and json.loads(done.out)["best"] is None
    assert "no design is feasible: total not <= 1 kg" in done.err


def test_a_figure_that_is_not_known_takes_a_design_out(explore):
    rows = "design,embodied [kg],energy [kWh],accuracy\na,1,1,\nb,2,3,70\n"
    text = (
        TABLE
        + "intensity: 1 kg/kWh\nconstraints: {accuracy: '>= 1'}\nobjectives: {total: min, accuracy: max}\n"
    )
    first, second = answered(explore(text, rows=rows))["designs"]
    assert (first["feasible"], first["error"], first["reason"]) == (
        False,
        "accuracy is not known",
        "accuracy is not known",
    )
    assert second["rank"] == 1 and second["error"] is None


def test_more_designs_than_the_limit_are_refused(explore):
    text = "workload: chat.yaml\naxes: {site.pue: '1..2:50', inference.chat.batch: '1..100:100'}\n"
    done = explore(text, "--limit", "100")
    assert done.code == 3 and "5,000 designs; at most 100 are computed, or --limit 5000" in done.err
    done = explore(TABLE + "intensity: 1 kg/kWh\n", "--limit", "2", rows=TWO + "c,1,1\n")
    assert done.code == 3 and "3 designs; at most 2" in done.err


@pytest.mark.parametrize("text", ["sun=0..1", "intensity=", "intensity=1", "volume=-1..2", "lifetime=0..3 years",
                                  "utilization=0..2", "intensity,utilization"])  # fmt: skip
def test_axes_that_cannot_be_asked_for(text):
    with pytest.raises(UsageError, match="--over"):
        x.read_over(text)


# --- the command ---


@pytest.mark.parametrize(
    "name", sorted(p.stem for p in EXAMPLES.glob("*.yaml") if p.stem != "chat-8b")
)
def test_examples_are_answered_in_all_forms(inside, name):
    file = str(EXAMPLES / f"{name}.yaml")
    document = json.loads(inside("explore", file, "-f", "json", "-q").out)
    assert not faults("explore", document)
    rows = list(csv.DictReader(io.StringIO(inside("explore", file, "-f", "csv", "-q").out)))
    assert [row["design"] for row in rows] == [one["design"] for one in document["designs"]]
    for row, one in zip(rows, document["designs"], strict=True):
        assert row["feasible"] == str(one["feasible"]).lower()
        assert row["rank"] == ("" if one["rank"] is None else str(one["rank"]))
        for key, number in one["figures"].items():
            assert (
                row[key] == ("" if number is None else repr(number).removesuffix(".0"))
                or float(row[key]) == number
            )
    tsv = inside("explore", file, "-f", "tsv", "-q").out
    assert list(csv.reader(io.StringIO(tsv), delimiter="\t")) == list(
        csv.reader(io.StringIO(inside("explore", file, "-f", "csv", "-q").out))
    )
    assert inside("explore", file, "-f", "md", "-q").out.startswith("### Best by ")


def test_gates_look_at_the_best(inside):
    low = inside("explore", SERVING, "-q", "--fail-on", "total_kgco2e > 470 kg", "-f", "csv")
    assert low.code == 1 and "total_kgco2e" in low.err
    assert (
        inside("explore", SERVING, "-q", "--fail-on", "total_kgco2e > 500 kg", "-f", "csv").code
        == 0
    )
    assert inside("explore", SERVING, "-q", "--fail-on", "speed > 1", "-f", "csv").code == 2


def test_set_changes_the_workload_or_the_file_of_a_table(inside):
    file = str(EXAMPLES / "power-limits.yaml")
    clean = json.loads(
        inside("explore", file, "--set", "intensity=20 g/kWh", "-f", "json", "-q").out
    )
    assert clean["best"] == "batch 128 limit 300 W"
    assert clean["equivalent_eta"] == pytest.approx(0.193, abs=5e-4)
    more = json.loads(inside("explore", SERVING, "--set", "site.pue=1.9", "-f", "json", "-q").out)
    less = json.loads(inside("explore", SERVING, "-f", "json", "-q").out)
    assert more["designs"][0]["figures"]["energy_kwh"] > less["designs"][0]["figures"]["energy_kwh"]


def test_names_are_inert(explore):
    rows = 'design,embodied [kg],energy [kWh]\n"<b>|[x](y)",1,1\n[red]b,2,3\n'
    text = TABLE + "name: '</title><i>'\nintensity: 1 kg/kWh\n"
    done = explore(text, rows=rows, form="md")
    assert "<b>" not in done.out and "</title>" not in done.out and "[x](y)" not in done.out
    assert "[red]b" in explore(text, rows=rows, form="table").out
    assert explore(text, rows="design,energy [kWh]\n=cmd,1\nb,2\n").code == 3


def test_charts_are_exported(inside, tmp_path):
    front, page = tmp_path / "front.vl.json", tmp_path / "page.html"
    done = inside(
        "explore",
        SERVING,
        "-q",
        "--export",
        f"vl.json={front}",
        "--export",
        f"html={page}",
        "-f",
        "csv",
    )
    assert done.code == 0
    assert json.loads(front.read_text())["vconcat"]
    text = page.read_text()
    assert "where each wins" in text and "feasible designs" in text and "<script" not in text
    assert page.stat().st_size < 150_000


def test_the_same_bytes_twice(inside):
    calls = [inside("explore", SERVING, "-f", form, "-q").out for form in ("json", "json")]
    assert calls[0] == calls[1]


def test_a_result_is_no_input_of_others(inside, tmp_path):
    saved = tmp_path / "saved.json"
    saved.write_text(inside("explore", SERVING, "-f", "json", "-q").out)
    done = inside("estimate", str(saved))
    assert done.code == 3 and "this is a result of `explore`" in done.err


def test_help_loads_no_numpy():
    code = (
        "import sys\nfrom carbonctl.cli.exit_codes import run\nrun(['explore', '--help'])\n"
        "sys.exit('numpy' in sys.modules)\n"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True
        ).returncode
        == 0
    )


def test_ncf_is_the_kernel(explore):
    rows = "design,embodied [kg],energy [kWh],delay [s]\na,100,10,2\nb,50,12,1\n"
    text = TABLE + "intensity: 1 kg/kWh\nembodied_share: 40 %\nobjectives: {ncf: min}\n"
    made = answered(explore(text, rows=rows))
    second = made["designs"][1]["figures"]
    assert second["ncf"] == pytest.approx(kernel.ncf(0.4, 50.0, 100.0, 12.0, 10.0))
    assert second["ncf_fixed_time"] == pytest.approx(kernel.ncf(0.4, 50.0, 100.0, 12.0, 5.0))
