"""A site's file: what it draws, where its electricity comes from, and what is asked of it."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple, Self

from pydantic import Field, model_validator

from carbonctl.errors import InputError, Problem
from carbonctl.spec import fields as f
from carbonctl.spec.hours import File, HourlyRef, PositiveShare, Power, Share, hourly_file
from carbonctl.spec.levers import NodeField
from carbonctl.spec.model import Site
from carbonctl.spec.overrides import apply
from carbonctl.spec.systems import Spec, optional
from carbonctl.spec.tree import Map, parse
from carbonctl.spec.validation import Checker, Loc, problem_at

Axis = Annotated[Any, NodeField()]


class Demand(Spec):
    """What a site draws, its cooling and power distribution included."""

    power: Power | None = optional("its mean power, the same in every hour")
    hourly: HourlyRef | None = optional("a file of its power by time")
    column: f.Name | None = optional("the file's column; demand_mw unless given")
    workload: File | None = optional("a workload, whose mean power with PUE it is")

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [key for key in ("power", "hourly", "workload") if getattr(self, key) is not None]
        if len(given) != 1:
            raise ValueError("give one of `power`, `hourly` and `workload`")
        if self.column is not None and self.hourly is None:
            raise ValueError("`column` needs `hourly`, whose column it is")
        return self


class Plan(Spec):
    """What is asked of a site: a size that meets a target, or many designs side by side."""

    target: PositiveShare | None = optional("share of the demand to cover hour by hour")
    size: f.Name | None = optional(
        "what is made larger to meet the target: battery, or a plant of `generation`; "
        "battery unless given"
    )
    excess: Share | None = optional("most generation sold or spilled, as a share of the demand")
    sweep: dict[f.Name, Axis] | None = optional(
        "designs: by path, a list of values or `LOW..HIGH by STEP`; wind.capacity, "
        "battery.energy, battery.power, capacity"
    )


class SiteFile(Spec):
    """One file that `carbonctl site` reads."""

    version: f.Version | None = optional("version of the spec language: 1")
    name: f.Name = Field(description="what reports call the site")
    demand: Demand = Field(description="what it draws")
    site: Site = Field(description="its electricity, plants, battery and flexible load")
    plan: Plan | None = optional("what is asked of it, beyond its account")


def is_site(tree: Any) -> bool:
    """Whether a tree is a site's file: it has a demand, and no phases as a workload has."""
    return isinstance(tree, Map) and "demand" in tree and "phases" not in tree


class LoadedSite(NamedTuple):
    """A checked site with the tree that it came from."""

    site: SiteFile
    tree: Map
    file: str

    @property
    def files(self) -> list[str]:
        """The paths of the files that it names."""
        site, demand = self.site.site, self.site.demand
        hourly = [site.grid_hourly, site.marginal_hourly, demand.hourly]
        hourly += [plant.hourly for plant in site.generation or ()]
        named = [hourly_file(ref).file for ref in hourly if ref is not None]
        named += [demand.workload] if demand.workload is not None else []
        return [str(path.file) for path in named]

    def problem(self, keys: Loc, message: str) -> Problem:
        """Return a problem at the value of some keys, or at the nearest thing above it."""
        return problem_at(self.tree, self.file, keys, message)


def load_site(
    text: str, file: str, names: f.Names, overrides: tuple[str, ...] = (), first: int = 1
) -> LoadedSite:
    """Read and check a site's file.

    Parameters
    ----------
    text : str
        YAML or JSON.
    file : str
        What messages call it; its paths are relative to it.
    names : Names
        Knows the ids of grids.
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
    return load_site_tree(tree, problems, file, names, overrides, first)


def load_site_tree(
    tree: Any,
    problems: list[Problem],
    file: str,
    names: f.Names,
    overrides: tuple[str, ...] = (),
    first: int = 1,
) -> LoadedSite:
    """Check a site's tree; ``problems`` are those of reading it.

    Raises
    ------
    InputError
        As `load_site`.
    """
    if not isinstance(tree, Map):
        message = "a site is a mapping with `name`, `demand` and `site`"
        raise InputError([*problems, Problem(file, first, 1, message)])
    if "phases" in tree:
        message = "this is a workload; `carbonctl site` reads a site's file, with `demand`"
        raise InputError([Problem(file, first, 1, message)])
    apply(tree, overrides, file, names.provider)
    check = Checker(tree, file, names)
    head = {**tree, "site": check.with_checked(Site, tree.get("site"), ("site",))}
    if "site" not in tree:
        del head["site"]
    site = check.validate(SiteFile, head, ())
    problems += check.problems
    if problems or site is None:
        raise InputError(problems)
    return LoadedSite(site, tree, file)
