"""The models of levers: named changes of a workload.

What a lever sets or adds stays a part of the tree as it is written, so that it can be put in its
place and be checked there, with the lines of the lever in every message.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import core_schema

from carbonctl.numbers import units
from carbonctl.numbers.values import Value
from carbonctl.spec import bounds
from carbonctl.spec import fields as f
from carbonctl.spec.systems import Spec, optional
from carbonctl.spec.texts import clean
from carbonctl.spec.tree import Map, Seq

ENERGY, TIME, EMBODIED = "energy", "time", "embodied"
SCALED = (ENERGY, TIME, EMBODIED)  # factors on activity data; any other key is one of the file


class NodeField:
    """Marks a field as a part of the tree, which is read where it is put."""

    wanted: type | None = None
    said = ""

    def read(self, raw: Any) -> Any:
        """Return it as it stands."""
        if self.wanted is not None and not isinstance(raw, self.wanted):
            raise ValueError(self.said)
        return raw

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.with_info_plain_validator_function(
            lambda raw, info: self.read(raw),
            serialization=core_schema.plain_serializer_function_ser_schema(plain),
            metadata={f.FIELD: self},
        )


class ActivitiesField(NodeField):
    """Marks a field as a list of activities."""

    wanted = Seq
    said = "a list of activities is wanted here, each after a `-`"


class TargetsField(NodeField):
    """Marks a field as what a lever works on: one word, or a list of them."""

    def read(self, raw: Any) -> tuple[str, ...]:
        """Return the words."""
        words = raw if isinstance(raw, list | tuple) else (raw,)
        if not words:
            raise ValueError("it names nothing; leave it out for everything")
        return tuple(clean(word, "a phase, phase.activity or systems.NAME") for word in words)


def plain(node: Any) -> Any:
    """Return a part of a tree as plain mappings, lists and texts."""
    if isinstance(node, Map | dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, Seq | list | tuple):
        return [plain(item) for item in node]
    return None if node is None else str(node)


Factor = Annotated[Value, f.QuantityField(units.RATIO._replace(example="4"), bounds.positive)]
Node = Annotated[Any, NodeField()]
Activities = Annotated[Any, ActivitiesField()]
Targets = Annotated[tuple[str, ...], TargetsField()]
LeverId = Annotated[str, f.known("lever", "the id of a published lever")]


def nothing_to_take_back(key: str) -> str:
    """Return what is said of rebound without a factor that it could be of."""
    return f"{key} needs a factor of {', '.join(SCALED)} to take back from"


class Lever(Spec):
    """A named change of the workload, which `carbonctl levers` pulls."""

    name: f.Name = Field(description="what tables call it; unique")
    on: Targets | None = optional(
        "a phase, phase.activity, systems.NAME (what uses it), or a list; everything unless given"
    )
    divide: dict[f.Name, Factor] | None = optional(
        "factors above 0 by key: energy, time, embodied, or a number of the target such as capacity"
    )
    multiply: dict[f.Name, Factor] | None = optional("the same, but times the factor")
    set: dict[f.Name, Node] | None = optional(
        "values by path, as of --set; relative to `on`, or absolute"
    )
    adds: dict[f.Phase, Activities] | None = optional(
        "activities by phase that exist only where it is pulled"
    )
    rebound: f.Reaction | None = optional("share of the expected saving that demand takes back")
    elasticity: f.Reaction | None = optional("elasticity of demand, instead of rebound")
    use: LeverId | None = optional(
        "a published lever by its id; what is given here takes precedence"
    )
    excludes: tuple[f.Name, ...] | None = optional("names of levers it cannot be pulled with")
    source: f.Source | None = optional("who says the factor: a source key or words")
    note: f.Source | None = optional("a remark that is printed below the table")

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not any((self.divide, self.multiply, self.set, self.adds, self.use)):
            raise ValueError("what does it change? give divide, multiply, set, adds or use")
        both = sorted((self.divide or {}).keys() & (self.multiply or {}).keys())
        if both:
            raise ValueError(f"`{both[0]}` is divided and multiplied; give one factor")
        return self

    @model_validator(mode="after")
    def _one_rebound(self) -> Self:
        if self.rebound is not None and self.elasticity is not None:
            raise ValueError("give `rebound`, a share, or `elasticity`, not both")
        factors = {**(self.divide or {}), **(self.multiply or {})}
        if self.demand_key and not self.use and factors.keys().isdisjoint(SCALED):
            raise ValueError(nothing_to_take_back(self.demand_key))
        return self

    @property
    def demand_key(self) -> str:
        """The key that says how demand answers; empty where it does not."""
        return self.first_given("rebound", "elasticity") or ""
