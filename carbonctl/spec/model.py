"""The models of the spec: frozen, closed to unknown keys, every key optional that can be.

Activities are not here: each kind has its own model beside its estimator, derived from
`Activity`.
"""

from collections.abc import Iterator
from itertools import count
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SerializeAsAny,
    Tag,
    model_validator,
)

from carbonctl.spec import fields as f

PHASES = f.PHASES


class Spec(BaseModel):
    """Base of every model of the spec."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True
    )


class Construction(Spec):
    """The building of a data centre: its embodied carbon, spread over its life."""

    per_capacity: f.BuildingMass | None = Field(
        None, description="embodied carbon per power of IT that the building is made for"
    )
    per_area: f.AreaMass | None = Field(None, description="embodied carbon per floor area")
    area: f.AreaPerPower | None = Field(
        None, description="floor area per power of IT, with per_area"
    )
    lifetime: f.Lifetime = Field(description="service life of the building")
    utilization: f.Utilization | None = Field(
        None, description="share of the IT power that is in use; all of it unless given"
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

    grid: f.GridId | None = Field(
        None, description="country, region, cloud region, or a mix such as {hydro: 60 %, gas: 40 %}"
    )
    operator: f.Operator | None = Field(None, description="whose site it is; decides the GHG scope")
    year: f.Year | None = Field(None, description="year of the activity; picks the factor's year")
    carbon_intensity: f.Intensity | None = Field(None, description="overrides the grid's figure")
    basis: f.Basis | None = Field(
        None, description="what carbon_intensity is, or which figure of the grid to take"
    )
    pue: f.Pue | None = Field(None, description="power usage effectiveness of the building")
    losses: f.Loss | None = Field(
        None, description="share lost between plant and meter; counted only where given"
    )
    wue: f.Water | None = Field(None, description="water used on site per energy of IT")
    water_intensity: f.Water | None = Field(
        None, description="water consumed by generation per energy used"
    )
    carbon_free_energy: f.Fraction | None = Field(
        None, description="contracted carbon-free share, for the market-based column"
    )
    contract_intensity: f.Intensity | None = Field(
        None, description="intensity of the contracted energy; 0 unless given"
    )
    residual_intensity: f.Intensity | None = Field(
        None, description="intensity of the rest, after other people's contracts"
    )
    market_intensity: f.Intensity | None = Field(
        None, description="market-based intensity of all the energy; overrides the three above"
    )

    construction: Construction | None = Field(
        None, description="embodied carbon of the building; counted only where given"
    )

    @model_validator(mode="after")
    def _no_pue_at_home(self) -> Self:
        if self.operator == "client" and self.pue is not None:
            raise ValueError("pue: clients' homes and pockets have none; leave it out")
        if self.operator == "client" and self.construction is not None:
            raise ValueError("construction: clients have no data centre; leave it out")
        if self.contract_intensity is not None and self.carbon_free_energy is None:
            raise ValueError("contract_intensity needs carbon_free_energy, the contracted share")
        return self

    @model_validator(mode="after")
    def _one_market(self) -> Self:
        parts = (self.carbon_free_energy, self.contract_intensity, self.residual_intensity)
        if self.market_intensity is not None and any(p is not None for p in parts):
            raise ValueError(
                "market_intensity is the whole market-based figure; give it alone, "
                "without carbon_free_energy, contract_intensity and residual_intensity"
            )
        return self


class SiteShare(Site):
    """One of several sites, with the share of the work that is done there."""

    site: f.Name | None = Field(None, description="in a list of sites: the name of one in `sites`")
    share: f.Fraction = Field(description="in a list of sites: share of the work; all sum to 100 %")


def _site_shares(shares: tuple[SiteShare, ...]) -> tuple[SiteShare, ...]:
    if any(one.share.low != one.share.high for one in shares):
        raise ValueError("the shares of sites are single numbers, not ranges")
    total = sum(one.share.best for one in shares)
    if abs(total - 1) > f.SHARE_SLACK:
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


class SystemFields(Spec):
    """What describes a machine; shared by named systems and by activities that carry one."""

    device: f.DeviceId | None = Field(None, description="id or alias of a device in the catalog")
    host: f.HostId | None = Field(None, description="id or alias of the host around the devices")
    rated_power: f.PositivePower | None = Field(
        None, description="TDP or nameplate power of one device; overrides the catalog's"
    )
    power: f.PositivePower | None = Field(
        None, description="average draw per device while running, measured or billed"
    )
    power_scope: f.PowerScope | None = Field(
        None,
        description="whether the watts of `power` hold the device alone, or its share of the node",
    )
    idle_power: f.Power | None = Field(None, description="draw of one idle device")
    host_power: f.Power | None = Field(
        None,
        description="the rest of one node; without cpu, memory and storage where those are given",
    )
    cpu: f.DeviceId | None = Field(None, description="id or alias of the host's CPU")
    cpus: f.WholeCount | None = Field(None, description="CPUs in one system")
    memory: f.Capacity | None = Field(None, description="DRAM of one system's host")
    dram_power: f.MemoryPower | None = Field(None, description="draw of that DRAM per capacity")
    storage: f.Capacity | None = Field(None, description="drives of one system's host")
    storage_medium: f.Medium | None = Field(None, description="of those drives; ssd unless given")
    storage_power: f.StoragePower | None = Field(
        None, description="draw of those drives per capacity"
    )
    host_overhead: f.Overhead | None = Field(
        None, description="power of the node over that of the parts counted; not PUE"
    )
    share: f.Utilization | None = Field(
        None, description="share of the host that the system takes, where it is a part of one"
    )
    embodied: f.Mass | None = Field(
        None, description="embodied carbon of one whole system, or of the whole it has a share of"
    )
    device_embodied: f.Mass | None = Field(None, description="embodied carbon of one device")
    host_embodied: f.Mass | None = Field(None, description="embodied carbon of one host")
    lifetime: f.Lifetime | None = Field(None, description="service life of the hardware")
    utilization: f.Utilization | None = Field(
        None, description="share of its life that the machine does useful work"
    )

    @model_validator(mode="after")
    def _one_basis(self) -> Self:
        if self.embodied is not None and (self.device_embodied or self.host_embodied):
            raise ValueError(
                "embodied is the whole system; give it, or device_embodied and host_embodied"
            )
        if self.cpus is not None and self.cpu is None:
            raise ValueError("cpus needs `cpu`, the id of the CPU")
        if self.power is not None and self.rated_power is not None:
            raise ValueError("give `power`, the average draw, or `rated_power`, not both")
        if self.power_scope in ("system", "wall"):
            for key in ("host_power", "host_overhead", "cpu", "memory", "storage"):
                if getattr(self, key) is not None:
                    raise ValueError(
                        f"with power_scope: {self.power_scope} the watts of `power` hold the host "
                        f"already; leave out `{key}`"
                    )
        return self


class Accelerator(Spec):
    """One kind of device among the several of a system."""

    device: f.DeviceId | None = Field(None, description="id or alias of a device in the catalog")
    devices: f.WholeCount = Field(description="how many of them one system has")
    rated_power: f.PositivePower | None = Field(None, description="TDP of one device")
    power: f.PositivePower | None = Field(None, description="average draw of one while running")
    idle_power: f.Power | None = Field(None, description="draw of one idle device")
    device_embodied: f.Mass | None = Field(None, description="embodied carbon of one device")

    @model_validator(mode="after")
    def _one_power(self) -> Self:
        if self.power is not None and self.rated_power is not None:
            raise ValueError("give `power`, the average draw, or `rated_power`, not both")
        if self.devices.low != self.devices.high:
            raise ValueError("devices: how many of each kind is one number, not a range")
        return self


class System(SystemFields):
    """A machine: devices and the host around them."""

    devices: f.WholeCount | None = Field(None, description="devices in one system")
    accelerators: tuple[Accelerator, ...] | None = Field(
        None, description="instead of device and devices: several kinds in one system"
    )

    @model_validator(mode="after")
    def _one_kind_or_several(self) -> Self:
        if self.accelerators is None:
            return self
        if not self.accelerators:
            raise ValueError("accelerators holds none")
        for key in ("device", "devices", "rated_power", "power", "idle_power", "device_embodied"):
            if getattr(self, key) is not None:
                raise ValueError(f"give `{key}` for each of the accelerators")
        if self.embodied is not None and any(a.device_embodied for a in self.accelerators):
            raise ValueError("embodied is the whole system; leave out device_embodied")
        if self.power_scope is not None and any(a.power is None for a in self.accelerators):
            raise ValueError("power_scope says what `power` holds; give each accelerator's")
        return self


class Repeat(Spec):
    """How often an activity recurs: as many whole intervals as the span holds."""

    every: f.Duration = Field(description="the interval from one time to the next")
    for_: f.Duration = Field(alias="for", description="the span in which it recurs")


class Activity(Spec):
    """What every activity has, whatever its kind."""

    kind: str = Field(description="what is done; decides which keys there are")
    name: f.Name | None = Field(
        None, description="what tables call it; unique in its phase; the kind unless given"
    )
    site: SiteRef | None = Field(
        None,
        description="overrides the workload's site, key by key; or a name from `sites`, or a "
        "list of sites with shares of the work",
    )
    repeat: Repeat | None = Field(None, description="how often it recurs")

    @property
    def in_data_centre(self) -> bool:
        """Whether anything of it happens at its site, and not only where clients are."""
        return True

    @property
    def has_clients(self) -> bool:
        """Whether something of it happens where clients are."""
        return False

    @property
    def machine_fields(self) -> tuple[str, Any]:
        """The key of what runs on a system, empty for the activity itself; None for nothing."""
        return "", None


class FunctionalUnit(Spec):
    """What the workload delivers, for results per unit."""

    name: f.Name = Field(description="token, request, user-day, …")
    amount: f.Count = Field(description="how many of them")
    delay: f.ShortTime | None = Field(
        None, description="time that one takes, for design metrics; of the whole work unless given"
    )


class Reported(Spec):
    """Figures that somebody has published for this workload, to be set beside ours."""

    energy: f.Energy | None = Field(None, description="electricity used")
    energy_includes_pue: f.Switch | None = Field(
        None, description="whether energy holds PUE; yes unless said"
    )
    operational: f.Mass | None = Field(None, description="location-based operational carbon")
    operational_market: f.Mass | None = Field(None, description="market-based operational carbon")
    embodied: f.Mass | None = Field(None, description="embodied carbon")
    total: f.Mass | None = Field(None, description="operational and embodied carbon together")
    source: f.Source | None = Field(None, description="who reported it: a source key or words")


class Workload(Spec):
    """One spec file: what is done in each phase, where, and on which machines."""

    version: f.Version | None = Field(None, description="version of the spec language: 1")
    name: f.Name = Field(description="what reports call the workload")
    functional_unit: FunctionalUnit | None = Field(
        None, description="what it delivers, for results per unit"
    )
    site: SiteRef | None = Field(
        None, description="where it runs, unless a phase or an activity says otherwise"
    )
    sites: dict[f.Name, Site] | None = Field(None, description="sites by name")
    phase_sites: dict[f.Phase, SiteRef] | None = Field(
        None, description="site of a phase, before that of the workload"
    )
    systems: dict[f.Name, System] = Field(
        default_factory=dict, description="machines, by the names that activities use"
    )
    phases: dict[str, tuple[SerializeAsAny[Activity], ...]] = Field(
        description="what is done, by phase"
    )
    reported: Reported | None = Field(None, description="published figures to compare with")

    def activities(self) -> list[tuple[str, int, str, Activity]]:
        """Return (phase, place, name, activity) in the order of the phases and of the file."""
        found = []
        for phase in PHASES:
            items = self.phases.get(phase)
            if not items:
                continue
            for place, (name, item) in enumerate(zip(names_of(items), items, strict=True)):
                found.append((phase, place, name, item))
        return found


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
