"""``kind: energy``: electricity that was metered, billed or published.

Its hardware is counted only where it is described (a system and its time, or the embodied
carbon attributed to this use); otherwise its embodied carbon is unknown.
"""

from typing import Self

from pydantic import Field, model_validator

from carbonctl.estimators.base import (
    ActivityData,
    Attributed,
    Draw,
    OnSystem,
    Quantity,
    Setting,
    device_hours,
    occupations,
    repeated,
    system_hours,
)
from carbonctl.spec import fields as f


class MeteredEnergy(OnSystem):
    """Electricity use that is known as energy."""

    energy: f.Energy = Field(description="electricity used, each time it is repeated")
    includes_pue: f.Switch = Field(False, description="whether it was metered with the building's")
    embodied: f.Mass | None = Field(
        None,
        description="embodied carbon attributed to this use, all repeats together; "
        "0 kg where another activity counts the hardware",
    )

    @model_validator(mode="after")
    def _hardware_once(self) -> Self:
        powers = [k for k in ("power", "rated_power", "host_power") if getattr(self, k) is not None]
        if powers:
            raise ValueError(f"`{powers[0]}` has no use here: the energy is given")
        if self.embodied is not None and self.has_time:
            raise ValueError(
                "embodied is the share of this use already; give it, or a system and its time"
            )
        return self

    @property
    def uses_machine(self) -> bool:
        """Only where it says for how long."""
        return self.has_time


MODEL = MeteredEnergy


def activity_data(activity: MeteredEnergy, setting: Setting) -> ActivityData:
    """Return the energy of one activity, and the hours of its hardware where it says them.

    Raises
    ------
    Unusable
        Where its figures do not go together.
    """
    path, machine = setting.path, setting.machine
    energy = setting.given(activity.energy, "energy")
    total = repeated(activity, path, Quantity(energy.number, "energy", (energy,)))
    draw = Draw("energy", total.number, total.formula, total.inputs, activity.includes_pue)
    if machine is not None:
        hours = device_hours(activity, path)
        return ActivityData((draw,), occupations(hours, system_hours(hours, machine), machine))
    share = activity.embodied and activity.embodied.named("embodied", f"{path}.embodied")
    return ActivityData((draw,), attributed=(Attributed("hardware", share),))
