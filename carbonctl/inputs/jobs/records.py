"""Records of tables: the cells of each row, with the line on which it begins.

The first record of a table is its header. A record may have more or fewer cells than that:
its reader refuses it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.no_text import what_is_wrong
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
_LIMIT = "field larger than field limit"  # of errors of the csv module
_MEND = 'close it, or write a quote in a cell twice: "5"" disk"'


class OpenQuote(InputError):
    """A quote is open at the end of what was read."""


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
        return source.records(findings)
    if source.extension in JSON_LINES and not delimiter:
        return of_json_lines(source, findings)
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
    reader = cells_of(source.lines(), source, findings, delimiter)
    yield header_of(reader, source, findings)
    yield from reader


def header_of(reader: Iterator[Record], source: Source, findings: Findings) -> Record:
    """Return the first record of a table.

    Raises
    ------
    InputError
        Where there is none, or where it cannot be read.
    """
    before = len(findings.rejects)
    first = next(reader, None)
    if first is None or len(findings.rejects) > before:
        raise _no_header(source, findings, before)
    return first


def _no_header(source: Source, findings: Findings, before: int) -> InputError:
    """Return what is said of a table whose first row, behind some rejects, cannot be read."""
    line, message = 1, "there is no row in it, not even a header"
    if rejects := findings.rejects[before:]:
        line, message = int(rejects[0].line), rejects[0].message
        del findings.rejects[before:]
    return InputError([Problem(source.name, line, None, message)])


def cells_of(
    lines: Iterable[str], source: Source, findings: Findings, delimiter: str, first: int = 1
) -> Iterator[Record]:
    """Yield the records of lines of cells, without those that are empty.

    Parameters
    ----------
    lines : iterable of str
        With their ends.
    source : Source
        What they are of.
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
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    line = first
    while True:
        try:
            for cells in reader:
                begin, line = line, first + reader.line_num
                if source.no_text and (why := source.no_text.before(line)):
                    findings.reject(source.name, begin, "", _no_text_of(cells), why)
                elif cells and any(cells):
                    yield begin, cells
                elif cells:
                    findings.skip(EMPTY_ROW)
            return
        except csv.Error as error:
            begin, line = line, first + reader.line_num
            source.no_text.before(line)
            what, is_over = broken(line - begin, error)
            problem = Problem(source.name, begin, None, what)
            if is_over and (line - begin > 1 or source.goes_on):
                raise OpenQuote([problem]) from None
            if line - begin > 1 and _LIMIT in str(error):
                raise InputError([problem]) from None
            findings.reject(source.name, begin, "", "", what)


def _no_text_of(cells: Sequence[str]) -> str:
    """Return the cell that is no text."""
    return next((cell[:_MOST_SHOWN] for cell in cells if what_is_wrong(cell)), "")


def broken(lines: int, error: csv.Error) -> tuple[str, bool]:
    """Return why a row cannot be read, and whether nothing follows it.

    Parameters
    ----------
    lines : int
        How many lines it has.
    error : csv.Error
        Of a strict reader.
    """
    said = str(error)
    if "unexpected end" in said:
        where = (
            "in the last line" if lines == 1 else f"and the {lines} lines to the end are one row"
        )
        return f"a quote is left open {where}; {_MEND}", True
    if _LIMIT in said:
        limit = f"a cell of more than {csv.field_size_limit():,} characters"
        return (f"{limit}: a quote is left open; {_MEND}" if lines > 1 else limit), False
    if "expected after" in said and lines > 1:
        return f"{lines} lines are one row: a quote is left open in the first; {_MEND}", False
    if "expected after" in said:
        return f"a cell goes on behind its closing quote; {_MEND}", False
    if "new-line" in said:
        return "a carriage return (CR) stands alone; end lines with LF or CRLF", False
    return said, False


def odd_width(cells: Sequence[str], width: int) -> str:
    """Return what is said of a row with more or fewer cells than its header has."""
    what = f"{len(cells)} cells under a header of {width}"
    lines = 1 + sum(cell.count("\n") for cell in cells)
    if lines == 1:
        return what
    return f"{lines} lines are one row, of {what}: is a quote left open in the first? {_MEND}"


def of_json_lines(
    source: Source, findings: Findings, header: Sequence[str] = ()
) -> Iterator[Record]:
    """Yield objects as records; the keys of the first are the header, unless it is given."""
    names, known = list(header), {*header}
    before = len(findings.rejects)
    for number, line in enumerate(source.lines(), 1):
        if not line.strip():
            continue
        entry, why = _entry(line)
        if source.no_text.is_suspect:
            why = source.no_text.before(number + 1) or why or _half_in(entry)
        if why:
            findings.reject(source.name, number, "", line.strip()[:_MOST_SHOWN], why)
            continue
        if not names:
            names, known = list(entry), {*entry}
            yield number, names
        for key in entry.keys() - known:
            findings.note(f"{source.name}: `{key}` is not in the first line, and is not read")
        yield number, [_cell(entry.get(key)) for key in names]
    if not names:
        raise _no_header(source, findings, before)


class KeyTwice(ValueError):
    """A key that stands twice in an object."""


def keys_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON whose keys stand once.

    Raises
    ------
    KeyTwice
    """
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise KeyTwice(f"the key `{twice}` occurs twice in an object; write it once")
    return made


_DECODER = json.JSONDecoder(
    parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=keys_once
)


def _entry(line: str) -> tuple[dict[str, Any], str]:
    """Return the object in a line, numbers as they are written, and what is wrong with it."""
    try:
        entry = _DECODER.decode(line)
    except KeyTwice as twice:
        return {}, str(twice)
    except (ValueError, RecursionError):
        return {}, "no JSON object in this line"
    if not isinstance(entry, dict):
        return {}, "no JSON object in this line"
    return entry, ""


def _half_in(entry: Mapping[str, Any]) -> str:
    """Return what is wrong with a text of JSON that holds half of a character."""
    texts = (*entry, *(_cell(value) for value in entry.values()))
    return next(filter(None, map(what_is_wrong, texts)), "")


def _cell(value: Any) -> str:
    """Return a value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
