"""What is asked: a figure by its key, the methods, and how they draw."""

from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.analysis.gates.grammar import KEYS, dimension, parse_key
from carbonctl.analysis.sensitivity.model import ALL, PERCENTILES, RANK, SOBOL, SWING
from carbonctl.errors import UsageError
from carbonctl.ledger.entry import SUMS, Entry
from carbonctl.ledger.terms import Term, term, varies

POINTS = 8192
TOTAL = "total_kgco2e"


class FigureKey(NamedTuple):
    """One of the sums of an account, or of a phase of it."""

    phase: str | None
    sum: str

    def __str__(self) -> str:
        return self.sum if self.phase is None else f"phases.{self.phase}.{self.sum}"

    @property
    def unit(self) -> str:
        """The unit of the figure."""
        return dimension(self.sum).unit

    def entries(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return those entries that the figure is a sum over."""
        boundary = SUMS[self.sum][0]
        return [
            entry
            for entry in entries
            if boundary in (None, entry.boundary) and self.phase in (None, entry.phase)
        ]

    def terms(self, entries: Sequence[Entry]) -> list[Term | None]:
        """Return the figure of each entry as a term; None where it is unknown.

        Raises
        ------
        NotArithmetic
            Where the formula of an entry is none.
        """
        return [term(entry, SUMS[self.sum][1]) for entry in entries]


class Question(NamedTuple):
    """What is asked of each workload.

    Attributes
    ----------
    key : FigureKey
        The figure.
    method, at : str
        One of `METHODS` and one of `ENDS`.
    seed : int or None
        Of the draws; None for that of the workload.
    points : int
        How many points the indices rest on: a power of 2.
    """

    key: FigureKey = FigureKey(None, TOTAL)
    method: str = SWING
    at: str = PERCENTILES
    seed: int | None = None
    points: int = POINTS

    @property
    def methods(self) -> tuple[str, ...]:
        """The single methods that are asked for."""
        return (SWING, RANK, SOBOL) if self.method == ALL else (self.method,)


def read_key(text: str, flag: str = "--of") -> FigureKey:
    """Return the figure that a key names.

    Raises
    ------
    UsageError
        Where there is none, with the nearest, or where no formulas are behind it.
    """
    phase, name = parse_key(text, flag)
    if not varies(name):
        known = ", ".join(key for key in KEYS if varies(key))
        raise UsageError(
            f"{flag}: {name} has no formulas of what is uncertain in it; there are {known}"
        )
    return FigureKey(phase, name)
