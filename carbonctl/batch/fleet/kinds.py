"""The kind of each row: compute, energy or storage."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from carbonctl.batch.fleet.blocks import Block, Texts
from carbonctl.batch.fleet.structures import COMPUTE, ENERGY, STORAGE


class Kinds(NamedTuple):
    """The kind of each row, and which rows are of each; one condition where all are alike."""

    texts: Texts | str
    is_compute: Any
    is_energy: Any
    is_storage: Any


def kinds_of(block: Block) -> Kinds:
    """Return the kind of each row: what it says, energy where that is given, else compute."""
    said = block.columns.get("kind")
    energy = block.columns.get("energy_kwh")
    no, yes = np.False_, np.True_
    if said is None and energy is None:
        return Kinds(COMPUTE, yes, no, no)
    measured = ~np.isnan(block.number("energy_kwh"))
    codes = np.where(measured, 1, 0)
    names = [COMPUTE, ENERGY]
    if said is not None:
        names += said.values
        codes = np.where(said.where(bool), said.codes + 2, codes)
    texts = Texts(codes, names)
    is_energy, is_storage = (texts.where(kind.__eq__) for kind in (ENERGY, STORAGE))
    return Kinds(texts, ~is_energy & ~is_storage, is_energy, is_storage)
