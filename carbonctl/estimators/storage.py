"""``kind: storage``: data at rest, its power and the embodied carbon of its media."""

from pydantic import Field

from carbonctl.estimators.base import (
    ActivityContext,
    ActivityData,
    ElectricityUse,
    TimedShare,
    repeated,
)
from carbonctl.estimators.roles import STORAGE
from carbonctl.factors import storage
from carbonctl.factors.power import GB_PER_TB
from carbonctl.numbers.quantities import of
from carbonctl.numbers.values import Value
from carbonctl.spec import fields as f
from carbonctl.spec.model import Activity
from carbonctl.spec.systems import optional


class Storage(Activity):
    """Data kept on drives: datasets, checkpoints, logs, embeddings."""

    capacity: f.Capacity = Field(description="data stored, once")
    duration: f.Span = Field(description="how long it is kept")
    medium: f.Medium = Field("ssd", description="kind of drive")
    replication: f.Multiplier | None = optional("copies kept; 1 unless given")
    fill: f.Utilization | None = optional("share of the drives that holds data")
    power: f.StoragePower | None = optional("draw of the medium per capacity")
    embodied: f.StorageMass | None = optional("embodied carbon per capacity")
    lifetime: f.Lifetime | None = optional("service life of the drives")


MODEL = Storage


def activity_data(activity: Storage, setting: ActivityContext) -> ActivityData:
    """Return the energy of stored data and the share of its media.

    Energy is capacity × replication × duration × W/TB; embodied carbon is spread over the
    lifetime and the filled part of the drives.
    """
    medium = setting.defaults.media[activity.medium]
    copies = activity.replication or setting.one("replication", "one copy")
    once = of(activity.capacity) / GB_PER_TB * copies * activity.duration
    held = repeated(activity, setting.path, once)
    watts = of(_or_default(activity.power, medium.power, "power", setting))
    draw = ElectricityUse("drives", storage.energy_kwh(held, watts), role=STORAGE)
    per_tb = of(_or_default(activity.embodied, medium.embodied, "embodied", setting))
    life = setting.defaults.drive_lifetime
    lifetime = of(_or_default(activity.lifetime, life, "lifetime", setting))
    fill = of(activity.fill or setting.one("fill", "the drives are taken to be full"))
    rate = storage.kgco2e_per_tb_hour(per_tb, lifetime, fill)
    return ActivityData((draw,), timed=(TimedShare("drives", held, "TB-h", rate, STORAGE),))


def _or_default(given: Value | None, default: Value, key: str, setting: ActivityContext) -> Value:
    value = given or setting.default(default, key)
    return value._replace(figure=f"storage_{key}")  # drives have a life and a power of their own
