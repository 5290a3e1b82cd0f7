"""Models that a workload names: by an id of the catalog, or by the path of a config.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from carbonctl.spec.texts import clean


class ConfigPath(str):
    """The path of a model's config.json as a workload writes it, and the file that it means."""

    __slots__ = ("file",)
    file: Path

    def __reduce__(self) -> tuple[Any, ...]:
        return config_in, (str(self), self.file)


def config_in(written: str, file: Path) -> ConfigPath:
    """Return a path as it is written, which means a file."""
    path = ConfigPath(written)
    path.file = file
    return path


def is_config(text: str) -> bool:
    """Whether a text is a path of a config.json and no name of a model."""
    return text.strip().endswith(".json")


def config_path(raw: Any) -> ConfigPath | None:
    """Return the config.json that a text means; None for a name of a model.

    It is relative to the working directory, unless it is placed already.

    Raises
    ------
    ValueError
        For a text that no path has.
    """
    if isinstance(raw, ConfigPath) or not (isinstance(raw, str) and is_config(raw)):
        return raw if isinstance(raw, ConfigPath) else None
    text = clean(raw, "the path of a config.json").strip()
    return config_in(text, Path(text))


def beside(text: str, workload: str) -> ConfigPath:
    """Return the config.json that a text of a workload means: relative to the workload's file."""
    written = str(text).strip()
    return config_in(written, Path(workload).parent / written)
