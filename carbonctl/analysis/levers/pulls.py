"""Accounts of one workload with some of its levers pulled, each made once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.levers.effects import Effect, read
from carbonctl.analysis.levers.pull import Pull, added_paths
from carbonctl.errors import InputError, Problem
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.result import Result
from carbonctl.ledger.unknowns import Key
from carbonctl.spec.tree import Map
from carbonctl.spec.validation import Loc, problem_at
from carbonctl.text import did_you_mean

ALL = "all"
_HEAD = ("version", "name", "functional_unit")  # of a spec
Chosen = frozenset[int]
NONE: Chosen = frozenset()


class Made(NamedTuple):
    """An account with some levers pulled.

    Attributes
    ----------
    result : Result
        The account.
    added : dict
        By the number of a lever, the paths of the activities that it added.
    same : mapping
        What scaled figures are uncertain about, as `carbonctl.analysis.levers.pull.Pull` has it.
    """

    result: Result
    added: dict[int, set[str]]
    same: Mapping[str, Key]


class Pulls:
    """Makes the accounts of a workload with any of its levers pulled.

    Parameters
    ----------
    accounts : Accounts
        Of the workload, with what always holds.

    Attributes
    ----------
    effects : list of Effect
        What its levers do, in the order of the file.
    tree : Map
        The workload as it stands.

    Raises
    ------
    InputError
        Where the workload or its levers are not in order.
    """

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self.made: dict[tuple[Chosen, int | None], Made | InputError] = {}
        self._of_sets: dict[Chosen, Result] = {}
        trees: list[Map] = []
        base = accounts.account(edit=trees.append)
        (self.tree,) = trees
        self.made[NONE, None] = Made(base, {}, {})
        self.effects = read(self.tree, accounts.file, accounts.catalog)
        self.expected = added_paths(self.effects, self.tree)

    @property
    def base(self) -> Result:
        """The account as it is."""
        return self.account(NONE).result

    def account(self, chosen: Chosen, plain: int | None = None) -> Made:
        """Return the account with some levers pulled, by their numbers.

        ``plain`` is one of them whose rebound is left out.

        Raises
        ------
        InputError
            Where they cannot be pulled, or the workload is not in order then.
        """
        key = (chosen, plain)
        if key not in self.made:
            try:
                self.made[key] = self._made(chosen, plain)
            except InputError as error:
                self.made[key] = error
        made = self.made[key]
        if isinstance(made, InputError):
            raise made
        return made

    def _made(self, chosen: Chosen, plain: int | None) -> Made:
        pull = self._pull(chosen, plain)
        result = self.accounts.account(edit=pull.edit, changes=pull.changes)
        return Made(result, pull.added, pull.same)

    def _pull(self, chosen: Chosen, plain: int | None) -> Pull:
        effects = [effect for effect in self.effects if effect.number in chosen]
        accounts = self.accounts

        def entries() -> Sequence[Entry]:
            return self._without_factors(effects).booked

        without = None if plain is None else self.effects[plain]
        return Pull(effects, self.expected, accounts.file, accounts.catalog, entries, without)

    def _without_factors(self, effects: Sequence[Effect]) -> Result:
        """Return the account with what some levers set and add, without their factors."""
        setting = [effect for effect in effects if effect.settings or effect.lever.adds]
        if not setting:
            return self.base
        chosen = frozenset(effect.number for effect in setting)
        if not any(effect.parts for effect in setting):
            return self.account(chosen).result
        if chosen not in self._of_sets:
            pull = self._pull(chosen, None)
            self._of_sets[chosen] = self.accounts.account(edit=pull.edit_without_factors)
        return self._of_sets[chosen]

    def numbers(self, names: Iterable[str]) -> list[int]:
        """Return the numbers of some levers, in the order of the file.

        Raises
        ------
        InputError
            For a name that none has, with the nearest.
        """
        wanted = [*names]
        known = {effect.name: effect.number for effect in self.effects}
        if ALL in wanted and ALL not in known:
            return [*known.values()]
        problems = []
        for name in wanted:
            if name not in known:
                near = did_you_mean(name, known) or f"; there are {', '.join(known)}"
                problems.append(self.problem(("levers",), f"no lever is named `{name}`{near}"))
        if problems:
            raise InputError(problems)
        return sorted({known[name] for name in wanted})

    def problem(self, at: Loc, message: str) -> Problem:
        """Return what is wrong at a place of the workload."""
        return problem_at(self.tree, self.accounts.file, at, message)


def pulled(accounts: Accounts, names: Sequence[str]) -> Result:
    """Return the account of a workload with some of its levers pulled, which its name says.

    Its spec is that of the workload with what they set and add. Where they have factors there is
    no such spec, and only the head of it.

    Raises
    ------
    InputError
        For a name that no lever has; where they cannot be pulled, or not together.
    """
    pulls = Pulls(accounts)
    numbers = pulls.numbers(names)
    result = pulls.account(frozenset(numbers)).result
    said = ", ".join(pulls.effects[number].name for number in numbers)
    result.name = f"{result.name} with {said}"
    if any(pulls.effects[number].scaled for number in numbers):
        result.spec = {key: part for key, part in result.spec.items() if key in _HEAD}
    return result
