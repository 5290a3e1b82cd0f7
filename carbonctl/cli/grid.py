"""``carbonctl grid``: what the catalog knows of electricity and cloud regions."""

from typing import Annotated, Literal

import typer

from carbonctl import errors
from carbonctl.cli import options as o
from carbonctl.cli.introspection import Command, commands
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.outputs import lists
from carbonctl.outputs.messages import say
from carbonctl.reference import catalog_rows, descriptions
from carbonctl.reference.catalog_rows import GRID_COLUMNS
from carbonctl.render import Style

app = commands(
    "grid",
    "Carbon intensity of electricity, and cloud regions.\n\nFor example:\n\n"
    "  carbonctl grid show FR",
)


@app.command("list", cls=Command)
def list_(
    kind: Annotated[
        Literal["country", "part", "cloud"] | None,
        typer.Option(help="Countries, parts of countries, or cloud regions."),
    ] = None,
    year: Annotated[int | None, typer.Option(help="The nearest to this; else the latest.")] = None,
    format: o.ListFormat = "table",
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
) -> int:
    """List grids and cloud regions, each with the carbon intensity that estimate takes.

    A cloud region has its operator's own figure or that of its grid, by year and basis.

    For example:

      carbonctl grid list --kind country --year 2022 --format csv
    """
    catalog = catalog_for(hardware_db, is_told=format != "table")
    rows = catalog_rows.grids(catalog, kind, year)
    heads = descriptions.heads("cloud" if kind == "cloud" else "grid")
    lists.write(rows, GRID_COLUMNS, {0: heads}, format, color, catalog)
    return errors.OK


@app.command(cls=Command)
def hourly(
    format: o.ListFormat = "table",
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
) -> int:
    """List the hourly series that come with carbonctl.

    Each is the generation of a grid by kind of plant, without imports. `grid_hourly` takes its id.

    For example:

      carbonctl grid hourly --format csv
    """
    from carbonctl.reference import hourly_rows

    catalog = catalog_for(hardware_db, is_told=format != "table")
    heads = {0: descriptions.heads("hourly")}
    lists.write(hourly_rows.rows(catalog), hourly_rows.COLUMNS, heads, format, color, catalog)
    return errors.OK


@app.command(cls=Command)
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="FR, US-CAMX, aws/us-east-1, …")],
    format: o.ListFormat = "table",
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
) -> int:
    """Show every figure of a grid or a cloud region, newest first, with the sources.

    Of a cloud region, the figure that estimate takes comes first.

    For example:

      carbonctl grid show aws/us-east-1
    """
    catalog = catalog_for(hardware_db, is_told=format != "table")
    try:
        rows = catalog_rows.grid(catalog, name)
        doubt = catalog.place(name).doubt
    except LookupError as error:
        say(error.args[0])
        return errors.INPUT

    if doubt:
        say(f"note: {doubt}")

    def drawn(style: Style) -> str:
        from carbonctl.render.listing import grid_card

        return grid_card.grid_card(rows, catalog_rows.taken(catalog, name, rows), style)

    lists.show(rows, GRID_COLUMNS, drawn, format, color, catalog)
    return errors.OK
