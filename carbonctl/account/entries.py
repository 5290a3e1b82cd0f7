"""Turns the activity data of one activity at one site into entries of the ledger."""

from typing import NamedTuple

from carbonctl.account import scope
from carbonctl.account.journal import Journal
from carbonctl.account.places import Place
from carbonctl.account.supplies import Supply
from carbonctl.errors import Caution
from carbonctl.estimators.base import (
    ActivityData,
    Attributed,
    ElectricityUse,
    Occupation,
    TimedShare,
)
from carbonctl.estimators.roles import BUILDING, LOSSES, OVERHEAD, Role
from carbonctl.factors import embodied, facility, grid, water
from carbonctl.ledger.entry import EMBODIED, GRID_LOSSES, OPERATIONAL, PUE_OVERHEAD, Entry
from carbonctl.numbers.intervals import best, decide, high, low
from carbonctl.numbers.quantities import SUM, Quantity, added, of
from carbonctl.numbers.values import Value


class Where(NamedTuple):
    """The activity that entries are of."""

    phase: str
    name: str
    kind: str


class Entries:
    """Adds the entries of one activity at one site to the books.

    Parameters
    ----------
    books : Journal
        Takes the entries.
    where : Where
        The activity.
    supply : Supply
        The electricity of the site.
    place : Place
        The site, and what tells its items from those of another.
    system : str
        What the system of the activity is called.
    of_clients : bool
        Whether it is the site of clients and not that of the activity.
    """

    def __init__(
        self,
        journal: Journal,
        where: Where,
        supply: Supply,
        place: Place,
        system: str,
        *,
        of_clients: bool = False,
    ) -> None:
        self.journal = journal
        self.of_clients = of_clients
        self.head = where
        self.supply = supply
        self.place = place
        self.system = system
        self.used: list[Quantity] = []
        self.factor, self.market = best(supply.intensity.number), best(supply.market.number)
        self.scope = scope.of_electricity(supply.operator, supply.basis)
        self.around = (*supply.market_inputs, *(supply.water or ()))

    def enter(self, data: ActivityData) -> None:
        """Add the entries of some activity data."""
        for warning in self.supply.warnings:
            self.journal.warn(warning)
        for draw in data.draws:
            self.electricity(draw.item, draw.role, draw.energy, draw)
        self.overhead([d for d in data.draws if d.in_building and not d.includes_pue])
        self.lost()
        for occupation in data.occupations:
            self.hardware(occupation)
        for attributed in data.attributed:
            self.attributed(attributed)
        for share in data.timed:
            self.timed(share)
        if self.supply.building is not None:
            self.building([d for d in data.draws if d.in_building])

    def electricity(
        self, item: str, role: Role, energy: Quantity, draw: ElectricityUse | None = None
    ) -> None:
        """Add one entry of electricity; without a draw it is what stands around the draws."""
        supply = self.supply
        self.used.append(energy)
        carbon = grid.kgco2e(energy, of(supply.intensity))
        kwh = best(energy.number)
        if draw is not None:
            self.journal.without_pue_kwh.append(self.without_pue(kwh, draw))
        is_network = draw is not None and not draw.in_building
        status = self.journal.assume(carbon.inputs)
        if self.around:
            self.journal.assume(self.around)
        self.journal.entries.append(
            Entry(  # in the order of its columns: by keyword it takes three times as long
                *self.head,
                item + self.place.suffix,
                OPERATIONAL,
                scope.OF_NETWORKS if is_network else self.scope,
                "use",
                kwh,
                "kWh",
                self.factor,
                "kgCO2e/kWh",
                supply.basis,
                supply.year,
                supply.intensity.source,
                status,
                kwh,
                best(carbon.number),
                kwh * self.market,
                low(carbon.number),
                high(carbon.number),
                self.water(kwh, draw),
                carbon.formula,
                (*carbon.inputs, *self.around),
                item,
                role,
                self.place.name,
                self.system,
                _within_product(energy),
            )
        )

    def without_pue(self, kwh: float, draw: ElectricityUse) -> float:
        """Return what the machines themselves use of some energy that was drawn [kWh]."""
        pue = self.supply.pue
        return kwh / best(pue.number) if draw.includes_pue and pue is not None else kwh

    def water(self, kwh: float, draw: ElectricityUse | None) -> float | None:
        """Return the water of some energy [L]; None where it is not known."""
        known = self.supply.water
        if known is None:
            return None
        in_building = draw is not None and draw.in_building
        it_kwh = self.without_pue(kwh, draw) if draw is not None and in_building else 0.0
        on_site, source = best(known.on_site.number), best(known.source.number)
        litres: float = water.litres(it_kwh, kwh, on_site, source)
        return litres

    def lost(self) -> None:
        """Add what is lost between plant and meter, where the site says how much."""
        losses = self.supply.losses
        if losses is None or not self.used:
            return
        item = f"client: {GRID_LOSSES}" if self.of_clients else GRID_LOSSES
        self.electricity(item, LOSSES, grid.lost_kwh(added(*self.used), of(losses)))
        at_meter = self.journal.entries[-1]
        whose = "3.3" if self.scope.startswith("2") else self.scope  # 3.3 is of energy one buys
        self.journal.entries[-1] = at_meter._replace(ghg_scope=whose, energy_kwh=0.0)

    def overhead(self, draws: list[ElectricityUse]) -> None:
        """Add what the building uses beyond its machines: ``E·PUE − E``."""
        pue = self.supply.pue
        if pue is None or not draws:
            return
        it_energy = added(*(draw.energy for draw in draws))
        self.electricity(PUE_OVERHEAD, OVERHEAD, facility.overhead_kwh(it_energy, of(pue)))

    def building(self, draws: list[ElectricityUse]) -> None:
        """Add the share of the building that its IT energy takes, over the building's life."""
        building, pue = self.supply.building, self.supply.pue
        if building is None or not draws:
            return
        parts = [
            draw.energy / pue if draw.includes_pue and pue is not None else draw.energy
            for draw in draws
        ]
        rate = facility.construction_kgco2e_per_kwh(
            building.per_kw, of(building.lifetime), of(building.utilization)
        )
        self.embodied("building", BUILDING, added(*parts), "kWh", rate)

    def hardware(self, occupation: Occupation) -> None:
        """Add the embodied share of hardware for the hours it was occupied (wu2022 Eq. 1)."""
        share, lifetime, use = occupation.share, occupation.lifetime, occupation.utilization
        unit = "device-h" if share.scale is None else f"{share.unit}-h"
        rate: Quantity | None = None
        if share.value is not None:
            rate = embodied.kgco2e_per_hour(share.value, of(lifetime), of(use))
        hours = occupation.hours
        self.embodied(share.item, share.role, hours, unit, rate, share.stage, share.lacks)

    def attributed(self, attributed: Attributed) -> None:
        """Add embodied carbon that the spec attributes directly."""
        item, value, lacks, role = attributed
        self.embodied(item, role, None, "share", value, lacks=lacks)

    def timed(self, timed: TimedShare) -> None:
        """Add the carbon of hardware at a rate of its own; of a site its share stands last."""
        is_whole = self.place.share is None
        item, amount, unit, rate, role = timed
        self.embodied(item, role, amount, unit, rate, is_product=is_whole)

    def embodied(
        self,
        item: str,
        role: Role,
        amount: Quantity | None,
        unit: str,
        rate: Quantity | None,
        stage: str = "manufacturing",
        lacks: str = "",
        *,
        is_product: bool = True,
    ) -> None:
        """Add one embodied entry; an unknown rate makes it, and the sums above it, unknown.

        Of hardware that was not used at all the carbon is 0, whatever the rate. Where the spec
        gives the carbon itself, as ``rate``, there is no amount. ``is_product`` says whether the
        formula is that of the amount times that of the rate.
        """
        carbon = rate if rate is None or amount is None else amount * rate
        inputs = next((figure.inputs for figure in (carbon, amount) if figure is not None), ())
        if carbon is None and amount is not None and decide(high(amount.number) == 0):
            carbon = Quantity(0.0, amount.formula, inputs)
        elif carbon is None:
            give = f"; give {lacks}" if lacks else ""
            message = (
                f"the embodied carbon of the {item} is unknown, "
                f"and with it the embodied and total sums{give}"
            )
            path = f"phases.{self.head.phase}.{self.head.name}"
            self.journal.warn(Caution(message, path, vital=True))
        status = self.journal.assume(inputs)
        source = _source(inputs)
        kg = None if carbon is None else best(carbon.number)
        self.journal.entries.append(
            Entry(
                *self.head,
                item + self.place.suffix,
                EMBODIED,
                (scope.of_building if role == BUILDING else scope.of_hardware)(
                    self.supply.operator
                ),
                stage,
                1.0 if amount is None else best(amount.number),
                unit,
                None if rate is None else best(rate.number),
                f"kgCO2e/{unit}",
                None,
                None,
                source,
                status,
                0.0,
                kg,
                kg,
                None if carbon is None else low(carbon.number),
                None if carbon is None else high(carbon.number),
                None,
                "" if carbon is None else carbon.formula,
                inputs,
                item,
                role,
                self.place.name,
                self.system,
                _within_product(amount) if carbon and amount and is_product else "",
            )
        )


# The figures that hardware is counted by.
_COUNTED_BY = frozenset({
    "embodied", "device_embodied", "host_embodied", "storage_embodied", "embodied_per_request",
    "building_embodied_per_capacity", "building_embodied_per_area", "embodied_factor",
    "embodied_per_gb", "embodied_per_area", "embodied_per_mass", "embodied_per_energy", "epa",
    "carbon_each", "carbon_per_area", "carbon_per_capacity", "carbon_per_energy",
    "carbon_per_mass", "carbon_per_mass_distance", "package_carbon", "energy_per_mass",
})  # fmt: skip


def _source(inputs: tuple[Value, ...]) -> str | None:
    """Return the source of the figure that hardware is counted by."""
    return next((v.source for v in inputs if (v.figure or v.name) in _COUNTED_BY), None)


def _within_product(quantity: Quantity) -> str:
    """Return a formula as it stands within a product."""
    return f"({quantity.formula})" if quantity.binds == SUM else quantity.formula
