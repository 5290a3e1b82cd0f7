"""The mean power of a workload, as the demand of a site."""

from __future__ import annotations

from carbonctl import estimators
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution
from carbonctl.site.jobs import jobs_of
from carbonctl.spec.files import read_input
from carbonctl.spec.load import load
from carbonctl.spec.site_file import LoadedSite
from carbonctl.spec.tree import decode

KW_PER_MW = 1000


def mean_power_mw(loaded: LoadedSite, catalog: Catalog) -> tuple[float, Caution]:
    """Return the mean power of the workload that a site's demand names [MW], and what is said.

    Activities are taken to run at once: their powers, with PUE, are added.

    Raises
    ------
    InputError
        Where the workload cannot be read, or an activity has no time.
    """
    ref = loaded.site.demand.workload
    assert ref is not None
    data = read_input(ref.file, str(ref))
    workload = load(decode(data, str(ref)), str(ref.file), estimators, catalog)
    jobs = jobs_of(workload, catalog).jobs
    power = sum(job.power_kw for job in jobs) / KW_PER_MW
    names = ", ".join(job.name for job in jobs)
    said = "of" if len(jobs) == 1 else "of all at once,"
    return power, Caution(
        f"the demand is {power * KW_PER_MW:,.4g} kW in every hour: the mean power {said} {names}",
        "demand.workload",
    )
