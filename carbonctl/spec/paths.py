"""The one path grammar: dots only, list items by index or by name.

``phases.training.0.load`` and ``phases.training.pre-training.load`` are the same place.
A name may itself hold dots; the longest name that fits is taken.
"""

from __future__ import annotations

from typing import Any

from carbonctl.spec.model import default_names
from carbonctl.spec.tree import Map, Seq


def item_names(items: Seq) -> list[str]:
    """Return the name of each item of a list of activities; unnamed ones by their kind."""
    given = []
    for item in items:
        node: Any = item if isinstance(item, Map) else {}
        kind, name = node.get("kind"), node.get("name")
        given.append(
            (str(kind) if isinstance(kind, str) else "", name if isinstance(name, str) else None)
        )
    return default_names(given)


def split(path: str) -> list[str]:
    """Return the parts of a path.

    Raises
    ------
    ValueError
        For an empty path or an empty part.
    """
    parts = path.split(".")
    if not all(part.strip() for part in parts):
        raise ValueError(f"`{path}` is not a path such as phases.training.0.load")
    return parts


def find_item(items: Seq, parts: list[str]) -> tuple[int, int]:
    """Return (index, parts used) of the list item that the parts begin with."""
    if parts[0].isascii() and parts[0].isdigit():
        index = int(parts[0][:9])
        if index >= len(items):
            raise LookupError(f"there is no item {parts[0]}; the list has {len(items)}")
        return index, 1
    names = _names(items)
    for used in range(len(parts), 0, -1):
        if (name := ".".join(parts[:used])) in names:
            return names.index(name), used
    known = ", ".join(name or str(index) for index, name in enumerate(names)) or "no items"
    raise LookupError(f"nothing is named `{parts[0]}`; there are {known}")


def _names(items: Seq) -> list[str]:
    """Return what the items of a list may be called: activities, sites, accelerators."""
    if any(isinstance(item, Map) and "kind" in item for item in items):
        return item_names(items)
    names = []
    for item in items:
        keys = ("name", "site", "device", "grid") if isinstance(item, Map) else ()
        known = [item[key] for key in keys if isinstance(item.get(key), str)]
        names.append(str(known[0]) if known else "")
    return names


def locate(root: Map, parts: list[str]) -> tuple[Any, list[str], tuple[Any, ...]]:
    """Follow a path as far as it exists.

    Returns
    -------
    node, rest, keys
        The last node found, the parts that are left, and the keys that led to the node.

    Raises
    ------
    LookupError
        Where a list has no such item.
    """
    node: Any = root
    keys: tuple[Any, ...] = ()
    rest = list(parts)
    while rest:
        if isinstance(node, Seq):
            index, used = find_item(node, rest)
            node, keys, rest = node[index], (*keys, index), rest[used:]
            continue
        used = _longest_key(node, rest) if isinstance(node, Map) else 0
        if not used or (key := ".".join(rest[:used])) not in node:
            break
        node, keys, rest = node[key], (*keys, key), rest[used:]
    return node, rest, keys


def _longest_key(node: Map, parts: list[str]) -> int:
    for used in range(len(parts), 0, -1):
        if ".".join(parts[:used]) in node:
            return used
    return 0
