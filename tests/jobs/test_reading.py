"""Inputs as lines and as records with the line on which each begins; and which format they have."""

import gzip
import io
import subprocess
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carbonctl.errors import InputError, MissingExtra
from carbonctl.inputs.jobs import compression, logs, reading
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.reading import Source
from carbonctl.inputs.jobs.recognition import recognised
from carbonctl.inputs.jobs.records import delimiter_of, records, sources
from tests.conftest import ROOT, clean_environment


@pytest.fixture
def written(tmp_path):
    def write(data, name="jobs.csv"):
        file = tmp_path / name
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        return str(file)

    return write


def read(path, findings=None, delimiter=""):
    return [
        (line, list(cells))
        for line, cells in records(sources(path)[0], findings or Findings(), delimiter)
    ]


def refused(path):
    with pytest.raises(InputError) as error:
        list(records(sources(path)[0], Findings()))
    assert error.value.exit_code == 3
    return str(error.value).replace(path.rpartition("/")[0] + "/", "")


# Lines.


def test_lines_keep_their_ends_and_lose_a_bom(written):
    source = Source(written(b"\xef\xbb\xbfa,b\r\n1,2\n3,4"))
    assert source.head(2) == ["a,b", "1,2"]
    assert source.head(9) == ["a,b", "1,2", "3,4"]
    assert list(source.lines()) == ["a,b\r\n", "1,2\n", "3,4"]
    assert list(source.lines()) == []  # it is read once


def test_nothing_but_lf_ends_a_line(written):
    text = "a\u2028b\x0bc\x0cd\x85e\rf\n2\n"
    assert list(Source(written(text)).lines()) == [text[:-2], "2\n"]


def test_blocks_do_not_show(written, monkeypatch):
    text = "".join(f"zeile {n} äöü🙂\r\n" for n in range(200)) + "last"
    for size in (1, 2, 3, 7, 64):
        monkeypatch.setattr(reading, "_BLOCK", size)
        source = Source(written(text))
        source.head()
        assert "".join(source.lines()) == text


def test_names_and_paths(written):
    path = written("a")
    source = Source(path)
    assert (source.name, source.path, source.extension) == (path, path, ".csv")
    assert Source("-").path is None
    assert Source("-").name == "<stdin>"
    assert reading.extension("x.TSV.gz") == ".tsv"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\n\na,\xe9\n1,2\n", "jobs.csv:3: byte 0xe9 is not UTF-8 text; save it as UTF-8"),
        (b"a,\xf0\x9f", "jobs.csv:1: byte 0xf0 is not UTF-8 text"),
        (b"a,\x00\n", "jobs.csv:1: a NUL byte is not text"),
        ("a,b\n1,2".encode("utf-16"), "jobs.csv:1: this is UTF-16 text; save it as UTF-8"),
        (b"PAR1\x15\x04", "jobs.csv:1: this is a Parquet file; give its name, which ends in .parquet"),
        (b"PK\x03\x04\x00", "jobs.csv:1: this is a workbook or an archive; save the sheet as CSV"),
        (b"", "jobs.csv:1: there is no row in it, not even a header"),
        (b"\n\n \n,,\n", "jobs.csv:1: there is no row in it"),
        (b"\x1f\x8b\x08junk", "jobs.csv: cannot be read to its end: what is compressed is damaged"),
        (b"\x28\xb5\x2f\xfdjunk", "jobs.csv: cannot be read to its end: what is compressed is damaged"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_refused_with_its_line(written, data, said):
    assert refused(written(data)).startswith(said)


@pytest.mark.parametrize("size", [1, 7, 1 << 18])
def test_a_line_that_is_no_text_is_a_row_that_is_refused(written, monkeypatch, size):
    monkeypatch.setattr(reading, "_BLOCK", size)
    text = b'a,b\n1,2\ncaf\xe9,2\n"x\n\xf0\x9f",3\n\n4,5\n6,\x00\nxx\xff\n7,8\n9,\xed\xa0\x80'
    findings = Findings()
    assert [line for line, _ in read(written(text), findings)] == [1, 2, 7, 10]
    assert [(r.line, r.value, r.message.partition(";")[0]) for r in findings.rejects] == [
        (3, r"caf\xe9", "byte 0xe9 is not UTF-8 text"),
        (4, "x\n\\xf0\\x9f", "byte 0xf0 is not UTF-8 text"),
        (8, "\0", "a NUL byte is not text"),
        (9, r"xx\xff", "byte 0xff is not UTF-8 text"),
        (11, r"\xed\xa0\x80", "byte 0xed is not UTF-8 text"),
    ]


def test_a_bad_byte_far_into_the_input_has_its_line(written, monkeypatch):
    monkeypatch.setattr(reading, "_BLOCK", 11)
    findings = Findings()
    assert len(read(written(b"a,b\n" * 5000 + b"\xff\n" + b"a,b\n"), findings)) == 5001
    (reject,) = findings.rejects
    assert reject.line == 5001 and reject.message.startswith("byte 0xff")


def test_a_line_has_a_limit(written, monkeypatch):
    monkeypatch.setattr(reading, "LONGEST_LINE", 2**20)
    said = refused(written(b"a,b\n" + b"x" * (3 * 2**20)))
    assert said == "jobs.csv:2: a line of more than 1 MiB"


def test_what_cannot_be_read(tmp_path, written):
    assert "no such file" in refused(str(tmp_path / "none.csv"))
    assert "a folder without Parquet files" in refused(str(tmp_path))
    for name in ("jobs.xlsx", "jobs.XLS", "jobs.ods"):
        assert (
            refused(str(tmp_path / name))
            == f"{name}: a workbook, which is not read; save the sheet as CSV"
        )


# Compression.


def compressed(text, form):
    import pyarrow as pa

    if form == "gz":
        return gzip.compress(text.encode())
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as out:
        out.write(text.encode())
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("form", ["gz", "zst"])
def test_what_is_compressed_is_unpacked(written, form):
    text = "gpu;hours\n" + "".join(f"A100;{n}\n" for n in range(100_000))
    path = written(compressed(text, form), f"jobs.csv.{form}")
    rows = read(path)
    assert rows[0] == (1, ["gpu", "hours"])
    assert rows[-1] == (100_001, ["A100", "99999"])
    assert read(written(compressed(text, form), "other"))[-1] == rows[-1]  # by its bytes


@pytest.mark.parametrize("form", ["gz", "zst"])
def test_a_stream_that_is_cut_off_is_refused(written, form):
    import random

    noise = random.Random(1)
    text = "a,b\n" + "".join(f"{noise.random()},{noise.random()}\n" for _ in range(50_000))
    whole = compressed(text, form)
    assert "what is compressed is damaged" in refused(
        written(whole[: len(whole) // 2], f"jobs.csv.{form}")
    )


def test_zstandard_without_a_library_names_the_extra(written, monkeypatch):
    monkeypatch.setattr(compression, "_LIBRARIES", {"no_such_package": None})
    path = written(compressed("a\n1\n", "zst"), "jobs.csv.zst")
    with pytest.raises(MissingExtra, match=r"pip install 'carbonctl\[frames\]'"):
        read(path)


# Records.


def test_the_line_of_a_record_is_where_it_begins(written):
    text = 'a,b\n1,2\n\n"x\ny\nz",3\r\n\r\n4,5\n6\n7,8,9\n,\n"a ""b"" c", d\n'
    findings = Findings()
    assert read(written(text), findings) == [
        (1, ["a", "b"]),
        (2, ["1", "2"]),
        (4, ["x\ny\nz", "3"]),
        (8, ["4", "5"]),
        (9, ["6"]),
        (10, ["7", "8", "9"]),
        (12, ['a "b" c', "d"]),
    ]
    assert findings.skipped == {"empty row": 1}


@given(
    st.lists(
        st.lists(st.text(st.sampled_from('ab,"\n 1'), max_size=4), min_size=1, max_size=3),
        min_size=1,
        max_size=8,
    )
)
def test_the_line_of_every_record_is_right(tmp_path_factory, rows):
    import csv

    file = tmp_path_factory.mktemp("lines") / "jobs.csv"
    sink, wanted = io.StringIO(newline=""), []
    writer = csv.writer(sink, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for row in rows:
        if any(row):
            wanted.append((sink.getvalue().count("\n") + 1, row))
        writer.writerow(row)
    file.write_text(sink.getvalue(), newline="")
    if wanted:
        assert read(str(file)) == wanted


def test_a_quote_left_open_is_refused(written):
    mend = 'close it, or write a quote in a cell twice: "5"" disk"'
    far = refused(written('a,b\n1,2\n3,"x\n' + "4,5\n" * 100_000))
    assert (
        far == f"jobs.csv:3: a cell of more than 131,072 characters: a quote is left open; {mend}"
    )
    said = refused(written('a,b\n1,2\n3,"x\n4,5\n'))  # as many cells as the header has
    what = "a quote is left open and the {} lines to the end are one row"
    assert said == f"jobs.csv:3: {what.format(2)}; {mend}"
    assert refused(written('"a,b\n1,2\n3,4\n')) == f"jobs.csv:1: {what.format(3)}; {mend}"
    findings = Findings()
    assert len(read(written('a,b\n1,2\n3,"x\n'), findings)) == 2  # nothing else is lost
    (reject,) = findings.rejects
    assert (reject.line, reject.message) == (3, f"a quote is left open in the last line; {mend}")


def test_quotes_in_disorder_are_rows_that_are_refused(written):
    findings = Findings()
    text = 'a,b\n1,"x"y\n2,"open\n3,4\n5,"x",6\n7,8\n"9"" disk",5" disk\n'
    assert read(written(text), findings) == [
        (1, ["a", "b"]),
        (6, ["7", "8"]),
        (7, ['9" disk', '5" disk']),
    ]
    assert [(r.line, r.message.partition(";")[0]) for r in findings.rejects] == [
        (2, "a cell goes on behind its closing quote"),
        (3, "3 lines are one row: a quote is left open in the first"),
    ]


def test_a_long_cell_on_one_line_leaves_the_others(written):
    findings = Findings()
    text = "a,b\n" + "x" * 200_000 + ",1\n2,3\n"
    assert read(written(text), findings) == [(1, ["a", "b"]), (3, ["2", "3"])]
    (reject,) = findings.rejects
    assert (reject.line, reject.message) == (2, "a cell of more than 131,072 characters")


def test_a_header_that_cannot_be_read_is_refused(written):
    said = refused(written('"a"x,b\n1,2\n'))
    assert said.startswith("jobs.csv:1: a cell goes on behind its closing quote")
    assert refused(written("[1]\n{bad\n", "j.jsonl")) == "j.jsonl:1: no JSON object in this line"


def test_a_lone_carriage_return_is_a_row_that_is_refused(written):
    findings = Findings()
    assert read(written("a,b\n1,2\rx\n3,4\n"), findings) == [(1, ["a", "b"]), (3, ["3", "4"])]
    (reject,) = findings.rejects
    assert reject.line == 2
    assert "carriage return" in reject.message


@pytest.mark.parametrize(
    ("name", "head", "delimiter"),
    [
        ("j.csv", "a,b;c;d", ","),
        ("j.csv", "a;b;c", ";"),
        ("j.csv", "a", ","),
        ("j.tsv", "a,b", "\t"),
        ("j.tsv.gz", "a,b", "\t"),
        ("j.psv", "a,b", "|"),
        ("j.txt", "a|b,c|d", "|"),
        ("j.txt", "a\tb", "\t"),
        ("j", '"a,b,c,d";e;f', ";"),
        ("j", "", ","),
    ],
)
def test_the_delimiter(written, name, head, delimiter):
    assert delimiter_of(Source(written(f"\n{head}\n", name))) == delimiter


def test_standard_input_is_read():
    code = (
        "from carbonctl.inputs.jobs.findings import Findings\n"
        "from carbonctl.inputs.jobs.records import records, sources\n"
        "print([(n, list(c)) for n, c in records(sources('-')[0], Findings())])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=gzip.compress(b"a|b\n1|2\n"), capture_output=True,
        cwd=ROOT, check=True, env=clean_environment(PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    assert done.stdout.decode() == "[(1, ['a', 'b']), (2, ['1', '2'])]\n"


def test_lines_of_json_are_records(written):
    text = (
        '{"gpu": "A100", "hours": 2.50, "n": 8, "spot": true, "note": null}\n\n'
        '{"hours": 1e999, "gpu": "B", "extra": 1, "n": NaN, "note": {"a": [1]}}\n'
        "[1]\n{bad\n" + "[" * 100_000 + "\n"
    )
    findings = Findings()
    assert read(written(text, "jobs.jsonl"), findings) == [
        (1, ["gpu", "hours", "n", "spot", "note"]),
        (1, ["A100", "2.50", "8", "true", ""]),
        (3, ["B", "1e999", "NaN", "", '{"a": ["1"]}']),
    ]
    assert [reject.line for reject in findings.rejects] == [4, 5, 6]
    assert all(len(reject.value) <= 80 for reject in findings.rejects)
    (note,) = findings.notes
    assert "`extra` is not in the first line" in note
    assert "there is no row in it" in refused(written("\n", "jobs.ndjson"))


def test_a_line_of_json_that_says_a_thing_twice_or_is_no_text_is_refused(written):
    text = (
        b'{"gpu": "x", "n": 1}\n{"gpu": "x", "n": 1, "n": 2}\n{"gpu": {"a": 1, "a": 2}}\n'
        b'{"gpu": "caf\xe9"}\n{"gpu": "\\ud800"}\n{"gpu": "\\ud83d\\ude00"}\n'
    )
    findings = Findings()
    assert read(written(text, "jobs.jsonl"), findings)[1:] == [(1, ["x", "1"]), (6, ["😀", ""])]
    assert [(reject.line, reject.message.partition(";")[0]) for reject in findings.rejects] == [
        (2, "the key `n` occurs twice in an object"),
        (3, "the key `a` occurs twice in an object"),
        (4, "byte 0xe9 is not UTF-8 text"),
        (5, r"\ud800 is half of a character"),
    ]


def test_nothing_is_held_of_what_was_read(written):
    import tracemalloc

    path = written("a,b\n" + "1,2\n" * 300_000)
    tracemalloc.start()
    count = sum(1 for _ in records(Source(path), Findings()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 300_001
    assert peak < 3 * 2**20


# Parquet.


def parquet(path, **columns):
    import pyarrow as pa
    from pyarrow import parquet as pq

    pq.write_table(pa.table(columns), path, row_group_size=2)
    return str(path)


def test_parquet_is_records_too(tmp_path):
    import datetime as dt
    from decimal import Decimal

    import pyarrow as pa

    moment = dt.datetime(2026, 1, 3, 8, tzinfo=dt.UTC)
    path = parquet(
        tmp_path / "a.parquet",
        gpu=pa.array(["A100", None, "B"]).dictionary_encode(),
        hours=[0.1, None, 3.0],
        n=pa.array([8, None, 1]),
        start=pa.array([moment, None, moment], pa.timestamp("ns", "UTC")),
        day=pa.array([moment.date()] * 3),
        spot=[True, None, False],
        cost=pa.array([Decimal("1.50")] * 3),
        tags=[["x"], None, []],
    )
    rows = read(path)
    assert rows[0] == (0, ["gpu", "hours", "n", "start", "day", "spot", "cost", "tags"])
    assert rows[1] == (
        1,
        ["A100", "0.1", "8", "2026-01-03T08:00:00+00:00", "2026-01-03", "true", "1.50", '["x"]'],
    )
    assert rows[2] == (2, ["", "", "", "", "2026-01-03", "", "1.50", ""])
    assert rows[3][0] == 3


def test_a_folder_of_parquet_is_its_files_in_order(tmp_path):
    (tmp_path / "b").mkdir()
    parquet(tmp_path / "b" / "z.parquet", n=[1])
    parquet(tmp_path / "a.parquet", n=[2])
    (tmp_path / "notes.txt").write_text("x")
    assert [source.path for source in sources(str(tmp_path))] == [
        str(tmp_path / "a.parquet"),
        str(tmp_path / "b" / "z.parquet"),
    ]


def test_what_is_no_parquet_is_refused(written, tmp_path):
    assert "cannot be read as Parquet" in refused(written("a,b\n", "a.parquet"))
    assert "cannot be read as Parquet" in refused(str(tmp_path / "none.parquet"))


def test_parquet_without_pyarrow_names_the_extra(written, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"pip install 'carbonctl\[frames\]'") as error:
        sources(written("", "a.parquet"))
    assert error.value.exit_code == 2


def test_a_table_of_text_needs_no_pyarrow(written):
    code = (
        "import sys\n"
        "from carbonctl.inputs.jobs.findings import Findings\n"
        "from carbonctl.inputs.jobs.layout import layout\n"
        "from carbonctl.inputs.jobs.recognition import header\n"
        "from carbonctl.inputs.jobs.records import records, sources\n"
        f"list(records(sources({written('a,b')!r})[0], Findings()))\n"
        "print([m for m in ('pyarrow', 'numpy', 'pandas') if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=True,
        env=clean_environment(PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    assert done.stdout.decode() == "[]\n"


# Formats.


def test_parquet_is_a_table(tmp_path, formats):
    assert recognised(sources(parquet(tmp_path / "a.parquet", JobID=[1]))[0]) == "table"


@pytest.fixture
def formats(monkeypatch):
    """Stand-ins for the formats, each of which knows its own word."""
    known = {"slurm": "JobID", "dcgm": "DCGM", "nvidia-smi": "power.draw"}
    monkeypatch.setattr(logs, "FORMATS", dict.fromkeys(known, ""))

    def module(name):
        return SimpleNamespace(recognises=lambda head: known[name] in head[0])

    monkeypatch.setattr(logs, "module", module)


@pytest.mark.parametrize(
    ("text", "name", "format"),
    [
        ("JobID|Elapsed\n1|2\n", "s.psv", "slurm"),
        ("JobID,hours,gpu\n", "j.csv", "slurm"),  # a log takes precedence
        ("gpu,n_gpus,hours\n", "j.csv", "table"),
        ("gpu;n_gpus;Elapsed (min)\n", "j.csv", "table"),
        ("gpu\tgpu_hours\n", "j", "table"),
        ("energy_kwh\n1\n", "j.csv", "table"),
        ('{"gpu": "x", "hours": 1}\n', "j.jsonl", "table"),
    ],
)
def test_a_format_is_recognised(written, formats, text, name, format):
    source = Source(written(text, name))
    assert recognised(source) == format
    assert "".join(source.lines()) == text


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "", "{", "[1]\n", "x" * 100_000])
@pytest.mark.parametrize("name", ["j.csv", "j.jsonl"])
def test_what_no_format_fits_is_refused_with_the_list(written, formats, text, name):
    source = Source(written(text or "\n", name))
    with pytest.raises(InputError, match="--from: table, slurm, dcgm, nvidia-smi") as error:
        recognised(source)
    assert error.value.exit_code == 3
    assert recognised(source, is_mapped=True) == "table"


def test_what_two_formats_fit_is_refused_with_both(written, formats):
    with pytest.raises(
        InputError, match="the formats slurm and dcgm fit; choose with --from slurm"
    ):
        recognised(Source(written("JobID DCGM\n")))


def test_a_module_that_is_missing_is_not_passed_over(written, monkeypatch):
    monkeypatch.setattr(logs, "FORMATS", {"no-such-format": ""})
    with pytest.raises(ModuleNotFoundError):
        recognised(Source(written("gpu,hours\n")))
