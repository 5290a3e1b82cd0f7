"""What parts are computed with: factors by kind of part, stand-ins, electricity of fabs."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from operator import itemgetter
from pathlib import Path

from carbonctl.catalog.cards import Cards
from carbonctl.catalog.fab import Fab, Wafer, joined
from carbonctl.catalog.fab_rows import Figure, nanometres
from carbonctl.catalog.tables import read
from carbonctl.errors import InputError, Problem
from carbonctl.numbers.intervals import Range
from carbonctl.numbers.values import Value
from carbonctl.text import did_you_mean

_TABLES = ("memory", "storage", "other")
_GRADES = ("low", "medium", "high")
_PER_GB = frozenset({"kgCO2e/GB", "kgCO2e"})
# What a factor of a kind of part may be of; other units are slips in a table of one's own.
_UNITS = {
    **dict.fromkeys(("dram", "hbm", "ssd", "hdd"), _PER_GB),
    "package": frozenset({"kgCO2e"}),
    "board": frozenset({"kgCO2e", "kgCO2e/cm2"}),
    "battery": frozenset({"kgCO2e", "kgCO2e/kWh"}),
    "passives": frozenset({"kgCO2e", "kgCO2e/kg", "MJ/kg"}),
    "transport": frozenset({"kgCO2e", "kgCO2e/kg", "kgCO2e/t-km"}),
}
_BY_MASS = frozenset({"kgCO2e", "kgCO2e/kg"})
_LISTING = "`carbonctl hardware factors` lists them"


class FabFactors:
    """The fab tables as parts use them.

    Parameters
    ----------
    folders : iterable of Path
        Folders of the form of hardware_db, the first before the others.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self.fab = Fab(folders)
        self.cards = Cards(self.fab)

    @cached_property
    def _by_part(self) -> dict[str, dict[str, list[Figure]]]:
        by_part: dict[str, dict[str, list[Figure]]] = {}
        for table in _TABLES:
            for figures in self.fab.table(table).values():
                for figure in figures:
                    if figure.part:
                        self._check(table, figure)
                        items = by_part.setdefault(figure.part, {})
                        items.setdefault(figure.item, []).append(figure)
        return by_part

    def _check(self, table: str, figure: Figure) -> None:
        """Refuse a row whose unit is none of its kind of part."""
        if figure.value.unit not in _UNITS.get(figure.part, _BY_MASS):
            message = f"`{figure.item}`: a factor of {figure.part} is not in {figure.value.unit}"
            raise InputError([Problem(f"fab/{table}.csv", None, None, message)])

    def factors(self) -> Iterator[Figure]:
        """Yield every row that can be the factor of a part, then what dies are computed with."""
        for items in self._by_part.values():
            for figures in items.values():
                yield from figures
        yield from self.fab.logic()
        for table in ("yield", "energy"):
            for figures in self.fab.table(table).values():
                for figure in figures:
                    name = f"{figure.item} {figure.metric.replace('_', ' ')}"
                    yield figure._replace(item=name, part=f"logic {table}")

    def factor(self, part: str, item: str, year: int | None = None) -> Figure:
        """Return the row of an item for a kind of part; the first, or that of a year.

        Raises
        ------
        LookupError
            Where there is none, with the nearest items or the years.
        """
        items = self._by_part.get(part, {})
        if item not in items:
            close = did_you_mean(item, items) or f"; there are {', '.join(items)}"
            raise LookupError(f"no factor `{item}` of {part} is known{close} ({_LISTING})")
        rows = [row for row in items[item] if year in (None, row.year)]
        if not rows:
            years = ", ".join(str(row.year) for row in items[item])
            raise LookupError(f"`{item}` has a figure of {years} only")
        return rows[0]

    def wafer(self, node: str) -> Wafer:
        """Return what a wafer takes and emits per area at a node such as ``5 nm``.

        Raises
        ------
        LookupError
            For a node beyond the rows, with the nearest.
        ValueError
            For what is no node.
        """
        return self.fab.wafer(nanometres(node))

    def wafer_source(self, source: str) -> str:
        """Return a source that has a total carbon per area of wafers.

        Raises
        ------
        LookupError
            Where this one has none, with those that have.
        """
        known = self.fab.whole_wafer_sources()
        if source not in known:
            close = did_you_mean(source, known)
            raise LookupError(f"no carbon per area of wafers is from `{source}`{close}; "
                              f"there are {', '.join(known)}")  # fmt: skip
        return source

    @cached_property
    def _stand_ins(self) -> dict[str, list[tuple[str, str]]]:
        by_use: dict[str, list[tuple[str, str]]] = {}
        for folder in self.fab.folders:
            here: dict[str, list[tuple[str, str]]] = {}
            columns = itemgetter("use", "item", "note")
            for use, item, note in read(folder / "fab" / "stand-ins.csv", columns):
                here.setdefault(use, []).append((item, note))
            by_use = {**here, **by_use}
        return by_use

    def default(self, part: str) -> tuple[Figure, str] | None:
        """Return what stands in for a kind of part of which nothing is said, and why it does."""
        for item, note in self._stand_ins.get(part, ()):
            try:
                return self.factor(part, item), note
            except LookupError as error:
                message = f"{part}: {error.args[0]}"
                raise InputError([Problem("fab/stand-ins.csv", None, None, message)]) from None
        return None

    def device_package(self) -> Value:
        """Return the carbon of the package of a whole device [kgCO2e], bounded by its sources."""
        items = [item for item, _ in self._stand_ins.get("device package", ())]
        values = [self.factor("package", item).value for item in items]
        return _around(values[0], values)

    def memory(self, kind: str, but: Iterable[str] = ()) -> tuple[str, Figure, str] | None:
        """Return the kind of part, the factor and a note of a type of memory such as HBM3.

        The first row that stands for it is the best estimate; the others are its bounds.

        Parameters
        ----------
        kind : str
            The type, as records of devices have it.
        but : iterable of str
            Sources whose figures are not to be used: those of the device's own footprint.
        """
        matches = []
        for item, note in self._stand_ins.get(f"memory {kind}", ()):
            for part in ("hbm", "dram"):
                for figure in self._by_part.get(part, {}).get(item, ())[:1]:
                    if set((figure.value.source or "").split()).isdisjoint(but):
                        matches.append((part, figure, note))
        if not matches:
            return None
        part, first, note = matches[0]
        value = _around(first.value, [figure.value for _, figure, _ in matches])
        return part, first._replace(value=value), note

    def intensity(self, zone: str, year: int | None = None) -> Value | None:
        """Return the intensity of a fab's electricity [kgCO2e/kWh]; None where no row has it.

        The best estimate is the first row of those that are surest, the bounds are over all
        of them that are not of low confidence.
        """
        rows = [
            row
            for row in self.fab.table("energy").get((zone, "carbon_intensity"), ())
            if year in (None, row.year)
        ]
        value = _spread([row.value for row in rows])
        bases = dict.fromkeys(re.split("[,;]", row.basis)[0] for row in rows)
        if value is None or len(bases) < 2:
            return value
        return value._replace(note=f"{value.note}: {', '.join(bases)}")

    def defects(self, node: str) -> Value | None:
        """Return the density of defects of a node [1/cm²]; None where no row has it.

        The best estimate and the bounds are those of `intensity`.
        """
        rows_ = self.fab.table("yield").get((f"{nanometres(node):g} nm", "defect_density"), ())
        value = _spread([row.value for row in rows_])
        bases = dict.fromkeys(row.basis for row in rows_)
        return value and value._replace(
            note="; ".join(filter(None, (value.note, f"stated as: {', '.join(bases)}")))
        )


def _spread(values: list[Value]) -> Value | None:
    """Return the first of the surest values, with bounds over all that are not unsure."""
    if not values:
        return None
    best = max(values, key=lambda value: _GRADES.index(value.confidence or "high"))
    return _around(best, [value for value in values if value.confidence != "low"] or values)


def _around(best: Value, values: list[Value]) -> Value:
    """Return a value with bounds over some that differ by source and year."""
    low, high = (end([end(v.low, v.high) for v in (best, *values)]) for end in (min, max))
    if low == high:
        return best
    sources = joined(v.source for v in (best, *values))
    differ = "" if len(values) < 2 else f"first of {len(values)} figures that differ"
    note = "; ".join(filter(None, (best.note, differ)))
    return best._replace(number=Range(best.best, low, high), source=sources, note=note or None)
