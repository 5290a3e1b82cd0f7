"""Workloads that differ in their figures and names alone are accounted for by one function.

Streams hold many that are alike. The text of each is cut into its fixed parts and its holes:
the figures, and the name. When the same parts come a second time, that workload is accounted
for once in symbols, in the ordinary way, which gives a function from figures to finished lines
(`carbonctl.symbols`). The function does the same operations in the same order, so that it
gives the same bytes; before it is used it has to give those of its example. It answers only
where every condition holds that the example met; all else goes the ordinary way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from math import ceil, floor, fsum, isfinite
from typing import Any, NamedTuple

from carbonctl import estimators
from carbonctl.account import estimate, result_of
from carbonctl.catalog import Catalog
from carbonctl.cli.documents import Document
from carbonctl.errors import InputError, Problem
from carbonctl.holes import Hole
from carbonctl.located import NULLS, Map, Seq, Text, parse
from carbonctl.render import LineRenderer, Style, start
from carbonctl.result import Result, is_saved
from carbonctl.spec.fields import name_of
from carbonctl.spec.load import load_tree
from carbonctl.symbols import Tape, cut, is_marked, mark, mark_of_words
from carbonctl.units import format_number

MAX_BYTES = 16 * 1024  # of a workload; a larger one is worth its own account
_LONGEST = 40  # characters of a figure that is filled in; a longer one goes the ordinary way
_LONGEST_REST = 100  # characters that stand beside a figure in its quantity
_MOST = 256  # functions that are kept
_MOST_SEEN = 4096
_TRIES = 64  # to make functions of the same fixed parts
_TRIAL, _WORTH = 64, 4  # functions made before it is asked whether they are used
_FIGURE = r"[0-9][0-9.eE+-]*"
_JSON = re.compile(rf'(": ?"?)({_FIGURE}|(?:(?<=name": ")|(?<=name":"))[^"\\]*)')
_YAML = re.compile(
    rf"(^name: |: )({_FIGURE}|(?<=^name: )[A-Za-z](?:[A-Za-z0-9 ,._()/-]*[A-Za-z0-9)])?)", re.M
)
_OVER_NAME = re.compile(r"\s*name\s*=")
_ASSIGNED = re.compile(r"(\w+) = ")
_TEXTS = ("file", "name")
_NAMES = re.compile(r"\b[vh][0-9]+\b")
_FAR = 10**15  # the first line of an example, so that its lines are known among other numbers
_LINE = re.compile('"line": 1([0-9]{15})')
_SCOPE = {
    "ceil": ceil, "floor": floor, "fsum": fsum, "isfinite": isfinite, "sha256": sha256,
    "in_words": format_number,
}  # fmt: skip
_FAULTS = (ValueError, ArithmeticError, InputError)
_ODD = frozenset(b"\\\r\x0b\x0c\x1c\x1d\x1e\x7f")

Output = tuple[str, Style]


class Filled(NamedTuple):
    """The finished lines of one workload for each output, its warnings, and its entries."""

    texts: tuple[str, ...]
    warnings: tuple[str, ...]
    entries: int


class _Plan:
    """A function made of one example, which has yet to be tried on another workload."""

    def __init__(
        self, fill: Callable[..., tuple[str, ...] | None], warnings: tuple[str, ...], entries: int
    ) -> None:
        self.fill = fill
        self.warnings = warnings
        self.entries = entries
        self.is_tried = False


class _Reading(NamedTuple):
    """What the holes of some fixed parts are.

    ``name`` is the place of the workload's name, None where it is fixed; ``bound`` are those
    that are neither that nor a figure, and have to be equal.
    """

    name: int | None
    bound: tuple[int, ...]


# The functions of workloads that share their fixed parts: by what the holes are, then by what
# stands in those that are bound.
_Pattern = dict[_Reading, dict[tuple[str, ...], list[_Plan]]]


class Patterns:
    """What was learnt of the workloads that came before.

    Parameters
    ----------
    catalog : Catalog
        The facts.
    overrides : tuple of str
        ``PATH=VALUE`` of ``--set``.
    outputs : tuple of (format, Style)
        What lines are made for, each one of `carbonctl.render.LINES`.
    """

    def __init__(
        self, catalog: Catalog, overrides: tuple[str, ...], outputs: tuple[Output, ...]
    ) -> None:
        self.catalog = catalog
        self.overrides = overrides
        self.outputs = outputs
        self.is_whole = any(form == "jsonl" and style.rows is None for form, style in outputs)
        self.quotes = [_renderer(output).quoted for output in outputs]
        self.seen: dict[int, int] = {}
        self.patterns: dict[tuple[str, ...], _Pattern] = {}
        self.made = self.kept = self.used = 0

    @property
    def is_worth_it(self) -> bool:
        """Whether what is learnt is used."""
        return self.made < _TRIAL or self.used > _WORTH * self.made

    def fill(self, document: Document) -> Filled | None:
        """Return the lines of a workload that is like others, or None."""
        if len(document.data) > MAX_BYTES or not self.is_worth_it:
            return None
        if not document.data.isascii() or not _ODD.isdisjoint(document.data):
            return None  # what is no character to the parser moves what stands behind it
        text = document.data.decode()
        parts = (_JSON if text.startswith("{") else _YAML).split(text)
        holes = parts[2::3]
        if any(len(hole) > _LONGEST and hole[0].isdigit() for hole in holes):
            return None
        del parts[2::3]
        key = tuple(parts)
        pattern = self.patterns.get(key)
        if pattern is not None:
            filled = self._fill(pattern, holes, document)
            if filled is not None:
                return filled
        if self._may_learn(hash(key)):
            self._learn(key, text, holes, document)
        return None

    def _fill(self, pattern: _Pattern, holes: list[str], one: Document) -> Filled | None:
        for (place, bound), plans in pattern.items():
            name = "" if place is None else holes[place]
            try:
                if place is not None and not _is_plain(name):
                    continue
                known = plans.get(tuple([holes[number] for number in bound]), [])
                for plan in known:
                    texts = plan.fill(one, holes, name, one.label, *self.quotes)
                    if texts is None:
                        continue
                    if not plan.is_tried and texts != self.lines(one):
                        known.remove(plan)
                        break
                    plan.is_tried = True
                    self.used += 1
                    return Filled(texts, plan.warnings, plan.entries)
            except _FAULTS:
                continue  # the ordinary way says what is wrong
        return None

    def lines(self, one: Document) -> tuple[str, ...]:
        """Return the lines of a workload in the ordinary way.

        Raises
        ------
        InputError
            Where it is faulty.
        """
        data, file, label, line, _ = one
        result = estimate(data, file, self.catalog, self.overrides, label=label, first=line)
        return _lines(result, self.outputs)

    def _may_learn(self, key: int) -> bool:
        """Whether some fixed parts came before, and not too often without being of use."""
        if len(self.seen) >= _MOST_SEEN and key not in self.seen:
            self.seen.clear()
        times = self.seen[key] = self.seen.get(key, 0) + 1
        return 1 < times <= _TRIES

    def _learn(self, key: tuple[str, ...], text: str, holes: list[str], one: Document) -> None:
        """Make a function of a workload, and keep it if it gives what the ordinary way gives."""
        self.made += 1
        try:
            example = _Example(text, holes, one, self)
            found = example.plan()
        except Exception:  # noqa: BLE001 - symbols went where only numbers can go
            return
        if self.kept >= _MOST:
            self.patterns.clear()
            self.kept = 0
        self.kept += 1
        reading = _Reading(example.name, example.bound)
        plans = self.patterns.setdefault(key, {}).setdefault(reading, {})
        plans.setdefault(tuple([holes[place] for place in example.bound]), []).append(found)


class _Example:
    """One workload from which a function is made."""

    def __init__(self, text: str, holes: list[str], one: Document, patterns: Patterns) -> None:
        if is_saved(one.data) or is_marked(text) or "&" in text:
            raise ValueError("not a plain workload")
        if any(_OVER_NAME.match(override) for override in patterns.overrides):
            raise ValueError("the name is not the workload's own")
        self.text = text
        self.holes = holes
        self.one = one
        self.patterns = patterns
        self.tape = Tape()
        self.name: int | None = None
        self.bound: tuple[int, ...] = ()

    def plan(self) -> _Plan:
        """Return the function, its warnings and the number of entries.

        Raises
        ------
        Exception
            Of any kind, where there is none.
        """
        data, file, label, line, _ = self.one
        patterns = self.patterns
        plain = estimate(data, file, patterns.catalog, patterns.overrides, label=label, first=line)
        result = self.in_symbols()
        if plain.warnings != result.warnings:
            raise ValueError("the warnings differ")
        taken = {int(name[1:]) for name in self.tape.taken}
        free = taken | ({self.name} if self.name is not None else set())
        self.bound = tuple(place for place in range(len(self.holes)) if place not in free)
        fill = self.function(result)
        name = "" if self.name is None else self.holes[self.name]
        expected = _lines(plain, patterns.outputs)
        if fill(self.one, self.holes, name, label, *patterns.quotes) != expected:
            raise ValueError("the lines differ")
        return _Plan(fill, result.warnings, len(result.entries))

    def in_symbols(self) -> Result:
        """Return the result with symbols in place of figures, and a mark for the name."""
        problems: list[Problem] = []
        tree = parse(self.text, self.one.file, problems=problems, first=_FAR)
        if problems or not isinstance(tree, Map):
            raise InputError(problems)
        self.put_holes(tree)
        loaded = load_tree(
            tree, problems, self.one.file, estimators, self.patterns.catalog,
            self.patterns.overrides,
        )  # fmt: skip
        digest = mark_of_words("digest")
        result = result_of(loaded, self.patterns.catalog, mark("file"), digest)
        self.tape.is_marking = True
        if self.name is not None:
            result.name = mark("name")
        if self.name is not None and self.patterns.is_whole:
            result.spec["name"] = mark("name")
        return result

    def put_holes(self, tree: Map) -> None:
        """Put holes where figures stand in a tree, and find the name."""
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
                if node is tree and key == "name" and value == self.holes[places[at]]:
                    self.name = places[at]
                else:
                    node[key] = self.hole(value, places[at])

    def hole(self, text: Text, place: int) -> Hole:
        """Return a hole in place of a figure."""
        if len(text) - len(self.holes[place]) > _LONGEST_REST:
            raise ValueError("a quantity of this length is refused with a longer figure")
        hole = Hole(text)
        hole.place = text.place
        hole.digits, hole.name, hole.tape = self.holes[place], f"h{place}", self.tape
        return hole

    def function(self, result: Result) -> Callable[..., tuple[str, ...] | None]:
        """Return the function from a document and its holes to finished lines."""
        joined, figures = [], set[str]()
        for number, text in enumerate(_lines(result, self.patterns.outputs)):
            placed = _LINE.sub(lambda found: f'"line": {mark("l" + found[1])}', text)
            pieces = cut(placed, in_quotes=self.patterns.outputs[number][0] == "jsonl")
            figures.update(name for name in pieces[1::2] if name not in _TEXTS)
            joined.append(_joined(pieces, number))
        quotes = [f"q{number}" for number in range(len(joined))]
        written = [f"{what}{q} = {q}({what})" for q in quotes for what in _TEXTS]
        answer = f"return ({', '.join(joined)},)"
        numbers = sorted(name for name in figures if name.startswith("v"))
        written += [f"if not isfinite({' + '.join(numbers or '0')}): return None"]
        written += [f"t{name} = {_written(name)}" for name in sorted(figures)]
        lines = _needed(self.tape.lines, written)
        read = [f"{name} = holes[{name[1:]}]" for name in sorted(self.tape.taken)]
        head = f"def fill(document, holes, name, file, {', '.join(quotes)}):"
        source = "\n    ".join([head, *read, *lines, *written, answer])
        scope: dict[str, Any] = dict(_SCOPE)
        exec(source, scope)  # noqa: S102 - numbers, operators and quoted texts of our own making
        found: Callable[..., tuple[str, ...] | None] = scope["fill"]
        return found


def _is_plain(name: str) -> bool:
    """Whether a name is one, and makes no other kind of document of a workload."""
    return name not in NULLS and "carbonctl." not in name and name_of(name) == name


def _lines(result: Result, outputs: tuple[Output, ...]) -> tuple[str, ...]:
    """Return the lines of a result for each output."""
    texts = []
    for output in outputs:
        renderer = _renderer(output)
        renderer.add(result)
        texts.append(renderer.take())
    return tuple(texts)


def _renderer(output: Output) -> LineRenderer:
    renderer: Any = start(*output)
    found: LineRenderer = renderer
    return found


def _places(text: str, holes: list[str]) -> Iterator[tuple[int, int]]:
    """Yield where each hole begins in the text, and its place among them."""
    cutter = _JSON if text.startswith("{") else _YAML
    for place, match in enumerate(cutter.finditer(text)):
        assert match[2] == holes[place]
        yield match.start(2), place


def _written(name: str) -> str:
    """Return the expression of what a mark stands for."""
    if name == "digest":
        return "sha256(document.data).hexdigest()"
    kind, number = name[0], int(name[1:])
    if kind == "l":
        return f"str(document.line + {number})"
    return f"in_words(v{number})" if kind == "w" else f"repr(v{number})"


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
