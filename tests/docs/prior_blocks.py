"""The page of what is assumed: priors by class, and the measured points behind them."""

import csv
from collections import Counter

from carbonctl.catalog import Catalog
from carbonctl.catalog.priors import Prior
from tests.conftest import ROOT
from tests.docs.blocks import Maker, table

_HEADS = ("Class", "Of", "Best", "90 % range", "Evidence", "Confidence", "Sources")
_POINTS = ("Source", "Points", "Classes")


def of(*quantities: str) -> Maker:
    """Return what makes the table of the priors of some quantities."""

    def make() -> str:
        priors = [prior for prior in Catalog().priors.all() if prior.quantity in quantities]
        return table(_HEADS, [_row(prior) for prior in priors])

    return make


def _row(prior: Prior) -> tuple[str, ...]:
    ends = "none" if prior.low == prior.high else f"{prior.low:g} to {prior.high:g}"
    sources = ", ".join(prior.source.split())
    unit = f"{prior.quantity.replace('_', ' ')}, {prior.unit}"
    name = f"`{prior.name}`: {prior.text}"
    return name, unit, f"{prior.best:g}", ends, prior.evidence, prior.confidence, sources


def evidence() -> str:
    """Return how many measured points there are by source."""
    path = ROOT / "hardware_db" / "prior-evidence.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    counts = Counter(row["source"] for row in rows)
    classes = {
        source: sorted({c for row in rows if row["source"] == source for c in row["class"].split()})
        for source in counts
    }
    listed = [(key, str(counts[key]), ", ".join(classes[key])) for key in sorted(counts)]
    return table(_POINTS, listed)
