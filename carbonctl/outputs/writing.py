"""Writes results: exports first and whole, standard output last."""

import os
import select
import shutil
import stat
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from carbonctl.errors import OK, ClosedPipe, OutputError, UsageError
from carbonctl.outputs import whole
from carbonctl.outputs.messages import say
from carbonctl.render import BINARY, FORMATS, SEPARATORS, TABLES, WHOLE, Style
from carbonctl.text import did_you_mean

if TYPE_CHECKING:
    from carbonctl.catalog.records import Source

_UTF_8 = "utf-8"
_SHOWN = 40  # of a name that is told
_HEAD = 64 * 1024  # bytes in which the first line of a table ends


class Target(NamedTuple):
    """Where an export goes; ``flag`` is the one that says it, where that is not ``--export``."""

    form: str
    path: Path
    append: bool
    flag: str = ""

    def __str__(self) -> str:
        if self.flag:
            return f"{self.flag} {self.path}"
        return f"--export {self.form}{'+' if self.append else ''}={self.path}"


def parse_export(text: str, formats: tuple[str, ...] = FORMATS) -> Target:
    """Read ``FORMAT=PATH`` or ``FORMAT+=PATH``, the format one of ``formats``.

    Raises UsageError where it is neither, the format is unknown, or its files cannot be appended
    to.
    """
    form, equals, path = text.partition("=")
    append = form.endswith("+")
    form = form.removesuffix("+")
    if not equals or not path or path.endswith("/"):
        raise UsageError(f"--export {text}: write FORMAT=PATH, for example csv=account.csv")
    if form not in formats:
        close = did_you_mean(form, formats)
        raise UsageError(
            f"--export {text}: no format `{form}`{close}; there are {', '.join(formats)}"
        )
    if path == "-":
        raise UsageError(f"--export {text}: a file is wanted; --format is for standard output")
    if append and form in WHOLE:
        raise UsageError(
            f"--export {text}: a {form} file cannot be appended to; write {form}={path}"
        )
    return Target(form, Path(path), append)


def check_targets(targets: list[Target], inputs: list[str]) -> None:
    """Refuse exports that would write over an input or over each other, or into no file.

    Raises UsageError naming the two.
    """
    if not targets:
        return
    for target in targets:
        if str(target.path) == "-":
            raise UsageError(f"{target}: a file is wanted; standard output has the result")
    taken = {whole.identity(path): f"{path} is read" for path in inputs if path != "-"}
    if "-" in inputs:
        with suppress(OSError):  # it is closed
            status = os.fstat(0)
            taken[status.st_dev, status.st_ino] = "standard input is read from it"
    appended: dict[tuple[int, int] | str, str] = {}
    for target in targets:
        real = whole.identity(target.path)
        if real in taken and not _is_stream(target.path):
            raise UsageError(f"{target}: {taken[real]}, and would be written to")
        if real in appended and not (target.append and appended[real] == target.form):
            raise UsageError(f"{target}: another --export appends to it")
        if target.append:
            appended[real] = target.form
        else:
            taken[real] = "another --export goes there"


def check_columns(targets: list[Target], columns: Sequence[str]) -> None:
    """Refuse to append rows to a table of other columns.

    Where a file begins with a row, as with --no-header, it must have as many cells.

    Raises UsageError naming the file, and the first column that differs.
    """
    import csv

    for target in targets:
        line = _first_line(target.path) if target.append and target.form in TABLES else ""
        if not line:
            continue
        option = str(target)
        cells = {form: next(csv.reader([line], delimiter=SEPARATORS[form])) for form in TABLES}
        there = cells[target.form]
        other = max(TABLES, key=lambda form: len(cells[form]))
        if len(there) < len(cells[other]):
            raise UsageError(f"{option}: that file is {other}; write {other}+={target.path}")
        if there[0] == columns[0] or len(there) != len(columns):
            _compare(option, there, columns)


def _compare(option: str, there: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse a head that is another one."""
    for place, names in enumerate(zip_longest(there, columns), 1):
        theirs, ours = ("none" if name is None else f"`{name[:_SHOWN]}`" for name in names)
        if names[0] != names[1]:
            raise UsageError(
                f"{option}: column {place} of that file is {theirs}, and of these rows {ours}; "
                "append to another file, or with the flags that it was made with"
            )


def _first_line(path: Path) -> str:
    """Return the first line of a file; nothing where there is none, or it cannot be read."""
    if not path.is_file():
        return ""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return file.readline(_HEAD).rstrip("\n")
    except OSError:  # whoever writes to it says so
        return ""


def check_terminal(form: str, targets: list[Target]) -> None:
    """Refuse to write a binary format to a terminal.

    Raises UsageError saying where it can go.
    """
    shown = [target.form for target in targets if _is_stdout(target.path)]
    for name in (form, *shown):
        if name in BINARY and is_terminal():
            raise UsageError(
                f"{name} is binary, and standard output is a terminal; "
                f"write --export {name}=account.{name}, or > account.{name}"
            )


def _is_stream(path: Path) -> bool:
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def export(target: Target, text: str | bytes) -> None:
    """Write a whole export, or leave what was there as it was.

    Raises OutputError where it cannot be written.
    """
    head = ""
    if isinstance(text, str) and target.form in TABLES:
        head, end, text = text.partition("\n")
        head += end
    export_chunks(target, head, [text if isinstance(text, bytes) else text.encode()])


def export_chunks(target: Target, head: str, chunks: Iterable[bytes]) -> None:
    """Write an export that comes in parts, or leave what was there as it was.

    ``head`` is what a table begins with, unless it is there already.

    Raises OutputError where it cannot be written.
    """
    try:
        has_head = target.append and target.path.is_file() and target.path.stat().st_size
        data = chain([] if has_head else [head.encode()], chunks)
        if _is_stdout(target.path):
            for chunk in data:
                _write_all(1, chunk)
        elif _is_stream(target.path):
            with target.path.open("wb") as file:
                file.writelines(data)  # a device or a pipe: there is nothing to replace
        elif target.append:
            whole.append(target.path, data)
        else:
            whole.replace(target.path, data)
    except OSError as error:
        raise OutputError(f"{target}: {error.strerror or error}") from None


def _is_stdout(path: Path) -> bool:
    """Whether a path names what standard output is open on already."""
    try:
        return os.path.samestat(path.stat(), os.fstat(1))
    except OSError:
        return False


def write_all(targets: list[Target], texts: Sequence[str | bytes], shown: str | bytes) -> int:
    """Write exports, then standard output; return the exit code of the worst failure."""
    code = OK
    for target, text in zip(targets, texts, strict=True):
        try:
            export(target, text)
        except OutputError as error:
            say(str(error))
            code = error.exit_code
    try:
        to_stdout(shown)
    except OutputError as error:
        say(str(error))
        code = error.exit_code
    return code


def to_stdout(text: str | bytes) -> None:
    """Write the result to standard output, unbuffered so that a failure is seen.

    Bytes are UTF-8.

    Raises OutputError where it is closed or full.
    """
    if not text:
        return
    try:
        sys.stdout.flush()
        encoding = _encoding()
        if isinstance(text, bytes) and encoding != _UTF_8:
            text = text.decode()
        data = text if isinstance(text, bytes) else text.encode(encoding, "replace")
        _write_all(sys.stdout.fileno(), data)
    except BrokenPipeError:
        raise ClosedPipe from None
    except OSError as error:
        raise OutputError(f"standard output: {error.strerror or error}") from None


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:  # a pipe that does not wait: wait for it
            select.select([], [descriptor], [])


def _encoding() -> str:
    """Return UTF-8, unless standard output is a terminal of another encoding."""
    return sys.stdout.encoding if is_terminal() else _UTF_8


def is_terminal() -> bool:
    """Return whether standard output is a terminal."""
    return bool(sys.stdout and sys.stdout.isatty())


def is_plain() -> bool:
    """Return whether standard output is a terminal that cannot show block characters."""
    try:
        "█·µ".encode(_encoding())
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def style(color: str, sources: "dict[str, Source] | None") -> Style:
    """Return how text for people is laid out on standard output."""
    return Style(width(), colored(color)[0], is_plain(), sources)


def width() -> int:
    """Return the columns of the terminal; COLUMNS decides, 80 where there is none."""
    return max(40, shutil.get_terminal_size((80, 24)).columns)


def colored(choice: str) -> tuple[bool, str]:
    """Return whether text for people is colored, and what decides: a flag, a variable, a place."""
    if choice != "auto":
        return choice == "always", f"--color {choice}"
    for variable, is_colored in (("NO_COLOR", False), ("FORCE_COLOR", True)):
        if os.environ.get(variable):
            return is_colored, variable
    if not is_terminal():
        return False, "standard output is no terminal"
    if os.environ.get("TERM") == "dumb":
        return False, "TERM is dumb"
    return True, "standard output is a terminal"
