"""The block ``uncertainty`` of a workload: what is said of all its ranges together."""

import re
from typing import Annotated, Any, Self

from pydantic import Field, ValidationInfo, model_validator

from carbonctl.numbers import units
from carbonctl.numbers.intervals import best
from carbonctl.spec import fields as f
from carbonctl.spec import scalars
from carbonctl.spec.distributed import OF_BOUNDS
from carbonctl.spec.systems import Spec, optional
from carbonctl.spec.texts import scalar

LARGEST_SEED = 2**64 - 1
RELATIVE = re.compile(r"\s*(?:\+-|\+/-|±)\s*(\S.*)")


def _path(raw: Any, info: ValidationInfo) -> str:
    from carbonctl.spec.paths import split  # which reads the models that this is part of

    text = str(scalar(raw, "the path of a figure, such as systems.pool.lifetime")).strip()
    split(text)
    return text


def _spread(raw: Any, info: ValidationInfo) -> str:
    text = str(scalar(raw, "a spread such as `+-3 %` or `0.8..1.0`")).strip()
    match = RELATIVE.fullmatch(text)
    if match is None and ".." not in text:
        raise ValueError(f"`{text}` is no spread; write `+-3 %`, or `LOW..HIGH` with its unit")
    if match is not None and not 0 < best(units.parse(match[1], units.FRACTION)) < 1:
        raise ValueError(f"`{text}`: a spread is above 0 and below 100 %")
    return text


def _rank(raw: Any, info: ValidationInfo) -> float:
    text = str(scalar(raw, "a rank correlation"))
    try:
        number = float(text)
    except ValueError:
        number = 2.0
    if not -1 <= number <= 1:
        raise ValueError(f"`{text}` is no rank correlation, which lies in -1..1")
    return number


def _seed(raw: Any, info: ValidationInfo) -> int:
    return read_seed(str(scalar(raw, "a whole number")))


def read_seed(text: str) -> int:
    """Return the seed of draws.

    Raises
    ------
    ValueError
        Where it is no whole number of 64 bits.
    """
    if not re.fullmatch(r"[0-9]{1,20}", text) or int(text) > LARGEST_SEED:
        raise ValueError(f"`{text}` is no seed, a whole number from 0 to 2^64 - 1")
    return int(text)


Path = Annotated[str, f.Scalar(_path, scalars.WORDS)]
Spread = Annotated[str, f.Scalar(_spread, scalars.SPREAD)]
Rank = Annotated[float, f.Scalar(_rank, scalars.RANK)]
Seed = Annotated[int, f.Scalar(_seed, scalars.SEED)]
Distribution = Annotated[str, f.word(*OF_BOUNDS)]


class Correlation(Spec):
    """Figures that are high together: two by a rank correlation, or several as one unknown."""

    of: tuple[Path, ...] | None = optional("the paths of two figures, with `rank`")
    rank: Rank | None = optional("their rank correlation, from -1 to 1")
    together: tuple[Path, ...] | None = optional(
        "the paths of figures that are one unknown: all at the same quantile"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.of is None) != (self.rank is None) or (self.of is None) == (self.together is None):
            raise ValueError("write {of: [PATH, PATH], rank: 0.5}, or {together: [PATH, PATH]}")
        if self.of is not None and len(self.of) != 2:
            raise ValueError(f"of: the paths of two figures are wanted, not {len(self.of)}")
        if self.together is not None and len(self.together) < 2:
            raise ValueError("together: the paths of two figures or more are wanted")
        return self


class UncertaintyBlock(Spec):
    """What is said of all ranges of a workload together."""

    distribution: Distribution | None = optional(
        "how ranges are distributed that say nothing; triangular unless given"
    )
    override: f.Switch | None = optional(
        "whether it holds for the ranges of hardware_db too; no unless given"
    )
    spread: dict[Path, Spread] = Field(
        default_factory=dict,
        description="ranges by path for figures that the file gives without one; * is one segment",
    )
    certain: tuple[Path, ...] = Field(
        default=(), description="paths of figures that are taken at their best estimate"
    )
    correlations: tuple[Correlation, ...] = Field(
        default=(), description="figures that are high together"
    )
    seed: Seed | None = optional("seed of the draws; 1 unless given")

    @model_validator(mode="after")
    def _has_something_to_override_with(self) -> Self:
        if self.override and self.distribution is None:
            raise ValueError("override: it needs `distribution`, which is to hold")
        return self
