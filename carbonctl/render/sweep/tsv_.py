"""TSV: the CSV's rows, separated by tabs."""

from carbonctl.render import SEPARATORS
from carbonctl.render.sweep import csv_


class Renderer(csv_.Renderer):
    """Writes points under one head."""

    delimiter = SEPARATORS["tsv"]
