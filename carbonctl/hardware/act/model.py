"""A list of ACT's, computed exactly as ACT does: its rows, its defaults, its choices.

Every capacity is divided by a yield, also of finished drives; a part of given carbon has its
package divided too; nothing is packaged unless the list says so. The year of its machines in
use has 8,766 hours (factors/act.py).
"""

from collections.abc import Callable
from typing import NamedTuple

from carbonctl.catalog import act
from carbonctl.catalog.act import Act
from carbonctl.catalog.fab import Wafer
from carbonctl.estimators.base import ActivityError
from carbonctl.factors import fab
from carbonctl.factors.parts import kgco2e_per_kg
from carbonctl.factors.yields import MM2_PER_CM2
from carbonctl.hardware.act.read import Bom, Component, material
from carbonctl.hardware.lines import ONE, PACKAGE, Line
from carbonctl.numbers.quantities import Quantity, at_best, of
from carbonctl.numbers.values import Value
from carbonctl.spec.parts import MANUFACTURING

_NO_MODEL = "ACT has no model of it; leave out --act-compatible, and its carbon is unknown"


def lines(bom: Bom, tables: Act) -> list[Line]:
    """Return the lines of a list as ACT has them.

    Raises
    ------
    ActivityError
        For a category that ACT reads and has no model of.
    """
    return [line for component in bom.components for line in _Maker(component, tables).lines()]


def _best(value: Value) -> Quantity:
    return at_best(of(value))


class _Maker(NamedTuple):
    """Makes the lines of one component."""

    component: Component
    tables: Act

    def lines(self) -> list[Line]:
        makers: dict[str, Callable[[], list[Line]]] = {
            "logic": self.logic, "dram": self.stored, "ssd": self.stored, "hdd": self.stored,
            "manual": self.manual, "capacitor": self.capacitor, "pcb": self.board,
            "battery": self.battery, "enclosure": self.material, "frame": self.material,
        }  # fmt: skip
        kind = self.component.kind
        if kind not in makers:
            raise ActivityError(f"{self.component.path}.category", f"{kind}: {_NO_MODEL}")
        return makers[kind]()

    def amount(self, key: str, unit: str = "") -> Value:
        """Return an amount of the list, or what ACT takes where there is none."""
        path = f"{self.component.path}.{key}"
        given = self.component.amounts.get(key)
        if given is not None:
            return given.named(key, path)
        return Value(0.0, unit, "default", act.SOURCE, path, name=key,
                     note="as ACT takes it")  # fmt: skip

    def fact(self, value: Value, key: str, name: str) -> Value:
        return value.named(name, f"{self.component.path}.{key}")

    def line(
        self, amount: Quantity, unit: str, factor: Quantity, kind: str = "", year: int | None = None
    ) -> Line:
        item = f"{self.component.name} {kind}".strip()
        return Line(item, kind or self.component.kind, MANUFACTURING, amount, unit, factor,
                    self.component.path, year)  # fmt: skip

    def good(self) -> Value:
        given = self.component.amounts.get("fab_yield")
        share = given or self.tables.good._replace(status="default")
        return self.fact(share, "fab_yield", "fab_yield")

    def packages(self, *, divided: bool = False) -> list[Line]:
        count = self.amount("n_ics")
        if not count.best:
            return []
        each = self.fact(self.tables.package, "n_ics", "package_carbon")
        factor = of(each)
        if divided:
            factor = _best(each) / _best(self.good())
        return [self.line(of(count), "packages", factor, PACKAGE)]

    def intensity(self, default: str) -> Value:
        name = self.component.words.get("fab_ci", default)
        value = self.fact(self.tables.grid(name), "fab_ci", "fab_intensity")
        return value._replace(note="; ".join(filter(None, (name, value.note))))

    def logic(self) -> list[Line]:
        wafer = self.tables.wafer(self.component.words["process"])
        gpa, from_ = self.gases(wafer)
        intensity = self.intensity(act.FAB_GRID)
        epa = self.fact(wafer.epa, "process", "epa")
        mpa = self.fact(wafer.mpa, "process", "mpa")
        good = self.good()
        per_cm2 = fab.kgco2e_per_cm2(*map(_best, (intensity, epa, gpa, mpa))).beside(*from_)
        area = _best(self.amount("area", unit="mm2")) / MM2_PER_CM2
        return [self.line(area, "cm2", fab.of_good(per_cm2, _best(good))), *self.packages()]

    def gases(self, wafer: Wafer) -> tuple[Value, tuple[Value, ...]]:
        """Return the gases at the share abated: those at 97 % are the mean of the two rows."""
        share = float(self.component.words.get("gpa", act.ABATED * 100)) / 100
        if share in wafer.gpa:
            return self.fact(wafer.gpa[share], "gpa", "gpa"), ()
        (low, most), (high, least) = wafer.gpa.items()
        ends = (self.fact(most, "gpa", f"gpa_{low * 100:g}"),
                self.fact(least, "gpa", f"gpa_{high * 100:g}"))  # fmt: skip
        number = (most.best + least.best) / 2
        note = f"the mean of those at {low * 100:g} and {high * 100:g} %"
        path = f"{self.component.path}.gpa"
        return Value(number, most.unit, "derived", path=path, name="gpa", note=note), ends

    def stored(self) -> list[Line]:
        kind, words = self.component.kind, self.component.words
        per_gb = self.fact(self.tables.per_gb(kind, words["process"]), "process", "embodied_per_gb")
        factor = fab.of_good(_best(per_gb), _best(self.good()))
        capacity = of(self.amount("capacity", unit="GB"))
        return [self.line(capacity, "GB", factor), *self.packages()]

    def manual(self) -> list[Line]:
        factor = _best(self.amount("carbon", unit="kgCO2e")) / _best(self.good())
        return [self.line(ONE, "pieces", factor), *self.packages(divided=True)]

    def capacitor(self) -> list[Line]:
        kind = self.component.words.get("type", act.CAPACITOR)
        figures, count = self.tables.capacitor(kind), of(self.amount("quantity"))
        if figures.each is not None:
            each = self.fact(figures.each, "type", "embodied_factor")
            return [self.line(count, "pieces", of(each))]
        assert figures.energy is not None
        energy = self.fact(figures.energy, "type", "energy_per_mass")
        intensity = self.intensity(act.PASSIVES_GRID)
        mass = self.amount("weight", unit="kg")
        factor = kgco2e_per_kg(_best(energy), _best(intensity))
        return [self.line(count * mass, "kg", factor)]

    def board(self) -> list[Line]:
        layers = self.component.amounts.get("layers")
        if layers is None:
            raise ActivityError(
                self.component.path, "`layers` is missing: ACT's boards are by layers"
            )
        board = self.tables.board(int(layers.best))
        factor = of(self.fact(board.per_area, "layers", "embodied_factor"))
        amount = _best(self.amount("area", unit="mm2")) / MM2_PER_CM2
        if board.times != 1:
            amount = amount * layers.named("layers", f"{self.component.path}.layers")
        return [self.line(amount, "cm2", factor)]

    def battery(self) -> list[Line]:
        factor = of(
            self.fact(self.tables.factor("battery", act.CATHODE), "category", "embodied_factor")
        )
        return [self.line(of(self.amount("capacity", unit="kWh")), "kWh", factor)]

    def material(self) -> list[Line]:
        name = material(self.component.words["type"])
        factor = of(self.fact(self.tables.factor("material", name), "type", "embodied_factor"))
        return [self.line(of(self.amount("weight", unit="kg")), "kg", factor)]
