"""DataFrames and Parquet hold what the CSV holds, each column with its type."""

import csv
import io
import math
import struct
import sys
from typing import get_type_hints

import pandas as pd
import pytest

import carbonctl
from carbonctl.ledger import frames, rows
from carbonctl.ledger.entry import COLUMNS, Entry, Totals
from carbonctl.ledger.result import About
from carbonctl.render import render
from tests.conftest import CONFIGS, WORKLOADS

ABOUT = About("0", "0")
PATHS = [CONFIGS / f"{name}.yaml" for name in ("llama3", "bloom", "quickstart", "gpt3")]
NUMBERS = [c for c in COLUMNS if c in rows.NUMBERS]
# Names that readers take for numbers, dates, truth, formulas or nothing, and that need quotes.
NAMES = (
    "007", "NO", "1e5", "NA", "null", "nan", "true", "2024-01-01", "None", "#N/A", "12:30", "inf",
    'a "quoted" one', "comma, name", "semi;colon", "ünïcödé 漢字 😀", "'apostrophe", r"back\slash",
    '"', ",", "1,234.5", "trailing ", "a b", "#comment", r"\N", "0x10", "1E400", "5 %",
)  # fmt: skip


def workload(number: int, name: str) -> dict:
    intensity = {"carbon_intensity": f"{math.sqrt(number + 2)!r} kg/kWh"}
    return {
        "name": name,
        "site": {"grid": "FR", "pue": 1.1, **(intensity if number % 3 else {})},
        "phases": {
            "training": [
                {"kind": "energy", "name": name, "energy": f"{math.pi * 10.0 ** (number - 9)!r} kWh"},
                {
                    "kind": "compute", "device": "nvidia/a100-sxm4-80gb", "devices": number + 1,
                    "wall_time": f"{math.e * 7**number!r} s", "load": 1 / (number + 1),
                },
            ]
        },
    }  # fmt: skip


RESULTS = carbonctl.estimate(workload(number, name) for number, name in enumerate(NAMES))


def same(frame: pd.DataFrame, view: str, results) -> None:
    """Compare every cell: floats bit by bit, text and years exactly, unknown with missing."""
    table = rows.VIEWS[view]
    wanted = [row for result in results for row in table.rows(result)]
    assert list(frame.columns) == list(table.columns)
    assert len(frame) == len(wanted)
    for place, column in enumerate(table.columns):
        for cell, value in zip(frame[column].tolist(), (row[place] for row in wanted), strict=True):
            if value is None:
                assert pd.isna(cell), column
            elif isinstance(value, float):
                assert struct.pack("<d", cell) == struct.pack("<d", value), column
            else:
                assert cell == value, column


@pytest.mark.parametrize("view", rows.VIEWS)
def test_a_view_holds_what_is_known_with_its_types(view):
    results = carbonctl.estimate(PATHS)
    frame = carbonctl.to_frame(results, view)
    same(frame, view, results)
    for column in frame.columns:
        wanted = frames.dtype(column)
        assert frame[column].dtype == wanted, column
    pd.testing.assert_frame_equal(results[0].to_frame(view), carbonctl.to_frame(results[0], view))


def test_the_types_are_those_of_the_ledger():
    hints = {name: hint for name, hint in get_type_hints(Entry).items() if name in COLUMNS}
    for name, hint in hints.items():
        kind = "float64" if hint == float | None else "Int64" if hint == int | None else "string"
        assert frames.dtype(name) == kind, name
    for name in Totals._fields:
        assert frames.dtype(name) == "float64"


def test_what_is_unknown_is_missing_and_not_zero():
    (result,) = carbonctl.estimate([workload(3, "x")])  # metered, and of no known hardware
    assert not result.complete
    assert result.to_frame("totals")["embodied_kgco2e"].isna().all()
    assert result.to_frame("phases").set_index("phase")["total_kgco2e"].isna().tolist() == [
        False, False, True, False,
    ]  # fmt: skip
    entries = result.to_frame()
    unknown = entries[entries["kgco2e"].isna()]
    assert unknown["boundary"].tolist() == ["embodied"]


def test_the_four_phases_are_always_there():
    (result,) = carbonctl.estimate([workload(1, "x")])
    assert result.to_frame("phases")["phase"].tolist() == list(result.phases)


def test_no_results_make_an_empty_frame_with_its_types():
    for view, table in rows.VIEWS.items():
        frame = carbonctl.to_frame([], view)
        assert tuple(frame.columns) == table.columns
        assert [str(frame[c].dtype) for c in frame] == [frames.dtype(c) for c in frame]


def test_an_unknown_view():
    with pytest.raises(carbonctl.UsageError, match=r"no view `total`; did you mean `totals`\?"):
        RESULTS[0].to_frame("total")
    with pytest.raises(carbonctl.UsageError, match="there are entries, totals, phases"):
        carbonctl.to_frame(RESULTS, 3)


def test_without_pandas_a_message_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(
        carbonctl.MissingExtra, match=r"pip install 'carbonctl\[frames\]'"
    ) as caught:
        RESULTS[0].to_frame()
    assert isinstance(caught.value, carbonctl.UsageError)
    assert caught.value.exit_code == 2


def test_no_text_of_an_entry_is_empty():
    """Then empty is unknown, also in a table of text."""
    results = [*RESULTS, *carbonctl.estimate(WORKLOADS)]
    cells = [cell for result in results for row in rows.entries(result) for cell in row]
    assert "" not in cells


@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_pandas_reads_the_csv_back(form, delimiter):
    text = render(form, RESULTS, ABOUT)
    frame = pd.read_csv(
        io.StringIO(text), sep=delimiter, dtype="string", keep_default_na=False, na_values=[""]
    ).astype(dict.fromkeys(NUMBERS, "float64") | {"factor_year": "Int64"})
    same(frame, "entries", RESULTS)
    pd.testing.assert_frame_equal(frame, carbonctl.to_frame(RESULTS), check_exact=True)


@pytest.mark.parametrize("result", RESULTS, ids=NAMES)
def test_a_file_of_one_name_alone_is_read_back_too(result):
    text = render("csv", [result], ABOUT)
    frame = pd.read_csv(
        io.StringIO(text), dtype="string", keep_default_na=False, na_values=[""]
    ).astype(dict.fromkeys(NUMBERS, "float64") | {"factor_year": "Int64"})
    same(frame, "entries", [result])


def test_the_standard_library_reads_the_csv_back():
    lines = list(csv.reader(io.StringIO(render("csv", RESULTS, ABOUT), newline="")))
    wanted = [row for result in RESULTS for row in rows.entries(result)]
    assert lines[1:] == [["" if cell is None else str(cell) for cell in row] for row in wanted]


def test_duckdb_reads_the_csv_back(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "account.csv"
    path.write_text(render("csv", RESULTS, ABOUT), encoding="utf-8")
    types = {
        c: "DOUBLE" if c in NUMBERS else "INTEGER" if c in rows.YEARS else "VARCHAR"
        for c in COLUMNS
    }
    found = duckdb.sql(f"FROM read_csv('{path}', types={types})").fetchall()
    assert found == [row for result in RESULTS for row in rows.entries(result)]


def test_polars_reads_the_csv_back():
    pl = pytest.importorskip("polars")
    text = pl.read_csv(render("csv", RESULTS, ABOUT).encode(), infer_schema=False)
    frame = text.with_columns(
        pl.col(NUMBERS).cast(pl.Float64), pl.col("factor_year").cast(pl.Int64)
    )
    assert frame.rows() == [row for result in RESULTS for row in rows.entries(result)]


class TestParquet:
    """What pandas and pyarrow read back."""

    @pytest.fixture(autouse=True)
    def _installed(self):
        pytest.importorskip("pyarrow")

    def test_pandas_reads_it_back(self):
        frame = pd.read_parquet(io.BytesIO(render("parquet", RESULTS, ABOUT)))
        same(frame, "entries", RESULTS)
        pd.testing.assert_frame_equal(frame, carbonctl.to_frame(RESULTS), check_exact=True)

    def test_its_types_need_no_pandas(self):
        import pyarrow.parquet as pq

        table = pq.read_table(io.BytesIO(render("parquet", RESULTS, ABOUT)))
        for field in table.schema:
            kind = {"float64": "double", "Int64": "int64"}.get(frames.dtype(field.name), "string")
            assert str(field.type).removeprefix("large_") == kind
        wanted = [row for result in RESULTS for row in rows.entries(result)]
        assert [tuple(row.values()) for row in table.to_pylist()] == wanted  # unknown is null

    def test_the_same_input_gives_the_same_bytes(self):
        assert render("parquet", RESULTS, ABOUT) == render("parquet", RESULTS, ABOUT)
