"""What might be changed of a workload, by what is known of it: places, buildings, machines.

An option is a setting of some paths. Those here only move figures that are in the formulas of
the account, so that what they save can be worked out without another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from carbonctl.account.node import HOURS_PER_YEAR
from carbonctl.account.pue import SiteFacts, assumed
from carbonctl.catalog import Catalog
from carbonctl.catalog.grids import Wanted
from carbonctl.catalog.regions import Region
from carbonctl.ledger.result import Result
from carbonctl.ledger.terms import figure_at
from carbonctl.numbers.intervals import best, exact_sum
from carbonctl.numbers.values import Value

PUE, UTILIZATIONS, YEARS_MORE, REGIONS = 1.1, (0.6, 0.8), 2, 5
_LEAST = 0.01  # of the total, that is worth a line
_CLOUDS = {"aws": "aws", "azure": "azure", "google": "gcp"}  # how names of regions begin
_GIVEN = "given"


class Option(NamedTuple):
    """A change that can be made by setting some paths.

    Attributes
    ----------
    name : str
        What it is, in a few words.
    settings : tuple of str
        ``PATH=VALUE`` each.
    assumption : str
        What has to hold for it.
    numbers : mapping of str to float
        What becomes of the inputs at some paths, in their units; empty where that does not say
        it all.
    where : str
        The path of an input of the entries that it changes; empty for all that have the others.
    """

    name: str
    settings: tuple[str, ...]
    assumption: str
    numbers: Mapping[str, float] = {}
    where: str = ""


class BestLever(NamedTuple):
    """What an option saves that saves most, by the formulas of an account.

    Attributes
    ----------
    option : Option
        The change.
    saved : float
        [kgCO2e], without what is unknown.
    share : float
        Of the total, 0 to 1.
    """

    option: Option
    saved: float
    share: float

    @property
    def said(self) -> str:
        """The change in a few words: what to set, where that is one path."""
        settings = self.option.settings
        return settings[0].removeprefix("phases.") if len(settings) == 1 else self.option.name


def best_lever(result: Result, catalog: Catalog) -> BestLever | None:
    """Return the option that saves most; None where none saves a hundredth of the total.

    Ties go to the first. What is unknown of the total is left out.
    """
    whole = _total(result)
    savings = []
    for option in options(result, catalog):
        with suppress(ArithmeticError, ValueError):
            saved = whole - _total(result, option)
            savings.append(BestLever(option, saved, saved / whole if whole else 0.0))
    first = max(savings, key=lambda saving: saving.saved, default=None)
    return first if first is not None and first.share >= _LEAST else None


def _total(result: Result, option: Option | None = None) -> float:
    """Return the sum of what is known, as it is or with an option [kgCO2e]."""
    figures = []
    for entry in result.booked:
        changes = option is not None and (
            not option.where or any(value.path == option.where for value in entry.inputs)
        )
        figures.append(figure_at(entry, "kgco2e", option.numbers if option and changes else {}))
    return exact_sum([figure for figure in figures if figure is not None])


def options(result: Result, catalog: Catalog) -> Iterator[Option]:
    """Yield the options whose saving follows from the formulas of an account."""
    inputs = _inputs(result)
    yield from _regions(result, inputs, catalog)
    yield from _pues(result, inputs.get("pue", {}), catalog)
    yield from _utilizations(inputs.get("utilization", {}))
    yield from _lifetimes(inputs.get("lifetime", {}))


def _inputs(result: Result) -> dict[str, dict[str, Value]]:
    """Return the inputs of all entries by name and path."""
    inputs: dict[str, dict[str, Value]] = {}
    for entry in result.booked:
        for value in entry.inputs:
            if value.path is not None:
                inputs.setdefault(value.name, {}).setdefault(value.path, value)
    return inputs


def _pues(result: Result, values: Mapping[str, Value], catalog: Catalog) -> Iterator[Option]:
    """Yield a good building for each site but those of a cloud, whose customers cannot choose."""
    for path, value in values.items():
        above = path.rpartition(".")[0]
        site = _at(result.spec, above.split("."))
        if value.best > PUE and not (isinstance(site, Mapping) and _is_cloud(site, catalog)):
            assumption = "a building that uses little beside its machines"
            of_one = f", {above.removeprefix('phases.')}" if len(values) > 1 else ""
            yield Option(f"PUE {PUE}{of_one}", (f"{path}={PUE}",), assumption, {path: PUE})


def _is_cloud(site: Mapping[str, Any], catalog: Catalog) -> bool:
    grid = site.get("grid")
    is_region = isinstance(grid, str) and catalog.provider(grid) is not None
    return is_region or site.get("provider") is not None or site.get("operator") == "cloud"


def _utilizations(values: Mapping[str, Value]) -> Iterator[Option]:
    for share in UTILIZATIONS:
        paths = [path for path, value in values.items() if value.best < share]
        if paths:
            yield Option(
                f"utilization {share:.0%}".replace("%", " %"),
                tuple(f"{path}={share:.0%}".replace("%", " %") for path in paths),
                "the machines have other work in the rest of the time; "
                "tenants may slow each other, which costs energy",
                dict.fromkeys(paths, share),
            )


def _lifetimes(values: Mapping[str, Value]) -> Iterator[Option]:
    more = YEARS_MORE * HOURS_PER_YEAR
    if values:
        yield Option(
            f"{YEARS_MORE} more years of life",
            tuple(
                f"{path}={(value.best + more) / HOURS_PER_YEAR:.12g} years"
                for path, value in values.items()
            ),
            "the machines last, and newer ones would not do the same work for less energy",
            {path: value.best + more for path, value in values.items()},
        )


def _regions(
    result: Result, inputs: Mapping[str, Mapping[str, Value]], catalog: Catalog
) -> Iterator[Option]:
    """Yield the cleanest regions of the cloud in which each site is."""
    intensities = inputs.get("carbon_intensity", {})
    for path, value in intensities.items():
        above = path.rpartition(".")[0]
        site = _at(result.spec, above.split("."))
        if value.status == _GIVEN or not isinstance(site, Mapping):
            continue
        with suppress(LookupError):
            pue = inputs.get("pue", {}).get(f"{above}.pue")
            yield from _elsewhere(above, site, pue, catalog)


def _elsewhere(
    above: str, site: Mapping[str, Any], pue: Value | None, catalog: Catalog
) -> Iterator[Option]:
    """Yield the cleanest regions of a site's cloud with the PUE that each has.

    Raises
    ------
    LookupError
        Where its grid is unknown.
    """
    grid = site.get("grid")
    here = catalog.place(grid) if isinstance(grid, str) else None
    if here is None:
        return
    region = here.region
    cloud = _cloud(region, site.get("provider"))
    wanted = Wanted(site.get("year"), site.get("basis"), site.get("based_on"))
    now = catalog.electricity(str(grid), wanted)
    others = [
        (other, row)
        for other, row in catalog.cleanest(cloud, wanted)
        if (row.basis, row.based_on) == (now.basis, now.based_on) and row.identity != now.identity
    ]
    for other, row in others[:REGIONS]:
        numbers = {f"{above}.carbon_intensity": best(row.intensity)}
        if pue is not None and pue.status != _GIVEN:
            theirs = assumed(_facts(site, other), f"{above}.pue", catalog.priors)
            numbers[f"{above}.pue"] = theirs.best
        yield Option(
            other.region,
            (f"{above}.grid={other.region}",),
            "the same machines are there, and law, latency and data allow it",
            numbers,
            f"{above}.carbon_intensity",
        )


def _cloud(region: Region | None, provider: object) -> str:
    """Return how the names of the regions of a site's cloud begin; empty where it has none."""
    if region is not None:
        return region.region.partition("/")[0]
    return _CLOUDS.get(str(provider), "-")


def _facts(site: Mapping[str, Any], region: Region) -> SiteFacts:
    return SiteFacts(region, site.get("facility"), region.provider, site.get("operator"))


def _at(spec: Mapping[str, Any], parts: Iterable[str]) -> Any:
    """Return what a normalised workload holds at a path; None where there is nothing."""
    node: Any = spec
    for part in parts:
        if isinstance(node, Mapping):
            node = node.get(part)
        elif isinstance(node, list):
            node = next((item for n, item in enumerate(node) if part in _names(n, item)), None)
        else:
            return None
    return node


def _names(place: int, item: Any) -> tuple[object, ...]:
    """Return what an item of a list is called."""
    return str(place), item.get("name") if isinstance(item, Mapping) else None
