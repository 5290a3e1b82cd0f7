"""``carbonctl survey``: what a table of runs says."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from carbonctl import errors
from carbonctl.analysis.survey.answer import survey as answer
from carbonctl.analysis.survey.groups import SORTS
from carbonctl.analysis.survey.model import Question, Survey
from carbonctl.analysis.survey.quality import BETTER
from carbonctl.cli import options as o
from carbonctl.cli.survey_options import about_of, catalog_of, read_question
from carbonctl.errors import InputError, Problem
from carbonctl.inputs.runs.columns import Wanted, read_maps
from carbonctl.inputs.runs.read import Reading, are_large, pieces, read, shown_name
from carbonctl.inputs.runs.roles import PRESETS
from carbonctl.outputs import writing
from carbonctl.outputs.messages import say
from carbonctl.render import FOR_PEOPLE, TABLES
from carbonctl.render.survey import COLUMNS, FORMATS, Shown, render
from carbonctl.render.survey.lines import notes

if TYPE_CHECKING:
    from carbonctl.analysis.gates import Verdict
    from carbonctl.analysis.gates.rules import Gates

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
    bool,
    typer.Option("--excess", help="List runs, with carbon above the leanest as good."),
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
    """Survey many runs: largest emitters, correlations, faulty rows.

    Reads CSV, TSV, Parquet and JSON Lines with a row per run, and folders of saved results.
    Columns are found by name: carbon or kgco2e, energy, devices, hours, watts, g_per_kwh, quality.
    For example:

      carbonctl survey runs.csv --by task

      carbonctl survey runs.csv --by year --bins 2012-2016,2017,2018

      carbonctl survey runs.csv --map carbon=kgco2e --fail-on 'unknown > 0'
    """
    question = read_question(
        bins, trim, confidence, seed, better=better, sort=sort, lists_runs=runs or excess,
        has_excess=excess,
    )  # fmt: skip
    maps, rules = read_maps(map), _Rules(fail_on, warn_on, budget)
    targets = [writing.parse_export(text, FORMATS) for text in export]
    writing.check_targets(targets, files)
    if not question.lists_runs:
        writing.check_columns(targets, COLUMNS)
    forms = {format, *(target.form for target in targets)}
    has_tables, is_in_full = not forms.isdisjoint(TABLES), not forms <= {*FOR_PEOPLE}
    question = question._replace(
        refuses_mixed=excess or len(maps.get("quality", ())) > 1,
        has_intervals=confidence is not None or is_in_full,
        has_kendall=is_in_full,
        has_correlations="json" in forms,
    )
    catalog = cache(lambda: catalog_of(hardware_db, is_told=has_tables))
    wanted = Wanted(maps, tuple(by), preset)
    keeps = question.lists_runs and has_tables
    reading = Reading(wanted, catalog, skips_bad=skip_bad, keeps_table=keeps)
    made = _answered(files, reading, question)
    verdicts = rules.judged(made)
    needs_about = "json" in forms or hardware_db is not None
    shown = Shown(
        made, about_of(catalog()) if needs_about else None, verdicts,
        tuple(catalog().everyday) if equivalents else (), confidence is not None,
    )  # fmt: skip
    texts = [render(target.form, shown) for target in targets]
    text = render(format, shown, writing.style(color, None))
    written = writing.write_all(targets, texts, text)
    for note in () if quiet or format in FOR_PEOPLE else notes(made):
        say(f"note: {note}")
    return errors.worst([written, rules.code(verdicts, exit_zero=exit_zero, quiet=quiet)])


def _answered(files: list[str], reading: Reading, question: Question) -> Survey:
    """Return what some files say; large tables are gone through in pieces."""
    name = shown_name(files)
    if question.lists_runs or not are_large(files):
        return answer(read(files, reading), question, name)
    from carbonctl.analysis.survey.pieces import Pieces
    from carbonctl.inputs.runs.joined import joined

    taken = Pieces(question)
    for piece in pieces(files, reading):
        taken.add(piece)
    if not taken.size:
        raise InputError([Problem(name, 1, None, "no runs: there is no row in it")])
    return answer(joined(taken.kept), question, name, taken.exact())


class _Rules:
    """The rules of flags; gates are imported only where there are any."""

    def __init__(self, fail_on: list[str], warn_on: list[str], budget: str | None) -> None:
        self.gates: Gates | None = None
        if fail_on or warn_on or budget is not None:
            from carbonctl.analysis.survey.gates import KEYS
            from carbonctl.cli.gate_options import read_gates

            self.gates = read_gates(fail_on, warn_on, budget, has_base=False, keys=KEYS)

    def judged(self, made: Survey) -> tuple[Verdict, ...]:
        """Return the verdicts over a survey."""
        if self.gates is None:
            return ()
        from carbonctl.analysis.survey.gates import judged

        return judged(self.gates, made)

    def code(self, verdicts: tuple[Verdict, ...], *, exit_zero: bool, quiet: bool) -> int:
        """Say which gates did not pass, and return the exit code."""
        if not verdicts:
            return errors.OK
        from carbonctl.analysis.gates import exit_code
        from carbonctl.outputs.verdicts import announce

        announce(verdicts, quiet=quiet)
        return exit_code(verdicts, exit_zero=exit_zero)
