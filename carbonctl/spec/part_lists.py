"""Checks a list of parts, each by the model of its kind, and lists within lists."""

from typing import Any

from carbonctl.errors import Problem
from carbonctl.numbers.values import Value
from carbonctl.spec import parts as p
from carbonctl.spec.fields import Names
from carbonctl.spec.systems import Part
from carbonctl.spec.tree import Map, Node, Seq, copy_of
from carbonctl.spec.validation import Checker, Loc
from carbonctl.text import did_you_mean

_EXAMPLE = "a part is a mapping such as {kind: logic, area: 814 mm2, node: 5 nm}"


def check_parts(
    node: Any, root: Node, file: str, at: Loc, names: Names | None, *, sourced: bool = False
) -> tuple[tuple[Part, ...], list[Problem]]:
    """Check a list of parts that stands at ``at`` in ``root``.

    With ``sourced`` each figure must name its source, as in records.

    Returns
    -------
    parts, problems
        The parts that are in order, and every fault of the others.
    """
    checker = _Checker(root, file, names, sourced)
    return checker.parts(at, node), checker.problems


class _Checker(Checker):
    """Checks lists of parts and collects what is wrong with them."""

    def __init__(self, root: Node, file: str, names: Names | None, sourced: bool) -> None:
        super().__init__(root, file, names)
        self.sourced = sourced

    def parts(self, at: Loc, node: Any) -> tuple[Part, ...]:
        if not isinstance(node, Seq) or not node:
            self.problem(at, "parts: a list of parts is wanted here, each after a `-`")
            return ()
        checked = [self.part((*at, place), item) for place, item in enumerate(node)]
        names = (part.name if part else None for part in checked)
        self.unique(at, names, "a second part named `{}` in this list")
        return tuple(part for part in checked if part is not None)

    def part(self, at: Loc, item: Any) -> Part | None:
        if not isinstance(item, Map):
            self.problem(at, _EXAMPLE)
            return None
        data = copy_of(item)
        kind = item.get("kind", _kind(item))
        if kind is not None and not isinstance(kind, str):
            self.problem((*at, "kind"), f"kind: one word is wanted here: {', '.join(p.KINDS)}")
            return None
        if kind not in p.KINDS:
            known = ", ".join(p.KINDS)
            if kind is None:
                self.problem(at, f"`kind` is missing: one of {known}")
            else:
                close = did_you_mean(str(kind), p.KINDS)
                message = f"unknown kind of part `{kind}`{close}; there are {known}"
                self.problem((*at, "kind"), message)
            return None
        data["kind"] = str(kind)
        if kind == p.GROUP and "parts" in data:
            before = len(self.problems)
            data["parts"] = self.parts((*at, "parts"), data["parts"])
            if len(self.problems) > before:
                return None
        part = self.validate(p.KINDS[kind], data, at)
        if part is not None and self.sourced and part.source is None:
            self.sources(at, part)
        return part

    def sources(self, at: Loc, part: Part) -> None:
        """Refuse figures of a record without a source; counts are a matter of the list."""
        for name, field in type(part).model_fields.items():
            value = getattr(part, name)
            if isinstance(value, Value) and value.source is None and name not in _COUNTS:
                key = field.alias or name
                said = f"{key}: say who says so, by `source` of the part or of the figure"
                self.problem((*at, key), said)


_COUNTS = ("count", "packages", "layers")


def _kind(item: Map) -> str | None:
    """Return the kind of a part that says it by another key."""
    keys = {"parts": p.GROUP, "device": p.DEVICE, "host": p.HOST}
    return next((kind for key, kind in keys.items() if key in item), None)
