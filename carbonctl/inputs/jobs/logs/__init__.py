"""Logs of other tools: a format is one module here, and a row in the table of formats.

A module has ``recognises(head)``, which says whether the first lines of a file are of its format,
and ``rows(source, options, findings)``, which yields the rows of the canonical table.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Protocol

from carbonctl.inputs.jobs.findings import Findings
from carbonctl.inputs.jobs.options import Options
from carbonctl.inputs.jobs.table import Row

# The name of each format, and what it is called in full.
FORMATS: dict[str, str] = {
    "slurm": "Slurm's sacct -P",
    "codecarbon": "CodeCarbon's emissions.csv",
    "carbontracker": "a log of carbontracker",
    "nvidia-smi": "nvidia-smi --query-gpu --format=csv",
    "dcgm": "DCGM: dcgm-exporter by Prometheus, or dcgmi dmon",
    "zeus": "a log of Zeus' monitor",
    "mlperf-power": "MLPerf's power log, spl.txt",
    "eit": "experiment-impact-tracker's data",
    "opencost": "OpenCost's CSV export or /allocation",
    "kubernetes": "requests of pods by Prometheus, or Kueue's workloads",
    "focus": "a bill in FOCUS",
    "aws-cur": "AWS' Cost and Usage Report",
    "gcp-billing": "the billing export of Google Cloud",
    "azure-usage": "Azure's usage details",
}


class Source(Protocol):
    """An input that is read once, from its beginning."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def path(self) -> str | None:
        """Where it is in the file system; None of standard input."""

    def lines(self) -> Iterator[str]:
        """Yield its lines with their ends, as the csv module wants them; a BOM is taken off.

        Raises
        ------
        InputError
            Where it is not UTF-8, with the line.
        """


class Format(Protocol):
    """What a module of a format has."""

    def recognises(self, head: list[str]) -> bool:
        """Whether the first lines of a file (up to 20) are of this format."""

    def rows(self, source: Source, options: Options, findings: Findings) -> Iterator[Row]:
        """Yield the rows of the canonical table, each with its ``source_line``.

        Raises
        ------
        InputError
            Where the log as a whole cannot be read, such as without a column that it needs.
        """


def module(name: str) -> Format:
    """Return the module of a format."""
    found: Format = import_module(f"carbonctl.inputs.jobs.logs.{name.replace('-', '_')}")
    return found
