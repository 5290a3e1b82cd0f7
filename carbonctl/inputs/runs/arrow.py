"""Reads large tables of runs with pyarrow, as columns of numpy.

What is doubtful is left to the csv module, which says what is wrong: a row with other cells, text
in a column of numbers, a number below zero, a name that is refused.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as pa_csv
from pyarrow import parquet

from carbonctl.analysis.survey.runs import Labels, Runs
from carbonctl.errors import InputError, Problem
from carbonctl.inputs.arrow_arrays import floats_of, is_finite, is_null, one_array, values_of
from carbonctl.inputs.jobs.cells import CellError
from carbonctl.inputs.jobs.compression import is_compressed
from carbonctl.inputs.jobs.parquet import ParquetSource
from carbonctl.inputs.jobs.reading import Source
from carbonctl.inputs.jobs.records import delimiter_of
from carbonctl.inputs.runs.columns import Column, Layout, Wanted, layout
from carbonctl.inputs.runs.rows import (
    LARGEST,
    SIGNED,
    UNKNOWN,
    GridIntensity,
    half_digit,
    plain_label,
    read_name,
)

_NULLS = sorted(
    {case(text) for text in UNKNOWN for case in (str.lower, str.upper, str.title)} | {"NaN"}
)
BLOCK = 64 << 20  # bytes of text that make a piece
_NUMBER, _TEXT = pa.float64(), pa.string()
_KEY = pa.dictionary(pa.int32(), _TEXT)


class _Doubtful(Exception):
    """The csv module has to read it."""


def of_csv(source: Source, wanted: Wanted, grid: GridIntensity) -> Runs | None:
    """Return the runs of a file of delimited text; None where the csv module has to read it.

    Raises
    ------
    InputError
        Where something is wrong with its header.
    """
    if source.path is None or is_compressed(source.path):
        return None
    delimiter = delimiter_of(source)
    lines = source.head(1)
    header = next(csv.reader(lines, delimiter=delimiter, skipinitialspace=True), [])
    if len(header) < 2 or lines[0].count('"') % 2:
        return None
    where = layout(header, wanted, source.name)
    try:
        kinds = {position: _kind(position, where) for position in _positions(where)}
        columns = _read(source.path, where, delimiter, kinds)

        def text(position: int) -> Any:
            return _read(str(source.path), where, delimiter, {position: _TEXT})[position]

        return _Columns(where, columns, grid, text).runs()
    except (_Doubtful, pa.ArrowException, CellError, LookupError):
        return None


def of_parquet(source: ParquetSource, wanted: Wanted, grid: GridIntensity) -> Runs | None:
    """Return the runs of a Parquet file; None where its cells have to be read one by one.

    Raises
    ------
    InputError
        Where it cannot be read, or something is wrong with its header.
    """
    with source.checked():
        file = parquet.ParquetFile(source.path)
        header = list(file.schema_arrow.names)
        where = layout(header, wanted, source.name)
        positions = _positions(where)
        if len(set(header)) < len(header):
            return None
        table = file.read(columns=[header[position] for position in positions])

    def text(position: int) -> Any:
        return file.read(columns=[header[position]]).column(0)

    try:
        columns = {
            position: _cast(table.column(header[position]), _kind(position, where))
            for position in positions
        }
        return _Columns(where, columns, grid, text).runs()
    except (_Doubtful, pa.ArrowException, CellError, LookupError):
        return None


def pieces_of_csv(source: Source, wanted: Wanted, grid: GridIntensity) -> Iterator[Runs]:
    """Yield the runs of a large file of delimited text, some rows at a time.

    Raises
    ------
    InputError
        Where something is wrong with its header, or with a row.
    """
    delimiter = delimiter_of(source)
    header = next(csv.reader(source.head(1), delimiter=delimiter, skipinitialspace=True), [])
    where = layout(header, wanted, source.name)
    names = [str(position) for position in range(len(header))]
    positions = _with_texts(where)
    row = 2
    try:
        reader = pa_csv.open_csv(
            source.path,
            pa_csv.ReadOptions(column_names=names, skip_rows=1, block_size=BLOCK),
            pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=False),
            pa_csv.ConvertOptions(
                include_columns=[names[position] for position in positions],
                column_types=dict.fromkeys(names, _TEXT), null_values=_NULLS,
                strings_can_be_null=True,
            ),
        )  # fmt: skip
        for batch in reader:
            columns = {position: batch.column(names[position]) for position in positions}
            yield _piece(where, columns, grid)
            row += batch.num_rows
    except (_Doubtful, pa.ArrowException, CellError, LookupError) as error:
        raise _refused(source.name, row, error) from None


def pieces_of_parquet(source: ParquetSource, wanted: Wanted, grid: GridIntensity) -> Iterator[Runs]:
    """Yield the runs of a large Parquet file, some rows at a time.

    Raises
    ------
    InputError
        As `pieces_of_csv`.
    """
    with source.checked():
        file = parquet.ParquetFile(source.path)
        header = list(file.schema_arrow.names)
    where = layout(header, wanted, source.name)
    positions = _with_texts(where)
    row = 2
    try:
        for batch in file.iter_batches(columns=[header[position] for position in positions]):
            columns = {position: batch.column(header[position]) for position in positions}
            yield _piece(where, columns, grid)
            row += batch.num_rows
    except (_Doubtful, pa.ArrowException, CellError, LookupError) as error:
        raise _refused(source.name, row, error) from None


def _with_texts(where: Layout) -> list[int]:
    """Return the columns that pieces are read from: those of names, too."""
    names = {column.position for column in where.roles.get("name", ())}
    return sorted({*_positions(where), *names})


def _piece(where: Layout, texts: dict[int, Any], grid: GridIntensity) -> Runs:
    """Return the runs of some rows, whose cells are as they are written."""
    chunks = {position: pa.chunked_array([cells]) for position, cells in texts.items()}
    columns = {
        position: chunks[position].cast(_kind(position, where)) for position in _positions(where)
    }
    return _Columns(where, columns, grid, chunks.__getitem__).runs()


def _refused(file: str, row: int, error: Exception) -> InputError:
    said = f": {error}" if str(error) else ", or a number below zero"
    message = (
        f"from row {row:,} on: not a number where one is wanted{said}. A large table is read in "
        "pieces, in which each row must be valid; --skip-bad works with smaller ones only"
    )
    return InputError([Problem(file, None, None, message)])


def _cast(column: Any, kind: Any) -> Any:
    """Return a column of Parquet in a type."""
    is_number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    if kind is _NUMBER and is_number:
        return column.cast(_NUMBER)
    if kind is _TEXT and (pa.types.is_string(column.type) or pa.types.is_integer(column.type)):
        return column.cast(_TEXT)
    raise _Doubtful


def _positions(where: Layout) -> list[int]:
    """Return the columns that are read, in their order; names are where they are asked for."""
    of_roles = {
        column.position
        for role, columns in where.roles.items() if role not in ("name", "group")
        for column in columns
    }  # fmt: skip
    return sorted(of_roles | {column.position for column in where.groups.values()})


def _kind(position: int, where: Layout) -> Any:
    """Return the type in which a column is read."""
    if position in {column.position for column in where.groups.values()}:
        return _TEXT
    grids = {column.position for column in where.roles.get("grid", ())}
    return _TEXT if position in grids else _NUMBER


def _read(path: str, where: Layout, delimiter: str, kinds: Mapping[int, Any]) -> dict[int, Any]:
    """Return columns of a file of delimited text, by position, in the types that are given."""
    names = [str(position) for position in range(len(where.header))]
    table = pa_csv.read_csv(
        path,
        pa_csv.ReadOptions(column_names=names, skip_rows=1),
        pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=False),
        pa_csv.ConvertOptions(
            include_columns=[names[position] for position in kinds],
            column_types={names[position]: kind for position, kind in kinds.items()},
            null_values=_NULLS, strings_can_be_null=True,
        ),
    )  # fmt: skip
    return {position: table.column(names[position]) for position in kinds}


def _coded(cells: Any) -> tuple[Any, list[str]]:
    """Return codes and texts of a column, in the order in which they come; a null is empty."""
    coded = one_array(cells.dictionary_encode())
    codes, texts = values_of(coded.indices), coded.dictionary.to_pylist()
    if coded.null_count:
        nulls = is_null(coded)
        place = int(codes[: nulls.argmax()].max(initial=-1)) + 1
        codes = np.where(nulls, place, codes + (codes >= place))
        texts.insert(place, "")
    return codes, texts


class _Columns:
    """The columns that are read, by position; ``text`` reads one as it is written."""

    def __init__(
        self,
        where: Layout,
        columns: dict[int, Any],
        grid: GridIntensity,
        text: Callable[[int], Any],
    ) -> None:
        self.where, self.grid = where, grid
        self.by_position = columns
        self.text = cache(text)
        self.size = len(next(iter(columns.values()), ()))

    def runs(self) -> Runs:
        """Return the runs."""
        numbers = {
            role: self.role(role, columns)
            for role, columns in self.where.roles.items() if role not in ("name", "grid", "group")
        }  # fmt: skip
        if "grid" in self.where.roles:
            self.add_grid(numbers)
        groups = {name: self.labels(column) for name, column in self.where.groups.items()}
        quality = self.quality() if "quality" in numbers else None
        return Runs(self.size, numbers, self.half_digit, groups, self.name, quality)

    def role(self, role: str, columns: tuple[Column, ...]) -> Any:
        """Return the numbers of a role: of several columns the first that says something."""
        whole: Any = None
        for column in columns:
            own = self.floats(column)
            whole = own if whole is None else np.where(np.isnan(whole), own, whole)
        if role not in SIGNED and bool((whole < 0).any()):
            raise _Doubtful
        return whole

    def floats(self, column: Column) -> Any:
        """Return a column in the unit of its role."""
        cells = self.by_position[column.position]
        cells = cells.cast(_NUMBER) if cells.type == _TEXT else cells
        if not is_finite(cells):
            raise _Doubtful
        numbers = floats_of(one_array(cells))
        if column.factor != 1:
            numbers = numbers * column.factor.numerator / column.factor.denominator
        if bool((abs(numbers) > LARGEST).any()):
            raise _Doubtful
        return numbers

    def labels(self, column: Column) -> Labels:
        """Return the texts of a column, in the order in which they come."""
        cells = self.by_position[column.position]
        cells = cells if cells.type == _TEXT else cells.cast(_TEXT)
        codes, cells_texts = _coded(cells)
        places: dict[str, int] = {}
        texts = [read_name(plain_label(t.strip(), column.role), column.name)
                 for t in cells_texts]  # fmt: skip
        new = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.int64)
        return Labels(new[codes] if len(new) else np.zeros(0, dtype=np.int64), tuple(places))

    def quality(self) -> Labels:
        """Return which column the quality of each run is of."""
        columns = self.where.roles["quality"]
        codes = np.zeros(self.size, dtype=np.int64)
        for number, column in reversed([*enumerate(columns, 1)]):
            codes[~np.isnan(self.floats(column))] = number
        return Labels(codes, ("", *(column.name for column in columns)))

    def add_grid(self, numbers: dict[str, Any]) -> None:
        """Add the intensity of grids where neither it nor the carbon is known."""
        nothing = np.full(self.size, np.nan)
        intensity = numbers.get("intensity", nothing).copy()
        wanted = np.isnan(intensity) & np.isnan(numbers.get("carbon", nothing))
        grids = self.labels(self.where.roles["grid"][0]._replace(role="group"))
        years = numbers.get("year", nothing)
        wanted &= np.array([bool(name) for name in grids.names], dtype=bool)[grids.codes]
        pairs = np.stack([grids.codes[wanted], np.nan_to_num(years[wanted], nan=-1)], axis=1)
        each, places = np.unique(pairs, axis=0, return_inverse=True)
        known = [
            self.grid(grids.names[int(code)], None if year < 0 else int(year))
            for code, year in each.tolist()
        ]
        intensity[wanted] = np.array(known)[places.ravel()] if known else intensity[wanted]
        numbers["intensity"] = intensity

    def half_digit(self, role: str, row: int) -> float:
        """Return half a unit of the last digit that is printed in a row."""
        for column in self.where.roles[role]:
            value = self.text(column.position)[row].as_py()
            if value is not None:
                text = value if isinstance(value, str) else repr(value)
                return half_digit(text) * float(column.factor)
        return float("nan")

    def name(self, row: int) -> str:
        """Return what a run is called."""
        for column in self.where.roles.get("name", ()):
            value = self.text(column.position)[row].as_py()
            if value is not None:
                return read_name(str(value).strip(), column.name)
        return f"row {row + 2}"
