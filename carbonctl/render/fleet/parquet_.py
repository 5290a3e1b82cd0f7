"""Parquet: the CSV's rows with the types of their columns, null where unknown."""

from carbonctl.ledger import frames
from carbonctl.render.fleet import FIGURES, Report, columns, group_rows

_TYPES = {"rows": "Int64", "device_h": "float64", "share": "float64"}


def render(report: Report) -> bytes:
    """Return the whole file.

    Raises
    ------
    MissingExtra
        Where pandas or pyarrow is not installed.
    """
    frames.require("Parquet", "pandas", "pyarrow")
    head = columns(report.fleet.by)
    tags = dict.fromkeys(head[: -len(FIGURES)], "string")
    return frames.parquet(frames.of_rows(head, group_rows(report.fleet), {**_TYPES, **tags}))
