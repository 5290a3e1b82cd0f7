"""What goes to standard error."""

from __future__ import annotations

import sys


def printable(text: str) -> str:
    """Return ``text`` with control characters written out, line breaks kept."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def say(text: str) -> None:
    """Write one message to standard error; where that is closed, say nothing."""
    try:
        print(printable(text), file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):
        return
    except UnicodeEncodeError:
        print(ascii(text)[1:-1], file=sys.stderr, flush=True)
