"""All comparisons as one page of Markdown, and as a comment: change, reasons, verdicts."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import fsum, inf
from typing import Any, NamedTuple

from carbonctl.render import human_numbers
from carbonctl.render.escaping import markdown
from reasons import reasons

BEGIN = "<!-- carbonctl:begin -->"
MARK = "<!-- carbonctl:action -->"
END = "<!-- carbonctl:end -->"
MOST_BYTES = 60_000

_BYTES_OF_GATES = 10_000
_BYTES_OF_TABLE = 25_000
_BYTES_OF_A_COMMENTS_TABLE = 3_000
_BYTES_OF_A_COMMENTS_GATES = 3_000
_BYTES_OF_THE_END = 100
_LONGEST = 80  # characters of a name or a rule, outside its own section
_LONGEST_MESSAGE = 4_000
_LONGEST_FIRST_LINE = 200  # of a message
_MOST_REASONS = 3  # of a workload
_MOST_WITH_REASONS = 3  # workloads
_MARKS = {"fail": "❌ failed", "unknown": "❓ unknown", "warn": "⚠️ warning"}
_FOLD = re.compile("^(?=<details>)", re.MULTILINE)  # no name can hold it unescaped
_WORDS = ("heavier", "lighter", "changed", "unchanged", "not compared")


_WRITERS: dict[str, Callable[[float], str]] = {
    "%": human_numbers.change, "kgCO2e": human_numbers.mass, "kWh": human_numbers.energy,
}  # fmt: skip


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
    is_removed : bool
        Whether only the base has it.
    """

    name: str
    code: int
    messages: str
    annotations: Sequence[str] = ()
    document: dict[str, Any] | None = None
    section: str = ""
    is_removed: bool = False


class _Change(NamedTuple):
    """What changed in one figure, in kgCO2e and per cent; None is unknown."""

    base: float | None
    head: float | None
    difference: float | None
    percent: float | None


def removal(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the comparison of results of the base with nothing; unknown where there are none."""
    total = {}
    for key in ("total_kgco2e", "operational_kgco2e"):
        known = [result["total"][key] for result in results]
        base = None if not known or None in known else fsum(known)
        percent = -100.0 if base else None
        total[key] = _Change(base, 0.0, None if base is None else -base, percent)._asdict()
    return {"alternatives": [{"total": total, "entries": [{"change": "removed"}]}], "verdicts": []}


def is_changed(outcome: Outcome) -> bool:
    """Return whether anything differs between base and head."""
    return _word(outcome) != "unchanged"


def write(outcomes: Sequence[Outcome], remarks: Sequence[str]) -> str:
    """Return the page, at most `MOST_BYTES` long.

    The change, its reasons and the verdicts come first; sections of files follow as long as
    there is room.
    """
    ordered = sorted(outcomes, key=_rank)
    lines = _head(ordered, remarks, _BYTES_OF_GATES)
    if ordered:
        lines += _table(ordered, _BYTES_OF_TABLE)
    for one in _own_records(ordered):
        lines += [one, ""]
    room = _Room(MOST_BYTES - _BYTES_OF_THE_END)
    room.takes("\n".join(lines))
    shown = [one for one in ordered if not one.is_removed and (one.code or is_changed(one))]
    lines += _sections(shown, room)
    return "\n".join([*lines, END]) + "\n"


def comment(outcomes: Sequence[Outcome], remarks: Sequence[str], address: str = "") -> str:
    """Return the short form: the change, its reasons, the verdicts, and a row per changed file.

    ``address`` is where the whole page is.
    """
    ordered = sorted(outcomes, key=_rank)
    lines = _head(ordered, remarks, _BYTES_OF_A_COMMENTS_GATES)
    changed = [one for one in ordered if one.document and is_changed(one)]
    if len(ordered) > 1 and changed:
        lines += _table(changed, _BYTES_OF_A_COMMENTS_TABLE, ordered)
    for one in _own_records(ordered):
        lines += [one, ""]
    if address:
        lines += [f"[All figures]({address})", ""]
    return "\n".join([*lines, END]) + "\n"


def _head(ordered: Sequence[Outcome], remarks: Sequence[str], size: int) -> list[str]:
    """Return the total change, how many files changed, why, and what did not pass."""
    lines = [BEGIN, MARK, f"## Carbon: {_headline(ordered)}", "", f"{_counts(ordered)}.", ""]
    if why := list(_reasons(ordered)):
        lines += [*(["Why:", ""] if len(ordered) > 1 else []), *why, ""]
    said = [*_gates(ordered), *_passed(ordered), *(f"- ⚠️ {markdown(one)}" for one in remarks)]
    return [*lines, *_fitting(said, size), ""] if said else lines


def _table(
    shown: Sequence[Outcome], size: int, summed: Sequence[Outcome] | None = None
) -> list[str]:
    """Return a row per file, and the sum over all of them."""
    rows, cut = _fitted([_row(one) for one in shown], size)
    head = ["| Workload | Base | Head | Change | |", "| :-- | --: | --: | --: | --: |"]
    return [*head, *rows, *_total(summed or shown), *cut, ""]


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
    taken, cut = _fitted(blocks, size)
    return [*taken, *cut]


def _fitted(blocks: Sequence[str], size: int) -> tuple[list[str], list[str]]:
    """Return the blocks that there is room for, and a line on those that there was none for."""
    room = _Room(size)
    taken = [block for block in blocks if room.takes(block)]
    left_out = len(blocks) - len(taken)
    return taken, ["", f"… and {left_out} more that did not fit."] if left_out else []


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
    """Return the change of the total over all files."""
    compared = [one for one in outcomes if one.document is not None]
    if not compared:
        return "not compared"
    if all(not is_changed(one) for one in outcomes):
        return "unchanged"
    change, of = _sums(outcomes), ""
    if change.difference is None and len(outcomes) == 1:
        change, of = _change(outcomes[0]), " operational"
    if change.difference is None:
        return "the change is unknown"
    difference = human_numbers.signed(change.difference, human_numbers.mass)
    percent = "" if change.percent is None else f" ({human_numbers.change(change.percent)})"
    base, head = human_numbers.mass(change.base), human_numbers.mass(change.head)
    return f"{difference}{of}{percent}, from {base} to {head}{of}"


def _counts(outcomes: Sequence[Outcome]) -> str:
    present = [one for one in outcomes if not one.is_removed]
    counts = Counter(map(_word, present))
    said = [f"{counts[word]} {word}" for word in _WORDS if counts[word]]
    if len(present) == 1:
        said = [_word(present[0])]
    if removed := len(outcomes) - len(present):
        said.append(f"{removed} removed")
    return f"{_workloads(len(present))}: {', '.join(said) or 'nothing'}"


def _reasons(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """Yield why the files changed whose change is largest, one line each."""
    changed = [one for one in outcomes if one.document and not one.is_removed and is_changed(one)]
    for one in changed[:_MOST_WITH_REASONS]:
        found = reasons(one.document or {})
        said = [_short(reason) for reason in found[:_MOST_REASONS]]
        if more := len(found) - len(said):
            said.append(f"{more} more")
        start = f"- {_short(one.name)}: " if len(outcomes) > 1 else "Why: "
        if said:
            yield f"{start}{'; '.join(said)}"


def _workloads(number: int) -> str:
    return f"{number} workload{'s' * (number != 1)}"


def _gates(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """Yield what did not pass, one line each."""
    for one in outcomes:
        if one.is_removed:
            lets = "; set `removed: allow` to permit this" if one.code else ""
            yield f"- {'❌ ' * bool(one.code)}removed: {_short(one.name)}{lets}"
        elif one.document is None:
            first = one.messages.partition("\n")[0][:_LONGEST_FIRST_LINE]
            yield f"- ❓ not compared: {_short(one.name)}{f': {markdown(first)}' if first else ''}"
        for verdict in one.document["verdicts"] if one.document else ():
            if verdict["outcome"] == "pass":
                continue
            is_warning = verdict["level"] == "warn" and verdict["outcome"] == "fail"
            mark = _MARKS["warn" if is_warning else verdict["outcome"]]
            yield f"- {mark}: {_short(one.name)}: {_short(verdict['rule'])}{_measured(verdict)}"


def _measured(verdict: dict[str, Any]) -> str:
    """Return what was measured, in brackets; empty where a unit has no writer here."""
    write = _WRITERS.get(verdict["unit"])
    if verdict["value"] is None or write is None:
        return ""
    return f" (it is {write(verdict['value'])})"


def _passed(outcomes: Sequence[Outcome]) -> list[str]:
    """Return how many gates passed."""
    documents = [one.document for one in outcomes if one.document]
    verdicts = [verdict for one in documents for verdict in one["verdicts"]]
    passed = sum(verdict["outcome"] == "pass" for verdict in verdicts)
    return [f"- ✅ {passed} gate{'s' * (passed != 1)} passed"] if passed else []


def _row(outcome: Outcome) -> str:
    change = _change(outcome)
    of = "" if _total_change(outcome) == change else " operational"
    name = _short(outcome.name) + (" (removed)" if outcome.is_removed else "")
    return _cells(name, change, of)


def _total(outcomes: Sequence[Outcome]) -> list[str]:
    """Return the row of all workloads together, where there are several."""
    if len(outcomes) == 1:
        return []
    return [_cells(f"**Total of {_workloads(len(outcomes))}**", _sums(outcomes))]


def _sums(outcomes: Sequence[Outcome]) -> _Change:
    """Return the change of the total over all files; unknown where one of them is."""
    changes = [_total_change(one) for one in outcomes]
    base, head = (_sum([change[side] for change in changes]) for side in (0, 1))
    difference = None if base is None or head is None else head - base
    percent = difference * 100 / base if base and difference is not None else None
    return _Change(base, head, difference, percent)


def _sum(figures: Sequence[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return fsum(known) if len(known) == len(figures) else None


def _cells(name: str, change: _Change, of: str = "") -> str:
    masses = (human_numbers.mass(change.base), human_numbers.mass(change.head),
              human_numbers.signed(change.difference, human_numbers.mass))  # fmt: skip
    cells = (name, *(f"{mass}{of}" for mass in masses), human_numbers.change(change.percent))
    return f"| {' | '.join(cells)} |"


def _change(outcome: Outcome) -> _Change:
    """Return the change of total carbon, or of operational where embodied is unknown."""
    total = _total_change(outcome)
    return total if total.difference is not None else _change_of(outcome, "operational_kgco2e")


def _total_change(outcome: Outcome) -> _Change:
    return _change_of(outcome, "total_kgco2e")


def _change_of(outcome: Outcome, key: str) -> _Change:
    if outcome.document is None:
        return _Change(None, None, None, None)
    delta = outcome.document["alternatives"][0]["total"][key]
    return _Change(*(delta[name] for name in _Change._fields))


def _own_records(outcomes: Sequence[Outcome]) -> Iterable[str]:
    """Yield the folders of own records behind the comparisons, one line each."""
    documents = [one.document for one in outcomes if one.document]
    found = [records for document in documents for records in document.get("own_records", ())]
    for path, digest, files in dict.fromkeys((r["path"], r["sha256"], r["files"]) for r in found):
        number = f"{files} file{'s' * (files != 1)}"
        yield f"Own records: {markdown(path)} (sha256 `{digest[:12]}`), {number}"


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
    return (
        outcome.document is not None,
        not outcome.code,
        -abs(inf if difference is None else difference),
    )


def _section(outcome: Outcome) -> str:
    if outcome.document is None:
        said = outcome.messages[:_LONGEST_MESSAGE].split("\n")
        bullets = [f"- {markdown(line)}" for line in said if line.strip()]
        return "\n".join([f"### {markdown(outcome.name)}", "", *bullets, ""])
    return outcome.section.removeprefix(f"{BEGIN}\n").removesuffix(f"{END}\n")
