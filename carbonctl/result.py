"""A result: the ledger of one workload with its sums, ready to be rendered or saved."""

from typing import Any, NamedTuple

from carbonctl.errors import Problem
from carbonctl.ledger import PUE_OVERHEAD, Entry, Totals, totals
from carbonctl.spec.model import PHASES, Reported
from carbonctl.values import Value

SCHEMA = "carbonctl.estimate/1"
_HEAD = 400  # bytes in which the schema of a saved result stands


class Assumption(NamedTuple):
    """A value that the spec did not give; ``path`` says where it could."""

    path: str
    value: float
    unit: str
    status: str
    source: str | None


class Comparison(NamedTuple):
    """A reported figure beside ours; ``error_pct`` is ours over theirs, less 100 %."""

    reported: float
    estimated: float | None
    error_pct: float | None


class Result(NamedTuple):
    """The account of one workload."""

    file: str
    sha256: str
    name: str
    total: Totals
    phases: dict[str, Totals]
    entries: tuple[Entry, ...]
    assumptions: tuple[Assumption, ...]
    reported: dict[str, Comparison] | None
    warnings: tuple[str, ...]
    spec: dict[str, Any]

    @property
    def complete(self) -> bool:
        """Whether every entry is known."""
        return self.total.total_kgco2e is not None


class Report(NamedTuple):
    """The results of one call and what went wrong with other inputs."""

    version: str
    hardware_db: str
    results: tuple[Result, ...]
    errors: tuple[Problem, ...] = ()


def phase_totals(entries: tuple[Entry, ...]) -> dict[str, Totals]:
    """Return the sums of each of the four phases."""
    return {phase: totals(e for e in entries if e.phase == phase) for phase in PHASES}


def assumption(value: Value) -> Assumption:
    """Return how a value that was not given is listed."""
    return Assumption(
        path=value.path or "",
        value=value.best,
        unit=value.unit,
        status=value.status,
        source=value.source,
    )


def compare_reported(
    reported: Reported | None, total: Totals, entries: tuple[Entry, ...]
) -> dict[str, Comparison] | None:
    """Set published figures beside ours; None where nothing is reported."""
    if reported is None:
        return None
    energy = total.energy_kwh
    if reported.energy_includes_pue is False:
        it_parts = tuple(e for e in entries if e.item != PUE_OVERHEAD)
        energy = totals(it_parts).energy_kwh
    pairs = {
        "energy_kwh": (reported.energy, energy),
        "operational_kgco2e": (reported.operational, total.operational_kgco2e),
        "operational_market_kgco2e": (
            reported.operational_market,
            total.operational_market_kgco2e,
        ),
        "embodied_kgco2e": (reported.embodied, total.embodied_kgco2e),
        "total_kgco2e": (reported.total, total.total_kgco2e),
    }
    return {
        key: _compare(theirs.best, ours)
        for key, (theirs, ours) in pairs.items()
        if theirs is not None
    }


def _compare(theirs: float, ours: float | None) -> Comparison:
    error = None if ours is None or theirs == 0 else (ours / theirs - 1) * 100
    return Comparison(theirs, ours, error)


def is_saved(data: bytes) -> bool:
    """Return whether some bytes begin as a saved result does."""
    head = data[:_HEAD].lstrip()
    return head.startswith(b"{") and b'"schema"' in head and b"carbonctl." in head
