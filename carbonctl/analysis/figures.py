"""The figures of an account as gates ask for them: best estimates, and samples."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from carbonctl.analysis.terms import terms, varies
from carbonctl.analysis.uncertainty import samples
from carbonctl.ledger.entry import SUMS, Entry, total
from carbonctl.numbers.intervals import plain_sum

Drawn = Callable[[], Sequence[Entry] | None]


class Figures:
    """The sums of some entries, by phase and key.

    Parameters
    ----------
    entries : sequence of Entry
        The account.
    is_known : bool
        Whether its spread can be known: not where a saved result has lost its spec.
    at_draws : callable, optional
        Returns the same entries over draws, with columns; without it, and where it returns
        None, the formulas of the entries are evaluated.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        is_known: bool = True,
        at_draws: Drawn | None = None,
    ) -> None:
        self.entries = entries
        self.is_known = is_known
        self.at_draws = at_draws
        self.drawn: dict[tuple[str | None, str], Sequence[float] | None] = {}

    def figure(self, phase: str | None, key: str) -> float | None:
        """Return one sum; None where it is unknown."""
        return total(_of_phase(self.entries, phase), key)

    def samples(self, phase: str | None, key: str) -> Sequence[float] | None:
        """Return equally likely values of one sum; None where they are unknown.

        An unknown that two accounts share has the same values in both.
        """
        if (phase, key) not in self.drawn:
            self.drawn[phase, key] = self._samples(phase, key) if self.is_known else None
        return self.drawn[phase, key]

    def _samples(self, phase: str | None, key: str) -> Sequence[float] | None:
        if not varies(key):
            return None
        try:
            if self.over_draws is not None:
                return _sums(_of_phase(self.over_draws, phase), key)
            found = terms(_of_phase(self.entries, phase), key)
            return None if found is None else samples(found).tolist()
        except (ArithmeticError, ValueError):
            return None

    @cached_property
    def over_draws(self) -> Sequence[Entry] | None:
        """The entries over draws, where they can be made."""
        return None if self.at_draws is None else self.at_draws()


def _of_phase(entries: Sequence[Entry], phase: str | None) -> list[Entry]:
    """Return the entries of one phase, or all."""
    return [entry for entry in entries if phase in (None, entry.phase)]


def _sums(entries: Sequence[Entry], key: str) -> list[float] | None:
    """Return one sum over some entries, a row a draw; None where one of them is unknown."""
    boundary, column = SUMS[key]
    numbers = [getattr(e, column) for e in entries if boundary in (None, e.boundary)]
    if any(number is None for number in numbers):
        return None
    found: Any = plain_sum(numbers)
    rows: list[float] = found.tolist() if hasattr(found, "tolist") else [found]
    return rows
