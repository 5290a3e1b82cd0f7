"""JSON Lines: one result a line, each with its schema."""

import json
from typing import TYPE_CHECKING

from carbonctl.render import Style
from carbonctl.render.json_ import result_dict
from carbonctl.result import SCHEMA, About, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from carbonctl.gates import Verdict


class Renderer:
    """Writes each result as one line."""

    def __init__(self, style: Style) -> None:
        self.lines: list[str] = []

    def add(self, result: Result) -> None:
        """Add one line."""
        document = {"schema": SCHEMA, **result_dict(result)}
        self.lines.append(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")

    def finish(self, about: About, verdicts: "Sequence[Verdict]" = ()) -> str:
        """Return all lines."""
        return "".join(self.lines)
