"""Columns: many numbers where one stands, a row each: draws, steps, ends, hours, jobs.

A column goes through kernels and through a whole account as a float does, so that one call
serves all its rows, each to the last digit as by itself. It never makes a text, a key or a
branch: these raise `NotOneNumber`, and a condition goes through
`carbonctl.numbers.intervals.decide`, which raises `Mixed` where rows differ. `split` parts rows
by it.

This module imports numpy: only what makes columns imports it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

import numpy as np

from carbonctl.numbers.intervals import Mixed, NotOneNumber, Range, decide
from carbonctl.numbers.words import Words

T = TypeVar("T")


def _dividing(name: str) -> tuple[Any, Any]:
    """Return an operator of arrays and the reflected one, which refuse a divisor of zero."""
    work, reflected = (getattr(np.ndarray, f"__{sign}{name}__") for sign in ("", "r"))

    def method(self: Any, other: Any) -> Any:
        if isinstance(other, float | int | Column):
            _refuse_zero(other)
        return work(self, other)

    def reflected_method(self: Any, other: Any) -> Any:
        _refuse_zero(self)
        return reflected(self, other)

    return method, reflected_method


def _refuse_zero(divisor: Any) -> None:
    """Refuse a division by zero, as floats do.

    Raises
    ------
    ZeroDivisionError
        Where the divisor is zero in all rows.
    Mixed
        Where it is in some.
    """
    if decide(divisor == 0):
        raise ZeroDivisionError("division by zero")


class Column(np.ndarray):
    """Numbers of which each row is one; or, of a comparison, conditions.

    A plain number goes with every row. Columns that meet have the same rows.

    Parameters
    ----------
    numbers : sequence of float
        One a row.
    dtype : type
        Of the numbers; whole ones stay so with int.
    """

    is_column = True

    def __new__(cls, numbers: Any, dtype: type = float) -> Column:  # noqa: D102
        return np.array(numbers, dtype=dtype).view(cls)

    # As floats do, these refuse a division by zero.
    __truediv__, __rtruediv__ = _dividing("truediv")
    __floordiv__, __rfloordiv__ = _dividing("floordiv")
    __mod__, __rmod__ = _dividing("mod")

    def _changed(self, other: Any) -> Any:
        return NotImplemented  # a column may stand in several places: `+=` makes another

    __iadd__ = __isub__ = __imul__ = __itruediv__ = _changed

    def __pow__(self, other: Any, _: Any = None) -> Column:
        return each(operator.pow, self, other)  # numpy's may differ in the last digit

    def __rpow__(self, other: Any, _: Any = None) -> Column:
        return each(operator.pow, other, self)

    def __repr__(self) -> str:
        return f"Column({self.tolist()})"

    def _refused(self, *_: Any) -> NoReturn:
        raise NotOneNumber("a column holds many numbers, and one is needed here")

    __bool__ = __float__ = __int__ = __index__ = __str__ = __format__ = _refused
    __hash__ = _refused  # type: ignore[assignment]


class Texts:
    """What is written of a number in each row, ``rows``: texts, or mappings of them."""

    def __init__(self, rows: list[Any]) -> None:
        self.rows = rows


def texts(write: Callable[[Any], Any], number: Any) -> Texts:
    """Return what is written of each row of a number that holds columns."""
    if isinstance(number, Column):
        return Texts(list(map(write, number.tolist())))
    ends = (number.best, number.low, number.high)
    rows = next(len(end) for end in ends if isinstance(end, Column))
    return Texts([write(take(number, row)) for row in range(rows)])


def stacked(numbers: Sequence[Any]) -> Any:
    """Return numbers of many rows as one: a column, or a range of columns.

    Raises
    ------
    Mixed
        Where some have a range and others have none.
    """
    ranged = [isinstance(number, Range) for number in numbers]
    if any(ranged) and not all(ranged):
        raise Mixed(np.array(ranged))
    if not ranged[0]:
        return Column(numbers)
    return Range(*(Column([getattr(n, end) for n in numbers]) for end in ("best", "low", "high")))  # type: ignore[arg-type]


def where(condition: Any, rows: int) -> list[int]:
    """Return the rows in which a condition holds; a plain one is of all of them."""
    places: list[int] = np.flatnonzero(np.broadcast_to(condition, rows)).tolist()
    return places


def within(columns: Sequence[Any], least: float, largest: float) -> bool:
    """Return whether in each row every number is 0 or has a size of ``least..largest``.

    Raises
    ------
    Mixed
        Where rows differ.
    """
    sizes = np.abs(np.array(columns))
    is_within = ((sizes == 0) | (sizes >= least)) & (sizes <= largest)
    return agreed(is_within.all(axis=0).view(Column))


def agreed(condition: Column) -> bool:
    """Return the answer on which all rows of a condition agree.

    Raises
    ------
    Mixed
        Where they do not.
    """
    rows = condition.view(np.ndarray)
    if rows.all():
        return True
    if rows.any():
        raise Mixed(rows)
    return False


def chosen(replaces: Callable[[Any, Any], Any], numbers: Sequence[Any]) -> Column:
    """Return in each row the number that every one before it gives way to, as `min` does."""
    winner = np.asarray(numbers[0])
    for number in numbers[1:]:
        winner = np.where(replaces(number, winner), number, winner)
    return winner.view(Column)


def each(function: Callable[..., Any], *numbers: Any) -> Column:
    """Return the value of a function of floats in each row.

    Raises
    ------
    Exception
        That of the function, where it fails in every row.
    Mixed
        Where it fails in some.
    """
    rows = next(len(number) for number in numbers if isinstance(number, Column))
    listed = [x.tolist() if isinstance(x, Column) else [x] * rows for x in numbers]
    try:
        return Column(list(map(function, *listed)))
    except (ArithmeticError, ValueError):
        works = [_works(function, row) for row in zip(*listed, strict=True)]
        if any(works):
            raise Mixed(np.array(works)) from None
        raise


def exact_sums(numbers: Sequence[Any]) -> Column:
    """Return in each row the exactly rounded sum of some numbers."""
    rows = next(len(number) for number in numbers if isinstance(number, Column))
    listed = [x.tolist() if isinstance(x, Column) else [x] * rows for x in numbers]
    return Column(list(map(math.fsum, zip(*listed, strict=True))))


def _works(function: Callable[..., Any], arguments: tuple[float, ...]) -> bool:
    try:
        function(*arguments)
    except (ArithmeticError, ValueError):
        return False
    return True


def split(rows: Any, work: Callable[[Any], T]) -> list[tuple[Any, T]]:
    """Do some work for all rows at once, or apart for those that a condition tells apart.

    Parameters
    ----------
    rows : array of int
        Which rows there are.
    work : callable
        Takes some of them, makes columns of these rows in this order, and returns what comes
        of it.

    Returns
    -------
    list of (rows, result)
        Each row is in one of them.
    """
    done: list[tuple[Any, T]] = []
    waiting = [np.asarray(rows)]
    with np.errstate(all="ignore"):  # beyond all numbers is infinite, as of floats
        while waiting:
            some = waiting.pop()
            try:
                done.append((some, work(some)))
            except Mixed as mixed:
                waiting += [some[~mixed.rows], some[mixed.rows]]
    return done


def by_row(numbers: Sequence[Any], rows: int) -> list[tuple[Any, ...]]:
    """Return what each row has of some numbers; a plain one, and None, goes with every row."""
    listed = [x.tolist() if isinstance(x, Column) else [x] * rows for x in numbers]
    return list(zip(*listed, strict=True))


def take(thing: T, rows: Any, words: Words | None = None) -> T:
    """Return one row of something with plain numbers, or some rows of it.

    Parameters
    ----------
    thing : column, Range or tuple
        A number, a value, an entry: what holds no column is as it is.
    rows : int or array of int
        Which row, or which ones.
    words : Words, optional
        What the marks in its texts stand for, where one row is taken.
    """
    taken: Any = thing
    if isinstance(thing, Column):
        taken = thing[rows] if isinstance(rows, np.ndarray) else thing.item(rows)
    elif isinstance(thing, Range):
        taken = Range(*(take(part, rows) for part in (thing.best, thing.low, thing.high)))
    elif isinstance(thing, tuple):
        parts = [take(part, rows, words) for part in thing]
        taken = type(thing)(*parts) if hasattr(thing, "_fields") else tuple(parts)
    elif words is not None and isinstance(thing, str):
        taken = words.at(thing, rows)
    result: T = taken
    return result
