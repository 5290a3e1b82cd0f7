"""Numbers in the cells of a column."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from carbonctl.catalog.hourly.faults import Faults

_NAN = float("nan")


class Cells(NamedTuple):
    """A column of numbers.

    Attributes
    ----------
    values : array of float
        NaN where a cell is blank or no number.
    blanks : list of int
        The rows with a blank cell.
    faulty : list of int
        The rows with a cell that is no number, which is a fault already.
    """

    values: array[float]
    blanks: Sequence[int] = ()
    faulty: Sequence[int] = ()


def numbers(cells: Sequence[Any], faults: Faults, *, separators: bool, absent: str) -> Cells | None:
    """Return the numbers of a column; None where every cell is blank or absent.

    Parameters
    ----------
    cells : sequence
        Text; in JSON also numbers.
    faults : Faults
        Gets the cells that are no finite numbers.
    separators : bool
        Whether there are commas between thousands.
    absent : str
        What stands in a cell of which there is nothing: it is 0 beside others with a number.
    """
    if separators:
        cells = [cell.replace(",", "") for cell in cells]
    blanks = [row for row, cell in enumerate(cells) if cell == ""] if "" in cells else []
    if len(blanks) == len(cells):
        return None
    try:
        values = array("d", map(float, _zeros(cells, blanks) if blanks else cells))
    except ValueError:
        return _checked(cells, faults, absent)
    if not math.isfinite(sum(values)):
        return _checked(cells, faults, absent)
    for row in blanks:
        values[row] = _NAN
    return Cells(values, blanks)


def _zeros(cells: Sequence[Any], blanks: Sequence[int]) -> list[Any]:
    written = list(cells)
    for row in blanks:
        written[row] = "0"
    return written


def _checked(cells: Sequence[Any], faults: Faults, absent: str) -> Cells | None:
    values, lacking = array("d", bytes(8 * len(cells))), 0
    blanks: list[int] = []
    faulty: list[int] = []
    for row, cell in enumerate(cells):
        text = str(cell).strip()
        try:
            values[row] = float(text)
        except ValueError:
            if absent and text == absent:
                lacking += 1
                continue
            values[row] = _NAN
        if not text:
            blanks.append(row)
        elif not math.isfinite(values[row]):
            faults.add(row, f"`{text[:60]}` is not a number")
            values[row] = _NAN
            faulty.append(row)
    all_lack = len(blanks) + lacking == len(cells)
    return None if all_lack else Cells(values, blanks, faulty)
