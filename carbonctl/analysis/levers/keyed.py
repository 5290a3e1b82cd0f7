"""Factors on numbers of a workload: which figures each one reaches, and what becomes of these.

All factors on one figure are known before it is scaled, so that their order does not matter. What
an activity has from its system, its site or the defaults takes the factors on that as well as
those on this activity alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from carbonctl.analysis.levers import scaling
from carbonctl.analysis.levers.effects import Effect, Part
from carbonctl.analysis.levers.targets import Scope, TargetActivity
from carbonctl.catalog import Catalog
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.unknowns import PUE, Key, is_certain, unknown_of
from carbonctl.numbers.values import Value
from carbonctl.spec.overrides import Grafts
from carbonctl.spec.paths import item_names, locate, split
from carbonctl.spec.tree import Map, Seq, place_of
from carbonctl.text import did_you_mean

_SITE = "site"
_OF_SITES = frozenset({_SITE, "sites", "phase_sites"})
_MOST_KEYS = 12  # that a message lists


class _Figure(NamedTuple):
    """A number that levers scale.

    Attributes
    ----------
    node : object
        The number as the workload gives it, or could.
    origin : str
        Where it stands as long as no lever scales it for one activity alone.
    value : Value or None
        The same in the account; None where no entry has it.
    parts : list of Part
        The factors on it.
    """

    node: Any
    origin: str
    value: Value | None
    parts: list[Part]


class Figures:
    """The numbers of a workload that levers scale, by the path at which each is given then.

    Parameters
    ----------
    tree : Map
        The workload, with all that levers set and add.
    catalog : Catalog
        The facts.
    entries : callable
        Gives the entries of the account of this tree.
    problem : callable
        Notes what is wrong at a place of the levers.
    """

    def __init__(
        self,
        tree: Map,
        catalog: Catalog,
        entries: Callable[[], Sequence[Entry]],
        problem: Callable[..., None],
    ) -> None:
        self.tree = tree
        self.catalog = catalog
        self.entries = entries
        self.problem = problem
        self.figures: dict[str, _Figure] = {}

    def add(
        self,
        effect: Effect,
        part: Part,
        scope: Scope,
        paths: Sequence[list[str]],
        *,
        is_exact: bool,
    ) -> None:
        """Note a factor on every figure of a scope that it reaches.

        ``paths`` are where its key leads to; ``is_exact`` says that it names these alone.
        """
        written = dict(self._written(paths))
        named = written.keys() | {".".join(parts) for parts in paths}
        homes: dict[str, Value | None] = {}
        known: dict[str, None] = {}
        for target, values in self._inputs(scope).items():
            known |= dict.fromkeys(value.figure or value.name for value in values)
            direct = [value for value in values if value.path in named]
            similar = [] if is_exact else [v for v in values if _is_of(v, part.key)]
            for value in direct or similar:
                home = value.path if direct else _home(effect, value, target)
                if home is not None:
                    homes.setdefault(home, value)
        homes = {**dict.fromkeys(written), **homes}
        if not homes:
            near = did_you_mean(part.key, known)
            there = near or f"; there are {', '.join([*known][:_MOST_KEYS])}"
            said = f"`{part.key}` is no number of what the lever works on{there}"
            self.problem(part.at, said, key=True)
        for home, origin_value in homes.items():
            if home not in self.figures:
                node = written[home] if home in written else self._node(origin_value, part)
                origin = (origin_value.path if origin_value else None) or home
                self.figures[home] = _Figure(node, origin, origin_value, [])
            self.figures[home].parts.append(part)

    def put(self) -> None:
        """Give each figure times its factors in its place."""
        for home, figure in self.figures.items():
            parts = self._parts(home)
            at = figure.parts[0].at
            place = place_of(self.tree, at)
            factors = [p.value if p.is_times else scaling.inverse(p.value) for p in parts]
            try:
                least = 1.0 if home.rpartition(".")[2] == PUE else 0.0
                node = scaling.scaled(figure.node, factors, place, least)
                Grafts(self.tree, self.catalog.provider).put(split(home), node, place)
            except (LookupError, ValueError) as error:
                self.problem(at, f"{figure.parts[0].key}: {error.args[0]}", key=True)

    def unknowns(self) -> Mapping[str, Key]:
        """Return by its path what each scaled figure is uncertain about.

        That is what it was uncertain about before, or the only factor on it that has a range.
        """
        same: dict[str, Key] = {}
        for home, figure in self.figures.items():
            ranged = [part.value for part in self._parts(home) if not is_certain(part.value)]
            if figure.value is not None and not is_certain(figure.value):
                ranged.append(figure.value)
            if figure.value is not None and len(ranged) == 1:
                same[home] = unknown_of(ranged[0]).key
        return same

    def _parts(self, home: str) -> list[Part]:
        """Return the factors on a figure, those on what it comes from included."""
        figure = self.figures[home]
        above = self.figures.get(figure.origin) if figure.origin != home else None
        return figure.parts if above is None else [*above.parts, *figure.parts]

    def _written(self, paths: Sequence[list[str]]) -> Iterator[tuple[str, Any]]:
        """Yield the paths at which the file gives something, with that."""
        for parts in paths:
            try:
                node, rest, keys = locate(self.tree, parts)
            except LookupError:
                continue
            if not rest:
                yield self._named(keys), node

    def _named(self, keys: Sequence[Any]) -> str:
        """Return a path in which items of lists go by their names."""
        node: Any = self.tree
        words = []
        for key in keys:
            words.append(item_names(node)[key] if isinstance(node, Seq) else key)
            node = node[key]
        return ".".join(words)

    def _inputs(self, scope: Scope) -> dict[TargetActivity, list[Value]]:
        """Return what the entries of each activity of a scope come from, as far as it has paths."""
        by_name = {(target.phase, target.name): target for target in scope.activities}
        inputs: dict[TargetActivity, list[Value]] = {}
        for entry in self.entries():
            target = by_name.get((entry.phase, entry.activity))
            if target is not None:
                inputs.setdefault(target, []).extend(v for v in entry.inputs if v.path)
        return inputs

    def _node(self, value: Value | None, part: Part) -> Any:
        """Return a figure as the file gives it, or could."""
        assert value is not None
        try:
            node, rest, _ = locate(self.tree, split(value.path or ""))
        except (LookupError, ValueError):
            node, rest = None, []
        if not rest and isinstance(node, str | Map):
            return node
        return scaling.node_of(value, place_of(self.tree, part.at))


def _is_of(value: Value, key: str) -> bool:
    """Whether a figure is what a key means: by its name, and of a site where that says so."""
    head, _, last = key.rpartition(".")
    path = (value.path or "").split(".")
    if head and (head != _SITE or _OF_SITES.isdisjoint(path)):
        return False
    return last in (value.figure, value.name, path[-1])


def _home(effect: Effect, value: Value, target: TargetActivity) -> str | None:
    """Return where a figure of an activity is to be given; None where it is no target's.

    What an activity shares with others is given for it alone, where the lever names it. A figure
    of a system that has another name in the activity, as its count of devices, is not.
    """
    path = value.path or ""
    words = effect.lever.on
    first, last = path.partition(".")[0], path.rpartition(".")[2]
    if words is None or first == "phases":
        return path
    if first != "systems":
        return f"{target.path}.{_SITE}.{last}"
    systems = [word for word in words if word.startswith("systems.")]
    if any(path.startswith(f"{system}.") for system in systems):
        return path
    return None if systems or last not in (value.name, value.figure) else f"{target.path}.{last}"
