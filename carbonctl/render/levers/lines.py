"""What is said of levers around their table, for people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from carbonctl.analysis.levers.attribution import LOGARITHMIC, SHAPLEY
from carbonctl.analysis.levers.report import LeverLine, Report
from carbonctl.analysis.levers.rows import LeverRow
from carbonctl.analysis.levers.suggest import Suggested
from carbonctl.render.human_numbers import (
    decimals,
    fixed,
    mass,
    percent,
    runs,
    scale,
    significant,
)

_CARBON = "CO2e"
_PLAIN = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9 ._/%-]*[A-Za-z0-9%]|[A-Za-z0-9]"
)  # needs no quotes in YAML
_LARGE = 1e6
_SAME = 0.005  # of what all save; below it what each saves alone adds up
_WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
          "eleven", "twelve")  # fmt: skip
_SHARED = {
    SHAPLEY: "Saved is the mean over all orders of the levers (Shapley).",
    LOGARITHMIC: "Saved is shared by the logarithms of the factors, in whatever order.",
}


def headline(report: Report, name: str) -> str:
    """Return the workload by its name, its totals before and after, and what is saved."""
    total = report.total
    before, after, saved = (
        total.total_before_kgco2e, total.total_after_kgco2e, total.saved_kgco2e
    )  # fmt: skip
    if before is None or after is None or saved is None:
        operational = total.operational_saved_kgco2e or 0.0
        word = "more" if operational < 0 else "saved"
        said = f"{_short(abs(operational))} of operational carbon {word}"
        return f"{name}: {said}; total unknown"
    return f"{name}: {change(before, after)}, {_saved(report)}"


def suggested_headline(some: Suggested) -> str:
    """Return the workload, its total, and how many levers there are."""
    total = some.base.total
    carbon = mass(total.total_kgco2e)
    if total.total_kgco2e is None:
        carbon = f"{mass(total.operational_kgco2e)} operational, total unknown"
    if not some.lines:
        return f"{some.name}: {carbon}; nothing that is tried would lower it"
    return f"{some.name}: {carbon}; what would lower it, each by itself"


def saved_range(row: LeverRow, size: float, places: int) -> str:
    """Return the range of a saving over a size; nothing where it is unknown."""
    ends = (row.saved_low_kgco2e, row.saved_high_kgco2e)
    if None in ends:
        return ""
    texts = [fixed(abs(end or 0.0), places, size) for end in ends]
    minus = ["−" if (end or 0.0) < 0 else "" for end in ends]
    return "..".join(map("".join, zip(minus, texts, strict=True)))


def assumed(some: Suggested) -> Iterator[str]:
    """Yield what the levers take for granted, those that take the same together."""
    by_words: dict[str, list[int]] = {}
    for line in some.lines:
        market = line.row.operational_market_saved_kgco2e
        less = f" ({mass(market)} less)" if market and not line.row.saved_kgco2e else ""
        by_words.setdefault(line.assumption + less, []).append(line.row.order or 0)
    for words, places in by_words.items():
        yield f"{runs(places)}: {words}."


def as_written(keys: Mapping[str, Any]) -> str:
    """Return a lever as a line of a file."""
    return f"- {_flow(keys)}"


def _flow(node: Any) -> str:
    if isinstance(node, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(value)}" for key, value in node.items()) + "}"
    if isinstance(node, list | tuple):
        return f"[{', '.join(map(_flow, node))}]"
    text = str(node)
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _saved(report: Report) -> str:
    total = report.total
    saved = total.saved_kgco2e or 0.0
    low, high = total.saved_low_kgco2e, total.saved_high_kgco2e
    if saved < 0 and low is not None and high is not None:
        low, high = -high, -low
    bounds = ""
    if low is not None and high is not None and fixed(low, 1) != fixed(high, 1):
        size, unit = scale(max(abs(low), abs(high)), "kgCO2e")
        ends = "..".join(significant(end / size) for end in (low, high))
        bounds = f" ({ends} {unit.removesuffix(_CARBON)} in 90 of 100 cases)"
    share = "" if total.saved_pct is None else f" ({percent(saved, total.total_before_kgco2e)})"
    if saved < 0:
        return f"{_short(-saved)} more{bounds}"
    return f"{_short(saved)} saved{share}{bounds}"


def change(before: float, after: float) -> str:
    """Return a sum of carbon before and after, in one unit."""
    size, unit = scale(max(abs(before), abs(after)), "kgCO2e")
    places = decimals(max(abs(before), abs(after)) / size)
    return f"{fixed(before, places, size)} → {fixed(after, places, size)} {unit}"


def _short(kg: float | None) -> str:
    return mass(kg).removesuffix(_CARBON)


def remarks(report: Report) -> Iterator[str]:
    """Yield what stands below the table."""
    if report.is_ranked:
        yield "At each step the lever that saves most was pulled."
    if report.attribution in _SHARED:
        yield _SHARED[report.attribution]
    yield from _alone(report)
    for line in report.lines:
        yield from _of_lever(line, is_shared=report.attribution in _SHARED)
    yield from _relative(report)
    before, after = report.market
    if before is not None and after is not None:
        yield f"Market-based: {change(before, after)}"
    for said in report.assumptions:
        yield f"Assumed: {said}."


def _alone(report: Report) -> Iterator[str]:
    alone, saved = report.alone_kgco2e, report.total.saved_kgco2e
    count = len(report.lines)
    if count < 2 or alone is None or saved is None or abs(alone - saved) <= _SAME * abs(saved):
        return
    word = _WORDS[count] if count < len(_WORDS) else str(count)
    why = "they work on the same carbon" if alone > saved else "together they save more"
    what = f"save {_short(alone)}" if alone >= 0 else f"cost {_short(-alone)}"
    yield f"Alone, the {word} would {what}: {why}, and this is no total."


def _of_lever(line: LeverLine, *, is_shared: bool) -> Iterator[str]:
    """Yield what stands of one lever, by its saving after those above it."""
    row = line.row
    name = f"{row.lever}, after those above it" if is_shared else row.lever
    if line.without_rebound_kgco2e is not None:
        expected = line.without_rebound_kgco2e + (row.added_kgco2e or 0.0)
        back = percent(row.rebound_kgco2e, expected)
        yield (
            f"{name}: without rebound it would save {_short(line.without_rebound_kgco2e)}; "
            f"demand takes back {_short(row.rebound_kgco2e)}, {back} of the expected saving."
        )
    payback = line.payback
    if payback is None:
        return
    times = [] if payback.requests is None else [f"{_many(payback.requests)} requests"]
    times += [] if payback.days is None else [f"{significant(payback.days)} days"]
    after = f"paid back after {', '.join(times)}"
    if payback.share > 1:
        after = "not paid back in the time of this account"
    elif not times:
        after = f"paid back after {percent(payback.share, 1)} of the work"
    yield f"{name}: {_short(row.added_kgco2e)} are added once, {after}."


def _many(number: float) -> str:
    """Return a large number as a workload would write it: 2.4e9."""
    if number < _LARGE:
        return significant(number)
    mantissa, _, exponent = f"{number:.3e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def _relative(report: Report) -> Iterator[str]:
    """Yield how many times the electricity at the end there is before each published lever."""
    known = [line for line in report.lines if line.relative is not None]
    if not known:
        return
    first = known[0].row
    where = first.on or "the workload"
    since = "" if known[0] is report.lines[0] else f"From {first.lever} on "
    printed = "" if known[0].printed is None else f" (the paper prints {known[0].printed:g})"
    yield f"{since}{_times(known[0])} × less electricity in {where}{printed}."
    if len(known) > 1:
        steps = (f"{line.row.lever} {_times(line)} ×" for line in known[1:])
        yield f"Electricity over that at the end, before each: {', '.join(steps)}."


def _times(line: LeverLine) -> str:
    return significant(float(f"{line.relative or 0.0:.3g}"), 3)
