"""``kind: transfer``: data moved over networks, by a flat energy per volume with its year.

Networks stand in no data centre of the workload: no PUE is added, and the embodied carbon
of their equipment is not part of the figure.
"""

from pydantic import Field

from carbonctl.estimators.base import ActivityContext, ActivityData, ElectricityUse, repeated
from carbonctl.estimators.roles import NETWORK
from carbonctl.numbers.quantities import of
from carbonctl.spec import fields as f
from carbonctl.spec.model import Activity
from carbonctl.spec.systems import optional


class Transfer(Activity):
    """Data moved between sites, or to and from users."""

    volume: f.Capacity = Field(description="data moved, each time it is repeated")
    intensity: f.TransferEnergy = Field(description="energy per volume")
    intensity_year: f.Year | None = optional("year of that figure: it halves every few years")


MODEL = Transfer


def activity_data(activity: Transfer, setting: ActivityContext) -> ActivityData:
    """Return the energy of the network: volume × kWh/GB."""
    intensity, year = activity.intensity, activity.intensity_year
    if year is not None:
        intensity = intensity._replace(note=f"figure of {year}")
    energy = repeated(activity, setting.path, of(activity.volume)) * intensity
    draw = ElectricityUse("network", energy, in_building=False, role=NETWORK)
    return ActivityData((draw,), dated=(("intensity", year),) if year else ())
