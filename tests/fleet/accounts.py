"""Rows as fleets account for them, each by itself, to be held against workloads."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from carbonctl.batch.fleet.device_facts import DeviceFacts
from carbonctl.batch.fleet.fleet import Maker
from carbonctl.batch.fleet.kernel import Plan, part
from carbonctl.batch.fleet.read import opened, reading
from carbonctl.batch.fleet.rows import RowMaker
from carbonctl.batch.fleet.sums import Sums
from carbonctl.catalog import Catalog
from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.maps import EMPTY, Map
from carbonctl.inputs.jobs.options import DEFAULTS, Options
from carbonctl.ledger.entry import Totals
from carbonctl.ledger.fleet import Fleet, Reject

CATALOG = Catalog()


def rows_of(
    path: Path, map: Map = EMPTY, settings: Sequence[str] = (), form: str | None = None,
    hardware: bool = False, options: Options = DEFAULTS,
) -> tuple[dict[int, Totals], list[Reject], Findings]:  # fmt: skip
    """Return the totals of each row by its line, what was refused, and what was found.

    Rows of one line are added up.
    """
    how = reading(map, (), (), form, options, settings)
    maker = Maker(CATALOG, how.sayings, (), ())
    said = {**how.sayings.defaults, **how.sayings.above}
    findings = Findings()
    totals: dict[int, Totals] = {}
    sums = Sums()
    plan = Plan(
        hardware=hardware, loads="load" in said, names_device="rated_power" in said,
        devices=DeviceFacts(CATALOG, how.sayings),
    )  # fmt: skip
    for table in opened([str(path)], how):
        for ready in table.blocks(findings):
            made = part(ready.block, plan, ready.refused)
            sums.add(made)
            batch = RowMaker(maker, ()).batch(ready.block, made)
            if batch is None:
                continue
            for line, numbers in zip(batch.lines.tolist(), batch.sums.T.tolist(), strict=True):
                own = Totals(*(None if math.isnan(n) else n for n in numbers))
                totals[line] = _plus(totals[line], own) if line in totals else own
    return totals, [*maker.fleet(sums, findings, ()).rejects], findings


def fleet_of(path: Path, by: Sequence[str] = (), map: Map = EMPTY) -> Fleet:
    """Return the account of a table."""
    how = reading(map, (), by, None, DEFAULTS, ())
    maker = Maker(CATALOG, how.sayings, by, by)
    findings, sums = Findings(), Sums()
    plan = Plan(tuple(by), devices=DeviceFacts(CATALOG, how.sayings))
    for table in opened([str(path)], how):
        for ready in table.blocks(findings):
            sums.add(part(ready.block, plan, ready.refused))
    return maker.fleet(sums, findings, ())


def _plus(one: Totals, other: Totals) -> Totals:
    return Totals(
        *(None if a is None or b is None else a + b for a, b in zip(one, other, strict=True))
    )


def table(rows: Iterable[dict[str, Any]]) -> str:
    """Return rows as CSV."""
    some = list(rows)
    names = list(dict.fromkeys(name for row in some for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(some)
    return out.getvalue()
