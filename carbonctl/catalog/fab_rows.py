"""Rows of the fab tables as they are written: units, nodes, shares, bounds.

A row that lacks a column, or is no number where it should be, raises InputError with its line.
"""

import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog.tables import Row, read
from carbonctl.numbers.intervals import Number, Range
from carbonctl.numbers.values import Value

_NODE = re.compile(r"(\d+(?:\.\d+)?) ?nm")
# What a unit of the tables is in ours, and how many make one; dividing keeps the decimals.
_UNITS = {
    "%": ("", 100),
    "1/cm2": ("1/cm2", 1),
    "GB": ("GB", 1),
    "GB/cm2": ("GB/cm2", 1),
    "MJ/kg": ("MJ/kg", 1),
    "W": ("W", 1),
    "cm2": ("cm2", 1),
    "g/cm2": ("kgCO2e/cm2", 1000),
    "g/kWh": ("kgCO2e/kWh", 1000),
    "kWh/cm2": ("kWh/cm2", 1),
    "kg/GB": ("kgCO2e/GB", 1),
    "kg/W": ("kgCO2e/W", 1),
    "kg/cm2": ("kgCO2e/cm2", 1),
    "kg/kWh": ("kgCO2e/kWh", 1),
    "kg/t-km": ("kgCO2e/t-km", 1),
    "kg/kg": ("kgCO2e/kg", 1),
    "kg/m2": ("kgCO2e/cm2", 10_000),
    "mm": ("mm", 1),
    "nm": ("nm", 1),
    "mm2/GB": ("mm2/GB", 1),
    "": ("", 1),
}
# The metrics of logic.csv, and the units that they are read into.
_LOGIC = {"epa": "kWh/cm2", **dict.fromkeys(("gpa", "mpa", "cpa"), "kgCO2e/cm2")}
_MASS_METRIC = "mass"


class Figure(NamedTuple):
    """One row of a table.

    Attributes
    ----------
    item, metric : str
        What the row is of, and the quantity.
    value : Value
        The figure with its bounds, unit, source and confidence.
    basis : str
        What the figure counts, in words.
    year : int, optional
        Of the figure or of its document.
    includes : frozenset of str, optional
        Of ``yield`` and ``package`` what the figure holds already; None where not known.
    part : str
        The kind of part that the row can be the factor of; empty where of none.
    """

    item: str
    metric: str
    value: Value
    basis: str
    year: int | None
    includes: frozenset[str] | None
    part: str = ""


def nanometres(node: str) -> float:
    """Return the nanometres of a node such as ``5 nm`` or ``28nm``.

    Raises
    ------
    ValueError
        For other words, and for zero.
    """
    match = _NODE.fullmatch(node.strip())
    if match is None or not float(match[1]) > 0:
        raise ValueError(f"`{node}` is not a node; 5 nm is")
    return float(match[1])


def figures(folders: Iterable[Path], name: str) -> dict[tuple[str, str], list[Figure]]:
    """Return the rows of one table by item and metric, those of the first folder alone."""
    by_item: dict[tuple[str, str], list[Figure]] = {}
    for folder in folders:
        here: dict[tuple[str, str], list[Figure]] = {}
        for figure in read(folder / "fab" / f"{name}.csv", _figure):
            here.setdefault((figure.item, figure.metric), []).append(figure)
        by_item = {**here, **by_item}
    return by_item


def _figure(row: Row) -> Figure:
    includes = row.get("includes", "")
    return Figure(
        row["item"],
        row["metric"],
        _value(row),
        row["basis"],
        int(row["year"]) if row["year"] else None,
        frozenset(includes.split()) - {"none"} if includes else None,
        row.get("part") or "",
    )


def _value(row: Row) -> Value:
    if row["unit"] == "kg":
        unit, count = "kg" if row["metric"] == _MASS_METRIC else "kgCO2e", 1
    elif row["unit"] in _UNITS:
        unit, count = _UNITS[row["unit"]]
    else:
        raise ValueError(
            f"unknown unit `{row['unit']}`; there are {', '.join(filter(None, _UNITS))}"
        )
    return Value(_number(row, count), unit, "catalog", row["source"], note=row["note"] or None,
                 confidence=row["confidence"])  # fmt: skip


def _number(row: Row, count: int) -> Number:
    best = float(row["value"])
    low, high = (float(row.get(end) or best) for end in ("low", "high"))
    if not 0 <= low <= best <= high < math.inf:
        raise ValueError("low, value and high are not numbers of 0 or more, in order")
    return best / count if low == high else Range(best / count, low / count, high / count)


def logic(
    folders: Iterable[Path],
) -> dict[tuple[str, float | None], dict[float, list[Value]]]:
    """Return the figures of wafers by metric and share abated, then by node [nm]."""
    by_metric: dict[tuple[str, float | None], dict[float, list[Value]]] = {}
    for folder in folders:
        here: dict[tuple[str, float | None], dict[float, list[Value]]] = {}
        for metric, share, node, value in read(folder / "fab" / "logic.csv", _wafer_row):
            here.setdefault((metric, share), {}).setdefault(node, []).append(value)
        for key, nodes in here.items():
            by_metric[key] = {**nodes, **by_metric.get(key, {})}
    return by_metric


def _wafer_row(row: Row) -> tuple[str, float | None, float, Value]:
    """Return the metric of a row, the share abated, the node [nm] and the figure."""
    share = _share(row["abatement"])
    node, value = nanometres(row["node"]), _value(row)
    metric, unit = row["metric"], value.unit
    if metric not in _LOGIC:
        raise ValueError(f"unknown metric `{metric}`; there are {', '.join(_LOGIC)}")
    if unit != _LOGIC[metric]:
        said = f"{metric} is not in {unit or 'a number alone'}; it is in {_LOGIC[metric]}"
        raise ValueError(said)
    return metric, share, node, value


def _share(cell: str) -> float | None:
    """Return the share of a cell such as ``95 %``; None where it is empty."""
    if not cell:
        return None
    percent = float(cell.removesuffix("%"))
    if not 0 <= percent <= 100:
        raise ValueError(f"`{cell}` is not a share of gases abated")
    return percent / 100
