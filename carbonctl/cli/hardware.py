"""``carbonctl hardware``: what the catalog knows of devices and hosts."""

from typing import Annotated, Any, NamedTuple

import typer

from carbonctl import errors
from carbonctl.catalog import Catalog, records
from carbonctl.catalog.instances import Instance
from carbonctl.cli import options as o
from carbonctl.cli.introspection import Command, commands
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.outputs import lists
from carbonctl.outputs.messages import say
from carbonctl.reference import catalog_rows, descriptions, instance_rows
from carbonctl.reference.catalog_rows import facts, figures, unknown
from carbonctl.render import TABLES, Style
from carbonctl.text import did_you_mean

app = commands(
    "hardware",
    "Devices, hosts, cloud machines and their factors.\n\nFor example:"
    "\n\n  carbonctl hardware search h100",
)
KINDS = tuple(dict.fromkeys((*records.DEVICE_KINDS, *records.HOST_KINDS, instance_rows.KIND)))
_WIDE_FROM = 150
HEADS = {0: descriptions.heads("hardware"), _WIDE_FROM: descriptions.heads("hardware wide")}
INSTANCES = {
    0: descriptions.heads("instances"), _WIDE_FROM: descriptions.heads("instances wide")
}  # fmt: skip
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
    """List devices and hosts, or cloud machine types with --kind instance.

    Power of a host is what it draws beside its devices.

    For example:

      carbonctl hardware list --vendor NVIDIA --kind gpu --year 2020..2024
    """
    if kind is not None and kind not in KINDS:
        raise errors.UsageError(
            f"--kind {kind}{did_you_mean(kind, KINDS)}; there are {', '.join(KINDS)}"
        )
    wanted = catalog_rows.Filter(vendor, kind, _years(year))
    catalog = catalog_for(hardware_db, is_told=format != "table")
    is_cloud = kind == instance_rows.KIND
    if is_cloud:
        rows = instance_rows.rows(catalog, vendor, wanted.years)
    else:
        rows = catalog_rows.hardware(catalog, wanted)
    if not rows:
        known = catalog.instances.all() if is_cloud else catalog_rows.all_records(catalog)
        vendors = sorted({r.id.partition("/")[0] for r in known})
        close = did_you_mean(vendor, vendors) if vendor else ""
        say(f"nothing in the catalog is so{close}")
    if is_cloud:
        lists.write(rows, instance_rows.COLUMNS, INSTANCES, format, color, catalog)
        return errors.OK
    lists.write(rows, catalog_rows.HARDWARE_COLUMNS, HEADS, format, color, catalog)
    return errors.OK


@app.command(cls=Command)
def search(
    words: Annotated[list[str], typer.Argument(metavar="WORD", help="All must be found.")],
    format: o.ListFormat = "table",
    hardware_db: o.HardwareDb = None,
    color: o.Color = "auto",
) -> int:
    """Find devices, hosts and cloud machine types by their names, aliases and notes.

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
    """Show everything the catalog knows of a device, host or cloud machine type, with sources.

    For example:

      carbonctl hardware show "NVIDIA H100 80GB HBM3"
    """
    catalog = catalog_for(hardware_db, is_told=format != "table")
    shown: list[_Said] = []
    code = errors.OK
    for name in names:
        try:
            shown.append(_said(catalog_rows.find_any(catalog, name)))
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


class _Said(NamedTuple):
    """What is said of one thing of the catalog."""

    id: str
    name: str
    facts: dict[str, Any]
    figures: list[catalog_rows.Row]
    unknown: list[str]


def _said(record: catalog_rows.Record | Instance) -> _Said:
    if isinstance(record, Instance):
        rows = instance_rows
        return _Said(
            record.id, f"{record.id} ({record.parts})", rows.facts(record),
            rows.figures(record), rows.unknown(record),
        )  # fmt: skip
    return _Said(record.id, record.name, facts(record), figures(record), unknown(record))


def _show(shown: list[_Said], catalog: Catalog, form: str, color: str) -> None:
    def drawn(style: Style) -> str:
        from carbonctl.render.listing import table_

        cards = (table_.card(s.name, s.facts, s.figures, s.unknown, style) for s in shown)
        return "\n".join(cards)

    rows: list[catalog_rows.Row]
    if form in TABLES:
        rows = [{"id": said.id, **row} for said in shown for row in said.figures]
    else:
        rows = [{**said.facts, "figures": said.figures, "unknown": said.unknown} for said in shown]
    lists.show(rows, ("id", *catalog_rows.FIGURE_COLUMNS), drawn, form, color, catalog)
