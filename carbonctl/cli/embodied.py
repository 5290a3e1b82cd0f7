"""``carbonctl embodied``: the carbon of making devices and systems, part by part."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from carbonctl import __version__, errors
from carbonctl.cli import life_options
from carbonctl.cli import options as o
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.hardware.report import Bill
from carbonctl.inputs.bills import Reader
from carbonctl.inputs.catalogs import NAMELESS, catalog_for
from carbonctl.inputs.discovery import named
from carbonctl.ledger.entry import COLUMNS
from carbonctl.ledger.result import About
from carbonctl.outputs import writing
from carbonctl.outputs.merging import Cautions, Repeats
from carbonctl.render.bill import render

Things = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE|DEVICE",
        help="Workloads, hardware records, or ids of devices and hosts; - is stdin.",
    ),
]
ImportAct = Annotated[
    list[str], typer.Option("--import-act", metavar="FILE", help="A list of materials of ACT's.")
]
ActCompatible = Annotated[
    bool, typer.Option("--act-compatible", help="Compute that list exactly as ACT does.")
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Show each figure with formula, inputs and sources.")
]


def embodied(
    things: Things = None,
    import_act: ImportAct = [],  # noqa: B006
    act_compatible: ActCompatible = False,
    lifetime: life_options.Lifetime = None,
    utilization: life_options.Utilization = None,
    power: life_options.Power = None,
    duty_cycle: life_options.DutyCycle = None,
    grid: life_options.Grid = None,
    explain: Explain = False,
    format: o.Format = "table",
    export: o.Export = [],  # noqa: B006
    set: o.Set = [],  # noqa: B006
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    debug: o.Debug = False,
) -> int:
    """Show the embodied carbon of devices and systems, part by part.

    A published figure is set beside what the parts give, with what they leave out. For example:

      carbonctl embodied nvidia/h100-sxm5-80gb

      carbonctl embodied job.yaml --format csv

      carbonctl embodied --import-act bom.yaml --act-compatible
    """
    names = list(things or [])
    if not names and not import_act:
        raise UsageError("name a FILE or a DEVICE, or a list with --import-act FILE")
    if act_compatible and not import_act:
        raise UsageError("--act-compatible needs --import-act FILE")
    if explain and format != "table":
        raise UsageError("--explain is a text; leave out --format")
    targets = [writing.parse_export(text) for text in export]
    writing.check_targets(targets, [*(named(name).path for name in names), *import_act])
    writing.check_columns(targets, COLUMNS)
    writing.check_terminal(format, targets)
    forms = (format, *(target.form for target in targets))
    catalog = catalog_for(hardware_db, is_told=any(form in NAMELESS for form in forms))
    life = life_options.read(
        lifetime, utilization, power, duty_cycle, grid, catalog, act=act_compatible
    )
    reader = Reader(catalog, life, tuple(set))
    bills, problems = _read(reader, names, import_act, act_compatible=act_compatible)
    cautions = Cautions(is_quiet=quiet, what="bills")
    for bill in bills:
        cautions.add(bill.result.warnings, bill.result.file)
    cautions.finish()
    if not bills:
        return errors.INPUT
    about = About(__version__, catalog.version, tuple(problems), catalog.own_records)
    style = writing.style(color, catalog.sources)
    texts = [render(target.form, bills, about, style._replace(color=False)) for target in targets]
    if explain:
        from carbonctl.cli.explain import shown  # few ask for it

        text: str | bytes = shown([(bill.result, bill.result.entries) for bill in bills], catalog)
    else:
        text = render(format, bills, about, style)
    code = writing.write_all(targets, texts, text)
    return errors.worst([code, errors.INPUT if problems else errors.OK])


def _read(
    reader: Reader, names: list[str], lists: list[str], *, act_compatible: bool
) -> tuple[list[Bill], list[Problem]]:
    """Return the bills of what could be read, and what is wrong with the rest."""
    bills: list[Bill] = []
    problems: list[Problem] = []
    repeats = Repeats()
    work: list[Callable[[], list[Bill]]] = [
        *(partial(reader.bills, name) for name in names),
        *(partial(reader.of_act, name, compatible=act_compatible) for name in lists),
    ]
    for read in work:
        try:
            bills += read()
        except InputError as error:
            problems += error.problems
            repeats.tell(error)
    repeats.finish()
    return bills, problems
