"""The first step: carbonctl in an environment of its own, or the one that is there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import runner

SOURCE = Path(__file__).resolve().parents[2]
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+!]*")


def step() -> int:
    """Provide the command that the next step runs."""
    runner.output("command", _installed(runner.given("COMMAND")) or _new(runner.given("VERSION")))
    return 0


def _installed(command: str) -> str:
    """Return the path of an installed command; empty where none is named.

    Raises
    ------
    Fault
        Where it is not there.
    """
    if not command:
        return ""
    if found := shutil.which(command):
        return str(Path(found).absolute())
    raise runner.Fault(f"there is no command `{command}`")


def _new(version: str) -> str:
    """Install carbonctl and return the path of its command.

    Raises
    ------
    Fault
        For what is no version, and where it cannot be installed.
    """
    home = runner.folder()
    programs = home / "venv" / ("Scripts" if os.name == "nt" else "bin")
    charts = runner.switch("PAGES")
    for arguments in commands(home / "venv", programs / "python", version, charts=charts):
        done = subprocess.run(arguments, check=False, cwd=home, env=runner.environment())
        if done.returncode != 0:
            raise runner.Fault("carbonctl could not be installed; see the log")
    return str(programs / "carbonctl")


def commands(venv: Path, python: Path, version: str, *, charts: bool = False) -> list[list[str]]:
    """Return the command lines that make an environment and install carbonctl in it.

    With ``charts`` also what draws them.

    Raises
    ------
    Fault
        For what is no version.
    """
    if version and not _VERSION.fullmatch(version):
        raise runner.Fault(f"`version` is a version such as 0.1.0, not `{version}`")
    extra = "[report]" if charts else ""
    what = f"carbonctl{extra}=={version}" if version else f"{SOURCE}{extra}"
    pip = ["install", "--quiet", "--no-input", "--disable-pip-version-check", what]
    return [
        [sys.executable, "-I", "-m", "venv", str(venv)],
        [str(python), "-I", "-m", "pip", *pip],
    ]
