"""The block ``co2_eq_emissions`` of a model card, and a card with it.

The field is in grams, a bare number.
"""

from __future__ import annotations

import json
import re

from carbonctl.analysis.reports.statement import Card, Machines, Place
from carbonctl.ledger.result import About
from carbonctl.render import human_numbers as h
from carbonctl.text import printable

KEY = "co2_eq_emissions"
_FRONT = re.compile(
    r"\A(?:\ufeff)?---[ \t]*\r?\n(?P<matter>.*?)(?P<end>^---[ \t]*(?:\r?\n|\Z))", re.S | re.M
)
_BLOCK = re.compile(
    rf"^{KEY}[ \t]*:.*\r?\n?(?:(?:[ \t]+.*|[ \t]*#.*|[ \t]*)\r?\n)*?(?=^\S|\Z)", re.M
)


class NoFrontMatter(ValueError):
    """A card without front matter, into which nothing can be put."""


def render(card: Card, about: About) -> str:
    """Return the block as YAML."""
    lines = [
        f"{KEY}:",
        f"  emissions: {_number(card.grams)}",
        f"  source: {_quoted(_source(card, about))}",
        f"  training_type: {_quoted(card.training_type)}",
        f"  geographical_location: {_quoted('; '.join(map(_place, card.place)))}",
        f"  hardware_used: {_quoted('; '.join(map(_machines, card.hardware)))}",
    ]
    return "\n".join(lines) + "\n"


def updated(text: str, block: str) -> str:
    """Return the text of a card with another block in its front matter; the rest as it is.

    Raises
    ------
    NoFrontMatter
        Where it has none.
    """
    front = _FRONT.match(text)
    if front is None:
        raise NoFrontMatter("there is no front matter between two lines of ---")
    matter = front["matter"]
    newline = "\r\n" if "\r\n" in front[0] else "\n"
    block = block.replace("\n", newline)
    there = _BLOCK.search(matter)
    if there is None:
        gap = "" if not matter or matter.endswith("\n") else newline
        changed = f"{matter}{gap}{block}"
    else:
        changed = matter[: there.start()] + block + matter[there.end() :]
    start = front.start("matter")
    return text[:start] + changed + text[front.end("matter") :]


def _number(grams: float) -> str:
    """Write grams as a bare number, in full."""
    return str(int(grams)) if grams == int(grams) and grams < 1e15 else repr(grams)


def _quoted(text: str) -> str:
    """Write a text in YAML's double quotes, which are those of JSON."""
    return json.dumps(printable(text).replace("\n", " "), ensure_ascii=False)


def _source(card: Card, about: About) -> str:
    included = ", ".join(part for part in card.included if part != "training")
    also = f" with {included}" if included else ""
    left = "; ".join(
        f"{part} {h.mass(kg) if kg is not None else 'not known'} not included"
        for part, kg in card.left_out
    )
    return (
        f"carbonctl {about.version}, data {about.hardware_db}; location-based, operational{also}"
        + (f"; {left}" if left else "")
    )


def _place(place: Place) -> str:
    if place.intensity is None:
        return place.site
    return f"{place.site}, {h.significant(place.intensity * 1000)} gCO2e/kWh ({place.status})"


def _machines(machines: Machines) -> str:
    if machines.device_hours is None:
        return machines.device
    return f"{machines.device}, {h.significant(machines.device_hours)} device-h"
