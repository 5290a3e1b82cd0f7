"""Parts that pages of accounts and of comparisons have alike."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable

from carbonctl.render.charts.page import NOT_DRAWN, text

MOST_BYTES = 16 << 20  # of what can be saved from a page
STYLE = (
    "<style>.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:8px;"
    "margin:16px 0}.tiles div{border:1px solid var(--line);border-radius:6px;padding:8px 12px}"
    ".tiles b{display:block;font-size:20px;line-height:1.3}.tiles span{color:var(--quiet);"
    "font-size:13px}ul{padding-left:20px}li{margin:4px 0}</style>\n"
)


def not_drawn(is_possible: bool) -> str:
    """Return what is said where charts cannot be drawn; nothing where they can."""
    if is_possible:
        return ""
    return f'<p class="note">{text(NOT_DRAWN)}</p>\n'


def details(title: str, body: str, *, is_open: bool) -> str:
    """Return a section that opens and closes; ``body`` is HTML."""
    state = " open" if is_open else ""
    head = f"<details{state}>\n<summary>{text(title)}</summary>\n"
    return f"<section>\n{head}{body}</details>\n</section>\n"


def bullets(lines: Iterable[str]) -> str:
    """Return texts as a list."""
    items = "".join(f'<li dir="auto">{text(line)}</li>\n' for line in lines)
    return f"<ul>\n{items}</ul>\n"


def download(document: str | bytes, title: str) -> str:
    """Return a link by which a document in JSON is saved from the page."""
    data = document if isinstance(document, bytes) else document.encode()
    if len(data) > MOST_BYTES:
        return '<p class="note">The result is too large for this page; --format json has it.</p>\n'
    href = f"data:application/json;base64,{b64encode(data).decode()}"
    return f'<p><a download="carbonctl.json" href="{href}">{text(title)}</a></p>\n'
