"""What stands around the silicon: so much by area, mass, energy or piece, times a factor."""

from typing import NamedTuple

from carbonctl.factors.parts import kgco2e_per_kg
from carbonctl.factors.yields import MM2_PER_CM2
from carbonctl.hardware.lines import ONE, Line, PartContext
from carbonctl.hardware.silicon import fab_intensity
from carbonctl.numbers.quantities import Quantity, of
from carbonctl.numbers.values import Value
from carbonctl.spec.parts import END_OF_LIFE, MANUFACTURING, TRANSPORT, Made, Other

PASSIVES_GRID = "JP"
KG_PER_T = 1000
_OF_ENERGY = ("fab_grid", "fab_year", "fab_intensity")
_STAGES = {"transport": TRANSPORT, "end-of-life": END_OF_LIFE}


class _Measure(NamedTuple):
    """What a factor of some unit is multiplied by."""

    key: str  # of the part, which says how much; empty where pieces are counted
    unit: str  # of the amount
    per: int  # how many of the key's unit make one of it
    own: str  # the key that gives such a factor in the part itself


_MEASURES = {
    "kgCO2e": _Measure("", "pieces", 1, "carbon_each"),
    "kgCO2e/cm2": _Measure("area", "cm2", MM2_PER_CM2, "carbon_per_area"),
    "kgCO2e/kg": _Measure("mass", "kg", 1, "carbon_per_mass"),
    "kgCO2e/kWh": _Measure("energy", "kWh", 1, "carbon_per_energy"),
    "kgCO2e/t-km": _Measure("mass", "t-km", KG_PER_T, "carbon_per_mass_distance"),
    "MJ/kg": _Measure("mass", "kg", 1, ""),
}


def made(context: PartContext) -> list[Line]:
    """Return the line of a part that is measured or counted.

    Raises
    ------
    ActivityError
        Where what its factor is of is not given.
    """
    part: Made = context.part
    stage = _STAGES.get(part.kind, MANUFACTURING)
    chosen = _factor(context)
    if chosen is None:
        lacks = f"`factor`, or {' or '.join(f'`{m.own}`' for m in _own(part))}"
        return [context.line(context.many(ONE), "pieces", None, stage=stage, lacks=lacks)]
    value, year = chosen
    measure = _MEASURES[value.unit]
    factor = of(value)
    if value.unit == "MJ/kg":
        energy = of(value._replace(name="energy_per_mass"))
        factor = kgco2e_per_kg(energy, of(fab_intensity(context, PASSIVES_GRID)))
    elif any(getattr(part, key, None) is not None for key in _OF_ENERGY):
        raise context.fault("fab_grid", "fab_grid: the factor is of carbon, and not of energy")
    amount = _amount(context, measure, value)
    return [context.line(amount, measure.unit, factor, stage=stage, year=year)]


def _own(part: Made) -> list[_Measure]:
    """Return the measures by which a part may give its own factor."""
    return [m for m in _MEASURES.values() if m.own in type(part).model_fields]


def _factor(context: PartContext) -> tuple[Value, int | None] | None:
    """Return the factor of a part with its year; None where none is given or stands in."""
    part = context.part
    for measure in _own(part):
        given = context.given(measure.own)
        if given is not None:
            unit = next(unit for unit, m in _MEASURES.items() if m is measure)
            return given._replace(unit=unit), None
    if part.factor is not None:
        figure = context.catalog.fab_factors.factor(part.kind, part.factor)
        value = figure.value
        if value.confidence == "low":
            context.warn(f"{figure.item} is of low confidence: {value.note}", "factor")
        value = value._replace(note="; ".join(filter(None, (figure.item, value.note))))
        return context.placed(value, "factor", "embodied_factor"), figure.year
    stand_in = context.catalog.fab_factors.default(part.kind)
    if stand_in is None:
        return None
    figure, note = stand_in
    value = figure.value._replace(status="default", note=f"{figure.item}, {note}")
    if figure.value.note:
        value = value._replace(note=f"{value.note}; {figure.value.note}")
    return context.placed(value, "factor", "embodied_factor"), figure.year


def _amount(context: PartContext, measure: _Measure, value: Value) -> Quantity:
    _unused(context, measure)
    if not measure.key:
        return context.many(ONE)
    amount = context.given(measure.key)
    if amount is None:
        whose = "the factor"
        if value.status == "default":
            item = str(value.note).partition(",")[0]
            whose = f"`{item}`, which stands in where no `factor` is given,"
        message = f"`{measure.key}` is missing: {whose} is in {value.unit}"
        raise context.lacking(message)
    quantity = of(amount)
    if measure.per != 1:
        quantity = quantity / measure.per
    if measure.unit == "t-km":
        distance = context.given("distance")
        if distance is None:
            message = f"`distance` is missing: the factor is in {value.unit}"
            raise context.lacking(message)
        return context.many(quantity, of(distance))
    return context.many(quantity, *_layers(context, measure))


def _unused(context: PartContext, measure: _Measure) -> None:
    """Warn of amounts that the factor does not ask for."""
    asked = {measure.key, "distance" if measure.unit == "t-km" else ""}
    for key in ("area", "mass", "energy", "distance"):
        if key not in asked and getattr(context.part, key, None) is not None:
            per = measure.unit.removesuffix("s") if not measure.key else measure.key
            context.warn(f"is not used: the factor is of {per}", key)


def _layers(context: PartContext, measure: _Measure) -> tuple[Quantity, ...]:
    """Return the layers of a board where its factor is of one."""
    part = context.part
    layers = getattr(part, "layers", None) and context.given("layers")
    if measure.key != "area" or part.factor is None or "per layer" not in part.factor:
        if layers is not None:
            message = "layers: its factor is of the whole board; `pcb per layer` is of one layer"
            raise context.fault("layers", message)
        return ()
    if layers is None:
        raise context.lacking("`layers` is missing: the factor is of one layer")
    return (of(layers),)


def other(context: PartContext) -> list[Line]:
    """Return the line of a part whose carbon the list gives, or leaves unknown."""
    part: Other = context.part
    given = context.given("embodied")
    factor = None if given is None else of(given)
    stage = part.stage or MANUFACTURING
    return [context.line(context.many(ONE), "pieces", factor, stage=stage, lacks="`embodied`")]
