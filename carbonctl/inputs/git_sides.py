"""The sides of a comparison: a file, a saved result, standard input, or a file at a revision."""

import os
import re
import subprocess

from carbonctl.analysis.compare import Side
from carbonctl.catalog import Catalog
from carbonctl.errors import InputError, Problem, UsageError
from carbonctl.inputs import reading
from carbonctl.inputs.discovery import named, numbered
from carbonctl.inputs.documents import Document, piece
from carbonctl.inputs.results import common, read_documents, today
from carbonctl.inputs.selection import all_of, every, picked
from carbonctl.spec.files import MAX_BYTES, TOO_LARGE
from carbonctl.text import printable

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def read_side(text: str, catalog: Catalog, *, is_base: bool) -> Side:
    """Return one side.

    A literal ``-`` is standard input; else an existing file; else ``REV:PATH``, a file as it
    is at a revision of the git repository, relative to the working directory. A base that is
    not there at its revision is empty. Several documents are one side with several results,
    as a saved result of several is; ``FILE#N`` is one of them.

    Raises
    ------
    InputError
        Where it cannot be read or is faulty.
    UsageError
        For a revision that begins with ``-``.
    """
    target, name = named(text), reading.called(text)
    is_here = target.path == "-" or os.path.lexists(target.path)
    revision = None if is_here else _revision(text)
    documents = list(all_of(every([target]))) if revision is None else _there(*revision, name)
    if not documents and is_base:
        note = f"{name}: no such file at that revision; everything counts as added"
        return Side(name, (), *today(catalog), note=note)
    if not documents:
        raise _fault(name, "there is no such file at that revision")
    reads = read_documents(documents, catalog, or_line=False)
    return Side(
        name,
        tuple(result for read in reads for result in read.results),
        *common((read.origin for read in reads), catalog),
        is_saved=any(read.is_saved for read in reads),
    )


def _there(revision: str, path: str, name: str) -> list[Document]:
    """Return the documents of a file at a revision, or one of them; none where it is not there.

    Raises InputError where it cannot be read, or has no such document.
    """
    data, number = _at_revision(revision, path, name), None
    if data is None:
        path, number = numbered(path)
        name = name if number is None else numbered(name)[0]
        data = None if number is None else _at_revision(revision, path, name)
    if data is None:
        return []
    whole = piece(data, name)
    return list(all_of([whole] if number is None else picked([whole], name, number)))


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

    Raises InputError where git cannot say, or the path is no file there.
    """
    if path.startswith(("/", "~")) or os.path.isabs(path):  # noqa: PTH117
        raise _fault(name, "the path is to be relative to the working directory")
    listed = _git(["ls-tree", "-z", revision, "--", path], name)
    if listed.returncode != 0:
        raise _fault(name, _why(revision, listed, name))
    if not listed.stdout:
        return None
    mode, kind, blob = listed.stdout.partition(b"\t")[0].decode().split()
    if kind != "blob" or mode == "120000":
        what = {"tree": "a folder", "commit": "a submodule"}.get(kind, "a symbolic link")
        raise _fault(name, f"is {what} at that revision, not a file")
    size = _git(["cat-file", "-s", blob], name)
    if size.returncode == 0 and int(size.stdout) > MAX_BYTES:
        raise _fault(name, TOO_LARGE)
    done = _git(["cat-file", "blob", blob], name)
    if done.returncode != 0:
        raise _fault(name, f"git cannot read it: {_last_line(done)}")
    return done.stdout


def _why(revision: str, failed: "subprocess.CompletedProcess[bytes]", name: str) -> str:
    """Return why a file at a revision could not be looked up."""
    inside = _git(["rev-parse", "--git-dir"], name)
    if inside.returncode != 0:
        said = _last_line(inside)
        return f"no such file; and REV:PATH needs a git repository, of which git says: {said}"
    known = _git(["rev-parse", "--verify", "--quiet", f"{revision}^{{tree}}"], name)
    if known.returncode != 0:
        return (
            f"no such file, and git knows no revision `{printable(revision)}`; "
            "`git fetch` it where the checkout is shallow, or name it as origin/…"
        )
    return f"git cannot look it up: {_last_line(failed)}"


def _last_line(done: "subprocess.CompletedProcess[bytes]") -> str:
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return printable(lines[-1] if lines else "nothing")


def _fault(name: str, message: str) -> InputError:
    return InputError([Problem(name, 1, 1, message)])


def _git(arguments: list[str], name: str) -> "subprocess.CompletedProcess[bytes]":
    """Run git, which is to read what is here and to ask nobody for more."""
    offline = {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    command = ["git", "--no-replace-objects", "-c", "protocol.allow=never", *arguments]
    try:
        return subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C", **offline},
        )
    except (OSError, ValueError) as error:
        raise _fault(name, f"git cannot be run: {getattr(error, 'strerror', error)}") from None
