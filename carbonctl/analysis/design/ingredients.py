"""What design metrics are made of: one side's energy, carbon, machines and time.

All of it comes from the entries of the account, so that saved results serve as live ones do.
Each ingredient is a sum of terms over what is uncertain, so that a ratio of two of them, or of
two sides, is not widened by what they share.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from carbonctl.estimators.roles import BUILDING, CLIENTS, NETWORK, SERVER, USERS
from carbonctl.factors.distributions import TRIANGULAR
from carbonctl.ledger.entry import EMBODIED, OPERATIONAL, Entry
from carbonctl.ledger.result import Result
from carbonctl.ledger.terms import Same, Term, term
from carbonctl.ledger.unknowns import Uncertain
from carbonctl.numbers.formulas import parsed
from carbonctl.numbers.intervals import Number, best, high, low
from carbonctl.numbers.units import DURATION, parse_formatted

WALL, SYSTEMS = "elapsed", "hours of one system"
_LIVES = ("lifetime", "storage_lifetime")
_LENGTHENS = {
    "repeats": "repeats", "restarts": "(1 + restarts)", "faults": "faults",
    "search_runs": "search_runs", "stopped": "(1 - stopped * (1 - after))",
}  # fmt: skip
_OF_CLIENTS = (CLIENTS, USERS, SERVER)
_DELAY = "delay"

Sum: TypeAlias = tuple[Term, ...] | None
Values: TypeAlias = Mapping[Uncertain, float]


class Span(NamedTuple):
    """The time that an activity takes [h], and where that is from: `WALL` or `SYSTEMS`.

    ``is_beside`` says that it goes on beside other activities, and not before or after them.
    """

    terms: tuple[Term, ...]
    place: str
    is_beside: bool


class DesignFigures(NamedTuple):
    """The ingredients at one point of what is uncertain; None is unknown.

    Energy is electricity with PUE. Operational and embodied carbon are the account's, the latter
    the share that the work bears; ``borne`` is the part of that share which is of machines, and
    not of a building, and ``held`` that part times the life of each machine: over a time, the
    carbon of whole machines. The delay is the time of one functional unit, ``elapsed`` that of
    the work.
    """

    energy_kwh: float | None
    operational_kgco2e: float | None
    embodied_kgco2e: float | None
    borne_kgco2e: float | None
    held_kgco2e_h: float | None
    delay_h: float | None
    elapsed_h: float | None


class Ingredients(NamedTuple):
    """One side: its sums as terms, None being unknown, and what is to be said of them.

    ``sums`` has the names of `DesignFigures`, in their order, but for the time of the work:
    ``spans`` is the time of each activity, None where one has none.
    """

    sums: Mapping[str, Sum]
    spans: tuple[Span, ...] | None
    notes: tuple[str, ...]

    @property
    def places(self) -> frozenset[str]:
        """Where the time of its activities is from."""
        return frozenset(span.place for span in self.spans or ())

    @property
    def unknowns(self) -> set[Uncertain]:
        """What is uncertain in any of it."""
        times = (span.terms for span in self.spans or ())
        terms = [summand for some in (*self.sums.values(), *times) for summand in some or ()]
        return {unknown for summand in terms for unknown in summand.ranged.values()}

    def without(self, key: str) -> "Ingredients":
        """Return it with a sum that is unknown."""
        return self._replace(sums={**self.sums, key: None})

    def at(self, values: Values | None) -> DesignFigures:
        """Return the figures for some values of what is uncertain; None is the best estimates."""
        sums = {
            key: None if some is None else _sum(some, values) for key, some in self.sums.items()
        }
        return DesignFigures(**sums, elapsed_h=self._elapsed(values))

    def _elapsed(self, values: Values | None) -> float | None:
        """Return the time of the work: what lasts for a duration goes on beside the rest."""
        if self.spans is None:
            return None
        first = [summand for span in self.spans if not span.is_beside for summand in span.terms]
        beside = [_sum(span.terms, values) for span in self.spans if span.is_beside]
        return max([_sum(first, values), *beside]) or None


def _sum(terms: Sequence[Term], values: Values | None) -> float:
    """Return the sum of some terms; no number where one cannot be worked out."""
    if values is None:
        return math.fsum(summand.number for summand in terms)
    try:
        return math.fsum(summand.at(values) for summand in terms)
    except (ArithmeticError, ValueError):
        return math.nan


EMPTY = Ingredients(
    dict.fromkeys(DesignFigures._fields[:-1]), None, ("there is nothing to measure",)
)


def ingredients(result: Result, same: Same | None = None) -> Ingredients:
    """Return what the metrics of one workload are made of.

    ``same`` has unknowns that are those of another side, under another name.

    Raises NotArithmetic where a saved entry holds what is no formula; QuantityError where the
    delay of a saved functional unit is none.
    """
    notes: list[str] = []
    embodied = [entry for entry in result.booked if entry.boundary == EMBODIED]
    machines = [entry for entry in embodied if entry.role != BUILDING]
    if len(machines) < len(embodied):
        notes.append("the building is no machine: it is in the account, and not in C")
    operational = [entry for entry in result.booked if entry.boundary == OPERATIONAL]

    def of(entries: Sequence[Entry], key: str = "kgco2e") -> Sum:
        return _known([term(entry, key, same=same) for entry in entries])

    sums = {
        "energy_kwh": of(operational, "energy_kwh"),
        "operational_kgco2e": of(operational),
        "embodied_kgco2e": of(embodied),
        "borne_kgco2e": of(machines),
        "held_kgco2e_h": _known([_held(entry, same, notes) for entry in machines]),
        "delay_h": _delay(result),
    }
    spans = _spans(result.booked, same, notes)
    return Ingredients(sums, spans, tuple(notes))


def _known(terms: Sequence[Term | None]) -> Sum:
    """Return terms where all of them are known."""
    known = tuple(summand for summand in terms if summand is not None)
    return known if len(known) == len(terms) else None


def _place(entry: Entry) -> str:
    return f"{entry.phase}.{entry.activity}"


def _derived(entry: Entry, formula: str, number: float, same: Same | None) -> Term:
    """Return another figure over the inputs of an entry as a term."""
    derived = term(entry._replace(formula=formula, kgco2e=number), "kgco2e", same=same)
    assert derived is not None
    return derived


def _held(entry: Entry, same: Same | None, notes: list[str]) -> Term | None:
    """Return the embodied share of a machine times its life [kgCO2e·h]; None where unknown."""
    if entry.kgco2e is None:
        notes.append(f"{_place(entry)}: the embodied carbon of the {entry.name} is unknown")
        return None
    life = next((v for v in entry.inputs if (v.figure or v.name) in _LIVES), None)
    if life is not None:
        formula = f"({entry.formula}) * {life.name}"
        return _derived(entry, formula, entry.kgco2e * life.best, same)
    if entry.kgco2e_high == 0:  # another activity counts the hardware
        return Term(None, {}, {}, (), 1.0, 0.0)
    notes.append(
        f"{_place(entry)}: its embodied carbon is given as a share, without a lifetime: "
        "that of the machines is unknown"
    )
    return None


def _spans(
    entries: Sequence[Entry], same: Same | None, notes: list[str]
) -> tuple[Span, ...] | None:
    """Return the time of each activity; None where one has none."""
    activities: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        activities.setdefault((entry.phase, entry.activity), []).append(entry)
    spans = []
    is_known = True
    for own in activities.values():
        span = _span(own, same)
        if span is not None:
            spans.append(span)
        elif own[0].role != NETWORK:  # what is moved goes on beside the rest
            notes.append(f"{_place(own[0])}: nothing says how long it takes")
            is_known = False
    if is_known and not spans:
        notes.append("nothing says how long the work takes")
    if any(span.place == SYSTEMS for span in spans):
        notes.append("where device time is given, the time is that of one whole system")
    return tuple(spans) if is_known and spans else None


def _span(entries: list[Entry], same: Same | None) -> Span | None:
    """Return the time of one activity, None where its entries do not say it."""
    for name, is_beside in (("wall_time", False), ("duration", True)):
        for entry in entries:
            if any(value.name == name and value.unit == "h" for value in entry.inputs):
                return Span((_given(entry, name, same),), WALL, is_beside)
    hours = tuple(_hours_of_one_system(entries, same))
    return Span(hours, SYSTEMS, is_beside=False) if hours else None


def _given(entry: Entry, name: str, same: Same | None) -> Term:
    """Return a time that is given, as often as it recurs and with what lengthens it."""
    inputs = {value.name: value.best for value in entry.inputs}
    longer = [factor for key, factor in _LENGTHENS.items() if key in inputs]
    formula = " * ".join([name, *longer])
    return _derived(entry, formula, parsed(formula).at(inputs), same)


def _hours_of_one_system(entries: list[Entry], same: Same | None) -> Iterator[Term]:
    """Yield the hours of whole systems, at each site; of devices where there is no host."""
    by_item: dict[str, list[Entry]] = {}
    for unit in ("system-h", "device-h"):
        for entry in entries:
            is_client = unit == "device-h" and entry.role in _OF_CLIENTS
            if entry.boundary == EMBODIED and entry.quantity_unit == unit and not is_client:
                by_item.setdefault(entry.name, []).append(entry)
        if by_item:
            break
    longest = max(by_item.values(), key=lambda some: math.fsum(map(_quantity, some)), default=[])
    for entry in longest:
        if entry.amount:
            yield _derived(entry, entry.amount, _quantity(entry), same)
        else:  # the carbon is unknown, or given as a share
            yield Term(None, {}, {}, (), 1.0, _quantity(entry))


def _quantity(entry: Entry) -> float:
    return entry.quantity or 0.0


def _delay(result: Result) -> Sum:
    """Return the time that one functional unit takes; None where it is not given."""
    written = (result.spec.get("functional_unit") or {}).get(_DELAY)
    if written is None:
        return None
    number: Number = parse_formatted(written, DURATION)
    if low(number) == high(number):
        return (Term(None, {}, {}, (), 1.0, best(number)),)
    ends = (best(number), low(number), high(number))
    unknown = Uncertain(f"functional_unit.{_DELAY}", *ends, TRIANGULAR, _DELAY)
    return (Term(parsed(_DELAY), {}, {_DELAY: unknown}, (), 1.0, best(number)),)
