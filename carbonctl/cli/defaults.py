"""Defaults of flags from ``[tool.carbonctl]`` of the nearest pyproject.toml.

``CARBONCTL_CONFIG_FILE`` names another file to read them from. They stand behind the command
line and ``CARBONCTL_<FLAG>``, and before the built-in ones. They are flags of the tool only: no
spec value can be set there.
"""

import os
import re
from pathlib import Path
from typing import Any

from carbonctl.errors import InputError, Problem
from carbonctl.render import FORMATS
from carbonctl.spec import files
from carbonctl.text import did_you_mean

_CHOICES: dict[str, tuple[Any, ...]] = {
    "color": ("auto", "always", "never"),
    "format": FORMATS,
    "quiet": (True, False),
    "verbose": (True, False),
}
VARIABLE = "CARBONCTL_CONFIG_FILE"
KEYS = (*_CHOICES, "hardware_db")
_AT = re.compile(r"\(at line ([0-9]+)")
_TABLE = re.compile(rb"^\s*\[\s*tool\s*\.\s*[\"']?carbonctl\b", re.M)


def from_pyproject(commands: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return the defaults of each command; empty where no pyproject.toml has any.

    Raises InputError for a file with such a table that is not TOML, a key that is no flag, or a
    wrong value.
    """
    path = nearest()
    if path is None:
        return {}
    try:
        data = files.read(path)
    except files.Refused as error:
        raise _fault(path, str(error.strerror)) from None
    except OSError as error:
        if os.environ.get(VARIABLE):
            raise _fault(path, f"{error.strerror} ({VARIABLE})") from None
        return {}  # not ours to complain about
    if b"carbonctl" not in data:
        return {}
    table = _table(path, data)
    flags = {key.replace("-", "_"): value for key, value in table.items()}
    for key, value in table.items():
        try:
            _check(key.replace("-", "_"), value)
        except ValueError as error:
            raise _fault(path, str(error), _line(data, key)) from None
    if "hardware_db" in flags:
        folders = filter(None, flags["hardware_db"].split(os.pathsep))
        flags["hardware_db"] = os.pathsep.join(str(path.parent / folder) for folder in folders)
    others = {key: value for key, value in flags.items() if key != "format"}
    return {name: flags if name == "estimate" else others for name in commands}


def _table(path: Path, data: bytes) -> dict[str, Any]:
    import tomllib

    try:
        document = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        if _TABLE.search(data):
            at = _AT.search(str(error))
            raise _fault(path, f"not valid TOML: {error}", int(at[1]) if at else 1) from None
        return {}
    tool = document.get("tool")
    table = tool.get("carbonctl", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise _fault(path, "tool.carbonctl: a table of flags is wanted")
    return table


def _check(key: str, value: Any) -> None:
    if key not in KEYS:
        close = did_you_mean(key, KEYS) or f"; there are {', '.join(KEYS)}"
        raise ValueError(f"unknown key `{key}` in [tool.carbonctl]{close}")
    if key == "hardware_db" and not isinstance(value, str):
        raise ValueError("hardware_db: the path of a folder is wanted")
    allowed = _CHOICES.get(key)
    if allowed is not None and not any(value is choice or value == choice for choice in allowed):
        shown = ", ".join(str(choice).lower() for choice in allowed)
        raise ValueError(f"{key}: `{value}` is not one of {shown}")


def _line(data: bytes, key: str) -> int:
    """Return the line of a key of the table; its first where it cannot be found."""
    table = _TABLE.search(data)
    start = table.start() if table else 0
    match = re.search(rb"^\s*[\"']?" + re.escape(key.encode()) + rb"\b", data[start:], re.M)
    at = start + (match.end() if match else len(data[start:]) - len(data[start:].lstrip()))
    return data.count(b"\n", 0, at) + 1


def _fault(path: Path, message: str, line: int = 1) -> InputError:
    return InputError([Problem(str(path), line, 1, message)])


def nearest() -> Path | None:
    """Return the file that a variable names, else the pyproject.toml here or nearest above."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    try:
        here = Path.cwd()
    except OSError:
        return None
    for folder in (here, *here.parents):
        path = folder / "pyproject.toml"
        if path.exists() and not path.is_dir():
            return path
    return None
