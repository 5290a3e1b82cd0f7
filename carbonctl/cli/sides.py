"""The sides of a comparison: a file, a saved result, standard input, or a file at a revision."""

import os
import re
import subprocess

from carbonctl import __version__
from carbonctl.catalog import Catalog
from carbonctl.cli import inputs
from carbonctl.cli.messages import printable
from carbonctl.cli.reading import read_results
from carbonctl.compare import Side
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.located import MAX_BYTES

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def read_side(text: str, catalog: Catalog) -> Side:
    """Return one side.

    A literal ``-`` is standard input; else an existing file; else ``REV:PATH``, a file as it
    is at a revision of the git repository, relative to the working directory.

    Raises
    ------
    InputError
        Where it cannot be read or is faulty.
    UsageError
        For a revision that begins with ``-``.
    """
    revision = None if text == "-" or os.path.exists(text) else _revision(text)  # noqa: PTH110
    if revision is None:
        data, name = inputs.read(text)
    else:
        name = printable(text)
        found = _at_revision(*revision, name)
        if found is None:
            note = f"{name}: there is no such file at that revision; all is new beside it"
            return Side(name, (), __version__, catalog.version, note=note)
        data = found
    read = read_results(data, name, catalog)
    return Side(name, read.results, read.version, read.hardware_db, read.is_saved)


def _revision(text: str) -> tuple[str, str] | None:
    """Return revision and path; None where a text has not that form."""
    revision, colon, path = text.partition(":")
    if not colon or not path or not revision or _DRIVE.match(text):
        return None
    if revision.startswith("-"):
        raise UsageError(f"`{printable(text)}`: a revision must not begin with -")
    return revision, path


def _at_revision(revision: str, path: str, name: str) -> bytes | None:
    """Return the bytes of a file at a revision; None where it is not there.

    Raises
    ------
    InputError
        Where there is no git, no repository or no such revision.
    """
    place = path if path.startswith(("./", "../")) else f"./{path}"
    done = _git(["cat-file", "blob", f"{revision}:{place}"], name)
    if done.returncode == 0:
        if len(done.stdout) > MAX_BYTES:
            message = f"is larger than {MAX_BYTES // 2**20} MiB"
            raise InputError([Problem(name, 1, 1, message)])
        return done.stdout
    if _git(["rev-parse", "--is-inside-work-tree"], name).returncode != 0:
        message = "no such file; and REV:PATH needs a git repository, which this folder is not in"
        raise InputError([Problem(name, 1, 1, message)])
    known = _git(["rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"], name)
    if known.returncode != 0:
        message = (
            f"no such file, and git knows no revision `{printable(revision)}`; "
            "`git fetch` it where the checkout is shallow"
        )
        raise InputError([Problem(name, 1, 1, message)])
    kind = _git(["cat-file", "-t", f"{revision}:{place}"], name)
    if kind.returncode == 0:
        said = kind.stdout.decode(errors="replace").strip()
        message = f"is a {'folder' if said == 'tree' else said} at that revision, not a file"
        raise InputError([Problem(name, 1, 1, message)])
    return None


def _git(arguments: list[str], name: str) -> "subprocess.CompletedProcess[bytes]":
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return subprocess.run(  # noqa: S603
            ["git", "--no-replace-objects", *arguments],  # noqa: S607
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env=environment,
        )
    except (OSError, ValueError) as error:
        message = f"git cannot be run: {error}"
        raise InputError([Problem(name, 1, 1, message)]) from None
