"""What decides about rows by the names of their devices, from the catalog and the map."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from carbonctl.account.machine import most_of_rated
from carbonctl.batch.fleet.named import looked_up
from carbonctl.batch.fleet.structures import Sayings
from carbonctl.catalog import Catalog
from carbonctl.catalog.records import Device
from carbonctl.estimators.usage import is_server_cpu
from carbonctl.numbers.intervals import best


class DeviceFacts:
    """Tells of devices by their names what decides about rows.

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
        self.known: dict[str, Device | None] = {"": None}

    def most_power(self, name: str) -> float:
        """Return the most that one such device draws [W]; infinite where nothing is known of it."""
        device = self._of(name)
        if device is None or device.rated_power is None or device.of_record != 1:
            return math.inf
        return best(device.rated_power.number) * most_of_rated(device)

    def needs_number(self, name: str) -> bool:
        """Whether what stands around such a device may depend on how many work together.

        It does around cards and server CPUs; what is unknown may be one.
        """
        device = self._of(name)
        return device is None or device.form == "pcie" or is_server_cpu(device)

    def __reduce__(self) -> tuple[Any, ...]:
        return _facts, (self.catalog.folders[:-1], self.sayings)  # to another process

    def _of(self, name: str) -> Device | None:
        """Return the record of a device; None where there is none."""
        if name not in self.known:
            said = looked_up(self.sayings.devices, name) or name
            if isinstance(said, Mapping):
                said = said.get("device", "")
            try:
                self.known[name] = self.catalog.device(str(said))
            except LookupError:
                self.known[name] = None
        return self.known[name]


@lru_cache(maxsize=1)
def _catalog(own: tuple[Path, ...]) -> Catalog:
    return Catalog(own)


def _facts(own: tuple[Path, ...], sayings: Sayings) -> DeviceFacts:
    """Return the facts in another process; the catalog is read there."""
    return DeviceFacts(_catalog(own), sayings)
