"""The report of the levers of one workload: what each saves, in which order, and what to know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.levers import attribution as shares
from carbonctl.analysis.levers import remarks
from carbonctl.analysis.levers.effects import Effect
from carbonctl.analysis.levers.pulls import Pulls
from carbonctl.analysis.levers.rows import (
    ALL_LEVERS,
    LeverRow,
    Saving,
    added_kgco2e,
    as_it_is,
    row,
    saved_ends,
    sums,
)
from carbonctl.analysis.levers.targets import NothingThere, scope
from carbonctl.errors import Caution, InputError, Problem, UsageError
from carbonctl.ledger.result import Result


class LeverLine(NamedTuple):
    """One lever in a report.

    Attributes
    ----------
    row : LeverRow
        Its figures.
    touches : str
        What it changes, in words.
    relative, printed : float or None
        Of a published lever of a figure that shows several: the electricity of what it works on
        before it is pulled, over that at the end; and what the publication prints for it.
    payback : Payback or None
        After how much of the work what it adds once is paid back, by what it saves after those
        before it, however the saving is divided.
    without_rebound_kgco2e : float or None
        What it would save after those before it if demand stayed as it is.
    """

    row: LeverRow
    touches: str
    relative: float | None = None
    printed: float | None = None
    payback: remarks.Payback | None = None
    without_rebound_kgco2e: float | None = None


class Report(NamedTuple):
    """The levers of one workload.

    Attributes
    ----------
    file, name : str
        The input, and the workload.
    attribution : str
        One of `carbonctl.analysis.levers.attribution.ATTRIBUTIONS`.
    is_ranked : bool
        Whether the levers are in the order of what each saves next.
    base, end : Result
        The accounts as it is, and with all levers.
    original : LeverRow
        The workload as it is.
    lines : tuple of LeverLine
        A line a lever, in their order.
    total : LeverRow
        All levers together.
    alone_kgco2e : float or None
        The sum of what each saves alone, which is no total.
    market : tuple
        The market-based totals before and after [kgCO2e].
    assumptions : tuple of str
        What the levers take for granted.
    notes : tuple of Caution
        What the user should know.
    refused : tuple of Problem
        What is wrong with levers that are left out.
    """

    file: str
    name: str
    attribution: str
    is_ranked: bool
    base: Result
    end: Result
    original: LeverRow
    lines: tuple[LeverLine, ...]
    total: LeverRow
    alone_kgco2e: float | None
    market: tuple[float | None, float | None]
    assumptions: tuple[str, ...]
    notes: tuple[Caution, ...]
    refused: tuple[Problem, ...]


def report(
    accounts: Accounts,
    names: Sequence[str] = (),
    attribution: str = shares.STEPS,
    *,
    is_ranked: bool = False,
) -> Report:
    """Pull the levers of a workload one after the other.

    A lever that the workload refuses is reported, and the others still come.

    Parameters
    ----------
    accounts : Accounts
        Of the workload.
    names : sequence of str
        The levers that are pulled; all unless given.
    attribution : str
        How the saving is divided among them.
    is_ranked : bool
        Whether the one that saves most comes next, and not in the order of the file.

    Raises
    ------
    InputError
        Where the workload is not in order, there are no levers or not those that are named, or
        the attribution is not one of theirs.
    UsageError
        For Shapley's value of more levers than `carbonctl.analysis.levers.attribution.MOST`.
    """
    pulls = Pulls(accounts)
    numbers = pulls.numbers(names) if names else [effect.number for effect in pulls.effects]
    if attribution == shares.SHAPLEY and len(numbers) > shares.MOST:
        raise UsageError(
            f"--attribute {shares.SHAPLEY} takes at most {shares.MOST} levers, as it makes 2ⁿ "
            f"accounts, and these are {len(numbers)}; use --attribute {shares.STEPS}"
        )
    return _Reporter(pulls, attribution, is_ranked=is_ranked).report(numbers)


class _Reporter:
    """Makes the report of some levers."""

    def __init__(self, pulls: Pulls, attribution: str, *, is_ranked: bool) -> None:
        self.pulls = pulls
        self.attribution = attribution
        self.is_ranked = is_ranked
        self.refused: list[Problem] = []
        self.known: dict[frozenset[int], Saving] = {}

    def sums(self, chosen: frozenset[int]) -> Saving:
        """Return the sums of the account with some levers pulled."""
        if chosen not in self.known:
            self.known[chosen] = sums(self.pulls.account(chosen).result)
        return self.known[chosen]

    def sums_or_refused(self, chosen: frozenset[int]) -> Saving | None:
        """Return the same; None where the workload refuses them, which is noted."""
        try:
            return self.sums(chosen)
        except InputError as error:
            self.refused += error.problems
            return None

    def report(self, numbers: Sequence[int]) -> Report:
        """Return the report of some levers."""
        order = self.accepted(numbers)
        if not order:
            raise InputError(self.refused)
        if self.is_ranked:
            order = shares.ranked(order, self.sums)
        whole = frozenset(order)
        base, pulled = self.pulls.base, self.pulls.account(whole)
        end = pulled.result
        saved = self.attributed(order)
        original, all_saved = self.sums(frozenset()), self.sums(frozenset()).less(self.sums(whole))
        lines = []
        before = original
        for place, (_number, own) in enumerate(zip(order, saved, strict=True)):
            lines.append(self.line(place, order, before, own, all_saved))
            before = before.less(own)
        low, high = saved_ends(base, end, same_after=pulled.same)
        total = row(
            None, ALL_LEVERS, original, all_saved, original,
            added_kgco2e=_sum(line.row.added_kgco2e for line in lines),
            rebound_kgco2e=_sum(line.row.rebound_kgco2e for line in lines),
            share=1.0 if all_saved.total_kgco2e else None,
            saved_low_kgco2e=low, saved_high_kgco2e=high,
        )  # fmt: skip
        effects = [self.pulls.effects[number] for number in order]
        alone = [line.row.alone_kgco2e for line in lines]
        return Report(
            self.pulls.accounts.label, base.name, self.attribution, self.is_ranked, base, end,
            as_it_is(original), tuple(lines), total,
            None if None in alone else _sum(alone),
            (original.total_market_kgco2e, self.sums(whole).total_market_kgco2e),
            tuple(remarks.assumptions(effects)),
            tuple(remarks.notes(effects, [line.row for line in lines])),
            tuple(dict.fromkeys(self.refused)),
        )  # fmt: skip

    def accepted(self, numbers: Sequence[int]) -> list[int]:
        """Return the levers that can be pulled, alone and after those before them."""
        order: list[int] = []
        for number in numbers:
            if self.sums_or_refused(frozenset((number,))) is None:
                continue
            if self.sums_or_refused(frozenset((*order, number))) is not None:
                order.append(number)
        return order

    def attributed(self, order: Sequence[int]) -> list[Saving]:
        """Return what each lever saves, as it is asked for."""
        if self.attribution == shares.SHAPLEY:
            return shares.by_shapley(order, self.sums)
        if self.attribution == shares.LOGARITHMIC:
            try:
                return shares.by_logarithms(order, self.sums, self.pulls.effects, self.reach)
            except shares.NotByLogarithms as fault:
                said = f"{fault.message}; use --attribute {shares.STEPS}"
                raise InputError([self.pulls.problem(fault.effect.at(), said)]) from None
        return shares.in_steps(order, self.sums)

    def line(
        self, place: int, order: Sequence[int], before: Saving, own: Saving, all_saved: Saving
    ) -> LeverLine:
        """Return one lever after those before it."""
        number = order[place]
        effect = self.pulls.effects[number]
        earlier, chosen = frozenset(order[:place]), frozenset(order[: place + 1])
        before_it, then = self.pulls.account(earlier), self.pulls.account(chosen)
        first = before_it.result
        original = self.sums(frozenset())
        alone = original.less(self.sums(frozenset((number,)))).total_kgco2e
        left_out = self.left_out(order, number)
        is_by_step = self.attribution == shares.STEPS
        low, high = None, None
        if is_by_step:
            low, high = saved_ends(first, then.result, before_it.same, then.same)
        paths = then.added.get(number, set())
        added = added_kgco2e(then.result, paths) if paths else 0.0
        rebound = self.taken_back(effect, earlier, chosen)
        share = None
        if own.total_kgco2e is not None and all_saved.total_kgco2e:
            share = own.total_kgco2e / all_saved.total_kgco2e
        made = row(
            place + 1, effect.name, before, own, original,
            on="; ".join(effect.lever.on or ()), divides=remarks.divides(effect),
            added_kgco2e=added, rebound_kgco2e=rebound, alone_kgco2e=alone,
            left_out_kgco2e=left_out, share=share, saved_low_kgco2e=low, saved_high_kgco2e=high,
            source=remarks.source(effect),
        )  # fmt: skip
        reach = self.reach(effect)
        saved_alone = self.pulls.account(frozenset((number,))).result
        step = self.sums(earlier).less(self.sums(chosen)).total_kgco2e
        without = None if not rebound or step is None else step + rebound
        return LeverLine(
            made,
            remarks.touches(effect, self.pulls.base, saved_alone),
            *self.relative(effect, order, first, reach),
            remarks.payback(added, step, then.result, reach),
            without,
        )

    def left_out(self, order: Sequence[int], number: int) -> float | None:
        """Return what is lost where all levers but one are pulled."""
        whole = frozenset(order)
        rest = self.sums_or_refused(whole - {number})
        return None if rest is None else rest.less(self.sums(whole)).total_kgco2e

    def taken_back(
        self, effect: Effect, earlier: frozenset[int], chosen: frozenset[int]
    ) -> float | None:
        """Return what demand takes back of what a lever saves at its step."""
        if effect.lever.rebound is None and effect.lever.elasticity is None:
            return 0.0
        plain = sums(self.pulls.account(chosen, effect.number).result)
        return self.sums(chosen).less(plain).total_kgco2e

    def reach(self, effect: Effect) -> tuple[str, ...]:
        """Return the paths of the activities that a lever works on in the workload as it is."""
        try:
            return tuple(t.path for t in scope(self.pulls.tree, effect.lever.on).activities)
        except NothingThere:  # it works on what another one adds
            return ()

    def relative(
        self, effect: Effect, order: Sequence[int], first: Result, reach: tuple[str, ...]
    ) -> tuple[float | None, float | None]:
        """Return the electricity before a published lever over that at the end, and as printed."""
        published = effect.published
        if published is None or published.level is None or not effect.scaled:
            return None, None
        end = self.pulls.account(frozenset(order)).result
        ours, last = (remarks.electricity(result, reach) for result in (first, end))
        if not last:
            return None, None
        group = [
            other.id
            for other in self.pulls.accounts.catalog.levers.values()
            if (other.where, other.source) == (published.where, published.source)
        ]
        effects = [self.pulls.effects[number] for number in order]
        as_published = [e for e in effects if e.is_as_published]
        pulled = [e.published.id for e in as_published if e.published and e.published.id in group]
        own = {e.lever.on for e in as_published if e.published and e.published.id in group}
        is_whole = pulled == group and len(own) == 1
        return ours / last, published.level if is_whole else None


def _sum(figures: object) -> float | None:
    """Return the sum of some figures; None where one is unknown."""
    known = list(figures)  # type: ignore[call-overload]
    return None if None in known else float(sum(known))
