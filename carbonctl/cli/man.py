"""``carbonctl man``: the page of the manual, made of the help of every command."""

import inspect
from collections.abc import Iterator

import typer

from carbonctl import __version__, errors
from carbonctl.catalog import Catalog
from carbonctl.cli import defaults, introspection
from carbonctl.cli import options as o
from carbonctl.outputs import writing
from carbonctl.render import roff

PRECEDENCE = (
    "The command line takes precedence over the environment, that over [tool.carbonctl] of "
    "the nearest pyproject.toml, and that before the default. `carbonctl config` shows what holds."
)
TERMINAL = {  # and what else is no flag
    defaults.VARIABLE: "A file with [tool.carbonctl], in place of the nearest pyproject.toml.",
    "NO_COLOR": "No color, unless --color says otherwise.",
    "FORCE_COLOR": "Color also where standard output is no terminal; NO_COLOR overrides it.",
    "COLUMNS": "The width of tables, in place of the terminal's.",
    "TERM": "No color where it is dumb.",
}
FILES = {
    "carbon.yaml": "A workload, as `carbonctl init` writes it; what the action for pull requests "
    "and the hook for pre-commit look for, with *.carbon.yaml.",
    "pyproject.toml": "The nearest one, in the working directory or above it. Its table "
    f"[tool.carbonctl] holds flags: {', '.join(sorted(defaults.KEYS))}.",
    "hardware_db": "Records and tables that come with carbonctl; `carbonctl doctor` says where. "
    "A folder given with --hardware-db takes precedence.",
}
EXITS = {
    errors.OK: "Done, and every gate passes.",
    errors.GATE_FAILED: "A gate failed.",
    errors.USAGE: "Wrong usage.",
    errors.INPUT: "Invalid or unknown input, a gate over an unknown figure, or too little memory.",
    errors.BUG: "A bug.",
    errors.OUTPUT: "Output could not be written.",
    errors.INTERRUPTED: "Interrupted.",
    errors.CLOSED_PIPE: "The reader closed the pipe.",
}


def man(debug: o.Debug = False) -> int:
    """Print the page of the manual, carbonctl(1), in roff.

    Its date is the month of the data. To read it, and to keep it:

      carbonctl man | man -l -

      carbonctl man > ~/.local/share/man/man1/carbonctl.1
    """
    writing.to_stdout(roff.page(_parts(list(introspection.walk()))))
    return errors.OK


def _parts(contexts: list[typer.Context]) -> Iterator[str]:
    root, *commands = contexts
    year, month, *_ = Catalog().version.split(".")
    yield roff.title(
        introspection.NAME, 1, f"{year}-{month}-01", f"{introspection.NAME} {__version__}"
    )
    yield roff.heading("NAME")
    yield f"{introspection.NAME} \\- {roff.escaped(introspection.about(root).rstrip('.'))}\n"
    yield roff.heading("SYNOPSIS")
    for context in commands:
        if not is_group(context):
            yield roff.call(context.command_path, introspection.takes(context))
    yield roff.heading("DESCRIPTION")
    yield from _said(root)
    yield from _options(root)
    yield roff.heading("COMMANDS")
    for context in commands:
        yield from _command(context)
    yield from _rest(commands)


def _rest(commands: list[typer.Context]) -> Iterator[str]:
    """Yield what is said of the whole: environment, files, exit codes, examples."""
    yield roff.heading("ENVIRONMENT")
    yield roff.paragraph(PRECEDENCE)
    flags = [flag for context in commands for flag in introspection.flags(context) if flag.envvar]
    for variable, flag in {flag.envvar: flag for flag in flags}.items():
        yield roff.item(variable, f"The flag {max(flag.opts, key=len)}: {flag.help}")
    yield from (roff.item(term, text) for term, text in TERMINAL.items())
    yield roff.heading("FILES")
    yield from (roff.item(term, text) for term, text in FILES.items())
    yield roff.heading("EXIT STATUS")
    yield from (roff.item(str(code), text) for code, text in EXITS.items())
    yield roff.heading("EXAMPLES")
    for context in commands:
        yield from (roff.example(line) for line in examples(context)[:1])


def _command(context: typer.Context) -> Iterator[str]:
    """Yield what is said of one command."""
    if is_group(context):
        yield roff.subheading(f"{context.command_path} COMMAND")
    else:
        yield roff.subheading(f"{context.command_path} {introspection.takes(context)}")
    yield from _said(context)
    for argument in introspection.arguments(context):
        yield roff.item(introspection.value_name(argument), argument.help or "")
    yield from _options(context)


def _options(context: typer.Context) -> Iterator[str]:
    for flag in introspection.flags(context):
        value = f" {introspection.value_name(flag)}" if introspection.takes_value(flag) else ""
        names = ", ".join(sorted([*flag.opts, *flag.secondary_opts], key=len))
        default = f" The default is {flag.default}." if value and flag.default else ""
        yield roff.item(f"{names}{value}", f"{flag.help or ''}{default}")


def is_group(context: typer.Context) -> bool:
    """Whether a command only holds others."""
    return hasattr(context.command, "commands")


def paragraphs(context: typer.Context) -> list[str]:
    """Return the help of a command in its paragraphs, examples with their indent."""
    said = inspect.cleandoc(context.command.help or "")
    return [part for part in said.split("\n\n") if part.strip()]


def is_example(text: str) -> bool:
    """Whether a paragraph of help is a line to be typed, or to be put into a file."""
    return "\n" not in text and text.startswith((" ", f"{introspection.NAME} "))


def examples(context: typer.Context) -> list[str]:
    """Return the lines of a command's help that call it."""
    lines = (part.strip() for part in paragraphs(context) if is_example(part))
    return [line for line in lines if line.startswith(context.command_path)]


def _said(context: typer.Context) -> Iterator[str]:
    """Yield the help of a command, its examples as they stand."""
    for part in paragraphs(context):
        yield roff.example(part) if is_example(part) else roff.paragraph(part)
