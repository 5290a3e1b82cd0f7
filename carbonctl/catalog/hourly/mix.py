"""Carbon intensity from generation by kind of plant, hour by hour.

``I_t = Σ_f G_ft · F_f / Σ_f G_ft`` over the kinds that a file has. It is the mix of what is
produced; imports are not counted.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from operator import mul
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from carbonctl.catalog import folders, tables
from carbonctl.catalog.hourly.formats.layout import CARBON_FREE, KINDS
from carbonctl.catalog.hourly.options import Options
from carbonctl.catalog.hourly.series import HOUR_S

if TYPE_CHECKING:
    from carbonctl.catalog.electricity import Electricity

PRODUCTION = "generation in the area; imports are not counted"
LEAST, DOUBTFUL = 0.10, 0.50  # of the median around an hour
_WINDOW_S = 25 * HOUR_S
_FACTORS = Path("hourly") / "factors.csv"


class Factors(NamedTuple):
    """The intensity of each kind of plant [gCO2e/kWh], its basis, and whose figures they are.

    ``region`` is the region of the rule that they are of; empty where they are of another set.
    """

    grams: Mapping[str, float]
    basis: str
    note: str
    region: str = ""


def factors(options: Options, default: str, places: Electricity, grid: str | None) -> Factors:
    """Return the factors of a mix.

    Parameters
    ----------
    options : Options
        `factors` and `basis` of the workload.
    default : str
        The grid where the workload names none; empty for the rest of the world.
    places : Electricity
        Knows the grids.
    grid : str or None
        The grid that the workload names.

    Raises
    ------
    ValueError
        Where they have no figures of the basis or of the signal.
    LookupError
        Where the grid is unknown.
    """
    if options.signal == "marginal":
        raise ValueError("a mix gives an average, not `signal: marginal`")
    basis = options.basis or "life-cycle"
    if options.factors == "ipcc2014":
        if basis != "life-cycle":
            raise ValueError(
                "`factors: ipcc2014` are life-cycle figures: leave out `basis: direct`"
            )
        return Factors(_named("ipcc2014"), basis, "factors of the mix: IPCC 2014 (ipcc2014)")
    zone = places.zone(grid) if grid is not None else default
    region = places.grid_rule.region(zone)
    by_fuel = places.grid_rule.factors(region, basis)
    what = "stack" if basis == "direct" else "stack and upstream"
    whose = {"rest": "the rest of the world"}.get(region, region)
    why = f"as `site.grid` is {grid}" if grid is not None else "as no `site.grid` is given"
    note = f"factors of the mix: {what} of {whose}, {why}"
    return Factors({kind: by_fuel[fuel] for kind, fuel in KINDS.items()}, basis, note, region)


def spread(
    used: Factors, kinds: Mapping[str, array[float]], places: Electricity
) -> tuple[float, float] | None:
    """Return the ends of the range of a file's mean intensity, as ratios to that mean.

    They are those of the rule for the mix of the whole file. None where factors have no range.
    """
    if not used.region:
        return None
    sums = {kind: sum(values) for kind, values in kinds.items()}
    whole = sum(sums.values())
    shares: dict[str, float] = {}
    for kind, energy in sums.items():
        shares[KINDS[kind]] = shares.get(KINDS[kind], 0.0) + energy / whole
    best, low, high = places.grid_rule.ranged(shares, used.region, used.basis)
    return (low / best, high / best) if best > 0 else None


@lru_cache(maxsize=4)
def _named(name: str) -> Mapping[str, float]:
    rows = tables.read(folders.builtin() / _FACTORS, dict)
    return {row["kind"]: float(row["g_per_kwh"]) for row in rows if row["set"] == name}


def total(kinds: Collection[array[float]]) -> array[float]:
    """Return the generation of all kinds [MW]."""
    return array("d", map(sum, zip(*kinds, strict=True)))


def intensity(
    kinds: Mapping[str, array[float]], generation: array[float], grams: Mapping[str, float]
) -> array[float]:
    """Return the intensity of a mix [g/kWh].

    Parameters
    ----------
    kinds : mapping of str to array of float
        Generation of each kind of plant, step by step [MW].
    generation : array of float
        Their sum; nowhere 0.
    grams : mapping of str to float
        Intensity of each kind [g/kWh].
    """
    weights = [grams[kind] for kind in kinds]
    emitted = (sum(map(mul, row, weights)) for row in zip(*kinds.values(), strict=True))
    return array("d", (mass / whole for mass, whole in zip(emitted, generation, strict=True)))


def carbon_free(kinds: Mapping[str, array[float]], generation: array[float]) -> array[float]:
    """Return the share of wind, solar, hydro, nuclear and geothermal power, 0 to 1."""
    clean = [values for kind, values in kinds.items() if kind in CARBON_FREE]
    if not clean:
        return array("d", bytes(8 * len(generation)))
    return array("d", (part / whole for part, whole in zip(total(clean), generation, strict=True)))


class Drops(NamedTuple):
    """Steps with far less generation than is usual around them, each with its median [MW]."""

    errors: list[tuple[int, float]]
    doubtful: tuple[int, ...]


def drops(generation: array[float], step_s: int) -> Drops:
    """Return the steps whose generation is a small part of the median of the 25 hours around.

    Parameters
    ----------
    generation : array of float
        Of all kinds [MW]; NaN where it is not known.
    step_s : int
        Length of a step [s].

    Notes
    -----
    The median is at most the maximum. So only steps under half of the maximum of the day around
    need their median computed, which few do.
    """
    half = max(_WINDOW_S // (2 * step_s), 1)
    known = [value if value >= 0 else 0.0 for value in generation]  # NaN is not
    highest = [max(known[at : at + half]) for at in range(0, len(known), half)]
    around = [max(highest[max(n - 1, 0) : n + 2]) for n in range(len(highest))]
    errors, doubtful = [], []
    for step, value in enumerate(generation):
        if value < DOUBTFUL * around[step // half]:
            usual = _median(generation[max(step - half, 0) : step + half + 1])
            if value < LEAST * usual:
                errors.append((step, usual))
            elif value < DOUBTFUL * usual:
                doubtful.append(step)
    return Drops(errors, tuple(doubtful))


def _median(values: Sequence[float]) -> float:
    known = sorted(value for value in values if value == value)  # noqa: PLR0124  # NaN is not
    middle = len(known) // 2
    return known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2
