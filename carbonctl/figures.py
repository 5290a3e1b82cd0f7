"""The figures of an account as gates ask for them: best estimates, and samples."""

from collections.abc import Sequence

from carbonctl.formulas import terms
from carbonctl.ledger import Entry, total
from carbonctl.spread import samples


class Figures:
    """The sums of some entries, by phase and key.

    Parameters
    ----------
    entries : sequence of Entry
        The account.
    is_known : bool
        Whether its spread can be known: not where a saved result has lost its spec.
    """

    def __init__(self, entries: Sequence[Entry], is_known: bool = True) -> None:
        self.entries = entries
        self.is_known = is_known
        self.drawn: dict[tuple[str | None, str], Sequence[float] | None] = {}

    def of_phase(self, phase: str | None) -> list[Entry]:
        """Return the entries of one phase, or all."""
        return [entry for entry in self.entries if phase in (None, entry.phase)]

    def figure(self, phase: str | None, key: str) -> float | None:
        """Return one sum; None where it is unknown."""
        return total(self.of_phase(phase), key)

    def samples(self, phase: str | None, key: str) -> Sequence[float] | None:
        """Return equally likely values of one sum; None where they are unknown.

        An unknown that two accounts share has the same values in both.
        """
        if (phase, key) not in self.drawn:
            self.drawn[phase, key] = self._samples(phase, key) if self.is_known else None
        return self.drawn[phase, key]

    def _samples(self, phase: str | None, key: str) -> Sequence[float] | None:
        try:
            found = terms(self.of_phase(phase), key)
            return None if found is None else samples(found).tolist()
        except (ArithmeticError, ValueError):
            return None
