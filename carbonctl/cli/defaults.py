"""Defaults of flags from ``[tool.carbonctl]`` of the nearest pyproject.toml.

They stand behind the command line and ``CARBONCTL_<FLAG>``, and before the built-in ones.
They are flags of the tool only: no spec value can be set there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from carbonctl.errors import InputError, Problem

KEYS = ("color", "format", "hardware_db", "quiet", "verbose")


def from_pyproject(commands: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return the defaults of each command; empty where no pyproject.toml has any.

    Raises
    ------
    InputError
        For a file that is not TOML, and for a key that is no flag.
    """
    path = _nearest()
    if path is None:
        return {}
    data = path.read_bytes()
    if b"tool.carbonctl" not in data:
        return {}
    import tomllib

    try:
        table = tomllib.loads(data.decode("utf-8"))["tool"]["carbonctl"]
    except (ValueError, KeyError) as error:
        raise InputError([Problem(str(path), 1, 1, f"not valid TOML: {error}")]) from None
    flags = {key.replace("-", "_"): value for key, value in table.items()}
    for key in flags:
        if key not in KEYS:
            known = ", ".join(KEYS)
            message = f"unknown key `{key}` in [tool.carbonctl]; there are {known}"
            raise InputError([Problem(str(path), 1, 1, message)])
    if "hardware_db" in flags:
        flags["hardware_db"] = str(path.parent / str(flags["hardware_db"]))
    return dict.fromkeys(commands, flags)


def _nearest() -> Path | None:
    try:
        here = Path.cwd()
    except OSError:
        return None
    for folder in (here, *here.parents):
        path = folder / "pyproject.toml"
        if path.is_file():
            return path
    return None
