"""What tests of logs of measured energy share: a source of text, and what is read of it."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.logs import module
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.table import COLUMNS, Row

FLEET = Path(__file__).parent.parent / "oracles" / "fleet"
KWH_OF_J = 1 / 3.6e6


class Text(NamedTuple):
    text: str
    name: str = "log"
    path: str | None = None

    def lines(self) -> Iterator[str]:
        return io.StringIO(self.text.removeprefix("\ufeff"), newline="")


class Outcome(NamedTuple):
    rows: list[Row]
    findings: Findings

    @property
    def kwh(self) -> list[float]:
        return [row["energy_kwh"] for row in self.rows]

    @property
    def rejects(self) -> list[tuple[int | str, str, str]]:
        return [(r.line, r.column, r.message) for r in self.findings.rejects]


def outcome(format: str, text: str, path: str | None = None, **options) -> Outcome:
    """Read a log; every row must be one of the canonical table."""
    findings = Findings()
    rows = list(module(format).rows(Text(text, path=path), Options(**options), findings))
    for row in rows:
        assert isinstance(row["source_line"], int)
        assert row["kind"] == "energy" and row["energy_kwh"] >= 0
        assert row["energy_boundary"] in ("chip", "node", "facility")
        assert all(key in COLUMNS or key == key.lower() for key in row)
        assert not any(value is None or value == "" for value in row.values())
    return Outcome(rows, findings)


def sample(name: str) -> str:
    with (FLEET / "samples" / name).open(encoding="utf-8", newline="") as file:
        return file.read()


def expected_kwh(name: str) -> list[float]:
    with (FLEET / "expected" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [float(row["it_kwh"]) for row in csv.DictReader(file)]


def recognised(format: str, text: str) -> bool:
    return module(format).recognises(list(Text(text).lines())[:20])
