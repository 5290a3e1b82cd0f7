"""The tables of networks, radios and clients."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog.tables import rows
from carbonctl.errors import InputError, Problem
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

    Raises
    ------
    InputError
        For a cell that is not a number.
    """
    found: dict[str, dict[str, dict[str, Value]]] = {}
    for path, line, row in _all(folders, "network", "segments.csv"):
        try:
            energy = _number(row, "energy_nj_per_bit", "low_nj_per_bit", "high_nj_per_bit")
            factor = 1.0
            for key in ("redundancy", "over_capacity", "pue"):
                factor *= float(row[key] or 1)
        except (KeyError, ValueError) as error:
            raise _fault(path, line, error) from None
        if energy is None:
            continue
        per_gb = energy * (factor * _GB_BITS / _NJ_PER_KWH)
        note = ", ".join(part for part in (row["model"], row["basis"], row["year"]) if part)
        value = Value(per_gb, "kWh/GB", "catalog", row["source"], note=note,
                      confidence=row["confidence"])  # fmt: skip
        element = found.setdefault(row["model"], {}).setdefault(row["element"], {})
        for direction in _DIRECTIONS if row["direction"] == "both" else (row["direction"],):
            element.setdefault(direction, value)
    return found


def radios(folders: Iterable[Path]) -> dict[tuple[str, str], Radio]:
    """Return radios by device and technology (wifi, cellular), of the makers' power profiles.

    Raises
    ------
    InputError
        For a cell that is not a number.
    """
    found: dict[tuple[str, str], Radio] = {}
    for path, line, row in _all(folders, "network", "radio.csv"):
        if row["basis"] != "power-profile":
            continue
        try:
            receive = _number(row, "receive_power_w")
            transmit = _number(row, "transmit_power_w", "low_transmit_w", "high_transmit_w")
        except (KeyError, ValueError) as error:
            raise _fault(path, line, error) from None
        if receive is None or transmit is None:
            continue
        technology = "wifi" if row["technology"] == "wifi" else "cellular"
        value = Value(receive, "W", "catalog", row["source"], note=row["note"] or None,
                      confidence=row["confidence"])  # fmt: skip
        radio = Radio(value, value._replace(number=transmit))
        found.setdefault((row["device"], technology), radio)
    return found


def client_powers(folders: Iterable[Path]) -> dict[str, Value]:
    """Return the draw of client devices at work [W], by id.

    Where several are known the best is the highest, of all its fast cores; the bounds hold
    those of all of them.

    Raises
    ------
    InputError
        For a cell that is not a number.
    """
    known: dict[str, list[tuple[Number, dict[str, str]]]] = {}
    for path, line, row in _all(folders, "clients.csv"):
        if row["metric"] == "compute_power" and "/" in row["item"]:
            try:
                figure = _number(row, "value", "low", "high") or 0.0
                known.setdefault(row["item"], []).append((figure, row))
            except (KeyError, ValueError) as error:
                raise _fault(path, line, error) from None
    found = {}
    for item, figures in known.items():
        most, row = max(figures, key=lambda figure: best(figure[0]))
        lowest, highest = min(low(n) for n, _ in figures), max(high(n) for n, _ in figures)
        middle = best(most)
        number: Number = middle if lowest == highest else Range(middle, lowest, highest)
        sources = " ".join(dict.fromkeys(row["source"] for _, row in figures))
        found[item] = Value(number, "W", "catalog", sources, note=row["basis"] or None,
                            confidence=row["confidence"])  # fmt: skip
    return found


def _all(folders: Iterable[Path], *name: str) -> Iterable[tuple[Path, int, dict[str, str]]]:
    for folder in folders:
        path = folder.joinpath(*name)
        for line, row in rows(path):
            yield path, line, row


def _number(row: dict[str, str], best: str, low: str = "", high: str = "") -> Number | None:
    """Return a figure with its bounds; None where its cell is empty."""
    if not row[best]:
        return None
    middle = float(row[best])
    ends = [float(row[key]) if key and row[key] else middle for key in (low, high)]
    if not 0 <= ends[0] <= middle <= ends[1]:
        raise ValueError(f"{best} and its bounds are not in order")
    return middle if ends[0] == ends[1] else Range(middle, *ends)


def _fault(path: Path, line: int, error: Exception) -> InputError:
    lacks = isinstance(error, KeyError)
    said = f"the column `{error.args[0]}` is missing" if lacks else str(error)
    return InputError([Problem(str(path), line, 1, said)])
