"""Reads large tables of runs with pyarrow, as columns of numpy.

What is doubtful is left to the csv module, which says what is wrong: a row with other cells, text
in a column of numbers, a number below zero, a name that is refused.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pa_csv
from pyarrow import parquet

from carbonctl.analysis.survey.runs import Labels, Runs
from carbonctl.inputs.jobs.cells import CellError
from carbonctl.inputs.jobs.compression import is_compressed
from carbonctl.inputs.jobs.parquet import ParquetSource
from carbonctl.inputs.jobs.reading import Source
from carbonctl.inputs.jobs.records import delimiter_of
from carbonctl.inputs.runs.columns import Column, Layout, Wanted, layout
from carbonctl.inputs.runs.rows import (
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
        numbers = cells.to_numpy()
        if len(numbers) and not np.isfinite(numbers).all():
            is_unknown = np.asarray(cells.is_null())
            if not (np.isfinite(numbers) | is_unknown).all():
                raise _Doubtful
        if column.factor != 1:
            numbers = numbers * column.factor.numerator / column.factor.denominator
        return numbers

    def labels(self, column: Column) -> Labels:
        """Return the texts of a column, in the order in which they come."""
        cells = self.by_position[column.position]
        cells = cells if cells.type == _TEXT else cells.cast(_TEXT)
        coded = pc.fill_null(cells, "").dictionary_encode().combine_chunks()
        coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
        places: dict[str, int] = {}
        texts = [read_name(plain_label(t.strip(), column.role), column.name)
                 for t in coded.dictionary.to_pylist()]  # fmt: skip
        new = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.int64)
        codes = new[np.asarray(coded.indices)] if len(new) else np.zeros(0, dtype=np.int64)
        return Labels(codes, tuple(places))

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
