"""What a workload says of its ranges, carried into the inputs of an account that was made.

Formulas are worked out again from their inputs by name, so ranges, what matters most and draws
follow. Entries keep their best estimates: nothing that is said here changes one.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from carbonctl.account.accountant import keys_of
from carbonctl.account.journal import Journal
from carbonctl.errors import Caution
from carbonctl.factors.distributions import TWO_PIECE_LOGNORMAL
from carbonctl.ledger.unknowns import PUE, Uncertainty, distribution, is_certain, unknown_of
from carbonctl.numbers.values import Value
from carbonctl.spec.model import Workload

MOST_CUT = 0.05  # of a distribution outside what its figure can be, that is not worth a word
_PUE_ABOVE_1 = (
    f"a PUE is `{TWO_PIECE_LOGNORMAL}` by what it has above 1, so its low must be above 1"
)
Fault: TypeAlias = tuple[tuple[Any, ...], str, str]  # keys, path, message


class Said(NamedTuple):
    """What came of what a workload says: of its draws, and what is wrong with it."""

    uncertainty: Uncertainty
    faults: list[Fault]


def apply(workload: Workload, journal: Journal) -> Said:
    """Carry what a workload says of its ranges into the inputs of its account.

    Warns of distributions of which much lies outside what their figures can be.

    Raises
    ------
    NotOneNumber
        For an account with columns of a workload that says something.
    """
    block = workload.uncertainty
    faults: list[Fault] = []
    uncertainty = Uncertainty()
    if block is not None:
        from carbonctl.account.block import Pass  # few workloads have one
        from carbonctl.account.figures import Figures

        figures = Figures(workload, journal)
        uncertainty = Pass(block, figures, faults).work()
        figures.write(journal)
    faults += _check(workload, journal)
    return Said(uncertainty, faults)


def _check(workload: Workload, journal: Journal) -> list[Fault]:
    """Warn of what is cut off of given distributions; return those that cannot be."""
    faults: list[Fault] = []
    seen: set[str] = set()
    for entry in journal.entries:
        for value in entry.inputs:
            path = value.path or value.name
            if not value.distribution or value.status != "given" or path in seen:
                continue
            seen.add(path)
            if is_certain(value):
                continue
            if _is_below_1(value) or value.distribution == TWO_PIECE_LOGNORMAL != distribution(
                value
            ):
                faults.append((_keys(workload, path), path, f"{path}: {_PUE_ABOVE_1}"))
                continue
            first, last = unknown_of(value).span
            if (cut := 1 - (last - first)) > MOST_CUT:
                said = (
                    f"{cut * 100:.0f} % of its distribution lies outside what it can be; "
                    "what is left is taken as all of it"
                )
                journal.warn(Caution(said, path, kind="a distribution that is cut"))
    return faults


def _is_below_1(value: Value) -> bool:
    """Whether a PUE is given a two-piece lognormal whose low end is not above 1."""
    is_pue = (value.figure or value.name) == PUE and value.distribution == TWO_PIECE_LOGNORMAL
    return is_pue and min((value.low, *value.parameters[:1])) <= 1


def _keys(workload: Workload, path: str) -> tuple[Any, ...]:
    """Return the keys of a path of an account."""
    places = {
        f"phases.{phase}.{name}": ("phases", phase, place)
        for phase, place, name, _ in workload.activities()
    }
    return keys_of(path, workload, places)
