"""What goes to standard error."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable

from carbonctl.text import printable

_OF_ALL = "--set:"  # no file is called so: `path_shown` writes ./ before it
_MOST = 1000  # messages that are remembered


def say(text: str) -> None:
    """Write one message to standard error; where that is closed, say nothing."""
    try:
        sys.stderr.write(printable(text) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # closed: there is nobody to tell
        return


class Once:
    """Has what is wrong with ``--set`` said once, and not again for each workload."""

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()

    def new(self, told: Iterable[str]) -> tuple[str, ...]:
        """Return those messages, each of one line or more, that were not said before."""
        found = []
        for text in told:
            if _OF_ALL in text:
                text = "\n".join(line for line in text.split("\n") if self._is_new(line))  # noqa: PLW2901
            if text:
                found.append(text)
        return tuple(found)

    def _is_new(self, line: str) -> bool:
        if not line.startswith(_OF_ALL) or (line not in self.times and len(self.times) >= _MOST):
            return True
        self.times[line] += 1
        return self.times[line] == 1

    def finish(self) -> None:
        """Say of what was said once how often it was found again."""
        for line, times in self.times.items():
            if times > 1:
                place = ":".join(line.split(":", 3)[:3])
                say(f"{place}: the same in {times - 1:,} more")
