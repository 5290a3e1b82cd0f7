"""What goes to standard error."""

import sys


def printable(text: str) -> str:
    """Return ``text`` with control characters written out, line breaks kept."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def say(text: str) -> None:
    """Write one message to standard error; where that is closed, say nothing."""
    try:
        sys.stderr.write(printable(text) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # closed: there is nobody to tell
        return
