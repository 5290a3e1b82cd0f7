"""From one workload to a function that accounts for those which are like it.

The example is accounted for in the ordinary way, with symbols in place of its figures
(`carbonctl.numbers.symbols`) and stand-ins in place of its names. What is done with them is written
down, and becomes a function that does the same operations in the same order, so that it gives
the same bytes; it has to give those of its example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from math import ceil, floor, fsum
from typing import Any

from carbonctl import estimators
from carbonctl.account import estimate, result_of
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.inputs.documents import Document
from carbonctl.ledger.entry import in_limits
from carbonctl.ledger.result import Result, is_saved
from carbonctl.numbers.symbols import Tape, cut, is_marked, mark, mark_of_words
from carbonctl.numbers.units import format_number
from carbonctl.render import LineRenderer, Style, start
from carbonctl.spec.holes import Hole
from carbonctl.spec.load import load_tree
from carbonctl.spec.model import Workload
from carbonctl.spec.scalars import MAX_NAME
from carbonctl.spec.tree import NULLS, Map, Seq, Text, parse

_FIGURE = r"[0-9][0-9.eE+-]*"
_WORDS = r"[A-Za-z](?:[A-Za-z0-9 ,._()/-]*[A-Za-z0-9)])?"
# Both give the fixed parts and the holes of a text, with two fixed parts between two holes.
CUTTERS = {
    True: re.compile(rf'(": ?"?)({_FIGURE}|(?:(?<=name": ")|(?<=name":"))[^"\\]*)'),  # JSON
    False: re.compile(rf"(^name: |: )({_FIGURE}|(?<=^name: ){_WORDS})", re.M),  # YAML
}
# A name of an activity that no path and no table cuts.
_UNCUT = re.compile(rf"[A-Za-z](?:[A-Za-z0-9 _-]{{0,{MAX_NAME - 2}}}[A-Za-z0-9])?")
_LONGEST_REST = 100  # characters that stand beside a figure in its quantity
_OVER_NAME = re.compile(r"\s*name\s*=")
_ASSIGNED = re.compile(r"(\w+) = ")
_TEXTS = ("file", "name")
_NAMES = re.compile(r"\b[vh][0-9]+\b")
_FAR = 10**15  # the first line of an example, so that its lines are known among other numbers
_LINE = re.compile('"line": 1([0-9]{15})')
_SCOPE = {
    "ceil": ceil, "floor": floor, "fsum": fsum, "in_limits": in_limits, "sha256": sha256,
    "in_words": format_number, "is_uncut": _UNCUT.fullmatch, "nulls": NULLS,
}  # fmt: skip

Output = tuple[str, Style]


class Wanted:
    """What a function is to do.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    overrides : tuple of str
        ``PATH=VALUE`` of ``--set``.
    outputs : tuple of (format, Style)
        What lines are made for, each one of `carbonctl.render.LINES`.

    Attributes
    ----------
    quotes : list of callable
        How each output writes a text.
    is_whole : bool
        Whether one of them holds the spec.
    """

    def __init__(
        self, catalog: Catalog, overrides: tuple[str, ...], outputs: tuple[Output, ...]
    ) -> None:
        self.catalog = catalog
        self.overrides = overrides
        self.outputs = outputs
        self.quotes = [_renderer(output).quoted for output in outputs]
        self.is_whole = any(form == "jsonl" and style.rows is None for form, style in outputs)

    def texts(self, one: Document) -> tuple[str, ...]:
        """Return the lines of a workload for each output, and its warnings, in the ordinary way.

        Raises
        ------
        InputError
            Where it is faulty.
        """
        data, file, label, line, _ = one
        result = estimate(data, file, self.catalog, self.overrides, label=label, first=line)
        return _texts(result, self.outputs)


# From a document, its holes, its name and its label, and how each output quotes a text, to the
# texts for the outputs, and one of all warnings; None where a condition fails.
Fill = Callable[..., tuple[str, ...] | None]


class Plan:
    """A function made of one example, which has yet to be tried on another workload."""

    def __init__(self, fill: Fill, result: Result, holes: list[str]) -> None:
        self.fill = fill
        self.entries = len(result.entries)
        self.cautions = result.warnings
        self.holes = holes
        self.is_tried = False

    def warnings(self, text: str) -> tuple[Caution, ...]:
        """Return the warnings of a workload from their one text: they are of its kinds."""
        if not self.cautions:
            return ()
        said = text.split("\n")
        return tuple(
            Caution(message, path, kind=like.kind, vital=like.vital)
            for path, message, like in zip(said[::2], said[1::2], self.cautions, strict=True)
        )


class Example:
    """One workload from which a function is made."""

    def __init__(self, text: str, holes: list[str], one: Document, wanted: Wanted) -> None:
        self.text = text
        self.holes = holes
        self.one = one
        self.wanted = wanted
        self.tape = Tape()
        self.name: int | None = None
        self.stand_ins: dict[str, str] = {}  # of names of activities, by what the tape calls them
        self.bound: tuple[int, ...] = ()

    def plan(self, *, may_name: bool) -> Plan:
        """Return the function; with ``may_name`` activities may have other names.

        Raises
        ------
        Exception
            Of any kind, where there is none.
        """
        wanted = self.wanted
        if is_saved(self.one.data) or is_marked(self.text) or "&" in self.text:
            raise ValueError("not a plain workload")
        if any(_OVER_NAME.match(override) for override in wanted.overrides):
            raise ValueError("the name is not the workload's own")
        result = self.in_symbols(may_name=may_name)
        free = {int(name[1:]) for name in (*self.tape.taken, *self.stand_ins)} | {self.name}
        self.bound = tuple(place for place in range(len(self.holes)) if place not in free)
        fill = self.function(result)
        name = "" if self.name is None else self.holes[self.name]
        texts = fill(self.one, self.holes, name, self.one.label, *wanted.quotes)
        if texts != wanted.texts(self.one):
            raise ValueError("the texts differ")
        return Plan(fill, result, self.holes)

    def in_symbols(self, *, may_name: bool) -> Result:
        """Return the result with symbols in place of figures, and a mark for the name."""
        problems: list[Problem] = []
        tree = parse(self.text, self.one.file, problems=problems, first=_FAR)
        if problems or not isinstance(tree, Map):
            raise InputError(problems)
        self.put_holes(tree, _activities(tree) if may_name else [])
        loaded = load_tree(
            tree, problems, self.one.file, estimators, self.wanted.catalog,
            self.wanted.overrides,
        )  # fmt: skip
        digest = mark_of_words("digest")
        self.require_names(loaded.workload)
        result = result_of(loaded, self.wanted.catalog, mark("file"), digest)
        self.tape.is_marking = True
        if self.name is not None:
            result.name = mark("name")
        if self.name is not None and self.wanted.is_whole:
            result.spec["name"] = mark("name")
        return result

    def put_holes(self, tree: Map, named: list[Any]) -> None:
        """Put holes where figures stand in a tree, others for names of some, and find its own."""
        places = dict(_places(self.text, self.holes))
        starts = [0, *(at.end() for at in re.finditer("\n", self.text))]
        nodes: list[Any] = [tree]
        while nodes:
            node = nodes.pop()
            for key, value in list(node.items() if isinstance(node, Map) else enumerate(node)):
                if isinstance(value, Map | Seq):
                    nodes.append(value)
                if type(value) is not Text:
                    continue
                at = starts[value.place.line - _FAR] + value.place.col - 1
                at += self.text[at] in "\"'"
                if at not in places or not self.text.startswith(value, at):
                    continue
                is_name = key == "name" and value == self.holes[places[at]]
                if is_name and node is tree:
                    self.name = places[at]
                elif is_name and any(node is one for one in named) and _UNCUT.fullmatch(value):
                    node[key] = self.stand_in(value, places[at])
                else:
                    node[key] = self.hole(value, places[at])

    def stand_in(self, text: Text, place: int) -> Text:
        """Return what stands for any name of an activity."""
        found = Text(f"Zz{place}zZ")
        if found in self.text:
            raise ValueError("a name of ours is there already")
        found.place = text.place
        self.stand_ins[f"h{place}"] = found
        return found

    def require_names(self, workload: Workload) -> None:
        """Require plain names of activities, and each of them once in its phase."""
        holes = {stand_in: name for name, stand_in in self.stand_ins.items()}
        phases: dict[str, list[str]] = {}
        for phase, _, name, _ in workload.activities():
            phases.setdefault(phase, []).append(name)
        for names in phases.values():
            inside = [holes[name] for name in names if name in holes]
            for hole in inside:
                self.tape.require(f"is_uncut({hole}) and {hole} not in nulls")
            if inside and len(names) > 1:
                listed = ", ".join(holes.get(name, repr(name)) for name in names)
                self.tape.require(f"len({{{listed}}}) == {len(names)}")

    def hole(self, text: Text, place: int) -> Hole:
        """Return a hole in place of a figure."""
        if len(text) - len(self.holes[place]) > _LONGEST_REST:
            raise ValueError("a quantity of this length is refused with a longer figure")
        hole = Hole(text)
        hole.place = text.place
        hole.digits, hole.name, hole.tape = self.holes[place], f"h{place}", self.tape
        return hole

    def function(self, result: Result) -> Fill:
        """Return the function from a document and its holes to finished lines."""
        outputs = self.wanted.outputs
        joined, figures = [], set[str]()
        for number, text in enumerate(_texts(result, outputs)):
            placed = _LINE.sub(lambda found: f'"line": {mark("l" + found[1])}', text)
            for name, stand_in in self.stand_ins.items():
                placed = placed.replace(stand_in, mark_of_words(name))
            is_json = number < len(outputs) and outputs[number][0] == "jsonl"
            pieces = cut(placed, in_quotes=is_json)
            figures.update(name for name in pieces[1::2] if name not in _TEXTS)
            joined.append(_joined(pieces, number))
        quotes = [f"q{number}" for number in range(len(outputs))]
        written = [f"{what}{q} = {q}({what})" for q in quotes for what in _TEXTS]
        answer = f"return ({', '.join(joined)},)"
        numbers = sorted(name for name in figures if name.startswith("v"))
        written += [f"if not in_limits(({', '.join([*numbers, '0'])})): return None"]
        written += [f"t{name} = {_written(name, figures)}" for name in sorted(figures)]
        lines = _needed(self.tape.lines, written)
        taken = sorted(self.tape.taken.union(self.stand_ins))
        read = [f"{name} = holes[{name[1:]}]" for name in taken]
        head = f"def fill(document, holes, name, file, {', '.join(quotes)}):"
        source = "\n    ".join([head, *read, *lines, *written, answer])
        scope: dict[str, Any] = dict(_SCOPE)
        exec(source, scope)  # noqa: S102 - numbers, operators and quoted texts of our own making
        found: Fill = scope["fill"]
        return found


def _activities(tree: Map) -> list[Map]:
    """Return the nodes of a tree that describe activities."""
    phases = tree.get("phases")
    lists = list(phases.values()) if isinstance(phases, Map) else []
    return [node for nodes in lists if isinstance(nodes, Seq) for node in nodes if
            isinstance(node, Map)]  # fmt: skip


def _texts(result: Result, outputs: tuple[Output, ...]) -> tuple[str, ...]:
    """Return the lines of a result for each output, and the paths and messages of its warnings."""
    texts = []
    for output in outputs:
        renderer = _renderer(output)
        renderer.add(result)
        texts.append(renderer.take())
    warnings = (part for caution in result.warnings for part in (caution.path, caution.message))
    return (*texts, "\n".join(warnings))


def _renderer(output: Output) -> LineRenderer:
    renderer: Any = start(*output)
    found: LineRenderer = renderer
    return found


def _places(text: str, holes: list[str]) -> Iterator[tuple[int, int]]:
    """Yield where each hole begins in the text, and its place among them."""
    for place, match in enumerate(CUTTERS[text.startswith("{")].finditer(text)):
        assert match[2] == holes[place]
        yield match.start(2), place


def _written(name: str, before: set[str]) -> str:
    """Return the expression of what a mark stands for; those ``before`` it are made already."""
    if name == "digest":
        return "sha256(document.data).hexdigest()"
    kind, number = name[0], int(name[1:])
    if kind == "h":
        return name
    if kind == "l":
        return f"str(document.line + {number})"
    if kind == "v":
        return f"repr(v{number})"
    return f"tv{number}.removesuffix('.0')" if f"v{number}" in before else f"in_words(v{number})"


def _joined(pieces: list[str], number: int) -> str:
    """Return the expression of a text that was cut at its marks, for one of the outputs."""
    words = [repr(piece) for piece in pieces]
    words[1::2] = [f"{name}q{number}" if name in _TEXTS else f"t{name}" for name in pieces[1::2]]
    return f"''.join(({', '.join(words)},))"


def _needed(lines: list[str], after: list[str]) -> list[str]:
    """Return the lines that a condition or what comes after needs, in their order."""
    wanted = set(_NAMES.findall(" ".join(after)))
    found = []
    for line in reversed(lines):
        assigned = _ASSIGNED.match(line)
        if assigned is None or assigned[1] in wanted:
            found.append(line)
            wanted.update(_NAMES.findall(line))
    return found[::-1]
