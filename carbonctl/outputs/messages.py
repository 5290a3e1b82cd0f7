"""What goes to standard error."""

import os
import sys

from carbonctl.text import printable


def say(text: str) -> None:
    """Write one message to standard error; where that is closed, say nothing.

    On a terminal its lines end at spaces.
    """
    try:
        sys.stderr.write(_within(printable(text), _columns()) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # closed: there is nobody to tell
        return


def _within(text: str, columns: int) -> str:
    lines = text.split("\n")
    if not columns or len(max(lines, key=len)) <= columns:
        return text
    from carbonctl.render.plain import filled

    return "\n".join(filled(line, columns, "  ") if len(line) > columns else line for line in lines)


def _columns() -> int:
    """Return the columns of the terminal of standard error, as COLUMNS has them; 0 without one."""
    if not sys.stderr.isatty():
        return 0
    given = os.environ.get("COLUMNS", "")
    return int(given) if given.isdecimal() else os.get_terminal_size(sys.stderr.fileno()).columns
