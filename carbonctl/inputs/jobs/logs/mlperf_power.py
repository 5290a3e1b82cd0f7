"""MLPerf's power log, spl.txt: ``Time,…,Watts,…,Volts,…,Amps,…,PF,…,Mark,NAME``.

The mapping is that of github.com/mlcommons/power-dev (compliance/check.py and
ptd_client_server/lib/server.py at c4b3ad8):

- each Mark is a row: the trapezoid over its samples, without gaps of more than ten times the
  median interval. Where ``mlperf_log_detail.txt`` lies beside the log, only the time between its
  ``power_begin`` and ``power_end`` counts;
- the first Watts are the total; channels and analyzers that follow are its parts;
- −1 and 0 W mean that the analyzer measured nothing, and are left out;
- dates have the month first, times are UTC;
- a Mark that ends with ``_ranging`` is of the run that sets the ranges of the analyzer, and
  ``notset`` is of no run where others are; both are skipped.

The analyzer measures at the wall, so the boundary is the node; there is no PUE in it. DC
analyzers (``DC-RL``), whose lines were not found, are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.cells import CellError, finite, name
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.log_times import from_seconds
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.measured import ONE_SAMPLE, energy_row, report_gaps
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.series import GAP, Samples, power
from carbonctl.inputs.jobs.table import Row

RANGING = "a sample of the ranging run, which is not the run"
NOT_SET = "a sample outside of a run (Mark notset)"
NO_POWER = "a sample of 0 or −1 W, for which the analyzer measured nothing"
DETAIL = "mlperf_log_detail.txt"
OUTSIDE = f"samples outside of power_begin and power_end of {DETAIL} are not counted"
APART = (
    f"power_begin and power_end of {DETAIL} are of another time: all samples of a Mark count; "
    "take the file away, or mend its times"
)
NO_SPAN = f"{DETAIL} does not say when power_begin and power_end were: all samples count"
_LINE = re.compile(r"Time,([^,]*),Watts,([^,]*),.*?\bMark,([^,]*)")
_LIKE = re.compile(r"Time,\d\d-\d\d-\d{4} [^,]*,Watts,", re.ASCII)
_MOMENT = re.compile(r"\d\d-\d\d-\d{4} \d\d:\d\d:\d\d\.\d+", re.ASCII)
_FORM = "%m-%d-%Y %H:%M:%S.%f"
_UNSET = "notset"
_DETAIL_BYTES = 16 * 1024 * 1024

Points = list[tuple[float, float]]


def recognises(head: list[str]) -> bool:
    """Whether the first lines of a file are of this format."""
    return any(_LIKE.match(line) for line in head)


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each Mark."""
    marks = _marks(source, findings)
    if len(marks) > 1 and _UNSET in marks:
        findings.skip(NOT_SET, len(marks.pop(_UNSET)[1]))
    span = _span_beside(source.path, findings)
    for mark, (line, samples) in marks.items():
        try:
            row = _row(mark, line, samples, span, findings)
        except CellError as error:
            findings.reject(source.name, line, error.column, error.value, str(error))
            continue
        if row:
            yield row


def _marks(source: Source, findings: Findings) -> dict[str, tuple[int, Samples]]:
    """Return the samples of each mark, and the line of the first."""
    marks: dict[str, tuple[int, Samples]] = {}
    is_empty = True
    for number, line in enumerate(source.lines(), 1):
        if not line.strip():
            continue
        is_empty = False
        try:
            mark, time_s, watts = _sample(line.rstrip())
        except CellError as error:
            findings.reject(source.name, number, error.column, error.value, str(error))
            continue
        if mark.endswith("_ranging"):
            findings.skip(RANGING)
        elif watts in (0, -1):
            findings.skip(NO_POWER)
        else:
            marks.setdefault(mark, (number, Samples()))[1].add(time_s, watts)
    if is_empty:
        raise InputError([Problem(source.name, 1, None, "is empty; a log has a sample a line")])
    return marks


def _sample(line: str) -> tuple[str, float, float]:
    parts = _LINE.match(line)
    if not parts:
        message = "is no sample; it is written Time,…,Watts,…,Volts,…,Amps,…,PF,…,Mark,NAME"
        raise CellError("", line[:80], message)
    watts = finite(parts[2], "Watts")
    if watts < 0 and watts != -1:
        raise CellError("Watts", parts[2], f"{parts[2]} is negative")
    return name(parts[3], "Mark"), _seconds(parts[1]), watts


def _seconds(text: str) -> float:
    try:
        return datetime.strptime(text.strip(), _FORM).replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        message = f"'{text}' is no time; write month-day-year, as 03-01-2026 10:00:00.000"
        raise CellError("Time", text, message) from None


def _row(
    mark: str,
    line: int,
    samples: Samples,
    span: tuple[float, float] | None,
    findings: Findings,
) -> Row | None:
    points = samples.sorted()
    if span and points and points[0][0] < span[1] and points[-1][0] > span[0]:
        points = within(points, *span)
        findings.note(OUTSIDE)
    elif span and points:
        findings.note(APART)
    if len(points) < 2:
        findings.skip(ONE_SAMPLE)
        return None
    integral = power(points)
    row = energy_row(
        line,
        integral.energy_kwh,
        "node",
        job=mark,
        start=from_seconds(points[0][0], "Time"),
        end=from_seconds(points[-1][0], "Time"),
        wall_time_h=integral.covered_h,
    )
    report_gaps(integral, findings)
    return row


def within(points: Sequence[tuple[float, float]], begin_s: float, end_s: float) -> Points:
    """Return the points of a span, with points on its ends where samples lie on both sides."""
    inside = [point for point in points if begin_s <= point[0] <= end_s]
    before = [point for point in points if point[0] < begin_s]
    behind = [point for point in points if point[0] > end_s]
    longest = GAP * (points[-1][0] - points[0][0]) / max(len(points) - 1, 1)
    edges: Points = []
    for outer, inner, edge_s in (
        (before[-1:], (inside or behind)[:1], begin_s),
        (behind[:1], (inside or before)[-1:], end_s),
    ):
        if outer and inner and abs(outer[0][0] - inner[0][0]) <= longest:
            edges.append((edge_s, _between(outer[0], inner[0], edge_s)))
    return sorted({*inside, *edges})


def _between(point: tuple[float, float], other: tuple[float, float], time_s: float) -> float:
    share = (time_s - point[0]) / (other[0] - point[0])
    return point[1] + share * (other[1] - point[1])


def _span_beside(path: str | None, findings: Findings) -> tuple[float, float] | None:
    """Return power_begin and power_end of the log of the run, where it lies beside."""
    if not path:
        return None
    detail = Path(path).parent / DETAIL
    found: dict[str, float] = {}
    try:
        if not detail.is_file():
            return None
        with detail.open("rb") as file:
            text = file.read(_DETAIL_BYTES).decode("utf-8", "replace")
        for line in text.splitlines():
            for key in ("power_begin", "power_end"):
                moment = _MOMENT.search(line) if key in line.lower() else None
                if moment:
                    found.setdefault(key, _seconds(moment[0]))
    except (OSError, CellError):
        found = {}
    if len(found) < 2 or found["power_begin"] >= found["power_end"]:
        findings.note(NO_SPAN)
        return None
    return found["power_begin"], found["power_end"]
