"""A value on its way through the account: number, unit, and where it came from."""

from typing import Any, Literal, NamedTuple, TypeAlias

from carbonctl.numbers.intervals import Number

Status: TypeAlias = Literal["given", "default", "catalog", "derived", "archetype"]


class Value(NamedTuple):
    """One number with what is known about it.

    Attributes
    ----------
    number : float or Range
        In ``unit``.
    unit : str
        The canonical unit of the number's dimension; empty for ratios.
    status : str
        given (in the spec), catalog, default, derived, or archetype (a stand-in).
    source : str, optional
        A key of sources.yaml, or the spec's own words.
    path : str, optional
        Where the number stands in the spec, or where it would stand to be given.
    line : int, optional
        The line of the spec; None where the spec does not give it.
    name : str
        What formulas call it.
    note : str, optional
        How it came about, for people.
    confidence : str, optional
        high, medium or low, where the catalog grades it.
    counts : str
        What a number of devices or of device-hours counts, where the spec says it: GPU, core,
        node, …
    figure : str
        What the figure is called wherever it stands, where ``name`` tells several of its kind
        apart; empty where it is the name. An unknown of the catalog is one by it.
    unknown : str
        By what a ranged figure is one unknown wherever it stands. Empty for what follows from
        the rest: of a given figure its path, of any other its figure, source and bounds.
    distribution : str
        How likely the values between ``low`` and ``high`` are. Empty for what follows from the
        status: ``triangular`` between hard bounds for a given figure, ``two-piece-lognormal``
        for one that the tool assumes: p5 and p95, with the best estimate as the median.
    parameters : tuple of float
        What else the distribution needs: the geometric standard deviation of a lognormal that is
        given by it, the standard deviation of a normal one, value, weight, value, weight, … of
        a discrete one; of any other its ends, where these are beyond what the figure can be.
    """

    number: Number
    unit: str
    status: Status = "given"
    source: str | None = None
    path: str | None = None
    line: int | None = None
    name: str = ""
    note: str | None = None
    confidence: str | None = None
    counts: str = ""
    figure: str = ""
    unknown: str = ""
    distribution: str = ""
    parameters: tuple[float, ...] = ()

    @property
    def best(self) -> float:
        """The best estimate."""
        number = self.number
        return number if type(number) is float else _end(number, "best")

    @property
    def low(self) -> float:
        """The lower bound; equal to `best` where there is no range."""
        number = self.number
        return number if type(number) is float else _end(number, "low")

    @property
    def high(self) -> float:
        """The upper bound; equal to `best` where there is no range."""
        number = self.number
        return number if type(number) is float else _end(number, "high")

    def named(self, name: str, path: str | None = None, figure: str = "") -> "Value":
        """Return the same value under the name that a formula uses."""
        return Value(
            self.number, self.unit, self.status, self.source, path or self.path,
            self.line, name, self.note, self.confidence, self.counts, figure, self.unknown,
            self.distribution, self.parameters,
        )  # fmt: skip


def _end(number: Any, key: str) -> float:
    """Return an end of a range, or a number itself."""
    end: float = getattr(number, key, number)
    return end
