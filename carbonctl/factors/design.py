"""Which of two designs: products of carbon, delay and energy, FOCAL's ratio, GreenChip's times."""

import math
from typing import Any, Literal, TypeAlias

from carbonctl.factors.checks import check_not_negative, check_positive, check_share
from carbonctl.factors.power import W_PER_KW
from carbonctl.numbers.intervals import Number, best, decide, over_corners, row_by_row

Verdict: TypeAlias = Literal["strongly sustainable", "weakly sustainable", "not sustainable"]


def _check(carbon: Any, other: Any, name: str) -> None:
    check_not_negative(carbon, "carbon")
    check_not_negative(other, name)


def cdp(embodied_kgco2e: Any, delay_s: Any) -> Any:
    """Return carbon × delay ``C · D`` [kgCO2e·s] of an embodied carbon and a delay (ACT).

    Raises
    ------
    ValueError
        For a figure below zero, as the other products do.
    """
    _check(embodied_kgco2e, delay_s, "a delay")
    return embodied_kgco2e * delay_s


def cep(embodied_kgco2e: Any, energy_kwh: Any) -> Any:
    """Return carbon × energy ``C · E`` [kgCO2e·kWh] of an embodied carbon and an energy (ACT).

    Raises
    ------
    ValueError
        For a figure below zero.
    """
    _check(embodied_kgco2e, energy_kwh, "an energy")
    return embodied_kgco2e * energy_kwh


def c2ep(embodied_kgco2e: Any, energy_kwh: Any) -> Any:
    """Return carbon² × energy ``C² · E`` [kgCO2e²·kWh] (ACT), where carbon weighs more.

    Raises
    ------
    ValueError
        For a figure below zero.
    """
    _check(embodied_kgco2e, energy_kwh, "an energy")
    return embodied_kgco2e * embodied_kgco2e * energy_kwh


def ce2p(embodied_kgco2e: Any, energy_kwh: Any) -> Any:
    """Return carbon × energy² ``C · E²`` [kgCO2e·kWh²] (ACT), where energy weighs more.

    Raises
    ------
    ValueError
        For a figure below zero.
    """
    _check(embodied_kgco2e, energy_kwh, "an energy")
    return embodied_kgco2e * energy_kwh * energy_kwh


def tcdp(embodied_kgco2e: Any, operational_kgco2e: Any, delay_s: Any) -> Any:
    """Return total carbon × delay ``(C_emb + C_op) · D`` [kgCO2e·s] (CORDOBA).

    Raises
    ------
    ValueError
        For a figure below zero.
    """
    _check(embodied_kgco2e, delay_s, "a delay")
    check_not_negative(operational_kgco2e, "operational carbon")
    return (embodied_kgco2e + operational_kgco2e) * delay_s


def ncf(embodied_share: Any, area: Any, base_area: Any, use: Any, base_use: Any) -> Any:
    """Return FOCAL's normalized carbon footprint of a design beside a base.

    Parameters
    ----------
    embodied_share : float, Range or column
        Share of the base's footprint that is embodied, α [0..1].
    area, base_area : float, Range or column
        Chip area of the design and of the base, or their embodied carbon, in one unit.
    use, base_use : float, Range or column
        At fixed work the energy of both, at fixed time their power, in one unit.

    Returns
    -------
    float, Range or column
        ``α · A/A₀ + (1 − α) · E/E₀``; below 1 the design emits less.

    Raises
    ------
    ValueError
        For a share outside 0..1, a figure below zero, or a base that is not above it.

    Notes
    -----
    Eeckhout, FOCAL (ASPLOS 2024). The share appears twice, so ranges are taken over their
    corners; the kernel is monotone in each argument.
    """
    check_share(embodied_share, "the embodied share")
    _check(area, use, "the use of a design")
    check_positive(base_area, "the area of the base")
    check_positive(base_use, "the use of the base")
    return over_corners(_ncf, embodied_share, area, base_area, use, base_use)


def _ncf(embodied_share: Any, area: Any, base_area: Any, use: Any, base_use: Any) -> Any:
    return embodied_share * (area / base_area) + (1 - embodied_share) * (use / base_use)


def verdict(fixed_work: Number, fixed_time: Number) -> Verdict:
    """Return FOCAL's verdict on a design from its two footprints, by `ncf`.

    Parameters
    ----------
    fixed_work, fixed_time : float or Range
        Normalized footprint with energy, and with power. Of a range the best estimate
        counts; whether the verdict is safe is seen from the verdict on both its ends.

    Notes
    -----
    Below 1 in both: strongly sustainable, the rebound of more work in the same time
    included. In one alone: weakly. In neither: not.
    """
    less = decide(best(fixed_work) < 1) + decide(best(fixed_time) < 1)
    verdicts: tuple[Verdict, ...] = (
        "not sustainable",
        "weakly sustainable",
        "strongly sustainable",
    )
    return verdicts[less]


def kgco2e_per_hour(power_w: Any, kgco2e_per_kwh: Any, pue: Any) -> Any:
    """Return the operational carbon of an hour ``P · CI · PUE`` [kgCO2e/h].

    Parameters
    ----------
    power_w : float, Range or column
        Mean draw of a machine [W].
    kgco2e_per_kwh : float, Range or column
        Carbon intensity of its electricity [kgCO2e/kWh].
    pue : float, Range or column
        Power usage effectiveness of the site [≥ 1].

    Raises
    ------
    ValueError
        For a power or an intensity below zero.
    """
    check_not_negative(power_w, "a power")
    check_not_negative(kgco2e_per_kwh, "an intensity")
    return power_w / W_PER_KW * kgco2e_per_kwh * pue


def indifference_h(embodied: Any, base_embodied: Any, rate: Any, base_rate: Any) -> Any:
    """Return the hours of use after which a new machine is ahead of another new one for good.

    Parameters
    ----------
    embodied, base_embodied : float, Range or column
        Embodied carbon of the machine and of the other [kgCO2e].
    rate, base_rate : float, Range or column
        Their operational carbon of an hour [kgCO2e/h]; or power with embodied energy.

    Returns
    -------
    float, Range or column
        ``(M − M₀) / (R₀ − R)`` [h]; 0 where it is ahead from the start and stays so, infinite
        where it is never ahead for good.

    Raises
    ------
    ValueError
        For a figure below zero.

    Notes
    -----
    GreenChip (Kline et al., 2019). Rising in the first and third argument and falling in
    the others, so corners are exact.
    """
    _check(embodied, rate, "carbon of an hour")
    _check(base_embodied, base_rate, "carbon of an hour")
    return over_corners(_ahead_h, embodied, base_embodied, rate, base_rate)


def break_even_h(embodied: Any, rate: Any, owned_rate: Any) -> Any:
    """Return the hours of use after which replacing a machine that is owned has paid.

    Parameters
    ----------
    embodied, rate
        Of the new machine, as in `indifference_h`.
    owned_rate : float, Range or column
        Operational carbon of an hour of the owned machine [kgCO2e/h]. Its embodied carbon
        is sunk: it was emitted either way.

    Returns
    -------
    float, Range or column
        ``M / (R₀ − R)`` [h], infinite where nothing is saved.

    Raises
    ------
    ValueError
        For a figure below zero.
    """
    return indifference_h(embodied, 0.0, rate, owned_rate)


def _ahead_h(embodied: Any, base_embodied: Any, rate: Any, base_rate: Any) -> Any:
    extra, saved = embodied - base_embodied, base_rate - rate
    return row_by_row(_paid_after_h, extra, saved)


def _paid_after_h(extra: float, saved: float) -> float:
    if saved > 0:
        return max(0.0, extra / saved)
    return 0.0 if saved == 0 and extra < 0 else math.inf
