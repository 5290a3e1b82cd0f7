"""``carbonctl config``: the value of each flag, and where it comes from."""

import os
from typing import Annotated, Any

import typer

from carbonctl import errors
from carbonctl.cli import defaults, introspection
from carbonctl.cli import options as o
from carbonctl.outputs import lists
from carbonctl.outputs.messages import say
from carbonctl.reference import descriptions
from carbonctl.render import FOR_PEOPLE, TABLES
from carbonctl.text import did_you_mean

Command = Annotated[
    str | None,
    typer.Argument(metavar="COMMAND", help="Only the flags of this one: estimate, 'grid list'."),
]
_HEADS = {"flag": "Flag", "value": "Value", "origin": "Origin", "commands": "Commands"}
COLUMNS = descriptions.of("config")


def config(
    context: typer.Context,
    command: Command = None,
    format: o.ListFormat = "table",
    color: o.Color = "auto",
    debug: o.Debug = False,
) -> int:
    """Show the value of each flag, and where it comes from.

    The command line takes precedence over CARBONCTL_<FLAG> in the environment, that over
    [tool.carbonctl] of the nearest pyproject.toml, and that over the default. For example:

      carbonctl config estimate
    """
    rows = [row for ctx in introspection.walk(context.find_root()) for row in _flags(ctx)]
    known = list(dict.fromkeys(row["command"] for row in rows))
    if command is not None and command not in known:
        close = did_you_mean(command, known) or f"; there are {', '.join(known)}"
        say(f"unknown command `{command}`{close}")
        return errors.INPUT
    rows = [row for row in rows if command in (None, row["command"])]
    if format in FOR_PEOPLE:
        rows = _together(rows, known)
    elif format in TABLES:
        rows = [{**row, "value": _shown(row["value"])} for row in rows]
    lists.write(rows, COLUMNS, {0: _HEADS}, format, color)
    return errors.OK


def _flags(context: typer.Context) -> list[dict[str, Any]]:
    """Return a row for each flag of a command."""
    return [
        _row(context, flag)
        for flag in introspection.flags(context)
        if not {"--help", "--version"} & set(flag.opts) and introspection.path(context)
    ]


def _row(context: typer.Context, flag: Any) -> dict[str, Any]:
    """Return what a flag is without a command line, as the command itself would find it."""
    raw, source = flag.consume_value(context, {})
    origin, where = {
        "ENVIRONMENT": ("environment", flag.envvar),
        "DEFAULT_MAP": ("pyproject.toml", str(defaults.nearest())),
    }.get(source.name, ("default", None))
    return {
        "command": introspection.path(context),
        "flag": max(flag.opts, key=len),
        "value": flag.process_value(context, raw),
        "origin": origin,
        "where": where,
        "variable": flag.envvar,
    }


def _shown(value: Any) -> str:
    """Return a value as it is written on a command line; nothing for one that is not set."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def _named(commands: list[str], known: list[str]) -> list[str]:
    """Return commands, those of a whole group by its name."""
    heads = [name.partition(" ")[0] for name in commands]
    split = {name.partition(" ")[0] for name in known if name not in commands}
    names = (name if head in split else head for head, name in zip(heads, commands, strict=True))
    return list(dict.fromkeys(names))


def _together(rows: list[dict[str, Any]], known: list[str]) -> list[dict[str, Any]]:
    """Return one row for all commands in which a flag has the same value from the same origin."""
    commands: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        origin = row["where"] or "default"
        if row["origin"] == "pyproject.toml":
            origin = os.path.relpath(origin)
        commands.setdefault((row["flag"], _shown(row["value"]), origin), []).append(row["command"])
    return [
        {"flag": flag, "value": value, "origin": origin,
         "commands": ", ".join(_named(names, known))}
        for (flag, value, origin), names in sorted(commands.items())
    ]  # fmt: skip
