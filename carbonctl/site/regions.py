"""Where to run a job: the runs of each region, beside what it takes to move the job there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.site.elastic import Curve
from carbonctl.site.integral import Steps, share_times
from carbonctl.site.job import Job
from carbonctl.site.run import G_PER_KG
from carbonctl.site.waiting import Waiting, waiting


class Region(NamedTuple):
    """A place where a job could run.

    Attributes
    ----------
    name : str
        As the spec calls it.
    series : Steps
        Its intensity, on the time axis of all regions [g/kWh].
    signal : str
        "average" or "marginal".
    basis : str or None
        "life-cycle" or "direct"; None where its file does not say.
    pue : float
        Facility energy per energy of the job; 1 or more.
    transfer_kwh : float
        Energy of moving the job and its data there [kWh].
    by : Steps or None
        What its hours are chosen by, where that is not its intensity.
    """

    name: str
    series: Steps
    signal: str = "average"
    basis: str | None = None
    pue: float = 1.0
    transfer_kwh: float = 0.0
    by: Steps | None = None


class Placement(NamedTuple):
    """A job in one region.

    Attributes
    ----------
    name : str
        The region.
    waiting : Waiting
        The runs there, PUE included.
    transfer_kgco2e : float
        Of moving the job there [kg].
    """

    name: str
    waiting: Waiting
    transfer_kgco2e: float

    @property
    def total_kgco2e(self) -> float:
        """The best run and the transfer [kg]."""
        return self.waiting.best.run.kgco2e + self.transfer_kgco2e


def placements(
    job: Job, home: Region, away: Sequence[Region], scale: Curve | None = None
) -> tuple[Placement, ...]:
    """Return the job in each region, home first; it stays where it begins.

    total = mean intensity of its hours · energy · PUE + transfer · intensity at home at the
    release; home pays no transfer.

    Parameters
    ----------
    job : Job
        Its power and the energy of its resumptions are those of the machines, without PUE; its
        power limit is that of the facility.
    home : Region
        Where the job and its data are.
    away : sequence of Region
        The others.
    scale : Curve or None
        Throughput by number of workers of an elastic job.

    Raises
    ------
    ValueError
        Where regions differ in basis, signal or time axis, or the job does not fit.
    """
    regions = (home, *away)
    _check_alike(regions)
    at_release = home.series.at(job.release_h)
    return tuple(
        Placement(
            region.name,
            waiting(_at_facility(job, region.pue), region.series, region.by, scale),
            0.0 if region is home else region.transfer_kwh * at_release / G_PER_KG,
        )
        for region in regions
    )


def best_placement(placed: Sequence[Placement]) -> Placement:
    """Return the region with the lowest total, the first of equal ones."""
    return min(placed, key=lambda placement: placement.total_kgco2e)


def _at_facility(job: Job, pue: float) -> Job:
    if pue < 1:
        raise ValueError(f"a PUE must be 1 or more, not {pue:g}")
    return job._replace(power_kw=job.power_kw * pue, restart_kwh=job.restart_kwh * pue)


def _check_alike(regions: Sequence[Region]) -> None:
    home = regions[0]
    for region in regions[1:]:
        for what, here, there in (
            ("signals", home.signal, region.signal),
            ("bases", home.basis, region.basis),
        ):
            if here != there:
                raise ValueError(
                    f"regions of different {what} cannot be compared: {home.name} is "
                    f"{here or 'not stated'}, {region.name} is {there or 'not stated'}"
                )
        if not share_times(home.series, region.series):
            raise ValueError(f"{home.name} and {region.name} have hourly data of different times")
