"""What pulling some levers does to a workload: an edit of its tree, changes of activity data.

First come the activities that levers add, then what they set, then all factors: what comes of
some levers together does not depend on their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from carbonctl.account.changes import Change
from carbonctl.analysis.levers.changes import change_of
from carbonctl.analysis.levers.effects import LEVERS, Effect, Setting
from carbonctl.analysis.levers.keyed import Figures
from carbonctl.analysis.levers.targets import (
    NothingThere,
    Scope,
    TargetActivity,
    item,
    scope,
    targets,
    uses,
)
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError, Problem
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.unknowns import Key
from carbonctl.spec.fields import PHASES
from carbonctl.spec.levers import ENERGY, TIME
from carbonctl.spec.overrides import Grafts, path_of
from carbonctl.spec.paths import item_names, locate, split
from carbonctl.spec.tree import Map, Seq, copy_of, place_of
from carbonctl.spec.validation import Loc, problem_at

# What decides the power of an activity.
_POWER = frozenset({"system", "device", "power", "rated_power", "load", "busy"})
_ABSOLUTE = frozenset({"systems", "sites", "phases", "phase_sites", "functional_unit", *PHASES})
_OF_SITE = ("site", "sites", "phase_sites")


class Pull:
    """Pulls some levers of one workload.

    Parameters
    ----------
    effects : sequence of Effect
        What is pulled.
    expected : frozenset of str
        Paths of activities that any lever of the file adds.
    file : str
        What messages call it.
    catalog : Catalog
        The facts.
    entries : callable
        Gives the entries of the account without factors, whose inputs hold figures that the file
        does not give.
    plain : Effect, optional
        One of them whose rebound is left out.

    Attributes
    ----------
    changes : dict
        Those of activity data, once the tree is edited.
    same : dict
        By the path of each figure that is scaled what it is uncertain about, as
        `carbonctl.analysis.levers.keyed.Figures.unknowns` has it.
    """

    def __init__(
        self,
        effects: Sequence[Effect],
        expected: frozenset[str],
        file: str,
        catalog: Catalog,
        entries: Callable[[], Sequence[Entry]],
        plain: Effect | None = None,
    ) -> None:
        self.effects = effects
        self.expected = expected
        self.file = file
        self.catalog = catalog
        self.entries = entries
        self.plain = plain
        self.changes: dict[str, Change] = {}
        self.tree = Map()
        self.problems: list[Problem] = []
        self.added: dict[int, set[str]] = {}
        self.same: dict[str, Key] = {}

    def edit(self, tree: Map) -> None:
        """Edit the tree of the workload, and leave the levers out of it.

        Raises
        ------
        InputError
            With what is wrong with the levers.
        """
        self.prepare(tree)
        self.figures = Figures(tree, self.catalog, self.entries, self.problem)
        for effect in self.effects:
            self.factors(effect)
        self.figures.put()
        self.same.update(self.figures.unknowns())
        self.finish()

    def edit_without_factors(self, tree: Map) -> None:
        """Edit the tree without factors."""
        self.prepare(tree)
        self.finish()

    def prepare(self, tree: Map) -> None:
        """Add activities and set values."""
        self.tree = tree
        tree.nulls = True
        self.exclusions()
        for effect in self.effects if not self.problems else ():
            self.add(effect)
        if not self.problems:
            self.set()
        if self.problems:
            raise InputError(self.problems)

    def finish(self) -> None:
        """Report what is wrong, or leave the levers out."""
        if self.problems:
            raise InputError(self.problems)
        del self.tree[LEVERS]

    def problem(self, at: Loc, message: str, *, key: bool = False) -> None:
        """Note what is wrong at a place of the levers."""
        self.problems.append(problem_at(self.tree, self.file, at, message, key=key))

    def exclusions(self) -> None:
        """Refuse levers that cannot be pulled together."""
        names = {effect.name for effect in self.effects}
        for effect in self.effects:
            for number, name in enumerate(effect.lever.excludes or ()):
                if name in names and name != effect.name:
                    said = f"`{effect.name}` excludes `{name}`; pull one of them with --lever"
                    self.problem(effect.at("excludes", number), said)

    def add(self, effect: Effect) -> None:
        """Add the activities of one lever."""
        own = self.added.setdefault(effect.number, set())
        phases = self.tree.get("phases")
        if not effect.lever.adds or not isinstance(phases, Map):
            return
        self.tree["phases"] = phases = copy_of(phases)
        for phase, more in effect.lever.adds.items():
            at = effect.at("adds", phase)
            there = phases.get(phase)
            if isinstance(there, Seq):
                items = copy_of(there)
            else:
                items = Seq()
                items.place = more.place
                phases.keys_at[phase] = place_of(self.tree, at, key=True)
            before = len(items)
            items.extend(more)
            names = item_names(items)
            for number, name in enumerate(names[before:]):
                if name in names[: before + number]:
                    said = f"an activity named `{name}` is already in {phase}"
                    self.problem((*at, number), said)
                own.add(f"phases.{phase}.{name}")
            phases[phase] = items

    def set(self) -> None:
        """Put the values of all levers in their places."""
        grafts = Grafts(self.tree, self.catalog.provider)
        taken: dict[tuple[Any, ...], str] = {}
        for effect in self.effects:
            bases = self.scope(effect)
            for setting in effect.settings if bases is not None else ():
                if setting.at[-1] == "use" and not effect.lever.on:
                    said = f"it sets `{setting.path}`: say of what, as in on: inference.fleet"
                    self.problem(setting.at, said)
                    continue
                for parts in self.paths(effect, setting.path, bases):
                    if self.is_free(effect, setting, parts, taken):
                        self.put(grafts, setting, parts)
        grafts.finish()

    def put(self, grafts: Grafts, setting: Setting, parts: list[str]) -> None:
        """Put one value in its place."""
        try:
            grafts.put(parts, setting.node, setting.place)
        except LookupError as error:
            self.problem(setting.at, f"{setting.path}: {error.args[0]}", key=True)

    def is_free(
        self, effect: Effect, setting: Setting, parts: list[str], taken: dict[tuple[Any, ...], str]
    ) -> bool:
        """Refuse a path that another lever sets, or what is below or above it."""
        try:
            _, rest, keys = locate(self.tree, parts)
        except LookupError:
            return True  # which is reported when it is put there
        whole = (*keys, *rest)
        for other, name in taken.items():
            size = min(len(other), len(whole))
            if other[:size] == whole[:size] and name != effect.name:
                said = f"`{name}` and `{effect.name}` both set {'.'.join(parts)}"
                self.problem(setting.at, f"{said}; let one exclude the other", key=True)
                return False
        taken[whole] = effect.name
        return True

    def paths(self, effect: Effect, path: str, reach: Scope | None) -> list[list[str]]:
        """Return where a path of a lever leads: from each thing it works on, or from the root."""
        try:
            parts = split(path.removeprefix("phases."))
        except ValueError as error:
            self.problem(effect.at("set", path), str(error), key=True)
            return []
        bases = reach.bases if reach is not None else ()
        if effect.lever.on is None or parts[0] in _ABSOLUTE:
            return [path_of(self.tree, path)]
        of_system = [base for base in bases if base[0] == "systems"]
        if of_system and parts[0] in _OF_SITE:
            return [parts]
        return [[*base, *parts] for base in bases]

    def scope(self, effect: Effect) -> Scope | None:
        """Return what a lever works on; None where it is reported that there is no such thing."""
        try:
            return scope(self.tree, effect.lever.on, self.expected)
        except NothingThere as fault:
            at = effect.at("on")
            node: Any = self.tree[LEVERS][effect.number].get("on")
            self.problem(
                (*at, fault.place) if isinstance(node, Seq) else at, f"on: {fault.message}"
            )
            return None

    def factors(self, effect: Effect) -> None:
        """Apply the factors of one lever."""
        if not effect.parts:
            return
        whole = self.scope(effect)
        if whole is None:
            return
        reach = whole.without(self.added.get(effect.number, ()))
        is_everything = effect.lever.on is None
        for part in effect.keyed if reach.bases or is_everything else ():
            head = part.key.rpartition(".")[0].partition(".")[0]
            is_exact = bool(head) and (is_everything or head in _ABSOLUTE)
            paths = self.paths(effect, part.key, reach)
            self.figures.add(effect, part, reach, paths, is_exact=is_exact)
        if effect.scaled:
            self.check_time(effect, reach)
            self.check_power(effect, reach)
            change = change_of(effect, with_rebound=effect is not self.plain)
            for target in reach.activities:
                there = self.changes.get(target.path)
                self.changes[target.path] = change if there is None else there.and_(change)

    def check_time(self, effect: Effect, reach: Scope) -> None:
        """Refuse a factor of time on what takes no time of devices."""
        part = next((part for part in effect.scaled if part.key == TIME), None)
        for target in reach.activities if part is not None else ():
            instead = _instead_of_time(item(self.tree, target))
            if instead and part is not None:
                said = f"time: {target.said} has no device time that a lever could divide"
                self.problem(part.at, f"{said}; {instead}, or name others with `on`", key=True)

    def check_power(self, effect: Effect, reach: Scope) -> None:
        """Refuse to divide energy where a lever also sets what decides power."""
        part = next((part for part in effect.scaled if part.key == ENERGY), None)
        for setting in effect.settings if part is not None else ():
            key = setting.path.rpartition(".")[2]
            if key not in _POWER:
                continue
            for path in self.paths(effect, setting.path, self.scope(effect)):
                for target in reach.activities:
                    if _reaches(path, target, item(self.tree, target)) and part is not None:
                        said = f"`{effect.name}` sets `{key}`, which decides the power of"
                        more = "the ratio of machines would count twice; divide `time` instead"
                        self.problem(
                            part.at,
                            f"{said} {target.said}, and divides its energy: {more}",
                            key=True,
                        )
                        return


def _instead_of_time(activity: Map) -> str:
    """Return what to divide of an activity that takes no time of devices; empty of others."""
    kind = activity.get("kind")
    if kind == "storage":
        return "divide `capacity`"
    if kind == "transfer":
        return "divide `volume`"
    if kind == "energy" and activity.keys().isdisjoint(("device_time", "wall_time")):
        return "divide `energy`"
    if kind == "serving" and "fleet" in activity:
        return "divide `fleet`, or set `autoscaling`"
    return ""


def _reaches(path: Sequence[str], target: TargetActivity, activity: Map) -> bool:
    """Whether what stands at a path decides the power of an activity."""
    if path[0] == "systems":
        return any(uses(activity, ".".join(path[1:end])) for end in range(2, len(path) + 1))
    joined = ".".join(path)
    names = (target.path, f"phases.{target.phase}.{target.place}")
    return any(joined.startswith(f"{name}.") for name in names)


def added_paths(effects: Iterable[Effect], tree: Map) -> frozenset[str]:
    """Return the paths of all activities that any of some levers adds."""
    there = {phase: [t.name for t in targets(tree) if t.phase == phase] for phase in PHASES}
    paths = set()
    for effect in effects:
        for phase, items in (effect.lever.adds or {}).items():
            names = item_names(items)
            paths |= {f"phases.{phase}.{name}" for name in names if name not in there[phase]}
    return frozenset(paths)
