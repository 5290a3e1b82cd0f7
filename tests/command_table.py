"""Writes what a TAB offers, from the commands as they are registered.

Run it where commands or flags were added: python -m tests.command_table
"""

import json
from typing import Any

from carbonctl.catalog import Catalog
from carbonctl.cli import introspection
from carbonctl.cli.app import COMMANDS
from carbonctl.cli.hardware import KINDS
from carbonctl.reference import spec_keys, templates
from tests.conftest import ROOT

PATH = ROOT / "carbonctl" / "cli" / "commands.json"
# What a value is, by the word that stands for it, unless its command and name say more.
BY_METAVAR = {
    "FILE": "files", "PATH": "files", "BASE": "files", "HEAD": "files", "DEVICE": "devices",
    "GRID": "grids", "DIR": "folders", "FORMAT=PATH": "exports", "PATH=VALUE": "settings",
    "PATH=LIST": "settings", "RULE": "rules",
}  # fmt: skip
BY_NAME: dict[tuple[str, str], str | list[str]] = {
    ("explain", "path"): "activities",
    ("hardware show", "names"): "machines",
    ("hardware list", "vendor"): "vendors",
    ("hardware list", "kind"): list(KINDS),
    ("models show", "names"): "models",
    ("models list", "maker"): "makers",
    ("grid show", "name"): "grids",
    ("embodied", "things"): "devices",
    ("hardware factors", "part"): list(
        dict.fromkeys(f.part for f in Catalog().fab_factors.factors())
    ),
    ("kinds", "kind"): list(spec_keys.topics()),
    ("init", "template"): list(templates.names()),
    ("init", "from_published"): "published",
    ("reproduce", "names"): "published",
    ("estimate", "lever"): "levers",
    ("explain", "lever"): "levers",
    ("levers", "lever"): "levers",
    ("estimate", "levers"): ["all"],
    ("schedule", "forecast"): ["last-week", "hour-of-week"],
    ("config", "command"): list(COMMANDS),
}


def value(path: str, parameter: Any) -> str | list[str]:
    named = BY_NAME.get((path, parameter.name))
    return (
        named
        or list(introspection.choices(parameter))
        or BY_METAVAR.get(parameter.metavar or "", "text")
    )


def entry(context: Any) -> dict[str, Any]:
    """Return the commands, flags and arguments below one command."""
    path = introspection.path(context)
    group = context.command
    words = getattr(group, "list_commands", lambda _: ())(context)
    return {
        "commands": {word: group.get_command(context, word).get_short_help_str(200) for word in words},
        "flags": [
            {
                "names": sorted([*flag.opts, *flag.secondary_opts], key=len, reverse=True),
                "about": flag.help,
                "value": value(path, flag) if introspection.takes_value(flag) else None,
            }
            for flag in introspection.flags(context)
        ],
        "arguments": [
            {"value": value(path, argument), "many": argument.nargs == -1}
            for argument in introspection.arguments(context)
        ],
    }  # fmt: skip


def text() -> str:
    lines = [
        f" {json.dumps(introspection.path(c))}: {json.dumps(entry(c), ensure_ascii=False)}"
        for c in introspection.walk()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
