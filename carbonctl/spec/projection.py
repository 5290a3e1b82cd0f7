"""The models of a projection: what becomes of a workload over years."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import Discriminator, Field, Tag, ValidationInfo, model_validator

from carbonctl.numbers import units
from carbonctl.numbers.rates import YEAR_H
from carbonctl.numbers.values import Value
from carbonctl.spec import bounds, scalars
from carbonctl.spec import fields as f
from carbonctl.spec.rates import Rate, is_rate
from carbonctl.spec.systems import Spec, optional
from carbonctl.spec.texts import scalar

MONTHS = 12
MOST_STEPS = 1000
LONGEST_LIFE_Y = 100
CAPACITY, NEWEST = "capacity", "newest"
EVEN, NEW = "even", "new"
_MONTH_H = YEAR_H / MONTHS
_SPAN = units.DURATION._replace(example="10 years", bare=("years", "months"))
_ONE = "one number is wanted here"


class Month(str):
    """A year or a month as it is written; ``number`` counts months from the year 0."""

    __slots__ = ("number",)
    number: int

    def __reduce__(self) -> tuple[Any, ...]:
        return read_month, (str(self), None)


def read_month(raw: Any, info: ValidationInfo | None) -> Month:
    """Read a year such as 2024, or a month such as 2024-07."""
    text = str(scalar(raw, "a year such as 2024, or a month such as 2024-07")).strip()
    match = re.fullmatch(r"((?:19|20|21)[0-9][0-9])(?:-(0[1-9]|1[0-2]))?", text)
    if match is None:
        raise ValueError(f"`{text}` is no year such as 2024, and no month such as 2024-07")
    month = Month(text)
    month.number = int(match[1]) * MONTHS + int(match[2] or 1) - 1
    return month


def months(hours: float) -> int:
    """Return how many months some hours are; a month is a twelfth of 8,760 h."""
    return round(hours / _MONTH_H)


def _whole_months(hours: float, text: str) -> None:
    """Refuse what is no whole number of months above 0."""
    bounds.positive(hours, text)
    if abs(hours / _MONTH_H - months(hours)) > 1e-9 * max(1, months(hours)):
        raise ValueError(f"`{text}`: a whole number of months or years is wanted")


def _whole_years(hours: float, text: str) -> None:
    """Refuse what is no whole number of years above 0."""
    bounds.positive(hours, text)
    if abs(hours / YEAR_H - round(hours / YEAR_H)) > 1e-9 * max(1, hours / YEAR_H):
        raise ValueError(f"`{text}` is no whole number of steps of 1 year")
    if hours > LONGEST_LIFE_Y * YEAR_H:
        raise ValueError(f"`{text}` is longer than {LONGEST_LIFE_Y} years")


_MONTH: scalars.Form = (
    ("type", ("integer", "string")),
    ("minimum", 1900),
    ("maximum", 2199),
    ("pattern", "^(19|20|21)[0-9][0-9](-(0[1-9]|1[0-2]))?$"),
)


def _branch(raw: Any) -> str:
    return f.NAMED if is_rate(raw) else f.INLINE


def _listed(raw: Any) -> str:
    return f.SHARES if isinstance(raw, list | tuple) else f.INLINE


Date = Annotated[Month, f.Scalar(read_month, _MONTH)]
Span = Annotated[Value, f.QuantityField(_SPAN, _whole_months, _ONE)]
Life = Annotated[
    Value, f.QuantityField(units.SERVICE_LIFE, _whole_years, f"{_ONE}: machines go in whole years")
]
Growth = Annotated[
    Annotated[Rate, Tag(f.NAMED)] | Annotated[dict[f.Name, Rate], Tag(f.INLINE)],
    Discriminator(_branch),
]
GridPath = Annotated[
    Annotated[Rate, Tag(f.NAMED)] | Annotated[dict[Date, f.Intensity], Tag(f.INLINE)],
    Discriminator(_branch),
]
SharePath = Annotated[
    Annotated[Rate, Tag(f.NAMED)] | Annotated[dict[Date, f.Fraction], Tag(f.INLINE)],
    Discriminator(_branch),
]


class Optimisation(Spec):
    """Work that comes to take less, beyond what new machines bring."""

    name: f.Name | None = optional("what tables call it; unique")
    energy: Rate | None = optional("how energy per work changes, as in -20 % / 6 months")
    time: Rate | None = optional("how device time per work changes: both energy and machines")
    for_: Span | None = optional("how long it goes on; to the end unless given", alias="for")

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.energy is None and self.time is None:
            raise ValueError("what does it change? give energy or time, as in -20 % / 6 months")
        return self


class Hardware(Spec):
    """Machines that are bought, age and go, year by year."""

    lifetime: Life = Field(description="whole years that a machine works")
    ages: Annotated[str, f.word(EVEN, NEW)] | None = optional(
        "even: machines of all ages are there at the start; new: all are bought then. "
        "Even unless given"
    )
    work_per_energy: Rate | None = optional(
        "work per energy of newer machines, as in 2x / 3.5 years; the same unless given"
    )
    work_per_machine: Rate | None = optional(
        "work a year of newer machines; that of work_per_energy unless given"
    )
    embodied_per_machine: Rate | None = optional(
        "embodied carbon of newer machines; the same unless given"
    )
    share: Annotated[str, f.word(CAPACITY, NEWEST)] | None = optional(
        "how machines share the work: by capacity, or the newest first. By capacity unless given"
    )


class Rebound(Spec):
    """How demand answers to efficiency."""

    elasticity: f.Reaction = Field(
        description="demand grows by 1/efficiency to this power, on top of `demand`"
    )


class Projection(Spec):
    """What becomes of the workload over years, for `carbonctl project`."""

    from_: Date = Field(alias="from", description="year or month of the account: 2024, 2024-07")
    for_: Span = Field(alias="for", description="how far it goes")
    step: Span | None = optional("time from one row to the next; 1 year unless given")
    demand: Growth | None = optional(
        "how the work grows: one rate, or rates by phase and phase.activity; not unless given"
    )
    optimisation: (
        Annotated[
            Annotated[Optimisation, Tag(f.INLINE)]
            | Annotated[tuple[Optimisation, ...], Tag(f.SHARES)],
            Discriminator(_listed),
        ]
        | None
    ) = optional("how energy and time per work change; one, or a list whose factors multiply")
    hardware: Hardware | None = optional(
        "machines by year of purchase; without it they follow the work"
    )
    grid: GridPath | None = optional(
        "intensity of the grid: {2024: 400 g/kWh, 2030: 250 g/kWh}, or a rate; as it is unless "
        "given"
    )
    carbon_free_energy: SharePath | None = optional(
        "contracted carbon-free share by year, or a rate, for the market-based column"
    )
    rebound: Rebound | None = optional("how demand answers to `optimisation`")

    @property
    def step_months(self) -> int:
        """Months from one row to the next."""
        return MONTHS if self.step is None else months(self.step.best)

    @property
    def steps(self) -> int:
        """How many steps there are after the start."""
        return months(self.for_.best) // self.step_months

    @property
    def optimisations(self) -> tuple[Optimisation, ...]:
        """All of them; none where nothing is said."""
        given = self.optimisation
        return (given,) if isinstance(given, Optimisation) else given or ()

    @model_validator(mode="after")
    def _whole_steps(self) -> Self:
        if months(self.for_.best) % self.step_months:
            raise ValueError("`for` is no whole number of steps; change `for` or `step`")
        if self.steps > MOST_STEPS:
            raise ValueError(f"{self.steps} steps; {MOST_STEPS} at most: give a longer `step`")
        if self.hardware is not None and self.step_months != MONTHS:
            raise ValueError("with `hardware`, `step` is 1 year: machines are counted by the year")
        return self

    @model_validator(mode="after")
    def _paths(self) -> Self:
        for key in ("grid", "carbon_free_energy"):
            path = getattr(self, key)
            if not isinstance(path, Mapping):
                continue
            if not path:
                raise ValueError(f"{key}: the path is empty; give {{{self.from_}: …}}")
            dates = sorted(path, key=lambda date: date.number)
            first = dates[0]
            for date, later in pairwise(dates):
                if date.number == later.number:
                    raise ValueError(f"{key}: {date} and {later} are one month; give one figure")
            if first.number > self.from_.number:
                raise ValueError(
                    f"{key}: the path begins in {first}, after {self.from_}; give the figure of "
                    f"{self.from_} too"
                )
        return self
