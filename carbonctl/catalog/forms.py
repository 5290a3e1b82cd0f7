"""Reads a record by its form: a table of keys, each with the function that reads it.

The spec has pydantic for this; records are read on the way of every call, and a table
costs a tenth of the start-up time.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from carbonctl.near import did_you_mean

Loc: TypeAlias = tuple[Any, ...]


class Fault(NamedTuple):
    """One thing wrong with a record; ``key`` where its key is meant and not its value."""

    at: Loc
    message: str
    key: bool = False


Reader: TypeAlias = Callable[[Any, Loc, list[Fault]], Any]


def leaf(read: Callable[[Any], Any]) -> Reader:
    """Return a reader of one value from a function that raises ValueError."""

    def run(node: Any, at: Loc, faults: list[Fault]) -> Any:
        try:
            return read(node)
        except ValueError as error:
            faults.append(Fault(at, f"{at[-1]}: {error}" if at else str(error)))
            return None

    return run


def group(
    build: Callable[..., Any], fields: Mapping[str, Reader], required: tuple[str, ...] = ()
) -> Reader:
    """Return a reader of a mapping with known keys."""

    def run(node: Any, at: Loc, faults: list[Fault]) -> Any:
        if not isinstance(node, dict):
            faults.append(Fault(at, f"{_named(at)}a mapping of keys to values is wanted here"))
            return None
        before = len(faults)
        values = {}
        for key, value in node.items():
            here = (*at, key)
            if key not in fields:
                message = f"unknown key `{key}`{did_you_mean(key, fields)}"
                faults.append(Fault(here, message, key=True))
            elif value is None:
                faults.append(Fault(here, f"`{key}` has no value; leave out what is unknown"))
            else:
                values[key] = fields[key](value, here, faults)
        faults.extend(Fault(at, f"`{key}` is missing") for key in required if key not in node)
        return build(**values) if len(faults) == before else None

    return run


def listed(reader: Reader) -> Reader:
    """Return a reader of a list into a tuple."""

    def run(node: Any, at: Loc, faults: list[Fault]) -> Any:
        if not isinstance(node, list):
            faults.append(Fault(at, f"{_named(at)}a list is wanted here"))
            return ()
        return tuple(reader(item, (*at, place), faults) for place, item in enumerate(node))

    return run


def _named(at: Loc) -> str:
    return f"{at[-1]}: " if at else ""
