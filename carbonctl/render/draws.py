"""What draws say of a total, as people read it."""

from collections.abc import Callable

from carbonctl.ledger.samples import Samples

ROUGH = (
    "Several inputs are uncertain by a factor of 3 and more, so this range is rough; "
    "--draws auto samples it"
)


def draws_said(samples: Samples, mass: Callable[[float], str]) -> list[str]:
    """Return what draws say: percentiles with their error, and how many are above the best.

    ``mass`` writes a mass [kgCO2e].
    """
    ends = [mass(number) for number in (samples.p5, samples.p50, samples.p95)]
    unit = ends[-1].partition(" ")[2]
    first, middle = (end.partition(" ")[0] if end.endswith(f" {unit}") else end for end in ends[:2])
    error = "" if samples.error_pct is None else f" ± {samples.error_pct:.1g} %"
    return [
        f"{samples.n:,} draws: p5 {first}, median {middle}, p95 {ends[-1]}{error}",
        f"{samples.above_best * 100:.1f} % of them are above the best estimate",
    ]
