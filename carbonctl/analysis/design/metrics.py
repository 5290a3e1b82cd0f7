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

from collections.abc import Callable, Mapping, Sequence
from math import isclose, isfinite
from operator import mul, truediv
from typing import NamedTuple

from carbonctl.analysis.compare.deltas import same_unknowns
from carbonctl.analysis.compare.model import Report, Side
from carbonctl.analysis.compare.pairing import pairs
from carbonctl.analysis.design.bounds import Figure, Row, Values, scan
from carbonctl.analysis.design.ingredients import EMPTY, DesignFigures, Ingredients, ingredients
from carbonctl.errors import InputError, Problem
from carbonctl.factors import design
from carbonctl.factors.distributions import TRIANGULAR
from carbonctl.factors.power import W_PER_KW
from carbonctl.ledger.terms import Same
from carbonctl.ledger.unknowns import Uncertain
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

    ``figures`` have the names of `INGREDIENTS`, of `PRODUCTS` and of `BESIDE`, which are empty in
    the base; ``ratios`` are products over those of the base, by the keys of `PRODUCTS`. The
    verdict is of places in `VERDICTS`, ``of_life`` break-even over the life of the machines. Notes
    say what is unknown or left out.
    """

    label: str
    figures: dict[str, Figure | None]
    ratios: dict[str, Figure | None]
    verdict: Figure | None
    of_life: Figure | None
    notes: tuple[str, ...]


class Metrics(NamedTuple):
    """The metrics of a base and of its alternatives, in their order.

    ``unit`` is the functional unit whose delay is D, None where that is the time of the work;
    ``is_given`` says that the embodied share was given, and is not that of the base.
    """

    base: Measured
    heads: tuple[Measured, ...]
    unit: str | None
    is_given: bool


def measured(report: Report, embodied_share: Number | None = None) -> Metrics:
    """Return the design metrics of a comparison of one workload a side.

    ``embodied_share`` is FOCAL's α; the base's own embodied share of its total unless given.

    Raises InputError for sides with several workloads, and for saved results with faulty formulas.
    """
    heads = [alternative.head for alternative in report.alternatives]
    sides = [report.base, *heads]
    _check_single(sides)
    others = [_ingredients(head, same_unknowns(pairs(report.base, head))) for head in heads]
    several = [_ingredients(report.base, None), *others]
    is_per_unit, notes = _one_delay(several)
    if notes:
        several = [side.without("delay_h") for side in several]
    if len({side.places for side in several if side.spans}) > 1:
        what = "devices and wall_time on some sides, device time on others"
        notes.append(f"times are not of one kind ({what}): C, P and delays are unknown")
        several = [side._replace(spans=None) for side in several]
    notes += _amounts(sides)
    base, *alternatives = (
        _measured(side.label, (several[0], own), is_per_unit, embodied_share, notes)
        for side, own in zip(sides, several, strict=True)
    )
    alone = {**base.figures, **dict.fromkeys(BESIDE)}
    base = base._replace(figures=alone, verdict=None, of_life=None)
    unit = _unit(heads[0]) if is_per_unit else None
    return Metrics(base, tuple(alternatives), unit, embodied_share is not None)


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
    given = [side.sums["delay_h"] is not None for side in several if side is not EMPTY]
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
    name = "embodied_share"
    return {Uncertain(name, best(share), low(share), high(share), TRIANGULAR, name)}


def _embodied_share(base: DesignFigures) -> float | None:
    """Return the embodied share of the base's account."""
    if base.embodied_kgco2e is None or base.operational_kgco2e is None:
        return None
    total = base.embodied_kgco2e + base.operational_kgco2e
    return base.embodied_kgco2e / total if total > 0 else None


def _measured(
    label: str,
    sides: tuple[Ingredients, Ingredients],
    is_per_unit: bool,
    share: Number | None,
    notes: Sequence[str],
) -> Measured:
    """Return the metrics of the second of two sides, the first being the base."""
    given = None if share is None else best(share)
    of_share = _uncertain(share)

    def at(values: Values | None) -> Row:
        """Return everything for some values of what is uncertain; None is the best estimates."""
        own = given if values is None else next((values[u] for u in of_share), given)
        return _row(sides[0].at(values), sides[1].at(values), is_per_unit, own)

    figures = scan(at, sides[0].unknowns | sides[1].unknowns | of_share, steps=("verdict",))
    names = (*INGREDIENTS, *PRODUCTS.values(), *BESIDE)
    return Measured(
        label,
        {name: figures[name] for name in names},
        {name: figures[f"{name}_ratio"] for name in PRODUCTS},
        figures["verdict"],
        figures["of_life"],
        (*sides[1].notes, *_remarks(*(side.at(None) for side in sides)), *notes),
    )


def _row(theirs: DesignFigures, ours: DesignFigures, is_per_unit: bool, share: float | None) -> Row:
    """Return everything at one point; nothing where a sum is no number there."""
    share = _embodied_share(theirs) if share is None else share
    left, right = (_own(figures, is_per_unit) for figures in (theirs, ours))
    row = {**right, "embodied_share": share, **_beside(theirs, ours, left, right, share)}
    for name, key in PRODUCTS.items():
        row[f"{name}_ratio"] = _of(truediv, right[key], left[key])
    is_whole = all(x is None or isfinite(x) for x in (*theirs, *ours))
    return row if is_whole else dict.fromkeys(row)


def _remarks(theirs: DesignFigures, ours: DesignFigures) -> list[str]:
    """Return notes on a base with nothing to have a ratio to, and on another time of the work."""
    known = {"embodied carbon": theirs.held_kgco2e_h, "energy": theirs.energy_kwh}
    remarks = [f"the base has no {what}: ratios to it are unknown"
               for what, number in known.items() if number == 0]  # fmt: skip
    base, own = theirs.elapsed_h, ours.elapsed_h
    if base is not None and own is not None and not isclose(own, base, rel_tol=_ROUNDING):
        pace = "for indifference and break-even it counts as many times as keep the base's pace"
        remarks.append(f"it takes {own / base:.3g} times the time of the base: {pace}")
    return remarks


def _of(kernel: Callable[..., float], *arguments: float | None) -> float | None:
    """Apply a kernel to what is known; None where something is not, or it is not defined."""
    if any(argument is None for argument in arguments):
        return None
    try:
        return kernel(*arguments)
    except (ArithmeticError, ValueError):
        return None


def _own(figures: DesignFigures, is_per_unit: bool) -> dict[str, float | None]:
    """Return the metrics of a side alone."""
    time, energy = figures.elapsed_h, figures.energy_kwh
    machines = _of(truediv, figures.held_kgco2e_h, time)
    delay = _of(mul, figures.delay_h if is_per_unit else time, SECONDS_PER_HOUR)
    return {
        "embodied_kgco2e": machines,
        "delay_s": delay,
        "elapsed_h": time,
        "energy_kwh": energy,
        "power_w": _of(lambda kwh, hours: kwh / hours * W_PER_KW, energy, time),
        "rate_kgco2e_per_h": _of(truediv, figures.operational_kgco2e, time),
        "lifetime_h": _of(truediv, figures.held_kgco2e_h, figures.borne_kgco2e),
        "cdp_kgco2e_s": _of(design.cdp, machines, delay),
        "cep_kgco2e_kwh": _of(design.cep, machines, energy),
        "c2ep_kgco2e2_kwh": _of(design.c2ep, machines, energy),
        "ce2p_kgco2e_kwh2": _of(design.ce2p, machines, energy),
        "tcdp_kgco2e_s": _of(
            design.tcdp, figures.embodied_kgco2e, figures.operational_kgco2e, delay
        ),
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
