"""``carbonctl explain``: any figure as a tree of formulas, inputs and sources."""

from collections.abc import Sequence
from typing import Annotated

import typer

from carbonctl import errors
from carbonctl.catalog import Catalog
from carbonctl.cli import options as o
from carbonctl.inputs.catalogs import catalog_for
from carbonctl.inputs.discovery import named
from carbonctl.inputs.results import read_document
from carbonctl.inputs.selection import single
from carbonctl.ledger.entry import Entry
from carbonctl.ledger.result import Result, is_fleet, is_saved
from carbonctl.outputs import writing
from carbonctl.outputs.merging import Cautions
from carbonctl.outputs.messages import say
from carbonctl.render.explain import explain as tree
from carbonctl.render.own_records import below
from carbonctl.render.plain import finished
from carbonctl.text import did_you_mean

File = Annotated[
    str, typer.Argument(metavar="FILE", help="A workload, FILE#N of several; - is stdin.")
]
Path = Annotated[
    str | None,
    typer.Argument(metavar="PATH", help="training, training.run or training.run.devices."),
]


def explain(
    file: File,
    path: Path = None,
    set: o.Set = [],  # noqa: B006
    lever: o.Lever = [],  # noqa: B006
    hardware_db: o.HardwareDb = None,
    debug: o.Debug = False,
) -> int:
    """Explain figures: formulas with numbers, inputs with sources.

    For example:

      carbonctl explain job.yaml training.pre-training

      carbonctl explain jobs.jsonl#2 training
    """
    catalog = catalog_for(hardware_db, is_told=False)
    document = single(named(file), "`carbonctl explain {}`")
    if is_saved(document.data) and not is_fleet(document.data):
        message = "this is a saved result; explain reads the workload that it came from"
        raise errors.InputError([errors.Problem(document.file, document.line, 1, message)])
    of_file = document._replace(label=document.file)  # places are lines of the file
    (result,) = read_document(of_file, catalog, tuple(set), levers=tuple(lever)).results
    wanted = _chosen(result, path)
    if not wanted:
        known = dict.fromkeys(f"{entry.phase}.{entry.activity}" for entry in result.entries)
        close = did_you_mean(path or "", known) or f"; there are {', '.join(known)}"
        say(f"{document.file}:{document.line}:1: nothing to explain at `{path}`{close}")
        return errors.INPUT
    cautions = Cautions()
    cautions.add(result.warnings, result.file)
    cautions.finish()
    writing.to_stdout(shown([(result, wanted)], catalog))
    return errors.OK


def shown(some: list[tuple[Result, Sequence[Entry]]], catalog: Catalog) -> str:
    """Return the trees of some entries of results."""
    style = writing.style("never", catalog.sources)
    if not writing.is_terminal():  # so that a search finds whole lines
        style = style._replace(width=0)
    trees = "\n".join(tree(result, entries, style) for result, entries in some)
    return finished(below(trees, catalog.own_records), style)


def _chosen(result: Result, path: str | None) -> list[Entry]:
    """Return the entries of a phase, an activity or an item; an activity also by its index."""
    wanted = (path or "").removeprefix("phases.")
    places: dict[str, dict[str, int]] = {}
    for entry in result.entries:
        names = places.setdefault(entry.phase, {})
        names.setdefault(entry.activity, len(names))
    return [
        entry
        for entry in result.entries
        if not wanted or wanted in _names(entry, places[entry.phase][entry.activity])
    ]


def _names(entry: Entry, place: int) -> set[str]:
    """Return every path of an entry; with several sites its item stands for all of them."""
    items = {entry.item, entry.name}
    activities = {f"{entry.phase}.{name}" for name in (entry.activity, place)}
    return {entry.phase} | activities | {f"{a}.{item}" for a in activities for item in items}
