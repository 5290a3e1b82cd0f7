"""What a projection begins with: the figures of each activity of an account."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.ledger.entry import EMBODIED, OPERATIONAL, Entry
from carbonctl.ledger.result import Result
from carbonctl.numbers.rates import YEAR_H

_ROUNDING = 1e-9
_KWH, _SYSTEM_HOURS, _DEVICE_HOURS = "kWh", "system-h", "device-h"


class Contract(NamedTuple):
    """Electricity of which a share is contracted.

    Attributes
    ----------
    share : float
        The contracted share.
    contracted, rest : float
        Carbon of all of the electricity at the intensity of the contract, and at that of the
        rest [kgCO2e].
    """

    share: float
    contracted: float
    rest: float


class Base(NamedTuple):
    """One activity at the start. None is unknown.

    Attributes
    ----------
    phase, activity : str
        Which.
    energy_kwh, operational_kgco2e : float
        Its sums.
    contracts : tuple of Contract
        Its electricity by contract.
    market_kgco2e : float or None
        Market-based carbon of electricity without one, which follows the grid.
    embodied_kgco2e : float or None
        Embodied carbon that is written off.
    machines : float or None
        Machines, were the account a year's.
    operational, embodied : tuple of int
        The places of its entries in the ledger.
    """

    phase: str
    activity: str
    energy_kwh: float
    operational_kgco2e: float
    contracts: tuple[Contract, ...]
    market_kgco2e: float | None
    embodied_kgco2e: float | None
    machines: float | None
    operational: tuple[int, ...]
    embodied: tuple[int, ...]


def bases(result: Result) -> list[Base]:
    """Return the figures of each activity, in the order of the ledger."""
    places: dict[tuple[str, str], list[int]] = {}
    for place, entry in enumerate(result.booked):
        places.setdefault((entry.phase, entry.activity), []).append(place)
    return [_base(*names, result.booked, own) for names, own in places.items()]


def _base(phase: str, activity: str, entries: Sequence[Entry], places: Sequence[int]) -> Base:
    operational = tuple(n for n in places if entries[n].boundary == OPERATIONAL)
    embodied = tuple(n for n in places if entries[n].boundary == EMBODIED)
    contracts: dict[float, list[Contract]] = {}
    plain = list[float | None]()
    for place in operational:
        contract = _contract(entries[place])
        if contract is None:
            plain.append(entries[place].kgco2e_market)
        else:
            contracts.setdefault(contract.share, []).append(contract)
    return Base(
        phase,
        activity,
        math.fsum(entries[n].energy_kwh or 0.0 for n in operational),
        math.fsum(entries[n].kgco2e or 0.0 for n in operational),
        tuple(
            Contract(share, math.fsum(c.contracted for c in own), math.fsum(c.rest for c in own))
            for share, own in contracts.items()
        ),
        _sum(plain),
        _sum([entries[n].kgco2e for n in embodied]),
        _machines([entries[n] for n in embodied]),
        operational,
        embodied,
    )


def _contract(entry: Entry) -> Contract | None:
    """Return the contract of electricity; None where the market-based figure is of another kind."""
    inputs = {value.name: value.best for value in entry.inputs}
    market = entry.kgco2e_market
    if entry.quantity is None or entry.quantity_unit != _KWH or market is None:
        return None
    rest = inputs.get("residual_intensity", inputs.get("carbon_intensity"))
    if rest is None:
        return None
    share, own = inputs.get("carbon_free_energy", 0.0), inputs.get("contract_intensity", 0.0)
    contract = Contract(share, entry.quantity * own, entry.quantity * rest)
    made = share * contract.contracted + (1 - share) * contract.rest
    return contract if math.isclose(made, market, rel_tol=_ROUNDING, abs_tol=1e-300) else None


def _machines(entries: Sequence[Entry]) -> float | None:
    """Return how many machines the hours of an activity take in a year.

    Systems count where there are any, else devices, each machine once.
    """
    for unit in (_SYSTEM_HOURS, _DEVICE_HOURS):
        counted: dict[str, float] = {}
        for entry in entries:
            if entry.quantity_unit == unit and entry.quantity is not None:
                share = {v.name: v.best for v in entry.inputs}.get("utilization", 1.0)
                counted.setdefault(f"{entry.system}/{entry.site}", entry.quantity / share / YEAR_H)
        if counted:
            return math.fsum(counted.values())
    return None


def _sum(figures: Sequence[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return math.fsum(known) if len(known) == len(figures) else None
