"""The text of files that a TAB looks into."""

from __future__ import annotations

from pathlib import Path

from carbonctl.spec import files


def text_of(path: Path) -> str:
    """Return what a file holds; nothing where it cannot be read, which a command would say."""
    try:
        return files.read(path).decode("utf-8-sig", "replace")
    except OSError:
        return ""
