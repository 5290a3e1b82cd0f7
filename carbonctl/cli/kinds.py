"""``carbonctl kinds``: the kinds of activity, and the keys of each."""

from typing import Annotated, Any

import typer

from carbonctl import errors
from carbonctl.cli import options as o
from carbonctl.outputs import writing
from carbonctl.outputs.messages import say
from carbonctl.reference import spec_keys
from carbonctl.render import listing, plain
from carbonctl.text import did_you_mean

Kind = Annotated[
    str | None,
    typer.Argument(
        metavar="[KIND]", help="compute, serving, …, or site, system, …; else all kinds are listed."
    ),
]
_HEADS = {"key": "Key", "example": "For example", "description": "What it says"}


def kinds(
    kind: Kind = None,
    format: o.ListFormat = "table",
    color: o.Color = "auto",
    debug: o.Debug = False,
) -> int:
    """List the kinds of activity, or the keys of one, or of a site, a system and so on.

    For example:

      carbonctl kinds serving
    """
    if kind is None:
        _write(spec_keys.kinds(), {"kind": "Kind", "about": "What it is for"}, format, color)
        return errors.OK
    if kind not in spec_keys.topics():
        close = did_you_mean(kind, spec_keys.topics())
        say(f"unknown kind `{kind}`{close or '; there are ' + ', '.join(spec_keys.topics())}")
        return errors.INPUT
    page = spec_keys.page(kind)
    if format != "table":
        _write([*page.own, *page.shared], dict.fromkeys(spec_keys.COLUMNS, ""), format, color)
        return errors.OK
    style = writing.style(color, None)
    about = "\n".join(
        plain.filled(line, style.width, "  " * line.startswith("- "))
        for line in page.about.splitlines()
    )
    parts = [about, listing.as_table(_HEADS, page.own, style)]
    if page.shared:
        parts += ["As for every activity of this sort:", ""]
        parts += [listing.as_table(_HEADS, page.shared, style)]
    text = "\n\n".join(parts[:2]) + "\n" + "\n".join(parts[2:])
    writing.to_stdout(plain.finished(text, style))
    return errors.OK


def _write(rows: list[dict[str, Any]], heads: dict[str, str], form: str, color: str) -> None:
    if form == "csv":
        text = listing.as_csv(tuple(heads), rows)
    elif form == "json":
        text = listing.as_json(rows)
    else:
        text = listing.as_table(heads, rows, writing.style(color, None))
    writing.to_stdout(text)
