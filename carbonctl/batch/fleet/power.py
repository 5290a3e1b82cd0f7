"""The most power that a device of a name can draw: a row that says more means several of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from carbonctl.account.machine import most_of_rated
from carbonctl.batch.fleet.structures import Sayings
from carbonctl.catalog import Catalog
from carbonctl.numbers.intervals import best


class MostPower:
    """Tells the most that one device draws [W]; infinite where nothing is known of it.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    sayings : Sayings
        What a map says of devices.
    """

    def __init__(self, catalog: Catalog, sayings: Sayings) -> None:
        self.catalog = catalog
        self.sayings = sayings
        self.known: dict[str, float] = {"": math.inf}

    def __call__(self, name: str) -> float:
        """Return the most that one device of a name draws [W]."""
        if name not in self.known:
            self.known[name] = self._of(name)
        return self.known[name]

    def _of(self, name: str) -> float:
        said: Any = self.sayings.devices.get(name, name)
        if isinstance(said, Mapping):
            said = said.get("device", "")
        try:
            device = self.catalog.device(str(said))
        except LookupError:
            return math.inf
        rated = device.rated_power
        if rated is None or device.of_record != 1:
            return math.inf
        return best(rated.number) * most_of_rated(device)
