"""What a unit of each amount of a structure causes, from accounts of its workload.

The account of a workload is linear in the amounts of its rows. It is made with one set of
amounts, and again with each of them doubled by itself; the differences are what a unit causes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from carbonctl.analysis.accounts import Accounts, Point, PointAccount
from carbonctl.batch.fleet.structures import (
    AMOUNTS,
    Amounts,
    Sayings,
    Structure,
    needs_hosts,
    text_of,
    workload,
)
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, InputError
from carbonctl.factors.use_phase import HOURS_PER_YEAR
from carbonctl.ledger.entry import EMBODIED, OPERATIONAL, Entry
from carbonctl.ledger.result import Assumption, Result
from carbonctl.ledger.sums import moves_of
from carbonctl.ledger.unknowns import Key, unknown_of

# The sums that a unit of each amount adds to; the others of a total follow from these.
SUMS = ("energy_kwh", "operational_kgco2e", "operational_market_kgco2e", "embodied_kgco2e",
        "water_l")  # fmt: skip
_COLUMNS = (("energy_kwh", OPERATIONAL), ("kgco2e", OPERATIONAL), ("kgco2e_market", OPERATIONAL),
            ("kgco2e", EMBODIED), ("water_l", OPERATIONAL))  # fmt: skip
_UNIT = {
    "device_h": 1.0, "load_h": 0.5, "power_wh": 1.0, "core_wh": 8.0, "memory_gbh": 64.0,
    "wall_h": 1.0, "energy_kwh": 1.0, "storage_gbh": 1000.0, "jobs": 1.0,
}  # fmt: skip


class Rates(NamedTuple):
    """What a unit of each amount causes.

    Attributes
    ----------
    sums : array
        A row for each of `SUMS`, a column for each of the amounts that vary; NaN where unknown.
    median : array or None
        The total carbon with all that is uncertain at its median; None where it is unknown.
    moves : dict
        What each unknown does to that, at its low and at its high end.
    """

    sums: Any
    median: Any
    moves: dict[Key, tuple[Any, Any]]


class Accounted(NamedTuple):
    """What is known of a structure.

    Attributes
    ----------
    parts : dict
        Its rates by the labels of the entries that they are of.
    assumptions, warnings : tuple
        Of its account.
    device, grid : str
        The ids of what it names.
    """

    parts: dict[tuple[str, ...], Rates]
    assumptions: tuple[Assumption, ...]
    warnings: tuple[Caution, ...]
    error: InputError | None = None


Labels = Any  # a function from an entry to the labels by which it is grouped


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
        labels: Labels = None,
    ) -> None:
        self.catalog = catalog
        self.sayings = sayings
        self.overrides = overrides
        self.labels = labels
        self.known: dict[Any, Accounted] = {}

    def rates(self, structures: Sequence[Structure]) -> list[Accounted]:
        """Return what is known of each of some structures."""
        new = {one.key: one for one in structures if one.key not in self.known}
        made = self._rates([*new.values()])
        self.known |= zip(new, made, strict=True)
        return [self.known[one.key] for one in structures]

    def _rates(self, structures: Sequence[Structure]) -> list[Accounted]:
        specs: list[dict[str, Any]] = []
        firsts: list[int] = []
        for structure in structures:
            firsts.append(len(specs))
            per = self.per_system(structure)
            specs += [
                workload(structure, amounts, self.sayings, per) for amounts in _points(structure)
            ]
        accounts = self.accounts(specs)
        read = _Read(self.labels)
        out = []
        for structure, first in zip(structures, firsts, strict=True):
            count = len(varying(structure))
            some = accounts[first : first + max(count, 1)]
            fault = next((point.error for point in some if point.error is not None), None)
            if fault is not None:
                out.append(Accounted({}, (), (), fault))
                continue
            out.append(_accounted(structure, some, read))
        return out

    def accounts(self, specs: Sequence[Mapping[str, Any]]) -> list[PointAccount]:
        """Return what comes of each of some workloads; those with the same keys go together."""
        flat = [dict(_flat(spec)) for spec in specs]
        alike: dict[tuple[str, ...], list[int]] = {}
        for place, leaves in enumerate(flat):
            whose = self._provider(leaves.get("site.grid"))
            alike.setdefault((whose, *leaves), []).append(place)
        out: list[PointAccount | None] = [None] * len(specs)
        for (_, *paths), places in alike.items():
            differ = [p for p in paths if len({flat[place][p] for place in places}) > 1]
            points: list[Point] = [tuple(flat[place][p] for p in differ) for place in places]
            maker = Accounts(
                text_of(specs[places[0]]), "fleet", "fleet", self.catalog, self.overrides
            )
            for place, account in zip(places, maker.outcomes(differ, points), strict=True):
                out[place] = account
        return [account for account in out if account is not None]

    def _provider(self, grid: str | None) -> str:
        """Return whose cloud a place is in: another place set there would stay with it."""
        try:
            return (self.catalog.provider(grid) if grid else None) or ""
        except LookupError:
            return ""

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
        try:
            result = self.account(workload(bare, _points(bare)[0], self.sayings))
        except InputError:
            return 1.0  # its faults are reported with the account itself
        inputs = (value for entry in result.booked for value in entry.inputs)
        return next((v.best for v in inputs if v.name == "devices_per_system"), 1.0)


def _flat(spec: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the paths of a workload's scalars, and their texts."""
    for key, value in spec.items():
        path = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}.")
        elif isinstance(value, list):
            for number, item in enumerate(value):
                yield from _flat(item, f"{path}.{number}.")
        else:
            yield path, str(value)


def varying(structure: Structure) -> list[str]:
    """Return the amounts that carbon is proportional to: wall time only says who works together."""
    only = "wall_h" if structure.word("instance") and "device_h" not in structure.varies else None
    return [name for name in structure.varies if name != "wall_h" or name == only]


def _points(structure: Structure) -> list[Amounts]:
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


def _accounted(structure: Structure, points: Sequence[PointAccount], read: _Read) -> Accounted:
    names = varying(structure)
    steps = [getattr(_points(structure)[0], name) for name in names]
    figures = [read.figures(point) for point in points]
    parts = {labels: _rates([figure[labels] for figure in figures], steps) for labels in figures[0]}
    result = points[0].result
    assert result is not None
    return Accounted(parts, points[0].of(result.assumptions), points[0].of(result.warnings))


class _Figures(NamedTuple):
    """The sums of one point, its median, and what moves it."""

    sums: tuple[float, ...]
    median: float | None
    moves: dict[Key, tuple[float, float]]


def _rates(points: Sequence[_Figures], steps: Sequence[float]) -> Rates:
    """Return what a unit of each amount causes, from points at which each is doubled in turn."""
    sums = _slopes(np.array([point.sums for point in points]), steps)
    if any(point.median is None for point in points):
        return Rates(sums, None, {})
    median = _slopes(np.array([[point.median] for point in points]), steps)[0]
    keys = points[0].moves
    moves = {}
    for key in keys:
        ends = np.array([point.moves.get(key, (0.0, 0.0)) for point in points])
        low, high = _slopes(ends, steps)
        moves[key] = (low, high)
    return Rates(sums, median, moves)


def _slopes(numbers: Any, steps: Sequence[float]) -> Any:
    """Return by how much figures grow with each amount: a row a figure, a column an amount."""
    more = numbers[1:] - numbers[0]
    first = numbers[0] - more.sum(axis=0)
    return (np.vstack([first[None], more]) / np.array(steps)[:, None]).T


class _Read:
    """Reads the figures of points out of their accounts; those of one account only once."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self.known: dict[int, tuple[Result, list[tuple[tuple[str, ...], Any, Any]]]] = {}

    def figures(self, point: PointAccount) -> dict[tuple[str, ...], _Figures]:
        """Return the figures of a point by the labels of its entries."""
        result = point.result
        assert result is not None
        if id(result) not in self.known:
            self.known[id(result)] = (result, [*self._of(result)])
        out = {}
        for labels, entries, moves in self.known[id(result)][1]:
            out[labels] = _at(entries, moves, point)
        return out

    def _of(self, result: Result) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
        groups: dict[tuple[str, ...], list[Entry]] = {}
        for entry in result.booked:
            labels = self.labels(entry) if self.labels else ()
            groups.setdefault(labels, []).append(entry)
        for labels, entries in groups.items():
            moves = moves_of(entries, result.uncertainty.ranks)
            yield labels, entries, moves


def _at(entries: Sequence[Entry], moves: Any, point: PointAccount) -> _Figures:
    sums = []
    for column, boundary in _COLUMNS:
        numbers = [getattr(entry, column) for entry in entries if entry.boundary == boundary]
        sums.append(
            float("nan")
            if any(number is None for number in numbers)
            else sum(point.of(number) for number in numbers)
        )
    if any(median is None for median in moves.medians):
        return _Figures(tuple(sums), None, {})
    median = sum(point.of(number) for number in moves.medians)
    moved: dict[Key, tuple[float, float]] = {}
    total = moves.sum(range(len(entries)))
    for place, move in total.moves.items():
        number, name = moves.first[place]
        value = next(v for v in entries[number].inputs if v.name == name)
        key = unknown_of(point.of(value)).key
        low, high = point.of(move.low), point.of(move.high)
        before = moved.get(key, (0.0, 0.0))
        moved[key] = (before[0] + low, before[1] + high)
    return _Figures(tuple(sums), median, moved)


def in_amounts(structure: Structure, sums: Iterable[float]) -> Any:
    """Return the amounts of a structure that its rates have columns for, in their order."""
    numbers = list(sums)
    return np.array([numbers[AMOUNTS.index(name)] for name in varying(structure)])
