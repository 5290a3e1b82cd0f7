"""Times and carbon intensities, the unit in the name of the column."""

from __future__ import annotations

from collections.abc import Sequence

from carbonctl.catalog.hourly import times
from carbonctl.catalog.hourly.formats import layout as a
from carbonctl.catalog.hourly.formats.layout import Layout
from carbonctl.catalog.hourly.options import Options

_BARE = ("carbon_intensity", "intensity", "emission_factor", "moer", "aer", "mer")


def fits(head: Sequence[str]) -> bool:
    """Whether a header is of this format."""
    return a.time_column(head) is not None and bool(_candidates(head) or _bare(head))


def layout(head: Sequence[str], options: Options) -> Layout:
    """Return where the figures stand.

    Raises
    ------
    ValueError
        Where the column or its unit is not known.
    """
    column = a.needed_time(head)
    at = _intensity(head, options)
    return Layout(
        "plain", column.at, times.iso, {a.INTENSITY: a.intensity_of(head, at, options)}
        | a.cfe_of(head),
        stamp=column.stamp, is_utc=column.is_utc, basis=_basis(a.folded(head[at])),
    )  # fmt: skip


def _intensity(head: Sequence[str], options: Options) -> int:
    if options.column is not None:
        return a.where(head, options.column)
    places = _candidates(head) or _bare(head)
    if len(places) > 1:
        listed = " or ".join(f"`{head[at]}`" for at in places)
        raise ValueError(f"several columns of carbon intensity: give `column`, {listed}")
    if not places:
        ends = ", ".join(f"`{end}`" for end in a.INTENSITY_ENDS)
        raise ValueError(f"no column of carbon intensity: give `column`, or call it one of {ends}")
    return places[0]


def _candidates(head: Sequence[str]) -> list[int]:
    ends = tuple(a.INTENSITY_ENDS)
    return [at for at, name in enumerate(head) if a.folded(name).endswith(ends)]


def _bare(head: Sequence[str]) -> list[int]:
    return [at for at, name in enumerate(head) if a.folded(name) in _BARE]


def _basis(name: str) -> str | None:
    if any(word in name for word in ("lifecycle", "life_cycle", "lca")):
        return "life-cycle"
    return "direct" if "direct" in name else None
