"""What a projection names has to be there, and its own names have to be unique."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from carbonctl.spec.paths import item_names
from carbonctl.spec.tree import Map, Seq
from carbonctl.spec.validation import Checker
from carbonctl.text import did_you_mean

_MOST_SHOWN = 40
_PHASES = "phases."


def check_names(check: Checker, tree: Map) -> None:
    """Note names of optimisations that come twice, and rates of work that is not there.

    Parameters
    ----------
    check : Checker
        Takes the problems.
    tree : Map
        The workload, with a projection.
    """
    block = tree["projection"]
    several = block.get("optimisation")
    if isinstance(several, Seq):
        named = [item.get("name") if isinstance(item, Map) else None for item in several]
        names = [name if isinstance(name, str) else None for name in named]
        check.unique(("projection", "optimisation"), names, "a second optimisation named `{}`")
    demand = block.get("demand")
    if not isinstance(demand, Map) or "best" in demand:
        return
    known = list(_work(tree.get("phases")))
    given = set[str]()
    for word in demand:
        work = word.removeprefix(_PHASES)
        if work in given:
            said = f"a second rate of `{work}`, with and without `{_PHASES}`; give one"
            check.problem(("projection", "demand", word), said, key=True)
        given.add(work)
        if work not in known:
            close = did_you_mean(word, known) or f"; there are {', '.join(known[:_MOST_SHOWN])}"
            said = f"`{word}` is no phase or activity of this workload{close}"
            check.problem(("projection", "demand", word), said, key=True)


def _work(phases: Any) -> Iterator[str]:
    """Yield the phases that have activities, and the activities."""
    for phase, items in phases.items() if isinstance(phases, Mapping) else ():
        if isinstance(items, Seq) and items:
            yield phase
            yield from (f"{phase}.{name}" for name in item_names(items))
