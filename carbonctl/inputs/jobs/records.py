"""Records of tables: the cells of each row, with the line on which it begins.

The first record of a table is its header. A record may have more or fewer cells than that:
its reader refuses it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.reading import Source, extension

if TYPE_CHECKING:
    from carbonctl.inputs.jobs.findings import Findings
    from carbonctl.inputs.jobs.parquet import ParquetSource

Record: TypeAlias = tuple[int, Sequence[str]]

JSON_LINES = (".jsonl", ".ndjson")
PARQUET = ".parquet"
_DELIMITERS = {".csv": ",", ".tsv": "\t", ".psv": "|"}
_SNIFFED = ",\t|;"
_MOST_SHOWN = 80
EMPTY_ROW = "empty row"  # why a row is skipped


def sources(path: str) -> list[Source | ParquetSource]:
    """Return what a path names: a file, standard input for ``-``, or a folder of Parquet files.

    Raises
    ------
    InputError
        For a folder without such files.
    MissingExtra
        For Parquet, where pyarrow is not installed.
    """
    folder = Path(path)
    if path == "-" or not (folder.is_dir() or extension(path) == PARQUET):
        return [Source(path)]
    from carbonctl.inputs.jobs.parquet import ParquetSource

    if not folder.is_dir():
        return [ParquetSource(path)]
    files = sorted(str(file) for file in folder.rglob(f"*{PARQUET}") if file.is_file())
    if not files:
        message = "a folder without Parquet files (*.parquet); name the files in it"
        raise InputError([Problem(Source(path).name, None, None, message)])
    return [ParquetSource(file) for file in files]


def records(
    source: Source | ParquetSource, findings: Findings, delimiter: str = ""
) -> Iterator[Record]:
    """Yield the records of a table, its header first, each with the line on which it begins.

    Parameters
    ----------
    source : Source or ParquetSource
        The line of a record of Parquet is its row, from 1.
    findings : Findings
        Takes rows that cannot be read.
    delimiter : str
        What is between cells; by the ending of the name, or the header, unless given.

    Raises
    ------
    InputError
        For an input that is empty, or that cannot be read any further.
    """
    if not isinstance(source, Source):
        return source.records()
    if source.extension in JSON_LINES and not delimiter:
        return json_objects(source, findings)
    return _of_cells(source, findings, delimiter or delimiter_of(source))


def delimiter_of(source: Source) -> str:
    """Return what is between the cells of a table: by the ending of its name, or its header.

    A .csv whose header has no comma is taken as its header is: spreadsheets of many countries
    write semicolons.
    """
    line = next((line for line in source.head() if line.strip()), "")
    outside = "".join(line.split('"')[::2])
    by_name = _DELIMITERS.get(source.extension, "")
    if by_name and (by_name in outside or by_name != ","):
        return by_name
    counts = {sign: outside.count(sign) for sign in _SNIFFED}
    return max(counts, key=lambda sign: counts[sign])


def _of_cells(source: Source, findings: Findings, delimiter: str) -> Iterator[Record]:
    is_empty = True
    for record in cells_of(source.lines(), source.name, findings, delimiter):
        yield record
        is_empty = False
    if is_empty:
        raise no_row(source.name)


def cells_of(
    lines: Iterable[str], name: str, findings: Findings, delimiter: str, first: int = 1
) -> Iterator[Record]:
    """Yield the records of lines of cells, without those that are empty.

    Parameters
    ----------
    lines : iterable of str
        With their ends.
    name : str
        What messages call the input.
    findings : Findings
        Takes rows that cannot be read.
    delimiter : str
        What is between cells.
    first : int
        The number of the first line.

    Raises
    ------
    InputError
        Where nothing can be read any further.
    """
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    line = first
    while True:
        try:
            for cells in reader:
                if cells and any(cells):
                    yield line, cells
                elif cells:
                    findings.skip(EMPTY_ROW)
                line = first + reader.line_num
            break
        except csv.Error as error:
            _refuse_rest(name, line, error)
            findings.reject(name, line, "", "", _what_is_wrong(error))
            line = first + reader.line_num


def _refuse_rest(name: str, line: int, error: csv.Error) -> None:
    """Refuse all that follows a quote that is left open."""
    if "field limit" in str(error) or "field larger" in str(error):
        limit = f"{csv.field_size_limit():,}"
        message = f"a cell of more than {limit} characters; is a quote left open?"
        raise InputError([Problem(name, line, None, message)])


def _what_is_wrong(error: csv.Error) -> str:
    if "new-line" in str(error):
        return "a carriage return (CR) stands alone; end lines with LF or CRLF"
    return str(error)


def no_row(name: str) -> InputError:
    """Return what is said of an input without a row."""
    return InputError([Problem(name, 1, None, "there is no row in it, not even a header")])


def json_objects(source: Source, findings: Findings) -> Iterator[Record]:
    """Yield objects as records; the keys of the first are the header."""
    header: list[str] = []
    for number, line in enumerate(source.lines(), 1):
        if not line.strip():
            continue
        entry = _entry(line)
        if not isinstance(entry, dict):
            message = "no JSON object in this line"
            findings.reject(source.name, number, "", line.strip()[:_MOST_SHOWN], message)
            continue
        if not header:
            header = list(entry)
            yield number, header
        for key in entry.keys() - set(header):
            findings.note(f"{source.name}: `{key}` is not in the first line, and is not read")
        yield number, [_cell(entry.get(key)) for key in header]
    if not header:
        raise no_row(source.name)


def _entry(line: str) -> Any:
    """Return what a line of JSON holds, numbers as they are written; None where it is none."""
    try:
        return json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def _cell(value: Any) -> str:
    """Return a value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
