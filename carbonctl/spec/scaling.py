"""A file of a scaling law: sizes of data and model, the energy of a step, and the error."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, ValidationInfo, model_validator

from carbonctl.errors import InputError, Problem
from carbonctl.numbers import units
from carbonctl.numbers.power_laws import EXAMPLE, Law, NoLaw, read_law
from carbonctl.numbers.values import Value
from carbonctl.spec import bounds, scalars
from carbonctl.spec import fields as f
from carbonctl.spec.overrides import apply
from carbonctl.spec.systems import Spec, optional
from carbonctl.spec.texts import scalar
from carbonctl.spec.tree import Map, parse
from carbonctl.spec.validation import Checker

DATA, MODEL = "data", "model"
_ONE_NUMBER = "a single number is wanted"


def _law(raw: Any, info: ValidationInfo) -> Law:
    text = str(scalar(raw, f"a sum of powers such as `{EXAMPLE}`"))
    try:
        law = read_law(text)
    except NoLaw as error:
        raise ValueError(str(error)) from None
    others = [name for name in law.names if name not in (DATA, MODEL)]
    if others:
        raise ValueError(f"`{others[0]}` is neither {DATA} nor {MODEL}, nor a number")
    return law


Size = Annotated[Value, f.QuantityField(units.COUNT, bounds.positive, _ONE_NUMBER)]
PowerSum = Annotated[Law, f.Scalar(_law, scalars.WORDS)]
Energy = Annotated[Value, f.QuantityField(units.ENERGY, bounds.positive, _ONE_NUMBER)]
Time = Annotated[Value, f.QuantityField(units.SERVICE_LIFE, bounds.positive, _ONE_NUMBER)]
Share = Annotated[Value, f.QuantityField(units.FRACTION, bounds.positive_fraction, _ONE_NUMBER)]
Factor = Annotated[Value, f.QuantityField(units.RATIO, bounds.at_least_one, _ONE_NUMBER)]


class SubSampling(Spec):
    """How much faster work is on a part of the data, measured at one share."""

    kept: Share = Field(description="share of the data that was kept")
    speed_up: Factor = Field(description="by what the time was divided then: 5.8")
    shares: tuple[Share, ...] = Field(default=(), description="other shares to tell it at")

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        kept, speed_up = self.kept.best, self.speed_up.best
        if kept == 1:
            raise ValueError("kept: all of the data says nothing of a part of it")
        if speed_up > 1 / kept * (1 + 1e-9):
            raise ValueError(
                f"speed_up: {speed_up:g}x is more than the {1 / kept:g}x of a time that shrinks "
                "with the data"
            )
        return self


class Scaling(Spec):
    """What is asked: a grid of sizes, the worth of old data, or sub-sampling."""

    data: tuple[Size, ...] | None = optional("sizes of the data, as multiples or counts")
    model: tuple[Size, ...] | None = optional("sizes of the model")
    energy_per_step: PowerSum | None = optional("of data and model, relative: model^0.6")
    steps: PowerSum | None = optional("how many steps, relative: data")
    energy: Energy | None = optional(
        "electricity of training at data 1 and model 1; relative to it unless given"
    )
    error: PowerSum | None = optional("of data and model: 0.7 + 0.03·model^-0.12")
    half_life: Time | None = optional("time in which data lose half of their value")
    window: Time | None = optional("age of the oldest data; one half-life unless given")
    sub_sampling: SubSampling | None = optional("how much faster a part of the data is")

    @model_validator(mode="after")
    def _whole_grid(self) -> Self:
        grid = ("data", "model", "energy_per_step", "steps", "error")
        given = [key for key in grid if getattr(self, key)]
        if given and len(given) < len(grid):
            missing = next(key for key in grid if key not in given)
            raise ValueError(f"a grid of points needs `{missing}` too")
        if self.energy is not None and not given:
            raise ValueError(f"energy: it is of a grid, which needs {', '.join(grid)}")
        if self.window is not None and self.half_life is None:
            raise ValueError("window: it needs half_life")
        if not given and self.half_life is None and self.sub_sampling is None:
            raise ValueError("it asks nothing; give a grid, half_life or sub_sampling")
        return self


class ScalingFile(Spec):
    """One file that `carbonctl scaling` reads."""

    version: f.Version | None = optional("version of the spec language: 1")
    name: f.Name | None = optional("what reports call it")
    scaling: Scaling = Field(description="what is asked")


def is_scaling(tree: object) -> bool:
    """Whether a tree is such a file: it asks for a scaling law, and is no workload."""
    return isinstance(tree, Map) and "scaling" in tree and "phases" not in tree


def load_scaling(
    text: str, file: str, overrides: tuple[str, ...] = (), first: int = 1
) -> ScalingFile:
    """Read and check a file of a scaling law.

    Parameters
    ----------
    text : str
        YAML or JSON.
    file : str
        What messages call it.
    overrides : tuple of str
        ``PATH=VALUE``, later ones over earlier ones.
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
        message = "a mapping with `scaling` is wanted, or a table of points (.csv)"
        raise InputError([*problems, Problem(file, first, 1, message)])
    if "phases" in tree:
        message = "this is a workload; `carbonctl scaling` reads a file with `scaling` alone"
        raise InputError([Problem(file, first, 1, message)])
    apply(tree, overrides, file, lambda grid: None)
    check = Checker(tree, file, None)
    read = check.validate(ScalingFile, tree, ())
    if problems or check.problems or read is None:
        raise InputError([*problems, *check.problems])
    return read
