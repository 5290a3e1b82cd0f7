"""Checks rows of runs against power × time × grid.

carbon [kg] = energy [kWh] · intensity [g/kWh] / 1000, and energy [kWh] = watts · device-hours /
1000, each to 2 % or half a unit of the last digit that is printed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from carbonctl.analysis.survey.model import Check, Derived
from carbonctl.analysis.survey.runs import Numbers, Runs, listed, times
from carbonctl.numbers.intervals import is_array

TOLERANCE = 0.02
LEAST_INTENSITY, MOST_INTENSITY = 1.0, 1500.0  # g/kWh; what a grid can have
MOST_WATTS = 1500.0  # of one device
_MOST_PUE = 2.5
SHOWN = 5
CONTRADICTIONS = ("carbon", "energy")
_WORDS = {
    "carbon": "carbon is not energy × intensity",
    "energy": "energy is not devices × hours × watts",
    "intensity": f"intensity outside {LEAST_INTENSITY:g}..{MOST_INTENSITY:,g} g/kWh",
    "power": f"more than {MOST_WATTS:,g} W a device",
}


class Checked(NamedTuple):
    """What was found, and what is odd in each row."""

    checks: tuple[Check, ...]
    inconsistent: int
    implausible: int
    by_row: dict[int, list[str]]


def said(check: Check) -> str:
    """Return a check in words, with the first rows of it."""
    more = f" and {check.rows - len(check.named):,} more" if check.rows > len(check.named) else ""
    return f"{_WORDS[check.kind]} in {', '.join(check.named)}{more}"


def check(runs: Runs, derived: Derived) -> Checked:
    """Return which rows contradict themselves, and which hold what cannot be."""
    kinds = {
        "carbon": dict(_carbon(runs, derived)),
        "energy": dict(_energy(runs, derived)),
        "intensity": dict(_intensity(runs)),
        "power": dict(_power(runs)),
    }
    by_row: dict[int, list[str]] = {}
    for kind, odd in kinds.items():
        for row, hint in odd.items():
            by_row.setdefault(row, []).append(f"{_WORDS[kind]}{hint}")
    checks = tuple(
        Check(kind, len(odd), tuple(_named(runs, odd))) for kind, odd in kinds.items() if odd
    )
    return Checked(
        checks, len(kinds["carbon"].keys() | kinds["energy"].keys()),
        len(kinds["intensity"].keys() | kinds["power"].keys()), by_row,
    )  # fmt: skip


def _named(runs: Runs, odd: dict[int, str]) -> Iterator[str]:
    for row, hint in list(odd.items())[:SHOWN]:
        yield f"{runs.names(row)}{hint}"


def _carbon(runs: Runs, derived: Derived) -> Iterator[tuple[int, str]]:
    """Yield rows whose carbon is not energy times intensity, each with the ratio."""
    given = runs.numbers.get("carbon")
    expected = times(1000, derived.energy, runs.numbers.get("intensity"))
    for row, ratio in _off(runs, "carbon", given, expected):
        yield row, f" ({_times(ratio)})"


def _energy(runs: Runs, derived: Derived) -> Iterator[tuple[int, str]]:
    """Yield rows whose energy is not power times device-hours, each with what it looks like."""
    devices = runs.numbers.get("devices")
    is_product = "device_hours" not in runs.numbers
    for row, ratio in _off(runs, "energy", runs.numbers.get("energy"), derived.modelled_energy):
        count = math.nan if devices is None else float(devices[row])
        yield row, _hint(ratio, count, is_product=is_product)


def _hint(ratio: float, devices: float, *, is_product: bool) -> str:
    """Return what an energy looks like that is so many times what power and time make."""
    if devices > 1 and is_product and abs(ratio * devices - 1) <= TOLERANCE:
        return " (hours look like device-hours)"
    if devices > 1 and not is_product and abs(ratio / devices - 1) <= TOLERANCE:
        return " (device-hours look like wall hours)"
    if 1 < ratio <= _MOST_PUE:
        return f" ({_times(ratio)}, a PUE?)"
    return f" ({_times(ratio)})"


def _times(ratio: float) -> str:
    """Write how many times what was expected a figure is."""
    return f"× {ratio:.3g}" if math.isfinite(ratio) else "0 was expected"


def _off(
    runs: Runs, role: str, given: Numbers | None, expected: Numbers | None
) -> Iterator[tuple[int, float]]:
    """Yield rows whose figure is off, each with how many times what was expected it is."""
    if given is None or expected is None:
        return
    for row in _beyond(given, expected):
        own, wanted = float(given[row]), float(expected[row])
        if abs(own - wanted) > runs.half_digit(role, row):
            yield row, own / wanted if wanted else math.inf


def _beyond(given: Numbers, expected: Numbers) -> list[int]:
    """Return rows that differ by more than 2 % of what was expected; unknown ones never do."""
    if is_array(given):
        import numpy as np

        return listed(np.flatnonzero(abs(given - expected) > TOLERANCE * expected))
    return [
        row for row, (own, wanted) in enumerate(zip(given, expected, strict=True))
        if abs(own - wanted) > TOLERANCE * wanted
    ]  # fmt: skip


def _intensity(runs: Runs) -> Iterator[tuple[int, str]]:
    column = runs.numbers.get("intensity")
    for row in _outside(column, LEAST_INTENSITY, MOST_INTENSITY):
        yield row, f" ({column[row]:,.6g} g/kWh)"  # type: ignore[index]


def _power(runs: Runs) -> Iterator[tuple[int, str]]:
    column = runs.numbers.get("watts")
    for row in _outside(column, -math.inf, MOST_WATTS):
        yield row, f" ({column[row]:,.6g} W)"  # type: ignore[index]


def _outside(column: Numbers | None, low: float, high: float) -> Iterable[int]:
    """Return the rows whose number is below or above some limits."""
    if column is None:
        return ()
    if is_array(column):
        import numpy as np

        odd: Any = (column < low) | (column > high)
        return listed(np.flatnonzero(odd))
    return [row for row, number in enumerate(column) if number < low or number > high]
