"""What git knows: the commit to compare with, the workloads in the checkout, files of the base."""

import os
import posixpath
import subprocess
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import runner

_FILES = ("100644", "100755")
_LINK, _SUBMODULE = "120000", "160000"
_MOST_LINKS = 20  # that lead from one to the other


class Workloads(NamedTuple):
    """Workloads that some pathspecs match, as paths relative to the working folder.

    Attributes
    ----------
    present : dict
        Files of the checkout, and links to files of the repository, each with the path at
        which the base has it.
    removed : dict
        Those that the base has and the checkout has not, in the same way.
    refused : dict
        What is not read, and why: links to anything else, as messages could tell what it
        holds, and a submodule in the place of a file.
    submodules : list of str
        Others, which are left out.
    """

    present: dict[str, str]
    removed: dict[str, str]
    refused: dict[str, str]
    submodules: list[str]


class Entry(NamedTuple):
    """A file of a commit or of the index, with its path as git gives it."""

    mode: str
    blob: str
    path: str

    @property
    def is_file(self) -> bool:
        """Whether it is no link and no submodule."""
        return self.mode in _FILES

    @property
    def is_link(self) -> bool:
        """Whether it is a link."""
        return self.mode == _LINK


def base_commit(wanted: str) -> str:
    """Return the hash of the commit to compare with: the one wanted, or the previous one.

    What the checkout lacks is fetched.

    Raises
    ------
    Fault
        Where there is no such commit.
    """
    if _git("rev-parse", "--git-dir") is None:
        raise runner.Fault("there is no git repository here; check it out before this step")
    wanted = wanted or _parent()
    if not wanted or wanted.startswith("-"):
        raise runner.Fault("there is no previous commit to compare with; name one as `base`")
    found = _commit(wanted) or (_fetch(wanted) and _commit("FETCH_HEAD"))
    if not found:
        raise runner.Fault(
            f"neither the checkout nor its origin has the revision `{wanted}`; "
            "a checkout with `fetch-depth: 0` has every commit"
        )
    return found


# --- workloads ---


def workloads(pathspecs: list[str], base: str) -> Workloads:
    """Return the files that some pathspecs match.

    Raises
    ------
    Fault
        Where git does not understand them, or nothing matches.
    """
    staged = _git("ls-files", "--stage", "-z", "--", *pathspecs)
    gone = _git(
        "diff", "--cached", "--raw", "--no-abbrev", "--relative", "--no-renames",
        "--diff-filter=D", "-z", base, "--", *pathspecs,
    )  # fmt: skip
    if staged is None or gone is None:
        raise runner.Fault("git does not understand `files`; see the log")
    found = Workloads({}, {}, {}, [])
    words = gone.split("\0")[:-1]
    for about, path in zip(words[::2], words[1::2], strict=True):
        if about[1:7] != _SUBMODULE and path in _below(_fork(base)):  # else it came later
            found.removed[path] = _followed(base, path)
    for entry in _entries(staged):
        _sort(entry, found, base)
    if not any(found):
        raise runner.Fault("no file of the repository matches `files`")
    return found


def _sort(entry: Entry, found: Workloads, base: str) -> None:
    """Put a file of the index where it belongs."""
    path, before = entry.path, _at(base, entry.path)
    if entry.mode == _SUBMODULE and (before is None or before.mode == _SUBMODULE):
        found.submodules.append(path)
    elif entry.mode == _SUBMODULE:
        found.refused[path] = "is a submodule now, which is not read"
    elif not os.path.lexists(path):
        found.removed[path] = _followed(base, path)
    elif why := _unreadable(path):
        found.refused[path] = why
    else:
        found.present[path] = _followed(base, path)


def _unreadable(path: str) -> str:
    """Return why a file of the checkout is not read; empty where it is.

    A link is followed to a file that git tracks, and so not into its own folder.
    """
    real = Path(os.path.realpath(path))
    if real == Path(os.path.normpath(top() / prefix() / path)) and not Path(path).is_symlink():
        return "" if real.is_file() else "is no file"
    if not real.is_relative_to(top()):
        return "is a link that leaves the checkout, which is not followed"
    known = tracked(real.relative_to(top()).as_posix())
    is_file = real.is_file() and [entry.is_file for entry in known] == [True]
    return "" if is_file else "is a link to what is no file of the repository"


def _followed(base: str, path: str) -> str:
    """Return the path of a file in the base, through links that stay in the repository."""
    at = path
    for _ in range(_MOST_LINKS):
        entry = _at(base, at)
        if entry is None or not entry.is_link:
            return at
        target = os.fsdecode(blobs([entry])[0])
        at = posixpath.normpath(posixpath.join(posixpath.dirname(at), target))
        if at.startswith("/"):
            break
    return path


# --- files of the base ---


def inside(path: str) -> str | None:
    """Return a path from the top of the repository; None where it is outside of it.

    Links in the repository are not followed.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100
    for folder in reversed((absolute, *absolute.parents)):
        if Path(os.path.realpath(folder)) == top():
            return absolute.relative_to(folder).as_posix()
    return None


@cache
def top() -> Path:
    """Return the top of the repository, links resolved."""
    return Path(os.path.realpath((_git("rev-parse", "--show-toplevel") or "").removesuffix("\n")))


@cache
def prefix() -> str:
    """Return the working folder from the top of the repository."""
    return (_git("rev-parse", "--show-prefix") or "").strip("\n").rstrip("/")


def files_at(base: str, path: str) -> list[Entry]:
    """Return the files of the base at a path from the top, or below it."""
    return _entries(_git("ls-tree", "-r", "-z", "--full-tree", base, "--", f"./{path}") or "")


def tracked(path: str) -> list[Entry]:
    """Return the files that the checkout tracks at a path from the top, or below it."""
    return _entries(_git("ls-files", "--stage", "-z", "--full-name", "--", _literal(path)) or "")


def file_of(base: str, path: str) -> bytes:
    """Return a file of the base by its path from the working folder; nothing for none."""
    entry = _at(base, path)
    return blobs([entry])[0] if entry is not None and entry.is_file else b""


def detour(path: str) -> Entry | None:
    """Return the link or the submodule of the checkout that a path from the top is or is in."""
    for folder in (PurePosixPath(path), *PurePosixPath(path).parents):
        known = [] if folder == PurePosixPath() else tracked(folder.as_posix())
        if known and known[0].path == folder.as_posix() and not known[0].is_file:
            return known[0]
    return None


def is_changed(base: str, path: str) -> bool:
    """Return whether the checkout changed a path from the top, and not the base alone."""
    differs = ("diff", "--name-only", "--no-ext-diff", "--no-textconv", "--no-renames")
    return all(_git(*differs, commit, "--", _literal(path)) != "" for commit in (base, _fork(base)))


def blobs(entries: list[Entry]) -> list[bytes]:
    """Return the bytes of some files.

    Raises
    ------
    Fault
        Where git does not have one of them.
    """
    wanted = "".join(f"{entry.blob}\n" for entry in entries).encode()
    rest = _run(["cat-file", "--batch"], wanted).stdout
    found = []
    for entry in entries:
        head, _, rest = rest.partition(b"\n")
        words = head.split()
        if words[1:2] != [b"blob"]:
            raise runner.Fault(f"git cannot read {entry.path} of the base")
        size = int(words[2])
        found.append(rest[:size])
        rest = rest[size + 1 :]
    return found


@cache
def _fork(base: str) -> str:
    """Return the last commit that base and checkout share, where it is here; else the base."""
    return (_git("merge-base", base, "HEAD") or "").strip() or base


def _literal(path: str) -> str:
    return f":(top,literal){path}" if path != "." else ":(top)"


def _at(base: str, path: str) -> Entry | None:
    """Return the file of the base at a path relative to the working folder."""
    if not path.startswith("../"):
        return _below(base).get(path)
    found = _entries(_git("ls-tree", "-z", base, "--", path) or "")
    return found[0] if found else None


@cache
def _below(base: str) -> dict[str, Entry]:
    """Return the files of the base below the working folder, by their path from there."""
    listed = _git("ls-tree", "-r", "-z", base) or ""
    return {entry.path: entry for entry in _entries(listed)}


def _entries(listed: str) -> list[Entry]:
    """Read what ``ls-files --stage -z`` or ``ls-tree -z`` wrote."""
    found = []
    for record in listed.split("\0")[:-1]:
        about, _, path = record.partition("\t")
        mode, *words = about.split()
        blob = words[0] if len(words[0]) >= 40 else words[1]
        found.append(Entry(mode, blob, path))
    return found


# --- git ---


def _parent() -> str:
    """Return the hash of the previous commit, which a shallow checkout names but lacks."""
    head, _, _ = (_git("cat-file", "commit", "HEAD") or "").partition("\n\n")
    parents = [line.partition(" ")[2] for line in head.split("\n") if line.startswith("parent ")]
    return parents[0] if parents else ""


def _commit(revision: str) -> str:
    return (_git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") or "").strip()


def _fetch(revision: str) -> bool:
    shallow = _git("rev-parse", "--is-shallow-repository") == "true\n"
    depth = ["--depth=1"] if shallow else []
    return _git("fetch", "--quiet", "--no-tags", *depth, "origin", revision) is not None


def _git(*arguments: str) -> str | None:
    """Return what git writes; None where it fails, and then the log has its message."""
    done = _run(list(arguments))
    if done.returncode == 0:
        return os.fsdecode(done.stdout)
    if done.stderr:
        runner.log(os.fsdecode(done.stderr).rstrip())
    return None


def _run(arguments: list[str], data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run git.

    Raises
    ------
    Fault
        Where it cannot be run.
    """
    try:
        return subprocess.run(
            ["git", *arguments], capture_output=True, check=False, input=data,
            env=runner.environment(),
        )  # fmt: skip
    except OSError as error:
        raise runner.Fault(f"git cannot be run: {error}") from None
