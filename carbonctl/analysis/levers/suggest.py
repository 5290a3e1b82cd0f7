"""Levers that nobody has written: what a workload allows, tried one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.levers import remarks
from carbonctl.analysis.levers.effects import LEVERS, Effect, read
from carbonctl.analysis.levers.proposals import Proposal, proposals
from carbonctl.analysis.levers.pull import Pull
from carbonctl.analysis.levers.ranking import Candidate, Ranking, Tried, ranking
from carbonctl.analysis.levers.rows import LeverRow, as_it_is, sums
from carbonctl.ledger.result import Result
from carbonctl.spec.tree import Map, Seq, copy_of, parse

_ORIGIN = "--suggest"
_LEAST = 1e-9  # of the total; less is rounding


class Suggestion(NamedTuple):
    """One suggested lever.

    Attributes
    ----------
    row : LeverRow
        What it saves alone.
    assumption : str
        What has to hold for it.
    keys : mapping
        The lever as a file would have it.
    """

    row: LeverRow
    assumption: str
    keys: Mapping[str, Any]


class Suggested(NamedTuple):
    """The suggested levers of a workload, each by itself; they are never added up.

    Attributes
    ----------
    file, name : str
        The input, and the workload.
    base : Result
        The account as it is.
    original : LeverRow
        The workload as it is.
    lines : tuple of Suggestion
        What saves most first.
    """

    file: str
    name: str
    base: Result
    original: LeverRow
    lines: tuple[Suggestion, ...]


def suggested(accounts: Accounts) -> Suggested:
    """Return what may lower the carbon of a workload, what saves most first.

    Each is an account made again. What saves nothing, or what the workload refuses, is left out.

    Raises
    ------
    InputError
        Where the workload is not in order.
    """
    base = accounts.account()
    some = proposals(base, accounts.catalog)
    tried = ranking(accounts, _candidates(accounts, base, some), base)
    keys = {proposal.name: {"name": proposal.name, **proposal.keys} for proposal in some}
    lines = tuple(
        Suggestion(
            trial.row._replace(order=place), trial.candidate.assumption, keys[trial.candidate.name]
        )
        for place, trial in enumerate(_that_save(tried), 1)
    )
    return Suggested(accounts.label, base.name, base, as_it_is(sums(base)), lines)


def _that_save(tried: Ranking) -> Iterator[Tried]:
    """Yield those that save something, location- or market-based, and cost nothing."""
    total = tried.base.total.total_kgco2e or tried.base.total.operational_kgco2e or 0.0
    for trial in tried.tried:
        row = trial.row
        first = row.operational_saved_kgco2e if row.saved_kgco2e is None else row.saved_kgco2e
        savings = (first, row.operational_market_saved_kgco2e)
        if (first or 0.0) >= -_LEAST * total and any(
            saved is not None and saved > _LEAST * total for saved in savings
        ):
            yield trial


def _candidates(accounts: Accounts, base: Result, some: list[Proposal]) -> Iterator[Candidate]:
    """Yield proposals as changes of the tree and of activity data."""
    listed = [{"name": proposal.name, **proposal.keys} for proposal in some]
    nodes = parse(json.dumps(listed), accounts.file, _ORIGIN)
    assert isinstance(nodes, Seq)
    assert isinstance(accounts.tree, Map)
    tree = copy_of(accounts.tree)
    _propose(nodes, tree)
    for effect in read(tree, accounts.file, accounts.catalog) if some else ():
        pull = _pull(effect, accounts, base)
        yield Candidate(
            effect.name,
            edit=partial(_edit, nodes, pull),
            changes=pull.changes,
            same=pull.same,
            assumption=some[effect.number].assumption,
            on="; ".join(effect.lever.on or ()),
            divides=remarks.divides(effect),
        )


def _pull(effect: Effect, accounts: Accounts, base: Result) -> Pull:
    none = frozenset[str]()
    return Pull([effect], none, accounts.file, accounts.catalog, lambda: base.booked)


def _propose(nodes: Seq, tree: Map) -> None:
    """Put proposals in the place of the levers of a workload."""
    tree[LEVERS] = nodes
    tree.keys_at[LEVERS] = nodes.place


def _edit(nodes: Seq, pull: Pull, tree: Map) -> None:
    _propose(nodes, tree)
    pull.edit(tree)
