"""The tables of fabs: wafers by node, memory, drives, packages, boards, and fab electricity.

A table of an earlier folder hides what it names in later ones, item by item.
"""

import math
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog.tables import rows
from carbonctl.errors import InputError, Problem
from carbonctl.near import did_you_mean
from carbonctl.ranges import Number, Range
from carbonctl.values import Value

TABLES = ("energy", "memory", "storage", "other", "yield")
_NODE = re.compile(r"(\d+(?:\.\d+)?) ?nm")
_CONFIDENCES = ("low", "medium", "high")
# What a unit of the tables is in ours, and how many make one; dividing keeps the decimals.
_UNITS = {
    "%": ("", 100),
    "1/cm2": ("1/cm2", 1),
    "GB/cm2": ("GB/cm2", 1),
    "MJ/kg": ("MJ/kg", 1),
    "g/cm2": ("kgCO2e/cm2", 1000),
    "g/kWh": ("kgCO2e/kWh", 1000),
    "kWh/cm2": ("kWh/cm2", 1),
    "kg/GB": ("kgCO2e/GB", 1),
    "kg/cm2": ("kgCO2e/cm2", 1),
    "kg/kWh": ("kgCO2e/kWh", 1),
    "kg/t-km": ("kgCO2e/t-km", 1),
    "kg/kg": ("kgCO2e/kg", 1),
    "kg/m2": ("kgCO2e/cm2", 10_000),
    "mm": ("mm", 1),
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


class Wafer(NamedTuple):
    """What processing a wafer takes and emits for each area, at one node.

    Attributes
    ----------
    epa : Value
        Electricity of the fab [kWh/cm²].
    gpa : mapping of float to Value
        Process gases [kgCO2e/cm²] by the share that is abated, in rising order.
    mpa : Value
        Materials [kgCO2e/cm²].
    """

    epa: Value
    gpa: Mapping[float, Value]
    mpa: Value


def nanometres(node: str) -> float:
    """Return the nanometres of a node such as ``5 nm`` or ``28nm``.

    Raises
    ------
    ValueError
        For other words, and for zero.
    """
    found = _NODE.fullmatch(node.strip())
    if found is None or not float(found[1]) > 0:
        raise ValueError(f"`{node}` is not a node; 5 nm is")
    return float(found[1])


class Fab:
    """The tables of some folders, each read when it is first asked for.

    Parameters
    ----------
    folders : iterable of Path
        Folders of the form of hardware_db, the first before the others.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self.folders = tuple(folders)
        self._tables: dict[str, dict[tuple[str, str], list[Figure]]] = {}

    def table(self, name: str) -> dict[tuple[str, str], list[Figure]]:
        """Return the rows of one of `TABLES` by item and metric, as they stand.

        Raises
        ------
        InputError
            For a row that lacks a column or is not a number where it should be.
        """
        if name not in self._tables:
            self._tables[name] = _figures(self.folders, name)
        return self._tables[name]

    def figure(
        self, table: str, item: str, metric: str, *, year: int | None = None, source: str = ""
    ) -> Figure:
        """Return a row of a table: the first that fits, in the order of the table.

        Parameters
        ----------
        table : str
            One of `TABLES`.
        item, metric : str
            What is asked for.
        year : int, optional
            That the row must be of.
        source : str, optional
            That the row must be from.

        Raises
        ------
        LookupError
            Where there is none, with the nearest items or the years and sources.
        """
        known = self.table(table)
        found = known.get((item, metric))
        if found is None:
            items = dict.fromkeys(i for i, m in known if m == metric)
            raise LookupError(f"fab/{table}.csv has no {metric} of `{item}`"
                              f"{did_you_mean(item, items)}")  # fmt: skip
        for row in found:
            if year in (None, row.year) and _is_from(row.value, source):
                return row
        there = ", ".join(f"{row.year or 'no year'} by {row.value.source}" for row in found)
        raise LookupError(f"fab/{table}.csv has {metric} of `{item}` for {there} only")

    def per_gb(self, item: str, *, year: int | None = None, source: str = "") -> Figure:
        """Return the embodied carbon per capacity of memory or of drives [kgCO2e/GB].

        Raises
        ------
        LookupError
            Where neither table has the item, or not by capacity.
        """
        both = {**self.table("storage"), **self.table("memory")}
        per_capacity = {
            item for (item, metric), found in both.items()
            if metric == "embodied" and found[0].value.unit == "kgCO2e/GB"
        }  # fmt: skip
        if item not in per_capacity:
            close = did_you_mean(item, sorted(per_capacity))
            raise LookupError(f"no embodied carbon per capacity of `{item}` is known{close}")
        table = "memory" if (item, "embodied") in self.table("memory") else "storage"
        return self.figure(table, item, "embodied", year=year, source=source)

    def grid(self, zone: str, *, year: int | None = None, source: str = "") -> Figure:
        """Return the carbon intensity of the electricity of fabs [kgCO2e/kWh].

        Without a year the latest, life-cycle figures before those of another basis.

        Raises
        ------
        LookupError
            Where no row fits.
        """
        if year is None:
            rows_ = [
                row for row in self.table("energy").get((zone, "carbon_intensity"), ())
                if _is_from(row.value, source)
            ]  # fmt: skip
            if rows_:
                return max(rows_, key=lambda row: (row.basis == "life-cycle", row.year or 0))
        return self.figure("energy", zone, "carbon_intensity", year=year, source=source)

    @cached_property
    def _logic(self) -> dict[tuple[str, float | None], dict[float, list[Value]]]:
        return _logic(self.folders)

    def nodes(self) -> list[float]:
        """Return the nodes [nm] that have a row of electricity, the smallest first."""
        return sorted(self._logic.get(("epa", None), {}))

    def wafer(self, node_nm: float, *, source: str = "") -> Wafer:
        """Return what a wafer takes and emits per area at a node.

        Parameters
        ----------
        node_nm : float
            The node [nm]. Between two rows a figure is interpolated, linear in the logarithm
            of the node; its value is then `derived` and says so. It is never extrapolated.
        source : str, optional
            That every row must be from.

        Raises
        ------
        LookupError
            For a node beyond the rows, with the nearest.
        ValueError
            For a node that is not above zero.
        """
        energy = self._at("epa", None, node_nm, source)
        gases = {}
        for share in sorted(s for m, s in self._logic if m == "gpa" and s is not None):
            with suppress(LookupError):  # a share that is known of other nodes only
                gases[share] = self._at("gpa", share, node_nm, source)
        if not gases:
            raise LookupError(f"fab/logic.csv has no gpa at or around {node_nm:g} nm")
        return Wafer(energy, gases, self._at("mpa", None, node_nm, source))

    def whole_wafer(self, node_nm: float, source: str) -> Value:
        """Return electricity, gases and materials together [kgCO2e/cm²], as a source has them.

        Raises
        ------
        LookupError
            For a node beyond the rows of the source, with the nearest.
        """
        return self._at("cpa", None, node_nm, source)

    def whole_wafer_sources(self) -> list[str]:
        """Return the sources that have electricity, gases and materials together."""
        values = [v for found in self._logic.get(("cpa", None), {}).values() for v in found]
        return sorted({value.source or "" for value in values})

    def _at(self, metric: str, share: float | None, node_nm: float, source: str) -> Value:
        if not node_nm > 0:
            raise ValueError(f"a node lies above 0 nm, not at {node_nm:g}")
        known = {}
        for node, values in self._logic.get((metric, share), {}).items():
            fitting = [value for value in values if _is_from(value, source)]
            if fitting:
                known[node] = fitting[0]
        if node_nm in known:
            return known[node_nm]
        below = max((node for node in known if node < node_nm), default=None)
        above = min((node for node in known if node > node_nm), default=None)
        if below is None or above is None:
            raise LookupError(_beyond(metric, node_nm, sorted(known)))
        return _between(node_nm, (below, known[below]), (above, known[above]))


def _is_from(value: Value, source: str) -> bool:
    return not source or source in (value.source or "").split()


def _beyond(metric: str, node_nm: float, known: list[float]) -> str:
    if not known:
        return f"fab/logic.csv has no {metric} from that source"
    two = sorted(sorted(known, key=lambda node: abs(math.log(node / node_nm)))[:2])
    near = " and ".join(f"{node:g} nm" for node in two)
    return (f"fab/logic.csv has {metric} from {known[0]:g} to {known[-1]:g} nm, and is not "
            f"extrapolated to {node_nm:g} nm; the nearest nodes are {near}")  # fmt: skip


def _between(node_nm: float, first: tuple[float, Value], last: tuple[float, Value]) -> Value:
    """Interpolate linearly in the logarithm of the node."""
    (below, low), (above, high) = first, last
    weight = math.log(node_nm / below) / math.log(above / below)
    graded = [_CONFIDENCES.index(value.confidence or "high") for value in (low, high)]
    sources = " ".join(dict.fromkeys(value.source or "" for value in (low, high)))
    note = f"between {below:g} nm and {above:g} nm, linear in the logarithm of the node"
    number = low.number * (1 - weight) + high.number * weight
    return Value(number, low.unit, "derived", sources, note=note,
                 confidence=_CONFIDENCES[min(1, *graded)])  # fmt: skip


def _figures(folders: Iterable[Path], name: str) -> dict[tuple[str, str], list[Figure]]:
    found: dict[tuple[str, str], list[Figure]] = {}
    for folder in folders:
        here: dict[tuple[str, str], list[Figure]] = {}
        path = folder / "fab" / f"{name}.csv"
        for line, row in rows(path):
            try:
                figure = _figure(row)
            except (KeyError, ValueError) as error:
                raise _fault(path, line, error) from None
            here.setdefault((figure.item, figure.metric), []).append(figure)
        found = {**here, **found}
    return found


def _figure(row: dict[str, str]) -> Figure:
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


def _value(row: dict[str, str]) -> Value:
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


def _number(row: dict[str, str], count: int) -> Number:
    best = float(row["value"])
    low, high = (float(row.get(end) or best) for end in ("low", "high"))
    if not 0 <= low <= best <= high < math.inf:
        raise ValueError("low, value and high are not numbers of 0 or more, in order")
    return best / count if low == high else Range(best / count, low / count, high / count)


def _logic(
    folders: Iterable[Path],
) -> dict[tuple[str, float | None], dict[float, list[Value]]]:
    found: dict[tuple[str, float | None], dict[float, list[Value]]] = {}
    for folder in folders:
        here: dict[tuple[str, float | None], dict[float, list[Value]]] = {}
        path = folder / "fab" / "logic.csv"
        for line, row in rows(path):
            try:
                share = _share(row["abatement"])
                node, value = nanometres(row["node"]), _value(row)
                _check_logic(row["metric"], value.unit)
            except (KeyError, ValueError) as error:
                raise _fault(path, line, error) from None
            here.setdefault((row["metric"], share), {}).setdefault(node, []).append(value)
        for key, nodes in here.items():
            found[key] = {**nodes, **found.get(key, {})}
    return found


def _check_logic(metric: str, unit: str) -> None:
    wanted = _LOGIC.get(metric)
    if wanted is None:
        raise ValueError(f"unknown metric `{metric}`; there are {', '.join(_LOGIC)}")
    if unit != wanted:
        raise ValueError(f"{metric} is not in {unit or 'a number alone'}; it is in {wanted}")


def _share(cell: str) -> float | None:
    """Return the share of a cell such as ``95 %``; None where it is empty."""
    if not cell:
        return None
    percent = float(cell.removesuffix("%"))
    if not 0 <= percent <= 100:
        raise ValueError(f"`{cell}` is not a share of gases abated")
    return percent / 100


def _fault(path: Path, line: int, error: Exception) -> InputError:
    lacks = isinstance(error, KeyError)
    said = f"the column `{error.args[0]}` is missing" if lacks else str(error)
    return InputError([Problem(str(path), line, 1, said)])
