"""The figures of an account as gates ask for them: best estimates, and samples."""

from collections.abc import Sequence

from carbonctl.formulas import NotArithmetic, terms
from carbonctl.ledger import Entry, total
from carbonctl.spread import samples


class Figures:
    """The sums of some entries, by phase and key.

    Parameters
    ----------
    entries : sequence of Entry
        The account.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries

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
        try:
            found = terms(self.of_phase(phase), key)
            return None if found is None else samples(found).tolist()
        except (ArithmeticError, NotArithmetic):
            return None
