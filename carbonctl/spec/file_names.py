"""Files that a workload names: a model's config.json, the hours of a grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from carbonctl.spec.texts import clean


class FilePath(str):
    """The path of a file as a workload writes it, and the file that it means."""

    __slots__ = ("file",)
    file: Path

    def __reduce__(self) -> tuple[Any, ...]:
        return path_of, (str(self), self.file)


def path_of(written: str, file: Path) -> FilePath:
    """Return a path as it is written, which means a file."""
    path = FilePath(written)
    path.file = file
    return path


def path_in(raw: Any, what: str, workload: str) -> FilePath:
    """Return the file that a text of a workload means.

    It is relative to the workload's file; of the command line, to the working directory.

    Raises
    ------
    ValueError
        For a text that no path has.
    """
    if isinstance(raw, FilePath):
        return raw
    text = clean(raw, what).strip()
    place = getattr(raw, "place", None)
    is_of_file = place is not None and not place.origin
    return path_of(text, Path(workload).parent / text if is_of_file else Path(text))


def is_config(text: str) -> bool:
    """Whether a text is a path of a config.json and no name of a model."""
    return text.strip().endswith(".json")


def config_path(raw: Any, workload: str = "") -> FilePath | None:
    """Return the config.json that a text means; None for a name of a model.

    Raises
    ------
    ValueError
        For a text that no path has.
    """
    if isinstance(raw, FilePath):
        return raw
    if not (isinstance(raw, str) and is_config(raw)):
        return None
    return path_in(raw, "the path of a config.json", workload)
