"""Where an activity runs: one site, or several with shares of the work."""

from typing import NamedTuple

from carbonctl.account.site import HOME, Layer
from carbonctl.estimators.base import ActivityData, TimedShare
from carbonctl.ledger.entry import AT_SITE
from carbonctl.numbers.quantities import Quantity
from carbonctl.numbers.values import Value
from carbonctl.spec.model import Activity, Site, SiteRef, SiteShare, Workload

_NO_NAME = "the site"


class Place(NamedTuple):
    """One site of an activity.

    Attributes
    ----------
    layers : list of (path, Site)
        What is said of it; the first takes precedence.
    share : Value, optional
        The share of the work that is done there; None where all is.
    name : str or Value
        Its name, else its grid, else the carbon intensity that is given.
    suffix : str
        What its items end with, where there are several places.
    """

    layers: list[Layer]
    share: Value | None = None
    name: str | Value = _NO_NAME
    suffix: str = ""


def places(
    workload: Workload, phase: str, activity: Activity, path: str, of_clients: bool = False
) -> list[Place]:
    """Return the places of an activity.

    What the activity says takes precedence over its phase's site, and that over the workload's. The
    first of them that is a list of shares decides how the work is spread, unless one before
    it says whose electricity is used; other lists are left out. Clients' own site precedes
    them all, and their homes are no data centre.
    """
    levels: list[tuple[str, SiteRef | None]] = []
    if of_clients:
        levels.append((f"{path}.client_site", getattr(activity, "client_site", None)))
        levels.append((f"{path}.client_site", HOME))
    levels += [
        (f"{path}.site", activity.site),
        (f"phase_sites.{phase}", (workload.phase_sites or {}).get(phase)),
        ("site", workload.site),
    ]
    above: list[Layer] = []
    below: list[Layer] = []
    split: list[tuple[SiteShare, list[Layer]]] | None = None
    for at, ref in levels:
        if isinstance(ref, tuple):
            if split is None and not any(map(_says_supply, above)):
                split = [(part, _shared(workload, part, f"{at}.{n}")) for n, part in enumerate(ref)]
        elif ref is not None:
            (above if split is None else below).append(_layer(workload, ref, at))
    if workload.site is None:  # what is not said could be given there
        below.append(("site", Site()))
    if split is None:
        names = [name for _, ref in levels if (name := _name(ref)) is not None]
        return [Place([*above, *below], name=names[0] if names else _NO_NAME)]
    placed: list[Place] = []
    for number, (part, layers) in enumerate(split, 1):
        label = _label(part, number)
        while any(place.name == label for place in placed):
            label = f"{label} {number}"
        share = part.share.named("site_share")
        placed.append(Place([*above, *layers, *below], share, label, AT_SITE + label))
    return placed


def _name(ref: SiteRef | None) -> str | Value | None:
    """Return what a site is known by; None where it says nothing of its electricity."""
    if not isinstance(ref, Site):
        return ref if isinstance(ref, str) else None
    if ref.grid is not None:
        return ref.grid if isinstance(ref.grid, str) else "an inline mix"
    if ref.carbon_intensity is None and ref.grid_hourly is not None:
        return str(ref.grid_hourly.file)
    return ref.carbon_intensity


def _says_supply(layer: Layer) -> bool:
    _, site = layer
    figures = (site.grid, site.carbon_intensity, site.grid_hourly)
    return any(figure is not None for figure in figures)


def _layer(workload: Workload, ref: str | Site, at: str) -> Layer:
    if isinstance(ref, str):
        return f"sites.{ref}", (workload.sites or {})[ref]
    return at, ref


def _shared(workload: Workload, part: SiteShare, at: str) -> list[Layer]:
    named = [] if part.site is None else [_layer(workload, part.site, at)]
    return [(at, part), *named]


def _label(part: SiteShare, number: int) -> str:
    if part.site is not None:
        return part.site
    return part.grid if isinstance(part.grid, str) else f"site {number}"


def at_place(data: ActivityData, place: Place) -> ActivityData:
    """Return the part of some activity data that falls to a place."""
    share = place.share
    if share is None:
        return data

    def part(quantity: Quantity) -> Quantity:
        return quantity * share

    return data._replace(
        draws=tuple(draw._replace(energy=part(draw.energy)) for draw in data.draws),
        occupations=tuple(
            occupation._replace(hours=part(occupation.hours)) for occupation in data.occupations
        ),
        attributed=tuple(
            carbon._replace(value=carbon.value and part(carbon.value)) for carbon in data.attributed
        ),
        timed=tuple(_timed(timed, share) for timed in data.timed),
    )


def _timed(whole: TimedShare, share: Value) -> TimedShare:
    """Return a part of what is used for a time; the formula of its carbon names the share last."""
    amount = whole.amount.at((whole.amount * share).number)
    rate = (whole.rate * share).at(whole.rate.number)
    return whole._replace(amount=amount, rate=rate)
