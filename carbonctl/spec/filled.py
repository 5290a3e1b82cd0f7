"""Quantities of a workload whose figures are columns: its text says all else of them."""

from __future__ import annotations

from typing import Any

from carbonctl.numbers import units
from carbonctl.numbers.intervals import Number
from carbonctl.numbers.units import Dimension
from carbonctl.spec import holes
from carbonctl.spec.tree import Text


class Filled(Text):
    """A scalar as one row has it, with the figures of every row.

    ``figures`` is a column of the numbers that stand before the suffix and the unit, or two
    for ``LOW..HIGH``.
    """

    __slots__ = ("figures",)
    figures: tuple[Any, ...]


def fill(node: Any, key: Any, *figures: Any) -> None:
    """Put columns in the place of the figures of a scalar.

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
    filled.place, filled.figures = text.place, figures
    node[key] = filled


def parse(text: str, wanted: Dimension) -> Number:
    """Read a quantity as `units.parse` does; one that is filled has columns for its figures.

    Raises
    ------
    QuantityError
        As `units.parse` does.
    Mixed
        Where it would in some rows.
    """
    if type(text) is Filled:
        return units.parse_filled(text, text.figures, wanted)
    return holes.parse(text, wanted)
