"""What goes to standard error."""

import sys

from carbonctl.text import printable


def say(text: str) -> None:
    """Write one message to standard error; where that is closed, say nothing."""
    try:
        sys.stderr.write(printable(text) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # closed: there is nobody to tell
        return
