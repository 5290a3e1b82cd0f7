"""What a unit of each amount of a structure causes, from accounts of its workload.

The account of a workload is linear in the amounts of its rows. It is made with one set of
amounts, and again with each of them doubled by itself; the differences are what a unit causes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from carbonctl.analysis.accounts import Accounts, PointAccount
from carbonctl.analysis.columns import Point
from carbonctl.batch.fleet.reading import Labels, Parts, Points, readings
from carbonctl.batch.fleet.structures import (
    WORDS,
    Amounts,
    Sayings,
    Structure,
    needs_hosts,
    text_of,
    workload,
)
from carbonctl.batch.fleet.summed import SUMMED, combined, corners, places_of, with_figures
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, InputError
from carbonctl.factors.use_phase import HOURS_PER_YEAR
from carbonctl.ledger.result import Assumption, Result

_UNIT = {
    "device_h": 1.0, "load_h": 0.5, "power_wh": 1.0, "core_wh": 8.0, "memory_gbh": 64.0,
    "wall_h": 1.0, "energy_kwh": 1.0, "storage_gbh": 1000.0, "jobs": 1.0,
}  # fmt: skip

# The words of a structure on which it depends how many devices share a host.
_OF_HOSTS = tuple(name for name in WORDS if name not in ("grid", "year"))


class Accounted(NamedTuple):
    """What is known of a structure.

    Attributes
    ----------
    parts : dict
        Its rates by the labels of the entries that they are of.
    assumptions, warnings : tuple
        Of its account.
    error : InputError or None
        Why it is refused.
    """

    parts: Parts
    assumptions: tuple[Assumption, ...]
    warnings: tuple[Caution, ...]
    error: InputError | None = None


class Rater:
    """Makes the rates of structures.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    sayings : Sayings
        What is said of all rows.
    overrides : tuple of str
        ``PATH=VALUE`` of ``--set`` that name whole paths.
    labels : callable
        From an entry to the labels by which results are grouped.
    """

    def __init__(
        self,
        catalog: Catalog,
        sayings: Sayings,
        overrides: tuple[str, ...] = (),
        labels: Labels | None = None,
    ) -> None:
        self.catalog = catalog
        self.sayings = sayings
        self.overrides = overrides
        self.labels = labels
        self.known: dict[Any, Accounted] = {}
        self._per_system: dict[Any, float] = {}

    def rates(self, structures: Sequence[Structure]) -> list[Accounted]:
        """Return what is known of each of some structures."""
        new = {one.key: one for one in structures if one.key not in self.known}
        some = {key: corners(one) for key, one in new.items()}
        made = iter(self._rates([corner for own in some.values() for corner in own]))
        for key, own in some.items():
            self.known[key] = _combined(new[key], [next(made) for _ in own])
        return [self.known[one.key] for one in structures]

    def _rates(self, structures: Sequence[Structure]) -> list[Accounted]:
        specs: list[dict[str, Any]] = []
        firsts: list[int] = []
        for structure in structures:
            firsts.append(len(specs))
            per = self.per_system(structure)
            specs += [
                workload(structure, amounts, self.sayings, per)
                for amounts in base_points(structure)
            ]
        accounts = self.accounts(specs)
        out: list[Accounted | None] = []
        sound: list[Points] = []
        for structure, first in zip(structures, firsts, strict=True):
            names = varying(structure)
            some = accounts[first : first + max(len(names), 1)]
            fault = next((point.error for point in some if point.error is not None), None)
            out.append(None if fault is None else Accounted({}, (), (), fault))
            if fault is None:
                base = base_points(structure)[0]
                sound.append(Points(some, [getattr(base, name) for name in names]))
        made = iter(readings(sound, self.labels))
        return [Accounted(*next(made)) if account is None else account for account in out]

    def accounts(self, specs: Sequence[Mapping[str, Any]]) -> list[PointAccount]:
        """Return what comes of each of some workloads; those with the same keys go together."""
        flat = [dict(_flat(spec)) for spec in specs]
        alike: dict[tuple[str, ...], list[int]] = {}
        for place, leaves in enumerate(flat):
            alike.setdefault(tuple(leaves), []).append(place)
        out: list[PointAccount | None] = [None] * len(specs)
        for paths, places in alike.items():
            differ = [p for p in paths if len({flat[place][p] for place in places}) > 1]
            points: list[Point] = [tuple(flat[place][p] for p in differ) for place in places]
            maker = Accounts(
                text_of(specs[places[0]]), "fleet", "fleet", self.catalog, self.overrides,
                are_own=True,
            )  # fmt: skip
            for place, account in zip(places, maker.outcomes(differ, points), strict=True):
                out[place] = account
        return [account for account in out if account is not None]

    def account(self, spec: Mapping[str, Any]) -> Result:
        """Return the account of one workload.

        Raises
        ------
        InputError
            Where it is not in order.
        """
        return Accounts(text_of(spec), "fleet", "fleet", self.catalog, self.overrides).account()

    def per_system(self, structure: Structure) -> float | None:
        """Return how many devices share a host, where the amounts of hosts are divided by it."""
        if not needs_hosts(structure):
            return None
        bare = structure._replace(
            varies=tuple(n for n in structure.varies if n not in ("core_wh", "memory_gbh"))
        )
        plain = with_figures(bare, dict.fromkeys(SUMMED, 1.0))
        anywhere = plain._replace(words=tuple(map(bare.word, _OF_HOSTS))).key
        if anywhere not in self._per_system:
            try:
                result = self.account(workload(bare, base_points(bare)[0], self.sayings))
            except InputError:
                return 1.0  # its faults are reported with the account itself
            inputs = (value for entry in result.booked for value in entry.inputs)
            per = next((v.best for v in inputs if v.name == "devices_per_system"), 1.0)
            self._per_system[anywhere] = per
        return self._per_system[anywhere]


def _combined(structure: Structure, accounts: Sequence[Accounted]) -> Accounted:
    """Return what is known of a structure, from that of others by the figures that it sums."""
    fault = next((account for account in accounts if account.error is not None), None)
    if fault is not None or len(accounts) == 1:
        return fault or accounts[0]
    parts = {
        labels: combined(structure, [account.parts[labels] for account in accounts])
        for labels in accounts[0].parts
    }
    return accounts[0]._replace(parts=parts)


def _flat(spec: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the paths of a workload's scalars, and their texts."""
    if isinstance(spec, Mapping | list):
        items = spec.items() if isinstance(spec, Mapping) else enumerate(spec)
        for key, value in items:
            yield from _flat(value, f"{before}.{key}" if before else str(key))
    else:
        yield before, str(spec)


def varying(structure: Structure) -> list[str]:
    """Return the amounts that carbon is proportional to: wall time only says who works together."""
    only = "wall_h" if structure.word("instance") and "device_h" not in structure.varies else None
    aside = {"wall_h", "core_h"} - {only}
    return [name for name in structure.varies if name not in aside]


def base_points(structure: Structure) -> list[Amounts]:
    """Return amounts at which a structure is accounted for: one each, and each but the first two.

    Device-hours are those of as many devices as work together, so that what stands in for them
    is the same in all.
    """
    names = varying(structure)
    devices = structure.devices
    if math.isnan(devices):
        devices = 2.0 if structure.are_several else 1.0
    elif devices > 1 and not structure.are_several:
        devices *= HOURS_PER_YEAR
    base = {name: _UNIT[name] * devices for name in names} | {"wall_h": 1.0}
    points = [Amounts(**base)]
    points += [Amounts(**{**base, name: 2 * base[name]}) for name in names[1:]]
    return points


def rated(structure: Structure) -> list[int]:
    """Return the places in `PLACES` of what the rates of a structure are of, in their order."""
    return places_of(structure, varying(structure))
