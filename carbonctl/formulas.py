"""Formulas of entries, evaluated again: at corners of ranges, or over samples.

A formula is plain arithmetic over the names of an entry's inputs. Those of a saved result
come from a file, so a formula is checked before it is run: numbers, names, ``+ - * /`` and
parentheses, nothing else.
"""

import ast
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any, NamedTuple

from carbonctl.ledger import OPERATIONAL, SUMS, Entry
from carbonctl.values import Value

TO_CARBON = " * carbon_intensity"
_LONGEST = 50_000
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_SIMPLE = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.USub, ast.Load, *_OPERATORS)
_VARY = ("energy_kwh", "kgco2e", "kgco2e_market")
_NOTHING: dict[str, Any] = {"__builtins__": {}}


class Uncertain(NamedTuple):
    """What makes a ranged input the same unknown wherever it is used.

    A fact of the catalog is one unknown in every place; a given figure is one where it
    stands at the same place of the spec with the same bounds.
    """

    name: str
    where: str | None
    best: float
    low: float
    high: float


class Term(NamedTuple):
    """One figure as a function of what is uncertain in it.

    Attributes
    ----------
    code : CodeType or None
        The compiled formula; None where the figure is a plain number.
    known : dict
        Values of the inputs without a range.
    ranged : dict
        Name in the formula to the unknown behind it.
    sign : float
        +1 or −1.
    number : float
        The figure itself at the best estimates.
    """

    code: CodeType | None
    known: dict[str, float]
    ranged: dict[str, Uncertain]
    sign: float
    number: float

    def at(self, values: Mapping[Uncertain, Any]) -> Any:
        """Return the signed figure with some values for what is uncertain."""
        if self.code is None:
            return self.sign * self.number
        names = {name: values[unknown] for name, unknown in self.ranged.items()}
        return self.sign * eval(self.code, _NOTHING, {**self.known, **names})  # noqa: S307


class NotArithmetic(ValueError):
    """A formula that is more than arithmetic, or names what is no input."""


@lru_cache(maxsize=4096)
def compiled(formula: str) -> tuple[CodeType, frozenset[str]]:
    """Return the code of a formula and the names in it.

    Raises
    ------
    NotArithmetic
        For anything but numbers, names, operators and parentheses.
    """
    if len(formula) > _LONGEST:
        raise NotArithmetic("the formula is too long")
    try:
        tree = ast.parse(formula, mode="eval")
        names = frozenset(_names(tree))
        return compile(tree, "<formula>", "eval"), names
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotArithmetic(f"`{formula[:60]}` is not arithmetic") from error


def _names(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant):
            if type(node.value) not in (int, float):
                raise NotArithmetic("a number is wanted")
        elif not isinstance(node, _SIMPLE):
            raise NotArithmetic(f"{type(node).__name__} is not arithmetic")
    return found


def unknown_of(value: Value) -> Uncertain:
    """Return what a ranged input is uncertain about."""
    is_fact = value.status in ("catalog", "default", "archetype")
    where = value.source if is_fact else value.path
    name = value.name.rstrip("0123456789").rstrip("_") if is_fact else value.name
    return Uncertain(name, where, value.best, value.low, value.high)


def term(entry: Entry, key: str, sign: float = 1.0) -> Term | None:
    """Return one figure of an entry as a term.

    Parameters
    ----------
    entry : Entry
        The entry.
    key : str
        kgco2e, kgco2e_market or energy_kwh.
    sign : float
        +1, or −1 for the base of a difference.

    Returns
    -------
    Term or None
        None where the figure is unknown.

    Raises
    ------
    NotArithmetic
        Where the formula is none, or names what is no input.
    """
    number = getattr(entry, key)
    if number is None:
        return None
    formula = _formula(entry, key)
    if number == 0 or formula is None:
        return Term(None, {}, {}, sign, number)
    code, names = compiled(formula)
    inputs = {value.name: value for value in entry.inputs}
    if not names <= inputs.keys():
        raise NotArithmetic(f"`{sorted(names - inputs.keys())[0]}` is no input of {entry.item}")
    used = {name: inputs[name] for name in sorted(names)}
    known = {name: v.best for name, v in used.items() if v.low == v.high}
    ranged = {name: unknown_of(v) for name, v in used.items() if v.low != v.high}
    return Term(code if ranged else None, known, ranged, sign, number)


def terms(entries: Sequence[Entry], name: str, sign: float = 1.0) -> list[Term] | None:
    """Return one of the sums of `carbonctl.ledger.Totals` as terms.

    None where an entry is unknown, or where the sum has no formulas behind it (water, and
    the bounds).

    Raises
    ------
    NotArithmetic
        Where the formula of an entry is none, or names what is no input.
    """
    boundary, column = SUMS[name]
    if column not in _VARY:
        return None
    found = [term(e, column, sign) for e in entries if boundary in (None, e.boundary)]
    known = [one for one in found if one is not None]
    return known if len(known) == len(found) else None


def _formula(entry: Entry, key: str) -> str | None:
    """Return the formula of a figure; None where it does not vary."""
    if key == "kgco2e" or entry.boundary != OPERATIONAL:
        return entry.formula if key != "energy_kwh" else None
    energy = entry.formula.removesuffix(TO_CARBON)
    if key == "energy_kwh":
        return energy
    is_contracted = any(value.name == "market_intensity" for value in entry.inputs)
    return f"{energy} * market_intensity" if is_contracted else entry.formula
