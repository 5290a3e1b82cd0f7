"""JSON Lines: one result a line, each with its schema."""

import json

from carbonctl.render import Style
from carbonctl.render.json_ import result_dict
from carbonctl.result import SCHEMA, About, Result


class Renderer:
    """Writes each result as one line."""

    def __init__(self, style: Style) -> None:
        self.lines: list[str] = []

    def add(self, result: Result) -> None:
        """Add one line."""
        document = {"schema": SCHEMA, **result_dict(result)}
        self.lines.append(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")

    def finish(self, about: About) -> str:
        """Return all lines."""
        return "".join(self.lines)
