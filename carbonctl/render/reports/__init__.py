"""Documents of accounts, one module a kind; each is a function of records and reads nothing.

`KINDS` is the table: what a kind is, and the formats that it is written in, the usual one first.
"""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of document: what it is, and its formats."""

    about: str
    formats: tuple[str, ...]


KINDS = {
    "page": Kind("one page of HTML with charts", ("html",)),
    "sci": Kind("Software Carbon Intensity, ISO/IEC 21031", ("md", "json", "csv")),
    "sci-ai": Kind("Software Carbon Intensity for AI", ("md", "json", "csv")),
    "model-card": Kind("the block co2_eq_emissions of a model card", ("yaml",)),
    "statement": Kind("a carbon impact statement", ("md", "tex", "txt")),
    "inventory": Kind("rows of a GHG Protocol inventory", ("csv", "md", "json")),
}
