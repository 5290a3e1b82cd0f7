"""The flags that say how tables and logs are read."""

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import typer

from carbonctl.errors import UsageError
from carbonctl.inputs.jobs import times
from carbonctl.inputs.jobs.options import Options
from carbonctl.numbers import units
from carbonctl.numbers.unit_table import QuantityError
from carbonctl.outputs import writing
from carbonctl.spec.model import PHASES
from carbonctl.text import did_you_mean

From = Annotated[
    str | None,
    typer.Option("--from", metavar="FORMAT", help="Format of the input. Default: by its header."),
]
MapFile = Annotated[
    str | None,
    typer.Option(
        "--map", metavar="FILE", help="YAML that maps columns to fields, and adds to them."
    ),
]
Column = Annotated[
    list[str],
    typer.Option("--column", metavar="FIELD=COLUMN[:UNIT]", help="Which column holds a field."),
]
Timezone = Annotated[
    str | None,
    typer.Option("--timezone", metavar="ZONE", help="Of times that have none. Default: UTC."),
]
AssumePue = Annotated[
    float | None,
    typer.Option(
        "--assume-pue", min=1, metavar="PUE", help="carbontracker: the PUE in its energy."
    ),
]
Windows = Annotated[
    str | None, typer.Option("--windows", metavar="NAME,…", help="zeus: only these windows.")
]
Basis = Annotated[
    Literal["request", "usage"],
    typer.Option("--basis", help="opencost, kubernetes: what pods asked for, or used."),
]
CpuBasis = Annotated[
    Literal["allocated", "used"], typer.Option("--cpu-basis", help="slurm: core-hours, by what.")
]
Energy = Annotated[
    Literal["modelled", "measured"],
    typer.Option("--energy", help="slurm: also the cluster's own measurement."),
]
FailedAs = Annotated[
    str | None, typer.Option("--failed-as", metavar="PHASE", help="slurm: phase of failed jobs.")
]
Services = Annotated[
    str | None,
    typer.Option("--services", metavar="NAME,…", help="Bills: also these services: storage."),
]


class Flags(NamedTuple):
    """The flags of logs as they were given."""

    timezone: str | None
    assume_pue: float | None
    windows: str | None
    basis: str
    cpu_basis: str
    energy: str
    failed_as: str | None
    services: str | None


def read(flags: Flags) -> Options:
    """Return how logs are read.

    Raises UsageError for a flag that cannot be read.
    """
    zone = None
    if flags.timezone is not None:
        try:
            zone = times.zone(flags.timezone)
        except ValueError as error:
            raise UsageError(f"--timezone {flags.timezone}: {error}") from None
    if flags.failed_as is not None and flags.failed_as not in PHASES:
        close = did_you_mean(flags.failed_as, PHASES) or f"; there are {', '.join(PHASES)}"
        raise UsageError(f"--failed-as {flags.failed_as}: unknown phase{close}")
    services = _names(flags.services)
    for name in services:
        if name != "storage":
            raise UsageError(f"--services {name}: only storage is accounted for besides machines")
    return Options(
        timezone=zone or UTC, assume_pue=flags.assume_pue, windows=_names(flags.windows),
        basis=flags.basis, cpu_basis=flags.cpu_basis, energy=flags.energy,
        failed_as=flags.failed_as, services=services,
    )  # fmt: skip


def rejects_target(path: str | None) -> list[writing.Target]:
    """Return where rejected rows are written, so that it is no input."""
    return (
        [] if path is None else [writing.Target("csv", Path(path), append=False, flag="--rejects")]
    )


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def share(text: str | None, flag: str) -> float:
    """Return a share that a flag gives; 0 without it.

    Raises UsageError where it is none.
    """
    if text is None:
        return 0.0
    try:
        value = units.parse(text, units.FRACTION)
    except QuantityError as error:
        raise UsageError(f"{flag} {text}: {error}") from None
    if not isinstance(value, float) or value < 0:
        raise UsageError(f"{flag} {text}: give one share from 0 to 100 %")
    if value > 1:
        raise UsageError(f"{flag} {text}: a share is at most 1 (100 %); write '{text} %'")
    return value


def check_stdin(paths: Sequence[str | None]) -> None:
    """Refuse inputs of which several are standard input.

    Raises UsageError.
    """
    if [*paths].count("-") > 1:
        raise UsageError("standard input can be read only once; give a single -")
