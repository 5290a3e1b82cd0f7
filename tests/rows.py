"""What comes of columns, row by row, beside what comes of plain numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from carbonctl.numbers.columns import split, take
from carbonctl.numbers.intervals import NotOneNumber

FAULTS = (ArithmeticError, ValueError)


def tried(work: Callable[..., Any], *numbers: Any) -> Any:
    """Return what comes of plain numbers, with every bit, or what kind of fault."""
    try:
        return repr(work(*numbers))
    except FAULTS as fault:
        return type(fault)


def by_parts(work: Callable[..., Any], count: int, *arguments: Any) -> list[Any]:
    """Return what comes of columns in each row: rows that differ apart, with every bit.

    A fault whose text needs one number is that of the row itself.
    """

    def part(some: Any) -> Any:
        try:
            return work(*(take(argument, some) for argument in arguments))
        except FAULTS as fault:
            return type(fault)
        except NotOneNumber:
            return [tried(work, *(take(a, int(row)) for a in arguments)) for row in some]

    found: list[Any] = [None] * count
    for some, result in split(np.arange(count), part):
        for place, row in enumerate(some):
            if isinstance(result, type):
                found[row] = result
            else:
                found[row] = (
                    result[place] if isinstance(result, list) else repr(take(result, place))
                )
    return found
