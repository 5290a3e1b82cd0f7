"""A budget: a YAML file of rules, with the lists ``fail:`` and ``warn:``."""

from collections.abc import Collection
from typing import Any

from carbonctl.analysis.gates.conditions import RuleFault
from carbonctl.analysis.gates.grammar import KEYS, Rule, read_rule
from carbonctl.errors import InputError, Problem
from carbonctl.spec.tree import Map, Place, Seq, Text, decode, parse
from carbonctl.text import did_you_mean, few_searches

_LISTS = ("fail", "warn")
_EXAMPLE = "`fail: [total_kgco2e > 10 t]`"


def read_budget(
    data: bytes, file: str, keys: Collection[str] = KEYS
) -> tuple[list[Rule], list[Rule]]:
    """Return the rules that fail and the rules that warn, of a budget in YAML or JSON.

    ``keys`` are those that rules can be over.

    Raises InputError with every fault of the file and of its rules; for a budget without rules,
    too.
    """
    with few_searches():
        return _Reader(decode(data, file), file, keys).read()


class _Reader:
    """Reads one budget and collects its problems."""

    def __init__(self, text: str, file: str, keys: Collection[str] = KEYS) -> None:
        self.of = keys
        self.file = file
        self.lines = text.splitlines()
        self.problems: list[Problem] = []
        self.tree = parse(text, file, problems=self.problems)

    def problem(self, place: Place, message: str, path: str = "") -> None:
        self.problems.append(Problem(self.file, place.line, place.col, message, path))

    def read(self) -> tuple[list[Rule], list[Rule]]:
        start = Place(1, 1)
        if not isinstance(self.tree, Map):
            self.problem(start, f"a budget is a mapping of lists of rules: {_EXAMPLE}")
            raise InputError(self.problems)
        self.keys(self.tree)
        fails, warns = (self.rules(self.tree, name) for name in _LISTS)
        if not fails and not warns and not self.problems:
            self.problem(start, f"the budget holds no rule; give one: {_EXAMPLE}")
        if self.problems:
            raise InputError(self.problems)
        return fails, warns

    def keys(self, tree: Map) -> None:
        for key, place in tree.keys_at.items():
            if key not in _LISTS:
                close = did_you_mean(key, _LISTS)
                message = f"unknown key `{key}`{close}; there are {', '.join(_LISTS)}"
                self.problem(place, message, key)

    def rules(self, tree: Map, name: str) -> list[Rule]:
        if name not in tree:
            return []
        items = tree[name]
        if not isinstance(items, Seq):
            place = tree.keys_at[name] if items is None else items.place
            self.problem(place, f"{name}: a list of rules is wanted here, each after a `-`", name)
            return []
        read = [self.rule(item, items, f"{name}.{at}") for at, item in enumerate(items)]
        return [rule for rule in read if rule is not None]

    def rule(self, item: Any, items: Seq, path: str) -> Rule | None:
        if not isinstance(item, Text):
            place = items.place if item is None else item.place
            self.problem(place, "a rule is wanted here, such as total_kgco2e > +5%", path)
            return None
        try:
            return read_rule(item, self.of)
        except RuleFault as fault:
            self.problem(self.place(item, fault.column), fault.message, path)
            return None

    def place(self, rule: Text, column: int) -> Place:
        """Return where a column of a rule stands; the rule itself where it is not on one line."""
        line, col, *_ = rule.place
        written = self.lines[line - 1][col - 1 :]
        for quote in (0, 1):
            if written[quote:].startswith(rule):
                return Place(line, col + quote + column - 1)
        return rule.place
