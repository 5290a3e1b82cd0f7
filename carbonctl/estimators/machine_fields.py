"""What the models of several kinds share: the system that something runs on, and its time."""

from typing import Annotated, Any, Self

from pydantic import Discriminator, Tag, model_validator

from carbonctl.numbers.values import Value
from carbonctl.spec import fields as f
from carbonctl.spec.model import Activity, MachineTime
from carbonctl.spec.systems import Spec, System, SystemFields, optional


def _branch(raw: Any) -> str:
    return f.INLINE if isinstance(raw, dict | System) else f.NAMED


SystemRef = Annotated[
    Annotated[f.Name, Tag(f.NAMED)] | Annotated[System, Tag(f.INLINE)], Discriminator(_branch)
]


class MachineFields(SystemFields):
    """Which system something runs on: a named one, or one described in place."""

    system: SystemRef | None = optional("a named system, or one described here")
    devices_per_system: f.WholeDevices | None = optional(
        "devices that share one host, where no system says it"
    )

    @model_validator(mode="after")
    def _one_system(self) -> Self:
        key = self.first_given("device", "instance")
        if self.system is not None and key is not None:
            raise ValueError(f"give `system` or `{key}`, not both")
        if self.system is not None and self.devices_per_system is not None:
            raise ValueError("the system says `devices` per system; give it there")
        return self

    @property
    def uses_machine(self) -> bool:
        """Whether the system needs to be resolved."""
        return True

    @property
    def draws_power(self) -> bool:
        """Whether the energy follows from the system's power."""
        return True


class TimeFields(Spec):
    """How long devices run."""

    devices: f.Devices | None = optional("devices in all, with wall_time")
    wall_time: f.Duration | None = optional("elapsed time, with devices")
    device_time: f.DeviceTime | None = optional(
        "reserved or billed hours × devices; instead of devices and wall_time"
    )

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if self.device_time is not None and (self.devices or self.wall_time):
            raise ValueError("device_time already holds devices × wall_time; give one or the other")
        if (self.devices is None) != (self.wall_time is None):
            if getattr(self, "instance", None) is not None:
                more = "`devices: 1 instance` with it, or `device_time: 100 instance-h` alone"
                raise ValueError(f"devices (in all) and wall_time go together: give {more}")
            raise ValueError("devices (in all) and wall_time go together; or give device_time")
        return self

    @property
    def has_time(self) -> bool:
        """Whether it says how long its devices ran."""
        return self.device_time is not None or self.wall_time is not None


class OnMachine(MachineFields, Activity):
    """An activity that runs on a system."""

    @property
    def machine_fields(self) -> tuple[str, MachineFields | None]:
        """Itself, where it needs its system to be resolved."""
        return "", self if self.uses_machine else None


class OnSystem(TimeFields, OnMachine):
    """An activity that runs on devices for a time."""

    @property
    def machine_time(self) -> MachineTime | None:
        """The elapsed time, where it is given."""
        if self.wall_time is None:
            return None
        return MachineTime("wall_time", self.wall_time, self.devices)


def check_rate(requests: Value | None, duration: Value | None) -> None:
    """Refuse a rate without a duration, and a count with one.

    Raises
    ------
    ValueError
        Saying which goes with which.
    """
    if requests is not None and bool(requests.unit) != (duration is not None):
        raise ValueError("requests as a rate needs a `duration`; a count has none")
