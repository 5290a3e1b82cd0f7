"""Bytes that are no text: in which lines they stand, and how they are shown.

A byte that is not UTF-8 is read as a surrogate, which no text holds. What holds one is refused
where it is a row, so that the other rows count.
"""

from __future__ import annotations

import re
from collections import deque

_NUL = "a NUL byte is not text; take it out"
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_BYTE = re.compile("[\udc80-\udcff]")
_ESCAPES = ("\\ud", "\\uD")  # of surrogates in JSON, which may stand without the other half


class NoText:
    """The lines of an input that are no text, as far as it was read.

    Attributes
    ----------
    is_suspect : bool
        Whether any text may hold a surrogate.
    """

    def __init__(self) -> None:
        self.is_suspect = False
        self._lines: deque[tuple[int, str]] = deque()

    def __bool__(self) -> bool:
        """Whether there are lines that were not taken."""
        return bool(self._lines)

    def add(self, line: int, why: str) -> None:
        """Note a line."""
        self.is_suspect = True
        self._lines.append((line, why))

    def look(self, text: str) -> None:
        """Note whether a text may hold surrogates of JSON."""
        if not self.is_suspect and "\\" in text:  # one sign is found sooner than two
            self.is_suspect = any(escape in text for escape in _ESCAPES)

    def before(self, line: int) -> str:
        """Take the lines before another, and return why one of them is no text; else nothing."""
        why = ""
        while self._lines and self._lines[0][0] < line:
            why = self._lines.popleft()[1]
        return why


def what_is_wrong(text: str) -> str:
    """Return why a text is none; nothing where it is one."""
    match = _NO_TEXT.search(text)
    if match is None:
        return ""
    sign = match[0]
    if sign == "\0":
        return _NUL
    if _BYTE.match(sign):
        return f"byte 0x{ord(sign) - 0xDC00:02x} is not UTF-8 text; save it as UTF-8"
    return f"\\u{ord(sign):04x} is half of a character; write the other half behind it"


def shown(text: str) -> str:
    r"""Return a text with what is no text written out: ``caf\xe9``."""
    if text.isascii():
        return text
    plain = _BYTE.sub(lambda match: f"\\x{ord(match[0]) - 0xDC00:02x}", text)
    return plain.encode("utf-8", "backslashreplace").decode("utf-8")
