"""The hours of a site as arrays: what it draws, what its plants generate, what its grid emits."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from carbonctl.account.site import supply
from carbonctl.catalog import Catalog
from carbonctl.catalog.hourly.series import HOUR_S, Series, coarser, common, stamp
from carbonctl.errors import Caution, InputError
from carbonctl.estimators.base import ActivityError
from carbonctl.site.hours import DataFile, HoursReader, years_in
from carbonctl.spec.hours import ONSITE, PEAK, Generation, HourlyFile, hourly_file
from carbonctl.spec.moments import MARGINAL
from carbonctl.spec.site_file import Demand, LoadedSite

FloatArray: TypeAlias = npt.NDArray[np.float64]

W_PER_MW, G_PER_KG, YEAR_H = 1e6, 1000, 8760
CARBON_G_PER_KWH = {"wind": 11.0, "solar": 41.0}  # ipcc-ar5-wg3-annex3, medians
_DEMAND, _GRID, _SIGNAL, _CFE = "demand", "grid", "marginal", "cfe"


class Plant(NamedTuple):
    """Plants of one kind.

    Attributes
    ----------
    name, kind : str
        What tables call them; wind, solar, …
    capacity_mw : float
        As given [MW].
    shape : array, shape (steps,)
        Generation per capacity before losses [MW per MW].
    loss : float
        Share lost on the way.
    is_onsite : bool
        Whether they are behind the meter.
    g_per_kwh : float or None
        Embodied carbon of what they generate [g/kWh]; None where nobody says it.
    """

    name: str
    kind: str
    capacity_mw: float
    shape: FloatArray
    loss: float
    is_onsite: bool
    g_per_kwh: float | None

    @property
    def delivered_shape(self) -> FloatArray:
        """Generation per capacity after losses [MW per MW]."""
        return self.shape * (1 - self.loss)


class SiteHours(NamedTuple):
    """A site step by step.

    Attributes
    ----------
    start_s : int
        Start of the first step, seconds since 1970-01-01T00:00Z.
    step_h : float
        Length of a step [h].
    demand_mw : array, shape (steps,)
        What it draws, cooling included [MW].
    g_per_kwh : array, shape (steps,)
        Average intensity of its grid [g/kWh].
    residual_g_per_kwh : float or None
        Of the residual mix, where it is given.
    marginal_g_per_kwh, cfe : array or None
        Marginal intensity [g/kWh]; carbon-free share of the grid, 0 to 1.
    plants : tuple of Plant
        Its own and contracted plants.
    basis : str or None
        Of the average intensity.
    years : float
        The share of a year that the data cover.
    is_per_year : bool
        Whether figures per year are given: for a year of data, or where it is asked for.
    data : tuple of DataFile
        What was read.
    warnings : tuple of Caution
        What a reader should know.
    """

    start_s: int
    step_h: float
    demand_mw: FloatArray
    g_per_kwh: FloatArray
    residual_g_per_kwh: float | None
    marginal_g_per_kwh: FloatArray | None
    cfe: FloatArray | None
    plants: tuple[Plant, ...]
    basis: str | None
    years: float
    is_per_year: bool
    data: tuple[DataFile, ...]
    warnings: tuple[Caution, ...]


def site_hours(loaded: LoadedSite, catalog: Catalog) -> SiteHours:
    """Return the hours of a site.

    Raises
    ------
    InputError
        With every fault of its files, and where they do not go together.
    """
    return _Assembly(loaded, catalog).hours()


class _Assembly:
    def __init__(self, loaded: LoadedSite, catalog: Catalog) -> None:
        self.loaded = loaded
        self.site = loaded.site.site
        self.demand: Demand = loaded.site.demand
        self.catalog = catalog
        self.files = HoursReader(catalog)
        self.basis: str | None = None
        self.constant_g: float | None = None
        self.series: dict[str, Series] = {}

    def hours(self) -> SiteHours:
        """Return the hours, all series over the span that they share."""
        self.read_grid()
        self.read_demand()
        self.read_plants()
        self.files.check()
        if not self.series:
            raise self.refuse(
                ("site",), "nothing has hours: give `grid_hourly`, `demand.hourly` or `generation`"
            )
        try:
            axes = dict(zip(self.series, common(list(self.series.values())), strict=True))
        except ValueError as error:
            raise self.refuse(("site",), str(error)) from None
        first = next(iter(axes.values()))
        self.note_cuts(first)
        steps, step_h = len(first.values), first.step_s / HOUR_S
        arrays = {key: np.array(axis.values) for key, axis in axes.items()}
        years, is_per_year, said = self.years(steps * step_h)
        demand_mw = self.demand_mw(arrays, steps)
        warnings = [*self.files.warnings, *([Caution(said)] if said else [])]
        return SiteHours(
            first.start_s, step_h, demand_mw, self.intensity(arrays, steps),
            self.residual(), arrays.get(_SIGNAL), arrays.get(_CFE), self.plants(arrays, step_h),
            self.basis, years, is_per_year, tuple(self.files.data), tuple(warnings),
        )  # fmt: skip

    def refuse(self, keys: tuple[Any, ...], message: str) -> InputError:
        return InputError([self.loaded.problem(keys, message)])

    def note_cuts(self, axis: Series) -> None:
        """Warn of files that cover more than the span that all of them share."""
        longer = {
            series.origin.file
            for series in self.series.values()
            if series.end_s - series.start_s - (axis.end_s - axis.start_s) >= axis.step_s
        }
        if longer:
            shared = f"{stamp(axis.start_s)} to {stamp(axis.end_s)}"
            message = f"{', '.join(sorted(longer))}: only {shared} is used, which all files cover"
            self.files.warnings.append(Caution(message, "site"))

    def read_grid(self) -> None:
        """Read the intensity of the grid; an annual figure holds in each step."""
        site, grid = self.site, self.site.grid if isinstance(self.site.grid, str) else None
        if site.grid_hourly is not None:
            known = self.files.grid(hourly_file(site.grid_hourly), _GRID, "site.grid_hourly", grid)
            if known is not None:
                self.basis = known.basis
                self.series[_GRID] = known.intensity
                if known.cfe is not None:
                    self.series[_CFE] = known.cfe
        else:
            self.read_annual()
        if site.marginal_hourly is not None:
            ref, path = hourly_file(site.marginal_hourly), "site.marginal_hourly"
            signal = self.files.grid(ref, MARGINAL, path, grid, MARGINAL)
            if signal is not None:
                self.series[_SIGNAL] = signal.intensity

    def read_annual(self) -> None:
        try:
            annual = supply([("site", self.site)], self.catalog)
        except ActivityError as error:
            raise self.refuse(("site",), f"{error.message}, or `grid_hourly`, its hours") from None
        self.basis = annual.basis
        self.constant_g = annual.intensity.best * G_PER_KG
        message = "the grid has one annual intensity in all hours; give `grid_hourly` for its own"
        self.files.warnings.append(Caution(message, "site.grid"))

    def read_demand(self) -> None:
        ref = self.demand.hourly
        if ref is None:
            return
        file = hourly_file(ref)
        if self.demand.column is not None:
            file = file.model_copy(update={"column": self.demand.column})
        series = self.files.column(file, _DEMAND, "demand.hourly", _DEMAND)
        if series is not None and series.unit == "share":
            message = "the column of the demand holds shares; a power is wanted: `demand_mw`"
            self.files.problems.append(self.loaded.problem(("demand",), message))
        elif series is not None:
            self.series[_DEMAND] = series

    def read_plants(self) -> None:
        for place, plant in enumerate(self.site.generation or ()):
            file: HourlyFile = hourly_file(plant.hourly)
            path = f"site.generation.{place}.hourly"
            name = names_of(self.site.generation or ())[place]
            series = self.files.column(file, name, path, plant.kind)
            if series is not None:
                self.series[path] = series

    def demand_mw(self, arrays: dict[str, FloatArray], steps: int) -> FloatArray:
        if _DEMAND in arrays:
            return arrays[_DEMAND]
        if self.demand.power is not None:
            return np.full(steps, self.demand.power.best / W_PER_MW)
        from carbonctl.site.workload_power import mean_power_mw  # few sites are described by one

        power, note = mean_power_mw(self.loaded, self.catalog)
        self.files.warnings.append(note)
        return np.full(steps, power)

    def intensity(self, arrays: dict[str, FloatArray], steps: int) -> FloatArray:
        if _GRID in arrays:
            return arrays[_GRID]
        assert self.constant_g is not None
        return np.full(steps, self.constant_g)

    def residual(self) -> float | None:
        given = self.site.residual_intensity
        return None if given is None else given.best * G_PER_KG

    def plants(self, arrays: dict[str, FloatArray], step_h: float) -> tuple[Plant, ...]:
        given = self.site.generation or ()
        plants, problems = [], []
        for place, (plant, name) in enumerate(zip(given, names_of(given), strict=True)):
            path = f"site.generation.{place}.hourly"
            values, is_share = arrays[path], self.series[path].unit == "share"
            whole = coarser(self.series[path], round(step_h * HOUR_S))
            try:
                shape = shape_of(plant, values, max(whole.values), is_share=is_share)
            except ValueError as error:
                keys = ("site", "generation", place)
                problems.append(self.loaded.problem(keys, f"{name}: {error}"))
                continue
            carbon = plant.carbon.best * G_PER_KG if plant.carbon is not None else None
            plants.append(
                Plant(
                    name, plant.kind, plant.capacity.best / W_PER_MW, shape,
                    0.0 if plant.losses is None else plant.losses.best,
                    plant.connection == ONSITE,
                    CARBON_G_PER_KWH.get(plant.kind) if carbon is None else carbon,
                )
            )  # fmt: skip
        if problems:
            raise InputError(problems)
        return tuple(plants)

    def years(self, hours: float) -> tuple[float, bool, str]:
        plants = (plant.hourly for plant in self.site.generation or ())
        refs = (self.site.grid_hourly, self.demand.hourly, *plants)
        asked = any(isinstance(ref, HourlyFile) and ref.per_year for ref in refs)
        years, said = years_in(hours, per_year=asked)
        return (hours / YEAR_H if years is None else years), years is not None, said


def names_of(plants: tuple[Generation, ...]) -> list[str]:
    """Return what plants are called: their names, else their kinds, numbered where they recur."""
    names: list[str] = []
    for plant in plants:
        name, number = plant.name or plant.kind, 1
        while name in names:
            number += 1
            name = f"{plant.name or plant.kind}-{number}"
        names.append(name)
    return names


def shape_of(
    plant: Generation, values: FloatArray, highest: float, *, is_share: bool
) -> FloatArray:
    """Return the generation of a plant per capacity [MW per MW].

    Parameters
    ----------
    plant : Generation
        Its `scale` says what the file is of.
    values : array, shape (steps,)
        The file's figures: MW, or shares of a capacity.
    highest : float
        The highest step of the whole file, which may cover more than these steps.
    is_share : bool
        Whether they are shares: then the file says the shape itself.

    Raises
    ------
    ValueError
        Where the file has no generation, or the plant has no capacity to divide by.
    """
    scale = plant.scale
    if highest <= 0 or values.max() <= 0:
        raise ValueError("its file has no generation in these hours")
    if scale is None and is_share:
        return values
    if scale is None or isinstance(scale, str):
        assert scale in (None, PEAK)
        return values / highest
    if scale.capacity is not None:
        return values if is_share else values * W_PER_MW / scale.capacity.best
    assert scale.energy is not None
    capacity = plant.capacity.best / W_PER_MW
    if capacity <= 0:
        raise ValueError("`scale.energy` needs a capacity above 0")
    wanted_mw = scale.energy.best / W_PER_MW  # mean power of a year
    return values / float(values.mean()) * wanted_mw / capacity
