"""Tables read by pyarrow and by the csv module give the same, to the last byte."""

import datetime
import io
import json
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from carbonctl.batch.fleet import arrow_csv
from carbonctl.batch.fleet.blocks import ROWS, Texts
from carbonctl.batch.fleet.kernel import Plan, part
from carbonctl.batch.fleet.read import ARROW, CSV, columnar, opened, reading
from carbonctl.batch.fleet.sums import Sums
from carbonctl.errors import InputError
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.maps import EMPTY, read_map
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.reading import Source
from carbonctl.inputs.jobs.times import zone

HEADER = "team,start,device,devices,hours,load,region,note\n"
ROW = "nlp,2026-01-31T08:00:00Z,t4,8,2.5,0.8,FR,x\n"
MONTHS = ("team", "month")


def column(read):
    """A column as plain values."""
    if isinstance(read, Texts):
        return [read.values[code] for code in read.codes.tolist()]
    return read.view(np.int64).tolist()  # to the last bit, also of what is unknown


def said(path, engine, by=MONTHS, map=EMPTY, columns=(), timezone="UTC", jobs=1):
    """Everything that comes of a table, block by block."""
    how = reading(map, columns, by, "table", Options(timezone=zone(timezone)), ())
    findings, sums = Findings(), Sums()
    out = []
    plan = Plan(tuple(by))
    for table in opened([str(path)], how):
        table.reading = replace(how, engine=engine, jobs=jobs)
        try:
            for ready in table.blocks(findings):
                block = ready.block
                made = part(block, plan, ready.refused)
                sums.add(made)
                parts = (block.columns, block.tags, block.more)
                named = [{n: column(c) for n, c in some.items()} for some in parts]
                out.append((*named, block.lines.tolist(), block.headers, ready.refused))
                out.append(
                    (
                        made.groups,
                        [repr(s) for s in made.structures],
                        made.met.tolist(),
                        made.first.tolist(),
                    )
                )
                out.append((made.rejects, made.skipped, made.rejected_rows))
        except InputError as error:
            out.append(error.problems)
    cells = [numbers.tobytes() for numbers in sums.cells]
    return out, cells, findings.rejects, findings.skipped, dict(findings.notes)


def same(path, **more):
    """Assert that both roads give the same, and return what that is."""
    expected = said(path, CSV, **more)
    for jobs in (1, 3):
        assert said(path, ARROW, jobs=jobs, **more) == expected
    return expected


def written(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


TABLES = {
    "plain": HEADER + ROW * 9,
    "no row": HEADER,
    "no end": HEADER + ROW * 2 + ROW.rstrip("\n"),
    "blank lines": HEADER + ROW + "\n\n" + ROW + "\n" + "nlp,,t4,8,two,,FR,x\n",
    "blank start": "\n\n,,\n" + HEADER + ROW,
    "spaces alone": HEADER + "  \n" + ROW + "   ,  \n" + "nlp,,t4,8,two,,FR,x\n",
    "empty rows": HEADER + ",,,,,,,\n" + ROW + ",,\n , ,\n" + "nlp,,t4,8,two,,FR,x\n",
    "blank where it is read": "hours,devices,device,note\n2,8,t4,a\n,,,only a note\n3,8,t4,\n,,,\n,,two,\n",
    "short and long": HEADER + ROW + "a,b\n" + ROW + "1,2,3,4,5,6,7,8,9\n" + "nlp,,t4,8,two,,FR,x\n",
    "CRLF": (HEADER + ROW * 3 + "\n" + "a,b\n" + ROW).replace("\n", "\r\n"),
    "CR alone": HEADER + ROW + "nlp,,t4\r,8,1,,FR,x\n" + ROW,
    "CR CR LF": HEADER + ROW + ROW.replace("\n", "\r\r\n") + ROW,
    "BOM": "\ufeff" + HEADER + ROW,
    "quotes": HEADER + '"n ""l"" p","2026-01-31","t4","8",""," 0.8 ","FR","a,b"\n' + ROW,
    "quote in a cell": HEADER + 'n"lp,,t4,8,1,0.5,FR,5"\n' + ROW + '"x"y"z,,t4,8,1,0.5,FR,\n',
    "space and quote": HEADER + 'nlp,, "t4, b",8,1,0.5,FR,x\n' + ROW,
    "newline in quotes": HEADER + 'nlp,,t4,8,1,0.5,FR,"two\nlines\n\nor four"\n' + "nlp,,t4,8,two,,FR,x\n",
    "open quote": HEADER + ROW + 'nlp,,t4,8,1,0.5,FR,"open\n' + ROW,
    "open quote at the end": HEADER + ROW + 'nlp,,t4,8,1,0.5,FR,"open\n',
    "numbers": HEADER + "".join(
        f"nlp,,t4,8,{number},0.5,FR,\n" for number in (
            "1_000", "nan", "1e999", "-inf", "+1.5", "1.", ".5", "1e-999", "0x10", " 7 ", "1,", "١",
            "1e", "-0", "\u00a03", "1 2", "1e5", "00012", "1d5", "infinity", "--1", '""',
        )
    ),
    "percent": HEADER + "nlp,,t4,8,1,85 %,FR,\n" + ROW + "nlp,,t4,8,1,85%,FR,\nnlp,,t4,8,1,1e3%,FR,\n",
    "units in headers": "team;GPU;n_gpus;Elapsed (min);load [%]\nnlp;t4;8;90;85\nnlp;t4;8;;85 %\n",
    "times": HEADER + "".join(
        f"nlp,{time},t4,8,1,0.5,FR,\n" for time in (
            "2026-01-31", "2026-01-31T23:59:59Z", "2026-01-31 23:59", "2026-01-31T23:59:59+01:00",
            "2026-02-30T00:00:00Z", "31.1.2026", "1769846400", "", "2026-01-31T23:59:59.123456Z",
            "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "2026-01-31T24:00:00Z",
            "2026-01-31T23:59:60Z", "2026-01-31T10:00+01", "２026-01-31",
        )
    ),
    "times of one shape": HEADER + ROW + ROW.replace("08:00:00", "25:00:00") + ROW,
    "local times": HEADER + "nlp,2026-01-31T23:30:00,t4,8,1,0.5,FR,\n" * 3,
    "times with zones": HEADER + "nlp,2026-01-31T23:30:00-01:00,t4,8,1,0.5,FR,\n" * 3,
    "zones and ranges": HEADER + "nlp,2026-01-31T23:30:00+23:60,t4,8,1,0.5,FR,\n" * 3,
    "ends": "device,devices,hours,start,end\nt4,8,1,2026-01-02,2026-01-01\nt4,8,1,2026-01-02,x\n",
    "not ASCII": HEADER + "équipe – 学習,,t4,8,1,0.5,FR,ß\n" * 3 + "\u2003nlp\u2003,,t4,8,zwölf,,FR,\n",
    "formulas": HEADER + "=1,,t4,8,1,,FR,\nnlp,,-t4,8,1,,@x,\n",
    "one column": "energy_kwh\n1\n\n \n2\n",
    "below zero": HEADER + "nlp,,t4,-8,1,,FR,\nnlp,,t4,8,1,85,FR,\nnlp,,t4,8,0,,FR,\n",
    "clouds": "device,devices,hours,region,provider\nt4,8,1,us-east-1,AWS\nt4,8,1,FR,on-premises\n",
    "quote in a quote": HEADER + ROW + 'nlp,"",t4,8,1,0.5,FR,"5"" disk, ""x"""\n' + ROW
        + 'nlp,"""",t4,8,two,0.5,FR,","\n' + ',",""n"z,,,,,,\n""x,,,,,,,\n' + ROW,
    "quote left open and closed": HEADER + ROW + 'nlp,",t4,8\n' + ROW + 'nlp,"n",t4,8\n' + ROW,
    "many lines of another width": HEADER + ROW + 'nlp,"\n\n",\n' + ROW,
    "bad byte": HEADER.encode() + ROW.encode() * 3 + b"\xff\n" + ROW.encode(),
    "bad bytes": HEADER.encode() + (ROW * 3).encode() + b'"\n\xe9"' + ROW.encode() * 2
        + b"nlp,,t4,8,two,,FR,\xf0\x9f\n" + b'nlp,,t4,8,2,,FR,"\n\xed\xb2\x80\n"\n' + ROW.encode() * 2,
    "NUL": HEADER + ROW + "\0\n" + ROW,
    "long cell": HEADER + ROW + "x" * 140_000 + ",,t4,8,1,,FR,\n" + ROW,
    "long line": HEADER + ROW + "nlp,,t4,8,1,,FR," + "y" * 100_000 + "\n" + ROW,
    "tabs": HEADER.replace(",", "\t") + ROW.replace(",", "\t") * 2,
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("chunk", [1, 1 << 20])
@pytest.mark.parametrize("timezone", ["UTC", "Europe/Paris"])
def test_nasty_tables(name, chunk, timezone, tmp_path, monkeypatch):
    monkeypatch.setattr(arrow_csv, "_CHUNK", chunk)
    path = written(tmp_path / "jobs.csv", TABLES[name])
    by = () if "start" not in str(TABLES[name])[:60] else ("month",)
    same(path, by=by, timezone=timezone)


def test_pieces_of_a_file_go_either_way(tmp_path, monkeypatch):
    roads = []
    read = arrow_csv._Reader.read
    monkeypatch.setattr(arrow_csv, "_CHUNK", 1)
    monkeypatch.setattr(
        arrow_csv._Reader, "read",
        lambda self, text: roads.append(done := read(self, text)) or done,
    )  # fmt: skip
    middle = 'nlp,,t4,8,1,0.5,FR,"two\nlines"\n'
    text = HEADER + ROW * 12_000 + middle + ROW * 12_000 + "nlp,,t4,8,two,,FR,x\n" + ROW * 9_000
    out, *_ = same(written(tmp_path / "jobs.csv", text))
    assert 0 < sum(read is None for read in roads) < len(roads)
    (refused,) = out[0][-1].values()
    assert refused.line == 24_004
    assert out[0][3][-1] == 33_004


def test_blocks_are_cut_by_position(tmp_path):
    rows = [ROW if n % 7 else f"a{n % 5},2026-02-01T00:00:{n % 60:02d}Z,v100,4,{n}.5,,DE,\n"
            for n in range(ROWS + 1)]  # fmt: skip
    out, *_ = same(written(tmp_path / "jobs.csv", HEADER + "".join(rows) + "a,b\n"))
    assert [len(block[3]) for block in out[::3]] == [ROWS, 2]
    assert [*out[3][-1]] == [1]


def test_an_error_in_the_middle_leaves_what_is_before_it(tmp_path):
    text = HEADER + ROW * (ROWS + 20_000) + 'nlp,,t4,8,1,0.5,FR,"open\n' + ROW * 9
    out, *_ = same(written(tmp_path / "jobs.csv", text))
    assert [len(block[3]) for block in out[:-1:3]] == [ROWS, 20_000]
    (problem,) = out[-1]
    assert problem.line == ROWS + 20_002 and "a quote is left open" in problem.message


def test_bytes_that_are_no_text_refuse_their_rows_alone(tmp_path):
    text = (HEADER + ROW * 20_000).encode() + b"\xfc\n" + ROW.encode() * 20_000
    out, _, rejects, *_ = same(written(tmp_path / "jobs.csv", text))
    assert [len(block[3]) for block in out[::3]] == [40_000]
    assert [(r.line, r.value, r.message[:9]) for r in rejects] == [(20_002, r"\xfc", "byte 0xfc")]


def test_bad_numbers_everywhere(tmp_path, monkeypatch):
    monkeypatch.setattr(arrow_csv, "_CHUNK", 1)
    some = "".join(f"nlp,,t4,8,{n}_0,{n % 100} %,FR,\n" + ROW * 40 for n in range(400))
    out, *_ = same(written(tmp_path / "jobs.csv", HEADER + some))
    assert len(out[0][-1]) == 400


def test_rules_tags_and_templates_of_a_map(tmp_path):
    text = (
        "map: {wall_time: {column: hours, unit: h}}\ntags: {kind_of: hours, when: start}\n"
        "phases: [{where: {note: dev-*}, phase: experimentation}]\ndrop: [{team: ops}]\n"
    )
    map = read_map(str(written(tmp_path / "a.map.yaml", text)))
    rows = ROW + "ops,,t4,8,two,,FR,dev-x\n" + "nlp,,t4,8,3,,FR,dev-y\n" + ROW
    path = written(tmp_path / "jobs.csv", HEADER + rows)
    out, _, _, skipped, _ = same(path, by=("kind_of", "when"), map=map)
    assert skipped["dropped by the map"] == 1
    assert out[0][1]["kind_of"] == ["2.5", "3", "2.5"]


CELLS = st.one_of(
    st.sampled_from(["", " ", "1", "2.5", "nan", "1e999", "two", '"a,b"', '"x\ny"', '"', "85 %",
                     "2026-01-31", "2026-01-31T08:00:00Z", "t4", "1_0", "é", "\r", ' "q"', '""']),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
)  # fmt: skip
LINES = st.lists(
    st.one_of(
        st.just(ROW.rstrip("\n")), st.just(""), st.just(ROW.rstrip("\n")),
        st.lists(CELLS, min_size=8, max_size=8).map(",".join),
        st.lists(CELLS, max_size=10).map(",".join),
    ), max_size=12,
)  # fmt: skip


@settings(
    max_examples=400, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
@example(['"'], "\n", False)
def test_any_table(tmp_path, lines, end, has_end):
    text = HEADER.replace("\n", end) + end.join(lines) + (end if has_end else "")
    same(written(tmp_path / "jobs.csv", text))


# ---- Parquet -------------------------------------------------------------------------------


def stored(path, columns, **more):
    parquet.write_table(pa.table(columns), path, **more)
    return path


UTC = datetime.UTC
STAMPS = np.array(["2026-01-31T23:59:59.000007", "NaT", "0001-01-01"], "M8[us]")
PARQUETS = {
    "numbers": {"hours": [1.5, None, float("nan"), float("inf")], "devices": [1, 2, None, -4]},
    "decimals": {"hours": pa.array([Decimal("1.10"), None]), "devices": pa.array([8, 8], pa.int8())},
    "floats": {"hours": pa.array([0.1, 1e16, 1e-7], pa.float32()), "devices": pa.array([8, 8, 8], pa.uint64())},
    "texts": {"hours": ["1.5", " 2 ", "two"], "devices": ["8", "", None]},
    "booleans": {"hours": [True, False, None], "devices": [8, 8, 8]},
    "keys": {"hours": [1.0] * 4, "devices": [8] * 4,
             "team": pa.array(["a", " a ", None, "b"]).dictionary_encode()},
    "times": {"hours": [1.0] * 3, "devices": [8] * 3, "start": pa.array(STAMPS, pa.timestamp("us"))},
    "times in seconds": {"hours": [1.0], "devices": [8], "start": pa.array([1_769_903_999], pa.timestamp("s"))},
    "nanoseconds": {"hours": [1.0] * 2, "devices": [8] * 2,
                    "start": pa.array([1_769_903_999_123_456_789, -1], pa.timestamp("ns"))},
    "zones": {"hours": [1.0] * 2, "devices": [8] * 2,
              "start": pa.array([datetime.datetime(2026, 1, 31, 23, 30, tzinfo=UTC),
                                 datetime.datetime(1890, 1, 1, tzinfo=UTC)], pa.timestamp("ms", "Europe/Paris"))},
    "dates": {"hours": [1.0] * 2, "devices": [8] * 2, "start": [datetime.date(2026, 1, 31), None]},
    "texts of times": {"hours": [1.0] * 2, "devices": [8] * 2, "start": ["2026-01-31T00:00:00Z"] * 2},
    "other texts of times": {"hours": [1.0] * 2, "devices": [8] * 2, "start": ["31.1.2026", None]},
    "numbers as tags": {"hours": [1.0] * 2, "devices": [8] * 2, "team": [1, 2]},
    "lists": {"hours": [1.0], "devices": [8], "team": [["a", "b"]]},
    "large texts": {"hours": [1.0] * 2, "devices": [8] * 2, "team": pa.array(["a", "b"], pa.large_string())},
    "bytes": {"hours": [1.0] * 2, "devices": [8] * 2, "team": [b"a", None]},
    "bytes of one length": {"hours": [1.0] * 2, "devices": [8] * 2, "team": pa.array([b"ab", b"cd"], pa.binary(2))},
    "views": {"hours": [1.0] * 2, "devices": [8] * 2, "team": pa.array(["a", "b"], pa.string_view())},
    "times out of range": {"hours": [1.0] * 2, "devices": [8] * 2, "start": pa.array([2**62, 0], pa.timestamp("us"))},
    "a zone that nobody knows": {"hours": [1.0], "devices": [8],
                                 "start": pa.array([0], pa.timestamp("ms", "Mars/Olympus"))},
    "durations": {"hours": pa.array([3600, None], pa.duration("s")), "devices": [8, 8]},
    "times of day": {"hours": [datetime.time(1, 30)], "devices": [8]},
    "structures": {"hours": [{"a": 1.0}], "devices": [8]},
    "nothing": {"hours": pa.array([None, None]), "devices": [8, 8]},
    "no row": {"hours": pa.array([], pa.float64()), "devices": pa.array([], pa.int64())},
}  # fmt: skip


@pytest.mark.parametrize("name", PARQUETS)
@pytest.mark.parametrize("timezone", ["UTC", "America/New_York"])
def test_parquet(name, timezone, tmp_path):
    columns = dict(PARQUETS[name])
    rows = len(columns["hours"])
    columns |= {"device": ["t4"] * rows, "a.b": [{"c": 1}] * rows}
    by = tuple(
        tag
        for tag, own in (("team", "team"), ("month", "start"), ("day", "start"))
        if own in columns
    )
    same(stored(tmp_path / "jobs.parquet", columns), by=by, timezone=timezone)


def test_parquet_of_many_row_groups(tmp_path):
    rows = 2 * ROWS + 5
    teams = [f"team {n * n % 1013}" for n in range(rows)]
    columns = {
        "job": [f"job {n}" for n in range(rows)], "team": teams, "device": ["t4", "v100"] * (rows // 2) + ["x"],
        "devices": np.arange(rows) % 9 + 1, "hours": np.arange(rows) / 7,
        "start": (np.datetime64("2026-01-01T00:00:00", "us") + np.arange(rows) * np.timedelta64(7_000_001, "us")),
    }  # fmt: skip
    path = stored(tmp_path / "jobs.parquet", columns, row_group_size=50_001)
    out, *_ = same(path, by=("team", "month", "job"))
    assert [len(block[3]) for block in out[::3]] == [ROWS, ROWS, 5]
    assert out[0][3][:2] == [1, 2]


def test_parquet_that_is_cut_off(tmp_path):
    path = stored(tmp_path / "jobs.parquet", {"hours": [1.0], "devices": [8], "device": ["t4"]})
    path.write_bytes(path.read_bytes()[:-9])
    out, *_ = same(path, by=())
    assert "cannot be read as Parquet" in out[0][0].message


@pytest.mark.parametrize("engine", [ARROW, CSV])
@pytest.mark.parametrize("column", ["team", "device", "job", "hours", "start"])
@pytest.mark.parametrize("kind", ["bytes", "texts", "keys"])
def test_bytes_of_parquet_that_are_no_text_refuse_their_rows(
    inside, tmp_path, engine, column, kind
):
    cells = {"job": "j", "team": "nlp", "device": "t4", "hours": "1", "start": "2026-01-31"}
    held = pa.array([cells[column].encode(), b"\xff\xfe", None], pa.binary())
    if kind != "bytes":
        held = held.view(pa.string())
    columns = {name: [text] * 3 for name, text in cells.items()}
    columns |= {"devices": [8] * 3, "region": ["FR"] * 3}
    columns[column] = held.dictionary_encode() if kind == "keys" else held
    path = stored(tmp_path / "jobs.parquet", columns)
    done = inside("fleet", str(path), "--by", "team", "-f", "json", "--keep-duplicates",
                  "--engine", engine)  # fmt: skip
    coverage, rejects = (json.loads(done.out)[key] for key in ("coverage", "rejects"))
    is_needed = column in ("device", "hours")
    assert (coverage["counted"], coverage["rejected"]) == ((1, 2) if is_needed else (2, 1))
    assert (rejects[0]["line"], rejects[0]["message"][:9]) == (2, "byte 0xff")


def test_parquet_that_is_encrypted(inside, tmp_path):
    path = tmp_path / "jobs.parquet"
    path.write_bytes(b"PAR1" + b"x" * 40 + b"\x08\0\0\0PARE")
    done = inside("fleet", str(path))
    assert done.code == 3 and "is encrypted, and cannot be read" in done.err


# ---- which of them reads -------------------------------------------------------------------


def test_small_tables_and_json_lines_are_read_without_pyarrow(tmp_path, monkeypatch):
    small = written(tmp_path / "small.csv", HEADER + ROW)
    large = written(tmp_path / "large.csv", HEADER + ROW * 30_000)
    lines = written(tmp_path / "large.jsonl", '{"hours": 1}\n' * 100_000)
    kinds = [
        type(columnar(Source(str(path)), Findings())).__name__ for path in (small, large, lines)
    ]
    assert kinds == ["NoneType", "CsvTable", "NoneType"]
    monkeypatch.setattr("carbonctl.batch.fleet.read.find_spec", lambda name: None)
    assert columnar(Source(str(large)), Findings()) is None


def test_nothing_is_lost_between_both(tmp_path):
    path = written(tmp_path / "jobs.csv", HEADER + ROW * 30_000)
    source = Source(str(path))
    assert not source.is_within(1 << 20)
    assert io.StringIO("".join(source.blocks())).read() == path.read_text()
