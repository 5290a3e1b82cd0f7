"""Turns the activity data of one activity at one site into entries of the ledger."""

from typing import NamedTuple

from carbonctl.account import scope
from carbonctl.account.journal import Journal
from carbonctl.account.site import Supply
from carbonctl.errors import Caution
from carbonctl.estimators.base import ActivityData, Attributed, ElectricityUse, Occupation
from carbonctl.factors import embodied, facility, grid, water
from carbonctl.ledger.entry import BUILDING, EMBODIED, GRID_LOSSES, OPERATIONAL, PUE_OVERHEAD, Entry
from carbonctl.numbers.intervals import Number, best, decide, high, low
from carbonctl.numbers.quantities import Quantity, added, merge
from carbonctl.numbers.values import Value

_GIVE = {
    "system": "`embodied`, or a stand-in for the host (`carbonctl hardware search archetype`)",
    "devices": "`device_embodied`",
    "host": "`host_embodied`",
    "rest of the devices": "`device_embodied`",
    "requests": "a system, or `embodied_per_request`",
    "devices of requests": "`time_per_request` with a `device`, or `embodied_per_request`",
    "client devices": "`device_embodied`, or a `device` whose figure is known",
    "hardware": "`embodied` (0 kg where another activity counts it), or a system and its time",
}
_GIVE_EACH = "`device_embodied` of each of the accelerators"


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
        The site.
    suffix : str
        What tells the items of one site from those of another; empty where there is one.
    of_clients : bool
        Whether it is the site of clients and not that of the activity.
    """

    def __init__(
        self,
        journal: Journal,
        where: Where,
        supply: Supply,
        suffix: str = "",
        *,
        of_clients: bool = False,
    ) -> None:
        self.journal = journal
        self.of_clients = of_clients
        self.head = where
        self.supply = supply
        self.suffix = suffix
        self.used: list[Quantity] = []
        self.factor, self.market = best(supply.intensity.number), best(supply.market.number)
        self.scope = scope.of_electricity(supply.operator, supply.basis)
        self.around = (*supply.market_inputs, *(supply.water or ()))

    def enter(self, data: ActivityData) -> None:
        """Add the entries of some activity data."""
        for warning in self.supply.warnings:
            self.journal.warn(warning)
        for draw in data.draws:
            self.electricity(draw.item, draw.quantity, draw)
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
        if self.supply.building is not None:
            self.building([d for d in data.draws if d.in_building])

    def electricity(
        self, item: str, quantity: Quantity, draw: ElectricityUse | None = None
    ) -> None:
        """Add one entry of electricity; without a draw it is what stands around the draws."""
        supply = self.supply
        energy, formula, inputs = quantity
        self.used.append(quantity)
        carbon = grid.kgco2e(energy, supply.intensity.number)
        used = (*inputs, supply.intensity)
        kwh = best(energy)
        if draw is not None:
            self.journal.without_pue_kwh.append(self.without_pue(kwh, draw))
        is_network = draw is not None and not draw.in_building
        status = self.journal.assume(used)
        if self.around:
            self.journal.assume(self.around)
        self.journal.entries.append(
            Entry(  # in the order of its columns: by keyword it takes three times as long
                *self.head,
                item + self.suffix,
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
                best(carbon),
                kwh * self.market,
                low(carbon),
                high(carbon),
                self.water(kwh, draw),
                f"{formula} * carbon_intensity",
                (*used, *self.around),
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
        energy, formula, inputs = added(*self.used)
        item = f"client: {GRID_LOSSES}" if self.of_clients else GRID_LOSSES
        lost = Quantity(
            grid.lost_kwh(energy, losses.number),
            f"{formula} * losses / (1 - losses)",
            merge(inputs, (losses,)),
        )
        self.electricity(item, lost)
        at_meter = self.journal.entries[-1]
        whose = "3.3" if self.scope.startswith("2") else self.scope  # 3.3 is of energy one buys
        self.journal.entries[-1] = at_meter._replace(ghg_scope=whose, energy_kwh=0.0)

    def overhead(self, draws: list[ElectricityUse]) -> None:
        """Add what the building uses beyond its machines: ``E·PUE − E``."""
        pue = self.supply.pue
        if pue is None or not draws:
            return
        it_energy, it_formula, inputs = added(*(draw.quantity for draw in draws))
        energy = facility.overhead_kwh(it_energy, pue.number)
        formula = f"({it_formula} * pue - {it_formula})"
        self.electricity(PUE_OVERHEAD, Quantity(energy, formula, merge(inputs, (pue,))))

    def building(self, draws: list[ElectricityUse]) -> None:
        """Add the share of the building that its IT energy takes, over the building's life."""
        building, pue = self.supply.building, self.supply.pue
        if building is None or not draws:
            return
        parts = []
        for draw in draws:
            part = draw.quantity
            if draw.includes_pue and pue is not None:
                inputs = merge(part.inputs, (pue,))
                part = Quantity(part.number / pue.number, f"{part.formula} / pue", inputs)
            parts.append(part)
        energy, formula, inputs = added(*parts)
        rate = facility.construction_kgco2e_per_kwh(
            building.per_kw.number, building.lifetime.number, building.utilization.number
        )
        formula = f"{formula} * {building.per_kw.formula} / (building_lifetime * capacity_in_use)"
        inputs = merge(
            inputs, building.per_kw.inputs, (building.lifetime, building.utilization)
        )  # fmt: skip
        self.embodied(BUILDING, energy, "kWh", rate, formula, inputs)

    def hardware(self, occupation: Occupation) -> None:
        """Add the embodied share of hardware for the hours it was occupied (wu2022 Eq. 1)."""
        share, lifetime, use = occupation.share, occupation.lifetime, occupation.utilization
        unit = "device-h" if share.scale is None else f"{share.unit}-h"
        if share.value is None:
            formula = occupation.formula if decide(high(occupation.hours) == 0) else ""
            self.embodied(share.item, occupation.hours, unit, None, formula, occupation.inputs,
                          share.stage, share.lacks)  # fmt: skip
            return
        rate = embodied.kgco2e_per_hour(share.value.number, lifetime.number, use.number)
        inputs = (*occupation.inputs, *share.value.inputs, lifetime, use)
        formula = f"{occupation.formula} * {share.value.formula} / ({lifetime.name} * {use.name})"
        self.embodied(share.item, occupation.hours, unit, rate, formula, inputs, share.stage)

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
        quantity: Number,
        unit: str,
        rate: Number | None,
        formula: str,
        inputs: tuple[Value, ...],
        stage: str = "manufacturing",
        lacks: str = "",
    ) -> None:
        """Add one embodied entry; an unknown rate makes it, and the sums above it, unknown.

        Of hardware that was not used at all the carbon is 0, whatever the rate.
        """
        carbon: Number | None = None if rate is None else quantity * rate
        if rate is None and decide(high(quantity) == 0):
            carbon = 0.0
        elif rate is None:
            message = (
                f"the embodied carbon of the {item} is unknown, "
                f"and with it the embodied and total sums; give {lacks or _give(item)}"
            )
            path = f"phases.{self.head.phase}.{self.head.name}"
            self.journal.warn(Caution(message, path, vital=True))
        status = self.journal.assume(inputs)
        source = _source(inputs)
        kg = None if carbon is None else best(carbon)
        self.journal.entries.append(
            Entry(
                *self.head,
                item + self.suffix,
                EMBODIED,
                (scope.of_building if item == BUILDING else scope.of_hardware)(
                    self.supply.operator
                ),
                stage,
                best(quantity),
                unit,
                None if rate is None else best(rate),
                f"kgCO2e/{unit}",
                None,
                None,
                source,
                status,
                0.0,
                kg,
                kg,
                None if carbon is None else low(carbon),
                None if carbon is None else high(carbon),
                None,
                formula,
                inputs,
            )
        )


_FACTORS = ("embodied", "epa", "carbon_per_", "carbon_each", "package_carbon", "energy_per_mass")


def _source(inputs: tuple[Value, ...]) -> str | None:
    """Return the source of the figure that hardware is counted by."""
    named = [v.source for v in inputs if "embodied" in v.name]
    return next(iter(named or [v.source for v in inputs if v.name.startswith(_FACTORS)]), None)


def _give(item: str) -> str:
    """Return the keys that would make the embodied carbon of an item known."""
    plain = item.removeprefix("server: ").partition(" (")[0]
    if plain != item and plain == "devices":
        return _GIVE_EACH
    return _GIVE.get(plain, _GIVE_EACH)
