"""The figures of an account as gates ask for them: best estimates, and samples."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from carbonctl.ledger.entry import BOUNDS, SUMS, Entry
from carbonctl.ledger.ranks import merged
from carbonctl.ledger.samples import DRAWS
from carbonctl.ledger.sums import total
from carbonctl.ledger.terms import Same, Term, term, varies
from carbonctl.ledger.unknowns import Rank

if TYPE_CHECKING:
    from carbonctl.ledger.result import Result


class Sampling(NamedTuple):
    """How unknowns are drawn: how often, by which seed, and which of them go together.

    ``same`` are unknowns that are others under another name.
    """

    n: int = DRAWS
    seed: int = 1
    ranks: tuple[Rank, ...] = ()
    same: Same = {}  # noqa: RUF012


def sampling_of(results: Sequence[Result]) -> Sampling:
    """Return how the unknowns of some results are drawn: by the seed of the first of them."""
    if not results:
        return Sampling()
    first = results[0]
    count = first.samples.n if first.samples else DRAWS
    ranks = merged(result.uncertainty.ranks for result in results)
    return Sampling(count, first.uncertainty.seed, ranks)


class Figures:
    """The sums of some entries, by phase and key, of one row of entries with columns.

    Their spread is known unless a saved result has lost its spec; a row has none of its own.
    ``workloads`` says of each entry what tells given figures of its workload from those of others.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        is_known: bool = True,
        row: int | None = None,
        sampling: Sampling | None = None,
        workloads: Sequence[str] = (),
    ) -> None:
        self.entries = entries
        self.is_known = is_known and row is None
        self.row = row
        self.sampling = sampling or Sampling()
        self.workloads = workloads or [""] * len(entries)
        self.drawn: dict[tuple[str | None, str], Sequence[float] | None] = {}

    def figure(self, phase: str | None, key: str) -> float | None:
        """Return one sum; None where it is unknown."""
        number = total(of_phase(self.entries, phase), key)
        if self.row is None:
            return number
        from carbonctl.numbers.columns import take

        return take(number, self.row)

    def samples(self, phase: str | None, key: str) -> Sequence[float] | None:
        """Return equally likely values of one sum; None where they are unknown.

        An unknown that two accounts share has the same values in both.
        """
        if (phase, key) not in self.drawn:
            self.drawn[phase, key] = self._samples(phase, key) if self.is_known else None
        return self.drawn[phase, key]

    def _samples(self, phase: str | None, key: str) -> Sequence[float] | None:
        if not varies(key):
            return None
        from carbonctl.analysis.points import samples  # numpy, for rules over draws alone

        drawn: list[float] | None = None
        with suppress(ArithmeticError, ValueError):
            summed = self._terms(phase, key)
            if summed is not None:
                count, seed, ranks, _ = self.sampling
                drawn = samples(summed, count, seed, ranks=ranks).tolist()
        return drawn

    def _terms(self, phase: str | None, key: str) -> list[Term] | None:
        """Return one sum as terms; None where an entry is unknown."""
        boundary, column = SUMS[key]
        figures = [
            term(entry, column, 1.0, workload, self.sampling.same)
            for entry, workload in zip(self.entries, self.workloads, strict=True)
            if phase in (None, entry.phase) and boundary in (None, entry.boundary)
        ]
        known = [figure for figure in figures if figure is not None]
        return known if len(known) == len(figures) else None


def of_phase(entries: Sequence[Entry], phase: str | None) -> list[Entry]:
    """Return the entries of one phase, or all."""
    return [entry for entry in entries if phase in (None, entry.phase)]


def figure_of(result: Result, phase: str | None, key: str) -> Any:
    """Return one sum over an account or a phase of it, in all its rows; None where it is unknown.

    The ends of the range are those of the result, with what goes together in it.
    """
    if key in BOUNDS:
        return getattr(result.total if phase is None else result.phases[phase], key)
    return total(of_phase(result.booked, phase), key)
