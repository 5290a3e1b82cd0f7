"""``carbonctl init``: a commented file to begin with."""

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from carbonctl import errors
from carbonctl.cli import options as o
from carbonctl.errors import OutputError, UsageError
from carbonctl.outputs import lists, whole, writing
from carbonctl.outputs.messages import say
from carbonctl.reference import descriptions, templates
from carbonctl.reference.templates import Template

Name = Annotated[
    str | None,
    typer.Argument(metavar="TEMPLATE", help="A kind of activity, or another name of --list."),
]
FromPublished = Annotated[
    str | None,
    typer.Option(
        "--from-published", metavar="NAME",
        help="Write a published workload: llama3, or a part of a name.",
    ),
]  # fmt: skip
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="PATH", help="Write to this file; - is stdout."),
]
List = Annotated[
    bool, typer.Option("--list", help="List the templates, or the published workloads that fit.")
]
COLUMNS = descriptions.of("init")
_HEADS = {
    0: {"name": "Name", "about": "What it is"},
    120: {"name": "Name", "file": "Is written to", "about": "What it is"},
}
_COMMANDS = {"site-file": "site", "explore-file": "explore"}
_NEXT = {
    "explore": "carbonctl init, for the workload carbon.yaml; then carbonctl explore {path}",
    "levers": "carbonctl levers {path}",
    "projection": "carbonctl project {path}",
    "schedule": "carbonctl schedule {path}",
    "scaling": "carbonctl scaling {path}",
    "fleet": "carbonctl fleet jobs.csv --map {path}, with the columns of your table",
    "budget": "carbonctl estimate carbon.yaml --budget {path}",
    "device": "carbonctl validate {path}",
    "host": "carbonctl validate {path}",
    "ci": "name the account of the action in place of OWNER",
}


def init(
    template: Name = None,
    from_published: FromPublished = None,
    output: Output = None,
    list: List = False,
    format: o.ListFormat = "table",
    color: o.Color = "auto",
    quiet: o.Quiet = False,
    debug: o.Debug = False,
) -> int:
    """Write a commented file to begin with.

    A file that already exists is not overwritten. For example:

      carbonctl init

      carbonctl init serving --output service.yaml

      carbonctl init --from-published llama3

    The first line of a workload tells editors where its schema is. Write the schema once:

      carbonctl schema spec > carbonctl.schema.json
    """
    if template is not None and from_published is not None:
        raise UsageError("a template and --from-published are two files; ask for one of them")
    if list:
        _list(from_published, format, color)
        return errors.OK
    try:
        if from_published is not None:
            chosen = templates.find(from_published)
        else:
            chosen = templates.template(templates.DEFAULT if template is None else template)
    except LookupError as error:
        say(error.args[0])
        return errors.INPUT
    if output == "-":
        writing.to_stdout(_with_schema(chosen, Path(chosen.schema_file or "")))
        return errors.OK
    path = Path(chosen.file if output is None else output)
    _write_new(path, _with_schema(chosen, path), with_folders=output is None)
    if not quiet:
        say(_told(chosen, path))
    if chosen.schema == "device" and output is None:
        _write_sources(quiet=quiet)
    return errors.OK


def _with_schema(chosen: Template, path: Path) -> str:
    """Return a text below the line that tells an editor its schema.

    That is in the working directory, or beside a file outside of it.
    """
    if chosen.schema_file is None:
        return chosen.text
    folder, here = Path(os.path.abspath(path.parent)), Path.cwd()  # noqa: PTH100
    up = len(folder.relative_to(here).parts) if folder.is_relative_to(here) else 0
    return f"# yaml-language-server: $schema={'../' * up}{chosen.schema_file}\n{chosen.text}"


def _write_new(path: Path, text: str, *, with_folders: bool) -> None:
    """Write a file that is not there yet, whole or not at all.

    Raises OutputError where it is there, or cannot be written.
    """
    try:
        if os.path.lexists(path):
            raise OutputError(
                f"{path}: already exists and was not overwritten; "
                "--output PATH writes elsewhere, --output - to standard output"
            )
        whole.create(path, text.encode(), with_folders=with_folders)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}") from None


def _write_sources(*, quiet: bool) -> None:
    """Write the sources that a record names, unless there is a file of them already."""
    path = Path(templates.SOURCES)
    if os.path.lexists(path):
        return
    _write_new(path, templates.sources(), with_folders=False)
    if not quiet:
        say(f"wrote {path}")


def _told(chosen: Template, path: Path) -> str:
    """Return what was written, and what to do next."""
    command = _COMMANDS.get(chosen.schema or "", "estimate")
    following = _NEXT.get(chosen.name, f"carbonctl {command} {{path}}")
    lines = [f"wrote {path}", f"next: {following.replace('{path}', shlex.quote(str(path)))}"]
    if chosen.schema_file and not Path(chosen.schema_file).exists():
        lines.append(f"for an editor: carbonctl schema {chosen.schema} > {chosen.schema_file}")
    return "\n".join(lines)


def _list(from_published: str | None, form: str, color: str) -> None:
    """Write what there is to begin with."""
    if from_published is None:
        listed = [templates.template(name) for name in templates.names()]
    else:
        listed = templates.holding(from_published, templates.published())
    rows = [{column: getattr(template, column) for column in COLUMNS} for template in listed]
    lists.write(rows, COLUMNS, _HEADS, form, color)
