"""Flags of how long hardware lives and how it is used."""

import re
from typing import Annotated

import typer

from carbonctl.account.bills import Life
from carbonctl.catalog import Catalog
from carbonctl.errors import UsageError
from carbonctl.factors.use_phase import HOURS_PER_YEAR
from carbonctl.hardware.lifetime_use import Use
from carbonctl.numbers import units
from carbonctl.numbers.intervals import high, low
from carbonctl.numbers.units import Dimension
from carbonctl.numbers.values import Value
from carbonctl.spec import bounds

Lifetime = Annotated[
    str | None, typer.Option("--lifetime", metavar="TIME", help="Service life: 4 years.")
]
Utilization = Annotated[
    str | None,
    typer.Option("--utilization", metavar="SHARE", help="Share of its life in useful work: 45 %."),
]
Power = Annotated[
    str | None,
    typer.Option("--power", metavar="WATTS", help="Also its use over its life, at this draw."),
]
DutyCycle = Annotated[
    str | None,
    typer.Option(
        "--duty-cycle", metavar="SHARE", help="With --power: time in use. Default: 100 %."
    ),
]
Grid = Annotated[
    str | None, typer.Option("--grid", metavar="GRID", help="With --power: where it is used.")
]

_HOURS_PER_OUR_YEAR = 8760
_IN_YEARS = re.compile(r"(y|yrs?|years?|months?)\s*$")


def read(
    lifetime: str | None,
    utilization: str | None,
    power: str | None,
    duty_cycle: str | None,
    grid: str | None,
    catalog: Catalog,
    *,
    act: bool,
) -> Life:
    """Return what the flags say of life and use; ``act`` takes years and places for ACT's.

    Raises UsageError naming the flag that cannot be read.
    """
    life = _value("--lifetime", lifetime, units.SERVICE_LIFE, bounds.positive)
    if act and life is not None and _IN_YEARS.search(str(lifetime)):
        note = f"years of {HOURS_PER_YEAR:,} h, as ACT has them"
        number = life.number * HOURS_PER_YEAR / _HOURS_PER_OUR_YEAR
        life = life._replace(number=number, note=note)
    use = _value("--utilization", utilization, units.FRACTION, bounds.positive_fraction)
    for flag, text in (("--duty-cycle", duty_cycle), ("--grid", grid)):
        if power is None and text is not None:
            raise UsageError(f"{flag} needs --power, the draw in use")
    watts = _value("--power", power, units.POWER, bounds.not_negative)
    duty = _value("--duty-cycle", duty_cycle or "100 %", units.FRACTION, bounds.fraction)
    if watts is None or duty is None:
        return Life(life, use)
    return Life(life, use, Use(watts, duty, *_intensity(grid, catalog, act=act)))


def _value(flag: str, text: str | None, dimension: Dimension, check: bounds.Check) -> Value | None:
    if text is None:
        return None
    try:
        number = units.parse(text, dimension)
        for end in (low(number), high(number)):
            check(end, text)
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from None
    name = flag.removeprefix("--").replace("-", "_")
    return Value(number, dimension.unit, path=flag, name=name)


def _intensity(grid: str | None, catalog: Catalog, *, act: bool) -> tuple[Value, str | None]:
    """Return the intensity of the electricity in use, and its basis.

    Raises UsageError without a grid, or with an unknown one.
    """
    if grid is None and not act:
        raise UsageError("--power needs --grid, where it is used (`carbonctl grid list`)")
    basis = None
    try:
        if act:
            from carbonctl.catalog.act import USE_GRID, Act

            value = Act(catalog.folders[-1:]).grid(grid or USE_GRID)
        else:
            row = catalog.electricity(grid or "")
            value = Value(row.intensity, "kgCO2e/kWh", "catalog", row.source)
            basis = row.basis
    except LookupError as error:
        raise UsageError(f"--grid: {error.args[0]}") from None
    return value.named("carbon_intensity", "--grid"), basis
