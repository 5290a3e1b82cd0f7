"""What a lever works on: activities, and the places that its paths begin at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from carbonctl.spec.model import PHASES
from carbonctl.spec.paths import find_item, item_names
from carbonctl.spec.tree import Map, Seq
from carbonctl.text import did_you_mean

_SYSTEMS, _PHASES = "systems.", "phases."


class TargetActivity(NamedTuple):
    """One activity: its phase, its place there, and its name."""

    phase: str
    place: int
    name: str

    @property
    def path(self) -> str:
        """Where it stands in the workload."""
        return f"{_PHASES}{self.phase}.{self.name}"

    @property
    def said(self) -> str:
        """What tables call it."""
        return f"{self.phase}.{self.name}"


class Scope(NamedTuple):
    """What some words mean in a workload.

    Attributes
    ----------
    activities : tuple of TargetActivity
        The activities, each once, in the order of the workload.
    bases : tuple of list of str
        Where relative paths begin: at each activity, or at each system.
    """

    activities: tuple[TargetActivity, ...]
    bases: tuple[list[str], ...] = ()

    def without(self, paths: Collection[str]) -> Scope:
        """Return it without some activities."""
        return Scope(
            tuple(target for target in self.activities if target.path not in paths),
            tuple(base for base in self.bases if ".".join(base) not in paths),
        )


class NothingThere(Exception):
    """Words that mean nothing in a workload; ``place`` is that of the word."""

    def __init__(self, place: int, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


def targets(tree: Map) -> Iterator[TargetActivity]:
    """Yield the activities of a workload in their order."""
    for phase, items in _phases(tree):
        for place, name in enumerate(item_names(items)):
            yield TargetActivity(phase, place, name)


def item(tree: Map, target: TargetActivity) -> Map:
    """Return an activity as the tree has it; an empty mapping where it is none."""
    node: Any = tree["phases"][target.phase][target.place]
    return node if isinstance(node, Map) else Map()


def scope(tree: Map, words: Sequence[str] | None, expected: Collection[str] = ()) -> Scope:
    """Return what the words of `on` mean; everything where there are none.

    ``expected`` are paths of activities that are not there now, and no fault.

    Raises
    ------
    NothingThere
        For a word that matches nothing, with the nearest.
    """
    everything = list(targets(tree))
    if words is None:
        return Scope(tuple(everything))
    chosen: list[TargetActivity] = []
    bases: list[list[str]] = []
    for place, word in enumerate(words):
        own, at = _meant(tree, word, everything)
        whole = f"{_PHASES}{word.removeprefix(_PHASES)}"
        if not own and not any(f"{path}.".startswith(f"{whole}.") for path in expected):
            raise NothingThere(place, f"`{word}` matches nothing{_near(tree, word, everything)}")
        chosen += own
        bases += at
    return Scope(tuple(target for target in everything if target in chosen), tuple(bases))


def _meant(
    tree: Map, word: str, everything: list[TargetActivity]
) -> tuple[list[TargetActivity], list[list[str]]]:
    """Return the activities that one word means, and where its paths begin."""
    if word.startswith(_SYSTEMS):
        name = word.removeprefix(_SYSTEMS)
        systems = tree.get("systems")
        is_there = isinstance(systems, Map) and name in systems
        users = [target for target in everything if uses(item(tree, target), name)]
        return (users, [["systems", name]]) if is_there else ([], [])
    phase, _, rest = word.removeprefix(_PHASES).partition(".")
    of_phase = [target for target in everything if target.phase == phase]
    if rest:
        items = dict(_phases(tree)).get(phase)
        try:
            place, used = find_item(items, rest.split(".")) if items is not None else (0, 0)
        except LookupError:
            return [], []
        is_whole = used == len(rest.split("."))
        of_phase = [target for target in of_phase if is_whole and target.place == place]
    return of_phase, [["phases", target.phase, target.name] for target in of_phase]


def uses(activity: Any, system: str) -> bool:
    """Whether an activity, or its server, runs on a named system."""
    if not isinstance(activity, Map):
        return False
    return activity.get("system") == system or uses(activity.get("server"), system)


def _phases(tree: Map) -> Iterator[tuple[str, Seq]]:
    phases = tree.get("phases")
    for phase in PHASES:
        items = phases.get(phase) if isinstance(phases, Map) else None
        if isinstance(items, Seq):
            yield phase, items


def _near(tree: Map, word: str, everything: list[TargetActivity]) -> str:
    systems = tree.get("systems")
    known = [
        *dict.fromkeys(target.phase for target in everything),
        *(target.said for target in everything),
        *(f"{_SYSTEMS}{name}" for name in (systems if isinstance(systems, Map) else ())),
    ]
    short = word.removeprefix(_PHASES)
    return did_you_mean(short, known) or f"; there are {', '.join(known)}"
