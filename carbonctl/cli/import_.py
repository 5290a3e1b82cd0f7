"""``carbonctl import``: a log of another tool as the canonical table of jobs."""

from typing import Annotated, Literal

import typer

from carbonctl.cli import log_options
from carbonctl.cli import options as o
from carbonctl.errors import UsageError
from carbonctl.inputs.jobs.logs import FORMATS
from carbonctl.inputs.jobs.maps import EMPTY, read_map
from carbonctl.text import did_you_mean

Form = Annotated[str, typer.Argument(metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")]
Logs = Annotated[list[str], typer.Argument(metavar="FILE", help="Logs; - is standard input.")]
Output = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="PATH",
        help="Where to: .csv, .tsv, .jsonl or .parquet; - is stdout.",
    ),
]
As = Annotated[
    Literal["csv", "tsv", "jsonl", "parquet"] | None,
    typer.Option("--format", "-f", help="Form of the table; else by the name of the output."),
]


def import_(
    form: Form,
    logs: Logs,
    output: Output = "-",
    format: As = None,
    map: log_options.MapFile = None,
    rejects: Annotated[
        str | None,
        typer.Option("--rejects", metavar="PATH", help="Write the rows that cannot be read."),
    ] = None,
    timezone: log_options.Timezone = None,
    assume_pue: log_options.AssumePue = None,
    windows: log_options.Windows = None,
    basis: log_options.Basis = "request",
    cpu_basis: log_options.CpuBasis = "allocated",
    energy: log_options.Energy = "modelled",
    failed_as: log_options.FailedAs = None,
    services: log_options.Services = None,
    quiet: o.Quiet = False,
    debug: o.Debug = False,
) -> int:
    """Read logs of another tool into a table of jobs; nothing is estimated.

    Writes the table that carbonctl fleet reads, so that you can check it first. Rows that were
    skipped or cannot be read are reported. For example:

      carbonctl import slurm sacct.psv --map cluster.yaml --output jobs.csv

      carbonctl import codecarbon emissions.csv | carbonctl fleet - --from table
    """
    from carbonctl.batch.fleet import imports  # numpy, which help does without
    from carbonctl.batch.fleet.read import reading

    if form not in FORMATS:
        close = did_you_mean(form, FORMATS) or f"; there are {', '.join(FORMATS)}"
        raise UsageError(f"unknown format `{form}`{close}")
    flags = log_options.Flags(
        timezone, assume_pue, windows, basis, cpu_basis, energy, failed_as, services
    )
    log_options.check_stdin([*logs, map])
    mapped = EMPTY if map is None else read_map(map)
    how = reading(mapped, (), (), form, log_options.read(flags), ())
    order = imports.Order(tuple(logs), how, output, imports.form_of(output, format), rejects, quiet)
    return imports.run(order)
