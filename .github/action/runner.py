"""What the runner gives to a step, and what it takes from it."""

import json
import os
import secrets
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from carbonctl.errors import INPUT, USAGE
from carbonctl.outputs import whole
from carbonctl.render.escaping import command
from carbonctl.text import printable


class Fault(Exception):
    """What ends a step: a message for people and an exit code."""

    def __init__(self, message: str, code: int = INPUT) -> None:
        super().__init__(message)
        self.code = code


def given(name: str) -> str:
    """Return an input; empty where it was not given."""
    return os.environ.get(f"INPUT_{name}", "").strip()


def lines(name: str) -> list[str]:
    """Return the lines of an input that hold anything."""
    return [line.strip() for line in given(name).split("\n") if line.strip()]


def switch(name: str) -> bool:
    """Return an input that is true or false.

    Raises
    ------
    Fault
        Where it is neither.
    """
    word = given(name).lower()
    if word not in ("true", "false"):
        raise Fault(f"`{name.lower()}` is true or false, not `{word}`", USAGE)
    return word == "true"


def choice(name: str, words: Sequence[str]) -> str:
    """Return an input that is one of some words, the first unless given.

    Raises
    ------
    Fault
        Where it is another.
    """
    word = given(name).lower() or words[0]
    if word not in words:
        raise Fault(f"`{name.lower()}` is {' or '.join(words)}, not `{word}`", USAGE)
    return word


def pull_request() -> dict[str, Any]:
    """Return what the event says of its pull request; nothing where it has none."""
    path = os.environ.get("GITHUB_EVENT_PATH")
    event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    return event.get("pull_request") or {}


def folder() -> Path:
    """Return a new folder that lasts as long as the job."""
    return Path(tempfile.mkdtemp(prefix="carbonctl-", dir=os.environ.get("RUNNER_TEMP")))


def environment() -> dict[str, str]:
    """Return the environment of what the action runs: without inputs, the token among them.

    Nor does it say where Python finds modules, which may be what a pull request changed.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("INPUT_", "PYTHON"))}
    return {**kept, "GIT_TERMINAL_PROMPT": "0"}


def output(name: str, value: str) -> None:
    """Set an output of the step, whatever lines its value holds."""
    end = f"end-{secrets.token_hex(16)}"
    _append("GITHUB_OUTPUT", f"{name}<<{end}\n{value}\n{end}\n")


def summarise(text: str) -> None:
    """Add Markdown to the summary of the run."""
    _append("GITHUB_STEP_SUMMARY", text)


def address() -> str:
    """Return where the summary of the run is; empty outside a run."""
    server, repository, run = (
        os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
    )
    if not (server and repository and run.isdecimal()):
        return ""
    return f"{server}/{quote(repository)}/actions/runs/{run}"


def _append(variable: str, text: str) -> None:
    if path := os.environ.get(variable):
        whole.append(Path(path), [text.encode()])


def say(line: str) -> None:
    """Write a line of the action's own, or one that was made a command."""
    sys.stdout.buffer.write(f"{line}\n".encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def annotate(
    level: str, message: str, file: str = "", line: int | None = None, col: int | None = None
) -> None:
    """Annotate the run, or a place in a file."""
    say(command(level, message, file, line, col))


def log(text: str) -> None:
    """Write what others wrote; no line of it is taken for a command."""
    token = secrets.token_hex(16)
    say(f"::stop-commands::{token}\n{printable(text)}\n::{token}::")
