"""Whose fault it is that rows cannot be accounted for: theirs, a flag's, the map's, a template's.

What is said of all rows is refused as a whole, where it stands; a row only for its own cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carbonctl.batch.fleet.named import looked_up
from carbonctl.batch.fleet.placeholders import placeholders
from carbonctl.batch.fleet.structures import (
    AMOUNTS,
    FIGURES,
    KEYS,
    WORDS,
    Sayings,
    Structure,
)
from carbonctl.errors import Problem
from carbonctl.spec.tree import Place

SET = "--set"
_OF_AMOUNTS = {
    "load": "load_h", "power": "power_wh", "energy": "energy_kwh", "devices": "device_h",
    "wall_time": "wall_h", "device_time": "device_h", "memory": "memory_gbh",
    "capacity": "storage_gbh",
}  # fmt: skip
_NAMES = {KEYS.get(name, name): name for name in FIGURES}


def said_for_all(problem: Problem, structure: Structure, sayings: Sayings) -> Problem | None:
    """Return the fault of a flag, the map or the template; None where it is that of the row.

    Parameters
    ----------
    problem : Problem
        Of the workload that a row is; its path says where.
    structure : Structure
        Of the row.
    sayings : Sayings
        What is said of all rows.
    """
    if sayings.template is not None:
        return _of_template(problem, structure, sayings)
    key = problem.path.rpartition(".")[2]
    is_of_site = problem.path.startswith("site.")
    above, defaults = (
        some.get("site", {}) if is_of_site else some for some in (sayings.above, sayings.defaults)
    )
    if key in above:
        path = f"site.{key}" if is_of_site else key
        return Problem(f"{SET} {path}={above[key]}", None, None, _message(problem))
    node = _of_names(key, structure, sayings)
    if node is None and not _is_given(key, structure):
        node = defaults.get(key)
    return None if node is None else _at(node, sayings.file, problem)


def _is_given(key: str, structure: Structure) -> bool:
    """Whether a row says something of a key."""
    if key in WORDS:
        return bool(structure.word(key))
    if key in _NAMES:
        return structure.figure(_NAMES[key]) is not None
    amount = _OF_AMOUNTS.get(key)
    given = {path.removeprefix("site.") for path, _ in structure.more}
    return key in given or (amount in AMOUNTS and amount in structure.varies)


def _of_names(key: str, structure: Structure, sayings: Sayings) -> Any:
    """Return what the map says of a name that the row has, where that has the key."""
    if key == "grid":
        return sayings.regions.get(structure.word("grid"))
    for word, names in (("instance", sayings.instances), ("device", sayings.devices)):
        name = structure.word(word)
        said = looked_up(names, name) if name else None
        if isinstance(said, Mapping) and key in said:
            return said[key]
        if said is not None and key == word and said in names.values():
            return said
    return None


def of_cell(problem: Problem, structure: Structure, sayings: Sayings) -> tuple[str, str, str]:
    """Return the column, the value and the fault of a row that fills a template."""
    node, _ = _node_at(problem.path, sayings.template)
    texts = dict(structure.more)
    names = placeholders(node)
    empty = [name for name in names if f"${name}" not in texts]
    message = _message(problem)
    if empty:
        return empty[0], "", f"is empty, and the template needs it: {message}"
    if isinstance(node, Mapping | list):
        return "", "", message
    return names[0], texts[f"${names[0]}"], message


def _of_template(problem: Problem, structure: Structure, sayings: Sayings) -> Problem | None:
    node, place = _node_at(problem.path, sayings.template)
    names = placeholders(node)
    texts = dict(structure.more)
    is_scalar = not isinstance(node, Mapping | list)
    if (is_scalar and names) or any(f"${name}" not in texts for name in names):
        return None
    return Problem(sayings.file, place.line, place.col, problem.message)


def _node_at(path: str, template: Any) -> tuple[Any, Place]:
    """Return the part of a template at a path, as far as it has one, and its place."""
    node = template
    place = getattr(node, "place", Place(1, 1))
    for part in path.split("."):
        if isinstance(node, Mapping) and part in node:
            place = getattr(node, "keys_at", {}).get(part, place)
            node = node[part]
        elif isinstance(node, list) and part.isdecimal() and int(part) < len(node):
            node = node[int(part)]
        place = getattr(node, "place", place)
    return node, place


def _at(node: Any, file: str, problem: Problem) -> Problem:
    place = getattr(node, "place", None)
    if place is None:
        return Problem(file, None, None, problem.message)
    return Problem(file, place.line, place.col, problem.message)


def _message(problem: Problem) -> str:
    return problem.message.removeprefix(f"{problem.path.rpartition('.')[2]}: ")
