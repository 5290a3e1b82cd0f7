"""What a reader should know of a site's result."""

from __future__ import annotations

from collections.abc import Iterator

from carbonctl.errors import Caution
from carbonctl.site.operation import Operated
from carbonctl.site.results import Outcome, SiteQuestion
from carbonctl.spec.model import Site

_NOT_GREEDY = ("generation", "grid")
_SMALL_MWH = 1e-6


def remarks(
    operated: Operated, site: Site, outcome: Outcome, question: SiteQuestion
) -> Iterator[Caution]:
    """Yield what a reader should know of a site.

    Parameters
    ----------
    operated, site : Operated, Site
        The site, as the kernels take it and as its file says it.
    outcome : Outcome
        What comes of it.
    question : SiteQuestion
        What was asked.
    """
    yield from _unknown(operated, outcome)
    yield from _signals(operated, question)
    if operated.hours.basis == "direct" and outcome.embodied.generation_kgco2e:
        message = (
            "the intensity of the grid is direct and that of the plants life-cycle: a total of "
            "both leaves out what is upstream of the grid"
        )
        yield Caution(message, "site.grid_hourly")
    battery = site.battery
    if battery is not None and battery.charge_from in _NOT_GREEDY and not question.wants_optimum:
        message = "counts for --optimum alone; the policy charges from surplus"
        yield Caution(message, "site.battery.charge_from")
    given_away = outcome.battery.given_away_mwh if outcome.battery is not None else 0.0
    if abs(given_away) > _SMALL_MWH:
        how = "less" if given_away > 0 else "more"
        message = f"the battery ends with {abs(given_away):,.4g} MWh {how} than it began with"
        yield Caution(message, "site.battery.start")
    if any(tier.kind == "within" for tier in operated.flexible.tiers):
        message = "`within`: the policy only waits, since running sooner needs the future"
        yield Caution(message, "site.flexibility")


def _signals(operated: Operated, question: SiteQuestion) -> Iterator[Caution]:
    if question.wants_hours_of_day and operated.hours.marginal_g_per_kwh is None:
        yield Caution("--aer-mer: give a file of marginal intensity", "site.marginal_hourly")


def _unknown(operated: Operated, outcome: Outcome) -> Iterator[Caution]:
    if outcome.embodied.servers_kgco2e is None:
        message = "it exceeds the peak of the demand: give `servers`, or the total is unknown"
        yield Caution(message, "site.capacity", vital=True)
    if outcome.embodied.generation_kgco2e is None:
        names = ", ".join(p.name for p in operated.hours.plants if p.g_per_kwh is None)
        message = f"{names}: give `carbon`, embodied carbon per energy, or the total is unknown"
        yield Caution(message, "site.generation", vital=True)
