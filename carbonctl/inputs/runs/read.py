"""Reads tables of runs, and accounts, into columns.

Small tables are read by the csv module, large ones by pyarrow where it is installed and nothing in
them is doubtful (`carbonctl.inputs.runs.arrow`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from carbonctl.analysis.survey.runs import Runs
from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.reading import Source, extension
from carbonctl.inputs.jobs.records import JSON_LINES, Record, of_json_lines, records, sources
from carbonctl.inputs.reading import called
from carbonctl.inputs.runs import accounts
from carbonctl.inputs.runs.columns import Wanted, layout
from carbonctl.inputs.runs.joined import joined
from carbonctl.inputs.runs.rows import GridIntensity, Rows

if TYPE_CHECKING:
    from carbonctl.catalog import Catalog
    from carbonctl.inputs.jobs.findings import Findings
    from carbonctl.inputs.jobs.parquet import ParquetSource

_SMALL = 1 << 20  # characters of a table that is read sooner than pyarrow is imported
_TABLES = (".csv", ".tsv", ".psv", ".parquet")
_IN_PIECES = (".csv", ".tsv", ".psv", ".parquet")
_ACCOUNTS = (".yaml", ".yml", ".json")
_MOST_SAID = 20  # problems of one table


class Reading(NamedTuple):
    """How tables are read.

    Attributes
    ----------
    wanted : Wanted
        What flags say of columns.
    catalog : callable
        Gives the catalog, where grids or workloads need it: most tables do not.
    skips_bad : bool
        Whether rows that cannot be read are left out.
    keeps_table : bool
        Whether the table is wanted as it was given.
    """

    wanted: Wanted
    catalog: Callable[[], Catalog]
    skips_bad: bool = False
    keeps_table: bool = False


PIECES_FROM = 2 << 30  # bytes of tables that are read in pieces


def are_large(paths: Sequence[str]) -> bool:
    """Whether some inputs together are so large that they are read in pieces."""
    files = (Path(path) for path in paths)
    sizes = (file.stat().st_size for file in files if str(file) != "-" and file.is_file())
    return sum(sizes) > PIECES_FROM


def pieces(paths: Sequence[str], reading: Reading) -> Iterator[Runs]:
    """Yield the runs of some files and folders piece by piece.

    Raises
    ------
    InputError
        With what is wrong with the first that is not in order.
    """
    for path in inputs(paths):
        if extension(path) not in _IN_PIECES or not find_spec("pyarrow"):
            yield from _parts(path, reading)
            continue
        from carbonctl.inputs.runs import arrow

        for source in sources(path):
            if isinstance(source, Source):
                yield from arrow.pieces_of_csv(source, reading.wanted, _grid(reading.catalog))
            else:
                yield from arrow.pieces_of_parquet(source, reading.wanted, _grid(reading.catalog))


def read(paths: Sequence[str], reading: Reading) -> Runs:
    """Return the runs of some files and folders.

    Raises
    ------
    InputError
        With everything that is wrong with them, or where there are no runs.
    """
    problems: list[Problem] = []
    parts: list[Runs] = []
    for path in inputs(paths):
        try:
            parts += _parts(path, reading)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    runs = joined(parts)
    if not runs.size:
        none = "there is no row in it"
        if runs.skipped:
            none = f"--skip-bad leaves out all of them ({runs.skipped:,})"
        raise InputError([Problem(called(paths[0]), 1, None, f"no runs: {none}")])
    return runs


def shown_name(paths: Sequence[str]) -> str:
    """Return what some inputs are called together."""
    names = [called(path) for path in paths]
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def inputs(paths: Sequence[str]) -> Iterator[str]:
    """Yield files: those that are named, and those in folders in the order of their names."""
    for path in paths:
        folder = Path(path)
        if path == "-" or not folder.is_dir():
            yield path
            continue
        endings = (*_TABLES, *_ACCOUNTS, *JSON_LINES)
        inside = [
            str(file) for file in sorted(folder.rglob("*"))
            if extension(str(file)) in endings and file.is_file() and not file.name.startswith(".")
        ]  # fmt: skip
        if not inside:
            message = f"is a folder without runs: nothing in it ends in {', '.join(endings)}"
            raise InputError([Problem(called(path), None, None, message)])
        yield from inside


def _parts(path: str, reading: Reading) -> Iterator[Runs]:
    from carbonctl.inputs.jobs.findings import Findings

    findings = Findings()
    if extension(path) in _ACCOUNTS or "#" in path:
        rows = accounts.of_file(path, reading.catalog())
        yield _of_records(called(path), rows, findings, reading)
        return
    for source in sources(path):
        if isinstance(source, Source):
            yield _of_source(source, findings, reading)
        else:
            yield _of_parquet(source, findings, reading)


def _of_source(source: Source, findings: Findings, reading: Reading) -> Runs:
    first = next((line for line in source.head() if line.strip()), "")
    if first.lstrip().startswith("{"):
        if accounts.is_account(first):
            data = "".join(source.blocks()).encode()
            rows = accounts.of_data(data, source.name, reading.catalog())
        else:
            rows = of_json_lines(source, findings)
        return _of_records(source.name, rows, findings, reading)
    if not reading.keeps_table and not source.is_within(_SMALL) and find_spec("pyarrow"):
        from carbonctl.inputs.runs import arrow

        runs = arrow.of_csv(source, reading.wanted, _grid(reading.catalog))
        if runs is not None:
            return runs
    return _of_records(source.name, records(source, findings), findings, reading)


def _of_parquet(source: ParquetSource, findings: Findings, reading: Reading) -> Runs:
    if not reading.keeps_table:
        from carbonctl.inputs.runs import arrow

        runs = arrow.of_parquet(source, reading.wanted, _grid(reading.catalog))
        if runs is not None:
            return runs
    return _of_records(source.name, source.records(findings), findings, reading)


def _of_records(file: str, some: Iterator[Record], findings: Findings, reading: Reading) -> Runs:
    """Return the runs of records, the first of which is the header."""
    _, header = next(some)
    where = layout(header, reading.wanted, file)
    rows = Rows(where, file, _grid(reading.catalog), keeps_table=reading.keeps_table)
    for line, cells in some:
        rows.add(line, cells)
    problems = [*rows.problems]
    for reject in findings.rejects:
        line_number = int(reject.line) if str(reject.line).isdecimal() else None
        problems.append(Problem(file, line_number, None, reject.message))
    if problems and not reading.skips_bad:
        raise InputError(_few(problems, file))
    lines = {(problem.line, problem.col) for problem in problems}
    return rows.runs(skipped=len(lines))


def _few(problems: list[Problem], file: str) -> list[Problem]:
    """Return the first of many problems, and how many there are besides."""
    problems.sort(key=lambda problem: problem.line or 0)
    few = list(islice(problems, _MOST_SAID))
    if len(problems) > len(few):
        more = f"{len(problems) - len(few):,} more rows cannot be read; --skip-bad leaves them out"
        few.append(Problem(file, None, None, more))
    return few


def _grid(catalog: Callable[[], Catalog]) -> GridIntensity:
    """Return what knows the intensity of a grid [g/kWh], in a year where that is known."""

    def intensity(grid: str, year: int | None) -> float:
        from carbonctl.catalog.grids import Wanted as WantedGrid
        from carbonctl.numbers.intervals import best

        row = catalog().electricity(grid, WantedGrid(year))
        return float(best(row.intensity)) * 1000

    return intensity
