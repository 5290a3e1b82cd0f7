"""What comes from fabs: dies by area, memory and drives by capacity, and their packages.

Figures that do not go together, or do not suffice, raise ActivityError.
"""

from collections.abc import Callable, Mapping
from typing import Any

from carbonctl.catalog.fab_rows import Figure, nanometres
from carbonctl.factors import fab, yields
from carbonctl.factors.yields import MM2_PER_CM2
from carbonctl.hardware.lines import ONE, PACKAGE, Line, PartContext
from carbonctl.numbers.intervals import decide
from carbonctl.numbers.quantities import Quantity, of
from carbonctl.numbers.values import Value
from carbonctl.spec.parts import Fabricated, Logic, Stored

FAB_GRID = "TW"
MAX_YEARS_APART = 2
HOLDS = {
    "none": frozenset[str](),
    "yield": frozenset({"yield"}),
    "package": frozenset({"package"}),
    "both": frozenset({"yield", "package"}),
}


def logic(context: PartContext) -> list[Line]:
    """Return the lines of dies and of their packages."""
    part: Logic = context.part
    if part.area is None and part.width is None:  # of a record that does not know it
        return [context.line(context.many(ONE), "pieces", None, lacks="the area of its dies")]
    if part.node is None and part.carbon_per_area is None:
        return [
            context.line(context.many(_area(context)), "cm2", None, lacks="the node of its dies")
        ]
    factor, divided = _wafer(context)
    if divided:
        good, more = _yield(context)
        try:
            factor = fab.of_good(factor, of(good)).beside(*more)
        except ValueError as error:
            raise context.lacking(str(error)) from None
    die = context.line(context.many(_area(context)), "cm2", factor)
    return [die, *_packages(context, frozenset())]


def _area(context: PartContext) -> Quantity:
    """Return the area of one die, or the wafer that it takes [cm²]."""
    part: Logic = context.part
    area = context.given("area")
    if area is not None:
        return of(area) / MM2_PER_CM2
    width, height = context.given("width"), context.given("height")
    assert width is not None and height is not None
    if part.wafer is None:
        return of(width) * height / MM2_PER_CM2
    on_wafer = context._replace(part=part.wafer, path=f"{context.path}.wafer")
    figures = context.catalog.fab_factors.fab
    diameter, edge, kerf = (
        on_wafer.given(key)
        or on_wafer.default(figures.figure("yield", "wafer", key).value, key, "unless given")
        for key in ("diameter", "edge", "kerf")
    )
    sizes = (width, height, diameter, edge, kerf)
    try:
        number = yields.wafer_cm2_per_die(*(value.number for value in sizes))
    except ValueError as error:
        raise context.fault("wafer", f"wafer: {error}") from None
    used = Value(number, "cm2", "derived", path=on_wafer.path, name="wafer_area",
                 note="wafer over its gross dies")  # fmt: skip
    return of(used).beside(*sizes)


def _wafer(context: PartContext) -> tuple[Quantity, bool]:
    """Return carbon of processed wafer [kgCO2e/cm²], and whether a yield divides it.

    A total that holds the yield, or does not say whether it does, is not divided.
    """
    part: Logic = context.part
    whole = context.given("carbon_per_area")
    if whole is not None:
        return of(whole), True
    node, tables = nanometres(str(part.node)), context.catalog.fab_factors.fab
    if part.wafer_source is not None:
        try:
            cpa = tables.whole_wafer(node, part.wafer_source)
        except LookupError as error:
            raise context.fault("node", f"node: {error.args[0]}") from None
        holds = tables.whole_wafer_holds(part.wafer_source)
        if holds is None:
            context.warn(f"whether the figures of {part.wafer_source} hold the yield is not "
                        "known; they are not divided by one", "wafer_source")  # fmt: skip
        divided = holds is not None and "yield" not in holds
        if part.fab_yield is not None and not divided:
            context.warn(f"is not used: {part.wafer_source} may hold it", "yield")
        return of(context.placed(cpa, "node", "carbon_per_area")), divided
    wafer = tables.wafer(node)
    epa, mpa = context.placed(wafer.epa, "node", "epa"), context.placed(wafer.mpa, "node", "mpa")
    gpa, more = _gases(context, wafer.gpa)
    intensity = fab_intensity(context, FAB_GRID)
    per_cm2: Quantity = fab.kgco2e_per_cm2(*map(of, (intensity, epa, gpa, mpa)))
    return per_cm2.beside(*more), True


def _gases(context: PartContext, known: Mapping[float, Value]) -> tuple[Value, tuple[Value, ...]]:
    """Return the process gases at the share that is abated, and what they come from."""
    abated = context.given("abatement")
    if abated is None:
        abated = _assumed(context, "abatement", "abatement", "share of process gases destroyed")
    (low, most), *_, (high, least) = known.items()
    if decide(abated.low == abated.high):
        for share, gas in known.items():
            if decide(abated.best == share):
                return context.placed(gas, "node", "gpa"), (abated,)
    try:
        number = fab.abated_kgco2e_per_cm2(abated.number, low, most.number, high, least.number)
    except ValueError:
        message = f"abatement: gases are known from {low * 100:g} to {high * 100:g} % abated"
        raise context.fault("abatement", message) from None
    ends = (context.placed(most, "node", f"gpa_{low * 100:g}"),
            context.placed(least, "node", f"gpa_{high * 100:g}"))  # fmt: skip
    note = f"at {abated.best * 100:g} % abated, between {low * 100:g} and {high * 100:g} %"
    gpa = Value(number, most.unit, "derived", path=context.path, name="gpa", note=note)
    return gpa, (abated, *ends)


def fab_intensity(context: PartContext, place: str) -> Value:
    """Return the intensity of the electricity that a part is made with [kgCO2e/kWh]."""
    part = context.part
    given = context.given("fab_intensity")
    if given is not None:
        return given
    catalog = context.catalog
    zone = catalog.fab_place(part.fab_grid or place)
    value = catalog.fab_factors.intensity(zone, part.fab_year) or _of_grid(context, zone)
    value = context.placed(value, "fab_grid", "fab_intensity")
    if part.fab_grid is None:
        note = "; ".join(filter(None, (f"of {zone}", value.note)))
        value = value._replace(status="default", note=note)
    return value


def _of_grid(context: PartContext, place: str) -> Value:
    """Return the intensity of a grid of the grid tables [kgCO2e/kWh], of the nearest year.

    Raises ActivityError where these have none either: a kind of plant, of another year than
    the tables'.
    """
    catalog, year = context.catalog, context.part.fab_year
    try:
        row = catalog.grid(catalog.zone(place), year)
    except LookupError:
        message = f"fab_year: the fab tables have no figure of {place} for {year}"
        raise context.fault("fab_year", message) from None
    if year is not None and abs(row.year - year) > MAX_YEARS_APART:
        message = (
            f"the figure of {row.name} is of {row.year}, "
            f"more than {MAX_YEARS_APART} years from {year}"
        )
        context.warn(message, "fab_year")
    note = f"{row.name}, {row.year}, {row.basis}"
    return Value(row.intensity, "kgCO2e/kWh", "catalog", row.source, note=note)


def _yield(context: PartContext) -> tuple[Value, tuple[Value, ...]]:
    """Return the share of what is made that works, and what it comes from."""
    part: Fabricated = context.part
    good = context.given("fab_yield")
    if good is not None:
        return good, ()
    model = getattr(part, "yield_model", None)
    if model in (None, "fixed"):
        return _assumed(context, "yield", "fab_yield", "share that works"), ()
    return _modelled(context, model)


def _assumed(context: PartContext, row: str, key: str, note: str) -> Value:
    """Return what the table of yields has for a key that is not given."""
    figure = context.catalog.fab_factors.fab.figure("yield", "any", row)
    return context.default(figure.value, key, note)


def _modelled(context: PartContext, model: str) -> tuple[Value, tuple[Value, ...]]:
    """Return the yield that follows from the area of the die and the density of defects."""
    part: Logic = context.part
    if part.area_basis == "effective":
        message = f"yield_model: {model} takes the die's own area, and area is effective"
        raise context.fault("yield_model", message)
    density = context.given("defect_density") or _density(context)
    plain = context._replace(part=part.model_copy(update={"wafer": None}))
    area = _area(plain)
    arguments, inputs = [area.number, density.number], [density]
    said = f"{model}, with {density.best:g} defects a cm2"
    kernel: Callable[..., Any] = yields.poisson if model == "poisson" else yields.murphy
    if model == "negative-binomial":
        alpha = context.given("clustering") or _assumed(
            context, "alpha", "clustering", "parameter of the model"
        )
        arguments.append(alpha.number)
        inputs.append(alpha)
        said += f" and α {alpha.best:g}"
        kernel = yields.negative_binomial
    good = Value(kernel(*arguments), "", "derived", None, f"{context.path}.yield_model",
                 name="fab_yield", note=said)  # fmt: skip
    return good, tuple(inputs)


def _density(context: PartContext) -> Value:
    """Return the density of defects of the node: the first row, bounded by the others."""
    part: Logic = context.part
    value = context.catalog.fab_factors.defects(str(part.node)) if part.node else None
    if value is None:
        message = "defect_density: none is known of this node; give one (0.1 /cm2)"
        raise context.fault("defect_density", message)
    return context.placed(value, "defect_density")


def stored(context: PartContext) -> list[Line]:
    """Return the lines of memory or of a drive, and of its packages."""
    part: Stored = context.part
    own = context.given("carbon_per_capacity")
    if own is not None:
        return _capacity(context, own, HOLDS.get(part.includes or ""), None)
    process = part.process
    if process is None:
        capacity, lacks = context.given("capacity"), "`process`, or `carbon_per_capacity`"
        amount = context.many(of(capacity) if capacity else ONE)
        return [context.line(amount, "GB" if capacity else "pieces", None, lacks=lacks)]
    try:
        figure = context.catalog.fab_factors.factor(part.kind, process, part.process_year)
    except LookupError as error:
        raise context.fault("process_year", error.args[0]) from None
    return figured(context, figure)


def figured(context: PartContext, figure: Figure) -> list[Line]:
    """Return the lines of memory or of a drive by a row of the tables."""
    value = context.placed(figure.value, "process", "embodied_per_gb")
    value = value._replace(note="; ".join(filter(None, (figure.item, value.note))))
    if value.unit == "kgCO2e":  # of one finished drive, whatever it holds
        for key in ("fab_yield", "packages"):
            if getattr(context.part, key, None) is not None:
                context.warn(f"the figure of {figure.item} is of one finished part; "
                            f"`{key.removeprefix('fab_')}` is not used")  # fmt: skip
        each = of(value._replace(name="embodied"))
        return [context.line(context.many(ONE), "pieces", each, year=figure.year)]
    return _capacity(context, value, figure.includes, figure.year)


def _capacity(
    context: PartContext, value: Value, holds: frozenset[str] | None, year: int | None
) -> list[Line]:
    capacity = context.given("capacity")
    if capacity is None:
        message = f"`capacity` is missing: the figure is {value.unit}"
        raise context.lacking(message)
    factor = of(value)
    if holds is not None and "yield" not in holds:
        good, _ = _yield(context)
        factor = fab.of_good(factor, of(good))
    elif context.part.fab_yield is not None:
        context.warn(f"{_why(holds, 'yield')}; it is not divided by one", "yield")
    line = context.line(context.many(of(capacity)), "GB", factor, year=year)
    return [line, *_packages(context, holds)]


def _why(holds: frozenset[str] | None, what: str) -> str:
    return (
        f"the figure holds its {what}"
        if holds is not None
        else "what the figure holds is not known"
    )


def _packages(context: PartContext, holds: frozenset[str] | None) -> list[Line]:
    """Return the line of packages, where the figure does not hold them."""
    count = context.given("packages")
    if count is None and (holds is None or "package" in holds):
        return []
    if holds is not None and "package" in holds:
        context.warn(f"{_why(holds, 'packages')}; none are added", "packages")
        return []
    if count is None:
        single = Value(1.0, "", "default")
        count = context.default(single, "packages", "one package each")
    if decide(count.high == 0):
        return []
    each, year = context.given("package_carbon"), None
    if each is None:
        figure, _ = context.catalog.fab_factors.default(PACKAGE) or (None, "")
        assert figure is not None
        each, year = context.placed(figure.value, "package_carbon"), figure.year
    amount = context.many(of(count))
    return [context.line(amount, "packages", of(each), kind=PACKAGE, year=year)]
