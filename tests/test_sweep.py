"""Sweeps: what is swept, what comes of each point, and what is said of it."""

import csv
import io
import json
import signal
import subprocess
import sys
from itertools import pairwise, product
from pathlib import Path

import pytest

from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.gates.rules import Gates
from carbonctl.analysis.sweep import MOST_POINTS, Axis, Measure, Points, Sweep, read_axis
from carbonctl.errors import UsageError
from carbonctl.ledger.entry import Totals
from tests.conftest import CATALOG, CONFIGS, ROOT, clean_environment, run
from tests.schemas.readers import faults

SPECS = ROOT / "tests" / "oracles" / "analysis" / "specs"
SERVICE = SPECS / "service.yaml"
ORACLE = SPECS.parent / "sweep_breakeven.csv"
UTILIZATION, LIFETIME = "systems.pool.utilization", "systems.pool.lifetime"
OVER = ("--over", f"{UTILIZATION}=30%,40%,50%,80%,100%", "--over", f"{LIFETIME}=3..5 years:3")


def cases(prefix):
    with ORACLE.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["case"].startswith(prefix)]


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def values(text):
    return list(read_axis(f"p={text}", MOST_POINTS).texts)


# --- what is swept ---


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("FR,DE,aws/us-east-1", ["FR", "DE", "aws/us-east-1"]),
        ("30%, 40 %", ["30%", "40 %"]),
        ("1,1,1", ["1", "1", "1"]),
        ("1.2", ["1.2"]),
        ("{best: 1.2, low: 1.1, high: 1.4},1.3", ["{best: 1.2, low: 1.1, high: 1.4}", "1.3"]),
        ("[a, {b: 1, c: 2}],x", ["[a, {b: 1, c: 2}]", "x"]),
        ('"a, b",c', ['"a, b"', "c"]),
        ("it's,so", ["it's", "so"]),
        ("1.1..1.2,1.3..1.4", ["1.1..1.2", "1.3..1.4"]),
        ("3..5 years:3", ["3 years", "4 years", "5 years"]),
        ("30%..50%:3", ["30%", "40%", "50%"]),
        ("0..1:11", ["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"]),
        ("0..1:4", ["0", "0.3333333333333333", "0.6666666666666666", "1"]),
        ("5..9 h:1", ["5 h"]),
        ("5..5 h:2", ["5 h", "5 h"]),
        ("1..100:log:3", ["1", "10", "100"]),
        ("1e6..1e9 / day:log:4", ["1000000 / day", "10000000 / day", "100000000 / day", "1000000000 / day"]),
        ("2..3 M GPU-h:2", ["2 M GPU-h", "3 M GPU-h"]),
        ("-1..1:3", ["-1", "0", "1"]),
        ("00:10:00,00:20:00", ["00:10:00", "00:20:00"]),
    ],
)  # fmt: skip
def test_lists_and_spans(text, wanted):
    assert values(text) == wanted


def test_values_of_a_span_are_the_nearest_floats():
    from fractions import Fraction

    for place, text in enumerate(values("0.1..0.7:97")):
        exact = Fraction("0.1") + (Fraction("0.7") - Fraction("0.1")) * place / 96
        assert float(text) == float(exact)
    ends = values("0.003..7000:log:9")
    ratios = [float(b) / float(a) for a, b in pairwise(ends)]
    assert ratios == pytest.approx([ratios[0]] * 8, rel=1e-14)
    assert (ends[0], ends[-1]) == ("0.003", "7000")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("site.pue", "--over site.pue: write site.pue=1.1,1.2 or 'site.pue=1.1..1.5:5'"),
        ("=1", "--over =1: `` is not a path such as phases.training.0.load"),
        ("a..b=1", "--over a..b=1: `a..b` is not a path such as phases.training.0.load"),
        ("p=", "--over p=: a value is empty; write site.pue=1.1,1.2 or 'site.pue=1.1..1.5:5'"),
        ("p=1,,2", "--over p=1,,2: a value is empty; write site.pue=1.1,1.2 or 'site.pue=1.1..1.5:5'"),
        ("p=1..2 h", "--over p=1..2 h: add how many values to take, as in p=1..2 h:5"),
        ("p=1..2:0", "--over p=1..2:0: 0 values; write 1 or more"),
        ("p=1..2:x", "--over p=1..2:x: behind LOW..HIGH stands how many values to take, :5 or :log:5, not `:x`"),
        ("p=1..2:log", "--over p=1..2:log: behind LOW..HIGH stands how many values to take, :5 or :log:5, not `:log`"),
        ("p=2..1:3", "--over p=2..1:3: the low end is above the high end"),
        ("p=0..1:log:3", "--over p=0..1:log:3: with :log LOW has to be above 0"),
        ("p=1 h..2 d:3", "--over p=1 h..2 d:3: LOW is in `h` and HIGH in `d`; write the unit once, behind HIGH"),
        ("p=1..2:3,5", "--over p=1..2:3,5: behind LOW..HIGH stands how many values to take, :5 or :log:5, not `:3,5`"),
        ("p=5,1..2:3", "--over p=5,1..2:3: `1..2:3` stands alone, without other values"),
        ("p=1..2:2000000", "--over p=1..2:2000000: 2,000,000 values; at most 1,000,000 points are computed"),
        ("p=1e99..2e99:2", "--over p=1e99..2e99:2: `1e99` is beyond any value that can be meant"),
        ("a\nb=1", "--over a\\nb=1: a path holds no control characters"),
        ("p\udc80=1", "--over: not UTF-8 text"),
    ],
)  # fmt: skip
def test_what_is_no_list(text, said):
    with pytest.raises(UsageError) as error:
        read_axis(text, MOST_POINTS)
    assert str(error.value) == said


def test_points_are_all_combinations_the_last_path_fastest():
    points = Points([Axis("a", ("1", "2")), Axis("b", ("x", "y", "z"))])
    assert list(points) == list(product("12", "xyz"))
    assert points.count == 6
    assert [len(block) for block in points.blocks(4)] == [4, 2]
    zipped = Points([Axis("a", ("1", "2")), Axis("b", ("x", "y"))], is_zipped=True)
    assert list(zipped) == [("1", "x"), ("2", "y")]


@pytest.mark.parametrize(
    ("axes", "zipped", "said"),
    [
        ([("a", 2000), ("b", 600)], False, "--over: 2,000 × 600 = 1,200,000 points; at most 1,000,000 are computed"),
        ([("a", 2), ("b", 3)], True, "--zip: every path needs as many values; there are a 2, b 3"),
        ([("a", 2), ("a", 2)], False, "--over a: this path is given twice"),
        ([("training.0.load", 2), ("phases.training.0.load", 2)], False,
         "--over phases.training.0.load: this path is given twice"),
    ],
)  # fmt: skip
def test_points_that_are_none(axes, zipped, said):
    with pytest.raises(UsageError) as error:
        Points([Axis(path, ("1",) * count) for path, count in axes], is_zipped=zipped)
    assert str(error.value) == said


def test_a_million_points_are_allowed():
    assert Points([Axis("a", ("1",) * 1000), Axis("b", ("2",) * 1000)]).count == MOST_POINTS


# --- the oracle ---


@pytest.mark.parametrize("case", cases("W01"), ids=lambda case: case["quantity"])
def test_utilization_and_lifetime(case, inside):
    over = json.loads(case["inputs"])["over"]
    arguments = [part for path, value in over.items() for part in ("--over", f"{path}={value}")]
    (row,) = rows(inside("sweep", str(SERVICE), *arguments, "-f", "csv").out)
    assert float(row["total_kgco2e"]) == pytest.approx(
        float(case["value"]), rel=float(case["rel_tol"])
    )


def test_the_matrix_has_them_all(inside):
    done = rows(inside("sweep", str(SERVICE), *OVER, "-f", "csv").out)
    found = {(row[UTILIZATION], row[LIFETIME]): float(row["total_kgco2e"]) for row in done}
    assert len(found) == 15
    for case in cases("W01"):
        over = json.loads(case["inputs"])["over"]
        key = f"{over[UTILIZATION]:.0%}", over[LIFETIME]
        assert found[key] == pytest.approx(float(case["value"]), rel=float(case["rel_tol"]))


# --- points are accounts ---


@pytest.mark.parametrize(
    ("file", "over"),
    [
        (SERVICE, [f"{UTILIZATION}=30%,45.5%,100%", "site.pue=1,1.1..1.3,1.5"]),
        (CONFIGS / "quickstart.yaml", ["site.grid=FR,DE,aws/us-east-1", "site.pue=1.05..1.2:4"]),
        (CONFIGS / "llm-service.yaml", ["site.grid=FR,US", "site.pue=1.1,1.2"]),
    ],
)  # fmt: skip
def test_each_point_is_what_estimate_gives(file, over, inside):
    arguments = [part for text in over for part in ("--over", text)]
    done = rows(inside("sweep", str(file), *arguments, "-f", "csv", "-q").out)
    paths = [text.partition("=")[0] for text in over]
    for row in done[::3]:
        sets = [part for path in paths for part in ("--set", f"{path}={row[path]}")]
        (alone,) = rows(inside("estimate", str(file), *sets, "-f", "csv", "--totals", "-q").out)
        for key in Totals._fields:
            assert (row[key] == alone[key] == "") or float(row[key]) == pytest.approx(
                float(alone[key]), rel=1e-12
            )
        assert row["complete"] == alone["complete"]


def test_set_holds_at_every_point(inside):
    plain = rows(inside("sweep", str(SERVICE), "--over", "site.pue=1,1.5", "-f", "csv").out)
    other = rows(
        inside("sweep", str(SERVICE), "--over", "site.pue=1,1.5", "--set", "site.carbon_intensity=800 g/kWh", "-f", "csv").out
    )  # fmt: skip
    for one, two in zip(plain, other, strict=True):
        assert float(two["operational_kgco2e"]) == pytest.approx(
            2 * float(one["operational_kgco2e"])
        )


def test_columns_and_repeats(inside):
    done = inside("sweep", str(SERVICE), "--over", "site.pue=1.2,1.2,1.3", "-f", "csv")
    head, *lines = done.out.splitlines()
    sums = ",".join(Totals._fields)
    assert head == f"point,site.pue,file,workload,complete,{sums},error"
    assert [line.split(",")[:2] for line in lines] == [["1", "1.2"], ["2", "1.2"], ["3", "1.3"]]
    assert lines[0].partition(",")[2] == lines[1].partition(",")[2]


def test_formats_hold_the_same(inside):
    arguments = ("sweep", str(SERVICE), *OVER, "--key", "phases.training.energy_kwh")
    table = rows(inside(*arguments, "-f", "csv").out)
    assert rows(inside(*arguments, "-f", "tsv").out.replace("\t", ",")) == table
    lines = [json.loads(line) for line in inside(*arguments, "-f", "jsonl").out.splitlines()]
    document = json.loads(inside(*arguments, "-f", "json").out)
    assert not faults("sweep", document)
    assert len(lines) == len(document["points"]) == len(table) == 15
    for row, line, point in zip(table, lines, document["points"], strict=True):
        assert list(line) == list(row)
        assert line["total_kgco2e"] == float(row["total_kgco2e"]) == point["total"]["total_kgco2e"]
        key = "phases.training.energy_kwh"
        assert line[key] == float(row[key]) == point["figures"][key]
        assert point["values"] == [row[UTILIZATION], row[LIFETIME]]


def test_parquet_has_types(inside, tmp_path):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    path = tmp_path / "p.parquet"
    arguments = (
        "--over",
        f"{UTILIZATION}=30%,110%",
        "--key",
        "phases.data.energy_kwh",
        "-f",
        "csv",
    )
    done = inside("sweep", str(SERVICE), *arguments, "--export", f"parquet={path}")
    assert done.code == 3
    frame = pandas.read_parquet(path)
    assert list(frame.columns) == done.out.partition("\n")[0].split(",")
    types = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert (types["point"], types[UTILIZATION], types["complete"]) == ("Int64", "string", "boolean")
    assert types["total_kgco2e"] == types["phases.data.energy_kwh"] == "float64"
    assert frame["error"].isna().tolist() == [True, False]


def test_per_functional_unit(inside, tmp_path):
    path = tmp_path / "job.yaml"
    path.write_text(SERVICE.read_text() + "functional_unit: {name: answer, amount: 36.5e9}\n")
    done = inside("sweep", str(path), "--over", "site.pue=1.2..1.25:9", "--per", "-f", "csv")
    for row in rows(done.out):
        wanted = float(row["total_kgco2e"]) / 36.5e9
        assert float(row["total_kgco2e_per_unit"]) == pytest.approx(wanted, rel=1e-14)
    assert (
        "total_kgco2e per answer"
        in inside("sweep", str(path), "--over", "site.pue=1.2,1.25", "--per").out
    )
    swept = inside(
        "sweep", str(path), "--over", "functional_unit.amount=1e9,2e9,4e9", "--per", "-f", "csv"
    )
    figures = [float(row["total_kgco2e_per_unit"]) for row in rows(swept.out)]
    assert figures == pytest.approx([figures[0], figures[0] / 2, figures[0] / 4], rel=1e-14)


def test_per_functional_unit_whose_amount_follows_from_the_activity(inside, tmp_path):
    path = tmp_path / "chat.yaml"
    path.write_text("""
name: chat
functional_unit: {name: request}
site: {grid: FR, pue: 1.2}
phases:
  inference:
    - {kind: llm_serving, name: chat, model: llama-3.1-8b, device: nvidia/h100-sxm5-80gb,
       requests: 1M, output_tokens: 400, batch: 32}
""")
    swept = inside(
        "sweep", str(path), "--over", "inference.chat.requests=1M,2M,4M,0", "--per", "-f", "csv"
    )
    *some, none = [row["total_kgco2e_per_unit"] for row in rows(swept.out)]
    assert [float(figure) for figure in some] == pytest.approx([float(some[0])] * 3, rel=1e-12)
    assert none == ""


def test_per_without_a_unit(inside):
    done = inside("sweep", str(SERVICE), "--over", "site.pue=1.2", "--per")
    said = "--per: the workload has no `functional_unit`; give its `name` and `amount`"
    assert (done.code, done.out, done.err) == (3, "", f"{SERVICE}:1:1: {said}\n")


# --- what is refused ---


def test_a_refused_point_is_told_and_the_others_come(inside):
    done = inside("sweep", str(SERVICE), "--over", f"{UTILIZATION}=50%,110%,60%", "-f", "csv")
    assert done.code == 3
    assert done.err == (
        f"{SERVICE} at {UTILIZATION}=110%: utilization: `110%` is above 1 (100 %)\n"
    )
    first, second, third = rows(done.out)
    assert second["error"] == "utilization: `110%` is above 1 (100 %)"
    assert {second[key] for key in Totals._fields} == {""}
    assert second["complete"] == "false"
    assert first["error"] == third["error"] == ""
    assert float(third["total_kgco2e"]) < float(first["total_kgco2e"])


def test_refused_points_in_json_are_errors(inside):
    done = inside("sweep", str(SERVICE), "--over", f"{UTILIZATION}=50%,110%", "-f", "json")
    document = json.loads(done.out)
    assert not faults("sweep", document)
    assert [point["total"] is None for point in document["points"]] == [False, True]
    assert [error["message"] for error in document["errors"]] == [document["points"][1]["error"]]


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ("systems.pool.utilisation=50%,60%",
         "--over: systems.pool.utilisation: unknown key `utilisation`; did you mean `utilization`?\n"),
        ("inference.foo.requests=1 / day,2 / day",
         "--over: inference.foo.requests: nothing is named `foo`; there are answers\n"),
        ("inference.9.requests=1 / day,2 / day",
         "--over: inference.9.requests: there is no item 9; the list has 1\n"),
        ("site.pue.x=1,2", "--over: site.pue.x: `x` would stand inside a value\n"),
    ],
)  # fmt: skip
def test_a_path_that_no_workload_has_is_told_once(over, said, inside):
    done = inside("sweep", str(SERVICE), "--over", over, "-f", "csv")
    assert (done.code, done.out, done.err) == (3, "", said)


def test_a_faulty_file_is_told_once(inside, tmp_path):
    path = tmp_path / "job.yaml"
    path.write_text(SERVICE.read_text().replace("pue: 1.25", "pue: 0.5"))
    done = inside("sweep", str(path), "--over", f"{UTILIZATION}=30..80%:6", "-f", "csv")
    assert (done.code, done.out) == (3, "")
    assert done.err.count("\n") == 1
    assert done.err.startswith(f"{path}:3:")
    mended = inside("sweep", str(path), "--over", "site.pue=1.1,1.2", "-f", "csv")
    assert (mended.code, len(rows(mended.out))) == (0, 2)


def test_a_saved_result_is_refused(inside, tmp_path):
    path = tmp_path / "saved.json"
    inside("estimate", str(SERVICE), "--export", f"json={path}")
    done = inside("sweep", str(path), "--over", "site.pue=1.1")
    said = "this is a saved result; sweep reads the workload that it came from"
    assert (done.code, done.err) == (3, f"{path}:1:1: {said}\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing is swept; add --over PATH=LIST, as in --over site.pue=1.1,1.2"),
        (("--over", "site.pue=1..2"), "add how many values to take, as in site.pue=1..2:5"),
        (("--over", "site.pue=1", "--key", "total"), "unknown key `total`"),
        (("--over", "site.pue=1", "--key", "training.total_kgco2e"), "did you mean `phases.training.total_kgco2e`?"),
        (("--over", "site.pue=1", "--fail-on", "total_kgco2e > +5%"), "a signed limit is a change from a base"),
        (("--over", "site.pue=1", "--set", "x"), "--set x: write PATH=VALUE"),
        (("--over", "site.pue=1", "--export", "nope=x"), "--export nope=x: no format `nope`"),
    ],
)  # fmt: skip
def test_wrong_flags(arguments, said, inside):
    done = inside("sweep", str(SERVICE), *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


# --- gates ---


def test_gates_judge_every_point(inside):
    arguments = ("sweep", str(SERVICE), *OVER, "--fail-on", "total_kgco2e > 92 t", "-f", "csv")
    done = inside(*arguments)
    assert done.code == 1
    told = done.err.splitlines()
    over = [row for row in rows(done.out) if float(row["total_kgco2e"]) > 92_000]
    assert len(told) == len(over) == 3
    assert told[0] == (
        f"{SERVICE} at {UTILIZATION}=30%, {LIFETIME}=3 years: gate failed: total_kgco2e > 92 t: "
        "it is 98.32 tCO2e, the limit 92 tCO2e"
    )
    assert inside(*arguments, "--exit-zero").code == 0
    assert inside(*arguments[:-4], "--warn-on", "total_kgco2e > 92 t", "-f", "csv").code == 0


def test_gates_over_a_spread(inside):
    ranges = SPECS / "service-ranges.yaml"
    arguments = (
        "--over",
        "systems.pool.lifetime=3..5 years:5",
        "--fail-on",
        "p95(total_kgco2e) > 125 t",
    )
    done = inside("sweep", str(ranges), *arguments, "-f", "json")
    verdicts = json.loads(done.out)["verdicts"]
    assert done.code == 1
    assert 0 < len(verdicts) < 5
    for verdict in verdicts:
        lifetime = verdict["subject"].partition("lifetime=")[2]
        alone = inside("estimate", str(ranges), "--set", f"systems.pool.lifetime={lifetime}",
                       "--fail-on", "p95(total_kgco2e) > 125 t", "-f", "json")  # fmt: skip
        (there,) = json.loads(alone.out)["verdicts"]
        assert verdict["value"] == pytest.approx(there["value"], rel=1e-12)


def test_a_gate_over_an_unknown_figure(inside):
    done = inside(
        "sweep", str(SERVICE), "--over", "site.pue=1,1.1,1.2,1.3", "--fail-on", "water_l > 1 L"
    )
    assert done.code == 3
    assert done.err.count("gate unknown") == 4


def test_a_gate_over_an_end_of_the_range(inside):
    ranges = str(SPECS / "service-ranges.yaml")
    over = (
        "--over",
        "systems.pool.lifetime=3..5 years:5",
        "--fail-on",
        "total_high_kgco2e > 129 t",
    )
    done = inside("sweep", ranges, *over, "--key", "total_high_kgco2e",
                  "--key", "phases.training.total_high_kgco2e", "-f", "csv")  # fmt: skip
    above = [row for row in rows(done.out) if float(row["total_high_kgco2e"]) > 129_000]
    assert done.code == 1
    assert 0 < len(above) == done.err.count("gate failed") < 5
    for row in rows(done.out):
        alone = inside("estimate", ranges, "--set", f"systems.pool.lifetime={row['systems.pool.lifetime']}",
                       "-f", "csv", "--phases").out  # fmt: skip
        (training,) = (r for r in rows(alone) if r["phase"] == "training")
        wanted = float(training["total_high_kgco2e"])
        assert float(row["phases.training.total_high_kgco2e"]) == pytest.approx(wanted, rel=1e-12)


# --- streams ---


def test_exports_come_first_and_standard_output_is_the_same(inside, tmp_path):
    path = tmp_path / "out.csv"
    alone = inside("sweep", str(SERVICE), *OVER, "-f", "csv")
    both = inside("sweep", str(SERVICE), *OVER, "-f", "csv", "--export", f"csv={path}")
    assert both.out == alone.out == path.read_text()
    again = inside("sweep", str(SERVICE), *OVER, "--export", f"csv+={path}")
    assert again.code == 0
    assert path.read_text().count("point,") == 1
    assert len(path.read_text().splitlines()) == 31
    other = inside("sweep", str(SERVICE), "--over", "site.pue=1", "--export", f"csv+={path}")
    assert other.code == 2
    assert "column 2 of that file is `systems.pool.utilization`" in other.err


def test_a_file_that_is_read_is_not_written_to(inside):
    done = inside("sweep", str(SERVICE), "--over", "site.pue=1", "--export", f"csv={SERVICE}")
    assert done.code == 2
    assert "is read, and would be written to" in done.err


def test_standard_input_and_one_of_several(inside, tmp_path):
    done = run("sweep", "-", "--over", "site.pue=1.1,1.2", "-f", "csv", stdin=SERVICE.read_bytes())
    assert (done.code, [row["file"] for row in rows(done.out)]) == (0, ["<stdin>"] * 2)
    path = tmp_path / "two.yaml"
    path.write_text(f"{SERVICE.read_text()}---\n{(SPECS / 'design-old.yaml').read_text()}")
    several = inside("sweep", str(path), "--over", "site.pue=1.1")
    assert several.code == 3
    assert several.err.endswith(f"name one, as in `carbonctl sweep {path}#1`\n")
    second = inside("sweep", f"{path}#2", "--over", "site.pue=1.1", "-f", "csv")
    assert [row["workload"] for row in rows(second.out)] == ["keep"]
    faulty = inside("sweep", f"{path}#2", "--over", "site.pue=1.1", "--set", "inference.0.energy=x")
    assert faulty.code == 3
    assert inside("sweep", "no.yaml", "--over", "site.pue=1").err == "no.yaml:1:1: no such file\n"


def test_a_closed_pipe_ends_quietly():
    command = [sys.executable, "-m", "carbonctl", "sweep", str(SERVICE), "-f", "csv",
               "--over", "site.pue=1..2:60000"]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
        env=clean_environment(PYTHONPATH=str(ROOT)),
    ) as process:  # fmt: skip
        assert process.stdout.readline().startswith(b"point,")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode in (-signal.SIGPIPE, 141)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_a_full_disk_is_told(form):
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "carbonctl", "sweep", str(SERVICE), "--over", "site.pue=1,2", "-f", form],
            stdout=full, stderr=subprocess.PIPE, cwd=ROOT, check=False,
            env=clean_environment(PYTHONPATH=str(ROOT)),
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (74, b"standard output: No space left on device\n")


def test_warnings_are_merged(inside):
    file = str(CONFIGS / "on-device.yaml")
    plain = inside("estimate", file, "-f", "csv", "--totals")
    done = inside("sweep", file, "--over", "site.carbon_intensity=100..900 g/kWh:5", "-f", "csv")
    assert done.err.count("\n") <= plain.err.count("\n") + 1


def test_blocks_give_what_one_block_gives(monkeypatch):
    from carbonctl.analysis.sweep import rows as of_rows

    points = Points(
        [read_axis(f"{UTILIZATION}=30..100%:29", MOST_POINTS), Axis("site.pue", ("1", "1.2", "x"))]
    )

    def figures():
        accounts = Accounts(SERVICE.read_bytes(), "s", "s", CATALOG)
        sweep = Sweep(accounts, points, [Measure(None, "total_kgco2e")], Gates((), ()))
        return [
            (row.point, row.values, row.figures) for block in sweep.blocks() for row in block.rows
        ]

    whole = figures()
    monkeypatch.setattr(of_rows, "_BLOCK", 10)
    assert figures() == whole
    assert [point for point, _, _ in whole] == list(range(1, 88))


# --- for people ---


def test_a_matrix_reads_as_the_contract_has_it(inside, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = inside("sweep", str(SERVICE), *OVER).out.splitlines()
    assert lines[0] == f"service: {UTILIZATION} down, {LIFETIME} across"
    body = [line.split() for line in lines[2:]]
    assert body[0] == ["total_kgco2e", "3", "years", "4", "years", "5", "years"]
    assert body[2] == ["30", "%", "98,324", "█", "92,708", "▓", "89,338", "▒"]
    assert body[6] == ["100", "%", "82,599", "·", "80,914", "·", "79,903", "·"]
    ends = "Least 79,903 (·) at 100 %, 5 years; most 98,324 (█, 1.23 ×) at 30 %, 3 years."
    assert lines[-1] == ends


def test_a_matrix_that_is_too_wide_is_rows(inside, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    over = ("--over", f"{UTILIZATION}=30%,40%", "--over", f"{LIFETIME}=3..5 years:9")
    lines = inside("sweep", str(SERVICE), *over).out.splitlines()
    assert lines[0] == "service"
    assert sum("years" in line for line in lines) == 19
    assert all(len(line) <= 80 for line in lines)
    monkeypatch.setenv("COLUMNS", "200")
    assert "across" in inside("sweep", str(SERVICE), *over).out


def test_several_keys_and_zip_are_rows(inside):
    done = inside("sweep", str(SERVICE), *OVER, "--key", "total_kgco2e", "--key", "energy_kwh")
    assert done.out.count("years") == 15
    over = ("--over", f"{UTILIZATION}=30%,40%,50%", "--over", f"{LIFETIME}=3..5 years:3", "--zip")
    lines = inside("sweep", str(SERVICE), *over).out.splitlines()
    assert sum(" years" in line and "%" in line for line in lines) == 4


def test_people_are_shown_a_thousand_points(inside):
    done = inside("sweep", str(SERVICE), "--over", "site.pue=1..2:1500")
    assert "and 500 more points (--format csv has them all)" in done.out
    assert len(done.out.splitlines()) < 1010


def test_markdown_escapes(inside, tmp_path):
    path = tmp_path / "job.yaml"
    path.write_text(SERVICE.read_text().replace("name: service", "name: a|b *c*"))
    done = inside("sweep", str(path), "--over", "site.grid=FR,<b>x</b>|y", "-f", "md")
    assert done.code == 3
    assert "<b>" not in done.out
    assert "### a\\|b \\*c\\*" in done.out


def test_hostile_texts_do_nothing_to_a_terminal(inside):
    done = inside(
        "sweep", str(SERVICE), "--over", "site.grid=\x1b[31mred,::error::x", "-f", "table"
    )
    assert done.code == 3
    assert "\x1b" not in done.out + done.err
    assert not any(line.startswith("::") for line in (done.out + done.err).splitlines())
    formats = [inside("sweep", str(SERVICE), "--over", "site.grid=\x1b[31mred", "-f", form).out
               for form in ("json", "jsonl")]  # fmt: skip
    assert all("\x1b" not in text for text in formats)


@pytest.mark.parametrize(
    "paths",
    [
        ("site.pue=1.1,1.2", "site={grid: FR},{grid: DE}"),
        ("site={grid: FR},{grid: DE}", "site.pue=1.1,1.2"),
        ("phases.training.0.load=10%,20%", "training.compute.load=30%,40%"),
    ],
)
def test_paths_that_lie_in_each_other_are_refused(paths, tmp_path, inside):
    path = tmp_path / "job.yaml"
    path.write_text(JOB, encoding="utf-8")
    done = inside("sweep", str(path), *(word for text in paths for word in ("--over", text)))
    assert done.code == 2
    assert "is the same place, or the one lies in the other" in done.err


JOB = """
name: job
site: {grid: FR}
phases:
  training:
    - {kind: compute, device: nvidia/a100-sxm4-80gb, devices: 8, wall_time: 24 h, load: 85 %}
"""


# --- grids ---


@pytest.mark.parametrize(
    ("form", "every", "more"),
    [
        ("csv", 1, ()),
        ("json", 5, ("--set", "site.year=2012")),
        ("jsonl", 5, ("--over", "site.pue=1.1,1.2..1.4")),
        ("table", 5, ("--fail-on", "total_kgco2e > 200", "--warn-on", "total_high_kgco2e > 400")),
    ],
)
def test_grids_together_give_the_bytes_of_each_by_itself(form, every, more, inside, monkeypatch):
    places = [*CATALOG.zones, *CATALOG.regions][::every]
    over = f"site.grid={','.join([*places, 'nowhere'])}"
    words = ("sweep", str(CONFIGS / "quickstart.yaml"), "--over", over, *more, "-f", form)
    together = inside(*words)
    assert together.code == 3  # some have no figure

    def one_by_one(self, paths, points):
        return [self.outcome(paths, point) for point in points]

    monkeypatch.setattr(Accounts, "outcomes", one_by_one)
    assert inside(*words) == together
