"""``--set PATH=VALUE``: values that take precedence over the file's.

An override is grafted onto the tree before it is checked, so it is read by the same
fields as the file and its faults are reported in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.spec.fields import PHASES
from carbonctl.spec.paths import find_item, locate, split
from carbonctl.spec.tree import MAX_DEPTH, Map, Place, Seq, Text, copy_of, new_map, parse

ORIGIN = "--set"
_GRID = "grid"
_SAYS_WHOSE = {"facility", "provider"}
_OTHERS = ("own", "colocation", "client")  # operators of sites that are no provider's
_SITES = frozenset({"site", "sites", "phase_sites", "client_site"})


def parse_override(text: str) -> tuple[list[str], str, int]:
    """Split ``PATH=VALUE`` into the path's parts, the value and the value's column.

    Raises
    ------
    UsageError
        Where there is no ``=`` or no path.
    """
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        raise UsageError("--set: not UTF-8 text")
    path, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set {text}: write PATH=VALUE, for example site.pue=1.2")
    try:
        parts = split(path.strip())
        if len(parts) > MAX_DEPTH:
            raise ValueError("the path is too deep")
        return parts, value, len(path) + 2
    except ValueError as error:
        raise UsageError(f"--set {text}: {error}") from None


def apply(
    root: Map,
    overrides: tuple[str, ...],
    file: str,
    provider_of: Callable[[str], str | None],
) -> None:
    """Graft overrides onto the tree, later ones over earlier ones.

    A site that leaves a cloud region for a grid stays its provider's, which decides the PUE.

    Parameters
    ----------
    root : Map
        The tree.
    overrides : tuple of str
        ``PATH=VALUE``.
    file : str
        What messages call the input.
    provider_of : callable
        Gives the provider of a cloud region, None for any other grid.

    Raises
    ------
    InputError
        Where a list item on the way does not exist, or the value is not YAML.
    """
    grafts = Grafts(root, provider_of)
    for text in overrides:
        root.nulls = True
        parts, value, column = parse_override(text)
        parts = _whole(root, parts)
        place = Place(1, column, ORIGIN)
        node = _value(value, file, column)
        try:
            grafts.put(parts, node, place)
        except LookupError as error:
            message = f"{text}: {error.args[0]}"
            raise InputError([Problem(ORIGIN, 1, 1, message, ".".join(parts))]) from None
    grafts.finish()


class Grafts:
    """Puts values into a tree; a site that leaves a cloud region stays its provider's.

    Parameters
    ----------
    root : Map
        The tree. What is below it may stand elsewhere too, and is copied on the way.
    provider_of : callable
        Gives the provider of a cloud region, None for any other grid.
    """

    def __init__(self, root: Map, provider_of: Callable[[str], str | None]) -> None:
        self.root = root
        self.provider_of = provider_of
        self._grids: dict[str, tuple[list[str], Any]] = {}  # those that were replaced, by path

    def put(self, parts: list[str], node: Any, place: Place) -> None:
        """Put a value at a path, whose last key then stands at ``place``.

        Raises
        ------
        LookupError
            Where a list item on the way does not exist.
        """
        old = graft(self.root, parts, node, place)
        if parts[-1] == _GRID:
            self._grids.setdefault(".".join(parts), (parts[:-1], old))

    def finish(self) -> None:
        """Keep the providers of sites, once everything is in its place."""
        for above, old in self._grids.values():
            _keep_provider(_at(self.root, above), old, self.provider_of)


def path_of(root: Map, path: str) -> list[str]:
    """Return the parts of a path, which may leave out a leading ``phases.``.

    Raises
    ------
    ValueError
        For an empty path or an empty part.
    """
    return _whole(root, split(path))


def _whole(root: Map, parts: list[str]) -> list[str]:
    return ["phases", *parts] if parts[0] in PHASES and parts[0] not in root else parts


def moves_sites(overrides: tuple[str, ...]) -> bool:
    """Return whether overrides change a site in more than its PUE."""
    paths = [parse_override(text)[0] for text in overrides]
    return any(not _SITES.isdisjoint(parts) and parts[-1] != "pue" for parts in paths)


def _at(root: Map, parts: list[str]) -> Any:
    """Return what stands at a path that is there."""
    node: Any = root
    for key in locate(root, parts)[2]:
        node = node[key]
    return node


def _keep_provider(site: Any, old: Any, provider_of: Callable[[str], str | None]) -> None:
    """Keep the provider of a site that left a cloud region, where nothing else says whose it is."""
    if not isinstance(site, Map) or site.keys() & _SAYS_WHOSE or site.get("operator") in _OTHERS:
        return
    new = site[_GRID]
    if not (isinstance(old, Text) and isinstance(new, Text)):
        return
    provider = provider_of(old)
    if provider is not None and provider_of(new) is None:
        site["provider"] = text = Text(provider)
        text.place = site.keys_at["provider"] = new.place


def _value(value: str, file: str, column: int) -> Any:
    try:
        node = parse(value, file, ORIGIN)
    except InputError as error:
        raise InputError(
            problem._replace(
                line=1,
                col=column - 1 + (problem.col or 1 if problem.line == 1 else len(value)),
            )
            for problem in error.problems
        ) from None
    _shift(node, column - 1)
    return node


def _shift(node: Any, by: int) -> None:
    """Move places right, from columns of the value to columns of the whole argument."""
    nodes = [node]
    while nodes:
        here = nodes.pop()
        if here is None:
            continue
        here.place = here.place._replace(col=here.place.col + by)
        if isinstance(here, Map):
            here.keys_at = {k: p._replace(col=p.col + by) for k, p in here.keys_at.items()}
            nodes.extend(here.values())
        elif isinstance(here, Seq):
            nodes.extend(here)


def graft(root: Map, parts: list[str], value: Any, place: Place) -> Any:
    """Put a value in its place; return what was there.

    Raises
    ------
    LookupError
        Where a list item on the way does not exist, or a value stands there.
    """
    *above, last = parts
    _, rest, keys = locate(root, above)
    node: Any = root
    for key in keys:  # an alias may stand elsewhere too: change a copy
        node[key] = copy_of(node[key])
        node = node[key]
    for key in rest:
        if not isinstance(node, Map):
            raise LookupError(f"`{key}` would stand inside a value")
        node[key] = new_map(place)
        node.keys_at[key] = place
        node = node[key]
    if isinstance(node, Map):
        old = node.get(last)
        node[last] = value
        node.keys_at[last] = place
        return old
    if isinstance(node, Seq):
        node[find_item(node, [last])[0]] = value
        return None
    raise LookupError(f"`{last}` would stand inside a value")
