"""Blocks of docs/ that are made of the code, between two markers of a page.

A page has <!-- make docs: NAME --> and <!-- end of NAME -->; what stands between them is
written by ``make docs``, the rest by people.
"""

import re
from collections.abc import Callable

from tests.conftest import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
_BLOCK = re.compile(r"(<!-- make docs: (.+?) -->\n).*?(<!-- end of \2 -->)", re.S)

Maker = Callable[[], str]


def filled(page: str, makers: dict[str, Maker]) -> str:
    """Return a page with each of its blocks made anew."""
    return _BLOCK.sub(lambda found: f"{found[1]}\n{makers[found[2]]().strip()}\n\n{found[3]}", page)


def names(page: str) -> list[str]:
    """Return the names of the blocks of a page."""
    return [found[2] for found in _BLOCK.finditer(page)]


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table; columns that are empty in all rows are left out."""
    kept = [n for n in range(len(heads)) if any(row[n] for row in rows)]
    lines = [[heads[n] for n in kept], ["---"] * len(kept)]
    lines += [[_cell(row[n]) for n in kept] for row in rows]
    return (
        "\n".join("|" + "".join(f" {one} |" if one else " |" for one in cells) for cells in lines)
        + "\n"
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Return a text as code, one piece for each of some words to choose from."""
    return ", ".join(f"`{word}`" for word in text.split(" | ")) if text else ""


def plain(text: str) -> str:
    """Return text for people as Markdown that shows it as it is; code stays code."""
    pieces = text.split("`")
    return "`".join(
        re.sub(r"([\\<*~])", r"\\\1", one) if n % 2 == 0 else one for n, one in enumerate(pieces)
    )


def sentence(text: str) -> str:
    """Return a text with a capital at its start."""
    return text[:1].upper() + text[1:]


def anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")
