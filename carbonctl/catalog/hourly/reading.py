"""Files, and packaged series, read as the intensity of a grid or as one series of figures."""

from __future__ import annotations

import os
from array import array
from pathlib import Path
from typing import TYPE_CHECKING

from carbonctl.catalog.hourly import fill, formats, mix, packaged, raw, times
from carbonctl.catalog.hourly.formats import layout as a
from carbonctl.catalog.hourly.formats.layout import CFE, INTENSITY, KINDS, Figure, Layout
from carbonctl.catalog.hourly.options import Options, faults
from carbonctl.catalog.hourly.raw import GENERATION, Raw
from carbonctl.catalog.hourly.series import HourlyGrid, Series
from carbonctl.catalog.hourly.table import Table
from carbonctl.errors import InputError, Problem
from carbonctl.spec.files import read_input

if TYPE_CHECKING:
    from carbonctl.catalog.electricity import Electricity

LOWEST, HIGHEST = 5.0, 2000.0  # g/kWh: a highest value outside is of no known grid
_BASE_FORMATS = ("eia930", "entsoe", "electricitymaps")


def read_grid(
    path: Path | None, shown: str, options: Options, places: Electricity, grid: str | None = None
) -> HourlyGrid:
    """Return the carbon intensity of a grid, step by step.

    Parameters
    ----------
    path : Path or None
        The file; where there is none, ``shown`` may be the id of a packaged series.
    shown : str
        The file or the series as the workload writes it, for messages and results.
    options : Options
        How it is to be read; the keys of which `options.faults` says nothing.
    places : Electricity
        Has the factors of a mix, by the region of a grid.
    grid : str or None
        The grid that the workload names, for these factors.

    Raises
    ------
    InputError
        With every problem of the file, each with its row.
    LookupError
        Where the grid is unknown and a mix needs it.
    """
    source = _raw(path, shown, options, _grid_layout)
    source = raw.filled(source, options.fill)
    if source.layout.is_mix:
        return _of_mix(source, options, places, grid)
    source.faults.check()
    cfe, source = _cfe(source)
    origin = source.origin
    if origin.estimated:
        note = f"{origin.estimated:,} of {origin.rows:,} rows are estimates of the source"
        origin = origin._replace(notes=(*origin.notes, note))
    warnings = _unit_warnings(max(source.figures[INTENSITY]))
    source = source._replace(origin=origin._replace(warnings=warnings))
    layout = source.layout
    return HourlyGrid(
        source.series(INTENSITY, "g/kWh"), options.signal or layout.signal,
        options.basis or layout.basis, source.series(CFE, "share") if cfe else None, {},
    )  # fmt: skip


def read_column(path: Path | None, shown: str, options: Options, wanted: str) -> Series:
    """Return one series of a file: a demand, or the generation of a plant.

    Parameters
    ----------
    path, shown : Path or None, str
        As of `read_grid`.
    options : Options
        `column` names the series; else it is the one called after ``wanted``.
    wanted : str
        `demand` or a kind of plant: `demand_mw`, `solar_pu`, `wind_mw`.

    Returns
    -------
    Series
        In MW, or as shares of a capacity; its `unit` says which.

    Raises
    ------
    InputError
        With every problem of the file, each with its row.
    """

    def layout_of(table: Table, options: Options) -> Layout:
        return _column_layout(table, options, wanted)

    source = raw.filled(_raw(path, shown, options, layout_of), options.fill)
    name = wanted if wanted in source.layout.figures else GENERATION
    parts = [source.figures[kind] for kind in _parts(wanted) if kind in source.figures]
    if parts and name not in source.figures:  # of a packaged series
        source.figures[name] = parts[0] if len(parts) == 1 else mix.total(parts)
    if name not in source.figures and source.timeline is not None:
        source.faults.add_head(_lacks(wanted, source))
    source.faults.check()
    figure = source.layout.figures.get(name)
    return source.series(name, figure.unit if figure else "MW")


def _parts(wanted: str) -> tuple[str, ...]:
    """Return the kinds of plant of a mix that a wanted one is the sum of."""
    return ("wind", "wind_offshore") if wanted == "wind" else (wanted,)


def _raw(path: Path | None, shown: str, options: Options, layout_of: raw.LayoutOf) -> Raw:
    wrong = [Problem(shown, None, None, f"{key}: {said}", key) for key, said in faults(options)]
    if wrong:
        raise InputError(wrong)
    if path is not None and os.path.lexists(path):
        return raw.raw(read_input(path, shown), shown, options, layout_of)
    if shown in packaged.known():
        return packaged.raw(shown, options)
    raise InputError([Problem(shown, None, None, packaged.unknown(shown))])


def _grid_layout(table: Table, options: Options) -> Layout:
    return formats.layout_of(table.head, options, table.unit, table.kind)


def _column_layout(table: Table, options: Options, wanted: str) -> Layout:
    """Return where one series of a file stands, whatever else it holds."""
    head = table.head
    name = options.format or formats.recognised(head)
    if name in _BASE_FORMATS:
        layout = formats.layout_of(head, Options(format=name))
    else:
        time = a.needed_time(head)
        layout = Layout("plain", time.at, times.iso, {}, stamp=time.stamp, is_utc=time.is_utc)
    own = [figure for kind, figure in layout.figures.items() if kind in _parts(wanted)]
    if options.column is None and own:
        columns = tuple(at for figure in own for at in figure.columns)
        return layout._replace(figures={GENERATION: Figure(columns)})
    at = a.where(head, options.column) if options.column is not None else _called(head, wanted)
    key = wanted if wanted == "demand" else GENERATION
    return layout._replace(figures={key: a.power_or_share(head, at, options)}, absent="")


def _called(head: tuple[str, ...], wanted: str) -> int:
    ends = [end.removeprefix("_") for end in (*a.POWERS, *a.SHARES)]
    names = [f"{wanted}_{end}" for end in ends]
    places = [at for at, name in enumerate(head) if a.folded(name) in names]
    if len(places) > 1:
        listed = " or ".join(f"`{head[at]}`" for at in places)
        raise ValueError(f"several columns of {wanted}: give `column`, {listed}")
    if not places:
        listed = ", ".join(f"`{name}`" for name in head)
        shown = f"`{wanted}_mw`" if wanted == "demand" else f"`{wanted}_mw` or `{wanted}_pu`"
        raise ValueError(f"no column {shown} among {listed}: give `column`")
    return places[0]


def _lacks(wanted: str, source: Raw) -> str:
    kinds = ", ".join(key for key in source.layout.figures if key in KINDS)
    return f"no figure of {wanted} in it" + (f"; it has {kinds}" if kinds else "")


def _of_mix(source: Raw, options: Options, places: Electricity, grid: str | None) -> HourlyGrid:
    """Return the intensity of a mix, and what else follows from it."""
    try:
        used = mix.factors(options, source.layout.grid, places, grid)
    except ValueError as error:
        raise InputError([Problem(source.faults.shown, 1, None, str(error))]) from None
    kinds = {kind: values for kind, values in source.figures.items() if kind in KINDS}
    if not kinds and source.timeline is not None:
        source.faults.add_head("no kind of plant has a figure")
    doubtful: tuple[int, ...] = ()
    generation = array("d")
    if kinds:
        generation = mix.total(kinds.values())
        doubtful = _check_generation(source, generation)
    source.faults.check()
    figures = {**source.figures, INTENSITY: mix.intensity(kinds, generation, used.grams)}
    cfe, source = _cfe(source._replace(figures=figures))
    if not cfe:
        source.figures[CFE] = mix.carbon_free(kinds, generation)
    notes = (*source.origin.notes, used.note, mix.PRODUCTION)
    warnings = _unit_warnings(max(source.figures[INTENSITY]))
    origin = source.origin._replace(notes=notes, warnings=warnings)
    source = source._replace(origin=origin)
    return HourlyGrid(
        source.series(INTENSITY, "g/kWh")._replace(doubtful=doubtful), "average", used.basis,
        source.series(CFE, "share"), {kind: source.series(kind, "MW") for kind in kinds},
        mix.spread(used, kinds, places),
    )  # fmt: skip


def _check_generation(source: Raw, generation: array[float]) -> tuple[int, ...]:
    """Note steps without generation and drop-outs; return the doubtful ones."""
    timeline = source.timeline
    assert timeline is not None
    drops = mix.drops(generation, timeline.step_s)
    for step, usual in drops.errors:
        if not generation[step]:
            continue
        source.faults.add(
            timeline.row(step),
            f"{timeline.at(step)}: total generation {generation[step]:,.0f} MW is under "
            f"{mix.LEAST * 100:g} % of the median of the 25 hours around ({usual:,.0f} MW): "
            "a telemetry drop-out; blank the row and give `fill`",
        )
    for step, whole in enumerate(generation):
        if whole == 0:
            said = "no generation at all: the intensity is undefined"
            source.faults.add(timeline.row(step), f"{timeline.at(step)}: {said}")
    return drops.doubtful


def _cfe(source: Raw) -> tuple[bool, Raw]:
    """Return whether the file's carbon-free share can be used, and why not as a note."""
    values = source.figures.get(CFE)
    if values is None:
        return False, source
    lacking = sum(last - first + 1 for first, last in fill.gaps(values))
    if not lacking and min(values) >= 0 and max(values) <= 1:
        return True, source
    said = f"{lacking:,} blank" if lacking else "figures outside of 0 to 1"
    note = f"the column of carbon-free shares is not used: {said}"
    origin = source.origin._replace(notes=(*source.origin.notes, note))
    return False, source._replace(origin=origin)


def _unit_warnings(highest: float) -> tuple[str, ...]:
    if highest < LOWEST:
        return (f"highest {highest:,.4g} g/kWh is below every known grid: is it in kg/kWh?",)
    if highest > HIGHEST:
        return (f"highest {highest:,.4g} g/kWh is above every known grid: is the unit right?",)
    return ()
