"""What each lever of a workload does, once the published ones are looked up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from carbonctl.catalog import Catalog
from carbonctl.catalog.levers import DIVIDE, MULTIPLY, PublishedLever
from carbonctl.errors import InputError
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.units import FRACTION, format_quantity
from carbonctl.numbers.values import Value
from carbonctl.spec.levers import SCALED, Lever, nothing_to_take_back
from carbonctl.spec.tree import Map, Place, Seq, Text, place_of
from carbonctl.spec.validation import Checker, Loc, problem_at

LEVERS, USE = "levers", "use"
EXAMPLE = """levers:
  - {name: cleaner region, set: {site.carbon_intensity: 100 g/kWh}}"""
_NONE = "this workload has no levers; --suggest tries some, and two lines add one of your own:"
_NO_NAME = re.compile(r"[^0-9A-Za-z]+")


class NoLevers(InputError):
    """A workload without levers; its text ends with the lines that would add one."""

    def __str__(self) -> str:
        return f"{super().__str__()}\n{EXAMPLE}"


class Part(NamedTuple):
    """One factor of a lever.

    Attributes
    ----------
    key : str
        What is divided: energy, time, embodied, or a number of the workload.
    value : Value
        The factor, above 0, under a name that formulas can use.
    is_times : bool
        Whether it is multiplied and not divided.
    at : tuple
        The keys under which it stands, for messages.
    """

    key: str
    value: Value
    is_times: bool
    at: Loc

    @property
    def is_published(self) -> bool:
        """Whether it is that of a publication."""
        return self.value.status == "catalog"


class Setting(NamedTuple):
    """One value that a lever sets: its path, what is put there, where that stands, its keys."""

    path: str
    node: Any
    place: Place
    at: Loc


class Effect(NamedTuple):
    """What one lever does; ``number`` is its place in the file, from 0."""

    number: int
    lever: Lever
    parts: tuple[Part, ...]
    settings: tuple[Setting, ...]
    published: PublishedLever | None = None

    @property
    def name(self) -> str:
        """The lever's name."""
        return self.lever.name

    @property
    def is_as_published(self) -> bool:
        """Whether its factors are those of a publication."""
        return bool(self.parts) and all(part.is_published for part in self.parts)

    @property
    def sets_as_published(self) -> bool:
        """Whether it sets what a publication has."""
        return any(setting.at[-1] == USE for setting in self.settings)

    @property
    def scaled(self) -> tuple[Part, ...]:
        """The factors on activity data: energy, time, embodied."""
        return tuple(part for part in self.parts if part.key in SCALED)

    @property
    def keyed(self) -> tuple[Part, ...]:
        """The factors on numbers of the workload."""
        return tuple(part for part in self.parts if part.key not in SCALED)

    def at(self, *keys: Any) -> Loc:
        """Return where a key of it stands."""
        return (LEVERS, self.number, *keys)


def read(tree: Map, file: str, catalog: Catalog) -> list[Effect]:
    """Return what the levers of a workload do, in the order of the file.

    Raises
    ------
    InputError
        Where there are none, with the two lines that would add one; for faulty ones.
    """
    nodes = tree.get(LEVERS)
    if not nodes:
        raise NoLevers([problem_at(tree, file, (), _NONE)])
    checker = Checker(tree, file, catalog)
    levers = [
        checker.validate(Lever, node, (LEVERS, number))
        for number, node in enumerate(nodes if isinstance(nodes, Seq) else ())
    ]
    if checker.problems:
        raise InputError(checker.problems)
    names = _identifiers([lever.name for lever in levers if lever])
    effects = [
        _effect(number, lever, names[number], tree, catalog)
        for number, lever in enumerate(levers)
        if lever is not None
    ]
    without = [effect for effect in effects if effect.lever.demand_key and not effect.scaled]
    if without:
        raise InputError(
            problem_at(tree, file, effect.at(), nothing_to_take_back(effect.lever.demand_key))
            for effect in without
        )
    return effects


def _identifiers(names: Sequence[str]) -> list[str]:
    """Return what formulas call each lever: words of ASCII, no two alike."""
    made = [_NO_NAME.sub("_", name).strip("_").lower() for name in names]
    return [
        name if name and made.count(name) == 1 else f"{name or 'lever'}_{number}"
        for number, name in enumerate(made, 1)
    ]


def _effect(number: int, lever: Lever, name: str, tree: Map, catalog: Catalog) -> Effect:
    published = catalog.lever(lever.use) if lever.use else None
    at: Loc = (LEVERS, number)
    parts = []
    for effect, factors in ((DIVIDE, lever.divide), (MULTIPLY, lever.multiply)):
        for key, value in (factors or {}).items():
            placed = _named(value, name, lever.name, effect, key)
            placed = placed._replace(source=value.source or lever.source)
            parts.append(Part(key, placed, effect == MULTIPLY, (*at, effect, key)))
    settings = [
        Setting(path, node, tree[LEVERS][number]["set"].keys_at[path], (*at, "set", path))
        for path, node in (lever.set or {}).items()
    ]
    given = {part.key for part in parts} | {setting.path for setting in settings}
    if published is not None and published.quantity not in given:
        place = place_of(tree, (*at, USE))
        if published.effect in (DIVIDE, MULTIPLY):
            parts.insert(0, _of_catalog(published, name, lever.name, at))
        else:
            written = str(format_quantity(published.factor, FRACTION))
            node = Text(written)
            node.place = place
            settings.insert(0, Setting(published.quantity, node, place, (*at, USE)))
    return Effect(number, lever, tuple(parts), tuple(settings), published)


def _named(value: Value, name: str, lever: str, effect: str, key: str) -> Value:
    """Return a factor under the name that formulas use, and with its path."""
    word = _NO_NAME.sub("_", key).strip("_")
    return value.named(f"lever_{name}_{word}", f"{LEVERS}.{lever}.{effect}.{key}")


def _of_catalog(published: PublishedLever, name: str, lever: str, at: Loc) -> Part:
    factor: float | Range = published.factor
    value = Value(
        factor, "", "catalog", published.source, note=f"{published.id}, {published.where}"
    )
    placed = _named(value, name, lever, published.effect, published.quantity)
    return Part(published.quantity, placed, published.effect == MULTIPLY, (*at, USE))
