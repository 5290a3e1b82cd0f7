"""``carbonctl fleet``: the account of tables of jobs and of logs of other tools."""

from dataclasses import replace
from typing import Annotated, Literal

import typer

from carbonctl.analysis.gates.grammar import FLEET_KEYS
from carbonctl.cli import gate_options, log_options
from carbonctl.cli import options as o
from carbonctl.errors import UsageError
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.jobs.maps import EMPTY, read_map
from carbonctl.inputs.reading import called
from carbonctl.ledger.frames import DASK as INSTALL_DASK
from carbonctl.ledger.frames import require
from carbonctl.outputs import writing
from carbonctl.render import CHART_FORMATS, FOR_PEOPLE, FORMATS, Style, charts

ROW_FORMATS = ("csv", "tsv", "jsonl", "parquet")

Tables = Annotated[
    list[str], typer.Argument(metavar="TABLE", help="Tables or logs; - is stdin, with --from.")
]
Template = Annotated[
    str | None,
    typer.Option(
        "--template", metavar="FILE", help="A workload with ${column} where a row says something."
    ),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="TAG,…", help="Group by columns, or by device, grid, phase, scope, month."
    ),
]
Rows = Annotated[bool, typer.Option("--rows", help="One row per job: csv, tsv, jsonl, parquet.")]
Top = Annotated[
    int | None, typer.Option("--top", min=1, metavar="N", help="Tables: only the N largest groups.")
]
Tag = Annotated[
    str | None, typer.Option("--tag", metavar="TAG,…", help="With --rows: also these columns.")
]
Hash = Annotated[
    str | None,
    typer.Option("--hash", metavar="TAG,…", help="Write a keyed digest of these tags: user."),
]
HashKey = Annotated[
    str | None, typer.Option("--hash-key", metavar="FILE", help="The key: 16 bytes or more.")
]
SplitTime = Annotated[
    bool, typer.Option("--split-time", help="Share a job among the months that it ran in.")
]
Rejects = Annotated[
    str | None,
    typer.Option("--rejects", metavar="PATH", help="Write the rows that cannot be counted."),
]
MaxErrors = Annotated[
    int | None,
    typer.Option("--max-errors", min=1, metavar="N", help="Stop after N such rows."),
]
AllowRejects = Annotated[
    str | None,
    typer.Option(
        "--allow-rejects", metavar="SHARE", help="Exit 0 with up to this share of them: 1 %."
    ),
]
KeepDuplicates = Annotated[
    bool, typer.Option("--keep-duplicates", help="Count a job twice that occurs twice.")
]
Engine = Annotated[
    Literal["auto", "arrow", "csv", "dask"],
    typer.Option("--engine", help="What reads tables. Default: automatic."),
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADDR", help="Read on the workers of a Dask scheduler."),
]
Hardware = Annotated[
    Literal["left-out", "counted"],
    typer.Option("--hardware", help="Of measured energy: from device, devices and time."),
]


Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=1, max=256, metavar="N",
        help="Threads, or processes of Dask, that read. Default: automatic.",
    ),
]  # fmt: skip


def fleet(
    tables: Tables,
    from_: log_options.From = None,
    map: log_options.MapFile = None,
    column: log_options.Column = [],  # noqa: B006
    template: Template = None,
    by: By = None,
    rows: Rows = False,
    tag: Tag = None,
    hash: Hash = None,
    hash_key: HashKey = None,
    top: Top = None,
    split_time: SplitTime = False,
    details: o.Details = False,
    set: o.Set = [],  # noqa: B006
    hardware: Hardware = "left-out",
    rejects: Rejects = None,
    max_errors: MaxErrors = None,
    allow_rejects: AllowRejects = None,
    keep_duplicates: KeepDuplicates = False,
    timezone: log_options.Timezone = None,
    assume_pue: log_options.AssumePue = None,
    windows: log_options.Windows = None,
    basis: log_options.Basis = "request",
    cpu_basis: log_options.CpuBasis = "allocated",
    energy: log_options.Energy = "modelled",
    failed_as: log_options.FailedAs = None,
    services: log_options.Services = None,
    engine: Engine = "auto",
    scheduler: Scheduler = None,
    format: o.Format = "table",
    export: o.Export = [],  # noqa: B006
    fail_on: o.FailOn = [],  # noqa: B006
    warn_on: o.WarnOn = [],  # noqa: B006
    budget: o.Budget = None,
    exit_zero: o.ExitZero = False,
    jobs: Jobs = None,
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
) -> int:
    """Account for many jobs at once: tables, logs of other tools, cloud bills.

    A table has one job per row; a log is recognised by its header. Columns are recognised by
    name, or a map names them. Rows that cannot be counted are reported and skipped. For example:

      carbonctl fleet jobs.csv --by team,month

      carbonctl fleet sacct.psv --map cluster.yaml --by account,month

      carbonctl fleet bill.csv --from focus --by team --format csv

      carbonctl fleet jobs.parquet --column 'wall_time=secs:s' --set site.grid=FR
    """
    from carbonctl.batch.fleet.hashing import read_key  # numpy, which help does without
    from carbonctl.batch.fleet.read import reading
    from carbonctl.batch.fleet.run import Order, run
    from carbonctl.batch.fleet.templates import read_template

    targets = [writing.parse_export(text, (*FORMATS, *CHART_FORMATS)) for text in export]
    forms = [*(target.form for target in targets), format]
    charts.require(forms)
    flags = log_options.Flags(
        timezone, assume_pue, windows, basis, cpu_basis, energy, failed_as, services
    )
    log_options.check_stdin([*tables, map, template, budget, hash_key])
    mapped = EMPTY if map is None else read_map(map)
    groups, more = _names(by, "--by"), _names(tag, "--tag")
    secret = _names(hash, "--hash")
    if bool(secret) != (hash_key is not None):
        raise UsageError("--hash and --hash-key go together: --hash user --hash-key key.txt")
    if rows and (mixed := {"scope", "boundary"}.intersection(groups)):
        raise UsageError(f"--rows: a row has entries of every {mixed.pop()}; leave it out of --by")
    if more and not rows:
        raise UsageError("--tag says what rows are shown with; add --rows")
    filled = None if template is None else read_template(template)
    how = reading(mapped, column, groups, from_, log_options.read(flags), set, filled)
    if template is not None:
        how = replace(how, sayings=how.sayings._replace(file=called(template)))
    by_what = _engine(engine, scheduler, jobs, tables, rows=rows)
    how = replace(how, tags=more, jobs=jobs, engine=by_what)
    if "-" in tables and how.format is None:
        raise UsageError("-: say what standard input is with --from: table, slurm, …")
    read = [*tables, *(path for path in (map, template, budget) if path)]
    writing.check_targets([*targets, *log_options.rejects_target(rejects)], read)
    writing.check_terminal(format, targets)
    gates = gate_options.read_gates(fail_on, warn_on, budget, has_base=False, keys=FLEET_KEYS)
    check_groups(gates, groups)
    catalog = catalog_for(hardware_db, is_told=any(form not in FOR_PEOPLE for form in forms))
    style = writing.style(color, catalog.sources) if format in FOR_PEOPLE else Style()
    order = Order(
        tuple(tables), how, gates, targets, format, style._replace(details=details),
        hardware == "counted", keep_duplicates, top, rejects, max_errors,
        log_options.share(allow_rejects, "--allow-rejects"), exit_zero, quiet, verbose,
        _rows(format, targets) if rows else None, split_time,
        tuple(set) if template is not None else (), more, secret,
        read_key(hash_key) if hash_key is not None else b"", scheduler,
    )  # fmt: skip
    return run(order, catalog)


def _engine(
    engine: str, scheduler: str | None, jobs: int | None, tables: list[str], *, rows: bool
) -> str:
    """Return what reads tables: Dask where a scheduler is named.

    Raises UsageError where it cannot do what is asked for, MissingExtra where it is not installed.
    """
    from carbonctl.batch.fleet.read import ARROW, AUTO, DASK

    if scheduler is not None and engine not in (AUTO, DASK):
        raise UsageError(f"--scheduler is of --engine dask, not of --engine {engine}")
    if scheduler is not None and jobs is not None:
        raise UsageError("--jobs starts processes here; --scheduler has workers of its own")
    if engine == ARROW:
        require("--engine arrow", "pyarrow")
    if engine != DASK and scheduler is None:
        return engine
    if rows:
        raise UsageError("--engine dask returns sums, not rows; --rows needs --engine arrow")
    if "-" in tables:
        raise UsageError("-: --engine dask reads files; --engine arrow reads standard input too")
    require("--engine dask", "dask", "distributed", "pyarrow", extra=INSTALL_DASK)
    return DASK


def _names(text: str | None, flag: str) -> tuple[str, ...]:
    """Return the names of a list.

    Raises UsageError where one is empty, or stands twice.
    """
    names = [name.strip() for name in (text or "").split(",")] if text is not None else []
    if text is not None and not all(names):
        what = f"{flag} '{text}': a name is empty; write names with commas between them"
        raise UsageError(f"{what}: team,month")
    if len({*names}) < len(names):
        raise UsageError(f"{flag} {text}: a name is given twice")
    return tuple(names)


def _rows(form: str, targets: list[writing.Target]) -> writing.Target | str:
    """Return where rows are written: to standard output in its format, else into the one export.

    Raises UsageError where neither can have them, or both.
    """
    exports = [target for target in targets if target.form in ROW_FORMATS]
    if form in ROW_FORMATS and not exports:
        return form
    if len(exports) == 1 and form not in ROW_FORMATS:
        return exports[0]
    where = "--format csv, or --export parquet=rows.parquet"
    what = "goes to one output" if exports else "needs a format of rows"
    raise UsageError(f"--rows {what}: {where} ({', '.join(ROW_FORMATS)})")


def check_groups(gates: object, by: tuple[str, ...]) -> None:
    """Refuse rules over groups that are not made.

    Raises UsageError naming the flag that makes them.
    """
    for rule in (*gates.fail, *gates.warn):  # type: ignore[attr-defined]
        tag = (rule.phase or "").removeprefix("groups.").partition("=")[0]
        if rule.phase and tag not in by:
            raise UsageError(f"{rule.text}: there are no groups of `{tag}`; add --by {tag}")
