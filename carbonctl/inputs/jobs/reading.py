"""Reads tables and logs as lines: files and standard input, plain or compressed.

Nothing is held but a block of text, so that an input of any size can be read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from io import StringIO
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from carbonctl.errors import InputError, Problem
from carbonctl.inputs.jobs.compression import decompressed
from carbonctl.inputs.jobs.no_text import NoText, what_is_wrong
from carbonctl.inputs.reading import called, opened

HEAD_LINES = 20
LONGEST_LINE = 64 * 1024 * 1024  # bytes
_BLOCK = 256 * 1024
_BOM = b"\xef\xbb\xbf"
_OTHER_FORMS = {
    b"PAR1": "a Parquet file; give its name, which ends in .parquet",
    b"PK\x03\x04": "a workbook or an archive; save the sheet as CSV, or unpack the archive",
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
}
_WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".ods")
_COMPRESSED = (".gz", ".zst")


class Source:
    """An input that is read once, from its beginning.

    Parameters
    ----------
    path : str
        Of a file; ``-`` is standard input.
    name : str
        What messages call it; the path unless given.

    Attributes
    ----------
    no_text : NoText
        The lines of it that are no text, as far as it was read.
    goes_on : bool
        Whether there is more of the file behind what is read.
    """

    goes_on = False

    def __init__(self, path: str, name: str = "") -> None:
        self.no_text = NoText()
        self._path = path
        self._name = name or called(path)
        self._blocks = self._read_blocks()
        self._first: list[str] = []
        refuse_workbook(path, self._name)

    @property
    def name(self) -> str:
        """What messages call it."""
        return self._name

    @property
    def path(self) -> str | None:
        """Where it is in the file system; None of standard input."""
        return None if self._path == "-" else self._path

    @property
    def extension(self) -> str:
        """The ending of its name in lower case, without that of a compression: ``.csv``."""
        return extension(self._path)

    def head(self, lines: int = HEAD_LINES) -> list[str]:
        """Return its first lines without their ends; `lines` still yields them.

        Raises
        ------
        InputError
            Where it cannot be read, or begins with what is no text.
        """
        while sum(map(_line_ends, self._first)) < lines:
            block = next(self._blocks, None)
            if block is None:
                break
            self._first.append(block)
        some = chain.from_iterable(StringIO(block, newline="\n") for block in self._first)
        return [line.rstrip("\r\n") for line in islice(some, lines)]

    def is_within(self, size: int) -> bool:
        """Whether it has no more than some characters; `lines` still yields them.

        What goes wrong as they are read is raised there, in its turn.
        """
        while sum(map(len, self._first)) <= size:
            try:
                block = next(self._blocks, None)
            except InputError as error:
                self._blocks = _failing(error)
                return True
            if block is None:
                return True
            self._first.append(block)
        return False

    def lines(self) -> Iterator[str]:
        r"""Yield its lines with their ends, as the csv module wants them; a BOM is taken off.

        A line ends with ``\n``, and nothing else ends it. A byte that is not UTF-8 is a surrogate.

        Raises
        ------
        InputError
            Where it cannot be read, or begins with what is no text.
        """
        for block in self.blocks():
            yield from StringIO(block, newline="\n")

    def blocks(self) -> Iterator[str]:
        """Yield its text in blocks of whole lines; `lines` yields the lines of these.

        Raises
        ------
        InputError
            Where it cannot be read, or begins with what is no text.
        """
        first, self._first = deque(self._first), []
        while first:
            yield first.popleft()  # which nobody keeps then
        yield from self._blocks

    def _read_blocks(self) -> Iterator[str]:
        """Yield its text in blocks of whole lines."""
        with ExitStack() as stack:
            descriptor = stack.enter_context(opened(self._path, self._name))
            raw = stack.enter_context(open(descriptor, "rb", closefd=False))
            stream = decompressed(raw, self._name)
            decoder = Decoder(self._name, self.no_text)
            while data := self._read(stream):
                yield from decoder.blocks(data)
            yield from decoder.rest()

    def _read(self, stream: BinaryIO) -> bytes:
        try:
            return stream.read(_BLOCK)
        except (EOFError, OSError, ValueError) as error:
            if isinstance(error, IsADirectoryError):
                raise
            reason = getattr(error, "strerror", None) or str(error)
            message = f"cannot be read to its end: {reason or type(error).__name__}"
            raise InputError([Problem(self._name, None, None, message)]) from None


class Decoder:
    """Makes text of bytes, in blocks of whole lines, and counts the lines for messages.

    Parameters
    ----------
    name : str
        What messages call the input.
    no_text : NoText
        Takes the lines that are no text. The first line of an input that holds anything is
        refused: it says what the others are.
    is_first : bool
        Whether the first bytes are the first of the input, which tell its form.
    """

    def __init__(self, name: str, no_text: NoText, *, is_first: bool = True) -> None:
        self.name = name
        self.no_text = no_text
        self.line = 1
        self.rests: list[bytes] = []  # the beginning of a line whose end is not read yet
        self.size = 0
        self.is_first = is_first
        self.is_blank = is_first  # what was read so far

    def blocks(self, data: bytes) -> Iterator[str]:
        """Yield the text up to the last end of a line."""
        if self.is_first:
            self.is_first = False
            self.refuse_other_forms(data)
            data = data.removeprefix(_BOM)
        end = data.rfind(b"\n") + 1
        if end:
            yield self.text(b"".join([*self.rests, data[:end]]))
            self.rests, self.size = [], 0
        if end < len(data):
            self.rests.append(data[end:])
            self.size += len(data) - end
        if self.size > LONGEST_LINE:
            raise self.problem(self.line, f"a line of more than {LONGEST_LINE // 2**20} MiB")

    def rest(self) -> Iterator[str]:
        """Yield the last line, where it has no end."""
        if self.rests:
            yield self.text(b"".join(self.rests))

    def text(self, data: bytes) -> str:
        """Return whole lines as text."""
        try:
            text, is_text = data.decode("utf-8"), True
        except UnicodeDecodeError:
            text, is_text = data.decode("utf-8", "surrogateescape"), False
        if not is_text or "\0" in text:
            self.note_lines(text)
        self.no_text.look(text)
        self.is_blank = self.is_blank and not text.strip()
        self.line += text.count("\n")
        return text

    def note_lines(self, text: str) -> None:
        """Note the lines that are no text; refuse the first that holds anything."""
        is_blank = self.is_blank
        for number, line in enumerate(text.split("\n"), self.line):
            if why := what_is_wrong(line):
                if is_blank:
                    raise self.problem(number, why)
                self.no_text.add(number, why)
            is_blank = is_blank and not line.strip()

    def refuse_other_forms(self, data: bytes) -> None:
        """Refuse what is no text by its first bytes."""
        for start, what in _OTHER_FORMS.items():
            if data.startswith(start):
                raise self.problem(1, f"this is {what}")

    def problem(self, line: int, message: str) -> InputError:
        """Return what is wrong with a line."""
        return InputError([Problem(self.name, line, None, message)])


def _failing(error: InputError) -> Iterator[str]:
    yield from ()
    raise error


def _line_ends(block: str) -> int:
    return block.count("\n")


def extension(path: str) -> str:
    """Return the ending of a name in lower case, without that of a compression: ``.csv``."""
    name = Path(path)
    if name.suffix.lower() in _COMPRESSED:
        name = name.with_suffix("")
    return name.suffix.lower()


def refuse_workbook(path: str, name: str) -> None:
    """Refuse a workbook, before it is read.

    Raises
    ------
    InputError
        Saying what to do.
    """
    if extension(path) in _WORKBOOKS:
        message = "a workbook, which is not read; save the sheet as CSV"
        raise InputError([Problem(name, None, None, message)])
