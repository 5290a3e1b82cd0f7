"""What each row of a block causes: its amounts times the rates of its structure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from carbonctl.batch.fleet.blocks import Block, Texts, constant, encoded_again
from carbonctl.batch.fleet.fleet import OF_CELL, Maker
from carbonctl.batch.fleet.kernel import Part
from carbonctl.batch.fleet.rates import rated
from carbonctl.batch.fleet.reading import SUMS, Rates
from carbonctl.batch.fleet.structures import AMOUNTS, Structure
from carbonctl.batch.fleet.summed import PLACES
from carbonctl.batch.fleet.totals import Linear, each
from carbonctl.ledger.fleet import RowBatch


class RowMaker:
    """Makes the rows of blocks.

    Parameters
    ----------
    maker : Maker
        Knows what a unit of each amount causes.
    by : sequence of str
        The tags that rows are shown with.
    """

    def __init__(self, maker: Maker, by: Sequence[str]) -> None:
        self.maker = maker
        self.by = tuple(by)
        self.structures: Sequence[Structure] = ()
        self.is_known = np.empty(0, dtype=bool)
        self.linear = Linear((), ())
        self.width = len(AMOUNTS)

    def batch(self, block: Block, part: Part) -> RowBatch | None:
        """Return the rows of a block that count, in their order; None where there are none."""
        self._learn(part.structures)
        rows = np.flatnonzero(part.structure_of >= 0)
        rows = rows[self.is_known[part.structure_of[rows]]]
        if not len(rows):
            return None
        structure = part.structure_of[rows]
        amounts = np.zeros((len(rows), self.width), order="F")
        for column, name in enumerate(PLACES):
            if name in part.amounts:
                amounts[:, column] = part.amounts[name][rows]
        sums = each(self.linear.terms(np.zeros(len(rows), dtype=np.int64), structure, amounts))

        def own(name: str) -> Any:
            column = block.columns.get(name)
            if isinstance(column, Texts):
                return Texts(column.codes[rows], column.values)
            return None if column is None else column[rows]

        tags = tuple(self._tag(name, block, part, rows) for name in self.by)
        job, start, end, state = map(own, ("job", "start", "end", "state"))
        return RowBatch(block.file, block.lines[rows], job, start, end, state, tags, sums)

    def _are_known(self, structures: Sequence[Structure]) -> bool:
        """Whether they are those of the block before: they come in one order, and only more."""
        known = self.structures
        return len(structures) == len(known) and (
            not known or (structures[0] is known[0] and structures[-1] is known[-1])
        )

    def _learn(self, structures: Sequence[Structure]) -> None:
        """Make the rates of all structures that were met, unless they are made already."""
        if self._are_known(structures):
            return
        self.structures = [*structures]
        accounted = self.maker.rater.rates(structures)
        self.is_known = np.array([one.error is None for one in accounted], dtype=bool)
        nothing = Rates(np.full((len(SUMS), 0), np.nan), None, {})
        rates = [next(iter(one.parts.values()), nothing) for one in accounted]
        places = [
            rated(one) if known else []
            for one, known in zip(structures, self.is_known.tolist(), strict=True)
        ]
        are_summed = any(max(some, default=0) >= len(AMOUNTS) for some in places)
        self.width = len(PLACES if are_summed else AMOUNTS)
        self.linear = Linear(rates, places, self.width)

    def _tag(self, name: str, block: Block, part: Part, rows: Any) -> Texts:
        """Return a tag of the rows: a column, or what a structure is called."""
        if name in block.tags:
            column = block.tags[name]
            return Texts(column.codes[rows], column.values)
        if name not in OF_CELL:
            return constant("", len(rows))
        names = [""] * len(part.structures)
        for place in part.met.tolist():
            names[place] = self.maker.names(part.structures[place])[name]
        return encoded_again(part.structure_of[rows], names)
