"""A carbon impact statement as Markdown, LaTeX or plain text: no adjectives, every basis said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from carbonctl.analysis.reports.statement import Machines, Place, Statement
from carbonctl.catalog.everyday import Everyday
from carbonctl.ledger.result import About, Result
from carbonctl.render import human_numbers as h
from carbonctl.render.escaping import latex, markdown

_SHORT_HASH = 12


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


ESCAPES: dict[str, Callable[[str], str]] = {"md": markdown, "tex": latex, "txt": _plain}


def render(
    form: str,
    some: Sequence[Statement],
    about: About,
    everyday: Sequence[Everyday] = (),
    date: str = "",
) -> str:
    """Return statements in a format, a paragraph a line."""
    escape = ESCAPES[form]
    parts = []
    for one in some:
        paragraphs = [" ".join(sentences) for sentences in _paragraphs(one, about, everyday, date)]
        parts.append("\n\n".join(escape(paragraph) for paragraph in paragraphs))
    return "\n\n".join(parts) + "\n"


def _paragraphs(
    one: Statement, about: About, everyday: Sequence[Everyday], date: str
) -> Iterator[list[str]]:
    result = one.result
    yield [*_caused(one), *_reported(result)]
    yield [*map(_ran, one.machines), *_failed(one.machines)]
    yield [*_left_out(one), *_doubt(result), *_as_much(result, everyday)]
    digest = result.sha256[:_SHORT_HASH]
    made = f"carbonctl {about.version}, data {about.hardware_db}; {result.file} sha256 {digest}…."
    yield [made, *([f"{date}."] if date else [])]


def _caused(one: Statement) -> Iterator[str]:
    """Yield what was emitted, and on what basis."""
    total = one.result.total
    if total.total_kgco2e is None:
        yield f"The total of {one.result.name} is not known: {'; '.join(one.not_given)}."
    else:
        low, high = total.total_low_kgco2e, total.total_high_kgco2e
        ends = ""
        if low is not None and high is not None and low != high:
            ends = f" (90 % range {h.mass(low)} to {h.mass(high)})"
        yield (f"We estimate that {one.result.name} causes {h.mass(total.total_kgco2e)}{ends}.")
    market = total.operational_market_kgco2e
    by_market = "market-based not known" if market is None else f"market-based {h.mass(market)}"
    if market is not None and market == total.operational_kgco2e:
        by_market = "market-based the same, no contracts given"
    sites = "; ".join(map(_place, one.places))
    yield (
        f"{h.mass(total.operational_kgco2e)} is from {h.energy(total.energy_kwh)} of electricity"
        f"{f' ({sites})' if sites else ''}, location-based; {by_market}."
    )
    life = f" ({', '.join(one.life)})" if one.life else ""
    if total.embodied_kgco2e is None:
        yield "Carbon of making the hardware is not known."
    else:
        yield f"{h.mass(total.embodied_kgco2e)} is a share of making the hardware{life}."


def _place(place: Place) -> str:
    parts = [place.site]
    if place.intensity is not None:
        basis = f" {place.basis}" if place.basis else ""
        year = f" of {place.year}" if place.year else ""
        source = f", {place.source}" if place.source else f", {place.status}"
        parts.append(f"{h.significant(place.intensity * 1000)} gCO2e/kWh{basis}{year}{source}")
    parts.append(f"PUE {h.significant(place.pue)}" if place.pue is not None else "PUE not counted")
    return ", ".join(parts)


def _reported(result: Result) -> Iterator[str]:
    for key, figure in (result.reported or {}).items():
        name = key.removesuffix("_kgco2e").replace("_", " ")
        if figure.error_pct is not None:
            yield f"Against the published {name} carbon ours is {h.change(figure.error_pct)}."


def _ran(one: Machines) -> str:
    hours = "device time not known"
    if one.device_hours is not None:
        hours = f"{h.significant(one.device_hours)} device-hours"
    power = f"; {one.power}" if one.power else ""
    return f"{one.activity}: {one.device}, {hours}{power}."


def _failed(machines: Sequence[Machines]) -> Iterator[str]:
    known = [f"{one.activity} {one.failed}" for one in machines if one.failed]
    if known:
        yield f"Runs that failed or were restarted are counted: {'; '.join(known)}."
    else:
        yield "Runs that failed or were not published are not given, and not counted."


def _left_out(one: Statement) -> Iterator[str]:
    if one.not_given:
        yield f"Not given and not counted: {', '.join(one.not_given)}."


def _doubt(result: Result) -> Iterator[str]:
    foremost = next(iter(result.drivers), None)
    if foremost is not None:
        yield f"The range is widest by {foremost.name} ({foremost.path})."


def _as_much(result: Result, everyday: Sequence[Everyday]) -> Iterator[str]:
    for thing, count in result.equivalents(everyday):
        yield f"As much carbon as {h.significant(count, 3)} {thing.unit} ({thing.source})."
