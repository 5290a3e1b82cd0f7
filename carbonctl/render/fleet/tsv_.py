"""TSV: the CSV's rows, separated by tabs."""

from carbonctl.render import SEPARATORS
from carbonctl.render.fleet import Report, csv_


def render(report: Report) -> str:
    """Return the whole table."""
    return csv_.render(report, SEPARATORS["tsv"])
