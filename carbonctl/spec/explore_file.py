"""The file of ``carbonctl explore``: designs, and what they are compared by."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple, Self

from pydantic import model_validator

from carbonctl.errors import InputError, Problem
from carbonctl.numbers import units
from carbonctl.numbers.values import Value
from carbonctl.spec import bounds
from carbonctl.spec import fields as f
from carbonctl.spec.hours import File, Share, Years
from carbonctl.spec.levers import NodeField
from carbonctl.spec.overrides import apply
from carbonctl.spec.systems import Spec, optional
from carbonctl.spec.texts import scalar
from carbonctl.spec.tree import Map, Seq, parse
from carbonctl.spec.validation import Checker, Loc, problem_at

MIN, MAX = "min", "max"
_BY = "by"


def _single(dimension: units.Dimension, check: bounds.Check) -> f.QuantityField:
    return f.QuantityField(dimension, check, f.ONE_NUMBER)


def _condition(raw: Any, info: Any) -> str:
    """Read a condition as it is written."""
    return str(scalar(raw, "a condition such as `<= 20 ms`")).strip()


Node = Annotated[Any, NodeField()]
Sense = Annotated[str, f.word(MIN, MAX)]
Condition = Annotated[str, f.Scalar(_condition, f.scalars.WORDS)]
Intensity = Annotated[Value, _single(units.INTENSITY, bounds.not_negative)]
Amount = Annotated[Value, _single(units.COUNT._replace(example="1e6"), bounds.positive)]
Pue = Annotated[Value, _single(units.RATIO, bounds.at_least_one)]
Busy = Annotated[Value, _single(units.FRACTION, bounds.positive_fraction)]
Limit = Annotated[Value, _single(units.POWER, bounds.positive)]


class ExploreFile(Spec):
    """One file that `carbonctl explore` reads."""

    version: f.Version | None = optional("version of the spec language: 1")
    name: f.Name | None = optional("what reports call it; the workload's name unless given")
    workload: File | None = optional("a workload, which `axes` change")
    axes: dict[f.Name, Node] | None = optional(
        "designs: by path of the workload a list of values, or `LOW..HIGH UNIT:N`; every "
        "combination is one"
    )
    designs: File | None = optional(
        "a table with a row per design, as CSV: figures of their own, or with `workload` values "
        "by path"
    )
    columns: Node | None = optional(
        "figures that an account has not: {accuracy: {bf16: 70.0, int4: 68.5}, by: PATH}, or a "
        "list of such"
    )
    constraints: dict[f.Name, Condition] | None = optional(
        "what a design has to hold, by column: `<= 20 ms`"
    )
    objectives: dict[f.Name, Sense] | None = optional(
        "columns that are to be low (min) or high (max); {total: min} unless given"
    )
    rank: f.Name | None = optional("the column or metric that decides; the first objective's")
    base: f.Name | None = optional("the design that `ncf` compares with; the first unless given")
    over: Node | None = optional(
        "where each design wins: intensity, volume, lifetime or utilization, or two of them, each "
        "with `LOW..HIGH UNIT`; {intensity: 0..1 kg/kWh} unless given"
    )
    intensity: Intensity | None = optional("with `designs`: carbon intensity of the electricity")
    pue: Pue | None = optional("with `designs`: power usage effectiveness; 1 unless given")
    volume: Amount | None = optional("with `designs`: units of work over the use; 1 unless given")
    years: Years | None = optional(
        "with `designs`: how long the work goes on; a design with a shorter life is bought again"
    )
    lifetime: Years | None = optional("with `designs`: life of each, where no column says it")
    utilization: Busy | None = optional(
        "with `designs` and a column `time`: share of its life that a machine does useful work"
    )
    eta: Share | None = optional("weight of energy in the metric `zeus`, 0..1")
    max_power: Limit | None = optional("highest power limit of the device, for `zeus`")
    embodied_share: Share | None = optional(
        "weight of embodied carbon in `ncf`; the base's embodied share unless given"
    )
    logic: Node | None = optional(
        "with `designs`: a part `logic` of a spec without `area`, which a column has"
    )
    dram: Node | None = optional(
        "with `designs`: a part `dram` of a spec without `capacity`; a column `memory` has it"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.workload is None and self.designs is None:
            raise ValueError("give `workload` with `axes`, or `designs`, a table")
        if self.workload is not None:
            if (self.designs is None) == (not self.axes):
                raise ValueError(
                    "`workload` needs `axes`, the values to try by path, or `designs`, a table "
                    "with a column per path"
                )
            alone = self.first_given(
                "intensity", "pue", "volume", "years", "lifetime", "utilization", "logic", "dram"
            )
            if alone:
                raise ValueError(f"`{alone}` needs `designs`; a workload has its own")
        elif self.axes:
            raise ValueError("`axes` change a workload, which is not given")
        return self


class UserColumn(NamedTuple):
    """A figure of designs that the user gives.

    Attributes
    ----------
    name, by : str
        What it is called, and the axis whose value decides it.
    values : dict of str to str
        The text of the figure by the text of the value.
    """

    name: str
    by: str
    values: dict[str, str]


class LoadedExplore(NamedTuple):
    """A checked file with the tree that it came from."""

    explore: ExploreFile
    tree: Map
    file: str

    def problem(self, keys: Loc, message: str) -> Problem:
        """Return a problem at the value of some keys, or at the nearest thing above it."""
        return problem_at(self.tree, self.file, keys, message)

    def columns(self) -> list[UserColumn]:
        """Return the columns that the user gives.

        Raises
        ------
        InputError
            With everything that is wrong with them.
        """
        given = self.explore.columns
        groups = given if isinstance(given, Seq) else [] if given is None else [given]
        columns, problems = list[UserColumn](), list[Problem]()
        for place, group in enumerate(groups):
            keys: Loc = ("columns", place) if isinstance(given, Seq) else ("columns",)
            if not isinstance(group, Map) or not isinstance(group.get(_BY), str):
                said = "write {accuracy: {bf16: 70.0, int4: 68.5}, by: PATH}, PATH being an axis"
                problems.append(self.problem(keys, f"columns: {said}"))
                continue
            for name, values in group.items():
                if name == _BY:
                    continue
                is_plain = isinstance(values, Map) and all(
                    isinstance(value, str) for value in values.values()
                )
                if not is_plain:
                    said = f"{name}: a figure per value is wanted, as in {{bf16: 70.0}}"
                    problems.append(self.problem((*keys, name), said))
                else:
                    columns.append(UserColumn(name, str(group[_BY]), dict(values)))
        if problems:
            raise InputError(problems)
        return columns


def is_explore(tree: Any) -> bool:
    """Whether a tree is such a file: it has a workload with axes, or designs."""
    return isinstance(tree, Map) and ("axes" in tree or "designs" in tree) and "phases" not in tree


def load_explore(
    text: str, file: str, names: f.Names, overrides: tuple[str, ...] = (), first: int = 1
) -> LoadedExplore:
    """Read and check a file of designs.

    Parameters
    ----------
    text : str
        YAML or JSON.
    file : str
        What messages call it; its paths are relative to it.
    names : Names
        Knows ids.
    overrides : tuple of str
        ``PATH=VALUE`` of the file itself.
    first : int
        The line at which the text begins.

    Raises
    ------
    InputError
        With all problems that can be found independently of each other.
    """
    problems: list[Problem] = []
    tree = parse(text, file, problems=problems, first=first)
    if not isinstance(tree, Map):
        message = "a mapping is wanted: `workload` with `axes`, or `designs`"
        raise InputError([*problems, Problem(file, first, 1, message)])
    if "phases" in tree:
        message = "this is a workload; write a file with `workload: FILE` and `axes`"
        raise InputError([Problem(file, first, 1, message)])
    apply(tree, overrides, file, names.provider)
    check = Checker(tree, file, names)
    explore = check.validate(ExploreFile, tree, ())
    problems += check.problems
    if problems or explore is None:
        raise InputError(problems)
    return LoadedExplore(explore, tree, file)
