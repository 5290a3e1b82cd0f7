"""What a machine emits in use over its life, beside the carbon of making it."""

from collections.abc import Callable
from typing import NamedTuple

from carbonctl.factors import use_phase
from carbonctl.factors.power import W_PER_KW
from carbonctl.ledger.entry import OPERATIONAL, Entry
from carbonctl.numbers.intervals import best, high, low
from carbonctl.numbers.quantities import of
from carbonctl.numbers.values import Value


class Use(NamedTuple):
    """How a machine is used.

    Attributes
    ----------
    power : Value
        Draw while in use [W].
    duty_cycle : Value
        Share of its life in use [0..1].
    intensity : Value
        Carbon intensity of its electricity [kgCO2e/kWh].
    basis : str or None
        Of that intensity.
    """

    power: Value
    duty_cycle: Value
    intensity: Value
    basis: str | None


def entry(
    use: Use, lifetime: Value, name: str, assume: Callable[[tuple[Value, ...]], str]
) -> Entry:
    """Return the operational carbon of a life as an entry of a bill."""
    life = lifetime.named("lifetime")
    energy = of(life) * use.duty_cycle * use.power / W_PER_KW
    carbon = use_phase.use_kgco2e(of(use.power), of(use.duty_cycle), of(life), of(use.intensity))
    kwh = best(energy.number)
    return Entry(
        phase="",
        activity=name,
        kind="use",
        item="use",
        boundary=OPERATIONAL,
        ghg_scope="",
        lifecycle_stage="use",
        quantity=kwh,
        quantity_unit="kWh",
        factor=use.intensity.best,
        factor_unit="kgCO2e/kWh",
        factor_basis=use.basis,
        factor_year=None,
        factor_source=use.intensity.source,
        status=assume(carbon.inputs),
        energy_kwh=kwh,
        kgco2e=best(carbon.number),
        kgco2e_market=best(carbon.number),
        kgco2e_low=low(carbon.number),
        kgco2e_high=high(carbon.number),
        water_l=None,
        formula=carbon.formula,
        inputs=carbon.inputs,
    )
