"""Why the carbon of a workload changed, from its comparison as JSON: the largest reasons first."""

from collections.abc import Iterator
from math import inf
from typing import Any

from carbonctl.render import human_numbers

_NO_FIGURE = "–"
_KINDS = {"workload": " (assumed)", "assumptions": " (other data)", "unknown": " (assumed)"}


def reasons(document: dict[str, Any]) -> list[str]:
    """Return what differs between base and head, as text that is not escaped.

    Activities that came or went, then figures of the workload, then assumed ones.
    """
    found = document["alternatives"][0]
    given = [_figure(one) for one in sorted(found.get("inputs", ()), key=_smallness)]
    assumed = [
        f"{_figure(one)}{_KINDS[one['cause']]}"
        for one in sorted(found.get("assumptions", ()), key=_smallness)
    ]
    return [*_activities(found["entries"]), *given, *assumed]


def _activities(entries: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the activities of which only one side has entries."""
    changes: dict[str, set[str]] = {}
    for entry in entries:
        if "activity" in entry:
            name = f"{entry['phase']}.{entry['activity']}"
            changes.setdefault(name, set()).add(entry["change"])
    for word in ("added", "removed"):
        yield from (f"{name} {word}" for name, some in changes.items() if some == {word})


def _figure(change: dict[str, Any]) -> str:
    before, after = (
        _NO_FIGURE if change[side] is None
        else human_numbers.figure(change[side], change["unit"], change["path"])
        for side in ("base", "head")
    )  # fmt: skip
    return f"{change['path'].removeprefix('phases.')} {before} → {after}"


def _smallness(change: dict[str, Any]) -> float:
    """Return what puts the largest relative change first, what is new or gone before it."""
    if not change["base"] or change["head"] is None:
        return -inf
    ratio: float = change["head"] / change["base"]
    return -abs(ratio - 1)
