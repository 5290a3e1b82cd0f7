"""``carbonctl hardware``: what the catalog knows of devices and hosts."""

from typing import Annotated

import typer

from carbonctl import errors
from carbonctl.catalog import Catalog, records
from carbonctl.cli import options as o
from carbonctl.cli.introspection import Command, commands
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.outputs import lists
from carbonctl.outputs.messages import say
from carbonctl.reference import catalog_rows, descriptions
from carbonctl.reference.catalog_rows import facts, figures, unknown
from carbonctl.render import TABLES, Style
from carbonctl.text import did_you_mean

app = commands(
    "hardware",
    "Devices, hosts and factors in the catalog: list, show, search, factors.\n\nFor example:"
    "\n\n  carbonctl hardware search h100",
)
KINDS = tuple(dict.fromkeys((*records.DEVICE_KINDS, *records.HOST_KINDS)))
_WIDE_FROM = 150
HEADS = {0: descriptions.heads("hardware"), _WIDE_FROM: descriptions.heads("hardware wide")}
FACTORS = {0: descriptions.heads("factors"), _WIDE_FROM: descriptions.heads("factors wide")}


@app.command("list", cls=Command)
def list_(
    vendor: Annotated[str | None, typer.Option(help="Only of this vendor.")] = None,
    kind: Annotated[str | None, typer.Option(help=f"Only {', '.join(KINDS)}.")] = None,
    year: o.Years = None,
    format: o.ListFormat = "table",
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
) -> int:
    """List devices and hosts. Power of a host is what it draws beside its devices.

    For example:

      carbonctl hardware list --vendor NVIDIA --kind gpu --year 2020..2024
    """
    if kind is not None and kind not in KINDS:
        raise errors.UsageError(
            f"--kind {kind}{did_you_mean(kind, KINDS)}; there are {', '.join(KINDS)}"
        )
    wanted = catalog_rows.Filter(vendor, kind, _years(year))
    catalog = catalog_for(hardware_db, is_told=format != "table")
    rows = catalog_rows.hardware(catalog, wanted)
    if not rows:
        vendors = sorted({r.id.partition("/")[0] for r in catalog_rows.all_records(catalog)})
        close = did_you_mean(vendor, vendors) if vendor else ""
        say(f"nothing in the catalog is so{close}")
    lists.write(rows, catalog_rows.HARDWARE_COLUMNS, HEADS, format, color, catalog)
    return errors.OK


@app.command(cls=Command)
def search(
    words: Annotated[list[str], typer.Argument(metavar="WORD", help="All must be found.")],
    format: o.ListFormat = "table",
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
) -> int:
    """Find devices and hosts by their names, aliases and notes.

    For example:

      carbonctl hardware search a100 80gb
    """
    catalog = catalog_for(hardware_db, is_told=format != "table")
    text = " ".join(words)
    rows = catalog_rows.search(catalog, text)
    if not rows:
        near = [*catalog.devices.near(text), *catalog.hosts.near(text)]
        hint = f"; the nearest names are {', '.join(near)}" if near else ""
        say(f"nothing matches `{text}`{hint} (`carbonctl hardware list` lists all)")
        return errors.INPUT
    lists.write(rows, catalog_rows.HARDWARE_COLUMNS, HEADS, format, color, catalog)
    return errors.OK


@app.command(cls=Command)
def show(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="Ids or aliases.")],
    format: o.ListFormat = "table",
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
) -> int:
    """Show everything the catalog knows of a device or host, with the sources.

    For example:

      carbonctl hardware show "NVIDIA H100 80GB HBM3"
    """
    catalog = catalog_for(hardware_db, is_told=format != "table")
    shown, code = [], errors.OK
    for name in names:
        try:
            shown.append(catalog_rows.find(catalog, name))
        except LookupError as error:
            say(error.args[0])
            code = errors.INPUT
    if shown:
        _show(shown, catalog, format, color)
    return code


@app.command(cls=Command)
def factors(
    part: Annotated[
        str | None, typer.Argument(metavar="[PART]", help="A kind of part: dram, ssd, board, …")
    ] = None,
    format: o.ListFormat = "table",
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
) -> int:
    """List the factors that parts are computed with, by kind of part, with their sources.

    For example:

      carbonctl hardware factors hbm
    """
    catalog = catalog_for(hardware_db, is_told=format != "table")
    rows = catalog_rows.factors(catalog, part)
    if not rows:
        known = list(dict.fromkeys(row["part"] for row in catalog_rows.factors(catalog, None)))
        close = did_you_mean(part or "", known)
        close += " (`carbonctl hardware factors` lists them all)" if close else ""
        say(f"no factor is known of `{part}`{close or '; there are ' + ', '.join(known)}")
        return errors.INPUT
    lists.write(rows, catalog_rows.FACTOR_COLUMNS, FACTORS, format, color, catalog)
    return errors.OK


def _years(text: str | None) -> tuple[int, int] | None:
    try:
        return None if text is None else catalog_rows.years(text)
    except ValueError as error:
        raise errors.UsageError(f"--year {error}") from None


def _show(shown: list[catalog_rows.Record], catalog: Catalog, form: str, color: str) -> None:
    def drawn(style: Style) -> str:
        from carbonctl.render.listing import table_

        cards = (table_.card(r.name, facts(r), figures(r), unknown(r), style) for r in shown)
        return "\n".join(cards)

    rows: list[catalog_rows.Row]
    if form in TABLES:
        rows = [{"id": record.id, **row} for record in shown for row in figures(record)]
    else:
        rows = [{**facts(r), "figures": figures(r), "unknown": unknown(r)} for r in shown]
    lists.show(rows, ("id", *catalog_rows.FIGURE_COLUMNS), drawn, form, color, catalog)
