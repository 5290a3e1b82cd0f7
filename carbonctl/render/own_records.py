"""Own records in the words of texts for people."""

import re
from collections.abc import Iterable

from carbonctl.catalog.own_records import OwnRecords
from carbonctl.render.escaping import markdown

_HASH = re.compile(r"(?<=sha256 )[0-9a-f]+")


def sentences(records: Iterable[OwnRecords], *, is_markdown: bool = False) -> list[str]:
    """Return one line for each folder; in Markdown no host takes the hash for a commit."""
    if not is_markdown:
        return [f"Own records: {folder}" for folder in records]
    marked = ((markdown(folder.path), _HASH.sub(r"`\g<0>`", folder.state)) for folder in records)
    return [f"Own records: {path} {state}" for path, state in marked]


def below(text: str, records: Iterable[OwnRecords], *, is_markdown: bool = False) -> str:
    """Return a text with a line for each folder below it."""
    lines = sentences(records, is_markdown=is_markdown)
    return "\n".join([text.rstrip("\n"), "", *lines, ""]) if lines else text
