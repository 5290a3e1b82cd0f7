"""The tables of fabs: wafers by node, memory, drives, packages, boards, and fab electricity.

A table of an earlier folder hides what it names in later ones, item by item.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog.fab_rows import Figure, figures, logic
from carbonctl.catalog.tables import rows
from carbonctl.numbers.values import Value
from carbonctl.text import did_you_mean

TABLES = ("energy", "memory", "storage", "other", "yield", "cards")
_CONFIDENCES = ("low", "medium", "high")


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
        """Return the rows of one of `TABLES` by item and metric, as they stand."""
        if name not in self._tables:
            self._tables[name] = figures(self.folders, name)
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
        entries = known.get((item, metric))
        if entries is None:
            items = dict.fromkeys(i for i, m in known if m == metric)
            raise LookupError(f"fab/{table}.csv has no {metric} of `{item}`"
                              f"{did_you_mean(item, items)}")  # fmt: skip
        for row in entries:
            if year in (None, row.year) and _is_from(row.value, source):
                return row
        there = ", ".join(f"{row.year or 'no year'} by {row.value.source}" for row in entries)
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
            item for (item, metric), entries in both.items()
            if metric == "embodied" and entries[0].value.unit == "kgCO2e/GB"
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
        return logic(self.folders)

    def logic(self) -> Iterator[Figure]:
        """Yield the rows of wafers by node, as they stand."""
        for (metric, share), nodes in self._logic.items():
            abated = "" if share is None else f" at {share * 100:g} %"
            for node, values in nodes.items():
                for value in values:
                    yield Figure(f"{node:g} nm {metric}{abated}", metric, value, "", None, None,
                                 "logic")  # fmt: skip

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

    def whole_wafer_holds(self, source: str) -> frozenset[str] | None:
        """Return what the carbon per area of a source holds; None where that is not known."""
        cells = {
            row.get("includes", "")
            for folder in self.folders
            for _, row in rows(folder / "fab" / "logic.csv")
            if row["metric"] == "cpa" and row["source"] == source
        }
        held = next(iter(cells), "")
        return frozenset(held.split()) - {"none"} if held else None

    def whole_wafer_sources(self) -> list[str]:
        """Return the sources that have electricity, gases and materials together."""
        values = [v for group in self._logic.get(("cpa", None), {}).values() for v in group]
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


def joined(sources: Iterable[str | None]) -> str:
    """Return keys of sources, each once, from texts that may hold several."""
    return " ".join(dict.fromkeys(key for keys in sources for key in (keys or "").split()))


def _between(node_nm: float, first: tuple[float, Value], last: tuple[float, Value]) -> Value:
    """Interpolate linearly in the logarithm of the node."""
    (below, low), (above, high) = first, last
    weight = math.log(node_nm / below) / math.log(above / below)
    graded = [_CONFIDENCES.index(value.confidence or "high") for value in (low, high)]
    sources = joined(value.source for value in (low, high))
    note = f"between {below:g} nm and {above:g} nm, linear in the logarithm of the node"
    number = low.number * (1 - weight) + high.number * weight
    return Value(number, low.unit, "derived", sources, note=note,
                 confidence=_CONFIDENCES[min(1, *graded)])  # fmt: skip
