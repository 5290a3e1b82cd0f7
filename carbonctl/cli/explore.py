"""``carbonctl explore``: which design has the least carbon, and when others do."""

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from carbonctl import __version__, errors
from carbonctl.analysis.gates import exit_code
from carbonctl.cli import gate_options
from carbonctl.cli import options as o
from carbonctl.errors import InputError, Problem
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.discovery import named
from carbonctl.ledger.result import About
from carbonctl.outputs import writing
from carbonctl.outputs.merging import Cautions
from carbonctl.outputs.verdicts import announce
from carbonctl.render import CHART_FORMATS, TABLES, charts
from carbonctl.render.explore import FORMATS, Shown, columns, render
from carbonctl.spec.overrides import parse_override

if TYPE_CHECKING:
    from carbonctl.analysis.explore.answer import Answer

    Form: TypeAlias = str
else:
    Form = Literal[FORMATS]

File = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="A file with a workload and axes, or with a table; - is stdin."
    ),
]
Over = Annotated[
    str | None,
    typer.Option(
        "--over", metavar="AXIS=LOW..HIGH",
        help="Where each wins: intensity, volume, lifetime or utilization; two with a comma.",
    ),
]  # fmt: skip
Rank = Annotated[
    str | None, typer.Option("--rank", metavar="COLUMN", help="The column or metric that decides.")
]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit", min=2, max=10_000_000, metavar="N",
        help="Largest number of designs. Default: 100,000.",
    ),
]  # fmt: skip
Format = Annotated[Form, typer.Option("--format", "-f", help="Form of the output.")]
FailOn = Annotated[list[str], o.fail_on("'total_kgco2e > 5 kg'")]


def explore(
    file: File,
    over: Over = None,
    rank: Rank = None,
    limit: Limit = None,
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
    """Show which design has the least carbon, and when others do.

    Designs are values of a workload's keys in all combinations, or rows of a table. Constraints,
    objectives and the Pareto front are in the file; rules look at the best design. For example:

      carbonctl explore explore.yaml

      carbonctl explore explore.yaml --over intensity=0..1kg/kWh --rank embodied

      carbonctl explore explore.yaml --export html=designs.html
    """
    from carbonctl.analysis.explore.answer import answer
    from carbonctl.analysis.explore.gates import KEYS, judged
    from carbonctl.inputs.designs.read import Asked, read

    for text in set:
        parse_override(text)
    targets = [writing.parse_export(text, (*FORMATS, *CHART_FORMATS)) for text in export]
    found = named(file)
    writing.check_targets(targets, [found.path, *([budget] if budget else [])])
    charts.require(target.form for target in targets)
    gates = gate_options.read_gates(fail_on, warn_on, budget, has_base=False, keys=KEYS)
    forms = {format, *(target.form for target in targets)}
    catalog = catalog_for(hardware_db, is_told=not forms.isdisjoint(TABLES))
    designs = read(found, catalog, tuple(set), Asked(over, rank, limit))
    writing.check_targets(targets, designs.files)
    made = answer(designs.given, designs.question, designs.loaded.problem)
    writing.check_columns(targets, columns(made))
    verdicts = judged(gates, made)
    about = About(__version__, catalog.version, own_records=catalog.own_records)
    shown = Shown(made, about, verdicts)
    texts = [_export(target.form, shown) for target in targets]
    written = writing.write_all(targets, texts, render(format, shown, writing.style(color, None)))
    cautions = Cautions(is_quiet=quiet)
    cautions.add(made.warnings, made.file)
    cautions.finish()
    announce(verdicts, quiet=quiet)
    return errors.worst([written, _feasible(made), exit_code(verdicts, exit_zero=exit_zero)])


def _export(form: str, shown: Shown) -> str | bytes:
    """Return an export: text, or charts."""
    if form not in CHART_FORMATS:
        return render(form, shown)
    from carbonctl.render.explore import pictures
    from carbonctl.render.explore.words import headline

    answer = shown.answer
    drawn = pictures.charts(answer)
    return charts.render(form, drawn, answer.name, headline(answer), pictures.notes(shown.about))


def _feasible(made: "Answer") -> int:
    """Say why no design is feasible, and return the exit code."""
    if made.best is not None:
        return errors.OK
    from carbonctl.outputs.messages import say

    reasons = [*dict.fromkeys((*made.designs.errors.values(), *made.reasons.values()))]
    said = f"no design is feasible: {'; '.join(reasons[:3])}"
    say(str(InputError([Problem(made.file, None, None, said)])))
    return errors.INPUT
