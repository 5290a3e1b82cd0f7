"""The models of machines: devices, the host around them, and what they are made of."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, model_validator

from carbonctl.numbers.intervals import decide
from carbonctl.spec import fields as f


def optional(description: str, **more: Any) -> Any:
    """Declare a key that may be left out."""
    return Field(None, description=description, **more)


class Spec(BaseModel):
    """Base of every model of the spec."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True
    )

    def first_given(self, *keys: str) -> str | None:
        """Return the first of some keys that is given; None where none is."""
        for key in keys:
            if getattr(self, key, None) is not None:
                return key
        return None


class SystemFields(Spec):
    """What describes a machine; shared by named systems and by activities that carry one."""

    device: f.MachineId | None = optional("id or alias of a device in the catalog")
    host: f.SurroundingId | None = optional("id or alias of the host around the devices")
    instance: f.InstanceId | None = optional(
        "cloud machine type; its devices and its share of a host come from the catalog"
    )
    rated_power: f.Power | None = optional(
        "TDP or nameplate power of one device; overrides the catalog's"
    )
    power: f.Power | None = optional(
        "average draw while running, measured or billed; of one device, or of all "
        "where power_scope says so"
    )
    power_scope: f.PowerScope | None = optional(
        "whose watts `power` is: one device's, those of all devices together, or one "
        "device's with its share of the node"
    )
    idle_power: f.Power | None = optional("draw of one idle device")
    host_power: f.Power | None = optional(
        "the rest of one node; without cpu, memory and storage where those are given"
    )
    cooling: f.Cooling | None = optional("how the node is cooled, where no `host_power` is given")
    cpu: f.DeviceId | None = optional("id or alias of the host's CPU")
    cpus: f.WholeDevices | None = optional("CPUs in one system")
    memory: f.Capacity | None = optional("DRAM of one system's host")
    dram_power: f.MemoryPower | None = optional("draw of that DRAM per capacity")
    storage: f.Capacity | None = optional("drives of one system's host")
    storage_medium: f.Medium | None = optional("of those drives; ssd unless given")
    storage_power: f.StoragePower | None = optional("draw of those drives per capacity")
    host_overhead: f.Overhead | None = optional(
        "power of the node over that of the parts counted; not PUE"
    )
    share: f.Utilization | None = optional(
        "share of the host that the system takes, where it is a part of one"
    )
    embodied: f.Mass | None = optional(
        "embodied carbon of one whole system, or of the whole it has a share of"
    )
    device_embodied: f.Mass | None = optional("embodied carbon of one device")
    host_embodied: f.Mass | None = optional("embodied carbon of one host")
    lifetime: f.Lifetime | None = optional("service life of the hardware")
    utilization: f.Utilization | None = optional(
        "share of its life that the machine does useful work"
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
        key = self.first_given("host_power", "host_overhead", "cpu", "memory", "storage")
        if self.power_scope in ("system", "wall") and key is not None:
            raise ValueError(
                f"with power_scope: {self.power_scope} the watts of `power` hold the host "
                f"already; leave out `{key}`"
            )
        return self


class Accelerator(Spec):
    """One kind of device among the several of a system."""

    device: f.MachineId | None = optional("id or alias of a device in the catalog")
    devices: f.WholeDevices = Field(description="how many of them one system has")
    rated_power: f.Power | None = optional("TDP of one device")
    power: f.Power | None = optional("average draw of one while running")
    idle_power: f.Power | None = optional("draw of one idle device")
    device_embodied: f.Mass | None = optional("embodied carbon of one device")

    @model_validator(mode="after")
    def _one_power(self) -> Self:
        if self.power is not None and self.rated_power is not None:
            raise ValueError("give `power`, the average draw, or `rated_power`, not both")
        if decide(self.devices.low != self.devices.high):
            raise ValueError("devices: how many of each kind is one number, not a range")
        return self


class Part(Spec):
    """What every part of a device or a system has, whatever its kind."""

    kind: str = Field(description="what it is; decides which keys there are")
    name: f.Name | None = optional("what tables call it; the kind unless given")
    count: f.WholeCount | None = optional("how many of them; one unless given")
    source: f.Source | None = optional("who says what the part gives: a source key or words")

    @property
    def default_name(self) -> str:
        """What it is called where it has no name."""
        return self.kind


class System(SystemFields):
    """A machine: devices and the host around them."""

    devices: f.WholeDevices | None = optional("devices in one system")
    accelerators: tuple[Accelerator, ...] | None = optional(
        "instead of device and devices: several kinds in one system"
    )
    parts: tuple[SerializeAsAny[Part], ...] | None = optional(
        "what one system is made of, for its embodied carbon"
    )

    @model_validator(mode="after")
    def _one_embodied(self) -> Self:
        key = self.first_given("embodied", "device_embodied", "host_embodied")
        if self.parts is not None and key is not None:
            raise ValueError(f"parts are the whole system: leave out `{key}`")
        return self

    @model_validator(mode="after")
    def _one_kind_or_several(self) -> Self:
        if self.accelerators is None:
            return self
        if not self.accelerators:
            raise ValueError("accelerators holds none")
        if key := self.first_given(
            "device", "devices", "rated_power", "power", "idle_power", "device_embodied"
        ):
            raise ValueError(f"give `{key}` for each of the accelerators")
        if self.embodied is not None and any(a.device_embodied for a in self.accelerators):
            raise ValueError("embodied is the whole system; leave out device_embodied")
        if self.power_scope is not None and any(a.power is None for a in self.accelerators):
            raise ValueError("power_scope says what `power` holds; give each accelerator's")
        return self
