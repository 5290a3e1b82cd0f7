"""Which part of an account a source measured, so that like is compared with like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from carbonctl.estimators import roles
from carbonctl.ledger.entry import OPERATIONAL, SUMS, Entry
from carbonctl.ledger.ranges import Moves
from carbonctl.ledger.sums import total
from carbonctl.ledger.terms import term

DEVICE, PARTS, NODE, FACILITY, CARBON = "device", "parts", "node", "facility", "carbon"
BOUNDARIES = (DEVICE, PARTS, NODE, FACILITY, CARBON)
AT_THE_RUN = (DEVICE, PARTS, NODE)  # what meters of the run itself see
ENERGY = "energy_kwh"
_DEVICES = "devices"  # how the items of devices begin
_OF_BUILDING = (roles.OVERHEAD, roles.LOSSES)


class Bounded(NamedTuple):
    """A figure of some entries, and its range."""

    best: float | None
    low: float | None
    high: float | None

    def holds(self, reported: float) -> bool:
        """Return whether a reported figure lies in the range."""
        return self.low is not None and self.high is not None and self.low <= reported <= self.high


def measured(entries: Sequence[Entry], boundary: str) -> list[Entry]:
    """Return the operational entries within one of `BOUNDARIES`.

    Of `PARTS` these are those of the node: its host is to be what the meter sees of it.
    """
    used = [entry for entry in entries if entry.boundary == OPERATIONAL]
    if boundary == DEVICE:
        return [entry for entry in used if entry.name.startswith(_DEVICES)]
    if boundary in (PARTS, NODE):
        return [entry for entry in used if entry.role not in _OF_BUILDING]
    return used


def figure(entries: Sequence[Entry], key: str, boundary: str) -> Bounded:
    """Return a sum of `carbonctl.ledger.entry.SUMS` over the entries within a boundary."""
    within = measured(entries, boundary)
    best = total(within, key)
    if best is None:
        return Bounded(None, None, None)
    column = SUMS[key][1]
    moves = Moves([term(entry, column) for entry in within])
    return Bounded(best, *moves.sum(range(len(within))).ends())
