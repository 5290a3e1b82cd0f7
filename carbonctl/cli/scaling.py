"""``carbonctl scaling``: what less error costs in energy."""

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from carbonctl import __version__, errors
from carbonctl.analysis.gates import exit_code
from carbonctl.analysis.scaling import Answer, answer
from carbonctl.analysis.scaling.answer import KEYS, judged
from carbonctl.cli import options as o
from carbonctl.cli.gate_options import read_gates
from carbonctl.errors import UsageError
from carbonctl.inputs import points as table
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.ledger.result import About
from carbonctl.numbers.power_laws import Law, NoLaw, read_law
from carbonctl.outputs import writing
from carbonctl.outputs.messages import say
from carbonctl.outputs.verdicts import announce
from carbonctl.render import FOR_PEOPLE, TABLES
from carbonctl.render.scaling import COLUMNS, FORMATS, Shown, render
from carbonctl.spec.overrides import parse_override

if TYPE_CHECKING:
    Form: TypeAlias = str
else:
    Form = Literal[FORMATS]

ENERGY, ERROR = "energy_kwh", "error"

File = Annotated[
    str,
    typer.Argument(metavar="FILE", help="Runs (.csv, .tsv), or YAML with `scaling`; - is stdin."),
]
X = Annotated[
    str | None,
    typer.Option("--x", metavar="COLUMN", help=f"Runs: their energy. Default: {ENERGY}."),
]
ErrorColumn = Annotated[
    str | None,
    typer.Option("--error", metavar="COLUMN", help=f"Runs: their error. Default: {ERROR}."),
]
LawText = Annotated[
    str | None,
    typer.Option(
        "--law", metavar="LAW",
        help="Runs: also this law; names that are not columns are fitted: "
        "'error = e0 + a*model^-p + b*data^-q'.",
    ),
]  # fmt: skip
Fit = Annotated[
    bool, typer.Option("--fit", help="Runs: the power law of error and energy alone; the default.")
]
Format = Annotated[Form, typer.Option("--format", "-f", help="Form of the output.")]
FailOn = Annotated[list[str], o.fail_on("'kept_pct > 80'")]


def scaling(
    file: File,
    x: X = None,
    error: ErrorColumn = None,
    law: LawText = None,
    fit: Fit = False,
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
    """Show what less error costs in energy, and the frontier of runs.

    Runs are measured, or a grid of data and model sizes by a law. A file can also ask what old
    data are worth, and how much faster a part of the data is. For example:

      carbonctl scaling points.csv --x energy_kwh --error error

      carbonctl scaling points.csv --law 'error = e0 + a*model^-p'

      carbonctl scaling grid.yaml
    """
    if law is not None and fit:
        raise UsageError("--fit is of the power law of energy alone; leave it out with --law")
    read_as = None if law is None else _law(law, error or ERROR)
    gates = read_gates(fail_on, warn_on, budget, has_base=False, keys=KEYS)
    for text in set:
        parse_override(text)
    targets = [writing.parse_export(text, FORMATS) for text in export]
    writing.check_targets(targets, [file, *([budget] if budget else [])])
    writing.check_columns(targets, COLUMNS)
    forms = {format, *(target.form for target in targets)}
    catalog = catalog_for(hardware_db, is_told=not forms.isdisjoint(TABLES))
    data, name = table.read(file)
    if table.is_table(data, name):
        if set:
            raise UsageError("--set changes a file with `scaling`; this is a table of runs")
        columns = table.Columns(x or ENERGY, error or ERROR, read_as)
        made = _of_table(data, name, columns)
    else:
        for flag, value in (("--x", x), ("--error", error), ("--law", law), ("--fit", fit)):
            if value:
                raise UsageError(f"{flag} is of a table of runs; {name} is none")
        made = _of_file(data, name, tuple(set))
    verdicts = judged(gates, made)
    shown = Shown(made, About(__version__, catalog.version, (), catalog.own_records), verdicts)
    texts = [render(target.form, shown) for target in targets]
    written = writing.write_all(targets, texts, render(format, shown, writing.style(color, None)))
    if made.points and made.points.omitted and format not in FOR_PEOPLE and not quiet:
        say(f"note: left out, without a number: {', '.join(made.points.omitted)}")
    announce(verdicts, quiet=quiet)
    return errors.worst([written, exit_code(verdicts, exit_zero=exit_zero)])


def _law(text: str, error: str) -> Law:
    """Read a law, with or without `error =` before it.

    Raises UsageError where it is none.
    """
    name, equals, right = text.partition("=")
    if equals and name.strip() != error:
        raise UsageError(f"--law: `{name.strip()}` is not the error; write `{error} = …`")
    try:
        return read_law(right if equals else text)
    except NoLaw as fault:
        raise UsageError(f"--law: {fault}") from None


def _of_table(data: bytes, name: str, columns: table.Columns) -> Answer:
    """Return what follows from a table of runs."""
    read = table.points_of(data, name, columns)
    if columns.law is None:
        return answer(name, "", read.points, None, None)
    from carbonctl.analysis.scaling.law import predicted

    points, law = predicted(columns.law, read.points, read.rows, read.columns)
    return answer(name, "", points, None, law)


def _of_file(data: bytes, name: str, overrides: tuple[str, ...]) -> Answer:
    """Return what follows from a file with `scaling`."""
    from carbonctl.analysis.scaling import of_grid
    from carbonctl.spec.scaling import load_scaling
    from carbonctl.spec.tree import decode

    read = load_scaling(decode(data, name), name, overrides)
    points = of_grid(read.scaling, name) if read.scaling.data else None
    return answer(name, read.name or "", points, read.scaling, None)
