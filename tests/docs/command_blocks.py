"""The reference of the command line, from the commands as they are registered."""

from collections import Counter
from functools import cache
from typing import Any

from carbonctl.cli import introspection, man
from tests.docs.blocks import code, plain, table

_HEADS = ("Argument or flag", "Value", "Default", "What it does")
_SEVERAL = 3  # commands with a flag that is told once for all


def overview() -> str:
    """Return the list of the commands, each with what it is for."""
    _, *commands = introspection.walk()
    found = [(context.command_path, introspection.about(context)) for context in commands]
    heads = ("Command", "What it does")
    return table(heads, [(f"[`{path}`](#{path.replace(' ', '-')})", said) for path, said in found])


def commands() -> str:
    """Return a section for each command."""
    _, *found = introspection.walk()
    return "\n".join(_command(context) for context in found)


def _command(context: Any) -> str:
    follows = "COMMAND …" if man.is_group(context) else introspection.takes(context)
    call = f"{context.command_path} {follows}".strip()
    parts = [f"### {context.command_path}", f"`{call}`"]
    for said in man.paragraphs(context):
        if not man.is_example(said):
            parts.append(plain(" ".join(said.split())))
        elif said.strip().startswith("#"):
            parts.append(f"    {said.strip()}")
        else:
            parts.append(f"```sh\n{said.strip()}\n```")
    if not man.is_group(context):
        flags, shared = _flags(context), common()
        rows = [
            *map(_argument, introspection.arguments(context)),
            *(f for f in flags if f not in shared),
        ]
        parts += [table(_HEADS, rows).rstrip()] if rows else []
        also = ", ".join(row[0].partition(", ")[0] for row in flags if row in shared)
        parts.append(f"{'Also' if rows else 'It takes'} the [common flags](#common-flags) {also}.")
    return "\n\n".join(parts).replace("\n```\n\n```sh\n", "\n") + "\n"


@cache
def common() -> list[tuple[str, ...]]:
    """Return the rows of flags that several commands have alike."""
    counts = Counter(row for context in introspection.walk() for row in _flags(context))
    return [row for row, times in counts.items() if times >= _SEVERAL]


def common_flags() -> str:
    """Return the flags that several commands have alike."""
    return table(("Flag", *_HEADS[1:]), common())


def _argument(argument: Any) -> tuple[str, ...]:
    choices = introspection.choices(argument)
    name = (
        argument.metavar or argument.name.upper() if choices else introspection.value_name(argument)
    )
    words = code(" | ".join(choices))
    default = "**required**" if argument.required else ""
    return f"`{name}`", words, default, plain(argument.help or "")


def _flags(context: Any) -> list[tuple[str, ...]]:
    return [_flag(flag) for flag in introspection.flags(context) if flag.name != "help"]


def _flag(flag: Any) -> tuple[str, ...]:
    names = ", ".join(f"`{n}`" for n in sorted([*flag.opts, *flag.secondary_opts], key=len)[::-1])
    if not introspection.takes_value(flag):
        return names, "", "", plain(flag.help)
    words = introspection.choices(flag)
    value = code(" | ".join(words)) if words else f"`{introspection.value_name(flag)}`"
    return names, value, f"`{flag.default}`" if flag.default else "", plain(flag.help)


def environment() -> str:
    """Return the variables that are read, with the flags that they stand for."""
    flags = [
        flag
        for context in introspection.walk()
        for flag in introspection.flags(context)
        if flag.envvar
    ]
    rows = [
        (f"`{variable}`", f"the flag `{max(flag.opts, key=len)}`: {flag.help}")
        for variable, flag in {flag.envvar: flag for flag in flags}.items()
    ]
    rows += [(f"`{variable}`", plain(said)) for variable, said in man.TERMINAL.items()]
    return f"{plain(man.PRECEDENCE)}\n\n" + table(("Variable", "What it does"), rows)


def files() -> str:
    """Return the files that are read where they are."""
    return table(
        ("File", "What it is"), [(f"`{name}`", plain(said)) for name, said in man.FILES.items()]
    )


def exits() -> str:
    """Return the exit codes."""
    return table(("Code", "When"), [(str(code), said) for code, said in man.EXITS.items()])
