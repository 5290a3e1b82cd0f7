"""What git knows: the commit to compare with, and the workloads in the checkout."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import runner

_FILES = ("100644", "100755")


class Workloads(NamedTuple):
    """Paths of workloads relative to the working folder.

    Attributes
    ----------
    present : list of str
        Files of the checkout.
    gone : list of str
        Those that were there in the base.
    links : list of str
        Symbolic links and submodules: what they lead to is not the repository's, and is not
        read, as what it holds could be told from the messages.
    """

    present: list[str]
    gone: list[str]
    links: list[str]


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


def workloads(pathspecs: list[str], base: str) -> Workloads:
    """Return the files that some pathspecs match.

    Raises
    ------
    Fault
        Where git does not understand them, or nothing matches.
    """
    staged = _git("ls-files", "--stage", "-z", "--", *pathspecs)
    removed = _git(
        "diff", "--cached", "--name-only", "--relative", "--no-renames", "--diff-filter=D", "-z",
        base, "--", *pathspecs,
    )  # fmt: skip
    if staged is None or removed is None:
        raise runner.Fault("git does not understand `files`; see the log")
    found = Workloads([], removed.split("\0")[:-1], [])
    for record in staged.split("\0")[:-1]:
        about, _, path = record.partition("\t")
        if about[:6] not in _FILES or Path(path).is_symlink():
            found.links.append(path)
        else:
            (found.present if Path(path).is_file() else found.gone).append(path)
    if not any(found):
        raise runner.Fault("no file of the repository matches `files`")
    return found


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
    try:
        done = subprocess.run(
            ["git", *arguments],
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env=runner.environment(),
        )
    except OSError as error:
        raise runner.Fault(f"git cannot be run: {error}") from None
    if done.returncode == 0:
        return os.fsdecode(done.stdout)
    if done.stderr:
        runner.log(os.fsdecode(done.stderr).rstrip())
    return None
