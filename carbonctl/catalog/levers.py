"""Published levers: a table of hardware_db."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog.tables import Row, first, number
from carbonctl.numbers.intervals import Range

TABLE = "levers.csv"
DIVIDE, MULTIPLY, SET = "divide", "multiply", "set"


class PublishedLever(NamedTuple):
    """A lever that a publication gives a factor for.

    Attributes
    ----------
    id, name : str
        What `use` and what tables call it.
    effect : str
        ``divide``, ``multiply``, or ``set`` where the number is the value of a key.
    quantity : str
        What the factor is of: energy, time, or a key such as lifetime.
    factor : float or Range
        Its best estimate; of a factor that is printed as "up to" the middle of its range.
    level : float or None
        What the publication prints beside it: how many times the end of its figure there is
        before this lever is pulled.
    applies_to, touches : str
        For what work it was measured, and which carbon it lowers.
    source, where : str
        A key of sources.yaml, and the place in it.
    caution : str
        What the number does not say.
    """

    id: str
    name: str
    effect: str
    quantity: str
    factor: float | Range
    level: float | None
    applies_to: str
    touches: str
    source: str
    where: str
    caution: str

    @property
    def ends(self) -> tuple[float, float]:
        """The bounds of the factor, equal where it has no range."""
        if isinstance(self.factor, Range):
            return self.factor.low, self.factor.high
        return self.factor, self.factor

    @property
    def best(self) -> float:
        """The best estimate of the factor."""
        return self.factor.best if isinstance(self.factor, Range) else self.factor


def levers(folders: Iterable[Path]) -> dict[str, PublishedLever]:
    """Return the levers of levers.csv by their ids.

    Raises
    ------
    InputError
        For a faulty row.
    """
    return first(folders, TABLE, _lever)


def _lever(row: Row) -> tuple[str, PublishedLever]:
    if row["effect"] not in (DIVIDE, MULTIPLY, SET):
        raise ValueError(f"effect: {DIVIDE}, {MULTIPLY} or {SET} is wanted, not `{row['effect']}`")
    return row["id"], PublishedLever(
        row["id"], row["name"], row["effect"], row["quantity"], _factor(row),
        number(row["level"]), row["applies_to"], row["touches"], row["source"], row["where"],
        row["caution"],
    )  # fmt: skip


def _factor(row: Row) -> float | Range:
    best, low, high = (number(row[key]) for key in ("factor", "low", "high"))
    least = -1.0 if row["effect"] == SET else 0.0
    if best is None:
        if low is None or high is None:
            raise ValueError("a factor is wanted, or `low` and `high`")
        best = (low + high) / 2
    ends = (best if low is None else low, best if high is None else high)
    if not least < ends[0] <= best <= ends[1]:
        raise ValueError("the factor must be above 0 and lie between low and high")
    return best if ends[0] == ends[1] else Range(best, *ends)
