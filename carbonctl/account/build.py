"""Workload + Catalog → entries: the one place where estimators and factors meet."""

from __future__ import annotations

from typing import Any

from carbonctl import estimators
from carbonctl.account import machine as machines
from carbonctl.account import scope
from carbonctl.account import site as sites
from carbonctl.account.site import Supply
from carbonctl.catalog import Catalog
from carbonctl.estimators.base import (
    ActivityData,
    Attributed,
    Draw,
    Machine,
    Occupation,
    OnMachine,
    Quantity,
    Setting,
    Unusable,
    merge,
)
from carbonctl.factors import embodied, facility, grid, water
from carbonctl.ledger import EMBODIED, GRID_LOSSES, OPERATIONAL, PUE_OVERHEAD, Entry
from carbonctl.ranges import Number, best, high, low
from carbonctl.spec.model import Activity, Site, System, SystemFields, Workload
from carbonctl.values import Value

_MACHINE_KEYS = frozenset(SystemFields.model_fields)
_GIVE = {
    "system": "`embodied`",
    "devices": "`device_embodied`",
    "host": "`host_embodied`",
    "rest of the devices": "`device_embodied`",
    "requests": "a system, or `embodied_per_request`",
    "hardware": "`embodied` (0 kg where another activity counts it), or a system and its time",
}
_ASSUMED = ("catalog", "default", "archetype")  # a derived value rests on others
_WEAKEST_FIRST = ("archetype", "default", "derived", "catalog")


class Account:
    """The entries of one workload, what was assumed on the way, and what to warn of."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.assumptions: dict[tuple[str, str], Value] = {}
        self.warnings: list[str] = []
        self.machines: dict[tuple[str, bool], Machine] = {}

    def warn(self, message: str) -> None:
        """Add a warning once."""
        if message not in self.warnings:
            self.warnings.append(message)

    def assume(self, values: tuple[Value, ...]) -> None:
        """Note every value that the spec did not give, once."""
        for value in values:
            if value.status in _ASSUMED and value.path is not None:
                self.assumptions.setdefault((value.path, value.name), value)


class Unaccountable(Exception):
    """A workload that cannot be accounted for; ``faults`` are (keys, path, message)."""

    def __init__(self, faults: list[tuple[tuple[Any, ...], str, str]]) -> None:
        super().__init__("; ".join(message for *_, message in faults))
        self.faults = faults


def account(workload: Workload, catalog: Catalog) -> Account:
    """Return the account of a workload.

    Raises
    ------
    Unaccountable
        With every activity whose figures do not suffice or do not go together.
    """
    books = Account()
    faults: dict[tuple[tuple[Any, ...], str, str], None] = {}
    supplies: dict[int, Supply] = {}
    for phase, place, name, activity in workload.activities():
        path = f"phases.{phase}.{name}"
        try:
            supply = supplies.get(id(activity.site))
            if supply is None:
                supply = sites.supply(_site_layers(workload, activity, path), catalog)
                supplies[id(activity.site)] = supply
            data = _activity_data(books, workload, catalog, activity, path, supply)
        except Unusable as fault:
            keys = _keys(fault.path, path, ("phases", phase, place), activity)
            faults[keys, fault.path, fault.message] = None
            continue
        _Activity(books, phase, name, activity.kind, supply).enter(data)
    if faults:
        raise Unaccountable(list(faults))
    _check_bases(books, list(supplies.values()))
    return books


def _keys(fault: str, path: str, at: tuple[Any, ...], activity: Activity) -> tuple[Any, ...]:
    """Return the keys of a fault's path; a name in it may hold dots or be a number."""
    system = getattr(activity, "system", None)
    for prefix, keys in ((path, at), (f"systems.{system}", ("systems", system))):
        if fault == prefix or fault.startswith(f"{prefix}."):
            rest = fault[len(prefix) + 1 :]
            return (*keys, *(rest.split(".") if rest else ()))
    return tuple(fault.split("."))


def _site_layers(workload: Workload, activity: Activity, path: str) -> list[tuple[str, Site]]:
    layers = [(f"{path}.site", activity.site)] if activity.site else []
    return [*layers, ("site", workload.site or Site())]


def _activity_data(
    books: Account,
    workload: Workload,
    catalog: Catalog,
    activity: Activity,
    path: str,
    supply: Supply,
) -> ActivityData:
    estimator = estimators.module(activity.kind)
    machine: Machine | None = None
    if isinstance(activity, OnMachine) and activity.uses_machine:
        machine = _machine(books, workload, catalog, activity, path)
    setting = Setting(path, machine, catalog.defaults, supply.pue)
    data: ActivityData = estimator.activity_data(activity, setting)
    return data


def _machine(
    books: Account, workload: Workload, catalog: Catalog, activity: OnMachine, path: str
) -> Machine:
    """Return the machine of an activity; a named system that is used as it is, only once."""
    is_named = isinstance(activity.system, str)
    shared = is_named and not _MACHINE_KEYS & activity.model_fields_set
    key = (str(activity.system) if shared else path, activity.draws_power)
    if key not in books.machines:
        layers = _machine_layers(workload, activity, path)
        books.machines[key], warnings = machines.machine(
            layers[1:] if shared else layers, catalog, with_power=activity.draws_power
        )
        for warning in warnings:
            books.warn(warning)
    return books.machines[key]


def _machine_layers(workload: Workload, activity: OnMachine, path: str) -> list[Any]:
    layers: list[Any] = [(path, activity)]
    if isinstance(activity.system, System):
        layers.append((f"{path}.system", activity.system))
    elif activity.system is not None:
        layers.append((f"systems.{activity.system}", workload.systems[activity.system]))
    return layers


def _check_bases(books: Account, supplies: list[Supply]) -> None:
    bases = {supply.basis: supply.label for supply in supplies if supply.basis}
    if len(bases) > 1:
        parts = " and ".join(f"{label} is {basis}" for basis, label in sorted(bases.items()))
        books.warn(f"carbon intensities of different bases are added up: {parts}")


def _weakest(values: tuple[Value, ...]) -> str:
    statuses = {value.status for value in values}
    return next((status for status in _WEAKEST_FIRST if status in statuses), "given")


class _Activity:
    """Turns the activity data of one activity into entries."""

    def __init__(self, books: Account, phase: str, name: str, kind: str, supply: Supply) -> None:
        self.books = books
        self.phase = phase
        self.name = name
        self.kind = kind
        self.supply = supply
        self.used: list[Quantity] = []
        self.factor, self.market = supply.intensity.best, supply.market.best
        self.scope = scope.of_electricity(supply.operator, supply.basis)
        self.around = (*supply.market_inputs, *(supply.water or ()))

    def enter(self, data: ActivityData) -> None:
        """Add the entries of one activity."""
        for warning in self.supply.warnings:
            self.books.warn(warning)
        for draw in data.draws:
            self.electricity(draw.item, Quantity(draw.energy_kwh, draw.formula, draw.inputs), draw)
        self.overhead([d for d in data.draws if d.in_building and not d.includes_pue])
        self.lost()
        for occupation in data.occupations:
            self.hardware(occupation)
        for attributed in data.attributed:
            self.attributed(attributed)
        for share in data.timed:
            self.embodied(
                share.item, share.quantity, share.unit, share.rate, share.formula, share.inputs
            )

    def electricity(self, item: str, quantity: Quantity, draw: Draw | None = None) -> None:
        """Add one entry of electricity; without a draw it is what stands around the draws."""
        supply = self.supply
        energy, formula, inputs = quantity
        self.used.append(quantity)
        carbon = grid.kgco2e(energy, supply.intensity.number)
        used = (*inputs, supply.intensity)
        kwh = best(energy)
        is_network = draw is not None and not draw.in_building
        self.books.assume((*used, *self.around))
        self.books.entries.append(
            Entry(
                phase=self.phase,
                activity=self.name,
                kind=self.kind,
                item=item,
                boundary=OPERATIONAL,
                ghg_scope=scope.OF_NETWORKS if is_network else self.scope,
                lifecycle_stage="use",
                quantity=kwh,
                quantity_unit="kWh",
                factor=self.factor,
                factor_unit="kgCO2e/kWh",
                factor_basis=supply.basis,
                factor_year=supply.year,
                factor_source=supply.intensity.source,
                status=_weakest(used),
                energy_kwh=kwh,
                kgco2e=best(carbon),
                kgco2e_market=kwh * self.market,
                kgco2e_low=low(carbon),
                kgco2e_high=high(carbon),
                water_l=self.water(kwh, draw),
                formula=f"{formula} * carbon_intensity",
                inputs=(*used, *self.around),
            )
        )

    def water(self, kwh: float, draw: Draw | None) -> float | None:
        """Return the water of some energy [L]; None where it is not known."""
        known, pue = self.supply.water, self.supply.pue
        if known is None:
            return None
        it_kwh = kwh if draw is not None and draw.in_building else 0.0
        if draw is not None and draw.includes_pue and pue is not None:
            it_kwh = kwh / pue.best
        litres: float = water.litres(it_kwh, kwh, known.on_site.best, known.source.best)
        return litres

    def lost(self) -> None:
        """Add what is lost between plant and meter, where the site says how much."""
        losses = self.supply.losses
        if losses is None or not self.used:
            return
        energy: Number = self.used[0].number
        for part in self.used[1:]:
            energy = energy + part.number
        formula = " + ".join(part.formula for part in self.used)
        inputs = merge(*(part.inputs for part in self.used), (losses,))
        lost = Quantity(
            grid.lost_kwh(energy, losses.number), f"({formula}) * losses / (1 - losses)", inputs
        )
        self.electricity(GRID_LOSSES, lost)
        at_meter = self.books.entries[-1]
        self.books.entries[-1] = at_meter._replace(ghg_scope="3.3", energy_kwh=0.0)

    def overhead(self, draws: list[Draw]) -> None:
        """Add what the building uses beyond its machines: ``E·PUE − E``."""
        pue = self.supply.pue
        if pue is None or not draws:
            return
        it_energy: Number = draws[0].energy_kwh
        for draw in draws[1:]:
            it_energy = it_energy + draw.energy_kwh
        energy = facility.overhead_kwh(it_energy, pue.number)
        it_formula = " + ".join(draw.formula for draw in draws)
        formula = f"(({it_formula}) * pue - ({it_formula}))"
        inputs = merge(*(draw.inputs for draw in draws), (pue,))
        self.electricity(PUE_OVERHEAD, Quantity(energy, formula, inputs))

    def hardware(self, occupation: Occupation) -> None:
        """Add the embodied share of hardware for the hours it was occupied (wu2022 Eq. 1)."""
        share, lifetime, use = occupation.share, occupation.lifetime, occupation.utilization
        unit = "device-h" if share.per is None else "system-h"
        if share.value is None:
            self.embodied(share.item, occupation.hours, unit, None, "", occupation.inputs)
            return
        rate = embodied.kgco2e_per_hour(share.value.number, lifetime.number, use.number)
        inputs = (*occupation.inputs, share.value, lifetime, use)
        formula = f"{occupation.formula} * {share.value.name} / ({lifetime.name} * {use.name})"
        self.embodied(share.item, occupation.hours, unit, rate, formula, inputs)

    def attributed(self, attributed: Attributed) -> None:
        """Add embodied carbon that the spec attributes directly."""
        value = attributed.value
        if value is None:
            self.embodied(attributed.item, 1.0, "share", None, "", ())
        else:
            self.embodied(attributed.item, 1.0, "share", *value)

    def embodied(
        self,
        item: str,
        hours: Number,
        unit: str,
        rate: Number | None,
        formula: str,
        inputs: tuple[Value, ...],
    ) -> None:
        """Add one embodied entry; an unknown rate makes it, and the sums above it, unknown."""
        carbon = None if rate is None else hours * rate
        if rate is None:
            self.books.warn(
                f"phases.{self.phase}.{self.name}: the embodied carbon of the {item} is unknown, "
                f"and with it the embodied and total sums; give {_GIVE[item]}"
            )
        self.books.assume(inputs)
        source = next((v.source for v in inputs if "embodied" in v.name), None)
        self.books.entries.append(
            Entry(
                phase=self.phase,
                activity=self.name,
                kind=self.kind,
                item=item,
                boundary=EMBODIED,
                ghg_scope=scope.of_hardware(self.supply.operator),
                lifecycle_stage="manufacturing",
                quantity=best(hours),
                quantity_unit=unit,
                factor=None if rate is None else best(rate),
                factor_unit=f"kgCO2e/{unit}",
                factor_basis=None,
                factor_year=None,
                factor_source=source,
                status=_weakest(inputs),
                energy_kwh=0.0,
                kgco2e=None if carbon is None else best(carbon),
                kgco2e_market=None if carbon is None else best(carbon),
                kgco2e_low=None if carbon is None else low(carbon),
                kgco2e_high=None if carbon is None else high(carbon),
                water_l=None,
                formula=formula,
                inputs=inputs,
            )
        )
