"""JSON: the whole sweep in fixed units and full precision."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from carbonctl.analysis.sweep import SCHEMA, Row, Subject
from carbonctl.render import Style, Verdicts
from carbonctl.render.escaping import as_json, json_parts
from carbonctl.render.result.json_ import faults, head
from carbonctl.render.verdicts import as_dict

if TYPE_CHECKING:
    from carbonctl.ledger.result import About


class Renderer:
    """Writes points into one document as they come; nothing of them is kept but their text."""

    def __init__(self, subject: Subject, style: Style) -> None:
        self.subject = subject
        self.out = BytesIO()

    def add(self, rows: Sequence[Row]) -> None:
        """Add an element of ``points`` for each."""
        for row in rows:
            self.out.write(b",\n    " if self.out.tell() else b"\n    ")
            for part in json_parts(self._point(row), level=2):
                self.out.write(part.encode())

    def _point(self, row: Row) -> dict[str, Any]:
        names = [measure.name for measure in self.subject.measures]
        return {
            "point": row.point,
            "values": list(row.values),
            "workload": row.workload,
            "complete": row.is_complete,
            "figures": dict(zip(names, row.figures, strict=True)),
            "total": None if row.total is None else row.total._asdict(),
            "error": row.error,
        }

    def finish(self, about: About, verdicts: Verdicts = ()) -> bytes:
        """Return the document in UTF-8."""
        subject = self.subject
        before = {
            **head(SCHEMA, about),
            "file": subject.file,
            "workload": subject.workload,
            "over": [
                {"path": axis.path, "values": list(axis.texts)} for axis in subject.points.axes
            ],
            "zip": subject.points.is_zipped,
            "keys": [measure.name for measure in subject.measures],
            "unit": subject.unit,
        }
        after = {"verdicts": [as_dict(verdict) for verdict in verdicts], "errors": faults(about)}
        start = as_json(before).removesuffix("\n}\n").encode() + b',\n  "points": ['
        points = self.out.getvalue()
        end = b"\n  ]," if points else b"],"
        return start + points + end + as_json(after).removeprefix("{").encode()
