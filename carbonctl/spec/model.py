"""The models of the spec: frozen, closed to unknown keys, every key optional that can be.

Activities are not here: each kind has its own model beside its estimator, derived from
`Activity`.
"""

from collections.abc import Iterator
from itertools import count
from typing import Annotated, Any, NamedTuple, Self

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    SerializeAsAny,
    Tag,
    model_validator,
)

from carbonctl.numbers.intervals import decide, plain_sum
from carbonctl.numbers.values import Value
from carbonctl.spec import fields as f
from carbonctl.spec.checked import Checked
from carbonctl.spec.levers import Lever
from carbonctl.spec.moments import Time
from carbonctl.spec.systems import Spec, System, optional
from carbonctl.spec.uncertainty import UncertaintyBlock

PHASES = f.PHASES
_File = Annotated[Any, Checked("HourlyFile", or_word="file")]


class Construction(Spec):
    """The building of a data centre: its embodied carbon, spread over its life."""

    per_capacity: f.BuildingMass | None = optional(
        "embodied carbon per power of IT that the building is made for"
    )
    per_area: f.AreaMass | None = optional("embodied carbon per floor area")
    area: f.AreaPerPower | None = optional("floor area per power of IT, with per_area")
    lifetime: f.Lifetime = Field(description="service life of the building")
    utilization: f.Utilization | None = optional(
        "share of the IT power that is in use; all of it unless given"
    )

    @model_validator(mode="after")
    def _one_figure(self) -> Self:
        if (self.per_capacity is None) == (self.per_area is None):
            raise ValueError("give per_capacity (kg/kW), or per_area (kg/m2) and area (m2/kW)")
        if (self.per_area is None) != (self.area is None):
            raise ValueError("per_area (kg/m2) and area (m2/kW) go together")
        return self


class Site(Spec):
    """Where the work runs: its electricity and its building."""

    grid: f.GridId | None = optional(
        "country, region, cloud region, or a mix such as {hydro: 60 %, gas: 40 %}"
    )
    operator: f.Operator | None = optional("whose site it is; decides the GHG scope")
    provider: f.Provider | None = optional("the cloud's operator, where `grid` is no cloud region")
    facility: f.Facility | None = optional("what kind of site it is, where no `pue` is given")
    year: f.Year | None = optional("year of the activity; picks the factor's year")
    carbon_intensity: f.Intensity | None = optional("overrides the grid's figure")
    basis: f.Basis | None = optional(
        "what carbon_intensity is, or which figure of the grid to take"
    )
    based_on: f.BasedOn | None = optional(
        "what the grid's figure counts: generation in the zone, or its consumption with imports"
    )
    pue: f.Pue | None = optional("power usage effectiveness of the building")
    losses: f.Loss | None = optional("share lost between plant and meter; counted only where given")
    wue: f.Water | None = optional("water used on site per energy of IT")
    water_intensity: f.Water | None = optional("water consumed by generation per energy used")
    carbon_free_energy: f.Fraction | None = optional(
        "contracted carbon-free share, for the market-based column"
    )
    contract_intensity: f.Intensity | None = optional(
        "intensity of the contracted energy; 0 unless given"
    )
    residual_intensity: f.Intensity | None = optional(
        "intensity of the rest, after other people's contracts"
    )
    market_intensity: f.Intensity | None = optional(
        "market-based intensity of all the energy; overrides the three above"
    )

    construction: Construction | None = optional(
        "embodied carbon of the building; counted only where given"
    )
    grid_hourly: _File | None = optional(
        "the grid's intensity by time: a file, or a packaged series; a workload needs `start` too"
    )
    marginal_hourly: _File | None = optional(
        "the grid's marginal intensity by time: a signal, which enters no total"
    )
    generation: Annotated[Any, Checked("Generation", is_list=True)] | None = optional(
        "for `carbonctl site`: its own plants"
    )
    battery: Annotated[Any, Checked("StationaryBattery")] | None = optional(
        "for `carbonctl site`: its battery"
    )
    flexibility: Annotated[Any, Checked("Tier", is_list=True)] | None = optional(
        "for `carbonctl site`: shares of its demand that may run at another time"
    )
    capacity: f.SitePower | None = optional(
        "for `carbonctl site`: most that its servers draw; the demand's peak unless given"
    )
    servers: Annotated[Any, Checked("Servers")] | None = optional(
        "for `carbonctl site`: embodied carbon of more servers"
    )
    export_limit: f.SitePower | None = optional(
        "for `carbonctl site`: most surplus that the grid takes; all of it unless given"
    )

    @model_validator(mode="after")
    def _no_pue_at_home(self) -> Self:
        if self.operator == "client" and self.pue is not None:
            raise ValueError("pue: clients' homes and pockets have none; leave it out")
        if self.operator == "client" and self.construction is not None:
            raise ValueError("construction: clients have no data centre; leave it out")
        if self.operator == "client" and self.provider is not None:
            raise ValueError("provider: clients' homes and pockets are no cloud; leave it out")
        if self.operator == "client" and self.facility not in (None, "home", "office"):
            raise ValueError(f"facility: {self.facility} is no client's; leave it out")
        if self.contract_intensity is not None and self.carbon_free_energy is None:
            raise ValueError("contract_intensity needs carbon_free_energy, the contracted share")
        return self

    @model_validator(mode="after")
    def _one_intensity(self) -> Self:
        if self.carbon_intensity is not None and self.grid_hourly is not None:
            raise ValueError("give carbon_intensity, one figure, or grid_hourly, not both")
        return self

    @model_validator(mode="after")
    def _one_market(self) -> Self:
        parts = ("carbon_free_energy", "contract_intensity", "residual_intensity")
        if self.market_intensity is not None and self.first_given(*parts):
            raise ValueError(
                "market_intensity is the whole market-based figure; give it alone, "
                "without carbon_free_energy, contract_intensity and residual_intensity"
            )
        return self


class SiteShare(Site):
    """One of several sites, with the share of the work that is done there."""

    site: f.Name | None = optional("in a list of sites: the name of one in `sites`")
    share: f.Fraction = Field(description="in a list of sites: share of the work; all sum to 100 %")


def _site_shares(shares: tuple[SiteShare, ...]) -> tuple[SiteShare, ...]:
    if any(decide(entry.share.low != entry.share.high) for entry in shares):
        raise ValueError("the shares of sites are single numbers, not ranges")
    total = plain_sum(entry.share.best for entry in shares)
    if decide(abs(total - 1) > f.SHARE_SLACK):
        raise ValueError(f"the shares of the sites sum to {total * 100:g} %, not to 100 %")
    return shares


def _site_branch(raw: Any) -> str:
    if isinstance(raw, list | tuple):
        return f.SHARES
    return f.INLINE if isinstance(raw, dict | Site) else f.NAMED


SiteRef = Annotated[
    Annotated[f.Name, Tag(f.NAMED)]
    | Annotated[Site, Tag(f.INLINE)]
    | Annotated[tuple[SiteShare, ...], AfterValidator(_site_shares), Tag(f.SHARES)],
    Discriminator(_site_branch),
]


class Repeat(Spec):
    """How often an activity recurs: as many whole intervals as the span holds."""

    every: f.Interval = Field(description="the interval from one time to the next")
    for_: f.Span = Field(alias="for", description="the span in which it recurs")


class MachineTime(NamedTuple):
    """How long an activity holds its machines each time: the key, the time and the devices."""

    key: str
    time: Value
    devices: Value | None = None


class Activity(Spec):
    """What every activity has, whatever its kind."""

    kind: str = Field(description="what is done; decides which keys there are")
    name: f.Name | None = optional(
        "what tables call it; unique in its phase; the kind unless given"
    )
    site: SiteRef | None = optional(
        "overrides the workload's site, key by key; or a name from `sites`, or a "
        "list of sites with shares of the work"
    )
    repeat: Repeat | None = optional("how often it recurs")
    start: Time | None = optional("when it begins, with its zone: 2022-06-01T09:00Z")
    schedule: Annotated[Any, Checked("Schedule")] | None = optional(
        "for `carbonctl schedule`: when and where it may run"
    )

    def delivered(self, unit: str) -> Any:
        """Return how many units of a name it delivers, as a Quantity; None where it says none."""
        return None

    @property
    def in_data_centre(self) -> bool:
        """Whether anything of it happens at its site, and not only where clients are."""
        return True

    @property
    def has_clients(self) -> bool:
        """Whether something of it happens where clients are."""
        return False

    @property
    def machine_time(self) -> MachineTime | None:
        """How long its machines are held each time; None where nothing says it of each."""
        return None

    @property
    def machine_fields(self) -> tuple[str, Any]:
        """The key of what runs on a system, empty for the activity itself; None for nothing."""
        return "", None


class FunctionalUnit(Spec):
    """What the workload delivers, for results per unit."""

    name: f.Name = Field(description="token, request, user-day, …")
    amount: f.PositiveCount | None = optional(
        "how many of them; of tokens and requests that of the activities unless given"
    )
    delay: f.PositiveShortTime | None = optional(
        "time that one takes, for design metrics; of the whole work unless given"
    )


class Reported(Spec):
    """Figures that somebody has published for this workload, to be set beside ours."""

    energy: f.Energy | None = optional("electricity used")
    energy_includes_pue: f.Switch | None = optional("whether energy holds PUE; yes unless said")
    operational: f.Mass | None = optional("location-based operational carbon")
    operational_market: f.Mass | None = optional("market-based operational carbon")
    embodied: f.Mass | None = optional("embodied carbon")
    total: f.Mass | None = optional("operational and embodied carbon together")
    water: f.Volume | None = optional("water of operation, on site and at plants")
    source: f.Source | None = optional("who reported it: a source key or words")


class Workload(Spec):
    """One spec file: what is done in each phase, where, and on which machines."""

    version: f.Version | None = optional("version of the spec language: 1")
    name: f.Name = Field(description="what reports call the workload")
    functional_unit: FunctionalUnit | None = optional("what it delivers, for results per unit")
    site: SiteRef | None = optional("where it runs, unless a phase or an activity says otherwise")
    sites: dict[f.Name, Site] | None = optional("sites by name")
    phase_sites: dict[f.Phase, SiteRef] | None = optional(
        "site of a phase, before that of the workload"
    )
    systems: dict[f.Name, System] = Field(
        default_factory=dict, description="machines, by the names that activities use"
    )
    phases: dict[str, tuple[SerializeAsAny[Activity], ...]] = Field(
        description="what is done, by phase"
    )
    reported: Reported | None = optional("published figures to compare with")
    uncertainty: UncertaintyBlock | None = optional("what is said of all ranges together")
    levers: tuple[Lever, ...] | None = optional("named changes, which `carbonctl levers` pulls")
    projection: Annotated[Any, Checked("Projection", module="projection")] | None = optional(
        "for `carbonctl project`: what becomes of it over years"
    )

    def activities(self) -> list[tuple[str, int, str, Activity]]:
        """Return (phase, place, name, activity) in the order of the phases and of the file."""
        listed = []
        for phase in PHASES:
            items = self.phases.get(phase)
            if not items:
                continue
            for place, (name, item) in enumerate(zip(names_of(items), items, strict=True)):
                listed.append((phase, place, name, item))
        return listed


def default_names(given: list[tuple[str, str | None]]) -> list[str]:
    """Name activities that have none: the kind, then kind-2, and so on.

    Parameters
    ----------
    given : list of (kind, name or None)

    Examples
    --------
    >>> default_names([("compute", None), ("compute", "big run"), ("compute", None)])
    ['compute', 'big run', 'compute-2']
    """
    taken = {name for _, name in given if name}
    numbered: dict[str, Iterator[str]] = {}
    names = []
    for kind, name in given:
        numbers = numbered.setdefault(kind, _numbered(kind))
        names.append(name or next(free for free in numbers if free not in taken))
    return names


def _numbered(kind: str) -> Iterator[str]:
    yield kind
    for number in count(2):
        yield f"{kind}-{number}"


def names_of(activities: tuple[Activity, ...]) -> list[str]:
    """Return the name of each activity of one phase."""
    return default_names([(a.kind, a.name) for a in activities])
