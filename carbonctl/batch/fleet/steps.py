"""What is done with each block on its way to the sums, whichever process does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import NamedTuple

import numpy as np

from carbonctl.batch.fleet.blocks import Block
from carbonctl.batch.fleet.duplicates import Seen
from carbonctl.batch.fleet.hashing import hashed
from carbonctl.batch.fleet.kernel import DUPLICATE, Part, Plan, part
from carbonctl.batch.fleet.known import Known
from carbonctl.batch.fleet.months import shared
from carbonctl.batch.fleet.tables import Ready, kept_rows
from carbonctl.inputs.jobs.findings import Findings

_HARDWARE = (
    "the hardware of measured energy is not counted; --hardware counted takes it from device, "
    "devices and time"
)


class Done(NamedTuple):
    """What comes of a block.

    Attributes
    ----------
    rows : int
        How many were read.
    part : Part
        Its sums.
    headers : mapping
        What the input calls its columns, by their canonical names.
    block : Block, optional
        The block itself, where what each row causes is asked for.
    """

    rows: int
    part: Part
    headers: Mapping[str, str]
    block: Block | None


@dataclass(frozen=True)
class Steps:
    """What is done with each block.

    Attributes
    ----------
    plan : Plan
        How rows are read.
    by : tuple of str
        What groups are made by.
    zone : tzinfo
        Where days begin at midnight.
    keeps_duplicates : bool
        Whether a job that stands twice counts twice.
    split_time : bool
        Whether a job of several months is shared among them.
    hashed : tuple of str
        Tags of which digests are written, by the ``key``.
    by_row : bool
        Whether what each row causes is asked for: otherwise only sums are kept.
    """

    plan: Plan
    by: tuple[str, ...] = ()
    zone: tzinfo = UTC
    keeps_duplicates: bool = False
    split_time: bool = False
    hashed: tuple[str, ...] = ()
    key: bytes = b""
    by_row: bool = False

    def done(
        self, ready: Ready, seen: Seen, findings: Findings, known: Known | None = None
    ) -> Done:
        """Return what comes of a block.

        Parameters
        ----------
        ready : Ready
            The block.
        seen : Seen
            The jobs before it.
        findings : Findings
            Takes what is found on the way.
        known : Known, optional
            The structures before it.
        """
        rows = ready.block.rows
        if not self.keeps_duplicates:
            again = seen.again(ready.block)
            if again.any():
                findings.skip(DUPLICATE, int(again.sum()))
                ready = kept_rows(ready, ~again)
        if self.hashed:
            ready = hashed(ready, self.hashed, self.key)
        if self.split_time:
            ready = shared(ready, self.by, self.zone)
        made = part(ready.block, self.plan, ready.refused, known)
        self._note_hardware(ready.block, findings)
        headers = ready.block.headers
        if not self.by_row:
            return Done(rows, made._replace(structure_of=None, amounts={}), headers, None)
        return Done(rows, made, headers, ready.block)

    def _note_hardware(self, block: Block, findings: Findings) -> None:
        """Note measured energy whose hardware could be counted."""
        if self.plan.hardware or "energy_kwh" not in block.columns:
            return
        has_time = ~np.isnan(block.number("wall_time_h")) | ~np.isnan(block.number("device_time_h"))
        could = has_time & block.text("device").where(bool) & (block.number("devices") > 0)
        rows = int((could & ~np.isnan(block.number("energy_kwh"))).sum())
        if rows:
            findings.note(_HARDWARE, rows)
