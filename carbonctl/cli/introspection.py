"""The commands as they are registered: what the man page, ``config`` and completion walk."""

from collections.abc import Iterator
from typing import Any, get_args

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from carbonctl.render.plain import filled

NAME = "carbonctl"
_Context: Any = TyperCommand.context_class
_LONGEST = 60  # characters of choices that stand for a value
_NAMES = 30  # characters of the column of names; what is said of a longer one begins below


class _Formatter(_Context.formatter_class):  # type: ignore[misc]
    """Writes help in lines that end at spaces."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line of usage."""
        start = prefix or "Usage: "
        self.write(filled(f"{start}{prog} {args}", self.width, " " * len(start)) + "\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs; one that is indented is a command, to be copied whole."""
        paragraphs = text.split("\n\n")
        self.write("\n\n".join(map(self._paragraph, paragraphs)) + "\n")

    def _paragraph(self, text: str) -> str:
        indent = " " * self.current_indent
        if text.startswith(" "):
            return f"{indent}{text}"
        return filled(indent + " ".join(text.split()), self.width, indent)

    def write_dl(self, rows: Any, col_max: int = _NAMES, col_spacing: int = 2) -> None:
        """Write names, and beside them what is said of each."""
        left = min(max(len(name) for name, _ in rows), col_max) + col_spacing
        for name, said in rows:
            below = " " * (self.current_indent + left)
            start = f"{'':{self.current_indent}}{name:<{left}}"
            if len(name) > left - col_spacing:
                self.write(f"{start.rstrip()}\n")
                start = below
            text = filled(below + said, self.width, below)
            self.write(f"{start}{text.lstrip()}".rstrip() + "\n")


class _HelpContext(_Context):  # type: ignore[misc]
    formatter_class = _Formatter


class Command(TyperCommand):
    """A command whose help names arguments as its manual does."""

    context_class = _HelpContext

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return what follows the command."""
        return [takes(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write what is said of arguments and of options."""
        rows: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for parameter in self.get_params(ctx):
            name, said = parameter.get_help_record(ctx) or ("", "")
            if parameter.param_type_name == "argument":
                rows["Arguments"].append((value_name(parameter), said))
            elif name:
                rows["Options"].append((name, said))
        for title, some in rows.items():
            if some:
                with formatter.section(title):
                    formatter.write_dl(some)


class Group(TyperGroup):
    """A group whose help says of each command all that its first sentence says."""

    context_class = _HelpContext

    def sections(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the commands by the title under which help lists them."""
        return {"Commands": tuple(self.commands)}

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write what is said of commands, those of all sections in the same columns."""
        sections = self.sections()
        width = max(len(name) for names in sections.values() for name in names)
        for title, names in sections.items():
            known = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(title):
                formatter.write_dl(
                    [
                        (f"{name:<{width}}", command.get_short_help_str(200))
                        for name, command in known
                        if command
                    ]
                )


def commands(name: str, said: str) -> typer.Typer:
    """Return an empty group of commands of a name."""
    return typer.Typer(
        cls=Group, name=name, help=said, rich_markup_mode=None, no_args_is_help=True,
        add_completion=False,
    )  # fmt: skip


def walk(root: Any = None) -> Iterator[typer.Context]:
    """Yield a context of every command, the tool itself first, each group before its commands.

    ``root`` is that of the tool, where one exists: its defaults of flags are its commands'.
    """
    from carbonctl.cli.app import app

    yield from _below(root or _context(get_command(app), NAME, None))


def _below(context: typer.Context) -> Iterator[typer.Context]:
    yield context
    group = context.command
    if isinstance(group, TyperGroup):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from _below(_context(command, name, context))


def _context(command: Any, name: str, parent: typer.Context | None) -> typer.Context:
    return typer.Context(command, info_name=name, parent=parent, **command.context_settings)


def path(context: typer.Context) -> str:
    """Return how a command is called after the tool's name; nothing for the tool itself."""
    return context.command_path.removeprefix(NAME).strip()


def flags(context: typer.Context) -> list[Any]:
    """Return the options of a command that people are shown, ``--help`` last."""
    return [p for p in _parameters(context, "option") if not p.hidden]


def arguments(context: typer.Context) -> list[Any]:
    """Return the arguments of a command in their order."""
    return _parameters(context, "argument")


def _parameters(context: typer.Context, sort: str) -> list[Any]:
    return [p for p in context.command.get_params(context) if p.param_type_name == sort]


def choices(parameter: Any) -> tuple[str, ...]:
    """Return the words that a parameter takes; none where it takes any."""
    return tuple(
        word for word in get_args(parameter.type_descriptor.annotation) if isinstance(word, str)
    )


def takes_value(flag: Any) -> bool:
    """Whether an option is followed by a value."""
    return not (flag.is_flag or flag.count)


def value_name(parameter: Any) -> str:
    """Return what stands for the value of a parameter: its choices, or a word such as FILE."""
    name = "|".join(choices(parameter))
    if not name or (parameter.metavar and len(name) > _LONGEST):
        name = str(parameter.metavar or parameter.name.upper())
    return f"{name}..." if parameter.nargs == -1 else name


def takes(context: typer.Context) -> str:
    """Return what follows a command: its options and arguments."""
    places = [(value_name(argument), argument.required) for argument in arguments(context)]
    named = (name if is_needed else f"[{name}]" for name, is_needed in places)
    return " ".join(("[OPTIONS]", *named))


def about(context: typer.Context) -> str:
    """Return the first sentence of what is said of a command."""
    return context.command.get_short_help_str(limit=200)
