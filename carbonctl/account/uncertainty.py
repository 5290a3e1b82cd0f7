"""What a workload says of its ranges, carried into the inputs of an account that was made.

Formulas are worked out again from their inputs by name, so ranges, what matters most and draws
follow. Entries keep their best estimates: nothing that is said here changes one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

from carbonctl.account.accountant import keys_of
from carbonctl.account.correlations import correlated
from carbonctl.account.figures import Figures
from carbonctl.account.journal import Journal
from carbonctl.errors import Caution
from carbonctl.factors.distributions import LOGNORMAL, TRIANGULAR, TWO_PIECE_LOGNORMAL
from carbonctl.ledger.unknowns import (
    Uncertainty,
    distribution,
    domain,
    is_certain,
    unknown_of,
)
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Range, best
from carbonctl.numbers.values import Value
from carbonctl.spec.distributed import misses_median
from carbonctl.spec.model import Workload
from carbonctl.spec.uncertainty import RELATIVE, UncertaintyBlock

BLOCK = "uncertainty"
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
        figures = Figures(workload, journal)
        uncertainty = _Pass(block, figures, faults).work()
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
            if value.distribution == TWO_PIECE_LOGNORMAL != distribution(value):
                faults.append((_keys(workload, path), path, f"{path}: {_PUE_ABOVE_1}"))
            first, last = unknown_of(value).span
            if (cut := 1 - (last - first)) > MOST_CUT:
                said = (
                    f"{cut:.0%} of its distribution lies outside what it can be; "
                    "what is left is taken as all of it"
                )
                journal.warn(Caution(said, path, kind="a distribution that is cut"))
    return faults


def _keys(workload: Workload, path: str) -> tuple[Any, ...]:
    """Return the keys of a path of an account."""
    places = {
        f"phases.{phase}.{name}": ("phases", phase, place)
        for phase, place, name, _ in workload.activities()
    }
    return keys_of(path, workload, places)


class _Pass:
    """Goes through a block, key by key."""

    def __init__(self, block: UncertaintyBlock, figures: Figures, faults: list[Fault]) -> None:
        self.block = block
        self.figures = figures
        self.faults = faults

    def fault(self, message: str, *keys: Any) -> None:
        path = ".".join(map(str, (BLOCK, *keys)))
        self.faults.append(((BLOCK, *keys), path, message))

    def work(self) -> Uncertainty:
        """Change the figures; what is wrong is added to the faults."""
        spread = self.spread()
        self.distribution(spread)
        self.certain(spread)
        self.figures.settle()
        ranks = correlated(self.block.correlations, self.figures, self.fault)
        seed = Uncertainty().seed if self.block.seed is None else self.block.seed
        return Uncertainty(seed, ranks)

    def matched(self, path: str, *keys: Any) -> list[Value]:
        """Return the figures at a path; a path without one is a fault."""
        values = self.figures.at(path)
        if not values:
            self.fault(self.figures.missing(path), *keys)
        return values

    def spread(self) -> dict[Value, str]:
        """Give ranges to figures without one of their own; return these with their paths.

        Of several paths to a figure the one with the fewest * holds, then the first.
        """
        done: dict[Value, str] = {}
        for path in sorted(self.block.spread, key=lambda path: path.split(".").count("*")):
            for value in self.matched(path, "spread", path):
                if value in done:
                    continue
                done[value] = path
                if value.status == "given" and not is_certain(value):
                    said = f"the file gives {value.path} a range already; leave one out"
                    self.fault(said, "spread", path)
                    continue
                try:
                    spread = _spread(value, self.block.spread[path])
                except ValueError as error:
                    self.fault(str(error), "spread", path)
                    continue
                self.figures.now[value] = spread
        return done

    def certain(self, spread: dict[Value, str]) -> None:
        """Take figures at their best."""
        for place, path in enumerate(self.block.certain):
            for value in self.matched(path, "certain", place):
                if value in spread:
                    said = f"{value.path} has a spread by `{spread[value]}`; leave one out"
                    self.fault(said, "certain", place)
                self.figures.now[value] = value._replace(
                    number=value.best, distribution="", parameters=(), unknown=""
                )

    def distribution(self, spread: Iterable[Value]) -> None:
        """Say how ranges are distributed that do not say it."""
        word = self.block.distribution
        spread = set(spread)
        for value, now in self.figures.now.items():
            if is_certain(now):
                continue
            is_own = value in spread or value.status == "given"
            says_nothing = value in spread or (is_own and not now.distribution)
            holds = word is not None and (says_nothing or (self.block.override and not is_own))
            if holds or value in spread:
                self.figures.now[value] = self.distributed(now, word or TRIANGULAR)

    def distributed(self, value: Value, word: str) -> Value:
        """Return a ranged value under a distribution."""
        if word == LOGNORMAL and value.low > 0:
            off = misses_median(value.best, value.low, value.high)
            if off is not None:
                said = (
                    f"the best estimate of {value.path} is {off:.0f} % off the median of a "
                    f"lognormal with its low and high; write `{TWO_PIECE_LOGNORMAL}`"
                )
                self.fault(said, "distribution")
        return value._replace(distribution=word)


def _spread(value: Value, text: str) -> Value:
    """Return a value with a range around its best estimate.

    Raises
    ------
    ValueError
        Where the best estimate is not in it, or its unit is another.
    """
    relative = RELATIVE.fullmatch(text)
    if relative is not None:
        part = best(units.parse(relative[1], units.FRACTION))
        low, high = value.best * (1 - part), value.best * (1 + part)
    else:
        number = units.parse(text, units.dimension_of(value.unit))
        assert isinstance(number, Range)
        low, high = number.low, number.high
        if not low <= value.best <= high:
            own = f"{units.format_number(value.best)} {value.unit}".rstrip()
            raise ValueError(f"`{text}` does not hold the best estimate of {value.path}, {own}")
    least, most = domain(value.figure or value.name)
    more = () if least <= low and high <= most else (low, high)
    low, high = max(low, min(least, value.best)), min(high, max(most, value.best))
    return value._replace(number=Range(value.best, low, high), parameters=more)
