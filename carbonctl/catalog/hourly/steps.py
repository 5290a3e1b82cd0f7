"""The steps of a file: one length, no time twice, none missing without a word."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from carbonctl.catalog.hourly.faults import Faults
from carbonctl.catalog.hourly.series import HOUR_S, stamp

STEPS_S = (300, 900, 1800, 3600)
LONGEST_GAP_S = 7 * 24 * HOUR_S  # what a rule may fill
HINT = "give `fill: interpolate` (up to 3 hours) or `fill: same-hour`"
_NAN = float("nan")
_WHOLE_S = 300  # steps begin at a whole five minutes
_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


class Timeline(NamedTuple):
    """Steps that follow each other, and the row of each.

    Attributes
    ----------
    start_s : int
        Start of the first, seconds since 1970-01-01T00:00Z.
    step_s : int
        Length of a step [s].
    length : int
        How many there are.
    rows : sequence of int
        The row of each; -1 where the file has none.
    """

    start_s: int
    step_s: int
    length: int
    rows: Sequence[int]

    def at(self, step: int) -> str:
        """Return the start of a step as text."""
        return stamp(self.start_s + step * self.step_s)

    def row(self, step: int) -> int:
        """Return the row of a step, or the first one after it that the file has."""
        return next((row for row in self.rows[step:] if row >= 0), max(self.rows))

    def placed(self, values: array[float]) -> array[float]:
        """Return the values of rows step by step; NaN where the file has none."""
        if isinstance(self.rows, range):
            return values
        return array("d", (values[row] if row >= 0 else _NAN for row in self.rows))


def timeline(
    seconds: Sequence[int | None], only_step_s: int | None, is_filled: bool, faults: Faults
) -> Timeline | None:
    """Return the steps of a file; None where its times are in no order.

    Parameters
    ----------
    seconds : sequence of int or None
        The time of each row in UTC; None where it is no time, which is a fault already.
    only_step_s : int or None
        The step where there is one row [s]; None where that is an error.
    is_filled : bool
        Whether a rule fills missing steps; if not, they are faults.
    faults : Faults
        Gets what is wrong.
    """
    if None in seconds:
        _in_order(seconds, faults)
        return None
    known = [second for second in seconds if second is not None]
    if len(known) == 1:
        if only_step_s is None:
            faults.add(0, "one row: the step is unknown")
            return None
        return Timeline(known[0], only_step_s, 1, range(1))
    step = known[1] - known[0]
    if step not in STEPS_S or known != list(range(known[0], known[0] + step * len(known), step)):
        return _mended(known, is_filled, faults)
    return _aligned(Timeline(known[0], step, len(known), range(len(known))), faults)


def _mended(known: Sequence[int], is_filled: bool, faults: Faults) -> Timeline | None:
    """Return the steps of rows with gaps, or say what is wrong with them."""
    rows = _in_order(known, faults)
    steps = [known[b] - known[a] for a, b in pairwise(rows)]
    if not steps:
        return None
    step = Counter(steps).most_common(1)[0][0]
    if step not in STEPS_S:
        listed = ", ".join(str(each // 60) for each in STEPS_S[:-1])
        faults.add(
            rows[1],
            f"the step is {duration(step)}; {listed} or {STEPS_S[-1] // 60} minutes are read",
        )
        return None
    changed = _change(steps, step)
    if changed is not None:
        number, before = changed
        said = f"the step changes from {before / 60:g} to {steps[number] / 60:g} minutes"
        faults.add(rows[number + 1], said)
        return None
    return _with_gaps(known, rows, step, is_filled, faults)


def _change(steps: Sequence[int], usual: int) -> tuple[int, int] | None:
    """Return where the step becomes another one, and the one before; None where it does not.

    A longer step that is a multiple of the usual one and stands alone is a gap.
    """
    first, *others = steps
    begins_otherwise = first % usual != 0 or (first != usual and others[:1] == [first])
    step = first if begins_otherwise else usual
    for number, length in enumerate(steps):
        follows = steps[number + 1] if number + 1 < len(steps) else 0
        if length % step or (length != step and follows == length):
            return number, step
    return None


def _with_gaps(
    known: Sequence[int], rows: list[int], step: int, is_filled: bool, faults: Faults
) -> Timeline | None:
    placed: list[int] = rows[:1]
    is_whole = True
    for before, row in pairwise(rows):
        missing = (known[row] - known[before]) // step - 1
        if missing and not is_filled:
            faults.add(row, f"{gap_said(known[before] + step, missing, step)}; {HINT}")
        if missing * step > LONGEST_GAP_S:
            if is_filled:
                said = gap_said(known[before] + step, missing, step)
                faults.add(row, f"{said}: more than the week that a rule can fill")
            is_whole = False
            continue
        placed += [-1] * missing
        placed.append(row)
    if not is_whole or len(rows) < len(known):
        return None
    return _aligned(Timeline(known[rows[0]], step, len(placed), placed), faults)


def gap_said(first: int, missing: int, step: int) -> str:
    """Return how much is missing, and from when to when."""
    last = first + (missing - 1) * step
    span = stamp(first) if missing == 1 else f"{stamp(first)} to {stamp(last)}"
    return f"{duration(missing * step)} missing, {span}"


def _in_order(seconds: Sequence[int | None], faults: Faults) -> list[int]:
    """Return the rows whose time is later than those of all rows before."""
    rows: list[int] = []
    seen: dict[int, int] = {}
    latest = None
    for row, second in enumerate(seconds):
        if second is None:
            continue
        if latest is None or second > latest:
            rows.append(row)
            latest = second
        elif second in seen:
            faults.add(row, f"{stamp(second)} is also the time of row {faults.lines[seen[second]]}")
        else:
            faults.add(row, "earlier than the row before: sort the rows by time")
        seen.setdefault(second, row)
    return rows


def _aligned(steps: Timeline, faults: Faults) -> Timeline | None:
    if steps.start_s % _WHOLE_S:
        faults.add(steps.row(0), f"{steps.at(0)} is no whole five minutes: steps begin at these")
        return None
    return steps


def duration(second: int) -> str:
    """Return a length of time in its largest whole unit: `90 minutes`."""
    for size, name in _UNITS:
        if second % size == 0:
            number = second // size
            return f"{number} {name}{'' if number == 1 else 's'}"
    return f"{second} seconds"
