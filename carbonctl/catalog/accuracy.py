"""The record of published figures: how near the tool comes to each, and what was measured.

It is record.csv beside the published workloads, a row for each figure and each way to compare it.
"""

from __future__ import annotations

from typing import NamedTuple

from carbonctl.catalog import tables
from carbonctl.catalog.folders import examples

RECORD = "published/record.csv"
GIVEN, BLIND, TOKENS = "given", "blind", "tokens"
MODES = (GIVEN, BLIND, TOKENS)


class RecordedFigure(NamedTuple):
    """One published figure that the tool is held to.

    Attributes
    ----------
    file : str
        The workload, below the folder of configs.
    key : str
        Which reported figure, such as ``energy_kwh``.
    mode : str
        Whether the account takes every published input (`GIVEN`), or only what is known before a
        run: devices, hours and place (`BLIND`), or a model and its tokens (`TOKENS`).
    measured : str
        What the source measured, or what the figure rests on.
    group : str
        The sort of work, by which errors are summed up.
    tolerance_pct : float or None
        The error that is allowed [% of the reported figure]; None for blind figures, which are
        judged together, and for those from tokens.
    is_restated : bool
        Whether the figure restates an input or implies it, and so says nothing of how well the
        tool estimates.
    why : str
        Why the tolerance is what it is, or what was measured.
    """

    file: str
    key: str
    mode: str
    measured: str
    group: str
    tolerance_pct: float | None
    is_restated: bool
    why: str

    @property
    def name(self) -> str:
        """The workload, as ``carbonctl init --from-published`` calls it."""
        return self.file.rpartition("/")[2].removesuffix(".yaml")


def record() -> tuple[RecordedFigure, ...]:
    """Return the record that comes with carbonctl, in its order.

    Raises
    ------
    InputError
        For a faulty row.
    """
    return tuple(tables.read(examples() / RECORD, _figure))


def _figure(row: tables.Row) -> RecordedFigure:
    tolerance = float(row["tolerance_pct"]) if row["tolerance_pct"] else None
    if row["mode"] not in MODES:
        raise ValueError(f"mode: {', '.join(MODES)} are known, not `{row['mode']}`")
    head = (row["file"], row["key"], row["mode"], row["measured"], row["class"])
    return RecordedFigure(*head, tolerance, row["restated"] == "yes", row["why"])
