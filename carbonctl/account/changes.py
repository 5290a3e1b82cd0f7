"""What is changed of an activity's data before it becomes entries: by levers.

Entries follow from activity data, and so do the building, the market-based figures and the
formulas that `explain` shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from carbonctl.estimators.base import ActivityData
from carbonctl.numbers.quantities import Quantity


class Scaling(NamedTuple):
    """What a figure is multiplied by, and what it is divided by."""

    times: tuple[Quantity, ...] = ()
    over: tuple[Quantity, ...] = ()

    def of(self, figure: Quantity) -> Quantity:
        """Return the figure as it is then."""
        for factor in self.times:
            figure = figure * factor
        for factor in self.over:
            figure = figure / factor
        return figure

    def and_(self, other: Scaling) -> Scaling:
        """Return both together."""
        return Scaling(self.times + other.times, self.over + other.over)


class Change(NamedTuple):
    """How the electricity of an activity is scaled, and how its embodied carbon is."""

    energy: Scaling = Scaling()
    hardware: Scaling = Scaling()

    def and_(self, other: Change) -> Change:
        """Return both together."""
        return Change(self.energy.and_(other.energy), self.hardware.and_(other.hardware))

    def of(self, data: ActivityData) -> ActivityData:
        """Return the activity data as they are then, those of clients included."""
        energy, hardware = self.energy.of, self.hardware.of
        return data._replace(
            draws=tuple(draw._replace(energy=energy(draw.energy)) for draw in data.draws),
            occupations=tuple(o._replace(hours=hardware(o.hours)) for o in data.occupations),
            attributed=tuple(
                part if part.value is None else part._replace(value=hardware(part.value))
                for part in data.attributed
            ),
            timed=tuple(share._replace(amount=hardware(share.amount)) for share in data.timed),
            clients=data.clients and self.of(data.clients),
        )


# What is changed of each activity, by its path, as in phases.training.pre-training.
Changes: TypeAlias = Mapping[str, Change]
NONE: Changes = {}
