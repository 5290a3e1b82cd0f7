"""The Typer app. A command's module is imported only when that command is called."""

from collections.abc import Iterable
from importlib import import_module
from itertools import chain
from typing import Annotated, Any

import typer
from typer.main import get_command, get_command_from_info
from typer.models import CommandInfo

from carbonctl import __version__
from carbonctl.cli import defaults
from carbonctl.cli.introspection import Command, Group
from carbonctl.errors import InputError, UsageError
from carbonctl.outputs.messages import say
from carbonctl.text import did_you_mean

# The commands as the help lists them, by what they are for.
SECTIONS = {
    "Account": ("estimate", "compare", "explain", "report"),
    "Questions": (
        "sensitivity",
        "sweep",
        "breakeven",
        "levers",
        "project",
        "refresh",
        "scaling",
        "survey",
        "reproduce",
    ),
    "Sites": ("site", "schedule"),
    "Fleets": ("fleet", "import"),
    "Hardware": ("embodied", "explore", "hardware", "models", "grid"),
    "Files": ("init", "validate", "schema", "kinds"),
    "Shell": ("config", "doctor", "completion", "man"),
}
COMMANDS = tuple(chain.from_iterable(SECTIONS.values()))
_MODULES = {"import": "import_"}  # of commands whose names Python keeps for itself
_ALL_THE_SAME = frozenset({"init", "schema", "kinds", "doctor", "completion", "man"})
EPILOG = (
    "Exit codes: 0 done, 1 a gate failed, 2 wrong usage, 3 invalid or unknown input, "
    "70 a bug, 74 output could not be written, 130 interrupted, 141 closed pipe."
)


class LazyGroup(Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of the commands in the order of `COMMANDS`."""
        return list(COMMANDS)

    def sections(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the commands by the title under which help lists them."""
        return SECTIONS

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is meant.

        Raises UsageError where there is none, with the nearest.
        """
        name = args[0] if args else ""
        if name not in COMMANDS and not name.startswith("-"):
            close = did_you_mean(name, COMMANDS) or f"; there are {', '.join(COMMANDS)}"
            raise UsageError(f"no command `{name}`{close}")
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import and build one command."""
        if cmd_name not in COMMANDS:
            return None
        name = _MODULES.get(cmd_name, cmd_name)
        module = import_module(f"carbonctl.cli.{name}")
        if hasattr(module, "app"):  # a group of commands
            group: Any = get_command(module.app)
            _hand_down(ctx, cmd_name, group.commands)
            return group
        function = getattr(module, name)
        command = get_command_from_info(
            CommandInfo(name=cmd_name, cls=Command, callback=function, epilog=EPILOG),
            pretty_exceptions_short=False,
            rich_markup_mode=None,
        )
        command.no_args_is_help = any(parameter.required for parameter in command.params)
        return command


def _hand_down(ctx: Any, name: str, commands: Iterable[str]) -> None:
    """Give the defaults of a group's flags to each of its commands."""
    flags = (ctx.default_map or {}).get(name)
    if flags:
        ctx.default_map[name] = {**flags, **dict.fromkeys(commands, flags)}


app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    epilog=EPILOG,
)


def _version(wanted: bool) -> None:
    if wanted:
        from carbonctl.catalog import Catalog

        typer.echo(f"carbonctl {__version__} (hardware_db {Catalog().version})")
        raise typer.Exit


@app.callback()
def carbonctl(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print versions.")
    ] = False,
) -> None:
    """From a YAML description of an AI workload to a carbon account.

    Offline; every number has a source. To begin with:

      carbonctl init

      carbonctl estimate carbon.yaml
    """


def _flag_defaults(arguments: list[str]) -> dict[str, dict[str, Any]]:
    """Return the defaults of flags; those who ask for help need none.

    A command that is to help with what is wrong, or has next to no flags, goes without.
    """
    if not {"-h", "--help", "--version"}.isdisjoint(arguments):
        return {}
    try:
        return defaults.from_pyproject(COMMANDS)
    except InputError:
        if _ALL_THE_SAME.isdisjoint(arguments[:1]):
            raise
        return {}


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    group = get_command(app)
    try:
        code = group.main(
            arguments,
            prog_name="carbonctl",
            standalone_mode=False,
            default_map=_flag_defaults(arguments),
        )
    except typer.TyperException as error:
        message = error.format_message().replace("Value error, ", "")
        context = getattr(error, "ctx", None)
        if message.startswith("Usage:"):  # nothing was asked for: the help is the message
            say(message)
            return error.exit_code
        if context is not None:
            say(context.get_usage())
            say(f"Try `{context.command_path} --help`.\n")
        say(f"carbonctl: {message}")
        return error.exit_code
    return code if isinstance(code, int) else 0
