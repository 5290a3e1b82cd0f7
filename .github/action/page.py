"""All comparisons as one page of Markdown, which a comment can hold."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from carbonctl.render import humane
from carbonctl.render.escaping import markdown

BEGIN = "<!-- carbonctl:begin -->"
MARK = "<!-- carbonctl:action -->"
END = "<!-- carbonctl:end -->"
MOST_BYTES = 60_000

_BYTES_OF_GATES = 10_000
_BYTES_OF_TABLE = 25_000
_BYTES_OF_THE_END = 100
_LONGEST = 80  # characters of a name or a rule, outside its own section
_LONGEST_MESSAGE = 4_000
_MARKS = {"fail": "❌ failed", "unknown": "❓ unknown", "warn": "⚠️ warning"}
_FOLD = re.compile("^(?=<details>)", re.MULTILINE)  # no name can hold it unescaped
_WORDS = ("heavier", "lighter", "changed", "unchanged", "not compared")


class Outcome(NamedTuple):
    """What came of one file.

    Attributes
    ----------
    name : str
        What people call it.
    code : int
        The exit code.
    messages : str
        What carbonctl said of it.
    annotations : list of str
        Workflow commands.
    document : dict, optional
        The comparison as JSON; None where there is none.
    section : str
        The comparison as Markdown.
    """

    name: str
    code: int
    messages: str
    annotations: Sequence[str] = ()
    document: dict[str, Any] | None = None
    section: str = ""


class _Change(NamedTuple):
    """What changed in one figure, in kgCO2e and per cent; None is unknown."""

    base: float | None
    head: float | None
    difference: float | None
    percent: float | None


def is_changed(outcome: Outcome) -> bool:
    """Return whether anything differs between base and head."""
    return _word(outcome) != "unchanged"


def write(outcomes: Sequence[Outcome], gone: Sequence[str]) -> str:
    """Return the page, at most `MOST_BYTES` long.

    What failed and the totals come first; sections of files follow as long as there is room.
    """
    ordered = sorted(outcomes, key=_rank)
    lines = [BEGIN, MARK, f"## {_headline(ordered)}", ""]
    if said := [*_gates(ordered), *map(_gone, gone)]:
        lines += [*_fitting(said, _BYTES_OF_GATES), ""]
    if ordered:
        lines += ["| Workload | Base | Head | Change | |", "| :-- | --: | --: | --: | --: |"]
        lines += [*_fitting([_row(one) for one in ordered], _BYTES_OF_TABLE), ""]
    room = _Room(MOST_BYTES - _BYTES_OF_THE_END)
    room.takes("\n".join(lines))
    lines += _sections([one for one in ordered if one.code or is_changed(one)], room)
    return "\n".join([*lines, END]) + "\n"


class _Room:
    """Counts the bytes that are left."""

    def __init__(self, size: int) -> None:
        self.left = size

    def takes(self, block: str) -> bool:
        """Return whether a block fits, and give it its room."""
        size = len(block.encode()) + 1
        fits = size <= self.left
        self.left -= size if fits else 0
        return fits


def _fitting(blocks: Sequence[str], size: int) -> list[str]:
    """Return the blocks that there is room for, and how many there was none for."""
    room = _Room(size)
    taken = [block for block in blocks if room.takes(block)]
    left_out = len(blocks) - len(taken)
    return [*taken, *(["", f"… and {left_out} more that did not fit."] if left_out else [])]


def _sections(outcomes: Sequence[Outcome], room: _Room) -> list[str]:
    """Return the sections of files; what is folded goes first where there is no room."""
    lines, cut = [], 0
    for one in outcomes:
        first, *folds = [f"{part.rstrip()}\n" for part in _FOLD.split(_section(one))]
        if not room.takes(first):
            cut += 1
            continue
        taken = [block for block in folds if room.takes(block)]
        lines += [first, *taken]
        cut += taken != folds
    return [*lines, *([f"… and more of {cut} workloads that did not fit."] if cut else [])]


def _short(text: str) -> str:
    return markdown(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def _headline(outcomes: Sequence[Outcome]) -> str:
    counts = Counter(map(_word, outcomes))
    said = ", ".join(f"{counts[word]} {word}" for word in _WORDS if counts[word])
    if len(outcomes) == 1:
        said = _word(outcomes[0])
    return f"Carbon of {len(outcomes)} workload{'s' * (len(outcomes) != 1)}: {said or 'nothing'}"


def _gates(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """Yield what did not pass, one line each."""
    for one in outcomes:
        if one.document is None:
            yield f"- ❓ not compared: {_short(one.name)}"
            continue
        for verdict in one.document["verdicts"]:
            if verdict["outcome"] == "pass":
                continue
            is_warning = verdict["level"] == "warn" and verdict["outcome"] == "fail"
            mark = _MARKS["warn" if is_warning else verdict["outcome"]]
            yield f"- {mark}: {_short(one.name)}: {_short(verdict['rule'])}"


def _gone(name: str) -> str:
    return f"- no longer there: {_short(name)}"


def _row(outcome: Outcome) -> str:
    change = _change(outcome)
    moves = (humane.signed(change.difference, humane.mass), humane.change(change.percent))
    cells = (_short(outcome.name), humane.mass(change.base), humane.mass(change.head), *moves)
    return f"| {' | '.join(cells)} |"


def _change(outcome: Outcome) -> _Change:
    """Return the change of total carbon, or of operational where embodied is unknown."""
    if outcome.document is None:
        return _Change(None, None, None, None)
    sums = outcome.document["alternatives"][0]["total"]
    known = sums["total_kgco2e"]["difference"] is not None
    delta = sums["total_kgco2e" if known else "operational_kgco2e"]
    return _Change(*(delta[key] for key in _Change._fields))


def _word(outcome: Outcome) -> str:
    if outcome.document is None:
        return "not compared"
    if all(row["change"] == "same" for row in outcome.document["alternatives"][0]["entries"]):
        return "unchanged"
    difference = _change(outcome).difference
    return "heavier" if (difference or 0) > 0 else "lighter" if (difference or 0) < 0 else "changed"


def _rank(outcome: Outcome) -> tuple[bool, bool, float]:
    """Return what puts first what failed, then what changed most."""
    difference = _change(outcome).difference
    return outcome.document is not None, not outcome.code, -abs(difference or 0)


def _section(outcome: Outcome) -> str:
    if outcome.document is None:
        said = outcome.messages[:_LONGEST_MESSAGE].split("\n")
        bullets = [f"- {markdown(line)}" for line in said if line.strip()]
        return "\n".join([f"### {markdown(outcome.name)}", "", *bullets, ""])
    return outcome.section.removeprefix(f"{BEGIN}\n").removesuffix(f"{END}\n")
