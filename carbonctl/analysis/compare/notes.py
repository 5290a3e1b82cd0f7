"""What is to be said where two sides are not of one kind."""

from carbonctl.analysis.compare.model import Side
from carbonctl.errors import Caution


def notes(base: Side, head: Side, *, told_apart: bool) -> tuple[Caution, ...]:
    """Return notes on a mix of versions, bases or units, and on what is missing."""
    vital: list[str] = []
    if base.results and head.results:
        vital += [*_versions(base, head), *_bases(base, head), *_imports(base, head)]
        vital += _units(base, head)
    if not told_apart:
        vital.append(
            "the spec of a saved result is missing or no longer valid: the range of the "
            "difference is unknown, and changes of the workload and of "
            "assumptions cannot be separated"
            if not (base.has_specs and head.has_specs)
            else "the spec of a saved result is no longer valid: "
            "changes of the workload and of assumptions cannot be separated"
        )
    asides = (Caution(side.note) for side in (base, head) if side.note)
    return (*asides, *(Caution(note, vital=True) for note in vital))


def _versions(base: Side, head: Side) -> list[str]:
    differing = []
    for what, left, right in (
        ("carbonctl", base.version, head.version),
        ("hardware_db", base.hardware_db, head.hardware_db),
    ):
        if left != right:
            differing.append(f"the sides were made with different versions of {what}: "
                             f"{left} and {right}")  # fmt: skip
    if base.facts[2:] != head.facts[2:]:
        left, right = (", ".join(map(str, side.own_records)) or "none" for side in (base, head))
        differing.append(f"the sides were made with different own records: {left} and {right}")
    return differing


def _bases(base: Side, head: Side) -> list[str]:
    left, right = (
        sorted({entry.factor_basis for entry in side.entries if entry.factor_basis})
        for side in (base, head)
    )
    if left == right or not left or not right:
        return []
    ours, theirs = " and ".join(right), " and ".join(left)
    return [f"the carbon intensities are {theirs} in the base, {ours} in {head.label}"]


def _imports(base: Side, head: Side) -> list[str]:
    left, right = (
        dict.fromkeys(place for result in side.results for place in result.imports)
        for side in (base, head)
    )
    if bool(left) == bool(right):
        return []
    counting = ", ".join(left or right)
    where, other = ("the base", head.label) if left else (head.label, "the base")
    return [f"the carbon intensity of {counting} in {where} counts imports, that of {other} not"]


def _units(base: Side, head: Side) -> list[str]:
    left, right = (
        [(result.spec.get("functional_unit") or {}).get("name") for result in side.results]
        for side in (base, head)
    )
    if left == right or len(left) != 1 or len(right) != 1:
        return []
    named = [name or "nothing" for name in (*left, *right)]
    return [f"the functional units differ: {named[0]} and {named[1]}"]
