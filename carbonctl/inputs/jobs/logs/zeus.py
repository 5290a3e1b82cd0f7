"""Logs of Zeus' monitor: ZeusMonitor(log_file=…).

The mapping is that of github.com/ml-energy/zeus (zeus/monitor/energy.py at 75a8b93):

- a row is a measurement window: the energies of its GPUs in J, added up. Windows may hold each
  other: the outermost count, or those named by ``--windows``;
- names of windows are written without quotes, and may hold commas;
- ``start_time`` is in s: since 1970 in newer versions, and of a monotonic clock in older ones,
  where no time of day is known.

Energies of CPUs and memory are not in the log, and so not in the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from carbonctl.inputs.jobs.cells import CellError, finite, name, not_negative
from carbonctl.inputs.jobs.delimited import fault
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.log_times import from_seconds
from carbonctl.inputs.jobs.logs import Source
from carbonctl.inputs.jobs.measured import energy_row
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.series import J_PER_KWH, S_PER_H
from carbonctl.inputs.jobs.table import Row

START = "start_time,window_name,elapsed_time,"
INSIDE = "a window inside another, which holds its energy"
OTHER = "a window that --windows does not name"
NO_ENERGY = "a window in which a GPU measured no energy: it may be too short for its counter"
NO_DATE = "start_time counts from no date in this version of Zeus: rows have no start and no month"
_DATES_FROM_S = 1e9  # 2001; a monotonic clock reaches it after 31 years
_SLACK_S = 1e-3  # a window may begin a moment before the last one is written as ended
_ENERGY = re.compile(r"gpu\d+_energy", re.ASCII)


class _Window(NamedTuple):
    line: int
    name: str
    start_s: float
    elapsed_s: float
    joules: list[float]

    @property
    def end_s(self) -> float:
        return self.start_s + self.elapsed_s


def recognises(head: list[str]) -> bool:
    """Whether the first lines of a file are of this format."""
    return bool(head) and head[0].replace(" ", "").startswith(START)


def rows(source: Source, options: Options, findings: Findings) -> Iterator[Row]:
    """Yield a row for each window that counts.

    Raises
    ------
    InputError
        Where the header is not Zeus', or no window has a name that is asked for.
    """
    windows = list(_windows(source, findings))
    named = _named(windows, options.windows, source, findings)
    for window in _outermost(named, source, findings):
        try:
            row = _row(window)
        except CellError as error:
            findings.reject(source.name, window.line, error.column, error.value, str(error))
            continue
        if not all(window.joules):
            findings.note(NO_ENERGY)
        if "start" not in row:
            findings.note(NO_DATE)
        yield row


def _windows(source: Source, findings: Findings) -> Iterator[_Window]:
    lines = source.lines()
    header = [cell.strip() for cell in next(lines, "").split(",")]
    gpus = header[3:]
    if header[:3] != START.rstrip(",").split(",") or not gpus:
        raise fault(source, 1, f"has not the header of Zeus' log: {START}gpu0_energy")
    if not all(map(_ENERGY.fullmatch, gpus)) or len(set(gpus)) < len(gpus):
        raise fault(source, 1, f"{','.join(gpus)!r}: energies are called gpu0_energy, gpu1_energy")
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        try:
            yield _window(number, line.strip(), gpus)
        except CellError as error:
            findings.reject(source.name, number, error.column, error.value, str(error))


def _window(number: int, line: str, gpus: list[str]) -> _Window:
    start, _, rest = line.partition(",")
    cells = rest.rsplit(",", len(gpus) + 1)
    if len(cells) < len(gpus) + 2:
        raise CellError("", line, f"has too few cells: a window of {len(gpus)} GPUs needs more")
    return _Window(
        number,
        name(cells[0], "window_name"),
        finite(start, "start_time"),
        not_negative(cells[1], "elapsed_time"),
        [not_negative(cell, gpu) for cell, gpu in zip(cells[2:], gpus, strict=True)],
    )


def _named(
    windows: list[_Window], names: tuple[str, ...], source: Source, findings: Findings
) -> list[_Window]:
    """Return the windows of some names, which may be patterns; all where there are none."""
    if not names:
        return windows
    named = [w for w in windows if any(w.name == n or fnmatchcase(w.name, n) for n in names)]
    if not named:
        known = ", ".join(dict.fromkeys(window.name for window in windows[:5]))
        raise fault(source, None, f"no window is called {' or '.join(names)}; it has: {known}")
    if len(named) < len(windows):
        findings.skip(OTHER, len(windows) - len(named))
    return named


def _outermost(windows: list[_Window], source: Source, findings: Findings) -> Iterator[_Window]:
    """Yield the windows that no other holds; one that overlaps another in part is rejected."""
    outer: _Window | None = None
    for window in sorted(windows, key=lambda w: (w.start_s, -w.elapsed_s)):
        if outer is None or window.start_s >= outer.end_s - _SLACK_S:
            outer = window
            yield window
        elif window.end_s <= outer.end_s + _SLACK_S:
            findings.skip(INSIDE)
        else:
            message = f"overlaps the window {outer.name!r} in part; say with --windows which count"
            findings.reject(source.name, window.line, "window_name", window.name, message)


def _row(window: _Window) -> Row:
    has_date = window.start_s >= _DATES_FROM_S
    return energy_row(
        window.line,
        sum(window.joules) / J_PER_KWH,
        "chip",
        job=window.name,
        start=from_seconds(window.start_s, "start_time") if has_date else None,
        end=from_seconds(window.end_s, "elapsed_time") if has_date else None,
        wall_time_h=window.elapsed_s / S_PER_H,
        devices=float(len(window.joules)),
        window=window.name,
    )
