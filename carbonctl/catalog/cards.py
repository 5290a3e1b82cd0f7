"""What the embodied carbon of a device without a published figure is computed with."""

import math
import re
from functools import cache

from carbonctl.catalog.fab import Fab, Wafer
from carbonctl.errors import InputError, Problem
from carbonctl.factors import fab as kernels
from carbonctl.numbers.values import Value

_TABLE = "cards"
_ACT = "act-repository"
_FAB_PLACE, _FAB_YEAR = "TW", 2022
ANY = "any"
UNKNOWN_MEMORY = "unknown"


class Cards:
    """The rows of fab/cards.csv, and processed wafer by node after ACT.

    Parameters
    ----------
    fab : Fab
        The fab tables.
    """

    def __init__(self, fab: Fab) -> None:
        self.fab = fab
        self.wafer = cache(self._wafer)

    def figure(self, item: str, metric: str) -> Value:
        """Return the figure of a row.

        Raises
        ------
        InputError
            Where a table of the user's own lacks it.
        """
        try:
            return self.fab.figure(_TABLE, item, metric).value
        except LookupError as error:
            message = str(error.args[0])
            raise InputError([Problem(f"fab/{_TABLE}.csv", None, None, message)]) from None

    def has(self, item: str, metric: str) -> bool:
        """Whether there is a row of an item and a metric."""
        return (item, metric) in self.fab.table(_TABLE)

    def memory(self, kind: str | None) -> Value:
        """Return the embodied carbon of a type of memory such as HBM3e [kgCO2e/GB]."""
        match = re.match("[A-Z]+", kind or "")
        family = match[0] if match and self.has(match[0], "memory") else UNKNOWN_MEMORY
        return self.figure(family, "memory")

    def _wafer(self, node_nm: float) -> Value:
        """Return the carbon of processed wafer at a node [kgCO2e/cm²].

        It is that of the nearest node that ACT has: 4 nm is read as 5, 6 as 7, 12 and 16 as 14.
        """
        nearest, wafer = self._nearest(node_nm)
        intensity = self.fab.grid(_FAB_PLACE, year=_FAB_YEAR, source=_ACT).value
        abated = self.fab.figure("yield", ANY, "abatement").value
        (low, most), *_, (high, least) = wafer.gpa.items()
        gpa = kernels.abated_kgco2e_per_cm2(
            abated.best, low, most.best, high, least.best
        )  # fmt: skip
        number = kernels.kgco2e_per_cm2(intensity.best, wafer.epa.best, gpa, wafer.mpa.best)
        note = (
            f"ACT at {nearest:g} nm: {wafer.epa.best:g} kWh/cm2 of electricity at "
            f"{intensity.best:g} kgCO2e/kWh, gases with {abated.best * 100:g} % of them destroyed, "
            "and materials"
        )
        return Value(number, "kgCO2e/cm2", "derived", wafer.epa.source, note=note,
                     confidence=wafer.epa.confidence)  # fmt: skip

    def _nearest(self, node_nm: float) -> tuple[float, Wafer]:
        """Return the nearest node in the logarithm that has rows, those of ACT first."""
        nodes = sorted(self.fab.nodes(), key=lambda node: abs(math.log(node / node_nm)))
        for source in (_ACT, ""):
            for node in nodes:
                try:
                    wafer = self.fab.wafer(node, source=source)
                except LookupError:
                    continue
                if wafer.epa.status == "catalog":
                    return node, wafer
        message = f"no row of electricity, gases and materials is near {node_nm:g} nm"
        raise InputError([Problem("fab/logic.csv", None, None, message)])
