"""``carbonctl sweep``: one workload at many points."""

from typing import Annotated

import typer

from carbonctl.analysis.gates import parse_key
from carbonctl.analysis.sweep import MOST_POINTS, Measure, Points, read_axis
from carbonctl.batch.sweep import Order, run
from carbonctl.cli import gate_options
from carbonctl.cli import options as o
from carbonctl.errors import UsageError
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.discovery import named
from carbonctl.outputs import writing
from carbonctl.render import BINARY, FORMATS, LINES
from carbonctl.render.sweep import columns
from carbonctl.spec.overrides import parse_override

File = Annotated[
    str, typer.Argument(metavar="FILE", help="A workload, FILE#N of several; - is stdin.")
]
Over = Annotated[
    list[str],
    typer.Option(
        "--over", metavar="PATH=LIST",
        help="Values of a path: A,B,C or 'LOW..HIGH UNIT:N', with equal ratios ':log:N'.",
    ),
]  # fmt: skip
Zip = Annotated[bool, typer.Option("--zip", help="Values side by side, not all combinations.")]
Key = Annotated[
    list[str],
    typer.Option(
        "--key", metavar="KEY",
        help="A total, or phases.PHASE.KEY; repeatable. Default: total_kgco2e.",
    ),
]  # fmt: skip
Per = Annotated[bool, typer.Option("--per", help="Figures per functional unit.")]


def sweep(
    file: File,
    over: Over = [],  # noqa: B006
    zip: Zip = False,
    key: Key = [],  # noqa: B006
    per: Per = False,
    format: o.Format = "table",
    export: o.Export = [],  # noqa: B006
    set: o.Set = [],  # noqa: B006
    fail_on: o.FailOn = [],  # noqa: B006
    warn_on: o.WarnOn = [],  # noqa: B006
    budget: o.Budget = None,
    exit_zero: o.ExitZero = False,
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    debug: o.Debug = False,
) -> int:
    """Estimate one workload at many values of some of its keys.

    All combinations of the values, the last path varying fastest; rules judge every point. Two
    paths make a matrix. For example:

      carbonctl sweep job.yaml --over site.grid=FR,DE,SE

      carbonctl sweep job.yaml --over site.grid=FR,DE --over site.pue=1..1.5:6

      carbonctl sweep job.yaml --over site.pue=1..1.5:50 --export csv=pue.csv
    """
    if not over:
        raise UsageError("nothing is swept; add --over PATH=LIST, as in --over site.pue=1.1,1.2")
    points = Points([read_axis(text, MOST_POINTS) for text in over], is_zipped=zip)
    measures = [Measure(*parse_key(text), per) for text in key or ["total_kgco2e"]]
    for text in set:
        parse_override(text)
    targets = [writing.parse_export(text, FORMATS) for text in export]
    found = named(file)
    writing.check_targets(targets, [found.path, *([budget] if budget else [])])
    writing.check_columns(targets, columns(points.paths, [measure.name for measure in measures]))
    writing.check_terminal(format, targets)
    gates = gate_options.read_gates(fail_on, warn_on, budget, has_base=False)
    forms = [*(target.form for target in targets), format]
    catalog = catalog_for(hardware_db, is_told=any(form in (*LINES, *BINARY) for form in forms))
    order = Order(
        found, points, tuple(measures), tuple(set), gates, targets, format,
        writing.style(color, None), quiet, verbose, exit_zero,
    )  # fmt: skip
    return run(order, catalog)
