"""Which of the formats a file has, one module a format."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from carbonctl.catalog.hourly.formats import (
    eia930,
    electricitymaps,
    entsoe,
    mix,
    plain,
    watttime,
)
from carbonctl.catalog.hourly.formats.layout import Layout
from carbonctl.catalog.hourly.options import Options

_BY_NAME = {
    "eia930": eia930, "entsoe": entsoe, "electricitymaps": electricitymaps, "watttime": watttime,
    "mix": mix, "plain": plain,
}  # fmt: skip  # the first that fits

_WITH_UNIT = ("plain", "watttime")
_MIXES = ("mix", "eia930", "entsoe")


def layout_of(head: Sequence[str], options: Options, unit: str = "", kind: str = "") -> Layout:
    """Return how a file is read.

    Parameters
    ----------
    head : sequence of str
        Its header.
    options : Options
        Of the workload; a `column` asks for the plain format unless another is given.
    unit, kind : str
        What the file says beside its columns.

    Raises
    ------
    ValueError
        Where the format is not recognised, or the header lacks what it needs.
    """
    name = options.format or ("plain" if options.column is not None else recognised(head))
    if name is None:
        listed = ", ".join(f"`{column}`" for column in head)
        raise ValueError(
            f"the format is not recognised from the columns {listed}; "
            "call them `start_utc` and `g_per_kwh`, or give `format`"
        )
    if options.column is not None and name != "plain":
        raise ValueError(f"`column` is for the plain format, not for {name}")
    if options.unit is not None and name not in _WITH_UNIT:
        raise ValueError(f"`unit` is for {' and '.join(_WITH_UNIT)}: {name} has its own")
    if options.factors is not None and name not in _MIXES:
        raise ValueError(f"`factors` are for a mix ({', '.join(_MIXES)}), not for {name}")
    if name == "watttime":
        return watttime.layout(head, options, unit, kind)
    read: Callable[[Sequence[str], Options], Layout] = _BY_NAME[name].layout
    return read(head, options)


def recognised(head: Sequence[str]) -> str | None:
    """Return the format that a header is of; None where it is of none."""
    return next((name for name, module in _BY_NAME.items() if module.fits(head)), None)
