"""Figures of entries as functions of what is uncertain in them.

They are worked out again with other values for it: a quantile of one of them, or draws of all.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, partial
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

from carbonctl.estimators.roles import LOSSES
from carbonctl.factors import faults, levers, runs, schedule
from carbonctl.factors import model_parents as m
from carbonctl.ledger.entry import EMBODIED, OPERATIONAL, SUMS, Entry
from carbonctl.ledger.unknowns import Uncertain, is_certain, unknown_of
from carbonctl.numbers.formulas import Formula, NotArithmetic, parsed
from carbonctl.numbers.intervals import has_rows
from carbonctl.numbers.values import Value

_VARY = ("energy_kwh", "kgco2e", "kgco2e_market")
_Derivation: TypeAlias = tuple[tuple[str, ...], Callable[..., Any]]


def _kernel(module: str, name: str) -> Callable[..., Any]:
    """Return a kernel of models, whose module is imported when it is called."""

    def kernel(*figures: Any) -> Any:
        work = getattr(import_module(f"carbonctl.factors.{module}"), name)
        return work(*figures)

    return kernel


# Derived inputs that are no arithmetic: what they come from, and how. It may be derived itself.
_DERIVED: dict[str, _Derivation] = {
    "mean": (("p50", "p99"), runs.lognormal_mean),
    "compute_time": (("compute_p50", "compute_p99"), runs.lognormal_mean),
    "repeats": (("for", "every"), schedule.occurrences),
    "job_mtbf": (("mtbf", "job_devices"), faults.job_mtbf_h),
    "checkpoint_interval": (("checkpoint_time", "job_mtbf"), faults.best_interval_h),
    "faults": (
        ("checkpoint_interval", "checkpoint_time", "restart_time", "job_mtbf"),
        faults.wall_over_useful,
    ),
    "servers": (("bandwidth", "server_bandwidth"), schedule.whole_number),
    "device_time_per_token": ((*m.LOAD, *m.PARTS), _kernel("replica", "device_time_per_token")),
    "energy_per_token": ((*m.LOAD, *m.PARTS, *m.OF_POWER), _kernel("replica", "energy_per_token")),
    "power_at_rate": (
        (*m.LOAD, *m.PARTS, *m.OF_POWER, "tokens_per_s"),
        _kernel("replica", "power_at_rate"),
    ),
    "power_by_mfu": (m.BY_MFU, _kernel("model_runs", "power_by_mfu")),
    "power_by_hfu": (m.BY_HFU, _kernel("model_runs", "power_by_hfu")),
}
# The same of inputs that there can be several of: what follows the name of the first of those
# that they come from, what follows it in the name of the second, and how.
LEFT_OF_DIVISOR, LEFT_OF_MULTIPLIER, ELASTICITY = "_left_over", "_left_times", "_elasticity"
_DERIVED_BY_KIND: dict[str, tuple[str, Callable[..., Any]]] = {
    LEFT_OF_DIVISOR: (ELASTICITY, lambda by, share: levers.with_elasticity(1 / by, share)),
    LEFT_OF_MULTIPLIER: (ELASTICITY, levers.with_elasticity),
}


@lru_cache(maxsize=4096)
def _derivation(name: str) -> _Derivation | None:
    """Return what an input comes from where it is derived, and how; None of any other name."""
    for kind, (other, kernel) in _DERIVED_BY_KIND.items():
        if name.endswith(kind):
            first = name.removesuffix(kind)
            return (first, first + other), kernel
    return _DERIVED.get(name)


def parents_of(name: str) -> tuple[str, ...]:
    """Return the names of what an input may follow from; none where it follows from nothing."""
    derivation = _derivation(name)
    return () if derivation is None else derivation[0]


def derived_number(name: str, *parents: Any) -> Any:
    """Return an input that follows from others, from the numbers of these."""
    derivation = _derivation(name)
    assert derivation is not None
    return derivation[1](*parents)


Same = Mapping[Uncertain, Uncertain]


class Term(NamedTuple):
    """One figure as a function of what is uncertain in it.

    There is no formula where it is a plain number. ``known`` has the values of inputs without a
    range, ``ranged`` the unknowns behind the others; ``derived`` are names that follow from others
    by one of the kernels, each after those that it follows from. ``number`` is the figure at
    the best estimates, without its sign, +1 or −1.
    """

    formula: Formula | None
    known: dict[str, float]
    ranged: dict[str, Uncertain]
    derived: tuple[str, ...]
    sign: float
    number: float

    def under(self, same: Same) -> "Term":
        """Return it with unknowns that are others under another name."""
        if not same:
            return self
        ranged = {name: same.get(unknown, unknown) for name, unknown in self.ranged.items()}
        return self._replace(ranged=ranged)

    def at(self, values: Mapping[Uncertain, Any]) -> Any:
        """Return the signed figure with some values for what is uncertain."""
        return self.with_names({name: values[unknown] for name, unknown in self.ranged.items()})

    def with_names(self, values: Mapping[str, Any]) -> Any:
        """Return the signed figure with some values for the names of what is uncertain."""
        if self.formula is None:
            return self.sign * self.number
        return self.sign * self.formula.at(derive({**self.known, **values}, self.derived))


def derive(names: dict[str, Any], derived: Sequence[str]) -> dict[str, Any]:
    """Return values by name, with those that follow from others by one of the kernels."""
    for name in derived:
        names[name] = _each(
            partial(derived_number, name), *(names[parent] for parent in parents_of(name))
        )
    return names


def _each(kernel: Callable[..., Any], *values: Any) -> Any:
    """Apply a kernel of numbers to numbers, or to arrays element by element.

    In arrays, what has no value is no number.
    """
    is_draws = any(hasattr(value, "tolist") and value.ndim for value in values)
    if not is_draws or any(map(has_rows, values)):
        return kernel(*values)
    import numpy as np

    def at_element(*numbers: float) -> float:
        try:
            return float(kernel(*numbers))
        except (ArithmeticError, ValueError):
            return math.nan

    return np.vectorize(at_element, otypes=[float])(*values)


def term(
    entry: Entry, key: str, sign: float = 1.0, workload: str = "", same: Same | None = None
) -> Term | None:
    """Return one figure of an entry as a term; None where the figure is unknown.

    ``key`` is kgco2e, kgco2e_market or energy_kwh, ``sign`` +1, or −1 for the base of a difference.
    ``workload`` tells given figures of one workload from those of another; ``same`` has unknowns
    that are others under another name.

    Raises NotArithmetic where the formula is none, or names what is no input.
    """
    number = getattr(entry, key)
    if number is None:
        return None
    text = _formula(entry, key)
    if text is None:
        return Term(None, {}, {}, (), sign, number)
    made = term_of(text, entry.inputs, number, sign, workload, entry.item)
    return made.under(same) if same else made


def term_of(
    text: str, given: Sequence[Value], number: Any, sign: float = 1.0, workload: str = "",
    item: str = "it",
) -> Term:  # fmt: skip
    """Return a figure with its formula and inputs as a term; see `term`.

    Raises NotArithmetic where the formula is none, or names what is no input of the item.
    """
    formula, names, may_follow = _read(text)
    inputs = {value.name: value for value in given}
    if not formula.names <= inputs.keys():
        lacking = sorted(formula.names - inputs.keys())
        raise NotArithmetic(f"`{lacking[0]}` is no input of {item}")
    derived = _following(may_follow, inputs) if may_follow else ()
    if derived:
        parents = {parent for name in derived for parent in parents_of(name)}
        names = tuple(sorted((formula.names | parents) - set(derived)))
    known, ranged = {}, {}
    for name in names:
        value = inputs[name]
        if is_certain(value):
            known[name] = value.best
        else:
            ranged[name] = unknown_of(value, workload)
    return Term(formula if ranged else None, known, ranged, derived, sign, number)


def figure_at(entry: Entry, key: str, numbers: Mapping[str, Any]) -> Any:
    """Return one figure of an entry with other numbers for some inputs; None where it is unknown.

    Parameters
    ----------
    entry : Entry
        Of an account, or of a saved result.
    key : str
        kgco2e, kgco2e_market or energy_kwh.
    numbers : mapping of str to float or array
        By the path of an input, as `carbonctl.numbers.values.Value.path` has it, in the unit
        of the input. All other inputs stay at their best estimates; those that follow by a
        kernel from what changes, follow. Which entries there are stays as it is: where another
        number makes other entries, or a count is rounded, only another account is right.

    Raises
    ------
    NotArithmetic
        Where the formula is none, or names what is no input.
    ArithmeticError
        Where the figure has no value there.
    """
    number = getattr(entry, key)
    changed = {name: numbers[path] for name, path in at_paths(entry.inputs, numbers).items()}
    text = _formula(entry, key) if changed and number is not None else None
    if text is None:
        return number
    formula, _, may_follow = _read(text)
    inputs = {value.name: value for value in entry.inputs}
    derived = [name for name in may_follow if _follows(inputs.get(name), inputs, changed)]
    if changed.keys().isdisjoint(formula.names) and not derived:
        return number
    if lacking := sorted(formula.names - inputs.keys()):
        raise NotArithmetic(f"`{lacking[0]}` is no input of {entry.item}")
    known = {name: value.best for name, value in inputs.items()}
    return formula.at(derive({**known, **changed}, derived))


def _follows(value: Value | None, inputs: Mapping[str, Value], changed: Collection[str]) -> bool:
    """Whether an input follows by one of the kernels from others, some of which change."""
    if value is None or value.status != "derived":
        return False
    parents = parents_of(value.name)
    return all(p in inputs for p in parents) and any(p in changed for p in parents)


def at_paths(inputs: Sequence[Value], paths: Collection[str]) -> dict[str, str]:
    """Return the names of the inputs that stand at some paths, each with its path.

    Where several inputs of an entry stand at one path, it is that which is named by its key.
    """
    places: dict[str, list[str]] = {}
    for value in inputs:
        if value.path is not None and value.path in paths:
            places.setdefault(value.path, []).append(value.name)
    return {
        name: path
        for path, names in places.items()
        for name in (names if len(names) == 1 else _named_by(path, names))
    }


def _named_by(path: str, names: Sequence[str]) -> Sequence[str]:
    own = [name for name in names if name == path.rpartition(".")[2]]
    return own or names


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[Formula, tuple[str, ...], tuple[str, ...]]:
    """Return a formula with its names in order, and those that may follow from other inputs."""
    formula = parsed(text)
    names = tuple(sorted(formula.names))
    return formula, names, tuple(name for name in names if parents_of(name))


def _following(names: Sequence[str], inputs: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the names that follow from others, each after those that it follows from."""
    found: dict[str, None] = {}
    for name in names:
        if parents_of(name) and _is_derived(inputs[name], inputs):
            found |= dict.fromkeys((*_following(parents_of(name), inputs), name))
    return tuple(found)


def _is_derived(value: Value, inputs: Mapping[str, Value]) -> bool:
    """Whether an input follows from others, some of them ranged, by one of the kernels."""
    parents = parents_of(value.name)
    if value.status != "derived" or not all(parent in inputs for parent in parents):
        return False
    return not all(is_certain(inputs[parent]) for parent in parents)


def terms(
    entries: Sequence[Entry], name: str, sign: float = 1.0, workload: str = ""
) -> list[Term] | None:
    """Return one of the sums of `carbonctl.ledger.entry.Totals` as terms.

    None where an entry is unknown, or where the sum has no formulas behind it (water, and
    the bounds).

    Raises NotArithmetic where the formula of an entry is none, or names what is no input.
    """
    boundary, column = SUMS[name]
    if column not in _VARY:
        return None
    figures = [term(e, column, sign, workload) for e in entries if boundary in (None, e.boundary)]
    known = [figure for figure in figures if figure is not None]
    return known if len(known) == len(figures) else None


def varies(name: str) -> bool:
    """Whether one of the sums has formulas behind it."""
    return SUMS[name][1] in _VARY


def _formula(entry: Entry, key: str) -> str | None:
    """Return the formula of a figure; None where it has none.

    What is lost in the grid is no energy at the meter, and embodied carbon none at all.
    """
    if key == "energy_kwh":
        return None if entry.boundary == EMBODIED or entry.role == LOSSES else entry.amount
    if key == "kgco2e" or entry.boundary != OPERATIONAL:
        return entry.formula
    return f"{entry.amount} * {_market(entry)}"


def _market(entry: Entry) -> str:
    """Return the market-based intensity as a formula of what it comes from."""
    inputs = {value.name: value for value in entry.inputs}
    market = inputs.get("market_intensity")
    if market is None:
        return "carbon_intensity"
    if market.status != "derived":
        return "market_intensity"
    rest = "residual_intensity" if "residual_intensity" in inputs else "carbon_intensity"
    if "carbon_free_energy" not in inputs or "contract_intensity" not in inputs:
        return rest
    share = "carbon_free_energy"
    return f"({share} * contract_intensity + (1 - {share}) * {rest})"
