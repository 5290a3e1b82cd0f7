"""``carbonctl survey``: what a table of runs says."""

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from carbonctl import __version__, errors
from carbonctl.analysis.gates import exit_code
from carbonctl.analysis.survey import gates
from carbonctl.analysis.survey.answer import survey as answer
from carbonctl.analysis.survey.groups import SORTS
from carbonctl.analysis.survey.model import Survey
from carbonctl.analysis.survey.quality import BETTER
from carbonctl.cli import options as o
from carbonctl.cli.gate_options import read_gates
from carbonctl.cli.survey_options import read_question
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.runs.columns import Wanted, read_maps
from carbonctl.inputs.runs.read import Reading, read, shown_name
from carbonctl.inputs.runs.roles import PRESETS
from carbonctl.ledger.result import About
from carbonctl.outputs import writing
from carbonctl.outputs.messages import say
from carbonctl.outputs.verdicts import announce
from carbonctl.render import FOR_PEOPLE, TABLES
from carbonctl.render.survey import COLUMNS, FORMATS, Shown, render
from carbonctl.render.survey.lines import notes

if TYPE_CHECKING:
    Form: TypeAlias = str
    Preset: TypeAlias = str
    Sort: TypeAlias = str
    BetterIs: TypeAlias = str
else:
    Form = Literal[FORMATS]
    Preset = Literal[tuple(PRESETS)]
    Sort = Literal[SORTS]
    BetterIs = Literal[BETTER]

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="Tables of runs, accounts, or folders; - is stdin."),
]
Map = Annotated[
    list[str],
    typer.Option("--map", metavar="ROLE=COLUMN", help="Which column is carbon, energy, hours, …"),
]
By = Annotated[
    list[str],
    typer.Option(
        "--by", metavar="COLUMN", help="Group by this column; can be given several times."
    ),
]
Bins = Annotated[
    str | None, typer.Option("--bins", metavar="A-B,C", help="Bins of a column of numbers in --by.")
]
ListRuns = Annotated[bool, typer.Option("--runs", help="List the runs too; CSV: runs, not groups.")]
Better = Annotated[BetterIs | None, typer.Option("--better", help="Which quality is better.")]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave out rows that cannot be read.")]
Trim = Annotated[
    str | None,
    typer.Option("--trim", metavar="PCT", help="Also a mean without PCT % of runs on each side."),
]
Confidence = Annotated[
    str | None,
    typer.Option("--confidence", metavar="PCT", help="Of bootstrap intervals. Default: 95."),
]
SortBy = Annotated[
    Sort, typer.Option("--sort", help="Order of groups: largest first, or by value.")
]
Excess = Annotated[
    bool, typer.Option("--excess", help="List runs with their carbon over the leanest as good.")
]
Known = Annotated[
    Preset | None, typer.Option("--preset", help="Columns of a published table: co2ml.")
]
Format = Annotated[Form, typer.Option("--format", "-f", help="Form of the output.")]


def survey(
    files: Files,
    map: Map = [],  # noqa: B006
    by: By = [],  # noqa: B006
    bins: Bins = None,
    runs: ListRuns = False,
    better: Better = None,
    skip_bad: SkipBad = False,
    trim: Trim = None,
    confidence: Confidence = None,
    seed: o.Seed = None,
    sort: SortBy = "value",
    excess: Excess = False,
    equivalents: o.Equivalents = False,
    preset: Known = None,
    format: Format = "table",
    export: o.Export = [],  # noqa: B006
    fail_on: o.FailOn = [],  # noqa: B006
    warn_on: o.WarnOn = [],  # noqa: B006
    budget: o.Budget = None,
    exit_zero: o.ExitZero = False,
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    debug: o.Debug = False,
) -> int:
    """Survey many runs: who emits, what it goes with, and which rows contradict themselves.

    Reads CSV, TSV, Parquet and JSON Lines with a row per run, and folders of saved results.
    Columns are found by name: carbon or kgco2e, energy, devices, hours, watts, g_per_kwh, quality.
    For example:

      carbonctl survey runs.csv --by task

      carbonctl survey runs.csv --by year --bins 2012-2016,2017,2018

      carbonctl survey runs.csv --map carbon=emissions --fail-on 'inconsistent > 0'
    """
    question = read_question(
        bins, trim, confidence, seed, better=better, sort=sort, lists_runs=runs or excess,
        has_excess=excess,
    )  # fmt: skip
    rules = read_gates(fail_on, warn_on, budget, has_base=False, keys=gates.KEYS)
    targets = [writing.parse_export(text, FORMATS) for text in export]
    writing.check_targets(targets, files)
    forms = {format, *(target.form for target in targets)}
    if not question.lists_runs:
        writing.check_columns(targets, COLUMNS)
    has_intervals = confidence is not None
    question = question._replace(has_intervals=has_intervals or bool(forms - {*FOR_PEOPLE}))
    catalog = catalog_for(hardware_db, is_told=not forms.isdisjoint(TABLES))
    wanted = Wanted(read_maps(map), tuple(by), preset)
    keeps = question.lists_runs and not forms.isdisjoint(TABLES)
    table = read(files, Reading(wanted, catalog, skips_bad=skip_bad, keeps_table=keeps))
    made = answer(table, question, shown_name(files))
    verdicts = gates.judged(rules, made)
    about = About(__version__, catalog.version, (), catalog.own_records)
    everyday = tuple(catalog.everyday) if equivalents else ()
    shown = Shown(made, about, verdicts, everyday, has_intervals)
    texts = [render(target.form, shown) for target in targets]
    text = render(format, shown, writing.style(color, None))
    written = writing.write_all(targets, texts, text)
    _tell(made, quiet=quiet or format in FOR_PEOPLE)
    announce(verdicts, quiet=quiet)
    return errors.worst([written, exit_code(verdicts, exit_zero=exit_zero)])


def _tell(made: Survey, *, quiet: bool) -> None:
    """Say what is to be known, where the output does not."""
    for note in () if quiet else notes(made):
        say(f"note: {note}")
