"""TSV: the CSV's rows, separated by tabs."""

from carbonctl.render import SEPARATORS
from carbonctl.render.result import csv_


class Renderer(csv_.Renderer):
    """Writes the rows of all results under one head."""

    delimiter = SEPARATORS["tsv"]
