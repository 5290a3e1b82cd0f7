"""An account as rows of a GHG Protocol inventory, with both methods of scope 2."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from carbonctl.ledger.entry import EMBODIED, OPERATIONAL, Entry
from carbonctl.ledger.result import Result

LOCATION, MARKET, NO_METHOD = "location-based", "market-based", ""
MEMO = "memo"
KWH_PER_MWH = 1000.0
NOT_ESTIMATED = "not estimated"
BOTH = "2+3.3"  # of a life-cycle figure of one's own electricity, which holds upstream emissions
NAMES = {
    "1": "direct emissions",
    "2": "purchased electricity",
    BOTH: "purchased electricity with upstream",
    "3.1": "purchased goods and services",
    "3.2": "capital goods",
    "3.3": "fuel- and energy-related activities",
    "3.11": "use of sold products",
    "3.12": "end-of-life treatment of sold products",
    "3.13": "downstream leased assets",
}
_OF_OPERATION = ("2", BOTH, "3.1", "3.11")


class InventoryRow(NamedTuple):
    """One row; None is not known or not estimated, never zero.

    Attributes
    ----------
    scope, category : str
        ``2``, ``3.1``, …, or `MEMO` for what stands below the line, outside every sum.
    name : str
        What the category is called.
    method : str
        Of scope 2 location-based or market-based, else empty.
    kgco2e, mwh : float or None
        Carbon, and the electricity that it is of.
    year : int or None
        Of the inventory.
    note : str
        What a reader has to know.
    """

    scope: str
    category: str
    name: str
    method: str
    kgco2e: float | None
    mwh: float | None
    year: int | None
    note: str


class Purchase(NamedTuple):
    """Machines that were bought: what, how many, and what one cost to make [kgCO2e]."""

    name: str
    number: float
    year: int
    each_kgco2e: float


def inventory(
    result: Result, year: int | None, purchases: Sequence[Purchase] | None
) -> list[InventoryRow]:
    """Return the rows of one account.

    Parameters
    ----------
    result : Result
        The account.
    year : int or None
        Of the inventory; purchases of other years are left out.
    purchases : sequence of Purchase or None
        Machines that were bought; None where nobody says.
    """
    entries = result.booked

    def row(
        category: str,
        kg: float | None,
        *,
        mwh: float | None = None,
        method: str = "",
        note: str = "",
    ) -> InventoryRow:
        scope = category if category in (BOTH, MEMO) else category.partition(".")[0]
        name = NAMES.get(category, "capital goods, spread over their use")
        return InventoryRow(scope, category, name, method, kg, mwh, year, note)

    rows = [
        row("1", None, note=f"{NOT_ESTIMATED}: fuel that is burnt on site is not in a workload")
    ]
    rows += _electricity(entries, row)
    rows += _goods(entries, row)
    rows.append(_capital(year, purchases, row))
    if not any(entry.ghg_scope == BOTH for entry in entries):
        note = f"{NOT_ESTIMATED}: upstream emissions of electricity need its own factor"
        rows.append(row("3.3", None, note=note))
    clients = [entry for entry in entries if entry.ghg_scope == "3.11"]
    if clients:
        mwh = _mwh(clients)
        rows.append(row("3.11", _sum(clients), mwh=mwh, note="electricity of users' devices"))
    rows += [row("3.12", None, note=NOT_ESTIMATED), row("3.13", None, note=NOT_ESTIMATED)]
    owned = [entry for entry in entries if entry.ghg_scope == "3.2"]
    if owned:
        note = (
            "the share of machines that the work bears: for decisions. An inventory books each "
            "machine whole in the year of its purchase, so this is in no sum"
        )
        rows.append(row(MEMO, _sum(owned), note=note))
    return rows


def total_kgco2e(rows: Sequence[InventoryRow], method: str) -> float | None:
    """Return the sum over the rows by one method of scope 2; None where no row is estimated.

    What is not estimated is not in it, and neither is the memo.
    """
    counted = [
        row for row in rows
        if row.scope != MEMO and row.method in (NO_METHOD, method) and row.kgco2e is not None
    ]  # fmt: skip
    return math.fsum(row.kgco2e or 0.0 for row in counted) if counted else None


Make = Callable[..., InventoryRow]


def _electricity(entries: Sequence[Entry], row: Make) -> list[InventoryRow]:
    """Return the rows of one's own electricity, by both methods."""
    rows = []
    for category in ("2", BOTH):
        own = [e for e in entries if e.ghg_scope == category and e.boundary == OPERATIONAL]
        if not own:
            continue
        note = ""
        if category == BOTH:
            note = (
                "a life-cycle factor holds upstream emissions too and cannot be split: scope 2 "
                "must use a direct one (--basis direct)"
            )
        market = [entry.kgco2e_market for entry in own]
        known = [kg for kg in market if kg is not None]
        by_market = math.fsum(known) if len(known) == len(market) else None
        rows.append(row(category, _sum(own), mwh=_mwh(own), method=LOCATION, note=note))
        rows.append(row(category, by_market, mwh=_mwh(own), method=MARKET, note=note))
    if not rows:
        note = "no electricity of one's own sites in the workload"
        rows.append(row("2", 0.0, mwh=0.0, method=LOCATION, note=note))
        rows.append(row("2", 0.0, mwh=0.0, method=MARKET, note=note))
    return rows


def _goods(entries: Sequence[Entry], row: Make) -> list[InventoryRow]:
    """Return the row of cloud, colocation and networks, hardware of others included."""
    own = [entry for entry in entries if entry.ghg_scope == "3.1"]
    if not own:
        return []
    made = [entry for entry in own if entry.boundary == EMBODIED]
    used = [entry for entry in own if entry.boundary == OPERATIONAL]
    note = "cloud, colocation and networks"
    if made and used:
        note += "; the provider's hardware is here and not in 3.2"
    return [row("3.1", _sum(own), mwh=_mwh(used), note=note)]


def _capital(year: int | None, purchases: Sequence[Purchase] | None, row: Make) -> InventoryRow:
    if purchases is None:
        return row("3.2", None, note="not derivable: purchases not given (--purchases FILE)")
    bought = [one for one in purchases if year is None or one.year == year]
    kg = math.fsum(one.number * one.each_kgco2e for one in bought)
    said = ", ".join(f"{one.number:g} x {one.name}" for one in bought) or "nothing bought"
    return row("3.2", kg, note=said)


def _sum(entries: Sequence[Entry]) -> float | None:
    known = [entry.kgco2e for entry in entries if entry.kgco2e is not None]
    return math.fsum(known) if len(known) == len(entries) else None


def _mwh(entries: Sequence[Entry]) -> float:
    return math.fsum(entry.energy_kwh or 0.0 for entry in entries) / KWH_PER_MWH
