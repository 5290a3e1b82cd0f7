"""ACT's names for rows of the fab tables, its choice among them, and its defaults.

Only rows of its second version (facebookresearch/ACT at commit abc9fbb, MIT) are taken, and
no node is interpolated, as ACT knows none between its rows. How ACT computes with them is
factors/act.py. The defaults are those of its parts lists; its command line takes a yield of 1.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from carbonctl.catalog.fab import Fab, Wafer
from carbonctl.catalog.fab_rows import Figure, nanometres
from carbonctl.catalog.tables import Row, read
from carbonctl.numbers.values import Value
from carbonctl.text import did_you_mean

SOURCE = "act-repository"
FAB_GRID = "taiwan"
PASSIVES_GRID = "japan"
USE_GRID = "usa"
GRID_YEAR = 2022
ABATED = 0.97
CATHODE = "NMC"
CAPACITOR = "generic"
_LAYER = "cpla"
_METRICS = {"material": "embodied_per_mass", "battery": "embodied_per_energy"}


class Board(NamedTuple):
    """Carbon per area of a board [kgCO2e/cm²], and how often it counts."""

    per_area: Value
    times: int


class Capacitor(NamedTuple):
    """A kind of capacitor: energy of manufacture [MJ/kg], or carbon of one [kgCO2e]."""

    energy: Value | None
    each: Value | None


class Act:
    """The tables under ACT's names.

    A name, or a year, that ACT has no row of raises LookupError with those that it has.

    Parameters
    ----------
    folders : iterable of Path
        Folders of the form of hardware_db. To compute as ACT does, the one that comes with
        carbonctl alone: figures of one's own that hide ACT's are not taken for them.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self.fab = Fab(folders)
        self._names: dict[str, dict[str, tuple[str, int | None]]] = {}
        for folder in self.fab.folders:
            for family, name, item in read(folder / "fab" / "act.csv", _name):
                self._names.setdefault(family, {}).setdefault(name, item)

    def names(self, family: str) -> list[str]:
        """Return ACT's names of a family: logic, dram, ssd, hdd, grid, pcb, material, …."""
        return list(self._names.get(family, {}))

    def item(self, family: str, name: str) -> tuple[str, int | None]:
        """Return the item of the tables that a name of ACT's means, and its year.

        Raises
        ------
        LookupError
            For a name that ACT has no row of.
        """
        known = self._names.get(family, {})
        if name not in known:
            close = did_you_mean(name, known)
            raise LookupError(f"ACT has no {family} `{name}`{close}; it has {', '.join(known)}")
        return known[name]

    def _figure(self, table: str, family: str, name: str, metric: str) -> Figure:
        item, year = self.item(family, name)
        return self.fab.figure(table, item, metric, year=year, source=SOURCE)

    @property
    def good(self) -> Value:
        """The yield that ACT takes where none is given."""
        return self.fab.figure("yield", "any", "yield", source=SOURCE).value

    @property
    def package(self) -> Value:
        """Carbon of one IC package [kgCO2e]."""
        return self.fab.figure("other", "ic package", "embodied", source=SOURCE).value

    def wafer(self, process: str) -> Wafer:
        """Return the wafer of a process such as ``28nm``; gases at 95 and 99 %."""
        item, _ = self.item("logic", process)
        return self.fab.wafer(nanometres(item), source=SOURCE)

    def grid(self, name: str, year: int = GRID_YEAR) -> Value:
        """Return a carbon intensity [kgCO2e/kWh] by place (of 2022 or 2023) or kind of plant."""
        item, fixed = self.item("grid", name)
        return self.fab.grid(item, year=fixed or year, source=SOURCE).value

    def per_gb(self, family: str, process: str) -> Value:
        """Return the carbon per capacity [kgCO2e/GB] of a family (dram, ssd, hdd) and process."""
        item, year = self.item(family, process)
        return self.fab.per_gb(item, year=year, source=SOURCE).value

    def is_finished(self, family: str, process: str) -> bool:
        """Whether a figure per capacity holds its yield already, as of a finished drive."""
        item, year = self.item(family, process)
        return "yield" in (self.fab.per_gb(item, year=year, source=SOURCE).includes or ())

    def board(self, layers: int) -> Board:
        """Return the factor of a board; of one layer, times the layers, where it has no row.

        Raises
        ------
        ValueError
            For a number of layers below one.
        """
        if layers < 1:
            raise ValueError(f"a board has one layer or more, not {layers}")
        listed = str(layers) in self._names.get("pcb", {})
        name = str(layers) if listed else _LAYER
        value = self._figure("other", "pcb", name, "embodied_per_area").value
        return Board(value, 1 if listed else layers)

    def factor(self, family: str, name: str) -> Value:
        """Return the carbon of a material [kgCO2e/kg], or of a battery by cathode [kgCO2e/kWh]."""
        return self._figure("other", family, name, _METRICS[family]).value

    def capacitor(self, kind: str = CAPACITOR) -> Capacitor:
        """Return the factor of a kind of capacitor."""
        item, _ = self.item("capacitor", kind)
        if (item, "energy_per_mass") in self.fab.table("other"):
            energy = self._figure("other", "capacitor", kind, "energy_per_mass").value
            return Capacitor(energy, None)
        return Capacitor(None, self._figure("other", "capacitor", kind, "embodied").value)


def _name(row: Row) -> tuple[str, str, tuple[str, int | None]]:
    """Return the family and name of a row, and what it means: an item, and its year."""
    year = int(row["year"]) if row["year"] else None
    return row["family"], row["name"], (row["item"], year)
