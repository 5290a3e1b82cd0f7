"""Values of one path: ``PATH=LIST``.

    LIST := VALUE[,VALUE ...]      values; commas inside {} [] and quotes do not part them
          | LOW..HIGH [UNIT]:N     N values from LOW to HIGH, evenly spaced
          | LOW..HIGH [UNIT]:log:N the same, with equal ratios between them

N = 1 is LOW alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from carbonctl.analysis.spans import SPAN, read_path, read_span, shown
from carbonctl.errors import UsageError

_EXAMPLE = "site.pue=1.1,1.2 or 'site.pue=1.1..1.5:5'"
_COUNT = re.compile(r"\s*([0-9]{1,18})\s*")
_LOG = ":log"
_PAIRS = {"{": "}", "[": "]"}


class Axis(NamedTuple):
    """A path and the texts of its values, in their order."""

    path: str
    texts: tuple[str, ...]


def read_axis(text: str, most: int) -> Axis:
    """Read ``PATH=LIST`` with at most so many values.

    Raises
    ------
    UsageError
        For anything else, saying what to write.
    """
    path, rest = read_path(text, "--over", _EXAMPLE)
    span = SPAN.fullmatch(rest)
    if span is None:
        return Axis(path, _values(text, rest))
    what = f"--over {shown(text)}"
    if not span["steps"]:
        raise UsageError(
            f"{what}: add how many values to take, as in {shown(path)}={shown(rest.strip())}:5"
        )
    is_log, count = _steps(what, span["steps"])
    if count > most:
        raise UsageError(f"{what}: {count:,} values; at most {most:,} points are computed")
    numbers = read_span(what, span, is_log=is_log)
    return Axis(path, tuple(map(numbers.text, numbers.numbers(count))))


def _steps(what: str, written: str) -> tuple[bool, int]:
    """Return whether the steps are ratios, and how many values there are."""
    is_log = written.startswith(f"{_LOG}:")
    match = _COUNT.fullmatch(written.removeprefix(_LOG if is_log else "")[1:])
    if match is None:
        raise UsageError(
            f"{what}: behind LOW..HIGH stands how many values to take, :5 or :log:5, "
            f"not `{shown(written)}`"
        )
    if int(match[1]) == 0:
        raise UsageError(f"{what}: 0 values; write 1 or more")
    return is_log, int(match[1])


def _values(text: str, rest: str) -> tuple[str, ...]:
    """Return the values between commas."""
    what = f"--over {shown(text)}"
    values = tuple(value.strip() for value in _parted(rest))
    if not all(values):
        raise UsageError(f"{what}: a value is empty; write {_EXAMPLE}")
    spans = [value for value in values if (m := SPAN.fullmatch(value)) and m["steps"]]
    if spans:
        raise UsageError(f"{what}: `{shown(spans[0])}` stands alone, without other values")
    return values


def _parted(text: str) -> Iterator[str]:
    """Yield what stands between commas that are in no braces, brackets or quotes."""
    start, closing, quote = 0, list[str](), ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and not text[start:place].strip(" {[,:"):
            quote = character
        elif character in _PAIRS:
            closing.append(_PAIRS[character])
        elif closing and character == closing[-1]:
            closing.pop()
        elif character == "," and not closing:
            yield text[start:place]
            start = place + 1
    yield text[start:]
