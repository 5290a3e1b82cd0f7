"""What was assumed, as people read it: equal figures of equal name together."""

from collections import Counter
from typing import NamedTuple

from carbonctl.ledger.result import Assumption, Result
from carbonctl.render import human_numbers

_PARTS = ".parts."


class AssumptionRow(NamedTuple):
    """One assumed figure, however many places it is used in."""

    label: str
    said: str
    status: str
    sources: tuple[str, ...]


def assumption_rows(result: Result) -> list[AssumptionRow]:
    """Return what was assumed, equal figures of equal name together."""
    used_in = {(v.path, v.best) for e in result.booked for v in e.inputs}
    of_parts: dict[str, list[Assumption]] = {}
    places: dict[tuple[str, str, str, str], list[str]] = {}
    for row in result.assumptions:
        system, in_parts, _ = row.path.partition(_PARTS)
        if in_parts:
            of_parts.setdefault(system, []).append(row)
            continue
        where, _, key = row.path.rpartition(".")
        said = human_numbers.ranged(row.value, row.low, row.high, row.unit, row.path)
        is_used = (row.path, row.value) in used_in
        if key == "market_intensity" and not is_used and row.status != "derived":
            continue  # as location-based: nothing is contracted
        name = key if row.unit else row.name or key
        places.setdefault((name, said, row.status, row.source or ""), []).append(where)
    used = Counter(key for key, *_ in places)
    rows = []
    for (key, said, status, source), paths in places.items():
        label = key if used[key] == 1 else f"{key}, {_short(paths)}"
        rows.append(AssumptionRow(label, said, status, tuple(source.split())))
    return [*rows, *(_parts(system, some) for system, some in of_parts.items())]


def _parts(system: str, rows: list[Assumption]) -> AssumptionRow:
    """Return the figures of a list of parts as one row; `carbonctl embodied` shows them all."""
    sources = " ".join(row.source or "" for row in rows).split()
    label = f"parts of {_short([system])} (carbonctl embodied)"
    status = "default" if any(row.status == "default" for row in rows) else "catalog"
    return AssumptionRow(label, f"{len(rows)} figures", status, tuple(dict.fromkeys(sources)))


def _short(paths: list[str]) -> str:
    names = dict.fromkeys(path.removeprefix("phases.").removeprefix("systems.") for path in paths)
    return ", ".join(names)
