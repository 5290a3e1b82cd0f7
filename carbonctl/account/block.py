"""The block ``uncertainty`` of a workload, carried into the figures of its account key by key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from carbonctl.account.correlations import correlated
from carbonctl.account.figures import Figures
from carbonctl.factors.distributions import LOGNORMAL, TRIANGULAR, TWO_PIECE_LOGNORMAL
from carbonctl.ledger.unknowns import Uncertainty, domain, is_certain
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Range, best
from carbonctl.numbers.values import Value
from carbonctl.spec.distributed import misses_median
from carbonctl.spec.uncertainty import RELATIVE, UncertaintyBlock

BLOCK = "uncertainty"
Fault: TypeAlias = tuple[tuple[Any, ...], str, str]  # keys, path, message


class Pass:
    """Goes through a block, key by key."""

    def __init__(self, block: UncertaintyBlock, figures: Figures, faults: list[Fault]) -> None:
        self.block = block
        self.figures = figures
        self.faults = faults

    def fault(self, message: str, *keys: Any) -> None:
        """Note what is wrong with the value at some keys of the block."""
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
                    if value.line is None:
                        continue  # --set and levers take precedence
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
