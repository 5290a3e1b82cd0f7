"""Resolves where an activity runs: spec, then catalog, then defaults."""

from typing import Any, NamedTuple

from carbonctl.catalog import Catalog
from carbonctl.catalog.tables import GridRow, Region
from carbonctl.estimators.base import Unusable
from carbonctl.factors import grid
from carbonctl.spec.model import Site
from carbonctl.values import Value

Layer = tuple[str, Site]

MAX_YEARS_APART = 2
_SUPPLY = (
    "grid", "carbon_intensity", "basis", "carbon_free_energy", "contract_intensity",
    "residual_intensity", "market_intensity",
)  # fmt: skip


class Supply(NamedTuple):
    """The electricity of a site and its building.

    Attributes
    ----------
    intensity : Value
        Location-based carbon intensity [kgCO2e/kWh].
    market : Value
        Market-based carbon intensity [kgCO2e/kWh].
    pue : Value or None
        None where there is no data centre around the machines.
    label, operator, basis : str
        What is said of it; basis is None where the spec gives a bare figure.
    year : int or None
        Of the intensity.
    warnings : tuple of str
        What the user should know.
    """

    label: str
    operator: str
    intensity: Value
    basis: str | None
    year: int | None
    market: Value
    pue: Value | None
    assumed: tuple[Value, ...]
    warnings: tuple[str, ...]


def supply(layers: list[Layer], catalog: Catalog) -> Supply:
    """Return the supply that the layers describe, the first layer going before the others.

    A layer that names a grid or an intensity starts a new electricity supply: nothing of
    the electricity below it carries over. PUE, operator and year do.

    Raises
    ------
    Unusable
        Where no carbon intensity is given or known.
    """
    return _Site(layers, catalog).supply()


class _Site:
    def __init__(self, layers: list[Layer], catalog: Catalog) -> None:
        self.layers = layers
        self.catalog = catalog
        self.warnings: list[str] = []
        self.assumed: list[Value] = []

    def pick(self, key: str) -> tuple[Any, str]:
        """Return the first value given for a key and its path, or None and where to give it."""
        for path, site in self.layers:
            value = getattr(site, key)
            if value is not None:
                return value, f"{path}.{key}"
            if key in _SUPPLY and (site.grid is not None or site.carbon_intensity is not None):
                return None, f"{path}.{key}"
        return None, f"{self.layers[-1][0]}.{key}"

    def supply(self) -> Supply:
        name, _ = self.pick("grid")
        zone, region = self.catalog.zone(name) if name is not None else (None, None)
        intensity, basis, year = self.intensity(zone, region)
        operator = self.operator(region)
        wanted, _ = self.pick("year")
        if wanted and year and abs(wanted - year) > MAX_YEARS_APART:
            self.warnings.append(
                f"the carbon intensity of {name} is of {year}, "
                f"more than {MAX_YEARS_APART} years from {wanted}"
            )
        return Supply(
            label=name or "own figure",
            operator=operator,
            intensity=intensity,
            basis=basis,
            year=year,
            market=self.market(intensity),
            pue=None if operator == "client" else self.pue(region),
            assumed=tuple(self.assumed),
            warnings=tuple(self.warnings),
        )

    def operator(self, region: Region | None) -> str:
        value, _ = self.pick("operator")
        if value is None and region is not None:
            return "cloud"
        return value or "own"

    def intensity(
        self, zone: str | None, region: Region | None
    ) -> tuple[Value, str | None, int | None]:
        value, path = self.pick("carbon_intensity")
        basis, _ = self.pick("basis")
        if value is not None:
            year, _ = self.pick("year")
            return value.named("carbon_intensity", path), basis, year
        if zone is None:
            message = "no carbon intensity: give `grid` (FR, US, world, …) or `carbon_intensity`"
            raise Unusable(path.rpartition(".")[0], message)
        if (
            region is not None
            and region.intensity is not None
            and basis in (None, region.intensity_basis)
        ):
            return self.region_intensity(region, path)
        return self.zone_intensity(zone, basis, path)

    def region_intensity(self, region: Region, path: str) -> tuple[Value, str, int | None]:
        assert region.intensity is not None
        note = f"{region.region}, {region.intensity_basis}, {region.intensity_year}"
        value = Value(
            region.intensity, "kgCO2e/kWh", "catalog", region.intensity_source, path,
            name="carbon_intensity", note=note,
        )  # fmt: skip
        return value, region.intensity_basis, region.intensity_year

    def zone_intensity(self, zone: str, basis: str | None, path: str) -> tuple[Value, str, int]:
        year, _ = self.pick("year")
        try:
            row: GridRow = self.catalog.grid(zone, year, basis)
        except LookupError as error:
            raise Unusable(path, error.args[0]) from None
        value = Value(
            row.intensity, "kgCO2e/kWh", "catalog", row.source, path,
            name="carbon_intensity", note=f"{row.name}, {row.basis}, {row.year}",
            confidence=row.confidence,
        )  # fmt: skip
        return value, row.basis, row.year

    def pue(self, region: Region | None) -> Value:
        value, path = self.pick("pue")
        if value is not None:
            found: Value = value.named("pue", path)
            return found
        if region is not None and region.pue is not None:
            note = f"{region.region}, {region.pue_status}, {region.pue_year}"
            return Value(
                region.pue, "", "catalog", region.pue_source or region.source, path,
                name="pue", note=note,
            )  # fmt: skip
        default = self.catalog.defaults.pue
        return Value(
            default.number, "", "default", default.source, path, name="pue", note=default.note
        )

    def market(self, location: Value) -> Value:
        """Return the market-based intensity; the location-based one where nothing is contracted."""
        whole, path = self.pick("market_intensity")
        if whole is not None:
            found: Value = whole.named("market_intensity", path)
            return found
        share, share_path = self.pick("carbon_free_energy")
        residual, _ = self.pick("residual_intensity")
        contract, contract_path = self.pick("contract_intensity")
        if share is None and residual is None:
            return Value(
                location.number, location.unit, "default", location.source, path,
                name="market_intensity", note="no contract is given: as location-based",
            )  # fmt: skip
        if residual is None and share.low < 1:
            self.warnings.append(
                f"{share_path}: no `residual_intensity` is given; "
                "the grid's average stands in for the residual mix"
            )
        if contract is None and share is not None:
            note = "contracted carbon-free energy, direct emissions"
            self.assumed.append(Value(0.0, "kgCO2e/kWh", "default", None, contract_path, note=note))
        number = grid.market_intensity(
            share.number if share else 0.0,
            contract.number if contract else 0.0,
            residual.number if residual else location.number,
        )
        return Value(number, "kgCO2e/kWh", "derived", None, path, name="market_intensity")
