"""The figures of a fleet as gates ask for them."""

from __future__ import annotations

from collections.abc import Sequence

from carbonctl.analysis.figures import Figures, Sampling
from carbonctl.analysis.gates.grammar import REJECTED
from carbonctl.ledger.fleet import NONE, Fleet, Group

GROUPS = "groups."


class FleetFigures(Figures):
    """The sums of a fleet and of its groups; a group that has no rows has sums of 0.

    Their spread follows from the ledger, which is made for it.
    """

    def __init__(self, fleet: Fleet) -> None:
        super().__init__(())
        self.fleet = fleet
        self.sampling = Sampling()

    def figure(self, phase: str | None, key: str) -> float | None:
        """Return one sum of all rows, or of the groups that ``groups.TAG=VALUE`` names."""
        if key == REJECTED:
            return float(self.fleet.coverage.rejected)
        if phase is None:
            number: float | None = getattr(self.fleet.total.totals, key)
            return number
        numbers = [getattr(group.totals, key) for group in self._groups(phase)]
        if len(numbers) == 1:
            return numbers[0]  # type: ignore[no-any-return]
        if any(number is None for number in numbers) or key.endswith(("low_kgco2e", "high_kgco2e")):
            return None
        return float(sum(numbers))

    def samples(self, phase: str | None, key: str) -> Sequence[float] | None:
        """Return equally likely values of one sum of all rows; None of groups."""
        if phase is not None:
            return None
        if not self.entries:
            self.entries = self.fleet.entries
            self.workloads = [""] * len(self.entries)
        return super().samples(None, key)

    def _groups(self, phase: str) -> list[Group]:
        tag, _, value = phase.removeprefix(GROUPS).partition("=")
        place = self.fleet.by.index(tag)
        return [group for group in self.fleet.groups if group.labels[place] == (value or NONE)]
