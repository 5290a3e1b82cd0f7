"""Any figure as a tree: formula with numbers in place, then each input and its source."""

import re
from collections.abc import Iterable

from carbonctl.ledger.entry import OPERATIONAL, Entry
from carbonctl.ledger.result import Result
from carbonctl.ledger.sums import without_range
from carbonctl.numbers.values import Value
from carbonctl.render import Style, human_numbers
from carbonctl.render.plain import filled

_OPERATORS = str.maketrans({"*": "×", "/": "÷", "-": "−"})
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")
_BRANCHES = re.compile(r"[│├└─ ]*")


def explain(result: Result, entries: Iterable[Entry], style: Style) -> str:
    """Return the tree of some entries of a result, by phase and activity.

    Lines are not wrapped where the width of the style is 0.
    """
    cited: dict[str, str] = {}
    lines = []
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.phase, entry.activity), []).append(entry)
    for (phase, activity), own in groups.items():
        lines.append(f"{'.'.join(filter(None, (phase, activity)))}: {_sum(own)}")
        above: list[Entry] = []
        for place, entry in enumerate(own):
            last = place == len(own) - 1
            branch, below = ("└─ ", "   ") if last else ("├─ ", "│  ")
            lines += _entry(_folded(entry, above), result.file, branch, below, cited)
            if entry.boundary == OPERATIONAL:  # of embodied carbon there is no energy to name
                above.append(entry)
        if (phase, activity) in result.details:
            from carbonctl.render.model_details import of_activity, terms

            figures = of_activity(result, phase, activity)
            lines += ["", *terms(result.details[phase, activity], figures)]
        lines.append("")
    lines += _sources(cited, style)
    return "\n".join(_wrapped(line, style) for line in lines)


def _folded(entry: Entry, above: list[Entry]) -> Entry:
    """Return an entry with the energies that stand above it under names of their own."""
    formula, inputs = entry.formula, list(entry.inputs)
    ours = {value.name: value for value in entry.inputs}
    energies: list[Value] = []
    for other in sorted(above, key=lambda e: -len(e.formula)):
        part = _energy(other, ours)
        if part is None or part not in formula:
            continue
        name = "energy_of_" + (_NOT_A_NAME.sub("_", other.item.lower()).strip("_") or "it")
        while any(name in (energy.name, *ours) for energy in energies):
            name += "_"
        formula = formula.replace(part, name)
        inputs = [v for v in inputs if v not in other.inputs or v == entry.inputs[-1]]
        note = f"{other.item}, above, before the carbon intensity"
        energies.append(Value(other.quantity or 0.0, "kWh", "derived", name=name, note=note))
    if not energies:
        return entry
    order = _NAME.findall(formula)
    inputs += [v for v in entry.inputs if v.name in order and v not in inputs]
    inputs = sorted(
        [*energies, *inputs], key=lambda v: order.index(v.name) if v.name in order else len(order)
    )
    return entry._replace(formula=formula, inputs=tuple(inputs))


def _energy(other: Entry, inputs: dict[str, Value]) -> str | None:
    """Return the formula of another entry's energy; None where its inputs are not the same."""
    part = other.amount
    if not part or _NAME.fullmatch(part):
        return None
    theirs = {value.name: value for value in other.inputs}
    names = set(_NAME.findall(part))
    return part if all(theirs[name] == inputs.get(name) for name in names) else None


def _wrapped(line: str, style: Style) -> str:
    """Return a line within the width, its branches carried on."""
    if not style.width or len(line) <= style.width:
        return line
    head = _BRANCHES.match(line)
    indent = (head[0] if head else "").replace("├─", "│ ").replace("└─", "  ")
    return filled(line, style.width, f"{indent}    ")


def _sum(entries: list[Entry]) -> str:
    whole = without_range(entries)
    parts = []
    if whole.operational_kgco2e != 0 or whole.energy_kwh == 0:
        parts.append(f"operational {_kg(whole.operational_kgco2e)}")
    if whole.embodied_kgco2e != 0:
        parts.append(f"embodied {_kg(whole.embodied_kgco2e)}")
    return ", ".join(parts) or _kg(0.0)


def _kg(value: float | None) -> str:
    return "unknown" if value is None else f"{human_numbers.plain(value)} kgCO2e"


def _entry(entry: Entry, file: str, head: str, below: str, cited: dict[str, str]) -> list[str]:
    scope = f", scope {entry.ghg_scope}" if entry.ghg_scope else ""
    lines = [f"{head}{entry.item} ({entry.boundary}{scope}): {_kg(entry.kgco2e)}"]
    if entry.kgco2e is None:
        return [*lines, f"{below}   unknown: no figure is given or known"]
    named = {value.name: value for value in entry.inputs}
    lines.append(f"{below}   = {entry.formula.translate(_OPERATORS)}")
    numbers = _NAME.sub(lambda m: _number(named[m[0]]), entry.formula.translate(_OPERATORS))
    lines.append(f"{below}   = {numbers}")
    if entry.kgco2e_low != entry.kgco2e_high:
        low = human_numbers.plain(entry.kgco2e_low or 0.0)
        high = human_numbers.plain(entry.kgco2e_high or 0.0)
        lines.append(f"{below}   {low}..{high} kgCO2e in 90 of 100 cases")
    width = max((len(value.name) for value in entry.inputs), default=0)
    lines += [f"{below}     {_input(value, file, width, cited)}" for value in entry.inputs]
    return lines


def _number(value: Value) -> str:
    text = human_numbers.plain(value.best)
    return f"({text})" if text.startswith("-") else text


def _input(value: Value, file: str, width: int, cited: dict[str, str]) -> str:
    said = f"{value.name:<{width}}  {human_numbers.plain(value.best)} {value.unit}".rstrip()
    if value.low != value.high:
        said += f" ({human_numbers.plain(value.low)}..{human_numbers.plain(value.high)})"
    where = f"{file}:{value.line}" if value.line is not None else value.path or ""
    marks = []
    for key in (value.source or "").split():
        cited.setdefault(key, str(len(cited) + 1))
        marks.append(cited[key])
    mark = f" [{', '.join(marks)}]" if marks else ""
    note = f" ({value.note})" if value.note else ""
    return f"{said}  {', '.join(part for part in (value.status, where) if part)}{mark}{note}"


def _sources(cited: dict[str, str], style: Style) -> list[str]:
    lines = ["Sources"] if cited else []
    for key, number in cited.items():
        source = (style.sources or {}).get(key)
        said = f"{source.citation} ({source.year}). {source.url}" if source else "given in the file"
        lines.append(f"[{number}] {key}: {said}")
    return [*lines, ""] if lines else []
