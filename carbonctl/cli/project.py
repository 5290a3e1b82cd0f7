"""``carbonctl project``: what becomes of a workload over years."""

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from carbonctl import __version__, errors
from carbonctl.analysis.gates import exit_code
from carbonctl.analysis.projection.gates import judged
from carbonctl.analysis.projection.report import Report, Wanted
from carbonctl.analysis.projection.rows import AMORTISED, EMBODIED
from carbonctl.analysis.projection.solve import KEYS, Goal, parse_goal
from carbonctl.cli import options as o
from carbonctl.cli.gate_options import read_gates
from carbonctl.errors import UsageError
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.discovery import named
from carbonctl.inputs.results import account_of
from carbonctl.inputs.selection import single
from carbonctl.ledger.result import About
from carbonctl.outputs import writing
from carbonctl.outputs.merging import Cautions
from carbonctl.outputs.messages import say
from carbonctl.outputs.verdicts import announce
from carbonctl.render import FOR_PEOPLE, TABLES
from carbonctl.render.projection import FORMATS, render
from carbonctl.render.projection.csv_ import COLUMNS
from carbonctl.spec.overrides import parse_override

if TYPE_CHECKING:
    Form: TypeAlias = str
    Booking: TypeAlias = str
else:
    Form = Literal[FORMATS]
    Booking = Literal[EMBODIED]

File = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="A workload with a projection, FILE#N of several; - is stdin."
    ),
]
Solve = Annotated[
    str | None,
    typer.Option("--solve", metavar="RATE", help="Find a rate, as demand; with --until."),
]
Until = Annotated[
    str | None,
    typer.Option(
        "--until", metavar="KEY = LIMIT",
        help="With --solve: what to reach at the end: 'energy_kwh = -28.5 %', or a figure.",
    ),
]  # fmt: skip
Embodied = Annotated[
    Booking,
    typer.Option(
        "--embodied", help="Embodied carbon of totals: as it is written off, or as it is bought."
    ),
]
Cumulative = Annotated[
    bool, typer.Option("--cumulative", help="The sum since the start, in each row.")
]
Format = Annotated[Form, typer.Option("--format", "-f", help="Form of the output.")]
FailOn = Annotated[
    list[str],
    typer.Option(
        "--fail-on", metavar="RULE",
        help="Exit 1 where this holds at the end: 'total_kgco2e > 9 t', or '> +5%' of the start.",
    ),
]  # fmt: skip


def project(
    file: File,
    solve: Solve = None,
    until: Until = None,
    embodied: Embodied = AMORTISED,
    cumulative: Cumulative = False,
    set: o.Set = [],  # noqa: B006
    format: Format = "table",
    export: o.Export = [],  # noqa: B006
    fail_on: FailOn = [],  # noqa: B006
    warn_on: o.WarnOn = [],  # noqa: B006
    budget: o.Budget = None,
    exit_zero: o.ExitZero = False,
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    debug: o.Debug = False,
) -> int:
    """Show what becomes of a workload over years.

    The block `projection:` of the file says how demand, efficiency, machines and the grid change.
    The account is the first year. For example:

      carbonctl project growth.yaml

      carbonctl project growth.yaml --solve demand --until 'energy_kwh = -28.5 %'

      carbonctl project machines.yaml --cumulative --embodied bought -f csv
    """
    wanted = Wanted(embodied, cumulative, solve, _goal(solve, until))
    targets = [writing.parse_export(text, FORMATS) for text in export]
    for text in set:
        parse_override(text)
    gates = read_gates(fail_on, warn_on, budget, has_base=True, keys=KEYS)
    writing.check_targets(targets, [named(file).path, *([budget] if budget else [])])
    writing.check_columns(targets, COLUMNS)
    forms = (format, *(target.form for target in targets))
    catalog = catalog_for(hardware_db, is_told=not {*forms}.isdisjoint(TABLES))
    document = single(named(file), "`carbonctl project {}`")
    loaded, result = account_of(document, catalog, tuple(set), "project")
    report = Report(loaded, result, wanted)
    verdicts = judged(report, gates)
    about = About(__version__, catalog.version, own_records=catalog.own_records)
    texts = [render(target.form, report, about, verdicts) for target in targets]
    text = render(format, report, about, verdicts, writing.style(color, None))
    written = writing.write_all(targets, texts, text)
    _tell(report, is_shown=format in FOR_PEOPLE, quiet=quiet)
    announce(verdicts, quiet=quiet)
    return errors.worst([errors.OK, written, exit_code(verdicts, exit_zero=exit_zero)])


def _goal(solve: str | None, until: str | None) -> Goal | None:
    """Return what a rate is to bring about.

    Raises UsageError where one of both flags is given alone.
    """
    if (solve is None) != (until is None):
        raise UsageError(
            "--solve and --until go together: --solve demand --until 'energy_kwh = +0 %'"
        )
    return None if until is None else parse_goal(until)


def _tell(report: Report, *, is_shown: bool, quiet: bool) -> None:
    """Say the warnings of the account, and notes that the output does not show."""
    cautions = Cautions(is_quiet=quiet)
    cautions.add(report.result.warnings, report.file)
    cautions.finish()
    for note in () if is_shown or quiet else report.notes:
        say(f"note: {note}")
