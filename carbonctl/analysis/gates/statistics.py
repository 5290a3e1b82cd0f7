"""What a rule is over: the best estimate of a figure, or a statistic of its samples.

Each is one class: how it is written, how it is measured, what it is called. Those that a rule
writes as a function stand in `FUNCTIONS`, each with a pattern of its name and an example.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

from carbonctl.analysis.gates.conditions import PERCENT, Condition, Pair, RuleFault, Unknown
from carbonctl.ledger.samples import percentile

Place: TypeAlias = tuple[str | None, str]  # a phase, or None, and a key of the totals
Read: TypeAlias = tuple["BestEstimate", Place, Condition]


class Reader(Protocol):
    """What reads a rule from left to right."""

    def plain_figure(self) -> Place:
        """Return the phase and the key that stand here."""
        ...

    def condition_on(self, key: str) -> Condition:
        """Return an operator and a limit in the unit of a key."""
        ...

    def condition_on_share(self) -> Condition:
        """Return an operator and a fraction."""
        ...

    def close(self) -> None:
        """Pass a closing parenthesis."""
        ...


@dataclass(frozen=True)
class BestEstimate:
    """A figure itself, written without a function."""

    of_samples: ClassVar[bool] = False  # whether it is over equally likely values of the figure

    def final(self, condition: Condition) -> Condition:
        """Return the condition that decides, from that on the figure."""
        return condition

    def measure(self, condition: Condition, pairs: Sequence[Pair]) -> tuple[float, bool]:
        """Return the number that a rule is about, and whether the rule triggers.

        Raises Unknown where there is no such number.
        """
        return condition.change(pairs[0]), condition.holds(pairs[0])

    def label(self, name: str, condition: Condition, said: str) -> str:
        """Return what people call it, who call the figure ``name``.

        ``said`` is how the rule writes the condition, behind the key.
        """
        return f"change of {name}" if condition.is_change else name


@dataclass(frozen=True)
class Percentile(BestEstimate):
    """``pNN(KEY) > LIMIT``: the condition is on a percentile, between 0 and 100."""

    of_samples = True
    pattern: ClassVar = re.compile(r"p([0-9]+(?:\.[0-9]+)?)")
    example: ClassVar = "pNN(...), for example p95(...)"
    percent: float

    @classmethod
    def read(cls, found: re.Match[str], column: int, reader: Reader) -> Read:
        """Read a rule behind its opening parenthesis."""
        if not 0 < float(found[1]) < 100:
            said = f"`{found[0]}` is no percentile; write p5, p50, p99.9 or the like"
            raise RuleFault(column, said)
        place = reader.plain_figure()
        reader.close()
        return cls(float(found[1])), place, reader.condition_on(place[1])

    def measure(self, condition: Condition, pairs: Sequence[Pair]) -> tuple[float, bool]:
        """Return the percentile of the figures or of their changes."""
        changes = sorted(condition.change(pair) for pair in pairs)
        value = percentile(changes, self.percent)
        if math.isnan(value):
            raise Unknown("the change is unknown, as the base is zero")
        if condition.unit == PERCENT and not any(any(pair) for pair in pairs):
            return value, False
        return value, condition.is_met(value)

    def label(self, name: str, condition: Condition, said: str) -> str:
        """Return what people call it."""
        return f"p{self.percent:g} of {super().label(name, condition, said)}"


@dataclass(frozen=True)
class Probability(BestEstimate):
    """``prob(KEY > LIMIT) > SHARE``: the share of cases in which the condition holds."""

    of_samples = True
    pattern: ClassVar = re.compile("prob")
    example: ClassVar = "prob(...)"
    share: Condition

    @classmethod
    def read(cls, found: re.Match[str], column: int, reader: Reader) -> Read:
        """Read a rule behind its opening parenthesis."""
        place = reader.plain_figure()
        condition = reader.condition_on(place[1])
        reader.close()
        return cls(reader.condition_on_share()), place, condition

    def final(self, condition: Condition) -> Condition:
        """Return the condition on the share."""
        return self.share

    def measure(self, condition: Condition, pairs: Sequence[Pair]) -> tuple[float, bool]:
        """Return the share of cases, as a fraction."""
        share = sum(map(condition.holds, pairs)) / len(pairs)
        return share, self.share.is_met(share)

    def label(self, name: str, condition: Condition, said: str) -> str:
        """Return what people call it."""
        return f"probability of {name}{said.partition(')')[0]}:"


FUNCTIONS: tuple[type[Percentile] | type[Probability], ...] = (Percentile, Probability)
