"""Changes of a workload that are tried one by one, and ranked by what each saves alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from carbonctl.account.changes import NONE, Changes
from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.levers.rows import NO_FIGURES, LeverRow, by_saving, row, saved_ends, sums
from carbonctl.errors import InputError
from carbonctl.ledger.result import Result
from carbonctl.ledger.unknowns import Key
from carbonctl.spec.tree import Map


class Candidate(NamedTuple):
    """A change that may be worth while.

    Attributes
    ----------
    name : str
        What tables call it.
    overrides : tuple of str
        ``PATH=VALUE``.
    edit : callable or None
        Changes the tree, as `carbonctl.analysis.accounts.Accounts.account` takes it.
    changes : Changes
        Of the activity data.
    same : mapping
        What scaled figures are uncertain about, as `carbonctl.analysis.levers.pull.Pull` has it.
    assumption : str
        What it rests on.
    on, divides, source : str
        As in a row.
    """

    name: str
    overrides: tuple[str, ...] = ()
    edit: Callable[[Map], None] | None = None
    changes: Changes = NONE
    same: Mapping[str, Key] = NO_FIGURES
    assumption: str = ""
    on: str = ""
    divides: str = ""
    source: str = ""


class Tried(NamedTuple):
    """A candidate with the account that it makes and its row, whose saving is that alone."""

    candidate: Candidate
    result: Result
    row: LeverRow


class Ranking(NamedTuple):
    """What came of some candidates.

    Attributes
    ----------
    base : Result
        The account as it is.
    tried : tuple of Tried
        Those that could be pulled, the largest saving first; rows are numbered in that order.
    refused : tuple of (Candidate, InputError)
        The others, and why.
    """

    base: Result
    tried: tuple[Tried, ...]
    refused: tuple[tuple[Candidate, InputError], ...]


def ranking(
    accounts: Accounts, candidates: Iterable[Candidate], base: Result | None = None
) -> Ranking:
    """Try each candidate alone and rank them by saving.

    Parameters
    ----------
    accounts : Accounts
        Of the workload.
    candidates : iterable of Candidate
        What is tried.
    base : Result, optional
        The account as it is, where it is made already.

    Raises
    ------
    InputError
        Where the workload as it is is not in order.
    """
    whole = accounts.account() if base is None else base
    original = sums(whole)
    tried: dict[LeverRow, Tried] = {}
    refused: list[tuple[Candidate, InputError]] = []
    for number, candidate in enumerate(candidates, 1):
        try:
            result = accounts.account(candidate.overrides, candidate.edit, candidate.changes)
        except InputError as error:
            refused.append((candidate, error))
            continue
        saved = original.less(sums(result))
        low, high = saved_ends(whole, result, same_after=candidate.same)
        line = row(
            number, candidate.name, original, saved, original,
            on=candidate.on, divides=candidate.divides, source=candidate.source,
            alone_kgco2e=saved.total_kgco2e, saved_low_kgco2e=low, saved_high_kgco2e=high,
        )  # fmt: skip
        tried[line] = Tried(candidate, result, line)
    ordered = by_saving(tried)
    return Ranking(
        whole,
        tuple(
            tried[line]._replace(row=line._replace(order=place))
            for place, line in enumerate(ordered, 1)
        ),
        tuple(refused),
    )
