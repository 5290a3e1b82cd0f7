"""The errors a user can meet, and the exit code that each one carries.

    CarbonctlError
    ├── UsageError          2   the command, or a function, was called wrongly
    │   └── MissingExtra    2   what was asked for needs a package that is not installed
    ├── InputError          3   a file, a key, a value or an id cannot be used
    ├── Unavailable         3   the system did not give what was needed
    ├── OutputError        74   the result could not be written
    └── ClosedPipe        141   whoever read the result has enough

Anything else that escapes is a bug and ends with 70. Where several happened, the
worst decides: 70 beats 74 beats 3 beats 1 beats 141.
"""

from collections.abc import Iterable
from typing import NamedTuple

OK = 0
GATE_FAILED = 1
USAGE = 2
INPUT = 3
BUG = 70
OUTPUT = 74
INTERRUPTED = 130
CLOSED_PIPE = 141

_WORST_FIRST = (BUG, OUTPUT, USAGE, INPUT, GATE_FAILED, CLOSED_PIPE, OK)


def worst(codes: Iterable[int]) -> int:
    """Return the exit code that decides when several apply."""
    return min(codes, key=_WORST_FIRST.index, default=OK)


class Problem(NamedTuple):
    """One thing wrong with an input, and where: line and column count from 1.

    What is no file has neither, and is told by its path of keys.
    """

    file: str
    line: int | None
    col: int | None
    message: str
    path: str = ""

    @property
    def where(self) -> str:
        """The file with line and column, where it has them."""
        place = [self.file, self.line, self.col]
        where = ":".join(str(part) for part in place if part is not None)
        return where.replace("\n", "\\n").replace("\r", "\\r")

    def __str__(self) -> str:
        where, message = self.where, self.message
        if self.line is None and self.path:
            where = f"{where}: {self.path}"
            message = message.removeprefix(f"{self.path.rpartition('.')[2]}: ")
        return f"{where}: {message}".replace("\n", "\\n").replace("\r", "\\r")


class CarbonctlError(Exception):
    """Base of every error that is the user's to mend."""

    exit_code = BUG


class UsageError(CarbonctlError):
    """The command, or a function, was called wrongly."""

    exit_code = USAGE


class MissingExtra(UsageError):
    """A package of an extra is not installed; the message has the command that does it."""


class InputError(CarbonctlError):
    """One or more problems in one input."""

    exit_code = INPUT

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(
            set(problems),
            key=lambda p: (p.file, p.line or 0, p.col or 0, p.message, p.path or ""),
        )
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type["InputError"], tuple[list[Problem]]]:
        return type(self), (self.problems,)  # to another process


class OutputError(CarbonctlError):
    """The result could not be written where it was to go."""

    exit_code = OUTPUT


class Unavailable(CarbonctlError):
    """The system did not give what was needed, such as memory."""

    exit_code = INPUT


class ClosedPipe(CarbonctlError):
    """Whoever read the result has enough."""

    exit_code = CLOSED_PIPE


class Caution(str):
    """The text of a warning, and what it is about.

    Parameters
    ----------
    message : str
        What is wrong, without its place.
    path : str
        Where in the workload, by the names of keys; empty where it is about all of it.
    kind : str
        Equal in warnings that differ in names and figures alone; the message unless given.
    vital : bool
        Whether a figure is missing or facts differ: ``--quiet`` does not hide that.
    """

    message: str
    path: str
    kind: str
    vital: bool

    def __new__(
        cls, message: str, path: str = "", *, kind: str = "", vital: bool = False
    ) -> "Caution":
        """Write the place before the message."""
        caution = super().__new__(cls, f"{path}: {message}" if path else message)
        caution.message, caution.path = message, path
        caution.kind, caution.vital = kind or message, vital
        return caution
