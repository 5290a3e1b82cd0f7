"""What each row of a block causes: its amounts times the rates of its structure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from carbonctl.batch.fleet.blocks import Block, Texts, constant, encoded_again
from carbonctl.batch.fleet.fleet import OF_CELL, Maker
from carbonctl.batch.fleet.kernel import Part
from carbonctl.batch.fleet.rates import Accounted, varying
from carbonctl.batch.fleet.structures import AMOUNTS
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

    def batch(self, block: Block, part: Part) -> RowBatch | None:
        """Return the rows of a block that count, in their order; None where there are none."""
        structures = [part.structures[place] for place in part.met.tolist()]
        accounted = self.maker.rater.rates(structures)
        is_known = np.array([one.error is None for one in accounted], dtype=bool)
        rows = np.flatnonzero(part.structure_of >= 0)
        if not len(rows) or not is_known.any():
            return None
        place = np.full(len(part.structures), -1)
        place[part.met] = np.arange(len(part.met))
        rows = rows[is_known[place[part.structure_of[rows]]]]
        structure = place[part.structure_of[rows]]
        amounts = np.zeros((len(rows), len(AMOUNTS)))
        for place, name in enumerate(AMOUNTS):
            if name in part.amounts:
                amounts[:, place] = part.amounts[name][rows]
        sums = self._sums(accounted, structures, structure, amounts)

        def taken(column: Texts | None) -> Texts | None:
            return None if column is None else Texts(column.codes[rows], column.values)

        tags = tuple(self._tag(name, block, part, rows) for name in self.by)
        job, start, end, state = (
            taken(self._own(name, block)) for name in ("job", "start", "end", "state")
        )
        return RowBatch(block.file, block.lines[rows], job, start, end, state, tags, sums)

    def _own(self, name: str, block: Block) -> Texts | None:
        return block.text(name) if name in block.columns else None

    def _sums(
        self, accounted: Sequence[Accounted], structures: Sequence[Any], of: Any, amounts: Any
    ) -> Any:
        parts = [list(one.parts.values()) for one in accounted]
        known = [place for place, some in enumerate(parts) if some]
        places = [[AMOUNTS.index(name) for name in varying(structures[place])] for place in known]
        linear = Linear([parts[place][0] for place in known], places)
        at = np.full(len(parts), -1, dtype=np.int64)
        at[known] = np.arange(len(known))
        return each(linear.terms(np.zeros(len(of), dtype=np.int64), at[of], amounts))

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
