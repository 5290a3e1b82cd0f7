"""The account of a fleet in each format; hostile names do no harm."""

import csv
import io
import json
import os
import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyarrow import parquet
from rich.cells import cell_len

from carbonctl.analysis.gates import Verdict
from carbonctl.errors import Caution
from carbonctl.ledger.entry import NOTHING, Totals
from carbonctl.ledger.fleet import (
    NONE,
    AssumedOf,
    Coverage,
    Fleet,
    Group,
    Input,
    NotCovered,
    Reject,
    RowBatch,
)
from carbonctl.ledger.result import About
from carbonctl.reference import descriptions
from carbonctl.render import FORMATS, Style
from carbonctl.render.fleet import FIGURES, columns, layout, render, rows, times
from tests.conftest import CATALOG, ROOT, account
from tests.markdown import HOSTILE, assert_harmless, plain, readable
from tests.schemas.readers import faults

GOLDEN = ROOT / "tests" / "golden" / "fleet"
ABOUT = About("0", "0")
WORKLOAD = account(
    "name: fleet\nsite: {grid: FR}\nphases: {training: [{kind: compute, "
    "device: nvidia/a100-sxm4-80gb, devices: 4, wall_time: 10 h}]}\n"
)
EVIL = "\x1b[31m<b>|x|</b>\n::error::a\r##[group]b"


def sums(energy, operational, embodied, *, market=None, low=0.8, high=1.3, water=None):
    """Return totals; their range is a part and a multiple of them."""
    total = None if None in (operational, embodied) else operational + embodied
    market = operational if market is None else market
    of_market = None if None in (market, embodied) else market + embodied
    ends = (None, None) if total is None else (total * low, total * high)
    return Totals(energy, operational, market, embodied, total, of_market, *ends, water)


def added(groups):
    """Return the group of all."""

    def add(name):
        numbers = [getattr(group.totals, name) for group in groups]
        return None if None in numbers else sum(numbers)

    return Group(
        (),
        sum(group.rows for group in groups),
        sum(group.device_h for group in groups),
        sums(add("energy_kwh"), add("operational_kgco2e"), add("embodied_kgco2e")),
    )


JOBS = [
    Group(("vision", "2026-01"), 1, 1600.0, sums(345.6, 133.056, 43.888)),
    Group(("nlp", "2026-01"), 2, 202.0, sums(83.14, 4.157, 5.925)),
    Group(("vision", "2026-02"), 1, 0.25, sums(0.08, 0.004, 0.006)),
]
REJECTS = (
    Reject("jobs.csv", 7, "gpu", "A1000", "unknown device 'A1000'; near: nvidia/a100-sxm4-80gb"),
    Reject("jobs.csv", 9, "hours", "two", "'two' is not a number"),
    Reject("jobs.csv", 10, "", "", "11 cells under a header of 10"),
    Reject("jobs.csv", 11, "n", "-1", "must not be below 0"),
)
COVERAGE = Coverage(9, 4, 4, {"no time": 1})


def fleet(groups=JOBS, by=("team", "month"), *, total=None, **more):
    """Return an account; what is behind it is that of one workload."""
    parts = {
        "coverage": COVERAGE,
        "rejects": REJECTS,
        "inputs": (Input("jobs.csv", "0" * 64, 9, "table"),),
        "assumptions": tuple(
            AssumedOf(assumed, 4 if "embodied" not in assumed.path else 3)
            for assumed in WORKLOAD.assumptions
        ),
        "warnings": (Caution("j5 began in January", vital=True),),
        "not_covered": (NotCovered("object storage", 1234.0, "GB-month"),),
        "map": {"tags": {"team": "dept"}},
        "make_entries": lambda: WORKLOAD.entries,
        **more,
    }
    whole = added(groups) if total is None else total
    return Fleet(by=by, total=whole, groups=tuple(groups) if by else (whole,), **parts)


UNKNOWN = fleet(
    [JOBS[0], Group((NONE, "2026-01"), 2, 12.0, sums(1.0, 0.5, None)), JOBS[2]],
    coverage=Coverage(5, 4, 0, {"no time": 1, "duplicate": 0}),
    rejects=(),
)
ZERO = fleet(
    [Group(("a", "b"), 0, 0.0, NOTHING)], coverage=Coverage(1, 0, 0, {"no time": 1}), rejects=()
)
MANY = fleet(
    [Group((f"t{n}",), 2, 1.0, sums(2.0, 1.0, 3000.0 - n)) for n in range(1200)], by=("team",)
)
ALL = {
    "jobs": fleet(),
    "total": fleet(by=()),
    "unknown": UNKNOWN,
    "unknown total": fleet([Group((), 1, 2.0, sums(None, None, None))], by=()),
    "zero": ZERO,
    "many": MANY,
    "empty": fleet([], total=Group((), 0, 0.0, NOTHING)),
}
CASES = pytest.mark.parametrize("case", ALL)


def table(of, width=80, **more):
    style = Style(width=width, details=more.pop("details", False), sources=CATALOG.sources)
    return render("table", of, style, ABOUT, **more)


def lines(form, of):
    text = render(form, of, Style(), ABOUT)
    if form == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(io.StringIO(text), delimiter="\t" if form == "tsv" else ","))


VERDICTS = [
    Verdict("total_kgco2e > 100 kg", "fail", "fail", 187.036, 100.0, "kgCO2e", None, "jobs.csv"),
    Verdict("rejected_rows > 10", "warn", "pass", 4.0, 10.0, "rows", None, "jobs.csv"),
]
SCREENS = {
    "80.txt": ("jobs", 80, {}),
    "120.txt": ("jobs", 120, {}),
    "60.txt": ("jobs", 60, {}),
    "details.txt": ("jobs", 80, {"details": True, "rejects": "rejects.csv"}),
    "total.txt": ("total", 80, {"verdicts": VERDICTS}),
    "unknown.txt": ("unknown", 80, {}),
    "top.txt": ("jobs", 120, {"top": 1}),
    "zero.txt": ("zero", 80, {}),
}


@pytest.mark.parametrize("name", SCREENS)
def test_screens(name):
    case, width, more = SCREENS[name]
    shown = table(ALL[case], width, **more)
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / name).write_text(shown, encoding="utf-8")
    assert shown == (GOLDEN / name).read_text(encoding="utf-8")


def test_the_page():
    shown = render("md", fleet(), Style(sources=CATALOG.sources), ABOUT, VERDICTS)
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / "page.md").write_text(shown, encoding="utf-8")
    assert shown == (GOLDEN / "page.md").read_text(encoding="utf-8")


@CASES
@pytest.mark.parametrize("width", [30, 40, 50, 60, 72, 80, 100, 120, 200])
def test_the_screen_is_not_wider_than_it_is(case, width):
    shown = table(ALL[case], width).splitlines()
    assert max(map(cell_len, shown)) <= width
    assert all("Total" in "".join(part) for part in (shown[2:5], shown))


def test_the_total_stays_whole_in_a_narrow_screen():
    for width in (30, 40, 60):
        shown = table(fleet(), width)
        assert all(figure in shown for figure in ("187.04", "176.94", "10.08"))


def test_the_bar_goes_first_then_units_go_below_heads():
    wide, middle, narrow = (table(fleet(), width) for width in (120, 94, 80))
    assert "█" in wide and "Operational kg" in wide
    assert "█" not in middle and "Operational kg" in middle
    assert "█" not in narrow and "Operational kg" not in narrow and "Operational" in narrow


def test_units_are_those_of_the_largest_figure():
    group = Group(("a",), 10, 2e6, sums(3.1e6, 1.25e6, 2e5))
    shown = table(fleet([group, Group(("b",), 1, 0.5, sums(1.0, 0.5, 0.1))], by=("team",)), 120)
    assert "Energy GWh" in shown and "Total t" in shown
    assert "1,450" in shown and "<0.01" in shown and "2,000,000" in shown


def test_a_fleet_without_devices_has_no_column_of_their_hours():
    assert "Device-h" in table(fleet())
    assert "Device-h" not in table(fleet([Group(("a", "b"), 1, 0.0, sums(1.0, 1.0, 1.0))]))


def test_the_range_of_the_total_is_said():
    assert table(fleet()).startswith(
        "jobs.csv: 187.04 kgCO2e (149.63 to 243.15 kgCO2e in 90 of 100 cases)\n"
    )
    certain = Group((), 1, 1.0, sums(1.0, 2.0, 3.0, low=1.0, high=1.0))
    assert table(fleet(by=(), total=certain)).startswith("jobs.csv: 5.000 kgCO2e\n")


def test_what_the_market_says_and_water():
    whole = Group((), 1, 1.0, sums(1.0, 2.0, 3.0, market=1.5, water=12.0))
    for form in ("table", "md"):
        shown = render(form, fleet(by=(), total=whole), Style(), ABOUT)
        assert "operational 1.500 kgCO2e, total 4.500 kgCO2e" in shown
        assert "12 L, on site" in shown
    assert "Market" not in table(fleet()) and "Water" not in table(fleet())


def test_what_is_unknown_is_not_zero():
    shown = table(UNKNOWN)
    assert "operational; the total is unknown" in shown.partition("\n")[0]
    assert "Incomplete: a figure of 1 of 3 groups is unknown, and so is the total" in shown
    assert shown.count("unknown") > 4
    (row,) = [row for row in lines("csv", UNKNOWN) if row["team"] == NONE]
    assert (row["complete"], row["total_kgco2e"], row["share"]) == ("false", "", "")
    assert row["operational_kgco2e"] == "0.5"
    assert lines("jsonl", UNKNOWN)[1]["embodied_kgco2e"] is None


def test_a_total_of_nothing_has_no_shares():
    assert "–" in table(ZERO)
    assert lines("csv", ZERO)[0]["share"] == ""
    assert "1 row: 0 counted, 1 skipped (no time)\n" in table(ZERO)


# --- what became of the rows


def test_coverage():
    shown = table(fleet(), 120)
    assert "9 rows: 4 counted, 4 rejected, 1 skipped (no time)   (not in the total: the " in shown
    shown = table(fleet(), 120, rejects="rejects.csv")
    assert "(not in the total: rejects.csv)" in shown
    assert "2 more in rejects.csv\n" in shown
    several = Coverage(1234567, 1234560, 0, {"no time": 3, "duplicate": 4}, 2.5)
    shown = table(fleet(coverage=several, rejects=()), 120)
    assert "1,234,567 rows: 1,234,560 counted, 7 skipped (3 no time, 4 duplicate)" in shown
    assert "(not in the total: 2.5 h without a measurement)" in shown
    assert "not in the total" not in table(UNKNOWN)


def test_first_rejects():
    shown = table(fleet(), 120)
    assert (
        "\njobs.csv:9: hours: 'two' is not a number\n2 more; --rejects PATH writes all\n" in shown
    )
    assert "jobs.csv:10" not in shown
    three = table(fleet(rejects=REJECTS[:3]), 120)
    assert "jobs.csv:10: 11 cells under" in three and "more" not in three.partition("jobs.csv:7")[2]
    every = table(fleet(rejects=REJECTS * 40), 120, details=True)
    assert every.count("jobs.csv:11: n: must") == 25
    assert "60 more; --rejects" in every


def test_what_is_not_covered():
    assert "\nNot covered: object storage 1,234 GB-month\n" in table(fleet())
    many = fleet(not_covered=tuple(NotCovered(f"thing {n}", n, "") for n in range(14)))
    assert "thing 9 9; and 4 more (--details lists them)" in table(many, 300)
    assert "thing 13 13\n" in table(many, 300, details=True)


def test_what_was_assumed():
    shown = table(fleet(), 120)
    assert "\narchetype  host_embodied (3 rows)\n" in shown
    assert "lifetime, utilization" in shown
    assert shown.count("4 rows") == 2
    assert "[1]" not in shown
    full = table(fleet(), 120, details=True)
    assert len(re.findall("  [34] rows  ", full)) == len(WORKLOAD.assumptions)
    for assumed in WORKLOAD.assumptions:
        assert all(key in full for key in (assumed.source or "").split())


def test_an_assumption_of_two_phases_is_one():
    (of,) = [a for a in WORKLOAD.assumptions if a.path.endswith("lifetime")]
    other = of._replace(path="phases.data.compute.lifetime")
    both = fleet(assumptions=(AssumedOf(of, 3), AssumedOf(other, 5)))
    assert "default  lifetime (5 rows)" in table(both)
    again = fleet(
        assumptions=(AssumedOf(of, 3), AssumedOf(of._replace(value=9.0, low=9, high=9), 5))
    )
    assert "default  lifetime (8 rows)" in table(again)


# --- the largest groups, and the rest


def test_top_sums_up_the_rest():
    shown = table(fleet(), 200, top=1)
    (rest,) = [line for line in shown.splitlines() if line.startswith("the rest")]
    assert rest.split()[:-1] == [
        "the",
        "rest",
        "3",
        "202.25",
        "83.22",
        "4.16",
        "5.93",
        "10.09",
        "5.4",
        "%",
    ]
    assert "nlp" not in shown
    assert "| the rest |  | 3 |" in render("md", fleet(), Style(), ABOUT, top=1)
    assert "the rest" not in table(fleet(), 200, top=3)
    assert table(fleet(), 200, top=0).count("vision") == 0
    for form in ("csv", "json", "jsonl", "tsv"):
        assert render(form, fleet(), Style(), ABOUT, top=1) == render(form, fleet(), Style(), ABOUT)


@pytest.mark.parametrize("width", range(80, 131))
def test_no_label_is_broken_for_a_bar(width):
    assert any(line.startswith("the rest ") for line in table(fleet(), width, top=1).splitlines())


def test_the_rest_of_what_is_unknown_is_unknown():
    shown = table(UNKNOWN, 200, top=1)
    (rest,) = [line for line in shown.splitlines() if line.startswith("the rest")]
    assert rest.split()[2:] == ["3", "12.25", "1.08", "0.50", "unknown", "unknown", "?"]


def test_rows_that_are_in_several_groups_are_not_added_up():
    """By boundary or scope each row is in a group of each."""
    whole = Group((), 4, 8.0, sums(4.0, 2.0, 2.0))
    of = fleet(
        [
            Group(("operational",), 4, 8.0, sums(4.0, 2.0, 0.0)),
            Group(("embodied",), 4, 8.0, sums(0.0, 0.0, 2.0)),
        ],
        by=("boundary",),
        total=whole,
    )
    (rest,) = [line for line in table(of, 200, top=1).splitlines() if line.startswith("the rest")]
    assert rest.split()[2:4] == ["–", "–"]


def test_many_groups():
    shown = table(MANY, 200)
    assert sum(line.startswith("t") for line in shown.splitlines()) == layout.MOST_GROUPS + 2
    assert "the rest: 200 more groups (--format csv has them all)" in shown
    assert len(lines("csv", MANY)) == 1200
    assert table(MANY, 200, top=1200).count("\nt") == 1200
    assert "more groups" not in table(MANY, 200, top=3)


# --- machine formats


@CASES
def test_the_json_is_as_its_schema_says(case):
    document = json.loads(render("json", ALL[case], Style(), ABOUT, VERDICTS))
    assert faults("fleet", document) == []
    assert document["total"]["rows"] == ALL[case].total.rows
    assert len(document["groups"]) == len(ALL[case].groups)
    assert json.loads(render("json", ALL[case], Style(), ABOUT)) == document | {"verdicts": []}


def test_the_schema_refuses_what_is_missing_and_what_is_more():
    document = json.loads(render("json", fleet(), Style(), ABOUT))
    assert faults("fleet", {k: v for k, v in document.items() if k != "coverage"})
    document["groups"][0]["tags"]["team"] = 3
    assert faults("fleet", document)


def test_json():
    document = json.loads(render("json", fleet(rejects=REJECTS * 30), Style(), ABOUT, VERDICTS))
    assert list(document) == list(descriptions.of("fleet"))
    assert document["by"] == ["team", "month"]
    assert document["inputs"] == [
        {"file": "jobs.csv", "sha256": "0" * 64, "rows": 9, "format": "table"}
    ]
    assert document["coverage"] == {
        "rows": 9, "counted": 4, "rejected": 4, "skipped": {"no time": 1}, "uncovered_h": 0.0,
    }  # fmt: skip
    first = document["groups"][0]
    assert first["tags"] == {"team": "vision", "month": "2026-01"}
    assert first["share"] == fleet().share(JOBS[0])
    assert len(document["rejects"]) == 100
    assert document["rejects"][0] == REJECTS[0]._asdict()
    assert {(e["file"], e["workload"]) for e in document["entries"]} == {("jobs.csv", "fleet")}
    assert len(document["entries"]) == len(WORKLOAD.entries)
    assert document["assumptions"][0]["rows"] == 4
    assert document["map"] == {"tags": {"team": "dept"}}
    assert document["warnings"] == ["j5 began in January"]
    assert [verdict["outcome"] for verdict in document["verdicts"]] == ["fail", "pass"]


def test_only_json_makes_the_ledger():
    def fail():
        raise AssertionError

    of = fleet(make_entries=fail)
    for form in FORMATS:
        if form != "json":
            assert render(form, of, Style(), ABOUT)
    with pytest.raises(AssertionError):
        render("json", of, Style(), ABOUT)


@CASES
def test_all_tables_say_the_same(case):
    of = ALL[case]
    rows_of = lines("csv", of)
    assert rows_of == lines("tsv", of)
    assert len(rows_of) == (len(of.groups) if of.by else 1)
    flat = [
        {k: "" if v is None else json.dumps(v) if isinstance(v, bool) else str(v) for k, v in row.items()}
        for row in lines("jsonl", of)
    ]  # fmt: skip
    assert flat == rows_of
    read = parquet.read_table(pa.BufferReader(render("parquet", of, Style(), ABOUT)))
    assert tuple(read.column_names) == columns(of.by)
    assert read.to_pylist() == lines("jsonl", of)


def test_the_columns_of_groups():
    assert columns(("team",)) == ("team", *FIGURES)
    assert ("rows", "device_h", "complete", *Totals._fields, "share") == FIGURES
    assert columns(("share", "tag_share", "rows")) == (
        "tag_share", "tag_tag_share", "tag_rows", *FIGURES,
    )  # fmt: skip
    said = [key for key in descriptions.of("fleet column") if key.islower()]
    assert [name for name in FIGURES if name not in Totals._fields] == said


def test_no_head_where_none_is_wanted():
    assert render("csv", fleet(), Style(header=False), ABOUT).startswith("vision,2026-01,1,1600.0,")


# --- names that others chose


def hostile(text):
    return fleet(
        [Group((text, "x"), 1, 1.0, JOBS[0].totals)],
        by=(text or "t", "month"),
        inputs=(Input(text or "f", None, 1, "table"),),
        rejects=(Reject(text or "f", "@7", text, text, f"{text} is unknown"),),
        coverage=Coverage(2, 1, 1, {"no time": 0}),
        not_covered=(NotCovered(text, 1.0, text),),
        warnings=(Caution(f"{text} is odd"),),
        map={"devices": {text: text}},
    )


@pytest.mark.parametrize("text", [*HOSTILE, EVIL])
@pytest.mark.parametrize("form", ["table", "csv", "tsv", "jsonl", "json", "md"])
def test_hostile_names_do_nothing(form, text):
    shown = render(form, hostile(text), Style(width=500), ABOUT)
    shown = shown.decode() if isinstance(shown, bytes) else shown
    assert shown.replace("\n", "").replace("\t", "").isprintable()
    assert "##[" not in shown
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
    if form == "md":
        assert_harmless(shown)
        assert plain(text).strip() in readable(shown)


def test_hostile_names_stay_in_their_cells():
    assert len(render("csv", hostile(EVIL), Style(), ABOUT).splitlines()) == 2
    assert len(render("tsv", hostile("a\tb"), Style(), ABOUT).splitlines()[1].split("\t")) == len(
        columns(("t", "month"))
    )
    (line,) = lines("jsonl", hostile(EVIL))
    assert line[EVIL] == EVIL
    shown, plain_text = (table(hostile(text), 500).splitlines() for text in (EVIL, "abc"))
    assert len(shown) == len(plain_text)


# --- the rows behind it


class Coded:
    def __init__(self, texts, *, is_arrow=False):
        self.values = list(dict.fromkeys(texts))
        self.codes = np.array([self.values.index(text) for text in texts], dtype=np.int64)
        if is_arrow:
            self.values = pa.array(self.values, pa.string())


def batch(start=2, *, name="job", arrow=False, lines=None):
    numbers = np.arange(27, dtype=float).reshape(9, 3)
    numbers[[3, 4, 5, 6, 7], 1] = np.nan
    return RowBatch(
        "jobs.csv",
        np.array([start, start + 1, start + 2]) if lines is None else lines,
        Coded([f"{name}1", "", f"{name}3"], is_arrow=arrow),
        np.array(["2026-01-01"] * 3, dtype="M8[us]"),
        None,
        Coded(["FAILED", "FAILED", "COMPLETED"]),
        (Coded(["a", "", "a"]),),
        numbers,
    )


def written(form, *batches, tags=("team",)):
    data = b"".join(rows.write(form, iter(batches), tags))
    if form == "parquet":
        return parquet.read_table(pa.BufferReader(data))
    return data.decode()


def test_rows_as_csv():
    text = written("csv", batch(), batch(5))
    head, first, second, *more = csv.reader(io.StringIO(text))
    assert tuple(head) == rows.columns(("team",))
    assert head[:8] == ["file", "line", "job", "start", "end", "state", "team", "complete"]
    assert first[:8] == [
        "jobs.csv", "2", "job1", "2026-01-01T00:00:00+00:00", "", "FAILED", "a", "true",
    ]  # fmt: skip
    assert first[8:] == [f"{n * 3.0}" for n in range(9)]
    assert (second[2], second[6], second[7]) == ("", "", "false")
    assert second[8:] == ["1.0", "4.0", "7.0", "", "", "", "", "", "25.0"]
    assert [row[1] for row in more] == ["4", "5", "6", "7"]
    assert text.replace(",", "\t") == written("tsv", batch(), batch(5))
    assert b"".join(rows.write("csv", [batch()], ["team"], header=False)).startswith(b"jobs.csv,2,")


@pytest.mark.parametrize("arrow", [False, True])
def test_rows_are_the_same_in_all_formats(arrow):
    parts = (batch(arrow=arrow), batch(5, name="other", arrow=arrow))
    of_json = [json.loads(line) for line in written("jsonl", *parts).splitlines()]
    assert of_json[1] == {
        **dict.fromkeys(rows.columns(("team",))), "file": "jobs.csv", "line": 3,
        "start": "2026-01-01T00:00:00+00:00", "state": "FAILED", "complete": False,
        "energy_kwh": 1.0, "operational_kgco2e": 4.0, "operational_market_kgco2e": 7.0,
        "water_l": 25.0,
    }  # fmt: skip
    table_of = written("parquet", *parts)
    assert table_of.to_pylist() == of_json
    types = dict(zip(table_of.column_names, map(str, table_of.schema.types), strict=True))
    assert (types["line"], types["job"], types["complete"]) == ("int64", "string", "bool")
    assert {types[name] for name in Totals._fields} == {"double"}
    flat = list(csv.DictReader(io.StringIO(written("csv", *parts))))
    assert [row["job"] or None for row in flat] == [row["job"] for row in of_json]


@pytest.mark.parametrize("form", rows.FORMATS)
def test_no_rows(form):
    shown = written(form)
    if form == "parquet":
        assert (shown.num_rows, tuple(shown.column_names)) == (0, rows.columns(("team",)))
    else:
        assert len(shown.splitlines()) == (form != "jsonl")


def test_lines_may_be_places_in_bytes():
    places = np.array(["@10", "@20", "@30"])
    assert written("parquet", batch(lines=places))["line"].to_pylist() == ["@10", "@20", "@30"]
    assert "jobs.csv,@20,," in written("csv", batch(lines=places))
    assert json.loads(written("jsonl", batch(lines=places)).splitlines()[0])["line"] == "@10"


def test_the_columns_of_rows():
    assert rows.columns(("state", "team", "complete"))[6:10] == (
        "tag_state", "team", "tag_complete", "complete",
    )  # fmt: skip
    said = [key for key in descriptions.of("fleet row") if key.islower()]
    assert [name for name in rows.columns(()) if name not in Totals._fields] == said


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_hostile_names_in_rows(form):
    text = written(form, batch(name=EVIL), tags=(EVIL,))
    assert len(text.splitlines()) == 3 + (form != "jsonl")
    assert text.replace("\n", "").replace("\t", "").isprintable()
    assert "##[" not in text
    if form == "jsonl":
        assert json.loads(text.splitlines()[0])["job"] == f"{EVIL}1"
    assert written("parquet", batch(name=EVIL), tags=(EVIL,))["job"][0].as_py() == f"{EVIL}1"


@pytest.mark.parametrize("form", rows.FORMATS)
def test_rows_are_given_away_as_they_come(form):
    """Nothing is kept of batches that were written."""
    count = 131_072
    codes = np.zeros(count, dtype=np.int64)
    column = Coded(["x"])
    column.codes = codes
    read = 0

    def batches():
        nonlocal read
        for _ in range(3):
            read += 1
            yield RowBatch(
                "f", np.arange(count), column, None, None, None, (), np.zeros((9, count))
            )

    chunks = rows.write(form, batches(), ())
    first = next(chunks)
    assert len(first) > 1000
    assert form == "parquet" or first.count(b"\n") < 10_000
    assert read == 1
    assert sum(len(chunk) for chunk in chunks) > 0
    assert read == 3


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = (
    datetime(*some, tzinfo=UTC) for some in ((1, 1, 1), (9999, 12, 31, 23, 59, 59, 999_999))
)
MICROSECONDS = st.integers(
    (FIRST - EPOCH) // timedelta(microseconds=1), (LAST - EPOCH) // timedelta(microseconds=1)
)
SECONDS = MICROSECONDS.map(lambda number: number - number % 1_000_000)


@given(st.lists(MICROSECONDS | SECONDS | st.none()) | st.lists(SECONDS))
@example([-1_000_000, 951_782_400_000_000, 0])
@example([5, None])
def test_times_are_written_as_isoformat_has_them(numbers):
    moments = np.array(["NaT" if n is None else n for n in numbers], dtype="M8[us]")
    assert times.written(moments).astype(str).tolist() == [
        "" if n is None else (EPOCH + timedelta(microseconds=n)).isoformat() for n in numbers
    ]


@pytest.mark.parametrize(
    "moments",
    [
        ["2026-01-01", "NaT", "2026-01-02T03:04:05"],
        ["2026-01-01", "2026-01-01", "2026-01-01T00:00:00.5"],
    ],
)
def test_times_that_are_unknown_or_parts_of_seconds(moments):
    own = batch()._replace(start=np.array(moments, dtype="M8[us]"))
    of_json = [json.loads(line)["start"] for line in written("jsonl", own).splitlines()]
    assert of_json[0] == "2026-01-01T00:00:00+00:00"
    assert (of_json[1] is None) == (moments[1] == "NaT")
    assert written("parquet", own, batch())["start"].to_pylist()[:3] == of_json
