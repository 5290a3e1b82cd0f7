"""Signals of WattTime: JSON of its interface, or CSV with point_time and value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carbonctl.catalog.hourly import times
from carbonctl.catalog.hourly.faults import Faults
from carbonctl.catalog.hourly.formats import layout as a
from carbonctl.catalog.hourly.formats.layout import Figure, Layout
from carbonctl.catalog.hourly.options import Options
from carbonctl.catalog.hourly.table import Table
from carbonctl.errors import InputError, Problem

_HEAD = ("point_time", "value")
_UNITS = {
    "lbs_co2_per_mwh": "lb/MWh", "lbs_co2e_per_mwh": "lb/MWh", "lb_co2_per_mwh": "lb/MWh",
    "kg_co2_per_mwh": "kg/MWh", "g_co2_per_kwh": "g/kWh",
}  # fmt: skip
_AVERAGE = "aoer"


def fits(head: Sequence[str]) -> bool:
    """Whether a header is of this format."""
    names = [a.folded(name) for name in head]
    return all(name in names for name in _HEAD)


def layout(head: Sequence[str], options: Options, unit: str = "", kind: str = "") -> Layout:
    """Return where the figures stand.

    Parameters
    ----------
    head : sequence of str
        The header.
    options : Options
        Its unit takes precedence over the file's.
    unit, kind : str
        `meta.units` and `meta.signal_type` of JSON.

    Raises
    ------
    ValueError
        Where the unit is not known.
    """
    time, value = (a.where(head, name) for name in _HEAD)
    given = options.unit or _UNITS.get(unit.casefold())
    if given is None:
        said = f"the unit `{unit}` of the file is not known" if unit else "`value` has no unit"
        raise ValueError(f"{said}: give `unit` (`lb/MWh`)")
    return Layout(
        "watttime", time, times.iso, {a.INTENSITY: Figure((value,), a.grams(given), "g/kWh")},
        signal="average" if _AVERAGE in kind.casefold() else "marginal", basis="direct",
    )  # fmt: skip


def table(text: str, shown: str) -> Table:
    """Return the points of a JSON answer as a table.

    Raises
    ------
    InputError
        Where it is no such answer.
    """
    points, meta = _parts(text, shown)
    if not points:
        raise InputError([Problem(shown, 1, None, "no rows: `data` is empty")])
    faults = Faults(shown, range(1, len(points) + 1), "data[{}]")
    for number, point in enumerate(points):
        if not (isinstance(point, dict) and all(name in point for name in _HEAD)):
            faults.add(number, "no `point_time` and `value`")
    faults.check()
    columns = [[_cell(point[name]) for point in points] for name in _HEAD]
    unit, kind = (str(meta.get(name) or "") for name in ("units", "signal_type"))
    return Table(_HEAD, columns, len(points), faults, unit, kind)


def _parts(text: str, shown: str) -> tuple[list[Any], dict[str, Any]]:
    import json  # only this format needs it

    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise InputError([Problem(shown, line, None, f"not JSON: {error}")]) from None
    points = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(points, list):
        said = "no list `data` of `point_time` and `value`, as WattTime answers"
        raise InputError([Problem(shown, 1, None, said)])
    meta = answer.get("meta")
    return points, meta if isinstance(meta, dict) else {}


def _cell(value: Any) -> str | float:
    """Return a cell: text, a number, or an empty text for null."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return "" if value is None else str(value)
    return value
