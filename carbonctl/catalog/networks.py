"""The tables of networks, radios and clients.

A cell that is not a number raises InputError with its line.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog.tables import Row, T, first, read
from carbonctl.numbers.intervals import Number, Range, best, high, low
from carbonctl.numbers.values import Value

_GB_BITS = 8e9
_NJ_PER_KWH = 3.6e15
_DIRECTIONS = ("down", "up")


class Radio(NamedTuple):
    """Power of a device's radio while it receives and transmits [W]."""

    receive: Value
    transmit: Value


def segments(folders: Iterable[Path]) -> dict[str, dict[str, dict[str, Value]]]:
    """Return energy per volume [kWh/GB] by model, element and direction (down, up).

    Equipment figures are multiplied by redundancy, over-capacity and PUE, as they say.
    """
    by_model: dict[str, dict[str, dict[str, Value]]] = {}
    for row, value in _all(folders, "network/segments.csv", _segment):
        if value is None:
            continue
        element = by_model.setdefault(row["model"], {}).setdefault(row["element"], {})
        for direction in _DIRECTIONS if row["direction"] == "both" else (row["direction"],):
            element.setdefault(direction, value)
    return by_model


def _segment(row: Row) -> Value | None:
    energy = _number(row, "energy_nj_per_bit", "low_nj_per_bit", "high_nj_per_bit")
    factor = 1.0
    for key in ("redundancy", "over_capacity", "pue"):
        factor *= float(row[key] or 1)
    if energy is None:
        return None
    per_gb = energy * (factor * _GB_BITS / _NJ_PER_KWH)
    note = ", ".join(part for part in (row["model"], row["basis"], row["year"]) if part)
    return _value(per_gb, "kWh/GB", row, row["source"], note)


def radios(folders: Iterable[Path]) -> dict[tuple[str, str], Radio]:
    """Return radios by device and technology (wifi, cellular), of the makers' power profiles."""
    return first(folders, "network/radio.csv", _radio)


def _radio(row: Row) -> tuple[tuple[str, str], Radio | None]:
    key = row["device"], "wifi" if row["technology"] == "wifi" else "cellular"
    if row["basis"] != "power-profile":
        return key, None
    receive = _number(row, "receive_power_w")
    transmit = _number(row, "transmit_power_w", "low_transmit_w", "high_transmit_w")
    if receive is None or transmit is None:
        return key, None
    value = _value(receive, "W", row, row["source"], row["note"])
    return key, Radio(value, value._replace(number=transmit))


def client_powers(folders: Iterable[Path]) -> dict[str, Value]:
    """Return the draw of client devices at work [W], by id.

    Where several are known the best is the highest, of all its fast cores; the bounds hold
    those of all of them.
    """
    known: dict[str, list[tuple[Number, Row]]] = {}
    for row, figure in _all(folders, "clients.csv", _power):
        if figure is not None:
            known.setdefault(row["item"], []).append((figure, row))
    powers = {}
    for item, figures in known.items():
        most, row = max(figures, key=lambda figure: best(figure[0]))
        lowest, highest = min(low(n) for n, _ in figures), max(high(n) for n, _ in figures)
        middle = best(most)
        number: Number = middle if lowest == highest else Range(middle, lowest, highest)
        sources = " ".join(dict.fromkeys(row["source"] for _, row in figures))
        powers[item] = _value(number, "W", row, sources, row["basis"])
    return powers


def _power(row: Row) -> Number | None:
    if row["metric"] != "compute_power" or "/" not in row["item"]:
        return None
    return _number(row, "value", "low", "high") or 0.0


def _all(folders: Iterable[Path], name: str, make: Callable[[Row], T]) -> Iterator[tuple[Row, T]]:
    """Yield the rows of a table of each folder, with what is made of each."""
    for folder in folders:
        yield from read(folder / name, lambda row: (row, make(row)))


def _value(number: Number, unit: str, row: Row, source: str, note: str) -> Value:
    return Value(number, unit, "catalog", source, note=note or None, confidence=row["confidence"])


def _number(row: Row, best: str, low: str = "", high: str = "") -> Number | None:
    """Return a figure with its bounds; None where its cell is empty."""
    if not row[best]:
        return None
    middle = float(row[best])
    ends = [float(row[key]) if key and row[key] else middle for key in (low, high)]
    if not 0 <= ends[0] <= middle <= ends[1]:
        raise ValueError(f"{best} and its bounds are not in order")
    return middle if ends[0] == ends[1] else Range(middle, *ends)
