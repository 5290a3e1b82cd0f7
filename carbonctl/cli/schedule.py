"""``carbonctl schedule``: when and where jobs run best, and what waiting saves."""

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from carbonctl import __version__, errors
from carbonctl.analysis.gates import exit_code
from carbonctl.cli import options as o
from carbonctl.cli.gate_options import read_gates
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.discovery import named
from carbonctl.inputs.results import loaded_workload
from carbonctl.inputs.selection import single
from carbonctl.ledger.result import About
from carbonctl.outputs import writing
from carbonctl.outputs.merging import Cautions
from carbonctl.outputs.verdicts import announce
from carbonctl.render import CHART_FORMATS, TABLES, charts
from carbonctl.render.schedule import COLUMNS, FORMATS, Shown, render
from carbonctl.spec.moments import AVERAGE, MARGINAL
from carbonctl.spec.overrides import parse_override

if TYPE_CHECKING:
    Form: TypeAlias = str
    Signal: TypeAlias = str
else:
    Form = Literal[FORMATS]
    Signal = Literal[AVERAGE, MARGINAL]

File = Annotated[
    str, typer.Argument(metavar="FILE", help="A workload, FILE#N of several; - is stdin.")
]
By = Annotated[Signal, typer.Option("--by", help="The intensity of the grid that chooses hours.")]
ForecastBy = Annotated[
    str | None,
    typer.Option(
        "--forecast", metavar="HOW",
        help="Choose by a forecast: last-week, hour-of-week, or 'error 10 %'. "
        "Default: by the data, in hindsight.",
    ),
]  # fmt: skip
Format = Annotated[Form, typer.Option("--format", "-f", help="Form of the output.")]
FailOn = Annotated[list[str], o.fail_on("'schedule.saves_pct < 10'")]


def schedule(
    file: File,
    by: By = AVERAGE,
    forecast: ForecastBy = None,
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
    """Show when and where to run a job, and what waiting saves.

    The site of the workload names the hours of its grid (`grid_hourly`), and the job under
    `schedule:` its release, deadline, pauses, workers and regions. For example:

      carbonctl schedule nightly.yaml

      carbonctl schedule nightly.yaml --forecast last-week

      carbonctl schedule nightly.yaml --fail-on 'schedule.saves_pct < 10'
    """
    from carbonctl.site import schedule_gates, scheduling  # numpy, which help does without
    from carbonctl.site.schedules import Question, read_forecast

    question = Question(by, read_forecast(forecast), forecast or "")
    gates = read_gates(fail_on, warn_on, budget, has_base=False, keys=schedule_gates.KEYS)
    for override in set:
        parse_override(override)
    targets = [writing.parse_export(text, (*FORMATS, *CHART_FORMATS)) for text in export]
    charts.require(target.form for target in targets)
    writing.check_targets(targets, [named(file).path])
    writing.check_columns(targets, COLUMNS)
    forms = (format, *(target.form for target in targets))
    catalog = catalog_for(hardware_db, is_told=not {*forms}.isdisjoint(TABLES))
    document = single(named(file), "`carbonctl schedule {}`")
    loaded = loaded_workload(document, catalog, tuple(set), "schedule")
    result = scheduling.schedule(loaded, catalog, question)
    verdicts = schedule_gates.judged(gates, result, document.label)
    about = About(__version__, catalog.version, (), catalog.own_records)
    shown = Shown(document.label, result, about, verdicts)
    texts = [render(target.form, shown) for target in targets]
    text = render(format, shown, writing.style(color, None))
    written = writing.write_all(targets, texts, text)
    cautions = Cautions(is_quiet=quiet)
    cautions.add(result.warnings, document.label)
    cautions.finish()
    announce(verdicts, quiet=quiet)
    return errors.worst([written, exit_code(verdicts, exit_zero=exit_zero)])
