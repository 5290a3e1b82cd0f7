"""Times and generation by kind of plant: wind_mw, coal_mw and others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from carbonctl.catalog.hourly import times
from carbonctl.catalog.hourly.formats import layout as a
from carbonctl.catalog.hourly.formats.layout import Figure, Layout
from carbonctl.catalog.hourly.options import Options

_NO_KIND = ("demand_mw", "load_mw", "total_mw", "generation_mw")
_FEWEST = 2  # columns; one alone is a plant


def fits(head: Sequence[str]) -> bool:
    """Whether a header is of this format."""
    return a.time_column(head) is not None and len(_kinds(head)) >= _FEWEST


def layout(head: Sequence[str], options: Options) -> Layout:
    """Return where the figures stand.

    Raises
    ------
    ValueError
        Where there are no times or no kinds of plant.
    """
    column, kinds = a.needed_time(head), _kinds(head)
    if not kinds:
        listed = ", ".join(f"`{kind}_mw`" for kind in a.KINDS)
        raise ValueError(f"no kind of plant: a mix has columns such as {listed}")
    return Layout(
        "mix", column.at, times.iso, {**kinds, **a.cfe_of(head)},
        stamp=column.stamp, is_utc=column.is_utc, notes=_left_out(head, kinds),
    )  # fmt: skip


def _kinds(head: Sequence[str]) -> Mapping[str, Figure]:
    names = {a.folded(name): at for at, name in enumerate(head)}
    return {kind: Figure((names[f"{kind}_mw"],)) for kind in a.KINDS if f"{kind}_mw" in names}


def _left_out(head: Sequence[str], kinds: Mapping[str, Figure]) -> tuple[str, ...]:
    """Return a note on other columns of power, which may be of kinds that are not known."""
    read = {at for figure in kinds.values() for at in figure.columns}
    others = [
        f"`{name}`"
        for at, name in enumerate(head)
        if a.folded(name).endswith("_mw") and at not in read and a.folded(name) not in _NO_KIND
    ]
    return (f"no part of the mix: {', '.join(others)}",) if others else ()
