"""Searches over configurations, and runs that are stopped early."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from carbonctl.errors import Caution
from carbonctl.factors import search as kernels
from carbonctl.numbers import units
from carbonctl.numbers.intervals import Number, best, decide
from carbonctl.numbers.quantities import Quantity, of
from carbonctl.numbers.values import Value
from carbonctl.spec import bounds
from carbonctl.spec import fields as f
from carbonctl.spec.systems import Spec, optional

Halving = Annotated[
    Value, f.QuantityField(units.COUNT._replace(example="3"), bounds.whole_above_one)
]
Configurations = Annotated[Value, f.QuantityField(units.COUNT._replace(example="81"), bounds.whole)]
_TOO_HIGH = (
    f"the published search behind a figure of over {kernels.PUBLISHED_SEARCH:,.0f} times one "
    f"training (strubell2019, quoted by wu2022) was later found {kernels.PUBLISHED_TOO_HIGH:g} "
    "times too high (patterson2021)"
)


class EarlyStopping(Spec):
    """Runs that are stopped before their end, as they promise nothing."""

    stopped: f.Fraction = Field(description="share of the runs that are stopped")
    after: f.Fraction = Field(description="share of a full run after which they are")


class Search(Spec):
    """A search over configurations, each of which is one run."""

    configurations: Configurations = Field(description="how many are tried")
    halving: Halving | None = optional(
        "successive halving: by how much each rung divides those that are left; "
        "a full grid unless given"
    )

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if self.halving is None:
            return self
        if decide(self.halving.low != self.halving.high):
            raise ValueError("halving: one whole number is wanted, not a range")
        if decide(self.configurations.low != self.configurations.high):
            raise ValueError(
                "configurations: with `halving` one number is wanted, not a range: what its rungs "
                "cost jumps up and down from one number to the next"
            )
        return self


class SearchFields(Spec):
    """The keys of kinds whose runs may be many."""

    early_stopping: EarlyStopping | None = optional("runs that are stopped before their end")
    search: Search | None = optional("a search over configurations, each a full run")

    @model_validator(mode="after")
    def _one_search(self) -> Self:
        if self.search is not None and self.first_given("search_multiplier"):
            raise ValueError(
                "give `search`, from which it follows how many runs there are, or "
                "`search_multiplier`, not both"
            )
        return self


def with_search(
    hours: Quantity, fields: SearchFields, path: str
) -> tuple[Quantity, tuple[Caution, ...]]:
    """Return device-hours [device-h] of full runs as the search and its stops make them.

    ``path`` is where the activity stands. What to warn of comes second.
    """
    warnings: tuple[Caution, ...] = ()
    if fields.search is not None:
        runs = _runs(fields.search, f"{path}.search")
        hours = (hours * runs).beside(*_beside(fields.search))
        warnings = cautions(runs.number, f"{path}.search")
    stopping = fields.early_stopping
    if stopping is not None:
        hours = hours * kernels.early_stopped(of(stopping.stopped), of(stopping.after))
    return hours, warnings


def _runs(search: Search, path: str) -> Value:
    """Return how many full runs a search costs."""
    if search.halving is None:
        return search.configurations._replace(name="search_runs", note="a full grid")
    number = kernels.halving_runs(search.configurations.number, search.halving.number)
    note = "full runs that successive halving costs"
    return Value(number, "", "derived", None, path, name="search_runs", note=note)


def _beside(search: Search) -> tuple[Value, ...]:
    return () if search.halving is None else (search.configurations, search.halving)


def cautions(runs: Number, path: str) -> tuple[Caution, ...]:
    """Return what to say of a search as large as the published one that was too high."""
    is_as_large = decide(best(runs) >= kernels.PUBLISHED_SEARCH)
    return (Caution(_TOO_HIGH, path, kind="a search of thousands"),) if is_as_large else ()
