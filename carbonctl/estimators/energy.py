"""``kind: energy``: electricity that was metered, billed or published.

Its hardware is counted only where it is described (a system and its time, or the embodied
carbon attributed to this use); otherwise its embodied carbon is unknown.
"""

from typing import Self

from pydantic import Field, model_validator

from carbonctl.estimators.base import (
    ActivityContext,
    ActivityData,
    Attributed,
    ElectricityUse,
    device_hours,
    occupations,
    repeated,
)
from carbonctl.estimators.machine_fields import OnSystem
from carbonctl.numbers.quantities import of
from carbonctl.spec import fields as f
from carbonctl.spec.systems import SystemFields, optional


class MeteredEnergy(OnSystem):
    """Electricity use that is known as energy."""

    energy: f.Energy = Field(description="electricity used, each time it is repeated")
    includes_pue: f.Switch | None = optional("whether it was metered with the building's overhead")
    embodied: f.Mass | None = optional(
        "embodied carbon attributed to this use, each time it is repeated; "
        "0 kg where another activity counts the hardware"
    )

    @model_validator(mode="after")
    def _hardware_once(self) -> Self:
        useless = _POWERS if self.has_time else (*_POWERS, *_HARDWARE)
        if key := self.first_given(*useless):
            why = "the energy is given" if key in _POWERS else "it needs the system's time"
            raise ValueError(f"`{key}` has no use here: {why}")
        if self.embodied is not None and self.has_time:
            raise ValueError(
                "embodied is the share of this use already; give it, or a system and its time"
            )
        return self

    @property
    def uses_machine(self) -> bool:
        """Only where it says for how long."""
        return self.has_time

    @property
    def draws_power(self) -> bool:
        """Its energy is given."""
        return False


MODEL = MeteredEnergy
_LACKS = "`embodied` (0 kg where another activity counts it), or a system and its time"
_OF_HARDWARE = ("device", "host", "instance", "device_embodied", "host_embodied", "lifetime",
                "utilization", "share")  # fmt: skip
_HARDWARE = ("system", "devices_per_system", *_OF_HARDWARE)
_POWERS = USELESS = tuple(
    key for key in SystemFields.model_fields if key not in (*_OF_HARDWARE, "embodied")
)


def activity_data(activity: MeteredEnergy, setting: ActivityContext) -> ActivityData:
    """Return the energy of one activity, and the hours of its hardware where it says them.

    Raises
    ------
    ActivityError
        Where its figures do not go together.
    """
    path, machine = setting.path, setting.machine
    energy = repeated(activity, path, of(activity.energy))
    draw = ElectricityUse("energy", energy, bool(activity.includes_pue))
    if machine is not None:
        hours = device_hours(activity, setting)
        return ActivityData((draw,), occupations(hours, machine))
    if activity.embodied is None:
        return ActivityData((draw,), attributed=(Attributed("hardware", None, _LACKS),))
    share = repeated(activity, path, of(activity.embodied))
    return ActivityData((draw,), attributed=(Attributed("hardware", share),))
