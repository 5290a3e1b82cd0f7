"""The language of part lists: what a device or a server is made of, piece by piece.

A list holds parts of some kind, groups with lists of their own, and devices or hosts of the
catalog. What a part needs that nobody gives stays unknown; what is assumed is said.
"""

from typing import Annotated, Any, Self

from pydantic import Field, SerializeAsAny, ValidationInfo, model_validator

from carbonctl.numbers import units
from carbonctl.numbers.values import Value
from carbonctl.spec import bounds, scalars
from carbonctl.spec import fields as f
from carbonctl.spec.model import default_names
from carbonctl.spec.systems import Part, Spec, optional
from carbonctl.spec.texts import clean

MANUFACTURING, TRANSPORT, END_OF_LIFE = "manufacturing", "transport", "end of life"
STAGES = (MANUFACTURING, TRANSPORT, END_OF_LIFE)
YIELD_MODELS = ("fixed", "poisson", "murphy", "negative-binomial")
GROUP, DEVICE, HOST = "group", "device", "host"

Area = Annotated[Value, f.QuantityField(units.AREA, bounds.positive)]
Side = Annotated[Value, f.QuantityField(units.LENGTH, bounds.positive)]
Width = Annotated[Value, f.QuantityField(units.LENGTH._replace(example="3 mm"))]
Distance = Annotated[Value, f.QuantityField(units.DISTANCE)]
Weight = Annotated[Value, f.QuantityField(units.WEIGHT)]
Charge = Annotated[Value, f.QuantityField(units.ENERGY._replace(example="11 Wh"))]
Defects = Annotated[Value, f.QuantityField(units.DEFECTS)]
Clustering = Annotated[Value, f.QuantityField(units.COUNT._replace(example="10"), bounds.positive)]
Pieces = Annotated[Value, f.QuantityField(units.COUNT._replace(example="1"))]
WaferMass = Annotated[Value, f.QuantityField(units.WAFER_MASS)]
PerCapacity = Annotated[Value, f.QuantityField(units.PER_GB_MASS)]
PerMass = Annotated[Value, f.QuantityField(units.PER_KG_MASS)]
PerEnergy = Annotated[Value, f.QuantityField(units.INTENSITY._replace(example="87 kg/kWh"))]
Freight = Annotated[Value, f.QuantityField(units.FREIGHT)]
Layers = Annotated[Value, f.QuantityField(units.COUNT._replace(example="8"), bounds.whole)]


def _factor(raw: Any, info: ValidationInfo) -> str:
    """Read the name of a row of the fab tables, which must be one of the part's kind."""
    text = clean(raw, "the name of a row of the fab tables")
    names = f.names_in(info)
    if names is not None and "kind" in info.data:
        names.check("factor", info.data["kind"], text)
    return text


Factor = Annotated[str, f.Scalar(_factor, scalars.WORDS)]
Node = Annotated[str, f.known("wafer", "a node such as `5 nm`", scalars.WORDS)]
WaferSource = Annotated[str, f.known("wafer_source", "a source key", scalars.WORDS)]
FabGrid = Annotated[str, f.known("fab_place", "the id of a grid", scalars.WORDS)]
YieldModel = Annotated[str, f.word(*YIELD_MODELS)]
AreaBasis = Annotated[str, f.word("physical", "effective")]
Stage = Annotated[str, f.word(*STAGES)]
Figures = Annotated[str, f.word("published", "parts")]
Rest = Annotated[str, f.word("listed")]
Holds = Annotated[str, f.word("none", "yield", "package", "both")]


_ROW = "row of the fab tables (`carbonctl hardware factors`)"


class Fabricated(Part):
    """What leaves a fab: carbon is divided by what works of it."""

    fab_yield: f.Utilization | None = optional(
        "share of what is made that works; 87.5 % unless given", alias="yield"
    )
    packages: Pieces | None = optional(
        "packages that each of them adds; one unless its figure holds them"
    )
    package_carbon: f.Mass | None = optional("carbon of one package; 150 g unless given")


class Wafer(Spec):
    """The wafer that dies are cut from: what is lost at its edge and between them."""

    diameter: Side | None = optional("of the wafer; 300 mm unless given")
    edge: Width | None = optional("ring that holds no dies; 5 mm unless given")
    kerf: Width | None = optional("line between two dies; 0.2 mm unless given")


class Logic(Fabricated):
    """A die: its area and node, and the fab that makes it."""

    area: Area | None = optional("area of one die")
    width: Side | None = optional("with height instead of area: side of the die")
    height: Side | None = optional("with width instead of area: side of the die")
    area_basis: AreaBasis | None = optional(
        "whether area is that of the die, or holds the wafer's losses already"
    )
    node: Node | None = optional("class of the process")
    wafer_source: WaferSource | None = optional(
        "whose total carbon per area; energy, gases and materials of ACT if not"
    )
    abatement: f.Fraction | None = optional("share of process gases destroyed; 97 % unless given")
    fab_grid: FabGrid | None = optional(
        "electricity of the fab: a country or kind of plant; TW unless given"
    )
    fab_year: f.Year | None = optional("year of the figure of fab_grid")
    fab_intensity: f.Intensity | None = optional("overrides that of fab_grid")
    carbon_per_area: WaferMass | None = optional(
        "carbon of processed wafer before yield, instead of a node"
    )
    yield_model: YieldModel | None = optional(
        "how the yield follows from the area and the density of defects"
    )
    defect_density: Defects | None = optional("defects per area; of the node's row unless given")
    clustering: Clustering | None = optional(
        "of negative-binomial: the parameter α; 10 unless given"
    )
    wafer: Wafer | None = optional("count the wafer's losses; needs width, height")

    @model_validator(mode="after")
    def _one_area(self) -> Self:
        sides = (self.width, self.height)
        if (self.area is None) != all(sides) or (any(sides) and not all(sides)):
            raise ValueError("give `area`, or `width` and `height`")
        if self.wafer is not None and self.area is not None:
            why = "an effective area holds the losses" if self.area_basis == "effective" else ""
            raise ValueError(
                f"wafer: {why or 'dies are counted by their sides; give `width` and `height`'}"
            )
        if (self.node is None) == (self.carbon_per_area is None):
            raise ValueError("give `node` (5 nm), or `carbon_per_area` (kg/cm2) instead of it")
        return self

    @model_validator(mode="after")
    def _one_fab(self) -> Self:
        whole = "carbon_per_area" if self.carbon_per_area else "wafer_source"
        key = self.first_given("abatement", "fab_grid", "fab_year", "fab_intensity")
        if getattr(self, whole) is not None and key is not None:
            raise ValueError(f"{key}: {whole} holds it already; leave one of them out")
        if self.wafer_source is not None and self.node is None:
            raise ValueError("wafer_source needs `node`")
        if self.fab_intensity is not None and (self.fab_grid or self.fab_year):
            raise ValueError("fab_intensity overrides fab_grid and fab_year; leave them out")
        return self

    @model_validator(mode="after")
    def _one_yield(self) -> Self:
        fixed = self.yield_model in (None, "fixed")
        if not fixed and self.fab_yield is not None:
            raise ValueError(f"yield: {self.yield_model} computes it; leave one of them out")
        if fixed and self.defect_density is not None:
            raise ValueError("defect_density needs yield_model: poisson, murphy, …")
        if self.clustering is not None and self.yield_model != "negative-binomial":
            raise ValueError("clustering belongs to yield_model: negative-binomial")
        return self


class Stored(Fabricated):
    """Memory or a drive: its capacity, and the carbon of that."""

    capacity: f.PositiveCapacity | None = optional("of one module, stack or drive")
    process_year: f.Year | None = optional("year of the row, where it has several")
    carbon_per_capacity: PerCapacity | None = optional("instead of a process")
    includes: Holds | None = optional(
        "with carbon_per_capacity: what it holds already: none, yield, …"
    )
    process: Factor | None = optional(_ROW)

    @model_validator(mode="after")
    def _one_figure(self) -> Self:
        if self.process is not None and self.carbon_per_capacity is not None:
            raise ValueError("give `process` or `carbon_per_capacity`, not both")
        if (self.carbon_per_capacity is None) != (self.includes is None):
            raise ValueError(
                "carbon_per_capacity and `includes` go together: say whether the figure holds "
                "yield and package (none, yield, package, both)"
            )
        if self.process_year is not None and self.process is None:
            raise ValueError("process_year needs `process`")
        return self


class Dram(Stored):
    """Main memory: modules of DRAM."""


class Hbm(Stored):
    """Stacked memory in a package: HBM."""


class Ssd(Stored):
    """A solid-state drive, or the flash of one."""


class Hdd(Stored):
    """A hard drive."""


class Made(Part):
    """What stands around the silicon: so much, times a factor of the fab tables."""

    carbon_each: f.Mass | None = optional("carbon of one, instead of a factor")

    @model_validator(mode="after")
    def _one_factor(self) -> Self:
        keys = [key for key in type(self).model_fields if key.startswith("carbon_")]
        keys = [key for key in (*keys, "factor") if getattr(self, key, None) is not None]
        if len(keys) > 1:
            raise ValueError(f"give `{keys[0]}` or `{keys[1]}`, not both")
        return self


class ByMass(Made):
    """What is weighed."""

    mass: Weight | None = optional("mass of one")
    carbon_per_mass: PerMass | None = optional("instead of a factor")


class Weighed(ByMass):
    """What is weighed, and has a factor of its kind."""

    factor: Factor | None = optional(_ROW)


class Package(Made):
    """Packages of integrated circuits by themselves."""

    factor: Factor | None = optional(_ROW)


class Board(Made):
    """A circuit board, bare by area, or a whole one."""

    area: Area | None = optional("area of one board")
    layers: Layers | None = optional("with a factor that is of one layer")
    carbon_per_area: WaferMass | None = optional("instead of a factor")
    factor: Factor | None = optional(_ROW)


class PowerSupply(Weighed):
    """A power supply."""


class Cooling(Weighed):
    """Heat sinks, cold plates, fans."""


class Enclosure(Weighed):
    """A case, frame or chassis."""


class Battery(Made):
    """A battery by the energy that it holds."""

    energy: Charge | None = optional("energy that one holds")
    carbon_per_energy: PerEnergy | None = optional("instead of a factor")
    factor: Factor | None = optional(_ROW)


class Passives(Weighed):
    """Capacitors and other passives, by count and mass."""

    fab_grid: FabGrid | None = optional("electricity of their manufacture; JP unless given")
    fab_year: f.Year | None = optional("year of the figure of fab_grid")
    fab_intensity: f.Intensity | None = optional("overrides that of fab_grid")

    @model_validator(mode="after")
    def _one_fab(self) -> Self:
        if self.fab_intensity is not None and (self.fab_grid or self.fab_year):
            raise ValueError("fab_intensity overrides fab_grid and fab_year; leave them out")
        return self


class Assembly(Weighed):
    """Putting it together and testing it."""


class Transport(ByMass):
    """Carrying it to where it is used."""

    distance: Distance | None = optional("with a factor per mass and distance")
    carbon_per_mass_distance: Freight | None = optional("instead of a factor")
    factor: Factor | None = optional(_ROW)


class EndOfLife(Weighed):
    """Collecting, treating and disposing of it; no credit for what is recycled."""


class Other(Part):
    """Anything else, by a figure of one's own; without one its carbon is unknown."""

    embodied: f.Mass | None = optional("carbon of one of them")
    stage: Stage | None = optional("stage of its life; manufacturing unless given")


class Of(Part):
    """A device or a host of the catalog, by its published figure or by its own parts."""

    figures: Figures | None = optional(
        "published, or computed from parts; published, else as in an account unless given"
    )
    rest: Rest | None = optional(
        "with a figure of dies and memory alone: the list has the rest itself"
    )


class OfDevice(Of):
    """A device of the catalog."""

    device: f.DeviceId = Field(description="id or alias of a device")

    @property
    def default_name(self) -> str:
        """The last word of its id."""
        return self.device.rpartition("/")[2]


class OfHost(Of):
    """A host of the catalog."""

    host: f.HostId = Field(description="id or alias of a host")

    @property
    def default_name(self) -> str:
        """The last word of its id."""
        return self.host.rpartition("/")[2]


class Parts(Part):
    """Parts that belong together."""

    parts: tuple[SerializeAsAny[Part], ...] = Field(description="what one of them is made of")


KINDS: dict[str, type[Part]] = {
    "logic": Logic, "dram": Dram, "hbm": Hbm, "ssd": Ssd, "hdd": Hdd, "package": Package,
    "board": Board, "power-supply": PowerSupply, "cooling": Cooling, "enclosure": Enclosure,
    "battery": Battery, "passives": Passives, "assembly": Assembly, "transport": Transport,
    "end-of-life": EndOfLife, "other": Other, DEVICE: OfDevice, HOST: OfHost, GROUP: Parts,
}  # fmt: skip


def names_of(parts: tuple[Part, ...]) -> list[str]:
    """Return the name of each part of a list."""
    return default_names([(part.default_name, part.name) for part in parts])


def constructed(kind: str, **figures: Any) -> Part:
    """Return a part of a kind from figures that are checked already."""
    return KINDS[kind].model_construct(kind=kind, **figures)
