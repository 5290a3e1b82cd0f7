"""Reads a record by its form: a table of keys, each with the function that reads it.

The spec has pydantic for this; records are read on the way of every call, and a table
costs a tenth of the start-up time.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias

from carbonctl.text import check_text, did_you_mean

Loc: TypeAlias = tuple[Any, ...]


class Fault(NamedTuple):
    """One thing wrong with a record; ``key`` where its key is meant and not its value."""

    at: Loc
    message: str
    key: bool = False


class Reader(Protocol):
    """Reads a node that stands at a place, and appends what is wrong with it."""

    def __call__(self, node: Any, at: Loc, faults: list[Fault], /) -> Any:
        """Return what was read; None where it is faulty."""


class Leaf(NamedTuple):
    """Reads one value by a function that raises ValueError.

    ``wants`` says to schemas what it takes: ``str``, ``int``, ``bool``, the words allowed,
    the dimension of a figure, or the class of what it returns.
    """

    read: Callable[[Any], Any]
    wants: Any = str

    def __call__(self, node: Any, at: Loc, faults: list[Fault]) -> Any:
        """Read a value; None where it is faulty."""
        try:
            return self.read(node)
        except ValueError as error:
            faults.append(Fault(at, f"{at[-1]}: {error}" if at else str(error)))
            return None


class Group(NamedTuple):
    """Reads a mapping with known keys."""

    build: Callable[..., Any]
    fields: Mapping[str, Reader]
    required: tuple[str, ...] = ()

    def __call__(self, node: Any, at: Loc, faults: list[Fault]) -> Any:
        """Read a mapping and build a record of it; None where it is faulty."""
        if not isinstance(node, dict):
            faults.append(Fault(at, f"{_named(at)}a mapping of keys to values is wanted here"))
            return None
        before = len(faults)
        values = {}
        for key, value in node.items():
            here = (*at, key)
            if key not in self.fields:
                message = f"unknown key `{key}`{did_you_mean(key, self.fields)}"
                faults.append(Fault(here, message, key=True))
            elif value is None:
                faults.append(Fault(here, f"`{key}` has no value; leave out what is unknown"))
            else:
                values[key] = self.fields[key](value, here, faults)
        faults.extend(Fault(at, f"`{key}` is missing") for key in self.required if key not in node)
        return self.build(**values) if len(faults) == before else None


class Listed(NamedTuple):
    """Reads a list into a tuple."""

    reader: Reader

    def __call__(self, node: Any, at: Loc, faults: list[Fault]) -> Any:
        """Read each item."""
        if not isinstance(node, list):
            faults.append(Fault(at, f"{_named(at)}a list is wanted here"))
            return ()
        return tuple(self.reader(item, (*at, place), faults) for place, item in enumerate(node))


class Keyed(NamedTuple):
    """Reads a mapping with keys of any name."""

    reader: Reader

    def __call__(self, node: Any, at: Loc, faults: list[Fault]) -> Any:
        """Read the value of each key."""
        if not isinstance(node, dict):
            faults.append(Fault(at, f"{_named(at)}a mapping of keys to values is wanted here"))
            return {}
        for key in node:
            try:
                check_text(key, "a key")
            except ValueError as error:
                faults.append(Fault((*at, key), str(error), key=True))
        return {key: self.reader(value, (*at, key), faults) for key, value in node.items()}


def _named(at: Loc) -> str:
    return f"{at[-1]}: " if at else ""
