"""Text as a page of the manual: the macros of man, which groff and mandoc read."""

import re
import textwrap
from collections.abc import Iterable

_COLUMNS = 70  # of the source; what is read is filled anew
_ESCAPES = str.maketrans({
    "\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", "…": "...",
})  # fmt: skip


def escaped(text: str) -> str:
    """Return a text in which nothing is taken for roff, in ASCII."""
    ascii_only = text.translate(_ESCAPES)
    return "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in ascii_only)


def _lines(text: str) -> str:
    """Return a text in lines of which none is a request."""
    lines = textwrap.wrap(text, _COLUMNS, break_long_words=False, break_on_hyphens=False)
    return "\n".join(f"\\&{line}" if line.startswith(".") else line for line in map(escaped, lines))


def _argument(text: str) -> str:
    return '"' + escaped(" ".join(text.split())).replace('"', '""') + '"'


def page(parts: Iterable[str]) -> str:
    """Return a whole page; what follows a heading needs no break before it."""
    return re.sub(r"(?m)^(\.S[HS] .*\n)\.(PP|br)\n", r"\1", "".join(parts))


def title(name: str, section: int, date: str, footer: str) -> str:
    """Return the head of a page."""
    return f'.TH {_argument(name.upper())} {section} "{date}" {_argument(footer)}\n'


def heading(text: str) -> str:
    """Return the title of a section."""
    return f".SH {_argument(text)}\n"


def subheading(text: str) -> str:
    """Return the title of a part of a section."""
    return f".SS {_argument(text)}\n"


def call(command: str, takes: str) -> str:
    """Return one line of a synopsis."""
    return f".br\n\\fB{escaped(command)}\\fR {escaped(takes)}\n"


def paragraph(text: str) -> str:
    """Return a paragraph."""
    return f".PP\n{_lines(text)}\n"


def example(text: str) -> str:
    """Return a line that is to be typed as it stands."""
    return f".PP\n.RS 4\n.nf\n\\fB{escaped(text.strip())}\\fR\n.fi\n.RE\n"


def item(term: str, text: str) -> str:
    """Return a term with what is said of it."""
    return f".TP\n\\fB{escaped(term)}\\fR\n{_lines(text)}\n"
