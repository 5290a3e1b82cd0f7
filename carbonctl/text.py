"""Text from files and arguments: which names are refused, and how any text is shown.

A spreadsheet reads a cell that begins with ``=`` as a formula. A terminal obeys control
characters. The runner of GitHub Actions reads a line that begins with ``::``, and ``##[``
anywhere in a line, as commands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SPACES = str.maketrans("\u00a0\u202f\u3000", "   ")
FORMULA_STARTS = "=+@-"
COMMAND_START, COMMAND = "::", "##["
_ACCENTS = re.compile("[\u0300-\u036f]")
_BETWEEN_WORDS = re.compile(r"[\s_/:;,.()|'’–—·・&-]+")
_COLOR = re.compile(r"(\x1b\[[0-9;]*m)")
_AT_START = re.compile(r"^((?:[^\S\n]|\x1b\[[0-9;]*m)*):(?=:)", re.M)


def check_text(text: str, what: str) -> None:
    """Refuse a text that a spreadsheet, a terminal or a workflow would act on.

    Parameters
    ----------
    text : str
        A name, a source, a note.
    what : str
        What messages call it: "a name".

    Raises
    ------
    ValueError
        With the reason.
    """
    if not (text.isprintable() or text.translate(SPACES).isprintable()):
        raise ValueError("must not hold control or invisible characters")
    start = text.lstrip()[:2]
    if start[:1] and start[0] in FORMULA_STARTS:
        raise ValueError(f"`{text}`: {what} must not begin with = + - or @")
    if start == COMMAND_START or COMMAND in text:
        raise ValueError(f"`{text}`: {what} must not begin with :: or contain ## followed by [")


def printable(text: str, *, keep_color: bool = False) -> str:
    """Return a text, of one line or more, on which no terminal and no workflow acts.

    Control characters are written as escapes, and so is one character of each command of a
    workflow.

    Parameters
    ----------
    text : str
        Any text.
    keep_color : bool
        Whether color codes stay as they are.
    """
    if not text.replace("\n", "").isprintable():
        parts = _COLOR.split(text) if keep_color else [text]
        parts[::2] = map(_written_out, parts[::2])
        text = "".join(parts)
    text = text.replace(COMMAND, "#\\x23[")
    return _AT_START.sub(r"\1\\x3a", text) if COMMAND_START in text else text


def _written_out(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def path_shown(path: str) -> str:
    """Return a path as results and messages show it: no control character, formula or command."""
    if path.startswith((*FORMULA_STARTS, COMMAND_START)):
        path = f"./{path}"
    name = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return printable(name).replace("\n", "\\n")


_MOST_SEARCHES = 20  # in one document
_left: ContextVar[int | None] = ContextVar("left", default=None)
_ALIKE = 0.8  # of the letters; words that share fewer are other words
_FEWEST_LETTERS = 5  # of a word in which one letter may be wrong: in shorter ones it is another


@contextmanager
def few_searches() -> Iterator[None]:
    """Limit the searches of `nearest` to the first unknown names of one document.

    A document with many unknown names then takes little longer than one with none. The limit
    is per document, so that messages do not depend on what was read before.
    """
    before = _left.set(_MOST_SEARCHES)
    try:
        yield
    finally:
        _left.reset(before)


def may_search() -> bool:
    """Return whether to look for the nearest of another name, and count it."""
    left = _left.get()
    if left is not None:
        _left.set(max(left - 1, 0))
    return left != 0


def fold(name: str) -> str:
    """Return ``name`` as it is compared: lower case, no spaces, hyphens or underscores."""
    return re.sub(r"[\s_-]+", "", name).casefold()


def fold_words(name: str) -> str:
    """Return the words of ``name`` as they are compared: lower case, no accents, one space between.

    Unlike `fold` it keeps the words apart: ``us-east-1`` is not ``us-east1``.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))
    return " ".join(_BETWEEN_WORDS.sub(" ", plain).split())


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return up to ``most`` known names that one is likely meant to be, the nearest first.

    Nothing where `few_searches` has reached its limit.
    """
    return _nearest(name, known, most) if may_search() else []


def resembles(name: str, other: str) -> bool:
    """Whether a name is likely meant to be another one."""
    return bool(_nearest(name, (other,), 1))


def _nearest(name: str, known: Iterable[str], most: int) -> list[str]:
    from difflib import get_close_matches  # only needed on a miss

    numbers, wanted = re.findall(r"\d+", name), fold(name)[:80]
    folded: dict[str, str] = {}
    for candidate in known:
        if re.findall(r"\d+", candidate) == numbers and not _is_another_word(
            wanted, fold(candidate)
        ):
            folded.setdefault(fold(candidate), candidate)
    close = get_close_matches(wanted, folded, n=most, cutoff=_ALIKE)
    more = [c for c in folded if c not in close and (_is_swapped(wanted, c) or _heads(name, c))]
    return [folded[c] for c in (*close, *more)][:most]


def _is_another_word(wanted: str, known: str) -> bool:
    """Whether a word is a short known one with a letter behind it that is no plural's: model."""
    is_short = len(known) < _FEWEST_LETTERS and known.isalpha()
    return is_short and wanted[:-1] == known and wanted[-1] != "s"


def _is_swapped(word: str, known: str) -> bool:
    """Whether a word is a known one with two letters swapped that stand side by side."""
    places = [n for n, (a, b) in enumerate(zip(word, known, strict=False)) if a != b]
    if len(word) != len(known) or len(places) != 2:
        return False
    first, second = places
    return second - first == 1 and (word[first], word[second]) == (known[second], known[first])


def _heads(name: str, known: str) -> bool:
    """Whether a name adds words to a known one: power_w, embodied_carbon."""
    return len(known) >= _FEWEST_LETTERS and name.casefold().startswith(f"{known}_")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean `x`?"`` for the nearest known name, or nothing."""
    close = nearest(name, known, 1)
    return f"; did you mean `{close[0]}`?" if close else ""


def is_slip(word: str, known: str) -> bool:
    """Return whether a word is a known one with one slip of the pen.

    That is one letter too few, too many or wrong, or two that are swapped; never a digit, and
    not in short words.

    Examples
    --------
    >>> is_slip("gefroce", "geforce"), is_slip("a100", "a10"), is_slip("mwhr", "mwh")
    (True, False, False)
    """
    if min(sum(map(str.isalpha, word)), sum(map(str.isalpha, known))) < _FEWEST_LETTERS:
        return False
    longest = min(len(word), len(known))
    start = next((n for n in range(longest) if word[n] != known[n]), longest)
    rest = longest - start
    end = next((n for n in range(rest) if word[-1 - n] != known[-1 - n]), rest)
    ours, theirs = word[start : len(word) - end], known[start : len(known) - end]
    if ours == theirs or not (ours + theirs).isalpha():
        return False
    is_swapped = len(ours) == 2 and ours == theirs[::-1]
    return is_swapped or max(len(ours), len(theirs)) == 1
