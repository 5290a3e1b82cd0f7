"""Design metrics of the sides of a comparison: which design, by carbon, delay and energy.

C is the embodied carbon of the machines themselves, D the delay, E the energy and P the mean
power, T the time of the work:

- ``C = Σ kg · L / T`` over embodied entries of machines with a life L: the share that the work
  bears, over the part of a life that it takes. Utilization cancels: a pool that is busy a
  share u of the time has 1/u as many machines.
- ``P = E / T``; the operational carbon of an hour is ``C_op / T``.
- The kernels are those of `carbonctl.factors.design`. GreenChip's times are of machines that
  do the work of the base in its time: of the head as many count as keep that pace, so T
  cancels, and a break-even within the life is the same as a lower account.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from math import isclose, isfinite
from operator import mul, truediv
from typing import NamedTuple

from carbonctl.analysis.compare.deltas import same_unknowns
from carbonctl.analysis.compare.model import Report, Side
from carbonctl.analysis.compare.pairing import pairs
from carbonctl.analysis.design.bounds import Figure, Row, Values, scan
from carbonctl.analysis.design.ingredients import EMPTY, DesignFigures, Ingredients, ingredients
from carbonctl.analysis.terms import Same, Uncertain
from carbonctl.errors import InputError, Problem
from carbonctl.factors import design
from carbonctl.factors.power import W_PER_KW
from carbonctl.numbers.formulas import NotArithmetic
from carbonctl.numbers.intervals import Number, best, high, low
from carbonctl.numbers.unit_table import QuantityError

SECONDS_PER_HOUR = 3600
PRODUCTS = {
    "cdp": "cdp_kgco2e_s",
    "cep": "cep_kgco2e_kwh",
    "c2ep": "c2ep_kgco2e2_kwh",
    "ce2p": "ce2p_kgco2e_kwh2",
    "tcdp": "tcdp_kgco2e_s",
}
INGREDIENTS = (
    "embodied_kgco2e", "delay_s", "elapsed_h", "energy_kwh", "power_w", "rate_kgco2e_per_h",
    "lifetime_h", "embodied_share",
)  # fmt: skip
BESIDE = ("ncf_fixed_work", "ncf_fixed_time", "indifference_h", "break_even_h")
TIMES = ("indifference_h", "break_even_h")
VERDICTS: tuple[design.Verdict, ...] = (
    "not sustainable", "weakly sustainable", "strongly sustainable",
)  # fmt: skip
_ROUNDING = 1e-9  # of a figure


class Measured(NamedTuple):
    """The metrics of one side; None is unknown.

    Attributes
    ----------
    label : str
        What the side is called.
    figures : dict of Figure
        By the names of `INGREDIENTS`, of `PRODUCTS` and of `BESIDE`; the last are empty in
        the base.
    ratios : dict of Figure
        Products over those of the base, by the keys of `PRODUCTS`.
    verdict : Figure or None
        Places in `VERDICTS`.
    of_life : Figure or None
        Break-even over the life of its machines.
    notes : tuple of str
        What is unknown or left out.
    """

    label: str
    figures: dict[str, Figure | None]
    ratios: dict[str, Figure | None]
    verdict: Figure | None
    of_life: Figure | None
    notes: tuple[str, ...]


class Metrics(NamedTuple):
    """The metrics of a base and of its alternatives, in their order.

    Attributes
    ----------
    base : Measured
        The base.
    heads : tuple of Measured
        The alternatives.
    unit : str or None
        The functional unit whose delay is D; None where it is the time of the work.
    is_given : bool
        Whether the embodied share was given, and is not that of the base.
    """

    base: Measured
    heads: tuple[Measured, ...]
    unit: str | None
    is_given: bool


def measured(report: Report, embodied_share: Number | None = None) -> Metrics:
    """Return the design metrics of a comparison.

    Parameters
    ----------
    report : Report
        The comparison; one workload a side.
    embodied_share : float or Range, optional
        FOCAL's α; the base's own embodied share of its total unless given.

    Raises InputError for sides with several workloads, and for saved results with faulty formulas.
    """
    heads = [one.head for one in report.alternatives]
    _check_single([report.base, *heads])
    base = _ingredients(report.base, None)
    others = []
    for head in heads:
        same = same_unknowns(pairs(report.base, head))
        others.append(_ingredients(head, same))
    several = [base, *others]
    is_per_unit, notes = _one_delay(several)
    if notes:
        several = [one.without("delay_h") for one in several]
    if len({one.places for one in several if one.spans}) > 1:
        what = "devices and wall_time on some sides, device time on others"
        notes.append(f"times are not of one kind ({what}): C, P and delays are unknown")
        several = [one._replace(spans=None) for one in several]
    notes += _amounts([report.base, *heads])
    base, *others = several
    shown = _Beside(base, base, is_per_unit, embodied_share).base(report.base.label, notes)
    found = tuple(
        _Beside(base, own, is_per_unit, embodied_share).head(head.label, notes)
        for head, own in zip(heads, others, strict=True)
    )
    return Metrics(
        shown, found, _unit(heads[0]) if is_per_unit else None, embodied_share is not None
    )


def _check_single(sides: Sequence[Side]) -> None:
    many = [side for side in sides if len(side.results) > 1]
    if many:
        raise InputError(
            Problem(side.label, 1, 1, f"holds {len(side.results)} results; --metrics takes one "
                    "workload a side")
            for side in many
        )  # fmt: skip


def _ingredients(side: Side, same: Same | None) -> Ingredients:
    if not side.results:
        return EMPTY
    try:
        return ingredients(side.results[0], same)
    except (NotArithmetic, QuantityError) as error:
        said = f"not a saved result: {error}"
        raise InputError([Problem(side.label, 1, 1, said)]) from None


def _unit(side: Side) -> str | None:
    spec = side.results[0].spec if side.results else {}
    name: str | None = (spec.get("functional_unit") or {}).get("name")
    return name


def _one_delay(several: list[Ingredients]) -> tuple[bool, list[str]]:
    """Return whether any side says the delay of its functional unit, and what is wrong then."""
    given = [one.sums["delay_h"] is not None for one in several if one is not EMPTY]
    if any(given) and not all(given):
        return True, ["only some sides give the `delay` of their functional unit: D is unknown"]
    return any(given), []


def _amounts(sides: Sequence[Side]) -> list[str]:
    """Return a note where the sides deliver different amounts of the same thing."""
    units = [side.results[0].spec.get("functional_unit") or {} for side in sides if side.results]
    names, amounts = ({str(unit.get(key)) for unit in units} for key in ("name", "amount"))
    if len(names) == 1 and len(amounts) > 1:
        return ["the sides deliver different amounts: each figure is of all that its side does"]
    return []


def _uncertain(share: Number | None) -> set[Uncertain]:
    """Return what is uncertain in a given embodied share."""
    if share is None or low(share) == high(share):
        return set()
    return {Uncertain("embodied_share", "", best(share), low(share), high(share))}


def _embodied_share(base: DesignFigures) -> float | None:
    """Return the embodied share of the base's account."""
    if base.embodied_kgco2e is None or base.operational_kgco2e is None:
        return None
    total = base.embodied_kgco2e + base.operational_kgco2e
    return base.embodied_kgco2e / total if total > 0 else None


class _Beside:
    """One side beside the base."""

    def __init__(
        self, base: Ingredients, own: Ingredients, is_per_unit: bool, share: Number | None
    ) -> None:
        self.sides = (base, own)
        self.is_per_unit = is_per_unit
        self.share = share
        self.found = scan(self._all, base.unknowns | own.unknowns | _uncertain(share))

    def _all(self, values: Values | None) -> list[Row]:
        """Return everything at each point of what is uncertain; None is the best estimates."""
        sides = zip(*(side.at(values) for side in self.sides), strict=True)
        given = None if self.share is None else best(self.share)
        shares: Iterable[float | None] = repeat(given)
        if values is not None:
            shares = next((values[u].tolist() for u in _uncertain(self.share)), shares)
        return [
            self._row(theirs, ours, _embodied_share(theirs) if share is None else share)
            for (theirs, ours), share in zip(sides, shares, strict=False)
        ]

    def _row(self, theirs: DesignFigures, ours: DesignFigures, share: float | None) -> Row:
        """Return everything at one point; nothing where a sum is no number there."""
        left, right = (_own(figures, self.is_per_unit) for figures in (theirs, ours))
        found = {**right, "embodied_share": share, **_beside(theirs, ours, left, right, share)}
        for name, key in PRODUCTS.items():
            found[f"{name}_ratio"] = _of(truediv, right[key], left[key])
        is_whole = all(x is None or isfinite(x) for x in (*theirs, *ours))
        return found if is_whole else dict.fromkeys(found)

    def base(self, label: str, notes: Sequence[str]) -> Measured:
        """Return the metrics of the base, which has nothing beside it."""
        found = self.head(label, notes)
        return found._replace(
            figures={**found.figures, **dict.fromkeys(BESIDE)}, verdict=None, of_life=None
        )

    def head(self, label: str, notes: Sequence[str]) -> Measured:
        """Return the metrics of a head."""
        names = (*INGREDIENTS, *PRODUCTS.values(), *BESIDE)
        return Measured(
            label,
            {name: self.found[name] for name in names},
            {name: self.found[f"{name}_ratio"] for name in PRODUCTS},
            self.found["verdict"],
            self.found["of_life"],
            (*self.sides[1].notes, *self._nothing(), *self._pace(), *notes),
        )

    def _nothing(self) -> list[str]:
        """Return a note where the base has nothing that a ratio could be to."""
        (theirs,) = self.sides[0].at(None)
        known = {"embodied carbon": theirs.held_kgco2e_h, "energy": theirs.energy_kwh}
        return [f"the base has no {what}: ratios to it are unknown"
                for what, number in known.items() if number == 0]  # fmt: skip

    def _pace(self) -> list[str]:
        """Return a note where a head takes another time than the base for its work."""
        theirs, ours = (figures.elapsed_h for side in self.sides for figures in side.at(None))
        if theirs is None or ours is None or isclose(ours, theirs, rel_tol=_ROUNDING):
            return []
        times = f"it takes {ours / theirs:.3g} times the time of the base"
        pace = "for indifference and break-even it counts as many times as keep the base's pace"
        return [f"{times}: {pace}"]


def _of(kernel: Callable[..., float], *arguments: float | None) -> float | None:
    """Apply a kernel to what is known; None where something is not, or it is not defined."""
    if any(argument is None for argument in arguments):
        return None
    try:
        return kernel(*arguments)
    except (ArithmeticError, ValueError):
        return None


def _own(one: DesignFigures, is_per_unit: bool) -> dict[str, float | None]:
    """Return the metrics of a side alone."""
    time, energy = one.elapsed_h, one.energy_kwh
    machines = _of(truediv, one.held_kgco2e_h, time)
    delay = _of(mul, one.delay_h if is_per_unit else time, SECONDS_PER_HOUR)
    return {
        "embodied_kgco2e": machines,
        "delay_s": delay,
        "elapsed_h": time,
        "energy_kwh": energy,
        "power_w": _of(lambda kwh, hours: kwh / hours * W_PER_KW, energy, time),
        "rate_kgco2e_per_h": _of(truediv, one.operational_kgco2e, time),
        "lifetime_h": _of(truediv, one.held_kgco2e_h, one.borne_kgco2e),
        "cdp_kgco2e_s": _of(design.cdp, machines, delay),
        "cep_kgco2e_kwh": _of(design.cep, machines, energy),
        "c2ep_kgco2e2_kwh": _of(design.c2ep, machines, energy),
        "ce2p_kgco2e_kwh2": _of(design.ce2p, machines, energy),
        "tcdp_kgco2e_s": _of(design.tcdp, one.embodied_kgco2e, one.operational_kgco2e, delay),
    }


def _beside(
    theirs: DesignFigures,
    ours: DesignFigures,
    left: Mapping[str, float | None],
    right: Mapping[str, float | None],
    share: float | None,
) -> dict[str, float | None]:
    """Return the metrics of a side beside the base."""
    area = (right["embodied_kgco2e"], left["embodied_kgco2e"])
    work = _of(design.ncf, share, *area, ours.energy_kwh, theirs.energy_kwh)
    time = _of(design.ncf, share, *area, right["power_w"], left["power_w"])
    # Carbon of machines and carbon of an hour, all times the base's time, which cancels.
    new, old = ours.held_kgco2e_h, theirs.held_kgco2e_h
    rate, base_rate = ours.operational_kgco2e, theirs.operational_kgco2e
    if rate is not None and base_rate is not None and isclose(rate, base_rate, rel_tol=_ROUNDING):
        rate = base_rate
    break_even = _of(design.break_even_h, new, rate, base_rate)
    return {
        "ncf_fixed_work": work,
        "ncf_fixed_time": time,
        "verdict": _of(_verdict, work, time),
        "indifference_h": _of(design.indifference_h, new, old, rate, base_rate),
        "break_even_h": break_even,
        "of_life": _of(truediv, break_even, right["lifetime_h"]),
    }


def _verdict(fixed_work: float, fixed_time: float) -> float:
    """Return the place of FOCAL's verdict; what rounding leaves of 1 is no saving."""
    ratios = (1.0 if isclose(x, 1.0, rel_tol=_ROUNDING) else x for x in (fixed_work, fixed_time))
    return float(VERDICTS.index(design.verdict(*ratios)))
