"""A bar on a terminal's standard error, for work of over a second; it is gone when done."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from carbonctl.outputs.messages import say

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_AFTER = 1.0  # s
_EVERY = 0.1  # s


class Bar:
    """Shows how far the work is, of so many bytes in total, None where nobody knows.

    ``what`` has been made of them, in the plural.

    Nothing is shown where it is not wanted, or standard error is no terminal.
    """

    def __init__(self, total: int | None, *, is_wanted: bool, what: str = "workloads") -> None:
        self.total = total
        self.what = what
        self.is_wanted = is_wanted and bool(sys.stderr and sys.stderr.isatty())
        self.next = time.monotonic() + _AFTER if self.is_wanted else float("inf")
        self.bar: Progress | None = None
        self.task: TaskID | None = None

    def draw(self, read: int, results: int) -> None:
        """Show how many bytes were read, and how many results were made of them."""
        if not self.is_wanted or time.monotonic() < self.next:
            return
        if self.bar is None:
            self.bar, self.task = self._start()
        if self.bar is not None and self.task is not None:
            self.bar.update(self.task, completed=read, made=f"{results:,}")
            self.bar.refresh()
        self.next = time.monotonic() + _EVERY

    def tell(self, texts: tuple[str, ...]) -> None:
        """Say some messages, above the bar where there is one."""
        if texts and self.bar is not None:
            self.close()
        if texts:
            say("\n".join(texts))

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None

    def _start(self) -> tuple[Progress | None, TaskID | None]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        if console.is_dumb_terminal:
            self.is_wanted = False
            return None, None
        columns = (TextColumn(f"{{task.fields[made]}} {self.what}"), BarColumn(),
                   TimeRemainingColumn())  # fmt: skip
        bar = Progress(
            *columns, console=console, transient=True, auto_refresh=False,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        bar.start()
        return bar, bar.add_task("", total=self.total, made="0")
