"""Quantities as JSON Schema: a pattern for what is written, three definitions a dimension.

``one-power`` takes a single number with its unit, ``power-or-range`` also a range, and
``power`` whatever a workload may say: also a mapping with bounds. A bare number will do only
where there is no unit.
"""

from __future__ import annotations

from carbonctl.factors.distributions import QUANTILES
from carbonctl.numbers.unit_table import CO2
from carbonctl.numbers.units import CLOCK, DIMENSIONS, DURATION, Dimension, single_units
from carbonctl.reference.schemas import Schema, closed, records, ref
from carbonctl.spec import scalars

_NUMBER = r"\s*[+-]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*"
# Units joined by an operator, which are not looked into; an exponent is no unit.
_JOINED = (
    r"(?![eE][+-]?\d)(?=[^.]*[\s/*·⋅-]\s*[A-Za-zµμ%]|[^.]*\^)"
    r"[A-Za-zµμ%/*·⋅-][A-Za-z0-9µμ%/*·⋅²³₂⁻¹^\s-]*"
)
_REST = r"[\s*·-]*"  # operators with nothing to join are passed over


def name_of(dimension: Dimension) -> str:
    """Return the name under which a dimension is defined."""
    return dimension.name.replace(" ", "-")


def definitions() -> dict[str, Schema]:
    """Return the definitions of all dimensions; of two with one name the first's."""
    schemas: dict[str, Schema] = {}
    for dimension in reversed(DIMENSIONS):
        schemas |= _definitions(dimension)
    return schemas


def _definitions(dimension: Dimension) -> dict[str, Schema]:
    name = name_of(dimension)
    title = dimension.name[0].upper() + dimension.name[1:]
    unit = f" [{dimension.unit} or alike]" if dimension.unit else ""
    said = f"{title}{unit} such as `{dimension.example}`"
    range_ = "`LOW..HIGH UNIT`" if dimension.unit else "`LOW..HIGH`"
    single, examples = ref(f"one-{name}"), {"examples": [dimension.example]}
    clock = f"|{CLOCK}" if dimension.unit == DURATION.unit else ""
    first = rf"({_NUMBER}({_unit(dimension)})?{clock})"
    last = f"({_NUMBER}{_unit(dimension)}{clock})"
    source = scalars.as_schema(scalars.WORDS)
    percent = {"type": "string", "pattern": "%\\s*$"}
    number = {"type": ["number", "string"]}
    values = {"type": "object", "minProperties": 1, "additionalProperties": number}
    mapping = records.fields(
        "quantity", best=single, low=single, high=single, source=source,
        distribution=records.words(QUANTILES), gsd=number, sd={"anyOf": [single, percent]},
        values=values,
    )  # fmt: skip
    forms = [closed(mapping, (needed,)) for needed in ("best", "distribution")]
    return {
        f"one-{name}": {
            "description": said,
            "type": "string" if dimension.unit else ["number", "string"],
            "pattern": f"^{last}$",
            **examples,
        },
        f"{name}-or-range": {
            "description": f"{said}, or a range {range_}",
            "anyOf": [single, {"type": "string", "pattern": rf"^{first}\.\.{last}$"}],
            **examples,
        },
        name: {
            "description": f"{said}, a range {range_}, or a mapping of best, low and high",
            "anyOf": [ref(f"{name}-or-range"), *forms],
            **examples,
        },
    }


def _unit(dimension: Dimension) -> str:
    """Return the pattern of a unit: one word of this dimension, or joined words."""
    words = "|".join(single_units(dimension))
    for sign, alike in (("2", "[2²]"), ("3", "[3³]"), ("µ", "[µμ]")):
        words = words.replace(sign, alike)
    if not dimension.unit:
        suffix = "[kMGTB]" if dimension.counts else "[kMGT]"
        return rf"({suffix}?\s*({words})?|{_JOINED}){_REST}"
    co2 = rf"([\s_-]*(of\s+)?{CO2})?" if "kg" in dimension.unit else ""
    word = rf"([kMGT]\s+)?({words}){co2}|" if words else ""
    return rf"({word}{_JOINED}){_REST}"
