"""Workload + Catalog → entries: the one place where estimators and factors meet."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from carbonctl import estimators
from carbonctl.account import instances
from carbonctl.account import machine as machines
from carbonctl.account import site as sites
from carbonctl.account.changes import NONE, Changes
from carbonctl.account.entries import Entries, Where
from carbonctl.account.host_classes import Surroundings
from carbonctl.account.hours import Run, run_of
from carbonctl.account.journal import Journal
from carbonctl.account.node import Layer
from carbonctl.account.overuse import overuse
from carbonctl.account.places import Place, at_place, places
from carbonctl.account.site import MAX_YEARS_APART, Supply
from carbonctl.catalog import Catalog
from carbonctl.catalog.instances import Instance
from carbonctl.errors import Caution
from carbonctl.estimators.base import ActivityContext, ActivityData, ActivityError
from carbonctl.estimators.machine import Machine
from carbonctl.estimators.machine_fields import MachineFields
from carbonctl.estimators.usage import Use
from carbonctl.ledger.entry import BEYOND, are_in_limits
from carbonctl.numbers.intervals import decide
from carbonctl.numbers.values import Value
from carbonctl.spec.model import Activity, Workload
from carbonctl.spec.systems import System, SystemFields

_MACHINE_KEYS = frozenset(SystemFields.model_fields)


class Unaccountable(Exception):
    """A workload that cannot be accounted for; ``faults`` are (keys, path, message)."""

    def __init__(self, faults: list[tuple[tuple[Any, ...], str, str]]) -> None:
        super().__init__("; ".join(message for *_, message in faults))
        self.faults = faults


def account(workload: Workload, catalog: Catalog, changes: Changes = NONE) -> Journal:
    """Return the account of a workload, with some changes of its activity data.

    Raises
    ------
    Unaccountable
        With every activity whose figures do not suffice or do not go together.
    """
    return _Accountant(workload, catalog, changes).account()


def pues(workload: Workload, catalog: Catalog) -> dict[tuple[str, str, int], Value | None]:
    """Return the PUE of each site of each activity that runs in a data centre.

    Activities without a carbon intensity are left out.
    """
    accountant = _Accountant(workload, catalog)
    values: dict[tuple[str, str, int], Value | None] = {}
    for phase, _, name, activity in workload.activities():
        if activity.in_data_centre:
            with suppress(ActivityError):
                for place, (_, supply) in enumerate(
                    accountant.sites(phase, activity, f"phases.{phase}.{name}")
                ):
                    values[phase, name, place] = supply.pue
    return values


def keys_of(fault: str, workload: Workload, places: dict[str, tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return the keys of a fault's path.

    A name in it may hold dots or be a number: that of the activity in ``places``, of a system
    or of a site.
    """
    places = {
        **places,
        **{f"systems.{name}": ("systems", name) for name in workload.systems},
        **{f"sites.{name}": ("sites", name) for name in workload.sites or ()},
    }
    before: tuple[Any, ...] = ()
    for prefix, keys in places.items():
        if fault == prefix or fault.startswith(f"{prefix}."):
            before, fault = keys, fault[len(prefix) + 1 :]
            break
    return (*before, *(int(p) if p.isdecimal() else p for p in fault.split(".") if p))


def machine_layers(fields: MachineFields, path: str, workload: Workload) -> list[Layer]:
    """Return what describes a machine: an activity's own fields, then those of its system."""
    layers: list[Layer] = [(path, fields)]
    if isinstance(fields.system, System):
        layers.append((f"{path}.system", fields.system))
    elif fields.system is not None:
        layers.append((f"systems.{fields.system}", workload.systems[fields.system]))
    return layers


def _are_several(fields: MachineFields) -> bool:
    """Whether several devices work together, as far as the activity says it."""
    devices: Value | None = getattr(fields, "devices", None)
    return devices is not None and decide(devices.best > 1)


class _Accountant:
    """Goes through the activities of one workload."""

    def __init__(self, workload: Workload, catalog: Catalog, changes: Changes = NONE) -> None:
        self.workload = workload
        self.catalog = catalog
        self.changes = changes
        self.journal = Journal()
        self.machines: dict[tuple[bool, str, bool, Surroundings], Machine] = {}
        self.supplies: dict[tuple[Any, ...], list[tuple[Place, Supply]]] = {}

    def account(self) -> Journal:
        faults: dict[tuple[tuple[Any, ...], str, str], None] = {}
        for phase, place, name, activity in self.workload.activities():
            path = f"phases.{phase}.{name}"
            try:
                caused = self.activity(phase, activity, path)
            except ActivityError as fault:
                places = {path: ("phases", phase, place)}
                faults |= {  # no name may keep a fault, whose frames would keep the name
                    (keys_of(error.path, self.workload, places), error.path, error.message): None
                    for error in fault.all
                }
                continue
            where = Where(phase, name, activity.kind)
            before = len(self.journal.entries)
            if caused and (caused[0][2].figures or caused[0][2].details):
                self.journal.show(phase, name, caused[0][2])
            for at, supply, data in caused:
                self.check(path, data, supply)
                of_clients = data.clients is None and activity.has_clients
                runs_on = None if of_clients else activity.machine_fields[1]
                system = machines.name(runs_on or activity)
                entries = Entries(self.journal, where, supply, at, system, of_clients=of_clients)
                entries.enter(at_place(data, at))
            if not are_in_limits(self.journal.entries[before:]):
                faults[("phases", phase, place), path, f"{path}: {BEYOND}"] = None
        if faults:
            raise Unaccountable(list(faults))
        self.check_bases()
        return self.journal

    def activity(
        self, phase: str, activity: Activity, path: str
    ) -> list[tuple[Place, Supply, ActivityData]]:
        """Return what an activity causes at each of its sites, and at those of its clients."""
        caused = []
        if activity.in_data_centre:
            caused = [
                (at, supply, self.activity_data(phase, activity, path, supply))
                for at, supply in self.sites(phase, activity, path)
            ]
            clients = caused[0][2].clients
        else:
            data = self.activity_data(phase, activity, path, None)
            clients = data.clients and data.clients._replace(warnings=data.warnings)
        if clients is not None:
            caused += [
                (at, supply, clients) for at, supply in self.sites(phase, activity, path, True)
            ]
        return caused

    def sites(
        self, phase: str, activity: Activity, path: str, of_clients: bool = False
    ) -> list[tuple[Place, Supply]]:
        """Return where an activity runs, or its clients: one place, or several with shares."""
        own = getattr(activity, "client_site", None) if of_clients else None
        instance = None if of_clients else self.instance(activity, path)
        run = run_of(activity, path)
        at = path if run is not None else ""
        key = (phase, id(activity.site), id(own), of_clients, instance and instance.id, at)
        if key not in self.supplies:
            self.supplies[key] = [
                (place, self.supply(place, instance, run, of_clients))
                for place in places(self.workload, phase, activity, path, of_clients)
            ]
        return self.supplies[key]

    def supply(
        self, place: Place, instance: Instance | None, run: Run | None, of_clients: bool
    ) -> Supply:
        """Return the electricity of a place, which a cloud machine type says more of."""
        layers = place.layers
        if instance is None:
            return sites.supply(layers, self.catalog, run, of_clients=of_clients)
        layers = [*layers, (layers[-1][0], instances.site(instance))]
        supply = sites.supply(layers, self.catalog, run)
        note = instances.elsewhere(instance, layers, self.catalog)
        return supply if note is None else supply._replace(warnings=(*supply.warnings, note))

    def instance(self, activity: Activity, path: str) -> Instance | None:
        """Return the cloud machine type that an activity runs on; None where it names none."""
        key, fields = activity.machine_fields
        if fields is None:
            return None
        layers = machine_layers(fields, f"{path}.{key}" if key else path, self.workload)
        return instances.of_layers(layers, self.catalog)

    def activity_data(
        self, phase: str, activity: Activity, path: str, supply: Supply | None
    ) -> ActivityData:
        estimator = estimators.module(activity.kind)
        key, fields = activity.machine_fields
        machine: Machine | None = None
        if fields is not None:
            is_cloud = supply is not None and supply.operator == "cloud"
            surroundings = Surroundings(is_cloud, _are_several(fields))
            machine = self.machine(fields, f"{path}.{key}" if key else path, surroundings)
        pue = supply.pue if supply else None
        catalog = self.catalog
        setting = ActivityContext(
            path, machine, catalog.defaults, pue, catalog, Use(phase, activity.kind), catalog.priors
        )
        data: ActivityData = estimator.activity_data(activity, setting)
        if path in self.changes:
            data = self.changes[path].of(data)
        odd = tuple(overuse(activity, path, data))
        return data._replace(warnings=(*data.warnings, *odd)) if odd else data

    def machine(self, activity: MachineFields, path: str, surroundings: Surroundings) -> Machine:
        """Return the machine of an activity; a named system that is used as it is, only once."""
        is_named = isinstance(activity.system, str)
        shared = is_named and not _MACHINE_KEYS & activity.model_fields_set
        key = (shared, str(activity.system) if shared else path, activity.draws_power, surroundings)
        if key not in self.machines:
            layers = machine_layers(activity, path, self.workload)
            self.machines[key], warnings = machines.machine(
                layers[1:] if shared else layers,
                self.catalog,
                surroundings,
                with_power=activity.draws_power,
            )
            for warning in warnings:
                self.journal.warn(warning)
        return self.machines[key]

    def check(self, path: str, data: ActivityData, supply: Supply) -> None:
        """Warn of what an estimator says, and of figures of another time than the activity."""
        for warning in data.warnings:
            self.journal.warn(warning)
        for key, year in data.dated:
            if supply.wanted_year and abs(supply.wanted_year - year) > MAX_YEARS_APART:
                message = (
                    f"the figure is of {year}, "
                    f"more than {MAX_YEARS_APART} years from {supply.wanted_year}"
                )
                self.journal.warn(Caution(message, f"{path}.{key}", kind="a figure's year"))

    def check_bases(self) -> None:
        """Warn where carbon intensities of different bases are added up."""
        used = [supply for placed in self.supplies.values() for _, supply in placed]
        counting = dict.fromkeys(supply.label for supply in used if supply.counts_imports)
        self.journal.imports = tuple(counting)
        hourly = {supply.is_hourly: supply.label for supply in used}
        if len(hourly) > 1:
            message = (
                "hourly and annual carbon intensities are added up: activities with `start` "
                "have those of their hours, the others that of a year"
            )
            self.journal.warn(Caution(message, kind="hourly and annual"))
        bases = {supply.basis: supply.label for supply in used if supply.basis}
        if len(bases) > 1:
            parts = " and ".join(f"{label} is {basis}" for basis, label in sorted(bases.items()))
            message = f"carbon intensities of different bases are added up: {parts}"
            self.journal.warn(Caution(message, kind="different bases", vital=True))
