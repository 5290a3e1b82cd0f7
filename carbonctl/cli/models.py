"""``carbonctl models``: language, image and video models that a workload can name."""

from typing import Annotated, Literal

import typer

from carbonctl import errors
from carbonctl.cli import options as o
from carbonctl.cli.introspection import Command, commands
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.outputs import lists
from carbonctl.outputs.messages import say
from carbonctl.reference import catalog_rows, descriptions, model_rows
from carbonctl.render import TABLES, Style
from carbonctl.text import did_you_mean

app = commands(
    "models",
    "Language, image and video models that a workload can name: list, show.\n\nFor example:"
    "\n\n  carbonctl models show llama-3.1-70b",
)
_WIDE_FROM = 150
HEADS = {0: descriptions.heads("models"), _WIDE_FROM: descriptions.heads("models wide")}


@app.command("list", cls=Command)
def list_(
    kind: Annotated[
        Literal["language", "closed", "image", "video"] | None,
        typer.Option(help="Open language models, closed ones, or models of images or videos."),
    ] = None,
    maker: Annotated[str | None, typer.Option(help="Only of this maker: Qwen.")] = None,
    year: o.Years = None,
    format: o.ListFormat = "table",
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
) -> int:
    """List the models that `model` can name, with their parameters.

    A closed model has the energy of a request where it is published, and never parameters.

    For example:

      carbonctl models list --kind language --maker Qwen
    """
    catalog = catalog_for(hardware_db, is_told=format != "table")
    wanted = model_rows.Filter(kind, maker, _years(year))
    rows = model_rows.rows(catalog, wanted)
    if not rows:
        makers = sorted({model_rows.maker_of(model) for model in model_rows.models(catalog)})
        close = did_you_mean(maker, makers) if maker else ""
        say(f"no model of the catalog matches{close}")
    lists.write(rows, model_rows.COLUMNS, HEADS, format, color, catalog)
    return errors.OK


@app.command(cls=Command)
def show(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="Ids or aliases.")],
    format: o.ListFormat = "table",
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
) -> int:
    """Show everything the catalog knows of a model, with sources.

    For example:

      carbonctl models show deepseek-v3 gpt-4o
    """
    catalog = catalog_for(hardware_db, is_told=format != "table")
    shown: list[model_rows.Model] = []
    code = errors.OK
    for name in names:
        try:
            shown.append(model_rows.find(catalog, name))
        except LookupError as error:
            say(error.args[0])
            code = errors.INPUT
    if not shown:
        return code

    def drawn(style: Style) -> str:
        from carbonctl.render.listing import table_

        return "\n".join(
            table_.card(
                model.name, model_rows.facts(model), model_rows.figures(model),
                model_rows.unknown(model), style,
            )
            for model in shown
        )  # fmt: skip

    lists.show(
        _rows(shown, format), ("id", *model_rows.FIGURE_COLUMNS), drawn, format, color, catalog
    )
    return code


def _rows(shown: list[model_rows.Model], form: str) -> list[model_rows.Row]:
    """Return a row each figure for tables, and a record each model for JSON."""
    if form in TABLES:
        return [{"id": model.id, **row} for model in shown for row in model_rows.figures(model)]
    return [
        {
            **model_rows.facts(model),
            "figures": model_rows.figures(model),
            "unknown": model_rows.unknown(model),
        }
        for model in shown
    ]


def _years(text: str | None) -> tuple[int, int] | None:
    try:
        return None if text is None else catalog_rows.years(text)
    except ValueError as error:
        raise errors.UsageError(f"--year {error}") from None
