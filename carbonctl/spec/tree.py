"""YAML as text with places: every scalar knows its line and column, and none is typed.

The tree is built from the parser's events, with a stack and without recursion, so that
deep nesting, aliases that multiply and values that YAML would reinterpret (``NO``, ``012``,
``12:30:45``) can do no harm. A scalar stays text until its field says what it is.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import yaml

from carbonctl.errors import InputError, Problem

try:
    from yaml.cyaml import CParser as _Parser  # type: ignore[attr-defined]
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

MAX_DEPTH = 64
MAX_VALUES = 1_000_000
MAX_ALIASED = 100_000  # values that aliases stand for, which an attack multiplies

_TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"
NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Place(NamedTuple):
    """Where a node stands, counted from 1; ``origin`` names what is not the file itself."""

    line: int
    col: int
    origin: str | None = None


class Text(str):
    """A scalar as it was written, with its place."""

    __slots__ = ("place",)
    place: Place


class Map(dict[str, Any]):
    """A mapping in the order written.

    ``keys_at`` holds the place of each key; ``nulls`` says of a root whether any value in
    the tree may be missing.
    """

    __slots__ = ("keys_at", "nulls", "place")
    place: Place
    keys_at: dict[str, Place]
    nulls: bool


class Seq(list[Any]):
    """A sequence with its place."""

    __slots__ = ("place",)
    place: Place


def copy_of(node: Any) -> Any:
    """Return a collection with the same items at the same place; anything else as it is."""
    if isinstance(node, Map):
        copy = new_map(node.place)
        copy.update(node)
        copy.keys_at = dict(node.keys_at)
        copy.nulls = node.nulls
        return copy
    if isinstance(node, Seq):
        items = Seq(node)
        items.place = node.place
        return items
    return node


Node: TypeAlias = Text | Map | Seq | None


def new_map(place: Place) -> Map:
    """Return an empty mapping that stands at ``place``."""
    node = Map()
    node.place = place
    node.keys_at = {}
    node.nulls = False
    return node


def decode(data: bytes, file: str, first: int = 1) -> str:
    """Return the text of a file, which must be UTF-8 without NUL bytes.

    ``first`` is the line of the file at which the bytes begin.

    Raises
    ------
    InputError
        With the line and column of the first byte that is not text.
    """
    try:
        text = data.decode("utf-8-sig")
        bad, what = text.find("\x00"), "a NUL byte"
        before = text[:bad] if bad >= 0 else ""
    except UnicodeDecodeError as error:
        bad, what = error.start, f"byte 0x{data[error.start]:02x}"
        before = data[: error.start].decode("utf-8", "replace")
    if bad < 0:
        return text
    line, col = before.count("\n") + first, len(before) - before.rfind("\n")
    raise InputError([Problem(file, line, col, f"{what} is not UTF-8 text; is this a YAML file?")])


class _Open:
    """A collection that is being built: its node, anchor, pending key, size and height."""

    __slots__ = ("anchor", "height", "is_map", "key", "node", "values")

    def __init__(self, node: Map | Seq, anchor: str | None) -> None:
        self.node = node
        self.anchor = anchor
        self.is_map = type(node) is Map
        self.key: Text | None = None
        self.values = 1
        self.height = 1


class _Builder:
    """Consumes parser events into one tree. Problems that allow it are collected, not raised."""

    def __init__(self, file: str, origin: str | None, first: int) -> None:
        self.file = file
        self.origin = origin
        self.first = first
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.root: Node = None
        self.documents = self.aliased = 0
        self.nulls = False

    def problem(self, place: Place, message: str) -> Problem:
        return Problem(place.origin or self.file, place.line, place.col, message)

    def stop(self, place: Place, message: str) -> InputError:
        return InputError([*self.problems, self.problem(place, message)])

    def build(self, next_event: Callable[[], Any]) -> Node:
        scalar, handlers, scalar_event = self.scalar, _HANDLERS, yaml.ScalarEvent
        while True:
            event = next_event()
            kind = type(event)
            if kind is scalar_event:
                scalar(event)
            elif kind in handlers:
                handlers[kind](self, event)
            elif kind is yaml.StreamEndEvent:
                break
        return self.root

    def place(self, event: Any) -> Place:
        mark = event.start_mark
        place: Place = _tuple(Place, (mark.line + self.first, mark.column + 1, self.origin))
        return place

    def document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.stop(self.place(event), "a second YAML document; one is wanted here")

    def scalar(self, event: Any) -> None:
        mark = event.start_mark
        place = _tuple(Place, (mark.line + self.first, mark.column + 1, self.origin))
        if event.tag is not None:
            self.refuse_tag(event)
        text: Text | None = Text(event.value)
        text.place = place  # type: ignore[union-attr]
        top = self.stack[-1] if self.stack else None
        if top is not None and top.is_map and top.key is None:
            self.take_key(top, text, place)
            top.values += 1
            return
        if not event.style and event.value in NULLS:
            text = None
            self.nulls = True
        if top is None or not top.is_map or event.anchor:
            self.add(text, place, 1, 0, event.anchor)
            return
        top.values += 1  # what `add` does, for the commonest case
        if top.values > MAX_VALUES:
            raise self.stop(place, f"more than {MAX_VALUES:,} values")
        if top.key not in top.node:
            top.node[top.key] = text  # type: ignore[index,call-overload]
        top.key = None

    def open(self, event: Any) -> None:
        place = self.place(event)
        if event.tag is not None:
            self.refuse_tag(event)
        if len(self.stack) >= MAX_DEPTH:
            raise self.stop(place, _TOO_DEEP)
        node: Map | Seq = new_map(place) if type(event) is yaml.MappingStartEvent else Seq()
        node.place = place
        if event.anchor:
            self.anchors.pop(event.anchor, None)
        self.stack.append(_Open(node, event.anchor))

    def close(self, event: Any) -> None:
        done = self.stack.pop()
        self.add(done.node, done.node.place, done.values, done.height, done.anchor)

    def alias(self, event: Any) -> None:
        place = self.place(event)
        if event.anchor not in self.anchors:
            inside = any(o.anchor == event.anchor for o in self.stack)
            why = "stands inside the value that it names" if inside else "names nothing above it"
            raise self.stop(place, f"`*{event.anchor}` {why}")
        node, values, height = self.anchors[event.anchor]
        self.aliased += values
        if self.aliased > MAX_ALIASED:
            raise self.stop(place, f"aliases stand for more than {MAX_ALIASED:,} values")
        self.add(node, place, values, height, None)

    def add(self, node: Node, place: Place, values: int, height: int, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = (node, values, height)
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        top.values += values
        if top.values > MAX_VALUES:
            raise self.stop(place, f"more than {MAX_VALUES:,} values")
        if height >= top.height:
            top.height = height + 1
            if len(self.stack) + height > MAX_DEPTH:
                raise self.stop(place, _TOO_DEEP)
        if not top.is_map:
            top.node.append(node)  # type: ignore[union-attr]
        elif top.key is None:
            self.take_key(top, node, place)
        else:
            top.node.setdefault(top.key, node)  # type: ignore[union-attr]
            top.key = None

    def take_key(self, top: _Open, node: Node, place: Place) -> None:
        keys_at = top.node.keys_at  # type: ignore[union-attr]
        if type(node) is not Text:
            raise self.stop(place, "a key must be a word, not a list or a mapping")
        if node == "<<":
            self.problems.append(self.problem(place, "merge keys (`<<`) are not supported"))
            keys_at.setdefault(node, place)
        elif node in keys_at:
            line = keys_at[node].line
            said = f"duplicate key `{node}`, first given in line {line}"
            self.problems.append(self.problem(place, said))
        else:
            keys_at[node] = place
        top.key = node

    def refuse_tag(self, event: Any) -> None:
        said = f"tags are not supported (`{event.tag}`); write the value alone"
        self.problems.append(self.problem(self.place(event), said))


_tuple: Any = tuple.__new__  # what Place(...) does, without its wrapper
_HANDLERS: dict[type, Any] = {
    yaml.DocumentStartEvent: _Builder.document,
    yaml.MappingStartEvent: _Builder.open,
    yaml.SequenceStartEvent: _Builder.open,
    yaml.MappingEndEvent: _Builder.close,
    yaml.SequenceEndEvent: _Builder.close,
    yaml.AliasEvent: _Builder.alias,
}


# A character beyond the first plane as JSON escapes it; libyaml takes no half of a pair.
_PAIRS = re.compile(r"\\\\|\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def _paired(match: re.Match[str]) -> str:
    if match[1] is None:
        return match[0]
    high, low = int(match[1], 16), int(match[2], 16)
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def _syntax(error: yaml.YAMLError, builder: _Builder, text: str) -> InputError:
    mark = getattr(error, "problem_mark", None)
    if mark is None:  # the reader met a character that YAML forbids
        at = getattr(error, "position", 0)
        at = at if isinstance(at, int) else 0
        line = text.count("\n", 0, at) + builder.first
        place = Place(line, at - text.rfind("\n", 0, at), builder.origin)
        return builder.stop(place, "a control character is not allowed")
    place = Place(mark.line + builder.first, mark.column + 1, builder.origin)
    message = getattr(error, "problem", None) or "not valid YAML"
    written = text.split("\n")[mark.line : mark.line + 1]
    if written and written[0][mark.column : mark.column + 1] == "\t":
        return builder.stop(place, "a tab cannot indent YAML; use spaces")
    if "nesting depth" in message:  # the parser looks ahead, and may stop before we do
        return builder.stop(place, _TOO_DEEP)
    is_next = mark.line > 0 and mark.column == 0 and "<document start>" in message
    if is_next and written and written[0].startswith("{"):
        return builder.stop(place, "a second object; JSON Lines have each in one line")
    context = getattr(error, "context", None)
    return builder.stop(place, f"not valid YAML: {message}{f' ({context})' if context else ''}")


def parse(
    text: str,
    file: str,
    origin: str | None = None,
    problems: list[Problem] | None = None,
    first: int = 1,
) -> Node:
    """Return the located tree of one YAML document, None where it is empty.

    Parameters
    ----------
    text : str
        The YAML; JSON is YAML too.
    file : str
        What messages call it.
    origin : str, optional
        Set where the text is not the file itself, a ``--set`` for example.
    problems : list of Problem, optional
        Takes the faults that leave a tree to go on with; without it they are raised.
    first : int
        The line of the file at which the text begins.

    Raises
    ------
    InputError
        For YAML that is malformed, too deep or too large; for duplicate keys, merge
        keys, tags and aliases that hold themselves.
    """
    if "\\ud" in text or "\\uD" in text:
        text = _PAIRS.sub(_paired, text)
    builder = _Builder(file, origin, first)
    try:
        tree = builder.build(_Parser(text).get_event)
    except yaml.YAMLError as error:
        raise _syntax(error, builder, text) from None
    if isinstance(tree, Map):
        tree.nulls = builder.nulls
    if problems is not None:
        problems += builder.problems
    elif builder.problems:
        raise InputError(builder.problems)
    return tree


def place_of(root: Node, path: tuple[Any, ...], *, key: bool = False) -> Place:
    """Return the place of the value at ``path``, or of the nearest thing above it.

    With ``key=True`` the place of the last key is wanted rather than of its value.
    """
    node: Any = root
    place = getattr(root, "place", Place(1, 1))
    for step, part in enumerate(path):
        last = step == len(path) - 1
        if isinstance(node, Map) and part in node:
            place = node.keys_at[part]
            node = node[part]
        elif isinstance(node, Seq) and isinstance(part, int) and part < len(node):
            node = node[part]
        else:
            break
        if node is not None and not (last and key):
            place = node.place
    return place
