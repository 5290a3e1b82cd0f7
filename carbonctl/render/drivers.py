"""What matters most in a total, and what would lower it most, as people read it."""

from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import NamedTuple

from carbonctl.ledger.result import Result
from carbonctl.render import human_numbers

TITLE = "What matters most"


class DriverRow(NamedTuple):
    """One unknown: the key to give, its figure with its bounds, and the total at its ends."""

    label: str
    said: str
    total: str


def driver_rows(result: Result, mass: Callable[[float], str]) -> list[DriverRow]:
    """Return the unknowns that move the total furthest, the first one most.

    ``mass`` writes a mass [kgCO2e].
    """
    rows = []
    for driver in result.drivers:
        path = driver.path or driver.name
        ends = [mass(end) for end in (driver.at_low_kgco2e, driver.at_high_kgco2e)]
        first, _, unit = ends[0].partition(" ")
        if unit and ends[1].endswith(f" {unit}"):
            ends[0] = first
        said = human_numbers.ranged(driver.value, driver.low, driver.high, driver.unit, path)
        rows.append(DriverRow(path.removeprefix("phases."), said, f"{ends[0]} to {ends[1]}"))
    return rows


def common_path(rows: Sequence[DriverRow]) -> str:
    """Return the phase, activity or system that all labels begin with; empty where none."""
    above = [row.label.split(".")[:-1] for row in rows]
    shared = takewhile(lambda names: len(set(names)) == 1, zip(*above, strict=False))
    return ".".join(names[0] for names in shared)


def best_lever(result: Result, mass: Callable[[float], str]) -> tuple[str, str]:
    """Return the change that would save most, and the command that has more of them."""
    best = result.best_lever
    share = human_numbers.percent(best.share, 1.0)
    return (
        f"Best lever: {best.said} saves {mass(best.saved)} ({share})",
        f"Others may save more: carbonctl levers {result.file} --suggest",
    )
