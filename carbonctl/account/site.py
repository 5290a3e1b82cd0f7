"""Resolves where an activity runs: spec, then catalog, then defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from carbonctl.account import hours
from carbonctl.account.grid_ranges import grid_range
from carbonctl.account.hours import Run
from carbonctl.account.pue import SiteFacts, assumed
from carbonctl.account.supplies import Supply, building_of, water_of
from carbonctl.catalog import Catalog
from carbonctl.catalog.grid_rows import ANCHORED, CONSUMPTION, DERIVED, PUBLISHED
from carbonctl.catalog.grids import Wanted
from carbonctl.catalog.regions import Region
from carbonctl.errors import Caution
from carbonctl.estimators.base import ActivityError
from carbonctl.factors import grid
from carbonctl.numbers.intervals import Number, best, decide
from carbonctl.numbers.values import Status, Value
from carbonctl.spec.fields import Mix
from carbonctl.spec.model import Site

if TYPE_CHECKING:
    from carbonctl.spec.hours import HourlyFile

Layer = tuple[str, Site]

MAX_YEARS_APART = 2
_STATUS: dict[str, Status] = {PUBLISHED: "catalog", ANCHORED: "derived", DERIVED: "derived"}
SUSPICIOUS_PUE = 4
_SUPPLY = (
    "grid", "carbon_intensity", "grid_hourly", "basis", "based_on", "carbon_free_energy",
    "contract_intensity", "residual_intensity", "market_intensity", "losses", "water_intensity",
)  # fmt: skip


_OF_SITES = ("marginal_hourly", "generation", "battery", "flexibility", "servers", "export_limit")
_CONTRACTS = (
    "carbon_free_energy", "contract_intensity", "residual_intensity", "market_intensity",
)  # fmt: skip


# Stands between the clients' own site and what lies below it, whose contracts are not theirs.
HOME = Site(operator="client")


def _is_whole(path: str, site: Site) -> bool:
    """Whether a layer is a supply of its own: it names a grid, or is a site with a name."""
    is_named = path.startswith("sites.")
    has_figure = site.carbon_intensity is not None or site.grid_hourly is not None
    return site.grid is not None or (is_named and has_figure)


def supply(
    layers: list[Layer], catalog: Catalog, run: Run | None = None, *, of_clients: bool = False
) -> Supply:
    """Return the supply that the layers describe, the first layer taking precedence.

    ``run`` is when the activity runs, where it says so: hourly intensities count then.

    A layer that names a grid starts a new electricity supply: nothing of the electricity
    below it carries over. PUE, operator and year do. Clients' homes are no data centre,
    whoever owns the devices, and the company's contracts are not theirs: for them only what
    stands before `HOME` counts.

    Raises
    ------
    ActivityError
        Where no carbon intensity is given or known.
    """
    return _Site(layers, catalog, of_clients, run).supply()


class HoursOf(NamedTuple):
    """Where the hours of a site's grid stand, with their paths; None where nothing says it.

    ``losses`` is what is lost between plant and meter, a share.
    """

    grid: str | None
    hourly: HourlyFile | None
    hourly_path: str
    marginal: HourlyFile | None
    marginal_path: str
    losses: Value | None


def hours_of(layers: list[Layer], catalog: Catalog) -> HoursOf:
    """Return where the hours of a site's grid stand, average and marginal."""
    site = _Site(layers, catalog)
    name = site.pick("grid")[0]
    return HoursOf(
        name if isinstance(name, str) else None, *site.hourly(), *site.pick("marginal_hourly"),
        site.losses(),
    )  # fmt: skip


def _label(name: str | Mix | None, intensity: Value) -> str:
    if intensity.status == "given" or name is None:
        return "a figure of the spec"
    return name if isinstance(name, str) else "an inline mix"


class _Site:
    def __init__(
        self,
        layers: list[Layer],
        catalog: Catalog,
        of_clients: bool = False,
        run: Run | None = None,
    ) -> None:
        self.layers = layers
        self.catalog = catalog
        self.of_clients = of_clients
        self.run = run
        self.is_hourly = False
        self.counts_imports = False
        self.warnings: list[Caution] = []

    def pick(self, key: str) -> tuple[Any, str]:
        """Return the first value given for a key and its path, or None and where to give it."""
        for path, site in self.layers:
            if site is HOME and key in _CONTRACTS:
                break
            value = getattr(site, key)
            if value is not None:
                return value, f"{path}.{key}"
            if key in _SUPPLY and _is_whole(path, site):
                return None, f"{path}.{key}"
        return None, f"{self.layers[-1][0]}.{key}"

    def supply(self) -> Supply:
        name, _ = self.pick("grid")
        zone, region = self.located(name)
        intensity, basis, year = self.intensity(name)
        self.left_out()
        operator = self.operator(region)
        wanted, _ = self.pick("year")
        if wanted and year is not None and decide(abs(wanted - year) > MAX_YEARS_APART):
            message = (
                f"the carbon intensity of {name} is of {year}, "
                f"more than {MAX_YEARS_APART} years from {wanted}"
            )
            self.warnings.append(Caution(message, kind="the intensity's year"))
        market, market_inputs = self.market(intensity)
        has_none = self.of_clients or operator == "client"
        pue = None if has_none else self.pue(region)
        if pue is not None and decide(pue.best > SUSPICIOUS_PUE):
            message = f"a PUE of {pue.best:g} is far above any known"
            self.warnings.append(Caution(message, pue.path or "", kind="PUE"))
        return Supply(
            label=_label(name, intensity),
            operator=operator,
            intensity=intensity,
            basis=basis,
            counts_imports=self.counts_imports,
            is_hourly=self.is_hourly,
            year=year,
            market=market,
            market_inputs=market_inputs,
            pue=pue,
            losses=self.losses(),
            water=water_of(
                self.pick, self.catalog, zone, region, "client" if has_none else operator
            ),
            building=None if has_none else building_of(self.pick),
            wanted_year=wanted,
            warnings=tuple(self.warnings),
        )

    def located(self, name: str | Mix | None) -> tuple[str | None, Region | None]:
        """Return the zone and the cloud region of a grid; says how an ambiguous name is read."""
        if not isinstance(name, str):
            return None, None
        place = self.catalog.place(name)
        if place.warns:
            self.warnings.append(Caution(place.doubt, self.pick("grid")[1], kind="a grid's name"))
        return place.zone, place.region

    def operator(self, region: Region | None) -> str:
        value, _ = self.pick("operator")
        if value is None and self.provider(region) is not None:
            return "cloud"
        return value or "own"

    def intensity(self, name: str | Mix | None) -> tuple[Value, str | None, int | None]:
        hourly, hourly_path = self.hourly()
        if hourly is not None and self.run is not None:
            path = hourly_path
            of_grid = name if isinstance(name, str) else None
            grid = self.catalog.hourly_grid(hourly, of_grid)
            self.is_hourly = True
            doubtful = hours.doubtful(self.run, grid)
            if doubtful:
                message = (
                    f"{doubtful} of the hours run have less than half of the generation that is "
                    "usual around them: the data may have gaps there"
                )
                self.warnings.append(Caution(message, path, kind="doubtful hours"))
            value = hours.intensity(self.run, grid, hourly, path)
            return value, grid.basis, None
        value, path = self.pick("carbon_intensity")
        if value is not None:
            own = next(site for _, site in self.layers if site.carbon_intensity is value)
            return value, own.basis, None
        if isinstance(name, Mix):
            return self.mix_intensity(name, path)
        if name is None and hourly is not None:
            message = (
                "`start` is missing: without the time at which it begins, grid_hourly says "
                "nothing of it; give `start`, or a `grid` whose annual figure holds"
            )
            raise ActivityError(path.rpartition(".")[0], message)
        if name is None:
            message = "no carbon intensity: give `grid` (FR, US, world, …) or `carbon_intensity`"
            raise ActivityError(path.rpartition(".")[0], message)
        if hourly is not None:
            message = "not used, as `start` is missing: the annual figure of the grid is taken"
            self.warnings.append(Caution(message, hourly_path, kind="hours without a start"))
        return self.grid_intensity(name, path)

    def hourly(self) -> tuple[HourlyFile | None, str]:
        """Return the hours of the grid and their path; None where a single figure precedes."""
        value: HourlyFile | None
        value, path = self.pick("grid_hourly")
        if value is not None and self.pick("carbon_intensity")[0] is not None:
            for _, site in self.layers:
                if site.carbon_intensity is not None:
                    return None, path
                if site.grid_hourly is not None:
                    break
        return value, path

    def left_out(self) -> None:
        """Say which keys of the site only `carbonctl site` and `schedule` count."""
        given = [key for key in _OF_SITES if any(getattr(site, key) for _, site in self.layers)]
        if given:
            message = f"{', '.join(given)}: not counted here; `carbonctl site` does that"
            self.warnings.append(Caution(message, kind="keys of a site"))

    def mix_intensity(self, mix: Mix, path: str) -> tuple[Value, str, None]:
        """Return the intensity of an inline mix: each share times its kind of plant."""
        basis, _ = self.pick("basis")
        basis = basis or "life-cycle"
        parts: list[tuple[Number, Number]] = []
        sources: dict[str, None] = {}
        for source, share in mix:
            plants = self.catalog.generation[source]
            if basis not in plants:
                raise ActivityError(path, f"grid: no {basis} figure is known for {source}")
            parts.append((share, plants[basis].intensity))
            sources[plants[basis].source] = None
        shares = ", ".join(f"{source} {best(share) * 100:g} %" for source, share in mix)
        value = Value(
            grid.mix_intensity(parts), "kgCO2e/kWh", "catalog", " ".join(sources), path,
            name="carbon_intensity", note=f"{shares}; {basis}, by kind of plant",
        )  # fmt: skip
        return value, basis, None

    def grid_intensity(self, name: str, path: str) -> tuple[Value, str, int]:
        """Return the intensity of a zone or of a cloud region."""
        basis, year = self.pick("basis")[0], self.pick("year")[0]
        try:
            wanted = Wanted(year, basis, self.pick("based_on")[0])
            row = self.catalog.electricity(name, wanted)
        except LookupError as error:
            raise ActivityError(path, error.args[0]) from None
        self.counts_imports = row.based_on == CONSUMPTION
        if self.counts_imports and self.pick("based_on")[0] is None:
            message = (
                f"the figure of {row.label} counts imports, those of most zones do not; "
                "write `based_on: consumption` to hide this"
            )
            self.warnings.append(Caution(message, path, kind="a grid's imports"))
        number, why = grid_range(row, year or self.catalog.year, self.catalog.priors)
        value = Value(
            number, "kgCO2e/kWh", _STATUS[row.status], row.source, path,
            name="carbon_intensity", note=f"{row.said}; {why}",
            confidence=row.confidence, unknown=f"grid:{row.identity}",
        )  # fmt: skip
        return value, row.basis, row.year

    def losses(self) -> Value | None:
        """Return the share lost between plant and meter, where it is given."""
        value: Value | None = self.pick("losses")[0]
        return value

    def pue(self, region: Region | None) -> Value:
        value: Value | None
        value, path = self.pick("pue")
        if value is not None:
            return value
        facility: str | None = self.pick("facility")[0]
        facts = SiteFacts(region, facility, self.provider(region), self.operator(region))
        return assumed(facts, path, self.catalog.priors)

    def provider(self, region: Region | None) -> str | None:
        """Return the cloud's operator: that of the region, else the one that is given."""
        if region is not None:
            return region.provider
        provider: str | None = self.pick("provider")[0]
        return provider

    def market(self, location: Value) -> tuple[Value, tuple[Value, ...]]:
        """Return the market-based intensity and the inputs that it comes from.

        Where nothing is contracted it is the location-based one.
        """
        whole, path = self.pick("market_intensity")
        if whole is not None and self.is_whole_market():
            return whole, (whole,)
        share, _ = self.pick("carbon_free_energy")
        residual, _ = self.pick("residual_intensity")
        if share is None and residual is None:
            note = "no contract is given: as location-based"
            return location._replace(
                status="default", path=path, line=None, name="market_intensity", note=note
            ), ()
        return self.contracted(location, share, residual)

    def is_whole_market(self) -> bool:
        """Whether the first layer that says anything of the market gives the whole figure."""
        for _, site in self.layers:
            if site is HOME:
                return False
            if site.market_intensity is not None:
                return True
            if site.carbon_free_energy is not None or site.residual_intensity is not None:
                return False
        return False

    def contracted(
        self, location: Value, share: Value | None, residual: Value | None
    ) -> tuple[Value, tuple[Value, ...]]:
        """Return the market-based intensity of a contracted share and the rest."""
        _, path = self.pick("market_intensity")
        parts: list[Value] = []
        contracted: Value | None = None
        if share is not None:
            contracted = self.contract()
            parts += (share, contracted)
        if residual is None and share is not None and decide(share.low < 1):
            residual = self.known_residual()
        if residual is not None:
            parts.append(residual)
        elif share is not None and decide(share.low < 1):
            message = (
                "no `residual_intensity` is given; "
                "the grid's average stands in for the residual mix"
            )
            self.warnings.append(Caution(message, share.path or ""))
        number = grid.market_intensity(
            share.number if share else 0.0,
            contracted.number if contracted else 0.0,
            residual.number if residual else location.number,
        )
        sources = dict.fromkeys(v.source for v in (*parts, location) if v.source)
        value = Value(
            number, "kgCO2e/kWh", "derived", " ".join(sources) or None, path,
            name="market_intensity",
        )  # fmt: skip
        return value, (value, *parts)

    def known_residual(self) -> Value | None:
        """Return the residual mix of the grid, where direct figures are wanted and it is known.

        It holds direct emissions alone, so that it does not go with a life-cycle figure.
        """
        name, _ = self.pick("grid")
        if self.pick("basis")[0] != "direct" or not isinstance(name, str):
            return None
        mix = self.catalog.residual(self.catalog.place(name).zone, self.pick("year")[0])
        if mix is None:
            return None
        return Value(
            mix.intensity, "kgCO2e/kWh", "catalog", mix.source, self.pick("residual_intensity")[1],
            name="residual_intensity", note=f"residual mix of {mix.zone}, {mix.year}",
        )  # fmt: skip

    def contract(self) -> Value:
        """Return the intensity of contracted energy: direct emissions of nothing, unless given."""
        given: Value | None
        given, path = self.pick("contract_intensity")
        if given is not None:
            return given
        note = "contracted carbon-free energy, direct emissions"
        return Value(
            0.0, "kgCO2e/kWh", "default", "ghgp-scope2-2015", path, name="contract_intensity",
            note=note,
        )  # fmt: skip
