"""``carbonctl reproduce``: the published runs beside what was reported of them."""

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from carbonctl import __version__, errors
from carbonctl.analysis import reproduce as reproduction
from carbonctl.catalog.accuracy import BLIND, GIVEN, TOKENS
from carbonctl.cli import options as o
from carbonctl.errors import UsageError
from carbonctl.inputs.catalogs import NAMELESS, catalog_for
from carbonctl.ledger.result import About
from carbonctl.outputs import lists, writing
from carbonctl.outputs.messages import say
from carbonctl.reference import descriptions
from carbonctl.reference.published import selected
from carbonctl.render import FOR_PEOPLE, LIST_FORMATS
from carbonctl.render.reproduction import FORMATS, render
from carbonctl.render.reproduction.lines import missed

if TYPE_CHECKING:
    Form: TypeAlias = str
else:
    Form = Literal[FORMATS]

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME", help="Published workloads, by name or a part of it. Default: all."
    ),
]
Given = Annotated[bool, typer.Option("--given", help="Only estimates with all published inputs.")]
Blind = Annotated[
    bool, typer.Option("--blind", help="Only estimates from devices, hours and place alone.")
]
Tokens = Annotated[
    bool,
    typer.Option("--tokens", help="Only estimates of training from the model and its tokens."),
]
Short = Annotated[
    bool,
    typer.Option(
        "--summary", help="Table, Markdown: only the errors as a whole, and what was missed."
    ),
]
Models = Annotated[
    bool,
    typer.Option(
        "--models", help="Language models instead: errors against measurements, model left out."
    ),
]
MODEL_HEADS = {0: descriptions.heads("reproduce models")}
Format = Annotated[Form, typer.Option("--format", "-f", help="Form of the output.")]


def reproduce(
    names: Names = None,
    given: Given = False,
    blind: Blind = False,
    tokens: Tokens = False,
    summary: Short = False,
    models: Models = False,
    format: Format = "table",
    exit_zero: o.ExitZero = False,
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
    debug: o.Debug = False,
) -> int:
    """Compare estimates of published runs with what was reported.

    Each run is estimated with all its published inputs, and blind: from devices, hours and place
    alone. Training of language models is estimated from tokens too, without hours or watts. Like is
    compared with like: the energy of the devices, of the nodes or of the facility, as the source
    measured it. Exit 1 where an error is larger than the tolerance on record: of a figure, or of
    all blind ones, where no NAME is given. For example:

      carbonctl reproduce --summary

      carbonctl reproduce t5-11b --blind

      carbonctl reproduce --given --format csv

      carbonctl reproduce --tokens

      carbonctl reproduce --models
    """
    if models:
        others = {"--given": given, "--blind": blind, "--tokens": tokens, "--summary": summary}
        _check_alone(names, format, **others)
        code = _models(format, hardware_db, color)
        return errors.OK if exit_zero else code
    asked = {GIVEN: given, BLIND: blind, TOKENS: tokens}
    if given + blind + tokens > 1:
        raise UsageError("--given, --blind and --tokens exclude each other; leave them out for all")
    modes = [mode for mode, is_asked in asked.items() if is_asked] or list(asked)
    try:
        figures = selected(names or ())
    except LookupError as error:
        say(error.args[0])
        return errors.INPUT
    catalog = catalog_for(hardware_db, is_told=format in NAMELESS)
    made = reproduction.reproduce(figures, catalog, modes, is_whole=not names)
    about = About(__version__, catalog.version, own_records=catalog.own_records)
    style = writing.style(color, None)
    writing.to_stdout(render(format, made, about, style, is_short=summary))
    failed = missed(made)
    for text in failed if format not in FOR_PEOPLE else ():
        say(f"missed: {text}")
    return errors.GATE_FAILED if failed and not exit_zero else errors.OK


def _check_alone(names: list[str] | None, format: str, **flags: bool) -> None:
    """Raise UsageError for what has no use beside --models."""
    useless = [flag for flag, is_given in flags.items() if is_given]
    if names or useless:
        raise UsageError(f"--models has no use for {useless[0] if useless else 'a NAME'}")
    if format not in LIST_FORMATS:
        raise UsageError(f"--models has no format {format}; there are {', '.join(LIST_FORMATS)}")


def _models(format: str, hardware_db: str | None, color: str) -> int:
    """Write the errors of language models, and return the exit code."""
    from carbonctl.analysis.reproduce import models

    catalog = catalog_for(hardware_db, is_told=format != "table")
    found = models.accuracies(catalog)
    rows = [accuracy._asdict() for accuracy in found]
    lists.write(rows, models.Accuracy._fields, MODEL_HEADS, format, color, catalog)
    return errors.GATE_FAILED if any(row.ok is False for row in found) else errors.OK
