"""Numbers for people: a few significant digits, and the unit that suits them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

SIGNIFICANT = 4

_STEPS = {
    "kgCO2e": (
        (1e9, "MtCO2e"), (1e6, "ktCO2e"), (1e3, "tCO2e"), (1.0, "kgCO2e"), (1e-3, "gCO2e"),
        (1e-6, "mgCO2e"), (1e-9, "µgCO2e"), (1e-12, "ngCO2e"),
    ),
    "kWh": (
        (1e9, "TWh"), (1e6, "GWh"), (1e3, "MWh"), (1.0, "kWh"), (1e-3, "Wh"), (1e-6, "mWh"),
    ),
    "W": ((1e9, "GW"), (1e6, "MW"), (1e3, "kW"), (1.0, "W")),
}  # fmt: skip
# From how many hours, the hours of one, its name.
_TIME = ((4380.0, 8760.0, "y"), (48.0, 24.0, "d"), (2.0, 1.0, "h"), (1 / 30, 1 / 60, "min"),
         (1 / 3600, 1 / 3600, "s"), (0.0, 1 / 3_600_000, "ms"))  # fmt: skip
_PERCENT = frozenset({"utilization", "load", "busy", "carbon_free_energy"})
_OF_RATED = frozenset({"host_share", "host_power"})  # what has no unit of its own there
_CUBIC_METRES_FROM = 1e4
_KTONNES_FROM = 1e7  # kgCO2e; below it tonnes read better


def scale(largest: float, unit: str) -> tuple[float, str]:
    """Return the divisor and the name of the unit in which the largest number reads best.

    ``unit`` is what it is in: kgCO2e, kWh or W.
    """
    for size, name in _STEPS[unit]:
        start = _KTONNES_FROM if name == "ktCO2e" else size
        if abs(largest) >= start:
            return size, name
    return (1.0, unit) if largest == 0 else _STEPS[unit][-1]


def decimals(largest: float) -> int:
    """Return how many decimals give ``largest`` its significant digits."""
    if largest == 0 or not math.isfinite(largest):
        return 0
    whole = math.floor(math.log10(abs(largest))) + 1
    return max(0, SIGNIFICANT - max(whole, 1))


def fixed(value: float | None, places: int, size: float = 1.0) -> str:
    """Write a number over a size with fixed decimals; what rounds to nothing says so."""
    if value is None:
        return "unknown"
    value /= size
    text = f"{value:,.{places}f}"
    if value > 0 and float(text.replace(",", "")) == 0:
        return f"<{10**-places:.{places}f}"
    return text


def significant(value: float, digits: int = SIGNIFICANT) -> str:
    """Write a number with some significant digits and without trailing zeros."""
    if value == 0:
        return "0"
    places = max(0, digits - math.floor(math.log10(abs(value))) - 1)
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: float) -> str:
    """Write a number with three significant digits, also a large one: 11,100,000."""
    return significant(float(f"{value:.3g}"), 3)


def plain(value: float) -> str:
    """Write a number in full, to twelve digits: enough to work with, without float noise."""
    return f"{value:,.12g}" if abs(value) < 1e12 else f"{value:.12g}"


def mass(kg: float | None) -> str:
    """Write a mass of carbon in the unit that suits it."""
    return _scaled(kg, "kgCO2e")


def total(key: str, value: float | None) -> str:
    """Write one of the sums over an account by its name."""
    if key.endswith("_kwh"):
        return energy(value)
    return volume(value) if key.endswith("_l") else mass(value)


def volume(litres: float | None) -> str:
    """Write a volume of water in litres, or in cubic metres from ten thousand litres."""
    if litres is None:
        return "unknown"
    if abs(litres) >= _CUBIC_METRES_FROM:
        return f"{significant(litres / 1000)} m³"
    return f"{significant(litres)} L"


def energy(kwh: float | None) -> str:
    """Write an energy in the unit that suits it."""
    return _scaled(kwh, "kWh")


def mwh(value: float | None) -> str:
    """Write an energy that is given in MWh in the unit that suits it."""
    return energy(None if value is None else value * 1000)


def power(watts: float | None) -> str:
    """Write a power in the unit that suits it."""
    return _scaled(watts, "W")


def time(hours: float, digits: int = SIGNIFICANT) -> str:
    """Write a time in the unit that suits it, years from half a year."""
    size, name = next((size, name) for start, size, name in _TIME if abs(hours) >= start)
    return f"{significant(hours / size, digits)} {name}"


def _scaled(value: float | None, unit: str) -> str:
    if value is None:
        return "unknown"
    size, name = scale(value, unit)
    return f"{significant(value / size)} {name}"


def _ratio(value: float, key: str) -> str:
    """Write a figure without a unit: a share, a part of something, a count."""
    if key in _PERCENT:
        return f"{significant(value * 100)} %"
    if key in _OF_RATED:
        return f"{significant(value * 100)} % of rated"
    if key.endswith("embodied"):
        return f"{significant(value)} × as assessed"
    return significant(value)


def figure(value: float, unit: str, path: str) -> str:
    """Write an assumed value as a person would."""
    if not unit:
        return _ratio(value, path.rpartition(".")[2])
    if unit == "kgCO2e/kWh":
        return f"{significant(value * 1000)} g/kWh"
    if unit == "h" and value >= 8760 / 2:
        return f"{significant(value / 8760)} years"
    if unit == "kgCO2e":
        return mass(value)
    return f"{significant(value)} {unit}".strip()


def ranged(best: float, low: float, high: float, unit: str, path: str) -> str:
    """Write a figure with its bounds, where it has any; a unit of all three is said once."""
    said = figure(best, unit, path)
    if low == high:
        return said
    ends = [figure(end, unit, path) for end in (low, high)]
    if len({end.partition(" ")[2] for end in (said, *ends)}) == 1:
        ends = [end.partition(" ")[0] for end in ends]
    return f"{said} ({ends[0]}..{ends[1]})"


def percent(part: float | None, whole: float | None) -> str:
    """Write a share of a whole."""
    if part is None or whole is None:
        return "?"
    if whole == 0:
        return "–"
    share = part / whole * 100
    if 0 < share < 0.05:
        return "<0.1 %"
    return f"{share:.1f} %" if 0 < share < 9.95 else f"{share:.0f} %"


def bar(part: float | None, whole: float | None, width: int) -> str:
    """Draw a share of a whole in eighths of a block."""
    if not part or not whole or part < 0:
        return ""
    eighths = max(1, round(min(part / whole, 1.0) * width * 8))
    return "█" * (eighths // 8) + ("" if not eighths % 8 else "▏▎▍▌▋▊▉"[eighths % 8 - 1])


def signed(value: float | None, write: Callable[[float | None], str]) -> str:
    """Write a change with its sign; no change as it is."""
    if value is None:
        return "unknown"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{write(abs(value))}"


def change(value: float | None) -> str:
    """Write a relative change [%] with its sign; from nothing there is none."""
    if value is None:
        return "–"
    if value != 0 and abs(value) < 0.05:
        return "<0.1 %" if value > 0 else ">−0.1 %"
    return signed(value, lambda size: f"{size or 0:,.1f} %")


def parts(computation: float, communication: float) -> str:
    """Write how much of two parts together is computation, and how much communication."""
    whole = computation + communication
    ours, theirs = percent(computation, whole), percent(communication, whole)
    return f"computation {ours}, communication {theirs}"


def runs(numbers: Iterable[int]) -> str:
    """Write some numbers in their order, three and more that follow each other as a run."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs
    )
