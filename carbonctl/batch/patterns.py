"""Workloads that differ in their figures and names alone are accounted for by one function.

Streams hold many that are alike. The text of each is cut into its fixed parts and its holes:
the figures, the name, and in JSON the names of activities. When the same parts come a second
time, that workload is accounted for once in symbols, which gives a function from what stands in
the holes to finished lines (`carbonctl.batch.example`). It is tried on another workload before it
is trusted, and answers only where every condition holds that its example met; all else goes
the ordinary way.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from carbonctl.batch.example import CUTTERS, Example, Plan, Wanted
from carbonctl.errors import Caution, InputError
from carbonctl.inputs.documents import Document
from carbonctl.spec.fields import name_of
from carbonctl.spec.scalars import MAX_NAME
from carbonctl.spec.tree import NULLS

MAX_BYTES = 16 * 1024  # of a workload; a larger one is worth its own account
_LONGEST = 40  # characters of a figure that is filled in; a longer one goes the ordinary way
_MOST = 256  # functions that are kept
_MOST_SEEN = 4096
_TRIES = 64  # to make functions of the same fixed parts
_TRIAL, _WORTH = 64, 4  # functions made before it is asked whether they are used
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 ,._()/-]*[A-Za-z0-9)])?")  # taken for a name at once
_OVER_PHASES = re.compile(r"\s*phases\b")
_FAULTS = (ValueError, ArithmeticError, InputError)
_ODD = b"\\\r\x0b\x0c\x1c\x1d\x1e\x7f"


class Filled(NamedTuple):
    """The finished lines of one workload for each output, its warnings, and its entries."""

    texts: tuple[str, ...]
    warnings: tuple[Caution, ...]
    entries: int


class _Reading(NamedTuple):
    """What the holes of some fixed parts are.

    ``name`` is the place of the workload's name, None where it is fixed; ``bound`` are those
    that are neither that nor a figure, and have to be equal.
    """

    name: int | None
    bound: tuple[int, ...]


# The functions of workloads that share their fixed parts: by what the holes are, then by what
# stands in those that are bound.
_Pattern = dict[_Reading, dict[tuple[str, ...], list[Plan]]]


class Patterns:
    """What was learnt of the workloads that came before.

    Parameters
    ----------
    wanted : Wanted
        What is done with each.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.quotes = wanted.quotes
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
        data = document.data
        if not data.isascii() or len(data.translate(None, _ODD)) < len(data):
            return None  # what is no character to the parser moves what stands behind it
        text = data.decode()
        parts = CUTTERS[text.startswith("{")].split(text)
        holes = parts[2::3]
        if len(max(holes, key=len, default="")) > _LONGEST and _has_long_figure(holes):
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
                    is_other = holes != plan.holes  # the very same is no trial, and needs none
                    if is_other and not plan.is_tried and texts != self.wanted.texts(one):
                        known.remove(plan)
                        break
                    plan.is_tried = plan.is_tried or is_other
                    self.used += 1
                    *lines, warnings = texts
                    return Filled(tuple(lines), plan.warnings(warnings), plan.entries)
            except _FAULTS:
                continue  # the ordinary way says what is wrong
        return None

    def _may_learn(self, key: int) -> bool:
        """Whether some fixed parts came before, and not too often without being of use."""
        if len(self.seen) >= _MOST_SEEN and key not in self.seen:
            self.seen.clear()
        times = self.seen[key] = self.seen.get(key, 0) + 1
        return 1 < times <= _TRIES

    def _learn(self, key: tuple[str, ...], text: str, holes: list[str], one: Document) -> None:
        """Make a function of a workload, and keep it if it gives what the ordinary way gives."""
        self.made += 1
        has_names = not any(_OVER_PHASES.match(override) for override in self.wanted.overrides)
        for may_name in (True, False) if has_names else (False,):
            example = Example(text, holes, one, self.wanted)
            try:
                found = example.plan(may_name=may_name)
                break
            except Exception:  # noqa: BLE001, S112 - symbols went where only numbers can go
                continue
        else:
            return
        if self.kept >= _MOST:
            self.patterns.clear()
            self.kept = 0
        self.kept += 1
        reading = _Reading(example.name, example.bound)
        plans = self.patterns.setdefault(key, {}).setdefault(reading, {})
        plans.setdefault(tuple([holes[place] for place in example.bound]), []).append(found)


def _has_long_figure(holes: list[str]) -> bool:
    return any(len(hole) > _LONGEST and hole[0].isdigit() for hole in holes)


def _is_plain(name: str) -> bool:
    """Whether a name is one, and makes no other kind of document of a workload."""
    if name in NULLS or "carbonctl." in name:
        return False
    is_short = len(name) <= MAX_NAME
    return bool(is_short and _PLAIN.fullmatch(name)) or name_of(name) == name
