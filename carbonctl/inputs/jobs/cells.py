"""Single values of a log: numbers and names, and what is wrong with them."""

from __future__ import annotations

import math
import re

from carbonctl.text import check_text

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


class CellError(ValueError):
    """A value that cannot be used.

    Attributes
    ----------
    column, value : str
        Where it stands, as the log calls it, and what stands there.
    """

    def __init__(self, column: str, value: object, message: str) -> None:
        self.column, self.value = column, str(value)
        super().__init__(message)


def finite(value: object, column: str) -> float:
    """Return a number, given as a text or as JSON has it.

    Raises
    ------
    CellError
        Where it is not a finite number.
    """
    if isinstance(value, str):
        text = value.strip()
        if not NUMBER.fullmatch(text):
            raise CellError(column, value, _no_number(text))
        number = float(text)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        number = _float(value)
    else:
        raise CellError(column, value, f"{value!r} is not a number")
    if not math.isfinite(number):
        raise CellError(column, value, f"{value} is not a finite number")
    return number


def not_negative(value: object, column: str) -> float:
    """Return a finite number of zero or more.

    Raises
    ------
    CellError
        Where it is not.
    """
    number = finite(value, column)
    if number < 0:
        raise CellError(column, value, f"{value} is negative; write 0 or more")
    return number


def name(value: str, column: str) -> str:
    """Return a name or a tag, without space around it.

    Raises
    ------
    CellError
        Where a spreadsheet, a terminal or a workflow would act on it.
    """
    text = value.strip()
    if text:
        try:
            check_text(text, "a name")
        except ValueError as error:
            raise CellError(column, value, str(error)) from None
    return text


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _no_number(text: str) -> str:
    return f"'{text}' is not a number" if text else "is empty; a number is needed"
