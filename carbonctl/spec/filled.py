"""Quantities of a workload whose figures are columns: its text says all else of them."""

from __future__ import annotations

from typing import Any

from carbonctl.numbers import units
from carbonctl.numbers.intervals import Number
from carbonctl.numbers.units import Dimension
from carbonctl.spec.tree import Text


class Filled(Text):
    """A scalar as one row has it, with the figures of every row.

    ``figures`` is a column of the numbers that stand before the suffix and the unit, or two
    for ``LOW..HIGH``. ``is_taken`` says whether they were read as such: otherwise the text is
    something else, and true of its own row alone.
    """

    __slots__ = ("figures", "is_taken")
    figures: tuple[Any, ...]
    is_taken: bool


def fill(node: Any, key: Any, *figures: Any) -> Filled:
    """Put columns in the place of the figures of a scalar, and return what stands there now.

    Parameters
    ----------
    node : Map or Seq
        What holds it.
    key : str or int
        Where in there.
    *figures : column
        One, or two for ``LOW..HIGH``.
    """
    text = node[key]
    filled = Filled(text)
    filled.place, filled.figures, filled.is_taken = text.place, figures, False
    node[key] = filled
    return filled


def parse(text: str, wanted: Dimension) -> Number:
    """Read a quantity as `units.parse` does; one that is filled has columns for its figures.

    Raises
    ------
    QuantityError
        As `units.parse` does.
    Mixed
        Where it would in some rows.
    """
    if type(text) is not Filled:
        return units.parse(text, wanted)
    text.is_taken = True
    return units.parse_filled(text, text.figures, wanted)
