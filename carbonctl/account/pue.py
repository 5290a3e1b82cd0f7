"""The PUE of a site that gives none: its region's own, else that of its class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from carbonctl.catalog.priors import Priors
from carbonctl.catalog.regions import Region
from carbonctl.errors import Caution
from carbonctl.numbers.intervals import Range, decide, most
from carbonctl.numbers.values import Value

_SLACK = 0.02  # of a region's published PUE, up and down: a judgement, years differ by less
_PUBLISHED = "published"
_PROVIDERS = ("aws", "azure", "google", "meta")
_FACILITIES = {"hyperscale": "hyperscaler", "office": "home"}


Key: TypeAlias = tuple[str, str, int]  # phase, activity, and the place among its sites


class SiteFacts(NamedTuple):
    """What is said of a site: its cloud region, facility, provider and operator."""

    region: Region | None = None
    facility: str | None = None
    provider: str | None = None
    operator: str | None = None


def assumed(site: SiteFacts, path: str, priors: Priors) -> Value:
    """Return the PUE of a site that gives none; ``path`` is where it could."""
    region = site.region
    if region is not None and region.pue is not None and region.pue_status == _PUBLISHED:
        note = f"{region.region}, {region.pue_status}, {region.pue_year}"
        number = Range(region.pue, most(1.0, region.pue - _SLACK), region.pue + _SLACK)
        return Value(
            number, "", "catalog", region.pue_source or region.source, path,
            name="pue", note=note, unknown=f"pue:{region.region}",
        )  # fmt: skip
    name, why = site_class(site)
    return priors["pue", name].value("pue", path, "", path.rpartition(".")[0], why)


def site_class(site: SiteFacts) -> tuple[str, str]:
    """Return the class of a site, and why: what it is said to be, else whose it is."""
    if site.facility is not None:
        return _FACILITIES.get(site.facility, site.facility), f"facility {site.facility}"
    if site.provider is not None:
        is_known = site.provider in _PROVIDERS
        why = site.region.region if site.region else f"provider {site.provider}"
        return (site.provider if is_known else "hyperscaler"), why
    if site.operator == "cloud":
        return "hyperscaler", "operator cloud"
    if site.operator == "colocation":
        return "colocation", "operator colocation"
    return "unknown", "neither operator nor facility is given"


def moves(before: Mapping[Key, Value | None], after: Mapping[Key, Value | None]) -> list[Caution]:
    """Return a note for each site whose PUE moves with an override of something else."""
    cautions = {}
    for key, now in after.items():
        then = before.get(key)
        if now is None or then is None or now.status == "given" or decide(now.best == then.best):
            continue
        message = (
            f"the PUE moves too, from {then.best:g} to {now.best:g}, {now.note}; "
            "give `pue` to hold it"
        )
        cautions[now.path] = Caution(message, now.path or "", kind="a PUE that moves", vital=True)
    return list(cautions.values())
