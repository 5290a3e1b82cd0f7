"""``carbonctl completion``: the script by which a shell asks what a TAB offers."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from carbonctl import errors
from carbonctl.cli import options as o
from carbonctl.outputs import writing

Shell = Annotated[
    Literal["bash", "zsh", "fish"], typer.Argument(metavar="SHELL", help="bash, zsh or fish.")
]


def completion(shell: Shell, debug: o.Debug = False) -> int:
    """Print the script that completes command lines in a shell.

    The script asks carbonctl at every TAB, so it is always up to date. For bash, in ~/.bashrc:

      source <(carbonctl completion bash)

    For zsh, in a folder of $fpath, or the same line in ~/.zshrc after compinit:

      carbonctl completion zsh > ~/.zfunc/_carbonctl

    For fish:

      carbonctl completion fish > ~/.config/fish/completions/carbonctl.fish
    """
    writing.to_stdout(script(shell))
    return errors.OK


def script(shell: str) -> str:
    """Return the script of a shell."""
    path = Path(__file__).with_name("completions") / f"carbonctl.{shell}"
    return path.read_text(encoding="utf-8")
