"""Writes logs of other tools as the canonical table of jobs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carbonctl import errors
from carbonctl.batch.fleet.read import Reading, opened
from carbonctl.batch.fleet.run import rejects_csv, tell_rejects
from carbonctl.errors import InputError, UsageError
from carbonctl.inputs.jobs import cells
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.table import COLUMNS, Row
from carbonctl.numbers.units import format_number
from carbonctl.outputs.merging import Repeats
from carbonctl.outputs.messages import say
from carbonctl.outputs.writing import Target, check_targets, check_terminal, write_all
from carbonctl.render import SEPARATORS

_FORMS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}


@dataclass(frozen=True)
class Order:
    """Which logs are read, how, and where the table goes."""

    paths: tuple[str, ...]
    reading: Reading
    output: str
    form: str
    rejects: str | None
    quiet: bool


def form_of(output: str, form: str | None) -> str:
    """Return the form of the table: as a flag says it, or the name of the output.

    Raises
    ------
    UsageError
        Where neither does.
    """
    if form is not None:
        return form
    if output == "-":
        return "csv"
    known = _FORMS.get(Path(output).suffix.lower())
    if known is None:
        raise UsageError(f"--output {output}: end its name in {', '.join(_FORMS)}, or add --format")
    return known


def run(order: Order) -> int:
    """Read logs, write their table, and return the exit code."""
    targets = (
        []
        if order.output == "-"
        else [Target(order.form, Path(order.output), append=False, flag="--output")]
    )
    refused = []
    if order.rejects is not None:
        refused = [Target("csv", Path(order.rejects), append=False, flag="--rejects")]
    check_targets([*targets, *refused], list(order.paths))
    check_terminal(order.form if not targets else "csv", targets)
    findings, repeats = Findings(), Repeats()
    rows: list[Row] = []
    codes = []
    is_read = False
    for table in opened(order.paths, order.reading):
        try:
            if isinstance(table, InputError):
                raise table
            file = table.file
            some = _sound(table.rows(findings), file, findings)
            rows += ({**row, "source_file": file} for row in some)
            is_read = True
        except InputError as error:
            repeats.tell(error)
            codes.append(errors.INPUT)
    repeats.finish()
    if not is_read:
        return errors.INPUT
    text = written(rows, order.form)
    codes.append(write_all(targets, [text] if targets else [], "" if targets else text))
    if order.rejects is not None:
        reject = Target("csv", Path(order.rejects), append=False)
        codes.append(write_all([reject], [rejects_csv(findings.rejects)], ""))
    if not order.quiet:
        tell(findings, len(rows), order.rejects)
    if findings.rejects:
        codes.append(errors.INPUT)
    return errors.worst(codes)


def _sound(rows: Iterable[Row], file: str, findings: Findings) -> Iterator[Row]:
    """Yield rows, and reject those on which a spreadsheet, a terminal or a workflow would act."""
    sound: set[Any] = set()
    for row in rows:
        try:
            for name, value in row.items():
                if isinstance(value, str) and value not in sound:
                    cells.name(value, name)
                    sound.add(value)
        except cells.CellError as error:
            line = row.get("source_line", 0)
            findings.reject(file, line, error.column, error.value, str(error))
        else:
            yield row


def tell(findings: Findings, rows: int, written: str | None) -> None:
    """Say what was read, what was skipped, and what cannot be read."""
    skipped = [f"{count:,} {reason}" for reason, count in findings.skipped.items()]
    said = "1 row" if rows == 1 else f"{rows:,} rows"
    if skipped:
        said += f"; skipped: {', '.join(skipped)}"
    say(said)
    tell_rejects(len(findings.rejects), findings.rejects, written, "read")
    for (what, unit), quantity in findings.not_covered.items():
        say(f"not covered: {what}: {quantity:,.6g} {unit}")
    if findings.uncovered_h:
        say(f"{findings.uncovered_h:,.3g} h without a measurement are not counted")
    for text, times in findings.notes.items():
        say(text if times == 1 else f"{text} ({times:,} times)")


def written(rows: Iterable[Row], form: str) -> str | bytes:
    """Return rows as a table in one of its forms."""
    some = list(rows)
    tags = dict.fromkeys(name for row in some for name in row if name not in COLUMNS)
    columns = (*COLUMNS, *tags)
    if form == "parquet":
        return _parquet(some, columns)
    if form == "jsonl":
        used = [name for name in columns if any(row.get(name) not in (None, "") for row in some)]
        return "".join(f"{json.dumps(_object(row, used), ensure_ascii=False)}\n" for row in some)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=SEPARATORS[form], lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(_cells(some, columns))
    return out.getvalue()


def _cells(rows: Iterable[Row], columns: Iterable[str]) -> Iterator[list[Any]]:
    names = list(columns)
    for row in rows:
        yield [_text(row.get(name)) for name in names]


def _text(value: Any) -> Any:
    return format_number(value) if isinstance(value, float) else "" if value is None else value


def _object(row: Row, columns: Iterable[str]) -> dict[str, Any]:
    """Return a row with every column, as the first line of a table names them all."""
    return {name: None if row.get(name) == "" else row.get(name) for name in columns}


def _parquet(rows: list[Row], columns: Iterable[str]) -> bytes:
    from carbonctl.ledger.frames import require

    require("Parquet", "pyarrow")
    import pyarrow as pa
    from pyarrow import parquet

    from carbonctl.inputs.jobs.names import FIELDS

    def column(name: str) -> Any:
        field = FIELDS.get(name)
        cells = [row.get(name) for row in rows]
        if field is not None and field.dimension is not None:
            return pa.array([None if c in (None, "") else float(c) for c in cells], pa.float64())
        return pa.array([None if c in (None, "") else str(c) for c in cells], pa.string())

    out = io.BytesIO()
    parquet.write_table(pa.table({name: column(name) for name in columns}), out)
    return out.getvalue()
