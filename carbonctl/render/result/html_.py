"""One page of HTML with charts."""

from __future__ import annotations

from carbonctl.ledger.result import About, Result
from carbonctl.render import Style, Verdicts


class Renderer:
    """Writes the page when all results are known."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.results: list[Result] = []

    def add(self, result: Result) -> None:
        """Take one result."""
        self.results.append(result)

    def finish(self, about: About, verdicts: Verdicts = ()) -> str:
        """Return the page."""
        from carbonctl.render.page.account import page

        return page(self.results, about, self.style)
