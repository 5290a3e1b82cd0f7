"""``carbonctl kinds``: the kinds of activity, and the keys of each."""

from functools import partial
from typing import Annotated

import typer

from carbonctl import errors
from carbonctl.cli import options as o
from carbonctl.outputs import lists
from carbonctl.outputs.messages import say
from carbonctl.reference import spec_keys
from carbonctl.render import Style, plain
from carbonctl.render.listing import table_
from carbonctl.text import did_you_mean

Kind = Annotated[
    str | None,
    typer.Argument(
        metavar="[KIND]", help="compute, serving, …, or site, system, …; else all kinds are listed."
    ),
]
_KINDS = {"kind": "Kind", "about": "What it is for"}
_HEADS = {"key": "Key", "example": "For example", "description": "What it says"}


def kinds(
    kind: Kind = None,
    format: o.ListFormat = "table",
    color: o.Color = "auto",
    debug: o.Debug = False,
) -> int:
    """List the kinds of activity, or the keys of one or of a part.

    For example:

      carbonctl kinds serving
    """
    if kind is None:
        lists.write(spec_keys.kinds(), spec_keys.KIND_COLUMNS, {0: _KINDS}, format, color)
        return errors.OK
    if kind not in spec_keys.topics():
        close = did_you_mean(kind, spec_keys.topics())
        say(f"unknown kind `{kind}`{close or '; there are ' + ', '.join(spec_keys.topics())}")
        return errors.INPUT
    page = spec_keys.page(kind)
    rows = [*page.own, *page.shared]
    lists.show(rows, spec_keys.COLUMNS, partial(_drawn, page), format, color)
    return errors.OK


def _drawn(page: spec_keys.Page, style: Style) -> str:
    about = "\n".join(
        plain.filled(line, style.width, "  " * line.startswith("- "))
        for line in page.about.splitlines()
    )
    parts = [about, table_.render(_HEADS, page.own, style)]
    if page.shared:
        parts += ["As for every activity of this sort:", ""]
        parts += [table_.render(_HEADS, page.shared, style)]
    text = "\n\n".join(parts[:2]) + "\n" + "\n".join(parts[2:])
    return plain.finished(text, style)
