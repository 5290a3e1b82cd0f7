"""ACT's lists of materials as they are written: sections, names, defaults and spellings.

As facebookresearch/ACT at commit abc9fbb (MIT) reads them. `components` checks a list and
keeps its order: passives, materials, silicon; imports are one level deep.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from carbonctl.catalog.act import Act
from carbonctl.errors import InputError, Problem
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.units import Dimension
from carbonctl.numbers.values import Value
from carbonctl.spec.fields import name_of
from carbonctl.spec.tree import Map, Node, place_of
from carbonctl.text import did_you_mean

SECTIONS = ("silicon", "passives", "materials")
ABATEMENTS = ("95", "97", "99")
ALUMINIUM = "alumnimum"  # as ACT spells it
SPELLINGS = ("aluminium", "aluminum")
_HEAD = ("name", "owner", "description", "imports", "file", *SECTIONS)
_SILICON = ("model", "area", "capacity", "n_ics", "process", "carbon", "ctype", "fab_yield",
            "fab_ci", "gpa")  # fmt: skip
_OTHER = ("category", "quantity", "weight", "area", "capacity", "fab_ci", "layers", "type")
_MODELS = {"logic": "logic", "dram": "dram", "flash": "ssd", "hdd": "hdd", "manual": "manual"}
_CATEGORIES = {
    "passives": ("capacitor", "resistor", "signal bead"),
    "materials": ("frame", "enclosure", "pcb", "battery"),
}
_SILICON_AMOUNTS: dict[str, Dimension] = {
    "area": units.AREA, "capacity": units.CAPACITY, "carbon": units.MASS, "n_ics": units.COUNT,
    "fab_yield": units.RATIO,
}  # fmt: skip
_OTHER_AMOUNTS: dict[str, Dimension] = {
    "weight": units.WEIGHT, "area": units.AREA, "capacity": units.ENERGY, "quantity": units.COUNT,
    "layers": units.COUNT,
}  # fmt: skip
# What a word of a component must be a name of in ACT's tables, by the kind of the component.
_FAMILIES = {
    "logic": {"process": "logic"}, "dram": {"process": "dram"}, "ssd": {"process": "ssd"},
    "hdd": {"process": "hdd"}, "enclosure": {"type": "material"}, "frame": {"type": "material"},
    "capacitor": {"type": "capacitor"},
}  # fmt: skip
_WORDS = {
    "gram": "g", "grams": "g", "kilogram": "kg", "milligram": "mg", "gigabyte": "GB",
    "terabyte": "TB", "megabyte": "MB", "watt_hour": "Wh", "milliwatt hour": "mWh",
    "kilowatt hour": "kWh", "millimeter": "mm", "centimeter": "cm", "meter": "m",
}  # fmt: skip


class Component(NamedTuple):
    """One component of a list.

    Attributes
    ----------
    section : str
        One of `SECTIONS`.
    name : str
        Its name; that of an import takes precedence.
    kind : str
        The model of silicon (logic, dram, ssd, hdd, manual), else the category.
    words : dict of str to str
        What is said in words: process, fab_ci, gpa, type, ctype.
    amounts : dict of str to Value
        What is said in numbers, in the units of `carbonctl.numbers.units`.
    path : str
        Where it stands.
    """

    section: str
    name: str
    kind: str
    words: dict[str, str]
    amounts: dict[str, Value]
    path: str


class Bom(NamedTuple):
    """A list of materials; ``unread`` are the files whose imports were not followed."""

    name: str
    components: tuple[Component, ...]
    unread: tuple[str, ...] = ()


Importer = Callable[[str], tuple[Node, str]]


def read_bom(tree: Node, file: str, tables: Act, importer: Importer) -> Bom:
    """Return a list of materials.

    Parameters
    ----------
    tree : Node
        The parsed file.
    file : str
        What messages call it.
    tables : Act
        Knows ACT's names of processes, places and materials.
    importer : callable
        Takes the name of an imported file and returns its tree and what messages call it.

    Raises
    ------
    InputError
        With the place of every fault.
    """
    reader = _Reader(tables)
    components = reader.components(tree, file, "")
    head = tree if isinstance(tree, Map) else {}
    reader.root, reader.file = tree, file
    for prefix, name in reader.imports(head):
        try:
            inner, inner_file = importer(name)
        except InputError as error:
            at = place_of(tree, ("imports", prefix))
            said = "; ".join(problem.message for problem in error.problems)
            reader.problems.append(Problem(file, at.line, at.col, f"imports: {name}: {said}"))
            continue
        components += reader.components(inner, inner_file, f"{prefix}.")
    name = reader.named(("name",), head.get("name") or "list")
    if reader.problems:
        raise InputError(reader.problems)
    if not components:
        raise InputError([Problem(file, 1, 1, "the list names no component: it needs silicon, "
                                              "passives or materials")])  # fmt: skip
    return Bom(name, tuple(components), reader.unread)


class _Reader:
    """Reads lists and collects what is wrong with them."""

    def __init__(self, tables: Act) -> None:
        self.tables = tables
        self.problems: list[Problem] = []
        self.root: Node = None
        self.file = ""
        self.unread: tuple[str, ...] = ()

    def problem(self, at: tuple[Any, ...], message: str, *, key: bool = False) -> None:
        place = place_of(self.root, at, key=key)
        self.problems.append(
            Problem(self.file, place.line, place.col, message, ".".join(map(str, at)))
        )

    def named(self, at: tuple[Any, ...], raw: Any) -> str:
        """Return a name that reports can show: printable, and no formula."""
        try:
            return name_of(raw)
        except ValueError as error:
            self.problem(at, str(error), key=bool(at) and at[0] != "name")
            return ""

    def imports(self, head: dict[str, Any]) -> list[tuple[str, str]]:
        """Return the prefixes and files of the imports."""
        imports = head.get("imports")
        if imports is None:
            return []
        if not isinstance(imports, Map):
            self.problem(("imports",), "imports: a mapping of names to files is wanted here")
            return []
        files = []
        for prefix, name in imports.items():
            if isinstance(name, str):
                files.append((self.named(("imports", prefix), prefix), str(name)))
            else:
                self.problem(("imports", prefix), "imports: the name of a file is wanted here")
        return files

    def components(self, tree: Node, file: str, prefix: str) -> list[Component]:
        self.root, self.file = tree, file
        if not isinstance(tree, Map):
            self.problem((), "a mapping with silicon, passives or materials is wanted here")
            return []
        components = []
        if prefix and tree.get("imports") is not None:
            self.unread = (*self.unread, file)
        for key in tree:
            if key not in _HEAD:
                self.problem((key,), f"unknown key `{key}`{did_you_mean(key, _HEAD)}", key=True)
        for section in SECTIONS:
            parts = tree.get(section)
            if parts is not None and not isinstance(parts, Map):
                self.problem((section,), f"{section}: a mapping of names to components is wanted")
                continue
            for name, node in (parts or {}).items():
                self.named((section, name), name)
                component = self.component(section, name, node, prefix)
                if component is not None:
                    components.append(component)
        return components

    def component(self, section: str, name: str, node: Any, prefix: str) -> Component | None:
        at = (section, name)
        if not isinstance(node, Map):
            self.problem(at, f"{name}: a mapping of keys to values is wanted here")
            return None
        before = len(self.problems)
        kind = self.kind(section, at, node)
        words: dict[str, str] = {}
        amounts: dict[str, Value] = {}
        is_silicon = section == "silicon"
        known = _SILICON if is_silicon else _OTHER
        dimensions = _SILICON_AMOUNTS if is_silicon else _OTHER_AMOUNTS
        for key, raw in node.items():
            if key not in known:
                self.problem((*at, key), f"unknown key `{key}`{did_you_mean(key, known)}", key=True)
            elif not isinstance(raw, str):
                self.problem((*at, key), f"{key}: one value is wanted here")
            elif key not in dimensions:
                words[key] = str(raw)
            else:
                try:
                    amounts[key] = _amount(raw, key, dimensions[key])
                except ValueError as error:
                    self.problem((*at, key), f"{key}: {error}")
        if len(self.problems) > before or kind is None:
            return None
        self.names(at, kind, words)
        path = ".".join(at)
        component = Component(section, prefix + name, kind, words, amounts, path)
        return component if len(self.problems) == before else None

    def kind(self, section: str, at: tuple[str, ...], node: Map) -> str | None:
        """Return the model or the category of a component."""
        key, known = ("model", tuple(_MODELS)) if section == "silicon" else (
            "category", _CATEGORIES[section]
        )  # fmt: skip
        word = str(node.get(key, "logic" if section == "silicon" else ""))
        if not word:
            self.problem(at, f"{at[-1]}: `category` is missing: one of {', '.join(known)}")
        elif word not in known:
            close = did_you_mean(word, known)
            self.problem((*at, key), f"{key}: `{word}` is not one of {', '.join(known)}{close}")
        else:
            return _MODELS[word] if section == "silicon" else word
        return None

    def names(self, at: tuple[str, ...], kind: str, words: dict[str, str]) -> None:
        """Check names that ACT's tables must have."""
        asked = _FAMILIES.get(kind, {})
        for key, family in asked.items():
            if key not in words and family != "capacitor":
                start = "; there are" if key == "process" else ":"
                names = ", ".join(self.tables.names(family))
                self.problem(at, f"{at[-1]}: `{key}` is missing{start} {names}")
        if words.get("gpa", "97") not in ABATEMENTS:
            self.problem((*at, "gpa"), f"gpa: `{words['gpa']}` is not one of 95, 97, 99")
        for key, family in {**asked, "fab_ci": "grid"}.items():
            if key in words:
                known = self.tables.names(family)
                word = material(words[key]) if family == "material" else words[key]
                if word not in known:
                    close = did_you_mean(word, known)
                    self.problem((*at, key), f"{key}: ACT has no {family} `{words[key]}`{close}; "
                                             f"there are {', '.join(known)}")  # fmt: skip


def material(word: str) -> str:
    """Return ACT's spelling of a material."""
    return ALUMINIUM if word.lower() in SPELLINGS else word


def _amount(raw: Any, key: str, dimension: Dimension) -> Value:
    """Read a number as ACT writes it: with a unit after it, powers with ** or ^."""
    text = str(raw).strip()
    for word, unit in _WORDS.items():
        text = re.sub(rf"\b{word}s?\b", unit, text)
    text = re.sub(r"\s*(\*\*|\^)\s*2(\.0*)?\b", "2", text)
    number = units.parse(text, dimension)
    if isinstance(number, Range):
        raise ValueError(f"`{raw}`: one number is wanted, no range")
    if number < 0:
        raise ValueError(f"`{raw}`: must not be negative")
    if key == "fab_yield" and not 0 < number <= 1:
        raise ValueError(f"`{raw}`: a yield lies above 0 and is at most 1")
    if key in ("n_ics", "quantity", "layers") and number != int(number):
        raise ValueError(f"`{raw}`: a whole number is wanted")
    if key == "layers" and number < 1:
        raise ValueError(f"`{raw}`: a board has one layer or more")
    place = getattr(raw, "place", None)
    return Value(number, dimension.unit, line=place.line if place else None)
