"""What is asked: one or two workloads, the value that varies, and the figures that are to meet."""

from __future__ import annotations

from typing import NamedTuple

from carbonctl.analysis.accounts import Accounts
from carbonctl.analysis.gates import Target
from carbonctl.analysis.spans import SPAN, Span, read_path, read_span, shown
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.ledger.result import Result
from carbonctl.spec.overrides import ORIGIN

_EXAMPLE = "'site.carbon_intensity=0..1000 g/kWh'"
BASE, HEAD = "base", "head"
UNDER, OVER = "under", "over"
NOTHING = 1e-12  # of the figures: a smaller difference is none


class Vary(NamedTuple):
    """A path, and the span that its value goes through."""

    path: str
    span: Span


class WeightedFigure(NamedTuple):
    """A sum of an account with its weight in what is to be zero."""

    weight: float
    phase: str | None
    key: str


class VariedWorkload(NamedTuple):
    """One workload.

    ``path`` is that of the value which varies in it, None where none does; ``parts`` are the
    figures that it adds.
    """

    accounts: Accounts
    path: str | None
    parts: tuple[WeightedFigure, ...]

    def account(self, text: str) -> Result:
        """Return the account with a text for the value that varies.

        Raises
        ------
        InputError
            Where it is refused, saying at which value.
        """
        if self.path is None:
            return self.accounts.account()
        try:
            return self.accounts.account((f"{self.path}={text}",))
        except InputError as error:
            raise self.refused(error, text) from None

    def refused(self, error: InputError, text: str) -> InputError:
        """Return why a value is refused, with the value; problems of the file as they are."""
        where = f"{self.accounts.label} at {shown(self.path or '')}={shown(text)}"
        return InputError(
            problem
            if problem.file != ORIGIN
            else Problem(where, None, None, problem.message.removeprefix(f"{self.path}={text}: "))
            for problem in error.problems
        )


class Question(NamedTuple):
    """One workload whose figure is to meet a limit, or two whose figures are to be equal.

    Attributes
    ----------
    sides : tuple of VariedWorkload
        One, or the base and the head.
    span : Span
        What the value goes through.
    key : str
        The figure, as rules write it.
    constant : float
        What is added to the parts of the sides.
    target : Target or None
        What the figure of one workload is to be; None of two.
    is_whole : bool
        Whether only whole numbers are values: of devices, for example.
    """

    sides: tuple[VariedWorkload, ...]
    span: Span
    key: str
    constant: float = 0.0
    target: Target | None = None
    is_whole: bool = False

    @property
    def path(self) -> str:
        """The path of the value that varies; of two that differ both."""
        return ", ".join(dict.fromkeys(side.path for side in self.sides if side.path is not None))

    def lower(self, sign: int) -> str:
        """Return what is the lower of two, or on which side of the limit a figure is.

        Empty where both are equal.
        """
        words = (HEAD, BASE) if self.target is None else (UNDER, OVER)
        return "" if sign == 0 else words[sign > 0]


def read_vary(text: str, flag: str) -> Vary:
    """Read ``PATH=LOW..HIGH [UNIT]``, with ``:log`` for equal ratios between the points.

    Raises
    ------
    UsageError
        For anything else, saying what to write.
    """
    path, rest = read_path(text, flag, _EXAMPLE)
    what = f"{flag} {shown(text)}"
    span = SPAN.fullmatch(rest)
    if span is None:
        raise UsageError(f"{what}: a range is wanted, as in {_EXAMPLE}")
    if span["steps"] not in ("", ":log"):
        raise UsageError(
            f"{what}: `{shown(span['steps'])}` cannot stand here; 129 points are taken, "
            "with equal ratios between them where :log says so"
        )
    read = read_span(what, span, is_log=bool(span["steps"]))
    if read.low == read.high:
        raise UsageError(f"{what}: both ends are the same; write two")
    return Vary(path, read)


def of_limit(accounts: Accounts, vary: Vary, target: Target) -> Question:
    """Return where a figure of a workload meets a limit, or a share of another figure."""
    parts = [WeightedFigure(1.0, target.phase, target.key)]
    if target.of is not None:
        parts.append(WeightedFigure(-target.limit, *target.of))
    key = f"phases.{target.phase}.{target.key}" if target.phase else target.key
    constant = -target.limit if target.of is None else 0.0
    side = VariedWorkload(accounts, vary.path, tuple(parts))
    return Question((side,), vary.span, key, constant, target)


def of_two(
    base: tuple[Accounts, str | None],
    head: tuple[Accounts, str | None],
    span: Span,
    place: tuple[str | None, str],
) -> Question:
    """Return where a figure is equal in two workloads, each with the path that varies in it."""
    phase, key = place
    sides = (
        VariedWorkload(*base, (WeightedFigure(-1.0, *place),)),
        VariedWorkload(*head, (WeightedFigure(1.0, *place),)),
    )
    return Question(sides, span, f"phases.{phase}.{key}" if phase else key)
