"""The jobs of a workload: how long each runs, what it draws, and whose hours it meets."""

from __future__ import annotations

from typing import Any, NamedTuple

from carbonctl.account.accountant import Unaccountable, account, keys_of, pues
from carbonctl.account.hours import run_starts
from carbonctl.account.places import places
from carbonctl.account.site import HoursOf, hours_of
from carbonctl.catalog import Catalog
from carbonctl.errors import Caution, InputError, Problem
from carbonctl.factors import grid
from carbonctl.numbers.intervals import Range, best
from carbonctl.numbers.values import Value
from carbonctl.spec.hours import Schedule
from carbonctl.spec.load import Loaded
from carbonctl.spec.model import Activity, Site, Workload

_ANY = Value(1.0, "kgCO2e/kWh", name="carbon_intensity")  # energy does not depend on it


class JobFacts(NamedTuple):
    """One activity that may be scheduled.

    Attributes
    ----------
    path, name : str
        Where it stands: phases.training.pre-training; what tables call it.
    keys : tuple
        The keys that lead to it in the workload.
    hours : float
        How long it runs each time [h].
    power_kw : float
        Its mean power while it runs, PUE included [kW].
    pue : float
        Of its site; 1 where there is no data centre.
    starts_h : tuple of float
        When it begins each time, from the first time [h].
    schedule : Schedule
        When and where it may run.
    activity : Activity
        As the workload has it.
    at : HoursOf
        Where the hours of its grid stand, and its losses.
    """

    path: str
    name: str
    keys: tuple[str | int, ...]
    hours: float
    power_kw: float
    pue: float
    starts_h: tuple[float, ...]
    schedule: Schedule
    activity: Activity
    at: HoursOf

    @property
    def generated_per_kwh(self) -> float:
        """Energy generated per energy at the meter: more than 1 where grid losses are given."""
        losses = self.at.losses
        return 1.0 if losses is None else 1.0 + float(grid.lost_kwh(1.0, losses.best))


class Jobs(NamedTuple):
    """The jobs of a workload, what is to be said of them, and those that cannot be scheduled."""

    jobs: tuple[JobFacts, ...]
    warnings: tuple[Caution, ...]
    problems: tuple[Problem, ...]


def jobs_of(loaded: Loaded, catalog: Catalog) -> Jobs:
    """Return the activities with a `schedule`; where none has one, those with a wall time.

    Raises
    ------
    InputError
        Where there is no such activity, or the energy of the workload cannot be computed.
    """
    workload = loaded.workload
    listed = workload.activities()
    wanted = [item for item in listed if item[3].schedule is not None] or [
        item for item in listed if item[3].machine_time is not None
    ]
    if not wanted:
        message = "no activity has a `wall_time`, how long it runs: there is no job to schedule"
        raise InputError([loaded.problem(("phases",), "phases", message)])
    facts = _Facts(loaded, catalog)
    jobs = [facts.job(*item) for item in wanted]
    return Jobs(
        tuple(job for job in jobs if job is not None),
        tuple(facts.warnings),
        tuple(facts.problems),
    )


class _Facts:
    """Gathers what is known of each job, and what is wrong."""

    def __init__(self, loaded: Loaded, catalog: Catalog) -> None:
        self.loaded = loaded
        self.catalog = catalog
        self.problems: list[Problem] = []
        self.warnings: list[Caution] = []
        flat = _with_any_intensity(loaded.workload)
        try:
            journal = account(flat, catalog)
        except Unaccountable as error:
            raise InputError(loaded.problem(*fault) for fault in error.faults) from None
        self.energy_kwh: dict[tuple[str, str], float] = {}
        for entry in journal.entries:
            key = (entry.phase, entry.activity)
            self.energy_kwh[key] = self.energy_kwh.get(key, 0.0) + (entry.energy_kwh or 0.0)
        self.pues = pues(flat, catalog)

    def job(self, phase: str, place: int, name: str, activity: Activity) -> JobFacts | None:
        """Return what is known of one activity; None where it cannot be scheduled."""
        path = f"phases.{phase}.{name}"

        def refuse(message: str) -> JobFacts | None:
            keys = keys_of(path, self.loaded.workload, {path: ("phases", phase, place)})
            self.problems.append(self.loaded.problem(keys, path, f"{name}: {message}"))
            return None

        if activity.machine_time is None:
            return refuse("a schedule needs a `wall_time`, how long the job runs")
        if not activity.in_data_centre:
            return refuse("what runs on clients is not scheduled")
        at = places(self.loaded.workload, phase, activity, path)
        if len(at) > 1:
            return refuse("it runs at several sites at once; schedule a job of one site")
        hours = activity.machine_time.time.best
        starts = run_starts(activity)
        energy = self.energy_kwh.get((phase, name), 0.0)
        if hours <= 0 or energy <= 0:
            return refuse("it takes no time or no energy; there is nothing to schedule")
        if isinstance(activity.machine_time.time.number, Range):
            message = (
                f"{activity.machine_time.key} is a range: its best estimate, {hours:g} h, is taken"
            )
            self.warnings.append(Caution(message, path, kind="a range of time"))
        pue = self.pues.get((phase, name, 0))
        return JobFacts(
            path=path,
            name=f"{phase}.{name}",
            keys=("phases", phase, place),
            hours=hours,
            power_kw=energy / len(starts) / hours,
            pue=best(pue.number) if pue is not None else 1.0,
            starts_h=starts,
            schedule=activity.schedule or Schedule(),
            activity=activity,
            at=hours_of(at[0].layers, self.catalog),
        )


def _with_any_intensity(workload: Workload) -> Workload:
    """Return a workload whose sites all have one intensity, so that its energy can be told."""

    def flat(site: Any) -> Any:
        if isinstance(site, Site):
            return site.model_copy(update={"grid_hourly": None, "carbon_intensity": _ANY})
        return tuple(map(flat, site)) if isinstance(site, tuple) else site

    def timeless(activity: Activity) -> Activity:
        return activity.model_copy(update={"site": flat(activity.site), "start": None})

    whole = workload.site if workload.site is not None else Site()
    return workload.model_copy(
        update={
            "site": flat(whole),
            "sites": {name: flat(site) for name, site in (workload.sites or {}).items()} or None,
            "phase_sites": {
                name: flat(site) for name, site in (workload.phase_sites or {}).items()
            } or None,
            "phases": {
                phase: tuple(map(timeless, activities))
                for phase, activities in workload.phases.items()
            },
        }
    )  # fmt: skip
